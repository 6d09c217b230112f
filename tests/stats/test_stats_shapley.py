"""Shapley shares: published games, the laws that define them, and every order one by one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.stats.shapley import shapley


def test_published_games():
    # gloves: two left, one right; a pair is worth 1 (Shapley 1953: 1/6, 1/6, 2/3)
    gloves = [1.0 if s & 4 and s & 3 else 0.0 for s in range(8)]
    assert shapley(gloves) == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    # a runway (Littlechild & Owen 1973): costs 8, 11, 13, 18 are shared 2, 3, 4, 9
    costs = [8, 11, 13, 18]
    runway = [max((c for i, c in enumerate(costs) if s >> i & 1), default=0) for s in range(16)]
    assert shapley(runway) == pytest.approx([2, 3, 4, 9])


games = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.floats(-10, 10), min_size=(1 << n) - 1, max_size=(1 << n) - 1)
).map(lambda worth: np.array([0.0, *worth]))  # fmt: skip


@given(games)
def test_the_mean_over_every_order(worth):
    n = worth.size.bit_length() - 1
    gains = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        seen = 0
        for player in order:
            gains[player] += worth[seen | 1 << player] - worth[seen]
            seen |= 1 << player
    found = shapley(worth)
    assert found == pytest.approx(gains / len(orders), abs=1e-9)
    assert found.sum() == pytest.approx(worth[-1], abs=1e-9)


@pytest.mark.parametrize("values", [[0, 1, 2], [[0, 1]], [0, float("nan")], []])
def test_what_is_no_game(values):
    with pytest.raises(ValueError, match=r"sets|finite"):
        shapley(values)


def test_the_empty_set_is_worth_nothing():
    with pytest.raises(ValueError, match="empty set"):
        shapley([1.0, 2.0])


def test_nobody_shares_nothing():
    assert shapley([0.0]).size == 0
