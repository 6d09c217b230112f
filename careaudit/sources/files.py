"""Files of a log or companion table, as one DuckDB relation of text columns."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from careaudit.errors import DataError
from careaudit.sources import formats
from careaudit.sources.faults import unreadable
from careaudit.sources.paths import Files, find

__all__ = ["Files", "Relation", "Workspace", "find", "unreadable"]

SORT_ROOM = ("150MB", "600MB", "80%")
"""Memory that a sort of rows may take, and what it may take where that is too little."""
_SHOWN = 20  # columns that an error lists


class Workspace:
    """One embedded DuckDB: never the network, everything read as text, larger than memory."""

    def __init__(self) -> None:
        self.con = ibis.duckdb.connect()
        # What does not fit in memory goes to the system's place for it, never beside the log.
        spill = Path(tempfile.gettempdir()) / f"careaudit-{uuid.uuid4().hex}"
        for setting in (
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "preserve_insertion_order = false",
            "TimeZone = 'UTC'",
            f"temp_directory = {formats.literal(str(spill))}",
        ):
            self.con.raw_sql(f"SET {setting}")
        weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        self._names = 0

    def name(self) -> str:
        """Return a fresh relation name."""
        self._names += 1
        return f"careaudit_{self._names}"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL and return its rows, without loading pandas."""
        rows: list[tuple[Any, ...]] = self.con.raw_sql(sql).fetchall()
        return rows

    def fetch(self, expression: Any) -> list[tuple[Any, ...]]:
        """Run an expression and return its rows, without loading pandas."""
        return self.run(ibis.to_sql(expression, dialect="duckdb"))

    def stream(self, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
        """Run an expression and yield its rows as Arrow batches; nothing else may run meanwhile."""
        found = self.con.con.sql(ibis.to_sql(expression, dialect="duckdb"))
        yield from (batch for batch in found.to_arrow_reader(rows) if batch.num_rows)

    def sorted(self, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
        """Stream an expression that sorts more than memory should hold: the rest spills.

        Its order must be total: where a sort needs more room, it starts again after what it gave.
        """
        given = 0
        for room in SORT_ROOM:
            try:
                self.run(f"SET threads = 1; SET memory_limit = '{room}'")
                for batch in self.stream(expression.limit(None, offset=given), rows):
                    given += batch.num_rows
                    yield batch
                break
            except duckdb.OutOfMemoryException:
                if room == SORT_ROOM[-1]:
                    raise
            finally:
                self.run("RESET threads; RESET memory_limit")

    def keep(self, expression: Any) -> Any:
        """Compute an expression once and keep its rows here."""
        return self.con.create_table(self.name(), expression, temp=True)

    def view(self, sql: str) -> Any:
        """Return a SELECT as an ibis table."""
        name = self.name()
        self.con.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
        return self.con.table(name)

    def hold(self, files: Files, table: Any, names: Sequence[str]) -> Relation:
        """Open an Arrow table that is in memory as a relation; `names` are its columns' names."""
        name = self.name()
        self.con.con.register(name, table)
        schema = [(column, "VARCHAR") for column in names]
        return Relation(self, files, [formats.typed(name, schema)])

    def read(self, files: Files) -> Relation:
        """Open files as a relation; DataError if DuckDB cannot make a table of them."""
        try:
            return Relation(self, files, formats.parts(files, self.run))
        except duckdb.Error as error:
            raise unreadable(files, error) from None


class Relation:
    """An opened table: its column names, and any of them as text."""

    def __init__(self, workspace: Workspace, files: Files, parts: Sequence[formats.Part]) -> None:
        self.workspace = workspace
        self.files = files
        self._parts = parts
        self.names: list[str] = list(dict.fromkeys(name for part in parts for name in part.names))

    def text(self, columns: Sequence[str]) -> Any:
        """Return an ibis table of these columns, each as text under its own name."""
        return self.pick({column: column for column in columns})

    def pick(self, columns: Mapping[str, str]) -> Any:
        """Return an ibis table of columns as text: alias -> column, or path into JSON.

        Files that lack a column have it missing; DataError names one that no file has.
        """
        self.require(columns.values())
        picks = columns or {"nothing": ""}
        return self.workspace.view(" UNION ALL ".join(part.select(picks) for part in self._parts))

    def require(
        self, columns: Iterable[str], *, named: str | None = None, step: str | None = None
    ) -> None:
        """Raise DataError for a column that no file has.

        named: the place in the plan that names them; step: what to do, where that is known.
        """
        for column in columns:
            self._require(column, named, step)

    def _require(self, column: str, named: str | None, step: str | None) -> None:
        if column in self.names or self._has_path(column):
            return
        if f"{column} (1)" in self.names:
            raise DataError(
                f'several columns are called "{column}".',
                where=self.files.where,
                hint=f'They can be told apart as "{column} (1)", "{column} (2)" and so on.',
            )
        # The first row of a restricted table without a header would be its "names".
        open_names = [] if self.files.restricted else self.names
        near = get_close_matches(column, open_names, n=1, cutoff=0.6)
        guess = f'Did you mean "{near[0]}"?' if near else ""
        raise DataError(
            f'there is no column "{column}"{f" in {self.files.where}" if named else ""}.',
            where=named or self.files.where,
            hint=f"{step or guess} {self._listed()}".strip(),
        )

    def _has_path(self, column: str) -> bool:
        """Say whether some object has a path; one that none has is a slip of the pen."""
        if not formats.is_path(column):
            return False
        for part in self._parts:
            if isinstance(part, formats.Objects):
                sql = (
                    f"SELECT count(*) FROM (SELECT 1 FROM {part.source} "  # noqa: S608
                    f"WHERE json_exists(json, {formats.literal(part.pointer(column))}) LIMIT 1)"
                )
                try:
                    return bool(self.workspace.run(sql)[0][0])
                except duckdb.Error as error:
                    raise unreadable(self.files, error) from None
        return False

    def _listed(self) -> str:
        if self.files.restricted:  # without a header, names would be values
            return "The columns of a restricted table are not listed."
        if not self.names:
            return "No row is an object with named fields."
        shown = ", ".join(
            name if len(name) <= 60 else name[:57] + "..." for name in self.names[:_SHOWN]
        )
        return f"Columns: {shown}{' ...' if len(self.names) > _SHOWN else ''}."
