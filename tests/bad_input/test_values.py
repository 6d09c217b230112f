"""Logs whose values are odd: an error that says why, or a named state, never a pass."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

import careaudit
from careaudit.errors import DataError

Run = Callable[..., Result]
Write = Callable[..., Path]
Lines = Callable[..., list[str]]
ASK = ("--decision", "outcome", "--adverse", "denied", "--by", "lang", "--no-progress")


def record(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_an_unknown_column_is_refused_with_a_suggestion(run: Run, write_log: Write) -> None:
    write_log()
    result = run("audit", "log.csv", "--decision", "outcom", "--adverse", "denied", "--by", "lang")
    assert result.exit_code == 3
    assert 'there is no column "outcom"' in result.stderr
    assert 'Did you mean "outcome"? Columns: outcome, lang.' in result.stderr


def test_outcomes_in_no_list_are_listed_with_their_counts(
    run: Run, write_log: Write, lines: Lines
) -> None:
    write_log("log.csv", [*lines(), "maybe,en", "maybe,fr", "<b>\x1b[31m,fr", "x" * 200 + ",fr"])
    result = run("audit", "log.csv", *ASK, "--favorable", "granted")
    assert result.exit_code == 3
    assert '"maybe" (2 rows)' in result.stderr
    assert "\x1b" not in result.stderr
    assert "x" * 50 not in result.stderr
    assert "Put each value in favorable, adverse or neutral" in result.stderr


def test_an_outcome_on_both_sides_is_refused(run: Run, write_log: Write) -> None:
    write_log()
    result = run("audit", "log.csv", *ASK, "--favorable", "denied")
    assert result.exit_code == 3
    assert '"denied" stands in more than one of favorable, adverse and neutral' in result.stderr


@pytest.mark.parametrize(
    ("rows", "adverse", "reason"),
    [
        (["denied,en", "denied,fr"] * 200, "denied", "no_variation"),
        (["granted,en", "denied,en"] * 200, "denied", "no_comparator"),
        (["granted,", "denied, ", "denied,unknown"] * 200, "denied", "no_comparator"),
        ([f"{'granted' if i % 2 else 'denied'},g{i}" for i in range(900)], "denied", None),
    ],
)
def test_a_log_that_cannot_answer_is_inconclusive_and_says_why(
    rows: list[str], adverse: str, reason: str | None, run: Run, write_log: Write
) -> None:
    write_log("log.csv", ["outcome,lang", *rows])
    found = record(
        run("audit", "log.csv", "--decision", "outcome", "--adverse", adverse, "--by", "lang",
            "-f", "json")
    )  # fmt: skip
    assert found["verdict"] == "inconclusive"
    assert found["reason"] == (reason or found["reason"])
    if reason == "no_variation":
        (note,) = [q for q in found["quality"] if q["code"] == "one_outcome"]
        assert "the decision column holds" in note["message"]


@pytest.mark.parametrize("adverse", ["deneid", "DENIED"])
def test_a_misspelt_outcome_is_never_a_pass(adverse: str, run: Run, write_log: Write) -> None:
    write_log("log.csv", ["outcome,lang", *["granted,en", "denied,fr"] * 200])
    ask = ("--decision", "outcome", "--adverse", adverse, "--by", "lang")
    result = run("audit", "log.csv", *ask)
    assert result.exit_code == 3
    assert f"no decision is '{adverse}'" in result.stderr
    both = run("audit", "log.csv", *ask, "--favorable", "granted")
    assert both.exit_code == 3
    assert '"denied" (200 rows)' in both.stderr


def test_a_segment_of_ten_thousand_groups_is_refused(run: Run, write_log: Write) -> None:
    rows = [f"{'granted' if i % 2 else 'denied'},id{i}" for i in range(10_000)]
    write_log("log.csv", ["outcome,lang", *rows])
    result = run("audit", "log.csv", *ASK)
    assert result.exit_code == 3
    assert "10,000 groups; a segment has at most 1,000" in result.stderr
    assert "id1" not in result.stderr


NAMES = [
    "a, b", 'say "x"', "it's", "two\nlines", "tab\there", "שלום", "مرحبا", "=1+1", "+1", "-1", "@x",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{ROCKET}", "<b>x</b>", "<script>alert(1)</script>", "&amp;",
    "{{ x }}", "{% x %}", "[red]x[/red]", "*", "a*b", "**", "|", "\\", "%s", "x" * 5000,
    "'; DROP TABLE x; --", "null", "NaN", "true", "e\u0301", "\u200b", "\ufeff", "largest",
    "everybody",
]  # fmt: skip


def test_groups_may_have_any_name(run: Run, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "outcome": ["denied" if i % 3 == 0 else "granted" for i in range(24)] * len(NAMES),
            "lang": [name for name in NAMES for _ in range(24)],
        }
    )
    frame.to_csv(tmp_path / "log.csv", index=False)
    result = run("audit", "log.csv", *ASK, "-f", "json", "-o", "out", "--formats", "json,html")
    found = record(result)
    groups = {group["group"]: group["n"] for group in found["segments"][0]["groups"]}
    assert groups == dict.fromkeys(NAMES, 24)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    table = run("audit", "log.csv", *ASK)
    assert table.exit_code == 0, table.stderr
    same = careaudit.audit(frame, decision="outcome", adverse="denied", by="lang")
    assert {g.group: g.n for g in same.segments[0].groups} == groups


def test_groups_of_a_crossing_that_would_share_a_name_are_refused(run: Run, tmp_path: Path) -> None:
    parts = [("a*b", "c"), ("a", "b*c"), ("a", "c"), ("a*b", "d")]
    rows = [("denied" if i % 3 else "granted", *pair) for pair in parts for i in range(60)]
    pd.DataFrame(rows, columns=["outcome", "x", "y"]).to_csv(tmp_path / "log.csv", index=False)
    ask = ("--decision", "outcome", "--adverse", "denied", "--by", "x", "--by", "x*y")
    result = run("audit", "log.csv", *ask)
    assert result.exit_code == 3
    assert 'two groups are called "a*b*c"' in result.stderr
    assert run("audit", "log.csv", *ask[:-2]).exit_code == 0


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b[31m", "\x7f", "\x9b"])
def test_control_characters_in_groups_are_refused(
    sign: str, run: Run, write_log: Write, lines: Lines
) -> None:
    """They would steer the reader's terminal."""
    if sign != "\x00":  # which makes the file a binary one
        write_log("log.csv", lines(["en", f"f{sign}r"]))
        result = run("audit", "log.csv", *ASK)
        assert result.exit_code == 3
        assert "control character" in result.stderr
        assert not [c for c in result.stderr if unicodedata.category(c) == "Cc" and c != "\n"]
    frame = pd.DataFrame({"outcome": ["denied", "granted"] * 30, "lang": [f"a{sign}", "b"] * 30})
    with pytest.raises(DataError, match="control character"):
        careaudit.audit(frame, decision="outcome", adverse="denied", by="lang")


def test_nul_bytes_deep_in_a_file_are_refused(run: Run, write_log: Write, lines: Lines) -> None:
    write_log("log.csv", "\n".join([*lines(n=200_000), "denied,e\0n", ""]))
    result = run("audit", "log.csv", *ASK)
    assert result.exit_code == 3
    assert "control character (U+0000)" in result.stderr


@pytest.mark.parametrize(
    "name",
    ['"; DROP TABLE x; --', "'", '"', "a;b", "a b", "select", "c0", "t0_0", "fate", "slot", "rows",
     "subject", "👍", "x" * 300, "a.b", "a[0]", "{}", "json", "%", "\\"],
)  # fmt: skip
def test_columns_may_have_any_name(name: str, run: Run, tmp_path: Path) -> None:
    values = ["granted", "denied", "granted", "denied"] * 10
    frame = pd.DataFrame({name: values, f"{name} 2": ["en", "fr"] * 20})
    ask = ("--decision", name, "--adverse", "denied", "--by", f"{name} 2", "-f", "json")
    frame.to_csv(tmp_path / "log.csv", index=False)
    frame.to_parquet(tmp_path / "log.parquet", index=False)
    frame.to_json(tmp_path / "log.jsonl", orient="records", lines=True)
    for log in ("log.csv", "log.parquet", "log.jsonl"):
        found = record(run("audit", log, *ask))
        assert found["accounts"]["rows_used"] == 40
        assert [g["group"] for g in found["segments"][0]["groups"]] == ["en", "fr"]
    missing = run("audit", "log.csv", "--decision", name + "?", *ask[2:])
    assert missing.exit_code == 3
    assert "there is no column" in missing.stderr
