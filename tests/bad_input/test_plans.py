"""Plans that are wrong, and logs that do not fit their plan."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import careaudit
from careaudit.errors import CareauditError, PlanError

Run = Callable[..., Result]
Write = Callable[..., Path]

PLAN = """
[audit]
name = "Plans"
justification = "A test."
[log]
path = "log.csv"
[log.columns]
decision = "outcome"
[outcome]
adverse = ["denied"]
favorable = ["granted"]
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "q"
segments = ["lang"]
"""

WRONG: dict[str, tuple[str, str]] = {
    "not toml": (PLAN + "\nfavorable: yes", "not valid TOML"),
    "empty": ("", "is missing"),
    "misspelt table": (PLAN.replace("[outcome]", "[outcom]"), 'did you mean "outcome"'),
    "misspelt key": (PLAN.replace("justification", "justificaton"), 'did you mean "justification"'),
    "misspelt field": (PLAN.replace("decision =", "decison ="), 'did you mean "decision"'),
    "unquoted": (PLAN.replace('["denied"]', "[no]"), "not valid TOML"),
    "newer": ("schema_version = 9\n" + PLAN, "newer"),
    "unknown segment": (PLAN.replace('segments = ["lang"]', 'segments = ["lnag"]'), '"lang"'),
    "unknown measure": (PLAN + 'measure = "adverse_rat"\n', 'Did you mean "adverse_rate"'),
    "both sides": (PLAN.replace('["granted"]', '["denied"]'), "more than one"),
    "huge": (PLAN + "#" * 2_000_000, "more than"),
    "deep": ("x = " + "[" * 100_000 + "]" * 100_000, "not valid TOML|too deeply"),
    "deep tables": ("[" + ".".join("a" * 20_000) + "]", "not valid TOML|too deeply|unknown key"),
    "no outcome": (PLAN.replace("[outcome]", "[public]").replace('adverse = ["denied"]', "")
                   .replace('favorable = ["granted"]', ""), "outcome"),
    "missing column": (PLAN.replace('"outcome"', '"outcme"'), 'Did you mean "outcome"'),
    "missing file": (PLAN.replace("log.csv", "lgo.csv"), "no such file"),
    "address": (PLAN.replace("log.csv", "s3://bucket/log.csv"), "is an address"),
    "no path": (PLAN.replace('path = "log.csv"', ""), "no path is given"),
    "input that is text": (
        PLAN.replace("[outcome]", 'text = "lang"\n[drivers]\nfields = ["lang"]\n[outcome]'),
        r"\[drivers\] fields names \"lang\", which \[log.columns\] text holds"),
    "missing input": (
        PLAN + '[drivers]\nfields = ["lnag"]',
        r'\[drivers\] fields: there is no column "lnag" in log'),
    "missing text": (
        PLAN.replace("[outcome]", 'text = ["said"]\n[outcome]'),
        r'\[log.columns\] text: there is no column "said"'),
    "missing label": (
        PLAN + '[label]\ncolumn = "owed"\npositive = ["x"]\nselection = "all"',
        r'\[label\] column: there is no column "owed"'),
    "missing table": (
        PLAN + '[drivers]\nfields = ["langs.lang"]', r"There is no \[tables.langs\] in the plan"),
    "missing table column": (
        PLAN.replace('column = "lang"', 'column = "people.lang"'), "there is no column"),
    "table of nothing": (
        PLAN + '[tables.people]\npath = "none.csv"\nkey = { decision = "x" }', "tables.people"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plan_is_refused(case: str, run: Run, write_log: Write, tmp_path: Path) -> None:
    import re

    text, says = WRONG[case]
    write_log()
    write_log("careaudit.toml", text)
    result = run("audit", "-c", "careaudit.toml", "-o", "out")
    assert result.exit_code == 3, result.output
    assert re.search(says, result.stderr), result.stderr
    assert "Traceback" not in result.output
    assert str(tmp_path) not in result.stderr
    assert not (tmp_path / "out").exists()
    with pytest.raises(CareauditError):
        careaudit.audit(plan=tmp_path / "careaudit.toml")


def test_a_plan_that_is_not_there_is_refused(run: Run) -> None:
    result = run("audit", "-c", "none.toml")
    assert result.exit_code == 3
    assert "none.toml" in result.stderr
    with pytest.raises(PlanError):
        careaudit.load_plan("none.toml")


@pytest.mark.parametrize(
    "args",
    [
        ("audit", "log.csv"),
        ("audit", "log.csv", "--decision", "outcome"),
        ("audit", "log.csv", "--decision", "outcome", "--adverse", "denied"),
        ("audit", "--decision", "outcome", "--adverse", "denied", "--by", "lang"),
        ("audit", "log.csv", "-c", "careaudit.toml"),
        ("audit", "log.csv", "--as-of", "soon"),
        ("audit", "log.csv", "--formats", "docx"),
    ],
)
def test_wrong_usage_is_exit_2(args: tuple[str, ...], run: Run, write_log: Write) -> None:
    write_log()
    write_log("careaudit.toml", PLAN)
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_a_period_without_decisions_and_dates_that_do_not_parse(run: Run, write_log: Write) -> None:
    columns = 'decision = "outcome"\ndecided_at = "day"'
    text = PLAN.replace('decision = "outcome"', columns)
    period = text.replace(
        'justification = "A test."',
        'justification = "A test."\nperiod = { from = 2027-01-01, to = 2027-02-01 }',
    )
    write_log("log.csv", "outcome,lang,day\ngranted,en,2026-04-01\ndenied,fr,2026-04-02\n")
    write_log("careaudit.toml", period)
    result = run("audit", "-c", "careaudit.toml")
    assert result.exit_code == 3
    assert "no decision is left to audit: 2 outside_period" in result.stderr
    write_log("log.csv", "outcome,lang,day\ngranted,en,01/04/2026\ndenied,fr,02/04/2026\n")
    for plan in (text, period):
        write_log("careaudit.toml", plan)
        result = run("audit", "-c", "careaudit.toml")
        assert result.exit_code == 3
        assert "no date of the decisions can be read" in result.stderr
        assert "ISO" in result.stderr


def test_plan_check_warns_of_what_an_audit_would_leave_out(run: Run, write_log: Write) -> None:
    rows = [f"{'denied' if n % 3 else 'granted'},{'en' if n % 2 else 'fr'},c{n},owed,high"
            for n in range(60)]  # fmt: skip
    write_log("log.csv", ["outcome,lang,case,owed,risk", *rows])
    more = 'decision_id = "case"\nscore = "risk"\n[outcome]'
    label = '[label]\ncolumn = "owed"\npositive = ["yes"]\nselection = "all"\n'
    fields = '[drivers]\nfields = ["outcome", "case", "score", "owed", "lang"]\n'
    write_log("careaudit.toml", PLAN.replace("[outcome]", more) + label + fields)
    result = run("plan", "check")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("careaudit.toml: 1 question, 1 segment. Plan ")
    assert 'label: None of the 60 labels in "owed" say "yes"; seen: "owed" (60 rows)' in (
        result.stderr
    )
    assert 'score: 60 of 60 values of "risk" are no numbers' in result.stderr
    for name in ("outcome", "score", "owed"):
        assert f'[drivers] fields: "{name}" is what the system put out' in result.stderr
    assert '"case" is an id' in result.stderr
    assert '"lang"' not in result.stderr


def test_plan_check_does_not_sound_well_before_an_error(run: Run, write_log: Write) -> None:
    write_log()
    write_log("careaudit.toml", PLAN + '[drivers]\nfields = ["lnag"]')
    result = run("plan", "check")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "[drivers] fields" in result.stderr
