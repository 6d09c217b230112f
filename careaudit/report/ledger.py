"""What the council's ledger says beside a report: earlier conditions, and this audit's decision."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from careaudit.canonical import digest
from careaudit.council.charters import Council
from careaudit.council.conditions import fulfilments, states
from careaudit.council.deciding import Held, decisions
from careaudit.council.decision import APPROVING, AUDIT
from careaudit.council.dsse import opened
from careaudit.council.ledger import read
from careaudit.errors import CouncilError
from careaudit.report.beside import Decided, Earlier


def earlier(
    path: Path, council: Council | None, sha256: str, system: str | None, as_of: date
) -> tuple[Earlier, ...]:
    """Return the conditions of earlier approvals of the same system, as they stand on a day.

    `sha256` is of the audit's record, `system` what it audited (None: whatever was decided on). All
    of the last approval, and of those before it what is not met. Decisions about this very
    audit, later ones, superseded and withdrawn ones are left out. CouncilError where the ledger is
    damaged, or a signature is not the council's (looked at where `council` is given).
    """
    book = read(path)
    known = [one for one in decisions(book) if one.decision.decided_on <= as_of]
    superseded = {one.decision.supersedes for one in known}
    standing = [
        one
        for one in known
        if one.decision.decision in APPROVING
        and one.decision.record_id not in superseded
        and not (one.decision.withdrawal and one.decision.withdrawal.on <= as_of)
        and one.decision.sha256(AUDIT) != sha256
        and system in (None, one.decision.model.name)
    ]
    found: list[Earlier] = []
    for place, held in enumerate(reversed(standing)):
        if council is not None:
            fulfilments(book, held, council)
        found += [
            Earlier(held.decision.record_id, held.decision.model.version, condition)
            for condition in states(book, held, as_of)
            if place == 0 or condition.state != "met"
        ]
    return tuple(found)


def decided(path: Path, council: Council | None, sha256: str, as_of: date) -> Decided | None:
    """Return the last decision about this very audit, by the digest of its record; None if none.

    CouncilError where the ledger is damaged, or fewer keys have signed than the charter asks for.
    """
    book = read(path)
    known = [one for one in decisions(book) if one.decision.decided_on <= as_of]
    about = [one for one in known if one.decision.sha256(AUDIT) == sha256]
    if not about:
        return None
    held = about[-1]
    if council is not None:
        fulfilments(book, held, council)
    mine = held.decision.record_id
    return Decided(
        held.decision,
        states(book, held, as_of),
        _signed(held, council) if council else None,
        next((o.decision.record_id for o in known if o.decision.supersedes == mine), None),
    )


def _signed(held: Held, council: Council) -> tuple[int, int]:
    """Count the charter's keys that have signed this decision at its place in the ledger."""
    where = f"{held.decision.record_id}, council-decision"
    count = 0
    for key in council.keys:
        try:
            statement, _ = opened(held.envelopes.get("council-decision"), [key], 1, where=where)
        except CouncilError:
            continue
        said = statement.get("predicate", {})
        count += said.get("decisionRecord") == {
            "digest": {"sha256": digest(held.entry.body["decision"])}
        } and said.get("ledger") == {"sequence": held.entry.seq, "previous": held.entry.prev}
    if count < council.charter.signatures:
        raise CouncilError(
            f"{count} of the {council.charter.signatures} signatures that the charter asks for.",
            where=where,
            hint="`careaudit council verify` says what does not hold.",
        )
    return count, len(council.keys)
