"""What a finding's page shows beside its forest tables: a picture with the table behind it."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.notation import numbers as num
from careaudit.record import Estimate
from careaudit.report.views.book import Book
from careaudit.report.wording import pillars as tell
from careaudit.report.wording.names import group_name

MOST_GROUPS = 12
"""Rows of an exhibit's table; the record holds the rest."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, what stands below it, and its bar in per cent of the column."""

    text: str
    below: str = ""
    width: float | None = None
    css: str = "plain"


@dataclass(frozen=True, slots=True)
class Grid:
    """The table of one attribute; `css` says how it is set: with bars, as like for like."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    more: str = ""
    css: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A heading, how to read it, a picture if there is one, its tables, and what follows."""

    head: str
    note: str
    grids: tuple[Grid, ...]
    svg: str = ""
    told: tuple[str, ...] = ()


def groups_of(book: Book, segment: str) -> tuple[list[str], str]:
    """Return the first groups of an attribute in the plan's order, and how many are left out."""
    known = book.groups.get(segment, [])
    left = len(known) - MOST_GROUPS
    return known[:MOST_GROUPS], tell.more_groups(left) if left > 0 else ""


def named(book: Book, segment: str, group: str, longest: int = 80) -> str:
    """Return a group as a row is named."""
    return group_name(group, longest, book.group(segment, group))


def absent(book: Book, e: Estimate | None) -> str:
    """Say why a cell has no number."""
    if e is None:
        return num.NONE
    if e.state == "suppressed":
        return f"under {book.record.provenance.settings.min_cell} {book.rare_unit()}"
    return tell.NOTHING
