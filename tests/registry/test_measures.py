"""The catalogue as a whole: every measure keeps the same laws and has a second witness."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import product as crossing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import precision_score

import careaudit
from careaudit.askable import measures
from careaudit.cells import EVERY, Slot, added
from careaudit.measures import CATALOGUE, RATES, Share
from careaudit.plan import parse
from careaudit.report.wording.words import measure_words
from careaudit.sources import Request, open_source
from careaudit.wanted import crossings, histograms, terms

PLAN = """
[audit]
name = "t"
justification = "t"
[log.columns]
decision = "decision"
subject_id = "who"
{columns}
[escalation]
sla = "5m"
[explanation]
required = ["review_kind", "took_up"]
[outcome]
favorable = ["yes"]
adverse = ["no"]
[label]
column = "due"
positive = ["1"]
selection = "all"
[[segments]]
name = "group"
column = "group"
reference = "r"
"""
QUESTION = """
[[questions]]
id = "{0}"
measure = "{0}"
segments = ["group"]
"""


SLOTS = [name for name, measure in RATES.items() if not (measure.when or measure.of)]
"""Measures of the decision and its label alone; the others have their rows counted elsewhere."""
VALUES = [name for name in CATALOGUE if name not in RATES]
"""Measures that count nobody; tests/outcomes holds each against rows read one by one."""
OTHERS = sorted(
    {f for m in CATALOGUE.values() for f in m.fields} - {"decision", "label", "sla", "profile"}
)
ENDS = {"human_reached_at", "abandoned_at", "reviewed_at", "resolved_at"}
"""Times at which a wait ends: they come after it began, and few are still to come."""


def audited(frame: pd.DataFrame, *names: str, text: str = PLAN):
    return careaudit.audit(each_its_own(frame), plan=plan_of(*names, text=text))


def each_its_own(frame: pd.DataFrame) -> pd.DataFrame:
    """Every decision is another customer's."""
    return frame.assign(who=np.arange(len(frame)))


def value(draw: np.random.Generator, field: str, n: int):
    """Values of a field of a decision log, a fifth of them missing."""
    if field.endswith("_at"):
        start = np.datetime64("2026-01-01T00:00:00")
        after = 900 if field in ENDS else 0
        seconds = after + draw.integers(0, 900, n)
        known = np.datetime_as_string(start + seconds.astype("timedelta64[s]"))
    elif field == "score":
        known = np.round(draw.random(n), 3).astype(str)
    elif field == "amount":
        known = np.round(draw.gamma(2, 20, n), 2).astype(str)
    elif field in {"ease", "recommend", "transitions"}:
        known = draw.integers(1, 8, n).astype(str)
    else:
        choices = {"rating": ["1", "3", "4", "5"], "review_kind": ["human", "bot"],
                   "automation_level": ["full", "partial"],
                   "review_result": ["upheld", "overturned"], "explanation": ["why", "why not"],
                   "language": ["en", "es"], "explanation_language": ["en", "es"]}  # fmt: skip
        known = draw.choice(choices.get(field, ["yes", "no"]), n)
    missing = dict.fromkeys(ENDS, 0.03) | {"abandoned_at": 0.97}
    return np.where(draw.random(n) < missing.get(field, 0.2), None, known)


def plan_of(*names: str, text: str = PLAN):
    columns = "\n".join(f'{name} = "{name}"' for name in OTHERS)
    return parse(text.format(columns=columns) + "".join(map(QUESTION.format, names)))


def cells_of(frame: pd.DataFrame):
    """The cells of the segment that the questions are asked over, for every measure."""
    plan = plan_of(*CATALOGUE)
    request = Request(
        plan, terms(plan), crossings(plan), date(2026, 7, 1), histograms=histograms(plan)
    )
    return open_source(plan, Path(), each_its_own(frame)).scan(request).crossings[("group",)]


def random_log(seed: int, n: int = 3_000) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    fields = {field: np.random.default_rng([seed, *field.encode()]) for field in OTHERS}
    return pd.DataFrame(
        {
            "decision": draw.choice(["yes", "no"], n, p=[0.4, 0.6]),
            "due": draw.choice(["1", "0", None], n, p=[0.3, 0.5, 0.2]),
            "group": draw.choice(["g", "h", "r"], n),
        }
        | {field: value(own, field, n) for field, own in fields.items()}
    )


# The oracle of each measure on raw rows: adverse is the flag, "not due" its truth.
ORACLES = {
    "favorable_rate": lambda f: selection_rate(f.due, f.decision, pos_label="yes"),
    "adverse_rate": lambda f: selection_rate(f.due, f.decision, pos_label="no"),
    "wrongful_adverse_rate": lambda f: false_positive_rate(f.truth, f.flag),
    "wrongful_favorable_rate": lambda f: false_negative_rate(f.truth, f.flag),
    "adverse_precision": lambda f: precision_score(f.truth, f.flag),
    "label_coverage": lambda f: f.due.notna().mean(),
}


@pytest.mark.parametrize("name", SLOTS)
def test_each_measure_agrees_with_its_oracle_on_raw_rows(name):
    frame = random_log(3)
    record = audited(frame, name)
    rows = frame.assign(flag=(frame.decision == "no") * 1, truth=(frame.due == "0") * 1)
    if name not in {"favorable_rate", "adverse_rate", "label_coverage"}:
        rows = rows[rows.due.notna()]
    for group, mine in rows.groupby("group"):
        found = next(e for e in record.estimates if e.group == group)
        assert found.value == pytest.approx(float(ORACLES[name](mine)), abs=1e-12)


@cache
def told(which: str):
    """One audit that asks everything: of equal groups, of two groups, swapped, or of no values."""
    if which == "equal":
        one = random_log(5, 2_000).drop(columns="group")
        return audited(pd.concat([one.assign(group="g"), one.assign(group="r")]), *CATALOGUE)
    frame = random_log(7)
    if which == "empty":
        return audited(frame.assign(**dict.fromkeys(OTHERS)), *CATALOGUE)
    frame = frame[frame.group != "h"]
    names = {"g": "r", "r": "g"} if which == "swapped" else {"g": "g", "r": "r"}
    return audited(frame.assign(group=frame.group.map(names)), *CATALOGUE)


def compared(which: str, name: str):
    (found,) = [c for c in told(which).comparisons if c.question == name]
    return found


@pytest.mark.parametrize("name", CATALOGUE)
def test_equal_groups_show_no_disparity(name):
    c = compared("equal", name)
    assert (c.u.value, c.difference.value, c.harmed) == (0, 0, "none")
    assert c.unit == CATALOGUE[name].unit == told("equal").question(name).unit
    assert c.verdict != "fail"


@pytest.mark.parametrize("name", CATALOGUE)
def test_swapping_the_groups_mirrors_the_gap(name):
    one, two = compared("as they are", name), compared("swapped", name)
    assert one.difference.value == pytest.approx(-two.difference.value)
    assert one.verdict == two.verdict
    if isinstance(CATALOGUE[name].limit, Share):  # a tenth of the comparator's is another tenth
        assert one.u.value * one.tolerated_gap == pytest.approx(two.u.value * two.tolerated_gap)
    else:
        assert one.u.value == pytest.approx(two.u.value)
    assert {one.harmed, two.harmed} == {"group", "reference"}


@pytest.mark.parametrize("name", SLOTS)
def test_a_log_that_cannot_answer_gives_a_state(name):
    frame = random_log(9)
    record = audited(frame.assign(due=None), name)
    if "label" in CATALOGUE[name].fields:
        assert (record.verdict, record.reason) == ("inconclusive", "labels_missing")
        assert record.questions[0].missing
    same = audited(frame.assign(decision="no"), name)
    assert same.verdict == "inconclusive"


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in SLOTS])
def test_what_is_recorded_for_no_row_gives_a_state(name):
    question = told("empty").question(name)
    assert question.verdict != "fail"
    found = [e for e in told("empty").estimates if e.measure == name]
    assert found
    assert all(e.events in (0, None) for e in found)


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_measure_is_documented(name):
    measure = CATALOGUE[name]
    assert measure.name == name
    assert all((measure.ask, measure.formula, measure.misleads, measure.oracle, measure.fields))
    assert measure.ask.endswith("?")
    assert measure.cases <= EVERY
    if name in RATES:
        assert measure.events <= measure.cases
    words = measure_words(name, "other")
    assert name not in words.title  # readers get words, never the name of a measure
    assert (name in ORACLES) == (name in SLOTS)


def test_slots_cross_outcome_and_label():
    names = {f"{side}_{due}" for side, due in crossing(
        ("favorable", "adverse"), ("due", "undue", "unlabelled"))}  # fmt: skip
    assert {str(slot) for slot in Slot} == names | {"undecided"}


@pytest.mark.parametrize(
    ("selection", "verdict"), [("all", "pass"), ("random_sample", "pass"), ("appealed", None)]
)
def test_labels_that_were_not_picked_at_random_carry_no_pass(selection, verdict):
    one = random_log(11, 20_000).drop(columns="group")
    frame = pd.concat([one.assign(group="g"), one.assign(group="r")])
    record = audited(frame, "wrongful_adverse_rate", text=PLAN.replace('"all"', f'"{selection}"'))
    if verdict:
        assert record.verdict == verdict
    else:
        assert (record.verdict, record.reason) == ("inconclusive", "labels_missing")
        assert "appealed" in record.questions[0].missing


def test_a_gap_in_label_coverage_caps_what_depends_on_labels():
    draw = np.random.default_rng(13)
    n = 20_000
    frame = pd.DataFrame(
        {
            "decision": draw.choice(["yes", "no"], 2 * n),
            "due": draw.choice(["1", "0"], 2 * n),
            "group": ["g"] * n + ["r"] * n,
        }
        | dict.fromkeys(OTHERS)
    )
    assert audited(frame, "wrongful_adverse_rate").verdict == "pass"
    frame.loc[(frame.group == "g") & (draw.random(2 * n) < 0.5), "due"] = None
    record = audited(frame, "wrongful_adverse_rate")
    assert (record.verdict, record.reason) == ("inconclusive", "labels_missing")


@cache
def summed():
    """The same log as one group, and in parts that are added."""
    frame = random_log(15)
    whole, parts = (cells_of(frame.assign(group=groups)) for groups in ("r", frame.group))
    (one,) = [whole.cell(group) for group in whole.table]
    return one, added(parts.cell(group) for group in parts.table)


def test_parts_of_a_log_add_up_to_the_whole():
    one, merged = summed()
    totals = [
        {term: n for term, n in cell.items() if term.kind == "total"} for cell in (one, merged)
    ]
    assert totals[0] == totals[1]
    assert one.histograms == merged.histograms
    assert one.histograms


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_measure_reads_added_parts_as_it_reads_the_whole(name):
    read = measures(plan_of(name))[name]
    one, merged = (read.sample("r", cell, clustered=False) for cell in summed())
    assert one.n
    assert (one.n, one.rate) == (merged.n, merged.rate)
