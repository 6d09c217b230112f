"""Words of the brief: two pages for a board, torn from the council's report."""

from __future__ import annotations

KICKER = "Brief for the board, not for publication"
CLOSING = "The council’s report, and audit.json beside it, hold the rest."
WHOLE = "Any page or annex named here is in the council’s report, report.pdf."
ADOPTED = "Conditions that the council adopted"
PROPOSED = "Conditions for the council to consider"
OPEN = "The council has not decided on this audit, or its ledger was not given."


def questions(more: int) -> str:
    """Say where the pages of the questions are, and the questions that page one has no room for."""
    if not more:
        return WHOLE
    noun = "question is" if more == 1 else "questions are"
    return f"{more} more {noun} in the council’s report. {WHOLE}"


def rest(tables: int, conditions: int) -> str:
    """Say how much more the council's report holds; empty where it is all here."""
    parts = []
    if tables:
        parts.append(f"{tables} more {'table' if tables == 1 else 'tables'}")
    if conditions:
        parts.append(f"{conditions} more {'condition' if conditions == 1 else 'conditions'}")
    if not parts:
        return ""
    verb = "is" if tables + conditions == 1 else "are"
    return f"{' and '.join(parts)} {verb} in the council’s report."


def who(owner: str, due: str) -> str:
    """Say who sees to a condition, and by when."""
    return f"{owner}, by {due}"
