"""Scores against what came true: methods 2."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score
from statsmodels.api import GLM, add_constant, families

from careaudit.stats.calibration import (
    auc,
    calibration_line,
    debiased_squared_error,
    expected_error,
    in_the_large,
    squared_error,
)

POSITIVES, NEGATIVES = np.array([2, 5, 9, 14, 20]), np.array([60, 40, 25, 15, 10])
N, SCORES = POSITIVES + NEGATIVES, np.array([0.05, 0.15, 0.3, 0.5, 0.75])
bins = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=7)


def sums(y, s):
    """Return what `in_the_large` takes, from the rows."""
    return y.sum(), y.size, s.sum(), s[y == 1].sum(), (s**2).sum()


def test_the_printed_auc():
    found = auc(POSITIVES, NEGATIVES)
    assert found.auc.value == pytest.approx(0.830333, abs=1e-6)
    assert found.auc.se == pytest.approx(0.031714, abs=1e-6)
    assert tuple(found.bins) == pytest.approx((0.766667, 0.894), abs=1e-6)
    weights = np.concatenate([POSITIVES, NEGATIVES])
    theirs = roc_auc_score(np.repeat([1, 0], 5), np.tile(SCORES, 2), sample_weight=weights)
    assert found.auc.value == pytest.approx(theirs)
    arm = 1.959964 * 0.031714 / (0.830333 * 0.169667)
    ends = expit(logit(0.830333) + arm * np.array([-1, 1]))
    assert (found.auc.low, found.auc.high) == pytest.approx(tuple(ends), abs=1e-5)


@given(bins, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_scores_inside_the_bins_cannot_leave_the_bounds(counts, random):
    positives, negatives = np.array(counts).T
    if not positives.sum() or not negatives.sum():
        return
    found = auc(positives, negatives)
    low, high = found.bins
    assert low <= found.auc.value <= high
    place = np.concatenate([np.repeat(np.arange(len(counts)), c) for c in (positives, negatives)])
    truth = np.repeat([1, 0], [positives.sum(), negatives.sum()])
    inside = np.array([random.random() for _ in truth])
    assert low - 1e-9 <= roc_auc_score(truth, place + inside) <= high + 1e-9
    # positives first, or last, in every bin: the ends themselves
    assert roc_auc_score(truth, place + 0.5 * truth) == pytest.approx(high)
    assert roc_auc_score(truth, place - 0.5 * truth) == pytest.approx(low)


def test_without_positives_the_auc_is_open():
    found = auc([[0, 0], [1, 3]], [4, 5])
    assert tuple(float(part[0]) for part in found.auc) == (0.5, 0, 1, np.inf)
    assert (found.bins.low[0], found.bins.high[0]) == (0, 1)


def test_the_printed_calibration():
    in_all = in_the_large(*sums(np.repeat([1, 0], [50, 150]), rows_of_scores()))
    assert in_all.value == pytest.approx(-0.035250, abs=1e-6)
    assert expected_error(POSITIVES, N, SCORES) == pytest.approx(0.035250, abs=1e-6)
    assert squared_error(POSITIVES, N, SCORES) == pytest.approx(0.001734, abs=1e-6)
    assert debiased_squared_error(POSITIVES, N, SCORES) == pytest.approx(-0.002375, abs=1e-6)
    line = calibration_line(POSITIVES, N, SCORES)
    assert line.slope.value == pytest.approx(1.012295, abs=1e-6)
    assert line.slope.se == pytest.approx(0.159496, abs=1e-6)
    assert line.intercept.value == pytest.approx(-0.247234, abs=1e-6)
    assert line.fitted


def rows_of_scores():
    """Return the example's scores, the positives first."""
    return np.concatenate([np.repeat(SCORES, POSITIVES), np.repeat(SCORES, NEGATIVES)])


def test_in_the_large_against_the_rows():
    random = np.random.default_rng(2)
    s = random.beta(2, 5, 300)
    y = (random.random(300) < s).astype(int)
    found = in_the_large(*sums(y, s))
    assert found.value == pytest.approx((y - s).mean())
    assert found.se == pytest.approx((y - s).std() / np.sqrt(300))
    assert (found.low, found.high) == pytest.approx(
        (found.value - 1.959964 * found.se, found.value + 1.959964 * found.se), rel=1e-5
    )
    # twice the decisions that tell nothing new: a design effect of 2 undoes them
    half = in_the_large(*(np.array(sums(np.tile(y, 2), np.tile(s, 2))) / 2))
    assert half.se == pytest.approx(float(found.se))


def test_one_case_and_none_leave_all_open():
    assert tuple(in_the_large([0, 1], [0, 1], [0, 0.4], [0, 0.4], [0, 0.16]).se) == (np.inf, np.inf)
    assert in_the_large(0, 0, 0, 0, 0).low == -1
    assert expected_error([0, 0], [0, 0], [0.1, 0.2]) == 0
    assert debiased_squared_error([0, 1], [1, 1], [0.1, 0.2]) == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_line_against_statsmodels(seed):
    random = np.random.default_rng(seed)
    s = np.sort(random.random((2, 6)), axis=-1)
    n = random.integers(5, 400, (2, 6))
    x = random.binomial(n, expit(0.4 + 0.7 * logit(s)))
    ours = calibration_line(x, n, s)
    for place in range(2):
        counts = np.column_stack([x[place], n[place] - x[place]])
        # Theirs takes the weights of the last step but one into its errors.
        theirs = GLM(counts, add_constant(logit(s[place])), family=families.Binomial()).fit()
        assert [ours.intercept.value[place], ours.slope.value[place]] == pytest.approx(
            theirs.params.tolist()
        )
        assert [ours.intercept.se[place], ours.slope.se[place]] == pytest.approx(
            theirs.bse.tolist(), rel=1e-5
        )
        assert [ours.slope.low[place], ours.slope.high[place]] == pytest.approx(
            theirs.conf_int()[1].tolist(), rel=1e-5
        )


@given(bins)
@settings(deadline=None)
def test_a_line_is_fitted_where_its_likelihood_has_a_maximum(counts):
    x, rest = np.array(counts, dtype=float).T
    scores = (np.arange(len(counts)) + 0.5) / len(counts)
    line = calibration_line(x, x + rest, scores)
    bins_of = [set(np.flatnonzero(side).tolist()) for side in (x, rest)]
    parted = not all(bins_of) or any(max(a) <= min(b) for a, b in (bins_of, bins_of[::-1]))
    assert line.fitted == (not parted)
    if line.fitted:
        t = logit(scores)
        left = x - (x + rest) * expit(line.intercept.value + line.slope.value * t)
        # the equations of the likelihood: nothing is left over
        assert [left.sum(), (left * t).sum()] == pytest.approx([0, 0], abs=1e-6)
        assert 0 < line.slope.se < np.inf
    else:
        assert (line.intercept.value, line.slope.value, line.slope.se) == (0, 1, np.inf)


def test_scores_of_zero_and_one_have_a_line():
    line = calibration_line([1, 5, 19], [20, 10, 20], [0.0, 0.5, 1.0])
    assert line.fitted
    assert 0 < line.slope.value < 1  # one in twenty came true of what was called impossible


def test_more_positives_than_cases_and_wild_scores_are_named():
    with pytest.raises(ValueError, match="exceed"):
        calibration_line([3, 1], [2, 2], [0.1, 0.9])
    for score in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="scores"):
            calibration_line([1, 1], [2, 2], [0.1, score])
        with pytest.raises(ValueError, match="scores"):
            expected_error([1, 1], [2, 2], [0.1, score])
    for wrong in ((5, 10, 11, 1, 4), (5, 10, 4, 4.5, 2), (5, 10, 4, 2, 5), (5, 10, 9, 5, 1)):
        with pytest.raises(ValueError, match=r"exceed|sums"):
            in_the_large(*wrong)
    with pytest.raises(ValueError, match="negatives"):
        auc([1, 2], [1, -2])


def test_the_debiased_error_is_right_on_average_where_the_plain_one_is_not():
    random = np.random.default_rng(6)
    n, rates = np.array([12, 20, 40, 8]), np.array([0.1, 0.25, 0.5, 0.8])
    scores = rates + np.array([0.05, 0.0, -0.1, 0.05])
    truth = (n / n.sum()) @ (rates - scores) ** 2
    x = random.binomial(n, rates, (40_000, 4))
    assert debiased_squared_error(x, n, scores).mean() == pytest.approx(truth, abs=2e-4)
    assert squared_error(x, n, scores).mean() > 2 * truth
    # small groups alone inflate ECE (methods 2): perfect scores, fewer cases, larger ECE
    few, many = (expected_error(random.binomial(k, rates, (4000, 4)), k, rates) for k in (10, 1000))
    assert few.mean() > 5 * many.mean()


def test_intervals_cover_what_was_simulated():
    random = np.random.default_rng(9)
    runs, levels = 4000, np.array([0.05, 0.2, 0.5, 0.8])
    p_pos, p_neg = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.4, 0.3, 0.2, 0.1])
    truth = p_pos @ (np.cumsum(p_neg) - p_neg / 2)
    found = auc(random.multinomial(40, p_pos, runs), random.multinomial(120, p_neg, runs)).auc
    assert ((found.low <= truth) & (truth <= found.high)).mean() == pytest.approx(0.95, abs=0.012)
    n = np.array([60, 50, 40, 50])
    x = random.binomial(n, expit(-0.3 + 0.8 * logit(levels)), (300, 4))
    line = calibration_line(x, n, levels)
    covered = (line.slope.low <= 0.8) & (line.slope.high >= 0.8)
    assert line.fitted.all()
    assert covered.mean() == pytest.approx(0.95, abs=0.04)
    # in the large, with bins of one score each: truth is mean of rate - score
    rates = levels - 0.04
    x = random.binomial(n, rates, (runs, 4))
    citl = in_the_large(x.sum(1), n.sum(), n @ levels, x @ levels, n @ levels**2)
    assert ((citl.low <= -0.04) & (citl.high >= -0.04)).mean() == pytest.approx(0.95, abs=0.015)
