"""Order-free shares: what each of several parts adds, over all orders in which they could come."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.arrays import Floats, finite


def shapley(values: ArrayLike) -> Floats:
    """Return each player's share of the value of all players, which the shares add up to.

    values: of every set of players, 2^n of them; set s holds player i where s has the bit 1 << i.
    The empty set is worth 0. ValueError for another number of values. Source: Shapley 1953.
    """
    worth = finite("values", values)
    n = worth.size.bit_length() - 1
    if worth.ndim != 1 or n < 0 or worth.size != 1 << n:
        raise ValueError(f"values of 2^n sets are needed, got {worth.size}")
    if worth[0] != 0:
        raise ValueError(f"the empty set is worth 0, got {worth[0]}")
    shares = np.zeros(n)
    for player in range(n):
        others = [1 << other for other in range(n) if other != player]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            before = np.array([sum(chosen) for chosen in combinations(others, size)])
            shares[player] += weight * (worth[before | 1 << player] - worth[before]).sum()
    return shares
