"""The same log in every format gives the same cells; nothing is changed on the way to text."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from careaudit.errors import DataError
from careaudit.plan import Plan, parse
from careaudit.sources import Request, Scan, open_source
from careaudit.wanted import crossings, terms

PLAN = """
[audit]
name = "Formats"
justification = "A test."
[log]
path = ["{path}"]
format = "{format}"
[log.columns]
decision = "outcome"
decision_id = "id"
subject_id = "customer"
decided_at = "day"
amount = "paid"
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
[[segments]]
name = "zip"
column = "zip"
[[questions]]
id = "q"
segments = ["zip"]
"""


def log(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    customers = rng.integers(0, 40, n)
    days = np.array(["2026-04-01", "2026-04-30T23:59:59Z", "2026-05-01"])
    frame = pd.DataFrame(
        {
            "id": [f"{12345678901234567 + i}" for i in range(n)],
            "customer": [f"{90071992547409910 + c}" for c in customers],
            "outcome": rng.choice(["yes", "no"], n, p=[0.3, 0.7]),
            "day": rng.choice(days, n),
            "paid": rng.choice(["5.25", "0.10", "1000000"], n),
            "zip": np.array(["02139", "NA", "no", "1.0", 'a,"b";|\tc', "שלום 🙂"])[customers % 6],
        }
    )
    frame.loc[rng.choice(n, 20), "zip"] = None
    return pd.concat([frame, frame.iloc[:5]], ignore_index=True)  # five duplicates


def plan(path: str = "log.csv", form: str = "auto") -> Plan:
    return parse(PLAN.replace("{path}", path).replace("{format}", form))


def scan(base: Path, path: str, form: str = "auto", data: pd.DataFrame | None = None) -> Scan:
    chosen = plan(path, form)
    source = open_source(chosen, base, data)
    return source.scan(Request(chosen, terms(chosen), crossings(chosen), date(2026, 6, 1)))


def jsonl(frame: pd.DataFrame) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in frame.to_dict("records"))


def as_json(frame: pd.DataFrame, indent: int | None = None) -> str:
    return json.dumps(json.loads(f"[{','.join(jsonl(frame).splitlines())}]"), indent=indent)


def to_csv(**how: Any) -> Callable[[pd.DataFrame, Path], None]:
    return lambda frame, path: frame.to_csv(path, index=False, **how)


def text(make: Callable[[pd.DataFrame], str]) -> Callable[[pd.DataFrame, Path], None]:
    def write(frame: pd.DataFrame, path: Path) -> None:
        data = make(frame.astype(object).where(frame.notna(), None)).encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)

    return write


WRITERS = {
    "plain.csv": to_csv(),
    "quoted.csv": to_csv(quoting=1),
    "semicolon.csv": to_csv(sep=";"),
    "pipe.csv": to_csv(sep="|"),
    "tab.txt": to_csv(sep="\t"),
    "log.tsv": to_csv(sep="\t"),
    "bom.csv": to_csv(encoding="utf-8-sig"),
    "crlf.csv": to_csv(lineterminator="\r\n"),
    "cr.csv": to_csv(lineterminator="\r"),
    "zipped.csv.gz": to_csv(),
    "log.jsonl": text(jsonl),
    "log.ndjson.gz": text(jsonl),
    "array.json": text(as_json),
    "indented.json": text(lambda frame: as_json(frame, indent=2)),
    "lines.json": text(jsonl),
    "concatenated.json": text(lambda frame: jsonl(frame).replace("\n", "")),
    "log.parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "log.pq": lambda frame, path: frame.astype("category").to_parquet(path, index=False),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    base = tmp_path_factory.mktemp("expected")
    log().to_csv(base / "log.csv", index=False)
    return scan(base, "log.csv")


def same(one: Scan, other: Scan) -> None:
    keys = ("rows_read", "rows_used", "excluded", "unknown", "customers", "first_day", "last_day")
    assert {k: getattr(one, k) for k in keys} == {k: getattr(other, k) for k in keys}
    assert {k: v.table for k, v in one.crossings.items()} == {
        k: v.table for k, v in other.crossings.items()
    }


def test_the_log_says_what_the_test_thinks(expected: Scan) -> None:
    assert (expected.rows_read, expected.rows_used) == (205, 200)
    assert expected.excluded == {"duplicate": 5}
    groups = {group for (group,) in expected.crossings["zip",].table}
    assert groups == {"02139", "NA", "no", "1.0", 'a,"b";|\tc', "שלום 🙂", None}
    assert (expected.first_day, expected.last_day) == (date(2026, 4, 1), date(2026, 5, 1))


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_cells(name: str, tmp_path: Path, expected: Scan) -> None:
    WRITERS[name](log(), tmp_path / name)
    same(scan(tmp_path, name), expected)


def test_a_frame_gives_the_same_cells(tmp_path: Path, expected: Scan) -> None:
    same(scan(tmp_path, "none", data=log()), expected)


def test_typed_columns_give_the_same_cells(tmp_path: Path, expected: Scan) -> None:
    frame = log()
    typed = frame.assign(
        id=frame["id"].astype("int64"),
        customer=frame["customer"].astype("uint64"),
        paid=frame["paid"].astype(float),
        day=pd.to_datetime(frame["day"], format="ISO8601", utc=True).dt.tz_convert("Asia/Tokyo"),
        zip=frame["zip"].astype("category"),
    )
    typed.to_parquet(tmp_path / "log.parquet", index=False)
    same(scan(tmp_path, "log.parquet"), expected)
    same(scan(tmp_path, "none", data=typed), expected)


def test_files_of_different_columns_add_up(tmp_path: Path, expected: Scan) -> None:
    frame = log()
    frame.iloc[:50].to_csv(tmp_path / "log_1.csv", index=False)
    frame.iloc[50:120, ::-1].to_csv(tmp_path / "log_2.csv", index=False, sep=";")
    frame.iloc[120:].assign(extra="x").to_csv(tmp_path / "log_[3].csv", index=False)
    same(scan(tmp_path, "log_*.csv"), expected)


def test_a_column_that_one_file_lacks_is_missing_there(tmp_path: Path) -> None:
    frame = log()
    frame.iloc[:100].to_csv(tmp_path / "log_1.csv", index=False)
    frame.iloc[100:200].drop(columns="zip").to_csv(tmp_path / "log_2.csv", index=False)
    found = scan(tmp_path, "log_*.csv")
    assert found.rows_used == 200
    assert found.unknown["zip"] == 100 + int(frame.iloc[:100]["zip"].isna().sum())


def test_parquet_files_of_different_types_add_up(tmp_path: Path, expected: Scan) -> None:
    frame = log()
    frame.iloc[:60].to_parquet(tmp_path / "log_1.parquet", index=False)
    frame.iloc[60:].assign(id=frame.iloc[60:]["id"].astype("int64")).to_parquet(
        tmp_path / "log_2.parquet", index=False
    )
    same(scan(tmp_path, "log_*.parquet"), expected)


def test_an_ending_can_be_overruled(tmp_path: Path, expected: Scan) -> None:
    log().to_csv(tmp_path / "log.dat", index=False)
    same(scan(tmp_path, "log.dat", "csv"), expected)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([12345678901234567, 1]), ["12345678901234567", "1"]),
        (pa.array([2**64 - 1, 0], pa.uint64()), ["18446744073709551615", "0"]),
        (pa.array([1.0, 2.5]), ["1", "2.5"]),
        (pa.array([float("nan"), float("inf")]), [None, "inf"]),
        (pa.array([1e20, -0.0]), ["1e+20", "-0"]),
        (pa.array([0.1, None], pa.float32()), ["0.1", None]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array(["yes", "no"]).dictionary_encode(), ["yes", "no"]),
        (pa.array([date(2026, 4, 1), None]), ["2026-04-01", None]),
        (pa.array([datetime(2026, 4, 1, 2, tzinfo=UTC)] * 2), ["2026-04-01 02:00:00+00"] * 2),
        (pa.nulls(2), [None, None]),
    ],
)  # fmt: skip
def test_parquet_values_become_the_text_people_expect(
    values: pa.Array, texts: list[str | None], tmp_path: Path
) -> None:
    table = pa.table({"outcome": ["yes", "no"], "zip": values})
    pq.write_table(table, tmp_path / "log.parquet")
    chosen = parse(PLAN.replace("{path}", "log.parquet").replace("{format}", "auto"))
    relation = open_source(chosen, tmp_path)._opened.log
    found = relation.workspace.fetch(relation.text(["zip"]))
    assert sorted(found, key=str) == sorted([(one,) for one in texts], key=str)


def test_nested_json_is_reached_by_paths(tmp_path: Path) -> None:
    rows = [
        {"r": {"out.come": "yes", "tags": ["fr", {"k": 1}]}, "a.b": "plain", "q\"'x": 1, "": 0},
        {"r": {"out.come": "no", "tags": []}, "a.b": None, "q\"'x": 12345678901234567890123},
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    relation = open_source(plan("log.jsonl"), tmp_path)._opened.log
    wanted = {"a": "r.tags[0]", "b": "r.tags[1].k", "c": "a.b", "d": "q\"'x"}
    assert sorted(relation.workspace.fetch(relation.pick(wanted)), key=str) == [
        ("fr", "1", "plain", "1"),
        (None, None, None, "12345678901234567890123"),
    ]
    with pytest.raises(DataError, match=r"r\.nothing"):
        relation.pick({"a": "r.nothing"})


def test_the_clock_of_the_machine_changes_nothing(tmp_path: Path) -> None:
    """Epochs and offsets are UTC wherever the audit runs."""
    rows = ["outcome,lang,when"]
    rows += [f"{'yes' if i % 3 else 'no'},{'en' if i % 2 else 'fr'},1775001600" for i in range(40)]
    rows += [f"yes,{'en' if i % 2 else 'fr'},2026-04-03T23:30:00-05:00" for i in range(40)]
    (tmp_path / "log.csv").write_text("\n".join(rows))
    (tmp_path / "careaudit.toml").write_text(
        '[audit]\nname="n"\njustification="j"\n[log]\npath="log.csv"\n[log.columns]\n'
        'decision="outcome"\ndecided_at="when"\n[outcome]\nadverse=["no"]\nfavorable=["yes"]\n'
        '[[segments]]\nname="lang"\ncolumn="lang"\n[[questions]]\nid="q"\nsegments=["lang"]\n'
    )
    records = set()
    for zone, seed in (("UTC", "0"), ("America/New_York", "1"), ("Pacific/Auckland", "2")):
        done = subprocess.run(
            [sys.executable, "-m", "careaudit", "audit", "-c", "careaudit.toml", "-f", "json",
             "--as-of", "2026-06-01"],
            cwd=tmp_path, env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        )  # fmt: skip
        records.add(done.stdout)
    assert len(records) == 1
    window = json.loads(records.pop())["provenance"]["window"]
    assert window == {"start": "2026-04-01", "end": "2026-04-04", "days": 4}


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_number_of_threads_changes_nothing(
    threads: int, tmp_path: Path, expected: Scan
) -> None:
    log().to_csv(tmp_path / "log.csv", index=False)
    chosen = plan()
    source = open_source(chosen, tmp_path)
    source._opened.workspace.run(f"SET threads = {threads}")
    same(source.scan(Request(chosen, terms(chosen), crossings(chosen), date(2026, 6, 1))), expected)


def test_nothing_is_left_beside_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log().to_csv(tmp_path / "log.csv", index=False)
    scan(tmp_path, "log.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_a_log_larger_than_memory_spills_to_the_place_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    duckdb.sql(
        "COPY (SELECT 'd' || i AS id, 'customer ' || i AS customer, 'yes' AS outcome, "
        "'2026-04-01' AS day, '1' AS paid, (i % 3)::VARCHAR AS zip FROM range(300000) t(i)) "
        "TO 'log.csv' (HEADER)"
    )
    chosen = plan()
    source = open_source(chosen, tmp_path)
    for setting in ("memory_limit = '70MB'", "threads = 1"):
        source._opened.workspace.run(f"SET {setting}")
    found = source.scan(Request(chosen, terms(chosen), crossings(chosen), date(2026, 6, 1)))
    assert found.customers == 300_000
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
