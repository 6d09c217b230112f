"""Segments that are unknown or only probable: what can be said without guessing anybody's.

Either some decisions carry no segment (`unknown_...`), or each bin of decisions carries the
probability of belonging to it (`pi`). That is never cut off at a threshold, which would be wrong
in a direction nobody knows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from careaudit.stats.arrays import (
    Floats,
    Table,
    bisect,
    counts,
    finite,
    numbers,
    share,
    table,
    two_sided_z,
)
from careaudit.stats.rates import Bounds, newcombe
from careaudit.stats.tolerance import Tolerance, units

LARGEST_Z = 10.0  # end of the search for a normal quantile
NO_VARIANCE = 1e-12  # variance of pi that is only rounding


class Extremes(NamedTuple):
    """The two tables between which every way of sorting the unknown leads.

    `low` has the smallest p1 - p2, `high` the largest; each fits any test of two rates.
    """

    low: Table
    high: Table


class Weighted(NamedTuple):
    """Rates of members and of others, and their gap; a side nobody can be in has rate 0.

    The gap is then inf: nothing is known of it, and no limit holds.
    """

    members: Floats
    others: Floats
    gap: Floats


def unknown_rate(x: ArrayLike, n: ArrayLike, x_u: ArrayLike, n_u: ArrayLike) -> Bounds:
    """Return the bounds of a group's rate, whoever of the unknown belongs to it.

    x of n decisions are successes in the group, x_u of n_u among the unknown. (0, 1) where no
    decision is known to be the group's.
    """
    x, n, x_u, n_u = table(x, n, x_u, n_u)
    low, high = share(x, n + n_u - x_u), share(x + x_u, n + x_u)
    return Bounds(np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0))


def unknown_extremes(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, x_u: ArrayLike, n_u: ArrayLike
) -> Extremes:
    """Return the allocations of the unknown that make p1 - p2 smallest and largest.

    Group 1 gets their failures and group 2 their successes, or the reverse.
    """
    x1, n1, x2, n2 = table(x1, n1, x2, n2)
    x_u, n_u = counts(x_u, n_u)
    x1, n1, x2, n2, x_u, n_u = np.broadcast_arrays(x1, n1, x2, n2, x_u, n_u)
    lost = n_u - x_u
    return Extremes(
        Table(x1, n1 + lost, x2 + x_u, n2 + x_u),
        Table(x1 + x_u, n1 + x_u, x2, n2 + lost),
    )


def unknown_gap(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, x_u: ArrayLike, n_u: ArrayLike
) -> Bounds:
    """Return the bounds of p1 - p2, whichever group each of the unknown belongs to, if either.

    (-1, 1) where no decision is known to be of one of the groups.
    """
    low, high = unknown_extremes(x1, n1, x2, n2, x_u, n_u)
    empty = (np.asarray(n1) == 0) | (np.asarray(n2) == 0)
    return Bounds(
        np.where(empty, -1.0, share(low.x1, low.n1) - share(low.x2, low.n2)),
        np.where(empty, 1.0, share(high.x1, high.n1) - share(high.x2, high.n2)),
    )


def unknown_units(
    x_g: ArrayLike,
    n_g: ArrayLike,
    x_r: ArrayLike,
    n_r: ArrayLike,
    x_u: ArrayLike,
    n_u: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    *,
    protect: bool = False,
) -> Floats:
    """Return the largest gap of g to r in tolerance units, of all ways to sort the unknown.

    Over 1: some sorting lies beyond the limit. With `protect` only harm to g counts.
    """
    gaps = [
        units(share(end.x1, end.n1), share(end.x2, end.n2), tolerance, adverse, protect=protect)
        for end in unknown_extremes(x_g, n_g, x_r, n_r, x_u, n_u)
    ]
    return np.maximum(*gaps)


def unknown_gap_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    x_u: ArrayLike,
    n_u: ArrayLike,
    level: float = 0.95,
) -> Bounds:
    """Return the interval of p1 - p2 over both what is unknown and chance.

    Newcombe's arms at either end, brought to Imbens & Manski's quantile.
    """
    bounds = unknown_gap(x1, n1, x2, n2, x_u, n_u)
    low, high = unknown_extremes(x1, n1, x2, n2, x_u, n_u)
    z = two_sided_z(level)
    down = np.maximum(bounds.low - newcombe(*low, level).low, 0.0) / z
    up = np.maximum(newcombe(*high, level).high - bounds.high, 0.0) / z
    wide = imbens_manski(bounds.low, down, bounds.high, up, level)
    return Bounds(np.maximum(wide.low, -1.0), np.minimum(wide.high, 1.0))


def imbens_manski(
    low: ArrayLike, se_low: ArrayLike, high: ArrayLike, se_high: ArrayLike, level: float = 0.95
) -> Bounds:
    """Return the interval that holds the truth, anywhere between two estimated bounds.

    se: standard errors of the bounds. Source: Imbens & Manski 2004.
    """
    low, high = finite("low", low), finite("high", high)
    se_low, se_high = finite("se_low", se_low, low=0.0), finite("se_high", se_high, low=0.0)
    c = imbens_manski_c(high - low, np.maximum(se_low, se_high), level)
    return Bounds(low - c * se_low, high + c * se_high)


def imbens_manski_c(width: ArrayLike, se: ArrayLike, level: float = 0.95) -> Floats:
    """Return c with Phi(c + width/se) - Phi(-c) = level: two-sided at width 0, else less.

    width: of the bounds, at least 0; se: the larger error of the two. One-sided where se is 0.
    Source: Imbens & Manski 2004.
    """
    two_sided_z(level)  # refuses a level that is none
    width, se = np.broadcast_arrays(finite("width", width, low=0.0), finite("se", se, low=0.0))
    with np.errstate(over="ignore"):
        apart = np.where(se > 0, width / np.where(se > 0, se, 1.0), np.inf)
    return bisect(lambda c: ndtr(c + apart) - ndtr(-c) < level, np.zeros_like(apart), LARGEST_Z)[1]


def weighted(x: ArrayLike, n: ArrayLike, pi: ArrayLike) -> Weighted:
    """Return the rates where each decision counts by its probability; bins run along the last axis.

    x successes of n decisions in a bin, pi the chance that one of them is a member's. Too small
    a gap where members fare alike in bins of high and low pi. Source: Chen et al. 2019.
    """
    x, n, pi = _bins(x, n, pi)
    ours, theirs = (pi * n).sum(axis=-1), ((1 - pi) * n).sum(axis=-1)
    members = np.minimum(share((pi * x).sum(axis=-1), ours), 1.0)
    others = np.minimum(share(((1 - pi) * x).sum(axis=-1), theirs), 1.0)
    return Weighted(members, others, np.where((ours > 0) & (theirs > 0), members - others, np.inf))


def slope(x: ArrayLike, n: ArrayLike, pi: ArrayLike) -> Floats:
    """Return the rise of the rate from pi = 0 to pi = 1: regression over bins (last axis).

    x successes of n decisions in a bin, the weight of the bin. inf where pi does not vary: any
    gap would fit. May leave [-1, 1]. Source: ecological regression, Elzayn et al. 2025.
    """
    x, n, pi = _bins(x, n, pi)
    whole = n.sum(axis=-1)
    off = pi - share((n * pi).sum(axis=-1), whole)[..., None]
    spread = (n * off**2).sum(axis=-1)
    varies = spread > NO_VARIANCE * whole
    rise = share((off * x).sum(axis=-1), np.where(varies, spread, 0.0))
    return np.where(varies, rise, np.inf)


def sharp_gap(x: ArrayLike, n: ArrayLike, pi: ArrayLike) -> Bounds:
    """Return the smallest and largest gap of members to others that the bins (last axis) allow.

    Within a bin of rate mu between max(0, pi + mu - 1) and min(pi, mu) are members and
    successes. (-1, 1) where nobody can be on one of the sides. Source: Kallus et al. 2022.
    """
    x, n, pi = _bins(x, n, pi)
    ours, theirs = (pi * n).sum(axis=-1), ((1 - pi) * n).sum(axis=-1)
    fewest = np.maximum(x - (1 - pi) * n, 0.0).sum(axis=-1)
    most = np.minimum(pi * n, x).sum(axis=-1)
    whole = x.sum(axis=-1)

    def gap(members: Floats, nobody: float) -> Floats:
        both = (ours > 0) & (theirs > 0)
        return np.where(both, share(members, ours) - share(whole - members, theirs), nobody)

    return Bounds(gap(fewest, -1.0), gap(most, 1.0))


def _bins(x: ArrayLike, n: ArrayLike, pi: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the bins, checked and broadcast, along the last axis."""
    x, n = counts(np.atleast_1d(x), np.atleast_1d(n))
    x, n, pi = np.broadcast_arrays(x, n, numbers("pi", pi, 0.0, 1.0))
    return x, n, pi
