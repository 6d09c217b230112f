"""Every named number that counts nobody, over one log that holds all fields, row by row."""

from __future__ import annotations

import math

import pytest
from value_rows import (
    FRAME,
    LOG,
    SLA,
    WAITS,
    Z,
    area,
    horizon,
    in_time,
    mean_of,
    members,
    net_score,
    quantile,
    restricted_mean,
    spread,
    waits,
    within,
)

import careaudit
from careaudit.evidence import contradictions
from careaudit.measures import CATALOGUE, RATES
from careaudit.plan import FIELDS, parse

GROUPS = (None, "en", "es", "unknown")
KNOWN = ("en", "es")
PLAN = """
[audit]
name = "Care"
justification = "Every number on one log."
[log]
path = ["log.csv"]
currency = "USD"
[log.columns]
decision = "outcome"
subject_id = "customer"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["handoff"]
confirmed = true
[label]
column = "due"
positive = ["1"]
selection = "all"
[escalation]
sla = "{sla}s"
[[measures]]
name = "minutes_of_the_refused"
kind = "mean"
column = "minutes"
decisions = "adverse"
orientation = "adverse"
[[segments]]
name = "lang"
column = "lang"
reference = "en"
"""
DECIDED = ["yes", "no"]


def plan(names):
    columns = "\n".join(f'{name} = "{name}"' for name in FIELDS if name in LOG[0])
    asks = "\n".join(
        f'[[questions]]\nid = "{name}"\nmeasure = "{name}"\nsegments = ["lang"]' for name in names
    )
    return parse(PLAN.format(columns=columns, sla=SLA) + asks)


# Means: (n, value, variance if rows were independent, design effect).


def ease(frame):
    return mean_of(frame, within(frame.ease, 1, 7))


def transitions(frame):
    return mean_of(frame, within(frame.transitions, 0, 1e9))


def minutes(frame):
    refused = frame[frame.outcome == "no"]
    return mean_of(refused, within(refused.minutes, 0, 1e9))


def priced(frame):
    return within(frame.amount, 0, 1e11)[frame.outcome == "yes"]


def when_granted(frame):
    return mean_of(frame[frame.outcome == "yes"], priced(frame))


def per_request(frame):
    """Share granted times mean grant; grants of unknown amount are taken as the others."""
    decided = frame[frame.outcome.isin(DECIDED)]
    known = priced(frame).dropna()
    p = (decided.outcome == "yes").mean()
    variance = known.mean() ** 2 * p * (1 - p) / len(decided) + p**2 * known.var(ddof=0) / len(
        known
    )
    counted = decided[(decided.outcome == "no") | decided.index.isin(known.index)]
    got = known.reindex(counted.index).fillna(0.0)
    *_, deff = spread(got, got * 0 + 1, counted.customer)
    return len(decided), p * known.mean(), variance, deff


def calibration(frame):
    score = within(frame.score, 0, 1)
    rated = frame[frame.outcome.isin(DECIDED) & (frame.due != "") & score.notna()]
    score = score[rated.index]
    *_, deff = mean_of(rated, score)
    off = (rated.due == "0") - score
    return len(rated), off.mean(), off.var(ddof=0) / len(rated), deff


MEANS = {
    "ces": ease,
    "transitions_per_case": transitions,
    "minutes_of_the_refused": minutes,
    "amount_when_granted": when_granted,
    "amount_per_request": per_request,
    "score_calibration": calibration,
}
TIMES = {
    "wait_median": ("asked", 0.5),
    "wait_p90": ("asked", 0.9),
    "review_time": ("contested", 0.5),
    "review_time_p90": ("contested", 0.9),
    "time_to_resolution": ("matter", 0.5),
    "time_to_resolution_p90": ("matter", 0.9),
}
OTHERS = ("score_auc", "nps", "sla_attainment", "wait_rmst")
NAMES = (*MEANS, *TIMES, *OTHERS)


@pytest.fixture(scope="module")
def record():
    return careaudit.audit(FRAME, plan=plan(NAMES))


def told(record, name, group):
    (found,) = [e for e in record.estimates if (e.measure, e.group) == (name, group)]
    assert found.low <= found.value <= found.high
    assert found.low < found.high
    assert found.unit == (CATALOGUE[name].unit if name in CATALOGUE else "number")
    return found


def compared(record, name):
    """The one comparison of a question: es beside en."""
    (found,) = [c for c in record.comparisons if c.question == name]
    return found


def refused(frame, name):
    return frame[frame.outcome == "no"] if name.startswith("review") else frame


def test_every_named_number_is_counted_here():
    assert set(CATALOGUE) - set(RATES) <= set(NAMES)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", MEANS)
def test_a_mean_is_that_of_the_rows_with_the_range_of_its_customers(record, name, group):
    n, value, variance, own = MEANS[name](members(group))
    sides = [MEANS[name](members(one)) for one in KNOWN]
    pooled = sum(n * deff for n, _, _, deff in sides) / sum(n for n, *_ in sides)
    arm = Z * math.sqrt(variance * (max(own, pooled) if group in KNOWN else own))
    found = told(record, name, group)
    assert found.n == n
    # Amounts are whole cents, other numbers whole ten-thousandths.
    assert found.value == pytest.approx(value, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((value - arm, value + arm), abs=1e-9)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", TIMES)
def test_a_time_by_which_a_share_is_reached(record, name, group):
    kind, q = TIMES[name]
    frame = refused(members(group), name)
    seconds, states = waits(frame, kind)
    found = told(record, name, group)
    assert (found.n, found.value) == (len(seconds), quantile(seconds, states, q))
    # Long waits are rounded up by less than one in a hundred; the raw seconds say so.
    raw = quantile(*waits(frame, kind, exact=True), q)
    assert raw <= found.value <= raw * 1.01
    if raw <= 1_000:
        assert found.value == raw


@pytest.mark.parametrize("group", GROUPS)
def test_the_share_served_in_time_counts_raw_seconds(record, group):
    seconds, states = waits(members(group), "asked", exact=True)
    found = told(record, "sla_attainment", group)
    assert found.n == len(seconds)
    assert found.value == pytest.approx(in_time(seconds, states), abs=1e-12)
    assert {1, 2, 0} == set(states)
    assert any(step.seconds == SLA for step in found.curve)


@pytest.mark.parametrize("group", GROUPS)
def test_a_curve_is_the_share_reached_by_then(record, group):
    from statsmodels.duration.survfunc import CumIncidenceRight

    seconds, states = waits(members(group), "asked")
    theirs = CumIncidenceRight(seconds, states)
    found = told(record, "wait_rmst", group)
    assert 10 < len(found.curve) <= 61
    for step in found.curve:
        by_then = theirs.cinc[0][theirs.times <= step.seconds]
        assert step.share == pytest.approx(by_then[-1] if by_then.size else 0.0, abs=1e-12)


def test_mean_waits_are_compared_up_to_a_time_that_both_are_seen_to(record):
    sides = {group: waits(members(group), "asked") for group in KNOWN}
    tau = min(horizon(seconds) for seconds, _ in sides.values())
    found = compared(record, "wait_rmst")
    assert found.group_value == pytest.approx(restricted_mean(*sides["es"], tau), rel=1e-9)
    assert found.reference_value == pytest.approx(restricted_mean(*sides["en"], tau), rel=1e-9)


@pytest.mark.parametrize("group", [None, "unknown"])
def test_a_mean_wait_alone_goes_as_far_as_it_is_seen(record, group):
    seconds, states = waits(members(group), "asked")
    found = told(record, "wait_rmst", group)
    assert found.value == pytest.approx(
        restricted_mean(seconds, states, horizon(seconds)), rel=1e-9
    )


@pytest.mark.parametrize("group", GROUPS)
def test_scores_rank_as_scikit_learn_says(record, group):
    found = told(record, "score_auc", group)
    n, value = area(members(group))
    assert found.n == n
    assert found.value == pytest.approx(value, abs=1e-12)
    assert 0 <= found.low < value < found.high <= 1


@pytest.mark.parametrize("group", GROUPS)
def test_the_net_score_is_counted(record, group):
    found = told(record, "nps", group)
    numbers = within(members(group).recommend, 0, 10)
    n, value, interval = net_score(numbers)
    assert (found.n, found.value) == (n, pytest.approx(value))
    assert {int(level.rating): level.n for level in found.levels} == {
        rating: int((numbers == rating).sum()) for rating in range(11)
    }

    def points(frame):
        net = within(frame.recommend, 0, 10)
        return mean_of(frame, net.mask(net >= 9, 1).mask(net <= 6, -1).where(net.isna() | (
            net >= 9) | (net <= 6), 0))  # fmt: skip

    own = points(members(group))[3]
    sides = [points(members(one)) for one in KNOWN]
    pooled = sum(n * deff for n, *_, deff in sides) / sum(n for n, *_ in sides)
    deff = max(own, pooled) if group in KNOWN else own
    assert (found.low, found.high) == pytest.approx(interval(deff), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_repeats_its_estimates(record, name):
    found = compared(record, name)
    assert found.group_value == pytest.approx(told(record, name, "es").value, rel=1e-9)
    assert found.reference_value == pytest.approx(told(record, name, "en").value, rel=1e-9)
    assert found.difference.value == pytest.approx(found.group_value - found.reference_value)
    assert found.difference.low < found.difference.value < found.difference.high


def test_what_is_slower_is_said_to_be(record):
    """Spanish speakers wait 1.3 times as long in this log, and find it harder."""
    for name in ("wait_median", "time_to_resolution", "ces"):
        assert compared(record, name).harmed == "group", name
    assert compared(record, "ces").verdict == "fail"


def test_what_cannot_be_a_number_is_counted(record):
    odd = {}
    for note in record.quality:
        if note.code in {"odd_values", "bad_amount"}:
            odd[note.where] = odd.get(note.where, 0) + note.rows
    expected = {}
    for name, low, high in (
        ("score", 0, 1), ("ease", 1, 7), ("recommend", 0, 10), ("transitions", 0, 1e9),
        ("minutes", 0, 1e9), ("amount", 0, 1e12 - 1),
    ):  # fmt: skip
        expected[name] = int(((FRAME[name] != "") & within(FRAME[name], low, high).isna()).sum())
    for start, end, left in WAITS.values():
        expected[end] = int((FRAME[end] == "soon").sum())
        back = (FRAME[end] != "soon") & (FRAME[end] != "") & (FRAME[start] != "")
        expected[start] = int((back & (FRAME[end] < FRAME[start])).sum())
        assert left is None or (FRAME[left] != "soon").all()
    assert odd == expected
    assert all(expected.values())


def test_no_number_speaks_against_another(record):
    assert not list(contradictions(record))
    assert record.double_entry.compared >= 3
    assert record.accounts.rows_used == len(LOG)
