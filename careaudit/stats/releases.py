"""Two releases: how much a rate changed, how much a gap changed, and how sure that is.

Every change is new minus old. Counts are scalars or arrays that broadcast, and may be effective
counts (divided by a design effect).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, ndtr

from careaudit.stats.arrays import Floats, bisect, finite, numbers, share, table, two_sided_z
from careaudit.stats.clustering import squared_residuals
from careaudit.stats.rates import Bounds, newcombe, wilson
from careaudit.stats.standardise import common_mix

LEVEL = 0.95
SURE = two_sided_z(LEVEL)
Z_RANGE = (1e-6, 40.0)  # normal quantiles between which p-values are looked for


class Arms(NamedTuple):
    """How far an interval reaches below and above its value; never negative."""

    down: Floats
    up: Floats


@dataclass(frozen=True)
class Change:
    """Changes with their intervals: `arms` gives the reach at any normal quantile z."""

    value: Floats
    arms: Callable[[Floats], Arms]

    def interval(self, level: float = LEVEL) -> Bounds:
        """Return the two-sided interval; one end at level 2c - 1 is the one-sided limit at c."""
        down, up = self.arms(np.full(self.value.shape, two_sided_z(level)))
        return Bounds(self.value - down, self.value + up)

    def p(self) -> Floats:
        """Return the smallest two-sided level at which the interval excludes 0; 1 at no change."""

        def excludes(z: Floats) -> np.ndarray:
            down, up = self.arms(z)
            return np.asarray((self.value - down > 0) | (self.value + up < 0))

        z, _ = bisect(excludes, np.full(self.value.shape, Z_RANGE[0]), Z_RANGE[1])
        return np.where(z <= Z_RANGE[0], 1.0, 2 * ndtr(-z))


def unpaired_change(
    x_old: ArrayLike, n_old: ArrayLike, x_new: ArrayLike, n_new: ArrayLike
) -> Change:
    """Return the change of a rate between two disjoint logs.

    Source: Newcombe 1998, method 10.
    """
    x0, n0, x1, n1 = table(x_old, n_old, x_new, n_new)
    value = share(x1, n1) - share(x0, n0)

    def arms(z: Floats) -> Arms:
        k = _rescaled(z)
        low, high = newcombe(x1 * k, n1 * k, x0 * k, n0 * k, LEVEL)
        return _arms(value - low, high - value)

    return Change(value, arms)


def paired_change(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Change:
    """Return the change of a rate where both releases decided the same cases.

    Of these cases a are events under both releases, b under the old one alone, c under the new
    one alone, d under neither. Source: Newcombe 1998 (paired), method 10.
    """
    a, b, c, d = np.broadcast_arrays(*(finite("counts", part, low=0.0) for part in (a, b, c, d)))
    n = a + b + c + d
    old, new = share(a + b, n), share(a + c, n)
    value = share(c - b, n)
    phi = _correlation(a, b, c, d)

    def arms(z: Floats) -> Arms:
        k = _rescaled(z)
        low_old, high_old = wilson(np.minimum(a + b, n) * k, n * k, LEVEL)
        low_new, high_new = wilson(np.minimum(a + c, n) * k, n * k, LEVEL)
        return _arms(
            _between(new - low_new, high_old - old, phi),
            _between(high_new - new, old - low_old, phi),
        )

    return Change(value, arms)


def gap_change(group: Change, reference: Change, correlation: ArrayLike = 0.0) -> Change:
    """Return how much the gap between two groups changed (MOVER).

    Positive where the group's rate rose more, or fell less, than the reference's. `correlation`
    of the two changes is not 0 where customers stand in both. Source: Zou & Donner 2008.
    """
    rho = numbers("correlation", correlation, -1.0, 1.0)

    def arms(z: Floats) -> Arms:
        ours, theirs = group.arms(z), reference.arms(z)
        return Arms(_between(ours.down, theirs.up, rho), _between(ours.up, theirs.down, rho))

    return Change(group.value - reference.value, arms)


def mcnemar_exact(b: ArrayLike, c: ArrayLike) -> Floats:
    """Return the two-sided p of H0: a changed case is as likely to have changed either way.

    b: events under the old release alone; c: under the new one alone; rounded to whole counts.
    Source: McNemar 1947, exact.
    """
    b, c = (np.rint(finite(name, part, low=0.0)) for name, part in (("b", b), ("c", c)))
    fewer, more = np.minimum(b, c), np.maximum(b, c)
    tail = betainc(np.maximum(more, 1.0), fewer + 1, 0.5)
    return np.where(more == 0, 1.0, np.minimum(2 * tail, 1.0))


class Standardised(NamedTuple):
    """A rate in both releases as if both had met one mix of strata.

    `n_old` and `n_new` are the independent decisions that the rates are worth; `excluded` is the
    share of decisions in strata that only one of the releases met.
    """

    old: Floats
    n_old: Floats
    new: Floats
    n_new: Floats
    excluded: Floats


def standardise(
    x_old: ArrayLike, n_old: ArrayLike, x_new: ArrayLike, n_new: ArrayLike
) -> Standardised:
    """Return the rates of both releases over their common mix; strata run along the last axis.

    A stratum weighs what it holds of the decisions of both releases together. One that either
    release did not meet is left out of both. Rates are 0 of 0 decisions where none is left.
    Source: direct standardisation (`common_mix`).
    """
    return Standardised(*common_mix(x_old, n_old, x_new, n_new))


@dataclass(frozen=True)
class Pairs:
    """Cases that both releases decided, and how much less they tell than independent ones.

    Events under both releases, under the old or the new one alone, and under neither. Over
    customers i with n_i cases, whose events rose by d_i in all: nn is the sum of n_i^2, dn of
    d_i n_i, dd of d_i^2. `customers` is None where the logs name none.
    """

    both: int
    old_only: int
    new_only: int
    neither: int
    customers: int | None = None
    nn: int = 0
    dn: int = 0
    dd: int = 0

    @property
    def n(self) -> int:
        """All cases."""
        return self.both + self.old_only + self.new_only + self.neither

    @property
    def design_effect(self) -> float:
        """The variance of the change over that of independent cases, never below 1.

        nn/n (Kish 1965) where no case changed, and n for a single customer.
        Source: linearised ratio variance, Rao & Scott 1992.
        """
        n = self.n
        if n == 0 or self.customers is None:
            return 1.0
        if self.customers < 2:
            return float(n)
        if self.spread == 0:
            return max(1.0, self.nn / n)
        residuals = squared_residuals(n, self.rise, self.nn, self.dn, self.dd)
        return max(1.0, self.customers / (self.customers - 1) * residuals / (n * self.spread))

    @property
    def rise(self) -> int:
        """How many more events the new release has."""
        return self.new_only - self.old_only

    @property
    def spread(self) -> int:
        """n^2 times the variance of the change of one case."""
        return self.n * (self.old_only + self.new_only) - self.rise * self.rise


class Shared(NamedTuple):
    """Sums over customers of two groups, of products of their cases n and rises d in either."""

    nn: int
    nd: int
    dn: int
    dd: int


def shared_correlation(
    group: Pairs, reference: Pairs, shared: Shared, effect: float, reference_effect: float
) -> float:
    """Return the correlation of two groups' changes that their common customers make.

    `effect` is the design effect that each group's variance is taken with. 0 where a group has
    no variance. Source: methods 1.8, linearised covariance.
    """
    n, m = group.n, reference.n
    if not group.spread or not reference.spread:
        return 0.0
    slope, other = group.rise / n, reference.rise / m
    products = shared.dd - other * shared.dn - slope * shared.nd + slope * other * shared.nn
    variance = effect * group.spread / n**3 * (reference_effect * reference.spread / m**3)
    return float(np.clip(products / (n * m) / np.sqrt(variance), -1.0, 1.0))


def wilson_size(rate: ArrayLike, low: ArrayLike, high: ArrayLike, level: float = LEVEL) -> Floats:
    """Return the independent decisions whose Wilson interval this is: the inverse of `wilson`.

    An exact interval is wider, so that the answer is then on the safe side.
    """
    rate, low, high = (
        finite(name, v) for name, v in (("rate", rate), ("low", low), ("high", high))
    )
    z = two_sided_z(level)
    end = np.where(high - rate >= rate - low, high, low)  # the end that is never 0 or 1
    return np.asarray(z**2 * end * (1 - end) / (end - rate) ** 2)


def _rescaled(z: Floats) -> Floats:
    """Return the factor on counts that turns a 95 % Wilson interval into one at quantile z.

    The interval depends on n and z through n / z^2 alone, so that any z needs no formula of its
    own.
    """
    return (SURE / z) ** 2


def _between(arm: Floats, other: Floats, phi: Floats) -> Floats:
    """Return the reach of a difference of two correlated rates from their own reaches."""
    return np.sqrt(np.maximum(arm**2 - 2 * phi * arm * other + other**2, 0.0))


def _arms(down: Floats, up: Floats) -> Arms:
    return Arms(np.maximum(down, 0.0), np.maximum(up, 0.0))


def _correlation(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Return the correlation of the two releases' events, Newcombe's correction made; else 0."""
    product, half = a * d - b * c, (a + b + c + d) / 2
    corrected = np.where(product > half, product - half, np.where(product >= 0, 0.0, product))
    spread = np.sqrt((a + b) * (c + d)) * np.sqrt((a + c) * (b + d))
    return np.clip(share(corrected, spread), -1.0, 1.0)
