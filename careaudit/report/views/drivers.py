"""What goes along with the gaps: a page a gap, what is told of its groups, and the subgroups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Comparison, Driver
from careaudit.report.charts.waterfall import Step, waterfall
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Cell, Exhibit, Grid
from careaudit.report.views.inputs import of_groups
from careaudit.report.views.subgroups import subgroups
from careaudit.report.views.tables import axis
from careaudit.report.wording import drivers as tell
from careaudit.report.wording import findings as say
from careaudit.report.wording.findings import Groups
from careaudit.report.wording.names import said, title
from careaudit.report.wording.words import Answer, answer

MOST_PAGES, MOST_LINES, MOST_CANDIDATES, MOST_OTHERS = 2, 8, 8, 3
TELLING = ("not_with_segment", "not_with_decision")
"""Why a phrase is not listed that has a row all the same: it looks as if it carried the gap."""
MOST_STEPS, MOST_NOTES = 6, 4
ANCHOR, SKIPPED = "drivers", "drivers_skipped"

Key = tuple[str, str | None, str | None]
"""The question, segment and group of a gap."""


@dataclass(frozen=True, slots=True)
class Page:
    """One gap with what goes along with it; `told` are the record's own sentences."""

    anchor: str
    kicker: str
    head: str
    answer: Answer
    seen: tuple[str, ...]
    told: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that is told of why, or in `empty` that nothing is: what, why not, what it takes.

    `first` stands on page 1, `causes` on the page of each finding by its number, with the anchor of
    the page that it leads to.
    """

    pages: tuple[Page, ...] = ()
    more: str = ""
    notes: tuple[str, ...] = ()
    subgroups: Exhibit | None = None
    empty: tuple[str, str, str] | None = None
    first: str = ""
    causes: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """Return where the first of its pages begins; empty where there is none."""
        return ANCHOR if self.pages else "subgroups" if self.subgroups else ""


def names(record: AuditRecord) -> Iterator[str]:
    """Yield every text of a record that these pages, and those of remedies, print as it is."""
    for driver in record.drivers:
        yield from (driver.name, driver.sentence)
    for s in record.segments:
        yield from (carrier.name for one in s.revealed for carrier in one.carriers)
        yield from (one.reason for one in s.reasons)
    for remedy in record.impact.remedies:
        yield from (remedy.name, remedy.sentence)


def build_why(book: Book) -> Why:
    """Return the pages of the gaps with the largest excess, one an attribute and question."""
    candidates: dict[Key, list[Driver]] = {}
    for driver in book.record.drivers:
        if driver.kind != "subgroup":
            candidates.setdefault((driver.question, driver.segment, driver.group), []).append(
                driver
            )
    by_page: dict[tuple[str, str | None], list[Comparison]] = {}
    for c in book.record.comparisons:
        if c.within is None and (c.question, c.segment, c.group) in candidates:
            by_page.setdefault((c.question, c.segment), []).append(c)
    gaps = sorted((sorted(found, key=_excess) for found in by_page.values()), key=_first)
    shown = gaps[:MOST_PAGES]
    told: set[str] = set()
    pages = tuple(_page(book, i, found, candidates, told) for i, found in enumerate(shown))
    lines = [_line(book, found[0], candidates) for found in gaps[MOST_PAGES:]]
    if lines:
        others = Exhibit(tell.OTHERS, "", (), told=tuple(lines[:MOST_LINES]))
        pages = (*pages[:-1], replace(pages[-1], exhibits=(*pages[-1].exhibits, others)))
    left = len(lines) - MOST_LINES
    groups = subgroups(book)
    listed = any(d.listed for found in candidates.values() for d in found)
    return Why(
        pages=pages,
        more=tell.more(left, "gap"),
        notes=tuple(_notes(book))[:MOST_NOTES],
        subgroups=groups,
        empty=None if pages else (tell.EMPTY, *_empty(book)),
        first=tell.FIRST if listed and pages else "",
        causes=_causes(book, gaps, candidates),
    )


def _excess(c: Comparison) -> float:
    return -(c.affected.people.value or 0.0)


def _first(found: Sequence[Comparison]) -> float:
    return _excess(found[0])


def _empty(book: Book) -> tuple[str, str]:
    """Say why no gap has a page, and what it would take."""
    pressing = [
        c
        for c in book.record.comparisons
        if c.within is None and (c.verdict == "fail" or c.reason == "adverse_signal")
    ]
    if not pressing:
        return tell.NO_GAP
    if any(note.code == SKIPPED for note in book.record.quality):
        return tell.SKIPPED
    return tell.NO_INPUTS if any(c.unit == "share" for c in pressing) else tell.NOT_A_RATE


def _notes(book: Book) -> Iterator[str]:
    """Yield what the record notes on how it was looked for."""
    for note in book.record.quality:
        if note.where == "drivers" and note.code != SKIPPED:
            yield said(note.message, 300)


def _causes(
    book: Book, gaps: Sequence[Sequence[Comparison]], candidates: Mapping[Key, list[Driver]]
) -> dict[int, tuple[str, str]]:
    """Say on the page of each finding what its largest gap goes along with, and where more is."""
    places = {q.id: place for place, q in enumerate(book.record.questions, 1)}
    told: dict[int, tuple[str, str]] = {}
    for i, found in enumerate(gaps):
        c = found[0]
        listed = _listed(candidates[c.question, c.segment, c.group])
        told.setdefault(
            places[c.question],
            (tell.cause(c, listed, book.groups), _anchor(min(i, MOST_PAGES - 1))),
        )
    return told


def _line(book: Book, c: Comparison, candidates: Mapping[Key, list[Driver]]) -> str:
    number = next(n for n, q in enumerate(book.record.questions, 1) if q.id == c.question)
    return tell.line(number, c, _listed(candidates[c.question, c.segment, c.group]), book.groups)


def _anchor(place: int) -> str:
    return f"{ANCHOR}{place + 1}" if place else ANCHOR


def _listed(found: Sequence[Driver]) -> list[Driver]:
    """Return the listed candidates, the largest share first."""
    return [d for d in _ranked(found) if d.listed]


def _ranked(found: Sequence[Driver]) -> list[Driver]:
    """Return candidates: those listed before others, the largest share first."""
    return sorted(found, key=lambda d: (not d.listed, -(d.mix_share or 0.0), d.name))


def _page(
    book: Book,
    place: int,
    found: Sequence[Comparison],
    candidates: Mapping[Key, list[Driver]],
    told: set[str],
) -> Page:
    """Return the page of one attribute: its largest gap, and in a line what is listed for others.

    `told` are the attributes whose groups another page has told of.
    """
    c, *others = found
    number, q = next(x for x in enumerate(book.record.questions, 1) if x[1].id == c.question)
    own = candidates[c.question, c.segment, c.group]
    listed, words = _listed(own), book.words(c.measure)
    notation = book.notation(q)
    loud = [d for d in own if d.reason in tell.LOUD]
    alike: dict[tuple[str, ...], list[Comparison]] = {}
    for other in others:
        theirs = _listed(candidates[other.question, other.segment, other.group])
        alike.setdefault(tuple(tell.what(d) for d in theirs), []).append(other)
    also = [
        tell.others(
            same, _listed(candidates[same[0].question, c.segment, same[0].group]), book.groups
        )
        for named, same in alike.items()
        if named
    ]
    also = [*also[:MOST_OTHERS], tell.more(len(also) - MOST_OTHERS, "gap")]
    return Page(
        anchor=_anchor(place),
        kicker=f"Question {number} · {words.title}",
        head=tell.head(c, listed, len(own), book.groups),
        answer=answer(c.verdict, c.reason),
        seen=tuple(
            text
            for text in (
                say.both_rates(c, notation, book.groups, words.event),
                say.gap(c, notation, words),
            )
            if text
        ),
        told=(
            *(tell.sentence(d) for d in [*listed, *loud][:MOST_CANDIDATES]),
            *filter(None, [tell.overlap(listed)]),
            *([] if all(tell.asks(d) for d in listed) else [tell.ITSELF]),
            *(text for text in also if text),
        ),
        exhibits=tuple(
            e
            for e in (
                _steps(c, own, listed, notation, book.groups),
                *_tables(c, own, notation),
                *of_groups(book, c, told),
            )
            if e
        ),
    )


# The steps from one rate to the other.


def _steps(
    c: Comparison,
    own: Sequence[Driver],
    listed: Sequence[Driver],
    notation: Notation,
    groups: Groups,
) -> Exhibit | None:
    """Return the steps of the inputs, or of a listed phrase alone where that goes further."""
    if c.group_value is None or c.reference_value is None:
        return None
    gap = c.group_value - c.reference_value
    stepping = sorted(
        ((_named(d), d.step) for d in own if d.step is not None), key=lambda pair: -abs(pair[1])
    )
    if len(stepping) > MOST_STEPS:  # what is not drawn alone is no part of the rest
        rest = stepping[MOST_STEPS - 1 :]
        stepping = stepping[: MOST_STEPS - 1]
        stepping.append((tell.more_steps(len(rest)), sum(size for _, size in rest)))
    phrases = [(_named(d), d.mix_share * gap) for d in listed if d.kind == "term" and d.mix_share]
    alone = bool(phrases) and abs(phrases[0][1]) > abs(sum(size for _, size in stepping))
    changes = phrases[:1] if alone else stepping
    if not changes:
        return None
    changes = [
        *changes,
        (tell.NO_PHRASE if alone else tell.NO_STEP, gap - sum(size for _, size in changes)),
    ]
    places = list(accumulate((size for _, size in changes), initial=c.reference_value))
    places[-1] = c.group_value
    steps = [
        Step(tell.beside(label), start, end, tell.gap(end - start, notation))
        for (label, _), (start, end) in zip(changes, pairwise(places), strict=True)
    ]
    steps[-1] = replace(steps[-1], rest=True)
    shown = axis(places, None, notation)
    if shown is None:
        return None
    names = tell.ends(c, groups)
    first, last = (
        (tell.beside(n), notation.told(v))
        for n, v in zip(names, places[:: len(steps)], strict=True)
    )
    rows = [
        (names[0], Cell(num.NONE), Cell(notation.value(places[0]))),
        *(
            (label, Cell(step.told), Cell(notation.value(step.end)))
            for (label, _), step in zip(changes, steps, strict=True)
        ),
        (names[1], Cell(num.NONE), Cell(notation.value(places[-1]))),
    ]
    alt = tell.steps_alt(
        f"{first[1]} ({names[0]})",
        f"{last[1]} ({names[1]})",
        [f"{label} {step.told}" for (label, _), step in zip(changes, steps, strict=True)],
    )
    return Exhibit(
        tell.STEPS,
        tell.step_note(notation, terms=alone)
        + (f" {tell.NOT_DRAWN}" if phrases and not alone else ""),
        (Grid(tell.STEP_HEADS, tuple((name, tuple(cells)) for name, *cells in rows), css="steps"),),
        waterfall(first, steps, last, shown, alt),
    )


def _named(driver: Driver) -> str:
    """Name a step: a phrase in quotes, an input with a capital letter."""
    text = tell.row(driver)
    return f"“{text}”" if driver.kind == "term" else title(text)


# The candidates.


def _tables(c: Comparison, own: Sequence[Driver], notation: Notation) -> list[Exhibit]:
    """Return the tables of the inputs and of the phrases, those listed first, both bounded."""
    segment, ranked = c.segment or "", _ranked(own)
    fields = [d for d in ranked if d.kind == "field"]
    terms = [d for d in ranked if d.kind == "term"]
    half = MOST_CANDIDATES // 2
    room = MOST_CANDIDATES - min(len(terms), half)
    phrases = _telling(terms)[:room]
    made = []
    for shown, more, head, heads, note in (
        (fields[:room], tell.more(len(fields) - room, "input"), tell.FIELDS,
         tell.field_heads(segment), tell.field_note(segment, notation)),
        (phrases, tell.folded(len(terms) - len(phrases)), tell.TERMS,
         tell.term_heads(), tell.term_note(notation)),
    ):  # fmt: skip
        rows = tuple((tell.row(d), _row(d, notation)) for d in shown)
        if rows:
            made.append(Exhibit(head, note, (Grid(heads, rows, more, "why"),)))
        elif more:
            made.append(Exhibit(head, "", (), told=(more,)))
    return made


def _telling(ranked: Sequence[Driver]) -> list[Driver]:
    """Keep the phrases that are listed, and the first of each reason worth a row."""
    first = {d.reason: d for d in reversed(ranked) if d.reason in TELLING}
    return [*(d for d in ranked if d.listed), *first.values()]


def _row(driver: Driver, notation: Notation) -> tuple[Cell, ...]:
    used = driver.customers if driver.kind == "term" else None
    validity, why = tell.predicts(driver)
    return (
        Cell(tell.association(driver), "" if used is None else f"{num.count(used)} customers"),
        Cell(tell.share(driver)),
        Cell(tell.left(driver, notation)),
        Cell(validity, why),
        Cell(tell.why(driver), tell.role(driver)),
    )
