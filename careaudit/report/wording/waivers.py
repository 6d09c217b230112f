"""Sentences about waivers: who answers for which finding, until when, up to which size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from careaudit.notation import numbers as num
from careaudit.report.wording.names import said
from careaudit.report.wording.summary import day

if TYPE_CHECKING:
    from careaudit.waivers import Applied, Waiver

ON_PAGE_ONE = 2
"""Waivers that page one tells one by one; of more it says how many, and where they stand."""
LONGEST = 2_000
"""What a waiver's reason may hold: it is printed word for word."""

_VOID = {
    "expired": "It has expired.",
    "not_yet": "It does not hold yet.",
    "above_ceiling": "The gap is larger than its ceiling.",
    "other_release": "It was given for another release.",
    "not_failing": "It covers nothing: the finding needs no action.",
    "no_finding": "It covers nothing: the audit has no such finding.",
}


def limits(size: float) -> str:
    """Write a gap in limits: "1.25 times the limit"."""
    return f"{num.guarded(size, [1.0])} times the limit"


def on_page_one(applied: Applied, number: int, place: str) -> str:
    """Say on page one which finding is waived, by whom, until when, and up to which size."""
    w = applied.waiver
    return (
        f"Question {number}, {place}, approved by {said(w.approved_by, 40)} until"
        f" {day(w.expires.isoformat())}, up to {limits(w.ceiling)}."
    )


def more(count: int) -> str:
    """Say how many more findings are waived."""
    noun = "finding is" if count == 1 else "findings are"
    return f"{count} more {noun} waived, see the questions’ pages."


def void(count: int) -> str:
    """Say on page one how many waivers do not hold."""
    if count == 1:
        return "1 waiver is void, and its page says why."
    return f"{count} waivers are void, and their pages say why."


STILL = "The finding still needs action: somebody answers for it for a while."


def standing(applied: Applied, place: str) -> list[str]:
    """Say on the finding's page what is waived, by whom, how long, and how large it may be."""
    w, c = applied.waiver, applied.comparison
    size = c.u.value if c else None
    now = f" It is {limits(size)} now." if size is not None else ""
    span = f"from {day(w.granted.isoformat())} to {day(w.expires.isoformat())}"
    text = [
        f"Approved {place} by {said(w.approved_by, 80)}, {span}.",
        f"It covers a gap of up to {limits(w.ceiling)}.{now}",
    ]
    return [*text, STILL] if applied.holds else [why_void(applied), *text]


def why_void(applied: Applied) -> str:
    """Say why a waiver does not hold."""
    text = _VOID.get(applied.state, "It does not hold.")
    if applied.state == "other_release":
        text += f" It names {said(applied.waiver.release or 'no release', 40)}."
    return text


def ticket(waiver: Waiver) -> str:
    """Name where the work on a waived finding is tracked; empty where nothing is named."""
    return f"Ticket: {said(waiver.ticket, 120)}." if waiver.ticket else ""


def nothing(applied: Applied) -> str:
    """Say in the list of notes that a waiver covers nothing."""
    w = applied.waiver
    return f"A waiver by {said(w.approved_by, 40)}. {why_void(applied)}"
