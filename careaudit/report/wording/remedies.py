"""Sentences of what could be done about a gap, and of its price: suggestions, never decisions."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Interval, Money, Remedy
from careaudit.report.wording.findings import Groups
from careaudit.report.wording.names import name, plain, said, segment_name, title, where

PAGE = "What could be done, and at what price"
KICKER = "Suggestions; nobody has decided"
SEE = "Priced suggestions:"
NOTE = (
    "Least intrusive first. Nobody has decided on any of them. Each was worked out on some"
    " customers, and tried on others who were held out. Counts are scaled to all decisions of the"
    " log."
)
HEAD = "What each would change"
HEADS = ("What", "Gap", "Helped", "Not due", "Wrong decisions")
MONEY_HEAD, REVIEW_HEAD = "Money paid", "For people to look at"
READ = (
    "Gap: in every {per:,}, with its plausible range. Helped: decisions that were due in the"
    " customer’s favour and would turn so, less those lost. Not due: decisions in the customer’s"
    " favour that were not due, then less now. Wrong decisions: of both kinds, then less now."
)
IN_WORDS = "The same in words"
GROUPS = "{what}: group by group"
GROUPS_READ = (
    "Favorable: decisions in the customer’s favour, in every {per:,}. The other columns are as"
    " above, each with its plausible range."
)
GROUP_HEADS = ("Favorable now", "Favorable then", "Helped", "Not due", "Wrong decisions")
USES_GROUP = (
    "{what} sets customers apart by {segment} itself. That uses the attribute, and needs counsel"
    " before anyone tries it."
)
TODAY = "As it is today"
NOW = "today"
OPEN = "What was not priced, and why"
OPEN_HEADS = ("What", "Why not")
CURVE = "{what}: the gap at each setting, and what it costs"
CURVE_READ = (
    "Each dot is one setting of the dial, for all customers alike. Its cost grows to the right:"
    " decisions in the customer’s favour that are not due."
)
REVIEW_READ = (
    "Each dot is one setting of the dial, for all customers alike. Its cost grows to the right:"
    " decisions that people look at."
)
CURVE_HEADS = ("Setting", "Gap", "Not due", "Wrong decisions")
AXES = ("Not due, in every {per:,} decisions", "Gap, in every {gap:,}")
REVIEWED = "For people to look at, in every {per:,} decisions"

WHAT = {
    "without": "Without the weight of {name}",
    "refit": "A score learned again without {name}",
    "threshold": "One milder cut for all",
    "review": "People decide near the cut",
    "group_thresholds": "A cut for each group",
    "constrained": "A score learned with the gap held small",
}
REASONS = {
    "no_labels": "The log has no checked outcomes, so no price can be told.",
    "no_score_and_no_inputs": "The log has no score, and the plan names no inputs to learn from.",
    "one_sided_labels": "Checked outcomes of a side all agree, so no price can be told.",
    "few_labels": "Too few decisions that were held out have a checked outcome.",
    "labels_selected": "Which decisions were checked was not left to chance.",
    "score_does_not_decide": "No cut of the score tells today’s decisions apart.",
    "not_enough_to_learn": "Too few checked outcomes, or inputs, to learn a score from.",
    "one_side_only": "Decisions of a side all end alike.",
}

METHODS = (
    (
        "What could be done",
        (
            "Each suggestion is worked out on one half of the customers and priced on the other"
            " half, by their checked outcomes. Ranges are over customers. Cuts by group and"
            " learning under a constraint are fairlearn’s."
        ),
    ),
)


def methods(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    """Describe how it was priced; nothing where the record holds nothing of it."""
    return METHODS if record.impact.remedies else ()


def what(remedy: Remedy) -> str:
    """Name a remedy: what it leaves out as the log has it, any other as the record does."""
    if remedy.kind in ("without", "refit"):
        left = f"“{name(remedy.name.replace('_', ' '), 60)}”" if remedy.name else "some inputs"
        return WHAT[remedy.kind].format(name=left)
    return title(said(remedy.name, 90)) if remedy.name else WHAT[remedy.kind]


def counted(found: Interval | None) -> tuple[str, str]:
    """Write a change of a count, and its range."""
    if found is None or found.value is None:
        return num.NONE, ""
    return num.signed_count(found.value), num.count_span(found.low, found.high) or ""


def workload(found: Interval | None) -> tuple[str, str]:
    """Write how many decisions people would look at, and the range."""
    if found is None or found.value is None:
        return num.NONE, ""
    return num.count(found.value), num.count_span(found.low, found.high) or ""


def paid(found: Money | None) -> tuple[str, str]:
    """Write a change of money, and its range."""
    if found is None or found.value is None:
        return num.NONE, ""
    text = num.money(found.value, found.currency)
    ends = num.money_span(found.low, found.high, found.currency)
    return (f"+{text}" if found.value > 0 else text), ends or ""


def favorable(now: float | None, then: Interval, notation: Notation) -> tuple[str, str]:
    """Write a group’s favorable rate now, and then with its range."""
    first = num.NONE if now is None else notation.value(now)
    if then.value is None:
        return first, num.NONE
    ends = notation.span(then.low, then.high)
    return first, notation.value(then.value) + (f" ({ends})" if ends else "")


def head(priced: Sequence[Remedy], notation: Notation, place: str) -> str:
    """Return the finding above a page: between what the suggestions would leave; none is picked."""
    left = sorted(one.gap.value for one in priced if one.gap.value is not None)
    if not left:
        return f"{title(place)}, no suggestion could be priced"
    low, high = notation.signed(left[0]), notation.signed(left[-1])
    count = f"{num.count(len(left))} suggestions" if len(left) > 1 else "one suggestion"
    span_ = low if low == high else f"{low} to {high}"
    now = notation.signed(priced[0].gap_now.value or 0.0)
    return f"{title(place)}, {count} would leave a gap of {span_}{notation.noun} instead of {now}"


def place(remedy: Remedy, groups: Groups) -> str:
    """Say where the gap of a remedy is."""
    return where(remedy.segment, remedy.group, groups, 24)


def sentence(remedy: Remedy) -> str:
    """Return the record’s own sentence of a remedy, safe to print."""
    return said(remedy.sentence, 600)


def reason(code: str | None) -> str:
    """Say why a remedy has no price; an unknown reason is named."""
    if code in REASONS:
        return REASONS[code]
    text = said(" ".join((code or "").replace("_", " ").split()), 60)
    return f"The record gives this reason: {text}." if code else "The record gives no reason."


def uses_group(remedy: Remedy) -> str:
    """Say what a remedy that sets customers apart by their group needs."""
    return USES_GROUP.format(
        what=WHAT[remedy.kind].format(name=remedy.name), segment=segment_name(remedy.segment, 40)
    )


def curve_alt(head: str, told: Sequence[tuple[str, str]]) -> str:
    """Describe the curve for readers who cannot see it: cost and gap, from end to end."""
    pairs = "; ".join(f"{cost} leaves a gap of {gap}" for cost, gap in told)
    return plain(f"Settings of one dial. {head}: {pairs}.")


def more(count: int, noun: str) -> str:
    """Say how many rows are left to the record."""
    if count <= 0:
        return ""
    return f"{num.count(count)} more {noun}{'' if count == 1 else 's'} in the record, audit.json."
