"""Record -> reports. A format is one file with a render function, and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from careaudit.documents import write_files
from careaudit.errors import UsageError
from careaudit.record import AuditRecord

__all__ = ["FORMATS", "Format", "render", "write", "write_file"]

HINT = "Give a directory that you may write to, with room for the report."


@dataclass(frozen=True, slots=True)
class Format:
    """A report format: the file it is written to, and how it is made."""

    file_name: str
    render: Callable[[AuditRecord], bytes]


def _json(record: AuditRecord) -> bytes:
    return record.to_json().encode()


def _pdf(record: AuditRecord) -> bytes:
    from careaudit.report.pdf import render_pdf

    return render_pdf(record)


def _html(record: AuditRecord) -> bytes:
    from careaudit.report.html import render_html

    return render_html(record)


FORMATS: dict[str, Format] = {
    "json": Format("audit.json", _json),
    "pdf": Format("report.pdf", _pdf),
    "html": Format("report.html", _html),
}
"""Every format by its name."""


def render(record: AuditRecord, format_name: str) -> bytes:
    """Return the record in one format; UsageError for an unknown format."""
    found = FORMATS.get(format_name)
    if found is None:
        raise UsageError(
            f"unknown report format: {format_name!r}.",
            where="formats",
            hint=f"Choose from {', '.join(FORMATS)}.",
        )
    return found.render(record)


def write(
    record: AuditRecord,
    directory: str | Path,
    formats: Iterable[str] = ("json", "pdf", "html"),
) -> list[Path]:
    """Write the record in each format into a directory, made if need be; nothing half-written.

    Everything is rendered first, then written beside its place and renamed. OutputError where the
    directory cannot be written.
    """
    folder = Path(directory)
    made = {folder / FORMATS[f].file_name: render(record, f) for f in _known(formats)}
    return write_files(made, hint=HINT)


def write_file(record: AuditRecord, path: str | Path, format_name: str) -> Path:
    """Write the record in one format to a path of any name; as whole or not at all as `write`."""
    place = Path(path)
    return write_files({place: render(record, format_name)}, hint=HINT)[0]


def _known(formats: Iterable[str]) -> list[str]:
    """Return the formats once each; UsageError for an unknown one, before anything is rendered."""
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(
                f"unknown report format: {name!r}.",
                where="formats",
                hint=f"Choose from {', '.join(FORMATS)}.",
            )
    return wanted
