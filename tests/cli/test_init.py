"""`careaudit init`: the draft, the summary, and what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from careaudit import plan as plans
from careaudit.cli import main

SAMPLES = Path(__file__).parents[2] / "sample_data"
REAL = Path(__file__).parents[2].parent / "shared" / "data"
LOG = "id,outcome,language\n" + "".join(
    f"{n},{'approved' if n % 3 else 'denied'},{'en' if n % 2 else 'es'}\n" for n in range(60)
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return tmp_path


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_it_writes_a_plan_and_says_what_is_next(here):
    done = run("init", "log.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    plan = plans.load(here / "careaudit.toml")
    assert plan.log.path == ("log.csv",)
    assert plan.outcome is not None
    assert not plan.outcome.confirmed
    for words in ("careaudit plan check", "confirmed = true", "language", "approved", "high"):
        assert words in done.stderr
    assert len(done.stderr.splitlines()) < 40
    assert sorted(path.name for path in here.iterdir()) == ["careaudit.toml", "log.csv"]
    assert run("plan", "check").exit_code == 0


def test_stdout_is_the_plan_and_writes_nothing(here):
    done = run("init", "log.csv", "--stdout")
    assert plans.parse(done.stdout).log.path == ("log.csv",)
    assert not (here / "careaudit.toml").exists()
    assert run("init", "log.csv", "--stdout", "--force").exit_code == 2


def test_the_same_log_makes_the_same_draft():
    assert run("init", "log.csv", "--stdout").stdout == run("init", "log.csv", "--stdout").stdout


def test_a_plan_that_is_there_is_left_alone(here):
    (here / "careaudit.toml").write_text("mine")
    done = run("init", "log.csv")
    assert done.exit_code == 3
    assert "--force" in done.stderr
    assert (here / "careaudit.toml").read_text() == "mine"
    assert run("init", "log.csv", "--force").exit_code == 0
    plans.load(here / "careaudit.toml")


def test_the_log_itself_is_never_written_over(here):
    done = run("init", "log.csv", "-o", "log.csv", "--force")
    assert done.exit_code == 3
    assert (here / "log.csv").read_text() == LOG


def test_paths_are_relative_to_the_plan(here):
    (here / "plans").mkdir()
    assert run("init", "log.csv", "-o", "plans").exit_code == 0
    plan = plans.load(here / "plans/careaudit.toml")
    assert plan.log.path == ("../log.csv",)
    assert run("plan", "check", "plans/careaudit.toml").exit_code == 0
    assert run("init", "log.csv", "-o", "nowhere/plan.toml").exit_code == 3


def test_a_glob_stays_a_glob(here):
    (here / "log_2.csv").write_text(LOG)
    done = run("init", "log*.csv", "--stdout")
    assert plans.parse(done.stdout).log.path == ("log*.csv",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("colour,language\nred,en\nblue,es\n", "--decision"),
        ("outcome,note\napproved,x\ndenied,x\n", "--by"),
        ("outcome,language\n", "no rows"),
        ("", "empty"),
        ("a\0b", "binary"),
    ],
)
def test_what_cannot_be_drafted_exits_3_and_writes_nothing(here, content, words):
    (here / "bad.csv").write_text(content)
    done = run("init", "bad.csv")
    assert done.exit_code == 3
    assert words in done.stderr
    assert not (here / "careaudit.toml").exists()


def test_no_side_guessed_is_said_aloud_and_no_audit_runs(here):
    (here / "odd.csv").write_text("decision,sex\n" + "kiwi,F\nplum,M\n" * 30)
    done = run("init", "odd.csv")
    assert done.exit_code == 0
    assert "could not be guessed" in done.stderr
    refused = run("audit", "-c", "careaudit.toml")
    assert refused.exit_code == 3
    assert "[outcome]" in refused.stderr


def test_customers_are_joined_and_their_values_stay_home(here):
    folder = SAMPLES / "telecom_credits"
    done = run("init", folder / "decisions.csv.gz", "--customers", folder / "customers.csv.gz")
    assert done.exit_code == 0, done.stderr
    text = (here / "careaudit.toml").read_text()
    plan = plans.parse(text)
    assert plan.tables["customers"].access == "restricted"
    assert {"customers.language", "customers.age_band"} <= {s.column for s in plan.segments}
    assert "45-59" not in text + done.stderr
    assert "billing dispute again" not in text + done.stderr
    assert run("plan", "check").exit_code == 0


@pytest.mark.parametrize(
    ("log", "decision"),
    [
        ("telecom_credits/decisions.csv.gz", "outcome"),
        ("fair_control/decisions.csv.gz", "outcome"),
        ("cfpb_relief/complaints.csv.gz", "company_response"),
    ],
)
def test_sample_logs_make_plans_that_check(log, decision):
    assert run("init", SAMPLES / log).exit_code == 0
    assert plans.load("careaudit.toml").log.columns["decision"] == decision
    assert run("plan", "check").exit_code == 0


@pytest.mark.parametrize(
    ("log", "decision", "segments", "settled"),
    [
        ("compas/compas_two_years.csv.gz", "score_text", {"race", "sex", "age_cat"}, False),
        (
            "medical_review_appeals/imr_2001_2012.csv.gz",
            "determination", {"age_range", "patient_gender"}, True,
        ),
        (
            "telco_churn_fictional/telco_customer_churn.csv.gz",
            "Churn", {"gender", "SeniorCitizen"}, False,
        ),
        (
            "cfpb_complaints/complaints_sample_5000.csv.gz",
            "company_response", {"tags", "submitted_via"}, False,
        ),
    ],
)  # fmt: skip
def test_real_logs_make_plans(log, decision, segments, settled):
    if not (REAL / log).exists():
        pytest.skip(f"{REAL / log} is not on this machine")
    done = run("init", REAL / log)
    assert done.exit_code == 0, done.stderr
    plan = plans.load("careaudit.toml")
    assert plan.log.columns["decision"] == decision
    assert segments <= {segment.column for segment in plan.segments}
    assert plan.outcome is not None
    assert not plan.outcome.confirmed
    assert ("could not be guessed" in done.stderr) is not settled
    assert run("plan", "check", "--no-data").exit_code == 0


def test_help_is_light():
    import subprocess

    code = "import sys; from careaudit.cli import main; main(['init', '--help'], standalone_mode=0)"
    script = f"{code}; sys.exit(any(m in sys.modules for m in ('duckdb', 'ibis', 'rich')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0
