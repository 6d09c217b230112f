"""Rules learned from labels, on a log where one input predicts what is due and one does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from remedy_logs import case, halves, truth

from careaudit.record import Driver
from careaudit.remedies.learned import constrained, group_thresholds, refit
from careaudit.remedies.price import Book
from careaudit.sources import Coded

UNDUE = (0.02, 0.10, 0.60)
"""By what is on record of a request, the share to which nothing is due."""


def listed(*names):
    return [
        Driver(
            question="q", segment="zip", group="low", reference="other", kind="field", name=name,
            listed=True, reason="listed", sentence="",
        )
        for name in names
    ]  # fmt: skip


@pytest.fixture(scope="module")
def log():
    """Everybody who says it is refused, and everybody with the worst record: no score is kept."""
    drawn = truth(6_000, 4)
    rng = np.random.default_rng(4)
    record = rng.integers(0, 3, len(drawn))
    drawn["due"] = rng.random(len(drawn)) >= np.array(UNDUE)[record]
    said = (drawn["wording"] == "dispute").to_numpy()
    drawn["decision"] = np.where(
        said | (record == 2) & (rng.random(len(drawn)) < 0.5), "denied", "granted"
    )
    made = case(drawn, halves(drawn, 4))
    fields = {
        "wording": Coded(said.astype(np.int32), ("other", "dispute")),
        "record": Coded(record.astype(np.int32), ("good", "fair", "poor")),
    }
    rows = replace(made.rows, fields=fields, risk=np.full(len(drawn), np.nan))
    return drawn, replace(made, rows=rows), record


def test_what_is_left_decides_and_the_cut_grants_no_more_undue_ones(log):
    drawn, one, record = log
    offer = refit(one, listed("wording"))
    then = offer.then.if_due
    for value in range(3):
        assert len(np.unique(then[record == value])) == 1  # nothing else is looked at
    assert then[record == 0].all()
    assert not then[record == 2].any()
    due, now = drawn["due"].to_numpy(), (drawn["decision"] == "granted").to_numpy()
    found = Book(one, offer.then, one.rows.held).changes()
    assert found["helped"].low < (then - now)[due].sum() < found["helped"].high
    assert found["undue"].low < (then - now)[~due].sum() < found["undue"].high
    assert found["undue"].value < 0 < found["helped"].value
    assert offer.name == "wording"


def test_there_is_no_such_rule_without_a_driver_or_without_an_input(log):
    _, one, _ = log
    assert refit(one, []) is None
    assert refit(one, listed("wording", "record")) is None


def test_a_rule_held_to_alike_rates_leaves_about_none_of_the_gap(log):
    _, one, _ = log
    offer = constrained(one)
    chance = offer.then.if_due
    assert ((chance >= 0) & (chance <= 1)).all()
    gap = Book(one, offer.then, one.rows.held).gap()
    before = one.groups.counts[:, 0] / one.groups.counts.sum(axis=1)
    assert abs(gap.value) < 0.05 < before[0] - before[1]
    assert not offer.uses_group


def test_a_group_without_labels_of_both_kinds_keeps_todays_decisions():
    drawn = truth(4_000, 5)
    made = case(drawn, halves(drawn, 5))
    # a third group with labels of one kind only
    third = np.arange(len(drawn)) % 10 == 0
    part = np.where(third, 2, made.groups.part)
    now = made.rows.now
    counts = np.array([[((part == g) & (now == d)).sum() for d in (0, 1)] for g in range(3)], float)
    groups = replace(made.groups, names=("low", "other", "third"), part=part, counts=counts)
    due = np.where(third & (made.rows.due == 0), np.nan, made.rows.due)
    one = replace(made, groups=groups, rows=replace(made.rows, due=due))
    offer = group_thresholds(one, "demographic_parity")
    assert (offer.then.if_due[third] == now[third]).all()
    assert (offer.then.if_due[~third] != now[~third]).any()
    rates = [offer.then.if_due[part == place].mean() for place in (0, 1)]
    assert rates[0] == pytest.approx(rates[1], abs=0.05)


def test_a_score_that_says_the_contrary_of_the_labels_is_not_cut_by_group():
    drawn = truth(2_000, 6)
    made = case(drawn, halves(drawn, 6))
    one = replace(made, rows=replace(made.rows, risk=-made.rows.risk))
    assert group_thresholds(one, "demographic_parity") is None
