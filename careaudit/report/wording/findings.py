"""Sentences about what was found: each is built from the numbers of one comparison or question."""

from __future__ import annotations

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import (
    POOLED,
    AuditRecord,
    Comparison,
    Estimate,
    Intersection,
    Limit,
    Question,
)
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import name, said, segment_name, title, where
from careaudit.report.wording.words import (
    ACROSS,
    ACTION,
    BEYOND_UNCORRECTED,
    INSIDE_UNPROVEN,
    NO_GAP,
    NO_RANGE,
    WATCH,
    answer,
    reason,
)

Groups = dict[str, list[str]]


def sides(c: Comparison, groups: Groups, longest: int = 40) -> tuple[str, str]:
    """Return where the group is, and where its comparison group is."""
    other = c.reference or "rest"
    return where(c.segment, c.group, groups, longest), where(c.segment, other, groups, longest)


def contrast(c: Comparison, groups: Groups, longest: int = 40) -> str:
    """Return where the comparison group is, short: "where it is en"."""
    other = c.reference or "rest"
    if c.segment is None or "*" in c.segment or c.group in (None, POOLED) or other == "rest":
        return sides(c, groups, longest)[1]
    return f"where it is {name(other, longest)}"


def rates(c: Comparison) -> tuple[float | None, float | None]:
    """Return the two rates in the order of `sides`."""
    return c.group_value, c.reference_value


def more(words: MeasureWords, c: Comparison) -> str:
    """Say how the group compares: the direction follows the rates themselves."""
    first, other = rates(c)
    if first is None or other is None or first == other:
        return words.same
    return words.more if first > other else words.less


def than(found: list[Comparison], groups: Groups) -> str:
    """Name the comparison group where a gap is in favour of a group: " than where it is en"."""
    if not found or found[0].harmed != "reference":
        return ""
    if len({(c.segment, c.reference) for c in found}) > 1:
        return ", than in their comparison groups"
    return f" than {contrast(found[0], groups, 24)}"


def direction(words: MeasureWords, c: Comparison, groups: Groups) -> str:
    """Say the gap without numbers: "Credits are refused more often where language is es"."""
    happens = words.may_happen if answer(c.verdict, c.reason) is WATCH else words.happens
    return f"{happens} {more(words, c)} {sides(c, groups)[0]}{than([c], groups)}."


def both_rates(c: Comparison, notation: Notation, groups: Groups, event: str) -> str | None:
    """Say the two rates in one sentence."""
    first, other = rates(c)
    if first is None or other is None:
        return None
    here, there = sides(c, groups)[0], contrast(c, groups)
    return (
        f"{title(here)}, {notation.told(first)} {event}, against {notation.value(other)} {there}."
    )


def other_side(
    c: Comparison, notation: Notation, groups: Groups, words: MeasureWords
) -> str | None:
    """Say the same gap from its other side: what did not happen; None where there is none."""
    first, other = rates(c)
    if first is None or other is None or not notation.share:
        return None
    here, there = sides(c, groups)[0], contrast(c, groups)
    return (
        f"The other side: {notation.told(1 - first)} {words.no_event} {here},"
        f" against {notation.value(1 - other)} {there}."
    )


def gap(c: Comparison, notation: Notation, words: MeasureWords) -> str | None:
    """Say how large the gap is, with its range; None where there is none to say."""
    d = c.difference
    if d.value is None:
        return None
    told = f"The gap is {notation.told_size(d.value, c.tolerated_gap)}"
    if d.low is None or d.high is None:
        return f"{told}."
    low, high = sorted((d.low, d.high), key=abs)
    if d.low > 0 or d.high < 0:
        return f"{told} ({notation.size(low)} to {notation.size(high)} plausible)."
    down, up = notation.size(d.low), notation.size(d.high)
    less, more_ = ("fewer", "more") if notation.share else (words.less, words.more)
    return f"{told}. The range reaches from {down} {less} to {up} {more_}."


def measured(words: MeasureWords, notation: Notation) -> str:
    """Say what the table of a finding measures, and what its gaps are."""
    what = f"{words.base} that {words.event}" if notation.share else words.base
    noun = "rate" if notation.share else "value"
    return f"Measured: {what}. Gap: the group’s {noun} minus that of its comparison group."


def tolerated(c: Comparison, limit: Limit, notation: Notation, groups: Groups) -> str | None:
    """Say what the limit comes to for this pair; None where it is the same for every pair."""
    if c.tolerated_gap is None or limit.gap is not None:
        return None
    here = title(sides(c, groups)[0])
    return f"{here}, it comes to {notation.tolerated(c.tolerated_gap)}{notation.noun}."


POLICY = "The limit is a policy value of the audit plan, not law. The council may set another."


def limit_rule(q: Question, orientation: str, notation: Notation) -> list[str]:
    """Say the limit in words, and whose it is: a curve of rates, a share, or a gap."""
    ratio, floor, cap = q.limit.ratio, q.limit.floor, q.limit.cap
    if q.limit.share is not None:
        share = num.percent(q.limit.share)
        return [f"A gap of up to {share} of the comparison group’s value is tolerated.", POLICY]
    if q.limit.gap is not None:
        size = f"{notation.policy(q.limit.gap)}{notation.noun}"
        return [f"A gap of up to {size} is tolerated, in either direction.", POLICY]
    if ratio is None or floor is None or cap is None:
        return [POLICY]
    adverse = f"{num.percent(1 / ratio - 1)} of the lower rate"
    favorable = f"{num.percent(1 - ratio)} of the higher rate"
    mine, other = (adverse, favorable) if orientation == "adverse" else (favorable, adverse)
    against = "in the customer’s favour" if orientation == "adverse" else "against the customer"
    ends = f"never less than {notation.tolerated(floor)} nor more than {notation.tolerated(cap)}"
    return [
        f"A gap of up to {mine} is tolerated, {ends}{notation.noun}.",
        f"Read in the other direction, for decisions {against}, the same policy is {other}.",
        POLICY,
    ]


def why(c: Comparison) -> str:
    """Say why a comparison has its answer; the range decides what can be said of it."""
    if c.reason != "insufficient":
        return reason(c.verdict, c.reason)
    low, high = c.u.low, c.u.high
    if low is None or high is None:
        return NO_RANGE
    if low >= 1:
        return BEYOND_UNCORRECTED
    return ACROSS if high > 1 else INSIDE_UNPROVEN


SHARPER = "Self-reports or sharper probabilities would narrow it."
"""What it takes where who is a member is known by probability alone: more decisions do not help."""


def needed(c: Comparison, notation: Notation, *, inferred: bool) -> str:
    """Say what the log could have shown and what it would take.

    `inferred`: who is in the group is known by probability alone.
    """
    if inferred:
        return SHARPER
    if c.detectable.gap is None:
        parts = ["No gap could have been shown with so few decisions."]
    else:
        size = notation.told_size(c.detectable.gap)
        parts = [f"The smallest gap this log could reliably have shown is about {size}."]
    need = c.detectable.n_needed
    if c.group_value is None or need is None:
        return " ".join(parts)  # too few customers to print a count
    if need > c.n:
        parts.append(
            f"There are {num.count(c.n)} decisions; a group treated alike would need"
            f" {num.about(need)} to show it."
        )
    elif c.detectable.gap is not None and _near(c):
        parts.append(
            "There are enough decisions for a group treated alike, so the gap lies near the limit."
        )
    return " ".join(parts)


def _near(c: Comparison) -> bool:
    """Tell whether a range holds the limit."""
    return c.u.low is not None and c.u.high is not None and c.u.low < 1 < c.u.high


def fact(c: Comparison, notation: Notation, groups: Groups, *, brief: bool = False) -> str:
    """Return the short fact of the question table: both rates, or what is missing."""
    kind = answer(c.verdict, c.reason)
    first, other = rates(c)
    if first is None or other is None:
        return "No rate could be estimated"
    if kind in (ACTION, WATCH) and brief:
        return f"{notation.value(first)} against {notation.told(other)}"
    if kind in (ACTION, WATCH):
        here, there = sides(c, groups, 18)[0], contrast(c, groups, 18)
        return f"{notation.told(first)} {here}, {notation.value(other)} {there}"
    if kind is NO_GAP:
        size = notation.told_size(c.difference.value or 0.0, c.tolerated_gap)
        text = f"Largest gap of groups judged alone: {size}"
        if c.tolerated_gap is not None:
            text += f", limit {notation.tolerated(c.tolerated_gap)}"
        return text
    if c.reason == "membership_unsure":
        return "Who is a member is known by probability alone"
    if c.detectable.n_needed is not None and c.detectable.n_needed > c.n:
        at = where(c.segment, c.group, groups, 18)
        have, need = num.count(c.n), num.about(c.detectable.n_needed)
        return f"{have} decisions {at}; {need} needed"
    size = notation.told_size(c.difference.value or 0.0, c.tolerated_gap)
    tail = "near the limit" if _near(c) else "not established"
    return f"Gap {size}, {tail}"


def excess_people(c: Comparison, words: MeasureWords, customers: bool) -> str | None:
    """Say what the gap came to in decisions or customers; None where the group is not harmed."""
    people = c.affected.people
    if people.value is None or people.value <= 0 or c.harmed != "group":
        return None
    here, there = sides(c, {})[0], contrast(c, {})
    instead = words.instead_customers if customers else words.instead
    ends = num.count_span(people.low, people.high)
    plausible = f" ({ends} plausible)" if ends else ""
    text = f"{title(here)}, about {num.count(people.value)} more {instead}{plausible}."
    return f"{text} This is at the rate {there}."


def unknown_bound(
    segment: str, group: str, known: Estimate, missing: Estimate, notation: Notation, groups: Groups
) -> str | None:
    """Say what the rate of a group would be if all decisions without a record were its own."""
    if known.events is None or missing.events is None or known.value is None:
        return None
    total = known.n + missing.n
    if not total or not missing.n:
        return None
    moved = (known.events + missing.events) / total
    return (
        f"{num.count(missing.n)} decisions have no recorded {segment_name(segment)}."
        f" If all were {where(segment, group, groups)}, that rate would be"
        f" {notation.told(moved)}, against {notation.value(known.value)} now."
    )


def missing_text(q: Question) -> str:
    """Say what the log lacks for a question."""
    if q.missing:
        return said(q.missing, 240)
    return "The record does not say what is missing"


def release_name(record: AuditRecord, longest: int = 72) -> str:
    """Return what is under review: the system with its release, or the audit's name."""
    info = record.audit
    if info.system:
        both = " ".join(p for p in (info.system, info.release) if p)
        return said(both if len(both) <= 48 else info.system, longest)
    return said(info.name or "this log", longest)


def overlap(i: Intersection, words: MeasureWords, groups: Groups, notation: Notation) -> str:
    """Say what was seen in one overlap of groups."""
    place = where(i.segment, i.group, groups, 24)
    if i.value is None:
        return f"Overlap, exploratory: {place}."
    text = notation.told_with_range(i.value, i.low, i.high)
    return f"Overlap, exploratory: {text} {words.event} {place}."
