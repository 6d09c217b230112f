"""The record as tags of an MLflow model version: a signpost, never the gate, for tags are unsigned.

Every key is always there, so that setting the tags of a new audit leaves nothing of the old one.
"""

from __future__ import annotations

import json

from careaudit.record import AuditRecord, Verdict
from careaudit.report.wording.names import clean

MAX_VALUE = 5_000
"""Bytes of a value that every storage backend of MLflow takes; keys may have 250."""


def tags(record: AuditRecord) -> dict[str, str]:
    """Return the tags: flat, all of them texts."""
    provenance = record.provenance
    return {
        f"careaudit.{key}": _fit(value)
        for key, value in (
            ("verdict", record.verdict),
            ("reason", record.reason),
            ("record_sha256", record.digest),
            ("as_of", provenance.as_of),
            ("expires_on", provenance.expires_on),
            ("system", record.audit.system or ""),
            ("release", record.audit.release or ""),
            ("questions_failing", _gated(record, "fail")),
            ("questions_undecided", _gated(record, "inconclusive")),
            ("version", provenance.careaudit),
        )
    }


def render_mlflow(record: AuditRecord) -> bytes:
    """Return the tags as one flat JSON object."""
    return f"{json.dumps(tags(record), indent=2)}\n".encode()


def _gated(record: AuditRecord, verdict: Verdict) -> str:
    return ",".join(q.id for q in record.questions if q.gate and q.verdict == verdict)


def _fit(value: str) -> str:
    return clean(value).encode()[:MAX_VALUE].decode(errors="ignore")
