"""Intersections: methods 7, likelihoods by other means, recovery of what was put in, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom, binom, chi2_contingency, norm

from careaudit.stats.shrinkage import Maihda, homogeneity, maihda, pcv, prior, shrunken

SIX = 1e-6
# Bickel, Hammel & O'Connell 1975: admitted of applicants, departments A to F, men then women
UCB = (
    np.array([512, 353, 120, 138, 53, 22, 89, 17, 202, 131, 94, 24]),
    np.array([825, 560, 325, 417, 191, 373, 108, 25, 593, 375, 393, 341]),
)
DEPARTMENTS, SEXES = list("ABCDEF") * 2, ["m"] * 6 + ["f"] * 6
# The example of NYC's rule on Local Law 144, 6 RCNY 5-301: selected of applicants
LL144 = (
    np.array([90, 82, 215, 95, 37, 167, 11, 52, 197, 75, 15, 135, 7, 44]),
    np.array([205, 190, 412, 226, 87, 321, 24, 115, 385, 164, 32, 295, 17, 98]),
)


@st.composite
def strata(draw, sizes=(5, 12), most=60):
    n = draw(st.lists(st.integers(2, most), min_size=sizes[0], max_size=sizes[1]))
    x = [draw(st.integers(0, size)) for size in n]
    return np.array(x), np.array(n)


# The numbers of methods 7.


def test_berkeley_prior():
    found = prior(*UCB)
    assert (found.m, found.phi) == pytest.approx((0.394051, 3.792030), abs=SIX)
    assert not found.pooled
    assert shrunken(17, 25, found) == pytest.approx(0.642339, abs=SIX)


def test_berkeley_maihda():
    assert maihda(*UCB) == pytest.approx((-0.564453, 1.447541, 0.305555), abs=SIX)


def test_local_law_144_hardly_varies():
    found = maihda(*LL144)
    assert (found.s2, found.vpc) == pytest.approx((0.009008, 0.002731), abs=SIX)
    test = homogeneity(*LL144)
    assert (test.statistic, test.p) == pytest.approx((15.779490, 0.261243), abs=SIX)
    assert test.df == 13


# Oracles.


def test_prior_is_the_best_beta_binomial():
    random = np.random.default_rng(7)
    for _ in range(8):
        n = random.integers(2, 80, 15)
        x = random.binomial(n, random.beta(2, 5, 15))
        found = prior(x, n)

        def loss(at, x=x, n=n):
            m, phi = expit(at[0]), np.exp(at[1])
            return -betabinom.logpmf(x, n, m * phi, (1 - m) * phi).sum()

        best = min(
            (minimize(loss, (-1, start), method="Nelder-Mead", tol=1e-10) for start in (0, 4)),
            key=lambda fit: fit.fun,
        )
        assert found.m == pytest.approx(expit(best.x[0]), rel=1e-5)
        assert found.phi == pytest.approx(np.exp(best.x[1]), rel=1e-4)


def likelihood(x, n, center, s):
    """Minus the log likelihood by the plain trapezoid rule, on a fine grid of deviations."""
    u = np.linspace(-8, 8, 1601)
    p = expit(np.asarray(center)[:, None] + s * u)
    chance = binom.pmf(x[:, None], n[:, None], p) * norm.pdf(u)
    return -np.log(np.trapezoid(chance, u, axis=1)).sum()


@pytest.mark.parametrize("columns", [(), (SEXES,)])
def test_maihda_is_the_best_mixed_model(columns):
    x, n = UCB
    women = np.array(SEXES) == "f"
    effects = [np.ones(12)] if not columns else [np.ones(12), ~women]  # "f" comes before "m"

    def loss(at):
        return likelihood(x, n, np.array(at[:-1]) @ effects, at[-1])

    start = (-0.5,) + (0.0,) * len(columns) + (1.0,)
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11})
    found = maihda(x, n, columns)
    assert found.b0 == pytest.approx(best.x[0], abs=2e-5)
    assert found.s2 == pytest.approx(best.x[-1] ** 2, abs=2e-5)


def test_homogeneity_against_scipy():
    random = np.random.default_rng(8)
    for _ in range(20):
        n = random.integers(5, 90, 9)
        x = random.binomial(n, 0.3)
        expected = chi2_contingency([x, n - x], correction=False)
        found = homogeneity(x, n)
        assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))
        assert found.df == expected.dof


def test_what_was_put_in_is_found():
    random = np.random.default_rng(9)
    n = random.integers(20, 200, 600)
    found = maihda(random.binomial(n, expit(-1 + 0.7 * random.normal(size=600))), n)
    assert found.b0 == pytest.approx(-1, abs=0.1)
    assert found.s2 == pytest.approx(0.49, abs=0.08)
    assert found.vpc == pytest.approx(found.s2 / (found.s2 + np.pi**2 / 3))
    beta = prior(random.binomial(n, random.beta(3, 9, 600)), n)
    assert beta.m == pytest.approx(0.25, abs=0.02)
    assert beta.phi == pytest.approx(12, rel=0.2)


def crossed(effect, n=4000):
    """Strata of 4 x 5 groups with these log odds."""
    rows, columns = np.repeat(np.arange(4), 5), np.tile(np.arange(5), 4)
    x = np.rint(n * expit(effect(rows, columns)))
    return x, np.full(20, n), [[f"r{row}" for row in rows], [f"c{column}" for column in columns]]


def test_main_effects_leave_only_interactions():
    x, n, attributes = crossed(lambda row, column: 0.4 * row - 0.3 * column)
    null, main = maihda(x, n), maihda(x, n, attributes)
    assert main.s2 == 0
    assert pcv(null, main) == 1
    x, n, attributes = crossed(lambda row, column: 0.8 * (-1.0) ** (row + column))
    assert pcv(maihda(x, n), maihda(x, n, attributes)) < 0.1


def test_shrunken_rates_are_nearer_to_the_truth():
    random = np.random.default_rng(10)
    truth = random.beta(4, 8, (40, 20))
    n = random.integers(3, 40, (40, 20))
    x = random.binomial(n, truth)
    drawn = np.array([shrunken(*pair, prior(*pair)) for pair in zip(x, n, strict=True)])
    assert np.mean((drawn - truth) ** 2) < 0.7 * np.mean((x / n - truth) ** 2)


# Laws.


@settings(max_examples=30, deadline=None)
@given(cells=strata())
def test_shrunken_rates_lie_between_their_own_and_the_mean(cells):
    x, n = cells
    beta = prior(x, n)
    rates = shrunken(x, n, beta)
    low, high = np.minimum(x / n, beta.m), np.maximum(x / n, beta.m)
    assert ((low - 1e-12 <= rates) & (rates <= high + 1e-12)).all()
    assert 0 <= beta.m <= 1
    assert beta.phi > 0
    assert beta.pooled == np.isinf(beta.phi)


@settings(max_examples=12, deadline=None)
@given(cells=strata(most=25))
def test_denials_mirror_grants(cells):
    x, n = cells
    there, back = maihda(x, n), maihda(n - x, n)
    if there is None:
        assert back is None
        return
    assert there.s2 >= 0
    assert 0 <= there.vpc < 1
    # all-or-nothing strata have a likelihood so flat that digits are lost
    if there.s2 < 9:
        assert there.b0 == pytest.approx(-back.b0, abs=1e-4)
        assert there.s2 == pytest.approx(back.s2, abs=1e-3)
    one, other = prior(x, n), prior(n - x, n)
    assert one.m == pytest.approx(1 - other.m, abs=1e-4)
    assert one.pooled == other.pooled


def test_order_names_and_empty_strata_do_not_matter():
    x, n = UCB
    turned = np.random.default_rng(1).permutation(12)
    names = [f"{name} <b>" for name in DEPARTMENTS]
    attributes = [np.array(names)[turned].tolist(), np.array(SEXES)[turned].tolist()]
    plain = maihda(x, n, [DEPARTMENTS, SEXES])
    assert maihda(x[turned], n[turned], attributes) == pytest.approx(plain, abs=1e-5)
    assert prior(x[turned], n[turned]) == pytest.approx(prior(x, n), abs=1e-5)
    padded = [np.append(part, 0) for part in UCB]
    assert prior(*padded) == prior(*UCB)
    assert homogeneity(*padded) == homogeneity(*UCB)
    assert maihda(*padded, [[*DEPARTMENTS, "G"], [*SEXES, "f"]]) == plain


def test_a_design_effect_leaves_less_spread():
    effective = [part / 30 for part in LL144]
    assert maihda(*effective).s2 == 0
    assert prior(*effective).pooled


# Edges.


def test_few_strata_use_the_pooled_rate():
    beta = prior([1, 5, 3, 9], [10, 10, 10, 10])
    assert beta == (0.45, np.inf, True)
    assert shrunken([1, 9], [10, 10], beta).tolist() == [0.45, 0.45]
    # of one decision each, strata say nothing about their spread
    assert prior([0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 1, 1]).pooled


def test_strata_more_alike_than_chance_use_the_pooled_rate():
    assert prior([50, 51, 49, 50, 50], [100] * 5) == (0.5, np.inf, True)
    assert maihda([50, 51, 49, 50, 50], [100] * 5) == pytest.approx((0, 0, 0), abs=SIX)


def test_everybody_or_nobody():
    for x in ([0] * 6, [9] * 6):
        beta = prior(x, [9] * 6)
        assert beta == (x[0] / 9, np.inf, True)
        assert maihda(x, [9] * 6) is None
        assert homogeneity(x, [9] * 6) == (0, 0, 1)


def test_a_stratum_without_decisions_gets_the_mean():
    beta = prior(*UCB)
    assert shrunken(0, 0, beta) == pytest.approx(beta.m)


def test_too_few_strata_to_vary():
    assert maihda([3], [9]) is None
    assert homogeneity([3], [9]) == (0, 0, 1)


def test_nothing_to_account_for():
    none, some = Maihda(0.0, 0.0, 0.0), Maihda(0.0, 0.5, 0.13)
    assert pcv(none, none) is None
    assert pcv(some, none) == 1


def test_all_or_nothing_strata_end():
    found = maihda([5, 0, 7, 0, 9], [5, 6, 7, 8, 9])
    assert found.vpc > 0.9
    assert np.isfinite(found).all()
    separated = maihda([0, 0, 0, 3, 4, 5], [9] * 6, [list("aaabbb")])
    assert np.isfinite(separated).all()


@pytest.mark.parametrize("function", [prior, homogeneity, maihda])
def test_impossible_counts_are_refused(function):
    for x in (-1, 10, float("nan")):
        with pytest.raises(ValueError, match="x must"):
            function([x, 1], [9, 9])
    for n in ([0, 0], [[9, 9]]):
        with pytest.raises(ValueError, match="strata stand in one row"):
            function([[0, 0]] if n == [[9, 9]] else [0, 0], n)


def test_groups_must_fit_the_strata():
    with pytest.raises(ValueError, match="one group per stratum"):
        maihda([1, 2], [9, 9], [["a"]])
