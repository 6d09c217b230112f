"""Gaps on any scale against the council's limit: points, times, money, areas under curves.

The tests of `tolerance` for estimates that come with a standard error. A gap is measured in
tolerance units u: u = 1 is exactly at the limit, and searches for a limit end at 60 units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from careaudit.stats.arrays import Floats, bisect, finite, numbers
from careaudit.stats.tolerance import LARGEST_U, STEPS, Tolerance, units

LEAST = 1e-300  # the smallest limit above 0


@dataclass(frozen=True)
class Disparity:
    """A gap beside its limit: u, the parity test, and the tests of any limit.

    `u` is never negative and at most 60. `parity_p` is two-sided. `limit_z` gives the z of a limit
    of u units in the direction that looks worst: above 0 where the gap lies inside it.
    """

    u: Floats
    parity_p: Floats
    limit_z: Callable[[Floats], Floats]

    def p_pass(self, u: ArrayLike = 1.0) -> Floats:
        """Return the p of H0: the gap is beyond u tolerance units. Small is evidence to pass.

        Source: Schuirmann 1987 (two one-sided tests); Berger 1982 (intersection-union).
        """
        return np.asarray(ndtr(-self.limit_z(finite("u", u, low=0.0))))

    def p_beyond(self, u: ArrayLike = 1.0) -> Floats:
        """Return the p of H0: the gap is within u tolerance units. Small is evidence to fail."""
        return np.asarray(ndtr(self.limit_z(finite("u", u, low=0.0))))

    def u_high(self, alpha: ArrayLike = 0.05) -> Floats:
        """Return the smallest limit that would be passed; read 60 as "60 or more"."""
        return self._bracket(-ndtri(numbers("alpha", alpha, 0.0, 1.0)))[1]

    def u_low(self, c: ArrayLike = 0.05) -> Floats:
        """Return the largest limit shown to be crossed at level c, 0 if none."""
        return self._bracket(ndtri(numbers("c", c, 0.0, 1.0)))[0]

    def _bracket(self, z: Floats) -> tuple[Floats, Floats]:
        """Return the limits just below and just above the one whose z is `z`."""
        start = np.zeros(np.broadcast_shapes(np.shape(self.u), np.shape(z)))
        return bisect(lambda u: self.limit_z(u) < z, start, LARGEST_U, STEPS)


def fixed(d: ArrayLike, s: ArrayLike, t: ArrayLike, *, protect: bool = False) -> Disparity:
    """Return a gap d with standard error s beside a limit of t, all in one unit.

    d is above 0 where the segment is worse off; t above 0; s may be inf where nothing is known.
    With `protect` only harm to the segment counts.
    """
    d, s, t = np.broadcast_arrays(finite("d", d), numbers("s", s), finite("t", t, low=LEAST))

    def limit_z(u: Floats) -> Floats:
        harm = _z(u * t - d, s)
        return harm if protect else np.minimum(harm, _z(u * t + d, s))

    return Disparity(_units(d, t, protect), _parity(d, s), limit_z)


def share_of_comparator(
    m_g: ArrayLike,
    v_g: ArrayLike,
    m_r: ArrayLike,
    v_r: ArrayLike,
    share: ArrayLike,
    adverse: bool = False,
    *,
    protect: bool = False,
) -> Disparity:
    """Return two means beside a limit that is a share of the comparator's mean.

    m: means, at least 0, adverse where more is worse; v: their variances; share in (0, 1]: 0.1
    for 10 %. The limit is as uncertain as the comparator it is taken from: u of 1 is
    m_g = (1 - share) m_r or (1 + share) m_r, tested as linear forms. A comparator of 0 leaves no
    gap inside the limit. With `protect` only harm to the segment counts. Source: Fieller 1954.
    """
    m_g, v_g, m_r, v_r = _means(m_g, v_g, m_r, v_r, np.inf)
    part = numbers("share", share, LEAST, 1.0)

    def limit_z(u: Floats) -> Floats:
        less, more = 1 - u * part, 1 + u * part
        # Nobody falls short by more than all there is.
        k = np.where(less > 0, less, 1.0)
        short = np.where(less > 0, _z(m_g - k * m_r, np.sqrt(v_g + k**2 * v_r)), np.inf)
        beyond = _z(more * m_r - m_g, np.sqrt(v_g + more**2 * v_r))
        harm = beyond if adverse else short
        return harm if protect else np.minimum(short, beyond)

    d = m_g - m_r if adverse else m_r - m_g
    return Disparity(_units(d, part * m_r, protect), _parity(d, np.sqrt(v_g + v_r)), limit_z)


def on_curve(
    p_g: ArrayLike,
    v_g: ArrayLike,
    p_r: ArrayLike,
    v_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    *,
    protect: bool = False,
    covariance: ArrayLike = 0.0,
) -> Disparity:
    """Return two rates known by their variances beside the curve of `Tolerance`.

    For rates that are no counts, such as the share served in time where cases are open. v may be
    inf. `covariance` is that of the two rates. The parts of the curve combine as in `tolerance`;
    with `protect` only harm to g counts.
    """
    p_g, v_g, p_r, v_r = _means(p_g, v_g, p_r, v_r, 1.0)
    both = 2 * finite("covariance", covariance)
    s = np.sqrt(np.maximum(v_g + v_r - both, 0.0))

    def limit_z(u: Floats) -> Floats:
        k = 1 / (1 + u * (1 / tolerance.ratio - 1)) if adverse else 1 - u * (1 - tolerance.ratio)
        factor = np.where(k > 0, k, 1.0)

        def score(low: Floats, v_low: Floats, high: Floats, v_high: Floats) -> Floats:
            spread = np.sqrt(np.maximum(v_low + factor**2 * v_high - factor * both, 0.0))
            ratio = np.where(k > 0, _z(low - factor * high, spread), np.inf)
            floor, cap = (_z(low - high + u * d, s) for d in (tolerance.floor, tolerance.cap))
            return np.minimum(cap, np.maximum(ratio, floor))

        g, r = (p_g, v_g), (p_r, v_r)
        harm, other = (score(*r, *g), score(*g, *r)) if adverse else (score(*g, *r), score(*r, *g))
        return harm if protect else np.minimum(harm, other)

    u = np.minimum(units(p_g, p_r, tolerance, adverse, protect=protect), LARGEST_U)
    return Disparity(u, _parity(p_g - p_r, s), limit_z)


def _means(
    m_g: ArrayLike, v_g: ArrayLike, m_r: ArrayLike, v_r: ArrayLike, top: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return two means in [0, top] with their variances, checked and broadcast together."""
    m_g, m_r = numbers("m_g", m_g, 0.0, top), numbers("m_r", m_r, 0.0, top)
    found = np.broadcast_arrays(
        finite("m_g", m_g), numbers("v_g", v_g), finite("m_r", m_r), numbers("v_r", v_r)
    )
    return found[0], found[1], found[2], found[3]


def _units(d: Floats, t: Floats, protect: bool) -> Floats:
    """Return the gap over its limit, at most 60; a limit of 0 is 60 units away from any gap."""
    gap = np.maximum(d, 0.0) if protect else np.abs(d)
    far = gap >= LARGEST_U * t
    return np.where(far, np.where(gap > 0, LARGEST_U, 0.0), gap / np.where(far, 1.0, t))


def _parity(d: Floats, s: Floats) -> Floats:
    """Return the two-sided p of H0: no gap."""
    return np.asarray(2 * ndtr(-np.abs(_z(d, s))))


def _z(margin: Floats, s: Floats) -> Floats:
    """Return margin / s; +-inf where s is 0, and 0 where both are."""
    certain = np.where(margin == 0, 0.0, np.copysign(np.inf, margin))
    with np.errstate(over="ignore"):  # an s of next to nothing is as certain as 0
        return np.where(s > 0, margin / np.where(s > 0, s, 1.0), certain)
