"""Cells are withheld until nobody can work one out, and none where nothing is few."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from careaudit.disclosure import (
    Attack,
    Cell,
    Key,
    People,
    Sum,
    Table,
    Total,
    exposed,
    nested,
    protect,
    rounded,
    same,
    settled,
)

EVERYBODY = ("", "")


def counted(x: float, y: float, people: People | None = None, **more: bool) -> Cell:
    return Cell((x, y), people or People(x + y, (x, y)), **more)


def shares(*rows: tuple[float, float], measure: str = "denied") -> Table:
    """Return a table of events and other cases by group, with its total."""
    keys = [(measure, ("group", str(i + 1))) for i in range(len(rows))]
    cells = {key: counted(*row) for key, row in zip(keys, rows, strict=True)}
    cells[measure, EVERYBODY] = counted(*(sum(side) for side in zip(*rows, strict=True)))
    return Table(cells, (Total(tuple(keys), (measure, EVERYBODY)),))


def row(number: int, measure: str = "denied") -> Key:
    return measure, ("group", str(number))


def hidden(table: Table) -> set[str]:
    return {group for _, (_, group) in protect(table)}


# The example of methods 13.

EXAMPLE = shares((120, 80), (4, 21), (60, 65))


@pytest.mark.parametrize(
    ("withheld", "ends"), [((2,), (4.0, 4.0)), ((2, 3), (0.0, 64.0)), ((2, 1), (0.0, 124.0))]
)
def test_a_row_hidden_alone_is_read_off_the_totals(withheld, ends):
    attack = Attack(EXAMPLE.values, EXAMPLE.published([row(i) for i in withheld]))
    assert attack.bounds({(row(2), 0): 1.0}) == pytest.approx(ends)


def test_the_example_with_row_totals():
    """Rows 2 and 3 hidden, and how many each has is known: row 2 has 0 to 25 events."""
    sizes: list[Sum] = [{(row(i), 0): 1.0, (row(i), 1): 1.0} for i in (1, 2, 3)]
    for withheld, ends in (((2,), (4.0, 4.0)), ((2, 3), (0.0, 25.0))):
        known = [*EXAMPLE.published([row(i) for i in withheld]), *sizes]
        assert Attack(EXAMPLE.values, known).bounds({(row(2), 0): 1.0}) == pytest.approx(ends)


def test_what_is_hidden_alone_is_exposed():
    table = shares((120, 80), (2, 23), (60, 65))
    assert exposed(table, [row(2)]) == [row(2)]
    assert exposed(table, [row(2), row(3)]) == []
    assert protect(table) == {row(2), row(3)}


# What tells of few customers.


@pytest.mark.parametrize(("customers", "few"), [(0, True), (9, True), (10, False), (400, False)])
def test_fewer_than_ten_customers_are_few(customers, few):
    assert People(customers).few() is few


@pytest.mark.parametrize(
    ("side", "few"), [(0, False), (1, True), (2, True), (2.9, True), (3, False), (4, False)]
)
def test_one_or_two_customers_on_a_side_are_few_and_none_are_not(side, few):
    assert People(50, (side, 50 - side)).few() is few
    assert People(50, (50 - side, side)).few() is few


def test_a_plan_may_ask_for_more_customers():
    assert not People(20).few()
    assert People(20).few(21)


def test_a_sum_of_one_large_customer_is_withheld():
    def table(*, one: bool) -> Table:
        cells = {
            row(i, "paid"): Cell((50.0, s), People(50, None, big), count=False)
            for i, s, big in ((1, 900.0, False), (2, 5000.0, one), (3, 700.0, False))
        }
        cells["paid", EVERYBODY] = Cell((150.0, 6600.0), People(150), count=False)
        return Table(cells, (Total(tuple(row(i, "paid") for i in (1, 2, 3)), ("paid", EVERYBODY)),))

    assert not protect(table(one=False))
    assert hidden(table(one=True)) == {"1", "2", "3"}  # 900 or 700 more are not 20 % of 5000
    assert exposed(table(one=True), [row(2, "paid"), row(3, "paid")]) == [row(2, "paid")]


# Beside them.


def test_cells_that_are_few_together_need_another():
    """Two of 4 and 5 customers are 9 together, which the total gives away."""
    assert hidden(shares((2, 2), (2, 3), (30, 30), (300, 200))) == {"1", "2", "3"}
    assert hidden(shares((4, 5), (4, 4), (30, 30), (300, 200))) == {"1", "2"}


def test_sides_that_are_few_together_need_another():
    """One event each, in groups of 30: 2 events are left of the total."""
    assert hidden(shares((1, 29), (1, 29), (30, 40), (300, 200))) == {"1", "2", "3"}


def test_guesses_that_are_few_together_need_another():
    """What the record hides is known by its total: 15 customers with 1 event."""
    guess = {"people": People(8), "known": False}
    cells = {row(1): counted(2, 6, **guess), row(2): counted(2, 5, **guess),
             row(3): counted(30, 40), row(4): counted(300, 200)}  # fmt: skip
    cells["denied", EVERYBODY] = counted(331, 254)
    table = settled(
        Table(cells, (Total(tuple(row(i) for i in range(1, 5)), ("denied", EVERYBODY)),))
    )
    assert sum(table.cells[row(i)].numbers[0] for i in (1, 2)) == pytest.approx(1)
    assert hidden(table) == {"1", "2", "3"}


def test_guesses_agree_with_totals_and_links():
    cells = {row(1): counted(4, 5, People(9), known=False), row(2): counted(3, 9)}
    cells |= {("denied", EVERYBODY): counted(5, 16), row(1, "contested"): counted(1, 1)}
    link = {(row(1), 0): 1.0, (row(1, "contested"), 0): -1.0, (row(1, "contested"), 1): -1.0}
    table = settled(Table(cells, (Total((row(1), row(2)), ("denied", EVERYBODY)),), (link,)))
    assert table.cells[row(1)].numbers == pytest.approx((2, 7))
    assert {k: c for k, c in table.cells.items() if c.known} == {
        k: c for k, c in cells.items() if c.known
    }


def test_nothing_is_withheld_where_nothing_is_few():
    assert not protect(shares((120, 80), (14, 21), (60, 65)))


def test_all_that_is_few_is_withheld_with_its_total():
    table = shares((1, 2), (2, 2))
    assert protect(table) == set(table.cells)


# What holds between measures.


def two(*rows: tuple[int, int, int]) -> Table:
    """Return denied of all, and contested of the denied: (contested, denied, all) by group."""
    columns = {
        "denied": {("g", str(i)): counted(x, n - x) for i, (_, x, n) in enumerate(rows)},
        "contested": {("g", str(i)): counted(c, x - c) for i, (c, x, _) in enumerate(rows)},
    }
    cells, totals = {}, []
    for name, by in columns.items():
        total = [sum(cell.numbers[p] for cell in by.values()) for p in (0, 1)]
        cells |= {(name, group): cell for group, cell in by.items()}
        totals.append(Total(tuple((name, g) for g in by), (name, EVERYBODY)))
        by[EVERYBODY] = cells[name, EVERYBODY] = counted(*total)
    return Table(cells, tuple(totals), same(columns))


def test_the_cases_of_one_measure_are_the_events_of_another():
    table = two((7, 30, 90), (20, 60, 200), (9, 41, 77))
    groups = [{group for (_, group), _ in link} for link in table.links]
    assert all(groups.count({g}) for g in [EVERYBODY, *(("g", str(i)) for i in range(3))])
    for link in table.links:
        assert math.isclose(sum(c * table.values[part] for part, c in link.items()), 0)
        assert {key[0] for key, _ in link} == {"denied", "contested"}


def test_sums_of_two_numbers_are_found():
    numbers = [(12, 30), (20, 45), (33, 70), (65, 145)]
    groups = [("g", str(i)) for i in range(4)]
    columns = {
        "granted": {g: Cell((x, 3.5 * x), People(99), count=False)
                    for g, (x, _) in zip(groups, numbers, strict=True)},
        "denied": {g: Cell((n - x,), People(99), count=False)
                   for g, (x, n) in zip(groups, numbers, strict=True)},
        "decided": {g: Cell((n,), People(99), count=False)
                    for g, (_, n) in zip(groups, numbers, strict=True)},
    }  # fmt: skip
    assert len(same(columns)) == 4
    assert all(
        {key[0] for key, _ in link} == {"granted", "denied", "decided"} for link in same(columns)
    )


def test_sums_of_money_are_the_same_whatever_they_were_divided_by():
    """A mean times its cases is a sum, but for the last digits."""
    paid = {("g", str(i)): (n, n // 3, 7.77 * n) for i, n in enumerate((71, 83, 119, 273))}
    columns = {
        "per request": {g: Cell((n, n * (s / n)), People(99), count=False)
                        for g, (n, _, s) in paid.items()},
        "when granted": {g: Cell((k, k * (s / k)), People(99), count=False)
                         for g, (_, k, s) in paid.items()},
    }  # fmt: skip
    assert [{part[1] for part in link} for link in same(columns)] == [{1}] * 4


def test_what_another_measure_gives_away_is_withheld_there_too():
    """Of 12 denied 1 contested; both of the contested are hidden, denied would tell."""
    table = two((1, 8, 90), (20, 60, 200), (6, 12, 77), (50, 130, 400))
    withheld = protect(table)
    assert ("denied", ("g", "0")) in withheld
    assert exposed(table, {key for key in withheld if key[0] == "contested"})


def test_two_groups_may_be_equal_by_chance():
    assert same({
        "a": {("g", "1"): counted(3, 4), ("g", "2"): counted(5, 6)},
        "b": {("g", "1"): counted(3, 9), ("g", "2"): counted(5, 1)},
    }) == ()  # fmt: skip


# Laws, against whole numbers tried by another hand.

COUNTS = st.tuples(
    st.one_of(st.integers(0, 6), st.integers(0, 200)),
    st.one_of(st.integers(0, 6), st.integers(0, 200)),
)
TABLES = st.lists(COUNTS, min_size=2, max_size=7).map(lambda rows: shares(*rows))


def ends(
    table: Table, withheld: Iterable[Key], key: Key, which: tuple[int, ...]
) -> tuple[float, float]:
    """Return the least and greatest whole number that fits all that is printed: (x, y) by group."""
    unseen = sorted(set(withheld) & set(table.totals[0].parts))
    if key not in unseen:  # everybody: nothing holds it
        return 0.0, math.inf
    whole = table.totals[0].whole
    shown = [k for k in table.totals[0].parts if k not in unseen]
    free = whole in set(withheld)
    rows, right = [], []
    for place in (0, 1):
        left = table.cells[whole].numbers[place] - sum(table.cells[k].numbers[place] for k in shown)
        rows.append([float(i % 2 == place) for i in range(2 * len(unseen))])
        right.append(left)
    cost = np.zeros(2 * len(unseen))
    for place in which:
        cost[2 * unseen.index(key) + place] = 1
    known = LinearConstraint(rows, [0, 0] if free else right, [math.inf] * 2 if free else right)
    found = [
        milp(
            sign * cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 10_000), constraints=known
        )
        for sign in (1, -1)
    ]
    return round(found[0].fun), round(-found[1].fun)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_nothing_withheld_is_found_in_whole_numbers(table):
    withheld = protect(table)
    for key in withheld:
        cell = table.cells[key]
        x, y = cell.numbers
        small = x + y < 10
        lone = [(i,) for i, side in enumerate((x, y)) if 0 < side < 3]
        secrets = [(0,), (1,), (0, 1)] if small else lone or [(0,) if x <= y else (1,)]
        for which in secrets:
            value = sum(cell.numbers[place] for place in which)
            low, high = ends(table, withheld, key, which)
            margin = max(5, 0.2 * value) if small or lone else 5
            assert low == 0 or (value - low >= margin and high - value >= margin)
            if small and x + y and len(which) == 2:
                assert high - value >= margin


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_every_printed_group_has_ten_customers_and_none_or_three_on_a_side(table):
    for key in table.cells.keys() - protect(table):
        x, y = table.cells[key].numbers
        assert x + y >= 10
        assert 0 in (x, y) or min(x, y) >= 3


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_a_total_without_its_printed_groups_tells_of_no_few(table):
    withheld = protect(table)
    parts, whole = table.totals[0].parts, table.totals[0].whole
    left = [table.cells[key].numbers for key in parts if key in withheld]
    if whole not in withheld and sum(map(sum, left)):
        x, y = (sum(side) for side in zip(*left, strict=True))
        assert x + y >= 10
        assert 0 in (x, y) or min(x, y) >= 3


@settings(max_examples=40, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(table, draw: random.Random):
    keys = list(table.cells)
    draw.shuffle(keys)
    turned = Table(
        {key: table.cells[key] for key in keys},
        (Total(tuple(draw.sample(table.totals[0].parts, len(keys) - 1)), table.totals[0].whole),),
    )
    assert protect(turned) == protect(table)


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_who_sees_less_knows_less(table):
    withheld = sorted(protect(table))
    if not withheld:
        return
    some = withheld[:1]
    part = {(some[0], 0): 1.0}
    narrow = Attack(table.values, table.published(some)).bounds(part)
    wide = Attack(table.values, table.published(withheld)).bounds(part)
    assert wide[0] <= narrow[0] + 1e-6
    assert wide[1] >= narrow[1] - 1e-6


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_what_was_reached_lies_within_the_bounds(table):
    withheld = table.totals[0].parts
    attack = Attack(table.values, table.published(withheld))
    for key in withheld:
        part = {(key, 0): 1.0}
        low, high = attack.reached(part)
        least, most = attack.bounds(part)
        assert least - 1e-6 <= low <= table.values[key, 0] <= high <= most + 1e-6
        assert attack.reached(part) == pytest.approx((least, most))


@given(st.integers(0, 10_000))
def test_counts_are_rounded_to_five(n):
    assert rounded(n) % 5 == 0
    assert abs(rounded(n) - n) <= 2


def test_groups_nested_in_another_attribute_are_tied():
    """Age bands beside "over 40": the two young bands are the young group, and so on."""
    bands = {"18": (31.0, 205.0), "30": (17.0, 140.0), "40": (44.0, 301.0), "60": (9.0, 77.0)}
    halves = {"no": ("18", "30"), "yes": ("40", "60")}
    column = {
        ("age", band): Cell(numbers, People(200, (50, 50))) for band, numbers in bands.items()
    }
    for half, parts in halves.items():
        numbers = (sum(bands[p][0] for p in parts), sum(bands[p][1] for p in parts))
        column["over", half] = Cell(numbers, People(200, (50, 50)))
    found = {frozenset(link.items()) for link in nested({"m": column})}
    expected = {
        frozenset(
            {(("m", ("over", half)), place): 1.0}.items()
            | {(("m", ("age", band)), place): -1.0 for band in parts}.items()
        )
        for half, parts in halves.items()
        for place in range(2)
    }
    assert found == expected
