"""Releases made in code: a plan over a frame of counts, audited for real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from careaudit.conductor import run
from careaudit.plan import parse
from careaudit.record import AuditRecord

AS_OF = date(2026, 6, 1)
PLAN = """
[audit]
name = "Credits"
system = "bot"
release = "{release}"
justification = "A test."
[log.columns]
decision = "outcome"
{subject}
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
reference = "{reference}"
[[questions]]
id = "{question}"
measure = "{measure}"
segments = ["lang"]
gate = {gate}
limit = {{ ratio = {ratio} }}
"""
Audit = Callable[..., AuditRecord]


def frame(counts: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Rows of groups given as (decisions, adverse ones)."""
    rows = [
        ("no" if at < x else "yes", group) for group, (n, x) in counts.items() for at in range(n)
    ]
    return pd.DataFrame(rows, columns=["outcome", "lang"])


@pytest.fixture(scope="session")
def audit() -> Audit:
    """Audit groups given as (decisions, adverse ones), or a frame; equal audits run once."""
    made: dict[str, AuditRecord] = {}

    def make(
        counts: Mapping[str, tuple[int, int]] | pd.DataFrame,
        release: str = "1",
        *,
        reference: str = "en",
        measure: str = "adverse_rate",
        question: str = "deny",
        gate: bool = True,
        ratio: float = 0.8,
        subject: bool = False,
        change: Callable[[str], str] = lambda text: text,
    ) -> AuditRecord:
        text = PLAN.format(
            release=release, reference=reference, measure=measure, question=question,
            gate=str(gate).lower(), ratio=ratio,
            subject='subject_id = "who"' if subject else "",
        )  # fmt: skip
        text = change(text)
        if isinstance(counts, pd.DataFrame):
            return run(parse(text), base=Path(), data=counts, as_of=AS_OF)
        key = f"{counts}{text}"
        if key not in made:
            made[key] = run(parse(text), base=Path(), data=frame(counts), as_of=AS_OF)
        return made[key]

    return make
