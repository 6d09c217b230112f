"""The rate kind: events among cases, both counted by slot."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.cells import Cell, Quantity, Slots, Term, customers, product, total
from careaudit.measures.base import Measure, Sample
from careaudit.stats.clustering import Moments


@dataclass(frozen=True)
class Rate(Measure):
    """A share: decisions in `events` among decisions in `cases`; events are part of the cases."""

    events: Slots = frozenset()
    cases: Slots = frozenset()

    def __post_init__(self) -> None:
        """Refuse a rate whose events are not among its cases."""
        if not self.events < self.cases:
            msg = f"{self.name}: events are not a part of the cases"
            raise ValueError(msg)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums this measure needs of each cell."""
        n, x = Quantity(self.cases), Quantity(self.events)
        return (total(n), total(x), customers(n), product(n, n), product(x, n), product(x, x))

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Sample:
        """Read the sample of a group from its cell; `clustered` where customers are named."""
        n, x = Quantity(self.cases), Quantity(self.events)
        moments = Moments(
            customers=cell[customers(n)],
            nn=cell[product(n, n)],
            xn=cell[product(x, n)],
            xx=cell[product(x, x)],
        )
        return Sample(group, cell[total(n)], cell[total(x)], moments if clustered else None)
