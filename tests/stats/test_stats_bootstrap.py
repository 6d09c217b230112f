"""Bootstrap on counts: methods 14, rows drawn one by one, scipy's BCa, coverage, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from careaudit.stats import bootstrap
from careaudit.stats.bootstrap import (
    FEWEST,
    _acceleration,
    _draws,
    _jackknife,
    cells_interval,
    customers_interval,
    generator,
    signatures,
)

# methods 14: 96 of 400 against 270 of 900, as the four cells of won and lost
CELLS = np.array([96.0, 304.0, 270.0, 630.0])
SEGMENTS = ["g", "g", "r", "r"]


def ratio(cells):
    """Rate of the first group over the rate of the second."""
    won, lost, won_r, lost_r = np.moveaxis(cells, -1, 0)
    return won / (won + lost) / (won_r / (won_r + lost_r))


def mean(sums):
    """Successes per decision, from sums of decisions and successes."""
    return sums[..., 1] / sums[..., 0]


def seeded():
    return generator("plan", "data", "question")


# The numbers of methods 14.


@pytest.mark.parametrize("fixed", [False, True])
def test_draws_of_the_methods(fixed):
    places = [np.array([0, 1]), np.array([2, 3])] if fixed else [np.arange(4)]
    drawn = np.concatenate([ratio(some) for some in _draws(CELLS, places, seeded(), 20_000)])
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx(
        (0.6482, 0.7986, 0.9712), abs=0.005
    )


def test_draws_are_rows_with_replacement():
    rows = np.repeat(np.arange(4), CELLS.astype(int))
    random = np.random.default_rng(14)
    by_rows = np.array(
        [np.bincount(random.choice(rows, rows.size), minlength=4) for _ in range(3000)]
    )
    by_cells = next(_draws(CELLS, [np.arange(4)], seeded(), 3000))
    assert stats.ks_2samp(ratio(by_rows), ratio(by_cells)).pvalue > 0.01
    assert np.cov(by_cells.T) == pytest.approx(np.cov(by_rows.T), abs=25)


def test_segments_keep_their_sizes():
    places = [np.array([0, 1]), np.array([2, 3])]
    drawn = next(_draws(CELLS, places, seeded(), 500))
    assert (drawn[:, :2].sum(axis=1) == 400).all()
    assert (drawn[:, 2:].sum(axis=1) == 900).all()
    assert (next(_draws(CELLS, [np.arange(4)], seeded(), 500)).sum(axis=1) == 1300).all()


# Oracles.


def skewed_customers(random, customers):
    """Decisions and successes of customers who agree with themselves."""
    n = 1 + random.poisson(1.5, customers)
    return np.column_stack([n, random.binomial(n, random.beta(0.6, 2.4, customers))])


def test_acceleration_is_that_of_every_customer_left_out():
    people = skewed_customers(np.random.default_rng(3), 80)
    theta = [mean(np.delete(people, at, axis=0).sum(axis=0)) for at in range(80)]
    off = np.mean(theta) - np.array(theta)
    expected = (off**3).sum() / (6 * (off**2).sum() ** 1.5)
    found = signatures(people)
    places = np.arange(len(found.sums))
    left_out = _jackknife(found.multiplicity, places, lambda m: mean(m @ found.sums))
    assert _acceleration([left_out], [found.multiplicity]) == pytest.approx(expected, rel=1e-6)


def test_interval_against_scipy():
    people = skewed_customers(np.random.default_rng(4), 120)

    def rate(n, x, axis):
        return x.sum(axis=axis) / n.sum(axis=axis)

    theirs = stats.bootstrap(
        (people[:, 0], people[:, 1]), rate, paired=True, n_resamples=20_000, method="BCa",
        rng=np.random.default_rng(5), vectorized=True,
    )  # fmt: skip
    ours = customers_interval(signatures(people), mean, seeded(), draws=20_000)
    assert ours.value == pytest.approx(mean(people.sum(axis=0)))
    ends = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((ends.low, ends.high), abs=0.003)
    assert ours.se == pytest.approx(theirs.standard_error, rel=0.03)


def test_two_segments_against_scipy():
    rows = [np.repeat([1.0, 0.0], [18, 82]), np.repeat([1.0, 0.0], [70, 130])]
    theirs = stats.bootstrap(
        rows, lambda g, r, axis: g.mean(axis=axis) / r.mean(axis=axis), n_resamples=20_000,
        method="BCa", rng=np.random.default_rng(6), vectorized=True,
    )  # fmt: skip
    ours = cells_interval([18, 82, 70, 130], ratio, seeded(), segments=SEGMENTS, draws=20_000)
    ends = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((ends.low, ends.high), abs=0.015)


@pytest.mark.parametrize("cells", [[6, 14, 9, 5, 3, 2], [12, 28]])
def test_biased_statistics_against_scipy(cells):
    rows = np.repeat(np.arange(len(cells), dtype=float), cells)
    values = np.arange(len(cells))

    def variance(m):
        mean = (m @ values) / m.sum(axis=1)
        return (m @ values**2) / m.sum(axis=1) - mean**2

    theirs = stats.bootstrap(
        (rows,), np.var, n_resamples=20_000, method="BCa", rng=np.random.default_rng(15)
    ).confidence_interval
    ours = cells_interval(cells, variance, seeded(), draws=20_000)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=0.02)


def test_ties_count_half():
    # 12 of 40: the estimate itself is drawn in 14 % of the draws
    rows = np.repeat([1.0, 0.0], [12, 28])
    theirs = stats.bootstrap(
        (rows,), np.mean, n_resamples=20_000, confidence_level=0.6, method="BCa",
        rng=np.random.default_rng(16),
    ).confidence_interval  # fmt: skip
    ours = cells_interval(
        [12, 28], lambda m: m[:, 0] / m.sum(axis=1), seeded(), draws=20_000, level=0.6
    )
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_coverage_for_customers():
    random = np.random.default_rng(7)
    covered = []
    for _ in range(300):
        found = signatures(skewed_customers(random, 100))
        estimate = customers_interval(found, mean, random, draws=600)
        covered.append(estimate.low <= 0.2 <= estimate.high)
    assert 0.91 <= np.mean(covered) <= 0.98


# Laws.


def test_same_names_same_digits():
    ends = [
        cells_interval(CELLS, ratio, generator("plan", "data", question))
        for question in ("denied", "denied", "waited")
    ]
    assert ends[0] == ends[1]
    assert ends[0].low != ends[2].low
    assert generator("a", "bc").random() != generator("ab", "c").random()


def test_memory_does_not_move_a_digit(monkeypatch):
    found = signatures(skewed_customers(np.random.default_rng(8), 200))
    segments = np.arange(len(found.sums)) % 2
    whole = customers_interval(found, mean, seeded(), segments=segments, draws=500)
    monkeypatch.setattr(bootstrap, "AT_ONCE", 3 * len(found.sums))
    assert customers_interval(found, mean, seeded(), segments=segments, draws=500) == whole


def test_the_order_of_customers_does_not_matter():
    people = skewed_customers(np.random.default_rng(9), 150)
    turned = np.random.default_rng(10).permutation(people)
    one, other = (customers_interval(signatures(of), mean, seeded()) for of in (people, turned))
    assert one == other


def test_an_empty_cell_changes_nothing():
    padded = np.insert(CELLS, [0, 2, 4], 0)

    def same(cells):
        return ratio(cells[..., [1, 2, 4, 5]])

    assert cells_interval(padded, same, seeded()) == cells_interval(CELLS, ratio, seeded())


@settings(max_examples=25, deadline=None)
@given(
    won=st.integers(1, 60), lost=st.integers(1, 60), level=st.sampled_from([0.5, 0.8, 0.95, 0.999])
)
def test_intervals_are_ordered_and_lie_where_the_statistic_can(won, lost, level):
    found = cells_interval(
        [won, lost], lambda m: m[:, 0] / m.sum(axis=1), seeded(), draws=300, level=level
    )
    if won + lost < FEWEST:
        assert found is None
        return
    assert 0 <= found.low <= found.high <= 1
    assert found.se > 0


@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_signatures_say_what_the_customers_say(counts):
    people = np.repeat(np.arange(len(counts)), counts)[:, None] * [1, 2]
    found = signatures(people)
    assert found.multiplicity.tolist() == counts
    assert (found.multiplicity @ found.sums).tolist() == people.sum(axis=0).tolist()


# Edges.


def test_few_customers_have_no_interval():
    people = skewed_customers(np.random.default_rng(12), FEWEST - 1)
    assert customers_interval(signatures(people), mean, seeded()) is None
    more = skewed_customers(np.random.default_rng(12), FEWEST)
    assert customers_interval(signatures(more), mean, seeded()) is not None


def test_one_small_segment_is_enough_for_none():
    assert cells_interval([9, 20, 270, 630], ratio, seeded(), segments=SEGMENTS) is None
    assert cells_interval([10, 20, 270, 630], ratio, seeded(), segments=SEGMENTS) is not None
    assert cells_interval([0, 0, 270, 630], ratio, seeded(), segments=SEGMENTS) is None


def test_a_statistic_without_a_value_has_no_interval():
    def rare(cells):
        won = cells[..., 0]
        return np.where(won > 0, 1 / np.maximum(won, 1), np.inf)

    assert cells_interval([2, 98], rare, seeded()) is None


def test_what_never_varies_has_no_interval():
    assert cells_interval([0, 100], lambda m: m[:, 0] / m.sum(axis=1), seeded()) is None
    assert cells_interval([], lambda m: m.sum(axis=1), seeded()) is None


@pytest.mark.parametrize("bad", [[-1, 50], [float("nan"), 50], [0.5, 50], [[1, 50]]])
def test_counts_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="counts must"):
        cells_interval(bad, ratio, seeded())


def test_segments_must_fit_and_levels_be_levels():
    with pytest.raises(ValueError, match="one segment per cell"):
        cells_interval(CELLS, ratio, seeded(), segments=["g"])
    with pytest.raises(ValueError, match="level"):
        cells_interval(CELLS, ratio, seeded(), level=1.0)
