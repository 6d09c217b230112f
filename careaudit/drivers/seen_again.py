"""Subgroups in the half of the customers that was not searched: the test that can confirm them.

They are tested as pairs are judged, all of an audit as one family (methods 1.4, 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from careaudit.cells import Cell, Cells, Term, total
from careaudit.drivers.scene import Scene
from careaudit.judge import Ruling, rule
from careaudit.measures import Pair, Rate, Sample, pooled_design_effect
from careaudit.plan import Question
from careaudit.plan.toml_text import plain
from careaudit.record import REST, Interval
from careaudit.scales import Asking, Counts, Evidence
from careaudit.wanted import SLOT_TERMS


@dataclass(frozen=True)
class Attribute:
    """A segment or an input, its name in a crossing, and its values; `band`: those of a number."""

    name: str
    column: str
    levels: tuple[str, ...]
    segment: bool
    band: bool = False


@dataclass(frozen=True)
class Ask:
    """What is searched for once: a measure and a limit, and the first question that asks them.

    over: the segments, and crossings of segments, that questions ask of this measure already.
    """

    question: Question
    measure: Rate
    scale: Counts
    over: frozenset[frozenset[str]]


@dataclass(frozen=True)
class Candidate:
    """A subgroup that was found in the searched half: its attributes, their values, its score."""

    ask: Ask
    attributes: tuple[Attribute, ...]
    values: tuple[str, ...]
    score: float

    @property
    def traits(self) -> dict[str, str]:
        """Its values by the names of a crossing."""
        return {a.column: value for a, value in zip(self.attributes, self.values, strict=True)}

    @property
    def told(self) -> tuple[str, ...]:
        """Its values as they may be told: those of inputs may hold any sign, and are escaped."""
        both = zip(self.attributes, self.values, strict=True)
        return tuple(value if a.segment else plain(value) for a, value in both)


@dataclass(frozen=True)
class Seen:
    """A candidate in the half that was not searched.

    pair: it beside everybody else; parts: it beside the rest of each of its parts. divergence: of
    each set of its traits, its rate less that of all; set s holds trait k where s has the bit
    1 << k.
    """

    candidate: Candidate
    pair: Pair
    parts: tuple[Pair, ...]
    divergence: tuple[float, ...]


@dataclass(frozen=True)
class Tested:
    """What the test of all candidates together says of one.

    same_without: the trait without which it is a wider group that it was not told apart from, the
    one most alike; None where it stands out from the rest of each. That is for itself alone.
    """

    seen: Seen
    ruling: Ruling
    same_without: int | None
    difference: Interval
    u: Interval


def held_out(scene: Scene, one: Candidate) -> Seen | None:
    """Read a candidate, everybody else and what it is part of, in the half not searched.

    None where either side stands for too few customers to be shown.
    """
    measure, least = one.ask.measure, scene.plan.privacy.min_cell
    sizes = measure.sizes
    terms = tuple(term for term in measure.terms if term.first in sizes)
    terms += tuple(t for t in SLOT_TERMS if t not in terms) if measure.bounded else ()

    def sample(group: str, *, rest: bool) -> Sample:
        cell = scene.inputs.cell(one.traits, terms, half="held_out", rest=rest)
        return _sample(measure, group, cell, clustered=scene.reader.clustered)

    group = sample("*".join(one.values), rest=False)
    if group.customers < least or not group.n:
        return None
    others = sample(REST, rest=True)
    if others.customers < least or not others.n:
        return None
    pooled = pooled_design_effect([group, others])
    pair = Pair(
        question=one.ask.question.id,
        segment="*".join(a.name for a in one.attributes),
        group=group,
        reference=others,
        group_deff=max(group.design_effect, pooled),
        reference_deff=max(others.design_effect, pooled),
        weight=1.0,
        in_scope=True,
        must_pass=True,
        protect=True,
    )
    counts = _subsets(
        scene.inputs.cells(list(one.traits), [total(q) for q in sizes], half="held_out"), one
    )
    traits, (n, x) = len(one.values), counts[0]
    wider = [counts[(1 << traits) - 1 - (1 << k)] for k in range(traits)] if traits > 1 else []
    return Seen(
        one,
        pair,
        tuple(replace(pair, reference=Sample(REST, m - group.n, y - group.x)) for m, y in wider),
        tuple(y / m - x / n for m, y in counts),
    )


def _sample(measure: Rate, group: str, cell: Cell, *, clustered: bool) -> Sample:
    """Read a sample from the sums of its sizes alone."""
    terms: dict[Term, int] = dict.fromkeys(measure.terms, 0)
    return measure.sample(group, Cell(terms | cell), clustered=clustered)


def _subsets(cells: Cells, one: Candidate) -> list[tuple[int, int]]:
    """Cases and events of every set of a candidate's traits, among those with all traits known.

    In the order of `Seen.divergence`.
    """
    n, x = (total(q) for q in one.ask.measure.sizes)
    known = [group for group in cells.table if None not in group]
    has = [
        sum(1 << k for k, value in enumerate(group) if str(value) == one.values[k])
        for group in known
    ]
    found = []
    for held in range(1 << len(one.values)):
        rows = [cells.cell(g) for g, own in zip(known, has, strict=True) if own & held == held]
        found.append((sum(c[n] for c in rows), sum(c[x] for c in rows)))
    return found


def test(scene: Scene, seen: Sequence[Seen]) -> list[Tested]:
    """Test all candidates as one family, as pairs are judged, and beside their own parts.

    seen: those of one question together. A subgroup is new only if it is harmed beside everybody
    else and beside the rest of each of its parts: the largest p of both counts (Berger 1982,
    intersection-union).
    """
    if not seen:
        return []
    statistics = scene.plan.statistics
    family: list[Evidence] = []
    told: list[tuple[Seen, int | None, Interval, Interval]] = []
    for ask, group in groupby(seen, key=lambda one: one.candidate.ask):
        mine, scale = list(group), ask.scale
        pairs = [one.pair for one in mine]
        evidence = scale.test(pairs)
        ps = [[_harm_p(scale, part) for part in one.parts] for one in mine]
        beside = np.array([max(own, default=0.0) for own in ps])
        same = [
            own.index(most) if most > statistics.alpha else None
            for own, most in zip(ps, beside, strict=True)
        ]
        family.append(evidence._replace(parity=np.maximum(evidence.parity, beside)))
        asking = Asking(scale, statistics.alpha, statistics.alpha_pass, statistics.scope)
        value, low, high, _ = scale.spread(pairs, asking)
        units = [
            Interval(value=float(a), low=float(b), high=float(c))
            for a, b, c in zip(value, low, high, strict=True)
        ]
        gaps = scale.ranges(pairs).difference
        told += zip(mine, same, gaps, units, strict=True)
    together = Evidence(*(np.concatenate(columns) for columns in zip(*family, strict=True)))
    rulings = rule(together, np.full(len(seen), 1 / len(seen)), statistics)
    return [
        Tested(one, ruling, same, gap, u)
        for (one, same, gap, u), ruling in zip(told, rulings, strict=True)
    ]


def _harm_p(scale: Counts, pair: Pair) -> float:
    """The p of no difference; 1 where the group is not the one that is worse off."""
    if not pair.reference.n or scale.harmed(pair) != "group":
        return 1.0
    return float(scale.test([pair]).parity[0])
