"""Rates of members by chance against others: the curve at both ends of what is known (methods 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careaudit.measures import Pair, Reading
from careaudit.probable import WEIGHTED, Bracket, Ends, bracket
from careaudit.record import Detectable, Interval
from careaudit.scales.base import Asking, Evidence, Ranges, Spread
from careaudit.stats.arrays import Floats
from careaudit.stats.tolerance import Tolerance


@dataclass(frozen=True)
class Chance(Reading):
    """Members by chance, or the others: what both are known to be between stands in `ends`."""

    ends: Ends | None = None


def ends_of(pair: Pair) -> Ends:
    """Return the ends of a pair by chance; its group is the members, its comparator the others."""
    ends = pair.group.ends if isinstance(pair.group, Chance) else None
    if ends is None:
        msg = f"{pair.group.group} has no chances of membership"
        raise TypeError(msg)
    return ends


@dataclass(frozen=True)
class Chances:
    """Rates by chance of membership beside the tolerance curve."""

    adverse: bool
    curve: Tolerance

    def _bracket(self, pair: Pair) -> Bracket:
        return bracket(
            ends_of(pair), pair.group_deff, self.curve, adverse=self.adverse, protect=pair.protect
        )

    def test(self, pairs: Sequence[Pair]) -> Evidence:
        """Test pairs at both ends."""
        found = [self._bracket(pair) for pair in pairs]
        rows = [(one.u, one.parity, one.within, one.beyond) for one in found]
        return Evidence(*np.array(rows).T)

    def spread(self, pairs: Sequence[Pair], asking: Asking) -> Spread:
        """Return what both ends reach of u, up to what neither passes."""
        found = [self._bracket(pair) for pair in pairs]
        rows = [
            (
                one.u,
                one.u_low(0.05),
                one.u_high(asking.alpha_pass),
                one.u_low(asking.alpha * pair.weight),
            )
            for one, pair in zip(found, pairs, strict=True)
        ]
        return Spread(*np.array(rows).T)

    def ranges(self, pairs: Sequence[Pair]) -> Ranges:
        """Return the weighted gaps, with 95 % ranges over what is not known and chance."""
        gaps = []
        for pair in pairs:
            ends = ends_of(pair)
            low, high = ends.range(pair.group_deff)
            value = float(ends.gap[WEIGHTED])
            gaps.append(Interval(value=value, low=float(low), high=float(high)))
        return Ranges(gaps, [Interval()] * len(pairs), [None] * len(pairs))

    def errors(self, pairs: Sequence[Pair]) -> Floats:
        """Return the standard error of each gap, the larger of both ends', in limits."""
        return np.array(
            [
                float(ends_of(pair).error(pair.group_deff)[1:].max()) / self.tolerated(pair)
                for pair in pairs
            ]
        )

    def tolerated(self, pair: Pair) -> float:
        """Return the tolerated gap at the better of the two weighted rates."""
        ends = ends_of(pair)
        rates = (float(ends.members[WEIGHTED]), float(ends.others[WEIGHTED]))
        return float(self.curve.allowed(min(rates) if self.adverse else max(rates), self.adverse))

    def detectable(self, pairs: Sequence[Pair], asking: Asking) -> list[Detectable]:  # noqa: ARG002
        """Return nothing: no number of decisions says who is a member."""
        return [Detectable(gap=None, n_needed=None) for _ in pairs]

    def harmed(self, pair: Pair) -> str:
        """Say which side is worse off at both ends; none where they disagree."""
        gaps = ends_of(pair).gap[1:] * (1 if self.adverse else -1)
        if (gaps > 0).all():
            return "group"
        return "reference" if (gaps < 0).all() else "none"

    def excess(self, pair: Pair) -> float:
        """Return the members' adverse decisions above the others' rate, as weighted; > 0 harms."""
        gap = float(ends_of(pair).gap[WEIGHTED])
        return pair.group.n * (gap if self.adverse else -gap)

    def people(self, pair: Pair) -> Interval:
        """Return the same with its range over what is not known and chance."""
        low, high = (float(end) for end in ends_of(pair).range(pair.group_deff))
        ends = (low, high) if self.adverse else (-high, -low)
        n = pair.group.n
        return Interval(value=self.excess(pair), low=n * ends[0], high=n * ends[1])
