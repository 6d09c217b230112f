"""The groups of one attribute in two releases: table rows, common mix, and slope picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careaudit.notation import numbers as num
from careaudit.record import Interval
from careaudit.report.charts.slope import Line, slope
from careaudit.report.views.tables import MOST_ROWS, Axis
from careaudit.report.wording import releases as tell
from careaudit.report.wording.names import group_name, plain, segment_name, split_group, title
from careaudit.report.wording.words import Answer
from careaudit.stats.rates import wilson

if TYPE_CHECKING:
    from careaudit.releases import GroupChange, ReleaseComparison

MOST_LINES = 8
"""Lines of a slope picture with labels; all others are grey."""


@dataclass(frozen=True, slots=True)
class Row:
    """One group of a question, all as text."""

    group: str
    n: str
    old: str
    new: str
    change: str
    gaps: str
    upper: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Mixed:
    """One group over the common mix of both releases."""

    group: str
    rates: str
    gaps: str
    upper: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a question: its table, its picture, and the common mix if there is one."""

    segment: str
    rows: tuple[Row, ...]
    more: int
    picture_head: str
    picture: str
    mix_note: str
    mixed: tuple[Mixed, ...]


def attribute(
    found: ReleaseComparison, changes: list[GroupChange], per: int, scale: Axis
) -> Attribute:
    """Return the view of one attribute, its picture on the axis of the question."""
    segment = changes[0].segment
    kept = _pressing(changes, MOST_ROWS)
    old, new = (
        plain(tell.release(one, which, 18))
        for one, which in ((found.old, "old"), (found.new, "new"))
    )
    mixed = [c for c in kept if c.standardised]
    first = mixed[0].standardised if mixed else None
    excluded = max((c.standardised.excluded_share for c in mixed if c.standardised), default=0.0)
    return Attribute(
        segment=title(segment_name(segment)),
        rows=tuple(_row(c, per, found.margin) for c in kept),
        more=len(changes) - len(kept),
        picture_head=tell.slope_head(segment, old, new),
        picture=_picture(changes, per, scale, old, new),
        mix_note=tell.mix_note(first.within, excluded) if first else "",
        mixed=tuple(_mixed(c, per, found.margin) for c in mixed),
    )


def _pressing(changes: list[GroupChange], most: int) -> list[GroupChange]:
    """Keep the rows that matter to the answer, in the order of the document."""
    if len(changes) <= most:
        return changes
    order = {"fail": 0, "inconclusive": 2, "pass": 3}

    def weight(place: int) -> tuple[int, float, int]:
        c = changes[place]
        rank = 1 if c.reference is None else order[c.verdict or "pass"]
        return rank, -(c.worsening_upper or 0.0), place

    kept = sorted(sorted(range(len(changes)), key=weight)[:most])
    return [changes[place] for place in kept]


def _label(change: GroupChange, longest: int = 40) -> str:
    parts = split_group(change.segment, change.group, {})
    return ", ".join(group_name(part, longest) for part in parts)


def _row(c: GroupChange, per: int, margin: float) -> Row:
    own = c.reference is None
    answer = tell.answer(c.verdict, c.reason) if c.verdict else None
    return Row(
        group=_label(c),
        n=f"{num.count(c.n_old)} / {num.count(c.n_new)}",
        old=_rate(c.old_value, c.effective_old, per),
        new=_rate(c.new_value, c.effective_new, per),
        change=_change(c.change, per),
        gaps="comparison" if own else _gaps(c.gap_old, c.gap_new, per),
        upper=num.NONE if own else _upper(c.worsening_upper, per, margin),
        answer=answer,
    )


def _rate(value: float, effective: float, per: int) -> str:
    """Write a rate with its Wilson range over the decisions that it is worth."""
    low, high = wilson(value * effective, effective)
    return f"{num.every(value, per)} ({num.span(float(low), float(high), per)})"


def _change(found: Interval, per: int) -> str:
    if found.value is None:
        return num.NONE
    ends = num.points_span(found.low, found.high, per)
    return num.signed_points(found.value, per) + (f" ({ends})" if ends else "")


def _gaps(old: float | None, new: float | None, per: int) -> str:
    if old is None or new is None:
        return num.NONE
    return f"{num.signed_points(old, per)} → {num.signed_points(new, per)}"


def _upper(value: float | None, per: int, margin: float) -> str:
    if value is None:
        return num.NONE
    text = num.guarded(value * per, [0.0, margin * per], 1)
    return f"+{text}" if value > 0 and text[0] not in "<>" else text


def _mixed(c: GroupChange, per: int, margin: float) -> Mixed:
    s = c.standardised
    assert s is not None  # noqa: S101 - the caller keeps rows that have it
    return Mixed(
        group=_label(c),
        rates=f"{num.every(s.old_value, per)} → {num.every(s.new_value, per)}",
        gaps="comparison" if c.reference is None else _gaps(s.gap_old, s.gap_new, per),
        upper=_upper(s.worsening_upper, per, margin),
    )


def _picture(changes: list[GroupChange], per: int, scale: Axis, old: str, new: str) -> str:
    """Draw the groups of one attribute on the question's axis; of many, name those that matter."""
    named = _pressing(changes, MOST_LINES)
    lines = [
        Line(
            c.old_value,
            c.new_value,
            num.every(c.old_value, per) if c in named else "",
            f"{_label(c, 16)}: {num.every(c.new_value, per)}" if c in named else "",
            "action" if c.verdict == "fail" else "plain",
            dashed=c.reference is None,
        )
        for c in changes
    ]
    alt = tell.slope_alt(changes[0].segment, named, per, old, new)
    return slope(lines, scale, title(old), title(new), alt)
