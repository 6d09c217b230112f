"""What is said of a remedy, in plain words with its ranges: a suggestion, never a decision."""

from __future__ import annotations

import math

from careaudit.notation import numbers as num
from careaudit.record import Interval, Money, Remedy

REASONS = {
    "no_labels": "no label says which decisions should have been favorable",
    "no_score_and_no_inputs": "the plan maps no score and names no inputs that could be used",
    "one_sided_labels": "labels know one kind of decision only, or all say the same",
    "few_labels": "too few decisions of both sides have a label",
    "labels_selected": "the labels were not picked at random, so they do not speak for the rest",
    "label_is_decision": "the label repeats what was decided, so it cannot say what was right",
    "score_missing": "more than a twentieth of the decisions of a side have no score",
    "score_does_not_decide": "one pass mark on the score does not retell the decisions of the log",
    "nothing_left_to_decide": "a milder pass mark would let nearly everybody pass, so that it would"
    " no longer decide anything",
    "one_side_only": "all decisions at hand are of one kind",
    "not_enough_to_learn": "too few labels, or inputs without a difference, to learn a rule from",
}


def unpriced(reason: str) -> str:
    """Say why a remedy has no price."""
    return f"What it would change could not be told: {REASONS[reason]}."


def takes(remedy: Remedy) -> bool:
    """Whether fewer decisions would surely give customers what was due: a range below 0."""
    return remedy.helped.high is not None and remedy.helped.high < 0


def told(remedy: Remedy, doing: str, assumed: str) -> str:
    """Say what a remedy would leave of the gap, then people, then money, then what it assumes."""
    said = [f"{doing}, the gap would be {_points(remedy.gap)} in place of {_now(remedy)}."]
    if _passing(remedy):
        said.append("Every decision would then be favorable: nothing would be decided any more.")
    said += _people(remedy)
    if remedy.review:
        said.append(f"People would look at about {_span(remedy.review)} decisions.")
    if remedy.money:
        said.append(f"Money paid out would change by {_money(remedy.money)}.")
    return " ".join([*said, assumed]).strip()


def _passing(remedy: Remedy) -> bool:
    return bool(remedy.groups) and all(one.favorable.value == 1 for one in remedy.groups)


def _people(remedy: Remedy) -> list[str]:
    """Say who gets what was due, and who gets what was not; first of all what is taken."""
    helped, undue = remedy.helped, f"{_more(remedy.undue)} would be favorable without being due."
    if takes(remedy):
        lost = f"about {_span(_less(helped))} fewer decisions would give customers what was due."
        return [f"{_way(remedy)}: {lost}", f"By the labels, {undue}"]
    if helped.value is not None and helped.value < 0:
        turned = f"about {_span(_less(helped))} more decisions would be wrongly adverse"
    else:
        net = ", less new ones" if helped.low is not None and helped.low < 0 else ""
        turned = f"about {_span(helped)} wrongly adverse decisions would turn favorable{net}"
    return [f"By the labels, {turned}; {undue}"]


def _way(remedy: Remedy) -> str:
    """Say what a remedy that takes from customers does to the gap, and to both sides."""
    gap, now = remedy.gap, remedy.gap_now.value
    if gap.value is None or now is None or abs(gap.value) >= abs(now):
        return "It takes from customers"
    none = gap.low is not None and gap.high is not None and gap.low <= 0 <= gap.high
    sides = [one for one in remedy.groups if one.group in (remedy.group, remedy.reference)]
    fewer = [one.favorable.value < one.favorable_now for one in sides
             if one.favorable.value is not None and one.favorable_now is not None]  # fmt: skip
    who = "both groups" if len(fewer) == 2 and all(fewer) else "customers"
    return f"It {'closes' if none else 'narrows'} the gap by refusing {who} more"


def _points(gap: Interval) -> str:
    """Write a gap with its range, in points of 100 with one decimal."""
    if gap.value is None:
        return "unknown"
    text = f"{_tenths(gap.value)} points"
    if gap.low is None or gap.high is None:
        return text
    return f"{text} ({_tenths(gap.low)} to {_tenths(gap.high)})"


def _now(remedy: Remedy) -> str:
    return "unknown" if remedy.gap_now.value is None else _tenths(remedy.gap_now.value)


def _tenths(share: float) -> str:
    tenths = num.half_up(share * 100, 1)
    return num.signed(f"{tenths:,}" if tenths else "0.0")


def _less(found: Interval) -> Interval:
    """The same change, counted the other way."""
    ends = (found.value, found.high, found.low)
    value, low, high = (None if end is None else -end for end in ends)
    return Interval(value=value, low=low, high=high)


def _span(found: Interval | None) -> str:
    """Write a count with its range, as coarse as the range makes sense."""
    if found is None or found.value is None:
        return "an unknown number of"
    if found.low is None or found.high is None:
        return _coarse(found.value, 1)
    step = _step(found.high - found.low)
    low, high = _coarse(found.low, step), _coarse(found.high, step)
    return f"{_coarse(found.value, step)} ({low} to {high})"


def _more(found: Interval) -> str:
    """Write a change with its range: "120 more (90 to 150)", "about as many (−5 to 4)"."""
    if found.value is None:
        return "an unknown number"
    fewer = found.value < 0
    count, _, span = _span(_less(found) if fewer else found).partition(" ")
    word = "as many as today" if count == "0" else f"{count} {'fewer' if fewer else 'more'}"
    return f"{word} {span}".strip()


def _step(width: float) -> int:
    """A power of ten, from a sixth to a sixtieth of a range."""
    return int(10 ** max(0, math.floor(math.log10(width / 6)) if width > 6 else 0))


def _coarse(value: float, step: int) -> str:
    whole = int(num.half_up(value / step)) * step
    return num.signed(f"{whole:,}")


def _money(found: Money) -> str:
    if found.value is None:
        return "unknown"
    sign = "+" if found.value > 0 else ""
    span = num.money_span(found.low, found.high, found.currency)
    return f"{sign}{num.money(found.value, found.currency)}" + (f" ({span})" if span else "")
