"""Ratings on ordered levels: who rates higher, satisfied customers, promoters, mean ratings.

Levels run along the last axis, from the lowest to the highest; segments along the axes before.
Counts may be effective counts (divided by a design effect).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from careaudit.stats.arrays import Estimate, Floats, finite, share, two_sided_z
from careaudit.stats.labels import Counted, Ends, ends
from careaudit.stats.rates import wilson

SATISFIED = 4  # the lowest of five ratings that counts as satisfied
PASSIVE, PROMOTER = 7, 9  # the lowest of the ratings 0 to 10 that are no detractor, and promote
NO_SPREAD = 1e-12  # standard errors below this are rounding
ADDED, ADDED_EACH = 3.0, 0.75  # answers the adjusted Wald interval adds: in all, and at each end


class Means(NamedTuple):
    """Mean ratings m, in points of the scale, and the variances v of these means."""

    m: Floats
    v: Floats


def dominance(higher: ArrayLike, lower: ArrayLike, level: float = 0.95) -> Estimate:
    """Return A = P(one of `higher` lies above one of `lower`) + half the chance of a tie.

    Counts by level. 0.5 is no difference; Cliff's delta is 2A - 1; with positives and negatives
    by score bin it is the AUC. Variance of DeLong, interval on the logit. Where that variance is 0
    (all tied, or wholly apart) Wilson on the smaller group, and half its width as z se. A group of
    1 or fewer says nothing: (0, 1) and se inf; an empty one gives 0.5.
    Source: DeLong, DeLong & Clarke-Pearson 1988, on counts; Newcombe 2006.
    """
    a, c = _two_groups(higher, lower)
    m, n = a.sum(axis=-1), c.sum(axis=-1)
    below = share(np.cumsum(c, axis=-1) - c / 2, n[..., None])
    above = share(np.cumsum(a[..., ::-1], axis=-1)[..., ::-1] - a / 2, m[..., None])
    value = np.where((m > 0) & (n > 0), share((a * below).sum(axis=-1), m), 0.5)
    value = np.minimum(value, 1.0)
    known = (m > 1) & (n > 1)
    first, second = (
        share((counts * (v - value[..., None]) ** 2).sum(axis=-1), size * np.maximum(size - 1, 0.0))
        for counts, v, size in ((a, below, m), (c, above, n))
    )
    return _on_logit(value, np.sqrt(first + second), np.where(known, np.minimum(m, n), 0.0), level)


def csat(ratings: ArrayLike) -> Counted:
    """Return the satisfied customers, who gave 4 or 5 of 5, and all who rated.

    ValueError unless there are five counts.
    """
    counts = _levels(ratings, 5)
    return Counted(counts[..., SATISFIED - 1 :].sum(axis=-1), counts.sum(axis=-1))


def csat_bounds(ratings: ArrayLike, asked: ArrayLike) -> Ends:
    """Return the satisfied of all who were asked, were the silent all dissatisfied, or satisfied.

    ValueError where more answered than were asked.
    """
    x, n = csat(ratings)
    return ends(x, n, finite("asked", asked) - n)


def nps(ratings: ArrayLike, level: float = 0.95) -> Estimate:
    """Return 100 x (promoters - detractors) / answers, from counts of the ratings 0 to 10.

    Points from -100 to 100. ValueError unless there are eleven counts. See `net_promoters`.
    """
    counts = _levels(ratings, 11)
    promoters, detractors = counts[..., PROMOTER:], counts[..., :PASSIVE]
    return net_promoters(
        promoters.sum(axis=-1), detractors.sum(axis=-1), counts.sum(axis=-1), level
    )


def net_promoters(
    promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the net promoter score of n answers, in points, with its adjusted Wald interval.

    `se` is that of the interval, which is never 0. Without answers 0, (-100, 100) and se inf.
    ValueError where promoters and detractors exceed the answers. Source: Rocks 2016.
    """
    p, d, n = np.broadcast_arrays(
        *(
            finite(name, values, low=0.0)
            for name, values in (("promoters", promoters), ("detractors", detractors), ("n", n))
        )
    )
    if (p + d > n * (1 + 1e-12)).any():
        raise ValueError("promoters and detractors must not exceed the answers")
    total = n + ADDED
    centre, ends = (p - d) / total, (p + d + 2 * ADDED_EACH) / total
    se = 100 * np.sqrt((ends - centre**2) / total)
    arm = two_sided_z(level) * se
    asked = n > 0
    return Estimate(
        100 * share(p - d, n),
        np.where(asked, np.maximum(100 * centre - arm, -100.0), -100.0),
        np.where(asked, np.minimum(100 * centre + arm, 100.0), 100.0),
        np.where(asked, se, np.inf),
    )


def mean_rating(ratings: ArrayLike, values: ArrayLike) -> Means:
    """Return the mean rating and its variance; values: the points of each level.

    Means of 0 with variance inf without ratings.
    """
    points = finite("values", values)
    counts = _levels(ratings, points.size)
    n = counts.sum(axis=-1)
    m = share((counts * points).sum(axis=-1), n)
    spread = (counts * (points - m[..., None]) ** 2).sum(axis=-1)
    return Means(m, np.where(n > 0, share(spread, n**2), np.inf))


def _levels(ratings: ArrayLike, levels: int) -> Floats:
    """Return the counts as floats, one for each level."""
    counts = finite("ratings", ratings, low=0.0)
    if counts.ndim < 1 or counts.shape[-1] != levels:
        raise ValueError(f"ratings must have {levels} counts, got shape {counts.shape}")
    return counts


def _two_groups(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Return the counts by level of two groups, on the same levels."""
    a, c = finite("higher", first, low=0.0), finite("lower", second, low=0.0)
    if a.ndim < 1 or c.ndim < 1 or a.shape[-1] != c.shape[-1]:
        raise ValueError(f"both need a count for each level, got shapes {a.shape} and {c.shape}")
    a, c = np.broadcast_arrays(a, c)
    return a, c


def _on_logit(value: Floats, se: Floats, worth: Floats, level: float) -> Estimate:
    """Return a share with its interval on the logit, or Wilson's of `worth` where se is 0."""
    z = two_sided_z(level)
    inside = (se > NO_SPREAD) & (value > 0) & (value < 1)
    p = np.where(inside, value, 0.5)
    arm = z * se / (p * (1 - p))
    edge = wilson(value * worth, worth, level)
    low = np.where(inside & (worth > 0), expit(logit(p) - arm), edge.low)
    high = np.where(inside & (worth > 0), expit(logit(p) + arm), edge.high)
    known = np.where(inside, se, (high - low) / (2 * z))
    return Estimate(value, low, high, np.where(worth > 0, known, np.inf))
