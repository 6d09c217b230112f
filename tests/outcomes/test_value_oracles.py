"""The worked numbers of methods 2 to 5, from rows to record.

Sources: Freireich et al. 1963 for the waits; methods 2 to 5 for the others.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu, norm
from statsmodels.duration.survfunc import survdiff
from value_asks import LABEL, OUTCOME, OWN, PAID, WAITED, audited, compared, ends, told, waited
from value_rows import Z

# Methods 3.


def paid(group, requests, granted, mean, sd):
    """Requests whose grants have exactly this mean and spread."""
    low, high = mean - sd, mean + sd
    amounts = [low] * (granted // 2) + [high] * (granted // 2) + [None] * (requests - granted)
    outcome = ["yes"] * granted + ["no"] * (requests - granted)
    return pd.DataFrame({"g": group, "outcome": outcome, "amount": amounts})


@pytest.fixture(scope="module")
def money():
    frame = pd.concat([paid("g", 2_000, 1_280, 42, 30), paid("r", 6_000, 4_560, 50, 33)])
    names = ("amount_per_request", "amount_when_granted", "adverse_rate")
    return audited(frame, names, PAID, OUTCOME)


def test_money_per_request(money):
    found = compared(money, "amount_per_request")
    assert (found.group_value, found.reference_value) == pytest.approx((26.88, 38.00))
    assert ends(found.ratio) == pytest.approx((0.707368, 0.668578, 0.748409), abs=1e-6)
    # u is 1 where the group gets a tenth less.
    assert found.u.value == pytest.approx((38 - 26.88) / 3.8)
    assert (found.verdict, found.reason, found.harmed) == ("fail", "established", "group")


def test_money_that_a_group_did_not_get(money):
    found = compared(money, "amount_per_request").affected.money
    arm = Z * 1679.467535
    assert ends(found) == pytest.approx((22_240, 22_240 - arm, 22_240 + arm), abs=1e-4)
    assert (found.granting.value, found.size.value) == pytest.approx((11_040, 11_200))
    people = compared(money, "adverse_rate").affected.people
    assert ends(people) == pytest.approx((240, 240 - Z * 24.132965, 240 + Z * 24.132965), abs=1e-4)


def test_money_per_grant(money):
    found = compared(money, "amount_when_granted")
    v_g, v_r = 30**2 / 1_280, 33**2 / 4_560
    assert (found.group_value, found.reference_value) == (42, 50)
    assert found.u.value == pytest.approx(8 / 5)
    assert found.p_parity == pytest.approx(2 * norm.sf(8 / math.sqrt(v_g + v_r)), rel=1e-9)
    # Methods 1.12, the linear form: nine tenths of the comparator against the group.
    z = (42 - 0.9 * 50) / math.sqrt(v_g + 0.81 * v_r)
    assert found.p_beyond == pytest.approx(norm.cdf(z), rel=1e-6)
    assert found.p_pass == pytest.approx(norm.sf(z), rel=1e-9)


# Methods 4.

DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23]
DRUG_OPEN = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


@pytest.fixture(scope="module")
def trial():
    """The trial beside a third group, large enough to set the horizon of all: 20."""
    third = [1 + place % 20 for place in range(200)]
    frame = pd.concat([waited("g", DRUG, DRUG_OPEN), waited("r", PLACEBO), waited("third", third)])
    names = ("wait_rmst", "sla_attainment", "wait_median")
    return audited(frame, names, WAITED, '[escalation]\nsla = "10s"\n')


def test_freireich_mean_waits(trial):
    found = compared(trial, "wait_rmst")
    assert (found.group_value, found.reference_value) == pytest.approx(
        (16.116527, 8.428571), abs=1e-6
    )
    arm = Z * math.hypot(1.251560, 1.268083)
    gap = 16.116527 - 8.428571
    assert ends(found.difference) == pytest.approx((gap, gap - arm, gap + arm), abs=1e-5)
    assert found.u.value == pytest.approx(gap / 0.8428571, abs=1e-5)
    # The whole curves, unrestricted.
    assert found.second_look.method == "log_rank"
    assert found.second_look.value == pytest.approx(9 / 19.250501, abs=1e-6)
    assert found.second_look.p == pytest.approx(2 * norm.sf(math.sqrt(16.792941)), rel=1e-5)


def test_freireich_shares_served(trial):
    at_ten = told(trial, "sla_attainment", "g")
    assert ends(at_ten) == pytest.approx((1 - 0.752941, 1 - 0.889362, 1 - 0.503200), abs=1e-6)
    assert told(trial, "sla_attainment", "r").value == pytest.approx(1 - 0.380952, abs=1e-6)
    # Ten are at risk until 17 weeks: the curve is drawn to there, and not further.
    curve = {step.seconds: step.share for step in at_ten.curve}
    assert curve[10] == pytest.approx(1 - 0.752941, abs=1e-6)
    assert max(curve) == 17


def test_freireich_medians(trial):
    assert told(trial, "wait_median", "g").value == 23
    assert told(trial, "wait_median", "r").value == 8


def test_open_waits_are_never_dropped():
    # Methods 4: 70 in time, 12 late, 8 open and overdue; the 10 young ones left before the limit.
    frame = pd.concat(
        [waited("g", [60] * 70 + [90] * 12, [1] * 10 + [90] * 8), waited("r", [60] * 90 + [90])]
    )
    record = audited(frame, ["sla_attainment", "sla_met_rate"], WAITED, '[escalation]\nsla = "60s"')
    for name in ("sla_attainment", "sla_met_rate"):
        assert told(record, name, "g").value == pytest.approx(70 / 90), name
        assert told(record, name, "g").value != pytest.approx(70 / 82), name


def test_the_second_look_at_waits_is_the_log_rank_test():
    draw = np.random.default_rng(5)
    seconds = [draw.integers(1, 900, 300), draw.integers(1, 999, 200)]
    done = [draw.random(300) < 0.8, draw.random(200) < 0.7]
    frame = pd.concat(
        waited(group, times[ended], times[~ended])
        for group, times, ended in zip("rg", seconds, done, strict=True)
    )
    look = compared(audited(frame, ["wait_rmst"], WAITED), "wait_rmst").second_look
    _, p = survdiff(np.concatenate(seconds), np.concatenate(done), np.repeat([0, 1], [300, 200]))
    assert look.p == pytest.approx(p, rel=1e-9)


# Methods 5.

RATINGS = {"g": (40, 30, 50, 60, 20), "r": (40, 60, 120, 240, 140)}


def rated(counts_by_group, first=1):
    return pd.DataFrame(
        [
            {"g": group, "value": first + place}
            for group, counts in counts_by_group.items()
            for place, n in enumerate(counts)
            for _ in range(n)
        ]
    )


@pytest.fixture(scope="module")
def ratings():
    return audited(rated(RATINGS), ["csat", "mine"], {"rating": "value"}, OWN)


def test_satisfaction_and_mean_ratings(ratings):
    assert told(ratings, "csat", "g").value == pytest.approx(0.4)
    assert told(ratings, "csat", "r").value == pytest.approx(0.633333, abs=1e-6)
    assert told(ratings, "mine", "g").value == pytest.approx(2.95)
    assert told(ratings, "mine", "r").value == pytest.approx(3.633333, abs=1e-6)
    assert [level.n for level in told(ratings, "csat", "g").levels] == list(RATINGS["g"])


def test_ratings_as_a_whole(ratings):
    look = compared(ratings, "csat").second_look
    assert look.method == "dominance"
    assert (look.value, look.low, look.high) == pytest.approx(
        (0.349167, 0.307816, 0.392919), abs=1e-6
    )
    assert look.p == pytest.approx(2 * norm.sf((0.5 - 0.349167) / 0.021757), rel=1e-3)


def test_the_second_look_at_ratings_is_mann_and_whitneys():
    draw = np.random.default_rng(9)
    frame = pd.DataFrame(
        {"g": draw.choice(["g", "r"], 900), "value": draw.integers(2, 15, 900) / 2}
    )
    record = audited(frame, ["ces"], {"ease": "value"})
    mine, theirs = (frame.value[frame.g == group] for group in "gr")
    u = mannwhitneyu(mine, theirs).statistic
    look = compared(record, "ces").second_look
    assert look.value == pytest.approx(u / (len(mine) * len(theirs)), abs=1e-12)
    # Ratings between two levels: exact in the mean, drawn at the lower one.
    assert told(record, "ces", "g").value == pytest.approx(mine.mean())
    assert told(record, "ces", "g").levels[2].n == int(mine.between(3, 3.5).sum())


def test_the_net_score_of_the_example():
    counts = (60, *[0] * 6, 30, 20, 50, 40)
    record = audited(rated({"g": counts, "r": counts}, first=0), ["nps"], {"recommend": "value"})
    assert ends(told(record, "nps", "g")) == pytest.approx((15.0, 3.069618, 26.487032), abs=1e-6)


# Methods 2.

POSITIVE, NEGATIVE = (2, 5, 9, 14, 20), (60, 40, 25, 15, 10)
SCORES = (0.05, 0.15, 0.30, 0.50, 0.75)


def scored(group, apart):
    """Twice the example; with `apart` half the wrong ones score below the right ones of a bin."""
    right = [("0", score, 2 * n) for score, n in zip(SCORES, POSITIVE, strict=True)]
    wrong = [
        ("1", score + side * apart, n)
        for score, n in zip(SCORES, NEGATIVE, strict=True)
        for side in (-1, 1)
    ]
    rows = [(due, score) for due, score, n in right + wrong for _ in range(n)]
    return pd.DataFrame(rows, columns=["due", "score"]).assign(g=group, outcome="yes")


def scores(apart):
    frame = pd.concat([scored("g", apart), scored("r", apart)])
    frame.iloc[0, frame.columns.get_loc("outcome")] = "no"
    columns = {"decision": "outcome", "score": "score"}
    return audited(frame, ["score_auc", "score_calibration"], columns, OUTCOME + LABEL)


def test_scores_of_the_example():
    record = scores(0.02)
    assert told(record, "score_auc", "g").value == pytest.approx(0.830333, abs=1e-6)
    assert told(record, "score_calibration", "g").value == pytest.approx(-0.035250, abs=1e-6)


def test_scores_that_five_values_tie_are_not_ranked():
    # Bounds .766667 to .894000: wider than .02.
    record = scores(0.0)
    (question,) = [q for q in record.questions if q.id == "score_auc"]
    assert (question.verdict, question.reason) == ("inconclusive", "not_assessed")
    assert "coarse" in question.missing
    assert told(record, "score_auc", "g").value is None
    assert told(record, "score_calibration", "g").value == pytest.approx(-0.035250, abs=1e-6)
