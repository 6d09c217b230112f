"""`careaudit report --published`: refused, or entered and written; never one without the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from careaudit import audit
from careaudit.cli import main
from careaudit.publication.ledger import read

PLAN = """schema_version = 1
[audit]
name = "Credits"
system = "credit-bot"
decision_kind = "goodwill_credit"
justification = "Denial is the harm that customers report."
[public]
purpose = "The tool decides on service credits."
owner = "Care team"
contact = "care@example.org"
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
subject_id = "customer"
decided_at = "day"
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "language"
column = "language"
kind = "protected"
[[questions]]
id = "credit-denied"
ask = "Is a credit denied more often to some customers?"
measure = "adverse_rate"
segments = ["language"]
"""


def log(first: int, last: int) -> str:
    """Forty decisions a day in en and twenty in zh; every fourth is denied."""
    rows = [
        f"{language}{day}-{n},{'denied' if n % 4 == 0 else 'granted'},{language},2026-04-{day:02}"
        for day in range(first, last + 1)
        for language, size in (("en", 40), ("zh", 20))
        for n in range(size)
    ]
    return "customer,outcome,language,day\n" + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def periods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Records of the first ten days, of the first eleven, and of the ten that follow the first."""
    made = {}
    for name, days in {"first": (1, 10), "cumulative": (1, 11), "next": (11, 20)}.items():
        folder = tmp_path_factory.mktemp(name)
        (folder / "careaudit.toml").write_text(PLAN)
        (folder / "log.csv").write_text(log(*days))
        made[name] = folder / "audit.json"
        made[name].write_text(audit(plan=folder / "careaudit.toml").to_json())
    return made


def report(record: Path, output: Path, *more: object, edition: str = "public") -> Result:
    call = ["report", record, "--edition", edition, "--formats", "html,json", "-o", output, *more]
    return CliRunner().invoke(main, [str(part) for part in (*call, "--no-progress")])


def test_what_is_written_is_entered(periods, tmp_path):
    ledger = tmp_path / "published.jsonl"
    named = ("--published", ledger, "--as-of", "2026-07-05")
    for name in ("first", "first", "next"):
        done = report(periods[name], tmp_path / name, *named)
        assert done.exit_code == 0, done.output
        assert done.stderr == ""
    done = report(periods["first"], tmp_path / "first", *named, edition="impact")
    assert done.exit_code == 0, done.output
    entries = read(ledger)
    assert [(entry.edition, str(entry.periods[0].window)) for entry in entries] == [
        ("public", "2026-04-01 to 2026-04-10"),
        ("public", "2026-04-11 to 2026-04-20"),
        ("impact", "2026-04-01 to 2026-04-10"),
    ]
    assert {str(entry.published_on) for entry in entries} == {"2026-07-05"}
    record = json.loads(periods["first"].read_text())
    (log_file,) = entries[0].periods[0].inputs
    assert log_file == record["provenance"]["inputs"][0]["sha256"]


def test_the_entry_names_the_document_that_was_written(periods, tmp_path):
    import hashlib

    ledger = tmp_path / "published.jsonl"
    report(periods["first"], tmp_path / "o", "--published", ledger)
    written = (tmp_path / "o" / "public.json").read_bytes()
    assert read(ledger)[0].document == hashlib.sha256(written).hexdigest()


def test_a_trend_enters_each_of_its_periods(periods, tmp_path):
    ledger = tmp_path / "published.jsonl"
    report(periods["first"], tmp_path / "first", "--published", ledger)
    done = report(
        periods["next"], tmp_path / "o", "--published", ledger, "--earlier", periods["first"],
        edition="impact",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    windows = [str(period.window) for period in read(ledger)[1].periods]
    assert windows == ["2026-04-11 to 2026-04-20", "2026-04-01 to 2026-04-10"]


def test_a_cumulative_period_is_refused_and_nothing_is_written(periods, tmp_path):
    ledger = tmp_path / "published.jsonl"
    report(periods["first"], tmp_path / "first", "--published", ledger)
    before = ledger.read_bytes()
    done = report(periods["cumulative"], tmp_path / "o", "--published", ledger)
    assert done.exit_code == 3
    assert "2026-04-01 to 2026-04-10, and the new edition 2026-04-01 to 2026-04-11" in done.stderr
    assert "credit-denied, language is zh: about 20 decisions" in done.stderr
    assert "Publish the decisions from 2026-04-11 on" in done.stderr
    assert not (tmp_path / "o").exists()
    assert ledger.read_bytes() == before


def test_an_edited_ledger_is_refused_and_nothing_is_written(periods, tmp_path):
    ledger = tmp_path / "published.jsonl"
    report(periods["first"], tmp_path / "first", "--published", ledger)
    ledger.write_bytes(ledger.read_bytes().replace(b'"public"', b'"publik"', 1))
    done = report(periods["next"], tmp_path / "o", "--published", ledger)
    assert done.exit_code == 3
    assert "line 1" in done.stderr
    assert "version control" in done.stderr
    assert not (tmp_path / "o").exists()


def test_without_a_ledger_it_is_said_once(periods, tmp_path):
    done = report(periods["first"], tmp_path / "o")
    assert done.exit_code == 0
    assert done.stderr.count("Not entered in a ledger of what was published") == 1
    assert "--published FILE" in done.stderr


def test_the_council_s_editions_have_no_such_ledger(periods, tmp_path):
    done = report(
        periods["first"], tmp_path / "o", "--published", tmp_path / "p", edition="council"
    )
    assert done.exit_code == 2
    assert not (tmp_path / "p").exists()


def test_what_cannot_be_written_is_not_entered(periods, tmp_path):
    """A file stands where the folder should: no edition, and no entry that says there is one."""
    (tmp_path / "file").write_text("in the way", "utf-8")
    ledger = tmp_path / "published.jsonl"
    done = report(periods["first"], tmp_path / "file" / "o", "--published", str(ledger))
    assert done.exit_code == 3
    assert not ledger.exists()
