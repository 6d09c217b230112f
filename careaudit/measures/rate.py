"""The rate kind: events among cases, both counted by slot and by condition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from careaudit.carried import Level
from careaudit.cells import (
    DECIDED,
    Cell,
    Histogram,
    Quantity,
    Slot,
    Slots,
    Term,
    customers,
    product,
    total,
)
from careaudit.conditions import Condition, Either, both, no_answer
from careaudit.measures.base import Measure, Sample, Seen, Unit
from careaudit.measures.levels import dominance_look, rated
from careaudit.stats.clustering import Moments
from careaudit.stats.tolerance import Tolerance

CURVE = Tolerance()


@dataclass(frozen=True)
class Rate(Measure):
    """A share: decisions in `events` among decisions in `cases`; events are part of the cases.

    `of` narrows the cases to decisions of which it holds, `when` the events among them. With
    `levels` the ratings behind it are counted too, for its picture and its second look. `bounded`
    where its labels were picked in a way for which bounds have to answer.
    """

    events: Slots = frozenset()
    cases: Slots = frozenset()
    of: Condition | None = None
    when: Condition | None = None
    levels: Level | None = None
    bounded: bool = False
    unit: Unit = "share"
    limit: Tolerance = CURVE

    def __post_init__(self) -> None:
        """Refuse a rate whose events are not a part of its cases."""
        if not self.events <= self.cases or (self.events == self.cases and self.when is None):
            msg = f"{self.name}: events are not a part of the cases"
            raise ValueError(msg)

    @property
    def sizes(self) -> tuple[Quantity, Quantity]:
        """What counts its cases, and what counts its events."""
        held = both(*(part for part in (self.of, self.when) if part)) if self.when else self.of
        return Quantity(self.cases, condition=self.of), Quantity(self.events, condition=held)

    @property
    def book(self) -> tuple[tuple[Quantity, Quantity], ...]:
        """The same by slot, for the second book: cases, and the events among them."""
        n, x = self.sizes
        return tuple(
            (replace(n, slots=one), replace(x, slots=one & self.events))
            for one in (frozenset({slot}) for slot in Slot if slot in self.cases)
        )

    @property
    def _odd(self) -> Quantity | None:
        """Rows of which a field that it reads holds no answer."""
        found = no_answer([part for part in (self.of, self.when) if part])
        return Quantity(self.cases, condition=Either((*found.values(),))) if found else None

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """The ratings behind it, where it has any."""
        return (Histogram(self.levels),) if self.levels else ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums this measure needs of each cell."""
        n, x = self.sizes
        odd = (total(self._odd),) if self._odd else ()
        return (total(n), total(x), customers(n), product(n, n), product(x, n), product(x, x), *odd)

    def second_book(self, cell: Cell) -> list[tuple[float, int]]:
        """Events as 1 and other cases as 0, counted slot by slot."""
        found = []
        for cases, events in self.book:
            x = cell[total(events)] if events.slots else 0
            found += [(1.0, x), (0.0, cell[total(cases)] - x)]
        return found

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:
        """Ratings as a whole: who rates higher."""
        return dominance_look(group, reference)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Sample:
        """Read the sample of a group from its cell; `clustered` where customers are named."""
        n, x = self.sizes
        moments = Moments(
            customers=cell[customers(n)],
            nn=cell[product(n, n)],
            xn=cell[product(x, n)],
            xx=cell[product(x, x)],
        )
        counts, levels = rated(self.levels, cell)
        sample = Sample(
            group, cell[total(n)], cell[total(x)], moments if clustered else None, counts, levels
        )
        odd = cell[total(self._odd)] if self._odd else 0
        sample = replace(sample, unusable=odd / (odd + sample.n) if odd else 0.0)
        return replace(sample, ends=_ends(self, cell)) if self.bounded else sample


def _ends(rate: Rate, cell: Cell) -> tuple[tuple[int, int], ...]:
    """Events and cases if the favorable decision was due in no unlabelled case, and in all.

    Source: Manski 1989.
    """

    def counted(slots: Slots, due: str) -> int:
        return sum(
            cell[total(Quantity(frozenset({slot})))]
            for slot in DECIDED
            if Slot(str(slot).replace("unlabelled", due)) in slots
        )

    return tuple((counted(rate.events, due), counted(rate.cases, due)) for due in ("undue", "due"))
