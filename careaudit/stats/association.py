"""How far two things go together, from counts: fields and segments, words and who writes them.

Associations say nothing of why. Intervals and tests are for whoever asks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

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
    found = finite("table", table, low=0.0)
    if found.ndim != 2:
        raise ValueError(f"table must have rows and columns, got shape {found.shape}")
    found = found[found.sum(axis=1) > 0][:, found.sum(axis=0) > 0]
    n, (r, k) = float(found.sum()), found.shape
    if min(r, k) < 2 or n <= 1:
        return Association(0.0, 0.0, 0.0, 0.0, 0.0)
    expected = np.outer(found.sum(axis=1), found.sum(axis=0)) / n
    chi2 = float(((found - expected) ** 2 / expected).sum())
    bias = (r - 1) * (k - 1)
    phi2 = max(0.0, chi2 / n - bias / (n - 1))
    rows, columns = (size - (size - 1) ** 2 / (n - 1) for size in (r, k))
    room = min(rows - 1, columns - 1)
    mi = float(xlogy(found, found / expected).sum()) / n
    return Association(
        chi2,
        float(np.sqrt(chi2 / n / min(r - 1, k - 1))),
        float(np.sqrt(phi2 / room)) if room > 0 else 0.0,
        mi,
        max(0.0, mi - bias / (2 * n)),
    )


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
