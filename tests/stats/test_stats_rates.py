"""Rates against published tables and the numbers of methods.md (sections named per test)."""

import numpy as np
import pytest

from careaudit.stats.rates import (
    clopper_pearson,
    difference_interval,
    four_fifths,
    newcombe,
    odds_ratio,
    odds_ratio_defined,
    parity_p,
    rate_interval,
    ratio_interval,
    wilson,
    z_difference,
    z_ratio,
)

# methods 17, Newcombe 1998: counts, then MN, Mee and method 10.
NEWCOMBE_1998 = [
    ((56, 70, 48, 80), (0.0528, 0.3382), (0.0533, 0.3377), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1700, 0.8406), (0.1821, 0.8370), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0342, 0.8534), (0.0544, 0.8478), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0326, 0.1933), (-0.0313, 0.1926), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1658, 0.2844), (-0.1611, 0.2775), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2879, 0.2879), (-0.2775, 0.2775), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.7156, 1.0), (0.7225, 1.0), (0.6791, 1.0)),
    ((10, 10, 0, 10), (0.6636, 1.0), (0.6777, 1.0), (0.6075, 1.0)),
]

# methods 17, NYC LL144 rule example: x, n and the printed ratio to 412/797.
LL144_RACE = [
    (204, 408, 0.967233),
    (412, 797, 1.0),
    (170, 390, 0.843229),
    (52, 119, 0.845313),
    (302, 616, 0.948391),
    (18, 41, 0.849278),
    (96, 213, 0.871872),
]


@pytest.mark.parametrize(("cells", "mn", "mee", "method_10"), NEWCOMBE_1998)
def test_newcombe_1998_difference_table(cells, mn, mee, method_10):
    assert difference_interval(*cells) == pytest.approx(mn, abs=1e-4)
    assert difference_interval(*cells, correction=False) == pytest.approx(mee, abs=1e-4)
    assert newcombe(*cells) == pytest.approx(method_10, abs=1e-4)


def test_newcombe_1998_single_rate():
    assert wilson(81, 263) == pytest.approx((0.255289, 0.366210), abs=1e-6)  # methods 17


def test_fagerland_2015_seven_of_34_against_one_of_34():
    cells = (7, 34, 1, 34)  # methods 17
    assert newcombe(*cells) == pytest.approx((0.018921, 0.340369), abs=1e-6)
    assert difference_interval(*cells) == pytest.approx((0.0270416, 0.3452912), abs=1e-6)
    assert ratio_interval(*cells, correction=False) == pytest.approx(
        (1.220853, 42.575718), abs=1e-5
    )
    assert ratio_interval(*cells) == pytest.approx((1.208568, 43.032972), abs=1e-5)
    assert parity_p(*cells) == pytest.approx(0.054400, abs=1e-6)
    # methods 17
    assert ratio_interval(56, 70, 48, 80) == pytest.approx((1.079047, 1.672145), abs=1e-6)


def test_ugesp_1979_flags_45_but_not_48_of_60_percent():
    assert four_fifths([45, 48, 51], 100, 60, 100).tolist() == [True, False, False]  # methods 17


def test_four_fifths_is_exact_where_floats_are_not():
    assert 0.04 / 0.05 < 0.8  # methods 1.2: the float trap
    assert not four_fifths(4, 100, 5, 100)
    assert four_fifths(399, 10_000, 5, 100)
    assert not four_fifths(4 * 10**15, 10**17, 5 * 10**15, 10**17)  # no overflow of the products


def test_ll144_rule_example():
    x, n, ratio = (np.array(column) for column in zip(*LL144_RACE, strict=True))
    assert (x / n) / (412 / 797) == pytest.approx(ratio, abs=1e-6)
    assert not four_fifths(x, n, 412, 797).any()
    assert pytest.approx(0.979337, abs=1e-6) == (555 / 1181) / (667 / 1390)
    assert four_fifths(7, 17, 215, 412)
    assert parity_p(7, 17, 215, 412) == pytest.approx(0.460538, abs=1e-6)


def test_clopper_pearson_at_zero_with_a_tiny_alpha():
    low, high = clopper_pearson(0, 500, level=1 - 0.001 / 501)  # methods 16 (b)
    assert low == 0
    assert high == pytest.approx(0.027257, abs=1e-6)


def test_rate_interval_is_exact_below_ten_decisions():
    shown = rate_interval([3, 3, 0], [9, 10, 0])  # methods 1.7
    exact, score = clopper_pearson(3, 9), wilson(3, 10)
    assert shown.low.tolist() == [exact.low, score.low, 0.0]
    assert shown.high.tolist() == [exact.high, score.high, 1.0]


def test_the_score_statistic_of_a_difference():
    # methods 16 (a): statsmodels 0.15.0 gives 3.901261 here.
    assert z_difference(56, 70, 48, 80, -0.1) == pytest.approx(3.921070, abs=1e-6)


def test_score_statistics_without_variance():
    assert z_difference(0, 10, 0, 20, 0.0) == 0  # methods 1.3
    assert z_difference(10, 10, 0, 20, 1.0) == 0
    assert z_difference(5, 10, 5, 20, [-1.0, 1.0, -1.5, 1.5]).tolist() == [
        np.inf,
        -np.inf,
        np.inf,
        -np.inf,
    ]
    assert z_ratio(0, 10, 0, 20, 0.8) == 0
    assert z_ratio(1, 10, 1, 20, 0.0) == np.inf
    assert z_ratio(10, 10, 20, 20, 1.0) == 0


def test_nobody_and_everybody_granted():
    # methods 1.10
    assert parity_p([0, 40], 40, [0, 400], 400).tolist() == [1.0, 1.0]
    assert ratio_interval(0, 40, 0, 400) == (0.0, np.inf)
    nobody, everybody = difference_interval(0, 40, 0, 400), difference_interval(40, 40, 400, 400)
    assert nobody.low < 0 < nobody.high
    assert everybody == pytest.approx((-nobody.high, -nobody.low), abs=1e-9)


def test_a_reference_without_grants_has_no_upper_ratio():
    low, high = ratio_interval(3, 40, 0, 400)  # methods 1.10
    assert 0 < low < np.inf
    assert high == np.inf


def test_one_decision_per_segment_is_finite():
    # methods 1.10; the only tables are as likely as each other, so p is 1
    assert parity_p(1, 1, 0, 1) == 1
    assert z_difference(1, 1, 0, 1, 0.0) == pytest.approx(1.0)  # 1 / sqrt(2 * 1/4 * 2)
    assert difference_interval(1, 1, 0, 1).low < 1


def test_an_empty_group_is_no_evidence():
    assert parity_p(0, 0, 5, 10) == 1
    assert z_difference(0, 0, 5, 10, 0.3) == 0
    assert z_ratio(0, 0, 5, 10, 0.0) == z_ratio(5, 10, 0, 0, 0.0) == 0
    assert z_difference(0.5, 0.5, 0.1, 0.4, [0.1, 0.3]).tolist() == [0, 0]  # N below 1
    assert z_difference(0.5, 0.5, 0.2, 0.5, -1.0) == 0  # N is 1
    assert wilson(0, 0) == clopper_pearson(0, 0) == (0, 1)  # methods 1.10
    assert newcombe(0, 0, 5, 10) == difference_interval(0, 0, 5, 10) == (-1, 1)
    assert ratio_interval(5, 10, 0, 0) == (0, np.inf)


def test_effective_counts_after_a_design_effect():
    # methods 1.8: x 60, n 125 and design effect 2.082441
    deff = 2.082441
    assert wilson(60, 125) == pytest.approx((0.394328, 0.566865), abs=1e-6)
    assert wilson(60 / deff, 125 / deff) == pytest.approx((0.358670, 0.603736), abs=1e-6)


def test_the_exact_branch_rounds_effective_counts():
    assert parity_p(4.4, 30.9, 100.2, 400.7) == parity_p(4, 30, 100, 400)  # methods 1.8
    assert parity_p(2.8, 2.9, 100, 400) == parity_p(2, 2, 100, 400)


def test_odds_ratio_and_where_it_has_no_value():
    # methods 6 (UCB 1973, all departments): 1198/2691 men against 557/1835 women
    assert odds_ratio(1198, 2691, 557, 1835) == pytest.approx(1.841080, abs=1e-6)
    assert odds_ratio([3, 0, 0], 10, [0, 3, 0], 10).tolist() == [np.inf, 0.0, 1.0]
    assert odds_ratio_defined([3, 0, 0, 10], 10, [0, 3, 0, 10], 10).tolist() == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("x", "n", "named"),
    [(-1, 5, "-1"), (6, 5, "x = 6"), (np.nan, 5, "nan"), (1, np.inf, "inf"), (None, 5, "nan")],
)
@pytest.mark.parametrize("function", [wilson, clopper_pearson])
def test_impossible_counts_are_named(function, x, n, named):
    with pytest.raises(ValueError, match=named):
        function(x, n)
    with pytest.raises(ValueError, match=named):
        parity_p(1, 2, [0, x], [1, n])


def test_impossible_settings_are_named():
    for function in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match=r"level .* 1\.5"):
            function(1, 2, level=1.5)
    with pytest.raises(ValueError, match="f must"):
        z_ratio(1, 2, 1, 2, -0.5)
    with pytest.raises(ValueError, match="fraction"):
        four_fifths(1.5, 2, 1, 2)
