"""What a plan must say beyond its shape, told without reading any data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches

from careaudit.askable import measures
from careaudit.errors import PlanError
from careaudit.measures import CATALOGUE, Measure
from careaudit.plan import Plan, Question
from careaudit.plan.declared import nature
from careaudit.stats.tolerance import Tolerance

SIGNED = {"points", "score"}
"""Units of values that may lie below 0: a share of them is no limit."""


NO_INPUTS = {
    "output": "what the system put out, or what was said of it later",
    "id": "an id, which tells each case from all others",
}
"""What a declared input may be in place of one, in words."""

RANGES = {"points": 200.0, "area": 1.0, "score": 2.0, "rating": 6.0}
"""The widest gap that values of a unit can have; a limit as wide tolerates everything."""


def check(plan: Plan) -> None:
    """Refuse a plan that no log could answer; reads no data. Raises PlanError."""
    known = measures(plan)
    for own in plan.measures:
        if own.name in CATALOGUE:
            raise PlanError(
                f'a measure of the plan is called "{own.name}", which is a known one.',
                where="plan",
                hint="Give it a name of its own.",
            )
    for question in plan.questions:
        _check_question(question, known)
    decision = plan.log.columns.get("decision")
    for segment in plan.segments:
        if segment.column in {"decision", decision}:
            raise PlanError(
                f'segment "{segment.name}" is the decision itself.',
                where="plan",
                hint="Compare by an attribute of customers or of their contact.",
            )
    sides = [q for q in plan.questions if not q.measure or "decision" in known[q.measure].fields]
    if plan.outcome is None and sides:
        raise PlanError(
            "no [outcome]: which values of the decision are good or bad is not said.",
            where="plan",
            hint='Add [outcome] with adverse = ["..."] or favorable = ["..."].',
        )


def no_inputs(plan: Plan) -> dict[str, str]:
    """Return the declared inputs that cannot be looked at as inputs, and what each is."""
    natures = {name: nature(plan, name) for name in plan.drivers.fields}
    return {name: NO_INPUTS[one] for name, one in natures.items() if one in NO_INPUTS}


def _check_question(question: Question, known: Mapping[str, Measure]) -> None:
    if question.measure is not None and question.measure not in known:
        near = get_close_matches(question.measure, known, n=1, cutoff=0.4)
        step = f'Did you mean "{near[0]}"? ' if near else ""
        raise PlanError(
            f'question "{question.id}" asks for the measure "{question.measure}", which is '
            "not known.",
            where="plan",
            hint=f"{step}`careaudit measures` lists them: {', '.join(known)}.",
        )
    if question.measure is not None:
        _check_limit(question, known[question.measure])
    shares = question.measure is None or known[question.measure].unit == "share"
    if shares and question.floor is not None and not 0 <= question.floor <= 1:
        raise PlanError(
            f'question "{question.id}" has the floor {question.floor:g}, which no share can reach.',
            where="plan",
            hint="Write 95 % as 0.95.",
        )
    for name in question.protect:
        if name not in question.segments:
            raise PlanError(
                f'question "{question.id}" protects "{name}", which is not among its segments.',
                where="plan",
                hint=f"Its segments: {', '.join(question.segments)}.",
            )


def _check_limit(question: Question, measure: Measure) -> None:
    """Refuse a limit on another scale than the measure's."""
    said = question.limit.model_fields_set
    known, fit = {"share", "gap"}, "share or gap"
    if isinstance(measure.limit, Tolerance):
        known, fit = {"ratio", "floor", "cap"}, "ratio, floor and cap"
    elif measure.unit in SIGNED:
        known, fit = {"gap"}, "gap"
    gap, widest = question.limit.gap, RANGES.get(measure.unit)
    if gap is not None and widest is not None and gap >= widest:
        raise PlanError(
            f'question "{question.id}" tolerates a gap of {gap:g}; {measure.name} cannot differ by '
            f"more than {widest:g}.",
            where="plan",
            hint=f"Its default is {asdict(measure.limit)}.",
        )
    if wrong := said - known:
        raise PlanError(
            f'question "{question.id}" sets the limit by {" and ".join(sorted(wrong))}, which '
            f"{measure.name} does not have.",
            where="plan",
            hint=f"Its limit is set by {fit}.",
        )
