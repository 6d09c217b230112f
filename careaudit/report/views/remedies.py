"""What could be done about the gaps: a page an attribute, each suggestion with its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from careaudit.notation import Notation, notation_of
from careaudit.notation import numbers as num
from careaudit.record import Point, Remedy, RemedyGroup
from careaudit.report.charts.tradeoff import tradeoff
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid, named
from careaudit.report.views.tables import axis
from careaudit.report.wording import remedies as tell
from careaudit.report.wording.alike import span
from careaudit.report.wording.names import segment_name, title

MOST_PAGES, MOST_ROWS, MOST_GROUPS, LEAST_POINTS, MOST_POINTS = 4, 8, 6, 3, 7
ANCHOR = "remedies"


@dataclass(frozen=True, slots=True)
class Page:
    """What could be done about the gap of one attribute."""

    anchor: str
    head: str
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Remedies:
    """All that could be done, and how many attributes are left to the record.

    `places` are the anchors of the pages by the number of their question.
    """

    pages: tuple[Page, ...] = ()
    more: str = ""
    places: Mapping[int, str] = field(default_factory=dict)


def build_remedies(book: Book) -> Remedies:
    """Return a page for each attribute with suggestions, in the record's order."""
    by_page: dict[tuple[str, str], list[Remedy]] = {}
    for one in book.record.impact.remedies:
        by_page.setdefault((one.question, one.segment), []).append(one)
    found = list(by_page.values())
    pages = tuple(_page(book, i, own) for i, own in enumerate(found[:MOST_PAGES]))
    numbers = {q.id: number for number, q in enumerate(book.record.questions, 1)}
    places: dict[int, str] = {}
    for page, own in zip(pages, found, strict=False):
        places.setdefault(numbers[own[0].question], page.anchor)
    return Remedies(pages, tell.more(len(found) - MOST_PAGES, "attribute"), places)


def _page(book: Book, place: int, found: Sequence[Remedy]) -> Page:
    q = next(q for q in book.record.questions if q.id == found[0].question)
    notation = book.notation(q)
    priced = [r for r in found if r.state == "estimated"]
    exhibits = [
        _table(priced, notation),
        _words(priced),
        _open([r for r in found if r.state != "estimated"]),
        *(_curve(r, notation) for r in priced),
        *_by_group(book, priced[:MOST_ROWS]),
    ]
    return Page(
        anchor=f"{ANCHOR}{place + 1}" if place else ANCHOR,
        head=tell.head(priced, notation, tell.place(found[0], book.groups)),
        exhibits=tuple(e for e in exhibits if e),
    )


def _table(priced: Sequence[Remedy], notation: Notation) -> Exhibit | None:
    """Return the table of all suggestions, the gap that each leaves and what it costs."""
    if not priced:
        return None
    kept = priced[:MOST_ROWS]
    money, review = any(one.money for one in kept), any(one.review for one in kept)
    heads = tell.HEADS + (tell.MONEY_HEAD,) * money + (tell.REVIEW_HEAD,) * review
    today = Cell(span(kept[0].gap_now, notation))
    rows = [(tell.TODAY, (today, *[Cell(num.NONE)] * (len(heads) - 2)))]
    for one in kept:
        pairs = [
            (span(one.gap, notation), _now(one, kept[0], notation)),
            *map(tell.counted, (one.helped, one.undue, one.errors)),
            *([tell.paid(one.money)] if money else []),
            *([tell.workload(one.review)] if review else []),
        ]
        rows.append((tell.what(one), tuple(Cell(*pair) for pair in pairs)))
    more = tell.more(len(priced) - len(kept), "suggestion")
    grid = Grid(heads, tuple(rows), more, "priced")
    return Exhibit(tell.HEAD, tell.READ.format(per=notation.per), (grid,))


def _now(one: Remedy, first: Remedy, notation: Notation) -> str:
    """Say the gap today where it is not that of the first row, which is on the same customers."""
    return "" if one.gap_now == first.gap_now else f"{tell.NOW} {span(one.gap_now, notation)}"


def _words(priced: Sequence[Remedy]) -> Exhibit | None:
    """Return the record's own sentences, and what those need that set customers apart."""
    kept = priced[:MOST_ROWS]
    told = [tell.sentence(one) for one in kept if one.sentence]
    told += dict.fromkeys(tell.uses_group(one) for one in kept if one.uses_group)
    return Exhibit(tell.IN_WORDS, "", (), told=tuple(told)) if told else None


def _curve(one: Remedy, notation: Notation) -> Exhibit | None:
    """Return the gap over the cost at some settings of one dial; None where there is no dial."""
    if len(one.curve) < LEAST_POINTS:
        return None
    points, review = _thinned(one.curve), one.kind == "review"
    shares = notation_of("share", [p.undue for p in points])
    paid = [p.setting if review else p.undue for p in points]
    costs = notation_of("share", paid)
    across = axis(paid, None, costs)
    up = axis([*(p.gap for p in points), 0.0], None, notation)
    if across is None or up is None:
        return None
    head = (tell.REVIEWED if review else tell.AXES[0]).format(per=costs.per)
    gaps = [notation.signed(p.gap) for p in points]
    told = list(zip(map(costs.value, paid), gaps, strict=True))
    svg = tradeoff(
        [(cost, p.gap) for cost, p in zip(paid, points, strict=True)],
        across,
        up,
        (head, tell.AXES[1].format(gap=notation.per)),
        tell.curve_alt(head, told),
    )
    rows = tuple(
        (
            num.percent(p.setting) if review else num.guarded(p.setting, [], 2),
            (Cell(gap), Cell(shares.value(p.undue)), Cell(shares.value(p.errors))),
        )
        for p, gap in zip(points, gaps, strict=True)
    )
    more = tell.more(len(one.curve) - len(points), "setting")
    return Exhibit(
        tell.CURVE.format(what=tell.what(one)),
        tell.REVIEW_READ if review else tell.CURVE_READ,
        (Grid(tell.CURVE_HEADS, rows, more, "steps"),),
        svg,
    )


def _thinned(curve: Sequence[Point]) -> list[Point]:
    """Keep so many points, evenly, both ends among them."""
    if len(curve) <= MOST_POINTS:
        return list(curve)
    last = len(curve) - 1
    return [curve[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def _by_group(book: Book, priced: Sequence[Remedy]) -> list[Exhibit]:
    """Return what each suggestion would mean group by group; the first says how to read it."""
    found = [one for one in priced if one.groups]
    rates = [r for one in found for g in one.groups for r in (g.favorable_now, g.favorable.value)]
    shares = notation_of("share", rates)
    read = tell.GROUPS_READ.format(per=shares.per)
    return [_groups(book, one, shares, "" if place else read) for place, one in enumerate(found)]


def _groups(book: Book, one: Remedy, shares: Notation, note: str) -> Exhibit:
    """Return one suggestion's table: the gap's own pair is among its groups."""
    pair = (one.reference, one.group)
    ranked = sorted(range(len(one.groups)), key=lambda i: (one.groups[i].group not in pair, i))
    kept = [one.groups[i] for i in sorted(ranked[:MOST_GROUPS])]
    rows = tuple((named(book, one.segment, g.group), _group(g, shares)) for g in kept)
    heads = (title(segment_name(one.segment, 40)), *tell.GROUP_HEADS)
    more = tell.more(len(one.groups) - len(kept), "group")
    head = tell.GROUPS.format(what=tell.what(one))
    return Exhibit(head, note, (Grid(heads, rows, more, "helped"),))


def _group(g: RemedyGroup, notation: Notation) -> tuple[Cell, ...]:
    now, then = tell.favorable(g.favorable_now, g.favorable, notation)
    changes = (g.helped, g.undue, g.errors)
    return Cell(now), Cell(then), *(Cell(*tell.counted(change)) for change in changes)


def _open(found: Sequence[Remedy]) -> Exhibit | None:
    """Return what could not be priced, and why."""
    if not found:
        return None
    rows = tuple((tell.what(one), (Cell(tell.reason(one.reason)),)) for one in found[:MOST_ROWS])
    more = tell.more(len(found) - MOST_ROWS, "suggestion")
    return Exhibit(tell.OPEN, "", (Grid(tell.OPEN_HEADS, rows, more, "said"),))
