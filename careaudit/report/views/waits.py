"""Wait curves: how soon requests reach a person, a line a group, with the shares behind them."""

from __future__ import annotations

from careaudit.notation import Notation, duration
from careaudit.notation import numbers as num
from careaudit.record import Estimate, Question
from careaudit.report.charts.curve import Line, curve, reached
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, named
from careaudit.report.views.tables import axis
from careaudit.report.wording import pillars as tell
from careaudit.report.wording.pillars import Waits
from careaudit.report.wording.words import ACTION, WATCH, answer

Points = tuple[tuple[float, float], ...]
MOST_LINES = 4
HALF, NEARLY = 0.5, 0.9
"""The picture ends where each line has come so near to its own last share."""
LABEL = 18
"""Characters of a name beside its line."""
ROOM = 6
"""It is at most so many times as long as the slowest line takes to half of its last share."""


def waits(book: Book) -> list[tuple[str, Exhibit]]:
    """Return the exhibit of each kind of wait, with the first question that asks about it."""
    shown: dict[Waits, tuple[str, Exhibit]] = {}
    for q in book.record.questions:
        kind = tell.WAITS.get(q.measure or "")
        found = _drawn(book, q)
        if kind and found and kind not in shown:
            shown[kind] = q.id, _exhibit(book, q, kind, found)
    return list(shown.values())


def _until(curves: list[Points], promise: float | None) -> float:
    """Return up to when the curves are worth drawing, in seconds; the promised time is in it."""
    half, nearly = (
        max(next(t for t, s in points if s >= part * points[-1][1]) for points in curves)
        for part in (HALF, NEARLY)
    )
    return max(min(nearly, ROOM * half or nearly), 1.2 * (promise or 1.0))


def _drawn(book: Book, q: Question) -> list[Estimate]:
    """Return what is drawn: both sides of the gap that says the answer, then other groups."""
    c = book.shown(q)
    if q.measure is None:
        return []
    if c is None or c.segment is None:
        alone = book.estimates.get((q.measure, None, None))
        return [alone] if alone and alone.curve else []
    pressing = sorted(
        (p for p in book.main(q) if p.segment == c.segment), key=lambda p: -(p.u.value or 0.0)
    )
    order = [c.reference, c.group, *(p.group for p in pressing)]
    found = (book.estimates.get((q.measure, c.segment, g)) for g in dict.fromkeys(order))
    return [e for e in found if e is not None and e.curve][:MOST_LINES]


def _exhibit(book: Book, q: Question, kind: Waits, found: list[Estimate]) -> Exhibit:
    segment = found[0].segment
    css = {
        (c.segment, c.group): said.css
        for c in book.main(q)
        if (said := answer(c.verdict, c.reason)) in (ACTION, WATCH)
    }
    curves = [tuple((step.seconds, step.share) for step in e.curve) for e in found]
    clock, share = Notation("seconds"), Notation()
    promise = book.record.audit.promise if kind is tell.PERSON else None
    scale = axis([0.0, _until(curves, promise)], None, clock)
    assert scale is not None  # noqa: S101 - two values make an axis
    apart = (scale.high - scale.low) / (len(scale.ticks) - 1)
    ticks = [(place * apart, label) for place, (_, label) in enumerate(scale.ticks)]
    end = ticks[-1][0]
    names = [
        named(book, e.segment, e.group, LABEL) if e.segment and e.group else kind.everyone
        for e in found
    ]

    def by(points: Points, seconds: float) -> str:
        """Write the share reached by a time; beyond its last step a curve says nothing."""
        seen = reached(points, seconds)
        return tell.NOT_SEEN if seen is None else share.value(seen)

    lines = [
        Line(
            points,
            f"{name}: {by(points, end)}",
            css.get((e.segment, e.group), "plain" if place == 0 else "other"),
        )
        for place, (e, name, points) in enumerate(zip(found, names, curves, strict=True))
    ]
    rows = tuple(
        (name, (Cell(num.count(e.n)), *(Cell(by(points, at)) for at, _ in ticks[1:])))
        for e, name, points in zip(found, names, curves, strict=True)
    )
    heads = (
        tell.attribute(segment) if segment else kind.everyone,
        kind.column,
        *(tell.by_time(clock.policy(at)) for at, _ in ticks[1:]),
    )
    return Exhibit(
        tell.waits_head(kind, segment),
        tell.waits_note(
            kind, promised=promise is not None, stops=any(points[-1][0] < end for points in curves)
        ),
        (Grid(heads, rows),),
        svg=curve(
            lines,
            ticks,
            None if promise is None else (promise, tell.promised(promise)),
            tell.waits_alt(
                kind, [_told(n, p, end) for n, p in zip(names, curves, strict=True)], end
            ),
        ),
    )


def _told(name: str, points: Points, end: float) -> str:
    """Say how far a line gets, for readers who cannot see it."""
    last, share = points[-1]
    seen = reached(points, end)
    if seen is not None:
        return f"{name} {Notation().told(seen)}"
    return tell.then_not_seen(f"{name} {Notation().told(share)}", duration(last))
