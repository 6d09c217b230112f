"""Scores against what came true: ranking (AUC) and calibration, from score bins.

Bins run along the last axis, from the lowest scores to the highest; segments along the axes
before it. Positives are the cases whose outcome came true. Counts may be effective counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from careaudit.stats.arrays import (
    Bools,
    Estimate,
    Floats,
    counts,
    finite,
    numbers,
    share,
    two_sided_z,
)
from careaudit.stats.ordinal import dominance
from careaudit.stats.rates import Bounds

CLIP = 1e-6  # bin means this close to 0 or 1 have no usable logit
STEPS, HALVINGS = 50, 30  # of the Newton search for the calibration line
PRECISION = 1e-12  # of its coefficients
LEAST_IN_BIN = 2  # cases of a bin whose chance error can be told


class Auc(NamedTuple):
    """The AUC, and what it could be were the scores inside a bin ordered at worst, or at best."""

    auc: Estimate
    bins: Bounds


class Line(NamedTuple):
    """logit P(true) = intercept + slope logit(score); perfect is 0 and 1.

    `fitted` is False where the data have no such line; then 0 and 1 with infinite intervals.
    """

    intercept: Estimate
    slope: Estimate
    fitted: Bools


def auc(positives: ArrayLike, negatives: ArrayLike, level: float = 0.95) -> Auc:
    """Return the chance that a positive scores above a negative, ties counting half.

    Refuse a verdict where the bins leave more than 0.02 open. See `dominance` for the interval
    and the cases without one. Source: DeLong, DeLong & Clarke-Pearson 1988, on counts.
    """
    a = finite("positives", positives, low=0.0)
    c = finite("negatives", negatives, low=0.0)
    estimate = dominance(a, c, level)
    pairs = a.sum(axis=-1) * c.sum(axis=-1)
    half = share((a * c).sum(axis=-1), pairs) / 2
    low, high = np.maximum(estimate.value - half, 0.0), np.minimum(estimate.value + half, 1.0)
    return Auc(estimate, Bounds(np.where(pairs > 0, low, 0.0), np.where(pairs > 0, high, 1.0)))


def in_the_large(
    positives: ArrayLike,
    n: ArrayLike,
    scores: ArrayLike,
    positive_scores: ArrayLike,
    squares: ArrayLike,
    level: float = 0.95,
) -> Estimate:
    """Return mean outcome - mean score, from -1 to 1; above 0 the scores are too low.

    scores, squares: sums of s and s^2 over all n cases; positive_scores: sum of s over the
    positives. Normal interval. (-1, 1) and se inf with 1 case or fewer. ValueError for sums that
    no scores from 0 to 1 can have.
    """
    x, n = counts(positives, n)
    s, hits, ss = (
        finite(name, values, low=0.0)
        for name, values in (
            ("scores", scores),
            ("positive_scores", positive_scores),
            ("squares", squares),
        )
    )
    slack = 1e-9 * (n + 1)
    possible = (hits <= np.minimum(s, x) + slack) & (s - hits <= n - x + slack)
    if not (possible & (ss <= s + slack) & (s**2 <= (ss + slack) * (n + slack))).all():
        raise ValueError("no scores from 0 to 1 have these sums")
    value = share(x - s, n)
    # (y - s)^2 is 1 - 2s + s^2 for a positive and s^2 for a negative.
    spread = np.maximum(share(x - 2 * hits + ss, n) - value**2, 0.0)
    known = n > 1
    se = np.where(known, np.sqrt(share(spread, n)), np.inf)
    arm = two_sided_z(level) * se
    return Estimate(value, np.maximum(value - arm, -1.0), np.minimum(value + arm, 1.0), se)


def calibration_line(
    positives: ArrayLike, n: ArrayLike, scores: ArrayLike, level: float = 0.95
) -> Line:
    """Return intercept and slope of the binomial regression of outcomes on the logit of scores.

    scores: mean score per bin, clipped to 1e-6 from 0 and 1. A slope below 1: scores too extreme.
    Not fitted where one score parts positives from negatives (separation), or one bin has all.
    Source: Cox 1958; Newton's method.
    """
    x, n = counts(positives, n)
    s = np.clip(numbers("scores", scores, 0.0, 1.0), CLIP, 1 - CLIP)
    x, n, t = np.broadcast_arrays(np.atleast_1d(x), n, logit(s))
    fitted = _overlap(x, n, t)
    beta, variance = np.zeros((2, *x.shape[:-1])), np.full((2, *x.shape[:-1]), np.inf)
    beta[1] = 1.0
    for place in np.ndindex(fitted.shape):
        if fitted[place]:
            beta[:, *place], variance[:, *place] = _fit(x[place], n[place], t[place])
    se = np.sqrt(variance)
    arm = two_sided_z(level) * se
    intercept, slope = (
        Estimate(*parts) for parts in zip(beta, beta - arm, beta + arm, se, strict=True)
    )
    return Line(intercept, slope, fitted)


def expected_error(positives: ArrayLike, n: ArrayLike, scores: ArrayLike) -> Floats:
    """Return ECE, the mean distance between rate and mean score of a bin, from 0 to 1.

    Small groups inflate it: never compare it between groups of different size. 0 without cases.
    """
    share_of_cases, gap, _ = _binned(positives, n, scores)
    return np.asarray((share_of_cases * np.abs(gap)).sum(axis=-1))


def squared_error(positives: ArrayLike, n: ArrayLike, scores: ArrayLike) -> Floats:
    """Return the mean squared distance between rate and mean score of a bin, chance included."""
    share_of_cases, gap, _ = _binned(positives, n, scores)
    return np.asarray((share_of_cases * gap**2).sum(axis=-1))


def debiased_squared_error(positives: ArrayLike, n: ArrayLike, scores: ArrayLike) -> Floats:
    """Return `squared_error` less what chance adds to it; may be negative, which is shown as 0.

    Bins of fewer than 2 cases cannot be corrected, and are left out. Source: Kumar et al. 2019.
    """
    n = finite("n", n, low=0.0)
    several = n >= LEAST_IN_BIN
    share_of_cases, gap, spread = _binned(
        np.where(several, positives, 0.0), np.where(several, n, 0.0), scores
    )
    chance = share(spread, np.maximum(n - 1, 0.0))
    return np.asarray((share_of_cases * (gap**2 - chance)).sum(axis=-1))


def _binned(positives: ArrayLike, n: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return per bin its share of the cases, rate - mean score, and the rate's y(1 - y)."""
    x, n = counts(np.atleast_1d(positives), n)
    rate = share(x, n)
    gap = rate - numbers("scores", scores, 0.0, 1.0)
    return share(n, n.sum(axis=-1, keepdims=True)), gap, rate * (1 - rate)


def _overlap(x: Floats, n: Floats, t: Floats) -> Bools:
    """Return where neither side of any score holds all positives or all negatives.

    Only then does the likelihood of the line have a maximum. Source: Albert & Anderson 1984.
    """

    def span(counts: Floats) -> tuple[Floats, Floats]:
        there = counts > 0
        return np.where(there, t, np.inf).min(axis=-1), np.where(there, t, -np.inf).max(axis=-1)

    (low, high), (low_negative, high_negative) = span(x), span(n - x)
    return np.asarray((high > low_negative + CLIP) & (high_negative > low + CLIP))


def _fit(x: Floats, n: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope, and their variances, by Newton steps that never fall back."""
    design = np.stack([np.ones_like(t), t], axis=-1)

    def likelihood(beta: Floats) -> float:
        eta = design @ beta
        return float(x @ eta - n @ np.logaddexp(0.0, eta))

    def information(beta: Floats) -> Floats:
        p = expit(design @ beta)
        return np.asarray(design.T @ (design * (n * p * (1 - p))[:, None]))

    beta = np.zeros(2)
    for _ in range(STEPS):
        slope = design.T @ (x - n * expit(design @ beta))
        step = np.linalg.solve(information(beta), slope)
        if np.abs(step).max() < PRECISION:
            break
        for _ in range(HALVINGS):
            if likelihood(beta + step) >= likelihood(beta):
                break
            step = step / 2
        beta = beta + step
    return beta, np.diag(np.linalg.inv(information(beta)))
