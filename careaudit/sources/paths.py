"""The files of a log or companion table: where they are, and whether they can be tables at all."""

from __future__ import annotations

import glob
import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from careaudit.errors import DataError, MissingFilesError
from careaudit.record import Input

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".txt": "csv", ".json": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
HEAD = 1 << 20
"""Bytes of a file that are looked at before it is read."""
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook or zip archive", b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF", b"PAR1": "Parquet", b"\x1f\x8b": "gzip", b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text", b"SQLite format 3": "an SQLite database",
}  # fmt: skip
_EXPORT = "It may be damaged or cut off: copy or export it again."


@dataclass(frozen=True)
class Files:
    """The files of one table: their role in the plan, their paths and their format.

    Of a restricted table no error shows more than the names of its files.
    """

    role: str
    paths: tuple[Path, ...]
    format: str
    restricted: bool = False

    @property
    def where(self) -> str:
        """The place that errors name."""
        if not self.paths:
            return self.role
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return f"{self.role} ({self.paths[0].name}{more})"

    def place(self, path: Path) -> str:
        """The place of one file that errors name."""
        return f"{self.role} ({path.name})"

    def inputs(self) -> tuple[Input, ...]:
        """Return name, size and SHA-256 of each file."""
        return tuple(
            Input(role=self.role, name=path.name, bytes=path.stat().st_size, sha256=_sha256(path))
            for path in self.paths
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def zipped(path: Path) -> bool:
    """Say whether a file is read as gzip."""
    return path.suffix.lower() == ".gz"


def opened(path: Path) -> IO[bytes]:
    """Open a file for its bytes, unzipped if need be."""
    return cast("IO[bytes]", gzip.open(path)) if zipped(path) else path.open("rb")


def find(
    role: str,
    patterns: Iterable[str],
    base: Path,
    format_: str = "auto",
    *,
    restricted: bool = False,
) -> Files:
    """Resolve paths and globs against the folder of the plan; DataError if nothing is there."""
    paths = tuple(dict.fromkeys(p for pattern in patterns for p in _matches(role, pattern, base)))
    if not paths:
        raise DataError("no path is given.", where=role, hint="Name the log's files.")
    formats = {_format(role, path) if format_ == "auto" else format_ for path in paths}
    if len(formats) > 1:
        raise DataError(
            f"the files have several formats ({', '.join(sorted(formats))}).",
            where=role,
            hint="Give files of one format.",
        )
    files = Files(role, paths, formats.pop(), restricted)
    for path in paths:
        _check(files, path)
    return files


def _matches(role: str, pattern: str, base: Path) -> list[Path]:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", pattern):
        raise DataError(
            f"{pattern} is an address; careaudit reads files only and never the network.",
            where=role,
            hint="Download it first and name the file.",
        )
    if "\0" in pattern:
        raise DataError("the path holds a NUL character.", where=role, hint="Name a file.")
    full = str(base / pattern)
    literal = Path(full)
    # Path.glob takes no absolute pattern, and Path.is_file no name longer than any file's.
    found = [literal] if os.path.isfile(full) else [Path(p) for p in sorted(glob.glob(full))]  # noqa: PTH113, PTH207
    found = [path for path in found if path.is_file()]
    if not found:
        what = "is a folder" if os.path.isdir(full) else "no such file"  # noqa: PTH112
        raise MissingFilesError(
            f"{pattern}: {what}.",
            where=role,
            hint=f"Paths are relative to {base if str(base) != '.' else 'this folder'}; "
            "globs such as logs/*.csv.gz work.",
        )
    return found


def _format(role: str, path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    gz = bool(suffixes) and suffixes[-1] == ".gz"
    last = suffixes[-2 if gz else -1] if len(suffixes) > gz else ""
    found = FORMATS.get(last)
    if found and not (gz and found == "parquet"):
        return found
    raise DataError(
        f'{path.name}: the ending "{last + ".gz" * gz or path.name}" says no format that is read.',
        where=role,
        hint=f"Known endings: {', '.join(FORMATS)}, those of text also with .gz; "
        "or set [log] format.",
    )


def _check(files: Files, path: Path) -> None:
    """Refuse what is plainly not a table before DuckDB guesses at it."""
    where = files.place(path)
    try:
        head = _head(path)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"the file cannot be read: {_plain(error)}.", where=where, hint=_EXPORT
        ) from None
    if not head.strip():
        raise DataError("the file is empty.", where=where, hint="Export the log again.")
    if files.format == "parquet":
        return
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None and b"\0" in head:
        kind = "a binary file"
    if kind is None and files.format in {"json", "jsonl"} and head.startswith(b"\xef\xbb\xbf"):
        kind = "text that starts with a byte-order mark"
    if kind:
        raise DataError(
            f"this is {kind}, not {files.format}.",
            where=where,
            hint="Save it as CSV in UTF-8, JSON lines or Parquet, with the matching ending.",
        )


def _head(path: Path) -> bytes:
    """The first bytes; a gzip file is read to its end, because DuckDB checks no checksum."""
    with opened(path) as stream:
        head = stream.read(HEAD)
        if zipped(path):
            while stream.read(HEAD):
                pass
    return head


def _plain(error: BaseException) -> str:
    if isinstance(error, gzip.BadGzipFile):
        crc = "CRC" in str(error) or "length" in str(error)
        return "its checksum is wrong" if crc else "it is not gzip all through"
    if isinstance(error, EOFError):
        return "its gzip data end too early"
    if isinstance(error, zlib.error):
        return "its gzip data are damaged"
    return str(cast("Any", error).strerror or error).rstrip(".")
