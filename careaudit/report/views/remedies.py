"""What could be done about the gaps: the largest on a page, each suggestion with its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import Interval, Point, Remedy, RemedyGroup
from careaudit.report.charts.tradeoff import tradeoff
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, named
from careaudit.report.views.tables import axis
from careaudit.report.wording import remedies as tell
from careaudit.report.wording.drivers import gap, gap_ends, gap_told
from careaudit.report.wording.names import segment_name, title

MOST_LINES, MOST_ROWS, MOST_GROUPS, MOST_TABLES, LEAST_POINTS, MOST_POINTS = 8, 8, 6, 2, 3, 6
ANCHOR = "remedies"


@dataclass(frozen=True, slots=True)
class Page:
    """What could be done about the gap of one attribute; `note` says how it was priced."""

    anchor: str
    head: str
    note: str
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Remedies:
    """All that could be done, and how many gaps are left to the record.

    `places` are the anchors of the page by the number of a question that it speaks of.
    """

    pages: tuple[Page, ...] = ()
    more: str = ""
    places: Mapping[int, str] = field(default_factory=dict)


def build_remedies(book: Book) -> Remedies:
    """Return the page of the largest gap with suggestions, the other gaps in a line each."""
    by_gap: dict[tuple[str, str], list[Remedy]] = {}
    for one in book.record.impact.remedies:
        by_gap.setdefault((one.question, one.segment), []).append(one)
    if not by_gap:
        return Remedies()
    first, *others = sorted(by_gap.values(), key=_size)
    numbers = {q.id: number for number, q in enumerate(book.record.questions, 1)}
    lines = [_head(book, own) + f" (question {numbers[own[0].question]})." for own in others]
    page = _page(book, first, lines[:MOST_LINES])
    left = tell.more(len(lines) - MOST_LINES, "gap")
    return Remedies(
        (page,), left, {numbers[one.question]: ANCHOR for own in by_gap.values() for one in own}
    )


def _size(found: Sequence[Remedy]) -> tuple[bool, float]:
    """Rank a gap: those with a price first, the largest before others."""
    return not _priced(found), -max(abs(one.gap_now.value or 0.0) for one in found)


def _priced(found: Sequence[Remedy]) -> list[Remedy]:
    return [one for one in found if one.state == "estimated"]


def _notation(book: Book, found: Sequence[Remedy]) -> Notation:
    return book.notation(next(q for q in book.record.questions if q.id == found[0].question))


def _head(book: Book, found: Sequence[Remedy]) -> str:
    return tell.head(_priced(found), _notation(book, found), tell.place(found[0], book.groups))


def _page(book: Book, found: Sequence[Remedy], others: Sequence[str]) -> Page:
    notation, priced = _notation(book, found), _priced(found)
    shares = notation if notation.share else Notation()
    exhibits = [
        _table(priced, notation),
        _words(priced),
        _open([r for r in found if r.state != "estimated"]),
        *(_curve(r, notation, shares) for r in priced),
        *_by_group(book, priced[:MOST_TABLES], shares),
        Exhibit(tell.OTHERS, "", (), told=tuple(others)) if others else None,
    ]
    return Page(
        anchor=ANCHOR,
        head=_head(book, found),
        note=tell.NOTE if priced else "",
        exhibits=tuple(e for e in exhibits if e),
    )


def _table(priced: Sequence[Remedy], notation: Notation) -> Exhibit | None:
    """Return the table of all suggestions, the gap that each leaves and what it costs."""
    if not priced:
        return None
    kept = priced[:MOST_ROWS]
    money, review = any(one.money for one in kept), any(one.review for one in kept)
    heads = tell.HEADS + (tell.MONEY_HEAD,) * money + (tell.REVIEW_HEAD,) * review
    today = Cell(*_gap(kept[0].gap_now, notation))
    rows = [(tell.TODAY, (today, *[Cell(num.NONE)] * (len(heads) - 2)))]
    for one in kept:
        pairs = [
            *map(tell.counted, (one.undue, one.errors)),
            *([tell.paid(one.money)] if money else []),
            *([tell.workload(one.review)] if review else []),
        ]
        left, below = _gap(one.gap, notation)
        helped = Cell(*tell.counted(one.helped), css="action" if tell.takes(one) else "plain")
        cells = (
            Cell(left, " ".join(filter(None, [below, _now(one, kept[0], notation)]))),
            helped,
            *(Cell(*pair) for pair in pairs),
        )
        rows.append((tell.row(one), cells))
    more = tell.more(len(priced) - len(kept), "suggestion")
    note = [tell.READ.format(per=notation.per), tell.priced_from(kept), tell.MONEY if money else ""]
    grid = Grid(heads, tuple(rows), more, "priced")
    return Exhibit(tell.HEAD, " ".join(filter(None, note)), (grid,))


def _gap(found: Interval, notation: Notation) -> tuple[str, str]:
    """Write a gap, and its range."""
    return (num.NONE if found.value is None else gap(found.value, notation)), gap_ends(
        found, notation
    )


def _now(one: Remedy, first: Remedy, notation: Notation) -> str:
    """Say the gap today where it is not that of the first row, which is on the same customers."""
    return "" if one.gap_now == first.gap_now else f"{tell.NOW} {gap_told(one.gap_now, notation)}"


def _words(priced: Sequence[Remedy]) -> Exhibit | None:
    """Return the record's own sentences, and what those need that set customers apart."""
    kept = priced[:MOST_ROWS]
    told = [tell.sentence(one) for one in kept if one.sentence]
    open_ = [one for one in kept if one.uses_group and "counsel" not in one.sentence]
    told += dict.fromkeys(map(tell.uses_group, open_))
    return Exhibit(tell.IN_WORDS, "", (), told=tuple(told)) if told else None


def _curve(one: Remedy, notation: Notation, shares: Notation) -> Exhibit | None:
    """Return the gap over the cost at some settings of one dial; None where there is no dial."""
    if len(one.curve) < LEAST_POINTS:
        return None
    points, review = _thinned(one.curve), one.kind == "review"
    paid = [p.setting if review else p.undue for p in points]
    across = axis(paid, None, shares)
    up = axis([*(p.gap for p in points), 0.0], None, notation)
    if across is None or up is None:
        return None
    head = (tell.REVIEWED if review else tell.AXES[0]).format(per=shares.per)
    gaps = [gap(p.gap, notation) for p in points]
    told = list(zip(map(shares.value, paid), gaps, strict=True))
    svg = tradeoff(
        [(cost, p.gap) for cost, p in zip(paid, points, strict=True)],
        across,
        up,
        (head, tell.AXES[1].format(gap=notation.per)),
        tell.curve_alt(head, told),
    )
    rows = tuple(
        (
            num.percent(p.setting) if review else tell.setting(p),
            (Cell(left), Cell(shares.value(p.undue)), Cell(shares.value(p.errors))),
        )
        for p, left in zip(points, gaps, strict=True)
    )
    more = tell.more(len(one.curve) - len(points), "setting")
    return Exhibit(
        tell.CURVE.format(what=tell.what(one)),
        tell.REVIEW_READ if review else tell.CURVE_READ,
        (Grid(tell.curve_heads(shares.per), rows, more, "steps"),),
        svg,
    )


def _thinned(curve: Sequence[Point]) -> list[Point]:
    """Keep so many points, evenly, both ends among them."""
    if len(curve) <= MOST_POINTS:
        return list(curve)
    last = len(curve) - 1
    return [curve[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def _by_group(book: Book, priced: Sequence[Remedy], shares: Notation) -> list[Exhibit]:
    """Return what each suggestion would mean group by group; the first says how to read it."""
    found = [one for one in priced if one.groups]
    read = tell.GROUPS_READ.format(per=shares.per)
    return [_groups(book, one, shares, "" if place else read) for place, one in enumerate(found)]


def _groups(book: Book, one: Remedy, shares: Notation, note: str) -> Exhibit:
    """Return one suggestion's table: the gap's own pair is among its groups."""
    pair = (one.reference, one.group)
    ranked = sorted(range(len(one.groups)), key=lambda i: (one.groups[i].group not in pair, i))
    kept = [one.groups[i] for i in sorted(ranked[:MOST_GROUPS])]
    rows = tuple((named(book, one.segment, g.group), _group(g, shares)) for g in kept)
    heads = (title(segment_name(one.segment, 40)), *tell.GROUP_HEADS)
    more = " ".join(
        filter(None, [tell.more(len(one.groups) - len(kept), "group"), tell.missing(one)])
    )
    head = tell.GROUPS.format(what=tell.what(one))
    return Exhibit(head, note, (Grid(heads, rows, more, "helped"),))


def _group(g: RemedyGroup, notation: Notation) -> tuple[Cell, ...]:
    now, then = tell.favorable(g.favorable_now, g.favorable, notation)
    return Cell(now), Cell(then), *(Cell(tell.beside(change)) for change in (g.helped, g.undue))


def _open(found: Sequence[Remedy]) -> Exhibit | None:
    """Return what could not be priced, and why."""
    if not found:
        return None
    rows = tuple((tell.what(one), (Cell(tell.reason(one.reason)),)) for one in found[:MOST_ROWS])
    more = tell.more(len(found) - MOST_ROWS, "suggestion")
    return Exhibit(tell.OPEN, "", (Grid(tell.OPEN_HEADS, rows, more, "said"),))
