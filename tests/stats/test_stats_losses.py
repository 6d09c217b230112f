"""People and money lost: methods 3, 8 and 12."""

import numpy as np
import pytest

from careaudit.stats.amounts import clustered_mean_and_variance, mean_and_variance, shortfall
from careaudit.stats.people import excess, total_excess


def test_shortfall_of_the_seed_case():
    # methods 3: k granted with mean mu and population sd; squares = k (sd^2 + mu^2)
    g = mean_and_variance(2000, 1280 * 42, 1280 * (30**2 + 42**2))
    r = mean_and_variance(6000, 4560 * 50, 4560 * (33**2 + 50**2))
    assert (g.m, r.m) == pytest.approx((26.88, 38.0))
    lost = shortfall(2000, *g, *r)
    assert lost.value == pytest.approx(22240)
    assert lost.se == pytest.approx(1679.467535, abs=1e-6)
    assert (lost.low, lost.high) == pytest.approx((22240 - 3291.6959, 22240 + 3291.6959), abs=1e-3)


def test_moments_against_the_rows_themselves():
    amounts = np.array([0, 0, 1999, 4500, 250, 250, 0, 12000])
    m, v = mean_and_variance(8, int(amounts.sum()), int((amounts**2).sum()))
    assert m == pytest.approx(amounts.mean())
    assert v == pytest.approx(amounts.var() / 8)


def test_clustered_moments_against_the_residuals():
    n, a = np.array([1, 3, 2, 2]), np.array([500, 1200, 0, 900])
    m, v = clustered_mean_and_variance(
        int(n.sum()),
        int(a.sum()),
        customers=4,
        nn=int((n * n).sum()),
        an=int((a * n).sum()),
        aa=int((a * a).sum()),
    )
    assert m == pytest.approx(a.sum() / n.sum())
    assert v == pytest.approx(4 / 3 * ((a - m * n) ** 2).sum() / n.sum() ** 2)


def test_amounts_far_from_zero_lose_no_digits():
    # a million amounts of 10^12 and 10^12 + 2: the variance of the mean is 1/n exactly
    n, low, high = 10**6, 10**12, 10**12 + 2
    total, squares = n // 2 * (low + high), n // 2 * (low**2 + high**2)
    assert mean_and_variance(n, total, squares).v == pytest.approx(1e-6, rel=1e-12)


def test_impossible_sums_of_amounts_are_refused():
    with pytest.raises(ValueError, match="n = 0"):
        mean_and_variance(0, 0, 0)
    with pytest.raises(ValueError, match="total = 10"):
        mean_and_variance(2, 10, 3)
    with pytest.raises(ValueError, match="customers"):
        clustered_mean_and_variance(2, 10, customers=1, nn=4, an=20, aa=100)


def test_excess_denials_of_the_seed_case():
    lost = excess(2000, 0.64, 0.64 * 0.36 / 2000, 0.76, 0.76 * 0.24 / 6000)  # methods 8
    assert lost.value == pytest.approx(240)
    assert lost.se == pytest.approx(24.132965, abs=1e-6)
    assert lost.low == pytest.approx(240 - 1.959964 * 24.132965, abs=1e-5)
    assert lost.high == pytest.approx(240 + 1.959964 * 24.132965, abs=1e-5)


def test_an_adverse_outcome_counts_what_was_too_much():
    # denials are the adverse side of the same decisions
    lost = excess(2000, 0.36, 0.64 * 0.36 / 2000, 0.24, 0.76 * 0.24 / 6000, adverse=True)
    assert lost.value == pytest.approx(240)


def test_the_total_shares_the_error_of_its_reference():
    # methods 12: 130/500 and 260/800 against 800/2000
    n, p = np.array([500, 800]), np.array([0.26, 0.325])
    lost = total_excess(n, p, p * (1 - p) / n, 0.4, 0.4 * 0.6 / 2000)
    assert lost.value == pytest.approx(130)
    assert lost.se == pytest.approx(21.783021, abs=1e-6)


def test_impossible_rates_and_variances_are_named():
    with pytest.raises(ValueError, match="p_g"):
        excess(10, -0.1, 0.0, 0.5, 0.0)
    with pytest.raises(ValueError, match="v_r"):
        total_excess([10], [0.1], [0.0], 0.5, -1.0)
    with pytest.raises(ValueError, match="v_g"):
        shortfall(10, 1.0, np.nan, 1.0, 0.0)
