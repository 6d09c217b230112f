"""Ranges of V and design effects of levels: scipy's distribution, simulation, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, ncx2

from careaudit.stats.association import association, cramers_v, level_effect
from careaudit.stats.clustering import Moments, design_effect

TABLE = [[800, 1200], [600, 5400]]


def test_the_ends_are_those_of_the_noncentral_chi_square():
    found = cramers_v(TABLE)
    assert found.value == pytest.approx(0.341720, abs=1e-6)
    chi2, n = chi2_contingency(TABLE, correction=False).statistic, 8000
    room = 1 - 1 / (n - 1)
    for end, tail in ((found.low, 0.975), (found.high, 0.025)):
        assert ncx2.cdf(chi2, 1, end**2 * n * room) == pytest.approx(tail, abs=1e-6)


@given(st.lists(st.lists(st.integers(0, 400), min_size=2, max_size=2), min_size=2, max_size=12))
def test_laws_of_the_range(table):
    found = cramers_v(table)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.value == pytest.approx(min(association(table).v_corrected, 1.0))
    assert cramers_v(np.transpose(table)) == pytest.approx(found, abs=1e-9)
    narrow = cramers_v(np.array(table) * 50)
    assert narrow.high - narrow.low <= found.high - found.low + 1e-9
    assert cramers_v(table, 0.8).low >= found.low - 1e-12


def test_the_ends_of_the_scale():
    nothing = cramers_v([[500, 500], [500, 500]])
    assert nothing.value == nothing.low == 0
    assert nothing.high < 0.1
    everything = cramers_v([[500, 0], [0, 500]])
    assert everything.value == pytest.approx(1.0)
    assert everything.low > 0.9
    assert cramers_v([[5, 5]]) == cramers_v([[0, 0], [0, 0]]) == (0, 0, 1)


@pytest.mark.parametrize("rise", [0.0, 0.1, 0.3])
def test_the_range_holds_the_truth(rise):
    # 1,000 tables each of 300 and 900 decisions over 4 values; V from the true chances
    dice = np.random.default_rng(4)
    flat, tilted = np.full(4, 0.25), np.array([0.25 + rise / 2, 0.25, 0.25, 0.25 - rise / 2])
    weights = np.array([0.25, 0.75])
    chances = weights[:, None] * np.array([tilted, flat])
    expected = np.outer(chances.sum(1), chances.sum(0))
    true = float(np.sqrt(((chances - expected) ** 2 / expected).sum()))
    drawn = [[dice.multinomial(300, tilted), dice.multinomial(900, flat)] for _ in range(1000)]
    ranges = [cramers_v(table) for table in drawn]
    assert np.mean([one.low > true for one in ranges]) <= 0.035
    assert np.mean([one.low <= true <= one.high for one in ranges]) >= 0.94


def test_decisions_of_customers_who_never_change():
    # every customer has 5 decisions, all of one value: worth a fifth
    customers = np.repeat(np.arange(4000), 5)
    levels = np.repeat(np.random.default_rng(1).integers(0, 3, 4000), 5)
    assert level_effect(customers, levels) == pytest.approx(5, rel=1e-3)


def test_decisions_that_know_nothing_of_their_customer():
    dice = np.random.default_rng(2)
    customers, levels = np.repeat(np.arange(4000), 5), dice.integers(0, 3, 20000)
    assert level_effect(customers, levels) == pytest.approx(1, abs=0.05)


def test_few_customers_and_one_value():
    some = np.array([0, 1, 0, 1])
    assert level_effect(np.arange(4), some) == 1.0
    assert level_effect(np.zeros(4, dtype=np.int64), some) == 4.0
    assert level_effect(np.array([0, 0, 1, 1]), np.zeros(4, dtype=np.int64)) == 1.0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), min_size=3, max_size=60))
def test_two_levels_have_the_design_effect_of_a_rate(rows):
    who, levels = np.array(rows).T
    names, place = np.unique(who, return_inverse=True)
    n, x = np.bincount(place), np.bincount(place, levels)
    if len(names) < 2 or len(names) == len(who) or levels.min() == levels.max():
        return
    moments = Moments(len(names), int((n * n).sum()), int((x * n).sum()), int((x * x).sum()))
    expected = design_effect(len(who), int(levels.sum()), moments)
    assert level_effect(who, levels) == pytest.approx(expected)
