"""A plan from a few options: the first answer needs no file."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.errors import UsageError
from careaudit.plan.load import validate
from careaudit.plan.model import Plan


def from_options(
    *,
    name: str,
    decision: str,
    by: Sequence[str],
    adverse: Sequence[str] = (),
    favorable: Sequence[str] = (),
    neutral: Sequence[str] = (),
    measure: str | None = None,
    subject_id: str | None = None,
    path: Sequence[str] = (),
) -> Plan:
    """Return the plan that asks one question over each column of `by`.

    With one side of the outcome named, every other value is the other side; `a*b` in `by` crosses
    two columns. Raises UsageError if neither side or no column is named.
    """
    if not adverse and not favorable:
        raise UsageError(
            "no outcome was named.",
            hint="Say which values are bad (--adverse VALUE) or good (--favorable VALUE).",
        )
    if not by or not all(part for name in by for part in name.split("*")):
        raise UsageError("no segment was named.", hint="Name a column with --by COLUMN.")
    columns = list(dict.fromkeys(part for name in by for part in name.split("*")))
    log_columns = {"decision": decision}
    if subject_id:
        log_columns["subject_id"] = subject_id
    tree = {
        "audit": {
            "name": name,
            "justification": "Asked on the command line, without a plan.",
        },
        "log": {"path": list(path), "columns": log_columns},
        "outcome": {
            "favorable": list(favorable),
            "adverse": list(adverse),
            "neutral": list(neutral),
            "confirmed": bool(adverse and favorable),  # naming one side says nothing of the rest
        },
        "segments": [{"name": column, "column": column} for column in columns],
        "questions": [{"id": "decision", "measure": measure, "segments": list(dict.fromkeys(by))}],
    }
    return validate(tree, where="options")
