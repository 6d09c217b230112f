"""gate.json: the whole decision for programs."""

from __future__ import annotations

import json
from typing import Any

from careaudit.gate import Asked, GateDecision
from careaudit.report.gates.texts import outcome

SCHEMA_VERSION = 1


def files(decision: GateDecision) -> dict[str, str]:
    """Return gate.json: sorted keys and ASCII only, so no name can act on a terminal."""
    tree = {
        "schema_version": SCHEMA_VERSION,
        "outcome": outcome(decision),
        "exit_code": decision.exit_code,
        "audit": decision.audit,
        "system": decision.system,
        "release": decision.release,
        "record_sha256": decision.record_sha256,
        "as_of": decision.as_of.isoformat(),
        "expires_on": decision.expires_on,
        "reasons": [
            {
                "code": reason.code,
                "effect": reason.effect,
                "message": reason.message,
                "question": reason.question,
                "comparison": reason.comparison,
                "exit_code": reason.exit_code,
            }
            for reason in decision.reasons
        ],
        "questions": [_question(asked) for asked in decision.questions],
        "waivers": [
            {
                "finding": applied.waiver.finding,
                "state": applied.state,
                "message": applied.message,
                "ceiling": applied.waiver.ceiling,
                "expires": applied.waiver.expires.isoformat(),
                "approved_by": applied.waiver.approved_by,
            }
            for applied in decision.waivers
        ],
    }
    return {"gate.json": json.dumps(tree, indent=2, sort_keys=True, allow_nan=False) + "\n"}


def _question(asked: Asked) -> dict[str, Any]:
    question = asked.question
    return {
        "id": question.id,
        "pillar": question.pillar,
        "measure": question.measure,
        "verdict": question.verdict,
        "reason": question.reason,
        "outcome": asked.outcome,
        "effect": asked.effect,
        "gated": question.gate,
        "findings": [
            {
                "comparison": finding.comparison.id,
                "segment": finding.comparison.segment,
                "group": finding.comparison.group,
                "reference": finding.comparison.reference,
                "outcome": finding.outcome,
                "u": finding.comparison.u.value,
                "note": finding.note,
            }
            for finding in asked.findings
        ],
    }
