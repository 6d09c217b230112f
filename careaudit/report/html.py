"""The HTML of an edition: one self-contained file that works without scripts or a network."""

from __future__ import annotations

from careaudit.report.editions.base import D, Edition
from careaudit.report.templating import SCREEN_FONTS, page


def render_html(edition: Edition[D], document: D) -> bytes:
    """Return an edition as UTF-8 HTML; on a narrow screen each table scrolls by itself."""
    return screen(page(edition, document, "html", SCREEN_FONTS))


def screen(text: str) -> bytes:
    """Return a page for the screen: each table in a box that scrolls."""
    text = text.replace("<table", '<div class="scroll" tabindex="0"><table')
    return text.replace("</table>", "</table></div>").encode()
