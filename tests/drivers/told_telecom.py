"""The telecom log with the looks that are tested on it, audited once for all of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from field_logs import audit

from careaudit.drivers.looks import fields, reasons, subgroups, terms
from careaudit.record import AuditRecord

HOME = Path(__file__).parents[2] / "sample_data" / "telecom_credits"


@cache
def telecom() -> AuditRecord:
    """Audit it by its own plan; what it could do about the gaps is tested elsewhere."""
    looks = (fields, terms, subgroups, reasons)
    return audit(HOME, looks=[one.look for one in looks])
