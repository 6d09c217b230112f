"""What a reader can work out: the bounds of every withheld number, by linear programming."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from careaudit.disclosure.cells import NUDGE, Key, Part, Sum, Table

Floats = NDArray[np.float64]
DEAR = 100.0
"""How much worse an order that is broken is than a guess that is moved."""
SOLVED, UNBOUNDED = 0, 3
"""What the solver says of a problem (scipy.optimize.linprog)."""


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

    A number is safe where its least possible value is 0, and not its greatest, or where both ends
    are further from it than its margin. Of a cell that itself tells of few customers, the greatest
    number of cases, and the greatest sum, must be that far above, too; but how many there are is no
    secret where a number that is printed of the same customers says so.
    """
    unseen = table.unseen(hidden)
    attack = Attack(table.values, table.published(unseen), table.orders)
    alone = replace(table, totals=(), orders=())
    printed = Attack(table.values, alone.published(unseen))
    return [
        key
        for key in unseen
        if (table.cells[key].printed or table.cells[key].people.few(table.least))
        and _found(table, attack, printed, key)
    ]


def _found(table: Table, attack: Attack, printed: Attack, key: Key) -> bool:
    cell = table.cells[key]
    few = cell.people.few(table.least)
    for told in cell.secret(table.least):
        value = sum(c * cell.numbers[place] for place, c in told.items())
        sum_ = {(key, place): c for place, c in told.items()}
        margin = cell.margin(value, told, few=few) - NUDGE
        above = few and (len(told) > 1 or not cell.count)
        if (
            _near(value, attack.reached(sum_), margin, above=above)
            and _near(value, attack.bounds(sum_), margin, above=above)
            and not (cell.cases(told) and _pinned(printed.bounds(sum_)))
        ):
            return True
    return False


def _near(value: float, ends: tuple[float, float], margin: float, *, above: bool) -> bool:
    """Whether ends are too close to a value; `above`: the upper one even where the lower is 0."""
    low, high = ends
    too_high = high - value < margin
    return _pinned(ends) or (
        (above and too_high) or (low > NUDGE and (too_high or value - low < margin))
    )


def _pinned(ends: tuple[float, float]) -> bool:
    return ends[1] - ends[0] < NUDGE


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
