"""From what was judged to the parts of the record: comparisons, questions, crossings, impact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from careaudit import impact
from careaudit.judge import Asked, Judged
from careaudit.measures import Amounts, Pair, Sample
from careaudit.plan import Plan
from careaudit.record import (
    REST,
    Affected,
    Comparison,
    Detectable,
    Estimate,
    Impact,
    Interval,
    Limit,
    Money,
    Question,
    Rest,
    Score,
)
from careaudit.stats.arrays import Floats
from careaudit.stats.power import detectable_gap, n_needed
from careaudit.stats.rates import (
    difference_interval,
    four_fifths,
    odds_ratio,
    odds_ratio_defined,
    rate_interval,
    ratio_interval,
)

Purse = Mapping[str, Mapping[str | None, Amounts]]
"""Amounts by segment, then by group; empty where the log has none."""


@dataclass(frozen=True)
class Told:
    """One question's part of the record, and the pairs behind its comparisons."""

    question: Question
    comparisons: tuple[Comparison, ...]
    pairs: tuple[Pair, ...]


def estimate(
    measure: str, segment: str | None, sample: Sample, deff: float, least: int
) -> Estimate:
    """One group's rate with its 95 % range, hidden where it stands for too few customers."""
    low = high = value = None
    state, reason = "estimated", None
    if not sample.n:
        state, reason = "undefined", "no_decisions"
    elif segment is not None and sample.customers < least:
        state, reason = "suppressed", "min_cell"
    else:
        value = sample.rate
        bounds = rate_interval(sample.x / deff, sample.n / deff)
        low, high = float(bounds.low), float(bounds.high)
    return Estimate(
        measure=measure,
        segment=segment,
        group=sample.group,
        n=sample.n,
        events=sample.x if value is not None else None,
        value=value,
        low=low,
        high=high,
        confidence=0.95,
        method="clopper_pearson" if sample.n / deff < 10 else "wilson",
        state=state,
        reason=reason,
    )


class Ranges(NamedTuple):
    """Differences, ratios and ratios of the opposite outcome of several pairs, with ranges."""

    difference: list[Interval]
    ratio: list[Interval]
    other_side: list[Interval]


def ranges(pairs: Sequence[Pair]) -> Ranges:
    """Return the 95 % score ranges of all pairs at once (methods 1.7)."""
    x_g, n_g, x_r, n_r = np.array([pair.effective for pair in pairs]).reshape(-1, 4).T
    low, high = difference_interval(x_g, n_g, x_r, n_r)
    gaps = x_g / n_g - x_r / n_r
    return Ranges(
        [
            Interval(value=float(gap), low=float(a), high=float(b))
            for gap, a, b in zip(gaps, low, high, strict=True)
        ],
        _ratios(x_g, n_g, x_r, n_r),
        _ratios(n_g - x_g, n_g, n_r - x_r, n_r),
    )


def _ratios(x_g: Floats, n_g: Floats, x_r: Floats, n_r: Floats) -> list[Interval]:
    """Ratios with their score ranges; null where one is not defined."""
    low, high = ratio_interval(x_g, n_g, x_r, n_r)
    return [
        Interval()
        if x == 0 and y == 0
        else Interval(
            value=float((x / n) / (y / m)) if y else None, low=_finite(a), high=_finite(b)
        )
        for x, n, y, m, a, b in zip(x_g, n_g, x_r, n_r, low, high, strict=True)
    ]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _odds_ratio(pair: Pair) -> float | None:
    counts = (pair.group.x, pair.group.n, pair.reference.x, pair.reference.n)
    return _finite(float(odds_ratio(*counts))) if odds_ratio_defined(*counts) else None


def harmed(pair: Pair, *, adverse: bool) -> str:
    """Say which side has the worse rate."""
    left, right = pair.group.x * pair.reference.n, pair.reference.x * pair.group.n
    if left == right:
        return "none"
    return "group" if (left > right) == adverse else "reference"


def _four_fifths(pair: Pair, *, adverse: bool) -> bool:
    """The plain four-fifths flag, always on the rate that is good for the customer."""
    counts = [(s.n - s.x if adverse else s.x, s.n) for s in (pair.group, pair.reference)]
    return bool(four_fifths(*counts[0], *counts[1]))


class Teller:
    """Writes the record's parts for one audit."""

    def __init__(self, plan: Plan, days: int | None, purse: Purse) -> None:
        self.plan = plan
        self.days = days
        self.purse = purse
        self.least = plan.privacy.min_cell

    def question(self, judged: Judged, *, chosen: bool, missing: tuple[str, str] | None) -> Told:
        """The record of one question and all its comparisons."""
        asking = self._asking(judged.asked)
        spreads = impact.spread(judged.pairs, asking)
        scores = impact.scores(judged.pairs, spreads, asking, self.days, self.least)
        found = ranges(judged.pairs)
        detectable = self._detectable(judged.pairs, asking)
        comparisons = tuple(
            self._comparison(judged, place, asking, spreads, found, detectable[place], score)
            for place, score in enumerate(scores)
        )
        carrying = [
            c
            for c, pair in zip(comparisons, judged.pairs, strict=True)
            if pair.must_pass or c.verdict == "fail" or c.reason == "adverse_signal"
        ]  # a group too small to be judged alone speaks through its pool
        verdict, reason = judged.verdict, judged.reason
        if missing and verdict != "fail" and reason != "adverse_signal":
            verdict, reason = "inconclusive", missing[0]
        capped = judged.asked.capped
        lack = missing or (capped if capped and capped[0] == reason else None)
        question = judged.asked.question
        limit = question.limit
        told = Question(
            id=question.id,
            ask=question.ask or judged.asked.measure.ask,
            pillar=question.pillar,
            measure=judged.asked.measure.name,
            segments=question.segments,
            gate=question.gate,
            inconclusive=question.inconclusive,
            limit=Limit(ratio=limit.ratio, floor=limit.floor, cap=limit.cap),
            verdict=verdict,
            reason=reason,
            missing=lack[1] if lack else None,
            coverage=judged.coverage,
            score=impact.largest(
                [c.score for c in carrying], undetermined=verdict == "inconclusive"
            ),
            worst=_worst(carrying),
            measure_chosen=chosen,
            rest=_rest(judged, missing) if verdict == "fail" else None,
        )
        return Told(told, comparisons, judged.pairs)

    def _asking(self, asked: Asked) -> impact.Asking:
        statistics = self.plan.statistics
        return impact.Asking(
            asked.tolerance,
            asked.measure.orientation,
            statistics.alpha,
            statistics.alpha_pass,
        )

    def _comparison(
        self,
        judged: Judged,
        place: int,
        asking: impact.Asking,
        spreads: impact.Spread,
        found: Ranges,
        detectable: Detectable,
        score: Score,
    ) -> Comparison:
        pair, ruling = judged.pairs[place], judged.rulings[place]
        evidence, measure = judged.evidence, judged.asked.measure
        p_g, p_r = pair.group.x / pair.group.n, pair.reference.x / pair.reference.n
        better = min(p_g, p_r) if asking.adverse else max(p_g, p_r)
        shown = min(pair.group.customers, pair.reference.customers) >= self.least
        hidden = Interval()
        return Comparison(
            id=f"{pair.question}/{pair.segment}/{pair.group.group}",
            question=pair.question,
            measure=measure.name,
            segment=pair.segment,
            group=pair.group.group,
            reference=pair.reference.group,
            orientation=measure.orientation,
            n=pair.group.n,
            reference_n=pair.reference.n,
            group_value=p_g if shown else None,
            reference_value=p_r if pair.reference.customers >= self.least else None,
            difference=found.difference[place] if shown else hidden,
            ratio=found.ratio[place] if shown else hidden,
            odds_ratio=_odds_ratio(pair) if shown else None,
            four_fifths=_four_fifths(pair, adverse=asking.adverse) if shown else None,
            harmed=harmed(pair, adverse=asking.adverse) if shown else "none",
            tolerated_gap=float(asking.tolerance.allowed(better, asking.adverse))
            if shown
            else None,
            u=Interval(
                value=float(spreads.value[place]),
                low=float(spreads.low[place]),
                high=float(spreads.high[place]),
            )
            if shown
            else hidden,
            p_parity=float(evidence.parity[place]) if shown else None,
            p_adjusted=ruling.p_adjusted if shown else None,
            p_pass=float(evidence.within[place]) if shown else None,
            p_beyond=float(evidence.beyond[place]) if shown else None,
            p_beyond_adjusted=ruling.p_beyond_adjusted if shown else None,
            effective_n=pair.effective[1] if shown else None,
            design_effect=pair.group_deff if shown else None,
            in_scope=pair.in_scope,
            verdict=ruling.verdict,
            reason=ruling.reason,
            detectable=detectable if shown else Detectable(gap=None, n_needed=None),
            affected=self._affected(pair, asking, measure.name, shown=shown),
            score=score if shown else Score(),
            other_side=found.other_side[place] if shown else None,
        )

    def _detectable(self, pairs: Sequence[Pair], asking: impact.Asking) -> list[Detectable]:
        """The smallest gap each pair could have shown, and the decisions it needs to pass."""
        _, n_g, x_r, n_r = np.array([pair.effective for pair in pairs]).reshape(-1, 4).T
        levels = np.array([asking.alpha * pair.weight for pair in pairs])
        rates = x_r / n_r
        gaps = detectable_gap(rates, n_g, n_r, levels, asking.adverse)
        room = 1 - rates if asking.adverse else rates
        needed = {
            protect: n_needed(
                x_r / n_r, n_r, asking.tolerance, asking.adverse, alpha=asking.alpha_pass,
                protect=protect,
            )
            for protect in {pair.protect for pair in pairs}
        }  # fmt: skip
        return [
            Detectable(
                gap=float(gaps[place]) if gaps[place] < room[place] else None,
                n_needed=math.ceil(
                    max(float(needed[pair.protect][place]), self.plan.statistics.scope)
                    * pair.group_deff
                ),
            )
            for place, pair in enumerate(pairs)
        ]

    def _affected(
        self, pair: Pair, asking: impact.Asking, measure: str, *, shown: bool
    ) -> Affected:
        if not shown:
            return Affected(people=Interval())
        return Affected(people=impact.people(pair, asking), money=self._money(pair, measure))

    def _money(self, pair: Pair, measure: str) -> Money | None:
        """Money beside a gap in granting; other gaps have no amount of their own."""
        purse = self.purse.get(pair.segment)
        if not purse or measure not in {"favorable_rate", "adverse_rate"}:
            return None
        names = set(purse) - {None}
        group = purse.get(pair.group.group)
        reference = purse.get(pair.reference.group)
        if pair.reference.group == REST and reference is None:
            reference = impact.in_total({n: purse[n] for n in names - {pair.group.group}})
        if group is None or reference is None:
            return None
        return impact.money(group, reference, self.plan.log.currency)

    def impact(self, told: Sequence[Told], *, undetermined: bool) -> Impact:
        """The largest harm over gated questions, with the people and money of its attribute."""
        gated = [item for item in told if item.question.gate and item.comparisons]
        score = impact.largest([t.question.score for t in gated], undetermined=undetermined)
        over = sum(1 for t in gated if (t.question.score.value or 0.0) >= impact.AT_LIMIT)
        carrier = max(gated, key=_weight, default=None)
        people, money = Interval(), None
        worst = carrier.question.worst if carrier else None
        covered = _flagged(carrier, worst) if carrier and worst else []
        if covered:
            adverse = covered[0][0].orientation == "adverse"
            people = covered[0][0].affected.people
            if len(covered) > 1:
                people = impact.total_people([pair for _, pair in covered], adverse=adverse)
            money = self._total_money(covered)
        return Impact(
            score=score,
            headline=impact.headline(score),
            people=people,
            money=money,
            questions_at_or_over_limit=over,
            comparison=worst,
            covers=tuple(comparison.id for comparison, _ in covered),
        )

    def _total_money(self, covered: Sequence[tuple[Comparison, Pair]]) -> Money | None:
        if len(covered) == 1:
            return covered[0][0].affected.money
        pairs = [pair for _, pair in covered]
        purse = self.purse.get(pairs[0].segment)
        reference = purse.get(pairs[0].reference.group) if purse else None
        if not purse or reference is None or covered[0][0].affected.money is None:
            return None
        groups = [purse[pair.group.group] for pair in pairs]
        return impact.total_money(groups, reference, self.plan.log.currency)


def _rest(judged: Judged, missing: tuple[str, str] | None) -> Rest:
    verdict, reason = judged.rest
    if missing and reason != "adverse_signal":
        verdict, reason = "inconclusive", missing[0]
    return Rest(verdict=verdict, reason=reason)


def _flagged(told: Told, worst: str) -> list[tuple[Comparison, Pair]]:
    """The harmed groups of the worst attribute that share its comparator.

    Those that fail; where none does, those with an adverse signal.
    """
    both = list(zip(told.comparisons, told.pairs, strict=True))
    segment = next(c.segment for c, _ in both if c.id == worst)
    found = [
        (c, pair)
        for c, pair in both
        if c.segment == segment
        and c.harmed == "group"
        and (c.verdict == "fail" or c.reason == "adverse_signal")
    ]
    found = [(c, pair) for c, pair in found if c.verdict == "fail"] or found
    found = [(c, pair) for c, pair in found if not pair.pooled] or found  # members, else the pool
    if any(c.reference == REST for c, _ in found):  # a comparator of its own each
        return [(c, pair) for c, pair in found if c.id == worst]
    return found


def _weight(told: Told) -> tuple[bool, bool, float, float]:
    """Failing first, then questions over all decisions: labelled ones are a part of them."""
    score, question = told.question.score, told.question
    whole = question.measure in {"favorable_rate", "adverse_rate"}
    return (question.verdict == "fail", whole, score.value or 0.0, score.high or 0.0)


def _worst(comparisons: Sequence[Comparison]) -> str | None:
    """The comparison that carries the question: failing first, then the largest score."""
    order = {"fail": 2, "inconclusive": 1, "pass": 0}
    shown = [c for c in comparisons if c.u.value is not None]
    best = max(
        shown,
        key=lambda c: (
            order[c.verdict], c.reason == "adverse_signal", c.score.value or 0.0, c.u.value or 0.0
        ),
        default=None,
    )  # fmt: skip
    return best.id if best else None
