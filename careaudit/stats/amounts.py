"""Amounts of money per request: means with their variance, and the shortfall of a segment.

Amounts are whole minor units (cents). Requests that were granted nothing count as 0.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.arrays import Estimate, finite, two_sided_z
from careaudit.stats.clustering import squared_residuals


class Mean(NamedTuple):
    """A mean m per request and the variance v of that mean."""

    m: float
    v: float


def mean_and_variance(n: int, total: int, squares: int) -> Mean:
    """Return the mean per request and its variance, for independent requests.

    n: requests; total: sum of their amounts; squares: sum of the squared amounts.
    ValueError without requests, or for sums that no amounts can have.
    """
    return _mean(n, total, squared_residuals(n, total, n, total, squares), 1.0)


def clustered_mean_and_variance(
    n: int, total: int, *, customers: int, nn: int, an: int, aa: int
) -> Mean:
    """Return the mean per request and its variance, where customers have several requests.

    Sums over customers i with n_i requests and amount A_i: nn of n_i^2, an of A_i n_i, aa of
    A_i^2. ValueError with fewer than 2 customers. Source: linearised ratio variance.
    """
    if customers < 2:
        raise ValueError(f"customers must be at least 2, got {customers}")
    residuals = squared_residuals(n, total, nn, an, aa)
    return _mean(n, total, residuals, customers / (customers - 1))


def two_part_mean(requests: int, grants: int, priced: int, total: int, squares: int) -> Mean:
    """Return the mean per request where some granted amounts are not known: share times size.

    grants among requests; priced: grants of known amount, with their total and sum of squares.
    ValueError without requests or known amounts. The variance is that of the two parts.
    """
    if not 0 < priced <= grants <= requests:
        raise ValueError(f"0 < priced <= grants <= requests, got {priced}, {grants}, {requests}")
    p, size = grants / requests, total / priced
    spread = max(0.0, squares / priced - size**2)
    return Mean(p * size, size**2 * p * (1 - p) / requests + p**2 * spread / priced)


def _mean(n: int, total: int, residuals: int, correction: float) -> Mean:
    """Return the mean, and the variance from n^2 times the sum of squared residuals."""
    n, total = int(n), int(total)
    if n < 1 or total < 0 or residuals < 0:
        raise ValueError(f"no amounts have these sums: n = {n}, total = {total}")
    return Mean(total / n, correction * (residuals / n**4))


def shortfall(
    n_g: ArrayLike,
    m_g: ArrayLike,
    v_g: ArrayLike,
    m_r: ArrayLike,
    v_r: ArrayLike,
    level: float = 0.95,
) -> Estimate:
    """Return what the requests of g got less than at the reference's mean, in minor units.

    n_g: requests of g, taken as fixed; m: means per request; v: variances of these means.
    Positive is harm. Normal interval.
    """
    n_g, v_g, v_r = (
        finite(name, values, low=0.0) for name, values in (("n_g", n_g), ("v_g", v_g), ("v_r", v_r))
    )
    value = n_g * (finite("m_r", m_r) - finite("m_g", m_g))
    se = n_g * np.sqrt(v_g + v_r)
    arm = two_sided_z(level) * se
    return Estimate(value, value - arm, value + arm, se)
