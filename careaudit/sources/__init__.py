"""Where rows live, and how they become cells: files through DuckDB, or a DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from careaudit.cells import Quantity
from careaudit.plan import Plan
from careaudit.sources.bands import NOT_A_NUMBER
from careaudit.sources.base import Request, Scan, Source, stratum
from careaudit.sources.drawn import Coded, Declared, Drawn
from careaudit.sources.files import Workspace
from careaudit.sources.inputs import OTHER, SAMPLE, Inputs
from careaudit.sources.paired import Cases, PairedScan, pair, pairable
from careaudit.sources.rows import Opened, open_log
from careaudit.sources.scan import scan
from careaudit.sources.single import Single, single

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NOT_A_NUMBER",
    "OTHER",
    "SAMPLE",
    "Cases",
    "Coded",
    "Declared",
    "Drawn",
    "Inputs",
    "PairedScan",
    "Request",
    "Scan",
    "Single",
    "Source",
    "TableSource",
    "open_source",
    "pair",
    "pairable",
    "stratum",
]


class TableSource:
    """A log and its companion tables in an embedded DuckDB."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def scan(self, request: Request) -> Scan:
        """Sum the log once."""
        return scan(self._opened, request)

    def inputs(
        self, request: Request, fields: Sequence[str], quantities: Sequence[Quantity]
    ) -> Inputs:
        """Read the log again with its declared inputs; DataError where one is not there."""
        return Inputs(self._opened, request, fields, quantities)

    def single(
        self, request: Request, decision_id: str, columns: Sequence[str]
    ) -> tuple[tuple[Single, ...], tuple[str, ...]]:
        """Find one decision: its used rows with these columns, and what became of all its rows."""
        return single(self._opened, request, decision_id, columns)


def open_source(plan: Plan, base: Path, data: pd.DataFrame | None = None) -> TableSource:
    """Open the log of a plan, or a DataFrame in its place, with its companion tables.

    `base` is the folder that the plan's paths are relative to. Raises DataError where a file is
    missing, empty, damaged or not a table.
    """
    return TableSource(open_log(Workspace(), plan, base, data))
