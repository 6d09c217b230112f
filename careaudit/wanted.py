"""What a plan's questions want of a log: sums, histograms and crossings, each once."""

from __future__ import annotations

from dataclasses import replace

from careaudit.askable import measures
from careaudit.belonging import reports
from careaudit.caps import probes
from careaudit.cells import EVERY, Histogram, Quantity, Slot, Term, total
from careaudit.measures import AMOUNT_TERMS, RATES, Rate
from careaudit.plan import Plan

OPPOSITE = {"favorable_rate": "adverse_rate", "adverse_rate": "favorable_rate"}
DECISIONS = replace(RATES["adverse_rate"], name="decisions", cases=EVERY)
"""The measure whose cases are all rows used: sizes of groups are read from it."""
SLOT_TERMS: tuple[Term, ...] = tuple(total(Quantity(frozenset({slot}))) for slot in Slot)
"""One count per slot: what the second book is kept from."""


def terms(plan: Plan) -> tuple[Term, ...]:
    """All sums that the plan's questions need, each once."""
    known = measures(plan)
    wanted: list[Term] = [*SLOT_TERMS, *DECISIONS.terms]
    for question in plan.questions:
        names = [question.measure] if question.measure else list(OPPOSITE)
        for measure in (known[name] for name in names):
            wanted += measure.terms
            if isinstance(measure, Rate):
                wanted += [total(q) for pair in measure.book for q in pair if q.slots]
    wanted += [term for segment in plan.segments for term in reports(segment)]
    wanted += [term for measure in probes(plan) for term in measure.terms]
    wanted += RATES["favorable_rate"].terms if plan.impact_ratio else ()
    wanted += AMOUNT_TERMS if "amount" in plan.log.columns else ()
    return tuple(dict.fromkeys(wanted))


def histograms(plan: Plan) -> tuple[Histogram, ...]:
    """All histograms that the plan's questions need, each once."""
    known = measures(plan)
    asked = [known[q.measure] for q in plan.questions if q.measure]
    return tuple(dict.fromkeys(one for measure in asked for one in measure.histograms))


def asks_every_row(plan: Plan) -> bool:
    """Whether a question counts rows on neither side of the decision."""
    known = measures(plan)
    return any(known[q.measure].asks_every_row for q in plan.questions if q.measure)


def crossings(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Every segment, and every crossing that a question or an impact-ratio table needs."""
    named = [tuple(name.split("*")) for q in plan.questions for name in q.crossings]
    counted = [counted_by(plan, table) for table in ratio_tables(plan)]
    return tuple(dict.fromkeys([*((s.name,) for s in plan.segments), *named, *counted]))


def ratio_tables(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The impact-ratio tables: every axis, and every two crossed."""
    return plan.impact_ratio.tables(plan.axes) if plan.impact_ratio else ()


def counted_by(plan: Plan, table: tuple[str, ...]) -> tuple[str, ...]:
    """The crossing that a table is summed from: of all axes where any unknown leaves all tables."""
    listwise = plan.impact_ratio and plan.impact_ratio.unknown == "listwise"
    return plan.axes if listwise else table
