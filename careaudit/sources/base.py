"""What a source answers: the cells of every crossing asked for, and where each row went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from careaudit.cells import Cell, Cells, Group, Histogram, Quantity, Term
from careaudit.plan import Plan
from careaudit.record import Input, Join, Quality
from careaudit.stats.clustering import Overlap


@dataclass(frozen=True)
class Request:
    """What is wanted of a log: the plan, the sums, the crossings, and the day of the audit.

    `every_row` uses rows on neither side of the decision, too. `strata` are columns by which
    crossings may divide the rows further, under the name that `stratum` gives them; such a
    crossing has totals only, and is left out where a column has too many values.
    """

    plan: Plan
    terms: tuple[Term, ...]
    crossings: tuple[tuple[str, ...], ...]
    as_of: date
    every_row: bool = False
    strata: tuple[str, ...] = ()
    histograms: tuple[Histogram, ...] = ()


def stratum(column: str) -> str:
    """The name of a column's strata in a crossing, which no segment can have."""
    return f"*{column}"


Overlaps = Mapping[tuple[Group, Group], Overlap]
Common = Callable[[tuple[str, ...], Quantity, Quantity], Overlaps]
Union = Callable[[tuple[str, ...], frozenset[Group]], Cell]


@dataclass(frozen=True)
class Scan:
    """The answer: cells by crossing, and the accounts of all rows.

    `crossings` always holds `()`, everybody in one cell. `excluded` counts rows by reason and
    rows_read = rows_used + its sum. `customers` is None where the log names none. `union` sums
    several groups of a crossing as one, each customer once: what adding cells cannot do. `common`
    sums over the customers of every two groups what they carry of two quantities in either.
    """

    crossings: Mapping[tuple[str, ...], Cells]
    rows_read: int
    rows_used: int
    excluded: Mapping[str, int]
    unknown: Mapping[str, int]
    customers: int | None
    first_day: date | None
    last_day: date | None
    inputs: tuple[Input, ...]
    joins: tuple[Join, ...] = ()
    quality: tuple[Quality, ...] = field(default=())
    union: Union | None = None
    common: Common | None = None


class Source(Protocol):
    """Where rows live. Only sums leave it."""

    def scan(self, request: Request) -> Scan:
        """Sum the log once; DataError if it cannot be audited as the plan says."""
        ...
