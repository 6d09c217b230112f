"""Comparison of releases -> plain views: tables and slope pictures from the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.report.views.changes import Attribute, attribute
from careaudit.report.views.tables import MOST_ROWS, axis
from careaudit.report.wording import releases as tell
from careaudit.report.wording.names import plain, said, segment_name, title
from careaudit.report.wording.words import Answer

if TYPE_CHECKING:
    from careaudit.releases import ComparedQuestion, GroupChange, ReleaseComparison

MOST_QUESTIONS, MOST_PEOPLE, MOST_GAPS = 7, 5, 3
"""What page one has room for."""
MOST_PICTURED = 3
"""Up to so many questions, page one has room for a picture."""


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
    scale = axis([v for c in changes for v in (c.old_value, c.new_value)], None, Notation(per=per))
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
            attribute(found, [c for c in changes if c.segment == segment], per, scale)
            for segment in segments
            if scale is not None
        ),
    )
