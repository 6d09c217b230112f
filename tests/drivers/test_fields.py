"""Fields from rows to the record: the seed case, Berkeley, and every state that has a name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from field_logs import LABEL, audit, driver, plan, seed
from told_samples import telecom

from careaudit.drivers.looks.fields import carries
from careaudit.drivers.split import Mix, mix
from careaudit.stats.arrays import Table

SIX = 1e-6
# Bickel, Hammel & O'Connell 1975: men admitted, rejected, women likewise
ADMISSIONS = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}  # fmt: skip
BANNED = ("explained", "justified", "because", "due to", "biased", "unbiased", "fair", "proves")


@pytest.fixture(scope="module")
def seeded():
    return audit(plan("phrase", more=LABEL.format("all")), seed())


def test_the_seed_case(seeded):
    # methods 8: V .341720, MI .051599, mix share 100 %, 0 within, not supported by fraud
    found = driver(seeded, "phrase")
    assert found.association.value == pytest.approx(0.341720, abs=SIX)
    assert 0.1 < found.association.low < 0.341720 < found.association.high
    assert found.mutual_information == pytest.approx(0.051599, abs=SIX)
    assert found.mix_share == pytest.approx(1.0)
    assert found.within.value == pytest.approx(0.0, abs=1e-12)
    assert found.within.low < 0 < found.within.high
    assert found.step == pytest.approx(0.12)  # .36 against .24, all of it
    assert (found.listed, found.reason, found.validity) == (True, "listed", "unsupported")
    assert found.sentence.startswith(
        "The gap runs entirely through the input phrase, and the input does not predict "
        "confirmed fraud."
    )


def test_nothing_here_changes_a_verdict(seeded):
    without = audit(plan("phrase", more=LABEL.format("all")), seed(), explain=False)
    assert not without.drivers
    for key in ("verdict", "reason", "comparisons", "questions", "estimates"):
        assert getattr(without, key) == getattr(seeded, key)
    (fails,) = seeded.comparisons
    assert fails.verdict == "fail"


def berkeley() -> pd.DataFrame:
    rows = [
        row
        for name, parts in ADMISSIONS.items()
        for row, n in zip(
            [("others", name, "approved"), ("others", name, "denied"),
             ("women", name, "approved"), ("women", name, "denied")], parts, strict=True,
        )
        for _ in range(n)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area", "department", "outcome"], dtype="string")


def test_berkeley_is_mix_with_its_control():
    # methods 6: favorable gap of men .141645, mix .177674, rd_mh -.018425 with se .014825
    controls = '[controls.department]\nrole = "approved"\nnote = "minute 7"'
    asked = plan("department", question='within = ["department"]', more=controls)
    record = audit(asked, berkeley())
    found = driver(record, "department")
    assert found.mix_share == pytest.approx(0.177674 / 0.141645, abs=1e-5)
    assert found.step == pytest.approx(0.177674, abs=SIX)  # women are denied more
    assert found.within.value == pytest.approx(-0.018425, abs=SIX)
    arm = 1.959964 * 0.014825
    assert found.within.low == pytest.approx(-0.018425 - arm, abs=2e-6)
    assert (found.role, found.listed, found.validity) == ("approved", True, "untested")
    assert found.validity_reason == "no_labels"
    assert "More than the whole gap runs through the input department" in found.sentence
    (crude,) = record.comparisons
    assert crude.verdict == "fail"
    assert audit(asked, berkeley(), explain=False).comparisons == record.comparisons


# Each state by its name.


def more_fields(log: pd.DataFrame) -> pd.DataFrame:
    """The seed case beside columns that are each wrong in a way of their own."""
    log = log.sample(frac=1, random_state=1).reset_index(drop=True)
    dice = np.random.default_rng(2)
    side = log["area"] == "low"
    return log.assign(
        nothing=None,
        blank="  ",
        same="x",
        here=side.map({True: "b", False: "a"}),
        place=[f"{'n' if low else 's'}{k}" for low, k in zip(side, dice.integers(0, 9, len(log)),
                                                             strict=True)],
        leak=(log["outcome"] == "denied").map({True: "template 7", False: "thanks"}),
        decoy=np.where(side & (dice.random(len(log)) < 0.6), "por favor", "please"),
        coin=dice.choice(["x", "y"], len(log)),
        apart=np.where(side, np.where(dice.random(len(log)) < 0.3, "both", "n"),
                       np.where(dice.random(len(log)) < 0.3, "both", "s")),
        many=[f"v{n}" for n in range(len(log))],
        money=dice.integers(1, 90, len(log)).astype(str),
        why=dice.choice(["r1", "r2"], len(log)),
    )  # fmt: skip


STATES = {
    "phrase": "listed",
    "nothing": "empty",
    "blank": "empty",
    "same": "one_value",
    "area": "same_as_segment",
    "here": "same_as_segment",
    "place": "same_as_segment",
    "leak": "same_as_outcome",
    "outcome": "output",
    "money": "output",
    "why": "output",
    "confirmed_fraud": "output",
    "coin": "weak_association",
    "decoy": "small_share",
    "apart": "no_support",
    "many": "too_many_values",
}


@pytest.fixture(scope="module")
def states():
    asked = plan(*STATES, more=LABEL.format("all"),
                 columns='amount = "money"\nreason_code = "why"')  # fmt: skip
    return audit(asked, more_fields(seed()))


@pytest.mark.parametrize(("name", "reason"), STATES.items())
def test_every_state_has_its_name(states, name, reason):
    found = driver(states, name)
    assert (found.reason, found.listed) == (reason, reason == "listed")
    assert name in found.sentence
    assert not any(word in found.sentence.lower().split() for word in BANNED)


def test_states_say_no_more_than_they_know(states):
    for found in states.drivers:
        if found.reason not in {"listed", "small_share", "weak_association"}:
            assert (found.mix_share, found.step, found.within.value) == (None, None, None)
            assert found.validity == "untested"
    assert "8,000 values" in driver(states, "many").sentence
    assert driver(states, "place").association.value > 0.99
    assert "The system is given area itself" in driver(states, "area").sentence
    assert "a system that reads it could use area" in driver(states, "here").sentence


def test_steps_of_several_fields_add_up(states):
    # only the phrase moves decisions, and the others hang on the area alone
    steps = {one.name: one.step for one in states.drivers if one.step is not None}
    assert set(steps) == {"phrase", "coin", "decoy"}
    assert steps["phrase"] == pytest.approx(0.12, abs=0.012)
    assert abs(steps["coin"]) + abs(steps["decoy"]) < 0.012


def test_fifty_thousand_values():
    log = pd.concat([seed()] * 7, ignore_index=True)
    log["id_number"] = [f"{n:x}" for n in range(len(log))]
    found = driver(audit(plan("id_number"), log), "id_number")
    assert (found.reason, found.listed) == ("too_many_values", False)
    assert "56,000" in found.sentence


def test_a_missing_value_is_a_value(seeded):
    log = seed()
    log["phrase"] = log["phrase"].mask(log["phrase"] == "no")
    found, whole = driver(audit(plan("phrase"), log), "phrase"), driver(seeded, "phrase")
    assert found.mix_share == pytest.approx(whole.mix_share)
    assert found.association == whole.association


def test_many_decisions_of_a_customer_are_no_more_evidence():
    log = seed().iloc[::20].reset_index(drop=True)
    log["customer"] = [f"c{n}" for n in range(len(log))]
    columns = 'subject_id = "customer"'
    one = driver(audit(plan("phrase", columns=columns), log), "phrase")
    often = pd.concat([log] * 9, ignore_index=True)
    nine = driver(audit(plan("phrase", columns=columns), often), "phrase")
    assert nine.mix_share == pytest.approx(one.mix_share)
    assert nine.association.low == pytest.approx(one.association.low, abs=0.01)
    alone = driver(audit(plan("phrase"), often), "phrase")
    assert alone.association.low > one.association.low + 0.05


def test_labels_of_appeals_are_not_those_of_all():
    found = driver(audit(plan("phrase", more=LABEL.format("appealed")), seed()), "phrase")
    assert (found.validity, found.validity_reason) == ("untested", "selected_labels")
    assert "has not been shown to predict confirmed fraud" in found.sentence


def test_a_gap_of_something_else_is_not_tested_by_the_label():
    log = seed()
    dice = np.random.default_rng(3)
    seldom = (log["phrase"] == "yes") & (dice.random(len(log)) < 0.5)
    log["confirmed_fraud"] = log["confirmed_fraud"].mask(seldom)
    asked = plan("phrase", measure="label_coverage", more=LABEL.format("all"))
    found = driver(audit(asked, log), "phrase")
    assert found.validity_reason == "not_about_decisions"
    assert "no label says" in found.sentence


def test_a_decoy_is_seldom_listed_in_a_small_log():
    # 1,000 decisions: the decoy is common in the segment and moves nothing; chance alone would
    # give it more than a tenth of the gap in one log of five
    dice = np.random.default_rng(12)
    listed = 0
    for _ in range(400):
        low = dice.random(1000) < 0.25
        uses = dice.random(1000) < np.where(low, 0.5, 0.1)
        denied = dice.random(1000) < np.where(low, 0.36, 0.24)
        table = Table(*(np.array([float((side & held & on).sum()) for on in (uses, ~uses)])
                        for side in (low, ~low) for held in (denied, True)))  # fmt: skip
        crude = table.x1.sum() / table.n1.sum() - table.x2.sum() / table.n2.sum()
        if crude > 0.06:
            listed += carries(mix(table), crude)[1]
    assert listed <= 400 * 0.05


def test_no_gap_no_candidates():
    log = seed()
    log = log[log["area"] == "others"].reset_index(drop=True)
    log["area"] = np.where(np.arange(len(log)) % 2, "low", "others")
    assert audit(plan("phrase"), log).drivers == ()


def test_a_crossing_of_segments():
    log = seed()
    log["half"] = np.where(np.arange(len(log)) % 2, "a", "b")
    more = '[[segments]]\nname = "half"\ncolumn = "half"\n'
    asked = plan("phrase", "half", more=more)
    crossed = asked.model_copy(
        update={"questions": (asked.questions[0].model_copy(update={"segments": ("area*half",)}),)}
    )
    record = audit(crossed, log)
    found = [one for one in record.drivers if one.name == "phrase"]
    assert {one.group for one in found} >= {"low*a", "low*b"}
    for one in found:
        if one.group.startswith("low"):
            assert one.mix_share == pytest.approx(1.0, abs=0.05)
    same = [one for one in record.drivers if one.name == "half"]
    assert {one.reason for one in same} == {"same_as_segment"}


def test_telecom():
    fields = [d for d in telecom().drivers if d.kind == "field"]
    found = {(d.question, d.group, d.name): d for d in fields}
    poorest = found["credit-denied", "1", "intent"]
    assert (poorest.listed, poorest.validity, poorest.role) == (True, "unsupported", "proxy")
    assert poorest.mix_share > 0.9
    assert not any(d.listed for d in fields if d.name == "channel")


def test_a_share_must_be_beyond_chance_among_all_fields_that_were_looked_at():
    # Bonferroni: 1.96 for one field, 2.638 for six
    assert carries(Mix(0.03, 0.03 / 2.0), 0.1) == (pytest.approx(0.3), True)
    assert carries(Mix(0.03, 0.03 / 2.6), 0.1, fields=6) == (pytest.approx(0.3), False)
    assert carries(Mix(0.03, 0.03 / 2.7), 0.1, fields=6) == (pytest.approx(0.3), True)
