"""Impact-ratio tables: governance 2 line by line, the published examples, and the laws."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import combinations
from math import isfinite
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from scipy.stats.contingency import relative_risk

import careaudit
from careaudit.errors import DataError
from careaudit.plan import ImpactRatio, parse
from careaudit.ratios import (
    Category,
    exact_interval,
    interval,
    log_interval,
    shown,
    table,
)
from careaudit.record import RatioRow, RatioTable

PLAN = """
extends = "nyc-ll144"
[audit]
name = "Goodwill credit"
justification = "Denial is the harm customers report."
[log]
path = "log.csv"
[log.columns]
decision = "outcome"
[outcome]
favorable = ["granted"]
adverse = ["denied"]
[[segments]]
name = "language"
column = "language"
kind = "protected"
order = ["English", "Spanish", "Other", "Relay"]
[[segments]]
name = "need"
column = "need"
kind = "proxy"
[[segments]]
name = "channel"
column = "channel"
"""


def exclusion(segment: str, group: str) -> str:
    return (
        f'[[impact_ratio.exclude]]\nsegment = "{segment}"\ngroup = "{group}"\n'
        'justification = "Under 2 % of decisions used."\n'
    )


def counted(
    counts: dict[str, tuple[int, int]], *, left_out: str = "", threshold: float = 0.8
) -> RatioTable:
    """The table of counts given as group: (favorable, decisions)."""
    categories = [
        Category(group, n, x, justification="few" if group == left_out else None)
        for group, (x, n) in counts.items()
    ]
    return table("a", categories, unknown=0, policy=ImpactRatio(threshold=threshold))


def rows(found: RatioTable) -> dict[str, RatioRow]:
    return {row.group: row for row in found.rows}


def ratios(found: RatioTable) -> dict[str, float | None]:
    return {row.group: row.ratio for row in found.rows}


# The worked example of governance 2: 2,600 decisions, 120 of them unknown on an axis.

WORKED = {  # (language, need): (granted, decisions)
    ("English", "no"): (598, 1300), ("English", "yes"): (122, 300),
    ("Spanish", "no"): (199, 560), ("Spanish", "yes"): (39, 140),
    ("Other", "no"): (53, 104), ("Other", "yes"): (17, 36),
    ("Relay", "no"): (16, 28), ("Relay", "yes"): (6, 12),
    ("", "no"): (30, 45), ("English", ""): (9, 60), ("", ""): (0, 15),
}  # fmt: skip
SMALL = [exclusion("language*need", group) for group in ("Other*yes", "Relay*no", "Relay*yes")]
EXCLUDED = "".join([exclusion("language", "Relay"), *SMALL])


def write_worked(folder: Path, plan: str = PLAN + EXCLUDED) -> Path:
    with (folder / "log.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["outcome", "language", "need", "channel"])
        for (language, need), (granted, n) in WORKED.items():
            for i in range(n):
                outcome = "granted" if i < granted else "denied"
                out.writerow([outcome, language, need, "web" if i % 2 else "app"])
    (folder / "careaudit.toml").write_text(plan)
    return folder / "careaudit.toml"


@pytest.fixture(scope="module")
def worked(tmp_path_factory) -> careaudit.AuditRecord:
    path = write_worked(tmp_path_factory.mktemp("worked"))
    return careaudit.audit(plan=path, as_of="2026-11-22")


@pytest.fixture(scope="module")
def tables(worked) -> dict[str, RatioTable]:
    return {found.axis: found for found in worked.impact.ratio_tables}


def test_three_tables_of_the_protected_and_proxy_axes(worked, tables):
    assert worked.accounts.rows_used == 2600
    assert list(tables) == ["language", "need", "language*need"]  # not channel: operational
    for found in tables.values():
        assert (found.n_used, found.unknown, found.unknown_policy) == (2480, 120, "listwise")
        assert sum(row.n for row in found.rows) == 2480
        assert found.threshold == 0.8
        assert found.reason is None
    assert sum(row.selected for row in tables["language"].rows) == 1050


def test_axis_a_of_the_worked_example(tables):
    found = rows(tables["language"])
    assert list(found) == ["English", "Spanish", "Other", "Relay"]
    assert (tables["language"].reference, tables["language"].largest) == ("Other", "English")
    english, spanish, other, relay = found.values()
    assert [(r.n, r.selected) for r in found.values()] == [
        (1600, 720), (700, 238), (140, 70), (40, 22),
    ]  # fmt: skip
    assert [f"{r.rate:.1%} {r.share:.1%}" for r in found.values()] == [
        "45.0% 64.5%", "34.0% 28.2%", "50.0% 5.6%", "55.0% 1.6%",
    ]  # fmt: skip
    assert [f"{value:.3f}" for value in (english.ratio, english.low, english.high)] == [
        "0.900", "0.756", "1.071",
    ]  # fmt: skip
    assert [f"{value:.3f}" for value in (spanish.ratio, spanish.low, spanish.high)] == [
        "0.680", "0.559", "0.827",
    ]  # fmt: skip
    to_largest = (spanish.ratio_to_largest, spanish.largest_low, spanish.largest_high)
    assert [f"{value:.3f}" for value in to_largest] == ["0.756", "0.672", "0.849"]
    assert (spanish.verdict, english.verdict) == ("indeterminate", "indeterminate")
    assert spanish.p_parity == pytest.approx(3.4e-4, rel=0.05)  # z = -3.59 against Other
    assert (other.ratio, other.low, other.high, other.verdict) == (1.0, None, None, None)
    assert other.status == "reference"
    assert f"{other.ratio_to_largest:.3f}" == "1.111"
    assert english.ratio_to_largest == 1.0
    assert (relay.status, relay.justification) == ("excluded", "Under 2 % of decisions used.")
    assert (relay.ratio, relay.ratio_to_largest, relay.verdict, relay.p_parity) == (None,) * 4


def test_axis_b_of_the_worked_example(tables):
    found = rows(tables["need"])
    yes, no = found["yes"], found["no"]
    assert (yes.selected, yes.n, no.selected, no.n) == (184, 488, 866, 1992)
    assert (f"{yes.rate:.1%}", f"{no.rate:.1%}") == ("37.7%", "43.5%")
    assert [f"{value:.3f}" for value in (yes.ratio, yes.low, yes.high)] == [
        "0.867", "0.766", "0.982",
    ]  # fmt: skip


def test_the_crossed_table_of_the_worked_example(tables):
    found = rows(tables["language*need"])
    assert tables["language*need"].reference == "Other*no"
    assert f"{found['Other*no'].rate:.1%}" == "51.0%"
    assert {group: row.ratio and f"{row.ratio:.3f}" for group, row in found.items()} == {
        "English*no": "0.903", "English*yes": "0.798", "Spanish*no": "0.697",
        "Spanish*yes": "0.547", "Other*no": "1.000", "Other*yes": None,
        "Relay*no": None, "Relay*yes": None,
    }  # fmt: skip
    hidden_by_both_axes = found["Spanish*yes"]
    assert f"{hidden_by_both_axes.low:.3f}-{hidden_by_both_axes.high:.3f}" == "0.394-0.758"
    assert hidden_by_both_axes.verdict == "below"
    assert shown(found["English*yes"].ratio, 0.8) == "0.798"


def test_had_relay_been_kept_it_would_be_the_reference():
    counts = {"English": (720, 1600), "Spanish": (238, 700), "Other": (70, 140), "Relay": (22, 40)}
    kept = counted(counts)
    assert kept.reference == "Relay"
    assert [f"{ratios(kept)[g]:.3f}" for g in ("English", "Spanish")] == ["0.818", "0.618"]
    assert ratios(counted(counts, left_out="Relay"))["Spanish"] == pytest.approx(0.68)


# The other published examples.


def test_rule_text_fixture():
    groups = {
        "sex": {"Male": (50, 92, "1.00"), "Female": (34, 76, "0.82")},
        "race": {
            "Hispanic": (18, 28, "1.00"), "White": (15, 40, "0.58"), "Black": (16, 32, "0.78"),
            "NHPI": (5, 8, "0.97"), "Asian": (10, 24, "0.65"),
        },
    }  # fmt: skip
    for axis in groups.values():
        found = ratios(counted({group: (x, n) for group, (x, n, _) in axis.items()}))
        assert {group: shown(ratio, 0.8) for group, ratio in found.items()} == {
            group: printed for group, (_, _, printed) in axis.items()
        }


def test_ugesp_questions_and_answers_1979():
    found = counted({"a": (60, 100), "b": (45, 100), "c": (48, 100), "d": (51, 100)})
    assert list(ratios(found).values()) == [1, 0.75, 0.8, 0.85]
    assert [group for group, ratio in ratios(found).items() if ratio < 0.8] == ["b"]


def test_nyc_example_of_methods_17():
    sex = counted({"m": (667, 1390), "f": (555, 1181)})
    assert ratios(sex)["f"] == pytest.approx(0.979337, abs=1e-6)
    race = {
        "a": (204, 408, 0.967233), "b": (412, 797, 1), "c": (170, 390, 0.843229),
        "d": (52, 119, 0.845313), "e": (302, 616, 0.948391), "f": (18, 41, 0.849278),
        "g": (96, 213, 0.871872),
    }  # fmt: skip
    found = ratios(counted({group: (x, n) for group, (x, n, _) in race.items()}))
    for group, (_, _, ratio) in race.items():
        assert found[group] == pytest.approx(ratio, abs=1e-6)
    small = rows(counted({"few": (7, 17), "many": (215, 412)}))["few"]
    assert small.ratio == pytest.approx(0.789056, abs=1e-6)
    assert small.p_parity == pytest.approx(0.460538, abs=1e-6)
    assert small.verdict == "indeterminate"  # four fifths alone would flag it


# Spec 1: unknown values, by rolling up the full crossing; against rows counted one by one.


def random_log(seed: int, n: int = 900) -> pd.DataFrame:
    draw = Random(seed)  # noqa: S311 - rows, not secrets
    return pd.DataFrame(
        [
            {
                "outcome": draw.choice(["granted", "granted", "denied"]),
                "language": draw.choice(["English", "Spanish", "Other", None]),
                "need": draw.choice(["yes", "no", "no", None]),
                "channel": draw.choice(["web", "app", "phone", "phone", None]),
                "who": f"c{draw.randrange(60) if draw.random() < 0.7 else draw.randrange(9)}",
            }
            for _ in range(n)
        ]
    )


@pytest.mark.parametrize("policy", ["listwise", "per_axis"])
@pytest.mark.parametrize("least", [1, 50])
def test_tables_count_what_the_rows_say(policy, least):
    log = random_log(least)
    text = PLAN.replace('decision = "outcome"', 'decision = "outcome"\nsubject_id = "who"')
    text += f"[privacy]\nmin_cell = {least}\n[impact_ratio]\nunknown = "
    text += f'"{policy}"\naxes = ["language", "need", "channel"]\n'
    record = careaudit.audit(log, plan=parse(text), as_of="2026-11-22")
    axes = ("language", "need", "channel")
    names = [(a,) for a in axes] + list(combinations(axes, 2))
    assert [t.axis for t in record.impact.ratio_tables] == ["*".join(name) for name in names]
    hidden = 0
    for name, found in zip(names, record.impact.ratio_tables, strict=True):
        known = log.dropna(subset=list(axes if policy == "listwise" else name))
        n, selected, people = Counter(), Counter(), defaultdict(set)
        for row in known.to_dict("records"):
            group = "*".join(row[axis] for axis in name)
            n[group] += 1
            selected[group] += row["outcome"] == "granted"
            people[group].add(row["who"])
        assert (found.n_used, found.unknown) == (len(known), len(log) - len(known))
        assert {row.group: row.n for row in found.rows} == n
        for row in found.rows:
            assert row.share == row.n / found.n_used
            assert (row.status == "hidden") == (len(people[row.group]) < least)
            if row.status == "hidden":
                hidden += 1
                assert (row.selected, row.rate, row.ratio, row.verdict) == (None,) * 4
                assert row.group not in {found.reference, found.largest}
            else:
                assert row.selected == selected[row.group]
    assert (hidden > 0) == (least > 1)


def test_fewer_rows_stand_in_listwise_tables(tmp_path):
    listwise = careaudit.audit(plan=write_worked(tmp_path), as_of="2026-11-22")
    per_axis = careaudit.audit(
        plan=write_worked(tmp_path, PLAN + '[impact_ratio]\nunknown = "per_axis"\n' + EXCLUDED),
        as_of="2026-11-22",
    )
    assert [t.unknown for t in listwise.impact.ratio_tables] == [120, 120, 120]
    assert [t.unknown for t in per_axis.impact.ratio_tables] == [60, 75, 120]
    assert {t.unknown_policy for t in per_axis.impact.ratio_tables} == {"per_axis"}


# Spec 2 and 3: what may be left out, and what happens to it.


def test_the_share_is_of_decisions_used_and_two_percent_is_too_much():
    assert rows(counted({"a": (1, 40), "b": (1, 1960)}, threshold=0.8))["a"].share == 40 / 2000
    with pytest.raises(DataError, match=r'"a" of a .* 40 of 2,000 decisions \(2.00%\)') as caught:
        counted({"a": (20, 40), "b": (900, 1960)}, left_out="a")
    assert caught.value.exit_code == 3
    found = rows(counted({"a": (20, 39), "b": (900, 1961)}, left_out="a"))["a"]
    assert (found.status, found.n, found.selected) == ("excluded", 39, 20)
    assert found.rate == 20 / 39
    assert found.ratio is None


def test_nothing_is_left_out_that_the_plan_does_not_list(tmp_path):
    record = careaudit.audit(
        plan=write_worked(tmp_path, PLAN + exclusion("language", "Relay")), as_of="2026-11-22"
    )
    by_axis = {found.axis: found for found in record.impact.ratio_tables}
    assert rows(by_axis["language"])["Relay"].status == "excluded"
    assert by_axis["language*need"].reference == "Relay*no"  # each table has its own list
    assert rows(by_axis["language*need"])["Relay*yes"].status == "included"


def test_a_large_exclusion_stops_the_audit(tmp_path):
    with pytest.raises(DataError, match=r"700 of 2,480 decisions \(28.23%\), not under 2%"):
        careaudit.audit(plan=write_worked(tmp_path, PLAN + exclusion("language", "Spanish")))


# Spec 4 and 5: the reference.


def test_ties_go_to_the_larger_then_to_the_name():
    assert counted({"a": (1, 3), "b": (2, 6), "c": (1, 4)}).reference == "b"
    assert counted({"b": (1, 3), "a": (1, 3)}).reference == "a"
    assert counted({"b": (1, 3), "a": (2, 3), "c": (2, 3)}).largest == "a"
    # 1/3 and 333/999 are one rate; as floats they need not be.
    assert counted({"a": (333, 999), "b": (1, 3)}).reference == "a"


def test_no_favorable_outcome_has_no_ratio():
    found = counted({"a": (0, 30), "b": (0, 20)})
    assert (found.reason, found.reference, found.largest) == ("no_favorable_outcomes", None, "a")
    assert all((row.rate, row.ratio, row.verdict) == (0.0, None, None) for row in found.rows)
    # Nor can the largest be divided by where it alone has none.
    assert rows(counted({"a": (0, 30), "b": (5, 20)}))["b"].ratio_to_largest is None


def test_categories_without_decisions_are_omitted_and_listed(tmp_path):
    found = counted({"a": (3, 30), "b": (0, 0)})
    assert (found.omitted, list(ratios(found))) == (("b",), ["a"])
    plan = PLAN.replace('"Relay"]', '"Relay", "Sign"]') + EXCLUDED + exclusion("language", "Rely")
    record = careaudit.audit(plan=write_worked(tmp_path, plan), as_of="2026-11-22")
    language, _, crossed = record.impact.ratio_tables
    assert language.omitted == ("Sign", "Rely")
    assert crossed.omitted == ("Sign*no", "Sign*yes")


def test_a_table_without_any_category_to_show_says_so():
    categories = [Category("a", 4, 2, shown=False), Category("b", 5, 5, shown=False)]
    found = table("a", categories, unknown=0, policy=ImpactRatio())
    assert (found.reason, found.reference, found.largest) == ("no_comparator", None, None)
    assert {row.status for row in found.rows} == {"hidden"}
    assert table("a", [], unknown=9, policy=ImpactRatio()).reason == "no_comparator"


# Spec 6: display.


def test_a_ratio_below_the_threshold_never_prints_as_the_threshold():
    printed = {0.798: "0.798", 0.8: "0.800", 0.8049: "0.805", 0.81: "0.81", 0.79: "0.79",
               0.795: "0.795", 0.7996: "0.7996", 0.79999: "0.79999", 1.0: "1.00",
               0.7866: "0.79"}  # fmt: skip
    assert {ratio: shown(ratio, 0.8) for ratio in printed} == printed


@given(st.floats(0, 3), st.floats(0.01, 0.99))
def test_a_printed_ratio_stands_on_its_own_side(ratio, threshold):
    text = shown(ratio, threshold)
    assert (float(text) < threshold) >= (ratio < threshold)
    assert abs(float(text) - ratio) <= 0.005 + 1e-12


# Spec 7: rare adverse outcomes.


def test_the_ratio_of_adverse_rates_shows_what_the_favorable_one_hides():
    found = rows(counted({"a": (990, 1000), "b": (800, 1000)}))["b"]
    assert found.ratio == pytest.approx(0.808, abs=5e-4)
    assert found.adverse_ratio == pytest.approx(20)
    assert rows(counted({"a": (10, 10), "b": (9, 10)}))["b"].adverse_ratio is None


def test_a_note_where_adverse_outcomes_are_rare(tmp_path, worked):
    assert "rare_adverse" not in {note.code for note in worked.quality}
    log = pd.DataFrame(
        {
            "outcome": ["denied" if i % 6 == 0 else "granted" for i in range(600)],
            "language": ["English" if i % 2 else "Spanish" for i in range(600)],
            "need": ["yes" if i % 3 else "no" for i in range(600)],
            "channel": "web",
        }
    )
    record = careaudit.audit(log, plan=parse(PLAN), as_of="2026-11-22")
    (note,) = [note for note in record.quality if note.code == "rare_adverse"]
    assert note.severity == "warning"
    assert "16.7%" in note.message


# Spec 8: ranges, verdicts, and a test with multiplicity control.


def test_the_log_method_is_that_of_katz():
    # Fagerland, Lydersen & Laake 2015: 7/34 against 1/34.
    low, high = log_interval(Category("a", 34, 7), Category("b", 34, 1))
    assert (low, high) == (pytest.approx(0.909606, abs=1e-6), pytest.approx(53.869506, abs=1e-5))


@given(st.data())
@settings(max_examples=60)
def test_the_log_method_agrees_with_scipy(data):
    counts = []
    for _ in range(2):
        n = data.draw(st.integers(10, 5000))
        counts.append((data.draw(st.integers(5, n - 5)), n))
    (x1, n1), (x2, n2) = counts
    found = interval(Category("a", n1, x1), Category("b", n2, x2))
    oracle = relative_risk(x1, n1, x2, n2).confidence_interval(0.95)
    assert found == pytest.approx((oracle.low, oracle.high))


def test_the_exact_range_is_of_two_exact_rates():
    first, second = (
        binomtest(x, n).proportion_ci(0.95**0.5, method="exact") for x, n in ((4, 60), (40, 90))
    )
    found = exact_interval(Category("a", 60, 4), Category("b", 90, 40))
    assert found == pytest.approx((first.low / second.high, first.high / second.low))


def test_few_decisions_take_the_exact_range():
    few, many = Category("a", 60, 4), Category("b", 90, 40)
    assert interval(few, many) == exact_interval(few, many) != log_interval(few, many)
    enough = Category("a", 60, 5)
    assert interval(enough, many) == log_interval(enough, many)
    assert interval(Category("a", 60, 0), many).low == 0
    assert interval(Category("a", 60, 58), many) == exact_interval(Category("a", 60, 58), many)


@pytest.mark.parametrize(("n1", "n2"), [(6, 9), (12, 5)])
@pytest.mark.parametrize("p2", [0.1, 0.45, 0.9])
def test_the_exact_range_holds_as_often_as_it_says(n1, n2, p2):
    """Every outcome of two small groups, weighted by its probability."""
    for p1 in (0.03, p2, 0.97):
        held = sum(
            binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2)
            for x1 in range(n1 + 1)
            for x2 in range(n2 + 1)
            if x2 == 0 or _holds(Category("a", n1, x1), Category("b", n2, x2), p1 / p2)
        )
        assert held >= 0.95


def _holds(one: Category, two: Category, ratio: float) -> bool:
    low, high = exact_interval(one, two)
    return low - 1e-12 <= ratio <= high + 1e-12


def test_verdicts_compare_the_whole_range_with_the_threshold():
    base = {"top": (5000, 10_000)}
    verdicts = {
        x: rows(counted(base | {"a": (x, 10_000)}))["a"].verdict for x in (3500, 4000, 4500)
    }
    assert verdicts == {3500: "below", 4000: "indeterminate", 4500: "not_below"}
    assert rows(counted(base | {"a": (4000, 10_000)}, threshold=0.7))["a"].verdict == "not_below"


def test_p_is_adjusted_for_the_rows_of_the_table():
    found = rows(counted({"top": (60, 100), "a": (40, 100), "b": (45, 100), "c": (59, 100)}))
    plain = sorted(row.p_parity for row in found.values() if row.p_parity is not None)
    holm = sorted(row.p_adjusted for row in found.values() if row.p_adjusted is not None)
    assert holm[0] == pytest.approx(3 * plain[0])
    assert holm[1] == pytest.approx(max(3 * plain[0], 2 * plain[1]))
    assert holm[2] == pytest.approx(max(holm[1], plain[2]))


# Laws.

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
named = st.dictionaries(st.sampled_from("abcdefgh"), counts, min_size=1)


@given(named, st.sets(st.sampled_from("abcdefgh")), st.randoms())
def test_laws_of_a_table(counts, unseen, random):
    categories = [Category(g, n, x, shown=g not in unseen) for g, (x, n) in counts.items()]
    found = table("a", categories, unknown=3, policy=ImpactRatio())
    mixed = random.sample(categories, len(categories))
    other = table("a", mixed, unknown=3, policy=ImpactRatio())
    assert rows(other) == rows(found)  # the order of categories is display
    assert (other.reference, other.largest) == (found.reference, found.largest)
    assert found.n_used == sum(n for _, n in counts.values()) == sum(r.n for r in found.rows)
    assert {r.group for r in found.rows} | set(found.omitted) == set(counts)
    assert not found.rows or sum(r.share for r in found.rows) == pytest.approx(1)
    for row in found.rows:
        numbers = [v for v in row.model_dump().values() if isinstance(v, float)]
        assert all(isfinite(value) for value in numbers)
        if row.status == "hidden":
            assert numbers == [row.share]
        if row.ratio is None:
            assert row.verdict is None
            continue
        assert 0 <= row.ratio <= 1
        assert row.status in {"included", "reference"}
        assert (row.group == found.reference) == (row.status == "reference") == (row.low is None)
        if row.low is not None:
            assert row.low <= row.ratio + 1e-12
            assert row.ratio <= row.high + 1e-12
            assert row.p_parity <= row.p_adjusted <= 1
    if found.reason is None:
        best = max(x / n for g, (x, n) in counts.items() if n and g not in unseen)
        assert rows(found)[found.reference].rate == best


def test_too_many_categories_are_refused_in_words():
    log = pd.DataFrame(
        {
            "outcome": ["granted" if i % 2 else "denied" for i in range(300)],
            "language": [f"l{i % 150}" for i in range(300)],
            "need": [f"n{i % 100}" for i in range(300)],
            "channel": "web",
        }
    )
    plan = parse(PLAN.replace('order = ["English", "Spanish", "Other", "Relay"]\n', ""))
    with pytest.raises(DataError, match="15,000 categories"):
        careaudit.audit(log, plan=plan, as_of="2026-11-22")
