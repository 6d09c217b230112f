"""Coverage of the intervals of waits, amounts, ratings and scores over drawn logs."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm
from study import Drawn, Interval, percent

from careaudit.stats import amounts, bootstrap, bounds, calibration, ordinal, parts, survival

Random = np.random.Generator


def binned(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Count each row's values by bin; a bin includes its right edge."""
    bins = len(edges)
    place = np.minimum(np.searchsorted(edges, values), bins - 1)
    rows = np.arange(len(values))[:, None]
    return np.bincount((place + bins * rows).ravel(), minlength=bins * len(values)).reshape(
        -1, bins
    )


# Hours; the mean wait is 2, the promise 3, and the log ends 1 to 12 hours after a request.
MEAN_WAIT, PROMISE, HORIZON, AGES, PATIENCE = 2.0, 3.0, 6.0, (1.0, 12.0), 5.0
EDGES = np.append(np.arange(1, 121) / 10, np.inf)


def waits(
    n: int, random: Random, runs: int, *, mean: float = MEAN_WAIT, patience: float = np.inf
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw waits: (answered, abandoned, censored) by bin, one row a run."""
    wait = random.exponential(mean, (runs, n))
    leave = random.exponential(patience, (runs, n)) if np.isfinite(patience) else np.inf
    age = random.uniform(*AGES, (runs, n))
    end = np.minimum(np.minimum(wait, leave), age)
    answered = binned(np.where((wait <= leave) & (wait <= age), end, np.inf), EDGES)
    abandoned = binned(np.where((leave < wait) & (leave <= age), end, np.inf), EDGES)
    answered[:, -1] = abandoned[:, -1] = 0  # what never happened; no age reaches the last bin
    return answered, abandoned, binned(end, EDGES) - answered - abandoned


def attainment(n: int, random: Random, runs: int) -> Drawn:
    won, _, open_ = waits(n, random, runs)
    found = survival.attainment(survival.waits(EDGES, won, open_), PROMISE)
    return Drawn(found.low, found.high, 1 - np.exp(-PROMISE / MEAN_WAIT))


def answered(n: int, random: Random, runs: int) -> Drawn:
    found = survival.incidence(EDGES, *waits(n, random, runs, patience=PATIENCE), PROMISE)
    pace = 1 / MEAN_WAIT + 1 / PATIENCE
    return Drawn(found.low, found.high, (1 - np.exp(-PROMISE * pace)) / MEAN_WAIT / pace)


def mean_wait(n: int, random: Random, runs: int) -> Drawn:
    won, _, open_ = waits(n, random, runs)
    found = survival.rmst(survival.waits(EDGES, won, open_), HORIZON)
    return Drawn(found.low, found.high, area(MEAN_WAIT))


def area(mean: float) -> float:
    """The mean wait up to the horizon, every wait counted to the end of its bin."""
    starts = np.concatenate([[0.0], EDGES[EDGES < HORIZON]])
    return float((np.exp(-starts / mean) * np.diff(np.append(starts, HORIZON))).sum())


def median_wait(q: float, n: int, random: Random, runs: int) -> Drawn:
    won, _, open_ = waits(n, random, runs)
    found = survival.quantile(survival.waits(EDGES, won, open_), q)
    exact = -MEAN_WAIT * np.log(1 - q)
    return Drawn(found.low, found.high, float(EDGES[np.searchsorted(EDGES, exact)]))


# Amounts in cents: log-normal grants of spread .9 (methods 3), some requests refused.
SPREAD, SIZE = 0.9, 5_000.0
P_G, P_R = 0.64, 0.76


def grants(p: float, size: float, n: int, random: Random, runs: int) -> np.ndarray:
    """Draw amounts (runs, n), 0 where refused."""
    worth = size * random.lognormal(0.0, SPREAD, (runs, n))
    return worth * (random.random((runs, n)) < p)


def mean_of(amount: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of it from the sums of a cell."""
    n = amount.shape[1]
    means = [
        amounts.mean_and_variance(n, round(total), round(squares))
        for total, squares in zip(amount.sum(axis=1), (amount**2).sum(axis=1), strict=True)
    ]
    return np.array([mean.m for mean in means]), np.array([mean.v for mean in means])


def two_part(n: int, random: Random, runs: int) -> tuple[np.ndarray, ...]:
    """Mean and variance of a group, and of a reference with more and larger grants."""
    group = grants(P_G, SIZE, n, random, runs)
    reference = grants(P_R, 1.2 * SIZE, 3 * n, random, runs)
    return (*mean_of(group), *mean_of(reference))


def money_ratio(n: int, random: Random, runs: int) -> Drawn:
    found = parts.mean_ratio(*two_part(n, random, runs))
    return Drawn(found.low, found.high, P_G / (1.2 * P_R))


def money_lost(n: int, random: Random, runs: int) -> Drawn:
    found = amounts.shortfall(n, *two_part(n, random, runs))
    mean = SIZE * np.exp(SPREAD**2 / 2)
    return Drawn(found.low, found.high, n * mean * (1.2 * P_R - P_G))


def when_granted(k: int, random: Random, runs: int) -> Drawn:
    first, second = (grants(1.0, size, k, random, runs) for size in (SIZE, 1.2 * SIZE))
    found = parts.mean_ratio(*mean_of(first), *mean_of(second))
    return Drawn(found.low, found.high, 1 / 1.2)


def money_quantile(q: float, n: int, random: Random, runs: int) -> Drawn:
    edges = np.concatenate([[0.0], SIZE * 1.02 ** np.arange(-200, 201)])
    counts = binned(grants(1.0, SIZE, n, random, runs), edges[1:])
    found = parts.quantile(edges, counts, q)
    return Drawn(found.low, found.high, SIZE * float(np.exp(SPREAD * norm.ppf(q))))


RATINGS_G = np.array([40, 30, 50, 60, 20]) / 200
RATINGS_R = np.array([40, 60, 120, 240, 140]) / 600


def larger(p: np.ndarray, q: np.ndarray) -> float:
    """The chance that a draw from p lies above one from q, ties half."""
    return float(p @ (np.cumsum(q) - q / 2))


def dominance(n: int, random: Random, runs: int) -> Drawn:
    found = ordinal.dominance(
        random.multinomial(n, RATINGS_G, runs), random.multinomial(3 * n, RATINGS_R, runs)
    )
    return Drawn(found.low, found.high, larger(RATINGS_G, RATINGS_R))


def nps(promoters: float, detractors: float, n: int, random: Random, runs: int) -> Drawn:
    p, d, _ = random.multinomial(n, [promoters, detractors, 1 - promoters - detractors], runs).T
    found = ordinal.net_promoters(p, d, n)
    return Drawn(found.low, found.high, 100 * (promoters - detractors))


# Scores of true cases lie 1.2 standard deviations higher.
APART = 1.2


def score_bins(apart: float) -> np.ndarray:
    """The chances of 20 score bins, for normal scores that many standard deviations higher."""
    cuts = norm.cdf(np.linspace(-2.2, 3.4, 19), loc=apart)
    return np.diff(np.concatenate([[0.0], cuts, [1.0]]))


def auc(positives: int, negatives: int, random: Random, runs: int) -> Drawn:
    found = calibration.auc(
        random.multinomial(positives, score_bins(APART), runs),
        random.multinomial(negatives, score_bins(0), runs),
    ).auc
    return Drawn(found.low, found.high, larger(score_bins(APART), score_bins(0)))


def in_the_large(n: int, random: Random, runs: int) -> Drawn:
    """Scores that are 3 points too low."""
    s = random.beta(2, 5, (runs, n)) * 0.9
    y = random.random((runs, n)) < s + 0.03
    found = calibration.in_the_large(
        y.sum(axis=1), n, s.sum(axis=1), (s * y).sum(axis=1), (s**2).sum(axis=1)
    )
    return Drawn(found.low, found.high, 0.03)


def calibration_slope(n: int, random: Random, runs: int) -> Drawn:
    """Scores too extreme: outcomes follow .8 of their log odds."""
    scores = np.array([0.05, 0.15, 0.3, 0.5, 0.75])
    sizes = np.rint(n * np.array([0.3, 0.25, 0.2, 0.15, 0.1])).astype(int)
    x = random.binomial(sizes, expit(0.8 * logit(scores)), (runs, 5))
    found = calibration.calibration_line(x, sizes, scores).slope
    return Drawn(found.low, found.high, 0.8)


# Bins of decisions by their chance of being a member's (methods 11).
CHANCE, BIN_SIZES, BIN_RATES = (
    np.array([0.1, 0.3, 0.5, 0.7, 0.9]), np.array([400, 250, 150, 120, 80]),
    np.array([0.45, 0.43, 0.41, 0.36, 0.33]),
)  # fmt: skip


def probable(kind: str, random: Random, runs: int) -> Drawn:
    """The gap by chances of membership, with its bootstrap interval; bins keep their sizes."""

    def gap(counts: np.ndarray) -> np.ndarray:
        x, n = counts[..., :5], counts[..., :5] + counts[..., 5:]
        if kind == "slope":
            return bounds.slope(x, n, CHANCE)
        return bounds.weighted(x, n, CHANCE).gap

    truth = gap(np.concatenate([BIN_SIZES * BIN_RATES, BIN_SIZES * (1 - BIN_RATES)])[None])[0]
    low, high = np.empty(runs), np.empty(runs)
    segments = np.tile(np.arange(5), 2)
    for run, x in enumerate(random.binomial(BIN_SIZES, BIN_RATES, (runs, 5))):
        found = bootstrap.cells_interval(
            np.concatenate([x, BIN_SIZES - x]), gap, random, segments=segments, draws=1_000
        )
        low[run], high[run] = found.low, found.high
    return Drawn(low, high, float(truth))


INTERVALS = [
    *(
        Interval(name, f"n {n:,}, open cases included", draw, published)
        for name, draw_of, published in (
            ("share served in time", attainment, "95 %"),
            ("share answered, others abandon", answered, ""),
            ("mean wait up to 6 h", mean_wait, ""),
        )
        for n in (50, 300) for draw in (partial(draw_of, n),)
    ),
    *(
        Interval(name, f"n {n:,}, open cases included", partial(median_wait, q, n))
        for q, name in ((0.5, "median wait"), (0.9, "p90 of the wait")) for n in (50, 300)
    ),
    *(
        Interval(name, f"n {n:,} v {3 * n:,}, log-normal grants", partial(draw_of, n))
        for name, draw_of in (("ratio of mean amounts", money_ratio), ("money lost", money_lost))
        for n in (300, 1_000)
    ),
    Interval("ratio of mean grants", "300 grants each, log-normal", partial(when_granted, 300),
             "94.6 %"),
    *(
        Interval(name, f"{n} grants, bins of 2 %", partial(money_quantile, q, n))
        for q, name in ((0.5, "median grant"), (0.9, "p90 of grants")) for n in (100, 300)
    ),
    *(
        Interval("who rates higher (dominance)", f"n {n} v {3 * n}", partial(dominance, n), "95 %")
        for n in (50, 200)
    ),
    *(
        Interval("net promoter score", f"n {n:,}, {percent(p)} promote, {percent(d)} detract",
                 partial(nps, p, d, n), "94.9 %")
        for n in (50, 200, 1_000) for p, d in ((0.45, 0.3), (0.85, 0.05))
    ),
    *(
        Interval("AUC from 20 bins", f"{m} true v {n:,} not", partial(auc, m, n))
        for m, n in ((50, 150), (200, 1_800))
    ),
    *(
        Interval("calibration in the large", f"n {n}", partial(in_the_large, n))
        for n in (50, 500)
    ),
    *(
        Interval("calibration slope", f"n {n:,}", partial(calibration_slope, n), slow=True)
        for n in (300, 2_000)
    ),
    *(
        Interval("gap by chance of membership, bootstrap", f"n 1,000, {kind}",
                 partial(probable, kind), slow=True)
        for kind in ("weighted", "slope")
    ),
]  # fmt: skip
