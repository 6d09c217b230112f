"""Whether a council decision stands for an audit on a day, in the order of governance 5.

Ledger, decision about this audit, signatures, model, evidence, audit statement, policy, dates,
superseded, withdrawn, quorum, conditions, decision. The first step that does not hold ends the walk
and names itself. What is missing never holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from careaudit.canonical import digest, sha256
from careaudit.council import statements
from careaudit.council.charters import Council, load
from careaudit.council.conditions import ConditionState, fulfilments, states
from careaudit.council.deciding import Held, decisions
from careaudit.council.decision import (
    APPROVING,
    AUDIT,
    POLICY,
    REQUIRED,
    WAIVERS,
    Audited,
    Decision,
    Name,
    quorum_met,
)
from careaudit.council.dsse import opened
from careaudit.council.files import fingerprint
from careaudit.council.ledger import Ledger, read
from careaudit.council.rules import inner_faults
from careaudit.errors import CouncilError

Step = Literal[
    "ledger", "missing", "signature", "subject", "evidence", "audit", "policy", "expired",
    "superseded", "withdrawn", "quorum", "conditions", "decision",
]  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One step: whether it held, and what was seen."""

    step: Step
    held: bool
    message: str


@dataclass(frozen=True)
class Standing:
    """Whether a decision holds for an audit on a day; `step` is the last one looked at.

    `override` says that the audit fails, and that the council lets it pass on this day all the
    same. `envelope_sha256` is the digest of the signed decision, as canonical JSON.
    """

    holds: bool
    step: Step
    message: str
    checks: tuple[Check, ...]
    decision: Decision | None = None
    conditions: tuple[ConditionState, ...] = ()
    override: bool = False
    envelope_sha256: str | None = None


@dataclass(frozen=True)
class _Case:
    """All that the steps look at."""

    ledger: Ledger
    held: Held
    conditions: tuple[ConditionState, ...]
    council: Council
    files: Mapping[Name, Path | None]
    model: Path | None
    as_of: date

    @property
    def decision(self) -> Decision:
        return self.held.decision


def verify(
    ledger: Path,
    charter: Path,
    *,
    record: Path,
    report: Path | None,
    plan: Path | None,
    as_of: date,
    model: Path | None = None,
    waivers: Path | None = None,
) -> Standing:
    """Return how the council's decision about a record stands on a day.

    Files are compared by their bytes; one that is not given, or cannot be read, does not hold, and
    neither do waivers that the council did not read, or signatures without charter and keys.
    CouncilError where the record itself cannot be read.
    """
    files: dict[Name, Path | None] = {
        AUDIT: record, "report.pdf": report, POLICY: plan, WAIVERS: waivers,
    }  # fmt: skip
    audit = fingerprint(record).sha256
    if not ledger.exists():
        return _ended((), "missing", f"There is no ledger at {ledger}: nothing was decided.")
    try:
        book = read(ledger)
        taken = decisions(book)
        about = [one for one in taken if one.decision.sha256(AUDIT) == audit] or taken
        conditions = states(book, about[-1], as_of) if about else ()
    except CouncilError as fault:
        return _ended((), "ledger", str(fault))
    intact = Check("ledger", held=True, message=f"intact, its head is {book.head[:12]}")
    if not about:
        return _ended((intact,), "missing", "The ledger holds no decision.")
    try:
        council = load(charter)
    except CouncilError as fault:
        return _ended((intact,), "signature", str(fault))
    return _walk(_Case(book, about[-1], conditions, council, files, model, as_of), intact)


def _ended(passed: tuple[Check, ...], step: Step, message: str) -> Standing:
    return Standing(False, step, message, (*passed, Check(step, held=False, message=message)))


def _walk(case: _Case, intact: Check) -> Standing:
    """Take the steps in order, up to the first that does not hold."""
    checks = [intact]
    for step, check in _STEPS.items():
        try:
            checks.append(Check(step, held=True, message=check(case)))
        except CouncilError as fault:
            checks.append(Check(step, held=False, message=str(fault)))
            break
    last = checks[-1]
    return Standing(
        holds=last.held,
        step=last.step,
        message=last.message,
        checks=tuple(checks),
        decision=case.decision,
        conditions=case.conditions,
        override=last.held and _audited(case).verdict == "fail",
        envelope_sha256=digest(case.held.envelopes.get("council-decision")),
    )


def _signature(case: _Case) -> str:
    _signed_decision(case)
    fulfilments(case.ledger, case.held, case.council)
    charter = case.council.charter
    return f"signed by at least {charter.signatures} of {len(case.council.keys)} keys"


def _signed_decision(case: _Case) -> dict[str, Any]:
    """Return the signed statement, once it is about this decision at this place of the ledger."""
    statement, _ = opened(
        case.held.envelopes.get("council-decision"),
        case.council.keys,
        case.council.charter.signatures,
        where=f"{case.decision.record_id}, council-decision",
    )
    entry = case.held.entry
    statements.must_say(
        statement,
        statements.COUNCIL_DECISION,
        {
            "decisionRecord": {"digest": {"sha256": digest(entry.body["decision"])}},
            "ledger": {"sequence": entry.seq, "previous": entry.prev},
        },
        where=f"{case.decision.record_id}, council-decision",
    )
    return statement


def _subject(case: _Case) -> str:
    if _signed_decision(case).get("subject") != statements.subjects(case.decision):
        raise CouncilError("The signed statement is about another subject than the decision.")
    named = case.decision.model
    if named.digest is None:
        if case.model is not None:
            raise CouncilError("The decision binds no model file, and one was given.")
        return "the decision binds no model file"
    if case.model is None:
        raise CouncilError(
            f"The decision is about the model file of {named.name} {named.version}, and none was "
            "given."
        )
    if fingerprint(case.model).sha256 != named.digest:
        raise CouncilError(f"{case.model.name} is not the model file that the council decided on.")
    return f"{case.model.name} is the model file of {named.name} {named.version}"


def _evidence(case: _Case) -> str:
    for name in REQUIRED:
        if case.decision.sha256(name) is None:
            raise CouncilError(f"The council did not read {name}.")
    names = [piece.name for piece in case.decision.evidence if piece.name != POLICY]
    for name in names:
        _same(case, name)
    if case.files[WAIVERS] is not None and WAIVERS not in names:
        raise CouncilError(f"The council did not read {WAIVERS}, and it was given.")
    return f"{', '.join(names)}: as the council read them"


def _same(case: _Case, name: Name) -> None:
    """Refuse a file that is not byte for byte what the council read."""
    path = case.files[name]
    if path is None:
        raise CouncilError(f"The council read {name}, and it was not given.")
    read_then = {piece.name: piece.sha256 for piece in case.decision.evidence}
    if fingerprint(path).sha256 != read_then[name]:
        raise CouncilError(f"{name} differs from the one the council read.")


def _audit(case: _Case) -> str:
    found = _audited(case)
    return f"the decision names this audit statement: {found.verdict}, of {found.as_of}"


def _audited(case: _Case) -> Audited:
    """Return what the signed audit statement says, once it is the one the decision names."""
    where = f"{case.decision.record_id}, equity-audit"
    statement, raw = opened(
        case.held.envelopes.get("equity-audit"),
        case.council.keys,
        case.council.charter.signatures,
        where=where,
    )
    statements.must_say(
        _signed_decision(case),
        statements.COUNCIL_DECISION,
        {"auditStatement": {"digest": {"sha256": sha256(raw)}}},
        where=where,
    )
    statements.must_say(
        statement,
        statements.EQUITY_AUDIT,
        {"evidence": statements.evidence(case.decision)},
        where=where,
    )
    return statements.audited_in(statement["predicate"], where=where)


def _policy(case: _Case) -> str:
    _same(case, POLICY)
    return f"{POLICY}: as the council read it"


def _expired(case: _Case) -> str:
    decision = case.decision
    if case.as_of < decision.valid_from:
        raise CouncilError(
            f"{decision.record_id} holds from {decision.valid_from} on, not on {case.as_of}."
        )
    last = min(decision.expires_on, _audited(case).expires_on)
    if case.as_of > last:
        raise CouncilError(f"{decision.record_id} expired on {last}.")
    return f"from {decision.valid_from} to {last}"


def _superseded(case: _Case) -> str:
    mine = case.decision.record_id
    for one in decisions(case.ledger):
        if one.decision.supersedes == mine:
            raise CouncilError(f"{mine} was superseded by {one.decision.record_id}.")
    return "no later decision takes its place"


def _withdrawn(case: _Case) -> str:
    withdrawal = case.decision.withdrawal
    if withdrawal is not None and withdrawal.on <= case.as_of:
        raise CouncilError(f"{case.decision.record_id} was withdrawn on {withdrawal.on}.")
    return "it was not taken back"


def _quorum(case: _Case) -> str:
    charter = case.council.charter
    if not quorum_met(case.decision.members, charter):
        raise CouncilError(f"There was no quorum: it needs {charter.rule}.")
    return charter.rule


def _conditions(case: _Case) -> str:
    for condition in case.conditions:
        if condition.blocking and condition.state == "late":
            raise CouncilError(
                f"The blocking condition {condition.id} was due on {condition.due} and is not met."
            )
    met = sum(condition.state == "met" for condition in case.conditions)
    return f"{met} of {len(case.conditions)} met, and none that blocks is late"


def _decision(case: _Case) -> str:
    """The decision itself: sound by the rules, and an approval that holds on this day."""
    decision, audited = case.decision, _audited(case)
    if decision.decision not in APPROVING:
        raise CouncilError(
            f"The council did not approve: {decision.record_id} says {decision.decision}."
        )
    if wrong := inner_faults(decision, audited):
        raise CouncilError(f"{decision.record_id} is not sound: {'; '.join(wrong)}.")
    said = f"{decision.record_id}: {decision.decision}, {decision.decided_on}"
    if audited.verdict != "fail" or decision.override is None:
        return f"{said}, good until {decision.expires_on}"
    if case.as_of > decision.override.until:
        raise CouncilError(f"The audit fails, and its override ended on {decision.override.until}.")
    return f"{said}; the audit fails and is overridden until {decision.override.until}"


_STEPS: dict[Step, Callable[[_Case], str]] = {
    "signature": _signature,
    "subject": _subject,
    "evidence": _evidence,
    "audit": _audit,
    "policy": _policy,
    "expired": _expired,
    "superseded": _superseded,
    "withdrawn": _withdrawn,
    "quorum": _quorum,
    "conditions": _conditions,
    "decision": _decision,
}
