"""The mean kind: a number that is recorded, over the decisions it is recorded for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from careaudit.carried import SCALE, Column, Level
from careaudit.cells import EVERY, Cell, Histogram, Quantity, Slots, Term, total
from careaudit.conditions import Known, Number
from careaudit.measures.base import TENTH, Gap, Measure, Reading, Seen, Share, Unit, normal
from careaudit.measures.levels import dominance_look, rated
from careaudit.measures.summed import Summed


@dataclass(frozen=True)
class Mean(Measure):
    """The mean of a column over rows of some slots; rows without a number are left out."""

    column: Column = field(kw_only=True)
    cases: Slots = EVERY
    levels: Level | None = None
    unit: Unit = "number"
    limit: Share | Gap = TENTH

    @property
    def _summed(self) -> Summed:
        column = self.column
        return Summed(
            Quantity(self.cases, condition=Number(column.field, column.low, column.high)),
            Quantity(self.cases, power=1, number=column),
            Quantity(self.cases, power=2, number=column),
            round(column.low * SCALE),
        )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        return (*self._summed.terms, total(self._recorded))

    @property
    def _recorded(self) -> Quantity:
        return Quantity(self.cases, condition=Known(self.column.field))

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """The levels behind it, where it is a rating."""
        return (Histogram(self.levels),) if self.levels else ()

    def second_book(self, cell: Cell) -> list[tuple[float, int]]:
        """Ratings, each as it was given."""
        counts, _ = rated(self.levels, cell)
        return [] if counts is None else [(float(rating), int(n)) for rating, n in counts.T]

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:
        """Ratings as a whole: who rates higher."""
        return dominance_look(group, reference)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the mean of a group from its cell."""
        found = self._summed.read(cell, clustered=clustered)
        counts, levels = rated(self.levels, cell)
        m, v = found.m, found.v
        if m is None or v is None:
            return Reading(group, 0, found.customers, 1.0, None, "normal")
        low, high = self.column.low, self.column.high
        # Numbers that are all alike say nothing of how far they could be apart.
        v = v / SCALE**2 if v else math.inf
        return Reading(
            group,
            found.n,
            found.customers,
            found.design_effect,
            lambda deff: normal(m / SCALE, v, deff, low, high),
            "normal",
            counts=counts,
            levels=levels,
            lone=found.lone,
            dominated=found.dominated,
            unusable=1 - found.n / cell[total(self._recorded)],
        )
