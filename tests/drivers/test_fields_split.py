"""The way from one rate to the other: steps add up, favor no order, give nothing for nothing."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.cells import Cells, total
from careaudit.drivers import split
from careaudit.measures import CATALOGUE
from careaudit.sources import stratum
from careaudit.stats.arrays import Table
from careaudit.stats.standardise import kitagawa

RATE = CATALOGUE["adverse_rate"]
TERMS = tuple(total(quantity) for quantity in RATE.sizes)
GAP = SimpleNamespace(sides=({"g"}, {"r"}), parts=("area",), measure=RATE)


def cells(counts, fields):
    """Cells of (side, values...) -> (n, x)."""
    crossing = ("area", *map(stratum, fields))
    return Cells(crossing, TERMS, counts)


class Log:
    """Stands in for `Inputs`: joint counts, summed to whatever crossing is wanted."""

    def __init__(self, counts, fields):
        self.counts, self.fields = counts, fields

    def levels(self, name):
        place = [stratum(field) for field in self.fields].index(name)
        return tuple({key[1 + place] for key in self.counts} - {None})

    def cells(self, crossing, terms):
        return cells(self.counts, self.fields).roll_up(tuple(crossing))


values = st.sampled_from(["a", "b", None])
joint = st.dictionaries(
    st.tuples(st.sampled_from("gr"), values, values),
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=6,
).filter(lambda found: {key[0] for key in found} == {"g", "r"})


def whole(counts):
    """Both sides' counts by joint stratum."""
    strata = sorted({key[1:] for key in counts}, key=repr)
    rows = [[*counts.get(("g", *one), (0, 0)), *counts.get(("r", *one), (0, 0))] for one in strata]
    n1, x1, n2, x2 = np.array(rows, dtype=float).T
    return Table(x1, n1, x2, n2)


@settings(max_examples=50)
@given(joint, st.floats(-2, 2), st.floats(-2, 2))
def test_steps_add_up_to_the_mix_of_all(counts, one, other):
    steps = split.steps(Log(counts, ("p", "q")), GAP, {"p": one, "q": other})
    table = whole(counts)
    if len(steps) == 2:
        assert sum(steps.values()) == pytest.approx(split.mix(table).value, abs=1e-12)
    else:  # too few decisions met what both sides met: the lesser field was left out
        assert set(steps) == {
            min("pq", key=lambda name: (-abs({"p": one, "q": other}[name]), name))
        }


@settings(max_examples=50)
@given(joint)
def test_what_has_one_value_or_says_the_same_again(counts):
    counts = {key: value for key, value in counts.items() if key[2] is not None}
    if {key[0] for key in counts} != {"g", "r"}:
        return
    alone = {}
    for (side, p, _), (n, x) in counts.items():
        seen = alone.get((side, p), (0, 0))
        alone[side, p] = seen[0] + n, seen[1] + x
    first = split.steps(Log(alone, ("p",)), GAP, {"p": 1.0})["p"]
    null = {(side, p, "z"): value for (side, p), value in alone.items()}
    with_null = split.steps(Log(null, ("p", "q")), GAP, {"p": 1.0, "q": 0.1})
    twice = {(side, p, p): value for (side, p), value in alone.items()}
    again = split.steps(Log(twice, ("p", "q")), GAP, {"p": 1.0, "q": 1.0})
    if len(with_null) == 2:
        assert with_null["p"] == pytest.approx(first)
        assert with_null["q"] == pytest.approx(0.0, abs=1e-12)
        assert again["p"] == pytest.approx(again["q"])
        assert again["p"] == pytest.approx(first / 2, abs=1e-12)


@settings(max_examples=50)
@given(joint)
def test_the_mix_is_kitagawas_where_both_sides_met_all(counts):
    table = whole(counts)
    both = (table.n1 > 0) & (table.n2 > 0)
    if both.any():
        met = Table(*(part[both] for part in table))
        assert split.mix(met).value == pytest.approx(float(kitagawa(*met).mix), abs=1e-12)
    turned = split.mix(table.swapped()).value
    assert split.mix(table).value == pytest.approx(-turned, abs=1e-12)


def test_a_value_of_one_side_that_moves_nothing_carries_nothing():
    # 15 % of the group write it, nobody else does; denied .36 with it and without, others .24
    table = Table(*map(np.array, ([54.0, 306.0], [150.0, 850.0], [0.0, 240.0], [0.0, 1000.0])))
    assert split.mix(table).value == pytest.approx(0.0, abs=1e-12)
    # all who write it are denied, and the rest as often as others: it carries all
    table = Table(*map(np.array, ([150.0, 204.0], [150.0, 850.0], [0.0, 240.0], [0.0, 1000.0])))
    assert split.mix(table).value == pytest.approx(0.354 - 0.24)


@pytest.mark.parametrize("apart", [0.0, 0.4])
def test_the_error_of_the_mix_is_that_of_logs_drawn_again(apart):
    dice = np.random.default_rng(7)
    sizes, weights = (400, 900), ([0.4, 0.6], [0.1, 0.9])
    rates = np.array([0.24 + apart, 0.24]) + 0.1, np.array([0.24 + apart, 0.24])
    found = []
    for _ in range(1000):
        n1, n2 = (dice.multinomial(n, w) for n, w in zip(sizes, weights, strict=True))
        x1, x2 = (dice.binomial(n, p) for n, p in zip((n1, n2), rates, strict=True))
        found.append(split.mix(Table(*(part.astype(float) for part in (x1, n1, x2, n2)))))
    values, errors = np.array(found).T
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(values.std(), rel=0.08)


def test_fields_that_are_too_fine_together_lose_the_least():
    places = [(f"v{n}", f"w{n}") for n in range(300)]
    counts = {(side, p, q): (2, 1) for side in "gr" for p, q in places}
    log = Log(counts, ("p", "q"))
    assert set(split.steps(log, GAP, {"p": 0.1, "q": 0.9})) == {"q"}  # 301 x 301 is over 50,000
    assert split.steps(log, GAP, {}) == {}


def test_no_more_than_six_fields():
    names = tuple("abcdefgh")
    counts = {(side, *["x"] * 8): (10, k) for k, side in enumerate("gr")}
    counts |= {(side, *["y"] * 8): (10, k + 3) for k, side in enumerate("gr")}
    shares = {name: 1.0 - place / 10 for place, name in enumerate(names)}
    assert set(split.steps(Log(counts, names), GAP, shares)) == set("abcdef")
