"""Waits of one segment from bins: who is served by when, open and abandoned cases included.

Bin j ends at `edges[j]`; its events happen there, and its censored cases leave right after them.
Bins run along the last axis, segments along the axes before it. A wait limit must be an edge.
Counts may be effective counts (divided by a design effect). Times have the unit of the edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from careaudit.stats.arrays import Estimate, Floats, finite, numbers, share, two_sided_z
from careaudit.stats.rates import wilson

LEAST_AT_RISK = 10  # cases still waiting, below which a curve says little
LARGEST_LOG = 700.0  # natural log; beyond it floats end


class Waits(NamedTuple):
    """Per bin: its right end, who still waited when it came, how many ended then, who is left.

    `left` counts after the events and before the censored cases leave.
    """

    edges: Floats
    at_risk: Floats
    events: Floats
    left: Floats


class Quantile(NamedTuple):
    """The time by which a share of cases has ended, with its interval; inf where not reached."""

    value: Floats
    low: Floats
    high: Floats


class LogRank(NamedTuple):
    """Events of the first group: observed, expected if both waited alike, and the test of it."""

    observed: Floats
    expected: Floats
    variance: Floats
    chi2: Floats
    p: Floats


def waits(edges: ArrayLike, events: ArrayLike, censored: ArrayLike) -> Waits:
    """Return the risk sets that binned counts imply.

    edges: rising right ends, from 0 on, the last one may be inf. events and censored: per bin.
    ValueError for edges that do not rise, or counts that are no counts.
    """
    ends = numbers("edges", edges)
    if ends.ndim != 1 or not ends.size or (ends[1:] <= ends[:-1]).any():
        raise ValueError(f"edges must be one rising row of times, got {ends.tolist()}")
    d, c = np.broadcast_arrays(
        np.atleast_1d(finite("events", events, low=0.0)), finite("censored", censored, low=0.0)
    )
    if d.shape[-1] != ends.size:
        raise ValueError(f"one count per bin, got {d.shape[-1]} counts for {ends.size} edges")
    at_risk = np.cumsum((d + c)[..., ::-1], axis=-1)[..., ::-1]
    # Not at_risk - d: who is left must be exactly 0 where the last case ended.
    later = np.concatenate([at_risk[..., 1:], np.zeros_like(at_risk[..., :1])], axis=-1)
    return Waits(ends, at_risk, d, c + later)


def survival(cases: Waits, t: ArrayLike, level: float = 0.95) -> Estimate:
    """Return the share still waiting after time t; shape of the segments, then that of t.

    Log-log interval with Greenwood's variance. Where the share is 0 or 1 Greenwood's variance is
    0: there Wilson on the cases at risk over the share before, and half its width as z se. After
    the last case left the curve stays level. (0, 1) and se inf without cases.
    Source: Kaplan & Meier 1958; Greenwood 1926; Kalbfleisch & Prentice 2002; Peto et al. 1977.
    """
    s, g = _curve(cases)
    at = _places(cases, t)
    value = s[..., at]
    se = value * np.sqrt(g[..., at])
    return _with_interval(value, se, _worth(cases, s)[..., at], level)


def attainment(cases: Waits, limit: ArrayLike, level: float = 0.95) -> Estimate:
    """Return the share served within the limit, 1 - `survival`; open cases count until they left.

    Where customers may abandon the queue use `incidence`.
    """
    value, low, high, se = survival(cases, limit, level)
    return Estimate(1 - value, 1 - high, 1 - low, se)


def incidence(
    edges: ArrayLike,
    answered: ArrayLike,
    abandoned: ArrayLike,
    censored: ArrayLike,
    t: ArrayLike,
    level: float = 0.95,
) -> Estimate:
    """Return the share answered by time t where abandoning is another end, not censoring.

    Counts per bin as in `waits`. Delta-method variance, log-log interval on the share not
    answered; at 0 and 1 as in `survival`. Equals `attainment` where nobody abandons.
    Source: Aalen & Johansen 1978; variance Marubini & Valsecchi 1995.
    """
    won, lost = np.broadcast_arrays(
        np.atleast_1d(finite("answered", answered, low=0.0)),
        finite("abandoned", abandoned, low=0.0),
    )
    cases = waits(edges, won + lost, censored)
    won = np.broadcast_to(won, cases.events.shape)
    s, _ = _curve(cases)
    before = s[..., :-1]
    hazard = share(won, cases.at_risk)
    grown = _after_start(np.cumsum(before * hazard, axis=-1), 0.0)
    gone = _after_start(np.cumsum(before * share(cases.events - won, cases.at_risk), axis=-1), 0.0)
    at = _places(cases, t)
    # The share not answered is a sum of its own, so that both are exactly 0 where they are.
    rest = np.where(grown[..., at] > 0, np.minimum(s[..., at] + gone[..., at], 1.0), 1.0)
    # Axes: segments, times, bins. To come: what is answered between a bin's end and t.
    seen = np.arange(1, cases.edges.size + 1) <= at[..., None]
    to_come = np.where(seen, grown[..., at][..., None] - _per_time(grown[..., 1:], at), 0.0)
    step = np.where(seen, _per_time(before * _unit_variance(won, cases.at_risk), at), 0.0)
    both = step * _per_time(before, at)
    cross = to_come * _per_time(before * share(hazard, cases.at_risk), at)
    variance = (to_come**2 * _per_time(_greenwood(cases), at) + both - 2 * cross).sum(axis=-1)
    se = np.sqrt(np.maximum(variance, 0.0))
    value, low, high, se = _with_interval(rest, se, _worth(cases, s)[..., at], level)
    return Estimate(1 - value, 1 - high, 1 - low, se)


def rmst(cases: Waits, tau: float, level: float = 0.95) -> Estimate:
    """Return the mean wait up to tau: the area under `survival`, each wait counted as at most tau.

    Normal interval. Where nothing varies (no case ended before tau, or all in one bin) the share
    that waits could be off by Wilson's width, and so the area. (0, tau) and se inf without cases.
    ValueError unless tau is above 0 and finite; take it no later than `horizon`.
    Source: Irwin 1949; Royston & Parmar 2013.
    """
    end = float(finite("tau", tau))
    if end <= 0:
        raise ValueError(f"tau must be above 0, got {tau}")
    s, _ = _curve(cases)
    stops = np.minimum(cases.edges, end)
    widths = np.diff(np.concatenate([[0.0], stops, [end]]))
    areas = np.cumsum((s * widths)[..., ::-1], axis=-1)[..., ::-1]
    value, later = areas[..., 0], areas[..., 1:]
    se = np.sqrt((later**2 * _greenwood(cases)).sum(axis=-1))
    arm = two_sided_z(level) * se
    worth = _worth(cases, s)[..., np.searchsorted(cases.edges, end, side="right")]
    shortest = wilson(worth, worth, level).low
    low = np.where(se > 0, np.maximum(value - arm, 0.0), value * shortest)
    high = np.where(se > 0, np.minimum(value + arm, end), end - (end - value) * shortest)
    return Estimate(value, low, high, _filled(se, low, high, worth, level))


def quantile(cases: Waits, q: ArrayLike, level: float = 0.95) -> Quantile:
    """Return the edge by which a share q of cases has ended (0.5: the median), from 0 to inf.

    The interval inverts the band of `survival`: it ends where the band has come down to 1 - q.
    Source: Brookmeyer & Crowley 1982.
    """
    waiting = 1 - numbers("q", q, 0.0, 1.0)
    value, low, high, _ = survival(cases, cases.edges, level)

    def first(band: Floats) -> Floats:
        reached = _per_time(band, waiting) <= waiting[..., None] + 1e-12
        return np.asarray(np.where(reached, cases.edges, np.inf).min(axis=-1))

    return Quantile(first(value), first(low), first(high))


def log_rank(first: Waits, second: Waits) -> LogRank:
    """Return the test of H0: both groups wait alike, over all bins; positive O - E is faster.

    chi2 is 0 and p is 1 where no bin can tell. ValueError where the bins differ.
    Source: Mantel 1966.
    """
    if not np.array_equal(first.edges, second.edges):
        raise ValueError("both groups need the same edges")
    d1, n1, d2, n2 = np.broadcast_arrays(first.events, first.at_risk, second.events, second.at_risk)
    n, d = n1 + n2, d1 + d2
    observed, expected = d1.sum(axis=-1), share(d * n1, n).sum(axis=-1)
    # The last case of all has no choice of when to end: it tells nothing.
    several = n > 1
    parts = np.where(several, d * n1 * n2 * (n - d), 0.0)
    variance = (parts / np.where(several, n**2 * (n - 1), 1.0)).sum(axis=-1)
    chi2 = share((observed - expected) ** 2, variance) * (variance > 0)
    return LogRank(observed, expected, variance, chi2, np.asarray(2 * ndtr(-np.sqrt(chi2))))


def horizon(cases: Waits, least: float = LEAST_AT_RISK) -> Floats:
    """Return the last finite edge that at least `least` cases reached, 0 where none was."""
    reached = (cases.at_risk >= least) & np.isfinite(cases.edges)
    return np.asarray(np.where(reached, cases.edges, 0.0).max(axis=-1))


def _curve(cases: Waits) -> tuple[Floats, Floats]:
    """Return the share still waiting, and Greenwood's sum, at time 0 and after each bin."""
    kept: Floats = np.where(cases.at_risk > 0, share(cases.left, cases.at_risk), 1.0)
    s = _after_start(np.cumprod(kept, axis=-1, dtype=np.float64), 1.0)
    return s, _after_start(np.cumsum(_greenwood(cases), axis=-1), 0.0)


def _greenwood(cases: Waits) -> Floats:
    """Return each bin's part of Greenwood's sum, 0 where nobody is left and the share is 0."""
    return share(cases.events, cases.at_risk * cases.left) * (cases.left > 0)


def _unit_variance(won: Floats, n: Floats) -> Floats:
    """Return the binomial variance of won/n."""
    p = share(won, n)
    return share(p * (1 - p), n)


def _worth(cases: Waits, s: Floats) -> Floats:
    """Return how many uncensored cases the curve is worth, at time 0 and after each bin.

    At risk over the share before, at the last bin that anybody reached.
    """
    before = s[..., :-1]
    worth = np.where(cases.at_risk > 0, share(cases.at_risk, before), np.inf)
    after = np.minimum.accumulate(worth, axis=-1)
    after = np.where(np.isinf(after), 0.0, after)
    return np.concatenate([after[..., :1], after], axis=-1)


def _after_start(after: Floats, start: float) -> Floats:
    """Return the values with that of time 0 put first."""
    return np.concatenate([np.full_like(after[..., :1], start), after], axis=-1)


def _places(cases: Waits, t: ArrayLike) -> np.ndarray:
    """Return how many bins have ended by t."""
    return np.asarray(np.searchsorted(cases.edges, numbers("t", t), side="right"))


def _per_time(values: Floats, times: np.ndarray) -> Floats:
    """Return values (segments, bins) with the axes of `times` put in before the bins."""
    return values.reshape(values.shape[:-1] + (1,) * np.ndim(times) + values.shape[-1:])


def _with_interval(value: Floats, se: Floats, worth: Floats, level: float) -> Estimate:
    """Return a share with its log-log interval, and Wilson's where it is 0 or 1."""
    z = two_sided_z(level)
    inside = (value > 0) & (value < 1)
    se, p = np.where(inside, se, 0.0), np.where(inside, value, 0.5)
    power = np.exp(np.minimum(z * se / (p * -np.log(p)), LARGEST_LOG))
    edge = wilson(value * worth, worth, level)
    low = np.where(inside, p**power, edge.low)
    high = np.where(inside, p ** (1 / power), edge.high)
    return Estimate(value, low, high, _filled(se, low, high, worth, level))


def _filled(se: Floats, low: Floats, high: Floats, worth: Floats, level: float) -> Floats:
    """Return se, half the interval over z where it is 0, and inf without cases."""
    known = np.where(se > 0, se, (high - low) / (2 * two_sided_z(level)))
    return np.where(worth > 0, known, np.inf)
