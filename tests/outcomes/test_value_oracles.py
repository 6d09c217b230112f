"""The worked numbers of methods 2 to 5 from rows to record, and the laws of values with an error.

Sources: Freireich et al. 1963 for the waits; methods 3 to 5 for the others.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm
from statsmodels.duration.survfunc import survdiff
from value_rows import Z, horizon, restricted_mean

import careaudit
from careaudit.judge import rule
from careaudit.measures import Gap, Pair, Reading, Share
from careaudit.measures.base import normal
from careaudit.plan import Statistics, parse
from careaudit.record import POOLED
from careaudit.scales import Asking, Means

HEAD = """
[audit]
name = "t"
justification = "t"
[log.columns]
{columns}
{more}
[[segments]]
name = "g"
column = "g"
reference = "{reference}"
"""
OUTCOME = '[outcome]\nfavorable = ["yes"]\nadverse = ["no"]\n'
LABEL = '[label]\ncolumn = "due"\npositive = ["1"]\nselection = "all"\n'
OWN = '[[measures]]\nname = "mine"\nkind = "mean"\ncolumn = "value"\n'
PAID = {"decision": "outcome", "amount": "amount"}
WAITED = {"human_requested_at": "asked", "human_reached_at": "reached"}


def audited(frame, measures, columns, more="", *, reference="r", asks=""):
    """Ask each measure over g; `asks` is added to each question."""
    text = HEAD.format(
        columns="\n".join(f'{field} = "{name}"' for field, name in columns.items()),
        more=more,
        reference=reference,
    ) + "\n".join(
        f'[[questions]]\nid = "{name}"\nmeasure = "{name}"\nsegments = ["g"]\n{asks}'
        for name in measures
    )
    return careaudit.audit(frame, plan=parse(text))


def compared(record, measure, group="g"):
    (found,) = [c for c in record.comparisons if (c.measure, c.group) == (measure, group)]
    return found


def told(record, measure, group):
    (found,) = [e for e in record.estimates if (e.measure, e.group) == (measure, group)]
    return found


def ends(interval):
    return interval.value, interval.low, interval.high


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
END = datetime(2026, 3, 2)  # noqa: DTZ001 - a log without offsets


def waited(group, ended, still_open=()):
    """Waits that end, or stay open, with the log: the last moment that it knows."""
    return pd.DataFrame(
        [
            {
                "g": group,
                "asked": (END - timedelta(seconds=int(seconds))).isoformat(),
                "reached": END.isoformat() if done else "",
            }
            for times, done in ((ended, True), (still_open, False))
            for seconds in times
        ]
    )


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


# Limits.

VALUES = st.floats(0.01, 1_000)
ERRORS = st.floats(1e-4, 100)
LIMITS = st.one_of(
    st.floats(0.01, 0.9).map(Share), st.floats(0.01, 50).map(Gap)
)  # fmt: skip


def side(name, m, se):
    return Reading(name, 500, 500, 1.0, lambda deff: normal(m, se**2, deff), "normal")


def pair(g, r, *, protect=False):
    return Pair("q", "s", side("g", *g), side("r", *r), 1, 1, 1.0, True, True, protect=protect)


@given(VALUES, ERRORS, VALUES, ERRORS, LIMITS, st.booleans(), st.booleans())
def test_no_gap_fails_and_passes(m_g, s_g, m_r, s_r, limit, adverse, protect):
    scale = Means(adverse, limit)
    mine = pair((m_g, s_g), (m_r, s_r), protect=protect)
    found = scale.test([mine])
    assert all(0 <= float(p[0]) <= 1 for p in found[1:])
    within, beyond = float(found.within[0]), float(found.beyond[0])
    assert not (within <= 0.05 and beyond <= 0.2)
    (ruling,) = rule(found, np.ones(1), Statistics())
    assert not (ruling.verdict == "fail" and within <= 0.05)
    spread = scale.spread([mine], Asking(scale, 0.05, 0.05))
    assert spread.low[0] <= spread.value[0] + 1e-9
    assert spread.value[0] <= spread.high[0] + 1e-9
    # The range says what the verdict says.
    if spread.high[0] < 1:
        assert within <= 0.05 + 1e-9


@given(VALUES, LIMITS, st.booleans(), st.floats(0.01, 10))
def test_u_is_one_exactly_at_the_limit(m_r, limit, adverse, error):
    t = limit.gap if isinstance(limit, Gap) else limit.share * m_r
    m_g = m_r + t if adverse else m_r - t
    if isinstance(limit, Gap) and isinstance(m_g, float) and m_g < 0:
        m_g, m_r = 0.0, t  # a wait or an amount is never below 0
    scale = Means(adverse, limit)
    found = scale.test([pair((m_g, error), (m_r, error))])
    assert float(found.u[0]) == pytest.approx(1, rel=1e-6)
    # Half of the evidence on either side, as far as harm goes.
    assert scale.tolerated(pair((m_g, error), (m_r, error))) == pytest.approx(t)
    alone = scale.test([pair((m_g, error), (m_r, error), protect=True)])
    assert (float(alone.within[0]), float(alone.beyond[0])) == pytest.approx((0.5, 0.5), abs=1e-6)


@given(VALUES, ERRORS, VALUES, ERRORS, st.floats(0.01, 0.9), st.booleans())
def test_a_share_does_not_know_the_unit(m_g, s_g, m_r, s_r, share, adverse):
    scale = Means(adverse, Share(share))
    one = scale.test([pair((m_g, s_g), (m_r, s_r))])
    cents = scale.test([pair((100 * m_g, 100 * s_g), (100 * m_r, 100 * s_r))])
    for mine, theirs in zip(one, cents, strict=True):
        assert float(mine[0]) == pytest.approx(float(theirs[0]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "limit", "measure", "columns"),
    [
        ({"g": 90, "r": 100}, "share = 0.1", "mine", {}),
        ({"g": 4.75, "r": 5.0}, "gap = 0.25", "ces", {"ease": "value"}),
    ],
)
def test_a_log_exactly_at_the_limit_neither_passes_nor_fails(values, limit, measure, columns):
    frame = pd.concat(
        pd.DataFrame({"g": group, "value": [m - 1, m + 1] * 2_000}) for group, m in values.items()
    )
    record = audited(frame, [measure], columns, OWN, asks=f"limit = {{ {limit} }}")
    found = compared(record, measure)
    assert found.u.value == pytest.approx(1)
    assert (found.verdict, found.reason) == ("inconclusive", "insufficient")
    assert (found.p_pass, found.p_beyond) == pytest.approx((0.5, 0.5), abs=1e-6)


# Money.


def lottery(group, tail, n=2_000, size=5_000.0, customers=None):
    """Grants of 45 to 55, and a few that are very large."""
    amounts = [45 + place % 11 for place in range(n - tail)] + [size] * tail
    names = [f"{group}{customers[place] if customers else place}" for place in range(n)]
    return pd.DataFrame({"g": group, "outcome": "yes", "amount": amounts, "customer": names})


def granted(*parts):
    refused = pd.concat([part.iloc[:50].assign(outcome="no") for part in parts])
    columns = PAID | {"subject_id": "customer"}
    names = ("amount_when_granted", "amount_per_request")
    return audited(pd.concat([*parts, refused]), names, columns, OUTCOME)


@pytest.mark.parametrize("name", ["amount_when_granted", "amount_per_request"])
@pytest.mark.parametrize(
    ("tail", "verdict"),
    [
        (20, "inconclusive"),  # 1 in 100 holds half of the money: cut, no gap is left
        (60, "fail"),  # 3 in 100 do: a gap with the largest hundredth cut as well
        (0, "pass"),
    ],
)
def test_few_large_amounts_alone_decide_nothing(name, tail, verdict):
    record = granted(lottery("g", tail), lottery("r", 0))
    found = compared(record, name)
    assert found.verdict == verdict
    if tail:
        assert found.u.value > 1
        assert found.p_parity > 0.05 if verdict == "inconclusive" else found.p_parity < 0.05


def test_one_customer_with_half_of_the_money_decides_nothing():
    one = [*range(1_980), *[1_980] * 20]
    record = granted(lottery("g", 20, customers=one), lottery("r", 0))
    for name in ("amount_when_granted", "amount_per_request"):
        assert compared(record, name).verdict == "inconclusive", name


def test_money_a_hundred_times_as_large_is_the_same_finding():
    draw = np.random.default_rng(3)
    n = 3_000
    frame = pd.DataFrame(
        {
            "g": draw.choice(["g", "r"], n),
            "outcome": draw.choice(["yes", "no"], n),
            "customer": draw.integers(0, n // 2, n),
            "amount": np.round(draw.lognormal(3, 0.8, n), 2),
        }
    )
    columns = PAID | {"subject_id": "customer"}
    names = ("amount_when_granted", "amount_per_request")
    one, cents = (
        audited(frame.assign(amount=frame.amount * k), names, columns, OUTCOME) for k in (1, 100)
    )
    for name in names:
        small, large = compared(one, name), compared(cents, name)
        assert ends(large.u) == pytest.approx(ends(small.u), rel=1e-6)
        assert large.difference.value == pytest.approx(100 * small.difference.value, rel=1e-9)
        assert (large.verdict, large.reason) == (small.verdict, small.reason)
        assert large.p_pass == pytest.approx(small.p_pass, rel=1e-6)


def test_amounts_known_more_often_in_one_group_carry_no_verdict():
    parts = lottery("g", 0), lottery("r", 0)
    parts[0].loc[:199, "amount"] = None  # a tenth of them
    record = granted(*parts)
    for question in record.questions:
        assert question.verdict == "inconclusive", question.id
    assert not [c for c in record.comparisons if c.verdict != "inconclusive"]
    assert {q.rows for q in record.quality if q.code == "missing_amount"} == {200}


def test_amounts_that_are_all_alike_have_a_mean_and_no_verdict():
    frame = lottery("g", 0).assign(amount=10)
    record = granted(frame, frame.assign(g="r"))
    found = compared(record, "amount_when_granted")
    assert (found.group_value, found.verdict) == (10, "inconclusive")
    assert told(record, "amount_when_granted", "g").high is None


# Customers, not rows.


@pytest.fixture(scope="module")
def twice():
    """A log of one row a customer, and the same with every row written twice."""
    from test_named_values import NAMES, plan
    from value_rows import FRAME

    names = (*NAMES, "csat", "adverse_rate")
    frame = FRAME[:2_000]
    frame = frame.assign(customer=range(len(frame)), rating=frame.ease.replace({"6": "", "7": ""}))
    asked = plan(names)
    columns = asked.log.columns | {"rating": "rating"}
    asked = asked.model_copy(update={"log": asked.log.model_copy(update={"columns": columns})})
    return [careaudit.audit(one, plan=asked) for one in (frame, pd.concat([frame, frame]))]


def test_rows_written_twice_tell_nothing_new(twice):
    once, again = ({c.id: c for c in record.comparisons} for record in twice)
    assert len(once) == len(again) > 15
    for name, one in once.items():
        two = again[name]
        assert two.design_effect == pytest.approx(2 * one.design_effect, rel=0.01), name
        assert two.effective_n == pytest.approx(one.effective_n, rel=0.01), name
        assert (two.verdict, two.reason) == (one.verdict, one.reason), name
        if one.measure == "wait_rmst":  # more rows are seen for longer
            continue
        assert two.group_value == pytest.approx(one.group_value, rel=1e-9), name
        assert two.u.value == pytest.approx(one.u.value, rel=1e-6), name
        assert two.p_parity == pytest.approx(one.p_parity, rel=0.05, abs=1e-4), name
        if one.second_look:
            assert two.second_look.p == pytest.approx(one.second_look.p, rel=0.05, abs=1e-4), name


# How far mean waits go.


def uneven(small):
    """A large group whose waits end by 20, and others whose waits go on to 40."""
    draw = np.random.default_rng(1)
    long = {group: draw.integers(1, 41, n) for group, n in small.items()}
    frames = [waited("r", [1 + place % 20 for place in range(400)])]
    return pd.concat([*frames, *(waited(group, times) for group, times in long.items())]), long


def mean_to(times, tau):
    times = np.asarray(times)
    return restricted_mean(times, np.ones(times.size), tau)


def test_groups_too_small_for_a_say_share_a_horizon():
    """Nobody is large: 60 waits a group. The mean goes as far as the one seen least."""
    frame, long = uneven({"g": 60})
    short = [1 + place % 20 for place in range(60)]
    frame = pd.concat([waited("r", short), frame[frame.g == "g"]])
    found = compared(audited(frame, ["wait_rmst"], WAITED), "wait_rmst")
    tau = min(horizon(np.array(short)), horizon(long["g"]))
    assert found.group_value == pytest.approx(mean_to(long["g"], tau))
    assert found.reference_value == pytest.approx(mean_to(short, tau))


POOL = pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="groups taken together go to a horizon of their own"
)


@POOL
def test_small_groups_together_are_seen_no_further_than_the_rest():
    frame, long = uneven({"g": 60, "h": 60})
    record = audited(frame, ["wait_rmst"], WAITED)
    found = compared(record, "wait_rmst", POOLED)
    both = np.concatenate([long["g"], long["h"]])
    assert found.group_value == pytest.approx(mean_to(both, 20))


@POOL
def test_the_rest_is_seen_no_further_than_the_group():
    frame, long = uneven({"g": 300, "h": 300})
    record = audited(frame, ["wait_rmst"], WAITED, reference="rest")
    found = compared(record, "wait_rmst", "r")
    both = np.concatenate([long["g"], long["h"]])
    assert found.reference_value == pytest.approx(mean_to(both, 20))
