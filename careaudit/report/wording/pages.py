"""Sentences of the finding pages and of the page on what could not be assessed."""

from __future__ import annotations

from careaudit.record import Question
from careaudit.report import numbers as num
from careaudit.report.wording.findings import missing_text
from careaudit.report.wording.names import said, title
from careaudit.report.wording.words import ACTION, NO_GAP, WATCH, Answer, listed

LARGEST = "This is the largest gap of this question, measured against its limit."
NOTHING_SEEN = "No rate could be compared for this question."
NO_LIMIT = "No limit applies, since no measure could be taken."
NO_EFFECT = "No decisions beyond the comparison rate are counted for this question."
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


def role(gate: bool, inconclusive: str) -> str:
    """Say whether the question decides the release."""
    if not gate:
        return "This question informs; it does not decide the release."
    text = "This question decides the release."
    if inconclusive == "close":
        return f"{text} An open answer counts as a stop."
    if inconclusive == "warn":
        return f"{text} An open answer counts as a warning."
    return f"{text} An open answer does not stop it."


def more_findings(count: int) -> str:
    """Say how many findings are left to the tables."""
    noun = "group is" if count == 1 else "groups are"
    return f"{count} more {noun} in the tables below."


def comparisons(total: int, action: int, watch: int, nogap: int, cannot: int) -> str:
    """Say how the comparisons of a question ended."""
    parts = [
        f"{n} {word}"
        for n, word in (
            (action, "action needed"),
            (watch, "keep watching"),
            (nogap, "no material gap"),
            (cannot, "cannot tell yet"),
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


def not_detected(gap: float) -> str:
    """Say what a pass could have missed."""
    per = num.per_of([gap])
    return (
        f"A gap of {num.points(gap, per)} in every {per:,} or more would reliably have been"
        " detected in each group."
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


def in_favour(place: str) -> str:
    """Say that a gap goes the other way."""
    return f"The gap {place} is in favour of that group; it is not counted as a harm to it."


def missing(q: Question) -> str:
    """Say what the log lacks."""
    return f"This question was not assessed. What is missing: {missing_text(q).rstrip('.')}."


def takes(q: Question) -> str:
    """Say what it would take to assess a question."""
    if q.missing:
        return f"{title(missing_text(q)).rstrip('.')}."
    if q.reason == "no_comparator":
        return "A second group with decisions, or another attribute."
    return MORE_DECISIONS


def steps(kind: Answer, reason: str) -> list[str]:
    """Say what could be done next, in neutral words; the council decides."""
    if kind is ACTION:
        return [
            "A person could review decisions of the listed groups until a re-audit.",
            (
                "The product owner could look for the rule, text or field that goes along with the"
                " gap."
            ),
            "A re-audit on new decisions would show whether the gap has closed.",
        ]
    if kind is WATCH:
        return [
            "More decisions would tell whether the gap is beyond the limit.",
            "The council could ask for this question again at the next audit.",
        ]
    if kind is NO_GAP:
        return ["The question could be asked again at the next audit, with the same limit."]
    if reason == "not_assessed":
        return [
            "The log could record what is missing.",
            "The council could decide without this answer, and say so.",
        ]
    if reason == "no_comparator":
        return ["The plan could name an attribute with at least two groups."]
    return [
        "A longer window or more decisions would narrow the ranges.",
        "The council could decide without this answer, and say so.",
    ]


def where_title(place: str) -> str:
    """Return a place as a row's first cell."""
    return title(place)


def more_rows(count: int) -> str:
    """Say how many rows are left out."""
    return f"{num.count(count)} more comparisons"


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
FOOT = "Audit {number} · data {data}"
"""The footer: the audit's number and the start of the record's fingerprint."""
