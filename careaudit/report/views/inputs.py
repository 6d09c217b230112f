"""What is told of the groups of a gap: what reveals them, their reasons, how alike cases ended."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.notation import numbers as num
from careaudit.record import Comparison, LikePairs, ReasonShare, Revealed
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import MOST_GROUPS, Cell, Exhibit, Grid, named
from careaudit.report.wording import inputs as tell
from careaudit.report.wording.drivers import more
from careaudit.report.wording.names import said, segment_name, title

MOST_REASONS, MOST_COLUMNS = 9, 5


def of_groups(book: Book, c: Comparison, told: set[str]) -> list[Exhibit]:
    """Return what is told of the groups of the attributes of a gap, each once in a report."""
    made: list[Exhibit | None] = []
    for name in (c.segment or "").split("*"):
        found = book.segments.get(name)
        if found is None or name in told:
            continue
        told.add(name)
        made += [
            _revealed(book, name, c, found.revealed),
            _reasons(book, name, c, found.reasons),
            _like_pairs(book, name, found.like_pairs),
        ]
    return [e for e in made if e]


def _more(count: int) -> str:
    return more(count, "group")


def _revealed(book: Book, segment: str, c: Comparison, found: Sequence[Revealed]) -> Exhibit | None:
    """Return how well all inputs tell each group from its reference."""
    if not any(one.auc.value is not None or one.reason not in tell.NO_INPUT for one in found):
        return None
    rows = tuple(
        (
            named(book, segment, one.group),
            (
                Cell(named(book, segment, one.reference, 30)),
                Cell(tell.pairs_right(one)),
                Cell(tell.recoverable(one)),
                Cell(tell.carriers(one)),
            ),
        )
        for one in found[:MOST_GROUPS]
    )
    heads = (title(segment_name(segment, 40)), "Compared with", *tell.REVEALED_HEADS)
    own = [tell.revealed(one, segment) for one in found if one.group == c.group] or [
        tell.revealed(found[0], segment)
    ]
    return Exhibit(
        tell.REVEALED,
        tell.REVEALED_NOTE,
        (Grid(heads, rows, _more(len(found) - MOST_GROUPS), "said"),),
        told=tuple(text for text in own if text),
    )


def _reasons(
    book: Book, segment: str, c: Comparison, found: Sequence[ReasonShare]
) -> Exhibit | None:
    """Return the reasons given to each group: the pair of the gap first, then other groups."""
    if not found:
        return None
    by_cell = {(one.group, one.reason): one for one in found}
    known = list(dict.fromkeys(one.group for one in found))
    pair = [g for g in (c.reference, c.group) if g in known]
    columns = [*pair, *(g for g in known if g not in pair)][:MOST_COLUMNS]
    reasons = list(dict.fromkeys(one.reason for one in found))
    rows = tuple(
        (said(reason, 60), tuple(_reason(by_cell.get((group, reason))) for group in columns))
        for reason in reasons[:MOST_REASONS]
    )
    heads = (tell.REASON_HEAD, *(named(book, segment, g, 24) for g in columns))
    left = [more(len(reasons) - MOST_REASONS, "reason"), _more(len(known) - len(columns))]
    head = f"{tell.REASONS}, by {segment_name(segment, 40)}"
    return Exhibit(head, tell.REASONS_NOTE, (Grid(heads, rows, " ".join(filter(None, left))),))


def _reason(one: ReasonShare | None) -> Cell:
    if one is None or one.share is None or one.with_reason is None:
        return Cell(num.NONE)
    return Cell(num.every(one.share, 100), f"{num.count(one.with_reason)} of {num.count(one.n)}")


def _like_pairs(book: Book, segment: str, found: Sequence[LikePairs]) -> Exhibit | None:
    """Return how the cases that are most alike ended, beside decisions against the customer."""
    if not found:
        return None
    if all(one.compared == 0 and one.reason == "no_inputs" for one in found):
        return Exhibit(tell.PAIRS, "", (), told=(tell.NAME_INPUTS,))
    rows = tuple(
        (
            named(book, segment, one.group),
            (Cell(num.count(one.adverse)), Cell(num.count(one.compared)), _alike(one)),
        )
        for one in found[:MOST_GROUPS]
    )
    heads = (title(segment_name(segment, 40)), *tell.PAIRS_HEADS)
    more = _more(len(found) - MOST_GROUPS)
    below = " ".join(filter(None, [tell.PAIRS_LOW, more]))
    return Exhibit(tell.PAIRS, tell.PAIRS_NOTE, (Grid(heads, rows, below, "ended"),))


def _alike(one: LikePairs) -> Cell:
    if one.share is None:
        return Cell(tell.pairs_missing(one.reason))
    ends = num.span(one.low, one.high, 100)
    return Cell(num.every(one.share, 100) + (f" ({ends})" if ends else ""))
