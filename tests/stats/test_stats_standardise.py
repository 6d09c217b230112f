"""Like for like: methods 6 and 17, statsmodels, published splits, coverage, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from careaudit.stats.arrays import Estimate
from careaudit.stats.rates import difference_interval, odds_ratio
from careaudit.stats.standardise import (
    breslow_day,
    chi2,
    cmh,
    common_mix,
    flags,
    kitagawa,
    odds_ratio_mh,
    rate_difference_mh,
    rate_ratio_mh,
    ratio_estimate,
    standardised_gap,
    two_factors,
)

SIX = 1e-6
# Bickel, Hammel & O'Connell 1975: departments A to F; men admitted, rejected, women likewise
ADMISSIONS = np.array(
    [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244),
     (53, 138, 94, 299), (22, 351, 24, 317)],
)  # fmt: skip
UCB = (ADMISSIONS[:, 0], ADMISSIONS[:, :2].sum(1), ADMISSIONS[:, 2], ADMISSIONS[:, 2:].sum(1))
TERM = (
    [480, 240],
    [800, 1200],
    [360, 1080],
    [600, 5400],
)  # methods 8: denied, with the term and not
MEASURES = (odds_ratio_mh, rate_ratio_mh, rate_difference_mh)


def plain(found):
    """The numbers of a result, as approx wants them."""
    return [float(part) for part in found]


def crude(x1, n1, x2, n2):
    """The plain difference of all decisions, with its score interval."""
    whole = [float(np.sum(part)) for part in (x1, n1, x2, n2)]
    low, high = difference_interval(*whole)
    return Estimate(np.asarray(whole[0] / whole[1] - whole[2] / whole[3]), low, high, np.inf)


@st.composite
def strata(draw, smallest=0, sizes=(1, 6)):
    """x1, n1, x2, n2 of a few strata."""
    size = draw(st.integers(*sizes))
    n = [draw(st.lists(st.integers(smallest, 300), min_size=size, max_size=size)) for _ in range(2)]
    x = [[draw(st.integers(0, most)) for most in side] for side in n]
    return tuple(np.array(part, dtype=float) for part in (x[0], n[0], x[1], n[1]))


def swapped(cells):
    x1, n1, x2, n2 = cells
    return x2, n2, x1, n1


# The numbers of methods 6.


def test_berkeley_within_departments():
    assert crude(*UCB).value == pytest.approx(0.141645, abs=SIX)
    assert odds_ratio(*(part.sum() for part in UCB)) == pytest.approx(1.841080, abs=SIX)
    assert odds_ratio_mh(*UCB)[:3] == pytest.approx((0.904697, 0.771907, 1.060330), abs=SIX)
    assert rate_ratio_mh(*UCB)[:3] == pytest.approx((0.944905, 0.866452, 1.030461), abs=SIX)
    difference = rate_difference_mh(*UCB)
    assert (difference.value, difference.se) == pytest.approx((-0.018425, 0.014825), abs=SIX)
    z = 1.959964
    assert difference.low == pytest.approx(-0.018425 - z * 0.014825, abs=2 * SIX)
    assert difference.high == pytest.approx(-0.018425 + z * 0.014825, abs=2 * SIX)


def test_berkeley_tests():
    assert cmh(*UCB).statistic == pytest.approx(1.524607, abs=SIX)
    assert cmh(*UCB, correction=True).statistic == pytest.approx(1.426946, abs=SIX)
    assert breslow_day(*UCB, tarone=False).statistic == pytest.approx(18.825514, abs=SIX)
    assert breslow_day(*UCB).statistic == pytest.approx(18.825501, abs=SIX)
    assert breslow_day(*UCB).df == 5


def test_berkeley_standardised_and_split():
    split = kitagawa(*UCB)
    assert split == pytest.approx((-0.036028, 0.177674), abs=SIX)
    mix = common_mix(*UCB)
    assert (mix.p1, mix.p2) == pytest.approx((0.387319, 0.429955), abs=SIX)
    assert mix.excluded == 0
    assert standardised_gap(mix).se == pytest.approx(0.018305, abs=SIX)


def test_berkeley_flags():
    # the gap within departments has the other sign, but its interval holds 0
    assert flags(crude(*UCB), rate_difference_mh(*UCB)) == (False, True)


def test_the_seed_case_runs_entirely_through_the_term():
    # methods 8: nothing is left within, and the mix is the whole gap of .36 - .24
    assert rate_difference_mh(*TERM).value == pytest.approx(0, abs=1e-12)
    assert odds_ratio_mh(*TERM).value == pytest.approx(1)
    assert kitagawa(*TERM) == pytest.approx((0, 0.12))
    assert cmh(*TERM).p == pytest.approx(1)
    assert cmh(*TERM, correction=True) == (0, 1, 1)


def test_a_gap_that_surely_turns_is_simpson():
    # Charig et al. 1986, kidney stones small and large, ten times over
    stones = [10 * np.array(part) for part in ([81, 192], [87, 263], [234, 55], [270, 80])]
    assert flags(crude(*stones), rate_difference_mh(*stones)) == (True, False)
    mirrored = swapped(stones)
    assert flags(crude(*mirrored), rate_difference_mh(*mirrored)) == (True, False)


@pytest.mark.parametrize(("left", "attenuated"), [(0.051, False), (0.049, True), (-0.049, True)])
def test_less_than_half_the_gap_is_attenuated(left, attenuated):
    gap, within = (Estimate(value, value - 1, value + 1, 0.5) for value in (0.1, left))
    assert flags(gap, within) == (False, attenuated)


# Published splits (methods 17 and 3).


def test_das_gupta_headship():
    # Das Gupta 1993, example 5.1: shares of the population by age, and rates in percent
    then = [12.9, 10.9, 9.5, 8, 7.8, 8.4, 8.6, 7.8, 7, 5.9, 4.7, 3.6, 4.9]
    rate = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
    now = [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6, 6.3, 5.9, 5.1, 4, 5.5]
    rate_now = [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]
    n0, p0, n1, p1 = (np.array(part) for part in (then, rate, now, rate_now))
    x0, x1 = n0 * p0 / 100, n1 * p1 / 100
    assert 100 * x0.sum() / n0.sum() == pytest.approx(44.7268, abs=1e-4)
    assert 100 * x1.sum() / n1.sum() == pytest.approx(47.6940, abs=1e-4)
    within, mix = kitagawa(x1, n1, x0, n0)
    assert (100 * within, 100 * mix) == pytest.approx((1.7403, 1.2269), abs=5e-5)


def test_das_gupta_earnings():
    # Das Gupta 1993, example 2.1: mean earnings of earners times their share
    size, share = two_factors(*(np.array(v) for v in (16591, 0.825974, 10930, 0.717892)))
    assert (size, share) == pytest.approx((4369.913, 1487.262), abs=5e-3)
    assert size + share == pytest.approx(16591 * 0.825974 - 10930 * 0.717892)


# Oracles.


def tables(seed, count):
    """Draw stratified tables with every cell above zero, where statsmodels is defined."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        n1, n2 = random.integers(4, 200, (2, random.integers(2, 8)))
        x1, x2 = random.integers(1, n1), random.integers(1, n2)
        cells = np.array([[x1, n1 - x1], [x2, n2 - x2]], dtype=float)
        yield (x1, n1, x2, n2), StratifiedTable(cells)


def test_against_statsmodels():
    for cells, theirs in tables(1, 60):
        ours = odds_ratio_mh(*cells, level=0.9)
        low, high = theirs.oddsratio_pooled_confint(0.1)
        assert ours[:3] == pytest.approx((theirs.oddsratio_pooled, low, high))
        assert rate_ratio_mh(*cells).value == pytest.approx(theirs.riskratio_pooled)
        for correction in (True, False):
            expected = theirs.test_null_odds(correction=correction)
            ours = cmh(*cells, correction=correction)
            # a deviation below 1/2 is no deviation: statsmodels squares the negative rest
            if correction and ours.statistic == 0:
                assert expected.statistic < 0.25
                continue
            assert (ours.statistic, ours.p) == pytest.approx((expected.statistic, expected.pvalue))
        for tarone in (True, False):
            expected = theirs.test_equal_odds(adjust=tarone)
            ours = breslow_day(*cells, tarone=tarone)
            assert (ours.statistic, ours.p) == pytest.approx((expected.statistic, expected.pvalue))


@given(cells=strata(smallest=1, sizes=(1, 1)))
def test_one_stratum_is_the_crude_table(cells):
    x1, n1, x2, n2 = (float(part[0]) for part in cells)
    p1, p2 = x1 / n1, x2 / n2
    difference = rate_difference_mh(*cells)
    assert difference.value == pytest.approx(p1 - p2)
    assert kitagawa(*cells) == pytest.approx((p1 - p2, 0))
    mix = common_mix(*cells)
    assert (mix.p1, mix.p2) == pytest.approx((p1, p2))
    assert (mix.n1, mix.n2) == pytest.approx((n1, n2))
    assert breslow_day(*cells) == (0, 0, 1)
    if min(x1, x2, n1 - x1, n2 - x2) > 0:
        odds = odds_ratio_mh(*cells)
        assert odds.value == pytest.approx(x1 * (n2 - x2) / (x2 * (n1 - x1)))
        woolf = 1 / x1 + 1 / x2 + 1 / (n1 - x1) + 1 / (n2 - x2)
        assert (odds.se / odds.value) ** 2 == pytest.approx(woolf)
        ratio = rate_ratio_mh(*cells)
        assert (ratio.se / ratio.value) ** 2 == pytest.approx(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)


def test_coverage_and_errors_within_many_small_strata():
    # strata that differ in size, rate and mix; the truth is the same in each of them
    random = np.random.default_rng(62)
    n1, n2 = np.array([8, 40, 15, 60, 25, 9]), np.array([30, 20, 45, 12, 25, 90])
    p2 = np.array([0.1, 0.45, 0.2, 0.35, 0.25, 0.15])
    draws = 6000
    for measure, p1, truth in (
        (odds_ratio_mh, 1 / (1 + (1 - p2) / (1.5 * p2)), 1.5),
        (rate_ratio_mh, 1.4 * p2, 1.4),
        (rate_difference_mh, p2 + 0.08, 0.08),
    ):
        cells = (random.binomial(n1, p1, (draws, 6)), n1, random.binomial(n2, p2, (draws, 6)), n2)
        found = measure(*cells)
        covered = np.mean((found.low <= truth) & (truth <= found.high))
        assert 0.94 <= covered <= 0.96, measure
        if measure is rate_difference_mh:
            assert np.sqrt(np.mean(found.se**2)) == pytest.approx(found.value.std(), rel=0.03)
    p1 = np.broadcast_to(p2 + 0.08, (draws, 6))
    cells = (random.binomial(n1, p1), n1, random.binomial(n2, p2, (draws, 6)), n2)
    gap = standardised_gap(common_mix(*cells))
    assert 0.935 <= np.mean((gap.low <= 0.08) & (gap.high >= 0.08)) <= 0.97


def test_size_of_the_tests():
    random = np.random.default_rng(63)
    n1, n2 = random.integers(20, 80, (2, 8))
    p = random.uniform(0.1, 0.6, 8)
    cells = (random.binomial(n1, p, (6000, 8)), n1, random.binomial(n2, p, (6000, 8)), n2)
    for test in (cmh, breslow_day):
        assert np.mean(test(*cells).p <= 0.05) == pytest.approx(0.05, abs=0.009), test


# Laws.


@given(cells=strata())
@example(cells=([0, 0], [5, 5], [0, 0], [9, 9]))
@example(cells=([5, 5], [5, 5], [0, 0], [9, 9]))
@example(cells=([0], [0], [3], [9]))
@example(cells=([1], [1], [0], [1]))
def test_no_nan_escapes_and_intervals_hold_their_value(cells):
    for measure in MEASURES:
        found = measure(*cells)
        assert not any(np.isnan(part) for part in found)
        assert found.low <= found.value <= found.high
        assert found.low < found.high
    mix = common_mix(*cells)
    assert not any(np.isnan(part) for part in mix)
    gap = standardised_gap(mix)
    assert gap.low <= gap.value + 1e-12
    assert gap.value <= gap.high + 1e-12
    assert gap.low < gap.high
    for test in (cmh(*cells), cmh(*cells, correction=True), breslow_day(*cells)):
        assert 0 <= test.p <= 1
        assert test.statistic >= 0


@given(cells=strata())
def test_exchanging_the_groups_mirrors_everything(cells):
    back = swapped(cells)
    there, mirrored = rate_difference_mh(*cells), rate_difference_mh(*back)
    assert there.value == pytest.approx(-mirrored.value, abs=1e-12)
    assert (there.low, there.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-9)
    split, other = kitagawa(*cells), kitagawa(*back)
    assert split == pytest.approx((-other.within, -other.mix), abs=1e-12)
    for measure in (odds_ratio_mh, rate_ratio_mh):
        there, mirrored = measure(*cells), measure(*back)
        if np.isfinite(there.high):
            expected = (1 / mirrored.value, 1 / mirrored.high, 1 / mirrored.low)
            assert there[:3] == pytest.approx(expected, rel=1e-9)
    for test in (cmh, breslow_day):
        assert test(*cells).statistic == pytest.approx(test(*back).statistic, abs=1e-7, rel=1e-7)


@given(cells=strata(smallest=1))
def test_the_split_is_the_crude_gap(cells):
    x1, n1, x2, n2 = cells
    gap = x1.sum() / n1.sum() - x2.sum() / n2.sum()
    assert sum(kitagawa(*cells)) == pytest.approx(gap, abs=1e-12)


@given(cells=strata(), strangers=st.integers(1, 200), granted=st.floats(0, 1))
def test_a_stratum_without_support_says_nothing_within(cells, strangers, granted):
    more = [
        np.append(part, new) for part, new in zip(cells, (granted, strangers, 0, 0), strict=True)
    ]
    for measure in MEASURES:
        assert plain(measure(*more)) == pytest.approx(plain(measure(*cells)), rel=1e-9, abs=1e-9)
    assert plain(cmh(*more)) == pytest.approx(plain(cmh(*cells)), abs=1e-9)
    assert plain(breslow_day(*more)) == pytest.approx(plain(breslow_day(*cells)), abs=1e-7)
    there, here = common_mix(*more), common_mix(*cells)
    assert plain(there[:4]) == pytest.approx(plain(here[:4]))
    met = (cells[1] > 0) & (cells[3] > 0)
    together = cells[1] + cells[3]
    assert there.excluded == pytest.approx(1 - together[met].sum() / (together.sum() + strangers))
    x1, n1, x2, n2 = more
    if n2.sum():
        gap = x1.sum() / n1.sum() - x2.sum() / n2.sum()
        assert sum(kitagawa(*more)) == pytest.approx(gap, abs=1e-12)


@given(cells=strata(smallest=1), deff=st.floats(1, 20))
def test_a_design_effect_widens_and_moves_nothing(cells, deff):
    fewer = [part / deff for part in cells]
    for measure in MEASURES:
        all_of_them, effective = measure(*cells), measure(*fewer)
        assert effective.value == pytest.approx(all_of_them.value, abs=1e-12)
    plain, effective = rate_difference_mh(*cells), rate_difference_mh(*fewer)
    x1, n1, x2, n2 = cells
    if ((x1 > 0) & (x1 < n1) & (x2 > 0) & (x2 < n2)).any():
        assert effective.se == pytest.approx(plain.se * np.sqrt(deff), rel=1e-6)


@given(cells=strata(), order=st.randoms(use_true_random=False))
def test_the_order_of_strata_does_not_matter(cells, order):
    places = list(range(len(cells[0])))
    order.shuffle(places)
    turned = [part[places] for part in cells]
    for function in (*MEASURES, kitagawa, cmh, common_mix):
        there, here = plain(function(*turned)), plain(function(*cells))
        assert there == pytest.approx(here, rel=1e-9, abs=1e-9)


@given(rates=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=5))
def test_equal_treatment_within_strata_is_all_mix(rates):
    p = np.array(rates)
    n1, n2 = 40 * np.arange(1, len(p) + 1), 80 * np.arange(len(p), 0, -1)
    cells = (p * n1, n1, p * n2, n2)
    assert rate_difference_mh(*cells).value == pytest.approx(0, abs=1e-12)
    assert odds_ratio_mh(*cells).value == pytest.approx(1)
    assert kitagawa(*cells).within == pytest.approx(0, abs=1e-12)
    assert standardised_gap(common_mix(*cells)).value == pytest.approx(0, abs=1e-12)


def test_many_tables_at_once_are_the_tables_one_by_one():
    random = np.random.default_rng(9)
    n1, n2 = random.integers(0, 12, (2, 40, 5))
    cells = (random.binomial(n1, 0.3), n1, random.binomial(n2, 0.5), n2)
    for function in (*MEASURES, cmh, breslow_day, common_mix, kitagawa):
        together = function(*cells)
        for at in range(40):
            alone = plain(function(*(part[at] for part in cells)))
            assert [float(part[at]) for part in together] == pytest.approx(alone), function


# Edges.


def test_without_support_there_is_no_gap_and_the_widest_interval():
    alone = ([3, 0], [9, 0], [0, 4], [0, 8])
    assert rate_difference_mh(*alone) == (0, -1, 1, np.inf)
    assert odds_ratio_mh(*alone) == (1, 0, np.inf, np.inf)
    assert rate_ratio_mh(*alone) == (1, 0, np.inf, np.inf)
    assert common_mix(*alone) == (0, 0, 0, 0, 1)
    assert standardised_gap(common_mix(*alone)) == (0, -1, 1, np.inf)
    assert cmh(*alone) == breslow_day(*alone) == (0, 0, 1)
    assert sum(kitagawa(*alone)) == pytest.approx(3 / 9 - 4 / 8)
    assert kitagawa([0], [0], [4], [8]) == (0, 0)


def test_all_alike_is_not_known_without_error():
    none = rate_difference_mh([0, 0], [50, 30], [0, 0], [70, 90])
    assert none.value == 0
    assert none.low < -0.01
    assert none.high > 0.01
    assert rate_difference_mh([50], [50], [0], [70]).low < 0.99


def test_one_sided_zeros_have_no_finite_ratio():
    assert odds_ratio_mh([0, 0], [5, 5], [2, 3], [9, 9]) == (0, 0, np.inf, np.inf)
    assert rate_ratio_mh([2, 3], [9, 9], [0, 0], [5, 5]) == (np.inf, 0, np.inf, np.inf)
    assert rate_ratio_mh([9], [9], [5], [5]) == (1, 0, np.inf, np.inf)
    assert breslow_day([0, 0], [5, 5], [2, 3], [9, 9]) == (0, 0, 1)


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), 99])
def test_counts_that_are_none_are_refused(bad):
    for function in (*MEASURES, cmh, breslow_day, common_mix, kitagawa):
        with pytest.raises(ValueError, match="x must"):
            function([bad, 2], [9, 9], [1, 2], [9, 9])


def test_impossible_ratios_and_statistics_are_named():
    with pytest.raises(ValueError, match="over"):
        ratio_estimate(-1, 2, 0.1)
    with pytest.raises(ValueError, match="log_variance"):
        ratio_estimate(1, 2, -0.1)
    with pytest.raises(ValueError, match="statistic"):
        chi2(float("nan"), 1)
