"""What every module here shares: array types, count checks and one vectorised bisection."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Estimate(NamedTuple):
    """A value with its interval and standard error, all in the unit of the value."""

    value: Floats
    low: Floats
    high: Floats
    se: Floats


class Table(NamedTuple):
    """x1 successes of n1 decisions beside x2 of n2, as float arrays of one shape."""

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats

    def swapped(self) -> "Table":
        """Return the same counts with the groups exchanged."""
        return Table(self.x2, self.n2, self.x1, self.n1)


def numbers(name: str, values: ArrayLike, low: float = 0.0, high: float = np.inf) -> Floats:
    """Return `values` as floats, all of them in [low, high].

    Raises:
        ValueError: naming `name` and the first value that is missing, NaN or out of range.
    """
    array = np.asarray(values, dtype=np.float64)
    wrong = ~((array >= low) & (array <= high))
    if wrong.any():
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {array[wrong][0]}")
    return array


def finite(name: str, values: ArrayLike, low: float = -np.inf) -> Floats:
    """Return `values` as floats, all finite and at least `low`; ValueError names the offender."""
    array = np.asarray(values, dtype=np.float64)
    wrong = ~(np.isfinite(array) & (array >= low))
    if wrong.any():
        limit = "" if low == -np.inf else f" and at least {low:g}"
        raise ValueError(f"{name} must be finite{limit}, got {array[wrong][0]}")
    return array


def counts(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return x successes of n decisions as broadcast floats; effective counts need not be whole.

    Raises:
        ValueError: naming the first count that is missing, negative, infinite or has x > n.
    """
    successes, total = np.broadcast_arrays(finite("x", x, low=0.0), finite("n", n, low=0.0))
    over = successes > total
    if over.any():
        raise ValueError(f"x must not exceed n, got x = {successes[over][0]}, n = {total[over][0]}")
    return successes, total


def table(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Table:
    """Return the four counts of two groups, checked and broadcast together."""
    return Table(*np.broadcast_arrays(*counts(x1, n1), *counts(x2, n2)))


def share(x: Floats, n: Floats) -> Floats:
    """Return x / n, and 0 where n is 0 (callers give such groups no evidence at all)."""
    return x / np.where(n > 0, n, 1.0)


def two_sided_z(level: float) -> float:
    """Return the normal quantile of a two-sided interval: 1.959964 for level 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    return float(ndtri((1 + level) / 2))


def bisect(
    holds: Callable[[Floats], Bools], low: ArrayLike, high: ArrayLike, steps: int = 60
) -> tuple[Floats, Floats]:
    """Narrow the point where `holds` turns from True (at `low`) to False (at `high`).

    All brackets move at once. Returns the last bracket; where `holds` is True all the way it
    closes on `high`, where it is never True on `low`.
    """
    left, right = (np.array(end) for end in np.broadcast_arrays(low, high))
    left, right = left.astype(np.float64), right.astype(np.float64)
    for _ in range(steps):
        middle = (left + right) / 2
        true = holds(middle)
        left, right = np.where(true, middle, left), np.where(true, right, middle)
    return left, right
