"""Tolerance units and the two tests of methods 1.2, 1.3 and 1.11."""

import numpy as np
import pytest

from careaudit.stats.rates import parity_p, z_difference
from careaudit.stats.tolerance import Tolerance, p_beyond, p_pass, u_high, u_low, units

DEFAULT = Tolerance()

# methods 1.11: counts; zD(0), parity p, p_pass, p_beyond, u, u_lo(.05), u_hi. None is "-".
WORKED = [
    ((130, 500, 360, 900), -5.260468, 0.0, 0.993243, 0.006757, 1.75, 1.264285, 2.182383),
    ((1280, 2000, 4560, 6000), -10.467824, 0.0, 0.952404, 0.047596, 1.2, 1.002829, 1.399673),
    ((170, 390, 412, 797), -2.622224, 0.008736, 0.268134, 0.731866, 0.810411, None, 1.311950),
    ((270, 900, 900, 3000), 0.0, 1.0, 0.000085, 0.999915, 0.0, 0.0, 0.459993),
    ((2900, 10000, 3000, 10000), -1.550489, 0.121024, 0.0, 1.0, 0.166667, None, 0.337437),
    ((27, 100, 120, 400), -0.588377, 0.556279, 0.260840, 0.739160, 0.5, 0.0, 1.690015),
]


@pytest.mark.parametrize(("cells", "z", "parity", "passes", "beyond", "u", "low", "high"), WORKED)
def test_worked_pairs(cells, z, parity, passes, beyond, u, low, high):
    x_g, n_g, x_r, n_r = cells
    assert z_difference(*cells, 0.0) == pytest.approx(z, abs=1e-6)
    assert parity_p(*cells) == pytest.approx(parity, abs=1e-6)
    assert p_pass(*cells, DEFAULT) == pytest.approx(passes, abs=1e-6)
    assert p_beyond(*cells, DEFAULT) == pytest.approx(beyond, abs=1e-6)
    assert units(x_g / n_g, x_r / n_r, DEFAULT) == pytest.approx(u, abs=1e-6)
    assert u_high(*cells, DEFAULT) == pytest.approx(high, abs=1e-6)
    if low is not None:
        assert u_low(*cells, DEFAULT) == pytest.approx(low, abs=1e-6)


def test_worked_pair_without_any_grant():
    cells = (0, 40, 30, 400)  # methods 1.11, last row
    assert z_difference(*cells, 0.0) == pytest.approx(-1.792260, abs=1e-6)
    assert parity_p(*cells) == pytest.approx(0.095567, abs=1e-6)
    assert p_pass(*cells, DEFAULT) == pytest.approx(0.944346, abs=1e-6)
    assert p_beyond(*cells, DEFAULT) == pytest.approx(0.055654, abs=1e-6)
    assert units(0, 30 / 400, DEFAULT) == pytest.approx(5.0, abs=1e-6)
    assert u_high(*cells, DEFAULT) == pytest.approx(5.0, abs=1e-4)


def test_ll144_small_category_stays_open():
    # methods 17: four-fifths flags it, the interval of u reaches to nearly 3
    assert u_high(7, 17, 215, 412, DEFAULT) == pytest.approx(2.864840, abs=1e-6)


def test_the_curve_of_a_favourable_outcome():
    # methods 1.2: 20 % of the rate, never less than 1 point nor more than 10
    assert DEFAULT.allowed([0.02, 0.05, 0.3, 0.5, 0.99]) == pytest.approx(
        [0.01, 0.01, 0.06, 0.10, 0.10]
    )
    assert units(0.02, 0.03, DEFAULT) == pytest.approx(1.0)  # not beyond, though the ratio is .67
    assert units(0.80, 0.99, DEFAULT) == pytest.approx(1.9)  # beyond, though the ratio is .81


def test_the_curve_of_an_adverse_outcome():
    # methods 1.2: t(p_a) = clip((1/tau - 1) p_a), p_a the lower rate
    assert DEFAULT.allowed([0.02, 0.2, 0.9], adverse=True) == pytest.approx([0.01, 0.05, 0.10])
    assert units(0.25, 0.20, DEFAULT, adverse=True) == pytest.approx(1.0)
    assert units(0.20, 0.25, DEFAULT, adverse=True) == pytest.approx(1.0)
    assert units(0.25, 0.20, DEFAULT) == pytest.approx(1.0)  # 1 - 1/1.25 = .2


@pytest.mark.parametrize("adverse", [False, True])
@pytest.mark.parametrize(
    "cells", [(130, 500, 360, 900), (30, 900, 10, 1500), (880, 900, 1200, 1500)]
)
def test_both_orientations_follow_their_own_formula(cells, adverse):
    """Methods 1.3 spelled out for the harmed direction with u = 2, without the mirror."""
    from scipy.stats import norm

    from careaudit.stats.rates import z_ratio

    u = 2.0
    if adverse:
        parts = (
            norm.cdf(z_difference(*cells, u * 0.10)),
            norm.cdf(z_ratio(*cells, 1 + u * (1 / 0.8 - 1))),
            norm.cdf(z_difference(*cells, u * 0.01)),
        )
    else:
        parts = (
            norm.sf(z_difference(*cells, -u * 0.10)),
            norm.sf(z_ratio(*cells, 1 - u * (1 - 0.8))),
            norm.sf(z_difference(*cells, -u * 0.01)),
        )
    expected = max(parts[0], min(parts[1], parts[2]))
    one_way = p_pass(*cells, DEFAULT, adverse, u, protect=True)
    assert one_way == pytest.approx(expected, abs=1e-12)
    against = min(1 - parts[0], max(1 - parts[1], 1 - parts[2]))
    assert p_beyond(*cells, DEFAULT, adverse, u, protect=True) == pytest.approx(against, abs=1e-9)


def test_protect_ignores_the_other_direction():
    favoured = (360, 900, 130, 500)  # g has the higher rate
    assert p_beyond(*favoured, DEFAULT) < 0.01
    assert p_beyond(*favoured, DEFAULT, protect=True) > 0.99
    assert p_pass(*favoured, DEFAULT, protect=True) < 0.01
    assert p_pass(*favoured, DEFAULT, adverse=True, protect=True) > 0.99
    assert u_low(*favoured, DEFAULT, protect=True) == 0
    assert u_low(*favoured, DEFAULT) > 1


def test_the_ends_of_u_are_where_the_tests_turn():
    cells = (130, 500, 360, 900)
    high, low = u_high(*cells, DEFAULT), u_low(*cells, DEFAULT, c=[0.05, 0.2])
    assert p_pass(*cells, DEFAULT, u=high) == pytest.approx(0.05, abs=1e-6)
    assert p_beyond(*cells, DEFAULT, u=low) == pytest.approx([0.05, 0.2], abs=1e-6)


def test_evidence_of_parity_near_certainty():
    # methods 1.10: all granted against 99.5 % granted can pass
    assert p_pass(2000, 2000, 1990, 2000, DEFAULT) <= 0.05
    assert p_pass(0, 2000, 0, 2000, DEFAULT) <= 0.05


def test_an_empty_group_neither_passes_nor_fails():
    assert p_pass(0, 0, 30, 100, DEFAULT) == p_beyond(0, 0, 30, 100, DEFAULT) == 0.5


def test_all_pairs_of_a_simulation_at_once():
    random = np.random.default_rng(6)
    n = random.integers(30, 3000, (400, 7))
    x = random.binomial(n, 0.3)
    p = p_pass(x, n, 300, 1000, DEFAULT)
    assert p.shape == (400, 7)
    assert p[17, 3] == pytest.approx(float(p_pass(x[17, 3], n[17, 3], 300, 1000, DEFAULT)))


@pytest.mark.parametrize(
    "wrong",
    [{"ratio": 0}, {"ratio": 1.1}, {"floor": 0}, {"floor": 0.2}, {"cap": 2}, {"cap": float("nan")}],
)
def test_impossible_tolerances_are_refused(wrong):
    with pytest.raises(ValueError, match=r"ratio|floor"):
        Tolerance(**wrong)


def test_impossible_rates_are_named():
    with pytest.raises(ValueError, match=r"p_g .* 1\.2"):
        units(1.2, 0.5, DEFAULT)
    with pytest.raises(ValueError, match="u must"):
        p_pass(1, 2, 1, 2, DEFAULT, u=-1)
