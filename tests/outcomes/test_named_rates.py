"""Every named rate over one log that holds all fields, against rows counted one by one."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pandas as pd
import pytest

import careaudit
from careaudit.measures import RATES
from careaudit.plan import FIELDS, parse

SLA = timedelta(minutes=5)
START = datetime(2026, 3, 1)  # noqa: DTZ001 - a log without offsets
FLAGS = (
    "redress_shown", "contacted", "took_up", "relevant", "respectful", "resolution_ready",
    "rating_offered", "first_contact_resolved", "repeat_contact", "context_kept",
    "human_reviewed", "changed_outcome",
)  # fmt: skip
SEEN = ("consent_at", "opted_out_at", "resolved_at", "remedy_done_at", "contested_at")


def rows(n=3_000):
    """A log in which everything happens, and everything is missing now and then."""
    draw = random.Random(7)  # noqa: S311
    out = []
    for place in range(n):
        moment = START + timedelta(minutes=place)
        row = {
            "outcome": draw.choice(["yes", "yes", "no", "handoff", ""]),
            "lang": draw.choice(["en", "en", "es", ""]),
            "customer": f"c{draw.randrange(n // 3)}",
            "explanation": draw.choice(["over the limit", "OVER the limit", "too often", ""]),
            "explanation_language": draw.choice(["en", "ES", ""]),
            "language": draw.choice(["en", "es ", ""]),
            "review_kind": draw.choice(["human", "Automated", ""]),
            "review_result": draw.choice(["Overturned", "upheld", "partial", ""]),
            "automation_level": draw.choice(["Full", "fully automated ", "partial", "none", ""]),
            "rating": draw.choice(["1", "4", "5", "3.5", "0", "9", "great", ""]),
            "human_requested_at": moment.isoformat() if draw.random() < 0.6 else "",
        }
        wait = timedelta(seconds=draw.choice([-30, 0, 120, 300, 301, 900]))
        row["human_reached_at"] = (moment + wait).isoformat() if draw.random() < 0.6 else ""
        row["abandoned_at"] = (moment + wait).isoformat() if draw.random() < 0.2 else ""
        row |= {name: draw.choice(["1", "TRUE", "no", "0", ""]) for name in FLAGS}
        row |= {name: moment.isoformat() if draw.random() < 0.4 else "" for name in SEEN}
        out.append(row)
    return out


def yes(row, name):
    return row[name].lower() in {"1", "true"}


def when(row, name):
    return datetime.fromisoformat(row[name]) if row[name] else None


def refused(row):
    return row["outcome"] == "no"


def number(row):
    try:
        return float(row["rating"])
    except ValueError:
        return -1.0


def asked(row):
    return bool(row["human_requested_at"])


def in_time(row):
    end, start = when(row, "human_reached_at"), when(row, "human_requested_at")
    return end is not None and start is not None and timedelta(0) <= end - start <= SLA


def due(row):
    """The end of the log is the last time that any of its columns holds."""
    over = LAST - (when(row, "human_requested_at") or LAST) >= SLA
    return asked(row) and bool(row["human_reached_at"] or row["abandoned_at"] or over)


def contested(row):
    return refused(row) and bool(row["contested_at"])


def overturned(row):
    return contested(row) and row["review_result"].lower() in {"overturned", "partial"}


def languages(row):
    said = row["explanation_language"].strip().lower(), row["language"].strip().lower()
    return said if all(said) and row["explanation"] else None


LOG = rows()
TIMES = ("human_requested_at", "human_reached_at", "abandoned_at", *SEEN)
LAST = max(when(row, name) for row in LOG for name in TIMES if row[name])
EXPECTED = {
    "explained_rate": (refused, lambda r: bool(r["explanation"])),
    "explained_in_own_language_rate": (
        lambda r: refused(r) and languages(r), lambda r: languages(r)[0] == languages(r)[1],
    ),
    "explanation_complete_rate": (
        lambda r: refused(r) and r["explanation"], lambda r: bool(r["language"] and r["took_up"]),
    ),
    "boilerplate_share": (
        lambda r: refused(r) and r["explanation"],
        lambda r: r["explanation"].lower() == "over the limit",
    ),
    "automated_rate": (
        lambda r: bool(r["automation_level"]),
        lambda r: r["automation_level"].strip().lower() in {"full", "fully automated"},
    ),
    "override_rate": (
        lambda r: yes(r, "human_reviewed"), lambda r: yes(r, "changed_outcome"),
    ),
    "human_requested_rate": (lambda r: True, asked),
    "human_reached_rate": (asked, lambda r: bool(r["human_reached_at"])),
    "sla_met_rate": (due, in_time),
    "abandonment_rate": (asked, lambda r: bool(r["abandoned_at"])),
    "redress_shown_rate": (refused, lambda r: yes(r, "redress_shown")),
    "contest_rate": (refused, contested),
    "human_review_rate": (contested, lambda r: r["review_kind"] == "human"),
    "overturn_rate": (lambda r: contested(r) and r["review_result"], overturned),
    "wrongly_denied_lower_bound": (refused, overturned),
    "remedy_done_rate": (overturned, lambda r: bool(r["remedy_done_at"])),
    "contact_rate": (lambda r: True, lambda r: yes(r, "contacted")),
    "consent_rate": (lambda r: yes(r, "contacted"), lambda r: bool(r["consent_at"])),
    "opt_out_rate": (lambda r: yes(r, "contacted"), lambda r: bool(r["opted_out_at"])),
    "take_up_rate": (lambda r: yes(r, "contacted"), lambda r: yes(r, "took_up")),
    "relevant_rate": (lambda r: yes(r, "contacted"), lambda r: yes(r, "relevant")),
    "respectful_rate": (lambda r: yes(r, "contacted"), lambda r: yes(r, "respectful")),
    "resolution_ready_rate": (
        lambda r: yes(r, "contacted"), lambda r: yes(r, "resolution_ready"),
    ),
    "response_rate": (lambda r: yes(r, "rating_offered"), lambda r: bool(r["rating"])),
    "csat": (lambda r: 1 <= number(r) <= 5, lambda r: number(r) >= 4),
    "first_contact_resolution_rate": (
        lambda r: bool(r["first_contact_resolved"]), lambda r: yes(r, "first_contact_resolved"),
    ),
    "repeat_contact_rate": (
        lambda r: bool(r["repeat_contact"]), lambda r: yes(r, "repeat_contact"),
    ),
    "resolution_rate": (lambda r: True, lambda r: bool(r["resolved_at"])),
    "context_kept_rate": (lambda r: bool(r["context_kept"]), lambda r: yes(r, "context_kept")),
}  # fmt: skip

HEAD = """
[audit]
name = "Care"
justification = "Every pillar on one log."
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
subject_id = "customer"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["handoff"]
confirmed = true
[escalation]
sla = "5m"
[explanation]
required = ["language", "took_up"]
[[segments]]
name = "lang"
column = "lang"
"""


def plan(names, more=""):
    columns = "\n".join(f'{name} = "{name}"' for name in FIELDS if name in LOG[0])
    asks = "\n".join(
        f'[[questions]]\nid = "{name}"\nmeasure = "{name}"\nsegments = ["lang"]' for name in names
    )
    return parse(HEAD.format(columns=columns) + more + asks)


@pytest.fixture(scope="module")
def record():
    return careaudit.audit(pd.DataFrame(LOG), plan=plan(EXPECTED))


def test_every_named_rate_is_counted_here():
    conditional = {name for name, measure in RATES.items() if measure.when or measure.of}
    assert conditional == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_named_rate_counts_as_a_person_would(record, name):
    case, event = EXPECTED[name]
    for group in (None, "en", "es", "unknown"):
        mine = [r for r in LOG if group is None or (r["lang"] or "unknown") == group]
        cases = [r for r in mine if case(r)]
        (told,) = [e for e in record.estimates if (e.measure, e.group) == (name, group)]
        assert (told.n, told.events) == (len(cases), sum(bool(event(r)) for r in cases)), group


def test_rows_without_a_decision_are_used(record):
    assert record.accounts.rows_used == len(LOG)
    assert record.accounts.excluded == ()
    (lang,) = record.segments
    assert sum(group.n for group in lang.groups) == len(LOG)


def test_the_second_book_agrees(record):
    assert record.double_entry.compared >= 3 * len(EXPECTED)


def test_what_cannot_be_an_answer_is_counted(record):
    odd = {note.where: note.rows for note in record.quality if note.code == "odd_values"}
    scale = sum(bool(r["rating"]) and not 1 <= number(r) <= 5 for r in LOG)
    back = sum(
        bool(r["human_reached_at"] and r["human_requested_at"])
        and when(r, "human_reached_at") < when(r, "human_requested_at")
        for r in LOG
    )
    assert odd == {"rating": scale, "human_reached_at": back}


def test_questions_about_decisions_leave_the_rest_aside():
    found = careaudit.audit(pd.DataFrame(LOG), plan=plan(["adverse_rate", "explained_rate"]))
    decided = sum(r["outcome"] in {"yes", "no"} for r in LOG)
    assert found.accounts.rows_used == decided
    assert {e.reason: e.rows for e in found.accounts.excluded} == {
        "neutral_outcome": sum(r["outcome"] == "handoff" for r in LOG),
        "no_outcome": sum(not r["outcome"] for r in LOG),
    }
