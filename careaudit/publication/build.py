"""From a record to what may be published about it: withheld first, then rounded, then written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from careaudit.disclosure import (
    BASE,
    MIN_CUSTOMERS,
    MIN_SIDE,
    SPREAD,
    Cell,
    Group,
    Key,
    People,
    Sum,
    Table,
    Total,
    exposed,
    protect,
    rounded,
    same,
)
from careaudit.errors import DisclosureError, RecordError
from careaudit.notation import Notation, notation_of
from careaudit.notation import numbers as num
from careaudit.publication import document as doc
from careaudit.publication import figures, ratios
from careaudit.record import (
    REST,
    AuditRecord,
    Comparison,
    Estimate,
    Question,
    Unit,
)

P_PERCENT = 15
"""Of the p% rule, which the record's `dominated` is told by."""
ADDITIVE = ("money", "rating", "number", "points", "share")
"""Units whose values times their cases add up over groups; times, areas and scores do not."""
EVERYBODY: Group = ("", "")
"""The group of all decisions."""
_MONTHS = "January February March April May June July August September October November December"


def publish(record: AuditRecord, past: Sequence[AuditRecord] = ()) -> doc.Publication:
    """Return all that may be printed of a record, and of earlier ones, the oldest first.

    Raises DisclosureError where the plan has no [public] table, where the record does not say who
    stands behind its numbers, and where no two groups of any question may be printed.
    """
    if record.audit.public is None:
        raise DisclosureError(
            "the plan has no [public] table, so nobody is named who answers for a publication.",
            where="[public]",
            hint='Add one, with at least purpose = "...", owner = "..." and contact = "...", and'
            " audit again.",
        )
    press = _Press(record)
    questions = press.questions()
    tables = ratios.press(record, press.hidden)
    shown = [
        *(sum(row.status == "shown" for row in t.rows) for q in questions for t in q.tables),
        *(sum(cell.status != "withheld" for cell in table.rows) for table in tables),
    ]
    if max(shown, default=0) < 2:
        raise _nothing(record, questions)
    info, score = record.audit, record.impact.score
    seen = _Seen(record, questions)
    return doc.Publication(
        careaudit=record.provenance.careaudit,
        number=_number(record),
        name=info.name,
        system=info.system,
        release=info.release,
        decision_kind=info.decision_kind,
        justification=info.justification,
        as_of=record.provenance.as_of,
        expires_on=record.provenance.expires_on,
        period=_period(record),
        decisions=_decisions(record),
        verdict=record.verdict,
        reason=record.reason,
        confirmed=info.outcome is None or info.outcome.confirmed,
        score=figures.score(score) if seen.comparison(record.impact.comparison) else None,
        people=figures.people(record.impact.people) if seen.covered else None,
        money=figures.money(record.impact.money) if seen.covered else None,
        counted=_counted(record) if seen.covered else None,
        questions=questions,
        unasked=press.unasked(),
        unrecorded=tuple(
            name for name, rows in record.accounts.unknown.items() if rows >= MIN_CUSTOMERS
        ),
        ratio_tables=tables,
        preset=info.preset,
        public=info.public,
        past=tuple(
            doc.Past(
                number=_number(one),
                period=_period(one),
                verdict=one.verdict,
                reason=one.reason,
                questions=_Press(one).questions(),
            )
            for one in past
        ),
        rules=_rules(record),
    )


def _counted(record: AuditRecord) -> str | None:
    covers = record.impact.covers
    return next((c.question for c in record.comparisons if c.id in covers), None)


def _nothing(record: AuditRecord, questions: Sequence[doc.PublicQuestion]) -> DisclosureError:
    """Say why no two groups can be printed side by side."""
    rows = [row for q in questions for table in q.tables for row in table.rows]
    if any(row.status == "withheld" for row in rows):
        return DisclosureError(
            "every comparison would tell of too few customers, so nothing is left to publish.",
            where=record.audit.name,
            hint="Publish a longer period, or a plan with coarser groups.",
        )
    return DisclosureError(
        "no question compares two groups, so there is nothing to publish.",
        where=record.audit.name,
        hint="Audit a log that has at least two groups of a segment; the council's edition says"
        " what is missing.",
    )


def _number(record: AuditRecord) -> str:
    day = record.provenance.as_of[:10].replace("-", "")
    return f"{day}-{record.provenance.plan_sha256[:4]}".upper()


def _period(record: AuditRecord) -> doc.Period:
    window = record.provenance.window
    if not window.start or not window.end:
        return doc.Period(text="dates not recorded")
    start, end = window.start[:7], window.end[:7]
    first, last = (f"{_MONTHS.split()[int(month[5:]) - 1]} {month[:4]}" for month in (start, end))
    if start == end:
        text = first
    elif start[:4] == end[:4]:
        text = f"{first[:-5]} to {last}"
    else:
        text = f"{first} to {last}"
    return doc.Period(start=start, end=end, text=text)


def _decisions(record: AuditRecord) -> doc.Decisions:
    a = record.accounts
    sides = {side: figures.about(count) for side, count in a.outcomes.items()}
    return doc.Decisions(
        used=figures.about(a.rows_used),
        left_out=figures.about(a.rows_read - a.rows_used),
        customers=None if a.customers is None else figures.about(a.customers),
        **sides,
    )


def _rules(record: AuditRecord) -> doc.Rules:
    return doc.Rules(
        customers=_least(record),
        events=MIN_SIDE,
        base=BASE,
        coded=figures.CODED,
        few=figures.FEW,
        dominated=P_PERCENT,
        spread=round(100 * SPREAD),
        confidence=95,
    )


def _least(record: AuditRecord) -> int:
    """A plan may hide more than the rule, never less."""
    return max(MIN_CUSTOMERS, record.provenance.settings.min_cell)


# What is withheld.


def _cells(estimates: Mapping[Key, Estimate]) -> dict[Key, Cell]:
    """The numbers of every estimate; of one that the record hides, a guess that adds up."""
    cells: dict[Key, Cell] = {}
    for key, e in estimates.items():
        people = ratios.people(e.behind) if e.n else People(float("inf"))
        if e.unit == "share" and e.method in COUNTED:
            whole = estimates[key[0], EVERYBODY]
            rate = whole.events / whole.n if whole.events is not None and whole.n else 0.5
            x = float(e.events) if e.events is not None else e.n * rate
            known = e.events is not None or not e.n
            cells[key] = Cell((x, e.n - x), people, known=known)
        else:
            sum_ = _sum(e)
            numbers = (float(e.n),) if sum_ is None else (float(e.n), sum_)
            cells[key] = Cell(numbers, people, count=False, known=e.value is not None)
    return cells


DECIDING = ("favorable_rate", "adverse_rate")
"""Measures of all decisions: an impact-ratio table over the same attribute takes their place."""
COUNTED = ("wilson", "clopper_pearson")
"""Methods of ranges of counted shares."""


def _sum(e: Estimate) -> float | None:
    """The sum behind a mean, none below 0; None where values do not add up."""
    if e.unit not in ADDITIVE:
        return None
    value = e.value or 0.0
    shifted = (value + 100) / 200 if e.unit == "points" else value
    return max(0.0, e.n * shifted)


def _links(cells: Mapping[Key, Cell]) -> Iterator[Sum]:
    """What holds between measures, segment by segment."""
    segments = dict.fromkeys(group[0] for _, group in cells if group != EVERYBODY)
    for segment in segments:
        columns: dict[str, dict[Group, Cell]] = {}
        for (measure, group), cell in cells.items():
            if group[0] == segment:
                columns.setdefault(measure, {})[group] = cell
        for measure, by in columns.items():
            if (measure, EVERYBODY) in cells:
                by[EVERYBODY] = cells[measure, EVERYBODY]
        yield from same(columns)


def _withheld(record: AuditRecord, estimates: Mapping[Key, Estimate]) -> frozenset[Key]:
    """The estimates that must not be printed."""
    cells = _cells(estimates)
    cells |= ratios.cells(record)
    rest, links = ratios.left_out(cells)
    cells |= rest
    parts: dict[tuple[str, str], list[Key]] = {}
    for key in estimates:
        if key[1] != EVERYBODY:
            parts.setdefault((key[0], key[1][0]), []).append(key)
    totals = [Total(tuple(keys), (name, EVERYBODY)) for (name, _), keys in parts.items()]
    totals += ratios.totals(record)
    table = Table(cells, tuple(totals), (*links, *_links(cells)), _least(record))
    hidden = protect(table)
    while left := exposed(table, hidden):  # nothing more to withhold beside them but everything
        names = {name for name, _ in left}
        hidden |= {key for key in cells if key[0] in names}
        if hidden == set(cells):
            break
    return hidden


# What is printed.


@dataclass(frozen=True)
class _Seen:
    """Which comparisons are printed on both sides."""

    record: AuditRecord
    questions: Sequence[doc.PublicQuestion]

    def comparison(self, name: str | None) -> bool:
        c = next((c for c in self.record.comparisons if c.id == name), None)
        if c is None:
            return False
        q = next(q for q in self.questions if q.id == c.question)
        rows = {
            row.group: row.status
            for table in q.tables
            if table.segment == c.segment
            for row in table.rows
        }
        sides = [c.group, *([] if c.reference == REST else [c.reference])]
        return all(rows.get(side) == "shown" for side in sides)

    @property
    def covered(self) -> bool:
        covers = self.record.impact.covers
        return bool(covers) and all(self.comparison(name) for name in covers)


class _Press:
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
        self.hidden = _withheld(record, self.estimates)

    def questions(self) -> tuple[doc.PublicQuestion, ...]:
        return tuple(self._question(q) for q in self.record.questions)

    def _question(self, q: Question) -> doc.PublicQuestion:
        mine: dict[str | None, list[Comparison]] = {}
        for c in self.record.comparisons:
            if c.question == q.id and c.within is None:
                mine.setdefault(c.segment, []).append(c)
        notation = self._notation(q.measure, q.unit, q.segments)
        found = next((c for by in mine.values() for c in by), None)
        worst = next((c for by in mine.values() for c in by if c.id == q.worst), None)
        printed = worst is not None and self._both(worst)
        return doc.PublicQuestion(
            **self._values(q.measure, q.unit, q.segments, notation, mine, q),
            id=q.id,
            ask=q.ask,
            pillar=q.pillar,
            orientation=found.orientation if found else "favorable",
            gate=q.gate,
            limit=q.limit,
            floor=None if q.floor is None else _policy(q.floor, notation),
            verdict=q.verdict,
            reason=q.reason,
            missing=q.missing if q.missing and not re.search(r"\d", q.missing) else None,
            score=figures.score(q.score) if printed else None,
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

    def _both(self, c: Comparison) -> bool:
        """Whether both sides of a comparison are printed."""
        sides = [c.group, *([] if c.reference == REST else [c.reference])]
        keys = [(c.measure, (c.segment or "", side or "")) for side in sides]
        return all(key in self.estimates and key not in self.hidden for key in keys)

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
        told = c is not None and self._both(c)
        return doc.Row(
            group=e.group,
            status="shown",
            n=rounded(e.n),
            figure=printed,
            size=_size(c, self.estimates) if c and told else None,
            harmed=c.harmed if c and told else "none",
            verdict=c.verdict if c and told else None,
            reason=c.reason if c and told else None,
            reference=reference,
            floor=_reaches(q.floor, e, adverse=_adverse(self.record, q))
            if q is not None and q.floor is not None
            else None,
        )


def _adverse(record: AuditRecord, q: Question) -> bool:
    return next(
        (c.orientation == "adverse" for c in record.comparisons if c.question == q.id), False
    )


def _policy(floor: float, notation: Notation) -> doc.Printed:
    """Print a floor as the plan sets it."""
    text = (
        f"{num.half_up(floor * notation.per, 1):f}".removesuffix(".0") if notation.share else None
    )
    return doc.Printed(text=text or notation.policy(floor), value=floor)


def _reaches(floor: float, e: Estimate, *, adverse: bool) -> doc.Floor:
    """Hold a group's range against the floor; where it lies on both sides the data cannot tell."""
    if e.low is None or e.high is None:
        return "open"
    good, bad = e.low >= floor, e.high < floor
    if adverse:
        good, bad = e.high <= floor, e.low > floor
    return "met" if good else "not_met" if bad else "open"


def _size(c: Comparison, estimates: Mapping[Key, Estimate]) -> str | None:
    """The gap in limits, to two digits; none where it would tell a small count exactly."""
    if c.u.value is None or not c.in_scope:
        return None
    sides = [c.group, *([] if c.reference == REST else [c.reference])]
    for side in sides:
        e = estimates[c.measure, (c.segment or "", side or "")]
        if e.events is not None and min(e.events, e.n - e.events) < MIN_CUSTOMERS:
            return None
    return figures.size(c.u.value)


def _with_gap(row: doc.Row, against: doc.Row | None, notation: Notation) -> doc.Row:
    """Put the difference of two printed values beside the first."""
    if row.reference or row.figure is None or against is None or against.figure is None:
        return row
    mine, theirs = row.figure.value, against.figure.value
    if mine is None or theirs is None:
        return row
    gap = doc.Printed(text=notation.signed(mine - theirs), value=mine - theirs)
    return row.model_copy(update={"gap": gap})
