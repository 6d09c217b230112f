"""Decisions of unknown group: every comparison sorted every way, and what hangs on it."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

import careaudit
from careaudit.plan.load import validate

LANGUAGES = {"es": (400, 120), "en": (1000, 400), None: (100, 35)}  # methods 11: n, refused


def log(groups, times=1):
    rows = [
        (group, "denied" if i < x else "granted", f"{group}-{i}")
        for group, (n, x) in groups.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows * times, columns=["lang", "outcome", "customer"])


def audit(frame, *, customers=False, limit=None, **statistics):
    columns = {"decision": "outcome"} | ({"subject_id": "customer"} if customers else {})
    plan = {
        "audit": {"name": "Unknown", "justification": "A test."},
        "log": {"columns": columns},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
        "segments": [{"name": "lang", "column": "lang"}],
        "questions": [
            {"id": "q", "measure": "adverse_rate", "segments": ["lang"], "limit": limit or {}}
        ],
        "statistics": statistics,
    }
    return careaudit.audit(frame, plan=validate(plan, where="test"), as_of="2026-07-01")


def notes(record, code):
    return [note for note in record.quality if note.code == code]


def both_ends(x1, n1, x2, n2, x_u, n_u, deff=1.0):
    """Newcombe's ranges of statsmodels at both sortings, at Imbens & Manski's quantile."""
    lost = n_u - x_u
    low = (x1, n1 + lost, x2 + x_u, n2 + x_u)
    high = (x1 + x_u, n1 + x_u, x2, n2 + lost)
    ends = []
    for counts in (low, high):
        x, n, y, m = (count / deff for count in counts)
        gap = x / n - y / m
        ends.append((gap, *confint_proportions_2indep(x, n, y, m, method="newcomb")))
    z = norm.ppf(0.975)
    down, up = (ends[0][0] - ends[0][1]) / z, (ends[1][2] - ends[1][0]) / z
    apart = (ends[1][0] - ends[0][0]) / max(down, up)
    c = brentq(lambda c: norm.cdf(c + apart) - norm.cdf(-c) - 0.95, 0, 10, xtol=1e-12)
    return ends[0][0] - c * down, ends[1][0] + c * up


def test_the_gap_of_the_methods_from_rows():
    (pair,) = audit(log(LANGUAGES)).comparisons
    assert pair.difference.value == pytest.approx(-0.1)
    found = pair.with_unknown
    assert found.value is None
    assert found.low < -0.162225 < -0.019265 < found.high
    expected = both_ends(120, 400, 400, 1000, 35, 100)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-6)


def test_several_decisions_of_a_customer_widen_the_range_but_move_no_bound():
    (pair,) = audit(log(LANGUAGES, times=4), customers=True).comparisons
    counts = [4 * count for count in (120, 400, 400, 1000, 35, 100)]
    assert pair.design_effect == pytest.approx(4, rel=0.01)
    expected = both_ends(*counts, deff=pair.design_effect)
    found = pair.with_unknown
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ({"es": (400, 120), "en": (1000, 400), None: (73, 20)}, False),  # 4.96 %
        ({"es": (400, 120), "en": (1000, 400), None: (74, 20)}, True),  # 5.02 %
        ({"es": (40, 12), "en": (100, 40), None: (9, 3)}, False),  # 6 %, too few to show
        ({"es": (40, 12), "en": (100, 40), None: (10, 3)}, True),
        ({"es": (9, 3), "en": (100, 40), None: (20, 3)}, False),  # a hidden group
    ],
)
def test_only_many_unknown_are_sorted_and_none_is_shown_where_few_would_be(groups, shown):
    (pair,) = audit(log(groups)).comparisons
    assert (pair.with_unknown is not None) == shown


@pytest.mark.parametrize(
    ("unknown", "says", "severity"),
    [
        ((2000, 1200), "more than the limit apart", "warning"),
        ((2000, 600), "within the limit", "info"),
        ((40, 14), "cannot be told", "info"),
    ],
)
def test_known_against_unknown_is_told_and_changes_no_verdict(unknown, says, severity):
    groups = {"es": (6000, 1800), "en": (6000, 1800)}
    record = audit(log(groups | {None: unknown}), coverage=0.5)
    (note,) = notes(record, "unknown_differs")
    n, x = unknown
    assert says in note.message
    assert f"30.0% where lang is recorded and {x / n:.1%} where it is not" in note.message
    assert (note.severity, note.where, note.rows) == (severity, "q", n)
    assert [c.verdict for c in record.comparisons] == ["pass"]
    assert record.verdict == "pass"
    alone = audit(log(groups), coverage=0.5)
    assert not notes(alone, "unknown_differs")
    assert alone.comparisons[0].p_pass == record.comparisons[0].p_pass


def test_few_unknown_customers_are_not_told_apart():
    record = audit(log({"es": (600, 180), "en": (600, 180), None: (9, 9)}))
    assert not notes(record, "unknown_differs")


EVEN = {"es": (10000, 3000), "en": (10000, 3000)}


@pytest.mark.parametrize(
    ("unknown", "moved"),
    [
        ((2000, 1000), True),  # .364 v .273: 9.1 points, 6.8 are tolerated
        ((1200, 360), False),  # .324 v .277: 4.7 points, 6.9 are tolerated
    ],
)
def test_a_pass_that_some_sorting_would_undo_is_named(unknown, moved):
    record = audit(log(EVEN | {None: unknown}), coverage=0.85)
    assert record.verdict == "pass"
    found = notes(record, "unknown_moves")
    assert bool(found) == moved
    if moved:
        assert (found[0].severity, found[0].where) == ("warning", "q")
        assert "lang" in found[0].message
        assert "es" in found[0].message


def test_todays_coverage_covers_no_unknown():
    """Over 5 % unknown never passes at the plan's default: they are in no pair."""
    record = audit(log(EVEN | {None: (1200, 360)}))
    assert [c.verdict for c in record.comparisons] == ["pass"]
    assert (record.verdict, record.reason) == ("inconclusive", "coverage")
    assert record.questions[0].coverage == pytest.approx(20000 / 21200)


def test_many_unknown_hold_up_a_pass_even_where_the_plan_asks_for_less_coverage():
    record = audit(log(EVEN | {None: (5200, 1560)}), coverage=0.5)  # 20.6 %
    assert [c.verdict for c in record.comparisons] == ["pass"]
    assert (record.verdict, record.reason) == ("inconclusive", "coverage")
    assert "21%" in record.questions[0].missing
    less = audit(log(EVEN | {None: (4900, 1470)}), coverage=0.5)  # 19.7 %
    assert less.verdict == "pass"
    assert notes(less, "unknown_moves")


def test_many_unknown_who_cannot_move_it_hold_up_nothing():
    wide = {"ratio": 0.2, "cap": 0.9}
    record = audit(log(EVEN | {None: (5200, 1560)}), coverage=0.5, limit=wide)
    assert record.verdict == "pass"
    assert not notes(record, "unknown_moves")


def test_a_fail_stays_one_whoever_is_unknown():
    record = audit(log({"es": (3000, 1500), "en": (3000, 600), None: (2000, 600)}), coverage=0.5)
    assert (record.verdict, record.reason) == ("fail", "established")
    (pair,) = record.comparisons
    assert pair.with_unknown.low < pair.difference.low < pair.difference.high
    assert pair.difference.high < pair.with_unknown.high
    assert not notes(record, "unknown_moves")
