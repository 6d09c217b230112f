"""outreach_optouts: the old are offered less, and who opts out is lost to later waves."""

from __future__ import annotations

import pandas as pd
import pytest
from samples_cases import audited, failing, shipped, told, undecided

NAME = "outreach_optouts"
AGES = ["18-34", "35-49", "50-64", "65+"]
LANGUAGES = ["en", "es", "other"]


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    frame = shipped(NAME, "decisions")
    return frame.assign(
        reached=frame["contacted"] == "yes", left=frame["opted_out_at"] != "", n=1
    )  # fmt: skip


@pytest.fixture(scope="module")
def record():
    return audited(NAME)


def test_a_person_has_one_row_a_wave_and_one_age_and_language(log):
    assert len(log) == 90_000
    assert (log.groupby("person_id").size() == 3).all()
    assert log.drop_duplicates(["person_id", "age_band", "language"])["person_id"].is_unique


def test_who_opted_out_is_never_contacted_again(log):
    ordered = log.sort_values(["person_id", "wave"])
    earlier = ordered.groupby("person_id")["left"].cumsum() - ordered["left"].astype(int)
    assert not ordered.loc[earlier > 0, "reached"].any()
    assert (ordered.loc[earlier > 0, "reason"] == "opted_out_before").all()
    assert (ordered["reason"] == "opted_out_before").sum() == (earlier > 0).sum()
    assert ordered.loc[ordered["left"], "reached"].all()


def test_answers_are_of_those_contacted_and_consent_came_first(log):
    for name in ("took_up", "relevant", "respectful", "resolution_ready"):
        assert set(log.loc[log["reached"], name]) == {"yes", "no"}
        assert set(log.loc[~log["reached"], name]) == {""}
    agreed = log[log["consent_at"] != ""]
    assert agreed["reached"].all()
    assert (agreed["consent_at"] < agreed["decided_at"]).all()
    gone = log[log["left"]]
    assert (gone["opted_out_at"] >= gone["decided_at"]).all()


def test_the_gaps_are_near_those_asked_for(log):
    old = log.groupby(log["age_band"] == "65+")["reached"].mean()
    assert (old[True], old[False]) == pytest.approx((0.217, 0.355), abs=0.01)
    left = log[log["reached"]].groupby("language")["left"].mean()
    assert list(left[LANGUAGES]) == pytest.approx([0.054, 0.120, 0.108], abs=0.01)
    waves = log.groupby(["language", "wave"])["reached"].mean()
    assert (waves["es"]["1"], waves["es"]["3"]) == pytest.approx((0.331, 0.301), abs=0.01)
    assert (waves["en"]["1"], waves["en"]["3"]) == pytest.approx((0.328, 0.312), abs=0.01)


def test_the_readme_tells_the_measured_figures(log):
    told(NAME, "contacted, measured", log.groupby("age_band")["reached"].mean()[AGES])
    left = log[log["reached"]].groupby("language")["left"].mean()
    told(NAME, "opts out when contacted, measured", left[LANGUAGES])
    for wave in "123":
        part = log[log["wave"] == wave].groupby("language")["reached"].mean()
        told(NAME, f"contacted in wave {wave}", part[LANGUAGES])
    told(NAME, "contacted, all waves", log.groupby("language")["reached"].mean()[LANGUAGES])


def test_the_audit_finds_what_was_put_in_and_only_that(record):
    assert failing(record) == {
        ("contacted", "age_band", "65+"),
        ("opted-out", "language", "es"),
        ("opted-out", "language", "other"),
    }
    assert undecided(record) == set()
    passed = {q.id for q in record.questions if q.verdict == "pass"}
    assert passed == {"took-up", "relevant", "respectful", "solution-at-hand"}


def test_the_audit_counts_what_pandas_counts(record, log):
    reached = log.groupby("age_band")["reached"].mean()
    left = log[log["reached"]].groupby("language")["left"].mean()
    found = {(c.question, c.group): c.difference.value for c in record.comparisons}
    assert found["contacted", "65+"] == pytest.approx(reached["65+"] - reached["35-49"])
    assert found["opted-out", "es"] == pytest.approx(left["es"] - left["en"])


def test_the_plan_says_that_a_person_chose_what_is_favorable():
    from careaudit.plan import load
    from careaudit.samples import directory

    plan = load(directory(NAME))
    assert plan.outcome.favorable == ("contacted",)
    assert plan.outcome.confirmed
    readme = (directory(NAME) / "README.md").read_text(encoding="utf-8")
    assert "## Why to be contacted is favorable here" in readme
