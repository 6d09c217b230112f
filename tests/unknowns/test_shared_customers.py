"""Customers who stand in both groups that are compared: the covariance of methods 1.8."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import careaudit
from careaudit.askable import measures
from careaudit.conductor import _request
from careaudit.plan.load import validate
from careaudit.sources import open_source
from careaudit.stats.clustering import Overlap, shared_effect


def sums(a, b):
    """Overlap of two groups from rows (n, x) of the same customers."""
    return Overlap(*(int(a[:, i] @ b[:, j]) for i in (0, 1) for j in (0, 1)))


def error(a, b):
    """Variance of the difference of two ratios, customer by customer, and of each alone."""
    residuals = []
    for side in (a, b):
        n, x = side.sum(axis=0)
        residuals.append((side[:, 1] - x / n * side[:, 0]) / n)
    both = residuals[0] - residuals[1]
    return both @ both, residuals[0] @ residuals[0], residuals[1] @ residuals[1]


def effects(a, b):
    """Design effects that make the groups' own variances those of their customers."""
    found = []
    for side, v in zip((a, b), error(a, b)[1:], strict=True):
        n, x = side.sum(axis=0)
        found.append(v / (x / n * (1 - x / n) / n))
    return tuple(found)


def customers(random, count, turned):
    """(n, x) in two groups; `turned` customers fare well in one where badly in the other."""
    own = random.beta(1, 1, count)
    a = random.poisson(3, count) + 1
    b = random.poisson(2, count)
    first = np.column_stack([a, random.binomial(a, own)])
    return first, np.column_stack([b, random.binomial(b, 1 - own if turned else own)])


@pytest.mark.parametrize("seed", range(5))
def test_opposite_luck_makes_a_gap_less_sure_as_customers_show_it(seed):
    a, b = customers(np.random.default_rng(seed), 200, turned=True)
    whole, v_a, v_b = error(a, b)
    found = shared_effect(tuple(a.sum(0)), tuple(b.sum(0)), sums(a, b), effects(a, b))
    assert found > 1.1
    assert found == pytest.approx(whole / (v_a + v_b))


def test_alike_customers_make_a_gap_surer_but_never_surer_than_independent_decisions():
    a, b = customers(np.random.default_rng(5), 200, turned=False)
    whole, v_a, v_b = error(a, b)
    deffs = effects(a, b)
    found = shared_effect(tuple(a.sum(0)), tuple(b.sum(0)), sums(a, b), deffs)
    assert whole / (v_a + v_b) <= found < 1
    assert found == pytest.approx(max(whole / (v_a + v_b), 1 / min(deffs)))


def test_no_variance_is_left_alone():
    assert shared_effect((10, 0), (20, 0), Overlap(30, 0, 0, 0), (1.0, 1.0)) == 1.0


@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 6), min_size=2, max_size=12),
)
def test_sums_over_groups_are_sums_of_overlaps(rows):
    """Two groups on one side, counted as one, overlap a third as the two do together."""
    table = np.array(rows)
    x = np.minimum(table[:, 3:], table[:, :3])
    one, two, three = (np.column_stack([table[:, k], x[:, k]]) for k in range(3))
    apart = (sums(one, three), sums(two, three))
    assert sums(one + two, three) == tuple(map(sum, zip(*apart, strict=True)))


def test_as_many_false_alarms_as_promised_where_customers_stand_in_both():
    """No gap: at 5 %, with the covariance 5 % of logs alarm, without it far more."""
    random = np.random.default_rng(17)
    with_, without = 0, 0
    for _ in range(600):
        a, b = customers(random, 150, turned=True)
        deffs = effects(a, b)
        (n, x), (m, y) = a.sum(0), b.sum(0)
        gap, (_, v_a, v_b) = x / n - y / m, error(a, b)
        factor = shared_effect((n, x), (m, y), sums(a, b), deffs)
        with_ += abs(gap) > 1.96 * ((v_a + v_b) * factor) ** 0.5
        without += abs(gap) > 1.96 * (v_a + v_b) ** 0.5
    assert 14 <= with_ <= 47  # 30 expected, 3 standard errors
    assert without > 60


# From rows.


def log(random, count=120, groups=("chat", "voice", "mail"), turned=True):
    rows = []
    for customer in range(count):
        own = random.beta(1, 1)
        for place, group in enumerate(groups):
            rate = 1 - own if turned and place == 0 else own
            denied = random.random(random.poisson(3)) < rate
            rows += [(group, f"c{customer}", one) for one in denied.tolist()]
    frame = pd.DataFrame(rows, columns=["channel", "customer", "denied"])
    return frame.assign(outcome=np.where(frame["denied"], "denied", "granted"))


def audit(frame, reference="voice", min_cell=10):
    plan = {
        "audit": {"name": "Both", "justification": "A test."},
        "log": {"columns": {"decision": "outcome", "subject_id": "customer"}},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
        "segments": [{"name": "channel", "column": "channel", "reference": reference}],
        "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["channel"]}],
        "privacy": {"min_cell": min_cell},
    }
    return careaudit.audit(frame, plan=validate(plan, where="test"), as_of="2026-07-01")


def table(frame, names):
    """(n, x) of every customer in some channels."""
    some = frame[frame["channel"].isin(names)]
    counts = some.groupby("customer")["denied"].agg(["count", "sum"])
    every = sorted(set(frame["customer"]))
    return counts.reindex(every, fill_value=0).to_numpy()


@pytest.mark.parametrize("reference", ["voice", "rest"])
def test_the_range_of_a_gap_is_that_of_the_customers_behind_it(reference):
    frame = log(np.random.default_rng(23))
    pairs = {c.group: c for c in audit(frame, reference).comparisons}
    others = ["voice"] if reference == "voice" else ["voice", "mail"]
    a, b = table(frame, ["chat"]), table(frame, others)
    whole, v_a, v_b = error(a, b)
    pair = pairs["chat"]
    half = (pair.difference.high - pair.difference.low) / 2
    assert half == pytest.approx(1.96 * whole**0.5, rel=0.1)
    assert half > 1.15 * 1.96 * (v_a + v_b) ** 0.5
    assert pair.effective_n == pytest.approx(pair.n / pair.design_effect)


def test_customers_of_one_group_each_change_nothing():
    frame = log(np.random.default_rng(31))
    apart = frame.assign(customer=frame["channel"] + frame["customer"])
    (note,) = [n for n in audit(frame).quality if n.code == "customers_in_several_groups"]
    assert "allows for it" in note.message
    alone = audit(apart)
    assert not [n for n in alone.quality if n.code == "customers_in_several_groups"]
    pair = next(c for c in alone.comparisons if c.group == "chat")
    _, v_a, v_b = error(table(frame, ["chat"]), table(frame, ["voice"]))
    half = (pair.difference.high - pair.difference.low) / 2
    assert half == pytest.approx(1.96 * (v_a + v_b) ** 0.5, rel=0.1)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_customers_carry_in_two_groups_is_counted_right(seed):
    random = np.random.default_rng(seed)
    frame = log(random, count=15)
    if frame.empty:
        return
    frame.loc[random.random(len(frame)) < 0.1, "channel"] = None
    plan = validate(
        {
            "audit": {"name": "Both", "justification": "A test."},
            "log": {"columns": {"decision": "outcome", "subject_id": "customer"}},
            "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
            "segments": [{"name": "channel", "column": "channel"}],
            "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["channel"]}],
        },
        where="test",
    )
    scan = open_source(plan, Path(), frame).scan(_request(plan, date(2026, 7, 1)))
    found = scan.common(("channel",), *measures(plan)["adverse_rate"].sizes)
    for one in ("chat", "voice", "mail"):
        for other in ("chat", "voice", "mail"):
            expected = sums(table(frame, [one]), table(frame, [other]))
            assert found.get(((one,), (other,)), Overlap(0, 0, 0, 0)) == expected
