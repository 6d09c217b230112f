"""Adverse decisions beside the nearest cases of other customers: by hand and by brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata
from statsmodels.stats.proportion import proportion_confint
from told_scenes import scene

from careaudit.cells import Slot
from careaudit.drivers.looks import like_pairs
from careaudit.drivers.neighbors import beside, ended, nearest, placed, rank_among, ranks
from careaudit.plan import Plan, load
from careaudit.sources import Coded, Drawn

SAMPLES = Path(__file__).parents[2] / "sample_data"
GOOD, BAD, NEITHER = (
    [*Slot].index(one) for one in (Slot.FAVORABLE_UNLABELLED, Slot.ADVERSE_UNDUE, Slot.UNDECIDED)
)


def drawn(customer, slot, fields=None, numbers=None) -> Drawn:
    rows, none = len(slot), np.full(len(slot), np.nan)
    numbers = {name: np.asarray(values, float) for name, values in (numbers or {}).items()}
    coded = {
        name: Coded(np.asarray(codes, np.int32), tuple("abcdefgh"))
        for name, codes in (fields or {}).items()
    }
    bands = {
        name: Coded(np.where(np.isfinite(values), 0, -1).astype(np.int32), ("any number",))
        for name, values in numbers.items()
    }
    return Drawn(
        customer=np.asarray(customer, np.int64), named=np.ones(rows, bool),
        slot=np.asarray(slot, np.int8), held_out=np.zeros(rows, bool), groups={},
        fields=coded | bands, numbers=numbers, counted={}, score=none, threshold=none, amount=none,
    )  # fmt: skip


def brute(log: Drawn) -> list[tuple[int, int]]:
    """The same, one pair of decisions after the other."""
    rank = {}
    for name, values in log.numbers.items():
        known = np.isfinite(values)
        rank[name] = np.full(len(values), np.nan)
        rank[name][known] = (rankdata(values[known]) - 0.5) / max(known.sum(), 1)
    found = []
    for i in np.flatnonzero(log.slot == BAD):
        near = []
        for j in np.flatnonzero(log.slot != NEITHER):
            alike = log.customer[i] != log.customer[j] and all(
                one.codes[i] == one.codes[j] for one in log.fields.values()
            )
            off = [abs(r[i] - r[j]) for r in rank.values() if np.isfinite(r[i])]
            if alike and all(d <= 0.1 for d in off):
                near.append((max(off, default=0.0), log.slot[j] == GOOD))
        near.sort()
        last = near[14][0] if len(near) >= 15 else np.inf
        taken = [good for far, good in near if far <= last + 1e-9]
        found.append((len(taken), sum(taken)))
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2), st.integers(0, 2), st.integers(1, 60))
def test_it_is_what_brute_force_finds(seed, fields, numbers, rows):
    rng = np.random.default_rng(seed)
    log = drawn(
        rng.integers(0, max(rows // 2, 1), rows),
        rng.choice([GOOD, BAD, NEITHER], rows, p=[0.5, 0.4, 0.1]),
        {f"f{n}": rng.integers(-1, 2, rows) for n in range(fields)},
        {
            f"n{n}": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(0, 30, rows))
            for n in range(numbers)
        },
    )
    asked = np.flatnonzero(log.slot == BAD)
    if not len(asked):
        return
    found = beside(log, placed(log, tuple(log.fields)), asked)
    assert list(zip(found.cases, found.favorable, strict=True)) == brute(log)


def test_equally_near_cases_are_taken_together():
    """No number: 30 cases with the same input stand beside one, not 15 of them by chance."""
    log = drawn([0, *range(1, 41)], [BAD] + [GOOD] * 20 + [BAD] * 20,
                {"f": [0] * 31 + [1] * 10})  # fmt: skip
    found = beside(log, placed(log, ("f",)), np.array([0]))
    assert (found.cases[0], found.favorable[0]) == (30, 20)


def test_the_own_cases_of_a_customer_are_nothing_to_compare_with():
    log = drawn([0] * 10 + [1] * 6, [BAD] + [GOOD] * 9 + [BAD] * 6, {"f": [0] * 16})
    found = beside(log, placed(log, ("f",)), np.array([0, 15]))
    assert [*found.cases] == [6, 10]
    assert [*found.favorable] == [0, 9]


def test_ranks_are_those_of_scipy():
    values = np.array([3.0, np.nan, 3.0, -1.0, 1e300, 5.0])
    known = np.isfinite(values)
    assert ranks(values)[known] == pytest.approx((rankdata(values[known]) - 0.5) / 5)
    assert np.isnan(ranks(values)[1])
    for one in (3.0, -1.0, 1e300):
        assert rank_among(values, one)[1] == ranks(values)[values == one][0]
    assert rank_among(values, 4.0)[1] == 3 / 5
    assert rank_among(np.array([np.nan]), 4.0)[1] == 0.0


def test_nearest_takes_ties_and_counts_customers():
    far = np.array([0.3, 0.1, 0.1, 0.2, 0.2, 0.0])
    customer = np.array([1, 2, 2, 3, 4, 9])
    among = np.array([0, 1, 2, 3, 4])
    assert set(nearest(among, far, customer, 1)) == {1, 2}
    assert set(nearest(among, far, customer, 2)) == {1, 2, 3, 4}
    assert set(nearest(among, far, customer, 9)) == set(among)
    assert not len(nearest(among[:0], far, customer, 3))


@pytest.mark.parametrize("each", [1, 2])
def test_the_range_is_wilsons_on_what_customers_are_worth(each):
    """Each customer tells one thing, `each` times; of n customers n - 1 are counted."""
    found = ended(np.repeat(np.arange(100 // each), each), np.arange(100) < 30 // each * each)
    worth = 100 // each - 1
    low, high = proportion_confint(0.3 * worth, worth, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((0.3, low, high))
    assert ended(np.zeros(9, int), np.ones(9, bool)).value is None


def plan(*fields: str, least: int = 10, columns: dict[str, str] | None = None) -> Plan:
    mapped = {"decision": "decision", "decision_id": "id", "subject_id": "customer"}
    return Plan.model_validate(
        {
            "audit": {"name": "n", "justification": "j"},
            "log": {"columns": mapped | (columns or {})},
            "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
            "segments": [{"name": "zip", "column": "zip"}],
            "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["zip"]}],
            "drivers": {"fields": list(fields)},
            "privacy": {"min_cell": least},
        }
    )


def frame(parts: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Group, intent, decision, rows; every row its own customer."""
    rows = [part[:3] for part in parts for _ in range(part[3])]
    found = pd.DataFrame(rows, columns=["zip", "intent", "decision"])
    found["id"] = [f"d{n}" for n in range(len(found))]
    found["customer"] = [f"c{n}" for n in range(len(found))]
    return found


# Of 100 bills 55 are granted, of 100 outages 25: low's 30 + 20 refusals are 30 beside mostly yes.
LOG = [
    ("low", "bill", "denied", 30), ("low", "bill", "granted", 10),
    ("low", "outage", "denied", 20), ("low", "outage", "granted", 5),
    ("high", "bill", "denied", 15), ("high", "bill", "granted", 45),
    ("high", "outage", "denied", 55), ("high", "outage", "granted", 20),
]  # fmt: skip


def pairs(data: pd.DataFrame, of: Plan) -> dict[str, tuple[object, ...]]:
    found = like_pairs.look(scene(of, data, "zip")).like_pairs["zip"]
    return {row.group: (row.adverse, row.compared, row.share, row.reason) for row in found}


def test_shares_are_those_counted_by_hand():
    assert pairs(frame(LOG), plan("intent")) == {
        "high": (70, 70, 15 / 70, None),
        "low": (50, 50, 30 / 50, None),
    }


def test_two_runs_say_the_same():
    data = frame(LOG)
    shuffled = data.sample(frac=1, random_state=3)
    assert pairs(data, plan("intent")) == pairs(shuffled, plan("intent"))


def test_without_inputs_it_says_so():
    assert pairs(frame(LOG), plan())["low"] == (50, 0, None, "no_inputs")


def test_too_few_comparable_cases_say_nothing():
    data = frame(LOG)
    data["intent"] = [f"i{n // 2}" for n in range(len(data))]
    assert pairs(data, plan("intent"))["low"] == (50, 0, None, "few_cases")


def test_groups_of_few_customers_are_not_shown():
    data = frame([*LOG, ("tiny", "bill", "denied", 9), ("rarely", "bill", "denied", 9),
                  ("rarely", "bill", "granted", 90)])  # fmt: skip
    assert set(pairs(data, plan("intent"))) == {"low", "high"}


@pytest.mark.parametrize("name", ["leak", "why", "score", "customer"])
def test_what_the_system_writes_or_what_gives_it_away_is_no_input(name):
    data = frame(LOG)
    data["leak"] = data.decision.map({"denied": "n", "granted": "y"})
    data["why"] = data["score"] = data.intent
    columns = {"reason_code": "why", "score": "score"}
    assert pairs(data, plan(name, columns=columns))["low"][3] == "no_inputs"
    assert pairs(data, plan(name, "intent", columns=columns)) == pairs(data, plan("intent"))


def test_no_gap_no_pairs():
    assert like_pairs.look(scene(plan("intent"), frame(LOG))).like_pairs == {}


def test_whole_customers_are_looked_at():
    log = drawn([0, 0, 1, 1, 1, 2], [BAD, GOOD, BAD, BAD, BAD, BAD])
    assert [*like_pairs.upto(log, 9)] == [0, 2, 3, 4, 5]
    assert [*like_pairs.upto(log, 3)] == [0]
    assert [*like_pairs.upto(log, 4)] == [0, 2, 3, 4]


@pytest.mark.parametrize("sample", ["telecom_credits", "tutor_engagement"])
def test_sample_logs_have_a_share_for_every_group(sample):
    home = SAMPLES / sample
    of = load(home)
    segment = of.segments[0].name
    found = like_pairs.look(scene(of, home, segment)).like_pairs[segment]
    assert len(found) >= 2
    for row in found:
        assert row.compared <= row.adverse
        assert 0 <= row.low < row.share < row.high <= 1
    if sample == "telecom_credits":  # the refusals of the rich stand out beside like cases
        assert [row.group for row in found] == ["1", "2", "3", "4", "5"]
        log = pd.read_csv(home / "decisions.csv.gz", dtype=str).drop_duplicates("decision_id")
        known = log.outcome.isin(["denied", "auto_denied", "approved", "credit_granted"])
        refused = (
            log[known]
            .groupby(["intent", "channel"])
            .outcome.apply(lambda said: said.isin(["denied", "auto_denied"]).mean())
        )
        assert refused.max() > 0.5 > refused.min()  # so that shares can lie between 0 and 1
