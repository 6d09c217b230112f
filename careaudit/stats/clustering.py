"""Several decisions per customer: how much less the decisions tell than as many customers.

A design effect of 2 means that 1,000 decisions carry the evidence of 500 independent ones:
divide x and n by it before any test. All sums are exact integers of one segment.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SCAN_POINTS = 100  # design effects tried before the flip is narrowed down
NARROWING = 40  # halvings between two of them


@dataclass(frozen=True)
class Moments:
    """Sums over the customers i of a segment, who have n_i decisions and x_i successes.

    customers: how many; nn: sum of n_i^2; xn: sum of x_i n_i; xx: sum of x_i^2.
    """

    customers: int
    nn: int
    xn: int
    xx: int

    def __post_init__(self) -> None:
        for name in ("customers", "nn", "xn", "xx"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


def design_effect(n: int, x: int, moments: Moments) -> float | None:
    """Return the variance of x/n over that of independent decisions, never below 1.

    Where all or none succeeded it is nn/n, as if customers always agreed with themselves
    (Kish 1965). None with fewer than 2 customers, which cannot be assessed.
    Source: linearised ratio variance, Rao & Scott 1992.
    """
    n, x = int(n), int(x)
    if not 0 <= x <= n:
        raise ValueError(f"x must be between 0 and n, got x = {x}, n = {n}")
    if moments.customers < 2 or n == 0:
        return None
    if x in (0, n):
        return max(1.0, moments.nn / n)
    spread = squared_residuals(n, x, moments.nn, moments.xn, moments.xx)
    return max(1.0, moments.customers / (moments.customers - 1) * spread / (n * x * (n - x)))


def squared_residuals(n: int, total: int, nn: int, tn: int, tt: int) -> int:
    """Return n^2 times the sum of (t_i - m n_i)^2, m = total/n, exactly and in integers.

    Python's integers keep what floats lose when the mean is large beside the spread.
    """
    n, total, nn, tn, tt = int(n), int(total), int(nn), int(tn), int(tt)
    return n * n * tt - 2 * total * n * tn + total * total * nn


class Overlap(NamedTuple):
    """Sums over the customers of two groups: of their decisions n and successes x in the first,
    times those in the second. Sums over several groups on a side are plain sums of these.
    """

    nn: int
    nx: int
    xn: int
    xx: int


def shared_effect(
    first: tuple[int, int], second: tuple[int, int], overlap: Overlap, effects: tuple[float, float]
) -> float:
    """Return what common customers multiply the variance of the gap between two rates by.

    first, second: n and x of the groups; effects: the design effects of their own variances. Above
    1 where customers who fare well in one group fare badly in the other. Never so small that a
    decision would count for more than one. Source: methods 1.8, linearised covariance.
    """
    (n, x), (m, y) = first, second
    p, q = x / n, y / m
    variance = p * (1 - p) / n * effects[0] + q * (1 - q) / m * effects[1]
    products = overlap.xx - q * overlap.xn - p * overlap.nx + p * q * overlap.nn
    if variance <= 0:
        return 1.0
    return max(1 - 2 * products / (n * m) / variance, 1 / min(effects))


def pooled_effect(ns: Sequence[float], effects: Sequence[float]) -> float:
    """Return the mean of the segments' own design effects, weighted by their decisions.

    ns: decisions per segment; effects: their design effects. 1.0 without any decision.
    """
    if len(ns) != len(effects):
        raise ValueError(f"one effect per segment, got {len(effects)} for {len(ns)} segments")
    decisions = sum(ns)
    if decisions == 0:
        return 1.0
    # fsum: the order of the segments must not move the last digit
    return math.fsum(n * effect for n, effect in zip(ns, effects, strict=True)) / decisions


def deff_flip(
    verdict_at: Callable[[float], str], start: float = 1.0, stop: float = 50.0
) -> float | None:
    """Return the smallest design effect at which the verdict is no longer that at `start`.

    For logs without customer ids: how dependent decisions would have to be to matter. None if
    the verdict stays the same up to `stop`.
    """
    if not 1 <= start < stop:
        raise ValueError(f"1 <= start < stop is needed, got {start} and {stop}")
    verdict = verdict_at(start)
    same = start
    for deff in np.geomspace(start, stop, SCAN_POINTS)[1:].tolist():
        if verdict_at(deff) != verdict:
            return _narrowed(verdict_at, verdict, same, deff)
        same = deff
    return None


def _narrowed(
    verdict_at: Callable[[float], str], verdict: str, same: float, changed: float
) -> float:
    """Return where between two design effects the verdict changes, to 12 digits."""
    for _ in range(NARROWING):
        middle = (same + changed) / 2
        if verdict_at(middle) == verdict:
            same = middle
        else:
            changed = middle
    return changed
