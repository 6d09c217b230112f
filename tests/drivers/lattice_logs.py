"""Logs in which a subgroup is planted, or nothing, or a gap of one segment alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

import careaudit
from careaudit.plan import Plan, parse
from careaudit.record import AuditRecord, Driver

PLAN = """
[audit]
name = "subgroups"
justification = "test"

[log]
path = ["nowhere.csv"]

[log.columns]
decision = "outcome"
decision_id = "id"
subject_id = "customer"
channel = "channel"
intent = "intent"

[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true

[[segments]]
name = "area"
column = "area"
kind = "proxy"

[[segments]]
name = "language"
column = "language"
kind = "protected"

[[segments]]
name = "age"
column = "age"
kind = "protected"

[[questions]]
id = "denied"
ask = "Is a credit denied more often to some customers than to others?"
measure = "adverse_rate"
segments = ["area", "language", "age"]

[drivers]
fields = ["intent", "channel"]
"""

Rate = Callable[[pd.DataFrame], np.ndarray]


def plan(text: str = PLAN) -> Plan:
    return parse(text)


def log(rate: Rate, rows: int = 8_000, seed: int = 1, each: int = 2) -> pd.DataFrame:
    """Draw decisions of which `rate` gives the chance of denial; `each` a customer, about."""
    random = np.random.default_rng(seed)
    people = rows // each
    who = random.integers(0, people, size=rows)
    traits = {
        "area": random.choice(["poor", "middle", "rich"], p=[0.28, 0.4, 0.32], size=people),
        "language": random.choice(["en", "es", "zh"], p=[0.6, 0.28, 0.12], size=people),
        "age": random.choice(["young", "middle", "old"], size=people),
    }
    frame = pd.DataFrame(
        {
            "id": [f"d{k}" for k in range(rows)],
            "customer": [f"c{k}" for k in who],
            "channel": random.choice(["chat", "voice"], p=[0.7, 0.3], size=rows),
            "intent": random.choice(["bill", "outage", "fee"], size=rows),
            **{name: values[who] for name, values in traits.items()},
        }
    )
    denied = random.random(rows) < rate(frame)
    return frame.assign(outcome=np.where(denied, "denied", "granted"))


def flat(frame: pd.DataFrame) -> np.ndarray:
    return np.full(len(frame), 0.2)


def crossed(frame: pd.DataFrame) -> np.ndarray:
    """One crossing of about 8 % of the decisions; nothing else stands out."""
    return np.where((frame.area == "poor") & (frame.language == "es"), 0.45, 0.2)


def one_way(frame: pd.DataFrame) -> np.ndarray:
    """A gap of one segment, alike in all else."""
    return np.where(frame.area == "poor", 0.35, 0.2)


def by_channel(frame: pd.DataFrame) -> np.ndarray:
    """A crossing of a segment and an input."""
    return np.where((frame.area == "poor") & (frame.channel == "voice"), 0.5, 0.2)


def audit(frame: pd.DataFrame, text: str = PLAN) -> AuditRecord:
    return careaudit.audit(frame, plan=plan(text))


def subgroups(record: AuditRecord) -> list[Driver]:
    return [one for one in record.drivers if one.kind == "subgroup"]


def confirmed(record: AuditRecord) -> list[Driver]:
    return [one for one in subgroups(record) if one.listed]
