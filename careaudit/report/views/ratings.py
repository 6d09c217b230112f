"""Stacked ratings: at most four classes a group, with hatching for those who did not answer."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import Estimate, Level, Question
from careaudit.report.charts.stacked import Bar, stacked
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, absent, groups_of, named
from careaudit.report.wording import pillars as tell

MOST_CLASSES = 4
NET = ((0, 6), (7, 8), (9, 10))
"""Would not recommend, would perhaps, would (Reichheld 2003)."""
Class = tuple[float, float]


def classes(levels: Sequence[float]) -> list[Class]:
    """Merge the levels of a scale into at most four classes, from the lowest to the highest."""
    if list(levels) == list(range(11)):
        return [(float(low), float(high)) for low, high in NET]
    count = min(len(levels), MOST_CLASSES)
    size, over = divmod(len(levels), count)
    ends, at = [], 0
    for place in range(count):
        last = at + size + (1 if place < over else 0)
        ends.append((levels[at], levels[last - 1]))
        at = last
    return ends


def ratings(book: Book) -> list[tuple[str, Exhibit]]:
    """Return an exhibit for each attribute of each scale, with the question it stands with."""
    shown: list[tuple[str, Exhibit]] = []
    seen = set()
    for q in book.record.questions:
        for segment in q.segments:
            found = _levels(book, q, segment)
            key = (segment, tuple(found.values()))
            if found and key not in seen:
                seen.add(key)
                shown.append((q.id, _exhibit(book, q, segment, found)))
    return shown


def _levels(book: Book, q: Question, segment: str) -> dict[str, tuple[Level, ...]]:
    """Return the levels of each group that has some, in the plan's order."""
    groups = book.groups.get(segment, [])
    found = {g: book.estimates.get((q.measure or "", segment, g)) for g in groups}
    return {g: e.levels for g, e in found.items() if e is not None and any(x.n for x in e.levels)}


def _silent(book: Book, segment: str, group: str, answered: int) -> int | None:
    """Return how many were asked and did not answer; None where the record does not tell.

    A response rate tells of these ratings where it counts as many answers as there are.
    """
    e: Estimate | None = book.estimates.get(("response_rate", segment, group))
    return e.n - answered if e is not None and e.events == answered else None


def _exhibit(book: Book, q: Question, segment: str, found: dict[str, tuple[Level, ...]]) -> Exhibit:
    scale = sorted({level.rating for levels in found.values() for level in levels})
    kinds = classes(scale)
    heads = [tell.level_class(*kind) for kind in kinds]
    groups, more = groups_of(book, segment)
    counts = {
        g: [sum(x.n for x in found[g] if low <= x.rating <= high) for low, high in kinds]
        for g in groups
        if g in found
    }
    quiet = {g: _silent(book, segment, g, sum(own)) for g, own in counts.items()}
    asked = all(n is not None for n in quiet.values())
    share = Notation()

    def part(n: int, whole: int) -> tuple[float, str]:
        return n / whole, share.value(n / whole)

    bars, told = [], []
    for group, own in counts.items():
        silent = (quiet[group] or 0) if asked else 0
        whole = sum(own) + silent
        parts = tuple(part(n, whole) for n in own)
        name = named(book, segment, group, 22)
        bars.append(Bar(name, parts, part(silent, whole) if asked else None))
        top = f"{name}, {parts[-1][1]} in every 100 gave {heads[-1]}"
        told.append(f"{top}, {part(silent, whole)[1]} no answer" if asked else top)
    rows = tuple(
        (
            named(book, segment, g),
            _row(counts[g], quiet[g] if asked else None)
            if g in counts
            else _empty(
                absent(book, book.estimates.get((q.measure or "", segment, g))), kinds, asked
            ),
        )
        for g in groups
    )
    first = tell.ASKED if asked else tell.RATED
    last = (tell.NO_ANSWER.capitalize(),) if asked else ()
    return Exhibit(
        tell.ratings_head(segment),
        tell.ratings_note(asked),
        (Grid((tell.attribute(segment), first, *heads, *last), rows, more),),
        svg=stacked(
            bars, heads, tell.NO_ANSWER if asked else "", tell.ratings_alt(told[:4], segment)
        ),
    )


def _row(counts: list[int], silent: int | None) -> tuple[Cell, ...]:
    """Return the counts behind one bar: all, by class, and those without an answer."""
    last = [] if silent is None else [silent]
    return tuple(Cell(num.count(n)) for n in [sum(counts) + sum(last), *counts, *last])


def _empty(why: str, kinds: list[Class], asked: bool) -> tuple[Cell, ...]:
    """Return the row of a group without ratings."""
    return (Cell(why), *(Cell(num.NONE) for _ in range(len(kinds) + asked)))
