"""Sentences of what all inputs together reveal, of reasons, and of how alike cases ended."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.record import Revealed
from careaudit.report.wording.drivers import words_of
from careaudit.report.wording.names import group_name, segment_name

REVEALED = "How well all inputs together tell the groups apart"
REVEALED_HEADS = ("Right in 100 pairs", "Recoverable", "Inputs that tell most")
REVEALED_NOTE = (
    "Pairs: one customer of the group, one of the comparison group. The inputs pick out which is"
    " which: 50 is guessing, 100 every time. Beside an input: how many fewer are right without it."
)
LEAST = 0.005
"""The smallest loss that is told: half a pair in 100."""
REASONS = "Which reasons are given with decisions against the customer"
REASONS_NOTE = (
    "Of every 100 decisions of a group against the customer, how many were given each reason. A"
    " dash: too few customers to show."
)
REASON_HEAD = "Reason"
PAIRS = "Decisions against the customer, beside cases with the same inputs"
PAIRS_HEADS = ("Against the customer", "Compared", "Alike cases mostly favorable, in 100")
PAIRS_NOTE = (
    "Each is put beside its nearest decided cases of other customers with the same inputs. Counted"
    " is where most of those ended in the customer’s favour."
)
PAIRS_LOW = (
    "A low number does not mean that the refusals were right. Alike cases are alike in the inputs"
    " that the gap runs through. Where many of a group are refused, their alike cases are refused"
    " too. Do not compare the rows with each other."
)
NAME_INPUTS = "Name the inputs in `[drivers] fields` to see this."


def pairs_right(found: Revealed) -> str:
    """Write how many of 100 pairs all inputs together tell right, with the range."""
    auc = found.auc
    if auc.value is None:
        return num.NONE
    text = num.guarded(auc.value * 100, [0.0, 50.0, 100.0], 0)
    if auc.low is None or auc.high is None:
        return text
    low, high = (num.guarded(v * 100, [0.0, 50.0, 60.0, 100.0], 0) for v in (auc.low, auc.high))
    return f"{text} ({low} to {high})"


REVEALED_REASONS = {
    "few_customers": "too few customers on a side",
    "no_usable_input": "no input can be used",
    "no_inputs": "no input can be used",
    "one_value": "each input holds one value",
    "same_as_segment": "each input is the group itself",
}


NO_INPUT = {"no_usable_input", "no_inputs"}
"""Reasons that hold for every group alike: no table is needed to tell them."""


def recoverable(found: Revealed) -> str:
    """Say whether the group can be told from the inputs; why there is no answer."""
    if found.reason:
        told = REVEALED_REASONS.get(found.reason, words_of(found.reason))
        return f"Not looked at: {told}"
    return "Yes" if found.recoverable else "Not shown"


def carriers(found: Revealed) -> str:
    """Name the inputs without which the group is told worse, and by how many pairs in 100."""
    told = [
        f"{segment_name(one.name, 30)} ({num.guarded(one.loss * 100, [0.0], 0)})"
        for one in found.carriers[:3]
        if one.loss >= LEAST
    ]
    return ", ".join(told) or num.NONE


def revealed(found: Revealed, segment: str) -> str:
    """Say in a sentence how well all inputs together tell a group from its reference."""
    if found.auc.value is None:
        return ""
    text = (
        f"Take one customer whose {segment_name(segment, 24)} is {group_name(found.group, 24)},"
        f" and one where it is {group_name(found.reference, 24)}. All inputs together pick the"
        f" right one in {pairs_right(found)} of 100 such pairs; 50 is guessing."
    )
    if found.recoverable:
        text += " So the system could tell the group without being told it."
    return text


PAIR_REASONS = {
    "no_inputs": "no input can be used",
    "few_cases": "too few cases with the same inputs",
    "few_customers": "too few customers",
}


def pairs_missing(reason: str | None) -> str:
    """Say why a group’s decisions have nothing beside them."""
    return PAIR_REASONS.get(reason, words_of(reason)) if reason else num.NONE
