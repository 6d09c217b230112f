"""Design effects from customer moments (methods 1.8 and 1.11)."""

import pytest

from careaudit.stats.clustering import (
    Moments,
    deff_flip,
    design_effect,
    pooled_effect,
)

# methods 1.11: (n_i, x_i, how many such customers)
SIGNATURES = [
    (1, 0, 30),
    (1, 1, 20),
    (2, 0, 10),
    (2, 1, 5),
    (2, 2, 10),
    (5, 5, 3),
    (5, 0, 2),
]


def moments_of(signatures):
    return Moments(
        customers=sum(m for *_, m in signatures),
        nn=sum(n * n * m for n, _, m in signatures),
        xn=sum(x * n * m for n, x, m in signatures),
        xx=sum(x * x * m for _, x, m in signatures),
    )


def test_the_design_effect_of_the_signatures():
    n = sum(n * m for n, _, m in SIGNATURES)
    x = sum(x * m for _, x, m in SIGNATURES)
    moments = moments_of(SIGNATURES)
    assert (moments.customers, n, x) == (80, 125, 60)
    deff = design_effect(n, x, moments)
    assert deff == pytest.approx(2.082441, abs=1e-6)
    assert n / deff == pytest.approx(60.025717, abs=1e-6)


def test_one_decision_per_customer_has_no_design_effect():
    # M/(M-1) alone is above 1, by 1/99
    assert design_effect(100, 30, Moments(100, 100, 30, 30)) == pytest.approx(100 / 99)


def test_opposite_answers_of_one_customer_do_not_count_double():
    assert design_effect(100, 50, Moments(50, 200, 100, 50)) == 1.0  # own below 1, floored


def test_all_or_none_granted_uses_kish():
    assert design_effect(12, 0, Moments(4, 60, 0, 0)) == 5.0  # methods 1.8: nn/n
    assert design_effect(12, 12, Moments(4, 60, 60, 60)) == 5.0


def test_a_single_customer_cannot_be_assessed():
    assert design_effect(5, 3, Moments(1, 25, 15, 9)) is None
    assert design_effect(0, 0, Moments(0, 0, 0, 0)) is None


def test_duplicating_every_row_doubles_the_design_effect():
    once = moments_of(SIGNATURES)
    twice = Moments(once.customers, 4 * once.nn, 4 * once.xn, 4 * once.xx)
    assert design_effect(250, 120, twice) == pytest.approx(2 * design_effect(125, 60, once))


def test_large_sums_keep_every_digit():
    # 10^9 customers with 1 decision, then all sums in units that floats cannot hold exactly
    m = 10**9
    assert design_effect(m, m - 1, Moments(m, m, m - 1, m - 1)) == pytest.approx(m / (m - 1))


def test_pooled():
    assert pooled_effect([100, 300], [3.0, 1.0]) == 1.5
    assert pooled_effect([], []) == 1.0
    with pytest.raises(ValueError, match="one effect per segment"):
        pooled_effect([1, 2], [1.0])


def test_the_flip_is_found_and_absent():
    assert deff_flip(lambda deff: "pass" if deff < 3.7 else "inconclusive") == pytest.approx(3.7)
    assert deff_flip(lambda deff: "pass") is None
    assert deff_flip(lambda deff: "fail" if deff < 60 else "x") is None
    with pytest.raises(ValueError, match="start < stop"):
        deff_flip(lambda deff: "pass", start=2.0, stop=1.0)


def test_impossible_sums_are_named():
    with pytest.raises(ValueError, match="xn"):
        Moments(2, 4, -1, 0)
    with pytest.raises(ValueError, match="x = 5, n = 4"):
        design_effect(4, 5, Moments(2, 4, 4, 4))
