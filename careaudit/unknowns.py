"""What those of unknown segment could change: bounds, and known against unknown (methods 11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from careaudit.belonging import NOTABLE_UNKNOWN
from careaudit.findings import Told
from careaudit.judge import Asked, Field, Judged, judge
from careaudit.measures import Pair, Rate, Sample
from careaudit.plan import Segment
from careaudit.probable import MISCALIBRATED
from careaudit.questions import Reader
from careaudit.record import Comparison, Interval, Quality
from careaudit.scales import Counts, ends_of
from careaudit.stats.bounds import unknown_gap_interval, unknown_units

Counted = tuple[int, int, int, int, int, int]
_LISTED = 5  # groups that a message lists
_SAYS = {
    "fail": "more than the limit apart",
    "pass": "within the limit of each other",
    "inconclusive": "whether they lie further apart than the limit cannot be told",
}


def beside(reader: Reader, judged: Judged, told: Told) -> Told:
    """Give every comparison of a rate its range with the unknown sorted every way."""
    both = zip(told.comparisons, judged.pairs, strict=True)
    return replace(told, comparisons=tuple(_beside(reader, judged, *each) for each in both))


def _beside(reader: Reader, judged: Judged, comparison: Comparison, pair: Pair) -> Comparison:
    counts = _counts(reader, judged, pair)
    if counts is None or comparison.difference.value is None:
        return comparison
    # One design effect for all, the largest: who is unknown moves from one side to the other.
    deff = max(pair.group_deff, pair.reference_deff)
    low, high = unknown_gap_interval(*(count / deff for count in counts))
    found = Interval(low=float(low), high=float(high))
    return comparison.model_copy(update={"with_unknown": found})


def _unknown(reader: Reader, judged: Judged, pair: Pair) -> Sample | None:
    """The unknown of a pair's segment where they are many, and enough to be shown."""
    measure = judged.asked.measure
    if not isinstance(measure, Rate):
        return None
    unknown = reader.unknown(measure, pair.segment)
    decisions = next(f.decisions for f in judged.asked.fields if f.segment == pair.segment)
    shown = unknown.customers >= reader.plan.privacy.min_cell
    return unknown if shown and unknown.n > NOTABLE_UNKNOWN * decisions else None


def _counts(reader: Reader, judged: Judged, pair: Pair) -> Counted | None:
    """X and n of the group, of its comparator and of the unknown; None where those are few."""
    unknown, group, other = _unknown(reader, judged, pair), pair.group, pair.reference
    if unknown is None or not (isinstance(group, Sample) and isinstance(other, Sample)):
        return None
    return group.x, group.n, other.x, other.n, unknown.x, unknown.n


def notes(reader: Reader, judged: Sequence[Judged]) -> list[Quality]:
    """Say how the unknown fare beside the known, and which passes hang on who they are."""
    found = []
    for item in judged:
        fields = item.asked.fields
        found += [note for field in fields if (note := _apart(reader, item.asked, field))]
        found += _moves(reader, item)
    return [*found, *inferred(reader, judged)]


def inferred(reader: Reader, judged: Sequence[Judged]) -> list[Quality]:
    """Say of every membership by probability that it is inferred, how well, and what it assumes."""
    return [
        note
        for segment in reader.plan.segments
        if segment.probable
        for note in _inferred(reader, segment, judged)
    ]


def _inferred(reader: Reader, segment: Segment, judged: Sequence[Judged]) -> Iterator[Quality]:
    off = reader.members.miscalibration(segment.name)
    checked = (
        "no self-reports say how well; a sample of them would"
        if off is None
        else f"the probabilities are {off:.1%} off what customers say of themselves"
    )
    yield Quality(
        code="membership_inferred",
        severity="warning" if off is None or off > MISCALIBRATED else "info",
        where=segment.name,
        message=f"Nobody is known to be a member: it is inferred, and {checked}. Nobody is sorted "
        "at a threshold; rates weigh every decision by its probability.",
    )
    mine = {
        item.asked.question.id: pair
        for item in judged
        for pair in item.pairs
        if pair.segment == segment.name
    }
    for question, pair in mine.items():
        low, high = sorted(float(gap) for gap in ends_of(pair).gap[1:])
        if segment.assume:
            yield Quality(
                code="same_sign",
                severity="warning",
                where=question,
                message="assumption: same-sign. The answer holds if outcomes differ between "
                "members and others the same way as between people of high and low probability; "
                f"the gap then lies between {low:+.1%} and {high:+.1%}.",
            )
        else:
            yield Quality(
                code="sharp_bounds",
                severity="info",
                where=question,
                message=f"Without assumptions the gap lies between {low:+.1%} and {high:+.1%}; "
                "more decisions would not narrow this, sharper probabilities would.",
            )


def _apart(reader: Reader, asked: Asked, field: Field) -> Quality | None:
    """Known against unknown on one question; exploratory, it changes no verdict."""
    measure, question, name = asked.measure, asked.question, field.segment
    samples = [sample for sample in field.samples if isinstance(sample, Sample)]
    if not isinstance(measure, Rate) or not samples:
        return None
    known, unknown = field.pool("recorded", samples), reader.unknown(measure, name)
    if not known.n or min(known.customers, unknown.customers) < reader.plan.privacy.min_cell:
        return None
    both = Field(name, (known, unknown), known.group, known.n + unknown.n)
    probe = replace(asked, fields=(both,), capped=None)
    (answer,) = judge([probe], reader.plan.statistics)
    if not answer.rulings:
        return None
    verdict = answer.rulings[0].verdict
    return Quality(
        code="unknown_differs",
        severity="warning" if verdict == "fail" else "info",
        where=question.id,
        message=f"{measure.name} is {known.rate:.1%} where {name} is recorded and "
        f"{unknown.rate:.1%} where it is not: {_SAYS[verdict]}. Exploratory: it changes no "
        "verdict.",
        rows=unknown.n,
    )


def _moves(reader: Reader, item: Judged) -> list[Quality]:
    """Name the passes that some sorting of the unknown leads beyond the limit."""
    moved: dict[str, list[str]] = {}
    for pair, ruling in zip(item.pairs, item.rulings, strict=True):
        counts, scale = _counts(reader, item, pair), item.asked.scale
        if ruling.verdict != "pass" or counts is None or not isinstance(scale, Counts):
            continue
        most = unknown_units(*counts, scale.curve, scale.adverse, protect=pair.protect)
        if most > 1:
            moved.setdefault(pair.segment, []).append(str(pair.group.group))
    return [
        Quality(
            code="unknown_moves",
            severity="warning",
            where=item.asked.question.id,
            message=f"{len(groups)} of the groups of {name} are shown to be within the limit among "
            "decisions whose group is recorded; sorted another way, those of unknown group would "
            f"put the gap beyond it: {_listed(groups)}.",
        )
        for name, groups in moved.items()
    ]


def _listed(groups: Sequence[str]) -> str:
    more = f" and {len(groups) - _LISTED} more" if len(groups) > _LISTED else ""
    return ", ".join(groups[:_LISTED]) + more
