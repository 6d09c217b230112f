"""A release from its first audit to its deployment, by the shell alone, and every way to cheat.

Audit, gate closed, remedy release, comparison, gate open, council opens, decides and signs.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from careaudit.cli import main

DAY = "2026-11-22"
PLAN = """
[audit]
name = "Service credits"
system = "credit-bot"
release = "{release}"
justification = "Denial is the harm customers report."
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
decision_id = "id"
subject_id = "customer"
[outcome]
adverse = ["denied"]
favorable = ["granted"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
reference = "en"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["lang"]
"""
CHARTER = """
schema_version = 1
name = "Care Ethics Council"
quorum = 3
signatures = 1
keys = ["chair.pub"]
[[seats]]
id = "m1"
name = "Seat one"
role = "community advocate"
constituency = "community_advocate"
[[seats]]
id = "m2"
name = "Seat two"
role = "legal counsel"
constituency = "legal"
[[seats]]
id = "m3"
name = "Seat three"
role = "head of care"
constituency = "care_ops"
"""
CONDITION = """
[[conditions]]
id = "c1"
text = "Denials in Spanish are reviewed by a person."
metric = "share of denials reviewed"
threshold = "1.00"
owner = "Head of care"
due = 2026-12-31
blocking = true
"""


def sh(*args, expect: int = 0) -> str:
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    assert done.exit_code == expect, f"{args}\n{done.output}"
    assert "Traceback" not in done.output
    return done.output


def release(folder: Path, name: str, denied: dict[str, int]) -> None:
    """The same 9,000 cases of 4,500 customers, decided at these rates in per cent."""
    folder.mkdir()
    (folder / "careaudit.toml").write_text(PLAN.format(release=name))
    rows = ["id,customer,lang,outcome"]
    for case in range(9_000):
        lang = "es" if case % 3 == 0 else "en"
        chance = random.Random(case).random() * 100  # noqa: S311
        rows.append(f"{case},{case // 2},{lang},{'denied' if chance < denied[lang] else 'granted'}")
    (folder / "log.csv").write_text("\n".join(rows) + "\n")


@pytest.fixture(scope="module")
def done(tmp_path_factory, fill_form) -> Path:
    """Walk the whole way once; every step's exit code is checked on the way."""
    home = tmp_path_factory.mktemp("cycle")
    old, new = home / "old", home / "new"
    release(old, "1.0", {"en": 20, "es": 38})
    release(new, "2.0", {"en": 20, "es": 21})
    sh("audit", "-c", old, "-o", old / "audit", "--formats", "json", "--as-of", DAY)
    assert "Action needed" in sh("gate", old / "audit", "--as-of", DAY, expect=1)

    sh("audit", "-c", new, "-o", new / "audit", "--as-of", DAY)
    told = sh("compare", old, new, "-o", home / "compare", "--as-of", DAY)
    assert "Not worse" in told
    gate = ("gate", new / "audit", "-c", new / "careaudit.toml", "--as-of", DAY)
    assert "Gate open" in sh(*gate, "--comparison", home / "compare")

    (new / "council.toml").write_text(CHARTER)
    sh("council", "key", "chair", "-o", new)
    sh(
        "council", "open", new / "audit", "-c", new / "careaudit.toml", "-o", new / "packet",
        "--charter", new / "council.toml",
    )  # fmt: skip
    fill_form(
        new / "packet" / "decision.toml", day=DAY, vote="approve_with_conditions", more=CONDITION
    )
    sh(*gate, "--council", new / "council.jsonl", expect=5)
    sh(
        "council", "decide", new / "packet" / "decision.toml", "--ledger", new / "council.jsonl",
        "--key", new / "chair.key", "--charter", new / "council.toml",
    )  # fmt: skip
    sh(*gate, "--council", new / "council.jsonl")
    return home


@pytest.fixture
def new(done, tmp_path) -> Path:
    """A copy of the decided release, to do harm to."""
    return shutil.copytree(done / "new", tmp_path / "new")


def gate(new: Path, *more, day: str = DAY, expect: int = 5) -> str:
    """What the gate says, on one line however wide the terminal."""
    told = sh(
        "gate", new / "audit", "-c", new / "careaudit.toml", "--council", new / "council.jsonl",
        "--as-of", day, *more, expect=expect,
    )  # fmt: skip
    return " ".join(told.split())


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_the_untouched_release_is_deployed(new):
    assert "Gate open" in gate(new, expect=0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"verdict": "pass"', '"verdict": "fail"'),
        ('"release": "2.0"', '"release": "3.0"'),
        ("}\n", "}\n\n"),
        ('{\n  "schema_version"', '{{\n  "schema_version"'),
    ],
    ids=["a verdict", "the release", "only a blank line", "no JSON any more"],
)
def test_an_altered_record(new, before, after):
    change(new / "audit" / "audit.json", before, after)
    assert "audit.json differs from the one the council read" in gate(new)


def test_the_record_of_another_release(new, done):
    shutil.copy(done / "old" / "audit" / "audit.json", new / "audit" / "audit.json")
    assert "audit.json differs" in gate(new)


def test_an_altered_pdf(new):
    pdf = new / "audit" / "report.pdf"
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    assert "report.pdf differs" in gate(new)


def test_a_missing_pdf(new):
    (new / "audit" / "report.pdf").unlink()
    assert "report.pdf" in gate(new)


def test_an_altered_plan(new):
    change(new / "careaudit.toml", "[outcome]", "# a word\n[outcome]")
    assert "careaudit.toml differs" in gate(new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"decision":"approve_with_conditions"', '"decision":"approve"'),
        ('"due":"2026-12-31"', '"due":"2028-12-31"'),
        ('"seq":1', '"seq":2'),
    ],
)
def test_an_altered_ledger_line(new, before, after):
    change(new / "council.jsonl", before, after)
    assert "line 1" in gate(new)


def test_a_truncated_ledger(new):
    ledger = new / "council.jsonl"
    ledger.write_text("".join(ledger.read_text().splitlines(keepends=True)[:-1]))
    assert "council.jsonl" in gate(new)


def test_another_key(new):
    sh("council", "key", "stranger", "-o", new)
    shutil.copy(new / "stranger.pub", new / "chair.pub")
    assert "sign" in gate(new)


def test_a_damaged_key(new):
    change(new / "chair.pub", "BEGIN PUBLIC KEY", "BEGIN PUBLIC KEX")
    assert "chair.pub" in gate(new)


def test_an_expired_decision(new):
    assert "expired on" in gate(new, day="2027-11-23")


def test_an_overdue_blocking_condition(new):
    assert "Gate open" in gate(new, day="2026-12-31", expect=0)
    assert "blocking condition c1 was due on 2026-12-31" in gate(new, day="2027-01-01")
    sh(
        "council", "condition", new / "council.jsonl", record_id(new), "c1", "--evidence",
        "Review log of December.", "--by", "Head of care", "--key", new / "chair.key", "--on",
        "2026-12-20",
    )  # fmt: skip
    assert "Gate open" in gate(new, day="2027-01-01", expect=0)


def record_id(new: Path) -> str:
    return str(json.loads((new / "packet" / "packet.json").read_text())["record_id"])


def test_a_council_without_its_advocate_cannot_decide(new, fill_form):
    again = new / "again"
    sh(
        "council", "open", new / "audit", "-c", new / "careaudit.toml", "-o", again,
        "--charter", new / "council.toml",
    )  # fmt: skip
    fill_form(again / "decision.toml", day=DAY)
    change(again / "decision.toml", '"community_advocate"', '"customer"')
    told = sh(
        "council", "decide", again / "decision.toml", "--ledger", new / "second.jsonl",
        "--key", new / "chair.key", "--charter", new / "council.toml", expect=3,
    )  # fmt: skip
    assert "advocate" in told or "seat" in told
    assert not (new / "second.jsonl").exists()


def test_a_quorum_that_grew_closes(new):
    seat = '[[seats]]\nid = "m4"\nname = "Seat four"\nrole = "customer"\n'
    change(
        new / "council.toml",
        "quorum = 3",
        "quorum = 4",
    )
    with (new / "council.toml").open("a") as file:
        file.write(seat + 'constituency = "customer"\n')
    assert "quorum" in gate(new)


def test_no_ledger(new):
    (new / "council.jsonl").unlink()
    assert "nothing was decided" in gate(new)


def test_the_next_report_lists_the_condition(new):
    sh(
        "report", new / "audit", "--council", new / "council.jsonl", "--charter",
        new / "council.toml", "-o", new / "next", "--formats", "html", "--as-of", "2027-01-05",
    )  # fmt: skip
    html = (new / "next" / "decided.html").read_text()
    assert "Denials in Spanish are reviewed by a person." in html
    assert "Late" in html


def test_no_private_key_leaves(new):
    secret = (new / "chair.key").read_text().splitlines()[1]
    for path in new.rglob("*"):
        if path.is_file() and path.name != "chair.key":
            assert secret.encode() not in path.read_bytes(), path.name
    assert (new / "chair.key").stat().st_mode & 0o777 == 0o600
