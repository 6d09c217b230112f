"""What every scale can say of pairs, all at once and in the same words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from careaudit.measures import Pair
from careaudit.record import Detectable, Interval
from careaudit.stats.arrays import Floats

Columns = TypeVar("Columns", "Evidence", "Spread")


class Evidence(NamedTuple):
    """What the tests say of pairs; arrays of equal length, p-values unadjusted."""

    u: Floats
    parity: Floats
    within: Floats
    beyond: Floats


class Spread(NamedTuple):
    """u of each pair with its 90 % range for reading, and the low end at its family level."""

    value: Floats
    low: Floats
    high: Floats
    family_low: Floats


class Ranges(NamedTuple):
    """Differences, ratios and ratios of the opposite outcome of several pairs, with ranges."""

    difference: list[Interval]
    ratio: list[Interval]
    other_side: list[Interval | None]


@dataclass(frozen=True)
class Asking:
    """What a question fixes for all its pairs: its scale, and the levels in force."""

    scale: Scale
    alpha: float
    alpha_pass: float
    scope: int = 100

    @property
    def adverse(self) -> bool:
        """True where more of the measure is worse for the customer."""
        return self.scale.adverse


class Scale(Protocol):
    """One question's scale: its limit, and the tests of pairs beside it."""

    @property
    def adverse(self) -> bool:
        """True where more of the measure is worse for the customer."""
        ...

    def test(self, pairs: Sequence[Pair]) -> Evidence:
        """Test pairs on their effective numbers."""
        ...

    def spread(self, pairs: Sequence[Pair], asking: Asking) -> Spread:
        """Return u of pairs with its ranges, by inverting the tests."""
        ...

    def ranges(self, pairs: Sequence[Pair]) -> Ranges:
        """Return the 95 % ranges of differences and ratios."""
        ...

    def errors(self, pairs: Sequence[Pair]) -> Floats:
        """Return the standard error of each gap, in units of its limit."""
        ...

    def tolerated(self, pair: Pair) -> float:
        """Return the tolerated gap of a pair in the measure's unit."""
        ...

    def detectable(self, pairs: Sequence[Pair], asking: Asking) -> list[Detectable]:
        """Return the smallest gap each pair could have shown, and the decisions it needs."""
        ...

    def harmed(self, pair: Pair) -> str:
        """Say which side is worse off: group, reference or none."""
        ...

    def excess(self, pair: Pair) -> float:
        """Return the group's adverse decisions above its comparator's rate; 0 on other scales."""
        ...

    def people(self, pair: Pair) -> Interval:
        """Return the same with its range; empty on scales that count nobody."""
        ...


def by_direction(
    kind: type[Columns], pairs: Sequence[Pair], found: Callable[[list[Pair], bool], Columns]
) -> Columns:
    """Lay columns together that are found apart for pairs with and without `protect`."""
    columns = [np.zeros(len(pairs)) for _ in kind._fields]
    for protect in (False, True):
        chosen = [place for place, pair in enumerate(pairs) if pair.protect == protect]
        if chosen:
            values_of = found([pairs[place] for place in chosen], protect)
            for column, values in zip(columns, values_of, strict=True):
                column[chosen] = values
    return kind(*columns)
