"""What the tests of the scenarios share: shipped tables, audits, rows of a README."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

import careaudit
from careaudit.record import AuditRecord
from careaudit.samples import directory

AS_OF = date(2026, 7, 1)


def shipped(name: str, table: str) -> pd.DataFrame:
    """Read a shipped table as text."""
    return pd.read_csv(directory(name) / f"{table}.csv.gz", dtype=str, keep_default_na=False)


def audited(name: str) -> AuditRecord:
    """Audit a shipped log by its plan."""
    return careaudit.audit(plan=directory(name), as_of=AS_OF)


def failing(record: AuditRecord) -> set[tuple[str, str, str]]:
    """Which groups fail in which question."""
    return {(c.question, c.segment, c.group) for c in record.comparisons if c.verdict == "fail"}


def undecided(record: AuditRecord) -> set[tuple[str, str, str]]:
    """Which groups can neither fail nor pass in which question."""
    found = (c for c in record.comparisons if c.verdict == "inconclusive")
    return {(c.question, c.segment, c.group) for c in found}


def told(name: str, row: str, values: Iterable[float], digits: str = ".3f") -> None:
    """Check that the README has a row of a table with these values."""
    cells = " | ".join(f"{value:{digits}}".removeprefix("0") for value in values)
    text = (directory(name) / "README.md").read_text(encoding="utf-8")
    assert f"| {row} | {cells} |\n" in text, f"| {row} | {cells} |"
