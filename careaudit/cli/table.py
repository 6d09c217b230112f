"""The findings of a record as a table for a terminal: one question, then its comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from careaudit.notation import Notation, notation_of, numbers
from careaudit.report.wording.names import clean, cut
from careaudit.report.wording.words import answer

if TYPE_CHECKING:
    from careaudit.record import AuditRecord, Comparison, Interval, Question

COLOURS = {"action": "red", "watch": "magenta", "nogap": "green", "cannot": "bright_black"}
MOST_ROWS = 12  # comparisons shown of one question; the record holds all
MOST_DRIVERS = 4
LONGEST = 28


def findings(record: AuditRecord) -> Iterator[Table | Text | Padding]:
    """Yield each question's answer in one line, then its comparisons, worst first."""
    for question in record.questions:
        yield _heading(question)
        mine = sorted((c for c in record.comparisons if c.question == question.id), key=_urgency)
        if mine:
            yield _comparisons(mine[:MOST_ROWS], question, record.audit.currency)
        if len(mine) > MOST_ROWS:
            yield Text(f"  ... and {len(mine) - MOST_ROWS:,} more in the record", style="dim")
        yield from _why(record, question)
        yield Text()


def _why(record: AuditRecord, question: Question) -> Iterator[Padding]:
    """Say what goes along with the question's gaps, each driver once, of its largest gap."""
    order = {c.group: c.u.value or 0.0 for c in record.comparisons if c.question == question.id}
    found = [d for d in record.drivers if d.question == question.id and d.listed]
    found.sort(key=lambda d: -order.get(d.group, 0.0))
    first = {(d.kind, d.name): d for d in reversed(found)}
    told = [d for d in found if first[d.kind, d.name] is d]
    for driver in told[:MOST_DRIVERS]:
        whom = (
            ""
            if driver.kind == "subgroup"
            else f"{_name(driver.segment)} = {_name(driver.group)}: "
        )
        yield Padding(Text(f"{whom}{clean(driver.sentence)}"), (0, 0, 0, 4))
    if len(told) > MOST_DRIVERS:
        yield Padding(Text(f"... and {len(told) - MOST_DRIVERS} more in the record"), (0, 0, 0, 4))


def _heading(question: Question) -> Text:
    line = _word(question.verdict, question.reason)
    gate = "" if question.gate else " Not gated."
    return line.append(
        f"  {question.id}: {question.measure}, {_reason(question)}.{gate}", style="bold default"
    )


def _comparisons(mine: list[Comparison], question: Question, currency: str | None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    notation = _notation(mine, question, currency)
    value, wide, named = ("rate", 7, 25) if notation.share else ("value", 11, 15)
    table.add_column("", width=20, no_wrap=True)
    table.add_column("group", width=named, no_wrap=True)
    table.add_column("against", width=12, no_wrap=True)
    for name, width in (
        ("decisions", 9), (value, wide), ("against", wide), ("ratio", 6), ("gap ÷ limit", 18),
        ("excess", 8),
    ):  # fmt: skip
        table.add_column(name, justify="right", no_wrap=True, width=width)
    for comparison in mine:
        table.add_row(*_row(comparison, question, notation))
    return table


def _notation(mine: list[Comparison], question: Question, currency: str | None) -> Notation:
    """Return how a question's values are written."""
    values = [value for c in mine for value in (c.group_value, c.reference_value)]
    return notation_of(question.unit, values, currency)


def _reason(question: Question) -> str:
    text = question.reason.replace("_", " ")
    return f"{text}: {question.missing}" if question.missing else text


def _urgency(comparison: Comparison) -> tuple[int, bool, float]:
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    signal = comparison.reason != "adverse_signal"
    return order[comparison.verdict], signal, -(comparison.u.value or 0.0)


def _word(verdict: str, reason: str) -> Text:
    found = answer(verdict, reason)  # type: ignore[arg-type]  # the record's own literals
    return Text(f"{found.shape} {found.word}", style=COLOURS[found.css])


def _row(c: Comparison, question: Question, notation: Notation) -> tuple[Text | str, ...]:
    return (
        Text("  ").append_text(_word(c.verdict, c.reason)),
        escape(f"{_name(c.segment)} = {_name(c.group)}"),
        escape(_name(c.reference)),
        f"{c.n:,}",
        _value(c.group_value, notation),
        _value(c.reference_value, notation),
        numbers.ratio(c.ratio.value, question.limit),
        _range(c.u),
        _excess(c),
    )


def _name(text: str | None) -> str:
    return cut(clean(text or "everybody"), LONGEST)


def _comparisons_made(number: int) -> str:
    return f"{number:,} comparison{'' if number == 1 else 's'}"


def _value(value: float | None, notation: Notation) -> str:
    if value is None:
        return numbers.NONE
    return f"{value:.2%}" if notation.share else notation.value(value)


def _excess(c: Comparison) -> str:
    """Write the decisions beyond the reference's rate; the money where no people are counted."""
    people, money = c.affected.people.value, c.affected.money
    if people is not None:
        return numbers.count(people)
    if money is not None and money.value is not None:
        return numbers.money(money.value, money.currency)
    return numbers.NONE


def _range(u: Interval) -> str:
    if u.value is None:
        return "–"
    value, low, high = ("?" if end is None else numbers.guarded(end, [1.0])
                        for end in (u.value, u.low, u.high))  # fmt: skip
    return f"{value} ({low}–{high})"


def verdict_line(record: AuditRecord) -> Text:
    """Return the audit's answer in one line."""
    accounts = record.accounts
    line = _word(record.verdict, record.reason)
    line.stylize("bold")
    line.append(
        f"  {record.verdict} ({record.reason.replace('_', ' ')}). "
        f"{accounts.rows_used:,} of {accounts.rows_read:,} decisions used, "
        f"{_comparisons_made(len(record.comparisons))}. Record {record.digest[:12]}.",
        style="not bold default",
    )
    return line
