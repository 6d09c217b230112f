"""The council's ledger: its decisions, and the notes that a condition is met, each signed.

A signature covers an entry together with its `seq` and `prev`, so a ledger that somebody rewrites
whole is caught, too; only entries cut off at the end and sealed anew are left to the history of
the repository.
"""

from __future__ import annotations

from careaudit.chain import RESTORE, START, Chain, Entry, Ledger

__all__ = ["RESTORE", "START", "Entry", "Ledger", "append", "parse", "read"]

_CHAIN = Chain(
    name="the council's ledger",
    kinds=frozenset({"decision", "condition"}),
    hint="`careaudit council decide` writes one.",
)
read, parse, append = _CHAIN.read, _CHAIN.parse, _CHAIN.append
