"""Files that are no logs, or damaged ones: one message that says what, where and what to do."""

import gzip
import json
import os
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[..., Path]
Lines = Callable[..., list[str]]
ASK = ("--decision", "outcome", "--adverse", "denied", "--by", "lang", "--no-progress")

PLAIN = "outcome,lang\n" + "granted,en\ndenied,fr\ngranted,fr\ndenied,en\n" * 2000
ZIPPED = gzip.compress(PLAIN.encode(), mtime=0)
MIDDLE = len(ZIPPED) // 2
FLIPPED = ZIPPED[:MIDDLE] + bytes([ZIPPED[MIDDLE] ^ 0x10]) + ZIPPED[MIDDLE + 1 :]
OBJECT = '{"outcome": "granted", "lang": "en"}'

REFUSED: dict[str, tuple[str, bytes | str, str]] = {
    # case: name, content, what the message says
    "empty": ("log.csv", b"", "the file is empty"),
    "blank": ("log.csv", b"\n \r\n\n", "the file is empty"),
    "empty gz": ("log.csv.gz", gzip.compress(b""), "the file is empty"),
    "header only": ("log.csv", "outcome,lang\n", "the log has no rows"),
    "header without line end": ("log.csv", "outcome,lang", "the log has no rows"),
    "workbook": ("log.csv", b"PK\x03\x04" + bytes(100), "an Excel workbook or zip archive"),
    "old workbook": ("log.csv", b"\xd0\xcf\x11\xe0" + bytes(100), "an old Excel workbook"),
    "workbook ending": ("log.xlsx", b"PK\x03\x04" + bytes(100), 'the ending ".xlsx"'),
    "no ending": ("log", PLAIN, 'the ending "log"'),
    "zipped parquet": ("log.parquet.gz", ZIPPED, 'the ending ".parquet.gz"'),
    "pdf": ("log.csv", b"%PDF-1.7\n" + bytes(100), "a PDF"),
    "sqlite": ("log.csv", b"SQLite format 3\0" + bytes(100), "an SQLite database"),
    "binary": ("log.csv", bytes(range(256)) * 9, "a binary file"),
    "utf-16": ("log.csv", PLAIN.encode("utf-16"), "UTF-16"),
    "utf-16 without mark": ("log.csv", PLAIN.encode("utf-16-le"), "a binary file"),
    "latin-1": ("log.csv", PLAIN.encode() + b"denied,espa\xf1ol\n", "line 8002: this is not UTF-8"),
    "gzip by another name": ("log.csv", ZIPPED, "this is gzip"),
    "no gzip": ("log.csv.gz", PLAIN, "not gzip"),
    "random gzip": ("log.csv.gz", os.urandom(999), "not gzip"),
    "cut gzip": ("log.csv.gz", ZIPPED[:MIDDLE], "end too early"),
    "cut tail": ("log.csv.gz", ZIPPED[:-3], "end too early"),
    "checksum": ("log.csv.gz", ZIPPED[:-8] + b"abcd" + ZIPPED[-4:], "checksum is wrong"),
    "damaged gzip": ("log.csv.gz", FLIPPED, "gzip data are damaged|checksum is wrong"),
    "gzip and more": ("log.csv.gz", ZIPPED + b"more", "not gzip all through"),
    "short row": ("log.csv", PLAIN + "denied\n", "line 8002: the header has 2 columns, this row 1"),
    "long row": ("log.csv", PLAIN + "denied,en,x\n", "the header has 2 columns, this row 3"),
    "open quote": ("log.csv", PLAIN + 'denied,"en\n', "a quote is not closed"),
    "text after a quote": ("log.csv", PLAIN + 'denied,"en"x\n', "text follows a closing one"),
    "mixed line ends": ("log.csv", PLAIN + "denied,en\r\ndenied,en\n", "line ends are mixed"),
    "field of 20 MB": ("log.csv", PLAIN + f"denied,{'x' * 20_000_000}\n", "larger than 16 MB"),
    "repeated header": ("log.csv", "outcome,lang,lang\nno,a,b\n", 'are called "lang"'),
    "web page": ("log.csv", "<!DOCTYPE html>\n<html>Please log in</html>\n", "no column"),
    "json as csv": ("log.csv", f"{OBJECT}\n{OBJECT}\n", "no column"),
    "csv as json": ("log.jsonl", PLAIN, "near line .: this is not JSON"),
    "broken line": ("log.jsonl", f'{OBJECT}\n{{"outcome": \n', "near line .: this is not JSON"),
    "two values in a line": ("log.jsonl", OBJECT * 2, "more than one JSON value in a line"),
    "cut array": ("log.json", f"[{OBJECT}, {OBJECT}", "this is not JSON"),
    "byte-order mark in json": ("log.json", f"\ufeff[{OBJECT}]", "byte-order mark"),
    "latin-1 json": ("log.jsonl", b'{"outcome": "espa\xf1ol"}\n', "not UTF-8"),
    "array of arrays": ("log.json", "[[1, 2], [3, 4]]", "No row is an object"),
    "numbers": ("log.jsonl", "1\n2\n", "No row is an object"),
    "empty array": ("log.json", "[]", "no column"),
    "page of tickets": ("log.json", f'{{"tickets": [{OBJECT}]}}', "Columns: tickets"),
    "object of 20 MB": ("log.jsonl", json.dumps({"x": "y" * 20_000_000}), "larger than 16 MB"),
    "no parquet": ("log.parquet", PLAIN, "this is not Parquet"),
    "cut parquet": ("log.parquet", b"PAR1" + bytes(50), "this is not Parquet"),
    "tiny parquet": ("log.parquet", b"PAR1", "this is not Parquet"),
}  # fmt: skip


def refused(result: Result, *says: str, code: int = 3) -> None:
    """Exit 3 (or 2), nothing on stdout, and a message with what, where and the next step."""
    import re

    assert result.exit_code == code, result.output
    assert result.stdout == ""
    first, _, step = result.stderr.partition("\n")
    assert first.startswith("Error: ")
    assert step.strip()
    for one in says:
        assert re.search(one, result.stderr), result.stderr


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_log_is_refused(
    case: str, run: Run, write_log: Write, tmp_path: Path
) -> None:
    name, content, says = REFUSED[case]
    write_log(name, content)
    result = run("audit", name, *ASK, "-o", "out")
    refused(result, says, f"log.*{name}")
    assert str(tmp_path) not in result.stderr  # no folder of this machine
    assert not (tmp_path / "out").exists()


def test_parquet_damaged_in_the_middle_is_refused(run: Run, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"outcome": ["granted", "denied"] * 9999, "lang": list(range(19998))})
    frame.to_parquet(tmp_path / "good.parquet", index=False)
    data = (tmp_path / "good.parquet").read_bytes()
    (tmp_path / "log.parquet").write_bytes(data[:4] + os.urandom(900) + data[904:])
    refused(run("audit", "log.parquet", *ASK), "log.parquet", "damaged")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nothing.csv", "nothing.csv: no such file"),
        ("no/such/folder/*.csv", "no such file"),
        ("x" * 5000 + ".csv", "no such file"),
        ("folder", "is a folder"),
        ("http://localhost:9/log.csv", "is an address"),
        ("HTTPS://example.com/log.parquet", "is an address"),
        ("s3://bucket/log_*.csv", "is an address"),
        ("gs://bucket/log.csv", "is an address"),
        ("file:///etc/passwd", "is an address"),
    ],
)
def test_what_is_no_file_is_refused_without_the_network(
    path: str, says: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    (tmp_path / "folder").mkdir()
    refused(run("audit", path, *ASK), says)


@pytest.mark.parametrize(
    "name",
    ["a b.csv", "it's.csv", 'say "x".csv', "[1].csv", "a*b.csv", "q?.csv", "ünï 🙂.csv", "a;b.csv",
     "-x.csv", "new\nline.csv", "{1,2}.csv", "$(HOME).csv", "%41.csv", "שלום.csv"],
)  # fmt: skip
def test_files_may_have_any_name(name: str, run: Run, write_log: Write) -> None:
    write_log(name)
    result = run("audit", "-f", "json", *ASK, "--", name)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["provenance"]["inputs"][0]["name"] == name


def test_glob_signs_may_be_a_name(run: Run, write_log: Write, lines: Lines) -> None:
    write_log("a*.csv", lines(n=10))
    write_log("ab.csv", lines(n=20))
    read = json.loads(run("audit", "-f", "json", *ASK, "a*.csv").stdout)["accounts"]["rows_read"]
    assert read == 10


def test_one_bad_file_among_many_is_named(run: Run, write_log: Write) -> None:
    write_log("log_1.csv")
    write_log("log_2.csv", "outcome,lang\ngranted\n")
    refused(run("audit", "log_*.csv", *ASK), "log_2.csv", "line 2")
    write_log("log_2.csv", "")
    refused(run("audit", "log_*.csv", *ASK), "log_2.csv", "empty")


def test_files_of_two_formats_are_refused(run: Run, write_log: Write) -> None:
    write_log("log.csv")
    write_log("log.jsonl", OBJECT)
    refused(run("audit", "log.*", *ASK), "several formats")


@pytest.mark.parametrize("output", ["taken", "taken/deeper"])
def test_an_output_folder_that_cannot_be_made_is_refused(
    output: str, run: Run, write_log: Write, tmp_path: Path
) -> None:
    write_log()
    write_log("taken", "a file")
    result = run("audit", "log.csv", *ASK, "-o", output, "--formats", "json")
    refused(result, "taken.*cannot be written", "directory")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "taken"]
    assert (tmp_path / "taken").read_text() == "a file"


READ: dict[str, Iterable[str] | str | bytes] = {
    "spaces around names": " outcome , lang \ngranted,en\ndenied,fr\n" * 1,
    "blank lines first": "\n \n\noutcome,lang\ngranted,en\ndenied,fr\n",
    "blank lines between": "outcome,lang\ngranted,en\n\n\ndenied,fr\n\n",
    "a name in two lines": 'outcome,"a\nb",lang\ngranted,x,en\ndenied,y,fr\n',
    "an empty name": "outcome,,lang\ngranted,x,en\ndenied,y,fr\n",
    "an index without name": ",outcome,lang\n0,granted,en\n1,denied,fr\n",
    "names that differ in case": "Outcome,outcome,LANG,lang\nx,granted,x,en\nx,denied,x,fr\n",
    "a field of 3 MB": f"outcome,lang,text\ngranted,en,{'x' * 3_000_000}\ndenied,fr,\n",
    "a first field of 3 MB": f"text,outcome,lang\n{'x' * 3_000_000},granted,en\n,denied,fr\n",
    "commas among semicolons": "outcome;lang;paid, USD, net\ngranted;en;1,5\ndenied;fr;2,5\n",
    "a byte-order mark": "\ufeffoutcome,lang\ngranted,en\ndenied,fr\n",
    "a quote in a word": 'outcome,lang,x\ngranted,en,5" pipe\ndenied,fr,6" pipe\n',
    "two gzip members": gzip.compress(b"outcome,lang\ngranted,en\n") + gzip.compress(b"denied,fr"),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_odd_but_sound_files_are_read(case: str, run: Run, write_log: Write) -> None:
    name = "log.csv.gz" if isinstance(READ[case], bytes) else "log.csv"
    write_log(name, READ[case])
    result = run("audit", name, "-f", "json", *ASK)
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)
    assert {g["group"]: g["n"] for g in record["segments"][0]["groups"]} == {"en": 1, "fr": 1}
