"""Ratings: methods 5, and the routine of methods 2 that serves AUC, Mann-Whitney and Cliff."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from careaudit.stats.ordinal import (
    csat,
    csat_bounds,
    dominance,
    mean_rating,
    net_promoters,
    nps,
)
from careaudit.stats.rates import wilson

G, R = (40, 30, 50, 60, 20), (40, 60, 120, 240, 140)
levels = st.lists(st.integers(0, 40), min_size=4, max_size=4)


def spread_out(counts):
    """Return one rating per row."""
    return np.repeat(np.arange(len(counts)), counts)


def test_the_printed_ratings():
    x, n = csat([G, R])
    assert 100 * x / n == pytest.approx([40.0, 63.333333], abs=1e-6)
    assert mean_rating([G, R], [1, 2, 3, 4, 5]).m == pytest.approx([2.95, 3.633333], abs=1e-6)
    found = dominance(G, R)
    assert found.value == pytest.approx(0.349167, abs=1e-6)
    assert 2 * found.value - 1 == pytest.approx(-0.301667, abs=1e-6)
    assert found.se == pytest.approx(0.021757, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.307816, 0.392919), abs=1e-6)


def test_dominance_against_scipy_and_sklearn():
    random = np.random.default_rng(3)
    for _ in range(20):
        g, r = random.integers(0, 50, (2, 6)) + np.eye(6, dtype=int)[:2]
        ours = dominance(g, r).value
        u = mannwhitneyu(spread_out(g), spread_out(r)).statistic
        assert ours == pytest.approx(u / (g.sum() * r.sum()))
        truth, score = np.repeat([1, 0], 6), np.tile(np.arange(6), 2)
        theirs = roc_auc_score(truth, score, sample_weight=np.concatenate([g, r]))
        assert ours == pytest.approx(theirs)


@given(levels, levels)
@settings(deadline=None)
def test_the_variance_is_that_of_the_rows(g, r):
    a, b = spread_out(g), spread_out(r)
    if min(a.size, b.size) < 2:
        return
    wins = (a[:, None] > b) + (a[:, None] == b) / 2
    variance = wins.mean(axis=1).var(ddof=1) / a.size + wins.mean(axis=0).var(ddof=1) / b.size
    found = dominance(g, r)
    assert found.value == pytest.approx(wins.mean())
    if variance > 1e-20:
        assert found.se == pytest.approx(np.sqrt(variance))


@given(levels, levels)
@settings(deadline=None)
def test_laws_of_dominance(g, r):
    there, back = dominance(g, r), dominance(r, g)
    assert not any(np.isnan(part).any() for part in there)
    assert 0 <= there.low <= there.value + 1e-12 <= there.high + 2e-12 <= 1 + 3e-12
    assert there.se > 0
    assert back.value == pytest.approx(1 - there.value)
    assert back.low == pytest.approx(1 - there.high)
    assert back.se == pytest.approx(there.se)


def test_groups_that_say_little_or_nothing():
    nobody = dominance([0, 0], [3, 4])
    assert (nobody.value, nobody.low, nobody.high, nobody.se) == (0.5, 0, 1, np.inf)
    one = dominance([0, 1], [30, 0])
    assert (one.value, one.low, one.high, one.se) == (1, 0, 1, np.inf)
    tied = dominance([0, 30, 0], [0, 500, 0])
    assert (tied.value, tied.low) == (0.5, wilson(15, 30).low)
    apart = dominance([0, 30], [500, 0])
    assert (apart.value, apart.low, apart.high) == (1, wilson(30, 30).low, 1)
    assert apart.se > 0
    both = dominance([[0, 0], [0, 30]], [3, 4])
    assert both.value.shape == (2,)


def test_rocks():
    found = net_promoters(90, 60, 200)
    assert found.value == 15.0
    assert (found.low, found.high) == pytest.approx((3.069618, 26.487032), abs=1e-6)
    ratings = [20, 0, 5, 5, 10, 10, 10, 25, 25, 40, 50]  # 60 up to 6, 50 passive, 90 above 8
    assert tuple(nps(ratings)) == tuple(found)


def test_the_ends_of_the_promoter_scale():
    everyone, nobody = net_promoters(50, 0, 50), net_promoters(0, 0, 0)
    assert (everyone.value, everyone.high) == (100, 100)
    assert everyone.low < 100
    assert everyone.se > 0
    assert tuple(nobody) == (0, -100, 100, np.inf)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
@settings(deadline=None)
def test_promoters_and_detractors_mirror(p, d, rest):
    n = p + d + rest
    there, back = net_promoters(p, d, n), net_promoters(d, p, n)
    assert there.low == pytest.approx(-back.high)
    assert -100 <= there.low <= there.value <= there.high <= 100


def test_mean_rating_against_the_rows():
    values = np.array([1, 2, 3, 4, 7])
    rows = values[spread_out(G)]
    m, v = mean_rating(G, values)
    assert m == pytest.approx(rows.mean())
    assert v == pytest.approx(rows.var() / rows.size)
    assert tuple(mean_rating([0, 0], [1, 2])) == (0, np.inf)


def test_the_silent_were_all_dissatisfied_or_all_satisfied():
    low, high = csat_bounds([[10, 0, 0, 20, 30]], [100])
    assert (low.x.tolist(), low.n.tolist()) == ([50], [100])
    assert (high.x.tolist(), high.n.tolist()) == ([90], [100])
    with pytest.raises(ValueError, match="missing"):
        csat_bounds([10, 0, 0, 20, 30], 59)


def test_impossible_ratings_are_named():
    with pytest.raises(ValueError, match="5 counts"):
        csat([1, 2, 3])
    with pytest.raises(ValueError, match="11 counts"):
        nps([1, 2, 3])
    with pytest.raises(ValueError, match="5 counts"):
        csat(3)
    with pytest.raises(ValueError, match="ratings"):
        csat([1, 2, 3, -4, 5])
    with pytest.raises(ValueError, match="values"):
        mean_rating([1, 2], [1, np.nan])
    with pytest.raises(ValueError, match="exceed"):
        net_promoters(60, 60, 100)
    with pytest.raises(ValueError, match="higher"):
        dominance([1, np.nan], [1, 2])
    with pytest.raises(ValueError, match="each level"):
        dominance([1, 2, 3], [1, 2])


def test_intervals_cover_what_was_simulated():
    random = np.random.default_rng(8)
    p, q = np.array([0.2, 0.2, 0.3, 0.2, 0.1]), np.array([0.1, 0.1, 0.2, 0.35, 0.25])
    truth = p @ (np.cumsum(q) - q / 2)
    found = dominance(random.multinomial(60, p, 6000), random.multinomial(150, q, 6000))
    covered = ((found.low <= truth) & (truth <= found.high)).mean()
    assert covered == pytest.approx(0.95, abs=0.01)
    answers = random.multinomial(120, [0.45, 0.3, 0.25], 6000)
    score = net_promoters(answers[:, 0], answers[:, 1], 120)
    covered = ((score.low <= 15) & (score.high >= 15)).mean()
    assert covered == pytest.approx(0.949, abs=0.01)
