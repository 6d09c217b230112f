"""Steps as aligned bars: from refusal to remedy, and the layers of proactive contact."""

from __future__ import annotations

from careaudit.notation import Notation, notation_of
from careaudit.record import Estimate
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, absent, groups_of, named
from careaudit.report.wording import pillars as tell
from careaudit.report.wording.names import said, title
from careaudit.report.wording.pillars import Path
from careaudit.report.wording.words import ACTION, WATCH, answer

FEWEST = 2
"""One step alone is no path: its forest table shows it."""


def steps(book: Book, path: Path) -> tuple[str, Exhibit] | None:
    """Return the exhibit of a path with its question; None where too little of it is asked."""
    measures = [step.measure for step in path.steps]
    asked = [q for q in book.record.questions if q.measure in measures]
    known = [step for step in path.steps if any(q.measure == step.measure for q in asked)]
    segments = [s for s in dict.fromkeys(s for q in asked for s in q.segments) if "*" not in s]
    shown = {
        key: e
        for key, e in book.estimates.items()
        if key[0] in measures and key[1] in segments and e.state == "estimated"
    }
    if len(known) < FEWEST or not shown:
        return None
    notation = notation_of("share", (e.value for e in shown.values()))
    missing = [step.name for step in path.steps if step not in known]
    css = _colours(book)
    grids = []
    for segment in segments:
        groups, more = groups_of(book, segment)
        rows = tuple(
            (
                named(book, segment, group),
                (
                    _start(book, [book.estimates.get((s.measure, segment, group)) for s in known]),
                    *(
                        _cell(
                            book,
                            book.estimates.get((step.measure, segment, group)),
                            notation,
                            css.get((step.measure, segment, group), "plain"),
                        )
                        for step in known
                    ),
                ),
            )
            for group in groups
        )
        if rows:
            heads = (tell.attribute(segment), path.start, *(tell.column(step) for step in known))
            grids.append(Grid(heads, rows, more, "bars"))
    silent = (n for n in book.record.quality if n.code == "silent_segment" and path is tell.REDRESS)
    return asked[0].id, Exhibit(
        path.head,
        tell.path_note(path, missing, notation),
        tuple(grids),
        told=tuple(title(said(note.message, 400)) for note in silent)[:3],
    )


def _colours(book: Book) -> dict[tuple[str, str | None, str | None], str]:
    """Return the colour of each bar that needs one: colour says the answer."""
    kinds = {
        (c.measure, c.segment, c.group): answer(c.verdict, c.reason)
        for c in book.record.comparisons
        if c.within is None
    }
    return {key: kind.css for key, kind in kinds.items() if kind in (ACTION, WATCH)}


def _start(book: Book, found: list[Estimate | None]) -> Cell:
    """Return how many stand at the beginning: what the first step is a part of."""
    first = found[0]
    if first is None or first.state == "suppressed":
        return Cell(absent(book, first))
    return Cell(f"{first.n:,}")


def _cell(book: Book, e: Estimate | None, notation: Notation, css: str) -> Cell:
    if e is None or e.state != "estimated" or e.value is None or e.events is None:
        return Cell(absent(book, e))
    return Cell(notation.value(e.value), tell.of(e.events, e.n), round(100 * e.value, 2), css)
