"""Sentences of what goes along with a gap: never what it is because of, never that it is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Comparison, Driver, Interval
from careaudit.report.wording.alike import ROLES
from careaudit.report.wording.findings import Groups, sides
from careaudit.report.wording.names import (
    cut,
    name,
    plain,
    said,
    segment_name,
    title,
)
from careaudit.report.wording.summary import places
from careaudit.report.wording.words import listed

PAGE = "What goes along with the gaps"
NEARLY = "about 0"
FIRST = "What goes along with the gaps:"
SEE = "More, and how sure:"
PART = "Possible causes"
STAYS = (
    "A gap that goes along with something stays a gap, and it changes no answer. What causes it,"
    " a log cannot show."
)
ITSELF = (
    "Ask of each one listed: could it itself carry the difference? It does where it stands for the"
    " group, or says little of the request."
)
STEPS = "From one rate to the other, step by step"
STEP_HEADS = ("Step", "Change", "Rate after it")
NO_STEP, NO_PHRASE = "With none of these inputs", "Not with this phrase"
NOT_DRAWN = "Phrases are not in this picture."
OTHERS = "Other gaps, in a line each"
OVERLAP = "These overlap: their shares add up to over 100%, as they are largely the same decisions."
FIELDS, TERMS = "The inputs looked at", "The phrases looked at"
CANDIDATE_HEADS = (
    "Share of the gap",
    "Gap left within it",
    "Predicts the checked outcome",
    "Listed",
)
EMPTY = "What goes along with the gaps"
WHEN = "Nothing, until a question has such a gap."

VALIDITY = {
    "valid": "Yes, alike on both sides",
    "unequal": "Not alike on both sides",
    "unsupported": "No",
    "untested": "Cannot tell yet",
}
VALIDITY_REASONS = {
    "no_labels": "no checked outcomes",
    "selected_labels": "the checked ones were picked out",
    "one_sided_labels": "one kind of outcome was checked",
    "same_decisions": "decisions do not turn on it",
    "few_labels": "too few checked outcomes",
    "one_side": "on one side alone",
    "unlike_slopes": "more on one side",
    "unlike_levels": "more at some of its values",
    "not_about_decisions": "the question is not about decisions",
    "weak": "far less than decisions turn on it",
    "reverse": "it points the other way",
    "label_is_decision": "the checked outcome repeats the decision",
}
LISTED = "Listed"
NOT_LISTED = {
    "weak_association": "No: it goes little with the group",
    "small_share": "No: little of the gap goes along with it",
    "no_support": "No: too few alike on both sides to compare",
    "id": "No: an id, which tells each case from all others",
    "free_text": "No: it reads like free text",
    "one_value": "No: it holds one value",
    "empty": "No: the log holds no value of it",
    "too_many_values": "No: it holds too many values to compare",
    "same_as_segment": "No: it is the group itself under another name",
    "same_as_outcome": "No: it gives the decision away",
    "output": "No: it comes out of the decision, not into it",
    "not_with_segment": "No: both groups use it alike, decisions being equal",
    "not_with_decision": "No: decisions do not go along with it",
    "few_customers": "No: too few customers",
    "same_as_part": "No: the wider group shows the same gap",
    "not_confirmed": "Not seen again in the other half",
}
"""Why a candidate is not listed, by the record's reason."""
LOUD = {"same_as_segment", "same_as_outcome"}
"""Reasons that the council must hear in a sentence: the system could use the group itself."""

SKIPPED = (
    "It was asked to leave that out, so nobody looked.",
    "An audit without `--no-drivers`.",
)
NO_GAP = ("No gap asks for action or watching, so nothing was looked for.", WHEN)
NOT_A_RATE = (
    "The gaps are none of decisions that end one way or the other, so none was looked into.",
    "A question on how often something is decided.",
)
NO_INPUTS = (
    "The plan names no inputs to look at, or the log holds none that can be used.",
    "Name the inputs in `[drivers] fields`, and free text in `[log.columns] text`.",
)


def what(driver: Driver) -> str:
    """Name a driver in a sentence: “the phrase “billing dispute””, “the input intent”."""
    if driver.kind == "term":
        return f"the phrase “{name(driver.name, 60)}”"
    return f"the input {segment_name(driver.name, 40)}"


def row(driver: Driver) -> str:
    """Name a driver in a table’s first column."""
    return name(driver.name, 60) if driver.kind == "term" else segment_name(driver.name, 40)


def together(found: Sequence[Driver], most: int = 2) -> str:
    """Name drivers in a sentence: so many of them at most, and how many more there are."""
    parts = [what(driver) for driver in found[:most]]
    left = len(found) - most
    return listed([*parts, f"{num.count(left)} more"] if left > 0 else parts)


def head(c: Comparison, found: Sequence[Driver], looked: int, groups: Groups) -> str:
    """Return the finding above a page: what is listed, or that nothing is."""
    here = title(sides(c, groups, 24)[0])
    if found:
        return f"{here}, the gap goes along with {together(found)}"
    noun = "candidate" if looked == 1 else "candidates"
    return f"{here}, the gap goes along with none of the {num.count(looked)} {noun} looked at"


def others(same: list[Comparison], found: Sequence[Driver], groups: Groups) -> str:
    """Say what is listed for other groups of the same attribute, all of them alike."""
    return f"{title(places(same, groups, 4))}, the gap goes along with {together(found)}."


def more(count: int, noun: str) -> str:
    """Say how many rows are left to the record."""
    if count <= 0:
        return ""
    return f"{num.count(count)} more {noun}{'' if count == 1 else 's'} in the record, audit.json."


def cause(c: Comparison, found: Sequence[Driver], groups: Groups) -> str:
    """Say on a finding’s page what its gap goes along with, before the link."""
    here = title(sides(c, groups)[0])
    told = together(found) if found else "nothing that was looked at"
    return f"{here}, the gap goes along with {told}. Whether that is a cause is not known."


def field_note(segment: str, notation: Notation, confidence: int = 95) -> str:
    """Say how to read the table of inputs."""
    return (
        f"Goes with {segment_name(segment, 40)}: from 0, not at all, to 1, it tells the group each"
        f" time, with its {confidence}% range. Gap left: within its values, in every"
        f" {notation.per:,}. Listed: from 0.1 on the first, and over 10% of the gap."
    )


def term_note(notation: Notation) -> str:
    """Say how to read the table of phrases."""
    return (
        "Use: the odds that a customer of the group uses it, over those of the comparison group; 1"
        " is alike. Customers are counted, never mentions. Gap"
        f" left: among decisions with it, and without it, in every {notation.per:,}."
    )


def field_heads(segment: str) -> tuple[str, ...]:
    """Return the heads of the table of inputs."""
    return "Input", f"Goes with {segment_name(segment, 24)}", *CANDIDATE_HEADS


def term_heads() -> tuple[str, ...]:
    """Return the heads of the table of phrases."""
    return "Phrase", "Use by the group", *CANDIDATE_HEADS


def association(driver: Driver) -> str:
    """Write how a candidate goes with the group: V from 0 to 1, or the odds of use."""
    found = driver.association
    if found.value is None:
        return num.NONE
    ends = (found.low, found.high)
    write = _odds if driver.kind == "term" else _tie
    text = write(found.value)
    if ends[0] is None or ends[1] is None:
        return text
    return f"{text} ({write(ends[0])} to {write(ends[1])})"


def _tie(value: float) -> str:
    return NEARLY if 0 < abs(value) < 0.005 else num.guarded(value, [0.0, 0.1, 1.0])


def _odds(log_odds: float) -> str:
    odds = math.exp(max(min(log_odds, 50.0), -50.0))
    return NEARLY if odds < 0.05 else num.guarded(odds, [1.0], 0 if odds >= 10 else 1)


def share(driver: Driver) -> str:
    """Write which part of the gap goes along with it; below none and above all as they are."""
    if driver.mix_share is None:
        return num.NONE
    return NEARLY if abs(driver.mix_share) < 0.005 else num.signed(num.percent(driver.mix_share))


def gap(size: float, notation: Notation) -> str:
    """Write a gap in whole numbers of its denominator: "+7", "about 0"; 0 means exactly none."""
    if not notation.share:
        return notation.signed(size)
    whole = num.half_up(size * notation.per)
    if whole == 0:
        return NEARLY if size else "0"
    return f"{'+' if whole > 0 else ''}{num.signed(f'{whole:,}')}"


def gap_ends(found: Interval, notation: Notation) -> str:
    """Write the range of a gap; empty where an end is missing."""
    if found.value is None or found.low is None or found.high is None:
        return ""
    low, high = (gap(end, notation) for end in (found.low, found.high))
    return low if low == high else f"{low} to {high}"


def gap_told(found: Interval, notation: Notation) -> str:
    """Write a gap with its range: "+3 (+1 to +5)"."""
    if found.value is None:
        return num.NONE
    ends = gap_ends(found, notation)
    return gap(found.value, notation) + (f" ({ends})" if ends else "")


def left(driver: Driver, notation: Notation) -> str:
    """Write the gap that is left within a candidate’s values, with its range."""
    return gap_told(driver.within, notation)


def predicts(driver: Driver) -> tuple[str, str]:
    """Say whether it predicts the checked outcome, and why that is not settled."""
    reason = driver.validity_reason
    told = VALIDITY_REASONS.get(reason, words_of(reason)) if reason else ""
    return VALIDITY[driver.validity], told


def why(driver: Driver) -> str:
    """Say whether a candidate is listed, and why not; an unknown reason is named."""
    if driver.listed:
        return LISTED
    if driver.reason == "carried_by":
        other = f"“{name(driver.carried_by, 40)}”" if driver.carried_by else "another one"
        return f"No: {other} leaves nothing to it"
    return NOT_LISTED.get(driver.reason, f"No: {words_of(driver.reason)}")


def role(driver: Driver) -> str:
    """Say what the plan says of an input as a control; empty where it says nothing."""
    return ROLES[driver.role].lower() if driver.role else ""


def words_of(code: str) -> str:
    """Write a code of a later version as words."""
    return said(" ".join(code.replace("_", " ").split()) or "no reason is recorded", 60)


def asks(driver: Driver) -> bool:
    """Tell whether the record’s sentence asks if the driver itself carries the difference."""
    return "itself" in driver.sentence


def sentence(driver: Driver) -> str:
    """Return the record’s own sentence of a driver, safe to print."""
    return said(driver.sentence, 600)


def step_note(notation: Notation, terms: bool) -> str:
    """Say how to read the steps from one rate to the other."""
    of = "a phrase alone" if terms else "the inputs, whatever their order"
    last = "it" if terms else "none of them"
    return (
        f"In every {notation.per:,} decisions. Each step is the part of the gap that goes along"
        f" with {of}. The last does not go along with {last}. Parts are rounded one by one."
    )


def overlap(found: Sequence[Driver]) -> str:
    """Say that what is listed overlaps, where the shares add up to more than the whole gap."""
    shares = [d.mix_share or 0.0 for d in found]
    return OVERLAP if len(shares) > 1 and sum(shares) > 1.01 else ""


def line(number: int, c: Comparison, found: Sequence[Driver], groups: Groups) -> str:
    """Say in a line what a gap goes along with that has no page."""
    told = together(found) if found else "nothing that was looked at"
    return f"Question {number}: {sides(c, groups, 24)[0]}, the gap goes along with {told}."


def folded(count: int) -> str:
    """Say how many phrases say the same as one that is shown, or carry little of the gap."""
    if count <= 0:
        return ""
    noun, say, carry = ("phrase", "says", "carries") if count == 1 else ("phrases", "say", "carry")
    told = f"{num.count(count)} more {noun} {say} the same or {carry} little"
    return f"{told}: in the record, audit.json."


def more_steps(count: int) -> str:
    """Name the inputs that have no step of their own in the picture."""
    return f"{num.count(count)} more inputs, together"


def ends(c: Comparison, groups: Groups) -> list[str]:
    """Name both ends of the steps: the comparison group, then the group."""
    here, there = sides(c, groups, 24)
    return [title(place.removeprefix("where ")) for place in (there, here)]


def beside(text: str, longest: int = 30) -> str:
    """Shorten a name so that it has room beside its step."""
    return cut(plain(text), longest)


def steps_alt(first: str, last: str, told: Sequence[str]) -> str:
    """Describe the steps for readers who cannot see them."""
    return plain(f"Steps from {first} to {last}: {'; '.join(told)}.")


def methods(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    """Describe how it was looked for; nothing where the record holds nothing of it."""
    return METHODS if record.drivers else ()


METHODS = (
    (
        "What goes along with a gap",
        (
            "Cramér’s V of an input with the group is Bergsma’s, with its range. Its share of the"
            " gap is Kitagawa’s: what lies in how often the two groups meet its values. The gap"
            " left within it is Mantel and Haenszel’s."
        ),
    ),
    (
        "Steps of a gap",
        (
            "Each input has its Shapley share of what all of them together share of the gap, so"
            " their order does not matter."
        ),
    ),
    (
        "Phrases",
        (
            "Words and two-word phrases are counted by customer. Their log-odds have the prior of"
            " Monroe, Colaresi and Quinn. Their use by group and by decision is corrected by"
            " Benjamini and Hochberg’s method."
        ),
    ),
    (
        "Predicting the checked outcome",
        (
            "Values with more decisions against the customer must, in each group, also hold more"
            " customers to whom a check says that nothing else was due."
        ),
    ),
    (
        "Telling groups apart",
        (
            "Boosted trees learn the group from all inputs, and are tried on customers they did not"
            " learn from. The range is DeLong’s. A group is recoverable where it lies above 60 in"
            " 100 pairs."
        ),
    ),
    (
        "Subgroups",
        (
            "Groups of up to three traits are searched in one half of the customers. At most ten"
            " for a question are tested in the other half, and corrected by Holm’s method."
        ),
    ),
)
