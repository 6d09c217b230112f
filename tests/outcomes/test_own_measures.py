"""Measures that a plan defines, and what a plan must not say of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.plan import parse

PLAN = """
[audit]
name = "Tutor"
justification = "Practice, not time in the session, is what helps a learner."
[log]
path = ["log.csv"]
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "q"
measure = "{measure}"
segments = ["lang"]
{more}
"""
PRACTICE = """
[[measures]]
name = "effortful_practice_rate"
numerator = { column = "minutes", at_least = 10 }
"""


@pytest.fixture
def audit(run, write_log):
    lines = ["lang,minutes,mode,state"]
    for i in range(600):
        lang, mode = "en" if i % 2 else "es", "typed" if i % 3 else "voice"
        lines.append(f"{lang},{i % 20},{mode},{'' if i % 5 else 'on'}")

    def start(measure, more=""):
        write_log("log.csv", lines)
        write_log("careaudit.toml", PLAN.format(measure=measure, more=more))
        return run("audit", "-o", "out", "--formats", "json")

    return start


def estimate(folder):
    from careaudit.record import AuditRecord

    (whole,) = [
        e for e in AuditRecord.load(folder / "out" / "audit.json").estimates if not e.segment
    ]
    return whole.n, whole.events


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('numerator = { column = "minutes", at_least = 10 }', (600, 300)),
        ('numerator = { column = "state" }', (600, 120)),
        ('numerator = { column = "mode", values = ["Voice"] }', (600, 200)),
        (
            'numerator = { column = "state" }\ndenominator = { column = "mode", values = "typed" }',
            (400, 80),
        ),
    ],
)
def test_three_lines_make_a_measure(audit, tmp_path, test, expected):
    done = audit("mine", f'[[measures]]\nname = "mine"\n{test}\n')
    assert done.exit_code == 0, done.output
    assert estimate(tmp_path) == expected


def test_no_outcome_is_needed_where_no_question_asks_for_one(audit):
    assert audit("effortful_practice_rate", PRACTICE).exit_code == 0
    done = audit("adverse_rate")
    assert done.exit_code == 3
    assert "no [outcome]" in done.stderr


@pytest.mark.parametrize(
    ("measure", "more", "says"),
    [
        ("mine", PRACTICE, "effortful_practice_rate"),
        ("effortful_practice_rat", PRACTICE, 'Did you mean "effortful_practice_rate"'),
        ("csat", PRACTICE.replace("effortful_practice_rate", "csat"), "known one"),
        ("effortful_practice_rate", PRACTICE * 2, "two measures"),
        ("effortful_practice_rate", PRACTICE.replace("minutes", "minute"), "minute"),
        ("effortful_practice_rate", PRACTICE.replace("at_least", "at_most"), "at_least"),
        ("effortful_practice_rate", PRACTICE.replace("10", '"ten"'), "at_least"),
        ("effortful_practice_rate", PRACTICE.replace("10 }", '10, values = ["1"] }'), "not both"),
        ("effortful_practice_rate", PRACTICE.replace("effortful_", "Effortful "), "name"),
        ("csat", '[escalation]\nsla = "5"\n', "unit"),
        ("csat", '[escalation]\nsla = "0m"\n', "unit"),
        ("csat", "[escalation]\nsla = 300\n", "unit"),
    ],
)
def test_what_a_plan_must_not_say(audit, measure, more, says):
    done = audit(measure, more)
    assert done.exit_code == 3, done.output
    assert says in done.stderr


@pytest.mark.parametrize(
    ("measure", "lack"), [("csat", "no rating"), ("sla_met_rate", "no human_requested_at")]
)
def test_what_the_log_lacks_is_said_and_never_counted(audit, tmp_path, measure, lack):
    from careaudit.record import AuditRecord

    assert audit(measure).exit_code == 0
    (question,) = AuditRecord.load(tmp_path / "out" / "audit.json").questions
    assert (question.verdict, question.reason) == ("inconclusive", "not_assessed")
    assert lack in question.missing


def test_values_that_the_plan_renames_are_read_by_their_new_names():
    frame = pd.DataFrame(
        {
            "outcome": ["no"] * 400,
            "at": ["2026-01-01"] * 400,
            "how": ["Won", "lost"] * 200,
            "lang": ["en", "en", "es", "es"] * 100,
        }
    )
    text = """
[audit]
name = "t"
justification = "t"
[log.columns]
decision = "outcome"
contested_at = "at"
review_result = "how"
[log.values.review_result]
overturned = ["Won"]
[outcome]
adverse = ["no"]
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "q"
measure = "overturn_rate"
segments = ["lang"]
"""
    record = careaudit.audit(frame, plan=parse(text))
    assert [e.value for e in record.estimates] == [0.5, 0.5, 0.5]


def test_one_slip_of_a_date_does_not_move_the_end_of_the_log():
    """Open waits last until the last moment that the log knows by the day of the audit."""
    rows = 600
    asked = pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(rows), unit="min")
    reached = (asked + pd.Timedelta(minutes=5)).astype(str).to_series(index=range(rows))
    reached[::4] = None
    frame = pd.DataFrame({"asked": asked.astype(str), "reached": reached,
                          "lang": ["en", "es"] * (rows // 2)})  # fmt: skip
    slipped = frame.copy()
    slipped.loc[1, "reached"] = "2035-03-01 00:00:00"
    text = """
[audit]
name = "t"
justification = "t"
[log.columns]
human_requested_at = "asked"
human_reached_at = "reached"
[[segments]]
name = "lang"
column = "lang"
[[questions]]
id = "q"
measure = "wait_rmst"
segments = ["lang"]
"""
    values = [
        careaudit.audit(log, plan=parse(text), as_of=date(2026, 7, 1)).estimates[0].value
        for log in (frame, slipped)
    ]
    assert values[1] == pytest.approx(values[0], rel=0.05)
    assert values[0] < 24 * 3600
