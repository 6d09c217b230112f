"""Search coded cells for conjunctions of traits whose rate stands out (methods 7).

Everything here is exploration: sums of cells in, candidates out. What a candidate is worth is
told by customers who were not searched.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from careaudit.stats.arrays import Floats, share
from careaudit.stats.association import scan_score

MOST_TRAITS = 3
LEAST_SCORE = 1.92
"""Half of what chi-square of one degree passes in 5 %: less than this is nothing to go after."""
EPSILON = 0.01
"""Rates that differ by less tell of the same gap (Pastor et al. 2021)."""
LEAST_Z = 1.96
"""What a conjunction must differ by from the rest of each of its parts, in standard errors."""
TOLD = 30
"""Sets that questions tell of already, and that are taken into what is expected, at most."""

Items = tuple[tuple[int, int], ...]
"""A conjunction: places of attributes, rising, each with the place of its value."""
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """Cells, one place of each array each: values by attribute, decisions, and harm among them.

    codes: (cells, attributes), -1 where a value is not known. levels: values of each attribute.
    """

    codes: Codes
    levels: tuple[int, ...]
    n: Floats
    y: Floats

    def sorted(self) -> Coded:
        """Return the same cells in an order that does not hang on how they were read."""
        order = np.lexsort(self.codes.T[::-1]) if self.codes.size else slice(None)
        return Coded(self.codes[order], self.levels, self.n[order], self.y[order])

    def members(self, items: Items) -> NDArray[np.bool_]:
        """Say which cells have all traits of a conjunction."""
        held = np.ones(len(self.n), dtype=np.bool_)
        for attribute, value in items:
            held &= self.codes[:, attribute] == value
        return held


@dataclass(frozen=True)
class Counted:
    """A conjunction with its decisions and the harm among them."""

    items: Items
    n: float
    y: float

    @property
    def rate(self) -> float:
        """Harm per decision."""
        return self.y / self.n


@dataclass(frozen=True)
class Candidate:
    """A conjunction that stands out from what is expected of it, and its scan score."""

    items: Items
    score: float


def conjunctions(cells: Coded, least: float) -> dict[Items, Counted]:
    """Count all conjunctions of 1 to 3 values of different attributes with `least` decisions.

    Source: Pastor, de Alfaro & Baralis 2021. A value that is too rare alone is so in all of them.
    """
    codes, values = _frequent(cells, least)
    found: dict[Items, Counted] = {}
    for size in range(1, MOST_TRAITS + 1):
        for chosen in combinations(range(codes.shape[1]), size):
            shape = tuple(len(values[place]) for place in chosen)
            if not all(shape):
                continue
            part = codes[:, chosen]
            known = (part >= 0).all(axis=1)
            flat = np.ravel_multi_index(tuple(part[known].T), shape)
            length = int(np.prod(shape))
            n = np.bincount(flat, weights=cells.n[known], minlength=length)
            y = np.bincount(flat, weights=cells.y[known], minlength=length)
            for one in np.flatnonzero(n >= least):
                at = np.unravel_index(one, shape)
                items = tuple(
                    (place, int(values[place][k])) for place, k in zip(chosen, at, strict=True)
                )
                found[items] = Counted(items, float(n[one]), float(y[one]))
    return found


def _frequent(cells: Coded, least: float) -> tuple[Codes, list[Codes]]:
    """Code the values of enough decisions anew, without gaps; all others are -1."""
    codes = np.full_like(cells.codes, -1)
    values = []
    for place, levels in enumerate(cells.levels):
        column = cells.codes[:, place]
        known = column >= 0
        n = np.bincount(column[known], weights=cells.n[known], minlength=levels)
        kept = np.flatnonzero(n >= least)
        new = np.full(levels + 1, -1)  # the last place is that of -1
        new[kept] = np.arange(len(kept))
        codes[:, place] = new[column]
        values.append(kept)
    return codes, values


def parts(items: Items) -> list[Items]:
    """Return the conjunctions of one trait less."""
    return [items[:k] + items[k + 1 :] for k in range(len(items))] if len(items) > 1 else []


def stands_out(one: Counted, part: Counted) -> bool:
    """Whether a conjunction is harmed beyond a part of it, and not by what chance makes likely."""
    n = part.n - one.n
    if n <= 0 or one.rate - part.rate < EPSILON:
        return False
    pooled = part.rate
    error = (pooled * (1 - pooled) * (1 / one.n + 1 / n)) ** 0.5
    return error > 0 and bool((one.rate - (part.y - one.y) / n) >= LEAST_Z * error)


def search(
    cells: Coded,
    *,
    least: float,
    beyond: Callable[[Floats, Floats], NDArray[np.bool_]],
    told: Callable[[Items], bool],
    known: Collection[Items] = (),
    most: int,
) -> list[Candidate]:
    """Return the conjunctions that stand out most, beyond what is told of already.

    beyond: whether rates of harm lie beyond the limit beside those of everybody else. told: whether
    a conjunction is no candidate; such sets, where beyond the limit or among `known`, are first
    taken into what is expected, so that they do not come back under other names. Each candidate
    then is too. Source: Zhang & Neill 2016 (score, odds of what was found multiplied in).
    """
    cells = cells.sorted()
    n, y = float(cells.n.sum()), float(cells.y.sum())
    if not 0 < y < n:
        return []
    found = conjunctions(cells, least)
    every = list(found.values())
    own, size = (np.array([getattr(one, key) for one in every]) for key in ("y", "n"))
    rest = n - size
    harmed = (rest > 0) & (own / size > share(y - own, rest))
    if not harmed.any():
        return []
    over = harmed & beyond(own / size, share(y - own, rest))
    worse = [
        one
        for one, is_over, is_harmed in zip(every, over, harmed, strict=True)
        if (is_over or (is_harmed and one.items in known))
        and all(stands_out(one, found[part]) for part in parts(one.items))
    ]
    chance = np.full(len(cells.n), y / n)
    _, chance = _pick(cells, chance, [one for one in worse if told(one.items)], y / n, TOLD)
    picked, _ = _pick(cells, chance, [one for one in worse if not told(one.items)], y / n, most)
    return picked


def _pick(
    cells: Coded, chance: Floats, found: Sequence[Counted], base: float, most: int
) -> tuple[list[Candidate], Floats]:
    """Pick sets by score, each time with the odds of those picked before in what is expected.

    Expectations only rise, so scores only fall: the best of yesterday is looked at first.
    """
    heap = [(-_most_score(one, base), len(one.items), one.items) for one in found]
    heapq.heapify(heap)
    picked: list[Candidate] = []
    while heap and len(picked) < most and -heap[0][0] >= LEAST_SCORE:
        _, size, items = heapq.heappop(heap)
        held = cells.members(items)
        q, score = scan_score(cells.y[held], cells.n[held], chance[held])
        if score < LEAST_SCORE:
            continue
        now = (-score, size, items)
        if heap and now > heap[0]:
            heapq.heappush(heap, now)
            continue
        picked.append(Candidate(items, score))
        chance = chance.copy()
        chance[held] = np.minimum(q * chance[held] / (1 + (q - 1) * chance[held]), 1 - 1e-9)
    return picked, chance


def _most_score(one: Counted, base: float) -> float:
    """The scan score beside one chance for all, in closed form: no other is above it."""
    y, n = one.y, one.n
    return float(xlogy(y, y / (n * base)) + xlogy(n - y, (n - y) / (n * (1 - base))))
