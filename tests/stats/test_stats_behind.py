"""Who stands behind a number, told from sums, against customers looked at one by one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careaudit.measures import Amounts, carried_by_one
from careaudit.stats.behind import dominated, effective_number

ONE = st.integers(0, 30) | st.integers(0, 10**9)
TOTALS = st.lists(ONE, max_size=12)


def told(totals):
    """What the sums of some customers' amounts say."""
    return dominated(sum(totals), sum(t * t for t in totals), len(totals))


def p_percent(totals):
    """The rule of methods 13 with every customer's amount at hand."""
    if len(totals) < 3:
        return True
    largest, second, *_ = sorted(totals, reverse=True)
    return 100 * (sum(totals) - largest - second) < 15 * largest


@given(TOTALS)
@example([100, 1, 14])
@example([100, 0, 0])
@example([7, 7])
def test_whoever_breaks_the_rule_is_found_from_sums_alone(totals):
    assert told(totals) or not p_percent(totals)


@given(st.integers(3, 1_000), st.integers(1, 10**9))
def test_three_customers_of_one_size_hide_each_other(customers, each):
    assert not told([each] * customers)


@given(TOTALS, st.integers(1, 1_000))
def test_the_currency_s_unit_changes_nothing(totals, unit):
    assert told(totals) == told([unit * total for total in totals])


@pytest.mark.parametrize("totals", [[], [5], [5, 5]])
def test_fewer_than_three_can_always_work_it_out(totals):
    assert told(totals)


def test_the_edge_is_where_the_bound_says():
    """The sharpest case on a circle: largest 115, second 100, so squares 23,225 and T 232.25."""
    assert dominated(23_224, 232_250_000, 3)
    assert not dominated(23_225, 232_250_000, 3)


@pytest.mark.parametrize("sums", [(-1, 1, 3), (1, -1, 3), (1, 1, -1)])
def test_sums_that_nobody_has_are_refused(sums):
    with pytest.raises(ValueError, match="no amounts"):
        dominated(*sums)


@given(st.lists(st.integers(0, 50), max_size=30))
def test_never_fewer_customers_than_the_effective_number(counts):
    found = effective_number(sum(counts), sum(n * n for n in counts))
    assert found <= sum(n > 0 for n in counts) + 1e-9


@given(st.integers(1, 500), st.integers(1, 50))
def test_customers_of_one_size_are_counted_exactly(customers, each):
    assert effective_number(customers * each, customers * each**2) == customers


GROUPS = st.integers(1, 4).flatmap(
    lambda groups: st.lists(st.lists(ONE, min_size=groups, max_size=groups), max_size=8)
)


@given(GROUPS)
@example([[9, 9, 9], [1, 1, 1], [1, 0, 0], [0, 1, 1]])
def test_a_customer_who_stands_in_several_groups_is_found(people):
    """Rows are customers and columns groups; the comparator is all groups together."""
    parts = [
        Amounts(
            requests=0, grants=0, priced=0, n=len(column), total=sum(column),
            squares=sum(a * a for a in column), customers=len(column),
            aa=sum(a * a for a in column), an=0, nn=0,
        )
        for column in zip(*people, strict=True)
    ]  # fmt: skip
    if parts:
        assert carried_by_one(parts) or not p_percent([sum(row) for row in people])
        (alone,) = {carried_by_one([part]) for part in parts[:1]}
        assert alone == told([row[0] for row in people])


def test_many_alike_in_several_groups_hide_each_other():
    one = Amounts(
        requests=100, grants=100, priced=100, n=100, total=5_000, squares=250_000,
        customers=100, aa=250_000, an=5_000, nn=100,
    )  # fmt: skip
    assert not carried_by_one([one, one, one])
