"""Like for like: each gap again within strata, beside the crude one (methods 6).

The crude verdict is primary. What is held still may itself carry the harm, so nothing here
changes a verdict, and nothing here says that a gap is justified.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careaudit.cells import Cells, total
from careaudit.judge import Field, Judged
from careaudit.measures import Pair, Rate
from careaudit.plan import Plan, Question, role
from careaudit.questions import Reader, joined
from careaudit.record import REST, Conditional, Interval
from careaudit.sources import stratum
from careaudit.stats.arrays import Estimate, Table
from careaudit.stats.rates import difference_interval
from careaudit.stats.standardise import (
    breslow_day,
    common_mix,
    flags,
    kitagawa,
    odds_ratio_mh,
    rate_difference_mh,
    rate_ratio_mh,
    standardised_gap,
)

SUPPORT = 0.20
"""Share of decisions in strata that one side alone met, above which nothing is said."""
UNEVEN = 0.05
"""Level at which odds ratios are told to differ between strata."""
METHODS = {
    "rd_mh": "mantel_haenszel",
    "rr_mh": "mantel_haenszel",
    "or_mh": "mantel_haenszel",
    "standardised": "direct_standardisation",
    "within": "kitagawa",
    "mix": "kitagawa",
}


def columns(plan: Plan) -> tuple[str, ...]:
    """The columns that the plan compares like with like by, each once."""
    return tuple(dict.fromkeys(name for question in plan.questions for name in question.within))


def crossings(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The judged segments of every question with `within`, crossed with its strata."""
    return tuple(
        _crossing(question, name)
        for question in plan.questions
        if question.within
        for name in Reader.judged_names(question)
    )


def _crossing(question: Question, segment: str) -> tuple[str, ...]:
    return (*segment.split("*"), *(stratum(column) for column in question.within))


def tell(plan: Plan, reader: Reader, judged: Sequence[Judged]) -> list[Conditional]:
    """Return every shown pair of a rate like for like; none within columns too fine for strata."""
    least = plan.privacy.min_cell
    return [
        row
        for item in judged
        if item.asked.question.within and isinstance(measure := item.asked.measure, Rate)
        for field in item.asked.fields
        if (cells := reader.scan.crossings.get(_crossing(item.asked.question, field.segment)))
        for pair in item.pairs
        if pair.segment == field.segment
        and min(pair.group.customers, pair.reference.customers) >= least
        for row in _rows(plan, item, pair, strata(measure, sides(item, field, pair), field, cells))
    ]


Sides = tuple[set[str], set[str]]
"""The groups that make up a pair's group, and those that make up its comparator."""


def sides(item: Judged, field: Field, pair: Pair) -> Sides:
    """Return the groups on both sides of a pair: a pool and "rest" are made of several."""
    known = {str(sample.group) for sample in field.samples}
    alone = {
        str(p.group.group)
        for p in item.pairs
        if p.segment == field.segment and p.in_scope and not p.pooled
    }
    group = known - alone - {field.reference} if pair.pooled else {str(pair.group.group)}
    return group, known - group if field.reference == REST else {str(field.reference)}


def strata(measure: Rate, both: Sides, field: Field, cells: Cells) -> Table:
    """Count the events and decisions of both sides in every stratum."""
    group, reference = both
    n, x = (total(quantity) for quantity in measure.sizes)
    parts = len(field.segment.split("*"))
    counts: dict[str, list[int]] = {}
    for key in cells.table:
        name = joined(key[:parts])
        if None in key[:parts] or name not in group | reference:
            continue
        cell, place = cells.cell(key), 0 if name in group else 2
        sums = counts.setdefault(repr(key[parts:]), [0, 0, 0, 0])
        sums[place] += cell[x]
        sums[place + 1] += cell[n]
    rows = [counts[name] for name in sorted(counts)]
    return Table(*np.array(rows, dtype=np.float64).reshape(-1, 4).T)


@dataclass(frozen=True)
class Like:
    """One pair like for like: its estimates by name, the share without support, its flags."""

    found: dict[str, Interval]
    excluded: float
    flags: tuple[str, ...]


def like(counts: Table, deffs: tuple[float, float]) -> Like:
    """Compare two groups within strata; with too little support there is no estimate at all.

    counts: decisions by stratum; deffs: the design effects of the group and of its comparator.
    """
    mix = common_mix(*counts)
    excluded = float(mix.excluded)
    if excluded > SUPPORT:
        return Like(dict.fromkeys(METHODS, Interval()), excluded, ("no_support",))
    own, other = deffs
    worth = Table(counts.x1 / own, counts.n1 / own, counts.x2 / other, counts.n2 / other)
    difference = rate_difference_mh(*worth)
    # The mix is that of the decisions themselves; only its precision is that of customers.
    mix = mix._replace(n1=mix.n1 / own, n2=mix.n2 / other)
    split = kitagawa(*counts)
    found = {
        "rd_mh": _interval(difference),
        "rr_mh": _ratio(rate_ratio_mh(*worth)),
        "or_mh": _ratio(odds_ratio_mh(*worth)),
        "standardised": _interval(standardised_gap(mix)),
        "within": Interval(value=float(split.within)),
        "mix": Interval(value=float(split.mix)),
    }
    turned, attenuated = flags(_crude(worth), difference)
    seen = {
        "simpson": bool(turned),
        "attenuated": bool(attenuated),
        "heterogeneous": bool(breslow_day(*worth).p < UNEVEN),
    }
    return Like(found, excluded, tuple(name for name, yes in seen.items() if yes))


def _crude(worth: Table) -> Estimate:
    x1, n1, x2, n2 = (np.asarray(part.sum()) for part in worth)
    low, high = difference_interval(x1, n1, x2, n2)
    return Estimate(np.asarray(x1 / n1 - x2 / n2), low, high, np.asarray(np.inf))


def _interval(found: Estimate) -> Interval:
    return Interval(value=float(found.value), low=float(found.low), high=float(found.high))


def _ratio(found: Estimate) -> Interval:
    """A ratio with its range; where that is all there can be, the ratio is not defined."""
    return _interval(found) if math.isfinite(found.high) else Interval()


def _rows(plan: Plan, item: Judged, pair: Pair, counts: Table) -> list[Conditional]:
    question = item.asked.question
    found = like(counts, (pair.group_deff, pair.reference_deff))
    trusted = role(plan.controls, question.within)
    return [
        Conditional(
            question=question.id,
            segment=pair.segment,
            group=str(pair.group.group),
            reference=str(pair.reference.group),
            within=question.within,
            method=METHODS[name],
            estimate=name,
            value=one.value,
            low=one.low,
            high=one.high,
            excluded_share=found.excluded,
            flags=(*found.flags, trusted),
        )
        for name, one in found.found.items()
    ]
