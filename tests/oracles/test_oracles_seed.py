"""The founding case and its kin, from raw log to record, against published or derived numbers."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import careaudit


def log(*groups: tuple[str, int, int], good="granted", bad="denied", by="zip_income"):
    """A log of (group, decisions, good ones), one row a decision."""
    rows = [
        {by: name, "decision": good if place < x else bad}
        for name, n, x in groups
        for place in range(n)
    ]
    return pd.DataFrame(rows)


SEED = log(("low", 2000, 1280), ("other", 6000, 4560))


def audit(frame, **options):
    options = {"decision": "decision", "adverse": "denied", "by": ["zip_income"]} | options
    return careaudit.audit(frame, **options)


def test_seed_case_asked_as_favorable_rate():
    # methods 8 and 1.11; section 12 for people and the score
    record = audit(SEED, measure="favorable_rate")
    (c,) = record.comparisons
    assert c.group_value == pytest.approx(0.64, abs=1e-12)
    assert c.reference_value == pytest.approx(0.76, abs=1e-12)
    assert c.ratio.value == pytest.approx(0.842105, abs=1e-6)
    assert c.four_fifths is False
    assert (c.u.value, c.u.low, c.u.high) == pytest.approx((1.2, 1.002829, 1.399673), abs=1e-6)
    assert (c.p_pass, c.p_beyond) == pytest.approx((0.952404, 0.047596), abs=1e-6)
    assert (c.verdict, c.reason) == ("fail", "established")
    assert c.affected.people.value == pytest.approx(240)
    se = (c.affected.people.high - c.affected.people.value) / 1.959964
    assert se == pytest.approx(24.132965, abs=1e-4)
    assert record.verdict == "fail"
    score = record.questions[0].score
    # the high end is given from rounded inputs there; unrounded it is 66.784671
    assert (score.value, score.low, score.high) == pytest.approx(
        (58.745225, 50.144546, 66.784660), abs=2e-5
    )
    assert record.impact.questions_at_or_over_limit == 1


def test_seed_case_asked_as_adverse_rate():
    (c,) = audit(SEED, measure="adverse_rate").comparisons
    assert (c.group_value, c.reference_value) == pytest.approx((0.36, 0.24))
    assert c.u.value == pytest.approx(2.0, abs=1e-6)
    assert c.verdict == "fail"
    # both sides of the gap: the other one is the grant's ratio
    assert c.other_side.value == pytest.approx(0.842105, abs=1e-6)


def test_the_rarer_side_is_asked_where_no_measure_is_named():
    record = audit(SEED)
    assert record.questions[0].measure == "adverse_rate"
    assert record.questions[0].measure_chosen
    flipped = audit(log(("low", 2000, 400), ("other", 6000, 1500)))
    assert flipped.questions[0].measure == "favorable_rate"


def test_a_gap_hides_on_the_common_side():
    # design 4: credits at 2.7 % v 5.5 % are denials at 97.3 and 94.5 %
    frame = log(("a", 10_000, 270), ("b", 10_000, 550))
    rare = audit(frame)
    assert (rare.questions[0].measure, rare.verdict) == ("favorable_rate", "fail")
    common = audit(frame, measure="adverse_rate")
    assert common.verdict != "fail"
    assert "blind_side" in {note.code for note in common.quality}
    shown = common.comparisons[0].other_side.value
    assert shown in (pytest.approx(2.7 / 5.5), pytest.approx(5.5 / 2.7))
    assert "blind_side" not in {note.code for note in rare.quality}


@pytest.mark.parametrize(
    ("group", "reference", "verdict", "u"),
    [
        # methods 1.11
        ((130, 500), (360, 900), "fail", (1.750000, 1.264285, 2.182383)),
        ((170, 390), (412, 797), "inconclusive", (0.810411, None, 1.311950)),
        ((270, 900), (900, 3000), "pass", (0, 0, 0.459993)),
        ((2900, 10_000), (3000, 10_000), "pass", (0.166667, None, 0.337437)),
        ((27, 100), (120, 400), "inconclusive", (0.5, 0, 1.690015)),
        ((0, 40), (30, 400), "inconclusive", (5.0, None, 5.0)),
    ],
)
def test_worked_pairs_from_the_log(group, reference, verdict, u):
    frame = log(("g", group[1], group[0]), ("r", reference[1], reference[0]))
    (c,) = audit(frame, measure="favorable_rate").comparisons
    assert c.verdict == verdict
    for mine, theirs in zip((c.u.value, c.u.low, c.u.high), u, strict=True):
        if theirs is not None:
            assert mine == pytest.approx(theirs, abs=1e-4 if theirs == 5 else 1e-6)


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        # Newcombe 1998, Miettinen-Nurminen column, as given in methods 17
        ((56, 70), (48, 80), 0.0528, 0.3382),
        ((9, 10), (3, 10), 0.1700, 0.8406),
        ((6, 7), (2, 7), 0.0342, 0.8534),
        ((5, 56), (0, 29), -0.0326, 0.1933),
        ((10, 10), (0, 20), 0.7156, 1.0),
    ],
)
def test_newcombe_differences_from_the_log(one, two, low, high, tmp_path):
    frame = log(("one", one[1], one[0]), ("two", two[1], two[0]))
    plan = """
        [audit]
        name = "t"
        justification = "t"
        [log.columns]
        decision = "decision"
        [outcome]
        favorable = ["granted"]
        adverse = ["denied"]
        [[segments]]
        name = "s"
        column = "zip_income"
        reference = "two"
        [[questions]]
        id = "q"
        measure = "favorable_rate"
        segments = ["s"]
        [privacy]
        min_cell = 1
    """
    (tmp_path / "careaudit.toml").write_text(plan)
    record = careaudit.audit(frame, plan=tmp_path)
    c = record.comparisons[0]
    assert (c.difference.low, c.difference.high) == pytest.approx((low, high), abs=1e-4)


def governance_log() -> pd.DataFrame:
    """The worked example of governance 2: 2,600 rows, 120 of them with an unknown value."""
    cells = {
        ("English", "no"): (1300, 598),
        ("English", "yes"): (300, 122),
        ("Spanish", "no"): (560, 199),
        ("Spanish", "yes"): (140, 39),
        ("Other", "no"): (104, 53),
        ("Other", "yes"): (36, 17),
        ("Relay", "no"): (28, 16),
        ("Relay", "yes"): (12, 6),
        (None, None): (120, 50),
    }
    return pd.concat(
        log((language, n, x), by="language").assign(need=need)
        for (language, need), (n, x) in cells.items()
    )


PLAN = """
schema_version = 1
[audit]
name = "Goodwill credit"
justification = "The worked example of a bias audit rule."
[log.columns]
decision = "decision"
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "language"
column = "language"
reference = "Other"
[[segments]]
name = "need"
column = "need"
reference = "no"
[[questions]]
id = "credit"
measure = "favorable_rate"
segments = ["language", "need", "language*need"]
"""


def test_governance_example(tmp_path):
    (tmp_path / "careaudit.toml").write_text(PLAN)
    record = careaudit.audit(governance_log(), plan=tmp_path / "careaudit.toml")
    assert record.accounts.rows_used == 2600
    assert record.accounts.unknown == {"language": 120, "need": 120}
    ratios = {c.group: c.ratio.value for c in record.comparisons if c.segment == "language"}
    assert ratios["English"] == pytest.approx(0.900, abs=5e-4)
    assert ratios["Spanish"] == pytest.approx(0.680, abs=5e-4)
    need = next(c for c in record.comparisons if c.segment == "need")
    assert need.ratio.value == pytest.approx(0.867, abs=5e-4)
    crossed = {i.group: i for i in record.intersections}
    assert crossed["English*yes"].reference == "Other*no"
    assert crossed["English*yes"].ratio.value == pytest.approx(0.798, abs=5e-4)
    assert crossed["Spanish*no"].ratio.value == pytest.approx(0.697, abs=5e-4)
    assert crossed["Spanish*yes"].ratio.value == pytest.approx(0.547, abs=5e-4)
    # .798 lies within .005 of the limit .80: it never prints as 0.80
    from careaudit.report import render

    page = render(record, "html").decode()
    assert "0.798" in page
    four_fifths = {c.group: c.four_fifths for c in record.comparisons if c.segment == "language"}
    assert four_fifths["Spanish"] is True
    assert four_fifths["English"] is False


def test_the_same_log_gives_the_same_bytes(tmp_path):
    SEED.to_csv(tmp_path / "log.csv", index=False)
    one, two = (
        careaudit.audit(
            tmp_path / "log.csv", decision="decision", adverse="denied", by="zip_income"
        ).to_json()
        for _ in range(2)
    )
    assert one == two
    tree = json.loads(one)
    assert list(tree) == [
        "schema_version", "audit", "provenance", "accounts", "segments", "estimates",
        "comparisons", "questions", "conditional", "intersections", "drivers", "impact",
        "quality", "double_entry", "verdict", "reason",
    ]  # fmt: skip
    assert tree["double_entry"]["compared"] == 3
