"""Cells: the sums of one crossing of groups, and how sums add.

A `Quantity` is a number each decision carries: 1 if its slot is counted, its amount, or another
number. A `Term` is a sum of quantities, over decisions or over customers; a `Histogram` counts
decisions by a rounded number. Measures declare what they need, the engine fills it in one scan,
and nothing after that ever sees a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from careaudit import carried, conditions
from careaudit.carried import Binned, Number
from careaudit.conditions import Condition


class Slot(StrEnum):
    """What a decision was, crossed with what its label says it should have been.

    `due` means that the favorable decision was due to the customer, `undue` that it was not.
    `undecided` rows are on neither side; only measures that ask about every row count them.
    """

    FAVORABLE_DUE = "favorable_due"
    FAVORABLE_UNDUE = "favorable_undue"
    FAVORABLE_UNLABELLED = "favorable_unlabelled"
    ADVERSE_DUE = "adverse_due"
    ADVERSE_UNDUE = "adverse_undue"
    ADVERSE_UNLABELLED = "adverse_unlabelled"
    UNDECIDED = "undecided"


Slots = frozenset[Slot]
FAVORABLE: Slots = frozenset(slot for slot in Slot if slot.startswith("favorable"))
ADVERSE: Slots = frozenset(slot for slot in Slot if slot.startswith("adverse"))
DUE: Slots = frozenset(slot for slot in Slot if slot.endswith("_due"))
UNDUE: Slots = frozenset(slot for slot in Slot if slot.endswith("_undue"))
LABELLED: Slots = DUE | UNDUE
DECIDED: Slots = FAVORABLE | ADVERSE
EVERY: Slots = frozenset(Slot)


@dataclass(frozen=True)
class Quantity:
    """A number each decision carries: its amount to a power where its slot counts, else 0.

    With `power` 0 it counts decisions. With power 1 or 2 it sums amounts in minor units, or their
    squares, over decisions whose amount is known; `priced` counts only those decisions.
    `condition` counts only decisions of which it holds; it goes with power 0. With `number` the
    powers are of that number, in its own whole units, in place of the amount.
    """

    slots: Slots
    power: Literal[0, 1, 2] = 0
    priced: bool = False
    condition: Condition | None = None
    number: Number | None = None

    @property
    def key(self) -> str:
        """A short name, unique among quantities, fit for a column."""
        number = sum(1 << place for place, slot in enumerate(Slot) if slot in self.slots)
        held = f"_{conditions.key(self.condition)}" if self.condition else ""
        held += f"_{carried.key(self.number)}" if self.number else ""
        return f"q{number}{'p' if self.priced else ''}{'a' * self.power}{held}"


@dataclass(frozen=True)
class Term:
    """A sum that adds over disjoint parts.

    total: the sum of `first` over decisions. customers: the customers whose `first` is not zero.
    product: the sum over customers of (their `first`) x (their `second`); like customers it adds
    only over parts that share no customer (methods 0).
    """

    kind: Literal["total", "customers", "product"]
    first: Quantity
    second: Quantity | None = None

    @property
    def key(self) -> str:
        """A short name, unique among terms."""
        other = f"_{self.second.key}" if self.second else ""
        return f"{self.kind}_{self.first.key}{other}"


def total(quantity: Quantity) -> Term:
    """Sum of a quantity over decisions."""
    return Term("total", quantity)


def customers(quantity: Quantity) -> Term:
    """Number of customers who carry a quantity."""
    return Term("customers", quantity)


def product(first: Quantity, second: Quantity) -> Term:
    """Sum over customers of the product of two of their totals; the order does not matter."""
    low, high = sorted((first, second), key=lambda quantity: quantity.key)
    return Term("product", low, high)


@dataclass(frozen=True)
class Histogram:
    """Decisions of some slots, counted by slot and by a rounded number; adds over all parts."""

    binned: Binned
    slots: Slots = EVERY

    @property
    def key(self) -> str:
        """A short name, unique among histograms."""
        number = sum(1 << place for place, slot in enumerate(Slot) if slot in self.slots)
        return f"h{number}_{carried.key(self.binned)}"


Bins = Mapping[tuple[Slot, int], int]
"""Decisions by slot and by code, a whole number that `Binned` explains."""


class Cell(dict[Term, int]):
    """The terms of one group, and its histograms."""

    def __init__(
        self, terms: Mapping[Term, int], histograms: Mapping[Histogram, Bins] | None = None
    ) -> None:
        super().__init__(terms)
        self.histograms = histograms or {}

    def bins(self, histogram: Histogram) -> Bins:
        """The counts of one histogram; empty where nothing fell into it."""
        return self.histograms.get(histogram, {})


Group = tuple[str | None, ...]
"""The values of a crossing, in the order of its segments; None where one is not recorded."""


@dataclass(frozen=True)
class Cells:
    """The cells of one crossing: for each combination of groups, the value of each term.

    `segments` names the crossing (empty: everything in one cell). Values are exact integers.
    """

    segments: tuple[str, ...]
    terms: tuple[Term, ...]
    table: Mapping[Group, tuple[int, ...]]
    histograms: Mapping[Histogram, Mapping[Group, Bins]] = field(default_factory=dict)

    def cell(self, group: Group) -> Cell:
        """Return the sums of one group; an absent group is all zeros, which is a count, not a
        guess.
        """
        values = self.table.get(group, (0,) * len(self.terms))
        bins = {one: by[group] for one, by in self.histograms.items() if group in by}
        return Cell(dict(zip(self.terms, values, strict=True)), bins)

    def merge(self, other: Cells) -> Cells:
        """Add the cells of another part of the log, cell by cell.

        Exact for totals always, for customers and products where the parts share no customer.
        Raises ValueError if the two were not summed for the same crossing and terms.
        """
        if (self.segments, self.terms) != (other.segments, other.terms):
            msg = f"cells of {other.segments} do not add to cells of {self.segments}"
            raise ValueError(msg)
        if set(self.histograms) != set(other.histograms):
            msg = f"cells of {self.segments} have other histograms"
            raise ValueError(msg)
        bins = {
            one: _added_bins([by, other.histograms[one]]) for one, by in self.histograms.items()
        }
        return Cells(self.segments, self.terms, _added([self.table, other.table]), bins)

    def roll_up(self, segments: tuple[str, ...]) -> Cells:
        """Sum away every segment but `segments`; keeps totals and histograms, which survive it."""
        places = [self.segments.index(name) for name in segments]
        keep = [place for place, term in enumerate(self.terms) if term.kind == "total"]
        parts = [
            {tuple(group[place] for place in places): tuple(values[place] for place in keep)}
            for group, values in self.table.items()
        ]
        bins = {
            one: _added_bins(
                {tuple(group[place] for place in places): found} for group, found in by.items()
            )
            for one, by in self.histograms.items()
        }
        return Cells(segments, tuple(self.terms[place] for place in keep), _added(parts), bins)


def _added(parts: Iterable[Mapping[Group, tuple[int, ...]]]) -> dict[Group, tuple[int, ...]]:
    table: dict[Group, tuple[int, ...]] = {}
    for part in parts:
        for group, values in part.items():
            seen = table.get(group)
            table[group] = (
                tuple(a + b for a, b in zip(seen, values, strict=True)) if seen else values
            )
    return table


def added(cells: Iterable[Cell]) -> Cell:
    """Add the cells of several groups that share no customer."""
    terms: Counter[Term] = Counter()
    bins: dict[Histogram, Counter[tuple[Slot, int]]] = {}
    for cell in cells:
        terms.update(cell)
        for one, found in cell.histograms.items():
            bins.setdefault(one, Counter()).update(found)
    return Cell(terms, bins)


def _added_bins(parts: Iterable[Mapping[Group, Bins]]) -> dict[Group, Bins]:
    table: dict[Group, Counter[tuple[Slot, int]]] = {}
    for part in parts:
        for group, found in part.items():
            table.setdefault(group, Counter()).update(found)
    return {group: dict(found) for group, found in table.items()}
