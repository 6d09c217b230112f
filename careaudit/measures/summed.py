"""Sums of a number over some rows: its mean, and how alike one customer's numbers are."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.cells import Cell, Quantity, Term, customers, product, total
from careaudit.stats.amounts import clustered_mean_and_variance, mean_and_variance
from careaudit.stats.behind import dominated


@dataclass(frozen=True)
class Spread:
    """What the sums of a group say, in the number's whole units.

    m and v: the mean and the variance that it has if rows are independent, both None without
    rows. `lone`: all rows are one customer's, so that no design effect can be told. `dominated`:
    one customer may carry so much of the sum that another could work it out.
    """

    n: int
    customers: int
    m: float | None
    v: float | None
    design_effect: float = 1.0
    lone: bool = False
    dominated: bool = False


@dataclass(frozen=True)
class Summed:
    """The rows that count, their sum and the sum of their squares; `low` is the least number."""

    n: Quantity
    a: Quantity
    squares: Quantity
    low: int = 0

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        n, a = self.n, self.a
        return (
            total(n), total(a), total(self.squares),
            customers(n), product(n, n), product(a, n), product(a, a),
        )  # fmt: skip

    def read(self, cell: Cell, *, clustered: bool) -> Spread:
        """Read a group's sums from its cell; `clustered` where customers are named."""
        n, a = self.n, self.a
        return spread(
            cell[total(n)],
            cell[total(a)],
            cell[total(self.squares)],
            (cell[customers(n)], cell[product(n, n)], cell[product(a, n)], cell[product(a, a)])
            if clustered
            else None,
            self.low,
        )


def spread(
    n: int, sum_: int, squares: int, moments: tuple[int, int, int, int] | None, low: int = 0
) -> Spread:
    """Return the spread of n numbers of at least `low`.

    moments: customers, and their sums of n_i^2, a_i n_i and a_i^2; None where none are named.
    """
    people = moments[0] if moments else n
    if not n:
        return Spread(0, people, None, None)
    # Sums of what lies above the least number are never negative.
    alone = mean_and_variance(n, sum_ - n * low, squares - 2 * low * sum_ + n * low**2)
    m = alone.m + low
    one = dominated(sum_, moments[3] if moments else squares, people)
    if moments is None:
        return Spread(n, n, m, alone.v, dominated=one)
    _, nn, an, aa = moments
    if people <= 1:
        return Spread(n, people, m, alone.v, float(n), lone=True, dominated=one)
    found = clustered_mean_and_variance(
        n, sum_ - n * low, customers=people, nn=nn, an=an - low * nn,
        aa=aa - 2 * low * an + low**2 * nn,
    )  # fmt: skip
    deff = max(found.v / alone.v if alone.v else nn / n, 1.0)
    return Spread(n, people, m, alone.v, deff, dominated=one)
