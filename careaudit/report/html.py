"""`report.html`: one self-contained file that works without scripts and without a network."""

from __future__ import annotations

from careaudit.record import AuditRecord
from careaudit.report.templating import SCREEN_FONTS, page


def render_html(record: AuditRecord) -> bytes:
    """Return the report as UTF-8 HTML."""
    return page(record, "html", SCREEN_FONTS).encode()
