"""Three in-toto statements of one decision, and one for each condition met (governance 5).

No known predicate fits a human ethics decision, so two are our own, named by URNs because this
project owns no domain: `urn:careaudit:predicate:...`. The third is the stock test-result, which
existing verifiers read. Statements may stand in public logs for ever: they hold digests, counts and
answers of questions, never a name, a row, or a group too small to be shown. Decimals are texts,
times end in Z, and nothing that is left out can open a gate.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from careaudit.canonical import digest
from careaudit.council.decision import AUDIT, POLICY, Audited, Decision
from careaudit.council.dsse import STATEMENT
from careaudit.council.ledger import Ledger
from careaudit.errors import CouncilError
from careaudit.record import AuditRecord, Comparison, Question, Verdict

OURS = "urn:careaudit:predicate"
EQUITY_AUDIT = f"{OURS}:equity-audit:v0.1"
COUNCIL_DECISION = f"{OURS}:council-decision:v0.1"
CONDITION_MET = f"{OURS}:condition-met:v0.1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"

Json = dict[str, Any]
_STATUS: dict[Verdict, str] = {
    "pass": "PASSED",
    "fail": "FAILED",
    "inconclusive": "INDETERMINATE",
}
_RESULT: dict[Verdict, str] = {"pass": "PASSED", "fail": "FAILED", "inconclusive": "WARNED"}


def subjects(decision: Decision) -> list[Json]:
    """Return what a statement is about: the model file, where there is one, and audit.json."""
    model = decision.model
    named = [_resource(f"{model.name}@{model.version}", model.digest)] if model.digest else []
    return [*named, _resource(AUDIT, decision.sha256(AUDIT) or "")]


def equity_audit(record: AuditRecord, decision: Decision) -> Json:
    """Return what was audited, on what evidence, and the answer to each question."""
    provenance, accounts = record.provenance, record.accounts
    window = {"start": provenance.window.start, "end": provenance.window.end}
    predicate = {
        "auditor": {"id": "careaudit", "version": provenance.careaudit},
        "auditedOn": _start(date.fromisoformat(provenance.as_of)),
        "expiresOn": _end(date.fromisoformat(provenance.expires_on)),
        "dataWindow": {key: day for key, day in window.items() if day},
        "counts": {
            "rows": accounts.rows_read,
            "used": accounts.rows_used,
            "excluded": accounts.rows_read - accounts.rows_used,
            "unknown": _unknown(record),
        },
        "policy": _resource(POLICY, decision.sha256(POLICY) or ""),
        "evidence": evidence(decision),
        "gates": [_gate(record, question) for question in record.questions],
        "verdict": _STATUS[record.verdict],
    }
    return _statement(EQUITY_AUDIT, decision, predicate)


def evidence(decision: Decision) -> list[Json]:
    """Return what the council read, by digest."""
    return [
        _resource(piece.name, piece.sha256) | {"mediaType": piece.media_type}
        for piece in decision.evidence
    ]


def _unknown(record: AuditRecord) -> Json:
    """Rows whose group is not known, by segment; counts too small to show are left out."""
    least = record.provenance.settings.min_cell
    return {name: n for name, n in record.accounts.unknown.items() if n == 0 or n >= least}


def _gate(record: AuditRecord, question: Question) -> Json:
    """One question: its answer, and its worst comparison where that group may be shown."""
    gate: Json = {
        "id": question.id,
        "pillar": question.pillar,
        "gated": question.gate,
        "status": _STATUS[question.verdict],
        "reason": question.reason,
    }
    if question.measure is not None:
        gate["metric"] = question.measure
    worst = next((c for c in record.comparisons if c.id == question.worst), None)
    if worst is None or worst.u.value is None or not _shown(worst, record):
        return gate
    return gate | {
        "unit": "gap over limit",
        "value": f"{worst.u.value:.6f}",
        "threshold": "1.000000",
        "segment": f"{worst.segment}={worst.group}",
        "n": worst.n,
    }


def _shown(comparison: Comparison, record: AuditRecord) -> bool:
    """Say whether a comparison is about one group, of at least as many as may be shown."""
    least = record.provenance.settings.min_cell
    return comparison.n >= least and any(
        (segment.name, group.group) == (comparison.segment, comparison.group)
        and group.status in {"in_scope", "small"}
        and (group.customers is None or group.customers >= least)
        for segment in record.segments
        for group in segment.groups
    )


def test_result(record: AuditRecord, decision: Decision) -> Json:
    """Return the audit as a stock test-result; what is undecided warns, and never passes."""
    by_result = {
        result: [q.id for q in record.questions if q.gate and _RESULT[q.verdict] == result]
        for result in _RESULT.values()
    }
    predicate = {
        "result": _RESULT[record.verdict],
        "configuration": [_resource(POLICY, decision.sha256(POLICY) or "")],
        "passedTests": by_result["PASSED"],
        "warnedTests": by_result["WARNED"],
        "failedTests": by_result["FAILED"],
    }
    return _statement(TEST_RESULT, decision, predicate)


def council_decision(decision: Decision, audit_sha256: str, ledger: Ledger) -> Json:
    """Return what the council decided, bound to the audit statement and to its ledger line.

    `decisionRecord` is the digest of the whole decision, with all that is not for the public.
    """
    predicate: Json = {
        "recordId": decision.record_id,
        "decision": decision.decision,
        "decidedOn": _start(decision.decided_on),
        "validFrom": _start(decision.valid_from),
        "expiresOn": _end(decision.expires_on),
        "auditStatement": {"digest": {"sha256": audit_sha256}},
        "decisionRecord": {"digest": {"sha256": digest(as_json(decision))}},
        "ledger": _place(ledger),
        "quorum": {"rule": decision.quorum.rule, "met": decision.quorum.met},
        "members": [
            {
                "id": member.id,
                "role": member.role,
                "constituency": member.constituency,
                "independent": member.independence.free,
                "present": member.present,
                "vote": member.vote,
            }
            for member in decision.members
        ],
        "conditions": [
            {
                "id": condition.id,
                "metric": condition.metric,
                "threshold": condition.threshold,
                "due": condition.due.isoformat(),
                "blocking": condition.blocking,
            }
            for condition in decision.conditions
        ],
        "dissentCount": len(decision.dissent),
        "dissent": [{"member": d.member, "text": d.text} for d in decision.dissent],
        "supersedes": decision.supersedes,
    }
    if decision.override:
        predicate["override"] = {"until": _end(decision.override.until)}
    if decision.withdrawal:
        predicate["withdrawnOn"] = _start(decision.withdrawal.on)
    return _statement(COUNCIL_DECISION, decision, predicate)


def condition_met(decision: Decision, fulfilment: Json, ledger: Ledger) -> Json:
    """Return that a condition was met, bound to what was said of it and to its ledger line."""
    predicate = {
        "recordId": decision.record_id,
        "conditionId": fulfilment["condition_id"],
        "metOn": _start(date.fromisoformat(fulfilment["on"])),
        "fulfilment": {"digest": {"sha256": digest(fulfilment)}},
        "ledger": _place(ledger),
    }
    return _statement(CONDITION_MET, decision, predicate)


def as_json(decision: Decision) -> Json:
    """Return a decision as the ledger holds it."""
    return decision.model_dump(mode="json")


def audited(record: AuditRecord) -> Audited:
    """Return what a decision must know of an audit, from its record; CouncilError without days."""
    provenance = record.provenance
    try:
        days = [date.fromisoformat(day) for day in (provenance.as_of, provenance.expires_on)]
    except ValueError:
        raise CouncilError(
            "as_of or expires_on is no day.", where="provenance", hint="Audit again."
        ) from None
    return Audited(record.verdict, *days)


def audited_in(predicate: Json, *, where: str) -> Audited:
    """Return the same from an equity-audit predicate; CouncilError if it does not say it."""
    verdicts = {status: verdict for verdict, status in _STATUS.items()}
    try:
        return Audited(
            verdicts[predicate["verdict"]],
            date.fromisoformat(predicate["auditedOn"][:10]),
            date.fromisoformat(predicate["expiresOn"][:10]),
        )
    except (KeyError, TypeError, ValueError):
        raise CouncilError("does not say what the audit found, and when.", where=where) from None


def must_say(statement: Json, kind: str, said: Json, *, where: str) -> None:
    """Refuse a statement of another kind, or whose predicate says something else."""
    predicate = statement.get("predicate")
    if statement.get("predicateType") != kind or not isinstance(predicate, dict):
        raise CouncilError(f"what is signed is no {kind}.", where=where)
    for key, value in said.items():
        if predicate.get(key) != value:
            raise CouncilError(
                f"what is signed says another {key} than what stands here.", where=where
            )


def _statement(kind: str, decision: Decision, predicate: Json) -> Json:
    return {
        "_type": STATEMENT,
        "subject": subjects(decision),
        "predicateType": kind,
        "predicate": predicate,
    }


def _resource(name: str, sha256: str) -> Json:
    return {"name": name, "digest": {"sha256": sha256}}


def _place(ledger: Ledger) -> Json:
    return {"sequence": len(ledger.entries) + 1, "previous": ledger.head}


def _start(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _end(day: date) -> str:
    """The last second of a day: what expires on a day is good on that day."""
    return f"{day.isoformat()}T23:59:59Z"
