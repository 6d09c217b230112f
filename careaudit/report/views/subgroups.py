"""Subgroups that no question asks about: those confirmed first."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.record import Driver
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid
from careaudit.report.wording import subgroups as tell
from careaudit.report.wording.drivers import gap_told, more, sentence, why

MOST_SUBGROUPS, MOST_SAID = 10, 3


def subgroups(book: Book) -> Exhibit | None:
    """Return the subgroups that were tested, those confirmed first."""
    found = [d for d in book.record.drivers if d.kind == "subgroup"]
    if not found:
        return None
    ranked = sorted(found, key=lambda d: (not d.listed, d.p_adjusted or 1.0))
    kept = ranked[:MOST_SUBGROUPS]
    parts = any(t.share is not None for d in kept for t in d.traits)
    rows = tuple((tell.subgroup(d, book.groups), _subgroup(book, d, parts)) for d in kept)
    confirmed = [d for d in ranked if d.listed]
    grid = Grid(
        ("Subgroup", *tell.SUBGROUP_HEADS, *([tell.PARTS_HEAD] if parts else [])), rows,
        more(len(found) - len(kept), "subgroup"), "groups",
    )  # fmt: skip
    return Exhibit(
        tell.subgroups_head(len(confirmed), len(found)),
        tell.SUBGROUP_NOTE,
        (grid,),
        told=tuple(sentence(d) for d in confirmed[:MOST_SAID]),
    )


def _subgroup(book: Book, driver: Driver, parts: bool) -> tuple[Cell, ...]:
    number, q = next(x for x in enumerate(book.record.questions, 1) if x[1].id == driver.question)
    notation = book.notation(q)
    return (
        Cell(gap_told(driver.association, notation), f"question {number}, in {notation.per:,}"),
        Cell(tell.in_limits(driver.u)),
        Cell(num.NONE if driver.customers is None else num.count(driver.customers)),
        Cell(tell.CONFIRMED if driver.listed else why(driver)),
        *([Cell(_parts(driver))] if parts else []),
    )


def _parts(driver: Driver) -> str:
    return ", ".join(tell.trait(t) for t in driver.traits if t.share is not None) or num.NONE
