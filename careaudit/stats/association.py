"""How far two things go together, from counts: fields and segments, words and who writes them.

Associations say nothing of why. Intervals and tests are for whoever asks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chndtrinc, xlogy

from careaudit.stats.arrays import Floats, counts, finite, numbers, share


class Association(NamedTuple):
    """Chi-square of a table, and its two measures of association, plain and corrected.

    v and v_corrected: Cramer's V, 0 to 1. mi and mi_corrected: mutual information in nats.
    """

    chi2: float
    v: float
    v_corrected: float
    mi: float
    mi_corrected: float


class Ranged(NamedTuple):
    """A value with its range."""

    value: float
    low: float
    high: float


class LogOdds(NamedTuple):
    """The difference of a term's log-odds in two groups, its standard error and its z."""

    d: Floats
    se: Floats
    z: Floats


def association(table: ArrayLike) -> Association:
    """Return how far the rows and columns of a table of counts go together.

    Rows and columns without a count are left out; 0 everywhere with fewer than two of either.
    Source: Bergsma 2013 (V); Miller 1955 (mutual information less its bias).
    """
    found = _counted(table)
    n, (r, k) = float(found.sum()), found.shape
    if min(r, k) < 2 or n <= 1:
        return Association(0.0, 0.0, 0.0, 0.0, 0.0)
    expected = np.outer(found.sum(axis=1), found.sum(axis=0)) / n
    chi2 = float(((found - expected) ** 2 / expected).sum())
    bias = (r - 1) * (k - 1)
    phi2 = max(0.0, chi2 / n - bias / (n - 1))
    room = _room(n, r, k)
    mi = float(xlogy(found, found / expected).sum()) / n
    return Association(
        chi2,
        float(np.sqrt(chi2 / n / min(r - 1, k - 1))),
        float(np.sqrt(phi2 / room)) if room > 0 else 0.0,
        mi,
        max(0.0, mi - bias / (2 * n)),
    )


def cramers_v(table: ArrayLike, level: float = 0.95) -> Ranged:
    """Return the corrected Cramer's V of a table of counts with its range, all from 0 to 1.

    The range holds every noncentrality under which the chi-square is no rare one, brought to the
    scale of the corrected V; (0, 1) where V is not defined. Counts may be effective counts.
    Source: Smithson 2003 (noncentral chi-square); Bergsma 2013 (scale).
    """
    found = _counted(table)
    n, (r, k) = float(found.sum()), found.shape
    room = _room(n, r, k) if min(r, k) > 1 and n > 1 else 0.0
    if room <= 0:
        return Ranged(0.0, 0.0, 1.0)
    whole = association(found)
    df = (r - 1) * (k - 1)
    tails = np.array([(1 + level) / 2, (1 - level) / 2])
    seen = np.array([whole.chi2, max(whole.chi2, df)])  # less than chance is no closer range
    ends = np.nan_to_num(chndtrinc(seen, df, tails), nan=0.0)
    ends = np.where(ends > 1e-9, ends, 0.0)  # the search stops short of 0
    low, high = np.minimum(np.sqrt(ends / n / room), 1.0)
    value = min(whole.v_corrected, 1.0)
    return Ranged(value, min(float(low), value), max(float(high), value))


def level_effect(customers: NDArray[np.int64], levels: NDArray[np.int64]) -> float:
    """Return the design effect of the levels' shares, never below 1.

    customers, levels: the customer and the level of each decision, as codes from 0. The mean over
    the levels of each share's own effect, weighted by its part of a chi-square: divide that by it.
    1 where each decision is a customer's own, and the number of decisions where all are one's.
    Source: Rao & Scott 1981, first order; shares linearised as in `clustering.design_effect`.
    """
    n, who = len(customers), np.unique(customers, return_inverse=True)[1]
    size = np.bincount(who)
    many = len(size)
    if many == n:
        return 1.0
    if many < 2:
        return float(n)
    k = int(levels.max()) + 1
    pairs, each = np.unique(who * k + levels, return_counts=True)
    own = size[pairs // k]
    nn, tn = (np.bincount(pairs % k, each * part, minlength=k) for part in (each, own))
    share_of = np.bincount(levels, minlength=k) / n
    there = share_of > 0
    if there.sum() < 2:
        return 1.0
    spread = nn - 2 * share_of * tn + share_of**2 * float((size.astype(np.float64) ** 2).sum())
    effects = float((spread[there] / share_of[there]).sum()) / n
    return max(1.0, many / (many - 1) * effects / (int(there.sum()) - 1))


def _counted(table: ArrayLike) -> Floats:
    """Return a table of counts without its empty rows and columns."""
    found = finite("table", table, low=0.0)
    if found.ndim != 2:
        raise ValueError(f"table must have rows and columns, got shape {found.shape}")
    return np.asarray(found[found.sum(axis=1) > 0][:, found.sum(axis=0) > 0])


def _room(n: float, r: int, k: int) -> float:
    """Return the largest corrected phi-square that r rows and k columns of n cases allow."""
    rows, columns = (size - (size - 1) ** 2 / (n - 1) for size in (r, k))
    return min(rows - 1, columns - 1)


def log_odds(
    y_i: ArrayLike, n_i: ArrayLike, y_j: ArrayLike, n_j: ArrayLike, prior: ArrayLike,
    prior_total: float,
) -> LogOdds:  # fmt: skip
    """Return how much more often terms stand in group i than in j, drawn towards their prior.

    y of n: customers who use the term, of all; prior: what each term adds to both, above 0, of
    prior_total in all. Source: Monroe, Colaresi & Quinn 2008.
    """
    (y_i, n_i), (y_j, n_j) = counts(y_i, n_i), counts(y_j, n_j)
    a = numbers("prior", prior, 1e-9, prior_total)
    d = np.log((y_i + a) / (n_i + prior_total - y_i - a)) - np.log(
        (y_j + a) / (n_j + prior_total - y_j - a)
    )
    se = np.sqrt(1 / (y_i + a) + 1 / (y_j + a))
    return LogOdds(d, se, d / se)


def scan_score(y: ArrayLike, n: ArrayLike, p: ArrayLike) -> tuple[float, float]:
    """Return the odds factor q >= 1 that fits a set of cells best, and its log-likelihood ratio.

    y events among n decisions that were each expected with chance p, inside (0, 1). Above 1 only
    where there are more events than expected. Source: Zhang & Neill 2016.
    """
    y, n = counts(y, n)
    p = numbers("p", p, 1e-12, 1 - 1e-12)
    events = float(np.sum(y))
    if events <= float(np.sum(n * p)):
        return 1.0, 0.0

    def surplus(log_q: float) -> float:
        odds = np.exp(log_q) * p
        return events - float(np.sum(n * share(odds, 1 - p + odds)))

    low, high = 0.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    q = float(np.exp(low))
    return q, events * low - float(np.sum(n * np.log1p(p * (q - 1))))
