"""The first section of the public edition: in brief."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.publication.document import Publication
from careaudit.report.views.public.found import headline
from careaudit.report.wording import public as tell
from careaudit.report.wording.words import ACTION, NO_GAP, WATCH, Answer, answer

MOST = 2
"""Findings that the answer names; the table below it holds all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer."""

    ask: str
    answer: Answer
    finding: str


@dataclass(frozen=True, slots=True)
class First:
    """Everything in brief."""

    title: str
    scope: str
    answer: Answer
    lead: str
    told: tuple[str, ...]
    draft: str
    people: tuple[str, ...]
    decides: str
    involved: str
    checked: str
    lines: tuple[Line, ...]
    doing: str


def build_first(p: Publication) -> First:
    """Return the first section."""
    carried = next((q for q in p.questions if q.id == p.counted), None)
    return First(
        title=tell.page_title(p),
        scope=tell.scope(p),
        answer=answer(p.verdict, p.reason),
        lead=tell.opening(p),
        told=tuple(_told(p)),
        draft="" if p.confirmed else tell.DRAFT,
        people=tuple(tell.people(p, carried)) if carried else (),
        decides=tell.stated(p.public.purpose, "purpose"),
        involved=tell.stated(p.public.oversight, "oversight"),
        checked=tell.checked(p),
        lines=tuple(
            Line(tell.asked(q), answer(q.verdict, q.reason), headline(p, q)) for q in p.questions
        ),
        doing=tell.stated(p.public.changes, "changes"),
    )


def _told(p: Publication) -> list[str]:
    """Say what carries the answer: the findings of the questions that decide, and of others."""
    kinds = {q.id: answer(q.verdict, q.reason) for q in p.questions}
    gated = [q for q in p.questions if q.gate]
    pressing = [q for kind in (ACTION, WATCH) for q in gated if kinds[q.id] is kind]
    result = [f"{headline(p, q)}." for q in pressing[:MOST]]
    if len(pressing) > MOST:
        result.append(tell.MORE)
    if gated and all(kinds[q.id] is NO_GAP for q in gated):
        result.append(tell.ALL_WITHIN)
    elif gated and not pressing:
        result.append(tell.NOT_ALL)
    if any(kinds[q.id] is ACTION for q in p.questions if not q.gate):
        result.append(tell.OUTSIDE if pressing else tell.ONE_OUTSIDE)
    return result
