"""Changes of rates and of gaps: published and specified numbers, scipy, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from careaudit.stats.rates import newcombe, wilson
from careaudit.stats.releases import (
    Pairs,
    Shared,
    gap_change,
    mcnemar_exact,
    paired_change,
    shared_correlation,
    standardise,
    unpaired_change,
    wilson_size,
)

SIX = 1.5e-6
UCB = np.array(
    [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244),
     (53, 138, 94, 299), (22, 351, 24, 317)], dtype=float,
)  # fmt: skip
cell = st.integers(0, 400)
table = st.tuples(cell, cell, cell, cell).filter(lambda cells: sum(cells) > 0)
rate = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def ends(change, level=0.95):
    low, high = change.interval(level)
    return float(change.value), float(low), float(high)


# The numbers of methods 9.


def test_a_paired_change_is_new_minus_old():
    # methods 9 prints old - new: -.285714 (-.506920, -.025559)
    assert ends(paired_change(1, 1, 7, 12)) == pytest.approx(
        (0.285714, 0.025559, 0.506920), abs=SIX
    )
    mirrored = ends(paired_change(1, 7, 1, 12))
    assert mirrored == pytest.approx((-0.285714, -0.506920, -0.025559), abs=SIX)


def test_mcnemar_of_the_methods():
    assert float(mcnemar_exact(30, 70)) == pytest.approx(0.000079, abs=5e-7)


def test_gap_change_of_paired_groups():
    gap = gap_change(paired_change(500, 30, 70, 400), paired_change(1500, 80, 90, 1330))
    assert ends(gap) == pytest.approx((0.036667, 0.015333, 0.057920), abs=SIX)


def test_gap_change_of_unpaired_groups():
    gap = gap_change(unpaired_change(310, 1000, 290, 1000), unpaired_change(880, 2500, 900, 2500))
    assert ends(gap) == pytest.approx((-0.028000, -0.076047, 0.020129), abs=SIX)


def test_standardised_rates_of_berkeley():
    # methods 6: .387319 v .429955, se of the difference .018305
    x0, n0, x1, n1 = UCB[:, 0], UCB[:, :2].sum(1), UCB[:, 2], UCB[:, 2:].sum(1)
    found = standardise(x0, n0, x1, n1)
    assert float(found.old) == pytest.approx(0.387319, abs=SIX)
    assert float(found.new) == pytest.approx(0.429955, abs=SIX)
    se = np.sqrt(
        found.old * (1 - found.old) / found.n_old + found.new * (1 - found.new) / found.n_new
    )
    assert float(se) == pytest.approx(0.018305, abs=SIX)
    assert float(found.excluded) == 0


# Oracles.


@settings(deadline=None)
@given(b=st.integers(0, 200), c=st.integers(0, 200))
def test_mcnemar_is_the_binomial_test(b, c):
    expected = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert float(mcnemar_exact(b, c)) == pytest.approx(expected, rel=1e-9)


@settings(deadline=None)
@given(old=rate, new=rate, level=st.sampled_from([0.6, 0.9, 0.95, 0.999]))
def test_an_unpaired_change_is_newcombe_at_any_level(old, new, level):
    expected = newcombe(*new, *old, level)
    assert ends(unpaired_change(*old, *new), level)[1:] == pytest.approx(
        (float(expected.low), float(expected.high)), abs=1e-12
    )


@settings(deadline=None)
@given(counts=rate, deff=st.floats(1, 5))
def test_an_interval_says_what_the_group_is_worth(counts, deff):
    x, n = counts[0] / deff, counts[1] / deff
    low, high = wilson(x, n)
    assert float(wilson_size(counts[0] / counts[1], low, high)) == pytest.approx(n, rel=1e-8)


@settings(deadline=None)
@given(
    parts=st.lists(st.tuples(cell, cell), min_size=1, max_size=8),
)
def test_standardised_rates_by_a_plain_loop(parts):
    old = [(min(n, x), n) for n, x in parts]
    new = [(min(n, x), n) for x, n in parts]
    met = [k for k in range(len(parts)) if old[k][1] and new[k][1]]
    together = [old[k][1] + new[k][1] for k in range(len(parts))]
    found = standardise(
        *(np.array(column) for pair in (old, new) for column in zip(*pair, strict=True))
    )
    if not met:
        assert float(found.old) == float(found.n_old) == 0
        return
    whole = sum(together[k] for k in met)
    for side, value in ((old, found.old), (new, found.new)):
        expected = sum(together[k] / whole * side[k][0] / side[k][1] for k in met)
        assert float(value) == pytest.approx(expected, abs=1e-12)
    assert float(found.excluded) == pytest.approx(1 - whole / sum(together), abs=1e-12)


def test_a_stratum_that_ended_alike_is_not_known_without_error():
    empty = standardise([0, 50], [5, 500], [0, 50], [5, 500])
    some = standardise([1, 50], [5, 500], [1, 50], [5, 500])
    assert empty.n_old < 505 * 1.05
    assert some.n_old < 505 * 1.05


def test_design_effect_of_a_paired_change_by_customers():
    rng = np.random.default_rng(5)
    customer = rng.integers(0, 40, 300)
    old, new = rng.random(300) < 0.3, rng.random(300) < 0.4
    n = np.bincount(customer, minlength=40)
    d = np.bincount(customer, weights=new.astype(int) - old.astype(int), minlength=40).astype(int)
    seen = n > 0
    pairs = Pairs(
        int((old & new).sum()), int((old & ~new).sum()), int((~old & new).sum()),
        int((~old & ~new).sum()), int(seen.sum()), int((n * n).sum()), int((d * n).sum()),
        int((d * d).sum()),
    )  # fmt: skip
    change, m = d.sum() / 300, int(seen.sum())
    spread = m / (m - 1) * ((d - change * n) ** 2)[seen].sum() / 300**2
    each = (new.astype(int) - old.astype(int)).var() / 300
    assert pairs.design_effect == pytest.approx(max(1.0, spread / each), rel=1e-9)


@pytest.mark.parametrize(
    ("pairs", "deff"),
    [
        (Pairs(0, 0, 0, 0), 1.0),
        (Pairs(5, 1, 2, 3), 1.0),
        (Pairs(5, 0, 0, 5, 5, 20), 2.0),
        (Pairs(0, 0, 0, 9, 1, 81), 9.0),
    ],
)
def test_design_effects_at_the_edges(pairs, deff):
    assert pairs.design_effect == deff


def test_correlation_of_two_groups_by_customers():
    # The variance of the gap's change is that of one linearised sum over customers.
    rng = np.random.default_rng(11)
    n = rng.integers(0, 4, size=(2, 60))
    d = np.array([[rng.integers(-k, k + 1) for k in row] for row in n])

    def pairs(at):
        up, down = int(d[at].clip(0).sum()), int((-d[at]).clip(0).sum())
        size, seen = int(n[at].sum()), int((n[at] > 0).sum())
        sums = (int((n[at] ** 2).sum()), int((d[at] * n[at]).sum()), int((d[at] ** 2).sum()))
        return Pairs(3, down, up, size - up - down - 3, seen, *sums)

    g, r = pairs(0), pairs(1)
    shared = Shared(*(int((x * y).sum()) for x in (n[0], d[0]) for y in (n[1], d[1])))
    rest = [d[at] - p.rise / p.n * n[at] for at, p in ((0, g), (1, r))]
    cov = (rest[0] * rest[1]).sum() / (g.n * r.n)
    v = [2.0 * p.spread / p.n**3 for p in (g, r)]
    assert shared_correlation(g, r, shared, 2.0, 2.0) == pytest.approx(cov / np.sqrt(v[0] * v[1]))
    assert shared_correlation(Pairs(5, 0, 0, 5), r, shared, 1.0, 1.0) == 0


def test_changes_that_go_together_are_known_better():
    g, r = paired_change(500, 30, 70, 400), paired_change(1500, 80, 90, 1330)
    ranges = [ends(gap_change(g, r, rho)) for rho in (-0.5, 0.0, 0.5)]
    widths = [high - low for _, low, high in ranges]
    assert widths[0] > widths[1] > widths[2]
    assert len({value for value, _, _ in ranges}) == 1
    same = gap_change(g, g, 1.0)
    assert ends(same)[1:] == pytest.approx((0, 0), abs=0.01)


# Laws.


@settings(deadline=None)
@given(g=table, r=table)
def test_swapping_the_releases_mirrors_the_sign(g, r):
    def swapped(cells):
        return cells[0], cells[2], cells[1], cells[3]

    there = gap_change(paired_change(*g), paired_change(*r))
    back = gap_change(paired_change(*swapped(g)), paired_change(*swapped(r)))
    value, low, high = ends(there)
    assert ends(back) == pytest.approx((-value, -high, -low), abs=1e-12)
    assert float(there.p()) == pytest.approx(float(back.p()), abs=1e-9)


@settings(deadline=None)
@given(g0=rate, g1=rate, r0=rate, r1=rate)
def test_swapping_unpaired_releases_mirrors_the_sign(g0, g1, r0, r1):
    there = gap_change(unpaired_change(*g0, *g1), unpaired_change(*r0, *r1))
    back = gap_change(unpaired_change(*g1, *g0), unpaired_change(*r1, *r0))
    value, low, high = ends(there)
    assert ends(back) == pytest.approx((-value, -high, -low), abs=1e-12)


@settings(deadline=None)
@given(g=rate, r=rate)
def test_releases_that_decided_alike_have_no_change(g, r):
    changed = gap_change(unpaired_change(*g, *g), unpaired_change(*r, *r))
    same = [paired_change(x, 0, 0, n - x) for x, n in (g, r)]
    for change in (changed, gap_change(*same)):
        value, low, high = ends(change)
        assert value == 0
        assert low <= 0 <= high
        assert float(change.p()) == 1


@settings(max_examples=50, deadline=None)
@given(g=table, r=table)
def test_more_of_the_same_data_narrows(g, r):
    def width(k):
        parts = [paired_change(*(k * part for part in cells)) for cells in (g, r)]
        value, low, high = ends(gap_change(*parts))
        assert low <= value <= high
        return high - low

    assert width(20) < width(1)


@settings(max_examples=50, deadline=None)
@given(g=table, r=table)
def test_p_is_the_level_at_which_the_interval_reaches_zero(g, r):
    gap = gap_change(paired_change(*g), paired_change(*r))
    p = float(gap.p())
    assert 0 <= p <= 1
    for factor, excluded in ((1.02, True), (0.98, False)):
        level = 1 - p * factor
        if 1e-9 < level < 1 - 1e-9 and p > 1e-9:
            _, low, high = ends(gap, level)
            assert (low > 0 or high < 0) == excluded


def test_many_groups_at_once_are_the_groups_one_by_one():
    rng = np.random.default_rng(3)
    cells = rng.integers(0, 60, size=(4, 50))
    other = rng.integers(0, 60, size=(4, 50))
    together = gap_change(paired_change(*cells), paired_change(*other))
    low, high = together.interval()
    p = together.p()
    for at in range(50):
        alone = gap_change(paired_change(*cells[:, at]), paired_change(*other[:, at]))
        assert ends(alone) == pytest.approx((together.value[at], low[at], high[at]), abs=1e-12)
        assert float(alone.p()) == pytest.approx(p[at], abs=1e-9)


def test_coverage_of_the_paired_gap():
    # methods 15.3: paired gap .953-.963
    rng = np.random.default_rng(20_261_122)
    probabilities = [(0.25, 0.04, 0.08, 0.63), (0.30, 0.05, 0.05, 0.60)]
    truth = (0.08 - 0.04) - 0.0
    draws = [rng.multinomial(n, p, 4_000).T for n, p in zip((300, 900), probabilities, strict=True)]
    low, high = gap_change(*(paired_change(*cells) for cells in draws)).interval()
    covered = float(np.mean((low <= truth) & (truth <= high)))
    assert 0.943 <= covered <= 0.972


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf")])
def test_counts_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="counts"):
        paired_change(bad, 1, 1, 1)
    with pytest.raises(ValueError, match="b must"):
        mcnemar_exact(bad, 1)
    with pytest.raises(ValueError):
        unpaired_change(1, bad, 1, 1)
