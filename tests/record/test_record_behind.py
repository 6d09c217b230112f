"""What a record carries for editions that can be published, against rows counted with pandas."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.plan import parse
from careaudit.record import AuditRecord

PLAN = """
[audit]
name = "t"
justification = "t"
[log.columns]
decision = "outcome"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["later"]
[[segments]]
name = "g"
column = "g"
reference = "{reference}"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["g"]
{more}
"""
NAMED = 'subject_id = "who"\namount = "paid"\nease = "ease"'
EASE = '[[questions]]\nid = "ease"\nmeasure = "ces"\nsegments = ["g"]\n'


def log(seed=5, n=1_600):
    """Customers with decisions in several groups, one of whom got most of the money of b."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "who": [f"c{k}" for k in draw.integers(0, n // 3, n)],
            "outcome": draw.choice(["yes", "no", "later"], n, p=[0.5, 0.45, 0.05]),
            "g": draw.choice(["a", "b", "c"], n, p=[0.4, 0.3, 0.3]),
            "ease": draw.integers(1, 8, n),
        }
    )
    frame["paid"] = np.where(frame.outcome == "yes", draw.integers(1_000, 9_000, n) / 100, 0.0)
    first = frame[(frame.g == "b") & (frame.outcome == "yes")].index[0]
    frame.loc[first, "paid"] = 50_000.0
    few = pd.DataFrame({"who": ["x1", "x2", "x2"], "outcome": "no", "g": "d", "ease": 4, "paid": 0})
    return pd.concat([frame, few], ignore_index=True)


def audited(frame, columns=NAMED, more="", reference="a"):
    text = PLAN.format(columns=columns, more=more, reference=reference)
    return careaudit.audit(frame, plan=parse(text))


def estimate(record, measure, group):
    (found,) = [e for e in record.estimates if (e.measure, e.group) == (measure, group)]
    return found


@pytest.fixture(scope="module")
def frame():
    return log()


@pytest.fixture(scope="module")
def record(frame):
    return audited(frame, more=EASE)


def p_percent(totals):
    """Whether one customer's total may be worked out, from the largest possible two."""
    cents = np.round(totals * 100)
    return len(cents) < 3 or cents.sum() < np.sqrt((1.15**2 + 1) * (cents**2).sum())


@pytest.mark.parametrize("group", ["a", "b", "c", None])
def test_behind_a_share_stand_customers(record, frame, group):
    mine = frame[frame.outcome.isin(["yes", "no"]) & ((frame.g == group) | (group is None))]
    events = mine.assign(x=mine.outcome == "no").groupby("who").x.agg(["sum", "size"])
    others = events["size"] - events["sum"]
    behind = estimate(record, "adverse_rate", group).behind
    assert behind.customers == len(events)
    x, rest = events["sum"], others
    assert behind.with_event == pytest.approx(x.sum() ** 2 / (x**2).sum(), rel=1e-12)
    assert behind.without_event == pytest.approx(rest.sum() ** 2 / (rest**2).sum(), rel=1e-12)
    assert behind.with_event <= (x > 0).sum()
    assert behind.without_event <= (rest > 0).sum()
    assert behind.dominated is None


@pytest.mark.parametrize("columns", ["", 'subject_id = "alone"'])
def test_where_each_has_one_decision_decisions_are_counted(frame, columns):
    own = frame.assign(alone=np.arange(len(frame)))
    found = audited(own, columns)
    for group, mine in own[own.outcome != "later"].groupby("g"):
        behind = estimate(found, "adverse_rate", group).behind
        assert behind.customers == len(mine)
        if group != "d":
            assert behind.with_event == (mine.outcome == "no").sum()
            assert behind.without_event == (mine.outcome == "yes").sum()


def test_of_a_hidden_value_only_the_customers_are_told(record):
    hidden = estimate(record, "adverse_rate", "d")
    assert hidden.state == "suppressed"
    assert hidden.behind.customers == 2
    assert (hidden.behind.with_event, hidden.behind.without_event) == (None, None)


def test_a_group_without_events_has_nobody_behind_them(frame):
    found = audited(frame.assign(outcome=np.where(frame.g == "a", "yes", frame.outcome)))
    behind = estimate(found, "adverse_rate", "a").behind
    assert behind.with_event == 0
    assert behind.without_event > 0


@pytest.mark.parametrize("group", ["a", "b", "c", None])
def test_one_customer_with_most_of_a_sum_is_noticed(record, frame, group):
    mine = frame[frame.outcome.isin(["yes", "no"]) & ((frame.g == group) | (group is None))]
    totals = mine.groupby("who").paid.sum()
    found = estimate(record, "amount_per_request", group)
    assert found.value == pytest.approx(mine.paid.mean())
    assert found.behind.dominated == p_percent(totals) == (group == "b")
    assert found.behind.customers == len(totals)
    ease = estimate(record, "ces", group)
    cases = frame[(frame.g == group) | (group is None)]
    assert ease.behind.dominated == p_percent(cases.groupby("who").ease.sum())
    assert ease.behind.with_event is None


def test_money_says_whether_one_customer_carries_either_side(record, frame):
    carried = {c.group: c.affected.money.dominated for c in record.comparisons if c.affected.money}
    assert carried == {"b": True, "c": False}
    swapped = audited(frame, reference="b")
    carried = {c.group: c.affected.money.dominated for c in swapped.comparisons if c.affected.money}
    assert carried == {"a": True, "c": True}


def test_the_rest_as_a_comparator_has_its_largest_customer_in_it(frame):
    found = audited(frame[frame.g != "d"], reference="rest")
    carried = {c.group: c.affected.money.dominated for c in found.comparisons if c.affected.money}
    assert carried == {"a": True, "b": True, "c": True}
    calm = audited(frame[frame.g != "d"].assign(paid=frame.paid.clip(upper=90)), reference="rest")
    assert {c.affected.money.dominated for c in calm.comparisons} == {False}


def test_total_money_is_carried_where_any_group_s_is(frame):
    """Two groups are refused far more often; one customer of the second carries its money."""
    draw = np.random.default_rng(3)
    spared = frame.g.isin(["a", "d"]) | (draw.random(len(frame)) < 0.4) | (frame.paid > 90)
    worse = frame.assign(outcome=np.where(spared, frame.outcome, "no"))
    worse["paid"] = np.where(worse.outcome == "yes", worse.paid, 0.0)
    impact = audited(worse).impact
    assert len(impact.covers) == 2
    assert impact.money.dominated is True
    calm = audited(worse.assign(paid=worse.paid.clip(upper=90))).impact
    assert calm.money.dominated is False


def test_amounts_stand_beside_fairness_and_nothing_else(frame):
    def groups(found):
        return {(e.segment, e.group) for e in found.estimates if e.measure == "amount_per_request"}

    every = {(None, None), *(("g", group) for group in "abcd")}
    assert groups(audited(frame)) == every
    assert groups(audited(frame, more='pillar = "redress"')) == set()
    assert groups(audited(frame, 'subject_id = "who"')) == set()


def test_outcomes_are_counted_over_rows_used(frame):
    decided = audited(frame).accounts
    counts = frame.outcome.value_counts()
    assert decided.outcomes == {"favorable": counts.yes, "adverse": counts.no, "neutral": 0}
    every = audited(frame, more=EASE).accounts  # it asks rows on neither side, too
    assert every.outcomes == {
        "favorable": counts.yes, "adverse": counts.no, "neutral": counts.later
    }  # fmt: skip
    for accounts in (decided, every):
        assert sum(accounts.outcomes.values()) == accounts.rows_used


def test_a_plan_without_an_outcome_counts_none(frame):
    text = PLAN.replace('favorable = ["yes"]\nadverse = ["no"]\nneutral = ["later"]\n', "")
    text = text.replace("[outcome]\n", "").replace('"adverse_rate"', '"ces"')
    text = text.replace('decision = "outcome"\n', "")
    found = careaudit.audit(frame, plan=parse(text.format(columns=NAMED, more="", reference="a")))
    assert found.accounts.outcomes == {}
    assert {e.measure for e in found.estimates} == {"ces"}


def test_public_texts_and_floors_are_the_plan_s(frame, record):
    assert record.audit.public is None
    assert record.question("denied").floor is None
    told = audited(frame, more='floor = 0.5\n[public]\nperson = "Say so.  "')
    assert told.question("denied").floor == 0.5
    texts = told.audit.public.model_dump()
    assert texts.pop("person") == "Say so."
    assert len(texts) == 13
    assert set(texts.values()) == {None}
    assert told.verdict == record.question("denied").verdict  # a floor changes no verdict
    assert audited(frame, more="[public]").audit.public is not None


def test_a_record_of_before_still_loads(record):
    tree = json.loads(record.to_json())
    del tree["audit"]["public"], tree["accounts"]["outcomes"]
    for e in tree["estimates"]:
        del e["behind"]
    for question in tree["questions"]:
        del question["floor"]
    for c in tree["comparisons"]:
        if c["affected"]["money"]:
            del c["affected"]["money"]["dominated"]
    old = AuditRecord.from_json(json.dumps(tree))
    assert {e.behind for e in old.estimates} == {None}
    assert old.accounts.outcomes == {}
