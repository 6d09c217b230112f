"""Amounts: what customers got, per request, for the money figures beside a rate."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.cells import DECIDED, FAVORABLE, Cell, Quantity, Term, customers, product, total

MINOR = 100
"""Minor units in one unit of money; amounts are summed as whole minor units."""

_ALL = Quantity(DECIDED)
_GRANTS = Quantity(FAVORABLE)
_PRICED_GRANTS = Quantity(FAVORABLE, priced=True)
# A denied request is known to have paid nothing; a granted one counts where its amount is known.
_CASES = Quantity(DECIDED, priced=True)
_AMOUNT = Quantity(FAVORABLE, power=1)
_SQUARE = Quantity(FAVORABLE, power=2)

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
