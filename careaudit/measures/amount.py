"""The amount kind: what customers got, per request or per grant, and the money figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from careaudit.carried import SIZE_STEP, Size
from careaudit.cells import (
    DECIDED,
    FAVORABLE,
    Bins,
    Cell,
    Histogram,
    Quantity,
    Slots,
    Term,
    customers,
    product,
    total,
)
from careaudit.measures.base import TENTH, Gap, Measure, Reading, Seen, Share, Unit, normal
from careaudit.measures.summed import Summed
from careaudit.stats.amounts import (
    Mean,
    clustered_mean_and_variance,
    mean_and_variance,
    two_part_mean,
)
from careaudit.stats.behind import dominated
from careaudit.stats.parts import Parts, top_share, winsorised

MINOR = 100
"""Minor units in one unit of money; amounts are summed as whole minor units."""

_ALL = Quantity(DECIDED)
_GRANTS = Quantity(FAVORABLE)
_PRICED_GRANTS = Quantity(FAVORABLE, priced=True)
# A denied request is known to have paid nothing; a granted one counts where its amount is known.
_CASES = Quantity(DECIDED, priced=True)
_AMOUNT = Quantity(FAVORABLE, power=1)
_SQUARE = Quantity(FAVORABLE, power=2)
_SIZES = Histogram(Size("amount"), FAVORABLE)

TERMS: tuple[Term, ...] = (
    total(_ALL),
    total(_GRANTS),
    total(_PRICED_GRANTS),
    total(_CASES),
    total(_AMOUNT),
    total(_SQUARE),
    customers(_CASES),
    product(_AMOUNT, _AMOUNT),
    product(_AMOUNT, _CASES),
    product(_CASES, _CASES),
)
"""The sums that money figures need of each cell."""


@dataclass(frozen=True)
class Amounts:
    """Amounts of one group in minor units.

    requests, grants: decisions, and favorable ones. priced: grants whose amount is known. n:
    decisions but for grants of unknown amount; total and squares are sums over them. `customers`
    and the sums over them are None where the log names no customers.
    """

    requests: int
    grants: int
    priced: int
    n: int
    total: int
    squares: int
    customers: int | None = None
    aa: int | None = None
    an: int | None = None
    nn: int | None = None

    @property
    def customer_squares(self) -> int:
        """Sum over customers of their squared amounts; over decisions where none are named."""
        return self.squares if self.aa is None else self.aa

    @property
    def known(self) -> float:
        """Share of the grants whose amount is known; 1 without grants."""
        return self.priced / self.grants if self.grants else 1.0


def amounts(cell: Cell, *, clustered: bool) -> Amounts:
    """Read the amounts of a cell."""
    over = (lambda term: cell[term]) if clustered else (lambda _: None)
    return Amounts(
        requests=cell[total(_ALL)],
        grants=cell[total(_GRANTS)],
        priced=cell[total(_PRICED_GRANTS)],
        n=cell[total(_CASES)],
        total=cell[total(_AMOUNT)],
        squares=cell[total(_SQUARE)],
        customers=over(customers(_CASES)),
        aa=over(product(_AMOUNT, _AMOUNT)),
        an=over(product(_AMOUNT, _CASES)),
        nn=over(product(_CASES, _CASES)),
    )


def carried_by_one(parts: Sequence[Amounts]) -> bool:
    """Return whether one customer may carry so much of what groups got that another can tell.

    A customer may stand in several groups; amounts then add up as lengths do, at most (Minkowski).
    """
    people = max(part.n if part.customers is None else part.customers for part in parts)
    squares = sum(part.customer_squares for part in parts)
    if len(parts) > 1 and parts[0].customers is not None:
        squares = sum(1 + math.isqrt(part.customer_squares) for part in parts) ** 2
    return dominated(sum(part.total for part in parts), squares, people)


MIN_AMOUNTS = 50
"""Known amounts a mean needs (methods 3: coverage of its range)."""
UNEVEN_AMOUNTS = 0.05
"""Amounts known this much more often in one group say nothing of the others."""
HEAVY = 0.25
"""Share of all money in the top 1 % of grants from which on a mean rests on a few of them."""


class MeanAmount(NamedTuple):
    """A mean in minor units, its variance if requests are independent, and its design effect."""

    m: float
    v: float
    design_effect: float


def per_request(found: Amounts) -> MeanAmount | None:
    """Mean per request with zeros (methods 3), None where too little is known."""
    if found.priced < MIN_AMOUNTS or (found.customers or 2) < 2:
        return None
    alone = mean_and_variance(found.n, found.total, found.squares)
    deff = 1.0
    if found.customers is not None:
        clustered = clustered_mean_and_variance(
            found.n,
            found.total,
            customers=found.customers,
            nn=found.nn or 0,
            an=found.an or 0,
            aa=found.aa or 0,
        )
        deff = clustered.v / alone.v if alone.v else 1.0
    if found.priced == found.grants:
        return MeanAmount(alone.m, alone.v, deff)
    two = two_part_mean(found.requests, found.grants, found.priced, found.total, found.squares)
    return MeanAmount(two.m, two.v, max(1.0, deff))


def two_parts(found: Amounts, design_effect: float) -> Parts:
    """The share of requests that are granted and the mean grant, with their variances."""
    p, size = found.grants / found.requests, mean_and_variance(
        found.priced, found.total, found.squares
    )  # fmt: skip
    v_p = p * (1 - p) / found.requests
    return Parts(p, v_p * design_effect, size.m, size.v * design_effect)


@dataclass(frozen=True)
class Amount(Measure):
    """Money per request, refusals counting as none, or per grant."""

    granted: bool = False
    cases: Slots = DECIDED
    unit: Unit = "money"
    limit: Share | Gap = TENTH

    @property
    def _grants(self) -> Summed:
        return Summed(_PRICED_GRANTS, _AMOUNT, _SQUARE)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        return (*TERMS, *(self._grants.terms if self.granted else ()))

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """Amounts granted, by size: how much of the money rests on a few."""
        return (_SIZES,)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the mean of a group from its cell."""
        found = amounts(cell, clustered=clustered)
        n = found.priced if self.granted else found.requests
        people = cell[customers(_PRICED_GRANTS if self.granted else _CASES)] if clustered else n
        mean = self._mean(cell, found, clustered=clustered)
        nothing = Reading(group, n, people, 1.0, None, "normal")
        if mean is None:
            return nothing
        # Amounts that are all alike say nothing of how far they could be apart.
        v = mean.v / MINOR**2 if mean.v else math.inf
        tail = _cut(cell.bins(_SIZES), found, per_grant=self.granted)
        return Reading(
            group,
            n,
            people,
            max(mean.design_effect, 1.0),
            lambda deff: normal(mean.m / MINOR, v, deff, 0.0),
            "normal",
            also=(lambda deff: normal(tail.m, tail.v, deff, 0.0)) if tail else None,
            known_share=found.known,
            dominated=dominated(found.total, found.customer_squares, people),
            lone=clustered and people <= 1,
        )

    def _mean(self, cell: Cell, found: Amounts, *, clustered: bool) -> MeanAmount | None:
        if not self.granted:
            return per_request(found)
        own = self._grants.read(cell, clustered=clustered)
        if own.m is None or own.v is None or own.n < MIN_AMOUNTS:
            return None
        return MeanAmount(own.m, own.v, own.design_effect)

    def settle(self, seen: Sequence[Seen]) -> tuple[Seen, ...]:
        """Leave out groups whose amounts are known more or less often than the largest group's."""
        groups = [one for one in seen if isinstance(one, Reading)]
        usual = max(groups, key=lambda one: one.n).known_share if groups else 1.0
        return tuple(
            replace(one, at_=None) if abs(one.known_share - usual) > UNEVEN_AMOUNTS else one
            for one in groups
        )


def _cut(bins: Bins, found: Amounts, *, per_grant: bool) -> Mean | None:
    """The mean with the largest 1 % of amounts cut to the next one; None without a heavy tail."""
    sizes = sorted({code for _, code in bins})
    if not sizes:
        return None
    codes = range(sizes[0], sizes[-1] + 1)
    counts = np.zeros(len(codes))
    for (_, code), n in bins.items():
        counts[code - sizes[0]] += n
    edges = SIZE_STEP ** (np.arange(sizes[0], sizes[-1] + 2) - 0.5)
    if float(top_share(edges, counts)) <= HEAVY:
        return None
    size = winsorised(edges, counts)
    if per_grant:
        return size
    p = found.grants / found.requests
    return Mean(p * size.m, size.m**2 * p * (1 - p) / found.requests + p**2 * size.v)
