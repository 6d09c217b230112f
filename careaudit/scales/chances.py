"""Members by chance against others: the curve at both ends of what is known (methods 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from careaudit.measures import Pair, Reading, Sample, pooled_design_effect
from careaudit.probable import MEMBERS, OTHERS, WEIGHTED, Bins, Bracket, Ends, bracket, ends
from careaudit.record import Detectable, Interval
from careaudit.scales.base import Asking, Evidence, Ranges, Spread
from careaudit.stats.arrays import Estimate, Floats
from careaudit.stats.clustering import Moments
from careaudit.stats.tolerance import Tolerance

Known = Mapping[float, Sample]
"""Samples by the chance of membership of their decisions."""


@dataclass(frozen=True)
class Chance(Reading):
    """Members by chance, or the others; the `ends` that both lie between are the same."""

    ends: Ends | None = None


def expected(bins: Known) -> dict[str, Sample]:
    """Return members and others, as many as the chances add up to, in whole numbers."""
    columns = list(zip(*(_sums(sample) for sample in bins.values()), strict=True))
    whole = [sum(column) for column in columns]
    ours = [
        round(sum(pi * value for pi, value in zip(bins, column, strict=True))) for column in columns
    ]
    theirs = [all_ - mine for all_, mine in zip(whole, ours, strict=True)]
    clustered = any(sample.moments for sample in bins.values())
    return {
        MEMBERS: _sample(MEMBERS, ours, clustered=clustered),
        OTHERS: _sample(OTHERS, theirs, clustered=clustered),
    }


def _sums(sample: Sample) -> tuple[int, ...]:
    moments = sample.moments or Moments(0, 0, 0, 0)
    return sample.n, sample.x, moments.customers, moments.nn, moments.xn, moments.xx


def _sample(group: str, sums: Sequence[int], *, clustered: bool) -> Sample:
    n, x, *moments = sums or [0] * 6
    return Sample(group, n, x, Moments(*moments) if clustered else None)


def chances(
    bins: Known, random: np.random.Generator, *, deff: float, same_sign: bool
) -> dict[str, Chance]:
    """Return members and others by chance; `deff` is the least design effect to assume.

    That of the whole log covers customers who stand in several bins.
    """
    sizes = expected(bins)
    deff = max(deff, pooled_design_effect(list(bins.values())))
    rows = [(pi, sample.n, sample.x) for pi, sample in sorted(bins.items()) if sample.n]
    pi, n, x = zip(*rows, strict=True) if rows else ((), (), ())
    found = ends(Bins(pi, n, x, deff), random, same_sign=same_sign)
    return {
        name: Chance(
            group=name,
            n=size.n,
            customers=size.customers,
            design_effect=deff,
            at_=_reader(found, name) if found else None,
            how="weighted",
            lone=size.customers <= 1,
            ends=found,
        )
        for name, size in sizes.items()
    }


def _reader(found: Ends, name: str) -> Callable[[float], Estimate]:
    """Read one side's weighted rate; its range is over what is not known and chance."""
    ours = name == MEMBERS
    value, v = (found.members, found.v_members) if ours else (found.others, found.v_others)

    def at(deff: float) -> Estimate:
        low, high = found.members_range(deff) if ours else found.others_range(deff)
        se = np.sqrt(v[WEIGHTED] * deff)
        return Estimate(value[WEIGHTED], np.maximum(low, 0.0), np.minimum(high, 1.0), se)

    return at


def ends_of(pair: Pair) -> Ends:
    """Return the ends of a pair by chance: its group are the members, its comparator the others."""
    found = pair.group.ends if isinstance(pair.group, Chance) else None
    if found is None:
        msg = f"{pair.group.group} has no chances of membership"
        raise TypeError(msg)
    return found


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
        return Evidence(*np.array(rows, dtype=float).reshape(-1, 4).T)

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
        return Spread(*np.array(rows, dtype=float).reshape(-1, 4).T)

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
