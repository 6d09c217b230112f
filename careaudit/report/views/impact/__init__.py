"""What the care impact edition prints of a publication: predictions, their use, and their value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from careaudit.publication.document import Publication, PublicQuestion, Values
from careaudit.report.views import printed
from careaudit.report.views.impact.catalogue import HOME, PARTS, Part, missing
from careaudit.report.wording import impact_edition as tell
from careaudit.report.wording import printed as common
from careaudit.report.wording import words
from careaudit.report.wording.names import ended, quoted, said, segment_name, title
from careaudit.report.wording.words import ACTION, CANNOT, WATCH, Answer

MOST_ROWS = 40
"""Rows of an attribute, and gaps, that are printed; public.json holds the rest."""


@dataclass(frozen=True, slots=True)
class Short:
    """One question in the table of page one."""

    title: str
    figure: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Brief:
    """Page one: the period, what the system does, how many decisions, and the answers."""

    title: str
    scope: str
    purpose: str
    oversight: str
    answer: Answer
    lead: str
    notes: tuple[str, ...]
    decided: tuple[str, ...]
    types: tuple[tuple[str, str], ...]
    questions: tuple[Short, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One measure: what was asked, its answer, and a row for everybody and each group.

    `answer` is None where no question asks about it.
    """

    title: str
    ask: str
    answer: Answer | None
    base: str
    unit: str
    lines: tuple[printed.Line, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """One part with its measures, and those whose tables stand in another part."""

    key: str
    head: str
    about: str
    cards: tuple[Card, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Harm:
    """One gap that needs action or watching; `there` and `against` with their ranges."""

    text: str
    there: str
    against: str
    size: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Harms:
    """What went against customers, how many it comes to, and what was done about it."""

    found: tuple[Harm, ...]
    more: str
    hidden: tuple[str, ...]
    touched: tuple[str, ...]
    open: str
    done: tuple[str, ...]
    changes: str


@dataclass(frozen=True, slots=True)
class Left:
    """What no page could tell: (part, text), and attributes that some decisions lack."""

    rows: tuple[tuple[str, str], ...]
    unknown: str
    reading: tuple[str, ...]


def shown(p: Publication, q: PublicQuestion) -> str:
    """Return what a question measures, as a heading; its own words where it measures nothing."""
    return common.words(q, p.decision_kind).title if q.measure else said(q.ask)


def measured(q: PublicQuestion) -> bool:
    """Tell whether the log could answer a question at all."""
    return q.withheld or q.everybody is not None


def brief(p: Publication) -> Brief:
    """Return page one."""
    answer = words.answer(p.verdict, p.reason)
    public = p.public
    others = [
        shown(p, q)
        for q in p.questions
        if not q.gate and printed.verdict(q) is ACTION and answer is not ACTION
    ]
    notes = [
        tell.ungated(others) if others else None,
        *_touched(p),
        None if p.confirmed else tell.UNCONFIRMED,
    ]
    parts = (p.system, p.release, title(p.period.text))
    return Brief(
        title=tell.question_of(p.system),
        scope=" · ".join([said(p.name, 120), *(said(part, 80) for part in parts if part)]),
        purpose=_stated(public.purpose, tell.NO_PURPOSE),
        oversight=_stated(public.oversight, tell.NO_OVERSIGHT),
        answer=answer,
        lead=tell.lead(answer, p.reason),
        notes=tuple(note for note in notes if note),
        decided=tuple(tell.decided(p.decisions)),
        types=tuple(_types(p)),
        questions=tuple(Short(shown(p, q), _figure(q), printed.verdict(q)) for q in p.questions),
    )


def _stated(text: str | None, otherwise: str) -> str:
    return ended(said(text)) if text else otherwise


def _types(p: Publication) -> Iterator[tuple[str, str]]:
    for side, word in tell.TYPES:
        count = getattr(p.decisions, side)
        if count is not None:
            yield word, count
    yield "All that the audit used", p.decisions.used
    if p.decisions.left_out is not None:
        yield "Left out of the audit", p.decisions.left_out


def _figure(q: PublicQuestion) -> str:
    """Write what everybody got: with its range, or why there is none."""
    if not measured(q):
        return tell.NOT_RECORDED
    row = q.everybody
    if row is None or row.figure is None:
        return common.WITHHELD if q.withheld else common.UNDEFINED
    return common.told(q, row.figure)


def _touched(p: Publication) -> list[str]:
    counted = next((q for q in p.questions if q.id == p.counted), None)
    w = common.words(counted, p.decision_kind) if counted else None
    return [text for text in (tell.people(p, w), tell.money(p)) if text]


def part(p: Publication, of: Part) -> Told:
    """Return one part of the catalogue."""
    asked = [q for m in of.measures for q in p.questions if q.measure == m and measured(q)]
    here = [q for q in asked if HOME[q.measure or ""] == of.key]
    heads = {one.key: one.head for one in PARTS}
    return Told(
        of.key,
        of.head,
        of.about,
        (*(card(p, q) for q in here), *(card(p, v) for v in p.unasked if _home(v) == of.key)),
        tuple(
            tell.also(shown(p, q), _figure(q), heads[HOME[q.measure or ""]])
            for q in asked
            if q not in here
        ),
    )


def _home(values: Values) -> str | None:
    return HOME.get(values.measure or "")


def others(p: Publication) -> Told:
    """Return the questions that no part of the catalogue knows."""
    cards = tuple(card(p, q) for q in p.questions if q.measure not in HOME and measured(q))
    return Told("others", tell.OTHER, tell.OTHER_ABOUT, cards, ())


def card(p: Publication, q: Values) -> Card:
    """Return one measure with a row for everybody and each group."""
    w = common.words(q, p.decision_kind)
    lines = [printed.line(q.everybody)] if q.everybody else []
    lines += [
        printed.line(row, f"{title(segment_name(table.segment, 40))}: {common.group(row, 40)}")
        for table in q.tables
        for row in table.rows[:MOST_ROWS]
    ]
    notes = [
        common.WITHHELD_ALL if q.withheld else "",
        common.WITHHELD_NOTE if printed.held_back(q) else "",
        tell.MORE if any(len(table.rows) > MOST_ROWS for table in q.tables) else "",
    ]
    return Card(
        w.title,
        said(q.ask) if isinstance(q, PublicQuestion) else tell.NOT_ASKED,
        printed.verdict(q) if isinstance(q, PublicQuestion) else None,
        tell.base(q, w),
        common.unit_head(q),
        tuple(lines),
        " ".join(note for note in notes if note),
    )


def harms(p: Publication) -> Harms:
    """Return what needs action or watching, and what was done."""
    flagged = [q for q in p.questions if printed.verdict(q) in (ACTION, WATCH)]
    found = [harm for q in flagged for harm in _harms(p, q)]
    undecided = [shown(p, q) for q in p.questions if printed.verdict(q) is CANNOT]
    return Harms(
        found=tuple(found[:MOST_ROWS]),
        more=tell.MORE if len(found) > MOST_ROWS else "",
        hidden=tuple(
            f"{ended(shown(p, q))} {tell.HIDDEN_GROUPS}"
            for q in flagged
            if q.elsewhere or not any(printed.found(q))
        ),
        touched=tuple(_touched(p)) or (tell.NO_PEOPLE,),
        open=tell.undecided(undecided) if undecided else "",
        done=quoted(p.public.changes, 1200) if p.public.changes else (),
        changes="" if p.public.changes else tell.NO_CHANGES,
    )


def _harms(p: Publication, q: PublicQuestion) -> Iterator[Harm]:
    w = common.words(q, p.decision_kind)
    for table, row in printed.found(q):
        against = printed.against(table)
        yield Harm(
            common.direction(w, table.segment, row, against),
            common.told(q, row.figure) if row.figure else "–",
            common.told(q, against.figure) if against and against.figure else "–",
            common.size(row) or "–",
            words.answer(row.verdict or "inconclusive", row.reason or ""),
        )


def left(p: Publication) -> Left:
    """Return what the log or the plan does not tell, part by part."""
    asked = {q.measure for q in (*p.questions, *p.unasked) if q.measure}
    rows: list[tuple[str, str]] = []
    for of in PARTS:
        gone = [common.words_of(m, p.decision_kind).title.lower() for m in missing(of, asked)]
        rows.append((of.head, tell.not_asked(gone) if gone else tell.ALL_ASKED))
    rows += [(said(q.ask), tell.lacking(q)) for q in p.questions if not measured(q)]
    return Left(
        tuple(rows),
        tell.unknown([segment_name(name) for name in p.unrecorded]) if p.unrecorded else "",
        tuple(tell.reading(p)),
    )
