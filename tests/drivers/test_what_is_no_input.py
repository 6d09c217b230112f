"""What an attacker found: columns that are no inputs, labels that repeat, names of nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.plan import Plan

MESSAGE = "dear sir my account is closed and my mother is ill please help us all"


def log(rows: int = 4_000, seed: int = 1) -> pd.DataFrame:
    """One input `u` carries the gap; every other column has a trap of its own."""
    rng = np.random.default_rng(seed)
    low = rng.random(rows) < 0.4
    u = rng.random(rows) < np.where(low, 0.6, 0.2)
    denied = rng.random(rows) < np.where(u, 0.6, 0.15)
    owed = rng.random(rows) < 0.5
    return pd.DataFrame(
        {
            "decision": np.where(denied, "denied", "granted"),
            "customer": [f"c{i}" for i in range(rows)],
            "side": np.where(low, "low", "other"),
            "u": np.where(u, "yes", "no"),
            "note": np.where(rng.random(rows) < 0.5, MESSAGE, MESSAGE[::-1]),
            "why": np.where(denied, "risk", "fine"),
            "owed": np.where(owed, "1", "0"),
            "echo": np.where(denied, "0", "1"),
            "message": np.where(u, "a billing\ndispute again", "the router broke"),
        }
    )


def plan(fields: list[str], label: str | None = None, **columns: object) -> Plan:
    tree: dict[str, object] = {
        "audit": {"name": "n", "justification": "j"},
        "log": {"columns": {"decision": "decision", "subject_id": "customer"} | columns},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
        "segments": [{"name": "side", "column": "side", "reference": "other"}],
        "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["side"], "ask": "Q?"}],
        "drivers": {"fields": fields},
    }
    if label:
        tree["label"] = {"column": label, "positive": ["1"], "selection": "all"}
    return Plan.model_validate(tree)


def audit(frame: pd.DataFrame, *args: object, **columns: object) -> careaudit.AuditRecord:
    return careaudit.audit(frame, plan=plan(*args, **columns), as_of="2026-11-22")


def test_text_that_is_declared_as_an_input_is_no_input_and_stands_nowhere():
    record = audit(log(), ["u", "note"])
    reasons = {d.name: d.reason for d in record.drivers if d.kind == "field"}
    assert reasons == {"u": "listed", "note": "free_text"}
    assert MESSAGE not in record.to_json()
    assert MESSAGE[::-1] not in record.to_json()


@pytest.mark.parametrize(("name", "reason"), [("why", "output"), ("customer", "id")])
def test_what_the_system_wrote_and_ids_are_in_no_look(name, reason):
    record = audit(log(), ["u", name], reason_code="why")
    assert {d.reason for d in record.drivers if d.name == name} == {reason}
    assert all(trait.segment != name for d in record.drivers for trait in d.traits)
    told = [carrier.name for s in record.segments for r in s.revealed for carrier in r.carriers]
    assert told == ["u"]


@pytest.mark.parametrize("label", ["echo", "decision"])
def test_a_label_that_repeats_the_decision_vouches_for_nothing(label):
    frame = log()
    frame["decision"] = frame["echo"].map({"0": "denied", "1": "granted"})
    chosen = plan(["u"], label)
    if label == "decision":
        tree = chosen.model_dump(mode="json", by_alias=True, exclude_unset=True)
        tree["label"]["positive"] = ["granted"]
        chosen = Plan.model_validate(tree)
    record = careaudit.audit(frame, plan=chosen, as_of="2026-11-22")
    (driver,) = [d for d in record.drivers if d.name == "u"]
    assert (driver.validity, driver.validity_reason) == ("untested", "label_is_decision")
    assert all(remedy.state == "not_assessed" for remedy in record.impact.remedies)


def test_a_label_drawn_by_decision_is_weighed_whatever_the_plan_calls_it():
    frame = log(12_000)
    rng = np.random.default_rng(3)
    denied = frame["decision"] == "denied"
    picked = denied | (rng.random(len(frame)) < 0.05)
    frame["owed"] = frame["owed"].where(picked, "")
    (driver,) = [d for d in audit(frame, ["u"], "owed").drivers if d.name == "u"]
    assert driver.validity in {"unsupported", "untested"}  # what is owed hangs on nothing here


def test_a_line_break_ends_no_phrase():
    listed = [d.name for d in audit(log(), [], text=["message"]).drivers if d.listed]
    assert "billing dispute" in listed


def test_messages_of_nobody_show_no_word():
    frame = log()
    odd = frame.index[(frame["side"] == "low") & (frame["decision"] == "denied")][:90]
    frame.loc[odd, "message"] = "yours zygmunt kowalski"
    frame.loc[odd, "customer"] = ""
    text = audit(frame, [], text=["message"]).to_json()
    assert "zygmunt" not in text
    assert "billing dispute" in text


def test_a_log_without_customers_says_that_ten_may_be_one():
    frame = log()
    record = careaudit.audit(
        frame,
        plan=Plan.model_validate(
            plan([], text=["message"]).model_dump(mode="json", by_alias=True, exclude_unset=True)
            | {"log": {"columns": {"decision": "decision", "text": ["message"]}}}
        ),
        as_of="2026-11-22",
    )
    assert "terms_without_customers" in {note.code for note in record.quality}
    assert "billing dispute" in {d.name for d in record.drivers if d.listed}


def test_a_few_customers_of_a_side_cannot_be_worked_out_of_a_term():
    frame = log()
    mine = frame.index[(frame["side"] == "low")][:40]
    theirs = frame.index[(frame["side"] == "other")][:4]
    frame.loc[[*mine, *theirs], "message"] = "rarely said thing"
    frame.loc[mine, "decision"] = "denied"
    found = [d for d in audit(frame, [], text=["message"]).drivers if "rarely" in d.name]
    assert found
    assert all(d.association.value is None and d.z is None for d in found)


def test_an_input_to_which_another_leaves_nothing_is_not_listed():
    frame = log(8_000)
    rng = np.random.default_rng(9)
    agrees = rng.random(len(frame)) < 0.85
    frame["t"] = np.where(agrees, frame["u"], np.where(frame["u"] == "yes", "no", "yes"))
    found = {d.name: d for d in audit(frame, ["t", "u"]).drivers if d.kind == "field"}
    assert found["u"].listed
    assert (found["t"].reason, found["t"].carried_by) == ("carried_by", "u")
    assert found["t"].mix_share > 0.1


def test_two_inputs_that_each_carry_a_part_are_both_listed():
    frame = log(8_000)
    rng = np.random.default_rng(4)
    low = frame["side"] == "low"
    frame["v"] = np.where(rng.random(len(frame)) < np.where(low, 0.6, 0.2), "yes", "no")
    more = (frame["v"] == "yes") & (rng.random(len(frame)) < 0.4)
    frame["decision"] = frame["decision"].where(~more, "denied")
    listed = {d.name for d in audit(frame, ["u", "v"]).drivers if d.kind == "field" and d.listed}
    assert listed == {"u", "v"}


def test_a_rule_that_reads_the_segment_itself_is_no_remedy():
    frame = log(6_000)
    frame["copy"] = frame["side"].map({"low": "a", "other": "b"})
    record = audit(frame, ["u", "copy"], "owed")
    for remedy in record.impact.remedies:
        assert remedy.gap.value is None or abs(remedy.gap.value) < 0.5


def test_scores_that_a_side_lacks_price_nothing():
    frame = log(6_000)
    rng = np.random.default_rng(2)
    frame["score"] = np.where(frame["decision"] == "denied", 0.7, 0.3) + rng.random(6_000) / 5
    frame["score"] = frame["score"].astype(str).where(frame["side"] == "other", "")
    record = audit(frame, ["u"], "owed", score="score")
    assert "score_missing" in {remedy.reason for remedy in record.impact.remedies}
    assert not [r for r in record.impact.remedies if r.kind in {"without", "review"}]
