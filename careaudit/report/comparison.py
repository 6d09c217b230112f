"""`compare.pdf` and `compare.html`: the comparison of two releases for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from careaudit.documents import write_files
from careaudit.errors import UsageError

if TYPE_CHECKING:
    from careaudit.releases import ReleaseComparison

HINT = "Give a directory that you may write to, with room for the report."


def _json(comparison: ReleaseComparison) -> bytes:
    return comparison.to_json().encode()


def _pdf(comparison: ReleaseComparison) -> bytes:
    from careaudit.report.editions.base import Attached
    from careaudit.report.glyphs import escapes
    from careaudit.report.pdf import font_css, sheets, written
    from careaudit.report.templating import comparison_page

    def page(*, picture: bool, first_only: bool = False) -> str:
        said = escapes(_names(comparison))
        return comparison_page(
            comparison, "pdf", font_css(), said, picture=picture, first_only=first_only
        )

    text = page(picture=sheets(page(picture=True, first_only=True)) == 1)
    attached = Attached(
        "compare.json",
        comparison.to_json(),
        "The release comparison: every number of this report, in full precision.",
        comparison.new.as_of,
    )
    return written(text, attached)


def _html(comparison: ReleaseComparison) -> bytes:
    from careaudit.report.html import screen
    from careaudit.report.templating import SCREEN_FONTS, comparison_page

    return screen(comparison_page(comparison, "html", SCREEN_FONTS))


COMPARISON_FORMATS: dict[str, tuple[str, Callable[[ReleaseComparison], bytes]]] = {
    "json": ("compare.json", _json),
    "pdf": ("compare.pdf", _pdf),
    "html": ("compare.html", _html),
}
"""Every format of a comparison by its name: the file, and how it is made."""


def render_comparison(comparison: ReleaseComparison, format_name: str) -> bytes:
    """Return a comparison in one format; UsageError for an unknown format."""
    return _known([format_name])[0][1](comparison)


def write_comparison(
    comparison: ReleaseComparison,
    directory: str | Path,
    formats: Iterable[str] = ("json", "pdf", "html"),
) -> list[Path]:
    """Write a comparison in each format into a directory, made if need be: all of them or none.

    OutputError where the directory cannot be written.
    """
    folder = Path(directory)
    made = {folder / name: render(comparison) for name, render in _known(formats)}
    return write_files(made, hint=HINT)


def _known(formats: Iterable[str]) -> list[tuple[str, Callable[[ReleaseComparison], bytes]]]:
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in COMPARISON_FORMATS:
            raise UsageError(
                f"a comparison has no format {name!r}.",
                where="formats",
                hint=f"Choose from {', '.join(COMPARISON_FORMATS)}.",
            )
    return [COMPARISON_FORMATS[name] for name in wanted]


def _names(comparison: ReleaseComparison) -> list[str]:
    """Return every text of the comparison that the report prints as it is."""
    text = [t for r in (comparison.old, comparison.new) for t in (r.name, r.system, r.release) if t]
    text += [question.ask for question in comparison.questions]
    text += [t for change in comparison.changes for t in (change.segment, change.group)]
    text += [gap.message for gap in comparison.not_comparable]
    return [*text, *comparison.notes]
