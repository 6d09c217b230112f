"""Record -> reports. A format is one file with a render function, an edition one file of its own.

An edition is chosen by name; the files of it are rendered first, all of them, and then written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careaudit.documents import write_files
from careaudit.errors import RecordError, UsageError
from careaudit.record import AuditRecord
from careaudit.report.beside import NOTHING, Beside
from careaudit.report.comparison import render_comparison, write_comparison

if TYPE_CHECKING:
    from careaudit.report.editions import Edition

__all__ = [
    "FORMATS",
    "NOTHING",
    "Beside",
    "Format",
    "Rendered",
    "formats_of",
    "prepare",
    "render",
    "render_comparison",
    "write",
    "write_comparison",
    "write_file",
]

HINT = "Give a directory that you may write to, with room for the report."
COUNCIL = "council"
USUAL = ("json", "pdf", "html")
"""The formats of an edition that are written where none is named."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of an edition: the file it is written to, and how it is made of the document.

    `decided_name` is the file of a report that holds the council's decision: `report.pdf` is what
    the council read, its digest is in the decision, and nothing may take its place.
    """

    file_name: str
    render: Callable[[Edition[Any], Any], bytes]
    decided_name: str | None = None

    def named(self, beside: Beside) -> str:
        """Return the name of the file for what stands beside the record."""
        return self.decided_name or self.file_name if beside.decided else self.file_name


def _json(edition: Edition[Any], document: Any) -> bytes:
    if edition.attached is None:
        raise UsageError(f"the edition {edition.name!r} has no document of its own.")
    return edition.attached(document).text.encode()


def _pdf(edition: Edition[Any], document: Any) -> bytes:
    from careaudit.report.pdf import render_pdf

    return render_pdf(edition, document)


def _html(edition: Edition[Any], document: Any) -> bytes:
    from careaudit.report.html import render_html

    return render_html(edition, document)


def _cyclonedx(_: Edition[Any], document: Any) -> bytes:
    from careaudit.report.cyclonedx import render_cyclonedx

    return render_cyclonedx(document.record)


def _mlflow(_: Edition[Any], document: Any) -> bytes:
    from careaudit.report.mlflow_tags import render_mlflow

    return render_mlflow(document.record)


FORMATS: dict[str, Format] = {
    "json": Format("audit.json", _json),
    "pdf": Format("report.pdf", _pdf, "decided.pdf"),
    "html": Format("report.html", _html, "decided.html"),
    "cyclonedx": Format("report.cdx.json", _cyclonedx),
    "mlflow": Format("mlflow-tags.json", _mlflow),
}
"""Every format of the council's edition by its name."""


def formats_of(edition: str = COUNCIL) -> Mapping[str, Format]:
    """Return the formats of an edition by name; UsageError where there is no such edition."""
    from careaudit.report.editions import edition as find

    found = find(edition)
    if found.name == COUNCIL:
        return FORMATS
    own = {"pdf": Format(f"{found.stem}.pdf", _pdf), "html": Format(f"{found.stem}.html", _html)}
    return {"json": Format(f"{found.stem}.json", _json), **own} if found.attached else own


@dataclass(frozen=True, slots=True)
class Rendered:
    """An edition that waits to be written: the document it prints from, and its files by name."""

    document: Any
    files: Mapping[str, bytes]

    def write(
        self, directory: str | Path, first: Callable[[], object] = lambda: None
    ) -> list[Path]:
        """Write the files into a directory, made if need be: all of them or none.

        `first` is done before any file has its name; where it raises, none gets one. OutputError
        where the directory cannot be written.
        """
        folder = Path(directory)
        made = {folder / name: raw for name, raw in self.files.items()}
        return write_files(made, hint=HINT, first=first)


def prepare(
    record: AuditRecord,
    formats: Iterable[str] | None = None,
    beside: Beside = NOTHING,
    edition: str = COUNCIL,
) -> Rendered:
    """Render an edition of a record in each format (default: json, pdf and html, where it has it).

    UsageError for an unknown edition or format. RecordError where a release comparison beside the
    record is about another one, or where earlier audits beside it make no trend.
    """
    from careaudit.report.earlier import ordered
    from careaudit.report.editions import edition as find

    known = formats_of(edition)
    wanted = _known(formats, known, edition)
    digest = beside.record_sha256 or record.digest
    if beside.release is not None and beside.release.new.record_sha256 != digest:
        raise RecordError(
            "the release comparison is about another record.",
            where="comparison",
            hint="Run `careaudit compare OLD NEW` with this record as NEW.",
        )
    found = find(edition)
    document = found.document(record, replace(beside, past=ordered(record, beside.past)))
    return Rendered(
        document, {known[f].named(beside): known[f].render(found, document) for f in wanted}
    )


def render(
    record: AuditRecord, format_name: str, beside: Beside = NOTHING, edition: str = COUNCIL
) -> bytes:
    """Return an edition of a record in one format; raises what `prepare` raises."""
    (made,) = prepare(record, (format_name,), beside, edition).files.values()
    return made


def write(
    record: AuditRecord,
    directory: str | Path,
    formats: Iterable[str] | None = None,
    beside: Beside = NOTHING,
    edition: str = COUNCIL,
) -> list[Path]:
    """Render an edition of a record and write it into a directory; nothing half-written."""
    return prepare(record, formats, beside, edition).write(directory)


def write_file(
    record: AuditRecord,
    path: str | Path,
    format_name: str,
    beside: Beside = NOTHING,
    edition: str = COUNCIL,
) -> Path:
    """Write an edition in one format to a path of any name; as whole or not at all as `write`."""
    place = Path(path)
    return write_files({place: render(record, format_name, beside, edition)}, hint=HINT)[0]


def _known(formats: Iterable[str] | None, known: Mapping[str, Format], edition: str) -> list[str]:
    """Return the formats once each; UsageError for an unknown one, before anything is rendered."""
    if formats is None:
        return [name for name in USUAL if name in known]
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"unknown report format: {name!r}."
                if edition == COUNCIL
                else f"the edition {edition!r} has no format {name!r}.",
                where="formats",
                hint=f"Choose from {', '.join(known)}.",
            )
    return wanted
