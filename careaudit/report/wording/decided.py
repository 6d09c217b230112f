"""Sentences about what the council decided, and what became of its earlier conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from careaudit.report.wording.names import clean, ended, said, title
from careaudit.report.wording.summary import day
from careaudit.report.wording.words import LATE, MET, NOT_MET, Answer, listed

if TYPE_CHECKING:
    from careaudit.council import ConditionState, Decision
    from careaudit.council.decision import Evidence
    from careaudit.report.beside import Decided

CHOICES = {
    "approve": "approve",
    "approve_with_conditions": "approve with conditions",
    "defer": "defer",
    "reject": "reject",
    "abstain": "abstain",
}
CONSTITUENCIES = {"care_ops": "care operations", "community_advocate": "community advocate"}
STATES: dict[str, Answer] = {"met": MET, "late": LATE, "not_met": NOT_MET}
LONGEST = 10_000
"""What a person may say in a decision: printed word for word."""


def on(when: date) -> str:
    """Write a day."""
    return day(when.isoformat())


def head(decision: Decision) -> str:
    """Return the headline of the decision's page."""
    return f"The council decided: {CHOICES[decision.decision]}"


def line(decision: Decision) -> str:
    """Say what was decided, and when."""
    return f"The council decided on {on(decision.decided_on)}: {CHOICES[decision.decision]}."


def held(found: Decided, as_of: date) -> str:
    """Say from when to when a decision holds, and whether it does on the day."""
    decision = found.decision
    if decision.withdrawal and decision.withdrawal.on <= as_of:
        return f"It was withdrawn on {on(decision.withdrawal.on)}."
    if found.superseded_by:
        return f"It was superseded by {clean(found.superseded_by)}."
    if as_of > decision.expires_on:
        return f"It expired on {on(decision.expires_on)}."
    span = f"from {on(decision.valid_from)} to {on(decision.expires_on)}"
    return f"It holds {span}."


def votes(decision: Decision) -> str:
    """Say how many seats were present, and how they voted."""
    there = [member for member in decision.members if member.present]
    cast = Counter[str](member.vote for member in there if member.vote)
    told = listed([f"{cast[vote]} {word}" for vote, word in CHOICES.items() if cast[vote]])
    return f"{len(there)} of {len(decision.members)} seats were present. Votes: {told or 'none'}."


def dissent(decision: Decision) -> str:
    """Say how many members dissent; their own words stand on the decision's page."""
    count = len(decision.dissent)
    if not count:
        return "Each member present confirmed that there is no dissent."
    return f"{count} {'dissent is' if count == 1 else 'dissents are'} recorded, word for word."


def signed(found: Decided) -> str:
    """Say how many keys have signed, where that was checked."""
    if found.signed is None:
        return "Its signatures were not checked for this report."
    count, keys = found.signed
    return f"Signed by {count} of {keys} keys of the council, checked for this report."


def quorum(decision: Decision) -> str:
    """Say whether the quorum was met, with its rule in the charter's words."""
    state = "was met" if decision.quorum.met else "was not met"
    return f"The quorum {state}: {ended(said(decision.quorum.rule, 400))}"


def override(decision: Decision) -> str:
    """Say that a release may go on although action is needed; empty where it was not overridden."""
    o = decision.override
    if o is None:
        return ""
    return (
        f"Override: approved although action is needed, by {said(o.approver, 60)} until"
        f" {on(o.until)}."
    )


def override_reason(decision: Decision) -> str:
    """Return the start of an override's reason for page one."""
    return f"Its reason: “{said(decision.override.reason, 160)}”" if decision.override else ""


def read(piece: Evidence) -> str:
    """Name a file that the council read, by its fingerprint."""
    return f"{piece.name}, SHA-256 {piece.sha256}"


def withdrawn(decision: Decision) -> str:
    """Say who withdrew a decision and when; empty where nobody did."""
    w = decision.withdrawal
    return f"Withdrawn on {on(w.on)} by {said(w.by, 80)}." if w else ""


def constituency(code: str) -> str:
    """Return the reader's name of whom a seat speaks for."""
    return title(CONSTITUENCIES.get(code, code))


def independence(free: bool, builds: bool) -> str:
    """Say what ties a member has to the system."""
    if free:
        return "None declared"
    return "In the build line" if builds else "Declared"


def vote(present: bool, cast: str | None) -> str:
    """Write a member's vote."""
    return title(CHOICES.get(cast or "", "no vote")) if present else "Absent"


def due(condition: ConditionState) -> str:
    """Write when a condition is due, and whether it is blocking."""
    return f"{on(condition.due)}{', blocking' if condition.blocking else ''}"


def evidence(condition: ConditionState) -> str:
    """Write how a condition was shown to be met."""
    if condition.met_on is None:
        return "–"
    return f"{on(condition.met_on)}: {said(condition.evidence or '', 300)}"


def of_decision(record_id: str, release: str) -> str:
    """Name the decision that an earlier condition belongs to."""
    return f"Decision {clean(record_id)}, on release {said(release, 40)}"


def earlier_head(states: Sequence[str]) -> str:
    """Return the headline of the page on earlier conditions: what became of them."""
    count, late, met = len(states), states.count("late"), states.count("met")
    noun = "condition" if count == 1 else "conditions"
    if late:
        return f"{late} of {count} earlier {noun} {'is' if late == 1 else 'are'} late"
    if met == count:
        return "The earlier condition is met" if count == 1 else f"All {count} {noun} are met"
    verb = "is" if met == 1 else "are"
    return f"{met} of {count} earlier {noun} {verb} met, and none is late"


EARLIER_NOTE = (
    "What the council asked for when it last approved this system, and what became of it. Late: not"
    " met after its day. A blocking condition that is late keeps the gate closed."
)
UNCHECKED = "The ledger’s signatures were not checked for this report."
NO_LEDGER = "No ledger of the council was given, so earlier conditions are not known."
NO_EARLIER = "The council’s ledger holds no earlier condition on this system."


def earlier_fact(states: Sequence[str] | None) -> str:
    """Say in one line what is known of earlier conditions."""
    if states is None:
        return NO_LEDGER
    return f"{earlier_head(states)}." if states else NO_EARLIER


def required(found: Decided, as_of: date) -> str:
    """Return what every report must say of the decision, once there is one."""
    return f"{line(found.decision)} {held(found, as_of)} {dissent(found.decision)}"


NO_CONDITION = "The council adopted no condition."
SEE = "Votes, reasons and dissent stand on their own page:"
ASKED = "What the council is asked to decide"
DECIDED = "What the council decided"
