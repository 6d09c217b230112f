"""Waits from bins: methods 4, with the remission times of Freireich et al. 1963."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from careaudit.stats.rates import wilson
from careaudit.stats.survival import (
    attainment,
    horizon,
    incidence,
    log_rank,
    quantile,
    rmst,
    survival,
    waits,
)

WEEKS = np.arange(1.0, 36)
DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
OPEN = [0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def binned(times, ended, edges=WEEKS):
    """Count rows by time: those that ended, and those still open."""
    times, ended = np.asarray(times), np.asarray(ended, dtype=bool)
    return (
        np.array([(times[ended] == edge).sum() for edge in edges]),
        np.array([(times[~ended] == edge).sum() for edge in edges]),
    )


def trial():
    """Return the two arms of the trial."""
    drug = waits(WEEKS, *binned(DRUG, np.array(OPEN) == 0))
    return drug, waits(WEEKS, *binned(PLACEBO, np.ones(21)))


def rows(seed, size=80):
    """Draw times 1 to 12 and how each ended: 0 open, 1 answered, 2 abandoned."""
    random = np.random.default_rng(seed)
    return random.integers(1, 13, size), random.choice(3, size, p=[0.3, 0.5, 0.2])


def three_counts(times, ends, edges):
    """Count answered, abandoned and open rows by time."""
    return [np.array([((times == e) & (ends == k)).sum() for e in edges]) for k in (1, 2, 0)]


def test_freireich():
    drug, placebo = trial()
    at = survival(drug, [10, 22])
    assert at.value == pytest.approx([0.752941, 0.537815], abs=1e-6)
    assert at.se == pytest.approx([0.096350, 0.128234], abs=1e-6)
    assert (at.low[0], at.high[0]) == pytest.approx((0.503200, 0.889362), abs=1e-6)
    assert survival(placebo, 10).value == pytest.approx(0.380952, abs=1e-6)
    for arm, mean, se in ((drug, 16.116527, 1.251560), (placebo, 8.428571, 1.268083)):
        area = rmst(arm, 20)
        assert (area.value, area.se) == pytest.approx((mean, se), abs=1e-6)
        assert (area.low, area.high) == pytest.approx(
            (mean - 1.959964 * se, mean + 1.959964 * se), abs=1e-5
        )
    test = log_rank(drug, placebo)
    assert tuple(test)[:4] == pytest.approx((9, 19.250501, 6.256961, 16.792941), abs=1e-6)
    assert test.p == pytest.approx(4.17e-5, abs=5e-8)


def test_both_arms_at_once():
    drug, placebo = trial()
    both = waits(
        WEEKS,
        [drug.events, placebo.events],
        [drug.left - np.append(drug.at_risk[1:], 0), np.zeros(35)],
    )
    times = survival(both, [[3, 10], [22, 40]])
    assert times.value.shape == (2, 2, 2)
    assert times.high[0, 0, 1] == survival(drug, 10).high
    assert rmst(both, 20).se.tolist() == [rmst(drug, 20).se, rmst(placebo, 20).se]
    assert quantile(both, [0.5, 0.9]).low[1, 1] == quantile(placebo, 0.9).low
    assert log_rank(both, placebo).chi2[0] == log_rank(drug, placebo).chi2
    assert horizon(both).tolist() == [17, 8]  # 10 remain at 17 weeks; 12 at 8 weeks, 8 at 11


def test_open_cases_are_never_dropped():
    # methods 4: 70 in time, 12 late, 10 open and young, 8 open and overdue; closed only .853659
    cases = waits([60, np.inf], [70, 12], [10, 8])
    assert 0.70 <= attainment(cases, 60).value <= 0.80
    # the young ones counted out from the start of the limit on: they were never at risk of it
    finer = waits([1, 60, np.inf], [0, 70, 12], [10, 0, 8])
    assert attainment(finer, 60).value == pytest.approx(70 / 90)


@pytest.mark.parametrize("seed", range(6))
def test_against_statsmodels(seed):
    times, ends = rows(seed)
    edges = np.arange(1.0, 13)
    answered, abandoned, still = three_counts(times, ends, edges)
    theirs = SurvfuncRight(times, ends > 0)
    at = survival(waits(edges, answered + abandoned, still), theirs.surv_times)
    inside = theirs.surv_prob > 0
    assert at.value == pytest.approx(theirs.surv_prob)
    assert at.se[inside] == pytest.approx(theirs.surv_prob_se[inside])
    rivals = CumIncidenceRight(times, ends)
    ours = incidence(edges, answered, abandoned, still, rivals.times)
    assert ours.value == pytest.approx(rivals.cinc[0])
    some = ours.value > 0
    assert ours.se[some] == pytest.approx(rivals.cinc_se[0][some])
    other = rows(seed + 100)
    a, b = (waits(edges, *binned(t, e > 0, edges)) for t, e in ((times, ends), other))
    chi2, p = survdiff(
        np.concatenate([times, other[0]]),
        np.concatenate([ends, other[1]]) > 0,
        np.repeat([0, 1], 80),
    )
    assert log_rank(a, b).chi2 == pytest.approx(chi2)
    assert log_rank(a, b).p == pytest.approx(p)


@pytest.mark.parametrize("seed", range(3))
def test_against_lifelines(seed):
    lifelines = pytest.importorskip("lifelines")
    times, ends = rows(seed, 200)
    edges = np.arange(1.0, 13)
    answered, abandoned, still = three_counts(times, ends, edges)
    ended = answered + abandoned
    theirs = lifelines.KaplanMeierFitter().fit(
        np.tile(edges, 2),
        np.repeat([1, 0], 12),
        weights=np.concatenate([ended, still]),
    )
    cases = waits(edges, ended, still)
    at = survival(cases, edges[:-1])
    band = theirs.confidence_interval_.loc[edges[:-1]]
    assert at.value == pytest.approx(theirs.predict(edges[:-1]).to_numpy())
    assert at.low == pytest.approx(band.iloc[:, 0].to_numpy())
    assert at.high == pytest.approx(band.iloc[:, 1].to_numpy())
    median = quantile(cases, 0.5)
    assert median.value == theirs.median_survival_time_
    limits = lifelines.utils.median_survival_times(theirs.confidence_interval_)
    assert [median.low, median.high] == limits.iloc[0].tolist()
    area = lifelines.utils.restricted_mean_survival_time(theirs, t=9.5)
    assert rmst(cases, 9.5).value == pytest.approx(area)


@pytest.mark.parametrize("seed", range(4))
def test_without_open_cases_it_is_plain_counting(seed):
    times, ends = rows(seed)
    ends = np.where(ends == 0, 1, ends)
    edges = np.arange(1.0, 13)
    answered, abandoned, still = three_counts(times, ends, edges)
    p = np.array([((ends == 1) & (times <= t)).mean() for t in (3, 7)])
    found = incidence(edges, answered, abandoned, still, [3, 7])
    assert found.value == pytest.approx(p)
    assert found.se == pytest.approx(np.sqrt(p * (1 - p) / 80))
    area = rmst(waits(edges, answered + abandoned, still), 7.5)
    assert area.value == pytest.approx(np.minimum(times, 7.5).mean())
    assert area.se == pytest.approx(np.minimum(times, 7.5).std() / np.sqrt(80))
    middle = quantile(waits(edges, answered + abandoned, still), [0.5, 0.9]).value
    assert middle.tolist() == np.sort(times)[[39, 71]].tolist()  # the 40th and 72nd of 80


@st.composite
def counted(draw):
    """Counts by bin of answered, abandoned and open cases, effective now and then."""
    size = draw(st.integers(1, 8))
    row = st.lists(st.integers(0, 30), min_size=size, max_size=size)
    deff = draw(st.sampled_from([1.0, 1.7]))
    edges = np.cumsum(draw(st.lists(st.integers(1, 9), min_size=size, max_size=size)))
    return edges, *(np.array(draw(row)) / deff for _ in range(3))


@given(counted(), st.floats(0.5, 80))
@settings(deadline=None)
def test_laws_of_the_curves(case, t):
    edges, answered, abandoned, still = case
    cases = waits(edges, answered, still)
    at = np.concatenate([[0.0], edges])
    for found in (
        survival(cases, at),
        attainment(cases, at),
        incidence(edges, answered, abandoned, still, at),
    ):
        assert (found.low >= 0).all()
        assert (found.low <= found.value + 1e-12).all()
        assert (found.value <= found.high + 1e-12).all()
        assert (found.high <= 1).all()
        assert (found.se > 0).all()
        assert not any(np.isnan(part).any() for part in found)
    assert (np.diff(survival(cases, at).value) <= 0).all()
    alone = incidence(edges, answered, np.zeros_like(answered), still, at)
    for ours, same in zip(alone, attainment(cases, at), strict=True):
        assert ours == pytest.approx(same, abs=1e-7)  # two routes to one variance
    won = incidence(edges, answered, abandoned, still, at).value
    lost = incidence(edges, abandoned, answered, still, at).value
    waiting = survival(waits(edges, answered + abandoned, still), at).value
    assert won + lost + waiting == pytest.approx(1)
    area = rmst(cases, t)
    assert 0 <= area.low <= area.value + 1e-9 <= area.high + 2e-9 <= t + 3e-9
    assert area.se > 0
    middle = quantile(cases, 0.5)
    assert middle.low <= middle.value <= middle.high


@given(counted())
@settings(deadline=None)
def test_twice_the_cases_halve_the_variance(case):
    edges, answered, abandoned, still = case
    once = incidence(edges, answered, abandoned, still, edges)
    twice = incidence(edges, 2 * answered, 2 * abandoned, 2 * still, edges)
    assert twice.value == pytest.approx(once.value)
    spread = (once.value > 1e-9) & (once.value < 1 - 1e-9)
    assert twice.se[spread] == pytest.approx(once.se[spread] / np.sqrt(2), abs=1e-7)


@given(counted(), counted())
@settings(deadline=None)
def test_the_log_rank_test_does_not_know_which_group_is_which(one, two):
    size = min(one[0].size, two[0].size)
    edges = one[0][:size]
    a, b = (waits(edges, c[1][:size], c[3][:size]) for c in (one, two))
    first, second = log_rank(a, b), log_rank(b, a)
    assert first.chi2 == pytest.approx(second.chi2)
    assert first.observed - first.expected == pytest.approx(second.expected - second.observed)
    assert log_rank(a, a).chi2 == pytest.approx(0)
    assert log_rank(a, a).p == pytest.approx(1)


def test_a_share_of_none_or_all_has_wilson_around_it():
    cases = waits([1, 2, 3], [0, 0, 20], [0, 10, 0])
    none = survival(cases, [0, 1, 2])
    assert none.value.tolist() == [1, 1, 1]
    assert none.low.tolist() == [wilson(30, 30).low, wilson(30, 30).low, wilson(30, 30).low]
    all_of_them = survival(cases, 3)
    assert (all_of_them.value, all_of_them.low) == (0, 0)
    assert all_of_them.high == wilson(0, 20).high
    assert all_of_them.se == pytest.approx(wilson(0, 20).high / (2 * 1.959964), rel=1e-6)
    # one after the other, nobody open: still the evidence of all twenty
    assert survival(waits(np.arange(1, 21), np.ones(20), 0), 20).high == pytest.approx(
        float(wilson(0, 20).high)
    )


def test_nobody_and_nothing():
    nobody = waits([1, 2], [0, 0], [0, 0])
    for found in (survival(nobody, 2), attainment(nobody, 2), incidence([1, 2], 0, 0, [0, 0], 2)):
        assert (found.low, found.high, found.se) == (0, 1, np.inf)
    area = rmst(nobody, 2)
    assert (area.low, area.high, area.se) == (0, 2, np.inf)
    assert quantile(nobody, 0.5).value == np.inf
    assert horizon(nobody) == 0
    assert horizon(waits([1, np.inf], [0, 30], [0, 0])) == 1
    assert (log_rank(nobody, nobody).chi2, log_rank(nobody, nobody).p) == (0, 1)
    unanswered = waits([1, 2], [0, 0], [0, 40])
    area = rmst(unanswered, 2)
    assert (area.value, area.high) == (2, 2)
    assert area.low == pytest.approx(2 * float(wilson(40, 40).low))
    assert tuple(quantile(unanswered, 0.5)) == (np.inf, np.inf, np.inf)
    at_once = rmst(waits([1, 2], [40, 0], [0, 0]), 2)
    assert at_once.value == 1
    assert at_once.low < 1 < at_once.high < 2


def test_impossible_bins_are_named():
    for edges in ([1, 1], [2, 1], [-1, 2], [np.nan, 1], [np.inf, np.inf], [[1, 2]], []):
        with pytest.raises(ValueError, match="edges"):
            waits(edges, [1, 1], [0, 0])
    for count in ([-1, 1], [np.nan, 1], [np.inf, 1]):
        with pytest.raises(ValueError, match="events"):
            waits([1, 2], count, [0, 0])
        with pytest.raises(ValueError, match="censored"):
            waits([1, 2], [0, 0], count)
        with pytest.raises(ValueError, match="abandoned"):
            incidence([1, 2], [0, 0], count, [0, 0], 1)
    with pytest.raises(ValueError, match="one count per bin"):
        waits([1, 2], [1, 2, 3], 0)
    cases = waits([1, 2], [1, 2], 0)
    for tau in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="tau"):
            rmst(cases, tau)
    with pytest.raises(ValueError, match="q must"):
        quantile(cases, 1.5)
    with pytest.raises(ValueError, match="t must"):
        survival(cases, -1)
    with pytest.raises(ValueError, match="same edges"):
        log_rank(cases, waits([1, 3], [1, 2], 0))


def simulated(n, runs=3000, seed=11):
    """Draw waits that end at tenths up to 3: rates 1.0 for an answer, 0.4 for abandoning.

    Logs end at tenths up to 4, evenly, after what ends at that tenth.
    """
    random = np.random.default_rng(seed)
    answer, leave = (np.ceil(10 * random.exponential(m, (runs, n))) for m in (1.0, 2.5))
    end = random.integers(1, 41, (runs, n))
    first = np.minimum(np.minimum(answer, leave), end)
    # One wait in a tenth can have both ends: the true chances below share it alike.
    tie = random.random((runs, n)) < 0.5
    cut = np.minimum(answer, leave) > end
    won = ~cut & ((answer < leave) | ((answer == leave) & tie))
    grid = np.arange(1, 41)
    return grid / 10, *(
        np.stack([((first == j) & kind).sum(axis=1) for j in grid], axis=-1)
        for kind in (won, ~cut & ~won, cut)
    )


def test_intervals_cover_what_was_simulated():
    edges, answered, abandoned, cut = simulated(60)
    won, lost = 1 - np.exp(-0.1), 1 - np.exp(-0.04)
    per_tenth = won * (1 - lost) + won * lost / 2
    truth = per_tenth * np.exp(-0.14 * np.arange(10)).sum()
    found = incidence(edges, answered, abandoned, cut, 1.0)
    covered = ((found.low <= truth) & (truth <= found.high)).mean()
    assert covered == pytest.approx(0.95, abs=0.012)
    cases = waits(edges, answered + abandoned, cut)
    kept = survival(cases, 1.0)
    covered = ((kept.low <= np.exp(-1.4)) & (np.exp(-1.4) <= kept.high)).mean()
    assert covered == pytest.approx(0.95, abs=0.012)
    # the waits end at the edges: the area under steps at tenths, up to 2
    area = 0.1 * np.exp(-1.4 * np.arange(20) / 10).sum()
    mean = rmst(cases, 2.0)
    covered = ((mean.low <= area) & (area <= mean.high)).mean()
    assert covered == pytest.approx(0.95, abs=0.02)
    # the median lies in the bin that ends at 0.5
    middle = quantile(cases, 0.5)
    covered = ((middle.low <= 0.5) & (middle.high >= 0.5)).mean()
    assert covered >= 0.94
