"""`report.html`: one self-contained file that works without scripts and without a network."""

from __future__ import annotations

from careaudit.record import AuditRecord
from careaudit.report.beside import NOTHING, Beside
from careaudit.report.templating import SCREEN_FONTS, page


def render_html(record: AuditRecord, beside: Beside = NOTHING) -> bytes:
    """Return the report as UTF-8 HTML; on a narrow screen each table scrolls by itself."""
    return screen(page(record, "html", SCREEN_FONTS, beside=beside))


def screen(text: str) -> bytes:
    """Return a page for the screen: each table in a box that scrolls."""
    text = text.replace("<table", '<div class="scroll" tabindex="0"><table')
    return text.replace("</table>", "</table></div>").encode()
