"""What the council is asked: the options, the proposed conditions, the seats."""

from __future__ import annotations

from careaudit.record import AuditRecord

DECISIONS = ("Release", "Release with conditions", "Hold", "Ask for more evidence")
DECISIONS_RUNNING = ("Continue", "Continue with conditions", "Pause", "Ask for more evidence")
SEATS = (
    "Customer experience",
    "Legal",
    "DEIB",
    "Engineering",
    "Frontline",
    "External ethicist",
    "Community advocate",
)


def options(record: AuditRecord, listed_groups: str) -> list[str]:
    """Return the three options; the tool proposes none of them."""
    thing = "Release" if record.audit.release else "Continue"
    hold = "Hold the release." if record.audit.release else "Pause the system."
    condition = "a re-audit by a date the council sets"
    if listed_groups:
        again = "a re-audit" if RULE_REVIEW in listed_groups else condition
        condition = f"{listed_groups} for the groups named in the conditions, and {again}"
    return [f"{thing} as it is.", f"{thing} with conditions: {condition}.", hold]


HUMAN_REVIEW = "human review"
RULE_REVIEW = "a review of how decisions are made"


def conditions(
    harmed: str, favoured: list[str], open_asks: int, unassessed: int
) -> list[tuple[str, str]]:
    """Return proposed conditions and when each is met; owner and day are left to the council."""
    rows = []
    if harmed:
        review = f"Human review of decisions {harmed}"
        rows.append((review, "Each such decision is reviewed by a person"))
    rows += [
        (
            f"A review of how decisions are made {place}",
            "The gap is explained, or shown to be within the limit",
        )
        for place in favoured
    ]
    if open_asks:
        rows.append(
            (
                "More decisions for the questions that are open",
                "Each open question has an answer",
            )
        )
    if unassessed:
        rows.append(("The log records what is missing", "Each question can be assessed"))
    rows.append(("Re-audit", "A new report answers the same questions"))
    return rows


def and_more(rest: int) -> str:
    """Say how many groups are not listed, and where they are."""
    return f", and in {rest} more groups listed in audit.json" if rest > 0 else ""


def against(place: str, than: str) -> str:
    """Name the groups that a gap favours, and what they are compared with."""
    return f"{place}, against decisions {than.strip().removeprefix(', ').removeprefix('than ')}"
