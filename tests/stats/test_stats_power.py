"""Detectable gaps, decisions needed and type-S/type-M errors (methods 1.9)."""

import numpy as np
import pytest

from careaudit.stats.power import detectable_gap, n_needed, retrodesign
from careaudit.stats.tolerance import Tolerance, p_pass

DEFAULT = Tolerance()
RATES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
SIMULATED = [4300, 8400, 4000, 1800, 1000, 540, 460, 210]  # methods 1.9, +-4 %


def test_minimum_detectable_rate():
    # methods 1.9: the rates p_g
    assert 0.3 - detectable_gap(0.3, 300, 1000, 0.05) == pytest.approx(0.218502, abs=1e-6)
    assert 0.3 - detectable_gap(0.3, 300, 1000, 0.05 / 7) == pytest.approx(0.197919, abs=1e-6)
    assert 0.1 - detectable_gap(0.1, 1000, 5000, 0.05 / 7) == pytest.approx(0.065295, abs=1e-6)


def test_the_adverse_gap_mirrors_the_favourable_one():
    assert detectable_gap(0.7, 300, 1000, 0.05, adverse=True) == pytest.approx(
        float(detectable_gap(0.3, 300, 1000, 0.05))
    )


def test_nothing_detectable_is_the_largest_gap_there_can_be():
    assert detectable_gap([0.1, 0.3, 0.0], [10, 0, 50], 100, 0.05).tolist() == [0.1, 0.3, 0.0]
    assert detectable_gap(0.9, 5, 100, 0.05, adverse=True) == pytest.approx(0.1)


def test_decisions_needed_for_an_equal_pair_to_pass():
    # a comparator of 1 cannot suffice, so the answer is for equal sizes
    for adverse in (False, True):
        assert n_needed(RATES, 1, DEFAULT, adverse) == pytest.approx(SIMULATED, rel=0.04)


@pytest.mark.parametrize(("p", "n_r"), [(0.3, 5000), (0.05, 40_000), (0.8, 300), (0.4, 2000)])
def test_the_decisions_needed_do_suffice(p, n_r):
    """Simulated: the share of truly equal pairs of that size that pass."""
    n_g = int(n_needed(p, n_r, DEFAULT))
    random = np.random.default_rng(7)
    x_g, x_r = random.binomial(n_g, p, 20_000), random.binomial(n_r, p, 20_000)
    passed = (p_pass(x_g, n_g, x_r, n_r, DEFAULT) <= 0.05).mean()
    assert passed == pytest.approx(0.90, abs=0.025)


@pytest.mark.parametrize("adverse", [False, True])
def test_the_decisions_needed_in_one_direction(adverse):
    n_g = int(n_needed(0.3, 2000, DEFAULT, adverse, protect=True))
    random = np.random.default_rng(8)
    x_g, x_r = random.binomial(n_g, 0.3, 20_000), random.binomial(2000, 0.3, 20_000)
    p = p_pass(x_g, n_g, x_r, 2000, DEFAULT, adverse, protect=True)
    assert (p <= 0.05).mean() == pytest.approx(0.90, abs=0.025)


def test_a_rate_of_none_or_all_still_needs_decisions():
    assert (n_needed([0.0, 1.0], 5000, DEFAULT) >= 20).all()
    n_g = int(n_needed(0.0, 5000, DEFAULT))
    assert p_pass(0, n_g, 0, 5000, DEFAULT) <= 0.05 < p_pass(0, n_g - 2, 0, 5000, DEFAULT)


def test_type_s_and_type_m_of_gelman_and_carlin():
    # Gelman & Carlin 2014: true effect .1, se 3.28: power .05, type S 46 %, exaggeration 77
    design = retrodesign(0.1, 3.28)
    assert design.power == pytest.approx(0.05, abs=5e-4)
    assert design.type_s == pytest.approx(0.46, abs=0.005)
    assert design.type_m == pytest.approx(77, abs=1)


def test_type_s_and_type_m_by_simulation():
    shown = np.random.default_rng(9).normal(0.5, 1.0, 2_000_000)
    shown = shown[np.abs(shown) > 1.959964]
    design = retrodesign(-0.5, 1.0)  # the sign of the effect does not matter
    assert design.power == pytest.approx(shown.size / 2_000_000, abs=1e-3)
    assert design.type_s == pytest.approx((shown < 0).mean(), abs=3e-3)
    assert design.type_m == pytest.approx(np.abs(shown).mean() / 0.5, abs=0.02)


def test_type_m_of_an_underpowered_fail():
    # methods 1.9: p .3, n 100, true ratio .9, one of 7 pairs: exaggerated 6.5 times
    se = np.sqrt(0.3 * 0.7 / 100 + 0.27 * 0.73 / 100)
    assert retrodesign(0.03, se, 0.05 / 7).type_m == pytest.approx(6.5, abs=0.1)


def test_no_effect_is_exaggerated_without_limit():
    design = retrodesign([0.0, 100.0], 1.0)
    assert design.type_s.tolist() == [0.5, 0.0]
    assert design.type_m == pytest.approx([np.inf, 1.0])
    with pytest.raises(ValueError, match="se"):
        retrodesign(1.0, 0.0)


def test_impossible_settings_are_named():
    with pytest.raises(ValueError, match="power"):
        n_needed(0.3, 100, DEFAULT, power=1.0)
    with pytest.raises(ValueError, match="alpha"):
        detectable_gap(0.3, 100, 100, 0.0)
