"""The pre-commit hooks: a valid manifest, and entries that judge the files they are handed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(FILE.read_text("utf-8"))}
BIN = Path(sys.executable).parent

PLAN = """
[audit]
name = "Credits"
justification = "Denial is the harm customers report."
[log]
path = ["nowhere.csv"]
[log.columns]
decision = "outcome"
[outcome]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["lang"]
"""
WAIVERS = """
schema_version = 1
[[waivers]]
finding = "denied/lang/es"
ceiling = 1.5
reason = "A fix ships in May."
approved_by = "Jo Lee"
granted = 2026-11-01
expires = 2027-01-30
"""


def test_the_manifest_is_valid():
    done = subprocess.run(
        [BIN / "pre-commit", "validate-manifest", FILE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("hook", "takes", "leaves"),
    [
        ("careaudit-plan", ["careaudit.toml", "audits/q2/careaudit.toml"],
         ["careaudit-waivers.toml", "my-careaudit.toml", "careaudit.toml.bak", "careauditxtoml"]),
        ("careaudit-waivers", ["careaudit-waivers.toml", "a/careaudit-waivers.toml"],
         ["careaudit.toml", "x-careaudit-waivers.toml"]),
    ],
)  # fmt: skip
def test_it_is_handed_its_own_files(hook, takes, leaves):
    pattern = re.compile(HOOKS[hook]["files"])
    assert all(pattern.search(name) for name in takes)
    assert not any(pattern.search(name) for name in leaves)


def entry(run, hook, *files):
    """Call a hook's entry line as pre-commit does: the names of files come last."""
    name, *arguments = shlex.split(HOOKS[hook]["entry"])
    assert name == "careaudit"
    return run(*arguments, *files)


def test_a_sound_plan_passes_without_its_log_and_a_damaged_one_does_not(run, write_log):
    write_log("careaudit.toml", PLAN)
    assert entry(run, "careaudit-plan", "careaudit.toml").exit_code == 0
    write_log("careaudit.toml", PLAN.replace("adverse_rate", "adverse_rat"))
    done = entry(run, "careaudit-plan", "careaudit.toml")
    assert done.exit_code == 3
    assert "adverse_rate" in done.output


def test_sound_waivers_pass_and_an_endless_one_does_not(run, write_log, tmp_path):
    (tmp_path / "sub").mkdir()
    write_log("sub/careaudit-waivers.toml", WAIVERS)
    assert entry(run, "careaudit-waivers", "sub/careaudit-waivers.toml").exit_code == 0
    write_log("sub/careaudit-waivers.toml", WAIVERS.replace("2027-01-30", "2036-01-30"))
    done = entry(run, "careaudit-waivers", "sub/careaudit-waivers.toml")
    assert done.exit_code == 3
