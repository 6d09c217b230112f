"""Every sum of a scan against a plain loop over rows, and the laws that sums obey."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from careaudit.cells import Cells, Quantity, Slot, Term
from careaudit.plan import Plan, parse
from careaudit.sources import Request, Scan, open_source
from careaudit.wanted import crossings, terms

PLAN = """
[audit]
name = "Random"
justification = "A test."
[log.columns]
decision = "outcome"
decision_id = "id"
subject_id = "customer"
decided_at = "day"
amount = "paid"
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["later"]
confirmed = true
[label]
column = "due"
positive = ["1"]
selection = "all"
mature_after = "30d"
[[segments]]
name = "lang"
column = "lang"
[[segments]]
name = "tier"
column = "tier"
values = { low = ["a", "b"], high = ["c"] }
[[questions]]
id = "q"
measure = "wrongful_adverse_rate"
segments = ["lang", "tier", "lang*tier"]
[[questions]]
id = "r"
segments = ["lang"]
"""
AS_OF = date(2026, 6, 1)
COLUMNS = ["id", "customer", "outcome", "day", "paid", "due", "lang", "tier"]

rows = st.tuples(
    st.sampled_from(["", "1", "2", "3", "4", "5", "6"]),
    st.sampled_from(["", "u", "v", "w", "x"]),
    st.sampled_from(["yes", "no", "later", "", " yes "]),
    st.sampled_from(
        ["2026-04-01", "2026-04-02T10:00:00Z", "2026-04-03T23:30:00-05:00", "2026-05-20",
         "1775606400", "soon", ""]
    ),
    st.sampled_from(["", "0", "1.5", "19.99", "-3", "nan", "inf", "1e3", "much"]),
    st.sampled_from(["", "0", "1"]),
    st.sampled_from(["en", "fr", "", "unknown", "NA"]),
    st.sampled_from(["a", "b", "c", ""]),
)  # fmt: skip


@cache
def plan(text: str = PLAN) -> Plan:
    return parse(text)


def scan(frame: pd.DataFrame, text: str = PLAN) -> Scan:
    chosen = plan(text)
    source = open_source(chosen, Path(), frame)
    return source.scan(Request(chosen, terms(chosen), crossings(chosen), AS_OF))


def frame_of(rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype="string")


# The oracle: the same sums row by row, written from methods 0 and care_logs 3.

TIMES = {
    "2026-04-01": datetime(2026, 4, 1, tzinfo=UTC),
    "2026-04-02T10:00:00Z": datetime(2026, 4, 2, 10, tzinfo=UTC),
    "2026-04-03T23:30:00-05:00": datetime(2026, 4, 4, 4, 30, tzinfo=UTC),
    "2026-04-15": datetime(2026, 4, 15, tzinfo=UTC),
    "2026-05-20": datetime(2026, 5, 20, tzinfo=UTC),
    "1775606400": datetime(2026, 4, 8, tzinfo=UTC),
}
CENTS = {"0": 0, "1.5": 150, "19.99": 1999, "1e3": 100_000, "5": 500, "12.25": 1225, "2": 200}
TIERS = {"a": "low", "b": "low", "c": "high"}


@dataclass(frozen=True)
class Decision:
    customer: str
    slot: Slot
    cents: int | None
    groups: dict[str, str | None]

    def carries(self, quantity: Quantity) -> int:
        if self.slot not in quantity.slots:
            return 0
        if quantity.power:
            return 0 if self.cents is None else self.cents**quantity.power
        refused = self.slot.startswith("adverse")
        return int(not quantity.priced or refused or self.cents is not None)


def latest_only(texts: list[dict[str, str]]) -> list[dict[str, str]]:
    """Keep the latest row of each decision; of two as late, the one whose texts sort first."""

    def rank(row: dict[str, str]) -> tuple[Any, ...]:
        time = TIMES.get(row["day"])
        read = ["outcome", "id", "customer", "day", "paid", "lang", "tier", "due"]
        number = float(row["day"]) if row["day"].isdigit() else -math.inf
        text = (not row["day"], tuple(-ord(sign) for sign in row["day"]))
        newest = (-time.timestamp() if time else math.inf, -number, text)
        return (*newest, [(not row[name], row[name]) for name in read])

    kept: dict[str, dict[str, str]] = {}
    for place, row in enumerate(sorted(texts, key=rank)):
        kept.setdefault(row["id"] or f"none {place}", row)
    return list(kept.values())


def decisions(frame: pd.DataFrame) -> list[Decision]:
    texts = [{k: v.strip() for k, v in row.items()} for row in frame.to_dict("records")]
    used = [row for row in latest_only(texts) if row["outcome"] in {"yes", "no"}]
    out = []
    for place, row in enumerate(used):
        time = TIMES.get(row["day"])
        mature = time is not None and time.date() <= AS_OF - timedelta(days=30)
        label = (
            "unlabelled" if not (row["due"] and mature) else "due" if row["due"] == "1" else "undue"
        )
        side = "favorable" if row["outcome"] == "yes" else "adverse"
        lang = None if row["lang"] in {"", "unknown"} else row["lang"]
        groups = {"lang": lang, "tier": TIERS.get(row["tier"])}
        customer = row["customer"] or f"nobody {place}"
        out.append(Decision(customer, Slot(f"{side}_{label}"), CENTS.get(row["paid"]), groups))
    return out


def value_of(part: list[Decision], term: Term) -> int:
    def by_customer(quantity: Quantity) -> Counter[str]:
        sums: Counter[str] = Counter()
        for one in part:
            sums[one.customer] += one.carries(quantity)
        return sums

    first = by_customer(term.first)
    if term.kind == "total":
        return sum(first.values())
    if term.kind == "customers":
        return sum(value > 0 for value in first.values())
    assert term.second
    second = by_customer(term.second)
    return sum(value * second[customer] for customer, value in first.items())


def check_against_oracle(frame: pd.DataFrame, found: Scan) -> None:
    used = decisions(frame)
    assert found.rows_read == len(frame)
    assert found.rows_used == len(used)
    assert found.rows_used + sum(found.excluded.values()) == found.rows_read
    assert found.customers == len({one.customer for one in used})
    for crossing, cells in found.crossings.items():
        parts: dict[Any, list[Decision]] = {}
        for one in used:
            parts.setdefault(tuple(one.groups[name] for name in crossing), []).append(one)
        assert set(cells.table) == set(parts)
        for group, part in parts.items():
            assert cells.cell(group) == {t: value_of(part, t) for t in cells.terms}, group


# Logs are small as they are; shrinking them would take minutes.
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(rows, min_size=1, max_size=12))
def test_every_sum_of_every_crossing_equals_a_loop_over_rows(log: list[tuple[str, ...]]) -> None:
    log = [*log, ("", "u", "yes", "2026-04-01", "2", "1", "en", "a")]  # something is left to audit
    frame = frame_of(log)
    check_against_oracle(frame, scan(frame))


def random_log(seed: int, n: int = 300) -> pd.DataFrame:
    """Customers with one group each: shards by customer are disjoint."""
    rng = np.random.default_rng(seed)
    customers = rng.integers(0, 60, n)
    return pd.DataFrame(
        {
            "id": [f"d{i}" for i in range(n)],
            "customer": [f"c{c}" for c in customers],
            "outcome": rng.choice(["yes", "no", "later"], n, p=[0.3, 0.6, 0.1]),
            "day": rng.choice(["2026-04-01", "2026-04-15", "2026-05-20"], n),
            "paid": rng.choice(["5", "12.25", "", "-1"], n),
            "due": rng.choice(["0", "1", ""], n),
            "lang": np.array(["en", "fr", "de"])[customers % 3],
            "tier": np.array(["a", "b", "c"])[customers % 3],
        }
    )


def same_cells(one: Scan, other: Scan) -> None:
    assert {k: v.table for k, v in one.crossings.items()} == {
        k: v.table for k, v in other.crossings.items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_log_equals_a_loop_over_rows(seed: int) -> None:
    frame = random_log(seed)
    check_against_oracle(frame, scan(frame))


@pytest.mark.parametrize("parts", [2, 5])
def test_shards_of_disjoint_customers_merge_to_the_whole(parts: int) -> None:
    frame = random_log(4)
    shard = frame["customer"].map(lambda name: int(name[1:]) % parts)
    scans = [scan(frame[shard == number]) for number in range(parts)]
    whole = scan(frame)
    for crossing, cells in whole.crossings.items():
        merged: Cells = scans[0].crossings[crossing]
        for part in scans[1:]:
            merged = merged.merge(part.crossings[crossing])
        assert merged.table == cells.table
    assert sum(part.rows_read for part in scans) == whole.rows_read
    assert sum(part.customers or 0 for part in scans) == whole.customers


def test_rolled_up_crossings_equal_their_parts() -> None:
    found = scan(random_log(5))
    crossed = found.crossings["lang", "tier"]
    for name in ("lang", "tier"):
        rolled = crossed.roll_up((name,))
        single = found.crossings[name,]
        for group, values in rolled.table.items():
            cell = single.cell(group)
            assert dict(zip(rolled.terms, values, strict=True)) == {
                t: cell[t] for t in rolled.terms
            }


def test_the_order_of_rows_changes_nothing() -> None:
    frame = random_log(6)
    frame = pd.concat([frame, frame.sample(50, random_state=1).assign(outcome="no")])
    shuffled = frame.sample(frac=1, random_state=2)
    same_cells(scan(frame), scan(shuffled))


def test_names_of_groups_and_customers_change_nothing() -> None:
    frame = random_log(7)
    named = frame.assign(
        lang=frame["lang"].map({"en": "x; DROP", "fr": "日本", "de": "''"}),
        customer="α" + frame["customer"],
    )
    one, other = scan(frame).crossings["lang",], scan(named).crossings["lang",]
    assert one.cell(("en",)) == other.cell(("x; DROP",))
    assert one.cell(("fr",)) == other.cell(("日本",))
    assert one.cell(("de",)) == other.cell(("''",))


def test_a_customer_in_several_groups_counts_once_overall_and_once_in_each() -> None:
    frame = frame_of(
        [(str(n), "u", "no", "2026-04-01", "", "", lang, "a") for n, lang in enumerate("xxyz")]
    )
    found = scan(frame)
    moments = next(t for t in terms(plan()) if t.kind == "product" and len(t.first.slots) == 6)
    people = next(t for t in terms(plan()) if t.kind == "customers" and len(t.first.slots) == 6)
    assert found.customers == 1
    assert found.crossings[()].cell(())[people] == 1
    assert found.crossings[()].cell(())[moments] == 16
    by_lang = found.crossings["lang",]
    assert [by_lang.cell((g,))[moments] for g in "xyz"] == [4, 1, 1]
    assert [by_lang.cell((g,))[people] for g in "xyz"] == [1, 1, 1]


def test_large_amounts_are_summed_exactly() -> None:
    frame = frame_of(
        [(str(n), "u", "yes", "2026-04-01", "999999999999.99", "", "en", "a") for n in range(9)]
    )
    cell = scan(frame).crossings[()].cell(())
    cents = 99_999_999_999_999
    values = {t: v for t, v in cell.items() if t.first.power}
    assert values[next(t for t in values if t.kind == "total" and t.first.power == 1)] == 9 * cents
    assert values[next(t for t in values if t.first.power == 2)] == 9 * cents**2
    both = next(t for t in values if t.second and t.second.power == 1 and t.first.power == 1)
    assert values[both] == (9 * cents) ** 2


def test_without_customers_only_totals_are_summed() -> None:
    text = PLAN.replace('subject_id = "customer"\n', "")
    found = scan(random_log(8), text)
    clustered = scan(random_log(8))
    assert found.customers is None
    for crossing, cells in found.crossings.items():
        for group, values in cells.table.items():
            other = clustered.crossings[crossing].cell(group)
            for term, value in zip(cells.terms, values, strict=True):
                assert value == (other[term] if term.kind == "total" else 0)


def sides(found: Scan) -> tuple[int, int]:
    """Favorable and adverse decisions used."""
    cell = found.crossings[()].cell(())
    counts = {term.first.slots: n for term, n in cell.items() if term.kind == "total"}
    return tuple(
        sum(n for slots, n in counts.items() if len(slots) == 1 and min(slots).startswith(side))
        for side in ("favorable", "adverse")
    )  # type: ignore[return-value]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_row_of_a_decision_counts(order: tuple[int, ...]) -> None:
    log = [
        ("1", "u", "no", "2026-04-01", "", "", "en", "a"),
        ("1", "u", "yes", "1775606400", "", "", "en", "a"),  # 8 April
        ("1", "u", "no", "", "", "", "en", "a"),
    ]
    found = scan(frame_of(log[place] for place in order))
    assert found.excluded == {"duplicate": 2}
    assert sides(found) == (1, 0)


def test_versions_are_ordered_as_numbers_then_as_text() -> None:
    text = PLAN.replace("[outcome]", '[log.dedup]\nby = "paid"\n[outcome]', 1)
    for versions in (["9", "10", "2", ""], ["b", "c", "a", ""]):
        newest = "10" if "10" in versions else "c"
        log = [
            ("1", "u", "no" if version == newest else "yes", "", version, "", "en", "a")
            for version in versions
        ]
        assert sides(scan(frame_of(log), text)) == (0, 1)


def test_rows_without_an_id_are_never_duplicates() -> None:
    found = scan(frame_of([("", "u", "no", "2026-04-01", "", "", "en", "a")] * 3))
    assert found.rows_used == 3
    assert found.excluded == {}
