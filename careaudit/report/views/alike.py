"""Like for like: the gap of each group within alike requests, beside the gap as it is."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.record import Comparison, Conditional, Interval, Question
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import MOST_GROUPS, Cell, Exhibit, Grid
from careaudit.report.wording import alike as tell
from careaudit.report.wording import pillars
from careaudit.report.wording.names import group_name, segment_name, split_group, title

MOST_SAID = 2

Parts = dict[str, Conditional]
"""The estimates of one pair by name."""


def alike(book: Book, q: Question, pressing: list[Comparison]) -> Exhibit | None:
    """Return the table of a question like for like, most pressing first; None without one."""
    parts: dict[tuple[str | None, str | None], Parts] = {}
    for row in book.record.conditional:
        if row.question == q.id:
            parts.setdefault((row.segment, row.group), {})[row.estimate] = row
    found = [(c, parts[c.segment, c.group]) for c in pressing if (c.segment, c.group) in parts]
    found = [(c, p) for c, p in found if "rd_mh" in p]
    if not found:
        return None
    notation = book.notation(q)
    grids = []
    for segment in dict.fromkeys(c.segment for c, _ in found):
        own = [pair for pair in found if pair[0].segment == segment]
        left = len(own) - MOST_GROUPS
        rows = tuple((_label(book, c), _row(book, q, c, p)) for c, p in own[:MOST_GROUPS])
        heads = (title(segment_name(segment or "", 40)), *tell.HEADS)
        more = pillars.more_groups(left) if left > 0 else ""
        grids.append(Grid(heads, rows, more, "alike"))
    said = [tell.compared(c, p["rd_mh"], notation, book.groups) for c, p in found[:MOST_SAID]]
    caveats = dict.fromkeys(caveat for _, caveat in said if caveat)
    return Exhibit(
        tell.HEAD,
        tell.note(found[0][1]["rd_mh"].within, notation),
        tuple(grids),
        told=(*(text for text, _ in said), *caveats),
    )


def _label(book: Book, c: Comparison) -> str:
    if c.group is None or c.segment is None or "*" not in c.segment:
        return group_name(c.group, known=book.group(c.segment, c.group))
    return ", ".join(group_name(p) for p in split_group(c.segment, c.group, book.groups))


def _row(book: Book, q: Question, c: Comparison, parts: Parts) -> tuple[Cell, ...]:
    notation = book.notation(q)
    first = parts["rd_mh"]

    def shown(name: str) -> Cell:
        row = parts.get(name)
        if row is None:
            return Cell(num.NONE)
        return Cell(tell.span(Interval(value=row.value, low=row.low, high=row.high), notation))

    return (
        Cell(tell.span(Interval(value=c.difference.value), notation)),
        shown("rd_mh"),
        shown("standardised"),
        Cell(f"{shown('within').text} / {shown('mix').text}"),
        Cell(num.percent(first.excluded_share)),
        Cell(tell.known(first.flags)),
    )
