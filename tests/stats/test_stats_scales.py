"""The engine of tolerance units on any scale: methods 1.12."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from careaudit.stats.ordinal import dominance
from careaudit.stats.scales import Disparity, fixed, on_curve, share_of_comparator
from careaudit.stats.tolerance import Tolerance, p_beyond, p_pass, u_high, u_low, units

CURVE = Tolerance()
gaps = st.floats(-50, 50)
errors = st.one_of(st.just(0.0), st.floats(1e-3, 20), st.just(np.inf))
limits = st.floats(0.05, 20)
means = st.floats(0, 200)
shares = st.floats(0.01, 0.9)
rates = st.floats(0, 1)
variances = st.one_of(st.just(0.0), st.floats(1e-6, 0.2))


@st.composite
def disparities(draw):
    """Any gap, on any of the three kinds of limit."""
    protect, adverse = draw(st.booleans()), draw(st.booleans())
    kind = draw(st.sampled_from(["fixed", "share", "curve"]))
    if kind == "fixed":
        return fixed(draw(gaps), draw(errors), draw(limits), protect=protect)
    if kind == "share":
        g, r = (draw(means), draw(variances) * 50), (draw(means), draw(variances) * 50)
        return share_of_comparator(*g, *r, draw(shares), adverse, protect=protect)
    g, r = (draw(rates), draw(variances)), (draw(rates), draw(variances))
    return on_curve(*g, *r, CURVE, adverse, protect=protect)


@given(gaps, st.floats(1e-3, 20), limits)
@settings(deadline=None)
def test_the_formulas_of_the_method(d, s, t):
    found = fixed(d, s, t)
    assert found.u == pytest.approx(min(60, abs(d) / t))
    assert found.parity_p == pytest.approx(2 * norm.sf(abs(d) / s))
    assert found.p_pass() == pytest.approx(max(norm.sf((t - d) / s), norm.sf((t + d) / s)))
    assert found.p_beyond() == pytest.approx(norm.sf((abs(d) - t) / s))
    one_sided = fixed(d, s, t, protect=True)
    assert one_sided.u == pytest.approx(min(60, max(0, d / t)))
    assert one_sided.p_pass() == pytest.approx(norm.sf((t - d) / s))
    assert one_sided.p_beyond() == pytest.approx(norm.sf((d - t) / s))


@given(gaps, st.floats(1e-3, 20), limits)
@settings(deadline=None)
def test_the_interval_of_a_fixed_limit_in_closed_form(d, s, t):
    found, z = fixed(d, s, t), norm.isf(0.05)
    assert found.u_high() == pytest.approx(min(60, (abs(d) + z * s) / t), abs=1e-9)
    assert found.u_low() == pytest.approx(np.clip((abs(d) - z * s) / t, 0, 60), abs=1e-9)


@given(disparities(), st.floats(0, 60))
@settings(deadline=None)
def test_no_nan_escapes_and_p_is_a_probability(found: Disparity, u):
    for p in (found.parity_p, found.p_pass(u), found.p_beyond(u)):
        assert 0 <= p <= 1
    assert 0 <= found.u_low() <= found.u + 1e-9
    assert found.u <= found.u_high() + 1e-9 <= 60 + 2e-9


@given(disparities(), st.floats(0.01, 20))
@settings(deadline=None)
def test_pass_and_fail_exclude_each_other(found: Disparity, u):
    passed = found.p_pass(u) <= 0.05
    assert not (passed and found.p_beyond(u) <= 0.5)
    assert found.p_pass(u) + found.p_beyond(u) == pytest.approx(1)


@given(disparities())
@settings(deadline=None)
def test_a_wider_limit_is_easier_to_keep(found: Disparity):
    for u in np.linspace(0.5, 20, 6):
        assert found.p_pass(u + 0.5) <= found.p_pass(u) + 1e-9


@given(disparities())
@settings(deadline=None)
def test_the_ends_are_where_the_tests_turn(found: Disparity):
    high, low = float(found.u_high()), float(found.u_low())
    if high < 59:
        assert found.p_pass(high + 1e-6) <= 0.05 + 1e-4
    if high > 1e-6:
        assert found.p_pass(max(0, high - 1e-6)) >= 0.05 - 1e-4
    if 1e-6 < low < 59:
        assert found.p_beyond(low - 1e-6) <= 0.05 + 1e-4


@given(gaps, errors, limits)
@settings(deadline=None)
def test_fixed_limits_mirror(d, s, t):
    there, back = fixed(d, s, t), fixed(-d, s, t)
    assert (there.u, there.parity_p) == (back.u, back.parity_p)
    assert (there.p_pass(), there.p_beyond()) == (back.p_pass(), back.p_beyond())
    assert (there.u_low(), there.u_high()) == (back.u_low(), back.u_high())


@given(rates, variances, rates, variances, st.booleans())
@settings(deadline=None)
def test_the_curve_does_not_know_which_group_is_which(p_g, v_g, p_r, v_r, adverse):
    there = on_curve(p_g, v_g, p_r, v_r, CURVE, adverse)
    back = on_curve(p_r, v_r, p_g, v_g, CURVE, adverse)
    assert there.p_pass() == back.p_pass()
    assert there.p_beyond() == back.p_beyond()
    assert there.u == back.u


@given(gaps, st.floats(1e-3, 5), st.floats(1.01, 5), limits)
@settings(deadline=None)
def test_less_certainty_never_helps_to_pass_or_to_fail(d, s, factor, t):
    sure, unsure = fixed(d, s, t), fixed(d, factor * s, t)
    if sure.u <= 1:
        assert unsure.p_pass() >= sure.p_pass()
    if sure.u >= 1:
        assert unsure.p_beyond() >= sure.p_beyond()
    assert unsure.parity_p >= sure.parity_p
    assert unsure.u_high() >= sure.u_high() - 1e-9
    assert unsure.u_low() <= sure.u_low() + 1e-9


@given(st.floats(1, 200), st.floats(0.01, 9), st.floats(1, 200), st.floats(0.01, 9), shares)
@settings(deadline=None)
def test_shares_are_linear_forms_and_know_no_currency(m_g, v_g, m_r, v_r, share):
    found = share_of_comparator(m_g, v_g, m_r, v_r, share)
    tau = 1 - share
    below = (m_g - tau * m_r) / np.sqrt(v_g + tau**2 * v_r)  # methods 1.12, as printed
    above = ((2 - tau) * m_r - m_g) / np.sqrt(v_g + (2 - tau) ** 2 * v_r)
    assert found.p_pass() == pytest.approx(max(norm.sf(below), norm.sf(above)))
    assert found.p_beyond() == pytest.approx(min(norm.cdf(below), norm.cdf(above)))
    assert found.u == pytest.approx(min(60, abs(m_r - m_g) / (share * m_r)))
    cents = share_of_comparator(100 * m_g, 1e4 * v_g, 100 * m_r, 1e4 * v_r, share)
    assert cents.p_pass() == pytest.approx(float(found.p_pass()))
    assert cents.u_high() == pytest.approx(float(found.u_high()), abs=1e-6)
    # only harm to the segment: less of what is good, more of what is bad
    good = share_of_comparator(m_g, v_g, m_r, v_r, share, protect=True)
    bad = share_of_comparator(m_g, v_g, m_r, v_r, share, adverse=True, protect=True)
    assert good.p_pass() == pytest.approx(norm.sf(below))
    assert bad.p_pass() == pytest.approx(norm.sf(above))
    assert good.u * bad.u == 0


@given(st.floats(1, 200), st.floats(0.01, 9), st.floats(1, 200), shares)
@settings(deadline=None)
def test_a_comparator_known_for_sure_is_a_fixed_limit(m_g, v_g, m_r, share):
    linear = share_of_comparator(m_g, v_g, m_r, 0.0, share)
    same = fixed(m_r - m_g, np.sqrt(v_g), share * m_r)
    assert linear.p_pass() == pytest.approx(float(same.p_pass()))
    assert linear.p_beyond() == pytest.approx(float(same.p_beyond()))
    assert linear.u_high() == pytest.approx(float(min(same.u_high(), 60)), abs=1e-6) or (
        m_g < 60 and same.u_high() * share >= 1
    )


def test_fieller():
    # the limits of m_g / m_r at which the linear form is 1.644854: the roots of a quadratic
    m_g, v_g, m_r, v_r, z = 33.0, 0.6, 38.0, 0.5, norm.isf(0.05)
    roots = np.roots([m_r**2 - z**2 * v_r, -2 * m_g * m_r, m_g**2 - z**2 * v_g])
    found = share_of_comparator(m_g, v_g, m_r, v_r, 0.1)
    assert found.u_high() == pytest.approx((1 - roots.min()) / 0.1)
    assert found.u_low() == pytest.approx((1 - roots.max()) / 0.1)


def test_big_counts_agree_with_the_engine_for_counts():
    # the cap binds, either way round, then the ratio, then the floor
    for adverse in (False, True):
        for x_g, x_r in ((64_000, 76_000), (76_000, 64_000), (10_000, 12_600), (1200, 300)):
            counts = (x_g, 100_000, x_r, 100_000)
            p_g, p_r = x_g / 1e5, x_r / 1e5
            found = on_curve(p_g, p_g * (1 - p_g) / 1e5, p_r, p_r * (1 - p_r) / 1e5, CURVE, adverse)
            assert found.u == units(p_g, p_r, CURVE, adverse)
            assert found.p_pass() == pytest.approx(p_pass(*counts, CURVE, adverse), abs=0.002)
            assert found.p_beyond() == pytest.approx(p_beyond(*counts, CURVE, adverse), abs=0.002)
            assert found.u_high() == pytest.approx(u_high(*counts, CURVE, adverse), rel=0.02)
            assert found.u_low() == pytest.approx(u_low(*counts, CURVE, adverse), abs=0.02)


def test_many_gaps_at_once_and_levels_of_their_own():
    found = fixed([0.0, 3.0], 1.0, [1.0, 2.0])
    assert found.u_low([0.05, 0.005])[1] < found.u_low(0.05)[1]
    assert found.u_high([[0.05], [0.2]]).shape == (2, 2)
    assert found.p_pass([1.0, 2.0]).shape == (2,)


def test_what_is_not_known_neither_passes_nor_fails():
    empty = dominance([0, 0, 0], [10, 20, 30])
    found = fixed(0.5 - empty.value, empty.se, 0.05)
    assert (found.parity_p, found.p_pass(), found.p_beyond()) == (1, 0.5, 0.5)
    assert (found.u_low(), found.u_high()) == (0, 60)
    nothing = share_of_comparator(0, 0, 0, 0, 0.1)  # nobody got anything
    assert (nothing.u, nothing.parity_p, nothing.p_pass()) == (0, 1, 0.5)
    only_g = share_of_comparator(5, 0.1, 0, 0, 0.1)
    assert (only_g.u, only_g.u_high()) == (60, 60)
    assert only_g.p_beyond() < 1e-9
    next_to_nothing = share_of_comparator(5, 1e-320, 5e-324, 0, 0.1)
    assert (next_to_nothing.u, next_to_nothing.p_pass()) == (60, 1)


def test_impossible_gaps_are_named():
    for arguments, name in (
        ((np.nan, 1, 1), "d must"),
        ((np.inf, 1, 1), "d must"),
        ((1, -1, 1), "s must"),
        ((1, np.nan, 1), "s must"),
        ((1, 1, 0), "t must"),
        ((1, 1, -1), "t must"),
    ):
        with pytest.raises(ValueError, match=name):
            fixed(*arguments)
    with pytest.raises(ValueError, match="m_r"):
        share_of_comparator(1, 1, -1, 1, 0.1)
    with pytest.raises(ValueError, match="share"):
        share_of_comparator(1, 1, 1, 1, 0)
    with pytest.raises(ValueError, match="v_g"):
        share_of_comparator(1, -1, 1, 1, 0.1)
    with pytest.raises(ValueError, match="m_g"):
        on_curve(1.2, 0.1, 0.5, 0.1, CURVE)
    with pytest.raises(ValueError, match="u must"):
        fixed(1, 1, 1).p_pass(-1)


def test_the_interval_covers_what_was_simulated():
    random = np.random.default_rng(5)
    size = 20_000
    m_g, m_r = random.normal(31, 1.2, size), random.normal(38, 0.8, size)
    found = share_of_comparator(m_g, 1.2**2, m_r, 0.8**2, 0.1)
    truth = (38 - 31) / 3.8
    assert (found.u_high() < truth).mean() == pytest.approx(0.05, abs=0.006)
    assert (found.u_low() > truth).mean() == pytest.approx(0.05, abs=0.006)
    # exactly at the limit: 5 % pass, and 5 % fail at the strict level
    at = fixed(random.normal(2.0, 0.4, size), 0.4, 2.0)
    assert (at.p_pass() <= 0.05).mean() == pytest.approx(0.05, abs=0.006)
    assert (at.p_beyond() <= 0.05).mean() == pytest.approx(0.05, abs=0.006)
