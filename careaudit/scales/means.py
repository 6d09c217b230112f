"""Values that come with a standard error: money, times, points (methods 1.12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from careaudit.measures import Gap, Pair, Reading, Seen, Share
from careaudit.record import Detectable, Interval
from careaudit.scales.base import Asking, Evidence, Ranges, Spread, by_direction
from careaudit.stats.arrays import Floats, two_sided_z
from careaudit.stats.parts import mean_ratio
from careaudit.stats.power import DETECTION
from careaudit.stats.scales import Disparity, fixed, on_curve, share_of_comparator
from careaudit.stats.tolerance import Tolerance

POWER = 0.90
"""With which a truly equal group should pass, for the decisions that it needs."""


@dataclass(frozen=True)
class Means:
    """Values beside a share of the comparator's, a gap in their own unit, or the curve."""

    adverse: bool
    limit: Share | Gap | Tolerance

    def _disparity(self, pairs: Sequence[Pair], protect: bool) -> Disparity:
        m_g, v_g, m_r, v_r = _values(pairs)
        if isinstance(self.limit, Gap):
            d = m_g - m_r if self.adverse else m_r - m_g
            return fixed(d, np.sqrt(v_g + v_r), self.limit.gap, protect=protect)
        if isinstance(self.limit, Share):
            return share_of_comparator(
                m_g, v_g, m_r, v_r, self.limit.share, self.adverse, protect=protect
            )
        return on_curve(m_g, v_g, m_r, v_r, self.limit, self.adverse, protect=protect)

    def test(self, pairs: Sequence[Pair]) -> Evidence:
        """Test pairs on their values and effective variances."""

        def found(chosen: list[Pair], protect: bool) -> Evidence:
            gap = self._disparity(chosen, protect)
            first = Evidence(gap.u, gap.parity_p, gap.p_pass(), gap.p_beyond())
            if not any(_also(side) for pair in chosen for side in (pair.group, pair.reference)):
                return first
            # A mean that rests on a few large amounts: a verdict needs both ways to agree.
            again = self._disparity([_other_way(pair) for pair in chosen], protect)
            p = (again.parity_p, again.p_pass(), again.p_beyond())
            return Evidence(gap.u, *(np.maximum(a, b) for a, b in zip(first[1:], p, strict=True)))

        return by_direction(Evidence, pairs, found)

    def spread(self, pairs: Sequence[Pair], asking: Asking) -> Spread:
        """Return u of pairs with its ranges, by inverting the tests."""

        def found(chosen: list[Pair], protect: bool) -> Spread:
            gap = self._disparity(chosen, protect)
            levels = asking.alpha * np.array([pair.weight for pair in chosen])
            high = np.maximum(gap.u, gap.u_high(asking.alpha_pass))
            return Spread(gap.u, gap.u_low(0.05), high, gap.u_low(levels))

        return by_direction(Spread, pairs, found)

    def ranges(self, pairs: Sequence[Pair]) -> Ranges:
        """Return 95 % ranges: normal for differences, on the log for ratios above 0."""
        m_g, v_g, m_r, v_r = _values(pairs)
        arm = two_sided_z(0.95) * np.sqrt(v_g + v_r)
        differences = [
            Interval(value=float(d), low=_finite(d - a), high=_finite(d + a))
            for d, a in zip(m_g - m_r, arm, strict=True)
        ]
        return Ranges(
            differences,
            [_ratio(*map(float, row)) for row in zip(m_g, v_g, m_r, v_r, strict=True)]
            if isinstance(self.limit, Share)
            else [Interval()] * len(pairs),
            [None] * len(pairs),
        )

    def errors(self, pairs: Sequence[Pair]) -> Floats:
        """Return the standard error of each gap in units of its limit."""
        _, v_g, _, v_r = _values(pairs)
        limits = np.array([self.tolerated(pair) for pair in pairs])
        return np.asarray(np.sqrt(v_g + v_r) / limits)

    def tolerated(self, pair: Pair) -> float:
        """Return the tolerated gap in the measure's unit."""
        g, r = (float(side.at(1.0).value) for side in (pair.group, pair.reference))
        if isinstance(self.limit, Gap):
            return self.limit.gap
        if isinstance(self.limit, Share):
            return max(self.limit.share * abs(r), 1e-300)
        return float(self.limit.allowed(min(g, r) if self.adverse else max(g, r), self.adverse))

    def detectable(self, pairs: Sequence[Pair], asking: Asking) -> list[Detectable]:
        """Return the smallest gap each pair could have shown, and the decisions it needs.

        Variances are taken to shrink as decisions grow; the comparator keeps its own.
        """
        found = []
        _, v_g, _, v_r = _values(pairs)
        for pair, mine, theirs in zip(pairs, v_g, v_r, strict=True):
            se = math.sqrt(mine + theirs)
            z = float(-ndtri(asking.alpha * pair.weight / 2) + ndtri(DETECTION))
            found.append(
                Detectable(
                    gap=_finite(z * se),
                    n_needed=_needed(pair, mine, theirs, self.tolerated(pair), asking),
                )
            )
        return found

    def harmed(self, pair: Pair) -> str:
        """Say which side has the worse value."""
        g, r = (float(side.at(1.0).value) for side in (pair.group, pair.reference))
        if g == r:
            return "none"
        return "group" if (g > r) == self.adverse else "reference"

    def excess(self, pair: Pair) -> float:
        """Return the adverse cases above the comparator's share; 0 where no share is measured."""
        return self.people(pair).value or 0.0

    def people(self, pair: Pair) -> Interval:
        """Return the same with its range; no number where no share is measured."""
        if not isinstance(self.limit, Tolerance):
            return Interval()
        gap = self.ranges([pair]).difference[0]
        n = pair.group.n if self.adverse else -pair.group.n
        ends = sorted(n * end for end in (gap.low, gap.high) if end is not None)
        if gap.value is None or len(ends) < 2:
            return Interval()
        return Interval(value=n * gap.value, low=ends[0], high=ends[1])


def _also(side: Seen) -> bool:
    return isinstance(side, Reading) and side.also is not None


def _other_way(pair: Pair) -> Pair:
    """The pair with the other value of each side, where it has one."""
    group, reference = (
        replace(side, at_=side.also) if isinstance(side, Reading) and side.also else side
        for side in (pair.group, pair.reference)
    )
    return replace(pair, group=group, reference=reference)


def _values(pairs: Sequence[Pair]) -> tuple[Floats, Floats, Floats, Floats]:
    """Values and effective variances of groups and comparators."""
    rows = []
    for pair in pairs:
        g, r = pair.group.at(pair.group_deff), pair.reference.at(pair.reference_deff)
        rows.append((g.value, g.se**2, r.value, r.se**2))
    m_g, v_g, m_r, v_r = np.array(rows, dtype=float).reshape(-1, 4).T
    return m_g, v_g, m_r, v_r


def _ratio(m_g: float, v_g: float, m_r: float, v_r: float) -> Interval:
    if not (m_g > 0 and m_r > 0 and math.isfinite(v_g + v_r)):
        return Interval()
    found = mean_ratio(m_g, v_g, m_r, v_r)
    return Interval(value=float(found.value), low=_finite(found.low), high=_finite(found.high))


def _needed(pair: Pair, mine: float, theirs: float, limit: float, asking: Asking) -> int | None:
    """Decisions with which a group with no gap passes nine times in ten."""
    both = float(-ndtri(asking.alpha_pass) + ndtri((1 + POWER) / 2))
    room = (limit / both) ** 2 - theirs
    if room <= 0:  # the comparator alone is too uncertain: both sides of one size
        room = (limit / both) ** 2 / 2
    if not (math.isfinite(mine) and room > 0):
        return None
    needed = max(pair.group.n * mine / room, asking.scope * pair.group_deff)
    return math.ceil(needed) if needed < 1e12 else None


def _finite(value: Floats | float) -> float | None:
    return float(value) if math.isfinite(value) else None
