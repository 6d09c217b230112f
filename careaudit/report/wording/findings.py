"""Sentences about what was found: each is built from the numbers of one comparison or question."""

from __future__ import annotations

from careaudit.record import POOLED, AuditRecord, Comparison, Estimate, Intersection, Question
from careaudit.report import numbers as num
from careaudit.report.wording.names import name, said, segment_name, title, where
from careaudit.report.wording.words import ACTION, NO_GAP, WATCH, MeasureWords, answer

Groups = dict[str, list[str]]


def sides(c: Comparison, groups: Groups, longest: int = 40) -> tuple[str, str]:
    """Return where the first-named side is, and where the other: the harmed side comes first."""
    names = [c.group, c.reference or "rest"]
    if c.harmed == "reference":
        names.reverse()
    return where(c.segment, names[0], groups, longest), where(c.segment, names[1], groups, longest)


def contrast(c: Comparison, groups: Groups, longest: int = 40) -> str:
    """Return where the other side is, short: "where it is en"."""
    first, other = c.group, c.reference or "rest"
    if c.harmed == "reference":
        first, other = other, first
    if c.segment is None or "*" in c.segment or POOLED in (first, other) or other is None:
        return sides(c, groups, longest)[1]
    if "rest" in (first, other):
        return sides(c, groups, longest)[1]
    return f"where it is {name(other, longest)}"


def rates(c: Comparison) -> tuple[float | None, float | None]:
    """Return the two rates in the order of `sides`."""
    pair = (c.group_value, c.reference_value)
    return (pair[1], pair[0]) if c.harmed == "reference" else pair


def more(c: Comparison) -> str:
    """Say how the first side compares: the direction follows the rates themselves."""
    first, other = rates(c)
    if first is None or other is None or first == other:
        return "as often"
    return "more often" if first > other else "less often"


def direction(words: MeasureWords, c: Comparison, groups: Groups) -> str:
    """Say the gap without numbers: "Credits are refused more often where language is es"."""
    happens = words.may_happen if answer(c.verdict, c.reason) is WATCH else words.happens
    return f"{happens} {more(c)} {sides(c, groups)[0]}."


def both_rates(c: Comparison, per: int, groups: Groups, event: str) -> str | None:
    """Say the two rates in one sentence."""
    first, other = rates(c)
    if first is None or other is None:
        return None
    here, there = sides(c, groups)[0], contrast(c, groups)
    return (
        f"{title(here)}, {num.in_every(first, per)} {event}, against"
        f" {num.every(other, per)} {there}."
    )


def other_side(c: Comparison, per: int, groups: Groups, words: MeasureWords) -> str | None:
    """Say the same gap from its other side: what did not happen."""
    first, other = rates(c)
    if first is None or other is None:
        return None
    here, there = sides(c, groups)[0], contrast(c, groups)
    return (
        f"The other side: {num.in_every(1 - first, per)} {words.no_event} {here},"
        f" against {num.every(1 - other, per)} {there}."
    )


def gap(c: Comparison, per: int) -> str | None:
    """Say how large the gap is, with its range; None where there is none to say."""
    d = c.difference
    if d.value is None:
        return None
    if d.low is None or d.high is None:
        return f"The gap is {num.points(d.value, per)} in every {per:,}."
    low, high = sorted((d.low, d.high), key=abs)
    if d.low > 0 or d.high < 0:
        ends = f"{num.points(low, per)} to {num.points(high, per)}"
        return f"The gap is {num.points(d.value, per)} in every {per:,} ({ends} plausible)."
    down, up = num.points(d.low, per), num.points(d.high, per)
    return (
        f"The gap is {num.points(d.value, per)} in every {per:,}."
        f" The range reaches from {down} fewer to {up} more."
    )


def tolerated(c: Comparison, per: int) -> str | None:
    """Say what the limit comes to for this pair."""
    if c.tolerated_gap is None:
        return None
    return f"For the largest gap below, it comes to {limit_points(c.tolerated_gap, per)}."


def limit_points(gap: float, per: int) -> str:
    """Write a tolerated gap; a decimal where whole numbers would hide it."""
    size = gap * per
    text = f"{num.half_up(size, 1)}".removesuffix(".0")
    return f"{text} in every {per:,}"


def limit_rule(q: Question, orientation: str) -> list[str]:
    """Say the tolerance curve in words, and whose it is."""
    ratio, floor, cap = q.limit.ratio, q.limit.floor, q.limit.cap
    share, side = (1 / ratio - 1, "lower") if orientation == "adverse" else (1 - ratio, "higher")
    per = num.per_of([floor, cap])
    least = limit_points(floor, per).split(" ", 1)[0]
    ends = f"never less than {least} nor more than {limit_points(cap, per)}"
    return [
        f"A gap of up to {num.percent(share)} of the {side} rate is tolerated, {ends}.",
        "The limit is a policy value of the audit plan, not law. The council may set another.",
    ]


def needed(c: Comparison) -> str | None:
    """Say what the log could have shown and what it would take."""
    parts = []
    if c.detectable.gap is not None:
        per = num.per_of([abs(c.detectable.gap)])
        parts.append(
            f"The smallest gap this log could reliably have shown is about"
            f" {num.points(c.detectable.gap, per)} in every {per:,}."
        )
    if c.group_value is None:
        return " ".join(parts) or None  # too few customers to print a count
    if c.detectable.n_needed is not None and c.detectable.n_needed > c.n:
        parts.append(
            f"There are {num.count(c.n)} decisions; a group treated alike would need about"
            f" {num.about(c.detectable.n_needed)} to show it."
        )
    return " ".join(parts) or None


def fact(c: Comparison, per: int, groups: Groups, *, brief: bool = False) -> str:
    """Return the short fact of the question table: both rates, or what is missing."""
    kind = answer(c.verdict, c.reason)
    first, other = rates(c)
    if first is None or other is None:
        return "No rate could be estimated"
    if kind in (ACTION, WATCH) and brief:
        return f"{num.every(first, per)} against {num.in_every(other, per)}"
    if kind in (ACTION, WATCH):
        here, there = sides(c, groups, 18)[0], contrast(c, groups, 18)
        return f"{num.in_every(first, per)} {here}, {num.every(other, per)} {there}"
    if kind is NO_GAP:
        text = f"Largest gap {num.points(c.difference.value or 0.0, per)} in every {per:,}"
        if c.tolerated_gap is not None:
            text += f", limit {limit_points(c.tolerated_gap, per).split(' ', 1)[0]}"
        return text
    if c.detectable.n_needed is not None and c.detectable.n_needed > c.n:
        at = where(c.segment, c.group, groups, 18)
        have, need = num.count(c.n), num.about(c.detectable.n_needed)
        return f"{have} decisions {at}; about {need} needed"
    size = num.points(c.difference.value or 0.0, per)
    return f"Gap {size} in every {per:,}; the range is too wide"


def excess_people(c: Comparison, words: MeasureWords, customers: bool) -> str | None:
    """Say what the gap came to in decisions or customers; None where the group is not harmed."""
    people = c.affected.people
    if people.value is None or people.value <= 0 or c.harmed != "group":
        return None
    here, there = sides(c, {})[0], contrast(c, {})
    instead = words.instead_customers if customers else words.instead
    text = f"About {num.count(people.value)} more {instead} {here}, at the rate {there}"
    ends = num.count_span(people.low, people.high)
    return f"{text} ({ends} plausible)." if ends else f"{text}."


def unknown_bound(
    segment: str, group: str, known: Estimate, missing: Estimate, per: int, groups: Groups
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
        f" {num.in_every(moved, per)}, against {num.every(known.value, per)} now."
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


def overlap(i: Intersection, words: MeasureWords, groups: Groups) -> str:
    """Say what was seen in one overlap of groups."""
    place = where(i.segment, i.group, groups, 24)
    if i.value is None:
        return f"Overlap, exploratory: {place}."
    per = num.per_of([i.value])
    text = num.rate_with_range(i.value, i.low, i.high, per)
    return f"Overlap, exploratory: {text} {words.event} {place}."
