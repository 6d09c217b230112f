"""The founding case: what taking the phrase out of the score would do, against the generator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import careaudit
from careaudit import drivers
from careaudit.drivers import Found
from careaudit.record import Driver
from careaudit.samples import telecom_credits as made
from careaudit.samples.draw import assign

PLAN = Path(__file__).parents[2] / "sample_data" / "telecom_credits"


@pytest.fixture(scope="module")
def record():
    """The audit with the phrase as the one listed driver; that it is found is tested elsewhere."""
    phrase = Driver(
        question="credit-denied", segment="zip_income", group="1", reference="5", kind="term",
        name="billing dispute", mix_share=0.97, listed=True, reason="listed", sentence="",
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drivers, "LOOKS", (lambda scene: Found(drivers=(phrase,)),))
        return careaudit.audit(plan=PLAN)


@pytest.fixture(scope="module")
def known():
    """What the generator knows of each decision, drawn again as it draws it."""
    rng = np.random.Generator(np.random.PCG64(made.SEED))
    customers, quintiles, _ = made._customers(rng, round(made.ROWS * 0.65))
    owner = assign(rng, len(quintiles), made.ROWS)
    truth = made._truth(rng, owner, quintiles)
    log = made._log(rng, truth, customers["customer_id"])
    score = np.array(log["fraud_score"], dtype=float)
    effect = np.where(
        np.array(log["model"]) == "7.2.0", made.PHRASE_EFFECT["7.2.0"], made.PHRASE_EFFECT["7.1.4"]
    )
    decided = ~np.isin(log["outcome"], ["handoff", "agent_review"])
    credit = np.array([float(v or 0) for v in log["credit_usd"]])
    return {
        "bare": (score - effect * truth.phrase)[decided],
        "granted": (score < made.DENY_AT)[decided],
        "owed": truth.owed[decided],
        "quintile": truth.quintile[decided],
        "credit": credit[decided],
    }


@pytest.fixture(scope="module")
def without(record):
    found = [r for r in record.impact.remedies if r.kind == "without"]
    assert {r.segment for r in record.impact.remedies} == {"zip_income"}
    return next(r for r in found if r.name == "billing dispute")


def test_taking_out_the_phrase_closes_the_gap_at_no_price_in_undue_credits(without):
    assert without.state == "estimated"
    assert without.gap_now.value == pytest.approx(0.2255, abs=0.0005)
    assert -0.05 < without.gap.low <= 0 <= without.gap.high < 0.05
    assert without.undue.low <= 0
    assert without.helped.low > 2_500
    assert without.errors.high < 0


def test_its_figures_hold_what_the_generator_knows(without, known):
    then = known["bare"] <= without.curve[0].setting
    change = then.astype(int) - known["granted"].astype(int)
    owed = known["owed"]
    assert without.helped.low < change[owed].sum() < without.helped.high
    assert without.undue.low < change[~owed].sum() < without.undue.high
    first, last = known["quintile"] == 0, known["quintile"] == 4
    assert without.gap.low < then[last].mean() - then[first].mean() < without.gap.high
    inside = 0
    for place, group in enumerate(without.groups):
        mine = known["quintile"] == place
        assert group.group == str(place + 1)
        assert group.favorable.low < then[mine].mean() < group.favorable.high
        inside += group.helped.low < change[mine & owed].sum() < group.helped.high
    assert inside >= 4
    paid = sum(
        change[mine].sum() * known["credit"][mine & known["granted"]].mean()
        for mine in (known["quintile"] == place for place in range(5))
    )
    assert without.money.low < paid < without.money.high
    assert without.money.currency == "USD"


def test_the_sentence_says_it_with_ranges(without):
    said = without.sentence
    assert said.startswith(
        "If the score no longer counted the phrase “billing dispute”, and the pass mark were set so"
        " that no more decisions are favorable without being due than today, the gap would be "
    )
    assert "in place of 22.6" in said
    assert said.count(" to ") >= 4
    people, money, taken = (said.index(word) for word in ("By the labels", "Money", "The weight"))
    assert people < money < taken


def test_one_milder_cut_costs_more_undue_credits_and_leaves_more_of_the_gap(record, without):
    milder = next(r for r in record.impact.remedies if r.kind == "threshold")
    assert milder.undue.low > without.undue.high
    assert milder.gap.value > without.gap.high
    assert [p.gap for p in milder.curve] == sorted((p.gap for p in milder.curve), reverse=True)


def test_cuts_by_group_say_that_they_need_counsel(record):
    ours = [r for r in record.impact.remedies if r.uses_group]
    assert {r.kind for r in ours} == {"group_thresholds"}
    assert len(ours) == 2  # the plan also asks for wrongful denials
    for one in ours:
        assert "counsel" in one.sentence
        assert abs(one.gap.value) < 0.03
