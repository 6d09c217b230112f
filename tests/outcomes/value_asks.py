"""Small logs asked over one segment, for tests that need no plan of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

import careaudit
from careaudit.plan import parse

HEAD = """
[audit]
name = "t"
justification = "t"
[log.columns]
{columns}
{more}
[[segments]]
name = "g"
column = "g"
reference = "{reference}"
"""
OUTCOME = '[outcome]\nfavorable = ["yes"]\nadverse = ["no"]\n'
LABEL = '[label]\ncolumn = "due"\npositive = ["1"]\nselection = "all"\n'
OWN = '[[measures]]\nname = "mine"\nkind = "mean"\ncolumn = "value"\n'
PAID = {"decision": "outcome", "amount": "amount"}
WAITED = {"human_requested_at": "asked", "human_reached_at": "reached"}


def audited(frame, measures, columns, more="", *, reference="r", asks=""):
    """Ask each measure over g; `asks` is added to each question."""
    text = HEAD.format(
        columns="\n".join(f'{field} = "{name}"' for field, name in columns.items()),
        more=more,
        reference=reference,
    ) + "\n".join(
        f'[[questions]]\nid = "{name}"\nmeasure = "{name}"\nsegments = ["g"]\n{asks}'
        for name in measures
    )
    return careaudit.audit(frame, plan=parse(text))


def compared(record, measure, group="g"):
    (found,) = [c for c in record.comparisons if (c.measure, c.group) == (measure, group)]
    return found


def told(record, measure, group):
    (found,) = [e for e in record.estimates if (e.measure, e.group) == (measure, group)]
    return found


def ends(interval):
    return interval.value, interval.low, interval.high


END = datetime(2026, 3, 2)  # noqa: DTZ001 - a log without offsets


def waited(group, ended, still_open=()):
    """Waits that end, or stay open, with the log: the last moment that it knows."""
    return pd.DataFrame(
        [
            {
                "g": group,
                "asked": (END - timedelta(seconds=int(seconds))).isoformat(),
                "reached": END.isoformat() if done else "",
            }
            for times, done in ((ended, True), (still_open, False))
            for seconds in times
        ]
    )
