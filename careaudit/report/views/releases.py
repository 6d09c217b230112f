"""Comparison of releases -> plain views: tables and slope pictures from the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careaudit.record import Interval
from careaudit.report import numbers as num
from careaudit.report.charts.slope import Line, slope
from careaudit.report.views.tables import MOST_ROWS, Axis, axis
from careaudit.report.wording import releases as tell
from careaudit.report.wording.names import group_name, plain, said, segment_name, title
from careaudit.report.wording.words import Answer
from careaudit.stats.rates import wilson

if TYPE_CHECKING:
    from careaudit.releases import ComparedQuestion, GroupChange, ReleaseComparison

MOST_QUESTIONS, MOST_PEOPLE, MOST_GAPS = 7, 5, 3
"""What page one has room for."""
MOST_PICTURED = 3
"""Up to so many questions, page one has room for a picture."""
MOST_LINES = 8
"""Lines of a slope picture with labels; all others are grey."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the table of questions on page one."""

    ask: str
    answer: Answer
    fact: str
    anchor: str


@dataclass(frozen=True, slots=True)
class People:
    """One row of people and money."""

    place: str
    people: str
    money: str


@dataclass(frozen=True, slots=True)
class Row:
    """One group of a question, all as text."""

    group: str
    n: str
    old: str
    new: str
    change: str
    gaps: str
    upper: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Mixed:
    """One group over the common mix of both releases."""

    group: str
    rates: str
    gaps: str
    upper: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a question: its table, its picture, and the common mix if there is one."""

    segment: str
    rows: tuple[Row, ...]
    more: int
    picture_head: str
    picture: str
    mix_note: str
    mixed: tuple[Mixed, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One question."""

    number: int
    anchor: str
    ask: str
    running: str
    answer: Answer
    reason: str
    note: str
    per: int
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that the comparison's templates print."""

    title: str
    description: str
    number: str
    foot: str
    as_of: str
    running: str
    scope: str
    answer: Answer
    lead: tuple[str, ...]
    head: str
    heading: str
    picture: tuple[Attribute, int] | None
    """What page one draws, with its denominator, where it has room."""

    lines: tuple[Asked, ...]
    more_lines: int
    people: tuple[People, ...]
    more_people: int
    open: tuple[str, ...]
    """What page one says could not be compared."""

    gaps: tuple[tuple[str, str, str], ...]
    more_gaps: int
    rest: bool
    """Whether there is a page on what could not be compared."""

    notes: tuple[str, ...]
    pages: tuple[Page, ...]
    methods: tuple[tuple[str, str], ...]
    lineage: tuple[tuple[str, str], ...]


def build_comparison(found: ReleaseComparison) -> Compared:
    """Return the view of a whole comparison."""
    digest = found.digest
    number = "".join(c for c in found.new.as_of[:10] if c.isdigit())
    pages = tuple(_page(found, place, q) for place, q in enumerate(found.questions, 1))
    counted = _people(found)
    return Compared(
        title=tell.page_title(found),
        description=plain(tell.scope(found)),
        number=number,
        foot=tell.foot(number, f"{digest[:4]} {digest[4:8]}"),
        as_of=found.new.as_of,
        running=plain(said(found.new.name, 60)),
        scope=tell.scope(found),
        answer=tell.answer(found.verdict, found.reason),
        lead=tuple(_lead(found)),
        head=tell.section_head(found),
        heading=tell.heading(len(pages)),
        picture=_first_picture(found, pages),
        lines=tuple(
            Asked(said(q.ask, 110), page.answer, _fact(found, q, page.per), page.anchor)
            for q, page in zip(found.questions, pages, strict=True)
        )[:MOST_QUESTIONS],
        more_lines=max(0, len(pages) - MOST_QUESTIONS),
        people=tuple(counted[:MOST_PEOPLE]),
        more_people=max(0, len(counted) - MOST_PEOPLE),
        open=tuple(_open(found)),
        gaps=tuple(map(tell.gap, found.not_comparable[:MOST_ROWS])),
        more_gaps=max(0, len(found.not_comparable) - MOST_ROWS),
        rest=bool(found.not_comparable) or any(not page.attributes for page in pages),
        notes=tuple(said(note, 300) for note in found.notes),
        pages=pages,
        methods=tuple(tell.methods(found)),
        lineage=tuple(tell.lineage(found, digest)),
    )


def _first_picture(
    found: ReleaseComparison, pages: tuple[Page, ...]
) -> tuple[Attribute, int] | None:
    """Return the attribute of the change that carries the answer."""
    if len(pages) > MOST_PICTURED:
        return None
    carried = [
        (q, page)
        for q, page in zip(found.questions, pages, strict=True)
        if q.worst and (q.verdict, q.reason) == (found.verdict, found.reason)
    ]
    for question, page in carried:
        segment = next((c.segment for c in found.changes if c.id == question.worst), "")
        wanted = title(segment_name(segment))
        return next(((a, page.per) for a in page.attributes if a.segment == wanted), None)
    return None


def _lead(found: ReleaseComparison) -> list[str]:
    """Return the answer in at most three sentences."""
    text, margin = [tell.opening(found)], tell.in_every(found.margin, 100)
    for question in found.questions:
        grown = [c for c in found.of(question.id) if c.verdict == "fail"]
        if question.gate and grown and len(text) < 3:
            text.append(tell.grew(_largest(grown), question.measure, margin))
    return text


def _largest(changes: list[GroupChange]) -> list[GroupChange]:
    return sorted(changes, key=lambda c: (-(c.worsening_upper or 0.0), c.id))


def _fact(found: ReleaseComparison, question: ComparedQuestion, per: int) -> str:
    worst = next((c for c in found.changes if c.id == question.worst), None)
    return tell.fact(worst, per) if worst else tell.because(question.reason)


def _open(found: ReleaseComparison) -> list[str]:
    """Return what page one says could not be compared, what keeps the answer open first."""
    told = sorted(found.not_comparable, key=lambda gap: not gap.closes)
    text = [said(gap.message, 160) for gap in told[:MOST_GAPS]]
    return text + ([tell.more_gaps(len(told) - MOST_GAPS)] if len(told) > MOST_GAPS else [])


def _people(found: ReleaseComparison) -> list[People]:
    """Return people and money of every group of the questions that decide, the most first."""
    deciding = {q.id: place for place, q in enumerate(found.questions, 1) if q.gate}
    rows = [c for c in found.changes if c.question in deciding and c.people.value is not None]
    rows.sort(key=lambda c: (-abs(c.people.value or 0.0), c.id))
    return [
        People(
            f"{deciding[c.question]}. {title(tell.place(c))}",
            tell.people(c.people),
            _money(c),
        )
        for c in rows
    ]


def _money(change: GroupChange) -> str:
    money = change.money
    if money is None or money.value is None:
        return num.NONE
    sign = "+" if money.value > 0 else ""
    ends = num.money_span(money.low, money.high, money.currency)
    return f"{sign}{num.money(money.value, money.currency)}" + (f" ({ends})" if ends else "")


def _page(found: ReleaseComparison, place: int, question: ComparedQuestion) -> Page:
    changes = found.of(question.id)
    per = num.per_of([v for c in changes for v in (c.old_value, c.new_value)])
    segments = list(dict.fromkeys(c.segment for c in changes))
    scale = axis([v for c in changes for v in (c.old_value, c.new_value)], None, per)
    return Page(
        number=place,
        anchor=f"q{place}",
        ask=said(question.ask, 240),
        running=plain(f"{place}. {said(question.ask, 60)}"),
        answer=tell.answer(question.verdict, question.reason),
        reason=f"{tell.reason_of(question)} {tell.role(question.gate)}",
        note=tell.table_note(question.measure, per, found.margin, tell.UPPER) if changes else "",
        per=per,
        attributes=tuple(
            _attribute(found, [c for c in changes if c.segment == segment], per, scale)
            for segment in segments
            if scale is not None
        ),
    )


def _attribute(
    found: ReleaseComparison, changes: list[GroupChange], per: int, scale: Axis
) -> Attribute:
    segment = changes[0].segment
    kept = _pressing(changes, MOST_ROWS)
    old, new = (
        plain(tell.release(one, which, 18))
        for one, which in ((found.old, "old"), (found.new, "new"))
    )
    mixed = [c for c in kept if c.standardised]
    first = mixed[0].standardised if mixed else None
    excluded = max((c.standardised.excluded_share for c in mixed if c.standardised), default=0.0)
    return Attribute(
        segment=title(segment_name(segment)),
        rows=tuple(_row(c, per, found.margin) for c in kept),
        more=len(changes) - len(kept),
        picture_head=tell.slope_head(segment, old, new),
        picture=_picture(changes, per, scale, old, new),
        mix_note=tell.mix_note(first.within, excluded) if first else "",
        mixed=tuple(_mixed(c, per, found.margin) for c in mixed),
    )


def _pressing(changes: list[GroupChange], most: int) -> list[GroupChange]:
    """Keep the rows that matter to the answer, in the order of the document."""
    if len(changes) <= most:
        return changes
    order = {"fail": 0, "inconclusive": 2, "pass": 3}

    def weight(place: int) -> tuple[int, float, int]:
        c = changes[place]
        rank = 1 if c.reference is None else order[c.verdict or "pass"]
        return rank, -(c.worsening_upper or 0.0), place

    kept = sorted(sorted(range(len(changes)), key=weight)[:most])
    return [changes[place] for place in kept]


def _label(change: GroupChange, longest: int = 40) -> str:
    return group_name(change.group, longest)


def _row(c: GroupChange, per: int, margin: float) -> Row:
    own = c.reference is None
    answer = tell.answer(c.verdict, c.reason) if c.verdict else None
    return Row(
        group=_label(c),
        n=f"{num.count(c.n_old)} / {num.count(c.n_new)}",
        old=_rate(c.old_value, c.effective_old, per),
        new=_rate(c.new_value, c.effective_new, per),
        change=_change(c.change, per),
        gaps="comparison" if own else _gaps(c.gap_old, c.gap_new, per),
        upper=num.NONE if own else _upper(c.worsening_upper, per, margin),
        answer=answer,
    )


def _rate(value: float, effective: float, per: int) -> str:
    """Write a rate with its Wilson range over the decisions that it is worth."""
    low, high = wilson(value * effective, effective)
    return f"{num.every(value, per)} ({num.span(float(low), float(high), per)})"


def _change(found: Interval, per: int) -> str:
    if found.value is None:
        return num.NONE
    ends = num.points_span(found.low, found.high, per)
    return num.signed_points(found.value, per) + (f" ({ends})" if ends else "")


def _gaps(old: float | None, new: float | None, per: int) -> str:
    if old is None or new is None:
        return num.NONE
    return f"{num.signed_points(old, per)} → {num.signed_points(new, per)}"


def _upper(value: float | None, per: int, margin: float) -> str:
    if value is None:
        return num.NONE
    text = num.guarded(value * per, [0.0, margin * per], 1)
    return f"+{text}" if value > 0 and text[0] not in "<>" else text


def _mixed(c: GroupChange, per: int, margin: float) -> Mixed:
    s = c.standardised
    assert s is not None  # noqa: S101 - the caller keeps rows that have it
    return Mixed(
        group=_label(c),
        rates=f"{num.every(s.old_value, per)} → {num.every(s.new_value, per)}",
        gaps="comparison" if c.reference is None else _gaps(s.gap_old, s.gap_new, per),
        upper=_upper(s.worsening_upper, per, margin),
    )


def _picture(changes: list[GroupChange], per: int, scale: Axis, old: str, new: str) -> str:
    """Draw the groups of one attribute on the question's axis; of many, name those that matter."""
    named = _pressing(changes, MOST_LINES)
    lines = [
        Line(
            c.old_value,
            c.new_value,
            num.every(c.old_value, per) if c in named else "",
            f"{_label(c, 16)}: {num.every(c.new_value, per)}" if c in named else "",
            "action" if c.verdict == "fail" else "plain",
            dashed=c.reference is None,
        )
        for c in changes
    ]
    alt = tell.slope_alt(changes[0].segment, named, per, old, new)
    return slope(lines, scale, title(old), title(new), alt)
