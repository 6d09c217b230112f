"""The net score of a rating: who would recommend less who would not (methods 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from careaudit.carried import Level
from careaudit.cells import EVERY, Cell, Histogram, Quantity, Slots, Term, customers, product, total
from careaudit.conditions import Known, Number
from careaudit.measures.base import Gap, Measure, Reading, Seen, Share, Unit
from careaudit.measures.levels import dominance_look, rated
from careaudit.measures.summed import spread
from careaudit.stats.ordinal import net_promoters

TEN_POINTS = Gap(10.0)


@dataclass(frozen=True)
class NetScore(Measure):
    """100 x (promoters - detractors) / ratings, from -100 to 100."""

    levels: Level = field(kw_only=True)
    promoters: tuple[int, int] = (9, 10)
    detractors: tuple[int, int] = (0, 6)
    cases: Slots = EVERY
    unit: Unit = "points"
    limit: Share | Gap = TEN_POINTS

    def _among(self, low: int, high: int) -> Quantity:
        return Quantity(self.cases, condition=Number(self.levels.field, low, high))

    @property
    def _parts(self) -> tuple[Quantity, Quantity, Quantity]:
        """Ratings, promoters and detractors."""
        return (
            self._among(self.levels.low, self.levels.high),
            self._among(*self.promoters),
            self._among(*self.detractors),
        )

    @property
    def _recorded(self) -> Quantity:
        return Quantity(self.cases, condition=Known(self.levels.field))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        n, p, d = self._parts
        return (
            total(n), total(p), total(d), customers(n),
            product(n, n), product(p, n), product(d, n),
            product(p, p), product(p, d), product(d, d), total(self._recorded),
        )  # fmt: skip

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """Ratings by level."""
        return (Histogram(self.levels, self.cases),)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the net score of a group from its cell."""
        n, p, d = self._parts
        count, up, down = cell[total(n)], cell[total(p)], cell[total(d)]
        counts, levels = rated(self.levels, cell)
        # Each rating as 2, 1 or 0: a promoter, neither, a detractor.
        nn = cell[product(n, n)]
        net = cell[product(p, n)] - cell[product(d, n)]
        aa = cell[product(p, p)] - 2 * cell[product(p, d)] + cell[product(d, d)]
        found = spread(
            count,
            up - down + count,
            up + down + 2 * (up - down) + count,
            (cell[customers(n)], nn, net + nn, aa + 2 * net + nn) if clustered else None,
        )
        return Reading(
            group,
            count,
            found.customers,
            found.design_effect,
            (lambda deff: net_promoters(up / deff, down / deff, count / deff)) if count else None,
            "adjusted_wald",
            counts=counts,
            levels=levels,
            lone=found.lone,
            dominated=found.dominated,
            unusable=1 - count / recorded if (recorded := cell[total(self._recorded)]) else 0.0,
        )

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:
        """Ratings as a whole: who rates higher."""
        return dominance_look(group, reference)
