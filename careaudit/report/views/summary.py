"""The first three pages: the answer, people and money, overlap and decision."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.notation import numbers as num
from careaudit.record import Comparison, Question
from careaudit.report.beside import NOTHING, Beside
from careaudit.report.views import beside as aside
from careaudit.report.views import lists
from careaudit.report.views.book import Book
from careaudit.report.views.heat import HeatMap, heat_map
from careaudit.report.views.tables import Forest, forests
from careaudit.report.views.twin import Side, twin
from careaudit.report.wording import captions, council, impact
from careaudit.report.wording import findings as say
from careaudit.report.wording import summary as tell
from careaudit.report.wording.names import said
from careaudit.report.wording.words import ACTION, CANNOT, NO_GAP, WATCH, Answer, answer

MOST_QUESTIONS = 7
MOST_WORDY = 4
"""Up to so many questions, page 1 has room to name the groups in each row."""
FIXED_WORDS, MOST_WORDS = 68, 376
"""Words of page 1 that are always there, and how many it may hold; the lists give way first."""
FOREST_ROWS = (26, 20, 11)
"""Rows of the forest tables on page 2, by how tightly the page is set."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the question table."""

    ask: str
    answer: Answer
    fact: str
    anchor: str
    gate: bool


@dataclass(frozen=True, slots=True)
class Big:
    """One large number with its sentence."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One question’s forest tables on page 2, under its finding."""

    head: str
    note: str
    forests: tuple[Forest, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything on pages 1 to 3."""

    title: str
    scope: str
    answer: Answer
    lead: tuple[str, ...]
    draft: str
    people: str
    rest: str
    along: str
    waived: tuple[str, ...]
    void: str
    options: tuple[str, ...]
    heading: str
    lines: tuple[Line, ...]
    more_questions: int
    icons: tuple[Side, ...]
    not_assessed: tuple[str, ...]
    could_change: tuple[str, ...]
    bigs: tuple[Big, ...]
    no_bigs: str
    fitted: tuple[tuple[Block, ...], ...]
    source: str
    heat: HeatMap | None
    heat_head: str
    heat_note: str
    heat_source: str
    supported: tuple[str, ...]
    uncertain: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    decisions: tuple[str, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of page 2 where it is not set tightly."""
        return self.fitted[0]


def anchor(place: int) -> str:
    """Return the anchor of the page of the n-th question."""
    return f"q{place + 1}"


def _fact(book: Book, q: Question, *, brief: bool) -> str:
    """Return what we saw for a question, in a few words."""
    if q.reason in lists.UNANSWERED:
        short = tell.reason_short(q)
        return short[:1].upper() + short[1:]
    c = book.shown(q)
    if c is None:
        short = tell.reason_short(q)
        return short[:1].upper() + short[1:]
    kind = answer(q.verdict, q.reason)
    if kind is CANNOT and q.reason == "coverage" and q.coverage is not None:
        return f"The groups judged hold {num.percent(q.coverage)} of the decisions"
    return say.fact(c, book.notation(q), book.groups, brief=brief)


def _lead(book: Book, gated: list[Question]) -> list[str]:
    """Return the answer in at most three sentences."""
    record = book.record
    text = [tell.opening(record, len(gated))]
    kind = answer(record.verdict, record.reason)
    if kind is NO_GAP and gated:
        text += lists.passed(book, gated)
    asked = gated or list(record.questions)
    for q in asked:
        if len(text) == 3:
            break
        wanted = kind if kind in (ACTION, WATCH) else ACTION
        found = lists.flagged(book, q, wanted)
        words = book.words(q.measure)
        same = [c for c in found if say.more(words, c) == say.more(words, found[0])]
        if same and kind is not NO_GAP:
            sentence = tell.gap_sentence(words, same, book.groups)
            text += [sentence] if sentence not in text else []
    if len(text) == 1 and kind is CANNOT and gated:
        passing = sum(q.verdict == "pass" for q in gated)
        text.append(tell.open_ended(len(gated), passing, tell.reason_short(gated[0])))
    outside = [q for q in record.questions if not q.gate and q.verdict == "fail"]
    if outside and gated and len(text) < 3:
        text.append(tell.outside(len(outside)))
    return text


def _covered(book: Book) -> list[Comparison]:
    """Return the comparisons that people and money add up."""
    return [book.by_id[name] for name in book.record.impact.covers if name in book.by_id]


def _instead(book: Book, c: Comparison) -> str:
    words = book.words(c.measure)
    return words.instead_customers if book.one_each else words.instead


def _people(book: Book) -> str:
    """Say on page one how many people the gap came to; empty where none is counted."""
    people, covered = book.record.impact.people, _covered(book)
    money = book.record.impact.money
    if not covered:
        return ""
    if people.value is None and money and money.value is not None and money.value > 0:
        kind = book.record.audit.decision_kind
        return impact.money_sentence(money.value, money.low, money.high, money.currency, kind)
    if people.value is None or people.value <= 0:
        return ""
    return impact.people_sentence(people.value, people.low, people.high, _instead(book, covered[0]))


def _bigs(book: Book) -> list[Big]:
    """Return the large numbers that exist, each with its range; all are of the same groups."""
    record, result = book.record, []
    people, money, covered = record.impact.people, record.impact.money, _covered(book)
    if not covered:
        return []
    if people.value is not None and people.value > 0:
        place = tell.places(covered, book.groups, 3 if len(covered) != 4 else 4)
        contrast = say.contrast(covered[0], book.groups, 24)
        ends = (people.value, people.low, people.high)
        result.append(
            Big(*impact.headline_people(*ends, _instead(book, covered[0]), place, contrast))
        )
    if money and money.value is not None and money.value > 0:
        what = impact.unpaid(record.audit.decision_kind)
        place = "there" if result else tell.places(covered, book.groups, 3)
        result.append(
            Big(
                *impact.headline_money(
                    money.value, money.low, money.high, money.currency, what, place
                )
            )
        )
    segment = covered[0].segment
    if segment and record.accounts.rows_used:
        known = {c.group: book.group(segment, c.group) for c in covered if c.segment == segment}
        rows = sum(g.n for g in known.values() if g)
        if rows and all(known.values()):
            failing = any(c.verdict == "fail" for c in covered)
            share = rows / record.accounts.rows_used
            result.append(Big(*impact.share_in_action(share, segment, failing)))
    return result


def _blocks(book: Book, first: Question, room: int) -> list[Block]:
    """Return the forest tables of the headline question, and of more where the page has room."""
    blocks: list[Block] = []
    most = room
    others = [q for q in book.record.questions if q is not first and book.main(q)]
    for q in [first, *sorted(others, key=lambda q: q.verdict != "fail")]:
        tables = forests(book, q, most, pooled=False)
        size = 3 + sum(len(t.rows) + 2 for t in tables)
        if not tables or (blocks and size > room):
            continue
        room -= size
        words = book.words(q.measure)
        overall = book.estimates.get((q.measure or "", None, None))
        note = captions.forest_note(words, book.notation(q), overall.value if overall else None)
        head = captions.forest_head(words, lists.flagged(book, q, ACTION), book.groups)
        blocks.append(Block(head, note, tuple(tables)))
    return blocks


def build_summary(
    book: Book,
    beside: Beside = NOTHING,
    room: tuple[int, ...] = FOREST_ROWS,
    along: str = "",
) -> Summary:
    """Return pages 1 to 3; `room` is for how many rows of forests, by how tightly page 2 is set.

    `along` leads to what goes along with the gaps, where page 1 has room for it.
    """
    record = book.record
    gated = [q for q in record.questions if q.gate]
    headline = book.headline()
    q = book.question_of(headline) if headline else None
    if q is None:
        q = next((x for x in record.questions if x.measure and book.main(x)), None)
    fitted = tuple(tuple(_blocks(book, q, rows)) if q else () for rows in room)
    heat = heat_map(book)
    kinds = [answer(x.verdict, x.reason).word for x in record.questions]
    strong, weak = lists.evidence(book)
    longest = 120 if len(record.questions) <= MOST_WORDY else 72
    brief = len(record.questions) > MOST_WORDY
    icons, lead, people = twin(book, headline), _lead(book, gated), _people(book)
    decision = aside.decision_page(beside, aside.day_of(beside, record))
    asked = list(decision.first) if decision else council.options(record, lists.reviews(book))
    waived, void = aside.waived(book, beside), aside.void(beside)
    unknown, open_to = lists.not_assessed(book), lists.could_change(book, headline)
    standing = [tell.page_title(record), tell.scope(record), tell.draft(record), people]
    standing += [*lead, *asked, *waived, void, *(f"{i.title} {i.span}" for i in icons)]

    def lines_of(short: bool) -> list[Line]:
        return [
            Line(
                said(x.ask, longest),
                answer(x.verdict, x.reason),
                _fact(book, x, brief=short),
                anchor(i),
                x.gate,
            )
            for i, x in enumerate(record.questions)
        ]

    lines = lines_of(brief)

    def over() -> bool:
        rows = [
            f"{x.ask} {x.answer.shape} {x.answer.word} {x.fact} 1" for x in lines[:MOST_QUESTIONS]
        ]
        leads = [along, "page 1"] if along else []
        words = " ".join([*standing, *rows, *unknown, *open_to, *leads]).split()
        return len(words) + FIXED_WORDS > MOST_WORDS

    if over():
        open_to = open_to[:2]
    if over():
        lines = lines_of(short=True)
    if over():
        open_to = open_to[:1]
    if over():
        unknown = [*unknown[:2], unknown[-1]] if len(unknown) > 3 else unknown
    along = "" if over() else along
    crossed = next((x for x in record.questions if heat and x.id == heat.question), None)
    return Summary(
        title=tell.page_title(record),
        scope=tell.scope(record),
        answer=answer(record.verdict, record.reason),
        lead=tuple(lead),
        draft=tell.draft(record),
        people=people,
        rest=tell.tally(kinds),
        along=along,
        waived=waived,
        void=void,
        options=tuple(asked),
        heading=tell.question_heading(len(lines)),
        lines=tuple(lines[:MOST_QUESTIONS]),
        more_questions=max(0, len(lines) - MOST_QUESTIONS),
        icons=icons,
        not_assessed=tuple(unknown),
        could_change=tuple(open_to),
        bigs=tuple(_bigs(book)),
        no_bigs=lists.no_people(book),
        fitted=fitted,
        source=captions.source(record, [x.rows for x in record.accounts.excluded]),
        heat=heat,
        heat_head=captions.heat_head(len(heat.notable), heat.rows_of, heat.columns_in)
        if heat
        else "",
        heat_note=captions.heat_note(
            book.words(crossed.measure if crossed else None), heat.notation, heat.legend
        )
        if heat
        else "",
        heat_source=captions.heat_source(heat.cells, heat.left_out) if heat else "",
        supported=tuple(strong),
        uncertain=tuple(weak),
        conditions=tuple(lists.conditions(book)),
        decisions=council.DECISIONS if record.audit.release else council.DECISIONS_RUNNING,
    )
