"""The ledger finds every change, loses no writer's entry, and survives a writer's death."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.canonical import canonical, sha256
from careaudit.council.ledger import START, Ledger, append, parse, read
from careaudit.errors import LedgerError


def grown(*bodies: dict) -> Ledger:
    ledger = Ledger()
    for body in bodies:
        ledger = Ledger((*ledger.entries, ledger.next("decision", body)))
    return ledger


WHOLE = grown({"a": 1}, {"text": 'é\n"quoted"\u2028'}, {}, {"deep": [{"x": None}, True]})
RAW = WHOLE.to_bytes()
LINES = RAW.splitlines(keepends=True)


def refused(raw: bytes) -> None:
    with pytest.raises(LedgerError):
        parse(raw)


def test_the_format_is_what_the_docstring_says():
    first, second, *_, seal = (json.loads(line) for line in RAW.decode().split("\n")[:-1])
    hash_ = first.pop("hash")
    assert hash_ == sha256(canonical(first))
    assert first == {"seq": 1, "prev": START, "kind": "decision", "entry": {"a": 1}}
    assert second["prev"] == hash_
    assert seal["seal"]["entries"] == 4
    assert parse(RAW) == WHOLE


def test_an_empty_ledger_has_a_seal():
    assert parse(Ledger().to_bytes()) == Ledger()
    refused(b"")


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_edited_byte_is_found(place, flip):
    refused(RAW[:place] + bytes([RAW[place] ^ flip]) + RAW[place + 1 :])


@given(st.integers(0, len(RAW) - 1), st.integers(1, 40))
def test_any_deletion_is_found(place, size):
    refused(RAW[:place] + RAW[place + size :])


@given(st.integers(0, len(RAW)), st.binary(min_size=1, max_size=3))
def test_any_insertion_is_found(place, more):
    refused(RAW[:place] + more + RAW[place:])


def test_truncation_at_every_byte_is_found():
    for end in range(len(RAW)):
        refused(RAW[:end])


@given(st.permutations(LINES).filter(lambda lines: lines != LINES))
def test_any_reordering_is_found(lines):
    refused(b"".join(lines))


@given(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES)))
def test_any_duplicated_line_is_found(line, place):
    refused(b"".join([*LINES[:place], LINES[line], *LINES[place:]]))


@given(st.sets(st.integers(0, len(LINES) - 1), min_size=1))
def test_any_missing_lines_are_found(gone):
    refused(b"".join(line for number, line in enumerate(LINES) if number not in gone))


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (RAW.replace(b'"a":1', b'"a":2'), "line 1", "its hash is not that"),
        (b"".join(LINES[1:]), "line 1", "says it is entry 2"),
        (b"".join([LINES[0], *LINES[2:]]), "line 2", "says it is entry 3"),
        (b"".join(LINES[:-1]), "line 4", "seal"),
        (b"".join(LINES[:-2]) + LINES[-1], "line 4", "seal"),
        (RAW[:-20], "line 5", "seal"),
        (RAW.replace(b'{"a":1}', b'{"a":1.5}'), "line 1", "canonical"),
        (RAW.replace(b'{"a":1}', b'{"a":1,"a":1}'), "line 1", "stands twice"),
        (RAW.replace(b"decision", b"decizion", 1), "line 1", "no entry"),
        (b"[" * 9_000 + b"\n" + RAW, "line 1", "JSON|deep"),
        (b'{"seq":' + b"9" * 9_000 + b"}\n" + RAW, "line 1", "JSON"),
        (b"\xff\xfe\n" + RAW, "line 1", "UTF-8"),
    ],
)
def test_a_damaged_ledger_names_the_line_and_the_cause(raw, line, said):
    with pytest.raises(LedgerError, match=said) as fault:
        parse(raw)
    assert line in str(fault.value)


def test_a_file_rewritten_after_a_changed_line_does_not_follow():
    """Whoever changes a line and its hash must change every line after it."""
    forged = grown({"a": 2}).to_bytes().splitlines(keepends=True)[0]
    with pytest.raises(LedgerError, match=r"line 2.*does not follow"):
        parse(forged + b"".join(LINES[1:]))


def test_a_ledger_of_a_hostile_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("careaudit.chain.MAX_LEDGER", 400)
    path = tmp_path / "council.jsonl"
    append(path, lambda ledger: ledger.next("decision", {}))
    with pytest.raises(LedgerError, match="more than 400 bytes"):
        append(path, lambda ledger: ledger.next("decision", {"long": "x" * 400}))
    assert len(read(path).entries) == 1
    path.write_bytes(b"x" * 500)
    with pytest.raises(LedgerError, match="more than 400 bytes"):
        read(path)


def test_a_damaged_ledger_is_never_appended_to(tmp_path):
    path = tmp_path / "council.jsonl"
    path.write_bytes(RAW[:-1])
    with pytest.raises(LedgerError):
        append(path, lambda ledger: ledger.next("decision", {}))
    assert path.read_bytes() == RAW[:-1]


def test_an_appended_entry_that_fails_leaves_the_ledger(tmp_path):
    path = tmp_path / "council.jsonl"
    path.write_bytes(RAW)

    def never(ledger: Ledger):
        raise LedgerError("no")

    with pytest.raises(LedgerError, match="no"):
        append(path, never)
    assert path.read_bytes() == RAW


def test_another_name_of_the_ledger_takes_the_same_lock(tmp_path):
    append(tmp_path / "council.jsonl", lambda ledger: ledger.next("decision", {"n": 1}))
    (tmp_path / "link").symlink_to("council.jsonl")
    append(tmp_path / "link", lambda ledger: ledger.next("decision", {"n": 2}))
    assert (tmp_path / "link").is_symlink()
    assert [e.body["n"] for e in read(tmp_path / "council.jsonl").entries] == [1, 2]
    assert not (tmp_path / "link.lock").exists()


def test_a_ledger_that_somebody_holds_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr("careaudit.chain.WAIT", 0.05)
    with (
        FileLock(tmp_path / "council.jsonl.lock"),
        pytest.raises(LedgerError, match="another writer"),
    ):
        append(tmp_path / "council.jsonl", lambda ledger: ledger.next("decision", {}))


def write_some(job: tuple[str, int, int]) -> None:
    path, writer, many = job
    for number in range(many):
        body = {"writer": writer, "number": number}
        append(Path(path), lambda ledger, body=body: ledger.next("decision", body))


@pytest.mark.parametrize(("writers", "many"), [(2, 25), (10, 5)])
def test_writers_at_once_lose_nothing(tmp_path, writers, many):
    path = tmp_path / "council.jsonl"
    jobs = [(str(path), writer, many) for writer in range(writers)]
    with multiprocessing.get_context("spawn").Pool(writers) as pool:
        pool.map(write_some, jobs, chunksize=1)
    found = [(e.body["writer"], e.body["number"]) for e in read(path).entries]
    assert sorted(found) == [(w, n) for w in range(writers) for n in range(many)]
    for writer in range(writers):
        assert [n for w, n in found if w == writer] == list(range(many))


DIE = """
import os, signal, sys
from pathlib import Path
from careaudit.council.ledger import append

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

opened, replaced = Path.open, Path.replace

class Half:
    def __init__(self, file): self.file = file
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def write(self, content):
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        die()

def half(self, mode="r", *rest, **more):
    file = opened(self, mode, *rest, **more)
    return Half(file) if mode == "xb" else file

def after(self, target):
    replaced(self, target)
    die()

stage = sys.argv[2]
if stage == "mid_write": Path.open = half
if stage == "fsync": os.fsync = die
if stage == "before_rename": Path.replace = die
if stage == "after_rename": Path.replace = after
append(Path(sys.argv[1]), lambda ledger: die() if stage == "deciding" else ledger.next("decision", {"new": 1}))
"""  # noqa: E501


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize(
    "stage", ["deciding", "mid_write", "fsync", "before_rename", "after_rename"]
)
def test_a_killed_writer_leaves_the_old_ledger_or_the_new(tmp_path, stage, begun):
    path = tmp_path / "council.jsonl"
    before = WHOLE if begun else Ledger()
    if begun:
        path.write_bytes(RAW)
    child = subprocess.run(
        [sys.executable, "-c", DIE, str(path), stage], check=False, capture_output=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    if path.exists() or begun:
        found = read(path).entries
        assert found[: len(before.entries)] == before.entries
        assert len(found) - len(before.entries) == (stage == "after_rename")
    else:
        assert stage != "after_rename"
    next_one = append(path, lambda ledger: ledger.next("decision", {"next": 1}))
    assert read(path).entries[-1] == next_one
