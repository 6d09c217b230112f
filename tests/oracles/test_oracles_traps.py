"""Logs that would mislead a careless auditor: each once gave, or could give, a wrong verdict."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.errors import DataError
from careaudit.plan import parse

PLAN = """
[audit]
name = "t"
justification = "t"
[log]
currency = "USD"
[log.columns]
decision = "decision"
{fields}
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
{label}
[[segments]]
name = "g"
column = "g"
reference = "{reference}"
[[questions]]
id = "q"
measure = "{measure}"
segments = ["g"]
"""
LABEL = """
[label]
column = "due"
positive = ["1"]
selection = "{selection}"
"""


def audit(frame, *, measure="favorable_rate", fields="", label="", reference="largest"):
    text = PLAN.format(measure=measure, fields=fields, label=label, reference=reference)
    return careaudit.audit(frame, plan=parse(text))


def rows(group: str, n: int, good: int) -> pd.DataFrame:
    return pd.DataFrame({"g": group, "decision": ["yes"] * good + ["no"] * (n - good)})


@pytest.mark.parametrize("selection", ["all", "random_sample"])
def test_labels_after_refusals_only_cannot_show_that_refusals_are_right(selection):
    # Only refusals were reviewed: wrongful refusals are 1.0 v 1.0 whatever the truth.
    draw = np.random.default_rng(1)
    frame = pd.concat([rows("a", 6_000, 4_200), rows("b", 6_000, 4_200)], ignore_index=True)
    wrong = np.where(frame.g == "a", 0.2, 0.4)
    due = np.where(draw.random(len(frame)) < wrong, "1", "0")
    frame["due"] = np.where(frame.decision == "no", due, None)
    record = audit(frame, measure="wrongful_adverse_rate", label=LABEL.format(selection=selection))
    assert record.verdict != "pass"
    assert record.reason == "labels_missing"


def test_labels_sought_after_other_sides_by_group_carry_no_pass():
    draw = np.random.default_rng(2)
    frame = pd.concat([rows("a", 20_000, 10_000), rows("b", 20_000, 10_000)], ignore_index=True)
    frame["due"] = draw.choice(["1", "0"], len(frame))
    # half of all decisions are labelled in both groups, but refusals in a and grants in b
    odds = np.where((frame.g == "a") == (frame.decision == "no"), 0.8, 0.2)
    frame.loc[draw.random(len(frame)) > odds, "due"] = None
    record = audit(frame, measure="label_coverage", label=LABEL.format(selection="all"))
    assert record.verdict == "pass"
    record = audit(frame, measure="adverse_precision", label=LABEL.format(selection="all"))
    assert record.verdict != "pass"


def test_one_test_account_does_not_silence_the_audit():
    people = pd.concat([rows("a", 4_000, 2_400), rows("b", 4_000, 1_600)], ignore_index=True)
    people["who"] = [f"c{n}" for n in range(len(people))]
    robot = rows("robot", 3_000, 3_000).assign(who="test account")
    fields = 'subject_id = "who"'
    assert audit(people, fields=fields).verdict == "fail"
    both = audit(pd.concat([people, robot]), fields=fields, reference="a")
    by_group = {c.group: c for c in both.comparisons}
    assert by_group["b"].verdict == "fail"


def test_a_customer_in_many_small_groups_is_one_customer():
    # Four people, each in four groups: sixteen memberships, four customers.
    few = pd.concat(
        [rows(f"s{k}", 20, 0).assign(who=[f"p{n % 4}" for n in range(20)]) for k in range(4)]
    )
    many = rows("big", 2_000, 1_000).assign(who=[f"c{n}" for n in range(2_000)])
    record = audit(pd.concat([few, many]), fields='subject_id = "who"')
    # Kish: four customers of twenty like decisions each are worth four decisions, and 0 of 4
    # against .5 is nothing (p = 2 x .5^4 = .125); as sixteen customers it would be a fail.
    assert (record.verdict, record.reason) == ("inconclusive", "insufficient")
    assert record.accounts.customers == 2_004
    pool = next(c for c in record.comparisons if c.group.startswith("small groups"))
    assert pool.group_value is None  # four customers are too few to be shown


def test_the_moments_of_a_pool_are_those_of_its_customers():
    draw = np.random.default_rng(5)
    who = draw.integers(0, 60, 1_500)
    taste = draw.random(60)[who]
    small = pd.DataFrame(
        {
            "g": [f"s{n}" for n in draw.integers(0, 25, 1_500)],
            "who": [f"p{n}" for n in who],
            "decision": np.where(draw.random(1_500) < taste, "yes", "no"),
        }
    )
    many = rows("big", 4_000, 2_000).assign(who=[f"c{n}" for n in range(4_000)])
    record = audit(pd.concat([small, many]), fields='subject_id = "who"')
    pool = next(c for c in record.comparisons if c.group.startswith("small groups"))
    n_i = small.groupby("who").size()
    x_i = small.assign(x=small.decision == "yes").groupby("who").x.sum()
    p, m, n = x_i.sum() / n_i.sum(), len(n_i), n_i.sum()
    v = m / (m - 1) * ((x_i - p * n_i) ** 2).sum() / n**2  # methods 1.8
    assert pool.n == n
    assert pool.design_effect == pytest.approx(v / (p * (1 - p) / n), rel=1e-9)


def test_unknown_amounts_are_no_shortfall():
    frame = pd.concat([rows("a", 4_000, 2_000), rows("b", 4_000, 2_000)], ignore_index=True)
    frame["usd"] = np.where(frame.decision == "yes", "10.00", "")
    fields = 'amount = "usd"'
    (even,) = audit(frame, fields=fields).comparisons
    assert even.affected.money.value == pytest.approx(0)
    half = frame.copy()
    half.loc[(half.decision == "yes") & (half.index % 2 == 0), "usd"] = ""
    record = audit(half, fields=fields)
    assert record.comparisons[0].affected.money.value == pytest.approx(0, abs=1e-6)
    assert "missing_amount" in {note.code for note in record.quality}
    frame.loc[(frame.g == "b") & (frame.index % 2 == 0), "usd"] = ""
    assert audit(frame, fields=fields).comparisons[0].affected.money is None


def test_a_few_amounts_make_no_mean():
    frame = pd.concat([rows("a", 400, 200), rows("b", 400, 30)], ignore_index=True)
    frame["usd"] = np.where(frame.decision == "yes", "10", "")
    (c,) = audit(frame, fields='amount = "usd"').comparisons
    assert c.affected.money is None
    assert c.affected.people.value is not None


@pytest.mark.parametrize("name", ["rest", "small groups (pooled)"])
def test_names_that_careaudit_gives_are_refused(name):
    with pytest.raises(DataError, match="gives itself"):
        audit(pd.concat([rows("a", 200, 100), rows(name, 200, 100)]))


def test_nothing_of_a_hidden_group_is_shown():
    record = audit(pd.concat([rows("a", 900, 400), rows("tiny", 7, 3)]))
    tree = json.loads(record.to_json())
    pools = [c for c in tree["comparisons"] if c["n"] == 7]
    for c in pools:
        shown = {
            k for k, v in c.items() if v not in (None, False, "none") and not isinstance(v, dict)
        }
        assert shown <= {
            "id", "question", "measure", "segment", "group", "reference", "orientation", "n",
            "reference_n", "reference_value", "verdict", "reason", "unit",
        }  # fmt: skip
        for name in ("difference", "ratio", "u", "detectable"):
            assert set(c[name].values()) == {None}
    (estimate,) = (e for e in tree["estimates"] if e["group"] == "tiny")
    assert (estimate["value"], estimate["events"], estimate["state"]) == (None, None, "suppressed")


def test_the_fisher_branch_does_not_hang_on_the_last_digit():
    from careaudit.stats.rates import parity_p

    exact = float(parity_p(13.5, 40.0, 60.0, 200.0))
    noisy = float(parity_p(13.499999999999996, 39.99999999999999, 60.0, 200.0))
    assert noisy == pytest.approx(exact, rel=1e-9)
