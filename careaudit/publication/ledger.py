"""The ledger of what was published: a chain of entries that only grows (methods 13).

It holds only what was printed, beside fingerprints and days, so it may lie in version control.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from careaudit.chain import RESTORE, Chain, Entry, Ledger
from careaudit.errors import LedgerError
from careaudit.publication.differencing import check
from careaudit.publication.told import Published

KIND = "publication"
_CHAIN = Chain(
    name="a ledger of what was published",
    kinds=frozenset({KIND}),
    hint="`careaudit report RECORD --edition public --published FILE` writes one.",
)


def read(path: Path) -> list[Published]:
    """Return the entries of a ledger in order; none where there is no file yet.

    LedgerError where the ledger was changed, or is none of publications.
    """
    return _entries(_CHAIN.read(path), path) if path.exists() else []


def enter(path: Path, new: Published) -> Published:
    """Check an entry against the ledger and add it, under the ledger's lock.

    The same edition of the same document and record is added once, on whatever day.
    DisclosureError where it is refused, LedgerError where the ledger is damaged or cannot be
    written.
    """

    def write(ledger: Ledger) -> Entry:
        entries = _entries(ledger, path)
        for entry, known in zip(ledger.entries, entries, strict=True):
            if known.model_copy(update={"published_on": new.published_on}) == new:
                return entry
        check(entries, new)
        return ledger.next(KIND, new.model_dump(mode="json"))

    return Published.model_validate(_CHAIN.append(path, write).body)


def _entries(ledger: Ledger, path: Path) -> list[Published]:
    return [_entry(entry, path) for entry in ledger.entries]


def _entry(entry: Entry, path: Path) -> Published:
    try:
        return Published.model_validate(entry.body)
    except ValidationError:
        where = f"{path}, line {entry.seq}"
        raise LedgerError("says nothing of a publication.", where=where, hint=RESTORE) from None
