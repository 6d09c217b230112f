"""Totals from a part of the rows, some of them labelled: closed forms, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.stats.poststratified import LEAST, total


def zeros(n):
    return np.zeros(n, dtype=np.int64)


def test_with_every_row_and_label_it_is_the_plain_sum():
    rng = np.random.default_rng(1)
    n = 200
    known, slope = rng.normal(size=n), rng.normal(size=n)
    due = (rng.random(n) < 0.7).astype(float)
    cells = rng.integers(0, 3, n) * 2 + (slope > 0)  # slopes of one cell have one sign
    found = total(known, slope, due, np.ones(n), zeros(n), (cells,))
    # a cell's labels count by their slopes, so the sum is met cell by cell
    assert found.value == pytest.approx(float((known + slope * due).sum()))


def test_a_simple_sample_has_the_textbook_variance():
    """N^2 s^2 / n, Cochran 1977, without the correction for a finite log."""
    rng = np.random.default_rng(2)
    n, size = 80, 1_000
    y = rng.normal(3.0, 2.0, n)
    found = total(y, np.zeros(n), np.full(n, np.nan), np.full(n, size / n), zeros(n), (zeros(n),))
    assert found.value == pytest.approx(size * y.mean())
    assert found.variance(np.arange(n)) == pytest.approx(size**2 * y.var(ddof=1) / n)


def test_labels_of_some_rows_speak_for_all_of_their_cell():
    """Double sampling: N times the mean of the labels, with the spread of the labels alone."""
    n, labels, size = 400, 50, 4_000
    due = np.full(n, np.nan)
    due[:labels] = np.arange(labels) < 20
    found = total(np.zeros(n), np.ones(n), due, np.full(n, size / n), zeros(n), (zeros(n),))
    p = 20 / labels
    assert found.value == pytest.approx(size * p)
    expected = size**2 * p * (1 - p) / labels * n / (n - 1)
    assert found.variance(np.arange(n)) == pytest.approx(expected)


def test_strata_of_known_size_are_weighed_apart():
    """sum of N_h mean_h, and of N_h^2 s_h^2 / n_h (times n / (n - 1) over all, not by stratum)."""
    y = np.array([1.0, 3.0, 10.0, 30.0, 20.0])
    stratum = np.array([0, 0, 1, 1, 1])
    sizes, n = np.array([100.0, 50.0]), np.array([2, 3])
    weight = (sizes / n)[stratum]
    found = total(y, np.zeros(5), np.full(5, np.nan), weight, stratum, (zeros(5),))
    assert found.value == pytest.approx(100 * 2 + 50 * 20)
    squares = np.array([2.0, 200.0])  # sums of squares about the means 2 and 20
    expected = (sizes**2 / n**2 * squares).sum() * 5 / 4
    assert found.variance(np.arange(5)) == pytest.approx(expected)


def test_rows_of_one_customer_go_together():
    rng = np.random.default_rng(3)
    y = np.repeat(rng.normal(size=60), 2)  # every decision twice
    n = len(y)
    found = total(y, np.zeros(n), np.full(n, np.nan), np.ones(n), zeros(n), (zeros(n),))
    alone = found.variance(np.arange(n)) / (n / (n - 1))
    paired = found.variance(np.arange(n) // 2) / (60 / 59)
    assert paired == pytest.approx(2 * alone)


def test_labels_that_all_agree_are_not_certain():
    """The spread of p = (x + 2) / (n + 4), Agresti & Coull 1998."""
    n = 30
    found = total(np.zeros(n), np.ones(n), np.ones(n), np.full(n, 2.0), zeros(n), (zeros(n),))
    p = 32 / 34
    assert found.value == pytest.approx(60.0)
    assert found.variance(np.arange(n)) == pytest.approx(60**2 * p * (1 - p) / 34)


def test_a_cell_of_few_labels_takes_those_of_the_coarser_one():
    fine = np.repeat([0, 1], [100, 20])
    due = np.full(120, np.nan)
    due[:40] = np.arange(40) < 10
    due[100 : 100 + LEAST - 1] = 1.0  # one too few to speak for themselves
    found = total(
        np.zeros(120), np.where(fine == 1, 1.0, 0.0), due, np.ones(120), zeros(120),
        (fine, zeros(120)),
    )  # fmt: skip
    # only rows whose figure turns on the label give one
    assert found.value == pytest.approx(20.0)
    spoken = total(np.zeros(120), np.ones(120), due, np.ones(120), zeros(120), (fine, zeros(120)))
    pooled = (10 + LEAST - 1) / (40 + LEAST - 1)
    assert spoken.value == pytest.approx(100 * 10 / 40 + 20 * pooled)


def test_without_a_single_label_a_total_is_wide_and_not_wrong():
    n = 10
    found = total(np.zeros(n), np.ones(n), np.full(n, np.nan), np.ones(n), zeros(n), (zeros(n),))
    assert found.value == pytest.approx(5.0)
    assert found.variance(np.arange(n)) == pytest.approx(10**2 * 0.25 / 4)


def test_one_customer_alone_tells_no_variance():
    y = np.array([1.0, 2.0])
    found = total(y, np.zeros(2), np.full(2, np.nan), np.ones(2), zeros(2), (zeros(2),))
    assert found.variance(zeros(2)) == np.inf


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    n = 60
    known, slope = rng.normal(size=n), np.abs(rng.normal(size=n))
    due = np.where(rng.random(n) < 0.5, rng.random(n) < 0.5, np.nan)
    cells, strata, who = (rng.integers(0, k, n) for k in (3, 4, 30))
    weight = (1 + np.arange(4.0))[strata]
    one = total(known, slope, due, weight, strata, (cells, zeros(n)))
    at = rng.permutation(n)
    other = total(known[at], slope[at], due[at], weight[at], strata[at], (cells[at], zeros(n)))
    assert other.value == pytest.approx(one.value)
    assert other.variance(who[at]) == pytest.approx(one.variance(who))


def test_totals_add_and_scale_as_numbers_do():
    rng = np.random.default_rng(4)
    n = 50
    y, z = rng.normal(size=(2, n))

    def of(values):
        return total(values, np.zeros(n), np.full(n, np.nan), np.ones(n), zeros(n), (zeros(n),))

    both, summed = of(y).times(2.0).plus(of(z).times(-1.0)), of(2 * y - z)
    assert both.value == pytest.approx(summed.value)
    assert both.variance(np.arange(n)) == pytest.approx(summed.variance(np.arange(n)))
