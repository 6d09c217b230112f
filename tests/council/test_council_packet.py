"""The packet: what belongs together, what it holds, and what it never holds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zlib

import pytest
from houses import CHARTER

from careaudit.council.charters import load
from careaudit.council.decision import _blanks
from careaudit.council.files import carries
from careaudit.council.findings_csv import COLUMNS, findings_csv
from careaudit.documents import toml_tree
from careaudit.errors import CouncilError
from careaudit.record import AuditRecord


def refused(done, house, *said: str) -> None:
    assert done.exit_code == 3, done.output
    for words in said:
        assert words in done.stderr, done.stderr
    assert not house.packet.exists()


def test_the_packet_is_whole(house):
    done = house.open()
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in house.packet.iterdir()) == [
        "audit.json", "careaudit.toml", "decision.toml", "findings.csv", "packet.json",
        "report.pdf",
    ]  # fmt: skip
    for name in ("audit.json", "report.pdf", "careaudit.toml"):
        assert (house.packet / name).read_bytes() == (house.audit / name).read_bytes()
    manifest = json.loads((house.packet / "packet.json").read_text())
    for file in manifest["files"]:
        raw = (house.packet / file["name"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert manifest["model"]["sha256"] == hashlib.sha256(b"weights").hexdigest()
    audit = hashlib.sha256((house.audit / "audit.json").read_bytes()).hexdigest()
    assert manifest["record_id"] == f"CR-2026-11-22-{audit[:8]}" == house.record_id()


def test_the_form_answers_nothing(house, failing):
    """Whatever the audit found, people say everything there is to say."""
    for one in (house, failing):
        one.open()
        tree = toml_tree(one.form.read_text(), where="x", error=CouncilError)
        blank = set(_blanks(tree, ""))
        assert {"decision", "reasons", "decided_on", "members[chair].vote",
                "members[voice].present", "members[eng].independence.builds_or_uses",
                "questions_raised.answer"} <= blank  # fmt: skip
        assert not {"override", "conditions", "dissent", "expires_on"} & tree.keys()


def test_the_packet_is_the_same_twice(house):
    house.open()
    house.open(out="again")
    for file in house.packet.iterdir():
        assert file.read_bytes() == (house.root / "again" / file.name).read_bytes()


def test_a_form_is_never_overwritten(house):
    house.open()
    house.form.write_text("mine")
    done = house.open()
    assert done.exit_code == 3
    assert "overwrites nothing" in done.stderr
    assert house.form.read_text() == "mine"


@pytest.mark.parametrize("name", ["careaudit.toml", "audit.json", "packet.json"])
def test_nothing_that_lies_in_the_folder_is_overwritten(house, name):
    house.packet.mkdir()
    (house.packet / name).write_text("mine")
    assert house.open().exit_code == 3
    assert [(p.name, p.read_text()) for p in house.packet.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("key", ["as_of", "expires_on"])
def test_a_record_without_its_days_is_refused(house, key):
    file = house.audit / "audit.json"
    tree = json.loads(file.read_text())
    tree["provenance"][key] = "../../soon"
    file.write_text(json.dumps(tree, indent=2, ensure_ascii=False) + "\n")
    (house.audit / "report.pdf").write_bytes(b"stream\n" + file.read_bytes())
    refused(house.open(), house, "is no day")


def test_the_packet_holds_no_row(house):
    house.open()
    for file in house.packet.iterdir():
        raw = file.read_bytes()
        assert b"c12en" not in raw
        assert b"customer,outcome" not in raw


def test_another_plan_is_refused(house):
    plan = house.audit / "careaudit.toml"
    plan.write_text(plan.read_text().replace("7.2.0", "7.3.0"))
    refused(house.open(), house, "is not the plan of this record")


def test_a_plan_that_says_the_same_in_other_words_is_taken(house):
    plan = house.audit / "careaudit.toml"
    plan.write_text("# a comment\n" + plan.read_text())
    assert house.open().exit_code == 0


def test_a_report_of_another_record_is_refused(house, audited):
    shutil.copy(audited / "fail" / "report.pdf", house.audit / "report.pdf")
    refused(house.open(), house, "is not the report of this record")


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7 stream\n", b"stream" * 50_000])
def test_a_file_that_is_no_report_is_refused(house, raw):
    (house.audit / "report.pdf").write_bytes(raw)
    refused(house.open(), house, "is not the report of this record")


def test_a_missing_report_says_the_next_step(house):
    (house.audit / "report.pdf").unlink()
    refused(house.open(), house, "report.pdf", "careaudit report")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.replace(b"\n", b"\n ", 1), "not written as careaudit writes it"),
        (lambda raw: json.dumps(json.loads(raw)).encode(), "not written as careaudit writes it"),
        (lambda raw: b"\xef\xbb\xbf" + raw, "not written as careaudit writes it"),
        (lambda raw: b"{}", "schema_version"),
        (lambda raw: b"[" * 9_000, "JSON"),
        (lambda raw: raw[:-20], "JSON"),
    ],
)
def test_a_record_that_is_not_canonical_is_refused(house, change, said):
    file = house.audit / "audit.json"
    file.write_bytes(change(file.read_bytes()))
    refused(house.open(), house, said)


# findings.csv


def test_every_comparison_has_a_row(house):
    record = AuditRecord.load(house.audit / "audit.json")
    rows = list(csv.DictReader(io.StringIO(findings_csv(record).decode(), newline="")))
    assert len(rows) == len(record.comparisons)
    for row, comparison in zip(rows, record.comparisons, strict=True):
        assert float(row["rate"]) == comparison.group_value
        assert int(row["decisions"]) == comparison.n
        assert row["verdict"] == comparison.verdict
    assert "tiny" not in {row["group"] for row in rows}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("x","y")']
)
def test_formulas_become_texts(house, text):
    record = AuditRecord.load(house.audit / "audit.json")
    first = record.comparisons[0].model_copy(update={"group": text, "reference": text})
    made = findings_csv(record.model_copy(update={"comparisons": (first,)}))
    rows = list(csv.DictReader(io.StringIO(made.decode(), newline="")))
    assert rows[0]["group"] == rows[0]["reference"] == f"'{text}"
    assert len(rows) == 1


def test_numbers_are_no_formulas(house):
    record = AuditRecord.load(house.audit / "audit.json")
    first = record.comparisons[0]
    difference = first.difference.model_copy(update={"value": -0.25})
    changed = record.model_copy(
        update={"comparisons": (first.model_copy(update={"difference": difference}),)}
    )
    assert ",-0.25," in findings_csv(changed).decode()
    assert findings_csv(record.model_copy(update={"comparisons": ()})).decode().strip() == (
        ",".join(COLUMNS)
    )


def test_no_cell_of_a_real_packet_is_a_formula(house):
    house.open()
    rows = list(csv.reader(io.StringIO((house.packet / "findings.csv").read_text(), newline="")))
    texts = [cell for row in rows for cell in row]
    assert "'-1+2" in texts
    for cell in texts:
        if cell.startswith(("=", "+", "@", "-")):
            float(cell)


# The record inside the PDF


def test_a_pdf_carries_what_is_in_one_of_its_streams():
    record = bytes(range(256)) * 400
    for packed in (zlib.compress(record), zlib.compress(record, 0), record):
        for end in (b"\n", b"\r\n"):
            pdf = b"%PDF 1 obj stream" + end + packed + b"\nendstream trailer"
            assert carries(pdf, record)
            assert not carries(pdf, record[:-1] + b"x")
            assert not carries(pdf, record + b"x")


def test_a_longer_stream_is_another_record():
    assert not carries(b"stream\n" + zlib.compress(b"record, and more"), b"record")


def test_a_stream_that_grows_without_end_is_not_followed():
    bomb = zlib.compress(b"\0" * 50_000_000)
    assert not carries(b"stream\n" + bomb, b"\0" * 100)


# The charter


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("quorum = 3", "quorum = 6", "quorum of 6 cannot be met with 5 seats"),
        ("quorum = 3", "quorum = 0", "quorum"),
        ("signatures = 2", "signatures = 4", "4 signatures cannot come from 3 keys"),
        ("valid_days = 180", "valid_days = 366", "valid_days"),
        ("quorum = 3", "qourum = 3", 'did you mean "quorum"?'),
        ('id = "law"', 'id = "chair"', 'two seats are called "chair"'),
        ("community_advocate", "customer", 'no seat has the constituency "community_advocate"'),
        ('"keys/law.pub"', '"keys/chair.pub"', "names one key twice"),
        ('"keys/law.pub"', '"keys/chair.key"', "no ed25519 public key"),
        ('"keys/law.pub"', '"keys/none.pub"', "cannot be read"),
        ('constituency = "legal"', 'constituency = "lawyer"', "constituency"),
        ('name = "Person law"', 'name = ""', "seats"),
        ("schema_version = 1", "schema_version = 2", "schema_version"),
    ],
)  # fmt: skip
def test_a_charter_that_cannot_work_is_refused(house, old, new, said):
    assert old in CHARTER
    house.charter.write_text(CHARTER.replace(old, new, 1))
    refused(house.open(), house, said)


@pytest.mark.parametrize(
    "raw", [b"#" * 1_000_001, b"x = " + b"[" * 5_000 + b"]" * 5_000, b"\xff", b"keys = 3"]
)
def test_a_hostile_charter_is_refused(house, raw):
    house.charter.write_bytes(raw)
    refused(house.open(), house, "council.toml")


def test_a_missing_charter_says_what_one_is(house):
    house.charter.unlink()
    refused(house.open(), house, "council.toml", "[[seats]]")


def test_a_charter_is_read_with_its_keys(house):
    council = load(house.charter)
    assert len({key.keyid for key in council.keys}) == 3
