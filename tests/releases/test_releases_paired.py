"""The same cases under two releases against a plain loop over rows, and when logs go unpaired."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careaudit import release_run
from careaudit.errors import CareauditError, DataError
from careaudit.measures import RATES
from careaudit.plan import load
from careaudit.record import POOLED
from careaudit.sources import pair, pairable

AS_OF = date(2026, 6, 1)
PLAN = """
[audit]
name = "Credits"
system = "bot"
release = "{release}"
justification = "A test."
[log]
path = ["{log}"]
[log.columns]
decision = "{decision}"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["later"]
confirmed = true
{label}
[[segments]]
name = "lang"
column = "lang"
reference = "en"
[[segments]]
name = "tier"
column = "tier"
[[questions]]
id = "deny"
measure = "adverse_rate"
segments = {segments}
within = ["intent"]
{more}
"""
LABEL = '[label]\ncolumn = "due"\npositive = ["1"]\nselection = "all"'
IDS = 'decision_id = "id"\nsubject_id = "who"'


def write(folder: Path, release: str, data: pd.DataFrame | None = None, **options: str) -> Path:
    values = {
        "log": f"{release}.csv", "decision": "outcome", "columns": IDS, "label": "", "more": "",
        "segments": '["lang"]', "release": release,
    } | options  # fmt: skip
    path = folder / f"{release}.toml"
    path.write_text(PLAN.format(**values))
    if data is not None:
        data.to_csv(folder / values["log"], index=False)
    return path


def cases(folder: Path, old: pd.DataFrame, new: pd.DataFrame, **options: str):
    paths = [write(folder, str(n), data, **options) for n, data in ((1, old), (2, new))]
    return pair(*((load(path), folder) for path in paths), AS_OF)


def brute(old: pd.DataFrame, new: pd.DataFrame, segment: list[str], measure: str):
    """Count pairs by a loop: the last-named oracle of the paired scan."""

    def used(data: pd.DataFrame) -> dict[str, dict[str, str]]:
        rows = {}
        seen = set()
        for row in data.astype(str).to_dict("records"):
            # the scan keeps one row of a repeated id; here such rows are equal but for the id
            if row["id"] and row["id"] in seen:
                continue
            seen.add(row["id"])
            if row["outcome"] in {"yes", "no"} and row["id"]:
                rows[row["id"]] = row
        return rows

    before, after = used(old), used(new)
    counts = defaultdict(lambda: [0, 0, 0, 0])
    people = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for name in before.keys() & after.keys():
        was, row = before[name], after[name]
        group = tuple(row[column] for column in segment)
        if "" in group:
            continue
        if measure == "wrongful_adverse_rate" and not was["due"] == row["due"] == "1":
            continue
        x0, x1 = was["outcome"] == "no", row["outcome"] == "no"
        counts[group][[(1, 1), (1, 0), (0, 1), (0, 0)].index((x0, x1))] += 1
        mine = people[group][row["who"] or f"nobody {name}"]
        mine[0] += 1
        mine[1] += x1 - x0
    return {
        "*".join(group): (
            *four, len(people[group]),
            sum(n * n for n, _ in people[group].values()),
            sum(n * d for n, d in people[group].values()),
            sum(d * d for _, d in people[group].values()),
        )
        for group, four in counts.items()
    }  # fmt: skip


rows = st.tuples(
    st.sampled_from(["", *"abcdefghijkl"]),
    st.sampled_from(["", "u", "v", "w"]),
    st.sampled_from(["yes", "no", "later", ""]),
    st.sampled_from(["en", "es", ""]),
    st.sampled_from(["low", "high"]),
    st.sampled_from(["", "0", "1"]),
)
COLUMNS = ["id", "who", "outcome", "lang", "tier", "due"]


def table(drawn: list[tuple[str, ...]]) -> pd.DataFrame:
    """A log in which rows that repeat an id repeat the whole row."""
    first: dict[str, tuple[str, ...]] = {}
    return pd.DataFrame(
        [first.setdefault(row[0], row) if row[0] else row for row in drawn], columns=COLUMNS
    )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(old=st.lists(rows, min_size=1, max_size=30), new=st.lists(rows, min_size=1, max_size=30))
def test_paired_sums_are_those_of_a_loop(tmp_path, old, new):
    before, after = table(old), table(new)
    found = cases(tmp_path, before, after, label=LABEL)
    wanted = [
        (RATES[measure], segment)
        for measure in ("adverse_rate", "wrongful_adverse_rate")
        for segment in ("lang", "lang*tier")
    ]
    scanned = found.scan(wanted).groups
    for measure, segment in wanted:
        expected = brute(before, after, segment.split("*"), measure.name)
        got = {
            group: (p.both, p.old_only, p.new_only, p.neither, p.customers, p.nn, p.dn, p.dd)
            for group, p in scanned[measure.name, segment].items()
        }
        assert got == expected


def test_a_union_counts_each_customer_once(tmp_path):
    data = pd.DataFrame(
        [
            (str(n), "u" if n < 4 else "v", "no", "en" if n % 2 else "es", "low", "")
            for n in range(6)
        ],
        columns=COLUMNS,
    )
    scan = cases(tmp_path, data.assign(outcome="yes"), data).scan([(RATES["adverse_rate"], "lang")])
    both = scan.union("adverse_rate", "lang", frozenset({"en", "es"}))
    assert (both.n, both.new_only, both.customers) == (6, 6, 2)
    assert (both.nn, both.dn, both.dd) == (20, 20, 20)
    assert sum(p.customers or 0 for p in scan.groups["adverse_rate", "lang"].values()) == 4


def test_customers_of_two_groups_are_seen_in_both(tmp_path):
    old, new = log(400), log(400, seed=2, harm=0.1)
    scan = cases(tmp_path, old, new).scan([(RATES["adverse_rate"], "lang")])
    shared = scan.shared("adverse_rate", "lang", frozenset({"en"}), frozenset({"es"}))
    rise = (new.outcome == "no").astype(int) - (old.outcome == "no").astype(int)
    table = new.assign(n=1, d=rise).pivot_table(
        index="who", columns="lang", values=["n", "d"], aggfunc="sum", fill_value=0
    )
    expected = [(table[x]["en"] * table[y]["es"]).sum() for x in "nd" for y in "nd"]
    assert tuple(shared) == tuple(expected)
    assert shared.nn > 0


def test_cases_of_one_customer_that_change_together_are_worth_one(tmp_path):
    def four(seed: int) -> pd.DataFrame:
        data = log(600, seed=seed).assign(who=lambda d: d.id)
        return pd.concat([data.assign(id=data.id + f"/{copy}") for copy in range(4)])

    once = compare(tmp_path, *(log(600, seed=seed).assign(who="") for seed in (1, 2)))
    each = {change.group: change for change in once.changes}
    for change in compare(tmp_path, four(1), four(2)).changes:
        single = each[change.group]
        assert change.n_new == 4 * single.n_new
        assert change.effective_new == pytest.approx(single.n_new, rel=0.01)
        assert change.mcnemar_p == pytest.approx(single.mcnemar_p)
        for end in ("value", "low", "high"):
            old, new = getattr(single.change, end), getattr(change.change, end)
            assert new == pytest.approx(old, abs=2e-4)


def test_ids_that_repeat_among_the_rows_used_match_nothing(tmp_path):
    new = log(100, seed=2).assign(key=[f"k{i}" for i in range(100)])
    new.loc[1:3, "id"] = "d0"
    columns = f'{IDS}\nconversation_id = "key"\n[log.dedup]\nkey = "conversation_id"'
    paths = [write(tmp_path, "1", log(100)), write(tmp_path, "2", new, columns=columns)]
    found = pair(*((load(path), tmp_path) for path in paths), AS_OF)
    assert (found.repeated, found.matched, found.old, found.new) == (3, 0, 100, 100)


@pytest.mark.parametrize("name", RATES)
def test_measures_among_one_kind_of_decision_have_no_pairs(name):
    plain = RATES[name].of is None and RATES[name].when is None
    assert pairable(RATES[name]) == (plain and name != "adverse_precision")


# Whole runs.


def log(n: int = 3000, seed: int = 1, harm: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(7)  # the same cases whatever the seed of the decisions
    data = pd.DataFrame(
        {
            "id": [f"d{i}" for i in range(n)],
            "who": [f"c{i}" for i in base.integers(0, n // 2, n)],
            "lang": base.choice(["en", "es"], n),
            "tier": base.choice(["low", "high"], n),
            "intent": base.choice(["bill", "tech"], n),
            "due": "1",
        }
    )
    score = base.random(n) + rng.normal(0, 0.01, n)
    data["outcome"] = np.where(score < 0.1 + harm * (data.lang == "es"), "no", "yes")
    return data


def compare(folder: Path, old: pd.DataFrame, new: pd.DataFrame, **options: str):
    paths = [write(folder, str(n), data, **options) for n, data in ((1, old), (2, new))]
    return release_run.compare(*paths, as_of=AS_OF)


def test_the_same_cases_are_paired(tmp_path):
    old, new = log(), log(seed=2)
    found = compare(tmp_path, old, new)
    assert (found.verdict, found.paired) == ("pass", True)
    assert found.questions[0].paired
    assert found.matched.model_dump() == {"cases": 3000, "only_old": 0, "only_new": 0}
    for change in found.changes:
        was, is_ = ((data.outcome[data.lang == change.group] == "no") for data in (old, new))
        assert change.old_value == pytest.approx(was.mean())
        assert change.new_value == pytest.approx(is_.mean())
        assert change.standardised_reason == "same_cases"
    alone = compare(tmp_path, old, new, columns='subject_id = "who"')
    assert alone.paired_reason == "no_decision_id"

    def width(found):
        change = next(c for c in found.changes if c.group == "es")
        return change.gap_change.high - change.gap_change.low

    assert width(found) < width(alone) / 2


def test_shadow_scoring_reads_one_log_twice(tmp_path):
    data = log().rename(columns={"outcome": "live"})
    data["shadow"] = log(seed=2, harm=0.08).outcome
    data.to_csv(tmp_path / "log.csv", index=False)
    old = write(tmp_path, "1", log="log.csv", decision="live")
    new = write(tmp_path, "2", log="log.csv", decision="shadow")
    found = release_run.compare(old, new, as_of=AS_OF)
    assert (found.verdict, found.reason, found.paired) == ("fail", "worse", True)
    assert found.matched.cases == 3000


def test_rows_left_out_of_either_log_make_no_pair(tmp_path):
    old, new = log(), log(seed=2)
    old.loc[:99, "outcome"] = "later"
    new.loc[50:199, "outcome"] = ""
    found = compare(tmp_path, pd.concat([old, old[500:600]]), new)
    assert found.matched.model_dump() == {"cases": 2800, "only_old": 100, "only_new": 50}
    assert any(note.startswith("50 decisions of the smaller log") for note in found.notes)


def test_few_shared_cases_go_unpaired_and_say_why(tmp_path):
    new = log(seed=2)
    new["id"] = [f"{'d' if i < 1000 else 'e'}{i}" for i in range(3000)]
    found = compare(tmp_path, log(), new)
    assert (found.paired, found.paired_reason, found.matched) == (False, "few_matches", None)
    assert any("1,000 of the 3,000" in note for note in found.notes)
    assert found.changes[0].standardised is not None


def test_ids_that_repeat_go_unpaired(tmp_path):
    new = log(seed=2).assign(key=lambda data: [f"k{i}" for i in range(len(data))])
    new.loc[1, "id"] = "d0"
    dedup = 'decision_id = "id"\nsubject_id = "who"\nconversation_id = "key"'
    paths = [
        write(tmp_path, "1", log()),
        write(tmp_path, "2", new, columns=f'{dedup}\n[log.dedup]\nkey = "conversation_id"'),
    ]
    found = release_run.compare(*paths, as_of=AS_OF)
    assert (found.paired, found.paired_reason) == (False, "repeated_ids")


def test_a_measure_without_pairs_is_compared_as_two_logs(tmp_path):
    more = (
        '[[questions]]\nid = "right"\nmeasure = "adverse_precision"\nsegments = ["lang"]\n'
        "gate = false"
    )
    old, new = (
        log(seed=seed).assign(due=lambda d: np.where(d.index % 3, "1", "0")) for seed in (1, 2)
    )
    found = compare(tmp_path, old, new, label=LABEL, more=more)
    paired = {question.id: question.paired for question in found.questions}
    assert paired == {"deny": True, "right": False}
    lone = next(c for c in found.changes if c.question == "right" and c.group == "es")
    assert lone.mcnemar_p is None
    assert lone.n_old == int(((old.outcome == "no") & (old.lang == "es")).sum())


def test_another_mix_is_seen_through(tmp_path):
    # Both releases deny 5 % of bills and 20 % of tech in both groups; es asks for more tech now.
    def data(share: float, prefix: str) -> pd.DataFrame:
        rows = []
        for lang, tech in (("en", 0.5), ("es", share)):
            for intent, part, rate in (("tech", tech, 0.20), ("bill", 1 - tech, 0.05)):
                n = round(4000 * part)
                rows += [(lang, intent, "no" if i < rate * n else "yes") for i in range(n)]
        found = pd.DataFrame(rows, columns=["lang", "intent", "outcome"])
        return found.assign(id=[f"{prefix}{i}" for i in range(len(found))], who="", tier="low")

    columns = 'decision_id = "id"'
    found = compare(tmp_path, data(0.5, "a"), data(0.8, "b"), columns=columns)
    change = next(c for c in found.changes if c.group == "es")
    assert change.gap_change.value == pytest.approx(0.045)
    assert change.standardised.gap_change.value == pytest.approx(0, abs=1e-12)
    assert change.standardised.new_value == pytest.approx(0.65 * 0.20 + 0.35 * 0.05)
    assert change.standardised.within == ("intent",)
    assert change.standardised.excluded_share == 0
    back = compare(tmp_path, data(0.8, "b"), data(0.5, "a"), columns=columns)
    assert next(c for c in back.changes if c.group == "es").verdict == "pass"


def test_a_worsening_that_the_mix_hides_does_not_pass(tmp_path):
    def data(tech: float, rate: float, prefix: str) -> pd.DataFrame:
        rows = []
        for lang, part, harm in (("en", 0.5, 0.0), ("es", tech, rate)):
            for intent, share, base in (("tech", part, 0.20), ("bill", 1 - part, 0.05)):
                n = round(4000 * share)
                rows += [(lang, intent, "no" if i < (base + harm) * n else "yes") for i in range(n)]
        found = pd.DataFrame(rows, columns=["lang", "intent", "outcome"])
        return found.assign(id=[f"{prefix}{i}" for i in range(len(found))], who="", tier="low")

    found = compare(
        tmp_path, data(0.5, 0, "a"), data(0.2, 0.045, "b"), columns='decision_id = "id"'
    )
    change = next(c for c in found.changes if c.group == "es")
    assert change.worsening_upper < 0.02
    assert change.standardised.gap_change.value == pytest.approx(0.045, abs=1e-3)
    assert change.verdict == "inconclusive"


def test_a_mix_without_overlap_says_nothing(tmp_path):
    old, new = log().assign(intent="bill"), log(seed=2).assign(intent="tech")
    found = compare(tmp_path, old, new, columns='subject_id = "who"')
    assert {change.standardised_reason for change in found.changes} == {"little_support"}


def test_groups_are_those_of_the_new_release(tmp_path):
    old = log()
    new = log(seed=2)
    moved = new.index[(new.lang == "es")][:100]
    new.loc[moved, "lang"] = "en"
    found = compare(tmp_path, old, new)
    sizes = {change.group: change.n_new for change in found.changes}
    assert sizes == new.lang.value_counts().to_dict()


def test_hidden_groups_are_pooled_and_leak_nothing(tmp_path):
    old, new = log(), log(seed=2)
    for data in (old, new):
        data.loc[:5, "lang"] = "pt"
        data.loc[6:60, "lang"] = "fr"
    found = compare(tmp_path, old, new)
    assert {change.group for change in found.changes} == {"en", "es", "fr", POOLED}
    assert next(c for c in found.changes if c.group == POOLED).n_new == 61
    assert '"pt"' not in found.to_json()


def test_a_hidden_group_alone_stays_open(tmp_path):
    old, new = log(), log(seed=2)
    for data in (old, new):
        data.loc[:5, "lang"] = "pt"
    found = compare(tmp_path, old, new)
    assert (found.verdict, found.reason) == ("inconclusive", "suppressed")
    assert {change.group for change in found.changes} == {"en", "es"}


def test_the_rest_as_reference_over_cases(tmp_path):
    def rest(folder, release, data):
        path = write(folder, release, data)
        path.write_text(path.read_text().replace('reference = "en"', 'reference = "rest"'))
        return path

    old, new = log(), log(seed=2, harm=0.08)
    for data in (old, new):
        data.loc[:999, "lang"] = "fr"
    found = release_run.compare(rest(tmp_path, "1", old), rest(tmp_path, "2", new), as_of=AS_OF)
    assert found.paired
    change = next(c for c in found.changes if c.group == "es")
    for value, data in ((change.gap_old, old), (change.gap_new, new)):
        no = data.outcome == "no"
        assert value == pytest.approx(no[data.lang == "es"].mean() - no[data.lang != "es"].mean())
    assert change.verdict == "fail"


def test_a_record_and_a_plan_are_two_logs(tmp_path):
    from careaudit.conductor import run

    old, new = write(tmp_path, "1", log()), write(tmp_path, "2", log(seed=2))
    record = run(load(old), base=tmp_path, as_of=AS_OF)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "audit.json").write_text(record.to_json())
    found = release_run.compare(tmp_path / "audit", new, as_of=AS_OF)
    assert (found.paired, found.paired_reason) == (False, "records")
    assert any("not assessed" in note for note in found.notes)
    assert found.old.record_sha256 == record.digest
    same = release_run.compare(record, new, as_of=AS_OF)
    assert same == found


def test_a_field_that_is_no_column_is_named(tmp_path):
    with pytest.raises(DataError, match='no column "intent"'):
        compare(
            tmp_path, log().drop(columns="intent"), log(seed=2).drop(columns="intent"),
            columns='subject_id = "who"',
        )  # fmt: skip


def test_a_folder_says_which_of_two_it_means(tmp_path):
    write(tmp_path, "1", log(50))
    (tmp_path / "careaudit.toml").write_text("")
    (tmp_path / "audit.json").write_text("")
    with pytest.raises(CareauditError, match="a record and a plan"):
        release_run.compare(tmp_path, tmp_path / "1.toml", as_of=AS_OF)
