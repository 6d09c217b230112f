"""The pre-commit hooks: a valid manifest, and entries that judge the files they are handed."""

from __future__ import annotations

import os
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


def entry(folder, hook, *files):
    """Run a hook's entry line as pre-commit does: the names of files come last."""
    return subprocess.run(
        [*shlex.split(HOOKS[hook]["entry"]), *files], cwd=folder, capture_output=True, text=True,
        check=False, env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Two sound files and a damaged one for each hook; the log is nowhere."""
    for name, text, damage in (
        ("careaudit.toml", PLAN, ("adverse_rate", "adverse_rat")),
        ("careaudit-waivers.toml", WAIVERS, ("2027-01-30", "2036-01-30")),
    ):
        for place in ("", "q 1", "damaged"):
            file = tmp_path / place / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.replace(*damage) if place == "damaged" else text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("hook", "name", "says"),
    [
        ("careaudit-plan", "careaudit.toml", "adverse_rate"),
        ("careaudit-waivers", "careaudit-waivers.toml", "365 days"),
    ],
)
def test_sound_files_pass_and_each_damaged_one_is_found(files, hook, name, says):
    done = entry(files, hook, name, f"q 1/{name}")
    assert done.returncode == 0, done.stderr
    for order in ((f"damaged/{name}", name), (name, f"damaged/{name}")):
        done = entry(files, hook, *order)
        assert done.returncode == 3, order
        assert says in done.stderr
