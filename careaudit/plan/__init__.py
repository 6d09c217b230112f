"""The plan: what is audited, as one frozen, hashed document read from `careaudit.toml`."""

from careaudit.plan.asked import Limit, Pillar, Question, Segment
from careaudit.plan.controls import Control, role
from careaudit.plan.load import load, parse, schema
from careaudit.plan.log import FIELDS, Dedup, Label, Log, Outcome, Table
from careaudit.plan.model import Audit, Drivers, Period, Plan, Privacy, Public, Statistics
from careaudit.plan.options import from_options
from careaudit.plan.own import Escalation, OwnMeasure, Test
from careaudit.plan.policy import Exclusion, ImpactRatio, Preset
from careaudit.plan.shape import TableOf

__all__ = [
    "FIELDS",
    "Audit",
    "Control",
    "Dedup",
    "Drivers",
    "Escalation",
    "Exclusion",
    "ImpactRatio",
    "Label",
    "Limit",
    "Log",
    "Outcome",
    "OwnMeasure",
    "Period",
    "Pillar",
    "Plan",
    "Preset",
    "Privacy",
    "Public",
    "Question",
    "Segment",
    "Statistics",
    "Table",
    "TableOf",
    "Test",
    "from_options",
    "load",
    "parse",
    "role",
    "schema",
]
