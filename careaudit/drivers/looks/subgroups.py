"""Subgroups that no question asks about: found in one half of the customers, tested in the other.

Exploratory (methods 7). A confirmed one enters the draft of the next plan; no verdict hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from careaudit.cells import Cells, total
from careaudit.drivers.lattice import Coded, Items, search
from careaudit.drivers.scene import Found, Scene
from careaudit.drivers.seen_again import Ask, Attribute, Candidate, Seen, Tested, held_out, test
from careaudit.measures import Rate
from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.plan import Question
from careaudit.plan.toml_text import plain
from careaudit.record import REST, Driver, Quality
from careaudit.record.drivers import Trait
from careaudit.scales import Counts
from careaudit.sources import stratum
from careaudit.stats.arrays import Bools, Floats
from careaudit.stats.association import association
from careaudit.stats.shapley import shapley
from careaudit.stats.tolerance import units

MOST = 10
"""Candidates that are tested, of all questions together (methods 7)."""
LEAST, LEAST_SHARE = 100, 0.01
"""Decisions of a subgroup in the searched half: so many, and so large a share."""
MOST_ATTRIBUTES = 12
MOST_CELLS = 200_000
"""Cells that are held at once."""
GIVEN_AWAY = 0.95
"""An input with such a Cramer's V with the event is the event under another name."""


def look(scene: Scene) -> Found:
    """Search every rate that is asked about for subgroups; at most ten are tested."""
    asks = _asks(scene)
    if not asks:
        return Found()
    attributes, left_out = _attributes(scene)
    names = [attribute.column for attribute in attributes]
    terms = tuple(dict.fromkeys(total(q) for ask in asks for q in ask.measure.sizes))
    cells = scene.inputs.cells(names, terms, half="searched")
    codes = _codes(cells, attributes)
    found = [one for ask in asks for one in _candidates(scene, ask, attributes, cells, codes)]
    best = sorted(found, key=lambda one: -one.score)[:MOST]
    chosen = [one for ask in asks for one in best if one.ask is ask]
    seen = [(one, held_out(scene, one)) for one in chosen]
    tested = iter(test(scene, [again for _, again in seen if again]))
    drivers = tuple(_driver(one, next(tested) if again else None) for one, again in seen)
    return Found(drivers, quality=_notes(left_out))


def _asks(scene: Scene) -> list[Ask]:
    """The rates that are asked about and that the log can answer, each with a limit once."""
    found: dict[tuple[Rate, Counts], Question] = {}
    over: dict[Rate, list[str]] = {}
    for item in scene.judged:
        asked, measure, scale = item.asked, item.asked.measure, item.asked.scale
        if (
            isinstance(measure, Rate)
            and isinstance(scale, Counts)  # others are members by chance
            and not scene.reader.missing(asked.question, measure)
        ):
            found.setdefault((measure, scale), asked.question)
            over.setdefault(measure, []).extend(asked.question.segments)
    return [
        Ask(question, measure, scale, frozenset(frozenset(s.split("*")) for s in over[measure]))
        for (measure, scale), question in found.items()
    ]


# Traits and the searched half.


def _attributes(scene: Scene) -> tuple[list[Attribute], list[Attribute]]:
    """The attributes whose values are traits, and those left out to keep the search small."""
    inputs, segments = scene.inputs, [s for s in scene.plan.segments if not s.probable]
    theirs = {name for s in segments for name in (s.name, s.column)}
    kept = [Attribute(s.name, s.name, inputs.levels(s.name), segment=True) for s in segments]
    kept += [
        Attribute(
            name, stratum(name), inputs.levels(stratum(name)), segment=False,
            band=inputs.declared[name].edges is not None,
        )
        for name in inputs.usable
        if name not in theirs
    ]  # fmt: skip
    kept = [one for one in kept if len(one.levels) > 1]
    left_out: list[Attribute] = []
    while len(kept) > MOST_ATTRIBUTES or min(_most_cells(kept), inputs.rows) > MOST_CELLS:
        longest = max(kept, key=lambda one: (not one.segment, len(one.levels), one.name))
        kept.remove(longest)
        left_out.append(longest)
    return kept, left_out


def _most_cells(attributes: Iterable[Attribute]) -> int:
    product = 1
    for one in attributes:
        product *= len(one.levels) + 1  # one more where it is not known
    return product


def _codes(cells: Cells, attributes: Sequence[Attribute]) -> np.ndarray:
    """The places of each cell's values, -1 where one is not known."""
    places = [{level: k for k, level in enumerate(one.levels)} for one in attributes]
    rows = [
        [known.get(str(value), -1) if value is not None else -1
         for known, value in zip(places, group, strict=True)]
        for group in cells.table
    ]  # fmt: skip
    return np.array(rows, dtype=np.int64).reshape(-1, len(attributes))


def _candidates(
    scene: Scene, ask: Ask, attributes: Sequence[Attribute], cells: Cells, codes: np.ndarray
) -> list[Candidate]:
    """Search the half that is there to be searched for one measure."""
    n, x = (
        np.array([row[cells.terms.index(total(q))] for row in cells.table.values()], dtype=float)
        for q in ask.measure.sizes
    )
    adverse, curve = ask.scale.adverse, ask.scale.curve
    kept = [
        k
        for k, one in enumerate(attributes)
        if one.segment or not _given_away(codes[:, k], len(one.levels), n, x)
    ]
    mine = [attributes[k] for k in kept]
    coded = Coded(
        codes[:, kept], tuple(len(one.levels) for one in mine), n, x if adverse else n - x
    )

    def beyond(harm: Floats, others: Floats) -> Bools:
        rates = (harm, others) if adverse else (1 - harm, 1 - others)
        return np.asarray(units(*rates, curve, adverse, protect=True) > 1)

    def told(items: Items) -> bool:
        names = [mine[k].name for k, _ in items if mine[k].segment]
        if not names:
            return True  # inputs alone set no customers apart
        return len(names) == len(items) and frozenset(names) in ask.over

    found = search(
        coded,
        least=max(LEAST, LEAST_SHARE * float(n.sum())),
        beyond=beyond,
        told=told,
        known=_judged(scene, ask, mine),
        most=MOST,
    )
    return [
        Candidate(
            ask,
            tuple(mine[k] for k, _ in one.items),
            tuple(mine[k].levels[value] for k, value in one.items),
            one.score,
        )
        for one in found
    ]


def _given_away(codes: np.ndarray, levels: int, n: Floats, x: Floats) -> bool:
    """Whether the values of an input are the event under another name."""
    known = codes >= 0
    cases = np.bincount(codes[known], weights=n[known], minlength=levels)
    events = np.bincount(codes[known], weights=x[known], minlength=levels)
    return association(np.column_stack([events, cases - events])).v_corrected >= GIVEN_AWAY


def _judged(scene: Scene, ask: Ask, attributes: Sequence[Attribute]) -> set[Items]:
    """The single groups of which a question says today that they are worse off."""
    places = {one.name: k for k, one in enumerate(attributes) if one.segment}
    found: set[Items] = set()
    for gap in scene.gaps:
        group = str(gap.pair.group.group)
        place = places.get(gap.segment)
        if gap.measure == ask.measure and place is not None:
            levels = attributes[place].levels
            found |= {((place, levels.index(group)),)} if group in levels else set()
    return found


# What is told of it.


def _driver(one: Candidate, tested: Tested | None) -> Driver:
    """Put a candidate in the record: what the half that was not searched says of it."""
    segment = "*".join(a.name for a in one.attributes)
    if tested is None:
        return _withheld(one, segment)
    listed = tested.ruling.verdict == "fail"
    shares = _shares(tested.seen) if listed else [None] * len(one.values)
    traits = tuple(
        Trait(segment=a.name, group=value, share=part, band=a.band)
        for a, value, part in zip(one.attributes, one.told, shares, strict=True)
    )
    alike = tested.same_without
    reason = "listed" if listed else "not_confirmed" if alike is None else "same_as_part"
    names = [f"{trait.segment} {plain(trait.group)}" for trait in traits]
    return Driver(
        question=one.ask.question.id,
        segment=segment,
        group="*".join(one.told),
        reference=REST,
        kind="subgroup",
        name=", ".join(names),
        association=tested.difference,
        listed=listed,
        sentence=_sentence(names, reason, tested),
        reason=reason,
        customers=tested.seen.pair.group.customers,
        traits=traits,
        p_adjusted=tested.ruling.p_adjusted,
        u=tested.u,
    )


def _withheld(one: Candidate, segment: str) -> Driver:
    """A candidate of too few customers: that it stood out would say how they fared."""
    names = " and ".join(attribute.name for attribute in one.attributes)
    return Driver(
        question=one.ask.question.id,
        segment=segment,
        group=None,
        reference=REST,
        kind="subgroup",
        name=f"a small group by {names}",
        listed=False,
        sentence=f"Exploratory: a small group by {names}. {_FOUND}; the other half has too few "
        f"such customers for anything to be said of them. {_TODAY}",
        reason="few_customers",
    )


def _shares(seen: Seen) -> list[float | None]:
    """Each trait's share of how far the subgroup's rate lies from that of all."""
    whole = seen.divergence[-1]
    return [float(part) / whole if whole else None for part in shapley(seen.divergence)]


_FOUND = "Found by a search in one half of the customers"
_TODAY = "It changes no verdict of today."


def _sentence(names: Sequence[str], reason: str, tested: Tested) -> str:
    who = " and ".join(names)
    if reason == "same_as_part":
        wider = " and ".join(n for k, n in enumerate(names) if k != tested.same_without)
        return (
            f"Exploratory: {who}. {_FOUND}; in the other half its rate was not told apart from "
            f"that of the wider group {wider}. {_TODAY}"
        )
    if reason == "not_confirmed":
        return (
            f"Exploratory: {who}. {_FOUND}; the other half does not show a gap beyond the limit "
            f"that the search could not have met by chance. That is not proof of none. {_TODAY}"
        )
    gap, pair = tested.difference, tested.seen.pair
    ask = tested.seen.candidate.ask
    notation = Notation("share", num.per_of([pair.group.rate, pair.reference.rate]))
    low, high = sorted(abs(end or 0.0) for end in (gap.low, gap.high))
    return (
        f"For {who} the rate asked about is {notation.told_size(gap.value or 0.0)} "
        f"{'higher' if ask.scale.adverse else 'lower'} than for everybody else "
        f"({notation.size(low)} to {notation.size(high)} plausible). {_FOUND}, and seen again in "
        f"the other half, which was not searched. {_TODAY} It stands in the draft of the next plan."
    )


def _notes(left_out: Sequence[Attribute]) -> tuple[Quality, ...]:
    if not left_out:
        return ()
    names = ", ".join(one.name for one in left_out)
    return (
        Quality(
            code="subgroups_left_out",
            severity="info",
            where="drivers",
            message=f"The search for subgroups left out {names}: it looks at up to "
            f"{MOST_ATTRIBUTES} attributes and {MOST_CELLS:,} combinations of their values, those "
            "with the most values going first.",
        ),
    )
