"""Rows and tables of a publication as pages print them, for every edition that prints from one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from careaudit.publication.document import PublicQuestion, Row, Table, Values
from careaudit.record import REST
from careaudit.report.wording import printed as tell
from careaudit.report.wording.names import segment_name, title
from careaudit.report.wording.words import ACTION, WATCH, Answer, answer


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the texts of its cells; where `note` is set it stands for all numbers."""

    name: str
    n: str
    value: str
    span: str
    gap: str
    size: str
    answer: Answer | None
    note: str
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one attribute, or of everybody and all attributes."""

    segment: str
    unit: str
    lines: tuple[Line, ...]
    reference: str


def verdict(question: PublicQuestion) -> Answer:
    """Return the answer to a question, the council's own."""
    return answer(question.verdict, question.reason)


def grid(question: PublicQuestion, table: Table) -> Grid:
    """Return the table of one attribute."""
    return Grid(
        title(segment_name(table.segment)),
        tell.unit_head(question),
        tuple(line(row) for row in table.rows),
        tell.group(Row(group=table.reference, status="shown")) if table.reference else "",
    )


def line(row: Row, name: str | None = None) -> Line:
    """Return a row as its cells are printed; "–" where there is nothing to print."""
    figure = row.figure if row.status == "shown" else None
    note = {
        "withheld": tell.WITHHELD, "empty": tell.EMPTY, "undefined": tell.UNDEFINED, "shown": "",
    }[row.status]  # fmt: skip
    return Line(
        name=name or tell.group(row),
        n="–" if row.n is None else f"{row.n:,}",
        value=figure.text if figure else "–",
        span=figure.range or "–" if figure else "–",
        gap="Comparison group" if row.reference else row.gap.text if row.gap else "–",
        size=tell.size(row),
        answer=None if row.verdict is None else answer(row.verdict, row.reason or ""),
        note=note,
        reference=row.reference,
    )


def rows(question: Values) -> Iterator[tuple[Table, Row]]:
    """Yield every row of a question with its table, in the order of the plan."""
    for table in question.tables:
        for row in table.rows:
            yield table, row


def held_back(question: Values) -> bool:
    """Tell whether some row of a question is withheld."""
    return any(row.status == "withheld" for _, row in rows(question))


def against(table: Table) -> Row | None:
    """Return the row that the others of a table are held against; None where none is printed."""
    if table.reference == REST:
        return Row(group=REST, status="shown")
    return next((row for row in table.rows if row.reference and row.status == "shown"), None)


def found(question: PublicQuestion) -> Iterator[tuple[Table, Row]]:
    """Yield the rows whose gap needs action or watching."""
    for table, row in rows(question):
        if row.verdict is not None and answer(row.verdict, row.reason or "") in (ACTION, WATCH):
            yield table, row
