"""Crossings of segments: exploratory tables that can never change a verdict (methods 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from careaudit.findings import estimate, harmed, ranges
from careaudit.judge import Asked, Field, lay_out, test
from careaudit.measures import Pair, Sample
from careaudit.plan import Plan
from careaudit.record import Intersection, Interval
from careaudit.stats.multiplicity import benjamini_hochberg

EXPLORATORY_LEVEL = 0.10


class Crossed(NamedTuple):
    """What was seen of one tested crossing."""

    pair: Pair
    u: float
    parity: float
    q: float
    difference: Interval
    ratio: Interval

    def notable(self, *, adverse: bool) -> bool:
        """Say whether it is beyond the limit, to its harm, and survives the search for it."""
        return (
            self.u > 1
            and self.q <= EXPLORATORY_LEVEL
            and harmed(self.pair, adverse=adverse) == "group"
        )


def tell(plan: Plan, asked: Asked, fields: Sequence[Field]) -> list[Intersection]:
    """Return the crossings of a question, with Benjamini-Hochberg over all of them."""
    least = plan.privacy.min_cell
    tested = [pair for field in fields for pair in _pairs(plan, asked, field)]
    evidence = test(asked, tested)
    q_values = benjamini_hochberg(evidence.parity) if tested else np.array([])
    spans = ranges(tested)
    known = {
        (pair.segment, pair.group.group): Crossed(
            pair,
            float(evidence.u[k]),
            float(evidence.parity[k]),
            float(q_values[k]),
            spans.difference[k],
            spans.ratio[k],
        )
        for k, pair in enumerate(tested)
    }
    return [
        _row(asked, field, sample, known.get((field.segment, sample.group)), least)
        for field in fields
        for sample in field.samples
    ]


def _pairs(plan: Plan, asked: Asked, field: Field) -> list[Pair]:
    """The pairs of one crossing whose both sides stand for enough customers to be shown."""
    crossing = replace(asked, fields=(replace(field, least=1),))
    least = plan.privacy.min_cell
    return [
        pair
        for pair in lay_out(crossing, 1.0, plan.statistics)
        if not pair.pooled and min(pair.group.customers, pair.reference.customers) >= least
    ]


def _row(
    asked: Asked, field: Field, sample: Sample, known: Crossed | None, least: int
) -> Intersection:
    deff = known.pair.group_deff if known else sample.design_effect
    shown = estimate(asked.measure.name, field.segment, sample, deff, least)
    adverse = asked.measure.orientation == "adverse"
    return Intersection(
        question=asked.question.id,
        measure=asked.measure.name,
        segment=field.segment,
        group=str(sample.group),
        reference=field.reference,
        n=sample.n,
        events=shown.events,
        value=shown.value,
        low=shown.low,
        high=shown.high,
        reference_value=known.pair.reference.rate if known else None,
        difference=known.difference if known else Interval(),
        ratio=known.ratio if known else Interval(),
        u=known.u if known else None,
        p_parity=known.parity if known else None,
        q_value=known.q if known else None,
        notable=known is not None and known.notable(adverse=adverse),
        state=shown.state,
        reason=shown.reason,
    )
