"""The outcomes of the Consumer Duty: every group held against its floor, never the average."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.publication.document import Floor, Publication, PublicQuestion
from careaudit.report.views import printed
from careaudit.report.views.impact import measured, shown
from careaudit.report.views.impact.catalogue import OUTCOMES, Outcome
from careaudit.report.views.impact.trend import values
from careaudit.report.wording import impact_edition as tell
from careaudit.report.wording import printed as common
from careaudit.report.wording.names import segment_name
from careaudit.report.wording.words import ACTION, NO_GAP, Answer


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of an outcome: its floor, where each group stands to it, its gap, its trend."""

    title: str
    floor: str
    groups: tuple[tuple[Answer, str], ...]
    answer: Answer | None
    gap: Answer
    trend: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One outcome with its measures."""

    head: str
    answer: Answer
    rows: tuple[Row, ...]


def duty(p: Publication) -> tuple[Judged, ...]:
    """Return every outcome, asked or not."""
    return tuple(_judged(p, outcome) for outcome in OUTCOMES)


def floor(q: PublicQuestion) -> Floor:
    """Hold each group against the floor: one below it is enough, and one not shown leaves it open.

    The figure of everybody plays no part. A question without a floor stays open.
    """
    if q.floor is None:
        return "open"
    found = [row for _, row in printed.rows(q)]
    if any(row.floor == "not_met" for row in found):
        return "not_met"
    met = found and all(row.status == "shown" and row.floor == "met" for row in found)
    return "met" if met and not q.withheld else "open"


def gap(q: PublicQuestion) -> Floor:
    """Hold the gaps of a question against its limit: all of them, of groups however small."""
    found = [row for _, row in printed.rows(q)]
    answer = printed.verdict(q)
    if answer is ACTION or any(row.verdict == "fail" for row in found):
        return "not_met"
    shown = all(row.status == "shown" and row.verdict in (None, "pass") for row in found)
    return "met" if answer is NO_GAP and found and shown else "open"


def outcome(found: list[PublicQuestion], *, floors: bool) -> Floor:
    """Judge an outcome by its measures: their floors, and their gaps."""
    states: list[Floor] = []
    for q in found:
        states.append(gap(q))
        if floors or q.floor is not None:
            states.append(floor(q))
    if "not_met" in states:
        return "not_met"
    return "open" if "open" in states or not states else "met"


def _judged(p: Publication, of: Outcome) -> Judged:
    found = [q for m in of.measures for q in p.questions if q.measure == m]
    return Judged(
        of.head,
        tell.FLOORS[outcome(found, floors=of.floors)],
        tuple(_row(p, q) for q in found),
    )


def _row(p: Publication, q: PublicQuestion) -> Row:
    return Row(
        title=shown(p, q),
        floor=tell.floor(q),
        groups=tuple(_groups(q)) if q.floor is not None else (),
        answer=tell.FLOORS[floor(q)] if q.floor is not None else None,
        gap=printed.verdict(q),
        trend=values(p, q) if measured(q) else tell.NOT_RECORDED,
    )


def _groups(q: PublicQuestion) -> list[tuple[Answer, str]]:
    """Return the groups below the floor, those that cannot be told, and those above it."""
    states: dict[Floor, dict[str, list[str]]] = {"not_met": {}, "open": {}, "met": {}}
    for table, row in printed.rows(q):
        of = states[row.floor or "open"]
        of.setdefault(segment_name(table.segment, 40), []).append(common.group(row, 40))
    return [
        (tell.FLOORS[state], "; ".join(tell.standing(s, groups) for s, groups in by.items()))
        for state, by in states.items()
        if by
    ]
