"""Disclosure control: what must stay unprinted so that nobody is worked out (methods 13).

A table of groups is published with its totals. What tells of few customers is withheld; where a
total would give it away, more is withheld with it, until a reader who knows every printed number
exactly, and every sum that holds between them, cannot come near: each withheld number is bounded
by linear programming, and its bounds must be far apart. Printed numbers are rounded as well; that
is no part of this proof, so a reader who learns an exact total learns nothing more from it.

Sources: Hundepool et al. 2012 (primary rules, complementary suppression, the p% rule).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

MIN_CUSTOMERS = 10
"""Fewer customers than this are not printed."""
MIN_SIDE = 3
"""Fewer customers than this, but not none, on one side of a share are not printed."""
BASE = 5
"""Counts are rounded to it."""
LEAST, SPREAD = 5.0, 0.20
"""A withheld number stays unknown by so many, or by this share of itself, whichever is more."""

Group = tuple[str, str]
"""A group, by its attribute and its name."""
Key = tuple[str, Group]
"""A cell: its measure, and its group."""
Part = tuple[Key, int]
"""One number of a cell, by its place."""
Sum = Mapping[Part, float]
"""A sum of numbers, each taken so many times."""
Floats = NDArray[np.float64]
NUDGE = 1e-6
DEAR = 100.0
"""How much worse an order that is broken is than a guess that is moved."""
SOLVED, UNBOUNDED = 0, 3
"""What the solver says of a problem (scipy.optimize.linprog)."""


def rounded(count: float) -> int:
    """Round a count to the base, halves up."""
    return BASE * math.floor(count / BASE + 0.5)


def scarce(side: float) -> bool:
    """Whether there are some customers on a side, and few."""
    return 0 < side < MIN_SIDE - NUDGE


@dataclass(frozen=True)
class People:
    """The customers behind a cell: all, and those on each side of a share (None: no share).

    `dominated`: one customer may carry so much of a sum that another could work it out.
    """

    customers: float
    sides: tuple[float, float] | None = None
    dominated: bool = False

    def few(self, least: int = MIN_CUSTOMERS) -> bool:
        """Whether the cell may not be printed by itself."""
        sides = self.sides or ()
        return self.customers < least or any(scarce(side) for side in sides) or self.dominated

    def __add__(self, other: People) -> People:
        """The customers behind two cells that share none; one sum alone dominates no longer."""
        mine, theirs = self.sides, other.sides
        both = (mine[0] + theirs[0], mine[1] + theirs[1]) if mine and theirs else None
        return People(self.customers + other.customers, both)


@dataclass(frozen=True)
class Cell:
    """One group on one measure: its numbers, none below 0, and who stands behind them.

    Of a share the numbers are events and other cases, and their sum is a number too (`count`). Of
    a sum they are the cases and the sum. `known` is False where the numbers are a guess. A cell
    that is not `printed` anywhere, but follows from others, is guarded where it tells of few. A
    `dear` one is withheld where nothing else would do.
    """

    numbers: tuple[float, ...]
    people: People
    count: bool = True
    known: bool = True
    printed: bool = True
    dear: bool = False

    @property
    def size(self) -> float:
        """The number of cases."""
        return sum(self.numbers) if self.count else self.numbers[0]

    @property
    def told(self) -> tuple[dict[int, float], ...]:
        """Its numbers, and the number of its cases where that is their sum."""
        each = [{place: 1.0} for place in range(len(self.numbers))]
        return (*each, dict.fromkeys(range(len(self.numbers)), 1.0)) if self.count else (*each,)

    def secret(self, least: int) -> tuple[dict[int, float], ...]:
        """What must not be worked out of it where it is withheld.

        Of few customers, everything; else the side on which there are few, or the sum that one
        customer may carry. A cell withheld only for the sake of another keeps its smaller side.
        """
        if self.people.customers < least or not self.count:
            return self.told if self.people.customers < least else self.told[1:]
        sides = self.people.sides or ()
        few = tuple({place: 1.0} for place, side in enumerate(sides) if scarce(side))
        return few or ({min(range(len(self.numbers)), key=self.numbers.__getitem__): 1.0},)

    def margin(self, value: float, sum_: Mapping[int, float], *, few: bool) -> float:
        """How far from its value a number of this cell must stay unknown.

        A cell that is withheld only for the sake of another is no secret: it must stay unknown by
        the least number alone.
        """
        counted = self.count or set(sum_) == {0}
        share = SPREAD * value if few or not counted else 0.0
        return max(LEAST, share) if counted else share


@dataclass(frozen=True)
class Total:
    """Cells that add up: to a cell, or to a total that is printed (None)."""

    parts: tuple[Key, ...]
    whole: Key | None = None


@dataclass(frozen=True)
class Table:
    """Everything that is printed together: cells, what they add up to, and what else holds.

    `links` are sums over numbers of cells whose value everybody knows, such as 0 for two numbers
    that are always equal; `orders` are sums that everybody knows not to be below 0.
    """

    cells: Mapping[Key, Cell]
    totals: tuple[Total, ...] = ()
    links: tuple[Sum, ...] = ()
    orders: tuple[Sum, ...] = ()
    least: int = MIN_CUSTOMERS

    @property
    def values(self) -> dict[Part, float]:
        """The value of each number."""
        return {
            (key, place): value
            for key, cell in self.cells.items()
            for place, value in enumerate(cell.numbers)
        }

    def worth(self, key: Key) -> tuple[bool, float, Key]:
        """What is lost where a cell is withheld: the least is given up first."""
        return self.cells[key].dear, self.cells[key].size, key

    def unseen(self, hidden: Iterable[Key]) -> list[Key]:
        """The cells that no reader sees where these are withheld."""
        withheld = set(hidden)
        return [key for key, cell in self.cells.items() if key in withheld or not cell.printed]

    def published(self, hidden: Iterable[Key] = ()) -> list[Sum]:
        """All sums that a reader knows where these cells are withheld."""
        unseen = set(self.unseen(hidden))
        known: list[Sum] = [{part: 1.0} for part in self.values if part[0] not in unseen]
        for total in self.totals:
            width = len(self.cells[total.parts[0]].numbers)
            for place in range(width):
                sum_ = {(key, place): 1.0 for key in total.parts}
                known.append(sum_ | ({(total.whole, place): -1.0} if total.whole else {}))
        return known + list(self.links)


def settled(table: Table) -> Table:
    """Return the table with guesses that agree with all that is known of them.

    Of a cell that is a guess the number of cases is known. The nearest such numbers are taken, by
    the sum of what they are moved by; an order that cannot hold was one by chance. Source: linear
    programming (scipy's HiGHS).
    """
    values = table.values
    open_ = {key for key, cell in table.cells.items() if not cell.known}
    free = {part: i for i, part in enumerate(p for p in values if p[0] in open_)}
    sums: list[Sum] = [
        {(key, place): 1.0 for place in (range(2) if table.cells[key].count else range(1))}
        for key in open_
    ]
    known = [({p: c for p, c in s.items() if p in free}, _value(values, s)) for s in sums]
    for sum_ in table.published(table.cells):
        rest = _value(values, {p: c for p, c in sum_.items() if p not in free})
        known.append(({p: c for p, c in sum_.items() if p in free}, -rest))
    known = [(row, right) for row, right in known if row]
    if not known:
        return table
    n = len(free)
    orders = [sum_ for sum_ in table.orders if any(part in free for part in sum_)]
    width = 3 * n + len(orders)
    matrix, less = np.zeros((len(known) + n, width)), np.zeros((len(orders), width))
    for r, (row, _) in enumerate(known):
        for part, c in row.items():
            matrix[r, free[part]] = c
    matrix[len(known) :, : 3 * n] = np.hstack([np.eye(n), -np.eye(n), np.eye(n)])
    right = [right for _, right in known] + [values[part] for part in free]
    most = np.zeros(len(orders))
    for r, sum_ in enumerate(orders):
        less[r, 3 * n + r] = -1.0
        for part, c in sum_.items():
            if part in free:
                less[r, free[part]] = -c
            else:
                most[r] += c * values[part]
    cost = np.concatenate([np.zeros(n), np.ones(2 * n), np.full(len(orders), DEAR)])
    found = linprog(cost, A_eq=matrix, b_eq=right, A_ub=less, b_ub=most)
    if found.status != SOLVED or found.x is None:
        return table
    cells = {
        key: replace(
            cell, numbers=tuple(float(found.x[free[key, i]]) for i in range(len(cell.numbers)))
        )
        for key, cell in table.cells.items()
        if key in open_
    }
    return replace(table, cells={**table.cells, **cells})


def _value(values: Mapping[Part, float], sum_: Sum) -> float:
    return math.fsum(c * values[part] for part, c in sum_.items())


class Attack:
    """What a reader can work out who knows the values of some sums of numbers, none below 0.

    Of `orders` it knows only that they are not below 0.
    """

    def __init__(
        self, values: Mapping[Part, float], published: Sequence[Sum], orders: Sequence[Sum] = ()
    ) -> None:
        self.values = values
        fixed = {next(iter(sum_)) for sum_ in published if len(sum_) == 1}
        self.free = {part: i for i, part in enumerate(p for p in values if p not in fixed)}
        self.matrix, self.right = self._rows(published)
        less, most = self._rows(orders)
        truth = np.array([values[part] for part in self.free])
        rest = np.array([_value(values, s) for s in self._open(orders)])
        self.less, self.most = -less, np.maximum(rest, 0.0) - most
        near = np.abs(np.vstack([self.matrix, less]))
        _, self.group = connected_components(csr_array(near.T @ near), directed=False)
        self.points = [truth]

    def _open(self, sums: Iterable[Sum]) -> list[Sum]:
        """The sums in which a number is unknown, each once."""
        seen: dict[tuple[frozenset[tuple[Part, float]], float], Sum] = {}
        for sum_ in sums:
            unknown = frozenset((p, c) for p, c in sum_.items() if p in self.free)
            if unknown:
                seen[unknown, round(_value(self.values, sum_), 6)] = sum_
        return list(seen.values())

    def _rows(self, sums: Iterable[Sum]) -> tuple[Floats, Floats]:
        """How often each unknown number counts in each sum, and what these parts come to."""
        rows = self._open(sums)
        matrix = np.zeros((len(rows), len(self.free)))
        for r, sum_ in enumerate(rows):
            for part, c in sum_.items():
                if part in self.free:
                    matrix[r, self.free[part]] = c
        return matrix, matrix @ np.array([self.values[part] for part in self.free])

    def bounds(self, sum_: Sum) -> tuple[float, float]:
        """The least and the greatest value that a sum can have; infinite where nothing bounds it.

        Exact up to the solver's tolerance. Source: linear programming (scipy's HiGHS).
        """
        fixed, cost = self._parted(sum_)
        if not cost.any():
            return fixed, fixed
        near = np.isin(self.group, self.group[cost != 0])
        matrix = self.matrix[:, near]
        held = matrix.any(axis=1)
        less = self.less[:, near]
        under = less.any(axis=1)
        truth = float(self.points[0] @ cost)
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * cost[near],
                A_eq=matrix[held], b_eq=self.right[held],
                A_ub=less[under] if under.any() else None,
                b_ub=self.most[under] if under.any() else None,
            )  # fmt: skip
            ends.append(-sign * math.inf if found.status == UNBOUNDED else truth)
            if found.status == SOLVED and found.fun is not None:
                ends[-1] = sign * float(found.fun)  # what cannot be solved is taken as worked out
                self.points.append(self.points[0].copy())
                self.points[-1][near] = found.x
        return fixed + ends[0], fixed + ends[1]

    def reached(self, sum_: Sum) -> tuple[float, float]:
        """The ends between which a sum is known to range by what was solved so far; no solving."""
        fixed, cost = self._parted(sum_)
        values = np.array(self.points) @ cost
        return fixed + float(values.min()), fixed + float(values.max())

    def _parted(self, sum_: Sum) -> tuple[float, Floats]:
        """What a reader sees of a sum, and how often each unseen number counts in the rest."""
        fixed = math.fsum(c * self.values[p] for p, c in sum_.items() if p not in self.free)
        cost = np.zeros(len(self.free))
        for part, c in sum_.items():
            if part in self.free:
                cost[self.free[part]] = c
        return fixed, cost


def exposed(table: Table, hidden: Iterable[Key]) -> list[Key]:
    """The withheld cells of which a reader can work out a number, within its margin.

    A number is safe where its least possible value is 0, or where both ends are further from it
    than its margin. Of a cell that itself tells of few customers, the greatest number of cases, and
    the greatest sum, must be that far above, too.
    """
    unseen = table.unseen(hidden)
    attack = Attack(table.values, table.published(unseen), table.orders)
    return [
        key
        for key in unseen
        if (table.cells[key].printed or table.cells[key].people.few(table.least))
        and _found(table, attack, key)
    ]


def _found(table: Table, attack: Attack, key: Key) -> bool:
    cell = table.cells[key]
    few = cell.people.few(table.least)
    for told in cell.secret(table.least):
        value = sum(c * cell.numbers[place] for place, c in told.items())
        sum_ = {(key, place): c for place, c in told.items()}
        margin = cell.margin(value, told, few=few) - NUDGE
        above = few and (len(told) > 1 or not cell.count)
        if _near(value, attack.reached(sum_), margin, above=above) and _near(
            value, attack.bounds(sum_), margin, above=above
        ):
            return True
    return False


def _near(value: float, ends: tuple[float, float], margin: float, *, above: bool) -> bool:
    """Whether ends are too close to a value; `above`: the upper one even where the lower is 0."""
    low, high = ends
    too_high = high - value < margin
    return (above and too_high) or (low > NUDGE and (too_high or value - low < margin))


def protect(table: Table) -> frozenset[Key]:
    """The cells to withhold: those of few customers, as many more as it takes, and the unprinted.

    Each round adds, beside every cell that could be worked out, the smallest cell that shares a
    total with it or, where that is not enough, one that a link ties to it. Ends at the latest when
    everything is withheld.
    """
    hidden = set(table.unseen(k for k, c in table.cells.items() if c.people.few(table.least)))
    while True:
        found = _bare_totals(table, hidden) or exposed(table, hidden)
        found = [key for key in found if table.cells[key].printed] or found
        more = {near for key in found if (near := _beside(table, hidden, key)) is not None}
        if not more:
            return frozenset(hidden)
        hidden |= more


def _bare_totals(table: Table, hidden: set[Key]) -> list[Key]:
    """Withheld cells that, taken together, are a number that a total gives away."""
    found = []
    for total in table.totals:
        unseen = [key for key in total.parts if key in hidden and table.cells[key].size]
        if not unseen or len(unseen) == len(total.parts) or total.whole in hidden:
            continue
        people = table.cells[unseen[0]].people
        for key in unseen[1:]:
            people += table.cells[key].people
        lacking = table.cells[unseen[0]].count and any(
            sum(table.cells[key].numbers[place] for key in unseen) > NUDGE
            and sum((table.cells[key].people.sides or (0, 0))[place] for key in unseen)
            < MIN_SIDE - NUDGE
            for place in range(2)
        )  # nobody is known to stand behind a guess
        if len(unseen) == 1 or lacking or people.few(table.least):
            found.append(min(unseen, key=table.worth))
    return found


def _beside(table: Table, hidden: set[Key], key: Key) -> Key | None:
    """The cell to withhold beside one that could be worked out."""
    rows = [total for total in table.totals if key in (*total.parts, total.whole)]
    short = [total for total in rows if _thin(table, hidden, total)] or rows
    near = {one for total in short for one in total.parts}
    for among in chain([near] if short is not rows else [], _tied(table, hidden, key), [near]):
        shown = [one for one in among if one not in hidden and table.cells[one].size]
        if shown:
            return min(shown, key=table.worth)
    wholes = [total.whole for total in rows if total.whole and total.whole not in hidden]
    return wholes[0] if wholes else None


def _tied(table: Table, hidden: set[Key], key: Key) -> Iterator[set[Key]]:
    """The cells that measures tie to a cell, by way of withheld ones; the nearest first."""
    tied: set[Key] = set()
    more = {key}
    while more:
        yield more
        tied |= more
        through = more & hidden | {key}
        more = {
            part[0]
            for link in (*table.links, *table.orders)
            if any(p[0] in through for p in link)
            for part in link
        } - tied  # fmt: skip


def _thin(table: Table, hidden: set[Key], total: Total) -> bool:
    """Whether the withheld cells of a total do not protect each other, by that total alone."""
    unseen = [key for key in total.parts if key in hidden]
    own = Table(
        {key: table.cells[key] for key in total.parts}, (Total(total.parts),), least=table.least
    )
    return bool(_bare_totals(own, set(unseen)) or exposed(own, unseen))


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
    cases = cell is not None and (len(told) > 1 if cell.count else 0 in told)
    return sum(cell.numbers[p] for p in told) if cell and (cell.known or cases) else math.nan


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
