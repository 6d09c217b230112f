"""The CycloneDX export: valid to its own validator, and nothing in it that the record has not."""

from __future__ import annotations

import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from gates_cases import HOSTILE, SAMPLES, sample, tree

from careaudit.record import AuditRecord
from careaudit.report import render, write

V16, V17 = (JsonStrictValidator(version) for version in (SchemaVersion.V1_6, SchemaVersion.V1_7))


def bill(record):
    return render(record, "cyclonedx").decode()


def card(record):
    (component,) = json.loads(bill(record))["components"]
    return component["modelCard"]


def metrics(record):
    return card(record)["quantitativeAnalysis"]["performanceMetrics"]


def assessments(record):
    return card(record)["considerations"]["fairnessAssessments"]


def changed(change, name="telecom_credits"):
    found = tree(name)
    change(found)
    return AuditRecord.from_json(json.dumps(found))


def check(text):
    assert V16.validate_str(text) is None
    newer = text.replace('"specVersion": "1.6"', '"specVersion": "1.7"').replace("1.6.s", "1.7.s")
    assert V17.validate_str(newer) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_valid_in_1_6_and_1_7(name):
    check(bill(sample(name)))


def test_the_validator_would_object():
    assert V16.validate_str(bill(sample("fair_control")).replace('"slice"', '"slices"')) is not None


@pytest.mark.parametrize("name", SAMPLES)
def test_metrics_are_the_estimates_to_the_digit(name):
    record = sample(name)
    there = [e for e in record.estimates if e.state == "estimated"]
    assert len(there) == len(metrics(record))
    for estimate, metric in zip(there, metrics(record), strict=True):
        assert metric["type"] == estimate.measure
        assert float(metric["value"]) == estimate.value
        ends = metric["confidenceInterval"]
        assert (float(ends["lowerBound"]), float(ends["upperBound"])) == (
            estimate.low,
            estimate.high,
        )
        if estimate.segment is None:
            assert "slice" not in metric
        else:
            assert metric["slice"] == f"{estimate.segment}={estimate.group}"


def test_what_is_suppressed_is_not_there():
    def hide(found):
        for estimate in found["estimates"]:
            if estimate["group"] == "es":
                estimate.update(state="suppressed", reason="suppressed", value=None, low=None,
                                high=None, events=None)  # fmt: skip

    before, after = sample("telecom_credits"), changed(hide)
    assert any(m.get("slice") == "language=es" for m in metrics(before))
    assert not any(m.get("slice") == "language=es" for m in metrics(after))
    assert "null" not in bill(after)


def test_assessments_are_the_failing_findings_of_gated_questions():
    record = sample("telecom_credits")
    failing = [c for c in record.comparisons if c.verdict == "fail"]
    found = assessments(record)
    assert [a["groupAtRisk"] for a in found] == [f"{c.segment}={c.group}" for c in failing]
    assert found[0]["harms"] == (
        "Credits are refused more often where zip income is 1. The gap is 4.52 limits."
    )
    assert {key for a in found for key in a} == {"groupAtRisk", "harms"}  # nothing invented
    assert assessments(sample("fair_control")) == []


def test_a_question_that_decides_nothing_makes_no_assessment():
    def ungate(found):
        for question in found["questions"]:
            question["gate"] = False

    assert assessments(changed(ungate)) == []


def test_the_group_at_risk_is_the_harmed_one():
    def turn(found):
        found["comparisons"][0].update(harmed="reference")

    first = assessments(changed(turn))[0]
    assert first["groupAtRisk"] == "zip_income=5"
    assert first["harms"].startswith("Credits are refused more often where zip income is 1 than")


def test_the_bill_is_bound_to_the_record():
    record, other = sample("telecom_credits"), sample("fair_control")
    assert bill(record) == bill(record)
    one, two = json.loads(bill(record)), json.loads(bill(other))
    assert one["serialNumber"] != two["serialNumber"]
    assert "timestamp" not in one["metadata"]
    properties = {p["name"]: p["value"] for p in one["components"][0]["properties"]}
    assert properties == {
        "careaudit:record_sha256": record.digest, "careaudit:verdict": "fail",
        "careaudit:reason": "established", "careaudit:expires_on": "2027-11-22",
    }  # fmt: skip
    component = one["components"][0]
    assert (component["name"], component["version"]) == ("credit-bot", "7.2.0")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_texts(text):
    def rename(found):
        found["audit"].update(system=text or None, release=text or None, name=text)
        for part in (*found["estimates"], *found["comparisons"]):
            if part["segment"] == "zip_income":
                part.update(segment=text, group=text, measure=text)

    made = bill(changed(rename))
    check(made)
    assert made.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", made)
    values = json.loads(made)["components"][0]["name"]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", values)


def test_a_log_without_system_or_release_is_named_by_its_audit():
    def strip(found):
        found["audit"].update(system=None, release=None)

    record = changed(strip)
    check(bill(record))
    (component,) = json.loads(bill(record))["components"]
    assert component["name"] == "Service credits, Q2 2026"
    assert "version" not in component


def test_the_command_writes_exports_and_the_defaults_stay(run, tmp_path):
    record = sample("fair_control")
    write(record, tmp_path, ("json",))
    done = run("report", "audit.json", "--formats", "cyclonedx,mlflow")
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "audit.json", "mlflow-tags.json", "report.cdx.json",
    ]  # fmt: skip
    assert (tmp_path / "report.cdx.json").read_text("utf-8") == bill(record)
    odd = run("report", "audit.json", "--formats", "spdx")
    assert odd.exit_code == 2
    assert "cyclonedx, mlflow" in odd.output
    assert "[default: json,pdf,html]" in " ".join(run("audit", "--help").output.split())
