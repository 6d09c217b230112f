"""Which terms could carry a gap: two tests, a share of the gap, and which say the same twice.

Decisions are held by pattern: whether they have a text, and which terms already named they use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from careaudit.drivers.tally import Batch, Side, Tally, summed, totals, worth
from careaudit.drivers.words import GRAMS, by_characters
from careaudit.stats.arrays import Bools, Floats, share
from careaudit.stats.multiplicity import benjamini_hochberg
from careaudit.stats.standardise import cmh, kitagawa

LEVEL = 0.05
"""False discoveries among terms, for each of the two tests."""
SHARE = 0.10
"""A term that carries no more of the gap than this is not named (methods 8)."""
SURE = 0.001
"""Level at which decisions hang on terms that another stands for: it is given up for them."""
SAME = 0.90
"""A word that stands in a phrase in at least this share of its uses is told as the phrase."""


class Split(NamedTuple):
    """Both sides' customers and decisions, by event and pattern; `_by` also by term.

    Axes: group then reference, no event then event, pattern, and for `_by` the term.
    """

    worth: Floats
    worth_by: Floats
    cases: Floats
    cases_by: Floats


class Evidence(NamedTuple):
    """One number for each term: chi-squared and p of its use by segment given decision, and by
    decision given segment; and what it adds to the mix part of the gap, in the gap's unit.
    """

    by_segment: Floats
    p_segment: Floats
    by_decision: Floats
    p_decision: Floats
    mix: Floats


def evidence(split: Split) -> Evidence:
    """Test each term within the patterns, and split the gap by it.

    Source: Cochran 1954, Mantel & Haenszel 1959 (one customer counts as one in all strata, so that
    habits of words make no evidence); Kitagawa 1955.
    """
    n, y = split.worth, split.worth_by
    segment = cmh(*_strata(y[0], n[0]), *_strata(y[1], n[1]))
    decision = cmh(*_strata(y[:, 1], n[:, 1]), *_strata(y[:, 0], n[:, 0]))
    whole, held = split.cases, split.cases_by
    tables = []
    for side in (0, 1):
        x, size = whole[side, 1], whole[side].sum(axis=0)
        x_by, size_by = held[side, 1].T, held[side].sum(axis=0).T
        tables += [np.hstack([x_by, x - x_by]), np.hstack([size_by, size - size_by])]
    before = kitagawa(*(part for side in (0, 1) for part in _patterns(whole[side]))).mix
    return Evidence(
        segment.statistic, segment.p, decision.statistic, decision.p,
        kitagawa(*tables).mix - before,
    )  # fmt: skip


def _patterns(whole: Floats) -> tuple[Floats, Floats]:
    return whole[1], whole.sum(axis=0)


def _strata(y: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Terms along the first axis, all strata along the last; users are never more than all."""
    size = n.reshape(-1)
    return np.minimum(y.reshape(len(size), -1).T, size), np.broadcast_to(
        size, (y.shape[-1], len(size))
    )


def marginal(group: Tally, reference: Tally) -> Split:
    """Lay two sides out by whether there is a text, and nothing else."""
    both = group, reference
    return Split(
        np.array([np.stack([s.worth, np.zeros(2)], axis=-1) for s in both]),
        np.array([_silent(s.worth_by) for s in both]),
        np.array([np.stack([s.cases, s.silent], axis=-1) for s in both]),
        np.array([_silent(s.cases_by) for s in both]),
    )


def _silent(by: Floats) -> Floats:
    """Add the pattern of no text, in which no term is used."""
    return np.stack([by, np.zeros_like(by)], axis=1)


def crossed(
    sides: tuple[Side, Side], batches: Iterable[Batch], terms: Sequence[int], held: Sequence[int]
) -> Split:
    """Count terms within the patterns of other terms that are held still."""
    patterns = 2 ** (len(held) + 1)
    sums = [np.zeros((2, 2, patterns)), np.zeros((2, 2, patterns, len(terms)))] * 2
    for drawn, told, uses in batches:
        pattern = told.astype(np.int64)
        for place, term in enumerate(held, start=1):
            pattern += 2**place * (uses[:, [term]].toarray()[:, 0] > 0)
        of_terms = uses[:, list(terms)]
        found: list[list[Floats]] = [[], [], [], []]
        for side in sides:
            case = side.cases(drawn)
            label = side.events(drawn) * patterns + pattern
            weights: tuple[Floats, ...] = (
                worth(drawn.customer, case & told), case.astype(np.float64)
            )  # fmt: skip
            for kind, weight in enumerate(weights):
                total = totals(label, weight, 2 * patterns)
                found[2 * kind].append(total.reshape(2, patterns))
                by = summed(of_terms, label, 2 * patterns, weight)
                found[2 * kind + 1].append(by.reshape(2, patterns, len(terms)))
        sums = [total + np.array(part) for total, part in zip(sums, found, strict=True)]
    return Split(*sums)


def adjusted(found: Evidence, tested: Bools) -> tuple[Floats, Floats]:
    """Return both p of each term adjusted over the terms that are tested; 1 for the others."""
    both = []
    for p in (found.p_segment, found.p_decision):
        q = np.ones_like(p)
        q[tested] = benjamini_hochberg(p[tested]) if tested.any() else []
        both.append(q)
    return both[0], both[1]


def holds(found: Evidence, crude: float, tested: Bools) -> Bools:
    """Which terms go along with both segment and decision, and carry more than SHARE of the gap."""
    segment, decision = adjusted(found, tested)
    return (segment <= LEVEL) & (decision <= LEVEL) & (found.mix / crude > SHARE)


def told_as(names: Mapping[int, str], uses: Floats) -> dict[int, int]:
    """Return the words that are told as a phrase: both by their places; uses: decisions."""
    longer: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in names.items():
        for part in _parts(name):
            longer[part].append(place)
    found = {}
    for place, name in names.items():
        inside = [one for one in longer[name] if uses[one] >= SAME * uses[place]]
        if inside:
            found[place] = max(inside, key=lambda one: (len(names[one]), uses[one], names[one]))
    return {place: _last(found, place) for place in found}


def _parts(name: str) -> set[str]:
    if not by_characters(name):
        return {*name.split(" ")} - {name}
    return {
        name[a : a + size]
        for size in range(GRAMS[0], len(name))
        for a in range(len(name) - size + 1)
    }


def _last(chain: Mapping[int, int], place: int) -> int:
    while place in chain:
        place = chain[place]
    return place


def choose(
    ordered: Sequence[int], needed: Callable[[Sequence[int], Sequence[int]], Bools]
) -> tuple[list[int], dict[int, int]]:
    """Name the first term, and another only where it is needed beside those named.

    needed(terms, held): which terms still hold within the patterns of others. A term named
    before is taken back where a later one leaves it nothing. Returns the named, and what carries
    each of the others.
    """
    named: list[int] = []
    carried: dict[int, int] = {}
    left = list(ordered)
    while left:
        best = left.pop(0)
        named.append(best)
        for earlier in named[:-1]:
            if not needed([earlier], [one for one in named if one != earlier])[0]:
                named.remove(earlier)
                carried[earlier] = best
        if left:
            kept = needed(left, named)
            carried |= {one: best for one, keep in zip(left, kept, strict=True) if not keep}
            left = [one for one, keep in zip(left, kept, strict=True) if keep]
    return named, {one: _last(carried, one) for one in carried}


def settle(
    ordered: Sequence[int],
    needed: Callable[[Sequence[int], Sequence[int]], Bools],
    chance: Callable[[Sequence[int], Sequence[int]], Floats],
) -> tuple[list[int], dict[int, int]]:
    """Choose, and then give up a term for several others that stand behind it.

    A word that is used beside each of two phrases goes along with more than either. It gives way
    where nothing of the decisions hangs on it within their patterns, and something hangs on them
    within its own. chance(terms, held): p of use by decision within the patterns of others.
    """
    named, carried = choose(ordered, needed)
    for one in tuple(named):
        others, theirs = choose([place for place in ordered if place != one], needed)
        fresh = [place for place in others if place not in named]
        beside = [place for place in named if place in others]
        if not fresh or one not in named or chance([one], others)[0] <= LEVEL:
            continue
        if chance(fresh, [one, *beside]).min() <= SURE:
            named, carried = others, {**theirs, one: others[0]}
    return named, carried


def alike(some: tuple[Floats, Floats], others: tuple[Floats, Floats]) -> NDArray[np.float64]:
    """Cramer's V of each term's use (y of n) in two kinds of decisions, 0 to 1."""
    (y1, n1), (y2, n2) = some, others
    gap = share(y1, n1) - share(y2, n2)
    pooled = share(y1 + y2, n1 + n2)
    spread = pooled * (1 - pooled) * (n1 + n2) ** 2
    return np.sqrt(share(gap**2 * n1 * n2, spread))
