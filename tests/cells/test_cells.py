"""Cells add: commutative, associative, an empty part is neutral, roll-ups agree (methods 0)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.cells import DECIDED, FAVORABLE, Cells, Quantity, customers, product, total

N, X = Quantity(DECIDED), Quantity(FAVORABLE)
TERMS = (total(N), total(X), customers(N), product(X, N))
SEGMENTS = ("language", "channel")

groups = st.tuples(st.sampled_from(["en", "es", None]), st.sampled_from(["web", "phone", None]))
values = st.tuples(*[st.integers(0, 10**30) for _ in TERMS])  # sums of squares pass 64 bits
parts = st.dictionaries(groups, values, max_size=9).map(lambda t: Cells(SEGMENTS, TERMS, t))


@given(a=parts, b=parts, c=parts)
def test_merging_is_adding(a, b, c):
    assert a.merge(b).table == b.merge(a).table
    assert a.merge(b).merge(c).table == a.merge(b.merge(c)).table
    assert a.merge(Cells(SEGMENTS, TERMS, {})).table == a.table


@given(a=parts, b=parts, keep=st.sampled_from([(), ("language",), ("channel",), SEGMENTS]))
def test_parts_roll_up_as_the_whole(a, b, keep):
    assert a.merge(b).roll_up(keep).table == a.roll_up(keep).merge(b.roll_up(keep)).table


@given(a=parts)
def test_a_roll_up_keeps_totals_and_drops_what_does_not_add(a):
    rolled = a.roll_up(("language",))
    assert {term.kind for term in rolled.terms} == {"total"}
    whole = a.roll_up(())
    for place, term in enumerate(whole.terms):
        expected = sum(a.cell(group)[term] for group in a.table)
        assert whole.table.get((), (0,) * len(whole.terms))[place] == expected


def test_an_absent_group_counts_nothing():
    assert set(Cells(SEGMENTS, TERMS, {}).cell(("en", "web")).values()) == {0}


def test_cells_of_different_crossings_do_not_add():
    with pytest.raises(ValueError, match="do not add"):
        Cells(("a",), TERMS, {}).merge(Cells(("b",), TERMS, {}))


def test_a_product_does_not_depend_on_its_order():
    assert product(X, N) == product(N, X)
