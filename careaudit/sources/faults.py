"""DuckDB's complaints in plain words: what, where, the next step, and never a value of a row."""

from __future__ import annotations

import re

import duckdb

from careaudit.errors import DataError
from careaudit.sources.paths import Files

LARGEST = 16 << 20
"""Bytes of the largest record that is read."""

_OURS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.ParserException,
)
_CAUSES = {
    r"Expected Number of Columns: (\d+) Found: (\d+)": "the header has {0} columns, this row {1}",
    r"[Ii]nvalid unicode|not utf-8|invalid UTF-8": "this is not UTF-8 text",
    r"Maximum line size|maximum_object_size": f"a record is larger than {LARGEST >> 20} MB",
    r"unterminated quote": "a quote is not closed, or text follows a closing one",
    r"state machine": "line ends are mixed, or a quote is not closed",
    r"unexpected content after document": 'more than one JSON value in a line (format = "json" '
    "reads them)",
    r"Malformed JSON|[Ii]nvalid JSON": "this is not JSON",
    r"magic bytes|too small|TProtocol|[Pp]arquet|[Ss]nappy|ZSTD|thrift": "this is not Parquet, or "
    "it is damaged or cut off",
}
_STEPS = {
    "csv": "It must be UTF-8 text with one header line and equal columns in every row.",
    "tsv": "It must be UTF-8 text with one header line and equal columns in every row.",
    "json": "It must be an array of objects, or objects one after the other, in UTF-8.",
    "jsonl": "It must be one JSON object a line, in UTF-8.",
}


def unreadable(files: Files, error: Exception) -> Exception:
    """Turn DuckDB's complaint about files into a DataError; a fault of ours stays what it is."""
    if isinstance(error, _OURS):
        return error
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError(
            "memory or room on disk ran out.",
            where=files.where,
            hint="Free some room for temporary files (TMPDIR), or audit fewer columns at once.",
        )
    if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
        return DataError(
            "the amounts are too large to be summed exactly.",
            where=files.where,
            hint="Check the column of `amount` for ids or damaged numbers.",
        )
    text = str(error)
    path = next((p for p in files.paths if str(p) in text or p.name in text), None)
    line = re.search(r"[Ll]ine:? (\d+)", text)
    near = "near" if files.format == "jsonl" else "at"  # DuckDB may count one line too many
    return DataError(
        f"the file cannot be read as {files.format}{f' {near} line {line[1]}' if line else ''}: "
        f"{_cause(text)}.",
        where=files.place(path) if path else files.where,
        hint=f"{_STEPS.get(files.format, '')} Correct it or export it again.".strip(),
    )


def _cause(text: str) -> str:
    for pattern, cause in _CAUSES.items():
        if found := re.search(pattern, text):
            return cause.format(*found.groups())
    return "it is damaged, or not what its ending says"
