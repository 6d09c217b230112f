"""The generators: deterministic, of any size, and with the effects their READMEs document."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from careaudit.errors import UsageError
from careaudit.samples import fair_control, telecom_credits
from careaudit.samples.tables import to_csv, to_csv_gz

GENERATORS = [telecom_credits.generate, fair_control.generate]
QUINTILES = ["1", "2", "3", "4", "5"]
SPELLINGS = {
    "approved": "a", "credit_granted": "a", "denied": "d", "auto_denied": "d",
    "handoff": "e", "agent_review": "e", "": "",
}  # fmt: skip


def frame(name: str, table: str, directory) -> pd.DataFrame:
    path = directory(name) / f"{table}.csv.gz"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def telecom() -> pd.DataFrame:
    """Each decided decision once, with its customer: computed here, without careaudit."""
    from careaudit.samples import directory

    log = frame("telecom_credits", "decisions", directory)
    people = frame("telecom_credits", "customers", directory)
    readable = pd.to_datetime(log["decided_at"], errors="coerce", utc=True).notna()
    once = log[readable].sort_values("decided_at", kind="stable")
    once = once.drop_duplicates("decision_id", keep="last")
    joined = once.merge(people, on="customer_id", how="left", validate="m:1").fillna("")
    joined["side"] = joined["outcome"].map(SPELLINGS)
    decided = joined[joined["side"].isin(["a", "d"])].copy()
    decided["denied"] = decided["side"] == "d"
    decided["phrase"] = decided["message"].str.contains("billing dispute")
    return decided


@pytest.fixture(scope="module")
def control() -> pd.DataFrame:
    from careaudit.samples import directory

    return frame("fair_control", "decisions", directory)


@pytest.mark.parametrize("generate", GENERATORS)
def test_two_runs_give_the_same_bytes_and_another_seed_gives_others(generate):
    first = {name: to_csv_gz(table) for name, table in generate(rows=3000).items()}
    again = {name: to_csv_gz(table) for name, table in generate(rows=3000).items()}
    other = {name: to_csv_gz(table) for name, table in generate(rows=3000, seed=1).items()}
    assert first == again
    assert first["decisions"] != other["decisions"]


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize("rows", [1, 2, 37, 1000])
def test_any_number_of_rows(generate, rows):
    log = generate(rows=rows)["decisions"]
    assert len(set(log["decision_id"])) == rows
    assert {len(column) for column in log.values()} == {len(log["outcome"])}


@pytest.mark.parametrize("generate", GENERATORS)
def test_a_log_without_rows_is_refused(generate):
    with pytest.raises(UsageError, match="at least 1"):
        generate(rows=0)


def test_gzip_has_no_time_and_no_name_and_csv_quotes_what_it_must():
    table = {"a": ["1", 'x "y", z'], "b": ["", "é"]}
    packed = to_csv_gz(table)
    assert packed[3] == 0  # flags: no file name
    assert packed[4:8] == bytes(4)  # no time
    assert gzip.decompress(packed) == to_csv(table)
    assert to_csv(table) == 'a,b\n1,\n"x ""y"", z",é\n'.encode()


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        to_csv({"a": ["1", "2"], "b": ["1"]})


# telecom_credits: effects of the shipped file


def test_denials_fall_with_area_income(telecom):
    rates = telecom.groupby("zip_income_quintile")["denied"].mean()[QUINTILES]
    assert np.allclose(1 - rates, [0.58, 0.65, 0.71, 0.75, 0.80], atol=0.015)
    assert rates.is_monotonic_decreasing


def test_the_readme_tells_the_measured_rates(telecom):
    from careaudit.samples import directory

    text = (directory("telecom_credits") / "README.md").read_text(encoding="utf-8")
    by = telecom.groupby("zip_income_quintile")
    phrase = telecom[telecom["phrase"]].groupby("zip_income_quintile")
    rows = {
        "denied": by["denied"].mean(),
        "approved": 1 - by["denied"].mean(),
        'says "billing dispute", measured': by["phrase"].mean(),
        "denied, with the phrase": phrase["denied"].mean(),
    }
    for name, rates in rows.items():
        cells = " | ".join(f"{rates[q]:.3f}".removeprefix("0") for q in QUINTILES)
        assert f"| {name} | {cells} |" in text
    sizes = " | ".join(f"{len(by.get_group(q)):,}" for q in QUINTILES)
    assert f"| decisions | {sizes} |" in text


def test_the_phrase_is_commoner_in_poor_areas_and_explains_the_gap(telecom):
    phrase = telecom.groupby("zip_income_quintile")["phrase"].mean()[QUINTILES]
    assert np.allclose(phrase, telecom_credits.DISPUTE, atol=0.02)
    within = telecom.groupby(["phrase", "zip_income_quintile"])["denied"].mean().unstack()
    spread = within[QUINTILES].max(axis=1) - within[QUINTILES].min(axis=1)
    assert (spread < 0.03).all()
    assert within.loc[True, QUINTILES].min() > 0.55
    assert within.loc[False, QUINTILES].max() < 0.10


@pytest.mark.parametrize("segment", ["language", "age_band"])
def test_nothing_depends_on_language_or_age(telecom, segment):
    known = telecom[telecom[segment] != ""]
    rates = known.groupby(segment)["denied"].mean()
    assert rates.max() - rates.min() < 0.03


def test_owed_credits_are_denied_more_in_poor_areas_though_owed_equally(telecom):
    from careaudit.samples import directory

    labels = frame("telecom_credits", "qa_labels", directory)
    assert len(labels) == 2400
    checked = telecom.merge(labels, on="decision_id", validate="1:1")
    owed = checked["credit_owed"] == "1"
    by = checked["zip_income_quintile"]
    assert (owed.groupby(by).mean()[QUINTILES] - owed.mean()).abs().max() < 0.03
    wronged = checked[owed].groupby("zip_income_quintile")["denied"].mean()
    assert wronged["1"] - wronged["5"] > 0.12


def test_the_poor_appeal_least(telecom):
    from careaudit.samples import directory

    appeals = frame("telecom_credits", "appeals", directory)
    assert appeals["decision_id"].is_unique
    denied = telecom[telecom["denied"]]
    appealed = denied["decision_id"].isin(appeals["decision_id"])
    rates = appealed.groupby(denied["zip_income_quintile"]).mean()[QUINTILES]
    assert np.allclose(rates, telecom_credits.APPEAL, atol=0.025)
    assert rates["5"] > 2 * rates["1"]


def test_the_dirt_is_there_as_documented():
    from careaudit.samples import directory

    log = frame("telecom_credits", "decisions", directory)
    people = frame("telecom_credits", "customers", directory)
    assert len(log) == 24_060
    assert log["decision_id"].nunique() == 24_000
    assert log.duplicated().sum() == 40
    assert (log["outcome"] == "").sum() == 36
    assert (log["customer_id"] == "").sum() == 12
    assert log["credit_usd"].str.startswith("-").sum() == 5
    assert pd.to_datetime(log["decided_at"], errors="coerce", utc=True).isna().sum() == 8
    assert set(log["outcome"]) == set(SPELLINGS)
    assert set(log["model"]) == {"7.1.4", "7.2.0"}
    assert people["customer_id"].is_unique
    assert people["zip"].str.fullmatch(r"\d{5}|").all()
    assert people["zip"].str.startswith("00").any()
    known = log["customer_id"][log["customer_id"] != ""]
    assert known.astype(float).nunique() < known.nunique()  # a float reader merges customers


def test_a_zip_has_one_quintile():
    from careaudit.samples import directory

    people = frame("telecom_credits", "customers", directory)
    known = people[people["zip"] != ""]
    assert known.groupby("zip")["zip_income_quintile"].nunique().max() == 1
    assert ((people["zip"] == "") == (people["zip_income_quintile"] == "")).all()


# fair_control


def test_the_control_has_28_groups_over_6_attributes_and_tiny_ones(control):
    groups = {name: control[name].nunique() for name in fair_control.ATTRIBUTES}
    assert len(control) == 20_000
    assert len(groups) == 6
    assert sum(groups.values()) == 28
    sizes = control["language"].value_counts()
    assert (sizes < 100).sum() == 9
    assert sizes[sizes < 100].sum() > 600
    others = [control[name].value_counts().min() for name in groups if name != "language"]
    assert min(others) > 800


def test_the_control_differs_by_chance_only(control):
    from scipy.stats import chi2_contingency

    decided = control[control["outcome"] != "escalated"]
    denied = decided["outcome"] == "denied"
    assert denied.mean() == pytest.approx(0.45, abs=0.01)
    p = [chi2_contingency(pd.crosstab(decided[a], denied)).pvalue for a in fair_control.ATTRIBUTES]
    assert min(p) * len(p) > 0.005
    assert (control["credit_owed"] != "").mean() == pytest.approx(0.95, abs=0.01)


def test_fair_controls_of_other_seeds_are_fair():
    from scipy.stats import chi2_contingency

    p = []
    for seed in range(12):
        log = pd.DataFrame(fair_control.generate(rows=4000, seed=seed)["decisions"])
        log = log[log["outcome"] != "escalated"]
        denied = log["outcome"] == "denied"
        p += [chi2_contingency(pd.crosstab(log[a], denied)).pvalue for a in ("region", "plan")]
    assert np.mean(np.array(p) < 0.05) < 0.2
    assert 0.25 < np.mean(p) < 0.75
