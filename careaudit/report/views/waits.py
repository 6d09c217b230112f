"""Wait curves: how soon requests reach a person, a line a group, with the shares behind them."""

from __future__ import annotations

import math

from careaudit.record import Estimate, Question
from careaudit.report import numbers as num
from careaudit.report.charts.curve import Line, curve, reached
from careaudit.report.units import Notation
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, named
from careaudit.report.views.tables import axis
from careaudit.report.wording import pillars as tell
from careaudit.report.wording.pillars import Waits
from careaudit.report.wording.words import ACTION, WATCH, answer

IN_TIME = "sla_attainment"
MOST_LINES = 4
NEARLY = 0.95
"""The picture ends where each line has come so near to its own end."""


def waits(book: Book) -> list[tuple[str, Exhibit]]:
    """Return the exhibit of each kind of wait, with the first question that asks about it."""
    shown: dict[Waits, tuple[str, Exhibit]] = {}
    for q in book.record.questions:
        kind = tell.WAITS.get(q.measure or "")
        found = _drawn(book, q)
        if kind and found and kind not in shown:
            shown[kind] = q.id, _exhibit(book, q, kind, found)
    return list(shown.values())


def _promise(book: Book, found: list[Estimate]) -> float | None:
    """Return the promised time, where the share in time says which step of the curves it is.

    The share in time is the height of each curve at the promised time, which is one of its steps.
    """
    pairs = [
        (e, other.value)
        for e in found
        if (other := book.estimates.get((IN_TIME, e.segment, e.group))) and other.value is not None
    ]
    if not pairs:
        return None
    times = [
        {step.seconds for step in e.curve if math.isclose(step.share, share, abs_tol=1e-9)}
        for e, share in pairs
    ]
    common = set.intersection(*times)
    return common.pop() if len(common) == 1 else None


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
    ends = [next(t for t, s in points if s >= NEARLY * points[-1][1]) for points in curves]
    clock = Notation("seconds")
    promise = _promise(book, found) if kind is tell.PERSON else None
    scale = axis([0.0, max(*ends, 1.2 * (promise or 1.0))], None, clock)
    assert scale is not None  # noqa: S101 - two values make an axis
    apart = (scale.high - scale.low) / (len(scale.ticks) - 1)
    ticks = [(place * apart, label) for place, (_, label) in enumerate(scale.ticks)]
    end = ticks[-1][0]
    names = [
        named(book, e.segment, e.group, 24) if e.segment and e.group else tell.ALL_REQUESTS
        for e in found
    ]
    share = Notation()
    lines = [
        Line(
            points,
            f"{name}: {share.value(reached(points, end))}",
            css.get((e.segment, e.group), "plain" if place == 0 else "other"),
        )
        for place, (e, name, points) in enumerate(zip(found, names, curves, strict=True))
    ]
    rows = tuple(
        (
            name,
            (
                Cell(num.count(e.n)),
                *(Cell(share.value(reached(points, at))) for at, _ in ticks[1:]),
            ),
        )
        for e, name, points in zip(found, names, curves, strict=True)
    )
    heads = (
        tell.attribute(segment) if segment else tell.ALL_REQUESTS,
        tell.REQUESTS,
        *(tell.by_time(clock.policy(at)) for at, _ in ticks[1:]),
    )
    told = [f"{name} {share.told(reached(p, end))}" for name, p in zip(names, curves, strict=True)]
    return Exhibit(
        tell.waits_head(kind, segment),
        tell.waits_note(kind, promised=promise is not None),
        (Grid(heads, rows),),
        svg=curve(
            lines,
            ticks,
            None if promise is None else (promise, tell.promised(promise)),
            tell.waits_alt(kind, told, end),
        ),
    )
