"""The committed records of two samples, which tests/docs holds to what an audit says today."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from careaudit.record import AuditRecord

ROOT = Path(__file__).parents[2]
HOME = ROOT / "sample_data" / "telecom_credits"


@cache
def telecom() -> AuditRecord:
    """The record of the telecom log, audited by its own plan."""
    return AuditRecord.load(ROOT / "reports" / "telecom_credits" / "audit.json")


@cache
def tutor() -> AuditRecord:
    """The record of the tutor's log, audited by its own plan."""
    return AuditRecord.load(ROOT / "reports" / "tutor_engagement" / "audit.json")
