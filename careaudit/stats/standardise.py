"""Like for like: two groups compared within strata, and how much of a gap is their mix.

Strata run along the last axis: x1 successes of n1 decisions of the group beside x2 of n2 of its
comparator, which may be effective counts (divided by a design effect). A stratum that only one
of them met has no support and says nothing. Where none has support, the answer is no gap with
the widest interval there is, and `CommonMix.excluded` is 1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from careaudit.stats.arrays import (
    Bools,
    Estimate,
    Floats,
    Table,
    finite,
    share,
    table,
    two_sided_z,
)
from careaudit.stats.rates import newcombe

NO_VARIANCE = 1e-12  # variance per decision that is only rounding


class Chi2(NamedTuple):
    """A chi-squared statistic, its degrees of freedom and its p; 0, 0 and 1 without evidence."""

    statistic: Floats
    df: Floats
    p: Floats


class CommonMix(NamedTuple):
    """The rates of two groups as if both had met one mix of strata.

    n1 and n2 are the independent decisions that the rates p1 and p2 are worth; `excluded` is the
    share of decisions in strata that only one of the groups met.
    """

    p1: Floats
    n1: Floats
    p2: Floats
    n2: Floats
    excluded: Floats


class Split(NamedTuple):
    """The two parts of a gap, which add up to it: unlike within strata, and unlike mix of them."""

    within: Floats
    mix: Floats


class Flags(NamedTuple):
    """simpson: the sign turns within strata, surely; attenuated: less than half the gap is left."""

    simpson: Bools
    attenuated: Bools


def odds_ratio_mh(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the odds ratio within strata; 0 or inf, with interval (0, inf), where one side is 0.

    Source: Mantel & Haenszel 1959; variance Robins, Breslow & Greenland 1986.
    """
    a, n1, c, n2 = _supported(x1, n1, x2, n2)
    b, d, total = n1 - a, n2 - c, n1 + n2
    over, under = share(a * d, total), share(b * c, total)
    same, crossed = share(a + d, total), share(b + c, total)
    r, s = over.sum(axis=-1), under.sum(axis=-1)
    variance = (
        share((same * over).sum(axis=-1), 2 * r**2)
        + share((same * under + crossed * over).sum(axis=-1), 2 * r * s)
        + share((crossed * under).sum(axis=-1), 2 * s**2)
    )
    return ratio_estimate(r, s, variance, level)


def rate_ratio_mh(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the ratio of rates within strata; 0 or inf, with interval (0, inf), at a side of 0.

    Source: Mantel-Haenszel weights; variance Greenland & Robins 1985.
    """
    a, n1, c, n2 = _supported(x1, n1, x2, n2)
    total = n1 + n2
    over, under = share(a * n2, total).sum(axis=-1), share(c * n1, total).sum(axis=-1)
    spread = share(n1 * n2 * (a + c) - a * c * total, total**2).sum(axis=-1)
    return ratio_estimate(over, under, share(spread, over * under), level)


def ratio_estimate(
    over: ArrayLike, under: ArrayLike, log_variance: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return over / under with an interval symmetric on the log scale.

    over, under: at least 0; log_variance: variance of the log of their ratio; `se` is that of
    the ratio, to first order. Where either is 0 the ratio is 0 or inf, and 1 where both are. The
    interval is then (0, inf), as it is where nothing varied.
    """
    over, under, variance = np.broadcast_arrays(
        finite("over", over, low=0.0),
        finite("under", under, low=0.0),
        finite("log_variance", log_variance, low=-NO_VARIANCE),
    )
    known = (over > 0) & (under > 0)
    value = np.where(under > 0, share(over, under), np.where(over > 0, np.inf, 1.0))
    inside = np.where(known, value, 1.0)
    known &= variance > NO_VARIANCE
    error = np.sqrt(np.where(known, variance, 0.0))
    with np.errstate(over="ignore"):
        reach = np.exp(two_sided_z(level) * error)
        low, high = inside / reach, inside * reach
    return Estimate(
        value,
        np.where(known, low, 0.0),
        np.where(known, high, np.inf),
        np.where(known, inside * error, np.inf),
    )


def rate_difference_mh(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the difference of rates within strata, p1 - p2.

    Where the variance vanishes (all ended alike in every stratum) the interval is Newcombe's
    between the weighted rates. (-1, 1) without support.
    Source: Mantel-Haenszel weights; variance Sato 1989.
    """
    a, n1, c, n2 = _supported(x1, n1, x2, n2)
    total = n1 + n2
    weight = share(n1 * n2, total)
    weights = weight.sum(axis=-1)
    value = share((weight * (share(a, n1) - share(c, n2))).sum(axis=-1), weights)
    p = share(n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2, total**2).sum(axis=-1)
    q = share(a * (n2 - c) + c * (n1 - a), 2 * total).sum(axis=-1)
    spread = value * p + q  # the variance times the squared sum of weights
    known = spread > NO_VARIANCE * weights
    se = share(np.sqrt(np.where(known, spread, 0.0)), weights)
    z = two_sided_z(level)
    apart = _standing_in(a, n1, c, n2, share(weight, weights[..., None]), level)
    low = np.where(known, np.maximum(value - z * se, -1.0), apart.low)
    high = np.where(known, np.minimum(value + z * se, 1.0), apart.high)
    return Estimate(value, low, high, np.where(known, se, apart.se))


def _standing_in(a: Floats, n1: Floats, c: Floats, n2: Floats, w: Floats, level: float) -> Estimate:
    """Return the difference of two weighted rates with Newcombe's interval and its error."""
    p1, size1 = weighted_rate(a, n1, w)
    p2, size2 = weighted_rate(c, n2, w)
    low, high = newcombe(p1 * size1, size1, p2 * size2, size2, level)
    se = np.where((size1 > 0) & (size2 > 0), (high - low) / (2 * two_sided_z(level)), np.inf)
    return Estimate(p1 - p2, low, high, se)


def cmh(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, correction: bool = False
) -> Chi2:
    """Return the test of H0: within every stratum the two rates are the same.

    Source: Cochran 1954, Mantel & Haenszel 1959; `correction` takes 1/2 off the deviation.
    """
    a, n1, c, n2 = _supported(x1, n1, x2, n2)
    total, successes = n1 + n2, a + c
    deviation = np.abs((a - share(n1 * successes, total)).sum(axis=-1))
    if correction:
        deviation = np.maximum(deviation - 0.5, 0.0)
    more = total > 1  # one decision compares with nothing
    each = share(n1 * n2 * successes * (total - successes), total**2)
    variance = np.where(more, share(each, np.where(more, total - 1, 1.0)), 0.0).sum(axis=-1)
    return chi2(share(deviation**2, variance), np.where(variance > 0, 1.0, 0.0))


def breslow_day(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, tarone: bool = True
) -> Chi2:
    """Return the test of H0: the odds ratio is the same in every stratum.

    Strata without support, or where all or none succeeded, do not count. Nothing speaks against
    H0 where the common odds ratio is 0 or inf.
    Source: Breslow & Day 1980; `tarone` subtracts what the estimated ratio costs (Tarone 1985).
    """
    a, n1, c, n2 = _supported(x1, n1, x2, n2)
    common = odds_ratio_mh(a, n1, c, n2).value
    successes, failures = a + c, n1 + n2 - a - c
    counted = (successes > 0) & (failures > 0) & (n1 > 0)
    known = np.isfinite(common) & (common > 0)
    ratio = np.where(known, common, 1.0)[..., None]
    expected = _expected(ratio, n1, n2, successes)
    parts = (expected, n1 - expected, successes - expected, n2 - successes + expected)
    counted &= np.minimum.reduce(parts) > 0
    information = sum(1 / np.where(counted, part, 1.0) for part in parts)
    off = np.where(counted, a - expected, 0.0)
    statistic = (off**2 * information).sum(axis=-1)
    if tarone:
        variance = np.where(counted, 1 / information, 0.0).sum(axis=-1)
        statistic = statistic - share(off.sum(axis=-1) ** 2, variance)
    df = np.where(known, np.maximum(counted.sum(axis=-1) - 1, 0), 0)
    return chi2(np.where(df > 0, np.maximum(statistic, 0.0), 0.0), df)


def _expected(ratio: Floats, n1: Floats, n2: Floats, successes: Floats) -> Floats:
    """Return the successes of group 1 that all margins and this odds ratio imply."""
    b = n2 - successes + ratio * (n1 + successes)
    product = ratio * n1 * successes
    root = np.sqrt(np.maximum(b**2 + 4 * (1 - ratio) * product, 0.0))
    # Two forms of the same root of a quadratic: each where it does not cancel.
    return np.where(
        b > 0,
        share(2 * product, np.where(b > 0, b + root, 1.0)),
        (root - b) / np.where(ratio < 1, 2 * (1 - ratio), 1.0),
    )


def chi2(statistic: ArrayLike, df: ArrayLike) -> Chi2:
    """Return a statistic with its upper tail; p is 1 with no degrees of freedom."""
    statistic, df = np.broadcast_arrays(finite("statistic", statistic, 0.0), finite("df", df, 0.0))
    p = chdtrc(np.where(df > 0, df, 1.0), statistic)
    return Chi2(statistic, df, np.where(df > 0, p, 1.0))


def common_mix(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> CommonMix:
    """Return the rates of both groups over the mix of strata that they have together.

    A stratum weighs what it holds of the decisions of both groups. One without support is left
    out of both. Rates are 0 of 0 decisions where none is left.
    Source: direct standardisation, methods 6; variance as an effective count.
    """
    x1, n1, x2, n2 = table(*(np.atleast_1d(part) for part in (x1, n1, x2, n2)))
    together = n1 + n2
    kept = np.where((n1 > 0) & (n2 > 0), together, 0.0)
    weights = share(kept, kept.sum(axis=-1, keepdims=True))
    excluded = 1 - share(kept.sum(axis=-1), together.sum(axis=-1))
    return CommonMix(*weighted_rate(x1, n1, weights), *weighted_rate(x2, n2, weights), excluded)


def weighted_rate(x: Floats, n: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return a weighted mean of rates and the independent decisions that it is worth.

    weights: of the strata, adding to 1. A stratum whose decisions all ended alike is taken to
    vary as the whole does: it would otherwise look as if it were known without error.
    """
    rates = share(x, n)
    mean = np.minimum((weights * rates).sum(axis=-1), 1.0)
    whole = mean * (1 - mean)
    spread = np.where((x == 0) | (x == n), whole[..., None], rates * (1 - rates))
    variance = (weights**2 * share(spread, n)).sum(axis=-1)
    alike = (weights**2 * share(np.ones_like(n), n)).sum(axis=-1)
    size = np.where(alike > 0, share(np.ones_like(alike), alike), 0.0)
    return mean, np.where(whole > 0, share(whole, variance), size)


def standardised_gap(mix: CommonMix, level: float = 0.95) -> Estimate:
    """Return p1 - p2 over the common mix; (-1, 1) where no stratum has support.

    Newcombe's interval from the decisions that the rates are worth. `se` is that of the normal
    approximation, 0 where all decisions ended alike (the interval is open even then).
    """
    p1, n1, p2, n2, _ = mix
    low, high = newcombe(p1 * n1, n1, p2 * n2, n2, level)
    se = np.sqrt(share(p1 * (1 - p1), n1) + share(p2 * (1 - p2), n2))
    return Estimate(p1 - p2, low, high, np.where((n1 > 0) & (n2 > 0), se, np.inf))


def two_factors(a1: Floats, b1: Floats, a2: Floats, b2: Floats) -> tuple[Floats, Floats]:
    """Return what a and what b contribute to a1 b1 - a2 b2; they add up to it exactly.

    Source: Das Gupta 1993, two factors.
    """
    return (a1 - a2) * (b1 + b2) / 2, (b1 - b2) * (a1 + a2) / 2


def kitagawa(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Split:
    """Return how much of the crude gap p1 - p2 lies within strata and how much in their mix.

    A stratum that only one group met adds to the mix alone. 0 and 0 where a group is empty.
    Neither part says what is justified. Source: Kitagawa 1955.
    """
    x1, n1, x2, n2 = table(*(np.atleast_1d(part) for part in (x1, n1, x2, n2)))
    whole1, whole2 = n1.sum(axis=-1, keepdims=True), n2.sum(axis=-1, keepdims=True)
    p1, p2 = share(x1, n1), share(x2, n2)
    p1, p2 = np.where(n1 > 0, p1, p2), np.where(n2 > 0, p2, p1)
    within, mix = two_factors(p1, share(n1, whole1), p2, share(n2, whole2))
    both = (whole1 > 0) & (whole2 > 0)
    return Split(*(np.where(both, part, 0.0).sum(axis=-1) for part in (within, mix)))


def flags(crude: Estimate, within: Estimate) -> Flags:
    """Return whether the gap within strata turns the crude one round, or takes half of it away.

    crude, within: differences p1 - p2 of the same decisions, each with its 95 % interval.
    """
    turned = (crude.low > 0) & (within.high < 0) | (crude.high < 0) & (within.low > 0)
    return Flags(np.asarray(turned), np.asarray(np.abs(within.value) < np.abs(crude.value) / 2))


def _supported(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Table:
    """Return the counts with strata along the last axis, all 0 where one group is missing."""
    cells = table(*(np.atleast_1d(part) for part in (x1, n1, x2, n2)))
    met = (cells.n1 > 0) & (cells.n2 > 0)
    return Table(*(np.where(met, part, 0.0) for part in cells))
