"""Sentences of people and money on the first pages."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.report.wording.names import segment_name


def people_sentence(value: float, low: float | None, high: float | None, instead: str) -> str:
    """Say on page one how many people it comes to."""
    ends = num.count_span(low, high)
    plausible = f" ({ends} plausible)" if ends else ""
    return f"About {num.count(value)} more {instead} at the comparison rate{plausible}."


def headline_people(
    value: float, low: float | None, high: float | None, instead: str, place: str, contrast: str
) -> tuple[str, str]:
    """Return the big number of people and what it says."""
    ends = num.count_span(low, high)
    return num.count(value), f"more {instead} {place}, at the rate {contrast}." + (
        f" Plausible range {ends}." if ends else ""
    )


def unpaid(kind: str) -> str:
    """Name the money of a gap."""
    return "in credits not paid" if kind in ("goodwill_credit", "lending_credit") else "not paid"


def money_sentence(
    value: float, low: float | None, high: float | None, currency: str | None, kind: str
) -> str:
    """Say on page one how much money it comes to, where no people are counted."""
    ends = num.money_span(low, high, currency)
    plausible = f" ({ends} plausible)" if ends else ""
    what = unpaid(kind)
    return (
        f"About {num.money(value, currency)} {what}, at the comparison group’s mean per"
        f" request{plausible}."
    )


def headline_money(
    value: float,
    low: float | None,
    high: float | None,
    currency: str | None,
    what: str,
    place: str,
) -> tuple[str, str]:
    """Return the big amount and what it says."""
    ends = num.money_span(low, high, currency)
    text = f"{what} {place}, at the comparison group’s mean per request."
    text += f" Plausible range {ends}." if ends else ""
    if not currency:
        text += " The plan names no currency."
    return num.money(value, currency), text


def share_in_action(share: float, segment: str, action: bool) -> tuple[str, str]:
    """Return the share of decisions in the groups that people and money are added up for."""
    what = "action is needed" if action else "a gap is worth watching"
    return (
        num.in_every(share, 100),
        f"decisions came from these groups of {segment_name(segment)}, where {what}.",
    )
