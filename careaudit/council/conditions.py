"""Conditions of a decision on a day: met, late, or not met and not due yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from careaudit.canonical import digest
from careaudit.council import statements
from careaudit.council.charters import Council
from careaudit.council.deciding import Held
from careaudit.council.dsse import opened
from careaudit.council.ledger import Entry, Ledger
from careaudit.errors import LedgerError

State = Literal["met", "late", "not_met"]


@dataclass(frozen=True)
class ConditionState:
    """A condition on a day; `evidence` and `met_on` are known of those that are met."""

    id: str
    text: str
    owner: str
    due: date
    blocking: bool
    state: State
    evidence: str | None = None
    met_on: date | None = None


def states(ledger: Ledger, held: Held, as_of: date) -> tuple[ConditionState, ...]:
    """Return the conditions of a decision as they stand on a day, signatures not looked at.

    A condition is late from the day after it was due. The first note that it was met counts.
    """
    met: dict[str, tuple[date, str]] = {}
    for entry in _about(ledger, held):
        said = _said(entry)
        day = date.fromisoformat(said["on"])
        if day <= as_of:
            met.setdefault(said["condition_id"], (day, said["evidence"]))
    return tuple(
        ConditionState(
            id=condition.id,
            text=condition.text,
            owner=condition.owner,
            due=condition.due,
            blocking=condition.blocking,
            state="met" if condition.id in met else "late" if as_of > condition.due else "not_met",
            evidence=met[condition.id][1] if condition.id in met else None,
            met_on=met[condition.id][0] if condition.id in met else None,
        )
        for condition in held.decision.conditions
    )


def fulfilments(ledger: Ledger, held: Held, council: Council) -> None:
    """Refuse a note that a condition was met unless the charter's keys have signed it here."""
    for entry in _about(ledger, held):
        where = f"ledger, line {entry.seq}"
        said = _said(entry)
        statement, _ = opened(
            entry.body.get("statement"), council.keys, council.charter.signatures, where=where
        )
        statements.must_say(
            statement,
            statements.CONDITION_MET,
            {
                "fulfilment": {"digest": {"sha256": digest(said)}},
                "ledger": {"sequence": entry.seq, "previous": entry.prev},
            },
            where=where,
        )


def _about(ledger: Ledger, held: Held) -> Iterator[Entry]:
    for entry in ledger.entries:
        mine = entry.body.get("record_id") == held.decision.record_id
        if entry.kind == "condition" and mine:
            yield entry


def _said(entry: Entry) -> dict[str, Any]:
    """Return what was said of a condition, without its signature."""
    said = {key: value for key, value in entry.body.items() if key != "statement"}
    keys = {"record_id", "condition_id", "evidence", "by", "on"}
    if said.keys() != keys or not all(isinstance(value, str) for value in said.values()):
        raise LedgerError("is no note about a condition.", where=f"ledger, line {entry.seq}")
    try:
        date.fromisoformat(said["on"])
    except ValueError:
        raise LedgerError("has no day.", where=f"ledger, line {entry.seq}") from None
    return said
