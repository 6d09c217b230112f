"""Like for like from rows to the record: published cases, what it never does, and odd columns."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from like_logs import ADMISSIONS, audit, found, frame, plan

from careaudit.errors import CareauditError

SIX = 1e-6
# methods 8: granted and denied of low-income ZIPs, then of others, with the phrase and without
SEED = {"billing dispute": (320, 480, 240, 360), "other": (960, 240, 4320, 1080)}
# Charig et al. 1986: kidney stones, small and large; success and failure of treatment m, then f
STONES = {"small": (81, 6, 234, 36), "large": (192, 71, 55, 25)}


def times(counts, factor):
    return {name: tuple(n * factor for n in parts) for name, parts in counts.items()}


@pytest.fixture(scope="module")
def berkeley():
    return audit(plan(), frame(ADMISSIONS))


def test_berkeley_end_to_end(berkeley):
    (crude,) = berkeley.comparisons
    assert crude.difference.value == pytest.approx(0.141645, abs=SIX)
    assert crude.odds_ratio == pytest.approx(1.841080, abs=SIX)
    like = found(berkeley)
    numbers = {name: (row.value, row.low, row.high) for name, row in like.items()}
    se = 1.959964 * 0.014825
    assert numbers["rd_mh"] == pytest.approx((-0.018425, -0.018425 - se, -0.018425 + se), abs=SIX)
    assert numbers["rr_mh"] == pytest.approx((0.944905, 0.866452, 1.030461), abs=SIX)
    assert numbers["or_mh"] == pytest.approx((0.904697, 0.771907, 1.060330), abs=SIX)
    assert like["standardised"].value == pytest.approx(0.387319 - 0.429955, abs=SIX)
    assert like["standardised"].low < like["standardised"].value < like["standardised"].high
    assert numbers["within"] == (pytest.approx(-0.036028, abs=SIX), None, None)
    assert numbers["mix"] == (pytest.approx(0.177674, abs=SIX), None, None)


def test_berkeley_says_how_it_was_compared(berkeley):
    like = found(berkeley)
    assert {row.method for row in like.values()} == {
        "mantel_haenszel", "direct_standardisation", "kitagawa",
    }  # fmt: skip
    for row in like.values():
        assert (row.question, row.segment, row.reference, row.within) == (
            "q", "side", "f", ("dept",),
        )  # fmt: skip
        assert row.excluded_share == 0
        # Breslow-Day 18.825501 on 5 degrees of freedom: p .002
        assert row.flags == ("attenuated", "heterogeneous", "contested")


def test_stones_turn_round_once_it_is_sure():
    few, many = (found(audit(plan(), frame(times(STONES, k)))) for k in (1, 10))
    assert few["rd_mh"].value == pytest.approx(many["rd_mh"].value)
    assert few["rd_mh"].value > 0  # better within both sizes, worse over all
    assert "simpson" not in few["rd_mh"].flags
    assert "simpson" in many["rd_mh"].flags


def test_a_bad_control_takes_a_harm_away_and_the_verdict_stays():
    record = audit(plan(), frame(SEED))
    (crude,) = record.comparisons
    assert (crude.group_value, crude.reference_value) == pytest.approx((0.64, 0.76))
    assert crude.u.value == pytest.approx(1.2)
    assert (record.verdict, record.reason) == ("fail", "established")
    like = found(record)
    assert like["rd_mh"].value == pytest.approx(0, abs=1e-12)
    assert like["within"].value == pytest.approx(0, abs=1e-12)
    assert like["mix"].value == pytest.approx(-0.12)
    assert "attenuated" in like["mix"].flags
    assert "explain" not in record.to_json()
    assert "justifi" not in record.to_json().replace('"justification"', "")


@pytest.mark.parametrize("counts", [ADMISSIONS, SEED, times(STONES, 10)])
def test_nothing_else_of_a_record_changes(counts):
    log = frame(counts)
    plain, like = (audit(plan(within), log).model_dump() for within in ((), ("dept",)))
    assert like["conditional"]
    assert not plain["conditional"]
    for tree in (plain, like):
        del tree["conditional"], tree["provenance"]["plan_sha256"], tree["provenance"]["seed"]
    assert plain == like


def test_the_same_customers_twice_are_no_more_evidence():
    named = 'subject_id = "customer"'
    once, twice = (found(audit(plan(columns=named), frame(ADMISSIONS, k))) for k in (1, 2))
    blind = found(audit(plan(), frame(ADMISSIONS, 2)))
    for name in ("rd_mh", "rr_mh", "or_mh", "standardised"):
        both = [(row[name].value, row[name].low, row[name].high) for row in (once, twice)]
        assert both[1] == pytest.approx(both[0], rel=2e-3)
        assert blind[name].high - blind[name].low < 0.75 * (both[1][2] - both[1][1])


def test_a_measure_of_the_plan_s_own_is_compared_like_for_like():
    log = frame(ADMISSIONS)
    log["admitted"], log["counted"] = log["outcome"], "1"
    other = log.iloc[::3].assign(counted="", admitted="yes")
    more = (
        '[[measures]]\nname = "admitted_rate"\n'
        'numerator = { column = "admitted", values = "yes" }\n'
        'denominator = { column = "counted" }\n'
    )
    text = plan(more=more).replace("favorable_rate", "admitted_rate")
    like = found(audit(text, pd.concat([log, other], ignore_index=True)))
    assert like["rd_mh"].value == pytest.approx(-0.018425, abs=SIX)
    assert like["mix"].value == pytest.approx(0.177674, abs=SIX)


def test_what_is_no_rate_is_shown_crude_and_says_so():
    log = frame(ADMISSIONS).assign(paid="12.5")
    text = plan(columns='amount = "paid"').replace("favorable_rate", "amount_per_request")
    record = audit(text, log)
    assert record.comparisons
    assert not record.conditional
    (note,) = [q for q in record.quality if q.code == "within_rates_only"]
    assert note.where == "q"
    assert "within dept" in note.message


# Support: strata that one side alone met.


@pytest.mark.parametrize(("alone", "known"), [(400, True), (404, False)])
def test_no_claim_over_a_fifth_without_support(alone, known):
    counts = {"met": (400, 400, 400, 400), "alone": (alone // 2, alone // 2, 0, 0)}
    like = found(audit(plan(), frame(counts)))
    assert like["rd_mh"].excluded_share == pytest.approx(alone / (1600 + alone))
    assert [row.value is not None for row in like.values()] == [known] * 6
    assert ("no_support" in like["rd_mh"].flags) is not known
    if not known:
        assert all(row.low is None and row.high is None for row in like.values())
        assert like["rd_mh"].flags == ("no_support", "contested")


def test_a_ratio_that_is_not_defined_is_null():
    like = found(audit(plan(), frame({"a": (0, 300, 9, 300), "b": (0, 300, 0, 300)})))
    assert (like["rr_mh"].value, like["rr_mh"].high) == (None, None)
    assert like["rd_mh"].value < 0


# Columns of `within`.


def test_values_over_fifty_are_refused_aloud():
    def log(kinds):
        table = frame({"x": (300, 300, 300, 300)})
        table["minutes"] = [str(n % kinds) for n in range(len(table))]
        return table

    fine = audit(plan(["dept", "minutes"]), log(51))
    assert not fine.conditional
    (note,) = [q for q in fine.quality if q.code == "too_many_strata"]
    assert note.where == "within minutes"
    assert "51" in note.message
    assert note.severity == "warning"
    coarse = audit(plan(["dept", "minutes"]), log(50))
    assert coarse.conditional
    assert not [q for q in coarse.quality if q.code == "too_many_strata"]


def test_a_column_that_is_not_there_is_named(run, write_log):
    write_log("log.csv", ["side,outcome", *["m,yes", "m,no", "f,yes", "f,no"] * 40])
    text = plan(["tenure"]).replace("[log.columns]", '[log]\npath = "log.csv"\n[log.columns]')
    write_log("careaudit.toml", text)
    for command in (("audit", "-o", "out"), ("plan", "check")):
        done = run(*command)
        assert done.exit_code == 3
        assert 'no column "tenure"' in done.stderr
        assert "Traceback" not in done.output


def test_a_value_in_no_list_is_an_error_of_its_place():
    mapped = 'intent = "dept"\n[log.values.intent]\nearly = ["A", "B", "C"]\nlate = ["D", "E"]'
    with pytest.raises(CareauditError) as caught:
        audit(plan(["intent"], columns=mapped), frame(ADMISSIONS))
    assert "within intent" in str(caught.value)
    assert "714 decisions" in str(caught.value)
    whole = audit(plan(["intent"], columns=mapped.replace('"E"', '"E", "F"')), frame(ADMISSIONS))
    joined = {
        name: tuple(map(sum, zip(*(ADMISSIONS[k] for k in keys), strict=True)))
        for name, keys in (("early", "ABC"), ("late", "DEF"))
    }
    same = audit(plan(), frame(joined))
    assert found(whole)["rd_mh"].value == pytest.approx(found(same)["rd_mh"].value, abs=1e-12)


def test_a_column_of_a_companion_table(tmp_path):
    log = frame(ADMISSIONS)
    log[["customer", "dept"]].to_csv(tmp_path / "people.csv", index=False)
    more = (
        f'[tables.people]\npath = "{(tmp_path / "people.csv").as_posix()}"\n'
        'key = { subject_id = "customer" }\naccess = "restricted"\n'
    )
    text = plan(["people.dept"], columns='subject_id = "customer"', more=more)
    record = audit(text, log.drop(columns="dept"))
    # one decision a customer: a design effect of M / (M - 1)
    assert found(record)["rd_mh"].value == pytest.approx(-0.018425, abs=1e-5)
    with pytest.raises(CareauditError, match=r"people\.dept"):
        audit(text.replace("access", 'columns = ["age"]\naccess'), log.drop(columns="dept"))


@pytest.mark.parametrize(
    "value", ["<script>", "a*b", "rest", "=1+1", "\x1b[31m", "'; drop table x; --", "", "unknown"]
)
def test_strata_may_be_called_anything_and_never_leave(value):
    log = frame(ADMISSIONS)
    log["dept"] = log["dept"].replace({"A": value, "B": "quokka"})
    record = audit(plan(), log)
    assert found(record)["rd_mh"].value == pytest.approx(-0.018425, abs=SIX)
    told = json.dumps(record.model_dump(mode="json")["conditional"])
    assert "quokka" not in record.to_json()
    assert not value or value == "rest" or value not in told


def test_few_customers_show_nothing():
    log = frame(ADMISSIONS)
    few = pd.DataFrame(
        {"side": "x", "dept": "A", "outcome": ["yes", "no", "no"], "customer": ["u", "v", "w"]},
        dtype="string",
    )
    record = audit(plan(), pd.concat([log, few], ignore_index=True))
    assert {row.group for row in record.conditional} == {"m"}
    assert [c.group_value for c in record.comparisons if c.group != "m"] == [None]


def test_a_column_named_twice_is_a_slip():
    with pytest.raises(CareauditError, match='within names "dept" twice'):
        audit(plan(["dept", "dept"]), frame(ADMISSIONS))
