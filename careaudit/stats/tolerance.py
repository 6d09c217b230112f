"""How far two rates may lie apart, and the tests of being inside or beyond that limit.

A gap is measured in tolerance units u: u = 1 is exactly at the council's limit. All tests look
at one pair of rates as (lower, higher). The limit u is crossed where the lower rate falls more
than `u cap` below the higher one, or more than `u floor` and below `k(u)` times the higher one.
Only k depends on the orientation, so one pair of functions serves both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from careaudit.stats.arrays import Floats, Table, bisect, finite, numbers, table
from careaudit.stats.kernels import difference_z, ratio_z

LARGEST_U = 60.0  # tolerance units; searches for a limit end here
STEPS = 46  # halvings of [0, 60]: below 1e-12 units


@dataclass(frozen=True)
class Tolerance:
    """The council's curve: a ratio, never stricter than `floor` nor laxer than `cap`.

    `ratio` in (0, 1]; `floor` and `cap` are differences of rates, 0 < floor <= cap <= 1.
    """

    ratio: float = 0.80
    floor: float = 0.01
    cap: float = 0.10

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise ValueError(f"ratio must be above 0 and at most 1, got {self.ratio}")
        if not 0 < self.floor <= self.cap <= 1:
            raise ValueError(
                f"floor and cap must keep 0 < floor <= cap <= 1, got {self.floor} and {self.cap}"
            )

    def allowed(self, p_advantaged: ArrayLike, adverse: bool = False) -> Floats:
        """Return the tolerated gap, a difference of rates, beside the advantaged rate.

        Advantaged is the higher rate of a favourable outcome, the lower of an adverse one.
        """
        p = numbers("p_advantaged", p_advantaged, 0.0, 1.0)
        slope = 1 / self.ratio - 1 if adverse else 1 - self.ratio
        return np.clip(slope * p, self.floor, self.cap)


def units(
    p_g: ArrayLike,
    p_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    *,
    protect: bool = False,
) -> Floats:
    """Return the gap between two rates in tolerance units: 0 at equality, 1 at the limit.

    Never negative: it is the same whichever of the two is disadvantaged. With `protect` it is 0
    where g is not the disadvantaged one.
    """
    p_g, p_r = numbers("p_g", p_g, 0.0, 1.0), numbers("p_r", p_r, 0.0, 1.0)
    advantaged = np.minimum(p_g, p_r) if adverse else np.maximum(p_g, p_r)
    gap = np.abs(p_g - p_r)
    if protect:
        gap = np.where((p_g > p_r) == adverse, gap, 0.0)
    return gap / tolerance.allowed(advantaged, adverse)


def p_pass(
    x_g: ArrayLike,
    n_g: ArrayLike,
    x_r: ArrayLike,
    n_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    u: ArrayLike = 1.0,
    *,
    protect: bool = False,
) -> Floats:
    """Return the p of H0: the gap is beyond u tolerance units. Small means evidence to pass.

    The larger p of both directions; with `protect` only the direction in which g is harmed.
    Source: Schuirmann 1987 (two one-sided tests); Berger 1982 (intersection-union).
    """
    pairs = _directions(table(x_g, n_g, x_r, n_r), adverse, protect)
    return np.asarray(ndtr(-_worst_z(pairs, tolerance, adverse, finite("u", u, low=0.0))))


def p_beyond(
    x_g: ArrayLike,
    n_g: ArrayLike,
    x_r: ArrayLike,
    n_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    u: ArrayLike = 1.0,
    *,
    protect: bool = False,
) -> Floats:
    """Return the p of H0: the gap is within u tolerance units. Small means evidence to fail.

    The smaller p of both directions; with `protect` only the direction in which g is harmed.
    """
    pairs = _directions(table(x_g, n_g, x_r, n_r), adverse, protect)
    return np.asarray(ndtr(_worst_z(pairs, tolerance, adverse, finite("u", u, low=0.0))))


def u_high(
    x_g: ArrayLike,
    n_g: ArrayLike,
    x_r: ArrayLike,
    n_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    *,
    alpha: ArrayLike = 0.05,
    protect: bool = False,
) -> Floats:
    """Return the upper end of u: the smallest limit that would be passed, at most 60 units.

    Read 60 as "60 or more": an adverse rate beside one of 0 can be up to 1 / floor units off.
    """
    pairs = _directions(table(x_g, n_g, x_r, n_r), adverse, protect)
    return _bracket(pairs, tolerance, adverse, -ndtri(numbers("alpha", alpha, 0.0, 1.0)))[1]


def u_low(
    x_g: ArrayLike,
    n_g: ArrayLike,
    x_r: ArrayLike,
    n_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    *,
    c: ArrayLike = 0.05,
    protect: bool = False,
) -> Floats:
    """Return the lower end of u: the largest limit shown to be crossed at level c, 0 if none.

    At most 60 units. c may differ by pair (the Equity Impact Score uses alpha times its weight).
    """
    pairs = _directions(table(x_g, n_g, x_r, n_r), adverse, protect)
    return _bracket(pairs, tolerance, adverse, ndtri(numbers("c", c, 0.0, 1.0)))[0]


def _bracket(
    pairs: list[Table], tolerance: Tolerance, adverse: bool, z: Floats
) -> tuple[Floats, Floats]:
    """Return the limits u just below and just above the one where the z of the limit is `z`."""
    start = np.zeros(np.broadcast_shapes(pairs[0].x1.shape, np.shape(z)))
    return bisect(lambda u: _worst_z(pairs, tolerance, adverse, u) < z, start, LARGEST_U, STEPS)


def _directions(cells: Table, adverse: bool, protect: bool) -> list[Table]:
    """Return the cells as (lower, higher) pairs of counts, the one with g harmed first."""
    harmed = cells.swapped() if adverse else cells
    return [harmed] if protect else [harmed, harmed.swapped()]


def _score(pair: Table, tolerance: Tolerance, adverse: bool, u: Floats) -> Floats:
    """Return the z of the whole limit u: above 0 where the lower rate is not too low.

    Inside needs the cap, and the easier of ratio and floor.
    """
    k = 1 / (1 + u * (1 / tolerance.ratio - 1)) if adverse else 1 - u * (1 - tolerance.ratio)
    # A k of 0 or less allows any ratio, and then the cap alone decides.
    ratio = np.where(k > 0, ratio_z(pair, np.maximum(k, 0.0)), np.inf)
    floor = difference_z(pair, -u * tolerance.floor)
    cap = difference_z(pair, -u * tolerance.cap)
    return np.minimum(cap, np.maximum(ratio, floor))


def _worst_z(pairs: list[Table], tolerance: Tolerance, adverse: bool, u: Floats) -> Floats:
    """Return the z of the limit u in the direction that looks worst."""
    return np.asarray(np.minimum.reduce([_score(pair, tolerance, adverse, u) for pair in pairs]))
