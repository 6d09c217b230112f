"""What stands beside the record, as the pages print it: waivers, conditions, the decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from careaudit.record import AuditRecord, Question
from careaudit.report.beside import Beside, Decided
from careaudit.report.views.book import Book
from careaudit.report.wording import decided as say
from careaudit.report.wording import waivers as tell
from careaudit.report.wording.names import clean, name, quoted, said, where
from careaudit.report.wording.words import VOID, WAIVED, Answer

if TYPE_CHECKING:
    from careaudit.council import ConditionState, Decision
    from careaudit.waivers import Applied


def day_of(beside: Beside, record: AuditRecord) -> date:
    """Return the day on which all of it is looked at."""
    return beside.as_of or date.fromisoformat(record.provenance.as_of[:10])


# Waivers.


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver on the page of its question."""

    answer: Answer
    facts: tuple[str, ...]
    reason: tuple[str, ...]
    ticket: str


def _place(book: Book, applied: Applied, longest: int) -> str:
    c = applied.comparison
    return where(c.segment, c.group, book.groups, longest) if c else ""


def waived(book: Book, beside: Beside) -> tuple[str, ...]:
    """Return the sentences of page one on waivers that hold, then on those that are void."""
    places = {q.id: number for number, q in enumerate(book.record.questions, 1)}
    known = [w for w in beside.waivers if w.comparison]
    holding = [w for w in known if w.holds]
    text = [
        tell.on_page_one(w, places[w.comparison.question], _place(book, w, 24))
        for w in holding[: tell.ON_PAGE_ONE]
        if w.comparison
    ]
    if len(holding) > len(text):
        text.append(tell.more(len(holding) - len(text)))
    return tuple(text)


def void(beside: Beside) -> str:
    """Say on page one how many waivers of findings that need action are void."""
    count = sum(
        not w.holds and w.comparison is not None and w.comparison.verdict == "fail"
        for w in beside.waivers
    )
    return tell.void(count) if count else ""


def waivers_of(book: Book, beside: Beside, question: Question) -> tuple[Waiver, ...]:
    """Return the waivers on the findings of one question, those that hold first."""
    mine = [w for w in beside.waivers if w.comparison and w.comparison.question == question.id]
    return tuple(
        Waiver(
            WAIVED if w.holds else VOID,
            tuple(tell.standing(w, _place(book, w, 40))),
            quoted(w.waiver.reason, tell.LONGEST),
            tell.ticket(w.waiver),
        )
        for w in sorted(mine, key=lambda w: not w.holds)
    )


def idle(beside: Beside) -> list[tuple[str, str]]:
    """Return the waivers of findings that the audit does not have, as (where, what)."""
    return [
        (name(w.waiver.finding, 80), tell.nothing(w))
        for w in beside.waivers
        if w.comparison is None
    ]


# Earlier conditions.


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of a table of conditions."""

    text: str
    of: str
    owner: str
    due: str
    answer: Answer
    evidence: str


@dataclass(frozen=True, slots=True)
class EarlierPage:
    """The table of earlier conditions, under its finding."""

    head: str
    note: str
    rows: tuple[Condition, ...]


def _condition(condition: ConditionState, of: str) -> Condition:
    return Condition(
        text=said(condition.text, 600),
        of=of,
        owner=said(condition.owner, 80),
        due=say.due(condition),
        answer=say.STATES[condition.state],
        evidence=say.evidence(condition),
    )


def earlier_page(beside: Beside) -> EarlierPage | None:
    """Return the page on earlier conditions; None where there are none."""
    if not beside.earlier:
        return None
    return EarlierPage(
        say.earlier_head([e.condition.state for e in beside.earlier]),
        say.EARLIER_NOTE if beside.checked else f"{say.EARLIER_NOTE} {say.UNCHECKED}",
        tuple(
            _condition(e.condition, say.of_decision(e.record_id, e.release)) for e in beside.earlier
        ),
    )


# The decision about this audit.


@dataclass(frozen=True, slots=True)
class Part:
    """What people said, under a heading: our words, then theirs."""

    head: str
    told: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Everything that the council said about this audit."""

    head: str
    line: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    seats: tuple[tuple[str, ...], ...]
    conditions: tuple[Condition, ...]
    adopted: tuple[tuple[str, str, str, str], ...]
    """Condition, owner, due, and when it is met: the table of page 3."""

    gaps: tuple[tuple[str, str, str, str], ...]
    first: tuple[str, ...]
    """What page one says."""


def decision_page(beside: Beside, on: date) -> DecisionPage | None:
    """Return the page of the council's decision; None where it has not decided."""
    found = beside.decided
    if found is None:
        return None
    decision = found.decision
    held = say.held(found, on)
    return DecisionPage(
        head=say.head(decision),
        line=say.line(decision),
        facts=(
            held,
            say.votes(decision),
            say.quorum(decision),
            say.dissent(decision),
            say.signed(found),
        ),
        parts=tuple(_parts(decision)),
        seats=tuple(_seats(decision)),
        conditions=tuple(
            _condition(state, _met_when(decision, state.id)) for state in found.conditions
        ),
        adopted=tuple(_adopted(found)),
        gaps=tuple(
            (
                said(gap.cell, 120),
                said(gap.value, 60),
                said(gap.justification, say.LONGEST),
                said(gap.alternatives_considered, say.LONGEST),
            )
            for gap in decision.accepted_gaps
        ),
        first=tuple(
            text
            for text in (
                f"{say.line(decision)} {held}",
                f"{say.override(decision)} {say.override_reason(decision)}".strip(),
                say.dissent(decision) if decision.dissent else "",
            )
            if text
        ),
    )


def _parts(decision: Decision) -> Iterator[Part]:
    def words(*texts: str) -> tuple[str, ...]:
        return tuple(line for text in texts for line in quoted(text, say.LONGEST))

    yield Part("Reasons", (), words(decision.reasons))
    if decision.override:
        yield Part("Override", (say.override(decision),), words(decision.override.reason))
    if decision.withdrawal:
        yield Part("Withdrawal", (say.withdrawn(decision),), words(decision.withdrawal.reason))
    roles = {member.id: said(member.role, 80) for member in decision.members}
    for one in decision.dissent:
        yield Part("Dissent", (f"{roles.get(one.member, clean(one.member))}:",), words(one.text))
    for asked in decision.questions_raised:
        yield Part("Question raised", (), words(asked.text, asked.answer))
    for heard in decision.consultation:
        yield Part(
            "Also heard", (f"{said(heard.who, 120)}, {say.on(heard.when)}:",), words(heard.summary)
        )
    yield Part("What it read", tuple(map(say.read, decision.evidence)), ())


def _seats(decision: Decision) -> list[tuple[str, ...]]:
    return [
        (
            said(member.role, 80),
            said(member.name_or_pseudonym, 80),
            say.constituency(member.constituency),
            say.independence(member.independence.free, member.independence.builds_or_uses),
            say.vote(member.present, member.vote),
        )
        for member in decision.members
    ]


def _met_when(decision: Decision, condition_id: str) -> str:
    known = next(c for c in decision.conditions if c.id == condition_id)
    return f"{said(known.metric, 160)}: {said(known.threshold, 80)}"


def _adopted(found: Decided) -> list[tuple[str, str, str, str]]:
    return [
        (
            said(state.text, 200),
            said(state.owner, 40),
            say.on(state.due),
            _met_when(found.decision, state.id),
        )
        for state in found.conditions
    ]


def names(beside: Beside) -> list[str]:
    """Return every text that people wrote beside the record: some may hold foreign characters."""
    text = [t for w in beside.waivers for t in (w.waiver.reason, w.waiver.approved_by)]
    text += [t for e in beside.earlier or () for t in (e.condition.text, e.condition.owner)]
    if beside.decided:
        decision = beside.decided.decision
        text += [decision.reasons, *(d.text for d in decision.dissent)]
        text += [t for m in decision.members for t in (m.name_or_pseudonym, m.role)]
        text += [t for c in decision.conditions for t in (c.text, c.owner)]
    return [clean(t) for t in text]
