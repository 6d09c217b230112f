"""Words of the pictures of a pillar: from refusal to remedy, waits, ratings, layers of consent."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.notation import Notation, duration
from careaudit.notation import numbers as num
from careaudit.report.wording.names import plain, segment_name, title
from careaudit.report.wording.words import listed


@dataclass(frozen=True, slots=True)
class Step:
    """One step that customers take or are given: its measure, name, and what it is a part of."""

    measure: str
    name: str
    of: str


@dataclass(frozen=True, slots=True)
class Path:
    """Steps that belong together: what they begin with, and what stands above them."""

    start: str
    head: str
    note: str
    steps: tuple[Step, ...]


REDRESS = Path(
    "Refused",
    "From refusal to remedy",
    "How a mistake is put right. Each bar is a part of what its column names.",
    (
        Step("redress_shown_rate", "Shown how to contest", "of refused"),
        Step("contest_rate", "Contested", "of refused"),
        Step("human_review_rate", "Reviewed by a person", "of contested"),
        Step("overturn_rate", "Overturned", "of contested and decided"),
        Step("remedy_done_rate", "Put right", "of overturned"),
    ),
)
LAYERS = Path(
    "Contacted",
    "The three layers of proactive contact",
    "Relevance, respect, and a solution at hand. Each bar is a part of the contacts.",
    (
        Step("relevant_rate", "Relevant", "of contacted"),
        Step("respectful_rate", "Respectful", "of contacted"),
        Step("resolution_ready_rate", "Solution at hand", "of contacted"),
    ),
)


def path_note(path: Path, missing: list[str], notation: Notation) -> str:
    """Say how to read the steps, and which of them the plan does not ask."""
    text = f"{path.note} Numbers are in every {notation.per:,}, with the counts."
    if missing:
        text += f" Not asked in this plan: {listed([step.lower() for step in missing])}."
    return text


def column(step: Step) -> str:
    """Return the head of a step's column."""
    return f"{step.name}, {step.of}"


def of(events: int, n: int) -> str:
    """Write the counts of one step: "412 of 1,330"."""
    return f"{num.count(events)} of {num.count(n)}"


def more_groups(count: int) -> str:
    """Say how many groups are left to the record."""
    noun = "group is" if count == 1 else "groups are"
    return f"{num.count(count)} more {noun} in audit.json."


@dataclass(frozen=True, slots=True)
class Waits:
    """A wait that ends in something good: what waits, what it waits for, and how it is headed.

    `ended` is what both are in the past: "requests reached a person".
    """

    head: str
    requests: str
    reached: str
    ended: str
    column: str
    end: str = ""

    @property
    def everyone(self) -> str:
        """Name the line of all groups together."""
        return f"All {self.column.lower()}"


PERSON = Waits(
    "How long until a person answers",
    "requests for a person",
    "reached one",
    "requests reached a person",
    "Requests",
    "Requests that are given up stay unanswered.",
)
APPEAL = Waits(
    "How long until an appeal is decided",
    "contested refusals",
    "been decided",
    "contested refusals were decided",
    "Contested refusals",
)
MATTER = Waits(
    "How long until a case is settled", "cases", "been settled", "cases were settled", "Cases"
)
WAITS = {
    "sla_attainment": PERSON,
    "wait_rmst": PERSON,
    "wait_median": PERSON,
    "wait_p90": PERSON,
    "review_time": APPEAL,
    "review_time_p90": APPEAL,
    "time_to_resolution": MATTER,
    "time_to_resolution_p90": MATTER,
}
"""Which wait a measure is about."""


def waits_head(kind: Waits, segment: str | None) -> str:
    """Return what stands above the curves of waits."""
    return f"{kind.head}, by {segment_name(segment, 40)}" if segment else kind.head


def waits_note(kind: Waits, *, promised: bool, stops: bool) -> str:
    """Say how to read the curves of waits."""
    parts = [
        f"Of every 100 {kind.requests}, so many had {kind.reached} by each time.",
        kind.end,
        "Open ones count for as long as they were seen.",
        "A line stops where too few are left to tell." if stops else "",
        "Dashed upright line: the promised time." if promised else "",
    ]
    return " ".join(part for part in parts if part)


def promised(seconds: float) -> str:
    """Name the promised time in the picture."""
    return f"promised: {duration(seconds)}"


def waits_alt(kind: Waits, told: list[str], end: float) -> str:
    """Describe the curves of waits for readers who cannot see them."""
    return plain(
        f"Curves of how many of every 100 {kind.requests} had {kind.reached}, up to"
        f" {duration(end)}: {', '.join(told)}."
    )


def then_not_seen(told: str, last: str) -> str:
    """Say where a line stops."""
    return f"{told} by {last} and {NOT_SEEN} after that"


def by_time(label: str) -> str:
    """Return the head of a column of shares reached by a time."""
    return f"By {label}"


def ratings_head(segment: str) -> str:
    """Return what stands above the stacked ratings."""
    return f"Ratings from low to high, by {segment_name(segment, 40)}"


def ratings_note(silent: bool) -> str:
    """Say how to read the stacked ratings."""
    if silent:
        return (
            "Of every 100 requests for a rating, so many ended with each answer. Hatched: no"
            " answer. Who does not answer may think otherwise."
        )
    return "Of every 100 ratings, so many were of each kind. Who did not answer is not shown."


def ratings_alt(told: list[str], segment: str) -> str:
    """Describe the stacked ratings for readers who cannot see them."""
    return plain(f"Stacked bars of ratings by {segment_name(segment, 40)}: {'; '.join(told)}.")


def level_class(low: float, high: float) -> str:
    """Name a class of ratings: "3", "1 or 2", "0 to 6"."""
    ends = [f"{end:g}" for end in (low, high)]
    if low == high:
        return ends[0]
    return f"{ends[0]} or {ends[1]}" if high - low == 1 else f"{ends[0]} to {ends[1]}"


NO_ANSWER = "no answer"
ASKED = "Asked"
RATED = "Ratings"
HIDDEN = "not shown"
NOTHING = "none"
NOT_SEEN = "not seen"


def attribute(segment: str) -> str:
    """Return an attribute as a table's first head."""
    return title(segment_name(segment, 40))
