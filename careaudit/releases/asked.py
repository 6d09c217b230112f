"""What is asked of both releases: each question's rows, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from careaudit.errors import DataError
from careaudit.record import AuditRecord, Orientation, Question
from careaudit.releases.document import NotCompared
from careaudit.releases.units import Place, Strata, Unit, lay, side

if TYPE_CHECKING:
    from careaudit.sources.paired import PairedScan


@dataclass(frozen=True)
class Beside:
    """What stands beside two records: matched cases or strata, and what to tell of them.

    `strata` are by question and segment. `paired_reason` says why there are no pairs. `digests`
    are of the records' files where they were read from files.
    """

    pairs: PairedScan | None = None
    strata: Mapping[tuple[str, str], Strata] | None = None
    paired_reason: str = "records"
    notes: tuple[str, ...] = ()
    digests: tuple[str, str] | None = None


NOTHING = Beside()


class Row(NamedTuple):
    """One row to be, at its place."""

    place: Place
    unit: Unit


@dataclass(frozen=True)
class Asked:
    """One question over both releases: its rows, and what could not be compared."""

    question: Question
    old: Question | None
    new: Question | None
    rows: tuple[Row, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    orientation: Orientation | None = None
    paired: bool = False

    @property
    def gate(self) -> bool:
        """A question that decided either release decides between them."""
        return any(question.gate for question in (self.old, self.new) if question)


def names(old: AuditRecord, new: AuditRecord) -> list[str]:
    """All questions, the new release's first; DataError where the two share none."""
    before, now = ([question.id for question in record.questions] for record in (old, new))
    if not set(before) & set(now):
        raise DataError(
            "the two releases share no question: "
            f"{', '.join(before[:5])} in the old, {', '.join(now[:5])} in the new.",
            where="compare",
            hint="Audit both releases with the same [[questions]], under the same ids.",
        )
    return list(dict.fromkeys([*now, *before]))


def asked_of(name: str, old: AuditRecord, new: AuditRecord, beside: Beside) -> Asked:
    """Lay out one question over both releases; one of them at least asks it."""
    before, now = (
        next((q for q in record.questions if q.id == name), None) for record in (old, new)
    )
    if before is None or now is None:
        reason, which = ("new", "new") if before is None else ("missing", "old")
        message = f"{name} is asked of the {which} release alone."
        hole = _whole(name, reason, message)
        return Asked((old if now is None else new).question(name), before, now, (), (hole,))
    if faults := tuple(_unlike(before, now, old, new)):
        return Asked(now, before, now, (), faults)
    rows: list[Row] = []
    told: list[NotCompared] = list(_limits(before, now))
    measure = str(now.measure)
    segments = list(dict.fromkeys([*judged(new, now), *judged(old, before)]))
    settings = [record.provenance.settings for record in (old, new)]
    pairs = beside.pairs
    if pairs and any((measure, segment) not in pairs.groups for segment in segments):
        pairs = None  # a measure among decisions of one kind has no pairs
    for segment in segments:
        place = Place(name, measure, segment)
        if segment not in judged(new, now) or segment not in judged(old, before):
            which = "old" if segment in judged(old, before) else "new"
            reason = "missing" if which == "old" else "new"
            message = f"{name} is asked over {segment} of the {which} release alone."
            told.append(place.not_compared(reason, message))
            continue
        units, gone = lay(
            place, side(old, place), side(new, place), pairs,
            least=max(s.min_cell for s in settings), scope=settings[1].min_effective_n,
        )  # fmt: skip
        rows += [Row(place, unit) for unit in units]
        told += gone
    orientation = next((c.orientation for c in new.comparisons if c.question == name), None)
    return Asked(now, before, now, tuple(rows), tuple(told), orientation, paired=pairs is not None)


def judged(record: AuditRecord, question: Question) -> tuple[str, ...]:
    """The segments whose groups a question compares: crossings only where nothing else stands."""
    compared = dict.fromkeys(
        c.segment for c in record.comparisons if c.question == question.id and c.segment
    )
    singles = [name for name in question.segments if "*" not in name] or question.segments
    return tuple(dict.fromkeys([*singles, *compared]))


def _whole(question: str, reason: str, message: str) -> NotCompared:
    return NotCompared(
        question=question, segment=None, group=None, reason=reason, message=message, closes=True
    )


def _unlike(
    before: Question, now: Question, old: AuditRecord, new: AuditRecord
) -> Iterator[NotCompared]:
    """Say why the rates of a question mean different things in the two releases."""
    if before.measure != now.measure:
        chosen = " Name the measure in both plans." if now.measure_chosen else ""
        message = f"{now.id} asks for {now.measure}, and asked for {before.measure}.{chosen}"
        yield _whole(now.id, "measure_differs", message)
    elif not _counted(now, old, new):
        message = f"{now.id} is no share of decisions: only shares are compared between releases."
        yield _whole(now.id, "other_scale", message)
    elif _outcome(old) != _outcome(new):
        message = (
            "The releases name different decisions favorable, adverse or neutral. Where only "
            "their spelling differs, give both the same words in [log.values.decision]."
        )
        yield _whole(now.id, "outcome_differs", message)


def _counted(question: Question, *records: AuditRecord) -> bool:
    """Whether the question's values are events among decisions in both releases."""
    return question.unit == "share" and not any(
        e.events is None
        for record in records
        for e in record.estimates
        if e.measure == question.measure and e.value is not None
    )


def _outcome(record: AuditRecord) -> tuple[frozenset[str], ...] | None:
    outcome = record.audit.outcome
    if outcome is None:
        return None
    return tuple(
        frozenset(values) for values in (outcome.favorable, outcome.adverse, outcome.neutral)
    )


def _limits(before: Question, now: Question) -> Iterator[NotCompared]:
    """Under another limit the new release's own verdict is no answer to the old question."""
    if before.limit != now.limit:
        message = f"{now.id} has another limit than before: audit the old release under it too."
        yield _whole(now.id, "limit_differs", message)
