"""Every sum of a scan against pandas, and the laws that sums obey."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.cells import Cells, Quantity, Slot, Term
from careaudit.plan import Plan, parse
from careaudit.questions import crossings, terms
from careaudit.sources import Request, Scan, open_source

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
    st.sampled_from(["2026-04-01", "2026-04-02T10:00:00Z", "2026-05-20", "1775606400", "soon", ""]),
    st.sampled_from(["", "0", "1.5", "19.99", "-3", "nan", "inf", "1e3", "much"]),
    st.sampled_from(["", "0", "1"]),
    st.sampled_from(["en", "fr", "", "unknown", "NA"]),
    st.sampled_from(["a", "b", "c", ""]),
)


@cache
def plan(text: str = PLAN) -> Plan:
    return parse(text)


def scan(frame: pd.DataFrame, text: str = PLAN) -> Scan:
    from pathlib import Path

    chosen = plan(text)
    source = open_source(chosen, Path(), frame)
    return source.scan(Request(chosen, terms(chosen), crossings(chosen), AS_OF))


def frame_of(rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype="string")


# The oracle: the same sums in plain pandas, written from methods 0 and care_logs 3.


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that count, with slot, amount in cents, groups and customer."""
    f = frame.apply(lambda column: column.str.strip()).astype(object)
    f = f.where(f != "", None)
    epoch = pd.to_numeric(f["day"], errors="coerce")
    stamp = pd.to_datetime(f["day"], errors="coerce", format="ISO8601", utc=True)
    f["stamp"] = stamp.where(epoch.isna(), pd.to_datetime(epoch, unit="s", utc=True))
    # The latest row of a decision; where two are as late, the one whose texts sort first.
    read = ["outcome", "id", "customer", "day", "paid", "lang", "tier", "due"]
    f = f.sort_values(["stamp"], ascending=False, na_position="last", kind="stable")
    f = f.assign(_rank=-f["stamp"].astype("int64").where(f["stamp"].notna(), -(2**62)))
    f = f.sort_values(["_rank", *read], na_position="last")
    f = f[~(f["id"].notna() & f["id"].duplicated())]
    f = f[f["outcome"].isin(["yes", "no"])].copy()
    money = pd.to_numeric(f["paid"], errors="coerce")
    fine = money.notna() & np.isfinite(money) & (money >= 0)
    f["cents"] = [round(m * 100) if ok else None for m, ok in zip(money, fine, strict=True)]
    mature = f["stamp"].dt.date <= date(2026, 5, 2)
    known = f["due"].notna() & mature & f["stamp"].notna()
    state = np.where(~known, "unlabelled", np.where(f["due"] == "1", "due", "undue"))
    f["slot"] = np.where(f["outcome"] == "yes", "favorable_", "adverse_") + state.astype(object)
    f["lang"] = f["lang"].where(f["lang"] != "unknown", None)
    f["tier"] = f["tier"].map({"a": "low", "b": "low", "c": "high"}).astype(object)
    f["customer"] = [c if c else f"nobody {n}" for n, c in enumerate(f["customer"])]
    return f


def amount_of(row: pd.Series, quantity: Quantity) -> int:
    slot = Slot(row["slot"])
    if slot not in quantity.slots:
        return 0
    cents = None if pd.isna(row["cents"]) else int(row["cents"])
    if quantity.power:
        return 0 if cents is None else cents**quantity.power
    refused = slot.startswith("adverse")
    return 0 if quantity.priced and cents is None and not refused else 1


def value_of(part: pd.DataFrame, term: Term) -> int:
    carried = {
        q: part.apply(amount_of, axis=1, quantity=q).astype(object).groupby(part["customer"]).sum()
        for q in (term.first, term.second)
        if q
    }
    first = carried[term.first]
    if term.kind == "total":
        return int(first.sum())
    if term.kind == "customers":
        return int((first > 0).sum())
    assert term.second
    return int((first * carried[term.second]).sum())


def check_against_oracle(frame: pd.DataFrame, found: Scan) -> None:
    used = typed(frame)
    assert found.rows_read == len(frame)
    assert found.rows_used == len(used)
    assert found.rows_used + sum(found.excluded.values()) == found.rows_read
    assert found.customers == used["customer"].nunique()
    for crossing, cells in found.crossings.items():
        groups = used[list(crossing)].apply(lambda r: tuple(v or None for v in r), axis=1)
        groups = groups if crossing else pd.Series([()] * len(used), index=used.index)
        assert set(cells.table) == set(groups)
        for group in cells.table:
            part = used[[g == group for g in groups]]
            cell = cells.cell(group)
            assert cell == {term: value_of(part, term) for term in cells.terms}, group


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=12))
def test_every_sum_of_every_crossing_equals_pandas(log: list[tuple[str, ...]]) -> None:
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
def test_a_random_log_equals_pandas(seed: int) -> None:
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
            assert dict(zip(rolled.terms, values, strict=True)) == {t: cell[t] for t in rolled.terms}


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


@pytest.mark.parametrize("kept", [("2026-04-01", "no"), ("1775606400", "yes")])
def test_the_latest_row_of_a_decision_counts(kept: tuple[str, str]) -> None:
    days = ["", "soon", "2026-03-30", *(["1775606400"] if kept[1] == "yes" else []), "2026-04-01"]
    log = [
        ("1", "u", "yes" if day == "1775606400" else "no", day, "", "", "en", "a") for day in days
    ]
    for order in (log, log[::-1]):
        found = scan(frame_of(order))
        assert found.excluded == {"duplicate": len(log) - 1}
        slot = "favorable" if kept[1] == "yes" else "adverse"
        counts = {t.first.slots: v for t, v in found.crossings[()].cell(()).items()}
        one = [v for s, v in counts.items() if len(s) == 3 and all(x.startswith(slot) for x in s)]
        assert one == [1]


def test_versions_are_ordered_as_numbers() -> None:
    text = PLAN.replace("[outcome]", '[log.dedup]\nby = "paid"\n[outcome]', 1)
    order = ["9", "10", "2", "x", ""]
    for newest in pairwise(["10", "9"]):
        log = [
            ("1", "u", "no" if v == newest[0] else "yes", "", v, "", "en", "a") for v in order
        ]
        cell = scan(frame_of(log), text).crossings[()].cell(())
        adverse = [v for t, v in cell.items() if t.kind == "total" and t.first.slots <= _adverse()]
        assert max(adverse) == 1


def _adverse() -> frozenset[Slot]:
    return frozenset(slot for slot in Slot if slot.startswith("adverse"))
