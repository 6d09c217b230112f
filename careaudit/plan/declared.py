"""What a column that a plan declares as an input is: an input, or something that cannot be one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from careaudit.plan.model import Plan

OUTPUTS = "decision", "score", "threshold", "amount", "reason_code", "explanation"
"""What the system put out: fields of the log that it cannot have listened to."""
IDS = "decision_id", "subject_id", "conversation_id", "trace_id"
"""Fields that tell one case or customer from all others."""
Nature = Literal["input", "output", "id", "free_text"]


def nature(plan: Plan, name: str) -> Nature:
    """Say what a declared input is by the plan; a label is an output: it was said later."""
    column = column_of(plan, name)
    label = {column_of(plan, plan.label.column)} if plan.label else set()
    if column in _columns(plan, OUTPUTS) | label:
        return "output"
    keys = {
        f"{table}.{key}"
        for table, one in plan.tables.items()
        for field, key in one.key.items()
        if field in IDS
    }
    if column in _columns(plan, IDS) | keys:
        return "id"
    return "free_text" if column in _columns(plan, ["text"]) else "input"


def column_of(plan: Plan, name: str) -> str:
    """The column behind a field of [log.columns]; any other name is a column itself."""
    mapped = plan.log.columns.get(name)
    return mapped if isinstance(mapped, str) else name


def _columns(plan: Plan, fields: Iterable[str]) -> set[str]:
    mapped = (plan.log.columns.get(field, ()) for field in fields)
    return {column for one in mapped for column in ((one,) if isinstance(one, str) else one)}
