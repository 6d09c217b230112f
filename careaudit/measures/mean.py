"""The mean kind: a number that is recorded, over the decisions it is recorded for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from careaudit.carried import SCALE, Column, Level
from careaudit.cells import (
    EVERY,
    Cell,
    Histogram,
    Quantity,
    Slots,
    Term,
    customers,
    product,
    total,
)
from careaudit.conditions import Number
from careaudit.measures.base import Gap, Measure, Reading, Seen, Share, Unit, normal
from careaudit.measures.levels import dominance_look, rated
from careaudit.stats.amounts import clustered_mean_and_variance, mean_and_variance

TENTH = Share(0.10)


@dataclass(frozen=True)
class Mean(Measure):
    """The mean of a column over rows of some slots; rows without a number are left out."""

    column: Column = field(kw_only=True)
    cases: Slots = EVERY
    levels: Level | None = None
    unit: Unit = "number"
    limit: Share | Gap = TENTH

    @property
    def asks_every_row(self) -> bool:
        """Whether it counts rows on neither side of the decision."""
        return self.cases == EVERY

    @property
    def _n(self) -> Quantity:
        column = self.column
        return Quantity(self.cases, condition=Number(column.field, column.low, column.high))

    @property
    def _sums(self) -> tuple[Quantity, Quantity]:
        return (
            Quantity(self.cases, power=1, number=self.column),
            Quantity(self.cases, power=2, number=self.column),
        )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        n, (a, squares) = self._n, self._sums
        return (
            total(n), total(a), total(squares),
            customers(n), product(n, n), product(a, n), product(a, a),
        )  # fmt: skip

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """The levels behind it, where it is a rating."""
        return (Histogram(self.levels),) if self.levels else ()

    def second_book(self, cell: Cell) -> list[tuple[float, int]]:
        """Ratings by level."""
        return [*rated(self.levels, cell)[1]]

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:
        """Ratings as a whole: who rates higher."""
        return dominance_look(group.counts, reference.counts)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the mean of a group from its cell."""
        n, (a, squares) = self._n, self._sums
        count, sum_ = cell[total(n)], cell[total(a)]
        people = cell[customers(n)] if clustered else count
        counts, levels = rated(self.levels, cell)
        if not count:
            return Reading(group, 0, people, 1.0, None, "normal")
        low = round(self.column.low * SCALE)  # sums of what lies above the least, never negative
        up = sum_ - count * low
        alone = mean_and_variance(count, up, cell[total(squares)] - 2 * low * sum_ + count * low**2)
        deff = 1.0
        if clustered:
            deff = float(count)
        if clustered and people > 1:
            nn, an = cell[product(n, n)], cell[product(a, n)]
            found = clustered_mean_and_variance(
                count, up, customers=people, nn=nn, an=an - low * nn,
                aa=cell[product(a, a)] - 2 * low * an + low**2 * nn,
            )  # fmt: skip
            deff = found.v / alone.v if alone.v else nn / count
        return Reading(
            group,
            count,
            people,
            max(deff, 1.0) if clustered else 1.0,
            lambda deff: normal(
                (alone.m + low) / SCALE, alone.v / SCALE**2, deff, self.column.low, self.column.high
            ),
            "normal",
            counts=counts,
            levels=levels,
            lone=clustered and people <= 1,
        )
