"""The files that a council reads, by what they hold."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from careaudit.errors import CouncilError


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
