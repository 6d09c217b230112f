"""GitLab's reports within GitLab's rules: dotenv, OpenMetrics, JUnit."""

from __future__ import annotations

import dataclasses
import math
import re
import shlex

import pytest
from gates_cases import DAY, HOSTILE, SAMPLES, every_outcome, named, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from careaudit.gate import Reason, decide
from careaudit.report.gates import FORMATS


def made(decision):
    return FORMATS["gitlab"](decision)


def families(decision):
    return {f.name: f for f in text_string_to_metric_families(made(decision)["metrics.txt"])}


def test_the_files_are_those_of_the_job():
    assert list(made(every_outcome())) == ["junit.xml", "careaudit.env", "metrics.txt"]
    assert made(every_outcome())["junit.xml"] == FORMATS["junit"](every_outcome())["junit.xml"]


def test_variables_as_written_by_hand():
    assert made(every_outcome())["careaudit.env"] == (
        "CAREAUDIT_VERDICT=fail\nCAREAUDIT_OUTCOME=closed\nCAREAUDIT_EXIT_CODE=1\n"
        f"CAREAUDIT_RECORD_SHA256={'ab' * 32}\nCAREAUDIT_EXPIRES_ON=2027-11-20\n"
        "CAREAUDIT_FAILED_GATES=credit-denied\n"
    )


def check_dotenv(text):
    """GitLab: at most 5 KB, 20 variables; KEY=value, no empty line, no quotes, no expansion."""
    assert len(text.encode()) <= 5_000
    lines = text.split("\n")
    assert lines.pop() == ""
    assert len(lines) <= 20
    for line in lines:
        assert re.fullmatch(r"[A-Z_0-9]+=[\w./:,-]*", line, re.ASCII), line


@pytest.mark.parametrize("text", HOSTILE)
def test_variables_keep_to_the_rules(text):
    check_dotenv(made(named(text))["careaudit.env"])


def test_many_failed_gates_are_cut_at_a_whole_name():
    reasons = tuple(Reason("fail", "closes", "x", f"question-{i:05}", None, 1) for i in range(900))
    decision = dataclasses.replace(every_outcome(), reasons=reasons)
    text = made(decision)["careaudit.env"]
    check_dotenv(text)
    last = text.rstrip("\n").rpartition("=")[2].split(",")
    assert last[0] == "credit-denied"
    assert all(re.fullmatch(r"question-\d{5}", name) for name in last[1:])


@pytest.mark.parametrize("name", SAMPLES)
def test_metrics_say_what_the_decision_says(name):
    decision = decide(sample(name), as_of=DAY)
    found = families(decision)
    assert [s.value for s in found["careaudit_gate_open"].samples] == [float(decision.opens)]
    outcomes = {
        s.labels["question"]: s.labels["outcome"]
        for s in found["careaudit_question_outcome"].samples
        if s.value == 1
    }
    assert outcomes == {asked.question.id: asked.outcome for asked in decision.questions}
    assert len(found["careaudit_question_outcome"].samples) == 6 * len(outcomes)
    gaps = {s.labels["finding"]: s.value for s in found["careaudit_gap_in_limits"].samples}
    assert gaps == {c.id: c.u.value for c in sample(name).comparisons if c.u.value is not None}
    assert all(math.isfinite(gap) for gap in gaps.values())


@given(st.text(st.characters(exclude_categories=("Cs",))))
@settings(deadline=None)
def test_metrics_can_be_read_whatever_the_names(text):
    found = families(named(text))
    assert len(found["careaudit_question_outcome"].samples) == 12
    assert len(found["careaudit_gap_in_limits"].samples) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_metrics_survive_the_way_gitlab_reads_them(text):
    """GitLab cuts each line at its first # and splits the rest as a shell would."""
    for line in made(named(text))["metrics.txt"].splitlines():
        if line.startswith("#"):
            continue
        name, value = shlex.split(line.partition("#")[0])
        assert re.match(r"careaudit_\w+(\{.*\})?$", name, re.DOTALL)
        float(value)
