"""From what was judged to the parts of the record: comparisons, questions, crossings, impact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from careaudit import impact
from careaudit.judge import Asked, Judged
from careaudit.measures import Amounts, Measure, Pair, Sample, Seen, carried_by_one
from careaudit.plan import Plan
from careaudit.record import (
    REST,
    Affected,
    Behind,
    Comparison,
    Detectable,
    Estimate,
    Impact,
    Interval,
    Level,
    Limit,
    Money,
    Question,
    Rest,
    Score,
    SecondLook,
    Step,
)
from careaudit.scales import Asking, Ranges, Spread, limit_of
from careaudit.stats.arrays import Floats
from careaudit.stats.rates import four_fifths, odds_ratio, odds_ratio_defined

MONEYED = frozenset({"favorable_rate", "adverse_rate", "amount_per_request"})
"""Measures of what was granted, beside whose gaps money is shown."""
Purse = Mapping[str, Mapping[str | None, Amounts]]
"""Amounts by segment, then by group; empty where the log has none."""


@dataclass(frozen=True)
class Told:
    """One question's part of the record, and the pairs behind its comparisons."""

    question: Question
    comparisons: tuple[Comparison, ...]
    pairs: tuple[Pair, ...]


def estimate(
    measure: Measure, segment: str | None, seen: Seen, deff: float, least: int
) -> Estimate:
    """One group's value with its 95 % range, hidden where it stands for too few customers."""
    low = high = value = None
    state, reason = "estimated", None
    if not seen.known:
        state, reason = "undefined", "too_little" if seen.n else "no_decisions"
    elif segment is not None and seen.customers < least:
        state, reason = "suppressed", "min_cell"
    else:
        found = seen.at(deff)
        value, low, high = float(found.value), _finite(found.low), _finite(found.high)
    shown = value is not None
    return Estimate(
        measure=measure.name,
        segment=segment,
        group=seen.group,
        n=seen.n,
        events=seen.x if shown and isinstance(seen, Sample) else None,
        value=value,
        low=low,
        high=high,
        confidence=0.95,
        method=seen.method(deff),
        state=state,
        reason=reason,
        unit=measure.unit,
        curve=tuple(Step(seconds=t, share=s) for t, s in seen.curve) if shown else (),
        levels=tuple(Level(rating=r, n=n) for r, n in seen.levels) if shown else (),
        behind=_behind(seen, shown=shown),
    )


def _behind(seen: Seen, *, shown: bool) -> Behind:
    """Who stands behind a value; of a hidden one only how many."""
    if not shown:
        return Behind(customers=seen.customers)
    if isinstance(seen, Sample):
        events, others = seen.behind
        return Behind(customers=seen.customers, with_event=events, without_event=others)
    return Behind(customers=seen.customers, dominated=seen.dominated)


def _finite(value: Floats | float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _odds_ratio(pair: Pair) -> float | None:
    if not (isinstance(pair.group, Sample) and isinstance(pair.reference, Sample)):
        return None
    counts = (pair.group.x, pair.group.n, pair.reference.x, pair.reference.n)
    return _finite(float(odds_ratio(*counts))) if odds_ratio_defined(*counts) else None


def _four_fifths(pair: Pair, *, adverse: bool) -> bool | None:
    """The plain four-fifths flag, always on the rate that is good for the customer."""
    if not (isinstance(pair.group, Sample) and isinstance(pair.reference, Sample)):
        return None
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
        spreads = asking.scale.spread(judged.pairs, asking)
        scores = impact.scores(judged.pairs, spreads, asking, self.days, self.least)
        found = asking.scale.ranges(judged.pairs)
        detectable = asking.scale.detectable(judged.pairs, asking) if judged.pairs else []
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
        measure = judged.asked.measure
        told = Question(
            id=question.id,
            ask=question.ask or measure.ask,
            pillar=question.pillar or measure.pillar,
            measure=measure.name,
            segments=question.segments,
            gate=question.gate,
            inconclusive=question.inconclusive,
            limit=Limit.model_validate(limit_of(measure, question.limit)),
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
            unit=measure.unit,
            floor=question.floor,
        )
        return Told(told, comparisons, judged.pairs)

    def _asking(self, asked: Asked) -> Asking:
        statistics = self.plan.statistics
        return Asking(asked.scale, statistics.alpha, statistics.alpha_pass, statistics.scope)

    def _comparison(
        self,
        judged: Judged,
        place: int,
        asking: Asking,
        spreads: Spread,
        found: Ranges,
        detectable: Detectable,
        score: Score,
    ) -> Comparison:
        pair, ruling = judged.pairs[place], judged.rulings[place]
        evidence, measure = judged.evidence, judged.asked.measure
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
            group_value=pair.group.rate if shown else None,
            reference_value=pair.reference.rate if pair.reference.customers >= self.least else None,
            difference=found.difference[place] if shown else hidden,
            ratio=found.ratio[place] if shown else hidden,
            odds_ratio=_odds_ratio(pair) if shown else None,
            four_fifths=_four_fifths(pair, adverse=asking.adverse) if shown else None,
            harmed=asking.scale.harmed(pair) if shown else "none",
            tolerated_gap=asking.scale.tolerated(pair) if shown else None,
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
            effective_n=pair.group.n / pair.group_deff if shown else None,
            design_effect=pair.group_deff if shown else None,
            in_scope=pair.in_scope,
            verdict=ruling.verdict,
            reason=ruling.reason,
            detectable=detectable if shown else Detectable(gap=None, n_needed=None),
            affected=self._affected(pair, asking, measure.name, shown=shown),
            score=score if shown else Score(),
            other_side=found.other_side[place] if shown else None,
            unit=measure.unit,
            second_look=_second_look(pair, measure) if shown else None,
        )

    def _affected(self, pair: Pair, asking: Asking, measure: str, *, shown: bool) -> Affected:
        if not shown:
            return Affected(people=Interval())
        return Affected(people=asking.scale.people(pair), money=self._money(pair, measure))

    def _money(self, pair: Pair, measure: str) -> Money | None:
        """Money beside a gap in granting; other gaps have no amount of their own."""
        purse = self.purse.get(pair.segment)
        if not purse or measure not in MONEYED:
            return None
        group = purse.get(pair.group.group)
        reference = purse.get(pair.reference.group)
        others = {pair.reference.group: reference} if reference is not None else {}
        if pair.reference.group == REST and reference is None:
            others = {name: purse[name] for name in set(purse) - {None, pair.group.group}}
            reference = impact.in_total(others)
        if group is None or reference is None:
            return None
        found = impact.money(group, reference, self.plan.log.currency)
        return _told_of(found, [group], [*others.values()])

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
            if len(covered) > 1 and people.value is not None:
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
        found = impact.total_money(groups, reference, self.plan.log.currency)
        return _told_of(found, [reference], *([group] for group in groups))


def _told_of(money: Money | None, *sides: Sequence[Amounts]) -> Money | None:
    """Say of money whether one customer may carry most of a side's amounts."""
    if money is None:
        return None
    one = any(carried_by_one(side) for side in sides if side)
    return money.model_copy(update={"dominated": one})


def _second_look(pair: Pair, measure: Measure) -> SecondLook | None:
    found = measure.second_look(pair.group, pair.reference)
    return SecondLook.model_validate(found) if found else None


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
