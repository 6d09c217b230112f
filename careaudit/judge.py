"""Comparisons and limits to verdicts: pair, then question, then audit (methods 1.4 to 1.6).

A verdict is evidence, not a point. Fail: not chance (family-wise) and beyond the limit with the
plan's confidence. Pass: shown to be within the limit, in either direction. Else inconclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from careaudit.measures import Measure, Pair, Sample, Seen, pool_samples, pooled_design_effect
from careaudit.plan import Question, Statistics
from careaudit.record import POOLED, REST, Verdict
from careaudit.scales import Chance, Evidence, Scale, scale
from careaudit.stats.clustering import Overlap, shared_effect
from careaudit.stats.multiplicity import weighted_holm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Field:
    """One attribute of a question: the samples of its known groups and the comparator's name.

    `reference` is a group, "rest" for all other known groups, or None where there is none.
    `decisions` counts those of known and unknown groups together. `least` is the number of
    customers under which a group is pooled only. `pool` adds samples up: by plain addition where
    no customer stands in two groups, else by counting each customer once. `overlaps` holds, by the
    names of two groups, what the customers who stand in both carry.
    """

    segment: str
    samples: tuple[Seen, ...]
    reference: str | None
    decisions: int
    least: int = 1
    protect: bool = False
    pool: Callable[[str, Sequence[Seen]], Seen] = pool_samples
    overlaps: Mapping[tuple[str | None, str | None], Overlap] | None = None

    def shared(
        self, inside: Sequence[Seen], outside: Sequence[Seen], effects: tuple[float, float]
    ) -> float:
        """What common customers multiply the variance of a gap by: 1 where there are none."""
        mine, theirs = ([s for s in some if isinstance(s, Sample)] for some in (inside, outside))
        overlaps = self.overlaps or {}
        found = [overlaps.get((a.group, b.group)) for a in mine for b in theirs]
        common = [overlap for overlap in found if overlap]
        if not common:
            return 1.0
        n, x = sum(s.n for s in mine), sum(s.x for s in mine)
        m, y = sum(s.n for s in theirs), sum(s.x for s in theirs)
        overlap = Overlap(*map(sum, zip(*common, strict=True)))
        return shared_effect((n, x), (m, y), overlap, effects)


@dataclass(frozen=True)
class Asked:
    """A question with its measure and the attributes it is asked over; only these are judged.

    `capped` says why no pass may be given, a reason and what is missing, or None.
    """

    question: Question
    measure: Measure
    fields: tuple[Field, ...]
    capped: tuple[str, str] | None = None

    @property
    def scale(self) -> Scale:
        """The measure's scale, with the question's limit."""
        by_chance = any(isinstance(seen, Chance) for f in self.fields for seen in f.samples)
        return scale(self.measure, self.question.limit, by_chance=by_chance)


class Ruling(NamedTuple):
    """The verdict of one pair, and its parity p adjusted for the family."""

    verdict: Verdict
    reason: str
    p_adjusted: float
    p_beyond_adjusted: float


@dataclass(frozen=True)
class Judged:
    """Everything judged about one question: its pairs in order with their rulings.

    `rest` is the verdict over the pairs that do not fail; a waiver of the others leaves it.
    """

    asked: Asked
    pairs: tuple[Pair, ...]
    evidence: Evidence
    rulings: tuple[Ruling, ...]
    coverage: float | None
    verdict: Verdict
    reason: str
    rest: tuple[Verdict, str]


def lay_out(asked: Asked, share: float, statistics: Statistics, floor: float = 1.0) -> list[Pair]:
    """Make the pairs of a question; their weights add up to `share`.

    Small groups are tested alone and pooled; groups of fewer than `least` customers are pooled
    only. `floor` is the least design effect to assume.
    """
    laid = [
        pairs for field in asked.fields if (pairs := _field_pairs(asked, field, statistics, floor))
    ]
    return [
        replace(pair, weight=share / len(laid) / len(pairs)) for pairs in laid for pair in pairs
    ]


def _field_pairs(asked: Asked, field: Field, statistics: Statistics, floor: float) -> list[Pair]:
    known = [sample for sample in field.samples if sample.known]
    reference = next((s for s in known if s.group == field.reference), None)
    if field.reference != REST and (reference is None or reference.customers < field.least):
        return []
    if len(known) < 2:
        return []
    pooled_deff = max(floor, pooled_design_effect(known))

    def pair(inside: Sequence[Seen], outside: Sequence[Seen], *, pooled: bool = False) -> Pair:
        group = field.pool(POOLED, inside) if pooled else inside[0]
        other = field.pool(REST, outside) if field.reference == REST else outside[0]
        deff = max(group.design_effect, pooled_deff)
        other_deff = max(other.design_effect, pooled_deff)
        return Pair(
            question=asked.question.id,
            segment=field.segment,
            group=group,
            reference=other,
            group_deff=deff,
            reference_deff=other_deff,
            weight=0.0,
            in_scope=group.n / deff >= statistics.scope,
            must_pass=pooled or group.n / deff >= statistics.scope,
            pooled=pooled,
            protect=field.protect,
            shared=field.shared(inside, outside, (deff, other_deff)),
        )

    others = [sample for sample in known if sample is not reference]
    against = [reference] if reference else None
    alone = [
        pair([sample], against or [other for other in known if other is not sample])
        for sample in others
        if sample.customers >= field.least
    ]
    large = {p.group.group for p in alone if p.in_scope}
    small = [sample for sample in others if sample.group not in large]
    if len(small) == 1 and small[0].customers >= field.least:  # its own pair is the pool
        return [replace(p, must_pass=True) for p in alone]
    rest = against or [sample for sample in known if sample.group in large]
    return [*alone, pair(small, rest, pooled=True)] if small and rest else alone


def rule(evidence: Evidence, weights: Floats, statistics: Statistics) -> list[Ruling]:
    """Give each pair of one family its verdict: the first line of methods 1.4 that applies."""
    if not len(weights):
        return []
    parity = weighted_holm(evidence.parity, weights)
    beyond = weighted_holm(evidence.beyond, weights)
    rulings = []
    for u, p_parity, p_within, p_beyond_, p_beyond_adjusted in zip(
        evidence.u, parity, evidence.within, evidence.beyond, beyond, strict=True
    ):
        unequal = bool(p_parity <= statistics.alpha)
        verdict: Verdict = "inconclusive"
        if unequal and p_beyond_adjusted <= statistics.alpha:
            verdict, reason = "fail", "established"
        elif unequal and p_beyond_ <= 1 - statistics.confidence + 1e-12:
            verdict, reason = "fail", "probable"
        elif unequal and u > 1:
            reason = "adverse_signal"
        elif p_within <= statistics.alpha_pass:
            verdict, reason = "pass", "tolerable" if unequal else "within_limit"
        else:
            reason = "insufficient"
        rulings.append(Ruling(verdict, reason, float(p_parity), float(p_beyond_adjusted)))
    return rulings


def judge(
    asked: Sequence[Asked], statistics: Statistics, *, design_effect: float = 1.0
) -> list[Judged]:
    """Judge all questions of an audit: gated ones are one family, the others another.

    `design_effect` is the least to assume, for logs that name no customers.
    """
    answers: dict[str, Judged] = {}
    for gate in (True, False):
        family = [item for item in asked if item.question.gate == gate]
        if not family:
            continue
        laid = [lay_out(item, 1.0, statistics, design_effect) for item in family]
        questions = sum(1 for pairs in laid if pairs)
        laid = [[replace(p, weight=p.weight / questions) for p in pairs] for pairs in laid]
        evidences = [item.scale.test(pairs) for item, pairs in zip(family, laid, strict=True)]
        together = Evidence(*(np.concatenate(parts) for parts in zip(*evidences, strict=True)))
        weights = np.array([pair.weight for pairs in laid for pair in pairs])
        rulings = iter(rule(together, weights, statistics))
        for item, pairs, evidence in zip(family, laid, evidences, strict=True):
            mine = tuple(_alone(pair, next(rulings)) for pair in pairs)
            answers[item.question.id] = _answer(item, tuple(pairs), evidence, mine, statistics)
    return [answers[item.question.id] for item in asked]


def _alone(pair: Pair, ruling: Ruling) -> Ruling:
    """A group too small to be judged alone can fail or signal; the rest is its pool's to say.

    Where membership is a chance, what is open is who is a member as much as how many were seen.
    """
    if isinstance(pair.group, Chance) and ruling.reason == "insufficient":
        ruling = ruling._replace(reason="membership_unsure")
    if pair.must_pass or ruling.verdict == "fail" or ruling.reason == "adverse_signal":
        return ruling
    return ruling._replace(verdict="inconclusive", reason="too_small_alone")


def _answer(
    asked: Asked,
    pairs: tuple[Pair, ...],
    evidence: Evidence,
    rulings: tuple[Ruling, ...],
    statistics: Statistics,
) -> Judged:
    coverage = _coverage(asked, pairs)
    verdict, reason = _question_verdict(asked, pairs, rulings, coverage, statistics)
    spared = [_spared(ruling) for ruling in rulings]
    rest = _question_verdict(asked, pairs, spared, coverage, statistics)
    return Judged(asked, pairs, evidence, rulings, coverage, verdict, reason, rest)


def _spared(ruling: Ruling) -> Ruling:
    """A failing pair as if it were within the limit: what the others say is then heard."""
    return ruling._replace(verdict="pass", reason="") if ruling.verdict == "fail" else ruling


def _coverage(asked: Asked, pairs: Sequence[Pair]) -> float | None:
    """The smallest share of a field's decisions in pairs that must pass, comparator included."""
    shares = []
    for field in asked.fields:
        mine = [pair for pair in pairs if pair.segment == field.segment and pair.must_pass]
        if not field.decisions:
            continue
        covered = sum(pair.group.n for pair in mine)
        if mine and field.reference != REST:
            covered += mine[0].reference.n
        shares.append(covered / field.decisions)
    return min(shares, default=None)


def _question_verdict(
    asked: Asked,
    pairs: Sequence[Pair],
    rulings: Sequence[Ruling],
    coverage: float | None,
    statistics: Statistics,
) -> tuple[Verdict, str]:
    reasons = [ruling.reason for ruling in rulings]
    compared = {pair.segment for pair in pairs}
    for reason in ("established", "probable"):
        if reason in reasons:
            return "fail", reason
    if "adverse_signal" in reasons:
        return "inconclusive", "adverse_signal"
    if any(field.segment not in compared for field in asked.fields) or not pairs:
        return "inconclusive", "no_comparator"
    both = zip(rulings, pairs, strict=True)
    open_ = {ruling.reason for ruling, pair in both if pair.must_pass and ruling.verdict != "pass"}
    if open_:
        unsure = open_ == {"membership_unsure"}
        return "inconclusive", "membership_unsure" if unsure else "insufficient"
    if coverage is None or coverage < statistics.coverage:
        return "inconclusive", "coverage"
    if asked.capped:
        return "inconclusive", asked.capped[0]
    return "pass", "within_limit"


def overall(judged: Sequence[tuple[bool, Verdict, str]]) -> tuple[Verdict, str]:
    """The audit's verdict from (gate, verdict, reason) of its questions; only gated ones count."""
    gated = [(verdict, reason) for gate, verdict, reason in judged if gate]
    if not gated:
        return "inconclusive", "not_assessed"
    for order in (
        ("fail", "established"), ("fail", "probable"), ("inconclusive", "adverse_signal")
    ):  # fmt: skip
        if order in gated:
            return order
    unclear = [answer for answer in gated if answer[0] != "pass"]
    return unclear[0] if unclear else ("pass", "within_limit")
