"""Shares that are counted, x among n: the score tests beside the tolerance curve (methods 1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from careaudit.measures import Pair, Sample
from careaudit.record import Detectable, Interval
from careaudit.scales.base import Asking, Evidence, Ranges, Spread, by_direction
from careaudit.stats.arrays import Floats, Table
from careaudit.stats.people import excess
from careaudit.stats.power import detectable_gap, n_needed
from careaudit.stats.rates import difference_interval, parity_p, ratio_interval
from careaudit.stats.tolerance import Tolerance, p_beyond, p_pass, u_high, u_low, units


def weigh(
    x_g: Floats, n_g: Floats, x_r: Floats, n_r: Floats, tolerance: Tolerance, adverse: bool,
    *, protect: bool = False,
) -> Evidence:  # fmt: skip
    """Test pairs given as effective counts (methods 1.3); arrays of any equal length."""
    counts = (x_g, n_g, x_r, n_r)
    return Evidence(
        u=units(x_g / n_g, x_r / n_r, tolerance, adverse, protect=protect),
        parity=parity_p(*counts),
        within=p_pass(*counts, tolerance, adverse, protect=protect),
        beyond=p_beyond(*counts, tolerance, adverse, protect=protect),
    )


def counted(pair: Pair) -> tuple[Sample, Sample]:
    """Return the counts of the group and of its comparator; TypeError where they are none."""
    if isinstance(pair.group, Sample) and isinstance(pair.reference, Sample):
        return pair.group, pair.reference
    msg = f"{pair.question} is not counted"
    raise TypeError(msg)


def effective(pairs: Sequence[Pair]) -> Table:
    """Effective x and n of groups and of their comparators (Rao & Scott 1992).

    Customers on both sides make the gap surer or less sure; both counts then bear that alike.
    """
    rows = []
    for pair in pairs:
        (g, r), both = counted(pair), pair.shared
        deff_g, deff_r = pair.group_deff * both, pair.reference_deff * both
        rows.append((g.x / deff_g, g.n / deff_g, r.x / deff_r, r.n / deff_r))
    return Table(*np.array(rows, dtype=float).reshape(-1, 4).T)


def errors(pair: Pair) -> float:
    """Standard error of the difference of a pair's rates."""
    g, r = counted(pair)
    both = variance(g, pair.group_deff) + variance(r, pair.reference_deff)
    return math.sqrt(both * pair.shared)


_PS = Evidence._fields[1:]


def _at_ends(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs at each end of what missing labels leave possible; none where nothing is open."""
    counts = [counted(pair) for pair in pairs]
    size = min((len(side.ends) for both in counts for side in both), default=0)
    found = []
    for end in range(size):
        at_end = []
        for pair, (g, r) in zip(pairs, counts, strict=True):
            moved = (replace(side, x=side.ends[end][0], n=side.ends[end][1]) for side in (g, r))
            group, reference = moved
            if group.n and reference.n:
                at_end.append(replace(pair, group=group, reference=reference))
        if len(at_end) == len(pairs):
            found.append(at_end)
    return found


def variance(sample: Sample, deff: float) -> float:
    """Variance of a sample's rate, p(1 - p)/n times its design effect."""
    p = sample.x / sample.n
    return p * (1 - p) / sample.n * deff


@dataclass(frozen=True)
class Counts:
    """Rates beside the tolerance curve."""

    adverse: bool
    curve: Tolerance

    def test(self, pairs: Sequence[Pair]) -> Evidence:
        """Test pairs on their effective counts."""
        ends = [self._weighed(at_end) for at_end in _at_ends(pairs)]
        if not ends:
            return self._weighed(pairs)
        # Whatever the missing labels say: each verdict needs the weakest evidence.
        p = (np.maximum.reduce([getattr(end, name) for end in ends]) for name in _PS)
        return Evidence(self._weighed(pairs).u, *p)

    def _weighed(self, pairs: Sequence[Pair]) -> Evidence:
        return by_direction(
            Evidence,
            pairs,
            lambda chosen, protect: weigh(
                *effective(chosen), tolerance=self.curve, adverse=self.adverse, protect=protect
            ),
        )

    def spread(self, pairs: Sequence[Pair], asking: Asking) -> Spread:
        """Return u of pairs with its ranges, by inverting the tests (methods 1.3)."""
        curve, adverse = self.curve, self.adverse

        def found(chosen: list[Pair], protect: bool) -> Spread:
            x_g, n_g, x_r, n_r = effective(chosen)
            levels = asking.alpha * np.array([pair.weight for pair in chosen])
            u = units(x_g / n_g, x_r / n_r, curve, adverse, protect=protect)
            high = u_high(
                x_g, n_g, x_r, n_r, curve, adverse, alpha=asking.alpha_pass, protect=protect
            )
            return Spread(
                u,
                u_low(x_g, n_g, x_r, n_r, curve, adverse, c=0.05, protect=protect),
                np.maximum(u, high),  # the search ends at 60 units; a few gaps lie beyond
                u_low(x_g, n_g, x_r, n_r, curve, adverse, c=levels, protect=protect),
            )

        return by_direction(Spread, pairs, found)

    def ranges(self, pairs: Sequence[Pair]) -> Ranges:
        """Return the 95 % score ranges of all pairs at once (methods 1.7)."""
        x_g, n_g, x_r, n_r = effective(pairs)
        low, high = difference_interval(x_g, n_g, x_r, n_r)
        gaps = x_g / n_g - x_r / n_r
        return Ranges(
            [
                Interval(value=float(gap), low=float(a), high=float(b))
                for gap, a, b in zip(gaps, low, high, strict=True)
            ],
            _ratios(x_g, n_g, x_r, n_r),
            [*_ratios(n_g - x_g, n_g, n_r - x_r, n_r)],
        )

    def errors(self, pairs: Sequence[Pair]) -> Floats:
        """Return the standard error of each gap in tolerance units."""
        return np.array([errors(pair) / self.tolerated(pair) for pair in pairs])

    def tolerated(self, pair: Pair) -> float:
        """Return the tolerated gap at the better of the two rates."""
        rates = [sample.x / sample.n for sample in counted(pair)]
        better = min(rates) if self.adverse else max(rates)
        return float(self.curve.allowed(better, self.adverse))

    def detectable(self, pairs: Sequence[Pair], asking: Asking) -> list[Detectable]:
        """Return the smallest gap each pair could have shown, and the decisions it needs."""
        _, n_g, x_r, n_r = effective(pairs)
        levels = np.array([asking.alpha * pair.weight for pair in pairs])
        rates = x_r / n_r
        gaps = detectable_gap(rates, n_g, n_r, levels, self.adverse)
        room = 1 - rates if self.adverse else rates
        needed = {
            protect: n_needed(
                rates, n_r, self.curve, self.adverse, alpha=asking.alpha_pass, protect=protect
            )
            for protect in {pair.protect for pair in pairs}
        }
        return [
            Detectable(
                gap=float(gaps[place]) if gaps[place] < room[place] else None,
                n_needed=math.ceil(
                    max(float(needed[pair.protect][place]), asking.scope) * pair.group_deff
                ),
            )
            for place, pair in enumerate(pairs)
        ]

    def harmed(self, pair: Pair) -> str:
        """Say which side has the worse rate, compared in whole numbers."""
        g, r = counted(pair)
        left, right = g.x * r.n, r.x * g.n
        if left == right:
            return "none"
        return "group" if (left > right) == self.adverse else "reference"

    def excess(self, pair: Pair) -> float:
        """Return the group's adverse decisions above its comparator's rate; > 0 harms it."""
        g, r = counted(pair)
        gap = g.x / g.n - r.x / r.n
        return g.n * (gap if self.adverse else -gap)

    def people(self, pair: Pair) -> Interval:
        """Return the excess adverse decisions of the group with their range; > 0 harms it.

        Where a rate is 0 or 1 its variance says nothing: the score range of the gap stands in.
        """
        g, r = counted(pair)
        found = excess(
            g.n,
            g.x / g.n,
            variance(g, pair.group_deff),
            r.x / r.n,
            variance(r, pair.reference_deff),
            adverse=self.adverse,
        )
        value, low, high = float(found.value), float(found.low), float(found.high)
        if any(sample.x in {0, sample.n} for sample in (g, r)):
            ends = [float(e[0]) * g.n for e in difference_interval(*effective([pair]))]
            low, high = ends if self.adverse else (-ends[1], -ends[0])
        return Interval(value=value, low=low, high=high)


def _ratios(x_g: Floats, n_g: Floats, x_r: Floats, n_r: Floats) -> list[Interval]:
    """Ratios with their score ranges; null where one is not defined."""
    low, high = ratio_interval(x_g, n_g, x_r, n_r)
    return [
        Interval()
        if x == 0 and y == 0
        else Interval(
            value=float((x / n) / (y / m)) if y else None, low=_finite(a), high=_finite(b)
        )
        for x, n, y, m, a, b in zip(x_g, n_g, x_r, n_r, low, high, strict=True)
    ]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
