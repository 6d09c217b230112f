"""Rates of one group and of two: intervals, score statistics and the parity test.

Everywhere x successes of n decisions, group 1 (or g) against its comparator 2 (or r). Counts
are scalars or arrays that broadcast, and may be effective counts (divided by a design effect).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtr

from careaudit.stats.arrays import (
    Bools,
    Floats,
    Table,
    bisect,
    counts,
    finite,
    share,
    table,
    two_sided_z,
)
from careaudit.stats.kernels import difference_z, fisher_p, ratio_z

SMALL_SAMPLE = 10  # decisions below which one rate gets the exact interval
SMALL_EXPECTED = 10  # expected count below which parity is tested exactly
LOG_RATIO_RANGE = 60.0  # natural log; no count of decisions makes a limit this extreme


NEARLY = 1e-9  # decisions


class Bounds(NamedTuple):
    """The two ends of an interval, each with the broadcast shape of the inputs."""

    low: Floats
    high: Floats


def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the score interval of one rate; (0, 1) where n is 0.

    Source: Wilson 1927.
    """
    x, n = counts(x, n)
    z = two_sided_z(level)
    p = share(x, n)
    size = np.where(n > 0, n, 1.0)
    centre = (p + z**2 / (2 * size)) / (1 + z**2 / size)
    arm = z / (1 + z**2 / size) * np.sqrt(p * (1 - p) / size + (z / (2 * size)) ** 2)
    low = np.where(x == 0, 0.0, np.maximum(centre - arm, 0.0))
    high = np.where(x == n, 1.0, np.minimum(centre + arm, 1.0))
    return Bounds(low, high)


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the exact interval of one rate; (0, 1) where n is 0.

    Source: Clopper & Pearson 1934.
    """
    x, n = counts(x, n)
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    tail = (1 - level) / 2
    low = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 1e-300), n - x + 1, tail))
    high = np.where(x == n, 1.0, 1 - betaincinv(np.maximum(n - x, 1e-300), x + 1, tail))
    return Bounds(low, high)


def rate_interval(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the interval shown for one rate: Wilson, Clopper-Pearson below 10 decisions."""
    exact, score = clopper_pearson(x, n, level), wilson(x, n, level)
    small = np.asarray(n, dtype=np.float64) < SMALL_SAMPLE
    return Bounds(
        np.where(small, exact.low, score.low),
        np.where(small, exact.high, score.high),
    )


def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> Bounds:
    """Return the closed-form interval of p1 - p2 from two Wilson intervals (big tables).

    (-1, 1) where a group is empty. Source: Newcombe 1998, method 10.
    """
    x1, n1, x2, n2 = table(x1, n1, x2, n2)
    first, second = wilson(x1, n1, level), wilson(x2, n2, level)
    p1, p2 = share(x1, n1), share(x2, n2)
    down = np.hypot(p1 - first.low, second.high - p2)
    up = np.hypot(first.high - p1, p2 - second.low)
    return _unless_empty(n1, n2, Bounds(p1 - p2 - down, p1 - p2 + up), -1.0, 1.0)


def z_difference(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, d: ArrayLike
) -> Floats:
    """Return the score statistic of H0: p1 - p2 = d.

    Positive where p1 - p2 lies above d; +-inf where H0 leaves no variance, or d is outside
    [-1, 1]; 0 where a group is empty. Source: Miettinen & Nurminen 1985, with N/(N-1).
    """
    return difference_z(table(x1, n1, x2, n2), finite("d", d))


def z_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, f: ArrayLike) -> Floats:
    """Return the score statistic of H0: p1 = f p2, for f >= 0.

    Positive where p1 lies above f p2; +-inf where H0 leaves no variance; 0 where a group is
    empty. Source: Miettinen & Nurminen 1985, with N/(N-1).
    """
    return ratio_z(table(x1, n1, x2, n2), finite("f", f, low=0.0))


def difference_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    level: float = 0.95,
    *,
    correction: bool = True,
) -> Bounds:
    """Return the score interval of p1 - p2; (-1, 1) where a group is empty.

    Source: Miettinen & Nurminen 1985; `correction=False` drops N/(N-1) and is Mee 1984.
    """
    cells = table(x1, n1, x2, n2)
    x1, n1, x2, n2 = cells
    z = two_sided_z(level)
    estimate = share(x1, n1) - share(x2, n2)
    low, _ = bisect(lambda d: difference_z(cells, d, correction) >= z, -1.0, estimate)
    _, high = bisect(lambda d: difference_z(cells, d, correction) > -z, estimate, 1.0)
    return _unless_empty(n1, n2, Bounds(low, high), -1.0, 1.0)


def ratio_interval(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    level: float = 0.95,
    *,
    correction: bool = True,
) -> Bounds:
    """Return the score interval of p1 / p2: low is 0 where x1 is 0, high is inf where x2 is 0.

    (0, inf) where a group is empty.
    Source: Miettinen & Nurminen 1985; `correction=False` drops N/(N-1) and is Koopman 1984.
    """
    cells = table(x1, n1, x2, n2)
    x1, n1, x2, n2 = cells
    z = two_sided_z(level)
    estimate = np.log(share(x1, n1).clip(1e-12)) - np.log(share(x2, n2).clip(1e-12))

    def statistic(log_f: Floats) -> Floats:
        return ratio_z(cells, np.exp(log_f), correction)

    low, _ = bisect(lambda log_f: statistic(log_f) >= z, -LOG_RATIO_RANGE, estimate)
    _, high = bisect(lambda log_f: statistic(log_f) > -z, estimate, LOG_RATIO_RANGE)
    found = Bounds(
        np.where(x1 == 0, 0.0, np.exp(low)),
        np.where(x2 == 0, np.inf, np.exp(high)),
    )
    return _unless_empty(n1, n2, found, 0.0, np.inf)


def _unless_empty(n1: Floats, n2: Floats, found: Bounds, low: float, high: float) -> Bounds:
    """Return the widest interval where a group has no decisions."""
    empty = (n1 == 0) | (n2 == 0)
    return Bounds(np.where(empty, low, found.low), np.where(empty, high, found.high))


def parity_p(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """Return the two-sided p of H0: p1 = p2; 1 where nobody or everybody succeeded.

    Fisher's exact test (x rounded, n rounded down) where the smallest expected count of the
    table is below 10, else the score test at d = 0. The exact branch keeps the size of the test
    at strict levels, where the score test on small counts does not.
    """
    cells = table(x1, n1, x2, n2)
    x1, n1, x2, n2 = cells
    total, x = n1 + n2, x1 + x2
    expected = share(np.minimum(x, total - x) * np.minimum(n1, n2), total)
    p = np.asarray(2 * ndtr(-np.abs(difference_z(cells, 0.0))))
    exact = expected < SMALL_EXPECTED
    if exact.any():
        # A count that is whole but for its last digits is that whole number.
        m1, m2 = (np.floor(n[exact] + NEARLY) for n in (n1, n2))
        y1, y2 = np.rint(x1[exact] + NEARLY), np.rint(x2[exact] + NEARLY)
        y1, y2 = np.minimum(y1, m1), np.minimum(y2, m2)
        p[exact] = fisher_p(Table(y1, m1, y2, m2))
    return p


def four_fifths(x_g: ArrayLike, n_g: ArrayLike, x_r: ArrayLike, n_r: ArrayLike) -> Bools:
    """Return True where the rate of g is below four fifths of the rate of r.

    Compares whole counts in integers, so that exactly 80 % is never flagged; False where a group
    is empty. ValueError for fractional counts. Source: UGESP 1978 (29 CFR 1607.4 D).
    """
    cells = table(x_g, n_g, x_r, n_r)
    if any((cell != np.floor(cell)).any() for cell in cells):
        raise ValueError("four_fifths compares whole counts, got a fraction")
    x_g, n_g, x_r, n_r = (cell.astype(np.int64).astype(object) for cell in cells)
    return np.asarray(5 * x_g * n_r < 4 * x_r * n_g, dtype=np.bool_)


def odds_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """Return the odds of group 1 over the odds of group 2; inf where only the divisor is 0.

    Where both are 0 the ratio has no value: 1.0 is returned and `odds_ratio_defined` is False.
    """
    x1, n1, x2, n2 = table(x1, n1, x2, n2)
    over, under = x1 * (n2 - x2), x2 * (n1 - x1)
    ratio = over / np.where(under > 0, under, 1.0)
    return np.where(under > 0, ratio, np.where(over > 0, np.inf, 1.0))


def odds_ratio_defined(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Bools:
    """Return where `odds_ratio` is a number or infinite, and not 0 over 0."""
    x1, n1, x2, n2 = table(x1, n1, x2, n2)
    return (x1 * (n2 - x2) > 0) | (x2 * (n1 - x1) > 0)
