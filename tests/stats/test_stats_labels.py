"""Labels that are missing, audited or late: methods 2."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from careaudit.stats.labels import audited_tpr, ends, error_bounds, label_delay

small = st.integers(0, 4)


def test_the_printed_audit():
    found = audited_tpr(80, 5000, 5, 250)
    assert found.value == pytest.approx(0.444444, abs=1e-6)
    assert tuple(found.logged) == pytest.approx((0.258249, 0.651139), abs=1e-6)
    assert tuple(found.missed) == pytest.approx((0.008572, 0.045956), abs=1e-6)
    assert found.low < found.logged.low
    assert found.high > found.logged.high


def test_a_huge_count_of_flags_leaves_only_the_audit_open():
    # MOVER with a count a that hardly varies is the plug-in interval
    found = audited_tpr(80e6, 5000e6, 5, 250)
    assert found.low == pytest.approx(float(found.logged.low), abs=1e-5)
    assert found.high == pytest.approx(float(found.logged.high), abs=1e-5)


@given(st.integers(0, 200), st.integers(0, 5000), st.data())
@settings(deadline=None)
def test_laws_of_the_audited_rate(a, n_u, data):
    m = data.draw(st.integers(0, n_u))
    y = data.draw(st.integers(0, m))
    found = audited_tpr(a, n_u, y, m)
    slack = 1e-9
    assert 0 <= found.low <= found.logged.low + slack
    assert found.logged.low <= found.value + slack
    assert found.value <= found.logged.high + slack
    assert found.logged.high <= found.high + slack <= 1 + 2 * slack
    more = audited_tpr(a + 1, n_u, y, m)
    for before, after in zip(found[:3], more[:3], strict=True):
        assert after >= before - slack


def test_audits_that_found_nothing_or_were_not_made():
    clean = audited_tpr(40, 5000, 0, 250)
    assert (clean.value, clean.high) == (1, 1)
    assert 0 < clean.low < clean.logged.low < 1
    missed_all = audited_tpr(0, 5000, 5, 250)
    assert (missed_all.value, missed_all.low) == (0, 0)
    assert 0 < missed_all.high < 0.1
    none = audited_tpr(40, 5000, 0, 0)
    assert (none.value, none.high) == (40 / 5040, 1)
    assert none.low < none.value
    nobody_unflagged = audited_tpr(40, 0, 0, 0)
    assert (nobody_unflagged.value, nobody_unflagged.low, nobody_unflagged.high) == (1, 1, 1)
    nothing = audited_tpr(0, 0, 0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 1)


def test_impossible_audits_are_named():
    with pytest.raises(ValueError, match="m must not exceed n_u"):
        audited_tpr(80, 200, 5, 250)
    with pytest.raises(ValueError, match="x must not exceed n"):
        audited_tpr(80, 5000, 300, 250)
    with pytest.raises(ValueError, match="a must"):
        audited_tpr(np.nan, 5000, 5, 250)
    with pytest.raises(ValueError, match="tn"):
        error_bounds(1, 2, 3, -4)
    with pytest.raises(ValueError, match="missing"):
        ends(1, 2, -1)


def test_the_audited_rate_covers_what_was_simulated():
    random = np.random.default_rng(4)
    runs, cases, bad, tpr = 6000, 6000, 0.05, 0.5
    flagged_bad, missed_bad, rest = random.multinomial(
        cases, [bad * tpr, bad * (1 - tpr), 1 - bad], runs
    ).T
    unflagged = missed_bad + random.binomial(rest, 0.97)
    y = random.hypergeometric(missed_bad, unflagged - missed_bad, 800)
    found = audited_tpr(flagged_bad, unflagged, y, 800)
    covered = ((found.low <= tpr) & (tpr <= found.high)).mean()
    assert covered == pytest.approx(0.955, abs=0.015)
    among = flagged_bad / (flagged_bad + missed_bad)
    covered = ((found.logged.low <= among) & (among <= found.logged.high)).mean()
    assert 0.94 <= covered <= 0.985  # 800 of some 5,900 are known for sure


@given(small, small, small, small, small, small)
@settings(deadline=None)
def test_any_labels_of_the_unlabelled_stay_in_the_bounds(tp, fp, fn, tn, flagged, unflagged):
    bounds = error_bounds(tp, fp, fn, tn, flagged, unflagged)
    seen = {"tpr": [], "fpr": [], "ppv": []}
    for bad, missed in itertools.product(range(flagged + 1), range(unflagged + 1)):
        all_tp, all_fp = tp + bad, fp + flagged - bad
        all_fn, all_tn = fn + missed, tn + unflagged - missed
        for name, x, n in (
            ("tpr", all_tp, all_tp + all_fn),
            ("fpr", all_fp, all_fp + all_tn),
            ("ppv", all_tp, all_tp + all_fp),
        ):
            if n:
                seen[name].append(x / n)
    for name, rates in seen.items():
        (x_low, n_low), (x_high, n_high) = getattr(bounds, name)
        if n_low and n_high:
            assert (x_low / n_low, x_high / n_high) == pytest.approx((min(rates), max(rates)))
        assert 0 <= x_low <= n_low
        assert 0 <= x_high <= n_high


def test_where_only_flags_are_reviewed():
    # methods 2: all unlabelled 0 and all 1; the predictive value is identified
    tpr, fpr, ppv = error_bounds(60, 20, 0, 0, 0, 400)
    assert (ppv.low, ppv.high) == ((60, 80), (60, 80))
    assert (tpr.low, tpr.high) == ((60, 460), (60, 60))
    assert (fpr.low, fpr.high) == ((20, 420), (20, 20))


def triangle(seed, size=400, last=12):
    """Draw labelled decisions: a delay, and an age at the log's end that is no smaller."""
    random = np.random.default_rng(seed)
    delay = random.geometric(0.3, 6 * size)
    age = random.integers(1, last + 1, 6 * size)
    seen = np.flatnonzero(delay <= age)[:size]
    return delay[seen], age[seen]


def by_bin(values, last=12):
    """Count whole values from 1 to `last`."""
    return np.bincount(values, minlength=last + 1)[1:]


@pytest.mark.parametrize("seed", range(4))
def test_label_delay_against_a_left_truncated_curve_run_backwards(seed):
    delay, age = triangle(seed)
    theirs = SurvfuncRight(20 - delay, np.ones(delay.size), entry=20 - age - 0.5)
    # 20 - delay > v is a delay below 20 - v
    for q in (0.3, 0.5, 0.9, 0.95):
        before = theirs.surv_prob[theirs.surv_prob >= q]
        ours = label_delay(np.arange(1, 13), by_bin(delay), by_bin(age), q)
        times = 20 - theirs.surv_times[: before.size]
        # the largest delay whose chance of an even smaller one is still q: one less is the edge
        assert ours == (times[-1] - 1 if before.size else delay.max())


def test_label_delay_finds_the_quantile_that_the_young_hide():
    delay, age = triangle(9, 20_000)
    chance = 0.7 ** np.arange(12) * 0.3
    known = np.cumsum(chance) / chance.sum()
    truth = np.flatnonzero(known >= 0.9)[0] + 1
    assert label_delay(np.arange(1, 13), by_bin(delay), by_bin(age), 0.9) == truth
    assert np.quantile(delay, 0.9) < truth  # what counting the labels alone would say


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60), st.floats(0.01, 1))
@settings(deadline=None)
def test_old_decisions_make_it_a_plain_quantile(delays, q):
    delays = np.array(delays)
    ours = label_delay(np.arange(1, 13), by_bin(delays), by_bin(np.full(delays.size, 12)), q)
    assert ours == np.sort(delays)[max(0, int(np.ceil(q * delays.size - 1e-9)) - 1)]


def test_label_delay_by_segment_and_without_labels():
    found = label_delay([1, 2, 3], [[5, 3, 2], [0, 0, 0]], [[0, 0, 10], [0, 0, 0]], [0.5, 0.95])
    assert found.tolist() == [[1, 3], [np.inf, np.inf]]
    with pytest.raises(ValueError, match="no delay above its age"):
        label_delay([1, 2], [0, 5], [5, 0])
    with pytest.raises(ValueError, match="same decisions"):
        label_delay([1, 2], [0, 5], [0, 6])
    with pytest.raises(ValueError, match="rising edge"):
        label_delay([2, 1], [0, 5], [0, 5])
    with pytest.raises(ValueError, match="delays"):
        label_delay([1, 2], [0, np.nan], [0, 5])
