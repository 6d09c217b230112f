"""Many small intersections: rates drawn towards each other, and how much they really differ.

Strata are all combinations of groups, in one row: x successes of n decisions, which may be
effective counts. Strata without decisions say nothing. Exploratory: no verdict rests on it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, logit, logsumexp

from careaudit.stats.arrays import Floats, bisect, counts, share
from careaudit.stats.standardise import Chi2, chi2

FEWEST_STRATA = 5  # below which the spread of rates is not estimated
LARGEST_PHI = 1e6  # decisions; beyond it nothing distinguishes the strata
SMALLEST_PHI = 1e-3  # strata of which each is all or nothing end here
START_PHI = 10.0
NODES, WEIGHTS = np.polynomial.hermite.hermgauss(25)
EFFECTS = (-30.0, 30.0)  # log odds; a group that always or never succeeds ends here
SPREADS = (0.0, 15.0)  # standard deviations of log odds
NO_SPREAD = 1e-4  # what the search leaves of a spread of 0
LOGISTIC = np.pi**2 / 3  # variance of the logistic distribution


class Prior(NamedTuple):
    """The beta distribution of rates: mean m, worth phi decisions.

    `pooled` says that no spread between strata could be told from chance: phi is then inf and
    every shrunken rate is m.
    """

    m: float
    phi: float
    pooled: bool


class Maihda(NamedTuple):
    """Log odds at the center b0, variance s2 of the strata around it, and their share vpc."""

    b0: float
    s2: float
    vpc: float


def prior(x: ArrayLike, n: ArrayLike) -> Prior:
    """Return the beta-binomial fit to the strata, by maximum likelihood.

    Pooled with fewer than 5 strata of more than one decision, with a phi over 1e6, and where all
    or none succeeded. ValueError without decisions. Source: empirical Bayes, methods 7.
    """
    x, n = _strata(x, n)
    pooled = float(x.sum() / n.sum())
    flat = Prior(pooled, np.inf, pooled=True)
    if (n > 1).sum() < FEWEST_STRATA or not 0 < pooled < 1:
        return flat
    phis = (float(np.log(SMALLEST_PHI)), float(np.log(2 * LARGEST_PHI)))
    start = np.array([logit(pooled), np.log(START_PHI)])
    at = _most_likely(lambda at: _beta_binomial(at, x, n), start, [EFFECTS, phis])
    m, phi = float(expit(at[0])), float(np.exp(at[1]))
    return flat if phi > LARGEST_PHI else Prior(m, phi, pooled=False)


def _beta_binomial(at: Floats, x: Floats, n: Floats) -> tuple[float, Floats]:
    """Return minus the log likelihood and its slopes in (logit m, log phi)."""
    m, phi = expit(at[0]), np.exp(at[1])
    a, b = m * phi, (1 - m) * phi
    value = (betaln(x + a, n - x + b) - betaln(a, b)).sum()
    common = digamma(phi) - digamma(n + phi)
    by_a = (digamma(x + a) - digamma(a) + common).sum()
    by_b = (digamma(n - x + b) - digamma(b) + common).sum()
    slopes = np.array([phi * m * (1 - m) * (by_a - by_b), a * by_a + b * by_b])
    return -float(value), -slopes


def shrunken(x: ArrayLike, n: ArrayLike, beta: Prior) -> Floats:
    """Return the rates drawn towards the mean: (x + m phi) / (n + phi); m for no decisions."""
    x, n = counts(x, n)
    if beta.pooled:
        return np.full(x.shape, beta.m)
    return np.asarray((x + beta.m * beta.phi) / (n + beta.phi))


def homogeneity(x: ArrayLike, n: ArrayLike) -> Chi2:
    """Return the test of H0: all strata have one rate; p is 1 where all or none succeeded.

    Source: Pearson 1900.
    """
    x, n = _strata(x, n)
    p = x.sum() / n.sum()
    expected = n * p * (1 - p)
    df = n.size - 1 if 0 < p < 1 else 0
    return chi2(share((x - n * p) ** 2, expected).sum() if df else 0.0, df)


def maihda(x: ArrayLike, n: ArrayLike, attributes: Sequence[Sequence[str]] = ()) -> Maihda | None:
    """Return how much strata differ in log odds beyond the main effects of these attributes.

    attributes: per attribute the group of each stratum; none of them for the null model. With
    main effects, b0 is that of the first group of each, in the order of their names. s2 of 0 is
    a valid answer. None with fewer than 2 strata, or where all or none succeeded.
    Source: Evans et al. 2018; likelihood by adaptive Gauss-Hermite quadrature with 25 nodes.
    """
    every = np.asarray(n, dtype=np.float64)
    if any(len(groups) != every.size for groups in attributes):
        raise ValueError(f"one group per stratum and attribute, for {every.size} strata")
    kept = np.atleast_1d(every > 0)
    x, n = _strata(x, n)
    pooled = x.sum() / n.sum()
    if n.size < 2 or not 0 < pooled < 1:
        return None
    design = _design([np.asarray(groups)[kept] for groups in attributes], n.size)
    start = np.zeros(design.shape[1] + 1)
    start[0], start[-1] = logit(pooled), 0.5
    bounds = [EFFECTS] * design.shape[1] + [SPREADS]
    at = _most_likely(lambda at: _mixed(at, x, n, design), start, bounds)
    s2 = float(at[-1] ** 2) if at[-1] > NO_SPREAD else 0.0
    return Maihda(float(at[0]), s2, s2 / (s2 + LOGISTIC))


def pcv(null: Maihda, main: Maihda) -> float | None:
    """Return the share of the variance that main effects account for; None if there is none.

    A small share means that real interactions are left. May be below 0.
    """
    return 1 - main.s2 / null.s2 if null.s2 > 0 else None


def _design(attributes: list[np.ndarray], strata: int) -> Floats:
    """Return a column of ones, and a 0/1 column for every group but each attribute's first."""
    columns = [np.ones(strata)]
    for groups in attributes:
        columns += [(groups == group).astype(np.float64) for group in np.unique(groups)[1:]]
    return np.column_stack(columns)


def _mixed(at: Floats, x: Floats, n: Floats, design: Floats) -> tuple[float, Floats]:
    """Return minus the log likelihood and its slopes in (effects, s).

    Each stratum's integral over its own deviation u (standard normal, times s) is taken around
    the peak of its integrand; 25 nodes are good for 5 digits up to an s of 3 (vpc .73).
    Source: Liu & Pierce 1994.
    """
    center, s = design @ at[:-1], at[-1]
    peak = _peak(x, n, center, s)
    p = expit(center + s * peak)
    width = np.sqrt(2 / (1 + s**2 * n * p * (1 - p)))
    u = peak[:, None] + width[:, None] * NODES
    eta = center[:, None] + s * u
    log_p = x[:, None] * eta - n[:, None] * np.logaddexp(0, eta) - u**2 / 2
    parts = log_p + NODES**2 + np.log(WEIGHTS)
    whole = logsumexp(parts, axis=1)
    value = (whole + np.log(width)).sum()
    # Fisher's identity: slopes are means over what u may be, given x.
    chance = np.exp(parts - whole[:, None])
    off = x[:, None] - n[:, None] * expit(eta)
    by_effects = design.T @ (chance * off).sum(axis=1)
    return -float(value), -np.append(by_effects, (chance * off * u).sum())


def _peak(x: Floats, n: Floats, center: Floats, s: float) -> Floats:
    """Return the u at which each integrand is largest: where u = s (x - n p(u))."""
    return bisect(lambda u: s * (x - n * expit(center + s * u)) > u, s * (x - n), s * x)[0]


def _most_likely(
    loss: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    bounds: list[tuple[float, float]],
) -> Floats:
    """Return where a function, given with its slopes, is smallest within bounds."""
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
    )
    return np.asarray(found.x, dtype=np.float64)


def _strata(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the strata that have decisions; ValueError if none has, or for more than a row."""
    x, n = (np.atleast_1d(part) for part in counts(x, n))
    if x.ndim > 1 or not n.any():
        raise ValueError(f"strata stand in one row and have decisions, got shape {x.shape}")
    return x[n > 0], n[n > 0]
