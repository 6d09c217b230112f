"""The Equity Impact Score: 0 none, 50 at the agreed limit, 100 worst. Numbers only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.arrays import Bools, Floats, bisect, finite

STEPS = 100  # halvings of [0, sum u^2] in the search for t2


class Evidence(NamedTuple):
    """t2: the spread of the true u of a question; b: per pair, the share of u to believe."""

    t2: Floats
    b: Floats


def evidence(u: ArrayLike, s: ArrayLike) -> Evidence:
    """Return how far the pairs of a question (last axis) stand out from their own noise.

    u: disparities in tolerance units; s: their standard errors. t2 >= 0 solves
    sum u^2/(t2 + s^2) = pairs, 0 where noise alone explains the u; b = t2/(t2 + s^2).
    Source: Paule & Mandel 1982, with mean 0.
    """
    u, s = np.broadcast_arrays(
        np.atleast_1d(finite("u", u, low=0.0)), np.atleast_1d(finite("s", s, low=0.0))
    )
    noise = s**2

    def unexplained(t2: Floats) -> Bools:
        variance = t2[..., None] + noise
        known = np.where(variance > 0, variance, 1.0)
        # Without any variance a u above 0 is certain, and no t2 is too large for it.
        term = np.where(variance > 0, u**2 / known, np.where(u > 0, np.inf, 0.0))
        return np.asarray(term.sum(axis=-1) > u.shape[-1])

    low, high = bisect(unexplained, 0.0 * u.sum(axis=-1), (u**2).sum(axis=-1), STEPS)
    t2 = np.where(low > 0, high, 0.0)
    variance = t2[..., None] + noise
    return Evidence(t2, t2[..., None] / np.where(variance > 0, variance, 1.0))


def reach(excess_per_30_days: ArrayLike) -> Floats:
    """Return the weight m of the people harmed: 1 for nobody, 2 from 100,000 in 30 days.

    Takes excess adverse decisions per 30 days, at least 0.
    """
    excess = finite("excess_per_30_days", excess_per_30_days, low=0.0)
    return 1 + np.minimum(1.0, np.log10(1 + excess) / 5)


def severity_score(u: ArrayLike, m: ArrayLike) -> Floats:
    """Return the score of a disparity of u tolerance units with reach m, from 0 to 100.

    The part of u beyond the limit counts m times. 50 is exactly at the limit for any m.
    """
    u, m = finite("u", u, low=0.0), finite("m", m, low=1.0)
    weighted = np.where(u <= 1, u, 1 + (u - 1) * m)
    return np.asarray(100 * (1 - np.exp2(-weighted)))
