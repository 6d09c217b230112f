"""How each question developed over the periods of a publication, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from careaudit.publication.document import Printed, Publication, PublicQuestion
from careaudit.report.charts.trend import trend as drawn
from careaudit.report.views import printed
from careaudit.report.views.impact import measured, shown
from careaudit.report.wording import impact_edition as tell
from careaudit.report.wording import printed as common
from careaudit.report.wording.names import title
from careaudit.report.wording.words import Answer


@dataclass(frozen=True, slots=True)
class Row:
    """One question: its values, their picture, and its answers, from the oldest to the newest.

    One answer stands for all where it never changed.
    """

    title: str
    values: str
    svg: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """All questions over all periods; no row where no earlier record was given."""

    periods: str
    rows: tuple[Row, ...]


def trend(p: Publication) -> Trend:
    """Return how each question developed."""
    if not p.past:
        return Trend("", ())
    texts = [title(one.period.text) for one in p.past] + [title(p.period.text)]
    return Trend(
        tell.periods(texts),
        tuple(_row(p, q, texts) for q in p.questions if measured(q)),
    )


def over_time(p: Publication, q: PublicQuestion) -> Iterator[PublicQuestion | None]:
    """Yield a question as each period told it, the newest last; None where one did not."""
    for one in p.past:
        yield next((old for old in one.questions if old.id == q.id), None)
    yield q


def values(p: Publication, q: PublicQuestion) -> str:
    """Write what everybody got, period by period: "41, 42, 42 in every 100"."""
    told = [(one, _figure(one)) for one in over_time(p, q)]
    pers = {one.per for one, figure in told if one is not None and figure is not None}
    if q.unit != "share" or len(pers) != 1:
        return ", ".join(
            tell.NO_FIGURE
            if one is None or figure is None
            else common.told(one, figure, ranged=False)
            for one, figure in told
        )
    texts = [figure.text if figure else tell.NO_FIGURE for _, figure in told]
    return f"{', '.join(texts)} in every {pers.pop():,}"


def _figure(q: PublicQuestion | None) -> Printed | None:
    return q.everybody.figure if q and q.everybody and q.everybody.status == "shown" else None


def _row(p: Publication, q: PublicQuestion, texts: list[str]) -> Row:
    told = values(p, q)
    marks = [
        None if figure is None or figure.value is None else (figure.value, figure.low, figure.high)
        for figure in (_figure(one) for one in over_time(p, q))
    ]
    answers = tuple(printed.verdict(one) for one in over_time(p, q) if one is not None)
    drawable = sum(mark is not None for mark in marks) > 1
    alt = tell.trend_alt(shown(p, q), told, texts)
    return Row(
        shown(p, q),
        told,
        drawn(marks, alt) if drawable else "",
        answers if len({*answers}) > 1 else answers[:1],
    )
