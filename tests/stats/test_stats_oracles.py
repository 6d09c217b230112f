"""Parity with statsmodels and scipy, exact coverage, and exact size of the parity test."""

import numpy as np
import pytest
from scipy.stats import binom, false_discovery_control, fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.proportion import (
    test_proportions_2indep as score_test,
)

from careaudit.stats.arrays import Table
from careaudit.stats.kernels import fisher_p
from careaudit.stats.multiplicity import benjamini_hochberg, weighted_holm
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

score_test.__test__ = False


def tables(seed, size, largest=400):
    """Draw tables with every cell above zero, where the other libraries are defined."""
    random = np.random.default_rng(seed)
    n1, n2 = random.integers(2, largest, (2, size))
    return random.integers(1, n1), n1, random.integers(1, n2), n2


def test_one_rate_against_statsmodels():
    x, n, *_ = tables(1, 200)
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "beta")):
        theirs = np.array(proportion_confint(x, n, 0.1, name))
        assert np.array(ours(x, n, 0.9)) == pytest.approx(theirs)


def test_newcombe_against_statsmodels():
    for cells in zip(*tables(2, 50), strict=True):
        theirs = confint_proportions_2indep(*cells, method="newcomb", compare="diff")
        assert newcombe(*cells) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("correction", [True, False])
def test_ratio_score_against_statsmodels(correction):
    for cells in zip(*tables(3, 25), strict=True):
        theirs = confint_proportions_2indep(
            *cells, method="score", compare="ratio", correction=correction
        )
        assert ratio_interval(*cells, correction=correction) == pytest.approx(theirs, rel=1e-5)
        tested = score_test(*cells, value=0.8, method="score", compare="ratio")
        assert z_ratio(*cells, 0.8) == pytest.approx(tested.statistic, abs=1e-9)


def test_where_statsmodels_is_wrong_on_differences():
    """Methods 16 (a): a count stands where n belongs, so every margin but 0 is off."""
    theirs = score_test(56, 70, 48, 80, value=-0.1, method="score", compare="diff").statistic
    assert theirs != pytest.approx(3.921070, abs=1e-3)
    # An independent maximum: the likelihood on a fine grid of the null.
    p2 = np.linspace(0.1, 1, 900_001)[1:-1]
    p1 = p2 - 0.1
    likelihood = 56 * np.log(p1) + 14 * np.log1p(-p1) + 48 * np.log(p2) + 32 * np.log1p(-p2)
    best = likelihood.argmax()
    q1, q2 = p1[best], p2[best]
    variance = (q1 * (1 - q1) / 70 + q2 * (1 - q2) / 80) * 150 / 149
    assert z_difference(56, 70, 48, 80, -0.1) == pytest.approx(0.3 / np.sqrt(variance), abs=1e-5)
    assert z_difference(56, 70, 48, 80, 0.0) == pytest.approx(
        score_test(56, 70, 48, 80, value=0, method="score", compare="diff").statistic
    )


def test_fisher_against_scipy():
    random = np.random.default_rng(4)
    n1, n2 = random.integers(1, 60, (2, 150))
    x1, x2 = random.binomial(n1, 0.4), random.binomial(n2, random.choice([0.05, 0.5, 0.95], 150))
    theirs = [
        fisher_exact([[a, m - a], [b, k - b]]).pvalue
        for a, m, b, k in zip(x1, n1, x2, n2, strict=True)
    ]
    ours = fisher_p(Table(*(cell.astype(float) for cell in (x1, n1, x2, n2))))
    assert ours == pytest.approx(np.array(theirs), rel=1e-9)
    small = np.minimum(x1 + x2, n1 + n2 - x1 - x2) * np.minimum(n1, n2) / (n1 + n2) < 10
    assert (parity_p(x1, n1, x2, n2) == ours).tolist() == small.tolist()


def test_fisher_with_a_rare_outcome_among_millions():
    theirs = fisher_exact([[19, 1000 - 19], [7000, 2_000_000 - 7000]]).pvalue
    assert parity_p(19, 1000, 7000, 2_000_000) == pytest.approx(theirs, rel=1e-6)


def test_holm_and_benjamini_hochberg_against_libraries():
    p = np.random.default_rng(5).beta(0.4, 2, size=(50, 9))
    holm = [multipletests(row, method="holm")[1] for row in p]
    assert weighted_holm(p, 1.0) == pytest.approx(np.array(holm))
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, axis=-1))


def test_worst_exact_coverage_of_one_rate():
    x, p = np.arange(31), np.arange(1, 99)[:, None] / 100
    low, high = wilson(x, 30)
    covered = (binom.pmf(x, 30, p) * ((low <= p) & (p <= high))).sum(axis=1)
    assert covered.min() == pytest.approx(0.930, abs=5e-4)  # methods 1.7, p in steps of .01


def both_groups():
    """Every table of 30 against 300 and its probability at equal rates .04 to .9."""
    x1, x2 = np.meshgrid(np.arange(31), np.arange(301), indexing="ij")
    p = np.arange(4, 91)[:, None] / 100
    chance = (
        binom.pmf(np.arange(31), 30, p)[:, :, None] * binom.pmf(np.arange(301), 300, p)[:, None]
    )
    return x1, x2, chance


def test_worst_exact_coverage_of_differences_and_ratios():
    x1, x2, chance = both_groups()
    for interval in (newcombe, difference_interval):
        low, high = interval(x1, 30, x2, 300)
        covered = (chance * ((low <= 0) & (high >= 0))).sum(axis=(1, 2))
        assert covered.min() == pytest.approx(0.950, abs=1e-3)  # methods 1.7: .950 and .951
    low, high = ratio_interval(x1, 30, x2, 300)
    covered = (chance * ((low <= 1) & (high >= 1))).sum(axis=(1, 2))
    assert covered.min() == pytest.approx(0.951, abs=1e-3)  # methods 1.7


def test_the_exact_branch_keeps_the_size_at_a_strict_level():
    """Methods 1.3: at .05/77 with 30 against 500 the score test alone is 12.5 times too large."""
    alpha = 0.05 / 77
    x1, x2 = np.meshgrid(np.arange(31), np.arange(501), indexing="ij")
    p = np.arange(1, 100)[:, None] / 100
    chance = (
        binom.pmf(np.arange(31), 30, p)[:, :, None] * binom.pmf(np.arange(501), 500, p)[:, None]
    )
    score_rejects = 2 * normal_tail(z_difference(x1, 30, x2, 500, 0.0)) <= alpha
    assert (chance * score_rejects).sum(axis=(1, 2)).max() / alpha == pytest.approx(12.5, abs=0.05)
    hybrid_rejects = parity_p(x1, 30, x2, 500) <= alpha
    assert (chance * hybrid_rejects).sum(axis=(1, 2)).max() <= alpha


def normal_tail(z):
    """Return the upper normal tail beyond |z|, by another route than the code under test."""
    from scipy.stats import norm

    return norm.sf(np.abs(z))
