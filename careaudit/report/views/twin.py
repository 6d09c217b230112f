"""The picture of page one: both sides of the headline gap, as dots to count or on one axis."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.notation import notation_of
from careaudit.notation import numbers as num
from careaudit.record import Comparison
from careaudit.report.charts.icons import icon_array
from careaudit.report.charts.track import track
from careaudit.report.views.book import Book
from careaudit.report.views.tables import axis
from careaudit.report.wording import summary as tell
from careaudit.report.wording.names import where
from careaudit.report.wording.words import ACTION, WATCH, answer


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the picture."""

    title: str
    span: str
    svg: str


def twin(book: Book, c: Comparison | None) -> tuple[Side, ...]:
    """Return both sides of a comparison, the comparison group first; none where it has no values.

    A share is drawn as dots to count, another value on an axis that both sides share.
    """
    if c is None or c.group_value is None or c.reference_value is None or c.within is not None:
        return ()
    q = book.question_of(c)
    notation = book.notation(q) if q else notation_of(c.unit, [c.group_value, c.reference_value])
    if notation.share and notation.per > 1000:
        return ()
    words, kind = book.words(c.measure), answer(c.verdict, c.reason)
    sides = ((c.reference or "rest", c.reference_value), (c.group, c.group_value))
    known = [book.estimates.get((c.measure, c.segment, group)) for group, _ in sides]
    ends = [end for e in known if e is not None for end in (e.low, e.high)]
    scale = axis([c.group_value, c.reference_value, *ends], None, notation)
    result = []
    for (group, value), e in zip(sides, known, strict=True):
        place = where(c.segment, group, book.groups, 26)
        colour = kind.css if group == c.group and kind in (ACTION, WATCH) else "plain"
        low, high = (e.low, e.high) if e else (None, None)
        span = notation.span(low, high)
        if notation.share or scale is None:
            per = notation.per
            alt = tell.icon_alt(place, int(num.half_up(value * per)), per, words.event)
            svg = icon_array(value, per, colour, alt)
        else:
            alt = tell.track_alt(place, notation.value(value), words.event, span)
            svg = track(value, low, high, scale, colour, alt)
        told = tell.icon_title(place, notation.told(value), words.event)
        shown = f"Plausible range {span}" if span else "No range is recorded for this group"
        result.append(Side(told, shown, svg))
    return tuple(result)
