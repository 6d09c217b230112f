"""Every measure that a plan may ask: the named ones at its promised time, and its own."""

from __future__ import annotations

from dataclasses import replace

from careaudit.cells import ADVERSE, EVERY, FAVORABLE
from careaudit.conditions import Among, Condition, Known, Number, at
from careaudit.measures import CATALOGUE, Rate
from careaudit.plan import OwnMeasure, Plan, Test

SIDES = {"all": EVERY, "favorable": FAVORABLE, "adverse": ADVERSE}


def measures(plan: Plan) -> dict[str, Rate]:
    """Return all measures by name; a plan's own may not bear the name of a known one."""
    promise = plan.escalation.promise
    named = {
        name: replace(
            measure,
            of=at(measure.of, promise) if measure.of and promise else measure.of,
            when=at(measure.when, promise) if measure.when and promise else measure.when,
        )
        for name, measure in CATALOGUE.items()
    }
    return named | {own.name: _own(own) for own in plan.measures}


def _own(own: OwnMeasure) -> Rate:
    side = SIDES[own.decisions]
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
