"""The README's commands, code and plan do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from careaudit.check import check
from careaudit.cli import COMMANDS
from careaudit.measures import CATALOGUE
from careaudit.plan import parse

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TODAY = date.today().isoformat()  # noqa: DTZ011 - the commands run on the day of the test


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.startswith("careaudit")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("readme")
    (place / "sample_data").symlink_to(ROOT / "sample_data")
    return place


def test_the_commands_run_in_their_order(folder, fill_form):
    (charter,) = [text for text in blocks("toml") if "quorum" in text]
    (folder / "council.toml").write_text(charter)
    log = "sample_data/fair_control/decisions.csv.gz"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert len(commands()) >= 5
    for line in commands():
        args = shlex.split(line.replace("LOG", log))
        if args[1:3] == ["council", "decide"]:
            fill_form(folder / args[3], day=TODAY)
        done = subprocess.run(
            [sys.executable, "-m", *args], cwd=folder, capture_output=True, text=True,
            check=False, env=os.environ | {"PATH": path},
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert done.stdout or done.stderr, line
    assert (folder / "audit" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_python_runs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    frame = pd.DataFrame(
        {"outcome": ["denied", "granted"] * 200, "language": ["en", "en", "es"] * 133 + ["en"]}
    )
    for code in blocks("python"):
        exec(code, {"frame": frame})  # noqa: S102 - our own README
    assert (folder / "audit" / "audit.json").is_file()


def test_the_plan_is_a_plan():
    text = blocks("toml")[0]
    assert parse(text).questions[0].id == "credit-denied"


def test_every_other_piece_of_a_plan_fits_the_plan():
    own, control, chance, public = (
        next(text for text in blocks("toml") if mark in text)
        for mark in ("[escalation]", "[controls.intent]", "membership =", "[public]")
    )
    plan = blocks("toml")[0].replace("[[questions]]", chance + "[[questions]]", 1)
    tables = (
        '[tables.areas]\npath = "a.csv"\nkey = { subject_id = "id" }\n'
        '[tables.labels]\npath = "l.csv"\nkey = { decision_id = "id" }\n'
    )
    plan = plan.replace("[log.columns]", '[log.columns]\ndecision_id = "id"', 1)
    asked = own + tables + control + public + '[[questions]]\nid = "q"\nsegments = ["language"]\n'
    parsed = parse(plan + asked + 'within = ["intent"]\n')
    check(parsed)
    assert [q.id for q in parsed.questions] == ["credit-denied", "typical-wait", "q"]
    assert parsed.controls["intent"].role == "approved"
    assert None not in (parsed.public.purpose, parsed.public.changes, parsed.public.oversight)


def test_every_command_is_named():
    for name in COMMANDS:
        assert re.search(rf"\bcareaudit {name}\b|`{name}`", README), name


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_measures_named_are_measures():
    table = README.split("| pillar |")[1].split("```")[0]
    for name in re.findall(r"careaudit measures ([a-z_]+)", README) + re.findall(r"`(\w+)`", table):
        assert name in CATALOGUE
