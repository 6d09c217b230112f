"""`careaudit compare`: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from careaudit.releases import ReleaseComparison

WORSE = {"en": (4000, 200), "es": (4000, 420)}
EVEN = {"en": (4000, 200), "es": (4000, 200)}


@pytest.fixture
def records(audit, tmp_path) -> list[Path]:
    paths = []
    for release, counts in (("1", EVEN), ("2", WORSE)):
        folder = tmp_path / release
        folder.mkdir()
        (folder / "audit.json").write_text(audit(counts, release).to_json())
        paths.append(folder / "audit.json")
    return paths


def test_the_table_says_for_whom(run, records):
    done = run("compare", *records)
    assert done.exit_code == 0
    assert "▲ Got worse" in done.stdout
    row = next(line for line in done.stdout.splitlines() if "lang = es" in line)
    assert row.split()[-1] == "220"  # 420 - 200 more denials
    for part in ("5.00%", "10.50%", "5.50", "0 → 5.50"):
        assert part in row
    assert "lang = en" in done.stdout
    assert "Reference" in done.stdout
    last = done.stdout.splitlines()[-2:]
    assert "fail (a gap grew by more than the margin)" in " ".join(last)
    assert "not assessed" in done.stderr


def test_quiet_prints_the_verdict_alone(run, records):
    done = run("compare", *records, "-q")
    assert done.stdout.startswith("▲ Got worse  fail")
    assert done.stderr == ""
    assert "lang" not in done.stdout


def test_the_margin_is_an_option(run, records):
    assert "pass" in run("compare", *reversed(records), "-q").stdout
    assert "Margin 30 points" in run("compare", *records, "-q", "--margin", "0.3").stdout
    for bad in ("0", "1", "-1", "much", "nan"):
        assert run("compare", *records, "--margin", bad).exit_code == 2


def test_it_writes_the_comparison(run, records, tmp_path):
    done = run("compare", *records, "-o", tmp_path / "out", "--format", "json")
    path = tmp_path / "out" / "compare.json"
    assert done.stdout == path.read_text()
    assert ReleaseComparison.load(path).verdict == "fail"
    assert "compare.json" in done.stderr


def test_folders_of_records_are_records(run, records):
    assert run("compare", *(path.parent for path in records), "-q").exit_code == 0


def test_the_digest_is_that_of_the_file(run, records):
    import hashlib

    records[1].write_text(json.dumps(json.loads(records[1].read_text())))
    done = run("compare", *records, "--format", "json")
    digest = hashlib.sha256(records[1].read_bytes()).hexdigest()
    assert json.loads(done.stdout)["new"]["record_sha256"] == digest


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{}", "not a careaudit record"),
        (b"{" * 100_000, "not valid JSON"),
        (b"[" * 200 + b"]" * 200, "nests too deeply"),
    ],
)
def test_what_is_no_record_is_refused(run, records, tmp_path, content, says):
    path = tmp_path / "other.json"
    if content is not None:
        path.write_bytes(content)
    done = run("compare", records[0], path)
    assert done.exit_code == 3
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_folders_without_anything_are_refused(run, records, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("compare", records[0], tmp_path / "empty")
    assert done.exit_code == 3
    assert "neither audit.json nor careaudit.toml" in done.stderr


def test_nothing_is_written_where_nothing_was_compared(run, records, tmp_path, audit):
    other = tmp_path / "other.json"
    other.write_text(audit(EVEN, question="other").to_json())
    done = run("compare", records[0], other, "-o", tmp_path / "out")
    assert done.exit_code == 3
    assert "share no question" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_plan_that_is_wrong_is_refused(run, records, tmp_path):
    (tmp_path / "bad.toml").write_text("questions = 3")
    done = run("compare", records[0], tmp_path / "bad.toml")
    assert done.exit_code == 3
    assert "bad.toml" in done.stderr


def test_hostile_names_stay_words(run, audit, tmp_path):
    nasty = "[red]=cmd()[/red]<b>"
    paths = []
    for release, counts in (("1", {**EVEN, nasty: (4000, 200)}), ("2", EVEN)):
        paths.append(tmp_path / f"{release}.json")
        paths[-1].write_text(audit(counts, release).to_json())
    done = run("compare", *paths)
    assert done.exit_code == 0
    assert nasty in done.stderr.replace("\n", "")
    both = run("compare", paths[0], _again(paths[0], tmp_path))
    assert "[red]" in both.stdout


def _again(path: Path, folder: Path) -> Path:
    tree = json.loads(path.read_text())
    tree["audit"]["release"] = "3"
    again = folder / "again.json"
    again.write_text(json.dumps(tree))
    return again


def test_no_banned_word_is_printed(run, records):
    said = run("compare", *records).output.lower()
    for word in (
        "compliant",
        " fair",
        "biased",
        "discriminat",
        "equitable",
        "because of",
        "due to",
    ):
        assert word not in said
