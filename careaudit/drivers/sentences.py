"""What is said of a driver, in plain words: what goes along with a gap, never what it is right by.

Each statement is at most two short sentences, and asks what only people can answer.
"""

from __future__ import annotations

from careaudit.plan import Plan
from careaudit.record.drivers import Validity

SHARES = ((0.99, "entirely"), (0.95, "almost entirely"), (0.50, "mostly"), (0.10, "in part"))
"""From which mix share on, how much of a gap is said to run through a driver."""
HARDLY = "hardly"
WHOLE = 1.01
"""Above this mix share, more than a gap runs through a driver; something else makes up for it."""
PREDICTS: dict[Validity, str] = {
    "valid": "predicts {label} alike for both groups",
    "unequal": "does not predict {label} alike for both groups",
    "unsupported": "does not predict {label}",
    "untested": "has not been shown to predict {label}",
}
REVERSE = "does not predict {label}: it points the other way"
WEAK = "predicts {label} far less than decisions turn on it"
NO_LABELS = "no label says whether it should"
REJECTED = {
    "output": "The input {name} is what the system put out, or what was said of it later: it was "
    "left out.",
    "id": "The input {name} is an id, which tells each case from all others: it was left out.",
    "free_text": "The input {name} reads like free text: it was left out. Name it in "
    "[log.columns] text, and its words are looked at.",
    "segment_itself": "The system is given {segment} itself: the input {name} is the same column. "
    "It could use {segment} directly, and no part of the gap can be told apart from it.",
    "same_as_segment": "The input {name} tells {segment} nearly every time: a system that reads "
    "it could use {segment} directly. No part of the gap can be told apart from it.",
    "same_as_outcome": "The input {name} tells the outcome nearly every time. It was written "
    "after the outcome, or it alone decides: find out which.",
    "no_support": "Both sides seldom meet the same values of the input {name}, so that like "
    "cannot be compared with like.",
    "weak_association": "It was not shown that the input {name} goes along with {segment} by more "
    "than a little.",
    "small_share": "The input {name} goes along with {segment}, but it was not shown that more "
    "than a little of the gap runs through it.",
    "carried_by": "Among decisions alike in the input {other}, no more than a tenth of the gap is "
    "left to the input {name}.",
    "one_value": "The input {name} has one value only, which tells nobody apart.",
    "empty": "The input {name} is empty in every decision used.",
    "too_many_values": "The input {name} has {distinct:,} values, too many to hold any of them "
    "still.",
}


def label_words(plan: Plan) -> str | None:
    """The words of the plan's label: the last part of its column, "confirmed fraud"."""
    if plan.label is None:
        return None
    return plan.label.column.rpartition(".")[2].replace("_", " ").strip() or None


def carried(
    what: str, mix_share: float, validity: Validity, label: str | None, reason: str | None = None
) -> str:
    """Say how much of a gap runs through a driver, and whether the driver predicts the label.

    what: 'the phrase “billing dispute”', 'the input intent'; its first two words stand for it
    from then on. reason: why it is not tested, or `weak`.
    """
    short = " ".join(what.split(" ")[:2])
    if label is None or reason in {"no_labels", "not_about_decisions"}:
        says = NO_LABELS
    else:
        words = {"weak": WEAK, "reverse": REVERSE}.get(reason or "", PREDICTS[validity])
        says = f"{short} {words.format(label=label)}"
    return (
        f"{_runs(what, mix_share)}, and {says}. "
        f"Ask whether {short} itself carries the difference between the groups."
    )


def _runs(what: str, mix_share: float) -> str:
    if mix_share > WHOLE:
        return (
            f"More than the whole gap runs through {what}, so that other things pull the other way"
        )
    return f"The gap runs {how_much(mix_share)} through {what}"


def how_much(mix_share: float) -> str:
    """Say in a word how much of a gap a mix share is; a negative one is hardly any."""
    return next((word for least, word in SHARES if mix_share >= least), HARDLY)


def rejected(name: str, reason: str, segment: str, distinct: int, other: str = "") -> str:
    """Say why a declared input is no driver of a gap.

    distinct: how many values it has; other: the listed input that leaves nothing to it.
    """
    return REJECTED[reason].format(name=name, segment=segment, distinct=distinct, other=other)
