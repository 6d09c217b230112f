"""One record on its way to print: every question as the public may see it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from careaudit.disclosure import MIN_CUSTOMERS, Key, rounded
from careaudit.errors import RecordError
from careaudit.measures import CATALOGUE
from careaudit.notation import Notation, notation_of
from careaudit.notation import numbers as num
from careaudit.publication import document as doc
from careaudit.publication import figures, ratios
from careaudit.publication.masks import EVERYBODY, withheld
from careaudit.record import (
    REST,
    AuditRecord,
    Comparison,
    Estimate,
    Orientation,
    Question,
    Unit,
)

DECIDING = ("favorable_rate", "adverse_rate")
"""Measures of all decisions: an impact-ratio table over the same attribute takes their place."""


class Press:
    """One record on its way to print."""

    def __init__(self, record: AuditRecord) -> None:
        self.record = record
        crossed = {s for q in record.questions for s in q.segments if "*" in s}
        self.estimates: dict[Key, Estimate] = {
            (e.measure, EVERYBODY if e.segment is None else (e.segment, e.group or "")): e
            for e in record.estimates
            if e.within is None
            and e.segment not in crossed
            and not (e.measure in DECIDING and e.segment in ratios.axes(record))
        }
        if any(
            e.n and e.behind is None and e.state == "estimated" for e in self.estimates.values()
        ):
            raise RecordError(
                "the record does not say how many customers stand behind its numbers.",
                where=record.audit.name,
                hint="It was made by an earlier version: audit again, and publish that.",
            )
        self.hidden = withheld(record, self.estimates)

    def questions(self) -> tuple[doc.PublicQuestion, ...]:
        """The questions of the plan, each with what may be printed of it."""
        return tuple(self._question(q) for q in self.record.questions)

    def _question(self, q: Question) -> doc.PublicQuestion:
        mine: dict[str | None, list[Comparison]] = {}
        for c in self.record.comparisons:
            if c.question == q.id and c.within is None:
                mine.setdefault(c.segment, []).append(c)
        notation = self._notation(q.measure, q.unit, q.segments)
        worst = next((c for by in mine.values() for c in by if c.id == q.worst), None)
        printed = worst is not None and self.exact(worst)
        return doc.PublicQuestion(
            **self._values(q.measure, q.unit, q.segments, notation, mine, q),
            id=q.id,
            ask=q.ask,
            pillar=q.pillar,
            orientation=_orientation(self.record, q) or "favorable",
            gate=q.gate,
            limit=q.limit,
            floor=None if q.floor is None else _policy(q.floor, notation),
            verdict=q.verdict,
            reason=q.reason,
            missing=q.missing if q.missing and not re.search(r"\d", q.missing) else None,
            score=figures.score(q.score) if printed else None,
            elsewhere=any(
                _presses(c) and c.verdict == q.verdict and not self.both(c)
                for by in mine.values()
                for c in by
            ),
        )

    def unasked(self) -> tuple[doc.Values, ...]:
        """The measures that no question asks about."""
        asked = {q.measure for q in self.record.questions}
        found: dict[str, tuple[Unit, dict[str, None]]] = {}
        for (measure, group), e in self.estimates.items():
            if measure not in asked:
                found.setdefault(measure, (e.unit, {}))[1].setdefault(group[0])
        return tuple(
            doc.Values(
                **self._values(measure, unit, [s for s in names if s],
                               self._notation(measure, unit, list(names)), {}, None)
            )
            for measure, (unit, names) in found.items()
        )  # fmt: skip

    def _values(
        self,
        measure: str | None,
        unit: Unit,
        segments: Sequence[str],
        notation: Notation,
        comparisons: Mapping[str | None, Sequence[Comparison]],
        q: Question | None,
    ) -> dict[str, Any]:
        everybody = self.estimates.get((measure or "", EVERYBODY))
        withheld = (measure, EVERYBODY) in self.hidden
        shown = everybody is not None and not withheld
        tables = [
            self._table(q, measure, segment, comparisons.get(segment, []), notation)
            for segment in segments
            if "*" not in segment and shown
        ]
        return {
            "measure": measure,
            "unit": unit,
            "per": notation.per if notation.share else 1,
            "withheld": withheld,
            "everybody": self._row(q, everybody, None, notation) if everybody and shown else None,
            "tables": tuple(table for table in tables if table.rows),
        }

    def _notation(self, measure: str | None, unit: Unit, segments: Sequence[str]) -> Notation:
        shown = [
            e.value
            for (name, group), e in self.estimates.items()
            if name == measure
            and (name, group) not in self.hidden
            and (group == EVERYBODY or group[0] in segments)
        ]
        return notation_of(unit, shown, self.record.audit.currency)

    def both(self, c: Comparison) -> bool:
        """Whether both sides of a comparison are printed."""
        sides = [c.group, *([] if c.reference == REST else [c.reference])]
        keys = [(c.measure, (c.segment or "", side or "")) for side in sides]
        return all(key in self.estimates and key not in self.hidden for key in keys)

    def exact(self, c: Comparison) -> bool:
        """Whether a figure of a comparison may be told from exact numbers, to two digits."""
        return self.both(c) and _plenty(c, self.estimates)

    def _sided(self, c: Comparison) -> bool:
        """Whether it is told against whom a gap is: its verdict tells, or its counts are large."""
        return _presses(c) or self.exact(c)

    def _table(
        self,
        q: Question | None,
        measure: str | None,
        segment: str,
        found: Sequence[Comparison],
        notation: Notation,
    ) -> doc.Table:
        by_group = {c.group: c for c in found}
        reference = next((c.reference for c in found), None)
        rows = tuple(
            self._row(q, e, by_group.get(e.group), notation, reference=e.group == reference)
            for (name, group), e in self.estimates.items()
            if name == measure and group[0] == segment
        )
        against = next((row for row in rows if row.reference and row.status == "shown"), None)
        return doc.Table(
            segment=segment,
            reference=reference if reference == REST or against else None,
            rows=tuple(_with_gap(row, against, notation) for row in rows),
        )

    def _row(
        self,
        q: Question | None,
        e: Estimate,
        c: Comparison | None,
        notation: Notation,
        *,
        reference: bool = False,
    ) -> doc.Row:
        group = EVERYBODY if e.segment is None else (e.segment, e.group or "")
        if (e.measure, group) in self.hidden:
            return doc.Row(group=e.group, status="withheld", reference=reference)
        if e.value is None or e.state != "estimated":
            n = rounded(e.n)
            return doc.Row(group=e.group, status="undefined" if e.n else "empty", n=n)
        counted = notation.share and e.events is not None
        printed = figures.share(e, notation.per) if counted else figures.value(e, notation)
        told = c is not None and self.both(c)
        return doc.Row(
            group=e.group,
            status="shown",
            n=rounded(e.n),
            figure=printed,
            size=_size(c, self.estimates) if c and told else None,
            harmed=c.harmed if c and told and self._sided(c) else None,
            verdict=c.verdict if c and told else None,
            reason=c.reason if c and told else None,
            reference=reference,
            floor=_reaches(q.floor, e, _orientation(self.record, q))
            if q is not None and q.floor is not None
            else None,
        )


def _presses(c: Comparison) -> bool:
    """Whether a comparison needs action or watching."""
    return c.verdict == "fail" or c.reason == "adverse_signal"


def _orientation(record: AuditRecord, q: Question) -> Orientation | None:
    """Whether more of a question's measure is good; None where nothing says so.

    A plan's own measure says it by its comparisons alone.
    """
    compared = next((c.orientation for c in record.comparisons if c.question == q.id), None)
    named = CATALOGUE.get(q.measure or "")
    return compared or (named.orientation if named else None)


def _policy(floor: float, notation: Notation) -> doc.Printed:
    """Print a floor as the plan sets it."""
    text = (
        f"{num.half_up(floor * notation.per, 1):f}".removesuffix(".0") if notation.share else None
    )
    return doc.Printed(text=text or notation.policy(floor), value=floor)


def _reaches(floor: float, e: Estimate, way: Orientation | None) -> doc.Floor:
    """Hold a group's range against the floor; where it lies on both sides the data cannot tell."""
    if e.low is None or e.high is None or way is None:
        return "open"
    good, bad = e.low >= floor, e.high < floor
    if way == "adverse":
        good, bad = e.high <= floor, e.low > floor
    return "met" if good else "not_met" if bad else "open"


def _size(c: Comparison, estimates: Mapping[Key, Estimate]) -> str | None:
    """The gap in limits, to two digits; none where it would tell a small count exactly."""
    if c.u.value is None or not c.in_scope or not _plenty(c, estimates):
        return None
    return figures.size(c.u.value)


def _plenty(c: Comparison, estimates: Mapping[Key, Estimate]) -> bool:
    """Whether no count behind a gap is so small that an exact figure of it would tell it."""
    for side in (c.group, *([] if c.reference == REST else [c.reference])):
        e = estimates[c.measure, (c.segment or "", side or "")]
        if e.events is not None and min(e.events, e.n - e.events) < MIN_CUSTOMERS:
            return False
    return True


def _with_gap(row: doc.Row, against: doc.Row | None, notation: Notation) -> doc.Row:
    """Put the difference of two printed values beside the first."""
    if row.reference or row.figure is None or against is None or against.figure is None:
        return row
    mine, theirs = row.figure.value, against.figure.value
    if mine is None or theirs is None:
        return row
    gap = doc.Printed(text=notation.signed(mine - theirs), value=mine - theirs)
    return row.model_copy(update={"gap": gap})
