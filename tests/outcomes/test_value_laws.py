"""Laws of values with an error: limits, money that rests on few, customers, horizons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_named_values import NAMES, plan
from value_asks import OUTCOME, OWN, PAID, WAITED, audited, compared, ends, told, waited
from value_rows import FRAME, horizon, restricted_mean

import careaudit
from careaudit.judge import rule
from careaudit.measures import Gap, Pair, Reading, Share
from careaudit.measures.base import normal
from careaudit.plan import Statistics
from careaudit.record import POOLED
from careaudit.scales import Asking, Means

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


def test_small_groups_together_are_seen_no_further_than_the_rest():
    frame, long = uneven({"g": 60, "h": 60})
    record = audited(frame, ["wait_rmst"], WAITED)
    found = compared(record, "wait_rmst", POOLED)
    both = np.concatenate([long["g"], long["h"]])
    assert found.group_value == pytest.approx(mean_to(both, 20))


def test_the_rest_is_seen_no_further_than_the_group():
    frame, long = uneven({"g": 300, "h": 300})
    record = audited(frame, ["wait_rmst"], WAITED, reference="rest")
    found = compared(record, "wait_rmst", "r")
    both = np.concatenate([long["g"], long["h"]])
    assert found.reference_value == pytest.approx(mean_to(both, 20))
