"""Amounts in two parts and their quantiles: methods 3 and 17, simulation, scipy, and laws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm, rv_histogram

from careaudit.stats.amounts import mean_and_variance, two_part_mean
from careaudit.stats.parts import (
    Mean,
    Parts,
    histogram_quantile,
    log_parts,
    mean_ratio,
    money_split,
    quantile,
    standardised_difference,
    top_share,
    winsorised,
)

SIX = 1e-6
EDGES, COUNTS = [0, 10, 20, 40, 80, 160], [30, 50, 70, 40, 10]  # methods 3


def parts(requests, grants, mu, sd):
    """Parts of a group whose grants have this mean and population standard deviation."""
    size = mean_and_variance(grants, grants * mu, grants * (sd**2 + mu**2))
    p = grants / requests
    return Parts(p, p * (1 - p) / requests, *size)


G, R = parts(2000, 1280, 42, 30), parts(6000, 4560, 50, 33)

shares = st.floats(0.01, 1)
sizes = st.floats(0.5, 1e6)
variances = st.floats(0, 10)
groups = st.builds(Parts, p=shares, v_p=variances, mu=sizes, v_mu=variances)


@st.composite
def histograms(draw):
    steps = draw(st.lists(st.floats(0.1, 50), min_size=1, max_size=8))
    counts = draw(st.lists(st.integers(0, 40), min_size=len(steps), max_size=len(steps)))
    if not sum(counts):
        counts[0] = 1
    return np.cumsum([draw(st.floats(0, 10)), *steps]), np.array(counts, dtype=float)


def ends(estimate):
    return float(estimate.low), float(estimate.high)


# The numbers of methods 3.


def test_means_of_the_methods():
    assert (G.mean.m, R.mean.m) == pytest.approx((26.88, 38.00))
    ratio = mean_ratio(*G.mean, *R.mean)
    assert ratio.value == pytest.approx(0.707368, abs=SIX)
    assert ends(ratio) == pytest.approx((0.668578, 0.748409), abs=SIX)
    assert log_parts(G, R) == pytest.approx((-0.171850, -0.174353), abs=SIX)


def test_shortfall_of_the_methods():
    total, share, size = money_split(2000, G, R)
    assert total.value == pytest.approx(22240)
    assert total.se == pytest.approx(1679.467535, abs=SIX)
    assert (share.value, size.value) == pytest.approx((11040, 11200))


def test_standardised_difference_of_the_methods():
    # 30 and 33 are the sample standard deviations here
    g = mean_and_variance(1280, 1280 * 42, 1279 * 30**2 + 1280 * 42**2)
    r = mean_and_variance(4560, 4560 * 50, 4559 * 33**2 + 4560 * 50**2)
    assert standardised_difference(1280, g, 4560, r) == pytest.approx(-0.247137, abs=SIX)


def test_median_of_the_methods():
    median = quantile(EDGES, COUNTS, 0.5)
    assert median.value == pytest.approx(25.714286, abs=SIX)
    assert ends(median) == pytest.approx((21.792049, 29.636522), abs=SIX)


# Oracles.


def test_the_two_parts_have_the_variance_of_the_whole():
    whole = mean_and_variance(2000, 1280 * 42, 1280 * (30**2 + 42**2))
    assert G.mean == pytest.approx(whole)
    assert G.mean == pytest.approx(two_part_mean(2000, 1280, 1280, 53760, 1280 * (900 + 1764)))


def drawn(random, runs, n, p, log_sd):
    """Parts of simulated groups: granted at random, amounts lognormal with mean 1."""
    k = random.binomial(n, p, runs)
    amounts = random.lognormal(-(log_sd**2) / 2, log_sd, (runs, n))
    kept = np.arange(n) < k[:, None]
    mu = np.where(kept, amounts, 0).sum(axis=1) / k
    spread = np.where(kept, (amounts - mu[:, None]) ** 2, 0).sum(axis=1) / k
    share = k / n
    return Parts(share, share * (1 - share) / n, mu, spread / k)


def test_errors_and_coverage_by_simulation():
    # methods 15.3: two-part means cover 93 % and more from n = 300 on
    random = np.random.default_rng(3)
    g, r = drawn(random, 3000, 400, 0.6, 0.9), drawn(random, 3000, 900, 0.75, 0.9)
    ratio = mean_ratio(*g.mean, *r.mean)
    assert np.mean((ratio.low <= 0.8) & (ratio.high >= 0.8)) == pytest.approx(0.945, abs=0.015)
    split = money_split(400, g, r)
    for found, truth in zip(split, (60, 60, 0), strict=True):
        assert np.mean((found.low <= truth) & (truth <= found.high)) == pytest.approx(
            0.945, abs=0.015
        )
        assert np.sqrt(np.mean(found.se**2)) == pytest.approx(found.value.std(), rel=0.04)


@given(g=groups, r=groups)
def test_errors_of_the_split_by_its_slopes(g, r):
    """The error of each part from the change that each of the four numbers makes alone."""
    step = 0.01

    def value(name, of):
        return float(getattr(money_split(1, *of), name).value)

    for name in ("total", "share", "size"):
        variance = 0.0
        for place, (field, error) in product((0, 1), (("p", "v_p"), ("mu", "v_mu"))):
            moved = []
            for sign in (-1, 1):
                of = [g, r]
                of[place] = of[place]._replace(**{field: getattr(of[place], field) + sign * step})
                moved.append(value(name, of))
            slope = (moved[1] - moved[0]) / (2 * step)
            variance += getattr((g, r)[place], error) * slope**2
        found = getattr(money_split(1, g, r), name)
        assert found.se**2 == pytest.approx(variance, rel=1e-3, abs=1e-4)


def test_difference_in_standard_deviations_from_the_rows():
    random = np.random.default_rng(4)
    g, r = random.integers(1, 90, 14), random.integers(20, 120, 25)
    pooled = np.sqrt((13 * g.var(ddof=1) + 24 * r.var(ddof=1)) / 37)
    expected = (g.mean() - r.mean()) / pooled * (1 - 3 / (4 * 39 - 9))
    sums = [mean_and_variance(len(rows), rows.sum(), (rows**2).sum()) for rows in (g, r)]
    assert standardised_difference(14, sums[0], 25, sums[1]) == pytest.approx(expected)


@given(histogram=histograms(), q=st.floats(0.001, 0.999))
def test_quantiles_against_scipy(histogram, q):
    edges, counts = histogram
    found = histogram_quantile(edges, counts, q)
    expected = rv_histogram((counts, edges), density=False)
    # in an empty bin the distribution is flat, so it is the level that must come back
    assert expected.cdf(found) == pytest.approx(q, abs=1e-9)
    assert edges[0] <= found <= edges[-1]


def test_fine_bins_give_the_quantiles_of_the_rows():
    # methods 0: bins that grow by 2 % leave quantiles right within 1 %
    random = np.random.default_rng(5)
    rows = random.lognormal(3, 1, 20_000)
    edges = 1.02 ** np.arange(-200, 500)
    counts, _ = np.histogram(rows, edges)
    assert counts.sum() == rows.size
    for q in (0.1, 0.5, 0.9, 0.99):
        assert histogram_quantile(edges, counts, q) == pytest.approx(np.quantile(rows, q), rel=0.01)
    middle = (edges[1:] + edges[:-1]) / 2
    assert (counts * middle).sum() == pytest.approx(rows.sum(), rel=0.01)
    largest = np.sort(rows)[-200:]
    assert top_share(edges, counts) == pytest.approx(largest.sum() / rows.sum(), rel=0.01)
    cut = np.minimum(rows, np.quantile(rows, 0.99))
    mean, variance = winsorised(edges, counts)
    assert mean == pytest.approx(cut.mean(), rel=0.01)
    assert variance == pytest.approx(cut.var() / rows.size, rel=0.02)


def test_coverage_of_quantiles():
    random = np.random.default_rng(6)
    edges = 1.02 ** np.arange(-300, 300)
    p = np.diff(lognorm.cdf(edges, 0.8))
    counts = random.multinomial(400, p / p.sum(), 3000)
    for q in (0.5, 0.9):
        truth = lognorm.ppf(q, 0.8)
        found = quantile(edges, counts, q)
        assert np.mean((found.low <= truth) & (truth <= found.high)) == pytest.approx(
            0.95, abs=0.015
        )
        assert np.mean(found.se) == pytest.approx(found.value.std(), rel=0.1)


# Laws.


@given(g=groups, r=groups, n=st.floats(0, 1e6))
def test_the_parts_add_up(g, r, n):
    total, share, size = money_split(n, g, r)
    scale = n * (g.mean.m + r.mean.m) + 1
    assert share.value + size.value == pytest.approx(total.value, abs=1e-9 * scale)
    for found in (total, share, size):
        assert found.low <= found.value <= found.high
    logs = log_parts(g, r)
    assert sum(logs) == pytest.approx(np.log(g.mean.m / r.mean.m), abs=1e-9)


@given(g=groups, r=groups)
def test_exchanging_the_groups_mirrors_the_split(g, r):
    for there, back in zip(money_split(100, g, r), money_split(100, r, g), strict=True):
        assert there.value == pytest.approx(-back.value)
        assert there.se == pytest.approx(back.se)
    assert log_parts(g, r) == pytest.approx([-part for part in log_parts(r, g)])
    there, back = mean_ratio(*g.mean, *r.mean), mean_ratio(*r.mean, *g.mean)
    assert there.value == pytest.approx(1 / back.value)
    if np.isfinite(there.high):
        assert there.low * float(back.high) == pytest.approx(1)


@given(g=groups, r=groups)
def test_currency_does_not_matter(g, r):
    def scaled(of, k=100.0):
        return Parts(of.p, of.v_p, of.mu * k, of.v_mu * k**2)

    plain, large = mean_ratio(*g.mean, *r.mean), mean_ratio(*scaled(g).mean, *scaled(r).mean)
    assert [float(end) for end in large] == pytest.approx([float(end) for end in plain], rel=1e-9)
    for cents, dollars in zip(
        money_split(9, scaled(g), scaled(r)), money_split(9, g, r), strict=True
    ):
        assert cents.value == pytest.approx(100 * dollars.value, abs=1e-6)
        assert cents.se == pytest.approx(100 * dollars.se)


@given(group=groups)
def test_equal_groups_lose_nothing(group):
    assert [part.value for part in money_split(50, group, group)] == [0, 0, 0]
    assert log_parts(group, group) == (0, 0)
    assert mean_ratio(*group.mean, *group.mean).value == 1


@given(histogram=histograms(), q=st.floats(0, 1), other=st.floats(0, 1))
def test_quantiles_rise_with_their_level(histogram, q, other):
    low, high = sorted((q, other))
    there, here = histogram_quantile(*histogram, low), histogram_quantile(*histogram, high)
    assert there <= here + 1e-9


@given(histogram=histograms(), q=st.floats(0.01, 0.99), deff=st.floats(1, 20))
def test_a_design_effect_widens_and_moves_nothing(histogram, q, deff):
    edges, counts = histogram
    plain, wide = quantile(edges, counts, q), quantile(edges, counts / deff, q)
    assert plain.low <= plain.value + 1e-9
    assert plain.value <= plain.high + 1e-9
    assert wide.low <= plain.low + 1e-9
    assert wide.high >= plain.high - 1e-9
    assert wide.se >= plain.se - 1e-9


@given(histogram=histograms(), top=st.floats(0, 1))
def test_the_top_holds_at_least_its_share(histogram, top):
    held = float(top_share(*histogram, top))
    assert top - 1e-9 <= held <= 1 + 1e-9


@given(histogram=histograms())
def test_cutting_the_top_never_raises_the_mean(histogram):
    edges, counts = histogram
    plain, cut = winsorised(edges, counts, 1.0), winsorised(edges, counts, 0.9)
    assert cut.m <= plain.m + 1e-9
    assert cut.v <= plain.v + 1e-9


def test_many_histograms_at_once_are_the_histograms_one_by_one():
    counts = np.random.default_rng(8).integers(0, 9, (30, 5))
    counts[:, 0] += 1
    together = quantile(EDGES, counts, 0.8)
    tops, means = top_share(EDGES, counts, 0.2), winsorised(EDGES, counts, 0.8)
    for at in range(30):
        alone = quantile(EDGES, counts[at], 0.8)
        assert [part[at] for part in together] == pytest.approx([float(part) for part in alone])
        assert tops[at] == pytest.approx(float(top_share(EDGES, counts[at], 0.2)))
        assert means.m[at] == pytest.approx(float(winsorised(EDGES, counts[at], 0.8).m))


# Edges.


def test_a_group_that_got_nothing():
    nothing = Parts(0.0, 0.0, 0.0, 0.0)
    assert mean_ratio(*nothing.mean, *R.mean) == (0, 0, np.inf, np.inf)
    assert mean_ratio(*R.mean, *nothing.mean) == (np.inf, 0, np.inf, np.inf)
    assert mean_ratio(*nothing.mean, *nothing.mean) == (1, 0, np.inf, np.inf)
    assert money_split(10, nothing, R).total.value == pytest.approx(380)
    with pytest.raises(ValueError, match="grants"):
        log_parts(nothing, R)


def test_grants_that_are_all_alike():
    same, other = Mean(5.0, 0.0), Mean(7.0, 0.0)
    assert standardised_difference(9, same, 9, same) == 0
    assert standardised_difference(9, same, 9, other) == -np.inf
    with pytest.raises(ValueError, match="2 grants"):
        standardised_difference(1, same, 9, other)


def test_the_ends_of_a_histogram():
    counts = [0, 5, 0, 5, 0]
    assert histogram_quantile(EDGES, counts, 0.0) == 10
    assert histogram_quantile(EDGES, counts, 0.5) == 20
    assert histogram_quantile(EDGES, counts, 0.5 + 1e-12) == pytest.approx(40)
    assert histogram_quantile(EDGES, counts, 1.0) == 80
    assert top_share([-1, 1], [5]) == 0


@pytest.mark.parametrize(
    ("edges", "counts", "said"),
    [
        ([0, 1], [0], "without amounts"),
        ([0, 1, 1], [1, 1], "rise"),
        ([0, 1, 2], [1], "one more edge"),
        ([0, 1], [-1], "counts"),
        ([0, float("inf")], [1], "edges"),
        ([0, 1], [float("nan")], "counts"),
    ],
)
def test_histograms_that_are_none_are_refused(edges, counts, said):
    for function in (histogram_quantile, quantile, top_share, winsorised):
        with pytest.raises(ValueError, match=said):
            function(edges, counts, 0.5)


def test_impossible_levels_and_means_are_named():
    with pytest.raises(ValueError, match="q must"):
        histogram_quantile(EDGES, COUNTS, 1.1)
    with pytest.raises(ValueError, match="m_g"):
        mean_ratio(-1, 1, 2, 1)
    with pytest.raises(ValueError, match="v_r"):
        mean_ratio(1, 1, 2, float("nan"))
