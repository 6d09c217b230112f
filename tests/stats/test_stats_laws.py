"""Laws that hold for any counts (methods 15, items 5 and 8)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.stats.rates import (
    clopper_pearson,
    difference_interval,
    newcombe,
    parity_p,
    ratio_interval,
    wilson,
    z_difference,
    z_ratio,
)
from careaudit.stats.tolerance import Tolerance, p_beyond, p_pass, u_high, u_low, units

CURVE = Tolerance()
SLACK = 1e-9


@st.composite
def group(draw, smallest=1):
    """x successes of n decisions, divided by a design effect now and then."""
    n = draw(st.one_of(st.integers(smallest, 12), st.integers(smallest, 100_000)))
    x = draw(st.one_of(st.integers(0, n), st.sampled_from([0, n])))
    deff = draw(st.sampled_from([1.0, 1.0, 1.37]))
    return x / deff, n / deff


orientations = st.booleans()
differences = st.integers(-120_000, 120_000).map(lambda parts: parts / 100_000)
factors = st.floats(0, 50)


@given(group(0), group(0), differences, factors, orientations, st.floats(0, 60))
def test_no_nan_escapes_and_p_is_a_probability(g, r, d, f, adverse, u):
    assert not np.isnan(z_difference(*g, *r, d))
    assert not np.isnan(z_ratio(*g, *r, f))
    for p in (
        parity_p(*g, *r),
        p_pass(*g, *r, CURVE, adverse, u),
        p_beyond(*g, *r, CURVE, adverse, u),
    ):
        assert 0 <= p <= 1


@given(group(), group())
@settings(deadline=None)
def test_intervals_hold_their_estimate(g, r):
    p1, p2 = g[0] / g[1], r[0] / r[1]
    for low, high in (wilson(*g), clopper_pearson(*g)):
        assert 0 <= low <= p1 <= high <= 1
        assert low < high
    for low, high in (newcombe(*g, *r), difference_interval(*g, *r)):
        assert -1 - SLACK <= low <= p1 - p2 + SLACK
        assert p1 - p2 - SLACK <= high <= 1 + SLACK
        assert low < high
    low, high = ratio_interval(*g, *r)
    assert 0 <= low < high
    if p2 > 0:
        assert low <= p1 / p2 * (1 + SLACK)
        assert p1 / p2 <= high * (1 + SLACK)


@given(group(), group(), orientations, st.booleans())
@settings(deadline=None)
def test_u_lies_between_its_ends(g, r, adverse, protect):
    low = u_low(*g, *r, CURVE, adverse, protect=protect)
    high = u_high(*g, *r, CURVE, adverse, protect=protect)
    assert 0 <= low <= high <= 60
    if not protect and sum((g[1], r[1])) > 2:
        u = min(60, units(g[0] / g[1], r[0] / r[1], CURVE, adverse))
        assert low <= u + SLACK
        assert u <= high + SLACK


@given(group(), group(), orientations, st.floats(0.01, 20))
def test_pass_and_fail_exclude_each_other(g, r, adverse, u):
    passed = p_pass(*g, *r, CURVE, adverse, u) <= 0.05
    assert not (passed and p_beyond(*g, *r, CURVE, adverse, u) <= 0.5)


@given(group(), group(), differences)
def test_exchanging_groups_mirrors_the_difference(g, r, d):
    assert z_difference(*g, *r, d) == pytest.approx(-z_difference(*r, *g, -d), abs=1e-5, rel=1e-5)


@given(group(), group(), st.floats(0.05, 20))
def test_exchanging_groups_mirrors_the_ratio(g, r, f):
    assert z_ratio(*g, *r, f) == pytest.approx(-z_ratio(*r, *g, 1 / f), abs=1e-6, rel=1e-6)


@given(group(), group(), orientations)
def test_two_sided_tests_do_not_know_which_group_is_which(g, r, adverse):
    assert p_pass(*g, *r, CURVE, adverse) == p_pass(*r, *g, CURVE, adverse)
    assert p_beyond(*g, *r, CURVE, adverse) == p_beyond(*r, *g, CURVE, adverse)
    assert parity_p(*g, *r) == pytest.approx(float(parity_p(*r, *g)), abs=1e-9)


@given(group(), group(), differences)
def test_counting_failures_mirrors_the_difference(g, r, d):
    (x1, n1), (x2, n2) = g, r
    assert z_difference(*g, *r, d) == pytest.approx(
        -z_difference(n1 - x1, n1, n2 - x2, n2, -d), abs=1e-5, rel=1e-5
    )


@given(group(5), group(5), orientations)
@settings(deadline=None, max_examples=40)
def test_twice_the_counts_narrow_every_interval(g, r, adverse):
    (x1, n1), (x2, n2) = g, r
    once, twice = (x1, n1, x2, n2), (2 * x1, 2 * n1, 2 * x2, 2 * n2)
    for interval in (newcombe, difference_interval, ratio_interval):
        low, high = interval(*once)
        narrow_low, narrow_high = interval(*twice)
        assert narrow_low >= low - SLACK
        assert narrow_high <= high * (1 + SLACK) + SLACK
    assert wilson(2 * x1, 2 * n1).high <= wilson(x1, n1).high + SLACK
    assert u_high(*twice, CURVE, adverse) <= u_high(*once, CURVE, adverse) + 1e-6
    assert u_low(*twice, CURVE, adverse) >= u_low(*once, CURVE, adverse) - 1e-6


@given(group(2), st.floats(0.05, 1), orientations, st.data())
def test_more_grants_never_look_worse_for_the_protected(r, share, adverse, data):
    n = data.draw(st.integers(2, 5000))
    x = np.arange(0, n + 1, max(1, int(n * share / 10)))
    p = p_pass(x, n, *r, CURVE, adverse, protect=True)
    steps = np.diff(p) if adverse else -np.diff(p)
    assert (steps >= -SLACK).all()


@given(group(0), group(0), orientations)
def test_a_wider_tolerance_is_easier_to_keep(g, r, adverse):
    u = np.linspace(0, 12, 49)
    assert (np.diff(p_pass(*g, *r, CURVE, adverse, u)) <= SLACK).all()


@given(st.floats(0, 1), st.floats(0, 1), orientations)
def test_units_are_zero_at_equality_and_symmetric(p, q, adverse):
    assert units(p, p, CURVE, adverse) == 0
    assert units(p, q, CURVE, adverse) == units(q, p, CURVE, adverse) >= 0
