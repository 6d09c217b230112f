"""What every look for drivers starts from, and what it brings back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from careaudit.cells import Cells
from careaudit.conditional import Sides, sides, strata
from careaudit.judge import Field, Judged
from careaudit.measures import Pair, Rate, Sample
from careaudit.plan import Plan, Question
from careaudit.questions import Reader
from careaudit.record import Comparison, Driver, LikePairs, Quality, ReasonShare, Revealed
from careaudit.sources import Inputs
from careaudit.stats.arrays import Table


@dataclass(frozen=True)
class Gap:
    """One comparison of a rate that fails or gives an adverse signal, both sides shown."""

    question: Question
    measure: Rate
    field: Field
    pair: Pair
    comparison: Comparison
    sides: Sides

    @property
    def segment(self) -> str:
        """The segment, or the crossing of segments, that it is about."""
        return self.field.segment

    @property
    def parts(self) -> tuple[str, ...]:
        """The segments that it is about, one by one."""
        return tuple(self.segment.split("*"))

    @property
    def crude(self) -> float:
        """The gap of the decisions: the group's rate less the reference's."""
        return self.comparison.difference.value or 0.0

    @property
    def deffs(self) -> tuple[float, float]:
        """The design effects of the group and of its reference."""
        return self.pair.group_deff, self.pair.reference_deff

    def table(self, cells: Cells) -> Table:
        """Count both sides' events and cases in every stratum that stands behind the segment."""
        return strata(self.measure, self.sides, self.field, cells)


def pressing(judged: Sequence[Judged], comparisons: Sequence[Comparison], least: int) -> list[Gap]:
    """Return the gaps to look into, in the order of the questions.

    least: customers that either side must stand for. Membership by chance has no sides to split.
    """
    said = {(c.question, c.segment, c.group): c for c in comparisons}
    return [
        Gap(item.asked.question, measure, field, pair, found, sides(item, field, pair))
        for item in judged
        if isinstance(measure := item.asked.measure, Rate)
        for field in item.asked.fields
        for pair in item.pairs
        if pair.segment == field.segment
        and isinstance(pair.group, Sample)
        and (found := said.get((pair.question, pair.segment, pair.group.group)))
        and (found.verdict == "fail" or found.reason == "adverse_signal")
        and min(pair.group.customers, pair.reference.customers) >= least
    ]


@dataclass(frozen=True)
class Scene:
    """One audit whose gaps are to be looked into."""

    plan: Plan
    reader: Reader
    judged: tuple[Judged, ...]
    gaps: tuple[Gap, ...]
    inputs: Inputs


@dataclass(frozen=True)
class Found:
    """What a look brings back: drivers, and by segment what is told of it; and quality notes."""

    drivers: tuple[Driver, ...] = ()
    revealed: Mapping[str, tuple[Revealed, ...]] = field(default_factory=dict)
    reasons: Mapping[str, tuple[ReasonShare, ...]] = field(default_factory=dict)
    like_pairs: Mapping[str, tuple[LikePairs, ...]] = field(default_factory=dict)
    quality: tuple[Quality, ...] = ()

    def __add__(self, other: Found) -> Found:
        """Put two finds together."""
        return Found(
            self.drivers + other.drivers,
            {**self.revealed, **other.revealed},
            {**self.reasons, **other.reasons},
            {**self.like_pairs, **other.like_pairs},
            self.quality + other.quality,
        )
