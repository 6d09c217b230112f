"""Which measure is told in which part of the impact edition: adding one is one entry here."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.report.wording import impact_edition as tell


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its anchor, its heading, what it is about, and its measures in their order."""

    key: str
    head: str
    about: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of the Consumer Duty; `floors` where each measure must have a floor to be met."""

    head: str
    measures: tuple[str, ...]
    floors: bool = False


PARTS = (
    Part(
        "used",
        tell.USED,
        tell.USED_ABOUT,
        (
            "automated_rate",
            "human_review_rate",
            "override_rate",
            "human_requested_rate",
            "human_reached_rate",
            "context_kept_rate",
            "explained_rate",
            "explanation_complete_rate",
            "explained_in_own_language_rate",
            "boilerplate_share",
            "contact_rate",
            "consent_rate",
            "relevant_rate",
            "respectful_rate",
            "resolution_ready_rate",
        ),
    ),
    Part(
        "value",
        tell.VALUE,
        tell.VALUE_ABOUT,
        (
            "favorable_rate",
            "adverse_rate",
            "wrongful_adverse_rate",
            "wrongful_favorable_rate",
            "amount_per_request",
            "amount_when_granted",
            "take_up_rate",
            "sla_met_rate",
            "sla_attainment",
            "wait_median",
            "wait_p90",
            "wait_rmst",
            "abandonment_rate",
            "resolution_rate",
            "first_contact_resolution_rate",
            "repeat_contact_rate",
            "time_to_resolution",
            "time_to_resolution_p90",
            "transitions_per_case",
            "csat",
            "ces",
            "nps",
            "response_rate",
        ),
    ),
    Part(
        "contested",
        tell.CONTESTED,
        tell.CONTESTED_ABOUT,
        (
            "redress_shown_rate",
            "contest_rate",
            "human_review_rate",
            "overturn_rate",
            "wrongly_denied_lower_bound",
            "remedy_done_rate",
            "review_time",
            "review_time_p90",
        ),
    ),
    Part("left", tell.LEFT, tell.LEFT_ABOUT, ("opt_out_rate",)),
)

HOME = {measure: part.key for part in reversed(PARTS) for measure in part.measures}
"""The part that prints a measure's table: the first that names it."""

ALTERNATIVES = (
    ("favorable_rate", "adverse_rate"),
    ("sla_met_rate", "sla_attainment"),
    ("wait_median", "wait_rmst"),
)
"""Measures of the same matter: where one is asked, no other is missing; else the first is."""

OUTCOMES = (
    Outcome(
        "Products and services",
        (
            "favorable_rate",
            "adverse_rate",
            "wrongful_adverse_rate",
            "contact_rate",
            "take_up_rate",
        ),
    ),
    Outcome("Price and value", ("amount_per_request", "amount_when_granted")),
    Outcome(
        "Understanding",
        (
            "explained_rate",
            "explanation_complete_rate",
            "explained_in_own_language_rate",
            "repeat_contact_rate",
        ),
        floors=True,
    ),
    Outcome(
        "Support",
        (
            "human_requested_rate",
            "human_reached_rate",
            "human_review_rate",
            "sla_met_rate",
            "sla_attainment",
            "wait_median",
            "wait_p90",
            "wait_rmst",
            "abandonment_rate",
            "redress_shown_rate",
            "contest_rate",
            "overturn_rate",
            "remedy_done_rate",
            "review_time",
            "review_time_p90",
            "resolution_rate",
            "first_contact_resolution_rate",
            "time_to_resolution",
            "time_to_resolution_p90",
        ),
        floors=True,
    ),
)
"""Governance 4: the four outcomes and what careaudit measures of each."""


def missing(part: Part, asked: set[str]) -> list[str]:
    """Return the measures of a part that nobody asked, nor another of the same matter."""
    others = {one for same in ALTERNATIVES for one in (same if asked & {*same} else same[1:])}
    known = asked | others
    return [one for one in part.measures if HOME[one] == part.key and one not in known]
