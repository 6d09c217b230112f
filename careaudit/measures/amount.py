"""Amounts: what customers got, per request, for the money figures beside a rate."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.cells import DECIDED, FAVORABLE, Cell, Quantity, Term, customers, product, total

MINOR = 100
"""Minor units in one unit of money; amounts are summed as whole minor units."""

# A denied request is known to have paid nothing; a granted one counts where its amount is known.
_CASES = Quantity(DECIDED, priced=True)
_AMOUNT = Quantity(FAVORABLE, power=1)
_SQUARE = Quantity(FAVORABLE, power=2)

TERMS: tuple[Term, ...] = (
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
    """Amounts of one group in minor units: requests priced, their sum and sum of squares.

    `customers` and the sums over them are None where the log names no customers.
    """

    n: int
    total: int
    squares: int
    customers: int | None
    aa: int | None
    an: int | None
    nn: int | None


def amounts(cell: Cell, *, clustered: bool) -> Amounts:
    """Read the amounts of a cell."""
    over = (lambda term: cell[term]) if clustered else (lambda _: None)
    return Amounts(
        n=cell[total(_CASES)],
        total=cell[total(_AMOUNT)],
        squares=cell[total(_SQUARE)],
        customers=over(customers(_CASES)),
        aa=over(product(_AMOUNT, _AMOUNT)),
        an=over(product(_AMOUNT, _CASES)),
        nn=over(product(_CASES, _CASES)),
    )
