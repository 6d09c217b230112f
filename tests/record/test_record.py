"""The record as a document: canonical, versioned, described by a schema, never NaN."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import careaudit
from careaudit.errors import RecordError
from careaudit.record import AuditRecord, Interval, schema


@pytest.fixture(scope="module")
def record():
    frame = pd.DataFrame(
        {
            "decision": ["yes", "no", "no", "yes", ""] * 40,
            "language": ["en", "es", "en", "fr", "en"] * 40,
        }
    )
    return careaudit.audit(frame, decision="decision", adverse="no", by="language")


def test_round_trip_keeps_every_byte(record):
    again = AuditRecord.from_json(record.to_json())
    assert again.to_json() == record.to_json()
    assert again.digest == record.digest


def test_the_published_schema_accepts_the_record(record):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(record.to_json()), schema())


def test_the_schema_refuses_what_is_not_a_record(record):
    tree = json.loads(record.to_json())
    tree["verdict"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, schema())


def test_a_newer_schema_is_refused(record):
    tree = json.loads(record.to_json()) | {"schema_version": 99}
    with pytest.raises(RecordError, match="newer"):
        AuditRecord.from_json(json.dumps(tree))


DAMAGED = [
    "[" * 100_000,
    "",
    "{",
    "[]",
    "null",
    "7",
    '{"schema_version": "1"}',
    '{"schema_version": 1}',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_text_is_refused(text):
    with pytest.raises(RecordError):
        AuditRecord.from_json(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_that_is_none(value):
    with pytest.raises(ValueError, match="finite"):
        Interval(value=value)


def test_accounts_add_up(record):
    accounts = record.accounts
    assert accounts.rows_read == 200
    assert accounts.rows_read == accounts.rows_used + sum(e.rows for e in accounts.excluded)
    assert {e.reason: e.rows for e in accounts.excluded} == {"no_outcome": 40}


def test_to_frame_has_a_row_for_each_comparison(record):
    frame = record.to_frame()
    assert list(frame.id) == [c.id for c in record.comparisons]
    assert {"ratio.value", "u.low", "verdict"} <= set(frame.columns)


def test_save_writes_three_files(record, tmp_path):
    written = record.save(tmp_path / "out")
    assert sorted(p.name for p in written) == ["audit.json", "report.html", "report.pdf"]
    assert (tmp_path / "out" / "audit.json").read_text("utf-8") == record.to_json()
    page = record.report(tmp_path / "one.html")
    assert page.read_bytes() == (tmp_path / "out" / "report.html").read_bytes()


def test_a_record_is_about_the_questions_that_it_asks():
    folder = Path(__file__).parents[2] / "reports" / "telecom_credits"
    tree = json.loads((folder / "audit.json").read_text("utf-8"))
    tree["intersections"][0]["question"] = "gone"
    with pytest.raises(RecordError, match='is damaged: something is about the question "gone"'):
        AuditRecord.from_json(json.dumps(tree))
