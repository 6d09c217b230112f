"""`findings.csv`: the comparisons of a record for a spreadsheet, one row each.

`rate`, `reference_rate` and the differences count in `unit`: shares from 0 to 1, seconds, money.

What the record hides stays hidden. A text that a spreadsheet would take for a formula gets an
apostrophe in front, which makes it a text again.
"""

from __future__ import annotations

import csv
import io

from careaudit.record import AuditRecord, Comparison

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS = (
    "id", "question", "measure", "segment", "group", "reference", "decisions",
    "reference_decisions", "rate", "reference_rate", "difference", "difference_low",
    "difference_high", "ratio", "gap_over_limit", "verdict", "reason", "people", "people_low",
    "people_high", "money", "currency", "unit",
)  # fmt: skip


def findings_csv(record: AuditRecord) -> bytes:
    """Return the comparisons of a record as CSV in UTF-8; numbers in full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for comparison in record.comparisons:
        writer.writerow([_safe(cell) for cell in _row(comparison)])
    return out.getvalue().encode()


def _row(c: Comparison) -> tuple[str | float | None, ...]:
    people, money = c.affected.people, c.affected.money
    return (
        c.id, c.question, c.measure, c.segment, c.group, c.reference, c.n,
        c.reference_n, c.group_value, c.reference_value, c.difference.value, c.difference.low,
        c.difference.high, c.ratio.value, c.u.value, c.verdict, c.reason, people.value, people.low,
        people.high, money.value if money else None, money.currency if money else None,
        c.unit,
    )  # fmt: skip


def _safe(cell: str | float | None) -> str | float | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
