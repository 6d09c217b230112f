"""The plan: what is audited, as one frozen, hashed document read from `careaudit.toml`."""

from careaudit.plan.load import load, parse, schema
from careaudit.plan.model import (
    Audit,
    Dedup,
    Drivers,
    Label,
    Limit,
    Log,
    Outcome,
    Period,
    Plan,
    Privacy,
    Public,
    Question,
    Segment,
    Statistics,
    Table,
)
from careaudit.plan.options import from_options

__all__ = [
    "Audit",
    "Dedup",
    "Drivers",
    "Label",
    "Limit",
    "Log",
    "Outcome",
    "Period",
    "Plan",
    "Privacy",
    "Public",
    "Question",
    "Segment",
    "Statistics",
    "Table",
    "from_options",
    "load",
    "parse",
    "schema",
]
