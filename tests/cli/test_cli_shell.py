"""The command line as a shell sees it: start-up, exit codes, stdout and stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from careaudit.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "telecom_credits"
LOG = "customer,decision,language\n" + "".join(
    f"c{n},{'denied' if n % 3 else 'granted'},{'en' if n % 2 else 'es'}\n" for n in range(400)
)


@pytest.fixture
def log(tmp_path) -> Path:
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path / "log.csv"


def run(*args: str | Path, **options):
    return CliRunner().invoke(main, [str(arg) for arg in args], **options)


def modules_after(*args: str) -> set[str]:
    """The modules a fresh process holds after a command."""
    code = (
        "import sys\n"
        "from careaudit.cli import main\n"
        f"try: main({list(args)!r})\n"
        "except SystemExit: pass\n"
        "print(chr(10) + 'MODULES ' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.rsplit("MODULES ", 1)[1].split())


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("audit", "--help")])
def test_help_loads_no_heavy_library(args):
    heavy = {"numpy", "pandas", "scipy", "ibis", "duckdb", "fairlearn", "weasyprint", "rich"}
    assert not heavy & modules_after(*args)


def test_plan_check_without_data_loads_no_engine():
    loaded = modules_after("plan", "check", "--no-data", str(SAMPLE))
    assert not {"pandas", "ibis", "duckdb", "fairlearn", "weasyprint"} & loaded


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")
    assert len(done.stdout.splitlines()) > 4


def test_first_answer_in_one_line(log):
    done = run("audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language")
    assert done.exit_code == 0, done.stderr
    assert "language = es" in done.stdout
    assert "400 of 400 decisions used" in done.stdout


def test_json_on_stdout_is_the_record_alone(log):
    done = run(
        "audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language",
        "--format", "json",
    )  # fmt: skip
    assert json.loads(done.stdout)["schema_version"] == 1


def test_quiet_prints_one_line(log):
    done = run(
        "audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language", "-q"
    )
    assert len(done.stdout.splitlines()) == 1


def test_audit_writes_what_was_asked_for(log, tmp_path):
    done = run(
        "audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language",
        "-o", tmp_path / "out", "--formats", "json,html",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["audit.json", "report.html"]


def test_report_needs_the_record_only(log, tmp_path):
    run(
        "audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language",
        "-o", tmp_path / "one", "--formats", "json,html",
    )  # fmt: skip
    log.unlink()
    done = run("report", tmp_path / "one" / "audit.json", "-o", tmp_path / "two",
               "--formats", "html")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "two" / "report.html").read_bytes() == (
        tmp_path / "one" / "report.html"
    ).read_bytes()


def test_as_of_is_the_only_clock(log):
    one, two = (
        run("audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language",
            "-f", "json", "--as-of", day).stdout
        for day in ("2026-01-01", "2026-01-02")
    )  # fmt: skip
    assert json.loads(one)["provenance"]["as_of"] == "2026-01-01"
    assert json.loads(one)["provenance"]["expires_on"] == "2027-01-01"
    trees = [json.loads(text) for text in (one, two)]
    for tree in trees:
        del tree["provenance"]["as_of"], tree["provenance"]["expires_on"]
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("audit",), 3, "careaudit.toml"),
        (("audit", "log.csv"), 2, "--decision"),
        (("audit", "log.csv", "--decision", "decision", "--by", "language"), 2, "--adverse"),
        (("audit", "log.csv", "--decision", "decision", "--adverse", "denied"), 2, "--by"),
        (("audit", "--as-of", "soon"), 2, "soon"),
        (("audit", "--formats", "docx"), 2, "docx"),
        (("audot",), 2, "audot"),
        (("report", "nothing.json"), 3, "nothing.json"),
        (("report", "log.csv"), 3, "record"),
        (("measures", "adverse_rat"), 2, "adverse_rate"),
        (("samples", "export", "nope", "x"), 2, "nope"),
        (("demo", "nope"), 2, "nope"),
        (("plan", "check", "nope.toml"), 3, "nope.toml"),
    ],
)
def test_wrong_use_says_what_to_do(args, code, says, log, monkeypatch):
    monkeypatch.chdir(log.parent)
    done = run(*args)
    assert done.exit_code == code, done.output
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_a_measure_that_is_not_known(log):
    done = run(
        "audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language",
        "--measure", "favourable_rate",
    )  # fmt: skip
    assert done.exit_code == 3
    assert '"favorable_rate"' in done.stderr


def test_our_own_fault_is_exit_70_without_a_trace(log, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("careaudit.conductor.run", broken)
    done = run("audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language")
    assert done.exit_code == 70
    assert "Traceback" not in done.output
    assert "ZeroDivisionError" in done.stderr


def test_an_interrupt_is_exit_130(log, monkeypatch):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("careaudit.conductor.run", interrupted)
    done = run("audit", log, "--decision", "decision", "--adverse", "denied", "--by", "language")
    assert done.exit_code == 130


def test_a_closed_pipe_is_quiet(log):
    line = (
        f"{sys.executable} -m careaudit audit {log} --decision decision --adverse denied "
        "--by language -f json | head -n 1"
    )
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


def test_no_color_is_honoured(log):
    done = subprocess.run(
        [sys.executable, "-m", "careaudit", "audit", log, "--decision", "decision",
         "--adverse", "denied", "--by", "language"],
        capture_output=True, text=True, check=True,
        env=os.environ | {"NO_COLOR": "1", "FORCE_COLOR": ""},
    )  # fmt: skip
    assert "\x1b[" not in done.stdout


def test_plan_show_and_schema():
    shown = json.loads(run("plan", "show", SAMPLE).stdout)
    assert shown["statistics"]["alpha"] == 0.05
    schema = json.loads(run("plan", "schema").stdout)
    assert schema["$schema"].endswith("2020-12/schema")


def test_plan_check_warns_of_the_blind_side(tmp_path):
    rows = "".join(f"{'granted' if n % 20 == 0 else 'denied'},{n % 2}\n" for n in range(400))
    (tmp_path / "log.csv").write_text("decision,side\n" + rows)
    (tmp_path / "careaudit.toml").write_text(
        """
        [audit]
        name = "t"
        justification = "t"
        [log]
        path = "log.csv"
        columns = { decision = "decision" }
        [outcome]
        favorable = ["granted"]
        adverse = ["denied"]
        confirmed = true
        [[segments]]
        name = "side"
        column = "side"
        [[questions]]
        id = "q"
        measure = "adverse_rate"
        segments = ["side"]
        """
    )
    done = run("plan", "check", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "common side" in done.stderr
    (tmp_path / "log.csv").unlink()
    done = run("plan", "check", tmp_path)
    assert done.exit_code == 0
    assert "Only the plan was checked" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_CAREAUDIT_COMPLETE" in done.stdout


def test_samples_travel(tmp_path):
    names = [line.split()[0] for line in run("samples", "list").stdout.splitlines()]
    assert {"telecom_credits", "fair_control", "cfpb_relief"} <= set(names)
    done = run("samples", "export", "fair_control", tmp_path / "fair")
    assert done.exit_code == 0, done.stderr
    assert run("plan", "check", "--no-data", tmp_path / "fair").exit_code == 0


def test_doctor_says_that_a_pdf_can_be_written():
    done = run("doctor")
    assert done.exit_code == 0, done.stderr
    assert "ready" in done.stdout
