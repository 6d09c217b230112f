"""Logs of known counts, and audits of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from careaudit.conductor import run
from careaudit.plan import parse
from careaudit.record import AuditRecord, Conditional

# Bickel, Hammel & O'Connell 1975: departments A to F; men admitted, rejected, women likewise
ADMISSIONS = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}
PLAN = """
[audit]
name = "Like for like"
justification = "A test."
[log.columns]
decision = "outcome"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
[[segments]]
name = "side"
column = "side"
reference = "{reference}"
[[questions]]
id = "q"
measure = "favorable_rate"
segments = ["side"]
{question}
{more}
"""


def frame(counts: dict[str, tuple[int, int, int, int]], times: int = 1) -> pd.DataFrame:
    """One row a decision, from yes and no of side m, then of side f, by stratum."""
    rows = []
    for name, parts in counts.items():
        for (side, outcome), n in zip(
            [("m", "yes"), ("m", "no"), ("f", "yes"), ("f", "no")], parts, strict=True
        ):
            rows += [(side, name, outcome)] * n
    table = pd.DataFrame(rows, columns=["side", "dept", "outcome"], dtype="string")
    table["customer"] = [f"c{n}" for n in range(len(table))]
    return pd.concat([table] * times, ignore_index=True)


def plan(
    within: Iterable[str] = ("dept",), *, reference: str = "f", columns: str = "", more: str = ""
) -> str:
    """The text of a plan over `side` that compares like with like within these columns."""
    names = ", ".join(f'"{name}"' for name in within)
    question = f"within = [{names}]" if names else ""
    return PLAN.format(columns=columns, reference=reference, question=question, more=more)


def audit(text: str, log: pd.DataFrame) -> AuditRecord:
    return run(parse(text), base=Path(), data=log, as_of=date(2026, 6, 1))


def found(record: AuditRecord, group: str = "m") -> dict[str, Conditional]:
    """The rows of one group by estimate."""
    return {row.estimate: row for row in record.conditional if row.group == group}
