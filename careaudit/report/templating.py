"""Jinja2 set up once: everything is escaped, and foreign names are isolated."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careaudit.report.editions.base import D, Edition
from careaudit.report.views.releases import build_comparison
from careaudit.report.wording import releases
from careaudit.report.wording.names import ISOLATE, RELEASE, plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from careaudit.releases import ReleaseComparison

Fit = tuple[int, ...]
"""How tightly each section of an edition is set, 0 where it is not."""

_HERE = Path(__file__).parent / "templates"

SCREEN_FONTS = """:root {
  --sans: "Source Sans 3", "Source Sans Pro", system-ui, "Segoe UI", Roboto, Arial, sans-serif;
  --serif: "Source Serif 4", "Source Serif Pro", Georgia, "Times New Roman", serif;
}
"""
"""Fonts of the HTML report: the reader's own, so that the file asks the network for nothing."""


@functools.cache
def environment(medium: str) -> Environment:
    """Return the environment of a medium, "html" or "pdf"."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    def isolated(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if medium == "pdf":
            text = escape(value)
            return Markup(text.replace(ISOLATE, "").replace(RELEASE, ""))  # noqa: S704
        opened = escape(value).replace(ISOLATE, Markup("<bdi>"))
        return opened.replace(RELEASE, Markup("</bdi>"))

    found = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=isolated,
    )
    found.filters["plain"] = plain
    found.filters["svg"] = Markup  # our own drawing, whose texts charts/ has escaped
    return found


def page(
    edition: Edition[D],
    document: D,
    medium: str,
    fonts: str,
    escapes: str = "",
    fit: Fit = (),
    *,
    sheets_only: bool = False,
) -> str:
    """Return an edition as one HTML document, made of its sections.

    `fit` says how tightly each section is set (default: none is), `sheets_only` asks for the
    sections alone that must hold on one sheet.
    """
    levels = fit or (0,) * len(edition.sections)
    return (
        environment(medium)
        .get_template("edition.html.j2")
        .render(
            edition.words,
            head=edition.head(document),
            sections=[
                (section.template, section.build(document), level)
                for section, level in zip(edition.sections, levels, strict=True)
                if section.sheet or not sheets_only
            ],
            medium=medium,
            css=_css(medium, fonts, edition.style),
            escapes=escapes,
        )
    )


def comparison_page(
    comparison: ReleaseComparison,
    medium: str,
    fonts: str,
    escapes: str = "",
    *,
    picture: bool = True,
    first_only: bool = False,
) -> str:
    """Return the comparison of two releases as one HTML document.

    `picture` says whether page one has room for one, `first_only` asks for page one alone.
    """
    return (
        environment(medium)
        .get_template("compare.html.j2")
        .render(
            c=build_comparison(comparison),
            medium=medium,
            css=_css(medium, fonts),
            releases=releases,
            escapes=escapes,
            picture=picture,
            first_only=first_only,
        )
    )


def _css(medium: str, fonts: str, own: str | None = None) -> Markup:
    from markupsafe import Markup

    sheets = ["style.css"] if medium == "pdf" else ["style.css", "screen.css"]
    sheets += [own] if own else []
    text = fonts + "".join((_HERE / sheet).read_text(encoding="utf-8") for sheet in sheets)
    return Markup(text)  # noqa: S704 - our own style sheet
