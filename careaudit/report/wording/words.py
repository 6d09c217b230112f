"""The words for verdicts, reasons and measures. Every reader-facing term is fixed here."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.record import Unit, Verdict
from careaudit.report.wording.measures import NAMED, MeasureWords, counted, unnamed
from careaudit.report.wording.names import clean


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict as readers see it: word, shape and colour class always go together."""

    word: str
    shape: str
    css: str


ACTION = Answer("Action needed", "▲", "action")
NO_GAP = Answer("No material gap", "●", "nogap")
WATCH = Answer("Keep watching", "◆", "watch")
CANNOT = Answer("Cannot tell yet", "○", "cannot")
ANSWERS = (ACTION, WATCH, NO_GAP, CANNOT)


def answer(verdict: Verdict, reason: str) -> Answer:
    """Return the answer for a verdict and its reason."""
    if verdict == "fail":
        return ACTION
    if verdict == "pass":
        return NO_GAP
    return WATCH if reason == "adverse_signal" else CANNOT


WAIVED = Answer("Waived", "△", "waived")
KNOWN = Answer("Known, not larger", "△", "known")
OVERRIDDEN = Answer("Overridden by the council", "△", "overridden")
VOID = Answer("Waiver void", "□", "void")
"""A waiver that covers nothing today."""
MET = Answer("Met", "✓", "nogap")
LATE = Answer("Late", "▲", "action")
NOT_MET = Answer("Not met yet", "○", "cannot")
"""How a condition of the council stands on a day."""
COVERED = {"waived": WAIVED, "known": KNOWN, "overridden": OVERRIDDEN}
"""What a gate makes of a finding that needs action and that somebody answers for."""


def gate_answer(outcome: str, verdict: Verdict, reason: str) -> Answer:
    """Return the answer for what the gate makes of a verdict; covered ones have their own."""
    return COVERED.get(outcome) or answer(verdict, reason)


MEANINGS = {
    ACTION.word: "Chance alone would rarely give such a gap, and the gap lies beyond the limit"
    " with the confidence that the plan asks for.",
    WATCH.word: "Chance alone would rarely give such a gap. Whether it lies beyond the limit"
    " is not established.",
    NO_GAP.word: "The data show that any gap is smaller than the limit, in either direction.",
    CANNOT.word: "The data cannot settle it. It does not mean that the system treats groups alike.",
}

REASONS = {
    "established": "Chance alone would rarely give such a gap, and it is shown to be beyond"
    " the limit.",
    "probable": "Chance alone would rarely give such a gap, and it is probably beyond the limit.",
    "adverse_signal": "Chance alone would rarely give such a gap. The estimate is beyond the"
    " limit, but the range also allows a smaller gap.",
    "tolerable": "There is a gap that chance alone would rarely give, and it is shown to be"
    " smaller than the limit.",
    "no_variation": "Every decision of the log has the same outcome, so no gap can show.",
    "within_limit": "Any gap is shown to be smaller than the limit.",
    "insufficient": "At least one comparison that counts stays open, so the question is open.",
    "too_small_alone": "There are too few decisions to be judged alone. The group counts in the"
    " small groups taken together.",
    "coverage": "The groups that could be judged hold too small a share of the decisions.",
    "labels_missing": "The checked outcomes cannot carry an answer: they are missing, rarer for"
    " some than for others, or not picked at random.",
    "nonresponse": "Too few customers answered, or some groups far less often than others.",
    "membership_unsure": "Who is a member is known by probability alone, and that leaves the answer"
    " open; self-reports or sharper probabilities would narrow it.",
    "no_comparator": "There is no second group to compare with.",
    "not_assessed": "The log lacks what this question needs.",
    "no_data": "No decisions could be used.",
    "no_decisions": "No decisions could be used.",
    "no_gated_question": "The plan names no question that decides the release.",
    "ungated": "The plan names no question that decides the release.",
    "small": "The group has too few decisions to be judged alone.",
    "small_group": "The group has too few decisions to be judged alone.",
    "suppressed": "The group has too few customers to be shown.",
    "undefined": "The rate is not defined, since no decision counts towards it.",
    "all_pass": "Each comparison shows a gap smaller than the limit.",
    "any_fail": "At least one comparison needs action.",
}


ACROSS = "The plausible range reaches both sides of the limit, so the data cannot tell."
BEYOND_UNCORRECTED = (
    "The range lies beyond the limit. The gap is not established after correction for the number of"
    " comparisons."
)
INSIDE_UNPROVEN = (
    "The range lies within the limit, but too few decisions could be judged to show it."
)
NO_RANGE = "No range could be shown for this gap, so the data cannot tell."


def reason(verdict: Verdict, code: str) -> str:
    """Say why a verdict was reached; an unknown reason is named, never guessed."""
    if code in REASONS:
        return REASONS[code]
    if verdict == "pass":
        return REASONS["within_limit"]
    return f"The record gives this reason: {' '.join(code.replace('_', ' ').split()) or 'none'}."


_GENERIC = {
    "adverse_rate": MeasureWords(
        "Decisions against the customer",
        "Decisions go against the customer",
        "Decisions may go against the customer",
        "went against the customer",
        "did not go against the customer",
        "decisions",
        "decisions would have gone in the customer’s favour",
        "customers would have had the decision in their favour",
    ),
    "favorable_rate": MeasureWords(
        "Decisions in the customer’s favour",
        "Decisions go in the customer’s favour",
        "Decisions may go in the customer’s favour",
        "went in the customer’s favour",
        "did not go in the customer’s favour",
        "decisions",
        "decisions would have gone in the customer’s favour",
        "customers would have had the decision in their favour",
    ),
    "wrongful_adverse_rate": MeasureWords(
        "Decisions wrongly against the customer",
        "Decisions go wrongly against the customer",
        "Decisions may go wrongly against the customer",
        "went wrongly against the customer",
        "did not go wrongly against the customer",
        "decisions that a check says should have been in the customer’s favour",
        "decisions would have gone rightly in the customer’s favour",
        "customers would rightly have had the decision in their favour",
    ),
    "wrongful_favorable_rate": MeasureWords(
        "Decisions wrongly in the customer’s favour",
        "Decisions go wrongly in the customer’s favour",
        "Decisions may go wrongly in the customer’s favour",
        "went wrongly in the customer’s favour",
        "did not go wrongly in the customer’s favour",
        "decisions that a check says should have been against the customer",
        "decisions would have gone wrongly in the customer’s favour",
        "customers would have had the decision in their favour, against the check",
    ),
    "adverse_precision": MeasureWords(
        "Decisions against the customer that were right",
        "Decisions against the customer are confirmed as right",
        "Decisions against the customer may be confirmed as right",
        "were confirmed as right",
        "were not confirmed as right",
        "checked decisions against the customer",
        "decisions against the customer would have been confirmed as right",
        "customers would have had the decision against them confirmed as right",
    ),
    "label_coverage": MeasureWords(
        "Decisions that were checked",
        "Decisions have a checked outcome",
        "Decisions may have a checked outcome",
        "have a checked outcome",
        "have no checked outcome",
        "decisions",
        "decisions would have been checked",
        "customers would have had their decision checked",
    ),
}

_KINDS = {
    ("goodwill_credit", "adverse_rate"): MeasureWords(
        "Credits refused",
        "Credits are refused",
        "Credits may be refused",
        "were refused",
        "were not refused",
        "decisions",
        "credits would have been given",
        "customers would have been given a credit",
    ),
    ("goodwill_credit", "wrongful_adverse_rate"): MeasureWords(
        "Owed credits refused",
        "Credits that were owed are refused",
        "Credits that were owed may be refused",
        "were refused",
        "were not refused",
        "decisions where a check says that a credit was owed",
        "owed credits would have been given",
        "customers would have been given a credit they were owed",
    ),
    ("goodwill_credit", "favorable_rate"): MeasureWords(
        "Credits given",
        "Credits are given",
        "Credits may be given",
        "were given a credit",
        "were not given a credit",
        "decisions",
        "credits would have been given",
        "customers would have been given a credit",
    ),
    ("lending_credit", "adverse_rate"): MeasureWords(
        "Credit refused",
        "Credit is refused",
        "Credit may be refused",
        "were refused",
        "were not refused",
        "decisions",
        "credits would have been granted",
        "customers would have been granted credit",
    ),
    ("lending_credit", "favorable_rate"): MeasureWords(
        "Credit granted",
        "Credit is granted",
        "Credit may be granted",
        "were granted",
        "were not granted",
        "decisions",
        "credits would have been granted",
        "customers would have been granted credit",
    ),
    ("flag", "adverse_rate"): MeasureWords(
        "Customers flagged",
        "Customers are flagged",
        "Customers may be flagged",
        "were flagged",
        "were not flagged",
        "decisions",
        "decisions would have raised no flag",
        "customers would not have been flagged",
    ),
}


def measure_words(
    measure: str | None, decision_kind: str, unit: Unit = "share", *, harm: bool = False
) -> MeasureWords:
    """Return the words of a measure; an unknown one is named by its own name.

    `harm` is whether less of it is better, which only the names of a plan leave open.
    """
    found = _KINDS.get((decision_kind, measure or "")) or {**_GENERIC, **NAMED}.get(measure or "")
    if found is not None:
        return found
    label = " ".join(clean(measure or "this measure").replace("_", " ").split())
    return counted(label, harm=harm) if unit == "share" else unnamed(label, unit)


PILLARS = {
    "fairness": "Equal treatment",
    "explanation": "Explanation",
    "escalation": "Reaching a person",
    "redress": "Putting mistakes right",
    "consent": "Consent",
    "experience": "Experience",
}


def pillar(code: str) -> str:
    """Return the reader's name of a pillar."""
    return PILLARS.get(code, code.replace("_", " ").capitalize())


def listed(parts: list[str], word: str = "and") -> str:
    """Join phrases: "a, b and c"."""
    if len(parts) <= 1:
        return "".join(parts)
    gap = "\u00a0" if len(parts[-1]) <= 8 else " "  # no line holds a short last name alone
    return f"{', '.join(parts[:-1])} {word}{gap}{parts[-1]}"
