"""Who stands behind a number that is published: how many at least, and whether one dominates.

Both are told from sums over customers alone, and err on the side of hiding (methods 13).
"""

from __future__ import annotations

LEAST = 3
"""Fewer customers than this can work out each other's part of any sum."""


def effective_number(total: int, squares: int) -> float:
    """Return Kish's effective number: customers behind a total are at least so many.

    total: sum of the customers' counts; squares: sum of their squares. 0 for none. Source: Kish
    1965; Cauchy's inequality.
    """
    return total**2 / squares if squares else 0.0


def dominated(total: int, squares: int, customers: int) -> bool:
    """Return whether one customer may carry so much of a sum that another could work it out.

    The p% rule, p = 15 %: total - largest - second < 0.15 largest. No customer's amount is known
    here: since largest^2 + second^2 <= squares, it cannot be where total^2 >= (1.15^2 + 1)
    squares, and may be elsewhere. Amounts are whole units of at least 0; squares is the sum over
    customers of (their total)^2. Source: Willenborg & de Waal 2001.
    """
    if total < 0 or squares < 0 or customers < 0:
        raise ValueError(f"no amounts have these sums: {total}, {squares}, {customers}")
    return customers < LEAST or 10_000 * total**2 < 23_225 * squares
