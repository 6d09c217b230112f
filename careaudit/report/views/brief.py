"""The second page of the brief: people and money, what was decided, and on which conditions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from careaudit.report.views import Report
from careaudit.report.views.book import Book
from careaudit.report.views.lists import conditions
from careaudit.report.views.summary import Block, Summary
from careaudit.report.views.tables import Forest
from careaudit.report.wording import brief as tell
from careaudit.report.wording import decided as say
from careaudit.report.wording.names import plain, said

ROWS = (15, 11, 6)
"""Rows of the forest tables, by how tightly the page is set."""
CONDITIONS = (5, 4, 3)
"""Conditions of the table, likewise."""
MOST_NAMED = 3
"""Groups that a proposed condition names."""
LONGEST = 110
"""Characters of what the council adopted; its report has every word."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything on page 2; each condition with who sees to it and when it is met."""

    summary: Summary
    decision: str
    heading: str
    adopted: bool
    conditions: tuple[tuple[str, str, str], ...]
    rest: str


def build_brief(report: Report, book: Book) -> tuple[Brief, ...]:
    """Return page 2 by how tightly it is set; the council's report has what it is too short for."""
    found = report.decision
    told = tell.OPEN
    rows = [(text, "", met) for text, met in conditions(book, MOST_NAMED)]
    if found:
        told = f"{found.line} {' '.join(found.facts)}"
        told = told if found.adopted else f"{told} {say.NO_CONDITION}"
        rows = [
            (_short(text), tell.who(owner, due), _short(met))
            for text, owner, due, met in found.adopted
        ]
    made = []
    for blocks, room, most in zip(report.summary.fitted, ROWS, CONDITIONS, strict=True):
        kept = _cut(blocks, room)
        made.append(
            Brief(
                summary=replace(report.summary, fitted=(kept,)),
                decision=told,
                heading=tell.ADOPTED if found else tell.PROPOSED,
                adopted=found is not None,
                conditions=tuple(rows[:most]),
                rest=tell.rest(
                    max(0, _tables(report.summary.blocks) - _tables(kept)),
                    max(0, len(rows) - most),
                ),
            )
        )
    return tuple(made)


def _short(text: str) -> str:
    return said(plain(text), LONGEST)


def _cut(blocks: tuple[Block, ...], room: int) -> tuple[Block, ...]:
    """Keep the first tables that have room together, and one at least."""
    kept: list[Block] = []
    for block in blocks:
        tables: list[Forest] = []
        for table in block.forests:
            size = len(table.rows) + 2
            if (kept or tables) and size > room:
                break
            room -= size
            tables.append(table)
        if tables:
            kept.append(replace(block, forests=tuple(tables)))
    return tuple(kept)


def _tables(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.forests) for block in blocks)
