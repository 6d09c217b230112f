"""The Rego sample over real records, and over records that somebody has changed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

import careaudit
from careaudit.record import AuditRecord

ROOT = Path(__file__).parents[2]
POLICY = (Path(careaudit.__file__).parent / "adoption" / "gate.rego").read_text("utf-8")
SAMPLES = ("telecom_credits", "fair_control", "cfpb_relief")
DAY = "2026-11-23"
MISSING = object()


def tree(name):
    return json.loads((ROOT / "reports" / name / "audit.json").read_text("utf-8"))


ASK = """
import json, sys
from regopy import Interpreter
policy, as_of, records = json.load(sys.stdin)
for record in records:
    rego = Interpreter()
    rego.add_module("gate", policy)
    if as_of is not None:
        rego.add_data({"as_of": as_of})
    rego.set_input(record)
    answer = rego.query("deny = data.careaudit.gate.deny; allow = data.careaudit.gate.allow")
    print(json.dumps(json.loads(str(answer))["bindings"]))
"""


def ask_all(records, as_of=DAY):
    """Ask in a process of its own: with DuckDB in the same one, regopy's memory has no bounds."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps([POLICY, as_of, records]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(bound["allow"] is (bound["deny"] == []) for bound in answers)
    return [bound["deny"] for bound in answers]


def ask(record, as_of=DAY):
    return ask_all([record], as_of)[0]


def put(record, path, value):
    *steps, last = path
    place = record
    for step in steps:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value


def test_real_records_are_answered_as_the_gate_answers_them():
    from datetime import date

    from careaudit.gate import decide

    for name in SAMPLES:
        record = AuditRecord.from_json(json.dumps(tree(name)))
        opens = decide(record, as_of=date.fromisoformat(DAY)).opens
        assert (ask(tree(name)) == []) is opens, name
    assert ask(tree("fair_control")) == []
    assert ask(tree("telecom_credits")) == ["credit-denied fails", "credit-wrongly-denied fails"]


@pytest.mark.parametrize("path", [
    ("schema_version",), ("audit",), ("audit", "outcome"), ("audit", "outcome", "confirmed"),
    ("provenance",), ("provenance", "as_of"), ("provenance", "expires_on"), ("questions",),
    ("questions", 0, "id"), ("questions", 0, "gate"), ("questions", 0, "verdict"),
    ("questions", 0, "inconclusive"), ("comparisons",), ("comparisons", 0, "verdict"),
    ("verdict",),
])  # fmt: skip
def test_a_key_that_is_gone_or_odd_never_opens(path):
    values = [MISSING, None, "", 0, 2, "pas", [], {}, False, "2099"]
    records = [tree("fair_control") for _ in values]
    for record, value in zip(records, values, strict=True):
        put(record, path, value)
    for value, said in zip(values, ask_all(records), strict=True):
        unasked = path == ("audit", "outcome") and value is None  # nothing was there to confirm
        advisory = path == ("questions", 0, "gate") and value is False  # two others decide
        assert (said == []) is (unasked or advisory), value


@pytest.mark.parametrize(("day", "opens"), [
    ("2026-11-22", True), ("2027-11-22", True), ("2027-11-23", False), ("2026-11-21", False),
])  # fmt: skip
def test_the_audit_is_good_from_its_day_to_its_expiry(day, opens):
    assert (ask(tree("fair_control"), day) == []) is opens


def test_without_a_day_it_is_today():
    record = tree("fair_control")
    record["provenance"].update(as_of="2000-01-01", expires_on="2001-01-01")
    assert ask(record, None) == ["the audit expired on 2001-01-01"]
    record["provenance"]["expires_on"] = "9999-12-31"
    assert ask(record, None) == []


@pytest.mark.parametrize(("policy", "opens"), [("close", False), ("warn", True), ("open", True)])
def test_an_undecided_question_does_what_the_plan_says(policy, opens):
    record = tree("fair_control")
    question = next(q for q in record["questions"] if q["gate"])
    question.update(verdict="inconclusive", reason="coverage", inconclusive=policy)
    record["verdict"] = "inconclusive"
    assert (ask(record) == []) is opens


def test_an_unconfirmed_outcome_closes():
    record = tree("fair_control")
    record["audit"]["outcome"]["confirmed"] = False
    assert ask(record) == ["nobody has confirmed which decisions are good for customers"]


def test_a_verdict_that_somebody_turned_is_found():
    record = tree("telecom_credits")
    for question in record["questions"]:
        question["verdict"] = "pass"
    said = ask(record)
    assert "credit-denied/zip_income/1 fails, and its question does not" in said
    record["comparisons"] = []
    assert "credit-denied passes without a comparison" in ask(record)
    record = tree("fair_control")
    record["verdict"] = "fail"
    assert ask(record) == ["the record's verdict is not that of its questions"]


def test_no_question_that_decides_closes():
    record = tree("fair_control")
    for question in record["questions"]:
        question["gate"] = False
    assert "no question decides the release" in ask(record)
    empty = copy.deepcopy(record) | {"questions": []}
    assert "no question decides the release" in ask(empty)


@pytest.mark.parametrize("other", [{}, [], None, "audit", 7, {"schema_version": 1}])
def test_what_is_no_record_closes(other):
    assert ask(other) != []
