"""Heat map of two crossed attributes: a table of at most four shades."""

from __future__ import annotations

import math
from dataclasses import dataclass

from careaudit.notation import Notation, notation_of
from careaudit.notation import numbers as num
from careaudit.record import Intersection
from careaudit.report.views.book import Book
from careaudit.report.wording.captions import SMALL_CELL
from careaudit.report.wording.names import group_name, segment_name, split_group, title

MOST_COLUMNS, MOST_ROWS = 6, 12


@dataclass(frozen=True, slots=True)
class Shade:
    """One cell: a rate on one of four shades, or too few."""

    rate: str
    n: str
    css: str
    notable: bool


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The crossing of two attributes on one question."""

    rows_of: str
    columns_of: str
    columns_in: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]
    legend: str
    notation: Notation
    cells: int
    left_out: int
    notable: tuple[Intersection, ...]
    question: str


def _bins(values: list[int]) -> tuple[int, int]:
    """Return the start of the first bin and the width of four bins."""
    low, high = min(values), max(values)
    return low, max(1, math.ceil((high - low + 1) / 4))


def heat_map(book: Book) -> HeatMap | None:
    """Return the heat map of the first two-way crossing; None where there is none."""
    first = next((i for i in book.record.intersections if i.segment.count("*") == 1), None)
    if first is None:
        return None
    found = [
        i
        for i in book.record.intersections
        if (i.question, i.segment) == (first.question, first.segment)
    ]
    cells: dict[tuple[str, str], Intersection] = {}
    for i in found:
        left, right = split_group(i.segment, i.group, book.groups)[:2]
        cells[left, right] = i
    notation = notation_of(
        book.units.get(first.measure, "share"),
        [i.value for i in found if i.state == "estimated"],
        book.currency,
    )
    names = first.segment.split("*")
    sides = [
        [g for g in book.groups.get(s, []) if any(k[axis] == g for k in cells)]
        for axis, s in enumerate(names)
    ]
    for axis in (0, 1):
        sides[axis] += [g for g in dict.fromkeys(k[axis] for k in cells) if g not in sides[axis]]
    flip = len(sides[1]) > len(sides[0])
    row_axis, column_axis = (1, 0) if flip else (0, 1)
    rows, columns = sides[row_axis][:MOST_ROWS], sides[column_axis][:MOST_COLUMNS]
    adverse = _adverse(book, first)

    def steps_of(value: float) -> int:
        return int(num.half_up(value * notation.factor))

    known = [
        steps_of(i.value)
        for i in found
        if i.state == "estimated" and i.value is not None and i.n >= SMALL_CELL
    ]
    start, width = _bins(known) if known else (0, 1)

    def shade(i: Intersection | None) -> Shade:
        if i is None:
            return Shade("None", "no decisions", "few", False)
        if i.state != "estimated" or i.value is None:
            hidden = i.state == "suppressed"
            minimum = book.record.provenance.settings.min_cell
            few = f"under {minimum} {book.rare_unit()}" if hidden else f"{num.count(i.n)} decisions"
            return Shade("Too few", few, "few", False)
        if i.n < SMALL_CELL:
            return Shade(notation.value(i.value), f"{num.count(i.n)} decisions", "few", i.notable)
        step = min(3, (steps_of(i.value) - start) // width)
        step = step if adverse else 3 - step
        return Shade(
            notation.value(i.value), f"{num.count(i.n)} decisions", f"shade{step}", i.notable
        )

    def label(axis: int, group: str) -> str:
        return group_name(group, 30, book.group(names[axis], group))

    grid = tuple(
        (
            label(row_axis, r),
            tuple(shade(cells.get((c, r) if flip else (r, c))) for c in columns),
        )
        for r in rows
    )
    used = sum(1 for _, line in grid for s in line if s.n != "no decisions")
    steps = [
        legend_step(start + k * width, start + (k + 1) * width - 1, notation)
        for k in range(4)
        if known and start + k * width <= max(known)
    ]
    order = steps if adverse else steps[::-1]
    return HeatMap(
        rows_of=title(segment_name(names[row_axis], 30)),
        columns_of=title(segment_name(names[column_axis], 30)),
        columns_in=segment_name(names[column_axis], 30),
        columns=tuple(label(column_axis, c) for c in columns),
        rows=grid,
        legend=", ".join(order),
        notation=notation,
        cells=len(found),
        left_out=len(found) - used,
        notable=tuple(i for i in found if i.notable),
        question=first.question,
    )


def legend_step(low: int, high: int, notation: Notation) -> str:
    """Name one shade, from its first printed value to its last."""
    ends = [f"{n}" if notation.share else notation.value(n / notation.factor) for n in (low, high)]
    return ends[0] if low == high else " to ".join(ends)


def _adverse(book: Book, i: Intersection) -> bool:
    """Tell whether more of the measure is worse for the customer."""
    question = next((q for q in book.record.questions if q.id == i.question), None)
    return question is None or book.orientation(question) == "adverse"
