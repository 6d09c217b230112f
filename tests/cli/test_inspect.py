"""`careaudit inspect`: columns, roles and problems on stdout; nothing written, nothing private."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from careaudit.cli import main

SAMPLES = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_it_shows_columns_and_problems_and_writes_nothing(here):
    done = run("inspect", SAMPLES / "telecom_credits/decisions.csv.gz")
    assert done.exit_code == 0, done.stderr
    for words in ("decision_id", "subject_id", "high", "99.9%", "approved", "kept exact",
                  "occur more than once", "Negative amounts"):  # fmt: skip
        assert words in done.stdout
    assert "Next: careaudit init" in done.stderr
    assert list(here.iterdir()) == []


def test_long_values_leave_room_for_names():
    done = run("inspect", SAMPLES / "cfpb_relief/complaints.csv.gz")
    for words in ("company_response", "decision", "segment, proxy", "99.", "120,904"):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 124


def test_ids_and_texts_are_never_echoed(here):
    rows = "".join(
        f"ann{n % 3}@x.org,secret words {n % 2},kiwi{n % 2},u{n % 4}\n" for n in range(80)
    )
    (here / "log.csv").write_text(f"email,message,fruit,customer_id\n{rows}")
    done = run("inspect", "log.csv")
    assert "kiwi1" in done.stdout
    for private in ("x.org", "secret", "u1"):
        assert private not in done.stdout + done.stderr


def test_rare_values_are_counted_not_shown(here):
    (here / "log.csv").write_text("fruit\n" + "kiwi\n" * 40 + "Jane Doe\n")
    done = run("inspect", "log.csv")
    assert "kiwi, +1" in done.stdout
    assert "Jane" not in done.stdout


def test_hostile_names_do_not_reach_the_terminal(here):
    (here / "log.csv").write_text('"[red]x[/red]","\x1b[31mz","a\nb"\n1,2,3\n1,2,4\n')
    done = run("inspect", "log.csv")
    assert done.exit_code == 0
    assert "[red]x[/red]" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\\u001B[31mz" in done.stdout


def test_a_clean_log_says_so(here):
    rows = "".join(f"d{n},{'approved' if n % 3 else 'denied'}\n" for n in range(60))
    (here / "log.csv").write_text(f"decision_id,outcome\n{rows}")
    assert "No data problems were found." in run("inspect", "log.csv").stdout


@pytest.mark.parametrize(
    ("content", "words"), [("", "empty"), ("a,b\n", "no rows"), ("a\0", "binary")]
)
def test_what_is_no_log_exits_3(here, content, words):
    (here / "log.csv").write_text(content)
    done = run("inspect", "log.csv")
    assert done.exit_code == 3
    assert words in done.stderr
    assert done.stdout == ""
