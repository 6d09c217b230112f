"""tutor_engagement: flags follow speed and not engagement, and the audit finds that and no more."""

from __future__ import annotations

import pandas as pd
import pytest
from samples_cases import audited, failing, shipped, told, undecided

NAME = "tutor_engagement"
GROUPS = ["native", "non-native"]


@pytest.fixture(scope="module")
def sessions() -> pd.DataFrame:
    log = shipped(NAME, "sessions")
    joined = log.merge(shipped(NAME, "customers"), on="learner_id", validate="m:1")
    joined = joined.merge(
        shipped(NAME, "teacher_labels"), on="session_id", how="left", validate="1:1"
    )
    assert len(joined) == len(log) == 9000
    return joined.assign(
        flagged=joined["outcome"] == "flagged",
        practiced=joined["practice_minutes"].astype(float) >= 10,
        stayed=joined["session_minutes"].astype(float) >= 20,
    )


@pytest.fixture(scope="module")
def record():
    return audited(NAME)


def test_the_gap_is_near_the_one_asked_for(sessions):
    assert (sessions["language_group"] == "non-native").mean() == pytest.approx(0.22, abs=0.015)
    assert sessions["engaged"].notna().mean() == 0.30
    flagged = sessions.groupby("language_group")["flagged"].mean()[GROUPS]
    assert list(flagged) == pytest.approx([0.199, 0.370], abs=0.015)
    engaged, not_engaged = (
        sessions[sessions["engaged"] == said].groupby("language_group")["flagged"].mean()[GROUPS]
        for said in ("yes", "no")
    )
    assert list(engaged) == pytest.approx([0.131, 0.282], abs=0.015)
    assert list(not_engaged) == pytest.approx([0.716, 0.903], abs=0.055)  # n = 258 and 75


def test_engagement_practice_and_looking_are_equal(sessions):
    labelled = sessions[sessions["engaged"].notna()]
    for equal in (
        (labelled["engaged"] == "yes").groupby(labelled["language_group"]).mean(),
        sessions.groupby("language_group")["practiced"].mean(),
        sessions["engaged"].notna().groupby(sessions["language_group"]).mean(),
    ):
        assert equal["native"] == pytest.approx(equal["non-native"], abs=0.02)
    level = sessions.groupby("school_level")["flagged"].mean()
    assert level.max() - level.min() < 0.02


def test_the_score_alone_decides_and_it_listens_to_speed_and_not_to_practice(sessions):
    score = sessions["disengagement_score"].astype(float)
    assert score[sessions["flagged"]].min() >= 0.5
    assert score[~sessions["flagged"]].max() <= 0.5
    engaged = sessions[sessions["engaged"] == "yes"].astype(
        {"reply_seconds": float, "practice_minutes": float, "disengagement_score": float}
    )
    heard = engaged[["reply_seconds", "practice_minutes"]].corrwith(
        engaged["disengagement_score"], method="spearman"
    )
    assert heard["reply_seconds"] > 0.6
    assert abs(heard["practice_minutes"]) < 0.06


def test_the_readme_tells_the_measured_figures(sessions):
    by = sessions.groupby("language_group")
    told(NAME, "sessions", by.size()[GROUPS], ",")
    told(NAME, "flagged", by["flagged"].mean()[GROUPS])
    told(NAME, "at least 20 minutes by the session clock", by["stayed"].mean()[GROUPS])
    told(NAME, "at least 10 minutes of effortful practice", by["practiced"].mean()[GROUPS])
    for said, words in (("yes", "engaged"), ("no", "not engaged")):
        part = sessions[sessions["engaged"] == said].groupby("language_group")["flagged"]
        sizes = " and ".join(f"{n:,}" for n in part.size()[GROUPS])
        told(NAME, f"flagged, of those {words} (label; n = {sizes})", part.mean()[GROUPS])
    labelled = sessions[sessions["engaged"].notna()]
    engaged = (labelled["engaged"] == "yes").groupby(labelled["language_group"]).mean()
    told(NAME, "engaged, by teacher label", engaged[GROUPS])


def test_the_audit_finds_what_was_put_in_and_only_that(record):
    assert failing(record) == {
        ("flagged", "language_group", "non-native"),
        ("flagged-though-engaged", "language_group", "non-native"),
        ("score-means", "language_group", "non-native"),
        ("session-time", "language_group", "non-native"),  # the clock that stops: see the README
    }
    # Too few labels to clear the levels of school; nothing was put in there.
    assert undecided(record) <= {("flagged-though-engaged", "school_level", "high school")}
    verdicts = {q.id: q.verdict for q in record.questions}
    assert verdicts["effortful-practice"] == verdicts["teacher-looked"] == "pass"


def test_the_audit_counts_what_pandas_counts(record, sessions):
    flagged = sessions.groupby("language_group")["flagged"].mean()
    (found,) = (
        c for c in record.comparisons if (c.question, c.segment) == ("flagged", "language_group")
    )
    assert found.difference.value == pytest.approx(flagged["non-native"] - flagged["native"])
    assert found.harmed == "group"


def test_the_measure_of_the_repair_is_three_lines():
    from careaudit.samples import directory

    lines = (directory(NAME) / "careaudit.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index('name = "effortful_practice_rate"') - 1
    assert lines[start] == "[[measures]]"
    assert lines[start + 3] == ""
