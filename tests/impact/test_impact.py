"""People, money and the score: the laws of methods 12, and its worked numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from careaudit import impact
from careaudit.measures import Amounts, Pair, Sample
from careaudit.record import Interval
from careaudit.scales import Asking, Counts
from careaudit.stats.tolerance import Tolerance

ASKING = Asking(Counts(False, Tolerance()), 0.05, 0.05)


def pair(x_g, n_g, x_r, n_r, *, weight=1.0, group="g") -> Pair:
    return Pair(
        "q", "s", Sample(group, n_g, x_g), Sample("r", n_r, x_r), 1.0, 1.0, weight, True, True
    )


def score(pairs, days=30):
    return impact.scores(pairs, ASKING.scale.spread(pairs, ASKING), ASKING, days)


def test_seed_pair():
    # methods 12: s .120665, B .989889, m 1.476403, EIS 58.745225 (50.144546-66.784660)
    (found,) = score([pair(1280, 2000, 4560, 6000)])
    assert found.evidence == pytest.approx(0.989889, abs=1e-6)
    assert found.reach == pytest.approx(1.476403, abs=1e-6)
    assert found.per_30_days == pytest.approx(240)
    assert (found.value, found.low, found.high) == pytest.approx(
        (58.745225, 50.144546, 66.784660), abs=2e-5
    )


def test_money_is_split_into_fewer_grants_and_smaller_ones():
    # methods 3: shortfall 22240 = 11040 grant + 11200 size, se of the whole 1679.467535
    g, r = amounts(1280, 42, 30, 2000), amounts(4560, 50, 33, 6000)
    found = impact.money(g, r, "USD")
    assert found.value == pytest.approx(22240, abs=0.01)
    assert (found.granting.value, found.size.value) == pytest.approx((11040, 11200), abs=0.01)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(1679.467535, abs=0.5)
    assert found.granting.low < found.granting.value < found.granting.high


def test_reach_is_per_thirty_days():
    (month,), (quarter,) = (score([pair(1280, 2000, 4560, 6000)], days) for days in (30, 90))
    assert quarter.per_30_days == pytest.approx(month.per_30_days / 3)
    (undated,) = score([pair(1280, 2000, 4560, 6000)], None)
    assert undated == month


def test_total_of_groups_with_one_reference():
    # methods 12: 130/500 and 260/800 v 800/2000: 70 + 60 = 130, se 21.783021, not 19.455076
    pairs = [pair(130, 500, 800, 2000, group="a"), pair(260, 800, 800, 2000, group="b")]
    found = impact.total_people(pairs, adverse=False)
    assert found.value == pytest.approx(130)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(21.783021, abs=1e-5)


def amounts(k, mean, sd, n):
    """Whole minor units with the given number, mean and sd of granted amounts, in units."""
    total = round(k * mean * 100)
    squares = round(k * (mean**2 + sd**2) * 10_000)
    return Amounts(n, k, k, n, total, squares)


def test_money_of_the_worked_example():
    # methods 3: shortfall 22240, se 1679.467535
    found = impact.money(amounts(1280, 42, 30, 2000), amounts(4560, 50, 33, 6000), "USD")
    assert found.value == pytest.approx(22240)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(1679.467535, abs=1e-3)
    assert found.currency == "USD"


def test_total_money_of_one_group_is_its_own():
    group, reference = amounts(1280, 42, 30, 2000), amounts(4560, 50, 33, 6000)
    one = impact.money(group, reference, "USD")
    total = impact.total_money([group], reference, "USD")
    assert (total.value, total.low, total.high) == pytest.approx((one.value, one.low, one.high))


def test_no_amounts_no_money():
    nothing = Amounts(0, 0, 0, 0, 0, 0)
    assert impact.money(nothing, nothing, "USD") is None


def test_the_largest_is_no_average():
    scores = [Interval(value=v, low=v - 5, high=v + 5) for v in (10.0, 93.8, 20.0)]
    assert impact.largest(scores, undetermined=False).value == 93.8


def test_a_wide_undecided_score_has_no_point():
    wide = [Interval(value=55.0, low=10.0, high=83.0)]
    assert impact.largest(wide, undetermined=True).value is None
    assert impact.largest(wide, undetermined=False).value == 55.0
    assert impact.headline(impact.largest(wide, undetermined=True)) == "undetermined (10 to 83)"
    assert impact.headline(impact.largest([], undetermined=True)) == "not assessed"
    assert impact.headline(Interval(value=49.9, low=20.0, high=50.2)) == "49.9 (20 to 50)"


sizes = st.integers(30, 5_000)


@settings(max_examples=40, deadline=None)
@given(n_g=sizes, n_r=sizes, a=st.floats(0.05, 0.95), b=st.floats(0.05, 0.95))
def test_laws_of_the_score(n_g, n_r, a, b):
    mine = pair(round(n_g * a), n_g, round(n_r * b), n_r)
    (one,) = score([mine])
    assert 0 <= one.low <= one.value <= one.high <= 100
    # doubling all counts never raises the high end, nor lowers the low end above 50
    double = pair(2 * mine.group.x, 2 * n_g, 2 * mine.reference.x, 2 * n_r)
    (two,) = impact.scores([double], ASKING.scale.spread([double], ASKING), ASKING, 60)
    assert two.high <= one.high + 1e-6
    if one.low >= 50:
        assert two.low >= one.low - 1e-6
    # a high end under 50 is a pass, and only that (methods 12)
    from careaudit.stats.tolerance import p_pass

    passes = float(p_pass(mine.group.x, n_g, mine.reference.x, n_r, Tolerance())) <= 0.05
    assert (one.high < 50) == passes


@settings(max_examples=20, deadline=None)
@given(n=st.integers(200, 3_000), k=st.floats(0.2, 0.9), steps=st.integers(2, 6))
def test_the_score_grows_with_the_gap(n, k, steps):
    base = round(n * k)
    assume(base > 10)
    found = [score([pair(round(base * (1 - step / 10)), n, base, n)])[0] for step in range(steps)]
    for less, more in pairwise(found):
        assert more.high >= less.high - 1e-9
        assert more.low >= less.low - 1e-9


@settings(max_examples=4, deadline=None)
@given(extra=st.integers(1, 4))
def test_fair_questions_do_not_lower_the_high_end(extra):
    # adding fair questions leaves the high end; the low end can only fall, through the weight
    alone = score([pair(130, 500, 360, 900)])[0]
    beside = score([pair(130, 500, 360, 900, weight=1 / (1 + extra))])[0]
    assert beside.high == alone.high
    assert beside.low <= alone.low
