"""Files of a log or companion table, as one DuckDB relation of text columns."""

from __future__ import annotations

import glob
import gzip
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
import ibis

from careaudit.errors import DataError, MissingFilesError
from careaudit.record import Input

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".txt": "csv", ".json": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_HEAD = 65_536
_KEY_ROWS = 100_000  # rows of JSON looked at for the names of keys
_MAGIC = {b"PK\x03\x04": "an Excel workbook or zip archive", b"%PDF": "a PDF", b"PAR1": "Parquet"}


@dataclass(frozen=True)
class Files:
    """The files of one table: their role in the plan, their paths and their format."""

    role: str
    paths: tuple[Path, ...]
    format: str

    @property
    def where(self) -> str:
        """The place that errors name."""
        if not self.paths:
            return self.role
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return f"{self.role} ({self.paths[0].name}{more})"

    def inputs(self) -> tuple[Input, ...]:
        """Return name, size and SHA-256 of each file."""
        return tuple(
            Input(role=self.role, name=path.name, bytes=path.stat().st_size, sha256=_sha256(path))
            for path in self.paths
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find(role: str, patterns: Iterable[str], base: Path, format_: str = "auto") -> Files:
    """Resolve paths and globs against the folder of the plan; DataError if nothing is there."""
    paths: list[Path] = []
    for pattern in patterns:
        full = str(base / pattern)
        literal = Path(full)
        found = [literal] if literal.is_file() else [Path(p) for p in sorted(glob.glob(full))]  # noqa: PTH207 - absolute ones too
        found = [path for path in found if path.is_file()]
        if not found:
            what = "is a folder" if literal.is_dir() else "no such file"
            raise MissingFilesError(
                f"{pattern}: {what}.",
                where=role,
                hint=f"Paths are relative to {base if str(base) != '.' else 'this folder'}; "
                "globs such as logs/*.csv.gz work.",
            )
        paths.extend(path for path in found if path not in paths)
    if not paths:
        raise DataError("no path is given.", where=role, hint="Name the log's files.")
    formats = {_format(role, path) if format_ == "auto" else format_ for path in paths}
    if len(formats) > 1:
        raise DataError(
            f"the files have several formats ({', '.join(sorted(formats))}).",
            where=role,
            hint="Give files of one format.",
        )
    files = Files(role, tuple(paths), formats.pop())
    for path in paths:
        _look_at(files, path)
    return files


def _format(role: str, path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    last = suffixes[-1] if suffixes else ""
    if last in FORMATS:
        return FORMATS[last]
    raise DataError(
        f'{path.name}: the ending "{last or path.name}" says no format.',
        where=role,
        hint=f"Known endings: {', '.join(FORMATS)}, also with .gz; or set [log] format.",
    )


def _look_at(files: Files, path: Path) -> None:
    """Refuse what is plainly not a table before DuckDB guesses at it."""
    where = f"{files.role} ({path.name})"
    if path.stat().st_size == 0:
        raise DataError("the file is empty.", where=where, hint="Export the log again.")
    if files.format == "parquet":
        return
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                head = stream.read(_HEAD)
        else:
            with path.open("rb") as raw:
                head = raw.read(_HEAD)
    except (OSError, EOFError) as error:
        raise DataError(
            f"the file cannot be read: {_plain(error)}.",
            where=where,
            hint="It may be damaged or cut off: copy or export it again.",
        ) from None
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None and head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        kind = "UTF-16 text"
    if kind is None and b"\0" in head:
        kind = "a binary file"
    if kind:
        raise DataError(
            f"this is {kind}, not {files.format}.",
            where=where,
            hint="Save it as CSV in UTF-8, JSON lines or Parquet, with the matching ending.",
        )
    if not head.strip():
        raise DataError("the file is empty.", where=where, hint="Export the log again.")


def _plain(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def _delimiter(path: Path) -> str:
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as stream:
        head = re.sub(r'"[^"]*"', "", stream.readline(_HEAD))
    return max(",;\t|", key=head.count)


class Workspace:
    """One embedded DuckDB: never the network, everything read as text, larger than memory."""

    def __init__(self) -> None:
        self.con = ibis.duckdb.connect()
        for setting in (
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "preserve_insertion_order = false",
        ):
            self.con.raw_sql(f"SET {setting}")
        self._names = 0

    def name(self) -> str:
        """Return a fresh relation name."""
        self._names += 1
        return f"careaudit_{self._names}"

    def fetch(self, expression: Any) -> list[tuple[Any, ...]]:
        """Run an expression and return its rows, without loading pandas."""
        rows: list[tuple[Any, ...]] = self.con.raw_sql(
            ibis.to_sql(expression, dialect="duckdb")
        ).fetchall()
        return rows

    def keep(self, expression: Any) -> Any:
        """Compute an expression once and keep its rows here."""
        return self.con.create_table(self.name(), expression, temp=True)

    def hold(self, files: Files, table: Any) -> Relation:
        """Open an Arrow table that is in memory as a relation."""
        name = self.name()
        self.con.con.register(name, table)
        return Relation(self, files, self.con.table(name))

    def read(self, files: Files) -> Relation:
        """Open files as a relation; DataError if DuckDB cannot make a table of them."""
        paths = [_unglobbed(path) for path in files.paths]
        try:
            if files.format == "parquet":
                table = self.con.read_parquet(paths, union_by_name=True)
            elif files.format in {"json", "jsonl"}:
                table = self.con.read_json(
                    paths,
                    columns={"json": "JSON"},
                    records=False,
                    format="auto" if files.format == "json" else "newline_delimited",
                )
            else:
                table = self.con.read_csv(
                    paths,
                    all_varchar=True,
                    header=True,
                    delim="\t" if files.format == "tsv" else _delimiter(files.paths[0]),
                    quote='"',
                    escape='"',
                    union_by_name=True,
                )
        except duckdb.Error as error:
            raise unreadable(files, error) from None
        return Relation(self, files, table)


def _unglobbed(path: Path) -> str:
    """Escape glob characters of a path that is already one file."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def unreadable(files: Files, error: Exception) -> DataError:
    """Turn DuckDB's complaint into one line that says what and where, and never shows a row."""
    text = str(error)
    line = re.search(r"[Ll]ine:? (\d+)", text)
    first = re.split(r"\n|Original Line", text)[0].removeprefix("Invalid Input Error: ")
    first = re.sub(r'"[^"]*/', '"', first)  # no folders of this machine
    place = f" near line {line[1]}" if line else ""
    return DataError(
        f"the file cannot be read as {files.format}{place}: {first[:200].rstrip('. ')}.",
        where=files.where,
        hint="Check that it is UTF-8 text with one header line and equal columns in every row, "
        "or export it again.",
    )


class Relation:
    """An opened table: its column names, and any of them as text."""

    def __init__(self, workspace: Workspace, files: Files, table: Any) -> None:
        self.workspace = workspace
        self.files = files
        self._table = table
        self._json = files.format in {"json", "jsonl"}
        self.names: list[str] = self._keys() if self._json else list(table.columns)

    def _keys(self) -> list[str]:
        sql = ibis.to_sql(self._table, dialect="duckdb")
        query = (
            f"SELECT DISTINCT unnest(json_keys(json)) AS k FROM (SELECT json FROM ({sql}) "  # noqa: S608
            f"WHERE json_type(json) = 'OBJECT' LIMIT {_KEY_ROWS}) ORDER BY k"
        )
        try:
            rows = self.workspace.con.raw_sql(query).fetchall()
        except duckdb.Error as error:
            raise unreadable(self.files, error) from None
        return [row[0] for row in rows]

    def text(self, columns: Sequence[str]) -> Any:
        """Return an ibis table of these columns, each as text under its own name.

        Whole numbers stored as floats lose their ".0"; DataError names a column that is not there.
        """
        for column in columns:
            self._require(column)
        if self._json:
            picks = ", ".join(
                f"json ->> {_literal(self._path(column))} AS {_quoted(column)}"
                for column in columns
            )
            sql = ibis.to_sql(self._table, dialect="duckdb")
            return self.workspace.con.sql(f"SELECT {picks} FROM ({sql})")  # noqa: S608 - quoted
        return self._table.select(**{column: _as_text(self._table[column]) for column in columns})

    def _require(self, column: str) -> None:
        head = re.split(r"[.\[]", column)[0] if self._json else column
        if column in self.names or head in self.names:
            return
        near = get_close_matches(column, self.names, n=1, cutoff=0.6)
        step = f'Did you mean "{near[0]}"? ' if near else ""
        shown = ", ".join(self.names[:20]) + (" ..." if len(self.names) > 20 else "")
        raise DataError(
            f'there is no column "{column}".',
            where=self.files.where,
            hint=f"{step}Columns: {shown}.",
        )

    def _path(self, column: str) -> str:
        if column in self.names:
            return '$."' + column.replace('"', '\\"') + '"'
        return "$." + column


def _as_text(column: Any) -> Any:
    kind = column.type()
    if kind.is_string():
        return column
    if kind.is_floating():
        whole = column.cast("float64") == column.cast("float64").round()
        small = column.abs() < 2**53
        return ibis.ifelse(
            whole & small, column.try_cast("int64").cast("string"), column.cast("string")
        )
    return column.cast("string")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
