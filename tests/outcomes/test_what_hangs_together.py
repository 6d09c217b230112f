"""Answers that hang on others: who answered, who contested, how labels were come by."""

from __future__ import annotations

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
[log.columns]
decision = "decision"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
{label}
[[segments]]
name = "group"
column = "group"
reference = "r"
"""
ASK = '[[questions]]\nid = "{0}"\nmeasure = "{0}"\nsegments = ["group"]\n'


def audited(frame: pd.DataFrame, *names: str, label: str = ""):
    fields = [name for name in frame if name not in {"decision", "due", "group"}]
    columns = "\n".join(f'{name} = "{name}"' for name in fields)
    text = PLAN.format(columns=columns, label=label) + "".join(ASK.format(n) for n in names)
    return careaudit.audit(frame, plan=parse(text))


def counted(**rows: tuple[int, dict[str, str]]) -> pd.DataFrame:
    parts = [pd.DataFrame([values] * n) for n, values in rows.values()]
    return pd.concat(parts, ignore_index=True)


# Labels.

LABEL = '[label]\ncolumn = "due"\npositive = ["1"]\nselection = "{}"\n'


def audit_log(group: str) -> pd.DataFrame:
    """Methods 2: 80 bad cases caught, 5,000 let through, of which 250 were looked at, 5 bad."""
    return counted(
        caught=(80, {"decision": "no", "due": "0"}),
        wrongly=(40, {"decision": "no", "due": "1"}),
        bad=(5, {"decision": "yes", "due": "0"}),
        good=(245, {"decision": "yes", "due": "1"}),
        unseen=(4750, {"decision": "yes", "due": None}),
    ).assign(group=group)


def test_a_random_audit_of_favorable_decisions_gives_the_rate_that_methods_give():
    frame = pd.concat([audit_log("g"), audit_log("r")])
    record = audited(frame, "wrongful_favorable_rate", label=LABEL.format("audited"))
    (found,) = [e for e in record.estimates if e.group == "g"]
    assert found.value == pytest.approx(1 - 0.444444, abs=1e-6)
    # The example's range holds the decisions of the log; ours holds the system, a little wider.
    assert 1 - 0.651139 - 0.01 < found.low < 1 - 0.651139
    assert 1 - 0.258249 < found.high < 1 - 0.258249 + 0.01
    (c,) = record.comparisons
    assert (c.u.value, c.verdict, c.reason) == (0, "inconclusive", "insufficient")


def test_the_audit_also_gives_who_was_refused_what_was_due():
    record = audited(
        pd.concat([audit_log("g"), audit_log("r")]),
        "wrongful_adverse_rate",
        label=LABEL.format("audited"),
    )
    (found,) = [e for e in record.estimates if e.group == "g"]
    assert found.value == pytest.approx(40 / (40 + 5000 * 245 / 250))
    assert record.verdict == "pass"


@pytest.mark.parametrize(("labelled", "verdict"), [(0.98, "fail"), (0.3, "inconclusive")])
def test_picked_labels_fail_only_where_the_missing_ones_could_not_undo_it(labelled, verdict):
    draw = np.random.default_rng(5)
    n = 4_000
    frame = pd.DataFrame({"group": ["g"] * n + ["r"] * n})
    known = draw.random(2 * n) < labelled
    # Among labelled decisions there is a gap, among the others none.
    denied = draw.random(2 * n) < np.where(
        known, np.where(frame.group == "g", 0.5, 0.3), np.full(2 * n, 0.25)
    )
    frame["decision"] = np.where(denied, "no", "yes")
    frame["due"] = np.where(known, "1", None)
    record = audited(frame, "wrongful_adverse_rate", label=LABEL.format("appealed"))
    (c,) = record.comparisons
    assert c.group_value == pytest.approx(0.5, abs=0.05)
    assert record.verdict == verdict


def test_labels_of_unknown_decisions_are_counted(tmp_path):
    (tmp_path / "log.csv").write_text(
        "id,decision,group\n" + "".join(f"{i},{'yes' if i % 2 else 'no'},{'gr'[i % 3 > 0]}\n"
                                        for i in range(300))
    )  # fmt: skip
    (tmp_path / "labels.csv").write_text(
        "id,due\n" + "".join(f"{i},{i % 5 // 4}\n" for i in range(250, 312))
    )
    text = PLAN.format(columns='decision_id = "id"', label=LABEL.format("random_sample").replace(
        '"due"', '"labels.due"')) + ASK.format("wrongful_adverse_rate")  # fmt: skip
    text = text.replace("[log.columns]", '[log]\npath = ["log.csv"]\n[log.columns]')
    text += '[tables.labels]\npath = "labels.csv"\nkey = { decision_id = "id" }\n'
    (tmp_path / "careaudit.toml").write_text(text)
    record = careaudit.audit(plan=tmp_path / "careaudit.toml")
    (note,) = [q for q in record.quality if q.code == "labels_unmatched"]
    assert note.rows == 12


def test_flagged_more_and_right_less_often_is_a_double_standard():
    def group(name: str, flagged: int, right: int) -> pd.DataFrame:
        return counted(
            right=(right, {"decision": "no", "due": "0"}),
            wrong=(flagged - right, {"decision": "no", "due": "1"}),
            rest=(4000 - flagged, {"decision": "yes", "due": "1"}),
        ).assign(group=name)

    both = audited(
        pd.concat([group("g", 1600, 800), group("r", 800, 640)]),
        "adverse_rate", "adverse_precision", label=LABEL.format("all"),
    )  # fmt: skip
    assert [q.where for q in both.quality if q.code == "double_standard"] == [
        "adverse_rate/group/g"
    ]
    risk = audited(
        pd.concat([group("g", 1600, 1400), group("r", 800, 480)]),
        "adverse_rate", "adverse_precision", label=LABEL.format("all"),
    )  # fmt: skip
    codes = {q.code for q in risk.quality}
    assert "not_separable" in codes
    assert "double_standard" not in codes


# Ratings.


def rated(group: str, offered: int, good: int, bad: int) -> pd.DataFrame:
    ask = {"decision": "yes", "rating_offered": "yes"}
    return counted(
        good=(good, {**ask, "rating": "5"}),
        bad=(bad, {**ask, "rating": "1"}),
        silent=(offered - good - bad, {**ask, "rating": None}),
    ).assign(group=group)


@pytest.mark.parametrize(
    ("answers", "reason"), [(0.5, "within_limit"), (0.3, "nonresponse"), (0.15, "nonresponse")]
)
def test_satisfaction_passes_only_where_all_were_heard_as_often(answers, reason):
    n = 20_000
    heard = round(n * answers)
    g = rated("g", n, round(heard * 0.8), heard - round(heard * 0.8))
    r = rated("r", n, round(n * 0.4), round(n * 0.1))
    record = audited(pd.concat([g, r]), "csat")
    assert (record.verdict == "pass", record.reason) == (reason == "within_limit", reason)
    (note,) = [q for q in record.quality if q.code == "nonresponse_bounds"]
    low, high = 0.8 * answers, 0.8 * answers + 1 - answers
    assert f"g {low:.0%} to {high:.0%}" in note.message


def test_the_ratings_behind_satisfaction_are_in_the_record():
    record = audited(pd.concat([rated("g", 500, 200, 100), rated("r", 500, 150, 50)]), "csat")
    (mine,) = [e for e in record.estimates if e.group == "g"]
    assert {level.rating: level.n for level in mine.levels} == {1: 100, 2: 0, 3: 0, 4: 0, 5: 200}
    (c,) = record.comparisons
    assert c.second_look.method == "dominance"
    # P(g > r) + P(=)/2, by hand: 2/3 of g and 3/4 of r are fives
    assert c.second_look.value == pytest.approx(2 / 3 * 1 / 4 + (2 / 3 * 3 / 4 + 1 / 3 * 1 / 4) / 2)


# Redress.


def contested(group: str, refused: int, appeals: int, won: int) -> pd.DataFrame:
    at = {"decision": "no", "contested_at": "2026-01-02"}
    return counted(
        won=(won, {**at, "review_result": "overturned"}),
        lost=(appeals - won, {**at, "review_result": "upheld"}),
        silent=(refused - appeals, {"decision": "no", "contested_at": None, "review_result": None}),
        granted=(refused, {"decision": "yes", "contested_at": None, "review_result": None}),
    ).assign(group=group)


@pytest.mark.parametrize(
    ("appeals", "won", "silent"), [(100, 60, True), (100, 20, False), (300, 180, False)]
)
def test_a_silent_segment_contests_less_and_is_right_as_often(appeals, won, silent):
    frame = pd.concat([contested("g", 2000, appeals, won), contested("r", 2000, 300, 150)])
    record = audited(frame, "contest_rate")
    assert ("silent_segment" in {q.code for q in record.quality}) == silent


def test_overturn_rates_alone_say_what_they_leave_out():
    frame = pd.concat([contested("g", 2000, 100, 60), contested("r", 2000, 300, 150)])
    assert "overturn_alone" in {q.code for q in audited(frame, "overturn_rate").quality}
    both = audited(frame, "overturn_rate", "contest_rate")
    assert "overturn_alone" not in {q.code for q in both.quality}


def test_one_text_for_all_is_told():
    texts = ["sorry"] * 95 + ["over your limit"] * 5
    frame = pd.DataFrame({"decision": ["no"] * 400 + ["yes"] * 400, "explanation": texts * 8,
                          "group": ["g", "r"] * 400})  # fmt: skip
    (note,) = [q for q in audited(frame, "boilerplate_share").quality if q.code == "boilerplate"]
    assert "95%" in note.message


# Money.


def test_amounts_of_several_currencies_are_refused():
    frame = pd.DataFrame({"decision": ["yes", "no"] * 200, "amount": ["5", None] * 200,
                          "currency": ["USD", "EUR"] * 200, "group": ["g", "r"] * 200})  # fmt: skip
    with pytest.raises(DataError, match="several currencies") as error:
        audited(frame, "amount_per_request")
    assert "USD" in str(error.value)
    assert error.value.hint
    assert audited(frame.assign(currency="usd"), "amount_per_request").verdict
