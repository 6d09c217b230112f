"""The packet a council decides on: the record, its report, the plan, and a form to fill in.

It holds no row of a log and nothing of a restricted table: the record has sums only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careaudit.canonical import sha256
from careaudit.council.charters import Charter
from careaudit.council.decision import AUDIT, FORM, WAIVERS, Evidence
from careaudit.council.files import Fingerprint, fingerprint, read_evidence
from careaudit.council.findings_csv import findings_csv
from careaudit.council.form import form_text
from careaudit.council.statements import audited
from careaudit.documents import MAX_TOML, read_bytes, write_files
from careaudit.errors import CouncilError
from careaudit.record import AuditRecord

_MEDIA: dict[str, str] = {
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".toml": "application/toml",
    ".csv": "text/csv",
}


@dataclass(frozen=True)
class Packet:
    """What was written: the packet's id, and its files."""

    record_id: str
    files: tuple[Path, ...]


def open_packet(
    record_path: Path,
    plan_path: Path,
    report_pdf: Path,
    charter: Charter,
    out: Path,
    *,
    model: Path | None = None,
    waivers: Path | None = None,
) -> Packet:
    """Write the packet of an audit into a folder, all of it or nothing.

    CouncilError where record, plan and report do not belong together, or the folder has such files.
    """
    record, read = read_evidence(record_path, plan_path, report_pdf)
    if waivers is not None:
        read[WAIVERS] = read_bytes(waivers, limit=MAX_TOML, error=CouncilError)
    evidence = [_piece(name, raw) for name, raw in read.items()]
    bound = fingerprint(model) if model is not None else None
    record_id = f"CR-{audited(record).as_of}-{sha256(read[AUDIT])[:8]}"
    form = form_text(record, record_id, charter, evidence, bound.sha256 if bound else None)
    made: dict[str, bytes] = {
        **read,
        "findings.csv": findings_csv(record),
        FORM: form.encode(),
    }
    made["packet.json"] = _manifest(record, record_id, charter, bound, made)
    for name in made:
        if (out / name).exists():
            raise CouncilError(
                "is there already, and a packet overwrites nothing.",
                where=str(out / name),
                hint="Name a new folder with -o.",
            )
    files = write_files(
        {out / name: raw for name, raw in made.items()},
        hint="Name a folder that you may write with -o.",
    )
    return Packet(record_id, tuple(files))


def _piece(name: str, raw: bytes) -> Evidence:
    return Evidence.model_validate(
        {"name": name, "media_type": _MEDIA[Path(name).suffix], "sha256": sha256(raw)}
    )


def _manifest(
    record: AuditRecord,
    record_id: str,
    charter: Charter,
    model: Fingerprint | None,
    made: dict[str, bytes],
) -> bytes:
    """The list of what is in the packet; the form is left out, for it will change."""
    tree: dict[str, Any] = {
        "schema_version": 1,
        "record_id": record_id,
        "as_of": record.provenance.as_of,
        "expires_on": record.provenance.expires_on,
        "audit": {
            "name": record.audit.name,
            "system": record.audit.system,
            "release": record.audit.release,
            "verdict": record.verdict,
            "reason": record.reason,
        },
        "questions": [
            {"id": q.id, "ask": q.ask, "verdict": q.verdict, "reason": q.reason}
            for q in record.questions
        ],
        "seats": [seat.model_dump(mode="json") for seat in charter.seats],
        "model": {"sha256": model.sha256, "bytes": model.size} if model else None,
        "files": [
            {
                "name": name,
                "mediaType": _MEDIA[Path(name).suffix],
                "sha256": sha256(raw),
                "bytes": len(raw),
            }
            for name, raw in made.items()
            if name != FORM
        ],
    }
    return (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode()
