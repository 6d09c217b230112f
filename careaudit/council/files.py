"""The files that a council reads: whether they belong together, and their fingerprints."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

from careaudit import plan as plans
from careaudit.documents import MAX_JSON, MAX_TOML, json_tree, read_bytes, text_of
from careaudit.errors import CouncilError
from careaudit.record import AuditRecord

MAX_PDF = 256_000_000
_AGAIN = "Write record and report again with `careaudit audit -o DIR`."


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


def fingerprint(path: Path) -> Fingerprint:
    """Return the fingerprint of a file of any size; CouncilError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            return Fingerprint(found, stream.tell())
    except OSError as fault:
        raise CouncilError(f"cannot be read: {fault.strerror or fault}.", where=str(path)) from None
    except ValueError:  # a name with a null byte
        raise CouncilError("is no file name.", where=repr(str(path))) from None


def read_evidence(
    record_path: Path, plan_path: Path, report_pdf: Path
) -> tuple[AuditRecord, dict[str, bytes]]:
    """Return a record, and the bytes of record, report and plan by their names in a packet.

    CouncilError where one cannot be read, or where they do not belong together.
    """
    record, audit = _record(record_path)
    plan = _plan(plan_path, record)
    return record, {
        "audit.json": audit,
        "report.pdf": _report(report_pdf, audit),
        "careaudit.toml": plan,
    }


def _record(path: Path) -> tuple[AuditRecord, bytes]:
    raw = read_bytes(path, limit=MAX_JSON, error=CouncilError, hint=_AGAIN)
    text = text_of(raw, where=str(path), error=CouncilError)
    record = AuditRecord.from_json(text, where=str(path))
    # not record.to_json(): a record of an earlier version lacks keys that this one would add
    tree = json_tree(text, where=str(path), error=CouncilError)
    if (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode() != raw:
        raise CouncilError(
            "is not written as careaudit writes it, so its fingerprint is not the report's.",
            where=str(path),
            hint=_AGAIN,
        )
    return record, raw


def _plan(path: Path, record: AuditRecord) -> bytes:
    file = path / "careaudit.toml" if path.is_dir() else path
    found = plans.load(file).digest
    if found != record.provenance.plan_sha256:
        raise CouncilError(
            f"is not the plan of this record: it is plan {found[:12]}, and the record was made by "
            f"{record.provenance.plan_sha256[:12]}.",
            where=str(file),
            hint="Name the plan of the audit with -c, or audit again.",
        )
    return read_bytes(file, limit=MAX_TOML, error=CouncilError)


def _report(path: Path, audit: bytes) -> bytes:
    raw = read_bytes(
        path,
        limit=MAX_PDF,
        error=CouncilError,
        hint="Run `careaudit report RECORD`, or name the PDF with --report.",
    )
    if not carries(raw, audit):
        raise CouncilError(
            "is not the report of this record: the record attached to it is another.",
            where=str(path),
            hint="Run `careaudit report RECORD`.",
        )
    return raw


def carries(pdf: bytes, attached: bytes) -> bool:
    """Say whether a PDF has exactly these bytes as one of its streams, deflated or not.

    Nothing is inflated beyond the length that is looked for.
    """
    view = memoryview(pdf)
    place = pdf.find(b"stream")
    while place >= 0:
        start = place + len(b"stream")
        start += 2 if pdf[start : start + 2] == b"\r\n" else 1
        if pdf.startswith(attached, start) or _inflates(view[start:], attached):
            return True
        place = pdf.find(b"stream", start)
    return False


_HEAD = 64


def _inflates(raw: memoryview, wanted: bytes) -> bool:
    """Look at the first bytes before the whole: most streams are something else."""
    room = len(wanted) + len(wanted) // 100 + 1_000  # more than deflate ever needs
    try:
        if zlib.decompressobj().decompress(raw[:1_000], _HEAD) != wanted[:_HEAD]:
            return False
        return zlib.decompressobj().decompress(raw[:room], len(wanted) + 1) == wanted
    except zlib.error:
        return False
