"""`careaudit gate` from the shell: what it takes, what it prints, and what it exits with."""

import json
import re

import pytest
from gate_cases import DAY, Ask, record


@pytest.fixture
def keep(tmp_path):
    def write(found, name="audit.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found.to_json(), encoding="utf-8")
        return path

    return write


PLAN = """
[audit]
name = "Credits"
release = "2"
justification = "Denial is the harm customers report."
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
[outcome]
adverse = ["denied"]
favorable = ["granted"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["lang"]
"""


def log(rates):
    """A log of 3,000 decisions for each language, denied at the rates given in per cent."""
    rows = [
        f"{'denied' if i % 100 < rate else 'granted'},{lang}"
        for lang, rate in rates.items()
        for i in range(3000)
    ]
    return ["outcome,lang", *rows]


@pytest.mark.parametrize(
    ("verdict", "exit_code", "says"),
    [("pass", 0, "Gate open"), ("fail", 1, "Gate closed"), ("inconclusive", 4, "Gate closed")],
)
def test_the_exit_code_is_the_gate(run, keep, verdict, exit_code, says):
    keep(record(Ask(groups={"1": verdict})))
    for target in ("audit.json", "."):
        done = run("gate", target, "--as-of", DAY)
        assert done.exit_code == exit_code, done.output
        assert says in done.stdout
        assert f"exit {exit_code}" in done.stdout


@pytest.mark.parametrize(
    ("rates", "exit_code"), [({"en": 20, "es": 20}, 0), ({"en": 20, "es": 40}, 1)]
)
def test_a_plan_is_audited_first(run, write_log, rates, exit_code):
    write_log("log.csv", log(rates))
    write_log("careaudit.toml", PLAN)
    for target in ("careaudit.toml", "."):
        done = run("gate", target, "-q")
        assert done.exit_code == exit_code, done.output
        assert len(done.stdout.splitlines()) == 1


def test_a_plan_nobody_confirmed_is_refused(run, write_log):
    write_log("log.csv", log({"en": 20, "es": 20}))
    write_log("careaudit.toml", PLAN.replace("confirmed = true", "confirmed = false"))
    done = run("gate", "careaudit.toml")
    assert done.exit_code == 3
    assert "confirmed" in done.stderr
    assert done.stdout == ""


def test_a_record_of_another_plan_closes(run, write_log):
    write_log("log.csv", log({"en": 20, "es": 20}))
    write_log("careaudit.toml", PLAN)
    assert run("audit", "-o", "audit", "--formats", "json").exit_code == 0
    assert run("gate", "audit", "-c", "careaudit.toml").exit_code == 0
    write_log("careaudit.toml", PLAN.replace("[outcome]", "[statistics]\nscope = 50\n[outcome]"))
    done = run("gate", "audit", "-c", "careaudit.toml")
    assert done.exit_code == 4
    assert "another plan" in done.stdout


def test_waivers_lying_here_are_read_and_named(run, keep):
    keep(record(Ask(groups={"1": "fail"})), "audit/audit.json")
    words = ("--reason", "A fix.", "--approver", "Head of Care", "--as-of", DAY)
    assert run("waive", "credit/income/1", *words).exit_code == 0
    done = run("gate", "audit", "--as-of", DAY)
    assert done.exit_code == 0, done.output
    assert "Waived" in done.stdout
    assert "careaudit-waivers.toml" in done.stderr
    assert run("gate", "audit", "--as-of", "2027-03-01").exit_code == 1
    assert run("gate", "audit", "--waivers", "none.toml").exit_code == 3


def test_a_baseline_covers_what_was_known(run, keep):
    keep(record(Ask(groups={"1": "fail"}), release="7.1.0"), "old/audit.json")
    keep(record(Ask(groups={"1": "fail"})), "new/audit.json")
    done = run("gate", "new", "--baseline", "old", "--as-of", DAY)
    assert done.exit_code == 0, done.output
    assert "Known, not larger" in done.stdout
    assert run("gate", "new", "--baseline", "new", "--as-of", DAY).exit_code == 3


@pytest.mark.parametrize("form", ["json", "markdown", "junit", "github", "gitlab"])
def test_every_format_exits_alike(run, keep, tmp_path, form):
    keep(record(Ask(groups={"1": "fail"})))
    done = run("gate", "audit.json", "--format", form, "-o", "out", "--as-of", DAY)
    assert done.exit_code == 1, done.output
    files = sorted((tmp_path / "out").iterdir())
    assert done.stdout in {file.read_text(encoding="utf-8") for file in files}


def test_github_gets_its_summary_and_outputs(run, keep, tmp_path, monkeypatch):
    keep(record(Ask(groups={"1": "fail"})))
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    assert run("gate", "audit.json", "-f", "github", "--as-of", DAY).exit_code == 1
    assert summary.read_text().startswith("before\n")
    assert "credit" in summary.read_text()
    assert "failed_gates=credit" in outputs.read_text()


def test_the_json_says_what_the_table_says(run, keep):
    keep(record(Ask(groups={"1": "fail"})))
    told = json.loads(run("gate", "audit.json", "-f", "json", "--as-of", DAY).stdout)
    assert (told["outcome"], told["exit_code"]) == ("closed", 1)
    assert [r["comparison"] for r in told["reasons"]] == ["credit/income/1"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("audit.json", "{", "not valid JSON"),
        ("audit.json", "[]", "schema_version"),
        ("audit.json", '{"schema_version": 99}', "newer"),
        ("audit.json", '{"schema_version": 1}', "damaged"),
        ("audit.json", "[" * 100_000, "not valid JSON|nests too deeply"),
        ("careaudit.toml", "x = [", "not valid TOML"),
    ],
)
def test_a_damaged_target_is_refused(run, write_log, name, content, says):
    write_log(name, content)
    done = run("gate", name)
    assert done.exit_code == 3, done.output
    assert "Traceback" not in done.output
    assert re.search(says, done.stderr), done.stderr


def test_a_missing_target_is_refused(run):
    done = run("gate", "nowhere.json")
    assert done.exit_code == 3
    assert "nowhere.json" in done.stderr


@pytest.mark.parametrize(
    "options", [["--charter", "x"], ["--model", "x"], ["--report", "x"], ["-f", "yaml"]]
)
def test_options_that_do_not_go_together(run, keep, options):
    keep(record())
    assert run("gate", "audit.json", *options).exit_code == 2


def test_a_passing_question_shows_a_gap_that_bears_its_answer(run, keep):
    small = record(Ask(groups={"1": "pass", "2": "pass"}, u={"1": 0.4, "2": 0.2}))
    first, second = small.comparisons
    alone = {"verdict": "inconclusive", "reason": "too_small_alone", "in_scope": False}
    aside = second.model_copy(update=alone | {"effective_n": 20.0, "p_pass": 0.5})
    keep(small.model_copy(update={"comparisons": (first, aside)}))
    done = run("gate", "audit.json", "--as-of", DAY)
    assert done.exit_code == 0, done.output
    assert "income = 1" in done.stdout
    assert "Cannot tell yet" not in done.stdout
