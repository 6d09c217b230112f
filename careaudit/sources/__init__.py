"""Where rows live, and how they become cells: files through DuckDB, or a DataFrame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from careaudit.errors import DataError
from careaudit.plan import Plan
from careaudit.record import Input
from careaudit.sources.base import Request, Scan, Source
from careaudit.sources.files import Relation, Workspace, find
from careaudit.sources.rows import Opened
from careaudit.sources.scan import scan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Request", "Scan", "Source", "TableSource", "open_source"]


class TableSource:
    """A log and its companion tables in an embedded DuckDB."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def scan(self, request: Request) -> Scan:
        """Sum the log once."""
        return scan(self._opened, request)


def open_source(plan: Plan, base: Path, data: pd.DataFrame | None = None) -> TableSource:
    """Open the log of a plan, or a DataFrame in its place, with its companion tables.

    `base` is the folder that the plan's paths are relative to. Raises DataError where a file is
    missing, empty, damaged or not a table.
    """
    workspace = Workspace()
    inputs: list[Input] = []
    if data is not None:
        from careaudit.sources.frames import read

        if not len(data.columns):
            raise DataError("the DataFrame has no columns.", where="log")
        log, digest = read(workspace, data)
        inputs.append(digest)
    else:
        files = find("log", plan.log.path, base, plan.log.format)
        log = workspace.read(files)
        inputs.extend(files.inputs())
    tables: dict[str, Relation] = {}
    for name, table in plan.tables.items():
        restricted = table.access == "restricted"
        files = find(f"tables.{name}", table.path, base, restricted=restricted)
        tables[name] = workspace.read(files)
        inputs.extend(files.inputs())
    return TableSource(Opened(workspace, log, tables, tuple(inputs)))
