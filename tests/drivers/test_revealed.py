"""What all inputs together tell of a group: closed forms, a second library, and named refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from field_logs import BOTH, LABEL, audit, plan, seed
from scipy.special import ndtr
from sklearn.metrics import roc_auc_score
from told_samples import tutor

from careaudit.drivers.looks import revealed
from careaudit.drivers.looks.revealed import Telling, out_of_fold

CUSTOMER = 'subject_id = "customer"'


def told(record, place=0):
    return record.segments[0].revealed[place]


def log(n=3000, times=1, apart=1.0, seed=1):
    """Customers of two areas: `speed` is normal with means `apart`, `coin` knows nothing."""
    dice = np.random.default_rng(seed)
    low = dice.random(n) < 0.3
    own = pd.DataFrame(
        {
            "customer": [f"c{k}" for k in range(n)],
            "area": np.where(low, "low", "others"),
            "speed": np.round(dice.normal(apart * low, 1), 6).astype(str),
        }
    )
    rows = own.loc[np.repeat(own.index, times)].reset_index(drop=True)
    denied = dice.random(len(rows)) < np.where(rows["area"] == "low", 0.5, 0.2)
    return rows.assign(
        outcome=np.where(denied, "denied", "approved"), coin=dice.choice(["x", "y"], len(rows))
    )


def look(*names, rows, columns=CUSTOMER):
    return audit(plan(*names, columns=columns), rows, [revealed.look])


def test_a_number_of_known_distance():
    # two normals one spread apart: AUC is Phi(1 / sqrt 2) = .760250
    found = told(look("speed", "coin", rows=log(4000)))
    assert found.auc.low < ndtr(1 / np.sqrt(2)) < found.auc.high
    assert (found.recoverable, found.rows, found.reason) == (True, 4000, None)
    assert [one.name for one in found.carriers] == ["speed", "coin"]
    speed, coin = (one.loss for one in found.carriers)
    assert speed == pytest.approx(found.auc.value - 0.5, abs=0.03)  # nothing else tells
    assert abs(coin) < 0.02


def test_inputs_that_know_nothing_tell_nothing():
    found = told(look("speed", "coin", rows=log(apart=0.0)))
    assert (found.recoverable, found.reason) == (False, None)
    assert found.auc.low < 0.5 < found.auc.high + 0.02


def test_decisions_of_a_customer_are_learned_and_counted_once():
    # speed is a customer's own: were customers split between folds, it would tell them by name
    found = told(look("speed", rows=log(600, times=12, apart=0.0)))
    assert found.recoverable is False
    assert found.auc.high - found.auc.low > 0.08  # 600 customers, not 7,200 decisions


def test_the_area_under_the_curve_is_the_librarys():
    dice = np.random.default_rng(3)
    mine, chances = dice.random(400) < 0.4, np.round(dice.random(400), 2)
    telling = Telling((), np.empty((400, 0)), (), mine, np.arange(400))
    found = telling.auc(chances, [np.arange(400)])
    assert float(found.value) == pytest.approx(roc_auc_score(mine, chances))
    # three parts on scales of their own are told apart as well as on one
    parts = np.split(np.arange(400), [100, 250])
    shifted = chances + np.repeat([0.0, 5.0, -5.0], [100, 150, 150])
    each = [roc_auc_score(mine[part], chances[part]) for part in parts]
    pairs = [mine[part].sum() * (~mine[part]).sum() for part in parts]
    one = telling.auc(shifted, parts)
    assert float(one.value) == pytest.approx(np.average(each, weights=pairs))
    assert float(one.se) == pytest.approx(float(found.se), rel=0.05)


def test_no_answer_has_a_name():
    rows = log()
    few = rows[(rows["area"] == "others") | (rows.groupby("area").cumcount() < 49)]
    assert told(look("speed", rows=few.reset_index(drop=True))).reason == "few_customers"
    # the score is what the system put out: no input
    assert told(look("speed", rows=rows, columns='score = "speed"')).reason == "no_usable_input"
    third = rows.iloc[:60].assign(area="third", coin="y", outcome="approved", customer="z")
    third["customer"] = [f"z{n}" for n in range(60)]
    alike = pd.concat([rows.assign(coin="x"), third], ignore_index=True)
    found = told(look("coin", rows=alike))
    assert (found.group, found.reason) == ("low", "one_value")
    assert found.auc.value is None
    assert found.recoverable is None


def test_an_input_that_is_the_segment_is_left_out():
    rows = log(800)
    rows["copy"] = rows["area"].str.upper()
    without = told(look("speed", rows=rows))
    assert told(look("speed", "area", "copy", rows=rows)) == without
    alone = told(look("copy", rows=rows))
    assert (alone.reason, alone.auc.value, alone.carriers) == ("same_as_segment", None, ())


def test_many_values_and_gaps():
    # 600 values, one in ten missing; the first ten common and of one area only
    rows, dice = log(), np.random.default_rng(6)
    rare = [f"r{n}" for n in dice.integers(0, 590, len(rows))]
    common = [f"common{n}" for n in dice.integers(0, 10, len(rows))]
    tells = (rows["area"] == "low") & (dice.random(len(rows)) < 0.7)
    rows["word"] = np.where(tells, common, rare)
    rows["word"] = rows["word"].mask(dice.random(len(rows)) < 0.1)
    found = told(look("word", rows=rows))
    # common words (.63 of the low) beat all; none (.1 of each) beats rare words (.27 against .9)
    assert found.auc.value == pytest.approx(0.63 + 0.1 * (0.9 + 0.05) + 0.27 * 0.45, abs=0.02)


def test_customers_of_very_unlike_numbers_of_decisions():
    # were parts made even by decisions, one would take every customer of the small side
    often = np.array([100] * 59 + [10] + [1] * 60)
    mine, speed = np.arange(120) >= 60, np.random.default_rng(1).normal(size=120)
    spread = np.repeat(np.arange(120), often)
    telling = Telling(("speed",), speed[spread][:, None], (False,), mine[spread], spread)
    parts, chances, ((shuffled, *_),) = out_of_fold(telling)
    assert all(mine[spread[part]].any() for part in parts)
    assert sorted(np.concatenate(parts)) == list(range(len(spread)))
    found = telling.auc(chances, parts)
    assert found.low < 0.5 < found.high
    assert not (shuffled == chances).all()


def test_one_answer_for_a_pair_whatever_the_questions():
    asked = plan("phrase", more=LABEL.format("all"))
    (one,) = asked.questions
    twice = asked.model_copy(
        update={"questions": (one, one.model_copy(update={"id": "again", "gate": False}))}
    )
    record = audit(twice, seed(), [revealed.look])
    assert len(record.segments[0].revealed) == 1
    # the phrase alone: (1 + .4 - .1) / 2
    assert told(record).auc.value == pytest.approx(0.65, abs=2e-3)
    assert told(record).recoverable


def test_the_tutor():
    record = tutor()
    names = {
        one.name: one for one in record.drivers if one.question == "flagged" and one.kind == "field"
    }
    assert [name for name, one in names.items() if one.listed] == [
        "reply_seconds",
        "typing_per_minute",
    ]
    assert {one.segment for one in names.values()} == {"language_group"}
    # the same pace says another thing of those who write a second language
    assert {one.validity for one in names.values() if one.listed} == {"unequal"}
    (found,) = (s for s in record.segments if s.revealed)
    assert (found.name, found.revealed[0].recoverable) == ("language_group", True)
    assert {one.name for one in found.revealed[0].carriers[:2]} == {
        "reply_seconds",
        "typing_per_minute",
    }


def test_two_runs_are_one():
    one, two = (
        audit(plan("speed", "coin", columns=CUSTOMER), log(800, times=2), BOTH).model_dump_json()
        for _ in range(2)
    )
    assert one == two
    assert '"carriers":[{"name":"speed"' in one
