"""Error rates where every adverse decision has a label and favorable ones a random audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from careaudit.cells import (
    ADVERSE,
    DECIDED,
    DUE,
    FAVORABLE,
    UNDUE,
    Cell,
    Quantity,
    Slots,
    Term,
    customers,
    product,
    total,
)
from careaudit.measures.base import Gap, Measure, Reading, Share, Unit
from careaudit.measures.rate import CURVE
from careaudit.stats.arrays import Estimate, two_sided_z
from careaudit.stats.clustering import Moments, design_effect
from careaudit.stats.labels import audited_tpr
from careaudit.stats.tolerance import Tolerance


@dataclass(frozen=True)
class AuditedRate(Measure):
    """Cases of one truth that got the adverse decision, or the favorable one, of all of them.

    The cases among favorable decisions are worked out from their audit (methods 2).
    """

    truth: Literal["due", "undue"] = field(kw_only=True)
    cases: Slots = DECIDED
    unit: Unit = "share"
    limit: Share | Gap | Tolerance = CURVE

    @property
    def _counts(self) -> tuple[Quantity, Quantity, Quantity, Quantity]:
        """True cases refused, all granted, audited among them, and true ones among these."""
        true = DUE if self.truth == "due" else UNDUE
        return (
            Quantity(ADVERSE & true),
            Quantity(FAVORABLE),
            Quantity(FAVORABLE & (DUE | UNDUE)),
            Quantity(FAVORABLE & true),
        )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        every, caught = Quantity(DECIDED), self._counts[0]
        return (
            *(total(quantity) for quantity in self._counts), total(every), customers(every),
            product(every, every), product(caught, every), product(caught, caught),
        )  # fmt: skip

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the rate of a group from its cell."""
        every, caught = Quantity(DECIDED), self._counts[0]
        a, unflagged, m, y = (cell[total(quantity)] for quantity in self._counts)
        n = cell[total(every)]
        people = cell[customers(every)] if clustered else n
        deff = 1.0
        if clustered and n:
            moments = Moments(
                people, cell[product(every, every)], cell[product(caught, every)],
                cell[product(caught, caught)],
            )  # fmt: skip
            deff = design_effect(n, a, moments) or float(n)

        def at(by: float) -> Estimate:
            found = audited_tpr(a / by, unflagged / by, y / by, m / by)
            value, low, high = (np.asarray(v) for v in (found.value, found.low, found.high))
            if self.truth == "undue":  # asked is what was let through
                value, low, high = 1 - value, 1 - high, 1 - low
            return Estimate(value, low, high, (high - low) / (2 * two_sided_z(0.95)))

        known = m > 0 and a + y > 0
        return Reading(
            group, n, people, max(deff, 1.0), at if known else None, "mover",
            lone=clustered and people <= 1,
        )  # fmt: skip
