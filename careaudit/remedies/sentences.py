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
    "score_does_not_decide": "one cut on the score does not retell the decisions of the log",
    "one_side_only": "all decisions at hand are of one kind",
    "not_enough_to_learn": "too few labels, or inputs without a difference, to learn a rule from",
}


def unpriced(reason: str) -> str:
    """Say why a remedy has no price."""
    return f"What it would change could not be told: {REASONS[reason]}."


def told(remedy: Remedy, doing: str, assumed: str) -> str:
    """Say what a remedy would leave of the gap, whom it would help, and what it would cost."""
    gap = f"{doing}, the gap would be {_points(remedy.gap)} in place of {_now(remedy)}."
    wrong = (
        f" {_turned(remedy.helped)}; favorable ones that they call wrong: {_signed(remedy.undue)}."
    )
    looked = (
        f" People would look at about {_span(remedy.review)} decisions." if remedy.review else ""
    )
    paid = f" Paid out: {_money(remedy.money)}." if remedy.money else ""
    return f"{gap}{wrong}{looked}{paid} {assumed}".strip()


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


def _turned(found: Interval) -> str:
    """Say how many wrong adverse decisions turn, or how many more there are."""
    if found.value is not None and found.value < 0:
        return f"About {_span(_less(found))} more adverse decisions would be wrong by the labels"
    net = ", less new ones" if found.low is not None and found.low < 0 else ""
    return f"About {_span(found)} adverse decisions that labels call wrong would turn{net}"


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


def _signed(found: Interval) -> str:
    """Write a change with its range: "+120 (90 to 150)"."""
    text = _span(found)
    return f"+{text}" if found.value is not None and found.value > 0 and text[0] != "0" else text


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
