"""action.yml: valid by its schema, and its scripts run as a runner would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "action.yml"
ACTION = yaml.safe_load(FILE.read_text("utf-8"))
STEPS = {step.get("id") or step.get("name"): step for step in ACTION["runs"]["steps"]}
BIN = Path(sys.executable).parent
SCRIPTS = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]


def test_it_is_valid_by_the_schema_of_actions():
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", FILE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_no_input_is_ever_a_part_of_a_script():
    assert len(SCRIPTS) == 2
    assert not any("${{" in script for script in SCRIPTS)
    handed = STEPS["gate"]["env"]
    assert {f"INPUT_{name.upper().replace('-', '_')}" for name in ACTION["inputs"]} == set(handed)
    for name in ACTION["inputs"]:
        assert handed[f"INPUT_{name.upper().replace('-', '_')}"] == f"${{{{ inputs.{name} }}}}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_has_nothing_to_say(script):
    done = subprocess.run(
        [BIN / "shellcheck", "--shell=bash", "-"], input=script, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_careaudit_is_installed_from_the_action_s_own_folder(tmp_path):
    """The set-up script, with a `python` that writes down what it was asked to do."""
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "python").chmod(0o755)
    done = step("Set up careaudit", tmp_path, {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert done.stdout.splitlines() == ["-m", "pip", "install", "--quiet", str(ROOT)]


def step(name, folder, env):
    """Run a step's script as the runner does: bash -eo pipefail, inputs as variables."""
    script = folder / "script.sh"
    script.write_text(STEPS[name]["run"], encoding="utf-8")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script], cwd=folder,
        env={"GITHUB_ACTION_PATH": str(ROOT), "HOME": str(folder), "CI": "true", "LANG": "C.UTF-8"}
        | env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def gate(folder, **inputs):
    given = {name: spec["default"] for name, spec in ACTION["inputs"].items()} | inputs
    env = {f"INPUT_{k.upper().replace('-', '_')}": v for k, v in given.items()}
    files = {v: str(folder / v) for v in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    return step("gate", folder, env | files | {"PATH": f"{BIN}:{os.environ['PATH']}"})


def outputs(folder):
    lines = (folder / "GITHUB_OUTPUT").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("sample", "code", "outcome"), [("fair_control", 0, "open"), ("telecom_credits", 1, "closed")]
)
def test_the_gate_step_fails_where_the_gate_is_closed(tmp_path, sample, code, outcome):
    done = gate(tmp_path, record=str(ROOT / "reports" / sample), **{"as-of": "2026-11-23"})
    assert done.returncode == code, done.stderr
    said = outputs(tmp_path)
    assert said["outcome"] == outcome
    wanted = {o["value"].split(".")[-1].rstrip(" }") for o in ACTION["outputs"].values()}
    assert wanted <= set(said)
    assert f"Gate {outcome}" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert done.stdout.count("::notice ") == 1
    assert {p.name for p in (tmp_path / "careaudit-gate").iterdir()} == {
        "annotations.txt", "summary.md", "outputs.txt",
    }  # fmt: skip


def test_every_input_reaches_the_command(tmp_path):
    """With a `careaudit` that writes down its arguments."""
    (tmp_path / "careaudit").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "careaudit").chmod(0o755)
    given = {name: f"{name} $(touch pwned) `touch pwned` ; 'x" for name in ACTION["inputs"]}
    env = {f"INPUT_{k.upper().replace('-', '_')}": v for k, v in given.items()}
    done = step("gate", tmp_path, env | {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    record = given.pop("record")
    assert done.stdout.splitlines()[:2] == ["gate", "--format=github"]
    options = [f"--{name}={value}" for name, value in given.items()]
    assert sorted(done.stdout.splitlines()[2:-2]) == sorted(options)
    assert done.stdout.splitlines()[-2:] == ["--", record]
    assert not (tmp_path / "pwned").exists()


def test_a_record_that_is_not_there_is_an_error_and_no_open_gate(tmp_path):
    done = gate(tmp_path, record="--help")
    assert done.returncode == 3
    assert not (tmp_path / "GITHUB_OUTPUT").exists()


def test_every_option_of_the_action_is_one_of_the_command():
    from careaudit.cli.gate import command

    known = {option for param in command.params for option in param.opts}
    assert {f"--{name}" for name in ACTION["inputs"] if name != "record"} <= known


def test_files_are_kept_where_the_gate_is_closed():
    assert STEPS["Keep the files"]["if"] == "always()"
