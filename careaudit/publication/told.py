"""What a publication tells, as the ledger keeps it: its filter, its days, and every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pydantic import Field, ValidationError

from careaudit.errors import RecordError
from careaudit.plan.toml_text import plain
from careaudit.publication.document import (
    Past,
    Printed,
    Publication,
    PublicRatios,
    Row,
    Status,
    Values,
)
from careaudit.record import AuditRecord, Part
from careaudit.record.parts import Window

Key = tuple[str, str | None, str | None]
"""Measure, segment and group of a cell, whichever question asked."""


class Cell(Part):
    """What was printed of one group on one measure, or of everybody: numbers by name, as texts."""

    question: str
    measure: str
    segment: str | None
    group: str | None
    status: Status
    n: int | None = None
    numbers: dict[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What the cell is about, whichever question asked."""
        return self.measure, self.segment, self.group

    def __str__(self) -> str:
        """Return the cell in words."""
        if self.segment is None:
            return f"{plain(self.question)}, everybody"
        group = "everybody" if self.group is None else f"is {plain(self.group)}"
        return f"{plain(self.question)}, {plain(self.segment)} {group}"


class Filter(Part):
    """Which decisions of a system were looked at."""

    decision_kind: str
    favorable: tuple[str, ...] = ()
    adverse: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()


class Days(Part):
    """The first and the last day of the decisions; null where the log has no days."""

    start: date | None = None
    end: date | None = None

    def __str__(self) -> str:
        """Return the days in words."""
        return f"{self.start} to {self.end}"


class Told(Part):
    """What one publication tells of one period.

    `inputs` are the SHA-256 of the log's files, `segments` the groups printed.
    """

    record: str
    system: str | None
    filter: Filter
    inputs: tuple[str, ...]
    window: Days
    segments: dict[str, tuple[str, ...]]
    cells: tuple[Cell, ...]

    def by_key(self) -> dict[Key, Cell]:
        """Return the cells by what they are about."""
        return {cell.key: cell for cell in self.cells}


class Published(Part):
    """One entry: an edition, the day it was published, and what it tells of each period.

    The first period is the edition's own; the others are the earlier ones that it prints, too.
    """

    edition: str
    published_on: date
    document: str
    periods: tuple[Told, ...]

    def __str__(self) -> str:
        """Return the edition's name in words."""
        return f"the {plain(self.edition)} edition of {self.published_on}"


def published(
    publication: Publication,
    record: AuditRecord,
    edition: str,
    day: date,
    earlier: Sequence[AuditRecord] = (),
) -> Published:
    """Return the entry of a publication; `earlier` are the records of `publication.past`."""
    past = zip(publication.past, earlier, strict=True)
    return Published(
        edition=edition,
        published_on=day,
        document=publication.digest,
        periods=(_told(publication, record), *(_told(one, other) for one, other in past)),
    )


def _told(printed: Publication | Past, record: AuditRecord) -> Told:
    audit, outcome = record.audit, record.audit.outcome
    sides = outcome.model_dump(include={"favorable", "adverse", "neutral"}) if outcome else {}
    # two questions may print one cell: what either of them shows is shown
    cells = sorted(_cells(printed), key=lambda cell: cell.status == "shown")
    kept = tuple({cell.key: cell for cell in cells}.values())
    return Told(
        record=record.digest,
        system=audit.system,
        filter=Filter(decision_kind=audit.decision_kind, **sides),
        inputs=_logs(record),
        window=_days(record.provenance.window),
        segments=_groups(kept),
        cells=kept,
    )


def _logs(record: AuditRecord) -> tuple[str, ...]:
    """Return the fingerprints of the files with decisions; other tables serve many systems."""
    logs = (one for one in record.provenance.inputs if one.role == "log")
    return tuple(sorted({one.sha256 for one in logs if one.sha256}))


def _days(window: Window) -> Days:
    try:
        return Days.model_validate({"start": window.start, "end": window.end})
    except ValidationError:
        raise RecordError(
            "has a window that is no days.",
            where="provenance.window",
            hint="Write the record again with `careaudit audit`.",
        ) from None


def _groups(cells: Iterable[Cell]) -> dict[str, tuple[str, ...]]:
    """Return the groups shown of each segment."""
    groups: dict[str, dict[str, None]] = {}
    for cell in cells:
        if cell.segment is not None and cell.group is not None:
            known = groups.setdefault(cell.segment, {})
            if cell.status == "shown":
                known[cell.group] = None
    return {name: tuple(known) for name, known in groups.items()}


def _cells(printed: Publication | Past) -> Iterator[Cell]:
    """Yield every cell that is printed or withheld."""
    if isinstance(printed, Publication):
        yield _totals(printed)
        for table in printed.ratio_tables:
            yield from _ratios(table)
        for values in printed.unasked:
            yield from _values(values.measure or "", values)
    for question in printed.questions:
        yield from _values(question.id, question)


def _totals(publication: Publication) -> Cell:
    numbers = publication.decisions.model_dump(exclude_none=True)
    return Cell(
        question="decisions", measure="decisions", segment=None, group=None, status="shown",
        numbers={name.replace("_", " "): text for name, text in numbers.items()},
    )  # fmt: skip


def _values(name: str, values: Values) -> Iterator[Cell]:
    if values.everybody is not None:
        yield _cell(name, values, None, values.everybody)
    elif values.withheld:
        yield _cell(name, values, None, Row(group=None, status="withheld"))
    for table in values.tables:
        for row in table.rows:
            yield _cell(name, values, table.segment, row)


def _cell(name: str, values: Values, segment: str | None, row: Row) -> Cell:
    return Cell(
        question=name,
        measure=values.measure or name,
        segment=segment,
        group=row.group,
        status=row.status,
        n=row.n,
        numbers=_texts(value=row.figure, gap=row.gap),
    )


def _ratios(table: PublicRatios) -> Iterator[Cell]:
    what = "impact ratios"
    yield Cell(
        question=what, measure=what, segment=table.axis, group=None, status="shown",
        n=table.n_used, numbers=_texts(unknown=table.unknown),
    )  # fmt: skip
    for row in table.rows:
        yield Cell(
            question=what, measure=what, segment=table.axis, group=row.group,
            status="withheld" if row.status == "withheld" else "shown",
            n=row.n, numbers=_texts(rate=row.rate, ratio=row.ratio, share=row.share),
        )  # fmt: skip


def _texts(**printed: Printed | str | None) -> dict[str, str]:
    """Return what is printed, by name: a number with its range, as a reader sees them."""
    return {name: _text(one) for name, one in printed.items() if one is not None}


def _text(one: Printed | str) -> str:
    if isinstance(one, str):
        return one
    return f"{one.text} ({one.range})" if one.range else one.text
