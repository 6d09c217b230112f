"""Membership by probability from rows to verdict: nobody sorted, nothing thrown away."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.errors import PlanError
from careaudit.plan.load import validate

MEMBERS, OTHERS = "members (by probability)", "others (by probability)"
AREAS = {0.1: (500, 220), 0.5: (300, 120), 0.9: (200, 60)}  # methods 11: n, refused


def tree(segment=None, question=None, columns=None):
    chance = {"name": "likely", "column": "p", "kind": "proxy", "membership": "probability"}
    return {
        "audit": {"name": "Likely", "justification": "A test."},
        "log": {"columns": {"decision": "outcome"} | (columns or {})},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
        "segments": [chance | (segment or {})],
        "questions": [
            {"id": "q", "measure": "adverse_rate", "segments": ["likely"]} | (question or {})
        ],
    }


def audit(frame, **parts):
    return careaudit.audit(frame, plan=validate(tree(**parts), where="test"), as_of="2026-07-01")


def rows(areas=AREAS, times=1):
    found = [
        (str(pi), "denied" if i < x else "granted", f"{pi}-{i}")
        for pi, (n, x) in areas.items()
        for i in range(n)
    ]
    return pd.DataFrame(found * times, columns=["p", "outcome", "customer"])


def notes(record, code):
    return [note for note in record.quality if note.code == code]


# The numbers of methods 11.


def test_weighted_rates_and_sharp_bounds_of_the_methods():
    record = audit(rows())
    (pair,) = record.comparisons
    assert (pair.group, pair.reference) == (MEMBERS, OTHERS)
    assert (pair.n, pair.reference_n) == (380, 620)
    assert pair.group_value == pytest.approx(0.357895, abs=1e-6)
    assert pair.reference_value == pytest.approx(0.425806, abs=1e-6)
    assert pair.difference.value == pytest.approx(-0.067912, abs=1e-6)
    assert pair.difference.low < -0.475382 < 0.331070 < pair.difference.high
    assert (pair.verdict, pair.reason) == ("inconclusive", "membership_unsure")
    assert (record.verdict, record.reason) == ("inconclusive", "membership_unsure")
    assert (pair.harmed, pair.u.value) == ("none", 0.0)
    (note,) = notes(record, "sharp_bounds")
    assert "-47.5% and +33.1%" in note.message
    groups = {g.group: g.n for g in record.segments[0].groups}
    assert groups == {MEMBERS: 380, OTHERS: 620}
    assert record.double_entry.compared == 3  # the weighted rates are in the second book


def test_the_bracket_of_the_methods_where_the_plan_accepts_the_assumption():
    record = audit(rows(), segment={"assume": "same_sign"})
    (pair,) = record.comparisons
    assert pair.difference.low < -0.163934 < -0.067912 < pair.difference.high < 0
    assert pair.harmed == "reference"
    # refusals: 35.8 v 42.6 is .76 limits, 29.8 v 46.2 is 2.20 limits: open
    assert pair.u.value == pytest.approx(0.067912 / (0.25 * 0.357895), abs=1e-4)
    assert (pair.verdict, pair.reason) == ("inconclusive", "membership_unsure")
    (note,) = notes(record, "same_sign")
    assert note.message.startswith("assumption: same-sign")
    assert "-16.4% and -6.8%" in note.message


def test_no_more_is_known_of_a_customer_seen_four_times():
    once = audit(rows(), segment={"assume": "same_sign"}, columns={"subject_id": "customer"})
    often = audit(
        rows(times=4), segment={"assume": "same_sign"}, columns={"subject_id": "customer"}
    )
    (one,), (four,) = once.comparisons, often.comparisons
    assert four.n == 4 * one.n
    assert four.design_effect == pytest.approx(4, rel=0.01)
    assert four.effective_n == pytest.approx(one.effective_n, rel=0.01)
    assert four.difference.low == pytest.approx(one.difference.low, abs=0.005)
    assert four.difference.high == pytest.approx(one.difference.high, abs=0.005)


# Logs whose members are known.


def drawn(on_member, on_chance, n=20_000):
    random = np.random.default_rng(29)
    pi = random.beta(0.7, 1.2, n)
    member = random.random(n) < pi
    denied = random.random(n) < 0.15 + on_member * member + on_chance * pi
    frame = pd.DataFrame(
        {
            "p": [f"{value:.6f}" for value in pi],
            "outcome": np.where(denied, "denied", "granted"),
            "cut": np.where(pi > 0.5, "members", "others"),
            "said": np.where(random.random(n) < 0.2, np.where(member, "Yes", "no"), ""),
        }
    )
    return frame, denied[member].mean() - denied[~member].mean()


def test_same_signs_the_bracket_fails_and_a_threshold_shows_another_gap():
    frame, truth = drawn(0.20, 0.20)
    record = audit(frame, segment={"assume": "same_sign"})
    assert (record.verdict, record.reason) == ("fail", "established")
    (pair,) = record.comparisons
    assert pair.difference.low < truth < pair.difference.high
    assert pair.harmed == "group"
    cut = careaudit.audit(frame, decision="outcome", adverse="denied", by="cut")
    (sorted_,) = cut.comparisons
    low, high = sorted((sorted_.difference.low, sorted_.difference.high))
    assert not low <= abs(truth) <= high
    assert not low <= -abs(truth) <= high


def test_opposite_signs_only_sharp_bounds_hold_the_truth():
    frame, truth = drawn(0.12, -0.12)
    (bracket,) = audit(frame, segment={"assume": "same_sign"}).comparisons
    assert not bracket.difference.low <= truth <= bracket.difference.high
    record = audit(frame)
    (sharp,) = record.comparisons
    assert sharp.difference.low < truth < sharp.difference.high
    assert (record.verdict, record.reason) == ("inconclusive", "membership_unsure")


def test_certain_members_are_judged_as_recorded_ones():
    bad = audit(rows({0: (2000, 200), 1: (1000, 300)}))
    assert (bad.verdict, bad.reason) == ("fail", "established")
    good = audit(rows({0: (9000, 2700), 1: (4000, 1200)}))
    assert (good.verdict, good.reason) == ("pass", "within_limit")


# Self-reports.


def test_chances_are_held_against_what_customers_say():
    frame, _ = drawn(0.20, 0.20)
    check = {"check": {"column": "said", "values": ["yes"]}, "assume": "same_sign"}
    record = audit(frame, segment=check)
    assert record.verdict == "fail"
    (note,) = notes(record, "membership_inferred")
    assert note.severity == "info"
    assert "off what customers say" in note.message
    off = frame.assign(p=[f"{float(p) * 0.7:.6f}" for p in frame["p"]])
    record = audit(off, segment=check)
    assert (record.verdict, record.reason) == ("inconclusive", "membership_unsure")
    assert "off what customers say" in record.questions[0].missing
    assert not record.comparisons


def test_without_self_reports_it_is_said_that_nobody_checked():
    (note,) = notes(audit(rows()), "membership_inferred")
    assert note.severity == "warning"
    assert "no self-reports" in note.message


# What is no chance, and where chances say nothing.


def test_every_row_is_kept_and_what_is_no_chance_is_unknown():
    good = ["0.104", ".1", "1e-1", " 0.1 ", "0.0951"] * 40
    bad = ["1.2", "-0.1", "nan", "inf", "high", "10%"]
    values = [*good, *["0.9"] * 100, *bad, "", None]
    frame = pd.DataFrame({"p": values, "outcome": ["denied", "granted"] * (len(values) // 2)})
    record = audit(frame)
    assert record.accounts.rows_used == len(values) == 308
    assert record.accounts.unknown == {"likely": 8}
    (odd,) = notes(record, "odd_values")
    assert (odd.rows, odd.where) == (6, "likely")
    groups = {g.group: g.n for g in record.segments[0].groups}
    assert groups == {MEMBERS: 110, OTHERS: 190, "unknown": 8}  # .1 of 200 and .9 of 100


@pytest.mark.parametrize(
    ("areas", "segment", "reason", "says"),
    [
        ({0.3: (500, 100)}, {"assume": "same_sign"}, "membership_unsure", "apart too little"),
        ({0.1: (14, 7), 0.9: (14, 7)}, {}, "membership_unsure", "too few"),
        ({0.0: (500, 100)}, {}, "no_comparator", "one group only"),
        ({1.0: (500, 100)}, {}, "no_comparator", "one group only"),
        ({2.0: (500, 100)}, {}, "no_comparator", "not recorded"),
    ],
)
def test_chances_that_tell_nobody_apart(areas, segment, reason, says):
    record = audit(rows(areas), segment=segment)
    assert (record.verdict, record.reason) == ("inconclusive", reason)
    assert says in record.questions[0].missing


def test_other_measures_than_rates_are_not_answered():
    frame = rows().assign(paid="10")
    record = audit(frame, question={"measure": "amount_per_request"}, columns={"amount": "paid"})
    assert (record.verdict, record.reason) == ("inconclusive", "not_assessed")
    assert "rates only" in record.questions[0].missing
    assert not record.comparisons


def test_few_expected_members_are_hidden():
    record = audit(rows({0.01: (600, 60), 0.5: (6, 3)}))  # 9 members
    hidden = {e.group: e.state for e in record.estimates if e.segment}
    assert hidden == {MEMBERS: "suppressed", OTHERS: "estimated"}
    assert all(c.group_value is None for c in record.comparisons)


def test_the_same_log_gives_the_same_bytes():
    assert audit(rows()).to_json() == audit(rows()).to_json()


def test_the_gate_and_a_comparison_of_releases_take_such_a_record(run, tmp_path):
    rows({0: (2000, 200), 1: (1000, 300)}).to_csv(tmp_path / "log.csv", index=False)
    text = """
[audit]
name = "Likely"
justification = "A test."
[log]
path = "log.csv"
[log.columns]
decision = "outcome"
[outcome]
adverse = ["denied"]
favorable = ["granted"]
confirmed = true
[[segments]]
name = "likely"
column = "p"
kind = "proxy"
membership = "probability"
[[questions]]
id = "q"
measure = "adverse_rate"
segments = ["likely"]
"""
    (tmp_path / "careaudit.toml").write_text(text)
    assert run("audit", "-o", "out", "--formats", "json").exit_code == 0
    done = run("gate", "out", "-c", "careaudit.toml", "--format", "json")
    assert done.exit_code == 1, done.output
    (reason,) = json.loads(done.stdout)["reasons"]
    assert reason["comparison"] == f"q/likely/{MEMBERS}"
    (tmp_path / "new.toml").write_text(text.replace("log.csv", "new.csv"))
    rows({0: (2000, 300), 1: (1000, 300)}).to_csv(tmp_path / "new.csv", index=False)
    done = run("compare", "careaudit.toml", "new.toml")
    assert done.exit_code == 0, done.output
    assert "only shares are compared" in " ".join(done.output.split())


# Plans.


@pytest.mark.parametrize(
    ("segment", "question", "says"),
    [
        ({"kind": "protected"}, {}, 'kind = "proxy"'),
        ({"values": {"a": ["1"]}}, {}, "no values, order or reference"),
        ({"order": ["a"]}, {}, "no values, order or reference"),
        ({"reference": "a"}, {}, "no values, order or reference"),
        ({"membership": "probabilty"}, {}, "probability"),
        ({"membership": "recorded", "assume": "same_sign"}, {}, "go with"),
        ({"assume": "same"}, {}, "same_sign"),
        ({"check": {"column": "said"}}, {}, "needs the values"),
        ({}, {"segments": ["likely*lang"]}, "compared alone"),
        ({}, {"segments": ["likely", "lang"]}, "question of its own"),
        ({}, {"within": ["lang"]}, "not compared within"),
    ],
)
def test_what_a_plan_must_not_say_of_chances(segment, question, says):
    plan = tree(segment, question)
    plan["segments"].append({"name": "lang", "column": "lang"})
    with pytest.raises(PlanError) as error:
        validate(plan, where="test")
    assert says in f"{error.value} {error.value.hint}"


def test_an_impact_ratio_takes_recorded_groups_only():
    plan = tree() | {"impact_ratio": {"axes": ["likely"]}}
    with pytest.raises(PlanError, match="compared alone"):
        validate(plan, where="test")


def test_every_segment_means_every_recorded_one():
    plan = tree(question={"segments": ["*"]})
    assert validate(plan, where="test").questions[0].segments == ("likely",)
    plan["segments"].append({"name": "lang", "column": "lang"})
    assert validate(plan, where="test").questions[0].segments == ("lang",)
