"""What a library or shell user gets wrong, and what they are told."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

import careaudit
from careaudit.cli import main
from careaudit.errors import CareauditError, DataError, PlanError, UsageError

FRAME = pd.DataFrame(
    {"decision": ["yes", "no", "no", "yes"] * 50, "group": ["a", "b", "a", "b"] * 50}
)
GOOD = {"decision": "decision", "adverse": "no", "by": "group"}


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"adverse": "nay"}, DataError, "nay"),
        ({"adverse": None, "favorable": "Yes"}, DataError, "Yes"),
        ({"by": "decision"}, PlanError, "the decision itself"),
        ({"by": "group*group"}, PlanError, "with itself"),
        ({"by": ""}, UsageError, "segment"),
        ({"by": 0}, UsageError, "columns"),
        ({"as_of": "soon"}, UsageError, "soon"),
        ({"decision": None}, UsageError, "decision"),
        ({"adverse": None}, UsageError, "outcome"),
        ({"measure": "adverse"}, PlanError, "adverse_rate"),
        ({"plan": {"audit": {}}}, UsageError, "Plan"),
        ({"by": "grup"}, DataError, "group"),
    ],
)
def test_the_library_says_what_is_wrong(changes, kind, says):
    options = GOOD | changes
    if "plan" in options:
        options = {"plan": options["plan"]}
    with pytest.raises(kind) as caught:
        careaudit.audit(FRAME, **options)
    assert says in str(caught.value)


@pytest.mark.parametrize("data", [FRAME.group, {"decision": ["no"]}, [1, 2], 7, None])
def test_only_frames_and_paths_are_logs(data):
    with pytest.raises(CareauditError):
        careaudit.audit(data, **GOOD)


def test_a_day_may_be_text():
    assert careaudit.audit(FRAME, as_of="2026-01-31", **GOOD).provenance.as_of == "2026-01-31"


def test_one_named_side_is_no_confirmation():
    assert careaudit.audit(FRAME, **GOOD).audit.outcome.confirmed is False
    assert careaudit.audit(FRAME, favorable="yes", **GOOD).audit.outcome.confirmed is True


def test_the_shell_says_what_counts_as_the_other_side(tmp_path):
    FRAME.to_csv(tmp_path / "log.csv", index=False)
    done = CliRunner().invoke(
        main,
        ["audit", str(tmp_path / "log.csv"), "--decision", "decision", "--adverse", "no",
         "--by", "group"],
    )  # fmt: skip
    assert "Every decision value but no counts as favorable" in done.stderr


def test_a_folder_is_not_a_log(tmp_path):
    done = CliRunner().invoke(
        main, ["audit", str(tmp_path), "--decision", "d", "--adverse", "no", "--by", "g"]
    )
    assert done.exit_code == 3
    assert "is a folder" in done.stderr


def test_plan_commands_take_the_plan_as_audit_does():
    for args in (["plan", "check", "--no-data", "-c"], ["plan", "show", "-c"]):
        done = CliRunner().invoke(main, [*args, "sample_data/fair_control"])
        assert done.exit_code == 0, done.output


def test_no_error_steers_the_terminal(run, write_log):
    write_log("careaudit.toml", '[audit]\n"na\\u001b[2Jme" = "x"\n')
    result = run("plan", "check", "careaudit.toml")
    assert result.exit_code == 3
    assert "\x1b" not in result.output
    assert "\\x1b[2J" in result.stderr
