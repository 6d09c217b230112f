"""Amounts in two parts: how many requests are granted, and how much a grant is worth.

Amounts are whole minor units (cents); histograms of them run along the last axis. Intervals are
normal, on the log scale for ratios; they need about 50 grants in a group, and doubt where the
largest few make up the sum (`top_share`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.amounts import Mean, shortfall
from careaudit.stats.arrays import Estimate, Floats, finite, numbers, share, two_sided_z
from careaudit.stats.rates import wilson
from careaudit.stats.standardise import ratio_estimate, two_factors


class Parts(NamedTuple):
    """The share p of requests that are granted, the mean mu of a grant, and their variances.

    Take mu and v_mu from `amounts.mean_and_variance` over the grants, v_p as p (1 - p) / n; each
    times its design effect. The two are taken to be independent.
    """

    p: float
    v_p: float
    mu: float
    v_mu: float

    @property
    def mean(self) -> Mean:
        """The mean per request, and its variance."""
        return Mean(self.p * self.mu, self.mu**2 * self.v_p + self.p**2 * self.v_mu)


class LogParts(NamedTuple):
    """What each part adds to the log of a ratio of means; their sum is the log itself."""

    share: float
    size: float


class MoneySplit(NamedTuple):
    """A shortfall, and how much of it is fewer grants and how much smaller ones."""

    total: Estimate
    share: Estimate
    size: Estimate


def mean_ratio(
    m_g: ArrayLike, v_g: ArrayLike, m_r: ArrayLike, v_r: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the mean of g over that of r; 0 or inf, with interval (0, inf), at a mean of 0.

    m: means, at least 0; v: their variances.
    """
    m_g, m_r = finite("m_g", m_g, low=0.0), finite("m_r", m_r, low=0.0)
    v_g, v_r = finite("v_g", v_g, low=0.0), finite("v_r", v_r, low=0.0)
    return ratio_estimate(m_g, m_r, share(v_g, m_g**2) + share(v_r, m_r**2), level)


def log_parts(g: Parts, r: Parts) -> LogParts:
    """Return log(p_g / p_r) and log(mu_g / mu_r); ValueError where any of them is 0."""
    if min(g.p, r.p, g.mu, r.mu) <= 0:
        raise ValueError("both groups need grants, and grants that are worth something")
    return LogParts(float(np.log(g.p / r.p)), float(np.log(g.mu / r.mu)))


def money_split(n_g: float, g: Parts, r: Parts, level: float = 0.95) -> MoneySplit:
    """Return what g got less than at the reference's mean, split into its two parts.

    n_g: requests of g, taken as fixed. Positive is harm. The parts add up to the total; their
    errors do not, as both rest on all four numbers.
    Source: Das Gupta 1993, two factors; errors to first order.
    """
    total = shortfall(n_g, *g.mean, *r.mean, level=level)
    by_share, by_size = two_factors(*(np.asarray(v) for v in (r.p, r.mu, g.p, g.mu)))
    v_p, v_mu = g.v_p + r.v_p, g.v_mu + r.v_mu
    v_share = ((g.mu + r.mu) / 2) ** 2 * v_p + ((r.p - g.p) / 2) ** 2 * v_mu
    v_size = ((g.p + r.p) / 2) ** 2 * v_mu + ((r.mu - g.mu) / 2) ** 2 * v_p
    share_part, size_part = (
        shortfall(n_g, 0.0, 0.0, part, v, level)
        for part, v in ((by_share, v_share), (by_size, v_size))
    )
    return MoneySplit(total, share_part, size_part)


def standardised_difference(k_g: float, g: Mean, k_r: float, r: Mean) -> float:
    """Return the difference of mean grants in pooled standard deviations (descriptive).

    k: grants, at least 2 each; their means and variances as `amounts.mean_and_variance` gives
    them, without a design effect. Where no grant differs from another in its group: 0, or +-inf.
    Source: Hedges 1981.
    """
    if min(k_g, k_r) < 2:
        raise ValueError(f"both groups need 2 grants, got {k_g:g} and {k_r:g}")
    pooled = np.sqrt((g.v * k_g**2 + r.v * k_r**2) / (k_g + k_r - 2))
    gap = g.m - r.m
    if pooled == 0:
        return float(np.copysign(np.inf, gap)) if gap else 0.0
    return float(gap / pooled * (1 - 3 / (4 * (k_g + k_r) - 9)))


def histogram_quantile(edges: ArrayLike, counts: ArrayLike, q: ArrayLike) -> Floats:
    """Return the q-quantile of binned amounts, as if they lay evenly within their bins.

    edges: rising, one more than bins; q: one level for each histogram, or one for all.
    ValueError for a histogram without amounts.
    """
    edges, counts = _histogram(edges, counts)
    below = np.cumsum(counts, axis=-1)
    target = numbers("q", q, 0.0, 1.0) * below[..., -1]
    # The first bin that reaches the target; where the target is 0, the first with anything in it.
    reached = (below >= target[..., None]) & (below > 0)
    at = reached.argmax(axis=-1)[..., None]
    width = np.take_along_axis(np.broadcast_to(np.diff(edges), counts.shape), at, -1)[..., 0]
    inside = np.take_along_axis(counts, at, -1)[..., 0]
    before = np.take_along_axis(below, at, -1)[..., 0] - inside
    return np.asarray(edges[at[..., 0]] + width * np.clip((target - before) / inside, 0.0, 1.0))


def quantile(edges: ArrayLike, counts: ArrayLike, q: float, level: float = 0.95) -> Estimate:
    """Return a quantile of binned amounts with its interval, from Wilson's interval of q itself.

    counts may be effective counts, and then say so in the width. `se` is the half width over z.
    Source: Woodruff 1952.
    """
    edges, counts = _histogram(edges, counts)
    n = counts.sum(axis=-1)
    value = histogram_quantile(edges, counts, q)
    low, high = (histogram_quantile(edges, counts, end) for end in wilson(q * n, n, level))
    return Estimate(value, low, high, (high - low) / (2 * two_sided_z(level)))


def top_share(edges: ArrayLike, counts: ArrayLike, top: float = 0.01) -> Floats:
    """Return the share of the whole sum that the largest of the amounts make up.

    top: which share of the amounts counts as the largest. Over .25 for the top 1 %, a mean rests
    on few amounts. Amounts are taken at the middle of their bins; 0 where all are 0.
    """
    edges, counts = _histogram(edges, counts)
    middle = (edges[1:] + edges[:-1]) / 2
    above = np.flip(np.cumsum(np.flip(counts, -1), axis=-1), -1)
    among = numbers("top", top, 0.0, 1.0) * counts.sum(axis=-1, keepdims=True)
    largest = np.clip(among - (above - counts), 0.0, counts)
    return share((largest * middle).sum(axis=-1), (counts * middle).sum(axis=-1))


def winsorised(edges: ArrayLike, counts: ArrayLike, q: float = 0.99) -> Mean:
    """Return the mean of binned amounts, and its variance, with none larger than the q-quantile.

    Amounts are taken at the middle of their bins.
    """
    edges, counts = _histogram(edges, counts)
    n = counts.sum(axis=-1)
    limit = histogram_quantile(edges, counts, q)[..., None]
    middle = np.minimum((edges[1:] + edges[:-1]) / 2, limit)
    mean = (counts * middle).sum(axis=-1) / n
    spread = (counts * (middle - mean[..., None]) ** 2).sum(axis=-1)
    return Mean(mean, spread / n**2)


def _histogram(edges: ArrayLike, counts: ArrayLike) -> tuple[Floats, Floats]:
    """Return edges and counts, checked."""
    edges, counts = finite("edges", edges), finite("counts", counts, low=0.0)
    if edges.ndim != 1 or counts.ndim < 1 or edges.size != counts.shape[-1] + 1:
        raise ValueError(f"one more edge than bins, got {edges.shape} for {counts.shape}")
    if (np.diff(edges) <= 0).any():
        raise ValueError("edges must rise")
    if (counts.sum(axis=-1) <= 0).any():
        raise ValueError("a histogram without amounts has no quantile")
    return edges, counts
