"""What is printed together: cells, who stands behind them, and what they add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
NUDGE = 1e-6


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

    def cases(self, told: Mapping[int, float]) -> bool:
        """Whether some of its numbers, added up, are its cases."""
        return len(told) > 1 if self.count else 0 in told

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
