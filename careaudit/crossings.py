"""Crossings of segments: exploratory tables that can never change a verdict (methods 1.5, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from careaudit.findings import estimate
from careaudit.judge import Asked, Field, lay_out
from careaudit.measures import Pair, Rate, Sample, Seen, pooled_design_effect
from careaudit.plan import Plan
from careaudit.record import Intersection, Interval, Strata
from careaudit.stats.arrays import Floats
from careaudit.stats.multiplicity import benjamini_hochberg
from careaudit.stats.shrinkage import FEWEST_STRATA, maihda, pcv, prior, shrunken

EXPLORATORY_LEVEL = 0.10


class Crossed(NamedTuple):
    """What was seen of one tested crossing."""

    pair: Pair
    u: float
    parity: float
    q: float
    difference: Interval
    ratio: Interval

    harmed: str

    @property
    def notable(self) -> bool:
        """Whether it is beyond the limit, to its harm, and survives the search for it."""
        return self.u > 1 and self.q <= EXPLORATORY_LEVEL and self.harmed == "group"


def tell(plan: Plan, asked: Asked, fields: Sequence[Field]) -> list[Intersection]:
    """Return the crossings of a question, with Benjamini-Hochberg over all of them."""
    least = plan.privacy.min_cell
    tested = [pair for field in fields for pair in _pairs(plan, asked, field)]
    evidence = asked.scale.test(tested)
    q_values = benjamini_hochberg(evidence.parity) if tested else np.array([])
    spans = asked.scale.ranges(tested)
    known = {
        (pair.segment, pair.group.group): Crossed(
            pair,
            float(evidence.u[k]),
            float(evidence.parity[k]),
            float(q_values[k]),
            spans.difference[k],
            spans.ratio[k],
            asked.scale.harmed(pair),
        )
        for k, pair in enumerate(tested)
    }
    return [
        _row(asked, field, sample, known.get((field.segment, sample.group)), least, drawn)
        for field in fields
        for sample, drawn in zip(field.samples, _drawn(asked, field), strict=True)
    ]


def strata(asked: Asked, field: Field, groups: Sequence[tuple[str, ...]]) -> Strata:
    """Return how far the groups of a crossing lie apart, beyond what its segments do (MAIHDA).

    groups: the values that each group is made of, in the order of the field's samples.
    """
    told = Strata(segment=field.segment, groups=sum(s.n > 0 for s in field.samples), vpc=None,
                  pcv=None)  # fmt: skip
    if not isinstance(asked.measure, Rate):
        return told.model_copy(update={"reason": "not_a_rate"})
    x, n = _worth(field)
    if (n > 1).sum() < FEWEST_STRATA:
        return told.model_copy(update={"reason": "few_groups"})
    null = maihda(x, n)
    main = maihda(x, n, list(zip(*groups, strict=True)))
    if null is None or main is None:
        return told.model_copy(update={"reason": "no_variation"})
    left = pcv(null, main)
    reason = "no_spread" if left is None else None
    return told.model_copy(update={"vpc": null.vpc, "pcv": left, "reason": reason})


def _drawn(asked: Asked, field: Field) -> list[float | None]:
    """Each group's rate drawn towards all others; None where there is none to draw."""
    if not isinstance(asked.measure, Rate) or not any(s.n for s in field.samples):
        return [None] * len(field.samples)
    x, n = _worth(field)
    return [float(rate) for rate in shrunken(x, n, prior(x, n))]


def _worth(field: Field) -> tuple[Floats, Floats]:
    """The effective events and decisions of every group of a rate (methods 1.8)."""
    samples = [sample for sample in field.samples if isinstance(sample, Sample)]
    pooled = pooled_design_effect([sample for sample in samples if sample.n])
    deffs = np.array([max(sample.design_effect, pooled) for sample in samples])
    counts = np.array([(sample.x, sample.n) for sample in samples], dtype=np.float64)
    return counts[:, 0] / deffs, counts[:, 1] / deffs


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
    asked: Asked,
    field: Field,
    sample: Seen,
    known: Crossed | None,
    least: int,
    drawn: float | None,
) -> Intersection:
    deff = known.pair.group_deff if known else sample.design_effect
    shown = estimate(asked.measure, field.segment, sample, deff, least)
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
        notable=known is not None and known.notable,
        shrunken=drawn if shown.state == "estimated" else None,
        state=shown.state,
        reason=shown.reason,
    )
