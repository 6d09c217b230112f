"""Real data nobody here wrote, in ../shared beside the checkout; skipped where it is absent."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import careaudit

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared real data is not beside this checkout"
)

COMPAS = """
schema_version = 1
[audit]
name = "COMPAS, two-year recidivism"
decision_kind = "flag"
justification = "ProPublica's question: whose errors are these?"
[log]
path = ["{path}"]
[log.columns]
decision = "score_text"
[outcome]
favorable = {favorable}
adverse = {adverse}
confirmed = true
[label]
column = "two_year_recid"
positive = ["0"]
selection = "all"
[[segments]]
name = "race"
column = "race"
kind = "protected"
reference = "Caucasian"
[[questions]]
id = "false-positives"
measure = "wrongful_adverse_rate"
segments = ["race"]
[[questions]]
id = "false-negatives"
measure = "wrongful_favorable_rate"
segments = ["race"]
[[questions]]
id = "right-when-flagged"
measure = "adverse_precision"
segments = ["race"]
"""


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(SHARED / "compas" / "propublica_published.csv")


@pytest.mark.parametrize("flag", ["medium+high", "high only"])
def test_compas_gives_propublicas_error_rates(flag, published, tmp_path):
    adverse = ["Medium", "High"] if flag == "medium+high" else ["High"]
    favorable = [value for value in ("Low", "Medium", "High") if value not in adverse]
    plan = COMPAS.format(
        path=SHARED / "compas" / "compas_two_years.csv.gz",
        favorable=json.dumps(favorable),
        adverse=json.dumps(adverse),
    )
    (tmp_path / "careaudit.toml").write_text(plan)
    record = careaudit.audit(plan=tmp_path)
    assert record.accounts.rows_used == 7214
    rows = published[published.flag == flag].set_index("group")
    for group, row in rows.iterrows():
        name = None if group == "all" else group
        found = {e.measure: e for e in record.estimates if e.group == name}
        false_positive, false_negative = (
            found["wrongful_adverse_rate"], found["wrongful_favorable_rate"],
        )  # fmt: skip
        assert false_positive.events == row.survived_high_fp
        assert false_positive.n == row.survived_low_tn + row.survived_high_fp
        assert false_negative.events == row.recidivated_low_fn
        assert round(100 * false_positive.value, 2) == pytest.approx(row.fpr_pct, abs=0.011)
        assert round(100 * false_negative.value, 2) == pytest.approx(row.fnr_pct, abs=0.011)
    by_id = {c.id: c for c in record.comparisons}
    black = by_id["false-positives/race/African-American"]
    assert black.verdict == "fail"
    assert black.harmed == "group"
    if flag == "medium+high":  # "1.91" and "1.70" in the article
        assert black.ratio.value == pytest.approx(1.91, abs=0.005)
        lenient = by_id["false-negatives/race/African-American"]
        assert 1 / lenient.ratio.value == pytest.approx(1.70, abs=0.006)
        assert lenient.harmed == "group"  # mistakes in their favour are rarer for them


def test_medical_review_in_one_line():
    file = SHARED / "medical_review_appeals" / "imr_2001_2012.csv.gz"
    frame = pd.read_csv(file, dtype=str)
    record = careaudit.audit(
        file,
        decision="determination",
        adverse="Upheld Decision of Health Plan",
        by=["age_range", "patient_gender"],
    )
    assert record.accounts.rows_read == 13_186
    assert record.accounts.unknown["age_range"] == 1_195
    assert record.verdict in {"fail", "inconclusive"}  # 9 % unknown: coverage allows no pass
    upheld = frame.determination.str.startswith("Upheld")
    favorable = record.questions[0].measure == "favorable_rate"
    for gender, rows in frame.groupby("patient_gender"):
        expected = upheld[rows.index].mean()
        found = next(e for e in record.estimates if e.group == gender)
        assert found.value == pytest.approx(1 - expected if favorable else expected)


def test_bank_of_america_in_one_line():
    file = SHARED / "cfpb_bank_of_america" / "boa_2017_2020.parquet"
    record = careaudit.audit(
        file,
        decision="company_response",
        favorable="Closed with monetary relief",
        by=["submitted_via", "state"],
    )
    assert record.accounts.rows_read == 29_283
    everybody = next(e for e in record.estimates if e.group is None)
    assert (everybody.events, everybody.measure) == (7_205, "favorable_rate")
    assert record.questions[0].measure_chosen


def test_five_thousand_real_complaints_keep_their_accounts():
    frame = pd.read_csv(SHARED / "cfpb_complaints" / "complaints_sample_5000.csv.gz", dtype=str)
    decided = frame[frame.company_response != "In progress"]
    record = careaudit.audit(
        SHARED / "cfpb_complaints" / "complaints_sample_5000.csv.gz",
        decision="company_response",
        favorable="Closed with monetary relief",
        neutral="In progress",
        by="submitted_via",
    )
    assert record.accounts.rows_used == len(decided.dropna(subset="company_response"))
