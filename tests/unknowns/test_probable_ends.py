"""Chances of membership: methods 11, closed forms, brute force, and logs whose truth is known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from careaudit.probable import Bins, bracket, ends, grains, miscalibration
from careaudit.stats.bootstrap import cells_covariance, generator
from careaudit.stats.bounds import sharp_gap, unknown_units
from careaudit.stats.scales import fixed, on_curve
from careaudit.stats.tolerance import Tolerance, units

AREAS = Bins((0.1, 0.5, 0.9), (500, 300, 200), (220, 120, 60))  # methods 11
CURVE = Tolerance()
SIX = 1e-6


def found(bins, same_sign, name="q"):
    return ends(bins, generator("plan", "data", name), same_sign=same_sign)


# The numbers of methods 11.


def test_the_ends_of_the_methods():
    assert found(AREAS, True).gap == pytest.approx((-0.067912, -0.067912, -0.163934), abs=SIX)
    assert found(AREAS, False).gap == pytest.approx((-0.067912, -0.475382, 0.331070), abs=SIX)
    assert found(AREAS, False).members[0] == pytest.approx(0.357895, abs=SIX)
    assert found(AREAS, False).others[0] == pytest.approx(0.425806, abs=SIX)


def test_all_ends_share_out_the_same_events():
    """Whatever is believed of members, others must have the rest: 400 of 1,000 (380 members)."""
    for same_sign in (True, False):
        some = found(AREAS, same_sign)
        assert some.members * 380 + some.others * 620 == pytest.approx([400] * 3)


def test_a_slope_that_no_rates_can_have_ends_where_rates_end():
    """5 % at .4 and 95 % at .6 are a slope of 4.5; at most all 500 events are members'."""
    steep = found(Bins((0.4, 0.6), (500, 500), (25, 475)), True)
    assert steep.gap[2] == pytest.approx(1.0)
    assert steep.members * 500 + steep.others * 500 == pytest.approx([500] * 3)
    rare = found(Bins((0.4, 0.6), (500, 500), (25, 225)), True)  # 250 events, 500 members
    assert (rare.members[2], rare.others[2]) == pytest.approx((0.5, 0.0))


# Variances, by hand.


def test_the_weighted_rates_vary_as_a_ratio_of_sums_does():
    """Linearised: each decision adds pi (y - p) to the members' rate."""
    some = found(AREAS, False)
    pi, n, x = (np.array(part, dtype=float) for part in (AREAS.pi, AREAS.n, AREAS.x))
    for weight, p, v in (
        (pi, some.members[0], some.v_members[0]),
        (1 - pi, some.others[0], some.v_others[0]),
    ):
        squares = (weight**2 * (x * (1 - p) ** 2 + (n - x) * p**2)).sum()
        assert v == pytest.approx(squares / (weight * n).sum() ** 2, rel=0.1)


@pytest.mark.parametrize("same_sign", [True, False])
def test_certain_membership_is_two_plain_rates(same_sign):
    some = found(Bins((0.0, 1.0), (4000, 1000), (1200, 250)), same_sign)
    assert some.members == pytest.approx([0.25] * 3)
    assert some.others == pytest.approx([0.3] * 3)
    plain = 0.25 * 0.75 / 1000 + 0.3 * 0.7 / 4000
    assert some.error(1.0) == pytest.approx([plain**0.5] * 3, rel=0.05)
    assert some.error(4.0) == pytest.approx(2 * some.error(1.0))


def test_the_covariance_of_shares_is_the_multinomial_one():
    counts, p = np.array([60.0, 30, 110]), np.array([0.3, 0.15, 0.55])
    drawn = cells_covariance(
        counts,
        lambda some: some / some.sum(axis=-1, keepdims=True),
        generator("shares"),
        draws=20000,
    )
    exact = (np.diag(p) - np.outer(p, p)) / 200
    assert drawn == pytest.approx(exact, rel=0.06)
    few = np.array([20.0, 9])
    assert cells_covariance(few, lambda some: some, generator("few")) is None


def test_same_names_same_digits_and_other_names_others():
    first, again, other = found(AREAS, True), found(AREAS, True), found(AREAS, True, "r")
    assert np.array_equal(first.v_members, again.v_members)
    assert not np.array_equal(first.v_members, other.v_members)


# What nobody can tell apart.


@pytest.mark.parametrize("pi", [(0.3,), (0.3, 0.3)])
def test_chances_all_alike_have_no_slope(pi):
    bins = Bins(pi, (300,) * len(pi), (90,) * len(pi))
    assert found(bins, True) is None
    assert found(bins, False) is not None


@pytest.mark.parametrize(
    "bins",
    [
        Bins((), (), ()),
        Bins((0.0,), (500,), (100,)),
        Bins((1.0,), (500,), (100,)),
        Bins((0.2, 0.8), (10, 10), (3, 4)),
    ],
)
def test_nobody_on_a_side_or_too_few_is_no_evidence(bins):
    assert found(bins, True) is None
    assert found(bins, False) is None


# Tests at both ends.


def test_a_limit_at_both_ends_by_hand():
    """A curve that is one fixed gap: each p is a normal tail at the worse of the two ends."""
    flat = Tolerance(0.8, 0.05, 0.05)
    some = found(AREAS, True)
    near, far = some.gap[1], some.gap[2]
    s_near, s_far = some.error(2.0)[1:]
    told = bracket(some, 2.0, flat, adverse=True)
    assert told.u == pytest.approx(-near / 0.05)
    assert told.u_most == pytest.approx(-far / 0.05)
    assert told.parity == pytest.approx(2 * norm.sf(max(-near / s_near, 0)), rel=1e-6)
    assert told.beyond == pytest.approx(
        max(norm.sf((-near - 0.05) / s_near), norm.sf((-far - 0.05) / s_far))
    )
    assert told.within == pytest.approx(
        max(norm.sf((0.05 + near) / s_near), norm.sf((0.05 + far) / s_far))
    )
    low = min((-near - 1.644854 * s_near) / 0.05, (-far - 1.644854 * s_far) / 0.05)
    assert told.u_low(0.05) == pytest.approx(max(low, 0), abs=1e-5)
    high = max((-near + 1.644854 * s_near) / 0.05, (-far + 1.644854 * s_far) / 0.05)
    assert told.u_high(0.05) == pytest.approx(high, abs=1e-5)
    assert not told.open


def test_ends_that_harm_different_sides_claim_nothing():
    told = bracket(found(AREAS, False), 1.0, CURVE, adverse=True)
    assert (told.u, told.parity) == (0.0, 1.0)
    assert min(told.within, told.beyond) > 0.99
    assert told.open


def test_only_harm_to_members_counts_where_they_are_protected():
    """Members are refused less often: no harm to them, whatever the others lose."""
    bins = Bins((0.0, 1.0), (4000, 4000), (2000, 1000))
    both = bracket(found(bins, False), 1.0, CURVE, adverse=True)
    alone = bracket(found(bins, False), 1.0, CURVE, adverse=True, protect=True)
    assert both.beyond < 1e-6
    assert alone.within < 1e-6
    assert (alone.u, alone.beyond > 0.99) == (0.0, True)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 100), st.integers(20, 400), st.floats(0, 1)),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[0],
    ),
    same_sign=st.booleans(),
    adverse=st.booleans(),
)
def test_laws_of_a_bracket(rows, same_sign, adverse):
    rows = sorted(rows)
    bins = Bins(
        tuple(pi / 100 for pi, _, _ in rows),
        tuple(n for _, n, _ in rows),
        tuple(round(n * p) for _, n, p in rows),
    )
    some = found(bins, same_sign)
    if some is None:
        return
    assert ((some.members >= 0) & (some.members <= 1)).all()
    assert ((some.others >= 0) & (some.others <= 1)).all()
    told = bracket(some, 1.0, CURVE, adverse=adverse)
    assert all(0 <= p <= 1 for p in (told.parity, told.within, told.beyond))
    assert told.within + told.beyond >= 1 - 1e-9  # never both
    assert 0 <= told.u <= told.u_most
    assert told.u_low(0.05) <= told.u + 1e-6
    assert told.u_most <= told.u_high(0.05)
    # members and others exchanged: the same claim
    mirror = Bins(
        tuple(1 - pi for pi in reversed(bins.pi)),
        tuple(reversed(bins.n)),
        tuple(reversed(bins.x)),
    )
    back = found(mirror, same_sign)
    # the joined bins of the sharp bounds may end elsewhere when read from the other side
    if same_sign and back is not None:
        assert bracket(back, 1.0, CURVE, adverse=adverse).u == pytest.approx(told.u, abs=1e-6)


def test_correlated_rates_against_one_fixed_limit():
    flat = Tolerance(0.8, 0.05, 0.05)
    one = on_curve(0.3, 4e-4, 0.26, 9e-4, flat, True, covariance=2e-4, protect=True)
    other = fixed(0.04, (4e-4 + 9e-4 - 4e-4) ** 0.5, 0.05, protect=True)
    assert one.parity_p == pytest.approx(float(other.parity_p))
    for u in (0.5, 1.0, 2.0):
        assert one.p_pass(u) == pytest.approx(float(other.p_pass(u)))


# Joined bins.


@given(n=st.lists(st.integers(0, 400), min_size=1, max_size=101))
def test_joined_bins_hold_enough_and_lose_none(n):
    sizes = np.array(n, dtype=float)
    parts = grains(sizes)
    assert np.array_equal(
        np.concatenate([np.arange(len(n))[part] for part in parts]), np.arange(len(n))
    )
    least = max(100, sizes.sum() / 20)
    assert len(parts) == 1 or all(sizes[part].sum() >= least for part in parts)
    assert len(parts) <= 20


def test_many_small_bins_do_not_draw_sharp_bounds_together():
    """Members always, others never have the event: the truth is a gap of 1, the widest there is."""
    random = np.random.default_rng(8)
    pi = np.round(random.uniform(0, 1, 300), 2)
    member = random.random(300) < pi
    places, at = np.unique(pi, return_inverse=True)
    n, x = np.bincount(at), np.bincount(at, member)
    fine = sharp_gap(x, n, places).high
    some = found(Bins(tuple(places), tuple(map(int, n)), tuple(map(int, x))), False)
    assert fine < 0.85  # what one decision a bin would claim to know
    assert some.gap[2] > fine
    assert some.range(1.0).high > 0.95


# A log whose members are known.


def drawn(on_member, on_chance, n=60_000):
    """Bins of a log, the true gap, and the gap that a threshold at one half would show."""
    random = np.random.default_rng(11)
    pi = np.round(random.beta(0.7, 1.2, n), 2)
    member = random.random(n) < pi
    y = random.random(n) < 0.45 + on_member * member + on_chance * pi
    places, at = np.unique(pi, return_inverse=True)
    bins = Bins(
        tuple(places.tolist()),
        tuple(np.bincount(at).tolist()),
        tuple(np.bincount(at, y).astype(int).tolist()),
    )
    cut = pi > 0.5
    return bins, y[member].mean() - y[~member].mean(), y[cut].mean() - y[~cut].mean()


def test_same_signs_the_bracket_holds_the_truth_and_a_threshold_does_not():
    bins, truth, cut = drawn(-0.18, -0.20)
    some = found(bins, True)
    assert some.gap[2] < truth < some.gap[1]
    low, high = some.range(1.0)
    assert low < truth < high
    assert abs(cut - truth) > 0.015
    told = bracket(some, 1.0, CURVE, adverse=False)
    assert told.parity < 1e-6
    assert told.beyond < 0.05
    sharp = found(bins, False)
    assert sharp.gap[1] < truth < sharp.gap[2]


def test_opposite_signs_the_bracket_misses_and_only_sharp_bounds_are_honest():
    bins, truth, _ = drawn(-0.12, 0.12)
    some = found(bins, True)
    assert max(some.gap[1:]) < 0.02
    assert not min(some.gap[1:]) <= truth <= max(some.gap[1:])
    sharp = found(bins, False)
    assert sharp.gap[1] < truth < sharp.gap[2]
    told = bracket(sharp, 1.0, CURVE, adverse=False)
    assert min(told.parity, told.within, told.beyond) > 0.05
    assert told.open


def test_a_range_covers_a_truth_at_its_end():
    """Chances say all there is (nothing hangs on membership within a bin): weighted is right."""
    random = np.random.default_rng(3)
    pi, n = np.array([0.1, 0.4, 0.7]), np.array([400, 300, 300])
    p = np.array([0.5, 0.4, 0.3])
    truth = (pi * n * p).sum() / (pi * n).sum() - ((1 - pi) * n * p).sum() / ((1 - pi) * n).sum()
    covered = 0
    for run in range(150):
        x = random.binomial(n, p)
        bins = Bins(tuple(pi), tuple(map(int, n)), tuple(map(int, x)))
        low, high = found(bins, True, str(run)).range(1.0)
        covered += low <= truth <= high
    assert covered >= 135  # 95 % of 150 less 3 standard errors


# Chances against what people say of themselves.


def test_chances_that_say_what_people_say():
    random = np.random.default_rng(5)
    pi, n = np.linspace(0, 1, 101), np.full(101, 60.0)
    said = random.binomial(60, pi).astype(float)
    assert miscalibration(pi, said, n) < 0.02
    off = random.binomial(60, np.clip(pi + 0.1, 0, 1)).astype(float)
    assert miscalibration(pi, off, n) == pytest.approx(0.1, abs=0.015)
    assert miscalibration(pi, said * 0, n * 0) is None
    assert miscalibration(pi[:1], np.array([9.0]), np.array([99.0])) is None


# Every way of sorting the unknown.


@settings(max_examples=60, deadline=None)
@given(
    counts=st.tuples(*(st.tuples(st.integers(0, 5), st.integers(0, 5)) for _ in range(3))),
    adverse=st.booleans(),
    protect=st.booleans(),
)
def test_no_sorting_leads_further_than_the_furthest(counts, adverse, protect):
    """(events, others) of g, of r, and of the unknown, who go to g, to r, or to neither."""
    (x_g, l_g), (x_r, l_r), (x_u, l_u) = counts
    if not (x_g + l_g and x_r + l_r):
        return
    furthest = 0.0
    for a, b in product(range(x_u + 1), range(l_u + 1)):
        for c, d in product(range(x_u - a + 1), range(l_u - b + 1)):
            p_g = (x_g + a) / (x_g + l_g + a + b)
            p_r = (x_r + c) / (x_r + l_r + c + d)
            furthest = max(furthest, float(units(p_g, p_r, CURVE, adverse, protect=protect)))
    told = unknown_units(
        x_g, x_g + l_g, x_r, x_r + l_r, x_u, x_u + l_u, CURVE, adverse, protect=protect
    )
    assert told == pytest.approx(furthest)
