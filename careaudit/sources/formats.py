"""How each format becomes text columns: one SELECT over the files that share a header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from careaudit.errors import DataError
from careaudit.sources.faults import LARGEST
from careaudit.sources.paths import HEAD, Files, opened

Run = Callable[[str], list[tuple[Any, ...]]]
_DELIMITERS = ",;\t|"
_SAMPLE = 20  # records that tell the delimiter
_KEY_ROWS = 100_000  # rows of JSON looked at for the names of keys
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


class Part(Protocol):
    """Files that share a header."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns."""
        ...

    def select(self, picks: Mapping[str, str]) -> str:
        """Return the SELECT of columns as text: alias -> column; an absent one is NULL."""
        ...


@dataclass(frozen=True)
class Columns:
    """Files with columns: a FROM clause, and for each name the SQL of its text."""

    source: str
    texts: Mapping[str, str]

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns."""
        return list(self.texts)

    def select(self, picks: Mapping[str, str]) -> str:
        """Return the SELECT of columns as text."""
        chosen = ", ".join(
            f"{self.texts.get(column, 'NULL::VARCHAR')} AS {quoted(alias)}"
            for alias, column in picks.items()
        )
        return f"SELECT {chosen} FROM {self.source}"  # noqa: S608 - every name is quoted


@dataclass(frozen=True)
class Objects:
    """Files of JSON objects: a FROM clause of one column `json`, and the keys that were seen."""

    source: str
    names: Sequence[str]

    def select(self, picks: Mapping[str, str]) -> str:
        """Return the SELECT of keys or paths as text; each object is parsed once."""
        paths = ", ".join(literal(self.pointer(column)) for column in picks.values())
        chosen = ", ".join(f"v[{n}] AS {quoted(alias)}" for n, alias in enumerate(picks, 1))
        return (
            f"SELECT {chosen} FROM "  # noqa: S608 - every name is quoted
            f"(SELECT json_extract_string(json, [{paths}]) AS v FROM {self.source})"
        )

    def pointer(self, column: str) -> str:
        """Return the JSON pointer of a key, or of a path such as a.b or list[0].c."""
        steps = [column] if column in self.names else _steps(column)
        return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _steps(path: str) -> list[str]:
    return [key or place for key, place in _STEP.findall(path)]


def is_path(column: str) -> bool:
    """Say whether a name can be a path into nested JSON."""
    return bool(re.fullmatch(r"[^.\[\]]+(\.[^.\[\]]+|\[\d+\])+", column))


def parts(files: Files, run: Run) -> list[Part]:
    """Return the parts of files; `run` runs SQL. DataError where a header cannot be understood."""
    if files.format in {"json", "jsonl"}:
        return [_json(files, run)]
    if files.format == "parquet":
        groups = _grouped((path, _schema(path, run)) for path in files.paths)
        return [_parquet(paths, schema) for schema, paths in groups.items()]
    groups = _grouped((path, _header(files, path)) for path in files.paths)
    return [_csv(paths, *header) for header, paths in groups.items()]


def _grouped(pairs: Iterable[tuple[Path, Any]]) -> dict[Any, list[Path]]:
    groups: dict[Any, list[Path]] = {}
    for path, key in pairs:
        groups.setdefault(key, []).append(path)
    return groups


def unique(names: Iterable[object]) -> list[str]:
    """Name columns so that each name is one column: an empty name says its place, a repeated one
    is numbered ("lang (1)", "lang (2)").
    """
    plain = [str(name).strip() or f"column {place}" for place, name in enumerate(names, 1)]
    times, seen = Counter(plain), Counter[str]()
    out = []
    for name in plain:
        seen[name] += 1
        out.append(name if times[name] == 1 else f"{name} ({seen[name]})")
    return out


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _list(paths: Iterable[Path]) -> str:
    """Paths as an SQL list, made absolute so that none looks like an address, globs escaped."""
    return (
        "["
        + ", ".join(literal(re.sub(r"([*?\[])", r"[\1]", str(path.absolute()))) for path in paths)
        + "]"
    )


# CSV and TSV: the header is read here, so that DuckDB guesses nothing.


def _header(files: Files, path: Path) -> tuple[tuple[str, ...], str, int]:
    """The header of a file, its delimiter, and the blank lines before it."""
    with opened(path) as stream:
        raw = stream.read(HEAD)
    head = raw.decode("utf-8-sig", errors="replace")
    blank = re.match(r"(?:[ \t]*(?:\r\n|\n|\r))*", head)
    start = blank.end() if blank else 0
    skip = len(head[:start].splitlines())
    cut = len(raw) == HEAD
    wanted = "\t" if files.format == "tsv" else _DELIMITERS
    samples = {sign: _records(head[start:], sign, cut=cut) for sign in wanted}
    sign = max(samples, key=lambda sign: _fit(samples[sign]))
    if not samples[sign]:
        raise DataError(
            "the header cannot be read.",
            where=files.place(path),
            hint="The first line must name the columns.",
        )
    return tuple(samples[sign][0]), sign, skip


def _records(text: str, sign: str, *, cut: bool) -> list[list[str]]:
    """The first records of a text; the last one is left out where the text is cut."""
    records = []
    try:
        for record in islice(csv.reader(io.StringIO(text, newline=""), delimiter=sign), _SAMPLE):
            records.append(record)  # noqa: PERF402 - those before a fault count
    except csv.Error:
        return records
    return records[:-1] if cut and len(records) < _SAMPLE else records


def _fit(records: list[list[str]]) -> tuple[bool, float, int]:
    """How well a delimiter explains records: as wide as the header, and wide."""
    filled = [record for record in records if record]
    width = len(filled[0]) if filled else 0
    equal = sum(len(record) == width for record in filled)
    return width > 1, equal / len(filled) if filled else 0.0, width


def _csv(paths: Sequence[Path], header: tuple[str, ...], sign: str, skip: int) -> Part:
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(header)))
    source = (
        f"read_csv({_list(paths)}, auto_detect = false, columns = {{{columns}}}, header = true, "
        f"skip = {skip}, delim = {literal(sign)}, quote = '\"', escape = '\"', "
        f"max_line_size = {LARGEST}, buffer_size = {2 * LARGEST})"
    )
    return Columns(source, {name: f"c{n}" for n, name in enumerate(unique(header))})


# Parquet and frames: typed columns become text.


def _schema(path: Path, run: Run) -> tuple[tuple[str, str], ...]:
    """Names and types of a Parquet file's columns; DuckDB renames repeated names, so ask both."""
    file = _list([path])
    types = [row[1] for row in run(f"DESCRIBE SELECT * FROM read_parquet({file})")]  # noqa: S608
    tree = run(f"SELECT name, num_children FROM parquet_schema({file})")[1:]  # noqa: S608
    names: list[str] = []
    place = 0
    while place < len(tree):
        names.append(tree[place][0])
        place = _after(tree, place)
    return tuple(zip(names, types, strict=True))


def _after(tree: Sequence[tuple[Any, ...]], place: int) -> int:
    """The place behind a column and all that is nested in it."""
    children, place = tree[place][1] or 0, place + 1
    for _ in range(children):
        place = _after(tree, place)
    return place


def _parquet(paths: Sequence[Path], schema: Sequence[tuple[str, str]]) -> Part:
    return typed(f"read_parquet({_list(paths)})", schema)


def typed(source: str, schema: Sequence[tuple[str, str]]) -> Part:
    """Return columns of any type as text: whole floats without ".0", NaN as missing."""
    aliases = ", ".join(f"c{n}" for n in range(len(schema)))
    names = unique(name for name, _ in schema)
    texts = {name: _text(f"c{n}", schema[n][1]) for n, name in enumerate(names)}
    return Columns(f"{source} AS t({aliases})", texts)


def _text(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return column
    text = f"CAST({column} AS VARCHAR)"
    if kind in {"FLOAT", "DOUBLE"}:
        return f"regexp_replace(nullif({text}, 'nan'), '\\.0$', '')"
    return text


# JSON.


def _json(files: Files, run: Run) -> Part:
    form = "auto" if files.format == "json" else "newline_delimited"
    source = (
        f"read_json({_list(files.paths)}, columns = {{'json': 'JSON'}}, records = false, "
        f"format = '{form}', maximum_object_size = {LARGEST})"
    )
    keys = run(
        f"SELECT DISTINCT unnest(json_keys(json)) AS k FROM (SELECT json FROM {source} "  # noqa: S608
        f"WHERE json_type(json) = 'OBJECT' LIMIT {_KEY_ROWS}) ORDER BY k"
    )
    return Objects(source, [row[0] for row in keys])
