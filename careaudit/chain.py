"""A ledger: JSON lines that only grow, each bound to the one before it.

A line is {"seq", "prev", "kind", "entry", "hash"} in canonical JSON: `hash` is the SHA-256 of the
line without it, `prev` the hash of the line before (zeros for the first). The last line is a seal,
{"seal": {"entries", "head"}}: a file that ends without it was cut off. Every byte is accounted for,
so any edit, deletion, insertion, reordering or truncation is a LedgerError that names the line.

What a file alone cannot prove: who rewrites it whole, hashes and seal included, leaves a ledger
that looks intact. Signatures in the entries catch that where there are any, and the history of the
repository shows it. Keep the ledger in version control.

Appending takes a lock beside the file, checks the whole chain, writes the longer ledger beside the
old one, flushes it to disk, and renames it: a crash leaves the old ledger or the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from careaudit.canonical import canonical, digest
from careaudit.documents import json_tree, read_bytes, text_of, write_files
from careaudit.errors import CouncilError, LedgerError

START = "0" * 64
"""What stands for the hash before the first line."""
MAX_LEDGER = 64_000_000
"""Some thousand decisions with their signatures."""
WAIT = 60.0
"""Seconds to wait for another writer; an append takes well under one."""
RESTORE = "Restore it from version control; a ledger is never edited."


@dataclass(frozen=True)
class Entry:
    """One line: its number from 1, the hash of the line before, what it is, and what it says."""

    seq: int
    prev: str
    kind: str
    body: dict[str, Any]

    @property
    def _content(self) -> dict[str, Any]:
        return {"seq": self.seq, "prev": self.prev, "kind": self.kind, "entry": self.body}

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of the line without its hash."""
        return digest(self._content)

    def line(self) -> bytes:
        """Return the line as it stands in the file, without the line feed."""
        return canonical(self._content | {"hash": self.hash})


@dataclass(frozen=True)
class Ledger:
    """All entries in order, their chain checked."""

    entries: tuple[Entry, ...] = ()

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        return self.entries[-1].hash if self.entries else START

    def next(self, kind: str, body: dict[str, Any]) -> Entry:
        """Return what would be the next entry."""
        return Entry(len(self.entries) + 1, self.head, kind, body)

    def to_bytes(self) -> bytes:
        """Return the file: one line an entry, then the seal."""
        lines = [entry.line() for entry in self.entries]
        return b"".join(line + b"\n" for line in (*lines, _seal(len(lines), self.head)))


@dataclass(frozen=True)
class Chain:
    """The ledgers of one room: what they are called, the kinds of their entries, who writes them.

    `name` reads after "no entry of"; `hint` is the next step where there is no ledger to read.
    """

    name: str
    kinds: frozenset[str]
    hint: str

    def read(self, path: Path) -> Ledger:
        """Read a ledger and check every byte; LedgerError names the line and what is wrong."""
        raw = read_bytes(path, limit=MAX_LEDGER, error=LedgerError, hint=self.hint)
        return self.parse(raw, where=str(path))

    def parse(self, raw: bytes, *, where: str = "ledger") -> Ledger:
        """Return the ledger that these bytes are; see `read`."""
        *lines, tail = raw.split(b"\n")
        seal = lines.pop() if lines and not tail else b""  # a tail was cut off within its line
        entries: list[Entry] = []
        prev = START
        for number, line in enumerate(lines, start=1):
            entries.append(self._entry(line, number, prev, f"{where}, line {number}"))
            prev = entries[-1].hash
        if seal != _seal(len(entries), prev):
            raise LedgerError(
                "the ledger does not end with the seal of its entries: something was cut off, "
                "added or changed here.",
                where=f"{where}, line {len(lines) + 1}",
                hint=RESTORE,
            )
        return Ledger(tuple(entries))

    def append(self, path: Path, write: Callable[[Ledger], Entry]) -> Entry:
        """Add the entry that `write` makes of the ledger as it is, and return it.

        An entry that the ledger has is not added again. One writer at a time; the file is made if
        need be. LedgerError where the ledger is damaged, cannot be written, or another writer does
        not let go of it.
        """
        place = path.resolve()  # one ledger, one lock, by whatever name it is called
        try:
            with FileLock(place.with_name(f"{place.name}.lock"), timeout=WAIT):
                ledger = self.read(place) if place.exists() else Ledger()
                entry = write(ledger)
                if entry not in ledger.entries:
                    _write(place, Ledger((*ledger.entries, entry)), where=str(path))
        except Timeout:
            raise LedgerError(
                f"another writer has held the ledger for {WAIT:.0f} seconds.",
                where=str(path),
                hint="Try again when it is done.",
            ) from None
        except OSError as fault:
            raise LedgerError(
                f"cannot be written: {fault.strerror or fault}.", where=str(path)
            ) from None
        return entry

    def _entry(self, line: bytes, seq: int, prev: str, where: str) -> Entry:
        """Return the entry of a line, once it is byte for byte what it must be at this place."""
        text = text_of(line, where=where, error=LedgerError)
        tree = json_tree(text, where=where, error=LedgerError)
        if (
            not isinstance(tree, dict)
            or tree.keys() != {"seq", "prev", "kind", "entry", "hash"}
            or not isinstance(tree["kind"], str)
            or tree["kind"] not in self.kinds
            or not isinstance(tree["entry"], dict)
        ):
            raise LedgerError(f"is no entry of {self.name}.", where=where, hint=RESTORE)
        entry = Entry(seq, prev, tree["kind"], tree["entry"])
        try:
            written = entry.line()
        except CouncilError as fault:
            raise LedgerError(fault.what, where=where, hint=RESTORE) from None
        if written != line:
            raise LedgerError(_difference(tree, seq, prev), where=where, hint=RESTORE)
        return entry


def _write(place: Path, ledger: Ledger, *, where: str) -> None:
    raw = ledger.to_bytes()
    if len(raw) > MAX_LEDGER:
        raise LedgerError(
            f"would have more than {MAX_LEDGER:,} bytes.",
            where=where,
            hint="Begin a new ledger, and keep this one beside it.",
        )
    write_files({place: raw}, hint="Name a ledger that you may write.")


def _seal(entries: int, head: str) -> bytes:
    return canonical({"seal": {"entries": entries, "head": head}})


def _difference(tree: dict[str, Any], seq: int, prev: str) -> str:
    if tree["seq"] != seq:
        return f"says it is entry {tree['seq']!r:.20}: a line was deleted, inserted or moved."
    if tree["prev"] != prev:
        return "does not follow the line before it: one of the two was changed or moved."
    return "was changed: its hash is not that of what it says."
