"""Record -> reports. A format is one file with a render function, and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from careaudit.documents import write_files
from careaudit.errors import RecordError, UsageError
from careaudit.record import AuditRecord
from careaudit.report.beside import NOTHING, Beside
from careaudit.report.comparison import render_comparison, write_comparison

__all__ = [
    "FORMATS",
    "NOTHING",
    "Beside",
    "Format",
    "render",
    "render_comparison",
    "write",
    "write_comparison",
    "write_file",
]

HINT = "Give a directory that you may write to, with room for the report."


@dataclass(frozen=True, slots=True)
class Format:
    """A report format: the file it is written to, and how it is made.

    `decided_name` is the file of a report that holds the council's decision: `report.pdf` is what
    the council read, its digest is in the decision, and nothing may take its place.
    """

    file_name: str
    render: Callable[[AuditRecord, Beside], bytes]
    decided_name: str | None = None

    def named(self, beside: Beside) -> str:
        """Return the name of the file for what stands beside the record."""
        return self.decided_name or self.file_name if beside.decided else self.file_name


def _json(record: AuditRecord, _: Beside) -> bytes:
    return record.to_json().encode()


def _pdf(record: AuditRecord, beside: Beside) -> bytes:
    from careaudit.report.pdf import render_pdf

    return render_pdf(record, beside)


def _html(record: AuditRecord, beside: Beside) -> bytes:
    from careaudit.report.html import render_html

    return render_html(record, beside)


def _cyclonedx(record: AuditRecord, _: Beside) -> bytes:
    from careaudit.report.cyclonedx import render_cyclonedx

    return render_cyclonedx(record)


def _mlflow(record: AuditRecord, _: Beside) -> bytes:
    from careaudit.report.mlflow_tags import render_mlflow

    return render_mlflow(record)


FORMATS: dict[str, Format] = {
    "json": Format("audit.json", _json),
    "pdf": Format("report.pdf", _pdf, "decided.pdf"),
    "html": Format("report.html", _html, "decided.html"),
    "cyclonedx": Format("report.cdx.json", _cyclonedx),
    "mlflow": Format("mlflow-tags.json", _mlflow),
}
"""Every format by its name."""


def render(record: AuditRecord, format_name: str, beside: Beside = NOTHING) -> bytes:
    """Return the record in one format; UsageError for an unknown format.

    RecordError where a release comparison beside it is about another record.
    """
    found = FORMATS.get(format_name)
    if found is None:
        raise UsageError(
            f"unknown report format: {format_name!r}.",
            where="formats",
            hint=f"Choose from {', '.join(FORMATS)}.",
        )
    digest = beside.record_sha256 or record.digest
    if beside.release is not None and beside.release.new.record_sha256 != digest:
        raise RecordError(
            "the release comparison is about another record.",
            where="comparison",
            hint="Run `careaudit compare OLD NEW` with this record as NEW.",
        )
    return found.render(record, beside)


def write(
    record: AuditRecord,
    directory: str | Path,
    formats: Iterable[str] = ("json", "pdf", "html"),
    beside: Beside = NOTHING,
) -> list[Path]:
    """Write the record in each format into a directory, made if need be; nothing half-written.

    Everything is rendered first, then written beside its place and renamed. OutputError where the
    directory cannot be written.
    """
    folder = Path(directory)
    made = {folder / FORMATS[f].named(beside): render(record, f, beside) for f in _known(formats)}
    return write_files(made, hint=HINT)


def write_file(
    record: AuditRecord, path: str | Path, format_name: str, beside: Beside = NOTHING
) -> Path:
    """Write the record in one format to a path of any name; as whole or not at all as `write`."""
    place = Path(path)
    return write_files({place: render(record, format_name, beside)}, hint=HINT)[0]


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
