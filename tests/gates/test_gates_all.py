"""All formats together: one decision, the same bytes, nothing invented, no name that acts."""

from __future__ import annotations

import json
import re

import pytest
from gates_cases import DAY, HOSTILE, REPORTS, SAMPLES, every_outcome, named, sample
from hypothesis import given
from hypothesis import strategies as st

from careaudit.cli.gate import FORMATS as OFFERED
from careaudit.gate import decide
from careaudit.report.gates import FORMATS
from careaudit.report.gates.texts import verdict

BANNED = (  # governance 7, in all outputs
    r"compliant|complies|conforms|certified|meets the requirements|safe harbou?r|legal threshold|"
    r"discriminat\w*|biased|unbiased|fair|unfair|equitable|no disparity|because of|due to|"
    r"independent audit|third-party|AEDT|AI auditor|insignificant|vulnerable"
)


def test_each_format_of_the_command_is_made_and_none_beside():
    assert {*FORMATS, "table"} == set(OFFERED)


@pytest.mark.parametrize("form", FORMATS)
def test_same_decision_same_bytes_that_end_with_a_line(form):
    made = FORMATS[form](every_outcome())
    assert made == FORMATS[form](every_outcome())
    for name, text in made.items():
        assert text.endswith("\n"), name
        assert re.fullmatch(r"[a-z.]+", name), name


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_character_leaves(form, text):
    for made in FORMATS[form](named(text)).values():
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_can_be_written(text):
    decision = named(text)
    for write in FORMATS.values():
        for made in write(decision).values():
            made.encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_our_own_words_hold_to_governance(name):
    record = sample(name)
    decision = decide(record, as_of=DAY)
    theirs = {record.audit.name, *(q.id for q in record.questions), "fairness"}
    for write in FORMATS.values():
        for made in write(decision).values():
            for text in sorted(theirs, key=len, reverse=True):
                made = made.replace(text, "Name")
            assert not re.search(rf"\b({BANNED})\b", made, re.IGNORECASE)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_verdict_is_the_record_s_own(name):
    record = sample(name)
    assert verdict(decide(record, as_of=DAY)) == record.verdict


def test_json_holds_the_whole_decision():
    tree = json.loads(FORMATS["json"](every_outcome())["gate.json"])
    assert set(tree) == {
        "schema_version", "outcome", "exit_code", "audit", "system", "release", "record_sha256",
        "as_of", "expires_on", "reasons", "questions", "waivers",
    }  # fmt: skip
    assert (tree["schema_version"], tree["outcome"], tree["exit_code"]) == (1, "closed", 1)
    assert [r["code"] for r in tree["reasons"]] == [
        "audit_expired", "fail", "waiver_expired", "inconclusive", "waived", "release_no_worse",
    ]  # fmt: skip
    assert [q["outcome"] for q in tree["questions"]] == [
        "fail", "inconclusive", "fail", "pass", "waived", "known", "overridden",
    ]  # fmt: skip
    assert [q["gated"] for q in tree["questions"]].count(False) == 1
    first = tree["questions"][0]["findings"][1]
    assert first == {
        "comparison": "credit-denied/language/fr", "segment": "language", "group": "fr",
        "reference": "en", "outcome": "fail", "u": 2.25, "note": "it expired on 2026-11-01",
    }  # fmt: skip
    assert tree["waivers"][1] == {
        "finding": "credit-denied/language/fr", "state": "expired", "ceiling": 1.25,
        "message": "it expired on 2026-11-01", "expires": "2026-11-01", "approved_by": "Jo Lee",
    }  # fmt: skip


def test_json_is_sorted_and_keeps_names_as_they_are():
    text = FORMATS["json"](named("é\x1b[0m"))["gate.json"]
    assert text.isascii()
    tree = json.loads(text)
    assert tree["audit"] == "é\x1b[0m"
    assert text == json.dumps(tree, indent=2, sort_keys=True) + "\n"


def test_the_command_prints_the_first_file_and_writes_them_all(run, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    record = REPORTS / "telecom_credits"
    for form in FORMATS:
        done = run("gate", record, "--as-of", DAY, "--format", form, "-o", f"out/{form}")
        assert done.exit_code == 1, done.output
        decision = decide(sample("telecom_credits"), as_of=DAY, record_sha256=digest(record))
        made = FORMATS[form](decision)
        assert done.stdout == next(iter(made.values()))
        assert {p.name for p in (tmp_path / "out" / form).iterdir()} == set(made)
        for name, text in made.items():
            assert (tmp_path / "out" / form / name).read_text("utf-8") == text
    made = FORMATS["github"](decision)
    assert (tmp_path / "step.md").read_text("utf-8") == made["summary.md"]
    assert (tmp_path / "outputs").read_text("utf-8") == made["outputs.txt"]


def digest(folder):
    import hashlib

    return hashlib.sha256((folder / "audit.json").read_bytes()).hexdigest()
