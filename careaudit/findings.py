"""From what was judged to the parts of the record: comparisons, questions, crossings, impact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from careaudit import impact
from careaudit.judge import Asked, Field, Judged, lay_out, test
from careaudit.measures import Amounts, Pair, Sample
from careaudit.plan import Plan
from careaudit.record import (
    POOLED,
    Affected,
    Comparison,
    Detectable,
    Estimate,
    Impact,
    Intersection,
    Interval,
    Limit,
    Money,
    Question,
    Score,
)
from careaudit.stats.multiplicity import benjamini_hochberg
from careaudit.stats.power import detectable_gap, n_needed
from careaudit.stats.rates import (
    difference_interval,
    four_fifths,
    rate_interval,
    ratio_interval,
)

EXPLORATORY_LEVEL = 0.10
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


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _ratio(x_g: float, n_g: float, x_r: float, n_r: float) -> Interval:
    """A ratio of rates with its score range; null where it is not defined."""
    bounds = ratio_interval(x_g, n_g, x_r, n_r)
    value = (x_g / n_g) / (x_r / n_r) if x_r else None
    if x_g == 0 and x_r == 0:
        return Interval()
    return Interval(value=value, low=_finite(float(bounds.low)), high=_finite(float(bounds.high)))


def _difference(x_g: float, n_g: float, x_r: float, n_r: float) -> Interval:
    bounds = difference_interval(x_g, n_g, x_r, n_r)
    return Interval(value=x_g / n_g - x_r / n_r, low=float(bounds.low), high=float(bounds.high))


def _odds_ratio(pair: Pair) -> float | None:
    g, r = pair.group, pair.reference
    below = (g.n - g.x) * r.x
    return g.x * (r.n - r.x) / below if below else None


def _harmed(pair: Pair, *, adverse: bool) -> str:
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
        scores = impact.scores(judged.pairs, spreads, asking, self.days)
        comparisons = tuple(
            self._comparison(judged, place, asking, spreads, score)
            for place, score in enumerate(scores)
        )
        carrying = [
            c
            for c, pair in zip(comparisons, judged.pairs, strict=True)
            if pair.must_pass or c.verdict == "fail" or c.reason == "adverse_signal"
        ]  # a group too small to be judged alone speaks through its pool
        verdict, reason = judged.verdict, judged.reason
        if missing and verdict != "fail":
            verdict, reason = "inconclusive", missing[0]
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
            missing=missing[1] if missing else None,
            coverage=judged.coverage,
            score=impact.largest(
                [c.score for c in carrying], undetermined=verdict == "inconclusive"
            ),
            worst=_worst(carrying),
            measure_chosen=chosen,
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
        score: Score,
    ) -> Comparison:
        pair, ruling = judged.pairs[place], judged.rulings[place]
        evidence, measure = judged.evidence, judged.asked.measure
        x_g, n_g, x_r, n_r = pair.effective
        p_g, p_r = pair.group.x / pair.group.n, pair.reference.x / pair.reference.n
        better = min(p_g, p_r) if asking.adverse else max(p_g, p_r)
        shown = pair.group.customers >= self.least
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
            reference_value=p_r,
            difference=_difference(x_g, n_g, x_r, n_r) if shown else hidden,
            ratio=_ratio(x_g, n_g, x_r, n_r) if shown else hidden,
            odds_ratio=_odds_ratio(pair) if shown else None,
            four_fifths=_four_fifths(pair, adverse=asking.adverse) if shown else None,
            harmed=_harmed(pair, adverse=asking.adverse) if shown else "none",
            tolerated_gap=float(asking.tolerance.allowed(better, asking.adverse)),
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
            effective_n=n_g,
            design_effect=pair.group_deff,
            in_scope=pair.in_scope,
            verdict=ruling.verdict,
            reason=ruling.reason,
            detectable=self._detectable(pair, asking),
            affected=self._affected(pair, asking, measure.name, shown=shown),
            score=score if shown else Score(),
            other_side=_ratio(n_g - x_g, n_g, n_r - x_r, n_r) if shown else None,
        )

    def _detectable(self, pair: Pair, asking: impact.Asking) -> Detectable:
        _, n_g, x_r, n_r = pair.effective
        rate = x_r / n_r
        gap = detectable_gap(rate, n_g, n_r, asking.alpha * pair.weight, asking.adverse)
        needed = n_needed(
            rate, n_r, asking.tolerance, asking.adverse, alpha=asking.alpha_pass,
            protect=pair.protect,
        )  # fmt: skip
        return Detectable(gap=float(gap), n_needed=math.ceil(float(needed) * pair.group_deff))

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
        if pair.reference.group == "rest" and reference is None:
            reference = impact.in_total({n: purse[n] for n in names - {pair.group.group}})
        if group is None or reference is None:
            return None
        return impact.money(group, reference, self.plan.log.currency, orders=pair.group.n)

    def crossings(self, asked: Asked, fields: Sequence[Field]) -> list[Intersection]:
        """The crossings of a question: exploratory, with Benjamini-Hochberg over all of them."""
        asking = self._asking(asked)
        told: list[Intersection] = []
        tested: list[Pair] = []
        for field in fields:
            crossing = replace(asked, fields=(replace(field, least=1),))
            pairs = [p for p in lay_out(crossing, 1.0, self.plan.statistics) if not p.pooled]
            tested += [pair for pair in pairs if pair.group.customers >= self.least]
        evidence = test(asked, tested)
        q_values = benjamini_hochberg(evidence.parity) if tested else np.array([])
        found = {
            (pair.segment, pair.group.group): (pair, float(u), float(p), float(q))
            for pair, u, p, q in zip(tested, evidence.u, evidence.parity, q_values, strict=True)
        }
        for field in fields:
            for sample in field.samples:
                known = found.get((field.segment, sample.group))
                told.append(self._crossing(asked, field, sample, known, asking))
        return told

    def _crossing(
        self,
        asked: Asked,
        field: Field,
        sample: Sample,
        known: tuple[Pair, float, float, float] | None,
        asking: impact.Asking,
    ) -> Intersection:
        shown = estimate(asked.measure.name, field.segment, sample, 1.0, self.least)
        u = p = q = None
        difference = ratio = Interval()
        reference = None
        if known:
            pair, u, p, q = known
            shown = estimate(asked.measure.name, field.segment, sample, pair.group_deff, self.least)
            difference, ratio = _difference(*pair.effective), _ratio(*pair.effective)
            reference = pair.reference.x / pair.reference.n
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
            reference_value=reference,
            difference=difference,
            ratio=ratio,
            u=u,
            p_parity=p,
            q_value=q,
            notable=bool(
                known and u is not None and u > 1 and (q or 0.0) <= EXPLORATORY_LEVEL
                and _harmed(known[0], adverse=asking.adverse) == "group"
            ),
            state=shown.state,
            reason=shown.reason,
        )  # fmt: skip

    def impact(self, told: Sequence[Told], *, undetermined: bool) -> Impact:
        """The largest harm over gated questions, with the people and money of its attribute."""
        gated = [item for item in told if item.question.gate and item.comparisons]
        score = impact.largest([t.question.score for t in gated], undetermined=undetermined)
        over = sum(1 for t in gated if (t.question.score.value or 0.0) >= 50)
        carrier = max(gated, key=_weight, default=None)
        people, money, name = Interval(), None, None
        if carrier and (worst := carrier.question.worst):
            name = worst
            people, money = self._headline(carrier, worst)
        return Impact(
            score=score,
            headline=impact.headline(score),
            people=people,
            money=money,
            questions_at_or_over_limit=over,
            comparison=name,
        )

    def _headline(self, told: Told, worst: str) -> tuple[Interval, Money | None]:
        """Excess adverse decisions, and money, over the groups flagged in the worst attribute."""
        by_id = {c.id: (c, p) for c, p in zip(told.comparisons, told.pairs, strict=True)}
        segment = by_id[worst][0].segment
        flagged = [
            (c, p)
            for c, p in by_id.values()
            if c.segment == segment
            and c.harmed == "group"
            and c.group != POOLED
            and (c.verdict == "fail" or c.reason == "adverse_signal")
        ]
        if not flagged:
            return Interval(), None
        adverse = flagged[0][0].orientation == "adverse"
        people = impact.total_people([p for _, p in flagged], adverse=adverse)
        purses = [c.affected.money for c, _ in flagged]
        if len(flagged) == 1:
            return people, purses[0]
        return people, self._total_money([p for _, p in flagged])

    def _total_money(self, pairs: Sequence[Pair]) -> Money | None:
        purse = self.purse.get(pairs[0].segment)
        reference = purse.get(pairs[0].reference.group) if purse else None
        if not purse or reference is None:
            return None
        groups = [(pair.group.n, purse[pair.group.group]) for pair in pairs]
        return impact.total_money(groups, reference, self.plan.log.currency)


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
