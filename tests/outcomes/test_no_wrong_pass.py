"""Ways to a pass that nobody earned: values that cannot be read, or that say the same of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.errors import DataError, PlanError
from careaudit.plan import parse

PLAN = """
[audit]
name = "t"
justification = "t"
[log.columns]
{columns}
{more}
[[segments]]
name = "lang"
column = "lang"
reference = "en"
[[questions]]
id = "q"
measure = "{measure}"
segments = ["lang"]
{limit}
"""
N = 4_000
OUTCOME = '[outcome]\nfavorable = ["yes"]\nadverse = ["no"]\nconfirmed = true\n'


def audited(frame: pd.DataFrame, measure: str, more: str = "", limit: str = ""):
    columns = "\n".join(f'{name} = "{name}"' for name in frame if name not in {"lang", "due"})
    text = PLAN.format(columns=columns, more=more, measure=measure, limit=limit)
    return careaudit.audit(frame, plan=parse(text))


def log(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"lang": ["en", "es"] * (N // 2), **columns})


SPANISH = np.arange(N) % 2 == 1
SOME = SPANISH & (np.arange(N) % 10 < 6)


@pytest.mark.parametrize(("said", "measure"), [
    (["Ja", "Nein"], "contact_rate"), (["Nein", "Nein"], "contact_rate"),
])  # fmt: skip
def test_words_that_are_neither_yes_nor_no_are_told_and_pass_nothing(said, measure):
    record = audited(log(contacted=said * (N // 2)), measure)
    assert (record.verdict, record.reason) == ("inconclusive", "no_variation")
    assert "log.values" in record.questions[0].missing
    (note,) = [q for q in record.quality if q.code == "odd_values"]
    assert (note.where, note.rows) == ("contacted", N)


def test_other_words_in_one_group_are_not_its_answer():
    said = np.where(SPANISH, np.where(np.arange(N) % 4 == 1, "resolved", "open"), "yes")
    said[:40:2] = "no"
    record = audited(log(first_contact_resolved=said), "first_contact_resolution_rate")
    assert "odd_values" in {q.code for q in record.quality}


@pytest.mark.parametrize(
    ("measure", "field", "good", "odd"),
    [("csat", "rating", ["5", "2"], "1 star"), ("nps", "recommend", ["9", "3"], "0/10"),
     ("ces", "ease", ["6", "3"], "hard")],
)  # fmt: skip
def test_ratings_that_cannot_be_read_in_one_group_carry_no_pass(measure, field, good, odd):
    values = np.resize(np.repeat(good, 2), N).astype(object)
    fine = audited(log(**{field: values}), measure)
    assert fine.verdict == "pass"
    values[SOME] = odd
    record = audited(log(**{field: values}), measure)
    assert (record.verdict, record.reason) == ("inconclusive", "coverage")
    assert "lang es" in record.questions[0].missing


@pytest.mark.parametrize("measure", ["wait_median", "sla_attainment", "sla_met_rate"])
def test_waits_that_cannot_be_read_in_one_group_carry_no_pass(measure):
    start = pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(N), unit="min")
    wait = pd.to_timedelta(60 + (np.arange(N) // 2 * 7) % 541, unit="s")
    ends = (start + wait).astype(str).to_numpy(dtype=object)
    sla = '[escalation]\nsla = "5m"\n'
    asked = {"human_requested_at": start.astype(str)}
    assert audited(log(**asked, human_reached_at=ends), measure, sla).verdict == "pass"
    ends[SOME] = "connected (slow)"
    record = audited(log(**asked, human_reached_at=ends), measure, sla)
    assert (record.verdict, record.reason) != ("pass", "within_limit")


LABEL = '[label]\ncolumn = "due"\npositive = ["yes"]\nselection = "all"\n'


def test_labels_are_read_whatever_their_case():
    due = np.where(SPANISH, "Yes", "yes")
    denied = np.where(np.arange(N) % 10 < np.where(SPANISH, 8, 3), "no", "yes")
    record = audited(log(decision=denied, due=due), "wrongful_adverse_rate", OUTCOME + LABEL)
    assert record.verdict == "fail"


def test_a_group_without_a_case_is_no_pass():
    denied = np.where(np.arange(N) % 4 < 2, "no", "yes")
    frame = log(decision=denied, due=np.where(SPANISH, "never", "yes"))
    frame.loc[frame.index.isin([*range(0, N, 8), *range(2, N, 8)]), "lang"] = "zh"
    record = audited(frame, "wrongful_adverse_rate", OUTCOME + LABEL)
    assert (record.verdict, record.reason) == ("inconclusive", "coverage")
    assert "lang es" in record.questions[0].missing


def test_one_id_of_several_customers_is_no_repetition():
    denied = np.where(np.arange(N) % 4 < 2, "no", "yes")
    ids = np.arange(N).astype(str).astype(object)
    ids[SOME] = "DUP"
    with pytest.raises(DataError, match="another customer") as error:
        audited(log(decision=denied, decision_id=ids, subject_id=np.arange(N)), "adverse_rate",
                OUTCOME)  # fmt: skip
    assert "decision_id" in str(error.value.hint)


@pytest.mark.parametrize(("measure", "gap"), [("nps", 500), ("score_auc", 5), ("ces", 7)])
def test_a_limit_as_wide_as_the_scale_is_refused(measure, gap):
    with pytest.raises(PlanError, match="cannot differ"):
        audited(log(decision="yes"), measure, OUTCOME, f"limit = {{ gap = {gap} }}")


def test_chances_that_are_not_all_known_do_not_stop_the_audit():
    draw = np.random.default_rng(3)
    chance = np.round(draw.random(N), 2).astype(str).astype(object)
    chance[::50] = None
    chance[1::50] = "45%"
    frame = log(decision=draw.choice(["yes", "no"], N), p=chance).drop(columns="lang")
    text = PLAN.format(
        columns='decision = "decision"', more=OUTCOME, measure="adverse_rate", limit=""
    )
    text = text.replace('column = "lang"\nreference = "en"',
                        'column = "p"\nkind = "proxy"\nmembership = "probability"')  # fmt: skip
    record = careaudit.audit(frame, plan=parse(text))
    assert record.verdict != "fail"
    assert record.accounts.unknown["lang"] == 2 * N // 50
