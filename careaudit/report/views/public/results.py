"""The results of the public edition: a heading, a sentence and its tables for each question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from careaudit.notation import numbers as num
from careaudit.publication.document import (
    Printed,
    Publication,
    PublicQuestion,
    PublicRatios,
    Row,
    Table,
)
from careaudit.record import REST
from careaudit.report.charts.icons import icon_array
from careaudit.report.views.printed import Line, line
from careaudit.report.views.public.found import found, headline, limits
from careaudit.report.wording import public as tell
from careaudit.report.wording import public_rest as about
from careaudit.report.wording.names import segment_name, title, where
from careaudit.report.wording.printed import WITHHELD_ALL, WITHHELD_NOTE, told, unit_head, words
from careaudit.report.wording.words import ACTION, WATCH, Answer, answer, reason


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis that the rows of a question share, from the lowest to the highest end printed."""

    low: float
    high: float
    labels: tuple[str, str]

    def place(self, value: float) -> float:
        """Return where a value lies, in per cent of the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a row's dot and band lie, in per cent of the axis."""

    dot: float | None
    left: float
    width: float
    css: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: its cells, and where its marks lie."""

    cells: Line
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Grid:
    """One attribute's table."""

    segment: str
    head: str
    axis: Axis | None
    line: float | None
    share: bool
    rows: tuple[Shown, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the picture."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Result:
    """One question."""

    headline: str
    ask: str
    answer: Answer
    reason: str
    told: tuple[str, ...]
    measured: str
    picture: tuple[Side, ...]
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class Ratios:
    """One table of ratios."""

    axis: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """All results."""

    results: tuple[Result, ...]
    ratios: tuple[Ratios, ...]


def build_results(p: Publication) -> Results:
    """Return the results: every question, and the tables of ratios if the plan asks for them."""
    drawn = _largest(p)
    return Results(
        tuple(_result(p, q, drawn if drawn and drawn[0] is q else None) for q in p.questions),
        tuple(_ratios(p, table) for table in p.ratio_tables),
    )


Gap = tuple[PublicQuestion, Table, Row, Row]
"""A printed gap: its question and table, the group's row and that of the comparison group."""


def _result(p: Publication, q: PublicQuestion, drawn: Gap | None) -> Result:
    said, axis = words(q, p.decision_kind), _axis(q)
    texts = []
    gap = max(_gaps(q), key=lambda one: limits(one[2]), default=None)
    kind = answer(q.verdict, q.reason)
    if gap and kind in (ACTION, WATCH):
        texts.append(tell.both(gap[1], gap[2], gap[3], q, said))
    if q.withheld:
        texts.append(WITHHELD_ALL)
    if q.tables:
        texts.append(tell.everybody(q))
    return Result(
        headline=headline(p, q),
        ask=tell.asked(q),
        answer=kind,
        reason=reason(q.verdict, q.reason),
        told=tuple(text for text in texts if text),
        measured=tell.measured(q, said) if q.tables else "",
        picture=_picture(p, drawn) if drawn else (),
        grids=tuple(_grid(q, table, axis) for table in q.tables),
    )


def _gaps(q: PublicQuestion) -> list[Gap]:
    """Return the printed gaps that say the question's answer."""
    pairs = []
    for table, row in found(q):
        other = next((r for r in table.rows if r.reference), None)
        if other and other.figure and row.figure and row.group is not None:
            pairs.append((q, table, row, other))
    return pairs


def _largest(p: Publication) -> Gap | None:
    """Return the gap that is drawn: of what needs action first, then of what is watched."""
    order = {ACTION: 2, WATCH: 1}
    gaps = [
        gap
        for q in p.questions
        if q.unit == "share" and q.per <= 1_000
        for gap in _gaps(q)
        if all(_counts(row.figure) for row in gap[2:])
    ]
    return max(
        gaps,
        key=lambda gap: (order.get(answer(gap[0].verdict, gap[0].reason), 0), limits(gap[2])),
        default=None,
    )


def _counts(figure: Printed | None) -> bool:
    """Tell whether a figure is a whole number of dots."""
    return figure is not None and figure.value is not None and figure.text.isdigit()


def _picture(p: Publication, gap: Gap) -> tuple[Side, ...]:
    q, table, row, other = gap
    said, kind = words(q, p.decision_kind), answer(q.verdict, q.reason)
    sides = []
    for one in (other, row):
        if one.figure is None or one.figure.value is None:
            return ()
        place = where(table.segment, one.group, None, 26)
        colour = kind.css if one is row and kind in (ACTION, WATCH) else "plain"
        head = f"{title(place)}: {told(q, one.figure, ranged=False)} {said.event}"
        alt = tell.icon_alt(place, one.figure, q, said)
        sides.append(Side(head, icon_array(one.figure.value, q.per, colour, alt)))
    return tuple(sides)


def _axis(q: PublicQuestion) -> Axis | None:
    """Span the axis from the lowest to the highest end of a printed range, and label these."""
    rows = [row for table in q.tables for row in table.rows]
    rows += [q.everybody] if q.everybody else []
    ends: list[tuple[float, str]] = []
    for figure in (row.figure for row in rows):
        if figure and figure.range and figure.low is not None and figure.high is not None:
            low, _, high = figure.range.partition(" to ")
            ends += [(figure.low, low), (figure.high, high)]
    if not ends or min(ends)[0] == max(ends)[0]:
        return None
    return Axis(min(ends)[0], max(ends)[0], (min(ends)[1], max(ends)[1]))


def _grid(q: PublicQuestion, table: Table, axis: Axis | None) -> Grid:
    all_ = q.everybody.figure.value if q.everybody and q.everybody.figure else None
    notes = []
    if any(row.status == "withheld" for row in table.rows):
        notes.append(WITHHELD_NOTE)
    if any(row.reason == "too_small_alone" for row in table.rows):
        notes.append(tell.TOGETHER)
    if table.reference == REST:
        notes.append(tell.AGAINST_REST)
    return Grid(
        segment=title(segment_name(table.segment, 40)),
        head=unit_head(q),
        axis=axis,
        line=axis.place(all_) if axis and all_ is not None else None,
        share=q.unit == "share",
        rows=tuple(_shown(row, axis) for row in table.rows),
        notes=tuple(notes),
    )


def _shown(row: Row, axis: Axis | None) -> Shown:
    cells = replace(line(row), size=tell.size(row), gap=row.gap.text if row.gap else num.NONE)
    return Shown(cells, _mark(row, axis, cells.answer))


def _mark(row: Row, axis: Axis | None, kind: Answer | None) -> Mark | None:
    figure = row.figure
    if axis is None or figure is None or figure.low is None or figure.high is None:
        return None
    left, right = axis.place(figure.low), axis.place(figure.high)
    css = kind.css if kind in (ACTION, WATCH) and kind else "plain"
    dot = None if figure.value is None else axis.place(figure.value)
    return Mark(dot, left, round(max(right - left, 0.5), 1), css)


def _ratios(p: Publication, table: PublicRatios) -> Ratios:
    return Ratios(
        axis=about.axis(table.axis),
        facts=tuple(about.ratio_facts(p, table.unknown)),
        rows=tuple(
            (
                about.category(cell.group),
                num.NONE if cell.n is None else f"{cell.n:,}",
                cell.share or num.NONE,
                cell.rate.text if cell.rate else num.NONE,
                cell.ratio or num.NONE,
                about.ratio_answer(cell, table.threshold),
            )
            for cell in table.rows
        ),
    )
