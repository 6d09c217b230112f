"""Sentences of the finding pages and of the page on what could not be assessed."""

from __future__ import annotations

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import Comparison, Money, Question
from careaudit.report.wording.findings import SHARPER, Groups, missing_text
from careaudit.report.wording.names import ended, name, said, segment_name, title, where
from careaudit.report.wording.words import ACTION, NO_GAP, WATCH, Answer, listed

LARGEST = "This is the largest gap among the groups that are judged alone."
OPEN = "This comparison leaves the answer open."
ALONE = "For each group judged alone, any gap is shown to be smaller than the limit."
NOTHING_SEEN = "No rate could be compared for this question."
NO_LIMIT = "No limit applies, since no measure could be taken."
NO_EFFECT = "No decisions beyond the comparison rate are counted for this question."
NOT_COUNTED = "This gap is not counted in people."
EFFECT_OPEN = "Not estimated as a harm, since the answer is open."
CHOSEN = (
    "The plan named no side, so the rarer side over the whole log was measured. It was chosen"
    " before any group was looked at."
)
MORE_DECISIONS = "More decisions, or a longer window."
AS_ABOVE = "As above."
IN_JSON = "All are listed in audit.json."
UNKNOWN_WHY = "The log holds no value, so these decisions form a row of their own."
UNKNOWN_NEEDS = "Record the value, or ask customers for it."
NEVER = (
    "Customers who never reached this decision",
    "The log holds decisions, not the people who gave up before one.",
    "A count of contacts that ended without a decision.",
)
CAUSE = (
    "Why the gaps exist",
    "The log shows what goes together, not what causes what.",
    "A trial, or a review of the rules and texts behind the decisions.",
)


def running(number: int, ask: str) -> str:
    """Return the short title in the footer of a finding."""
    return f"{number}. {said(ask, 52)}"


def role(gate: bool, inconclusive: str, *, release: bool) -> str:
    """Say whether the question counts in the overall answer, and so for the release."""
    if not gate:
        return "This question informs; it does not count in the overall answer."
    text = (
        "This question decides the release."
        if release
        else "This question counts in the overall answer."
    )
    if inconclusive == "close":
        return f"{text} An open answer counts as a stop."
    if inconclusive == "warn":
        return f"{text} An open answer counts as a warning."
    return f"{text} An open answer does not stop it."


def more_findings(count: int) -> str:
    """Say how many findings are left to the tables."""
    noun = "group is" if count == 1 else "groups are"
    return f"{count} more {noun} in the tables below."


def more_effects(count: int) -> str:
    """Say how many groups’ people and money are left to the record."""
    noun = "group is" if count == 1 else "groups are"
    return f"People and money of {count} more {noun} in audit.json."


def comparisons(total: int, action: int, watch: int, nogap: int, cannot: int, small: int) -> str:
    """Say how the comparisons of a question ended."""
    parts = [
        f"{n} {word}"
        for n, word in (
            (action, "action needed"),
            (watch, "keep watching"),
            (nogap, "no material gap"),
            (cannot, "cannot tell yet"),
            (small, "too small to be judged alone"),
        )
        if n
    ]
    noun = "comparison" if total == 1 else "comparisons"
    return f"{num.count(total)} {noun}: {listed(parts)}."


def coverage(share: float) -> str:
    """Say how much of the decisions the comparisons cover."""
    return f"The groups that could be judged hold {num.percent(share)} of the decisions."


def for_group(place: str, need: str) -> str:
    """Say what it would take for one group."""
    return f"{title(place)}: {need[:1].lower()}{need[1:]}"


def not_detected(gap: float, notation: Notation) -> str:
    """Say what a pass could have missed."""
    return (
        f"A gap of {notation.told_size(gap)} or more would reliably have been"
        " detected in each group judged alone."
    )


def clustered(effect: float) -> str:
    """Say that several decisions of one customer were allowed for."""
    return (
        "Some customers have several decisions. The ranges allow for it, by a design effect of up"
        f" to {num.guarded(effect, [1.0], 1)}."
    )


def money_of(
    value: float, low: float | None, high: float | None, currency: str | None, kind: str
) -> str:
    """Say the money of one comparison."""
    ends = num.money_span(low, high, currency)
    what = (
        "credits not paid, at the comparison group’s mean per request"
        if kind in ("goodwill_credit", "lending_credit")
        else "amounts not paid, at the comparison group’s mean per request"
    )
    plausible = f" ({ends} plausible)" if ends else ""
    unit = "" if currency else ", in the currency of the log"
    return f"That is about {num.money(value, currency)} in {what}{unit}{plausible}."


def money_parts(found: Money) -> str:
    """Say the two parts of an amount: fewer grants, and smaller ones; empty where not told."""
    granting, size = found.granting, found.size
    if granting is None or size is None or granting.value is None or size.value is None:
        return ""
    first, second = (num.money(part, found.currency) for part in (granting.value, size.value))
    return f" Fewer grants come to {first} of it, smaller ones to {second}."


def money_alone(place: str, money: str) -> str:
    """Say the money of one comparison that counts no people."""
    return f"{title(place)}: {money.removeprefix('That is ')}"


def in_favour(place: str) -> str:
    """Say that gaps go the other way."""
    return (
        f"{title(place)}, the gap is in favour of the group. This is not counted as a harm to it."
    )


def missing(q: Question) -> str:
    """Say what the log lacks, or what stands in the way of an answer."""
    if q.reason != "not_assessed":
        return f"What stands in the way of an answer: {ended(missing_text(q))}"
    return f"This question was not assessed. What is missing: {ended(missing_text(q))}"


TAKES = {
    "labels_missing": "Checked outcomes of decisions picked at random, in every group.",
    "nonresponse": "More answers, from all groups alike.",
    "membership_unsure": "Self-reports of who is a member, or sharper probabilities.",
}
"""What answers a question that more decisions would not answer."""


def takes(q: Question) -> str:
    """Say what it would take to assess a question."""
    if q.reason in TAKES:
        return TAKES[q.reason]
    if q.missing:
        return ended(title(missing_text(q)))
    if q.reason == "no_comparator":
        return "A second group with decisions, or another attribute."
    return MORE_DECISIONS


_WITHOUT = "The council could decide without this answer, and say so."
_STEPS = {
    "not_assessed": "The log could record what is missing.",
    "labels_missing": "A random sample of decisions could be checked, in every group.",
    "nonresponse": "Customers could be asked in other ways, so that more of them answer.",
    "membership_unsure": "A sample of customers could be asked whether they are members.",
}


def steps(kind: Answer, reason: str, *, harm: bool, inferred: bool) -> list[str]:
    """Say what could be done next, in neutral words; the council decides.

    `inferred`: what is open hangs on who is a member, which is known by probability alone.
    """
    if kind is ACTION:
        return [
            "A person could review decisions of the listed groups until a re-audit."
            if harm
            else "A person could review how decisions are made for the listed groups.",
            (
                "The product owner could look for the rule, text or field that goes along with the"
                " gap."
            ),
            "A re-audit on new decisions would show whether the gap has closed.",
        ]
    if kind is WATCH:
        return [
            SHARPER
            if inferred
            else "More decisions would tell whether the gap is beyond the limit.",
            "The council could ask for this question again at the next audit.",
        ]
    if kind is NO_GAP:
        return ["The question could be asked again at the next audit, with the same limit."]
    if reason in _STEPS:
        return [_STEPS[reason], _WITHOUT]
    if reason == "no_comparator":
        return ["The plan could name an attribute with at least two groups."]
    return [
        SHARPER if inferred else "A longer window or more decisions would narrow the ranges.",
        _WITHOUT,
    ]


def more_rows(count: int) -> str:
    """Say how many rows are left out."""
    return f"{num.count(count)} more comparisons"


def several(found: list[Comparison], groups: Groups) -> str:
    """Name the groups of comparisons of one attribute: "language: Arabic, French"."""
    if len(found) == 1:
        return where(found[0].segment, found[0].group, groups)
    names = [name(c.group or "", 30) for c in found[:12]]
    if len(found) > 12:
        names.append(f"{len(found) - 12} more")
    return f"{segment_name(found[0].segment or '')}: {listed(names)}"


def small_takes(found: list[Comparison]) -> str:
    """Say how many decisions groups too small to be judged alone would need."""
    needs = [c.detectable.n_needed for c in found if c.detectable.n_needed is not None]
    if not needs:
        return MORE_DECISIONS
    low, high = num.about(min(needs)), num.about(max(needs))
    span = low if low == high else f"{low} to {high.removeprefix('about ')}"
    return f"{title(span)} decisions each, for groups treated alike."


def small_rows(names: list[str]) -> str:
    """Name the groups too small to be judged alone."""
    shown = names[:12]
    tail = f" and {num.count(len(names) - 12)} more" if len(names) > 12 else ""
    return f"Groups too small to be judged alone: {', '.join(shown)}{tail}"


def small_needs(least: int) -> str:
    """Say how many decisions a group needs."""
    return f"At least {num.count(least)} effective decisions each. They are judged together now."


def unknown_row(segment: str, rows: int) -> str:
    """Name the decisions without a recorded value."""
    return f"{title(segment)}: not recorded in {num.count(rows)} decisions"


PAGE = {
    "contents": "Contents, and how to read this report",
    "people": "People and money",
    "overlap": "Where groups overlap, and what happens next",
    "decision": "Council decision",
    "earlier": "Earlier conditions",
    "decided": "What the council decided",
    "open": "What could not be assessed",
    "quality": "What to know about the data",
    "said": "What every report must say",
    "methods": "Annex A: methods in words",
    "tables": "Annex B: all comparisons",
    "glossary": "Annex C: glossary",
    "lineage": "Annex D: where the data came from",
}
NO_QUALITY = "The audit noted nothing about the data or the plan."
REPLY = "Product owner’s reply"
REPLY_EMPTY = "No reply is recorded. Name, day and reply:"
KIND = "Equity impact report"
CLOSING = "The whole record is in audit.json, beside this file."
FOOT = "Audit {number} · data {data}"
"""The footer: the audit's number and the start of the record's fingerprint."""
