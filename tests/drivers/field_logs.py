"""Logs of known counts with declared inputs, and audits of them with chosen looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from careaudit.conductor import run
from careaudit.drivers.looks import fields, revealed
from careaudit.drivers.scene import Found, Scene
from careaudit.plan import Plan, load, parse
from careaudit.record import AuditRecord, Driver

PLAN = """
[audit]
name = "Fields"
justification = "A test."
[log.columns]
decision = "outcome"
{columns}
[outcome]
adverse = ["denied"]
confirmed = true
{more}
[[segments]]
name = "area"
column = "area"
reference = "others"
[[questions]]
id = "q"
measure = "{measure}"
segments = ["area"]
{question}
[drivers]
fields = [{fields}]
"""
LABEL = """[label]
column = "confirmed_fraud"
positive = ["no"]
selection = "{}"
"""
# methods 8, the seed case: area, phrase, outcome, confirmed fraud -> decisions
SEED = {
    (area, phrase, outcome, fraud): round(n * p * share)
    for area, phrase, n in [("low", "yes", 800), ("low", "no", 1200), ("others", "yes", 600),
                            ("others", "no", 5400)]
    for outcome, p in [("denied", 0.6 if phrase == "yes" else 0.2),
                       ("approved", 0.4 if phrase == "yes" else 0.8)]
    for fraud, share in [("yes", 0.02), ("no", 0.98)]
}  # fmt: skip


def seed() -> pd.DataFrame:
    """The seed case, one decision a row: 2 % of each of its eight cells are fraud, rounded."""
    names = ["area", "phrase", "outcome", "confirmed_fraud"]
    rows = pd.DataFrame([*SEED], columns=names, dtype="string")
    return rows.loc[np.repeat(rows.index, [*SEED.values()])].reset_index(drop=True)


def plan(
    *names: str, measure: str = "adverse_rate", columns: str = "", more: str = "",
    question: str = "",
) -> Plan:  # fmt: skip
    """A plan over `area` that declares these inputs."""
    listed = ", ".join(f'"{name}"' for name in names)
    return parse(PLAN.format(fields=listed, measure=measure, columns=columns, more=more,
                             question=question))  # fmt: skip


def audit(
    asked: Plan | Path,
    log: pd.DataFrame | None = None,
    looks: Iterable[Callable[[Scene], Found]] = (fields.look,),
    *,
    explain: bool = True,
) -> AuditRecord:
    """Audit with these looks only, and without remedies: others test theirs."""
    base = asked if isinstance(asked, Path) else Path()
    asked = load(base / "careaudit.toml") if isinstance(asked, Path) else asked
    with (
        mock.patch("careaudit.drivers.LOOKS", tuple(looks)),
        mock.patch("careaudit.remedies.suggest", return_value=()),
    ):
        return run(asked, base=base, data=log, as_of=date(2026, 6, 1), explain=explain)


def driver(record: AuditRecord, name: str) -> Driver:
    """The one driver of a name."""
    (found,) = [one for one in record.drivers if one.name == name]
    return found


BOTH = fields.look, revealed.look
