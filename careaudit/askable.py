"""Every measure that a plan may ask: the named ones at its promised time, and its own."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Literal

from careaudit.carried import Column
from careaudit.cells import ADVERSE, EVERY, FAVORABLE
from careaudit.conditions import COMPLETE, Among, Condition, Known, Number, at, both
from careaudit.measures import CATALOGUE, Measure, Rate
from careaudit.measures.audited import AuditedRate
from careaudit.measures.duration import Duration
from careaudit.measures.mean import Mean
from careaudit.measures.score import Calibration, Ranking
from careaudit.plan import Label, OwnMeasure, Plan, Test

SIDES = {"all": EVERY, "favorable": FAVORABLE, "adverse": ADVERSE}


def measures(plan: Plan) -> dict[str, Measure]:
    """Return all measures by name; a plan's own may not bear the name of a known one."""
    named = {name: _promised(measure, plan) for name, measure in CATALOGUE.items()}
    return named | {own.name: _own(own) for own in plan.measures}


def _promised(measure: Measure, plan: Plan) -> Measure:
    """A known measure with what the plan promises, or says of its labels and explanations."""
    promise, high = plan.escalation.promise, plan.label.high_score if plan.label else "adverse"
    match measure:
        case Rate() if plan.label and "label" in measure.fields:
            return _labelled(measure, plan.label)
        case Rate(when=when) if when == COMPLETE:
            return replace(measure, when=both(*map(Known, plan.explanation.fields)))
        case Rate(of=of, when=when) if promise:
            return replace(measure, of=of and at(of, promise), when=when and at(when, promise))
        case Duration(wait=wait) if promise and "human_requested_at" in measure.fields:
            limit = int(promise.total_seconds())
            return replace(measure, wait=replace(wait, limit=limit))
        case Ranking() | Calibration():
            return measure.told(high)
    return measure


TRUTHS: dict[str, Literal["due", "undue"]] = {
    "wrongful_adverse_rate": "due",
    "wrongful_favorable_rate": "undue",
}


def _labelled(measure: Rate, label: Label) -> Measure:
    """An error rate as the way in which its labels were come by allows (methods 2)."""
    if label.selection == "audited" and measure.name in TRUTHS:
        told = {f.name: getattr(measure, f.name) for f in fields(Measure)}
        return AuditedRate(**told, truth=TRUTHS[measure.name])
    if label.selection in {"appealed", "other"} and measure.name != "label_coverage":
        return replace(measure, bounded=True)
    return measure


def _own(own: OwnMeasure) -> Measure:
    side = SIDES[own.decisions]
    if own.column is not None:
        return Mean(
            name=own.name,
            kind="mean",
            orientation=own.orientation,
            pillar="experience",
            ask=own.ask or f"Is {own.name.replace('_', ' ')} the same for everyone?",
            formula=f"mean of {own.column}",
            fields=(*(() if own.decisions == "all" else ("decision",)), own.column),
            misleads="Defined by the plan.",
            oracle="pandas mean over the rows",
            column=Column(own.column),
            cases=side,
        )
    if own.numerator is None:
        msg = f"{own.name} has no numerator"
        raise ValueError(msg)
    below = f" / {_said(own.denominator)}" if own.denominator else " / all rows"
    columns = [test.column for test in (own.numerator, own.denominator) if test]
    decision = () if own.decisions == "all" else ("decision",)
    return Rate(
        name=own.name,
        kind="rate",
        orientation=own.orientation,
        pillar="experience",
        ask=own.ask or f"Is {own.name.replace('_', ' ')} the same for everyone?",
        formula=f"{_said(own.numerator)}{below}",
        fields=(*decision, *dict.fromkeys(columns)),
        misleads="Defined by the plan.",
        oracle="fairlearn.metrics.selection_rate",
        events=side,
        cases=side,
        of=_test(own.denominator) if own.denominator else None,
        when=_test(own.numerator),
    )


def _test(test: Test) -> Condition:
    if test.values:
        return Among(test.column, test.values)
    if test.at_least is not None:
        return Number(test.column, test.at_least)
    return Known(test.column)


def _said(test: Test) -> str:
    if test.values:
        return f"{test.column} is {' or '.join(test.values)}"
    if test.at_least is not None:
        return f"{test.column} of at least {test.at_least:g}"
    return f"{test.column} recorded"
