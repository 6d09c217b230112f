"""Subgroups end to end: what is planted is found and seen again, what is not is not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from lattice_logs import (
    PLAN,
    audit,
    by_channel,
    confirmed,
    crossed,
    flat,
    log,
    one_way,
    plan,
    subgroups,
)
from told_samples import telecom

import careaudit
from careaudit import drivers
from careaudit.drivers.looks.subgroups import look
from careaudit.drivers.next_plan import next_plan
from careaudit.plan import load
from careaudit.record import AuditRecord
from careaudit.samples import directory
from careaudit.samples.fair_control import generate

BANNED = ("biased", "fair", "because", "explain", "justif", "proves", "due to")


@pytest.fixture(autouse=True)
def _only_this_look(monkeypatch):
    """Other looks have tests of their own."""
    monkeypatch.setattr(drivers, "LOOKS", (look,))
    monkeypatch.setattr("careaudit.remedies.suggest", lambda scene, found: ())


@cache
def planted() -> AuditRecord:
    return audit(log(crossed))


def test_a_planted_crossing_is_found_and_seen_again():
    (one,) = confirmed(planted())
    assert (one.segment, one.group, one.reference) == ("area*language", "poor*es", "rest")
    assert one.name == "area poor, language es"
    assert one.association.low < 0.25 < one.association.high
    assert one.u.value > 1
    assert one.p_adjusted < 1e-6
    assert [trait.share for trait in one.traits] == pytest.approx([0.5, 0.5], abs=0.07)
    assert sum(trait.share for trait in one.traits) == pytest.approx(1)
    assert one.sentence.startswith("For area poor and language es the rate asked about is ")
    assert "adverse_rate" not in one.sentence
    assert "xploratory" not in one.sentence
    assert not any(word in one.sentence.lower() for word in BANNED)


def test_where_more_is_good_less_is_harm():
    found = audit(log(crossed), PLAN.replace('"adverse_rate"', '"favorable_rate"'))
    (one,) = confirmed(found)
    (other,) = confirmed(planted())
    assert one.group == other.group
    assert one.association.value == pytest.approx(-other.association.value)
    assert "lower than for everybody else" in one.sentence
    assert "higher than for everybody else" in other.sentence


def test_a_verdict_does_not_hear_of_it():
    without = careaudit.audit(log(crossed), plan=plan(), drivers=False)
    assert planted().verdict == without.verdict
    assert planted().comparisons == without.comparisons
    assert planted().questions == without.questions


def test_only_the_half_that_was_not_searched_is_shown(monkeypatch):
    """The numbers told, once more from the rows; the halves share no customer."""
    seen = {}

    def beside(scene):
        calls, inputs = [], scene.inputs
        cells, cell = inputs.cells, inputs.cell
        monkeypatch.setattr(
            inputs, "cells", lambda *a, **k: calls.append(k["half"]) or cells(*a, **k)
        )
        monkeypatch.setattr(
            inputs, "cell", lambda *a, **k: calls.append(k["half"]) or cell(*a, **k)
        )
        found = look(scene)
        seen.update(found=found, calls=calls, rows=inputs.sample(10**9))
        return found

    monkeypatch.setattr(drivers, "LOOKS", (beside,))
    audit(log(crossed))
    assert seen["calls"][0] == "searched"
    assert set(seen["calls"][1:]) == {"held_out"}
    rows = seen["rows"]
    halves = [set(rows.customer[half]) for half in (rows.held_out, ~rows.held_out)]
    assert not halves[0] & halves[1]
    names = rows.groups["area"], rows.groups["language"]
    both = np.logical_and(
        *(
            one.codes == one.levels.index(value)
            for one, value in zip(names, ("poor", "es"), strict=True)
        )
    )
    denied = np.isin(rows.slot, [3, 4, 5])
    (one,) = [d for d in seen["found"].drivers if d.listed]
    mine, others = rows.held_out & both, rows.held_out & ~both
    assert one.association.value == pytest.approx(denied[mine].mean() - denied[others].mean())
    assert one.customers == len(set(rows.customer[mine]))
    area, language = (
        rows.held_out & (c.codes == c.levels.index(v))
        for c, v in zip(names, ("poor", "es"), strict=True)
    )
    a, b, ab = (denied[s].mean() - denied[rows.held_out].mean() for s in (area, language, mine))
    shares = [(a + ab - b) / 2 / ab, (b + ab - a) / 2 / ab]
    assert [trait.share for trait in one.traits] == pytest.approx(shares)


def test_the_order_of_the_rows_is_nothing_to_it():
    frame = log(crossed)
    other = audit(frame.sample(frac=1, random_state=3).reset_index(drop=True))
    assert other.drivers == planted().drivers


def test_a_gap_of_one_segment_does_not_come_back_as_subgroups():
    found = audit(log(one_way, seed=2))
    assert found.verdict == "fail"
    assert confirmed(found) == []
    assert len(subgroups(found)) <= 10


def test_the_income_gap_does_not_come_back_as_subgroups():
    found = telecom()
    assert found.verdict == "fail"
    assert confirmed(found) == []
    rejected = [one for one in subgroups(found) if one.question == "credit-denied"]
    assert len(rejected) < 5
    assert {one.reason for one in rejected} <= {"same_as_part", "not_confirmed", "few_customers"}
    assert all(trait.share is None for one in rejected for trait in one.traits)
    for one in subgroups(found):
        if one.reason == "same_as_part":
            wider = one.sentence.partition("the wider group ")[2]
            own = [f"{trait.segment} {trait.group}" in wider for trait in one.traits]
            assert own.count(False) == 1


@pytest.mark.parametrize("seed", range(1, 3))
def test_the_control_has_none(seed):
    """`make validate` draws a hundred, and asks all three questions."""
    frame = pd.DataFrame(generate(seed=seed)["decisions"])
    whole = load(directory("fair_control") / "careaudit.toml")
    first = whole.model_copy(update={"questions": whole.questions[:1]})
    found = careaudit.audit(frame, plan=first)
    assert confirmed(found) == []


def test_an_input_that_is_the_segment_or_the_outcome_gives_no_subgroup():
    frame = log(crossed)
    frame["copy"], frame["leak"] = frame.area, frame.outcome.str.upper()
    text = PLAN.replace('["intent", "channel"]', '["copy", "leak", "area"]')
    found = audit(frame, text)
    assert [one.segment for one in confirmed(found)] in (["area*language"], ["language*copy"])
    assert not any("leak" in one.segment for one in subgroups(found))


def test_a_subgroup_of_few_customers_is_not_shown():
    """One customer's many decisions stand out; nothing of them is told."""
    frame = log(flat)
    for start in (0, 400):  # in either half, wherever the customer falls
        mine = frame.index[start : start + 400]
        frame.loc[mine, ["area", "language"]] = "odd"
        frame.loc[mine, "customer"] = [f"few{start + k % 4}" for k in range(400)]
        frame.loc[mine, "outcome"] = "denied"
    frame.loc[1_000:1_400, "area"] = "odd"
    frame.loc[1_400:1_800, "language"] = "odd"
    found = audit(frame)
    (one,) = [one for one in subgroups(found) if one.reason == "few_customers"]
    assert not one.listed
    assert one.association.value is one.u.value is one.p_adjusted is one.customers is None
    assert one.group is None
    assert one.traits == ()
    assert not any("odd" in one.model_dump_json() for one in subgroups(found))


def test_names_of_a_hostile_log_are_only_names():
    frame = log(by_channel, rows=12_000)
    frame["area"] = frame.area.replace({"poor": '*"<b>'})
    frame["channel"] = frame.channel.replace({"voice": '*"\x1b[1m\u202e'})
    found = audit(frame)
    (one,) = confirmed(found)
    assert one.traits[0].group == '*"<b>'
    draft = next_plan(plan(), found.drivers)
    for text in (draft, one.sentence, one.name, one.group):
        assert not {"\x1b", "\u202e"} & set(text)
    plan(PLAN + draft)


def test_a_log_without_customers_is_halved_by_decisions():
    found = audit(log(crossed, each=1).drop(columns="customer"),
                  PLAN.replace('subject_id = "customer"', ""))  # fmt: skip
    assert [one.segment for one in confirmed(found)] == ["area*language"]


def test_what_is_left_out_is_said(monkeypatch):
    monkeypatch.setattr("careaudit.drivers.looks.subgroups.MOST_ATTRIBUTES", 3)
    found = audit(log(flat, rows=1_000))
    (note,) = [note for note in found.quality if note.code == "subgroups_left_out"]
    assert "intent, channel" in note.message


# The next plan.


@pytest.mark.parametrize(
    ("ask", "then"),
    [("Is it denied?", "is it denied?"), ("LGBT people: are they denied?",) * 2, ("", "does the ")],
)
def test_a_question_is_small_behind_its_groups(ask, then):
    asked = plan().model_copy(update={"questions": (plan().questions[0].model_copy(
        update={"ask": ask}),)})  # fmt: skip
    assert f'"By area and language: {then}' in next_plan(asked, planted().drivers)


def test_the_draft_loads_with_its_plan_and_asks():
    frame = log(crossed)
    draft = next_plan(plan(), planted().drivers)
    both = plan(PLAN + draft)
    (new,) = [question for question in both.questions if question.id == "subgroup-1"]
    assert new.segments == ("area*language",)
    assert new.ask == (
        "By area and language: is a credit denied more often to some customers than to others?"
    )
    assert new.gate
    record = careaudit.audit(frame, plan=both, drivers=False)
    answer = {question.id: question.verdict for question in record.questions}
    assert answer["subgroup-1"] == "fail"
    assert next_plan(plan(), audit(frame, PLAN + draft).drivers) == ""


def test_a_segment_that_no_question_asks_about_is_a_group_too():
    text = PLAN.replace('["area", "language", "age"]', '["language"]')
    found = audit(log(one_way), text)
    (one,) = confirmed(found)
    assert (one.segment, one.group) == ("area", "poor")
    assert [trait.share for trait in one.traits] == [1.0]
    asked = plan(text + next_plan(plan(text), found.drivers)).questions[-1]
    assert asked.segments == ("area",)


def test_an_input_becomes_a_segment():
    text = PLAN.replace('"denied"\nask', '"subgroup-1"\nask')
    found = audit(log(by_channel), text)
    draft = next_plan(plan(text), found.drivers)
    both = plan(text + draft)
    new = both.segment("channel")
    assert (new.column, new.kind) == ("channel", "operational")
    assert both.questions[-1].id == "subgroup-2"
    assert both.questions[-1].segments == ("area*channel",)
    record = careaudit.audit(log(by_channel), plan=both, drivers=False)
    assert record.questions[-1].verdict == "fail"


def test_a_band_of_a_number_is_a_comment():
    frame = log(flat)
    frame["age_days"] = np.random.default_rng(5).integers(0, 1_000, size=len(frame))
    late = (frame.age_days > 800) & (frame.area == "poor")
    chance = np.where(late, 0.5, 0.2)
    denied = np.random.default_rng(6).random(len(frame)) < chance
    frame["outcome"] = np.where(denied, "denied", "granted")
    text = PLAN.replace('["intent", "channel"]', '["age_days"]')
    found = audit(frame, text)
    assert {one.segment for one in confirmed(found)} == {"area*age_days"}
    assert {trait.band for one in confirmed(found) for trait in one.traits} == {True, False}
    draft = next_plan(plan(text), found.drivers)
    assert all(line.startswith("#") or not line for line in draft.splitlines())
    assert plan(text + draft).questions == plan(text).questions


def test_odd_names_of_inputs_and_presets_make_a_plan_that_loads():
    (one,) = confirmed(planted())
    area, language = one.traits
    odd = language.model_copy(update={"segment": 'area*"x\n'})
    same = language.model_copy(update={"segment": "area "})
    drivers_ = [one.model_copy(update={"traits": (area, new)}) for new in (odd, same)]
    draft = next_plan(plan(), [*drivers_, drivers_[0]])
    both = plan(PLAN + draft)
    assert [segment.column for segment in both.segments[3:]] == ['area*"x\n', "area "]
    assert [question.id for question in both.questions[1:]] == ["subgroup-1", "subgroup-2"]
    extending = 'extends = "care-default"\n' + PLAN
    assert "copy them" in next_plan(plan(extending), planted().drivers)
    plan(extending + next_plan(plan(extending), planted().drivers))


def test_nothing_confirmed_is_nothing_to_ask():
    assert next_plan(plan(), ()) == ""
    rejected = [one.model_copy(update={"listed": False}) for one in planted().drivers]
    assert next_plan(plan(), rejected) == ""
