"""Column profiles of real files, the join of customers, and the problems that are named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from careaudit.errors import DataError
from careaudit.plan.roles import roles
from careaudit.sources import profile as profiling
from careaudit.sources.problems import problems
from careaudit.sources.profile import companion, profile

SAMPLES = Path(__file__).parents[2] / "sample_data"


def log_of(folder: Path, text: str, name: str = "log.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return profile("log", [str(folder / name)])


def column(log, name):
    return next(c for c in log.columns if c.name == name)


def found(log):
    return {(p.column, p.what, p.rows) for p in problems(log, roles(log.columns))}


def said(log, name):
    return " | ".join(p.what for p in problems(log, roles(log.columns)) if p.column == name)


def test_shares_and_counts(tmp_path):
    log = log_of(
        tmp_path,
        "outcome,at,n,word\n"
        "approved,2026-04-01,1.5,a b\n"
        " denied,2026-04-02T10:00:00Z,-2,c\n"
        ",,3,\n"
        "approved,soon,x,a b\n",
    )
    outcome = column(log, "outcome")
    assert (log.rows, log.more) == (4, False)
    assert (outcome.filled, outcome.distinct, outcome.padded) == (3, 2, 1)
    assert outcome.values == (("approved", 2), ("denied", 1))
    assert column(log, "at").date_share == pytest.approx(2 / 3)
    assert column(log, "n").number_share == pytest.approx(3 / 4)
    assert column(log, "n").negative == 1
    assert column(log, "word").mean_words == pytest.approx(5 / 3)


def test_an_empty_column_and_a_constant_one(tmp_path):
    log = log_of(tmp_path, "a,b,outcome\n,x,yes\n,x,no\n")
    assert column(log, "a").filled == 0
    assert ("a", "is empty", 2) in found(log)
    assert "one value in every row" in said(log, "b")


def test_epochs_are_dates_and_years_and_versions_are_not(tmp_path):
    rows = "1775000000,1775000000000,2026,7.2.0\n1775000001,1775000001000,2025,7.1.4\n"
    log = log_of(tmp_path, f"t,ms,y,v\n{rows}")
    assert column(log, "t").epoch_share == 1
    assert column(log, "ms").epoch_share == 1
    assert column(log, "y").date_share == column(log, "y").epoch_share == 0
    assert not said(log, "v")


def test_ids_zips_and_texts(tmp_path):
    rows = "".join(
        f"{10**16 + n},{n % 900:05d},call me back about case {n % 3}\n" for n in range(2_000)
    )
    log = log_of(tmp_path, f"customer_id,zip,message\n{rows}")
    assert "16 digits" in said(log, "customer_id")
    assert "leading zeros" in said(log, "zip")
    assert column(log, "message").values == ()
    assert column(log, "customer_id").values == ()


def test_more_groups_than_an_audit_takes(tmp_path):
    rows = "".join(f"{n},approved\n" for n in range(10_000, 11_500))
    assert "1,500 groups" in said(log_of(tmp_path, f"zip,outcome\n{rows}"), "zip")


def test_case_variants_duplicates_dates_and_amounts(tmp_path):
    rows = "".join(
        f"d{max(5, n)},{'Denied' if n % 2 else 'denied'},04/13/2026,{n - 3}\n" for n in range(60)
    )
    log = log_of(tmp_path, f"decision_id,outcome,decided_at,credit_usd\n{rows}")
    assert 'by case only: "Denied" and "denied"' in said(log, "outcome")
    assert ("decision_id", "decision ids that occur more than once", 5) in found(log)
    assert ("decided_at", "dates that cannot be read", 60) in found(log)
    assert ("credit_usd", "negative amounts", 3) in found(log)


def test_rare_values_are_not_quoted(tmp_path):
    log = log_of(tmp_path, "outcome\n" + "x\n" * 30 + "Jane\njane\n")
    assert "by case only" in said(log, "outcome")
    assert "ane" not in said(log, "outcome")


def test_placeholders_are_values(tmp_path):
    log = log_of(tmp_path, "country\n" + "US\n" * 5 + "NA\n")
    assert "NA" in said(log, "country")
    assert column(log, "country").distinct == 2


def test_missing_more_often_for_one_decision(tmp_path):
    rows = "".join(
        f"{'denied' if n % 2 else 'approved'},{'' if n % 2 and n % 5 else 'en'},"
        f"{'' if n % 4 < 2 else 'F' if n % 8 < 5 else 'M'}\n"
        for n in range(2_000)
    )
    log = log_of(tmp_path, f"outcome,language,gender\n{rows}")
    assert '"denied"' in said(log, "language")
    assert "missing in" not in said(log, "gender")


def test_hostile_names(tmp_path):
    log = log_of(tmp_path, '"a""b",*,"new\nline",🙂,\'q,c0,v\n1,2,3,4,5,6,7\n1,2,3,4,5,6,8\n')
    assert [c.name for c in log.columns] == ['a"b', "*", "new\nline", "🙂", "'q", "c0", "v"]
    assert all(c.filled == 2 for c in log.columns)


def test_keys_inside_json_are_columns_and_twins_by_case_are_named(tmp_path):
    rows = [
        {"id": n, "via": {"channel": "chat", "source": {"from": "x"}}, "ID": 1, "tags": ["a"]}
        for n in range(4)
    ]
    log = log_of(tmp_path, "\n".join(map(json.dumps, rows)), "log.jsonl")
    names = [c.name for c in log.columns]
    assert "via.channel" in names
    assert "via.source.from" in names
    assert "via" not in names
    assert any("by case only" in what for _, what, _ in found(log))


def test_the_first_rows_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(profiling, "MAX_ROWS", 50)
    with gzip.open(tmp_path / "log.csv.gz", "wt") as stream:
        stream.write("n\n" + "".join(f"{n}\n" for n in range(200)))
    log = profile("log", [str(tmp_path / "log.csv.gz")])
    assert (log.rows, log.more) == (50, True)
    assert column(log, "n").distinct == column(log, "n").filled == 50
    assert column(log, "n").max_length == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("log.csv", b"", "empty"),
        ("log.csv", b"a,b\n", "no rows"),
        ("log.csv", b"PK\x03\x04rest", "Excel"),
        ("log.csv", b"a\0b", "binary"),
        ("log.jsonl", b"[1, 2]\n", "no columns"),
        ("log.xlsx", b"x", "says no format"),
    ],
)
def test_what_is_no_log_is_said_plainly(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        profile("log", [str(tmp_path / name)])


def test_customers_join_by_the_id_that_meets_the_log():
    log = profile("log", [str(SAMPLES / "telecom_credits/decisions.csv.gz")])
    file = str(SAMPLES / "telecom_credits/customers.csv.gz")
    joined = companion(log, roles(log.columns), file, "customers.csv.gz")
    assert (joined.field, joined.log_column, joined.key) == ("subject_id", *["customer_id"] * 2)
    assert 0.95 < joined.matched <= 1


def test_customers_that_meet_nobody_are_an_error(tmp_path):
    log = log_of(tmp_path, "customer_id,outcome\n" + "".join(f"c{n},ok\n" for n in range(40)))
    (tmp_path / "people.csv").write_text("who,sex\n" + "".join(f"x{n},F\n" for n in range(40)))
    with pytest.raises(DataError, match="cannot be joined"):
        companion(log, roles(log.columns), str(tmp_path / "people.csv"), "people.csv")
