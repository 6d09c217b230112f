"""What holds between printed numbers, by what they mean, found in the numbers themselves."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from careaudit.disclosure.cells import Cell, Group, Part, Sum

Floats = NDArray[np.float64]
Named = tuple[str, tuple[int, ...]]
"""A number of a measure, or the sum of several, by their places."""
ENOUGH = 3
"""In fewer groups numbers may be equal by chance."""


@dataclass(frozen=True)
class _Columns:
    """The numbers of several measures, a row each over the same groups; nan where it is a guess."""

    groups: tuple[Group, ...]
    names: tuple[Named, ...]
    numbers: Floats
    counts: NDArray[np.bool_]

    @classmethod
    def of(cls, columns: Mapping[str, Mapping[Group, Cell]]) -> _Columns:
        groups = tuple(sorted({group for by in columns.values() for group in by}, key=str))
        names, rows, counts = [], [], []
        for name, by in columns.items():
            for told in next(iter(by.values())).told:
                row = [_sure(by.get(g), told) for g in groups]
                if np.nansum(row):
                    names.append((name, tuple(told)))
                    rows.append(row)
                    counts.append(next(iter(by.values())).count or 0 in told)
        return cls(groups, tuple(names), np.array(rows).reshape(len(rows), len(groups)),
                   np.array(counts, bool))  # fmt: skip

    def equal(self, row: Floats) -> Iterable[int]:
        """The numbers that are equal to these in all groups, where both are sure."""
        both = ~np.isnan(self.numbers) & ~np.isnan(row)
        close = np.isclose(self.numbers, row, rtol=1e-9, atol=1e-9) | ~both
        return (int(i) for i in np.flatnonzero(close.all(axis=1) & (both.sum(axis=1) >= ENOUGH)))

    def above(self, i: int) -> Iterable[int]:
        """The counts of other measures that are in no group less than a count, where sure."""
        row = self.numbers[i]
        both = ~np.isnan(self.numbers) & ~np.isnan(row)
        more = (self.numbers >= row) | ~both
        held = more.all(axis=1) & (both.sum(axis=1) >= ENOUGH) & self.counts & self.counts[i]
        return (int(j) for j in np.flatnonzero(held) if self.names[j][0] != self.names[i][0])

    def sums(self, signed: Sequence[tuple[float, int]]) -> Iterable[Sum]:
        """A sum of numbers, group by group."""
        for group in self.groups:
            sum_: dict[Part, float] = {}
            for sign, i in signed:
                name, places = self.names[i]
                for place in places:
                    part = ((name, group), place)
                    sum_[part] = sum_.get(part, 0.0) + sign
            yield {part: c for part, c in sum_.items() if c}


def _sure(cell: Cell | None, told: Mapping[int, float]) -> float:
    """A number of a cell; of a guess only the number of cases is sure."""
    if cell is None or not (cell.known or cell.cases(told)):
        return math.nan
    return sum(cell.numbers[place] for place in told)


def same(columns: Mapping[str, Mapping[Group, Cell]]) -> tuple[Sum, ...]:
    """Sums that are 0, by what the numbers of several measures mean, found in the numbers.

    Two numbers that are equal in every group, or one that is the sum of two others in every group,
    are taken to be so by what they mean: a reader who knows the measures knows that. columns:
    measure -> group -> cell, over the same groups.
    """
    of = _Columns.of(columns)
    known = {g: set(by) for g, by in columns.items()}
    found: dict[frozenset[tuple[Part, float]], Sum] = {}
    twin: set[int] = set()
    for j in range(len(of.names)):
        for i in of.equal(of.numbers[j]):
            if i < j and of.names[i][0] != of.names[j][0]:
                twin.add(j)
                found |= {frozenset(s.items()): s for s in of.sums([(1.0, i), (-1.0, j)])}
    once = [i for i in range(len(of.names)) if i not in twin]
    for i, j in combinations(once, 2):
        for k in of.equal(of.numbers[i] + of.numbers[j]):
            if len({of.names[n][0] for n in (i, j, k)}) > 1:
                sums = of.sums([(1.0, i), (1.0, j), (-1.0, k)])
                found |= {frozenset(s.items()): s for s in sums}
    return tuple(s for s in found.values() if s and _stands(s, known))


def ordered(columns: Mapping[str, Mapping[Group, Cell]]) -> tuple[Sum, ...]:
    """Sums that are not below 0, by what the numbers of several measures mean, found likewise.

    Such as all cases less those of a measure that counts some of them.
    """
    of = _Columns.of(columns)
    known = {g: set(by) for g, by in columns.items()}
    return tuple(
        sum_
        for i in range(len(of.names))
        for j in of.above(i)
        for sum_ in of.sums([(1.0, j), (-1.0, i)])
        if sum_ and _stands(sum_, known)
    )


def _stands(sum_: Sum, known: Mapping[str, Collection[Group]]) -> bool:
    """Whether all measures of a sum have its group."""
    return all(group in known[name] for (name, group), _ in sum_)


def nested(columns: Mapping[str, Mapping[Group, Cell]]) -> tuple[Sum, ...]:
    """Sums that are 0 since a group of one attribute is some groups of another, taken together.

    Such as customers of whom nothing is known, twice, or age bands beside "over 40". Found by equal
    numbers on all measures of both attributes: among neighbours, and among all groups where they
    are unlikely to add up by chance. columns: measure -> group -> cell.
    """
    tables: dict[str, dict[Group, dict[str, Cell]]] = {}
    for measure, by in columns.items():
        for group, cell in by.items():
            if group[0] and cell.size:
                tables.setdefault(group[0], {}).setdefault(group, {})[measure] = cell
    return tuple(
        sum_
        for (_, one), (_, two) in permutations(tables.items(), 2)
        for whole, parts in _wholes(one, two)
        for sum_ in _same_people(one[whole], {part: two[part] for part in parts}, whole)
    )


_Groups = Mapping[Group, Mapping[str, Cell]]


def _wholes(one: _Groups, two: _Groups) -> Iterator[tuple[Group, tuple[Group, ...]]]:
    """Each group of one attribute that is some groups of another."""
    cells = [cell for by in (*one.values(), *two.values()) for cell in by.items()]
    asked = [m for m in dict(cells) if all(m in by for by in (*one.values(), *two.values()))]
    sure = [
        (m, tuple(told))
        for m in asked
        for told in next(iter(two.values()))[m].told
        if not any(math.isnan(_sure(by[m], told)) for by in (*one.values(), *two.values()))
    ]  # fmt: skip
    if not sure:
        return
    wholes, parts = (
        np.array([[sum(by[m].numbers[p] for p in told) for m, told in sure] for by in of.values()])
        for of in (one, two)
    )
    sets = _sets(parts)
    sums = sets @ parts
    for group, numbers in zip(one, wholes, strict=True):
        for place in np.flatnonzero(np.isclose(sums, numbers, rtol=1e-9, atol=1e-9).all(axis=1)):
            yield group, tuple(g for g, held in zip(two, sets[place], strict=True) if held)


CHANCE = 1e-3
"""So many sets of groups may have the numbers of another group by chance."""
MOST = 12
"""Of more groups only neighbours are taken together."""


def _sets(parts: Floats) -> NDArray[np.bool_]:
    """The sets of groups that may be one group elsewhere, a row each: neighbours, or any."""
    size = len(parts)
    runs = [(i, j) for i in range(size) for j in range(i + 1, size + 1) if j - i < size]
    sets = np.array([[i <= k < j for k in range(size)] for i, j in runs], bool).reshape(-1, size)
    if size <= MOST and 2.0**size < CHANCE * np.prod(parts.max(axis=0) + 1):
        every = (np.arange(1, 2**size - 1)[:, None] >> np.arange(size)) & 1
        return every.astype(bool)
    return sets


def _same_people(
    whole: Mapping[str, Cell], parts: Mapping[Group, Mapping[str, Cell]], group: Group
) -> Iterator[Sum]:
    """The sums that are 0: each number of a group less those of its parts."""
    for measure, cell in whole.items():
        if all(measure in by for by in parts.values()):
            for place in range(len(cell.numbers)):
                less = {((measure, part), place): -1.0 for part in parts}
                yield {((measure, group), place): 1.0} | less
