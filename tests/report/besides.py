"""What may stand beside a record in a report, made in code: waivers, conditions, decisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from careaudit.council import ConditionState, Decision
from careaudit.record import AuditRecord
from careaudit.report.beside import Beside, Decided, Earlier
from careaudit.waivers import Waiver, apply

HOSTILE = (
    "=1+1 <script>alert(1)</script> **bold** [x](javascript:0) \u202eevil\u202c \x1b[31m"
    ' 中文 العربية 😀 & "quotes" '
)
DAY = date(2026, 7, 20)


def on(record: AuditRecord) -> date:
    return date.fromisoformat(record.provenance.as_of)


def waiver(record: AuditRecord, place: int = 0, **more: Any) -> Waiver:
    """Return a waiver of the n-th failing comparison."""
    failing = [c for c in record.comparisons if c.verdict == "fail"]
    c = failing[place]
    size = c.u.value or 1.0
    tree = {
        "finding": c.id,
        "release": record.audit.release,
        "ceiling": round(size + 0.2, 2),
        "reason": "The new scoring goes live on 1 September.\nUntil then two read each refusal.",
        "approved_by": "Dana Roe, Head of care",
        "granted": on(record) - timedelta(days=3),
        "expires": on(record) + timedelta(days=60),
        "ticket": "CARE-1207",
    }
    return Waiver.model_validate(tree | more)


def waived(record: AuditRecord, *given: Waiver) -> Beside:
    return Beside(waivers=apply(given, record, on(record)))


def condition(name: str, state: str, **more: Any) -> ConditionState:
    given: dict[str, Any] = {
        "id": name,
        "text": f"Refusals of group {name} are read by a person.",
        "owner": "Head of care",
        "due": DAY,
        "blocking": True,
        "state": state,
        "evidence": "Sample of 200 refusals, all read" if state == "met" else None,
        "met_on": DAY - timedelta(days=4) if state == "met" else None,
    }
    return ConditionState(**(given | more))


def earlier(*states: str) -> Beside:
    return Beside(
        earlier=tuple(
            Earlier("CR-2025-10-01-abcd1234", "7.1.0", condition(f"c{n}", state))
            for n, state in enumerate(states, 1)
        )
    )


def member(name: str, vote: str | None, **more: Any) -> dict[str, Any]:
    given = {
        "id": name,
        "name_or_pseudonym": f"Member {name}",
        "role": f"Seat of {name}",
        "constituency": "legal",
        "independence": {
            "builds_or_uses": False,
            "employed_by": "Example plc",
            "financial_interest": False,
            "declared_conflict": "none",
        },
        "present": vote is not None,
        "vote": vote,
        "no_dissent": None if vote is None else True,
        "signed_at": DAY if vote else None,
    }
    return given | more


def decision(record: AuditRecord, **more: Any) -> Decision:
    """Return a decision with conditions about a record."""
    tree: dict[str, Any] = {
        "record_id": "CR-2026-07-20-1a2b3c4d",
        "model": {"name": "credit-bot", "version": "7.2.0"},
        "evidence": [
            {"name": n, "media_type": "text/plain", "sha256": s * 64}
            for n, s in (("report.pdf", "b"), ("careaudit.toml", "c"))
        ]
        + [{"name": "audit.json", "media_type": "application/json", "sha256": record.digest}],
        "members": [
            member("chair", "approve_with_conditions", constituency="ethics"),
            member("advocate", "reject", constituency="community_advocate", no_dissent=False),
            member("product", "approve_with_conditions", constituency="product",
                   independence={"builds_or_uses": True, "employed_by": "Example plc",
                                 "financial_interest": False, "declared_conflict": "none"}),
            member("legal", "approve_with_conditions"),
            member("frontline", None, constituency="care_ops"),
        ],
        "decision": "approve_with_conditions",
        "reasons": "The gap is known.\nReview by people holds until the new scoring is live.",
        "conditions": [
            {"id": "c1", "text": "Refusals where zip income is 1 are read by a person.",
             "metric": "share of refusals read", "threshold": "1.00", "owner": "Head of care",
             "due": DAY + timedelta(days=30), "blocking": True},
            {"id": "c2", "text": "The log records the language of the form.",
             "metric": "share with a language", "threshold": "0.95", "owner": "Data lead",
             "due": DAY + timedelta(days=60), "blocking": False},
        ],
        "dissent": [{"member": "advocate", "text": "Nobody asked those who were refused."}],
        "questions_raised": [{"text": "Who reads the refusals?", "answer": "Two people of care."}],
        "accepted_gaps": [{"cell": "zip_income=2", "value": "0.91", "justification": "Known.",
                           "alternatives_considered": "Waiting for the new scoring."}],
        "consultation": [{"who": "Tenants’ forum", "when": DAY, "summary": "Asked for letters."}],
        "decided_on": DAY,
        "valid_from": DAY + timedelta(days=1),
        "expires_on": DAY + timedelta(days=200),
        "quorum": {"rule": "3 of 5 seats present, a community advocate among them", "met": True},
        "override": {"reason": "Stopping would refuse everyone for a month.",
                     "approver": "Chief officer", "until": DAY + timedelta(days=20)},
    }  # fmt: skip
    return Decision.model_validate(tree | more)


def decided(record: AuditRecord, **more: Any) -> Beside:
    made = decision(record, **more)
    conditions = tuple(
        condition(c.id, "not_met", text=c.text, due=c.due, owner=c.owner, blocking=c.blocking)
        for c in made.conditions
    )
    return Beside(as_of=DAY + timedelta(days=2), decided=Decided(made, conditions, (2, 3)))
