"""Forest tables: one table per attribute, its marks placed in per cent of a shared axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import POOLED, Comparison, Estimate, Question
from careaudit.report.views.book import Book
from careaudit.report.wording.captions import value_head
from careaudit.report.wording.names import (
    NOT_RECORDED,
    group_name,
    segment_name,
    split_group,
    title,
)
from careaudit.report.wording.words import ACTION, WATCH, Answer, answer

MOST_ROWS = 40
"""Rows of a table in the body; the record holds the rest."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A shared axis: ticks as (per cent, label), and the dashed line for all decisions."""

    ticks: tuple[tuple[float, str], ...]
    line: float | None
    low: float
    high: float
    per: int
    """What a value is multiplied by: the denominator of shares, 1 for other units."""

    def place(self, rate: float) -> float:
        """Return where a value lies, in per cent of the axis, kept on it."""
        share = (rate * self.per - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what is printed, and where its marks lie."""

    name: str
    n: str
    rate: str
    span: str
    dot: float | None
    left: float | None
    width: float | None
    css: str
    flagged: bool
    gap: str
    gap_span: str
    answer: Answer | None
    note: str
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Forest:
    """One attribute's table."""

    segment: str
    axis: Axis | None
    rows: tuple[Row, ...]
    more: int
    """How many groups the record holds beyond these."""

    head: str
    """What the column of values is headed by."""

    share: bool

    reference: str


_ROUND = [m * 10**e for e in range(-4, 9) for m in (1, 2, 5)]
_CLOCK = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200]
_CLOCK += [86_400 * m * 10**e for e in range(4) for m in (1, 2, 5)]
_SPAN: dict[str, tuple[float, float]] = {"area": (0, 1), "points": (-100, 100)}
"""Where a unit begins and ends; amounts, times and ratings begin at 0, scores have no end."""


def axis(values: Iterable[float | None], overall: float | None, notation: Notation) -> Axis | None:
    """Choose round ticks that hold all values, 4 to 8 for shares; None where there is no value."""
    per = notation.per if notation.share else 1
    known = [v * per for v in values if v is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    least, most = (0.0, float(per)) if notation.share else _SPAN.get(notation.unit, (0.0, math.inf))
    least = -math.inf if low < least else least
    steps = [s for s in _ROUND if s >= 1] if notation.share else _ROUND
    steps = _CLOCK if notation.unit == "seconds" else steps
    parts = {"share": 7, "seconds": 3}.get(notation.unit, 4)
    fits = (s for s in steps if math.ceil(high / s) - math.floor(low / s) <= parts)
    step = next(fits, steps[-1])
    bottom = max(least, math.floor(low / step) * step)
    top = min(most, math.ceil(high / step) * step)
    if top - bottom < 2 * step:
        bottom, top = max(least, bottom - step), min(most, top + step)
    count = max(1, round((top - bottom) / step))
    marks = [bottom + i * step for i in range(count + 1)]
    top = marks[-1]
    empty = Axis((), None, bottom, top, per)
    labels = [_tick(m, step, notation) for m in marks]
    if notation.unit == "seconds":
        labels[-1] += f"\u00a0{_clock_unit(step)[1]}"
    ticks = tuple((empty.place(m / per), label) for m, label in zip(marks, labels, strict=True))
    inside = overall is not None and bottom <= overall * per <= top
    line = empty.place(overall) if inside and overall is not None else None
    return Axis(ticks, line, bottom, top, per)


def _clock_unit(step: float) -> tuple[int, str]:
    """Return the unit that ticks of a time are counted in: its seconds, and its name."""
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    return next((seconds, name) for seconds, name in units if step >= seconds)


def _tick(mark: float, step: float, notation: Notation) -> str:
    """Write a tick's label: as short as the step allows."""
    if notation.unit == "seconds":
        return f"{round(mark / _clock_unit(step)[0]):,}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return num.signed(f"{num.half_up(mark, decimals):,}")


def _label(book: Book, segment: str, group: str | None) -> str:
    """Return a row's name; the groups of a crossing are joined by a comma."""
    if group is not None and "*" in segment and group != POOLED:
        parts = split_group(segment, group, book.groups)
        return ", ".join(group_name(p) for p in parts)
    if group == "unknown" and book.record.accounts.unknown.get(segment):
        return NOT_RECORDED
    return group_name(group, known=book.group(segment, group))


def _row(
    book: Book,
    segment: str,
    group: str,
    e: Estimate | None,
    c: Comparison | None,
    place: Axis | None,
    notation: Notation,
    reference: bool,
) -> Row:
    """Return one row from the estimate, or from the comparison where there is no estimate."""
    known = book.group(segment, group)
    value = e.value if e and e.state == "estimated" else None
    low, high = (e.low, e.high) if e and value is not None else (None, None)
    kind = answer(c.verdict, c.reason) if c else None
    css = kind.css if kind in (ACTION, WATCH) else "plain"
    hidden = (e is not None and e.state == "suppressed") or (
        known is not None and known.status == "suppressed"
    )
    minimum = book.record.provenance.settings.min_cell
    n = known.n if known else (e.n if e else (c.n if c else 0))
    note = ""
    if hidden:
        note = f"Fewer than {minimum} {book.rare_unit()}: not shown"
    elif known is not None and known.status == "empty":
        note = "No decisions"
    elif group == POOLED:
        note = "Judged together"
    elif value is None:
        note = "Not defined"
    left = width = None
    if place and value is not None and low is not None and high is not None:
        left = place.place(low)
        width = round(max(place.place(high) - left, 0.4), 2)
    gap = gap_span = ""
    if c is not None and c.difference.value is not None and not hidden:
        gap = notation.signed(c.difference.value)
        gap_span = notation.signed_span(c.difference.low, c.difference.high) or ""
    return Row(
        name=_label(book, segment, group),
        n=f"under {minimum}" if hidden else num.count(n if e is None else e.n),
        rate=notation.value(value) if value is not None else num.NONE,
        span=notation.span(low, high) or num.NONE,
        dot=place.place(value) if place and value is not None else None,
        left=left,
        width=width,
        css=css,
        flagged=css != "plain",
        gap="comparison" if reference else gap or num.NONE,
        gap_span="" if reference else gap_span,
        answer=kind if not reference else None,
        note=note,
        reference=reference,
    )


def _order(book: Book, q: Question, segment: str) -> list[str]:
    """Return the groups of a segment in the plan's order, the pooled pair last."""
    order = list(book.groups.get(segment, []))
    seen = set(order)
    found = [c.group for c in book.main(q) if c.segment == segment]
    found += [g for (m, s, g) in book.estimates if m == q.measure and s == segment]
    for group in found:
        if group is not None and group not in seen:
            order.append(group)
            seen.add(group)
    if POOLED in seen:
        order.remove(POOLED)
        order.append(POOLED)
    return order


def _bounded(
    order: list[str], pairs: dict[str, Comparison], reference: str | None, most: int
) -> list[str]:
    """Keep the rows that matter to the answer, in the plan's order."""
    if len(order) <= most:
        return order
    rank = {"fail": 0, "inconclusive": 2, "pass": 3}

    def weight(place: int) -> tuple[int, int]:
        group = order[place]
        if group in (reference, POOLED):
            return (0, place)
        c = pairs.get(group)
        if c is None:
            return (4, place)
        return (1 if c.reason == "adverse_signal" else rank[c.verdict], place)

    kept = sorted(sorted(range(len(order)), key=weight)[:most])
    return [order[i] for i in kept]


def forests(book: Book, q: Question, most: int = MOST_ROWS, *, pooled: bool = True) -> list[Forest]:
    """Return the tables of a question, one per attribute, on one shared axis."""
    notation = book.notation(q)
    overall = book.estimates.get((q.measure or "", None, None))
    pairs = {(c.segment, c.group): c for c in book.main(q)}
    asked = [s for s in q.segments if "*" not in s or any(k[0] == s for k in pairs)]
    kept: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    shown: list[float | None] = [overall.value if overall else None]
    budget = most
    for segment in asked:
        order = _order(book, q, segment)
        own = {c.group: c for c in book.main(q) if c.segment == segment and c.group is not None}
        reference = next((c.reference for c in own.values()), None)
        kept[segment] = _bounded(order, own, reference, max(6, min(budget, most)))
        budget -= len(kept[segment])
        sizes[segment] = len(order)
        for group in kept[segment]:
            e = book.estimates.get((q.measure or "", segment, group))
            if e and e.state == "estimated":
                wide = e.n >= 30
                shown += [e.value] + ([e.low, e.high] if wide else [])
    shared = axis(shown, overall.value if overall else None, notation)
    tables = []
    for segment in asked:
        known = book.segments.get(segment)
        found = next((c.reference for c in book.main(q) if c.segment == segment), None)
        reference = found or (known.reference if known else None)
        rows = tuple(
            _row(
                book,
                segment,
                group,
                book.estimates.get((q.measure or "", segment, group)),
                pairs.get((segment, group)),
                shared,
                notation,
                group == reference,
            )
            for group in kept[segment]
            if pooled or group != POOLED
        )
        if rows:
            tables.append(
                Forest(
                    segment=title(segment_name(segment)),
                    axis=shared,
                    rows=rows,
                    more=sizes[segment] - len(kept[segment]),
                    head=value_head(notation),
                    share=notation.share,
                    reference=group_name(reference) if reference else "",
                )
            )
    return tables
