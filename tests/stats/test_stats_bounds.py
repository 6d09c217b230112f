"""Unknown and probable segments: methods 11, every allocation by brute force, coverage, laws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from careaudit.stats.bounds import (
    imbens_manski,
    imbens_manski_c,
    sharp_gap,
    slope,
    unknown_extremes,
    unknown_gap,
    unknown_gap_interval,
    unknown_rate,
    weighted,
)
from careaudit.stats.rates import newcombe

SIX = 1e-6
AREAS = ([220, 120, 60], [500, 300, 200], [0.1, 0.5, 0.9])  # methods 11: x, n, pi


def counted(most):
    """Return x successes of n decisions."""
    return st.integers(0, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def plain(found):
    return [float(part) for part in found]


# The numbers of methods 11.


def test_unknown_of_the_methods():
    assert unknown_rate(120, 400, 35, 100) == pytest.approx((0.258065, 0.356322), abs=SIX)
    assert unknown_gap(120, 400, 400, 1000, 35, 100) == pytest.approx(
        (-0.162225, -0.019265), abs=SIX
    )


def test_quantile_of_the_methods():
    assert imbens_manski_c(0.01, 0.025) == pytest.approx(1.798549, abs=SIX)


def test_probabilities_of_the_methods():
    assert weighted(*AREAS) == pytest.approx((0.357895, 0.425806, -0.067912), abs=SIX)
    assert slope(*AREAS) == pytest.approx(-0.163934, abs=SIX)
    assert sharp_gap(*AREAS) == pytest.approx((-0.475382, 0.331070), abs=SIX)


# Every way of sorting the unknown.


@settings(max_examples=60)
@given(g=counted(6), r=counted(6), u=counted(5))
def test_bounds_are_the_extremes_of_every_allocation(g, r, u):
    """Each of the unknown is of the group, of the reference, or of neither."""
    (x1, n1), (x2, n2), (x_u, n_u) = g, r, u
    lost = n_u - x_u
    rates, gaps = [], []
    for won1, lost1 in product(range(x_u + 1), range(lost + 1)):
        if n1:
            rates.append((x1 + won1) / (n1 + won1 + lost1))
        for won2, lost2 in product(range(x_u - won1 + 1), range(lost - lost1 + 1)):
            if n1 and n2:
                other = (x2 + won2) / (n2 + won2 + lost2)
                gaps.append((x1 + won1) / (n1 + won1 + lost1) - other)
    expected = (min(rates), max(rates)) if rates else (0, 1)
    assert unknown_rate(*g, *u) == pytest.approx(expected)
    expected = (min(gaps), max(gaps)) if gaps else (-1, 1)
    assert unknown_gap(*g, *r, *u) == pytest.approx(expected)


@given(g=counted(500), r=counted(500), u=counted(300))
def test_exchanging_the_groups_mirrors_the_bounds(g, r, u):
    for function in (unknown_gap, unknown_gap_interval):
        there, back = function(*g, *r, *u), function(*r, *g, *u)
        assert plain(there) == pytest.approx([-back.high, -back.low], abs=1e-9)


@given(g=counted(500), r=counted(500), u=counted(300))
def test_the_interval_holds_the_bounds_and_is_never_closed(g, r, u):
    bounds, wide = unknown_gap(*g, *r, *u), unknown_gap_interval(*g, *r, *u)
    assert -1 <= wide.low <= bounds.low <= bounds.high <= wide.high <= 1
    assert wide.low < wide.high


@given(g=counted(500), r=counted(500))
def test_with_nobody_unknown_the_bounds_are_the_estimate(g, r):
    bounds = unknown_gap(*g, *r, 0, 0)
    if g[1] and r[1]:
        assert plain(bounds) == pytest.approx([g[0] / g[1] - r[0] / r[1]] * 2)
    expected = plain(newcombe(*g, *r))
    assert plain(unknown_gap_interval(*g, *r, 0, 0)) == pytest.approx(expected, abs=1e-9)


def test_extremes_use_all_of_the_unknown():
    low, high = unknown_extremes(120, 400, 400, 1000, 35, 100)
    assert plain(low) == [120, 465, 435, 1035]
    assert plain(high) == [155, 435, 400, 1065]


def test_many_bounds_at_once_are_the_bounds_one_by_one():
    x1 = np.array([3, 0, 5])
    together = unknown_gap_interval(x1, 5, 4, 9, 1, [3, 2, 1])
    for at, n_u in enumerate((3, 2, 1)):
        alone = plain(unknown_gap_interval(x1[at], 5, 4, 9, 1, n_u))
        assert [together.low[at], together.high[at]] == pytest.approx(alone)


# Imbens & Manski.


@given(width=st.floats(0, 1), se=st.floats(1e-4, 1), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_quantile_against_a_root_finder(width, se, level):
    def off(c):
        return norm.cdf(c + width / se) - norm.cdf(-c) - level

    c = float(imbens_manski_c(width, se, level))
    assert c == pytest.approx(brentq(off, 0, 10, xtol=1e-13), abs=1e-9)
    assert norm.ppf(level) - 1e-9 <= c <= norm.ppf((1 + level) / 2) + 1e-9


def test_quantile_at_its_ends():
    assert imbens_manski_c(0, 0.1) == pytest.approx(1.959964, abs=SIX)
    assert imbens_manski_c(1, 1e-9) == pytest.approx(1.644854, abs=SIX)
    assert imbens_manski_c(0.3, 0) == pytest.approx(1.644854, abs=SIX)


def test_interval_over_bounds():
    low, high = imbens_manski(0.1, 0.025, 0.11, 0.02)
    assert (low, high) == pytest.approx((0.1 - 1.798549 * 0.025, 0.11 + 1.798549 * 0.02), abs=SIX)


@pytest.mark.parametrize("worst", [True, False])
def test_coverage_where_the_unknown_are_all_of_one_kind(worst):
    """The truth lies at an end of the bounds: the hardest place for the interval."""
    random = np.random.default_rng(11)
    draws, n1, n2, p1, p2 = 6000, 250, 600, 0.3, 0.4
    x1, x2 = random.binomial(n1, p1, draws), random.binomial(n2, p2, draws)
    # some failures of one group and successes of the other never say who they are
    hidden1 = random.binomial(n1 - x1 if worst else x1, 0.2)
    hidden2 = random.binomial(x2 if worst else n2 - x2, 0.2)
    won, lost = (hidden2, hidden1) if worst else (hidden1, hidden2)
    low, high = unknown_gap_interval(
        x1 - (0 if worst else hidden1),
        n1 - hidden1,
        x2 - (hidden2 if worst else 0),
        n2 - hidden2,
        won,
        won + lost,
    )
    covered = np.mean((low <= p1 - p2) & (p1 - p2 <= high))
    assert 0.94 <= covered <= 0.965


# Probabilities.


@st.composite
def population(draw):
    """Per bin: members and others, and the successes of each."""
    bins = draw(st.integers(1, 4))
    whole = [[draw(counted(12)) for _ in range(bins)] for _ in range(2)]
    cells = np.array(whole, dtype=float)
    return cells[0, :, 0], cells[0, :, 1], cells[1, :, 0], cells[1, :, 1]


def seen(people):
    """What a log shows of them: successes, decisions, and the share of members."""
    won1, members, won0, others = people
    n = members + others
    return won1 + won0, n, members / np.where(n > 0, n, 1)


@given(people=population())
def test_sharp_bounds_hold_the_truth(people):
    won1, members, won0, others = people
    low, high = sharp_gap(*seen(people))
    if members.sum() and others.sum():
        truth = won1.sum() / members.sum() - won0.sum() / others.sum()
        assert low - 1e-9 <= truth <= high + 1e-9
    else:
        assert (low, high) == (-1, 1)


@settings(max_examples=60)
@given(people=population())
def test_sharp_bounds_are_reached_by_somebody(people):
    """Among all ways to share out a bin's successes one is at either bound."""
    _, members, _, others = people
    if not (members.sum() and others.sum()):
        return
    x = seen(people)[0]
    gaps = [0.0]
    for successes, ours, theirs in zip(x, members, others, strict=True):
        ways = range(int(max(0, successes - theirs)), int(min(ours, successes)) + 1)
        gaps = [
            gap + way / members.sum() - (successes - way) / others.sum()
            for gap in {min(gaps), max(gaps)}
            for way in ways
        ]
    assert sharp_gap(*seen(people)) == pytest.approx((min(gaps), max(gaps)), abs=1e-9)


@given(people=population())
def test_what_weighted_and_slope_miss_is_known(people):
    """Elzayn et al. 2025: each is off by a covariance, so the truth is between if these agree."""
    won1, members, won0, others = people
    x, n, pi = seen(people)
    whole = n.sum()
    if not (members.sum() and others.sum()):
        return
    share = members.sum() / whole
    truth = won1.sum() / members.sum() - won0.sum() / others.sum()
    within_bins = (won1 - pi * x).sum() / whole  # mean covariance of outcome and class per bin
    estimate = weighted(x, n, pi)
    missed = within_bins / (share * (1 - share))
    assert estimate.gap == pytest.approx(truth - missed, abs=1e-9)
    spread = (n * (pi - share) ** 2).sum() / whole
    rise = float(slope(x, n, pi))
    if spread < 1e-9:
        assert rise == np.inf
        return
    assert rise * spread == pytest.approx(truth * share * (1 - share) - within_bins, abs=1e-9)
    # covariance of outcome and pi among members and among others
    among = sum(
        (won * pi).sum() - won.sum() * (side * pi).sum() / side.sum()
        for won, side in ((won1, members), (won0, others))
    )
    if within_bins * among > 1e-12:
        ends = sorted((float(estimate.gap), rise))
        assert ends[0] - 1e-9 <= truth <= ends[1] + 1e-9


@given(people=population())
def test_certain_membership_is_the_plain_gap(people):
    won1, members, won0, others = people
    if not (members.sum() and others.sum()):
        return
    truth = won1.sum() / members.sum() - won0.sum() / others.sum()
    log = (np.append(won1, won0), np.append(members, others), [1] * len(won1) + [0] * len(won0))
    assert weighted(*log).gap == pytest.approx(truth)
    assert slope(*log) == pytest.approx(truth)
    assert sharp_gap(*log) == pytest.approx((truth, truth))


@given(people=population())
def test_members_and_others_mirror_each_other(people):
    x, n, pi = seen(people)
    there, back = weighted(x, n, pi), weighted(x, n, 1 - pi)
    assert plain(there[:2]) == pytest.approx([back.others, back.members])
    if np.isfinite(there.gap):
        assert there.gap == pytest.approx(-back.gap, abs=1e-12)
        low, high = sharp_gap(x, n, pi)
        assert plain(sharp_gap(x, n, 1 - pi)) == pytest.approx([-high, -low], abs=1e-9)
    rise = slope(x, n, pi)
    if np.isfinite(rise):
        assert slope(x, n, 1 - pi) == pytest.approx(-rise)


def test_draws_run_along_the_first_axis():
    random = np.random.default_rng(2)
    n = random.integers(1, 50, (20, 3))
    x, pi = random.binomial(n, 0.4), np.array([0.2, 0.5, 0.7])
    for function in (weighted, sharp_gap):
        together = np.array(function(x, n, pi))
        for at in range(20):
            assert together[:, at] == pytest.approx(plain(function(x[at], n[at], pi)))
    assert slope(x, n, pi)[7] == pytest.approx(float(slope(x[7], n[7], pi)))


def test_where_nobody_can_be_told_apart_nothing_looks_equal():
    assert slope([1, 2], [5, 5], 0.3) == np.inf
    assert slope([1, 0], [5, 0], [0.3, 0.9]) == np.inf
    assert weighted([1, 2], [5, 5], 0.0).gap == np.inf
    assert weighted([0], [0], 0.5).gap == np.inf
    assert sharp_gap([1, 2], [5, 5], 1.0) == (-1, 1)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_probabilities_that_are_none_are_refused(bad):
    for function in (weighted, slope, sharp_gap):
        with pytest.raises(ValueError, match="pi must"):
            function([1], [2], [bad])


@pytest.mark.parametrize("bad", [-1, 9, float("nan")])
def test_counts_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="x must"):
        weighted([bad], [2], [0.5])
    with pytest.raises(ValueError, match="x must"):
        unknown_gap(1, 2, 1, 2, bad, 3)
    with pytest.raises(ValueError, match="x must"):
        unknown_rate(bad, 2, 1, 3)


def test_impossible_widths_and_levels_are_named():
    with pytest.raises(ValueError, match="width"):
        imbens_manski(0.2, 0.1, 0.1, 0.1)
    with pytest.raises(ValueError, match="se_low"):
        imbens_manski(0.1, -0.1, 0.2, 0.1)
    with pytest.raises(ValueError, match="level"):
        imbens_manski_c(0.1, 0.1, 1.0)
