"""Sentences of what could be done about a gap, and of its price: suggestions, never decisions."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Interval, Money, Point, Remedy, RemedyGroup
from careaudit.report.wording.drivers import NEARLY, gap
from careaudit.report.wording.findings import Groups
from careaudit.report.wording.names import name, plain, said, segment_name, title, where

PAGE = "What could be done, and at what price"
KICKER = "Suggestions; nobody has decided"
SEE = "Priced suggestions:"
NOTE = (
    "Nobody has decided on any of them. The least intrusive stands first, and what takes from"
    " customers last. Each was worked out on some customers, and tried on others who were held out."
    " Counts are scaled to all decisions of the log. The pass mark is the score at which a decision"
    " turns."
)
HEAD = "What each would change"
HEADS = ("What", "Gap", "Helped", "Not due", "Wrong decisions")
MONEY_HEAD, REVIEW_HEAD = "Money paid", "For people to look at"
READ = (
    "Gap: in every {per:,}. All else: more (+) or fewer (−) than today, in all groups. Helped:"
    " decisions in the customer’s favour that were due. Not due: decisions in the customer’s favour"
    " that were not due. Wrong decisions: of both kinds. Below each: its plausible range."
)
PRICED = "Priced from {labelled} checked decisions of {rows} that were held out."
MONEY = (
    "Money is that of all decisions that would change, in all groups, so it is not what the"
    " gap alone costs."
)
TAKES = "fewer customers get what was due"
REFUSES = "it refuses both groups more, and fewer get what was due"
ASSUMES = "if people decide as the labels say"
OTHERS = "Other gaps, in a line each"
MISSING = "Who has no {segment} on record, or is of a group too small to show, is in no row."
IN_WORDS = "The same in words"
GROUPS = "{what}: group by group"
GROUPS_READ = (
    "Favorable: decisions in the customer’s favour, in every {per:,}. The other columns are as"
    " above."
)
GROUP_HEADS = ("Favorable now", "Favorable then", "Helped", "Not due")
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
CURVE_HEADS = ("Setting", "Gap", "Not due", "Wrong")
CURVE_HEAD = "{what}, in every {per:,}"
EVERYBODY = "{setting}: all favorable"
AXES = ("Not due, in every {per:,} decisions", "Gap, in every {gap:,}")
REVIEWED = "For people to look at, in every {per:,} decisions"

WHAT = {
    "without": "Without the weight of {name}",
    "refit": "A score learned again without {name}",
    "threshold": "One milder pass mark for all",
    "review": "People decide near the pass mark",
    "group_thresholds": "A pass mark for each group",
    "constrained": "A score learned with the gap held small",
}
REASONS = {
    "no_labels": "The log has no checked outcomes, so no price can be told.",
    "no_score_and_no_inputs": "The log has no score, and the plan names no inputs to learn from.",
    "one_sided_labels": "Checked outcomes of a side all agree, so no price can be told.",
    "few_labels": "Too few decisions that were held out have a checked outcome.",
    "labels_selected": "Which decisions were checked was not left to chance.",
    "label_is_decision": "The checked outcomes repeat what was decided.",
    "score_missing": "More than 5% of the decisions of a side have no score.",
    "nothing_left_to_decide": "A milder pass mark would let nearly everybody pass.",
    "score_does_not_decide": "No pass mark of the score tells today’s decisions apart.",
    "not_enough_to_learn": "Too few checked outcomes, or inputs, to learn a score from.",
    "one_side_only": "Decisions of a side all end alike.",
}

METHODS = (
    (
        "What could be done",
        (
            "Each suggestion is worked out on one half of the customers and priced on the other"
            " half, by their checked outcomes. Ranges are over customers. Pass marks by group and"
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
    value = _count(found.value)
    text = f"+{value}" if found.value > 0 and value != NEARLY else value
    if found.low is None or found.high is None:
        return text, ""
    low, high = _count(found.low), _count(found.high)
    return text, low if low == high else f"{low} to {high}"


def beside(found: Interval) -> str:
    """Write a change of a count with its range beside it."""
    value, ends = counted(found)
    return f"{value} ({ends})" if ends else value


def _count(size: float) -> str:
    return NEARLY if size and num.half_up(size) == 0 else num.count(size)


def takes(one: Remedy) -> bool:
    """Tell whether fewer customers surely get what was due: its range lies below 0."""
    return one.helped.high is not None and one.helped.high < 0


def _narrows(one: Remedy) -> bool:
    """Tell whether it surely leaves a smaller gap: all of its range lies within that of today."""
    ends = (one.gap.low, one.gap.high, one.gap.value)
    now = abs(one.gap_now.value or 0.0)
    return one.gap.value is not None and all(abs(end) < now for end in ends if end is not None)


def _helps(one: Remedy) -> bool:
    return one.helped.low is not None and one.helped.low > 0 and _narrows(one)


def row(one: Remedy) -> str:
    """Name a remedy in a table, with what must be known of it: that it takes, what it assumes."""
    pair = [g for g in one.groups if g.group in (one.group, one.reference)]
    notes = [ASSUMES] if one.kind == "review" else []
    if takes(one):
        less = [_falls(g) for g in pair]
        notes.append(REFUSES if len(less) == 2 and all(less) else TAKES)
    return ": ".join([what(one), *(["; ".join(notes)] if notes else [])])


def _falls(g: RemedyGroup) -> bool:
    high = g.favorable.high
    return g.favorable_now is not None and high is not None and high < g.favorable_now


def priced_from(found: Sequence[Remedy]) -> str:
    """Say on how few checked decisions the prices rest: the fewest of those shown."""
    least = min(found, key=lambda one: one.labelled)
    if not least.labelled:
        return ""
    return PRICED.format(labelled=num.count(least.labelled), rows=num.count(least.rows))


def missing(one: Remedy) -> str:
    """Say that the rows do not add up to all; empty where they do."""
    told = [g.helped.value for g in one.groups]
    if one.helped.value is None or not told or None in told:
        return ""
    left = one.helped.value - sum(size for size in told if size is not None)
    if abs(left) < 1:
        return ""
    return MISSING.format(segment=segment_name(one.segment, 40))


def curve_heads(per: int) -> tuple[str, ...]:
    """Return the heads of a curve’s table, each with its unit."""
    first, *others = CURVE_HEADS
    return first, *(CURVE_HEAD.format(what=what, per=per) for what in others)


def setting(point: Point) -> str:
    """Write a setting of a score’s dial; at one where all groups are alike, all are favorable."""
    text = num.guarded(point.setting, [], 2)
    return EVERYBODY.format(setting=text) if point.gap == 0 < point.undue else text


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
    """Return the finding above a page: how many narrow the gap and help, and how many take."""
    if not priced:
        return f"{title(place)}, no suggestion could be priced"
    helping, taking = sum(map(_helps, priced)), sum(map(takes, priced))
    now = f"the gap of {gap(priced[0].gap_now.value or 0.0, notation)}{notation.noun}"
    if helping == 0:
        text = f"no suggestion is shown to narrow {now} and give more customers what was due"
    else:
        many = len(priced) > 1
        which = f"{num.count(helping)} of {num.count(len(priced))}" if many else "the one"
        which = f"all {num.count(helping)}" if many and helping == len(priced) else which
        narrow, give = ("narrows", "gives") if helping == 1 else ("narrow", "give")
        noun = "suggestions" if many else "suggestion"
        text = f"{which} {noun} {narrow} {now} and {give} more customers what was due"
    fewer = f"; {num.count(taking)} {'gives' if taking == 1 else 'give'} fewer" if taking else ""
    return f"{title(place)}, {text}{fewer}"


def place(remedy: Remedy, groups: Groups) -> str:
    """Say where the gap of a remedy is."""
    return where(remedy.segment, remedy.group, groups, 24)


def sentence(remedy: Remedy) -> str:
    """Return the record’s own sentence of a remedy, safe to print."""
    return said(remedy.sentence, 1200)


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
