"""Quality findings, the full table of comparisons, and where the data came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from careaudit.notation import Notation, notation_of
from careaudit.notation import numbers as num
from careaudit.record import REST, Comparison, Intersection, Limit, Quality
from careaudit.report.views.book import Book
from careaudit.report.wording import lineage as tell
from careaudit.report.wording.alike import strata
from careaudit.report.wording.captions import annex_heads
from careaudit.report.wording.measures import NAMED
from careaudit.report.wording.names import (
    clean,
    group_name,
    name,
    said,
    segment_name,
    split_group,
    title,
)
from careaudit.report.wording.summary import day
from careaudit.report.wording.summary import places as tell_places
from careaudit.report.wording.words import Answer, answer

MOST_COMPARISONS = 150
MOST_CROSSINGS = 60
MOST_NOTES = 40


@dataclass(frozen=True, slots=True)
class Numbers:
    """One comparison with all its numbers, as text."""

    group: str
    reference: str
    n: str
    rates: str
    difference: str
    ratio: str
    u: str
    p: str
    beyond: str
    score: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class NumbersTable:
    """All comparisons of one question."""

    ask: str
    number: int
    rows: tuple[Numbers, ...]
    more: int
    values: str
    gaps: str


@dataclass(frozen=True, slots=True)
class Note:
    """One quality finding."""

    severity: str
    where: str
    message: str
    rows: str


def _interval(value: str, low: str, high: str) -> str:
    """Write a value with its range; a missing end is a dash."""
    if value == num.NONE and low == num.NONE and high == num.NONE:
        return num.NONE
    return f"{value} ({low} to {high})"


def _numbers(book: Book, c: Comparison, limit: Limit, notation: Notation) -> Numbers:
    """Return one row of Annex B."""
    settings = book.record.provenance.settings

    def gap(value: float | None) -> str:
        return num.NONE if value is None else notation.fine_signed(value)

    def units(value: float | None) -> str:
        return num.NONE if value is None else num.guarded(value, [1.0])

    def rate(value: float | None) -> str:
        return num.NONE if value is None else notation.fine(value)

    def result(value: float | None) -> str:
        return num.score(value)

    segment = segment_name(c.segment, 40) if c.segment else "All decisions"
    group = group_name(c.group, 60, book.group(c.segment, c.group)) if c.group else ""
    label = f"{segment}: {group}" if group else segment
    if c.within:
        label += f", within {name(c.within, 40)}"
    s = c.score
    wide = s.low is not None and s.high is not None and s.high - s.low > 40
    if wide and c.verdict == "inconclusive":
        shown = tell.undetermined(num.score(s.low), num.score(s.high))
    else:
        shown = _interval(result(s.value), result(s.low), result(s.high))
    return Numbers(
        group=label,
        reference=group_name(c.reference or "rest", 40),
        n=f"{num.NONE if c.group_value is None else num.count(c.n)} / {num.count(c.reference_n)}",
        rates=f"{rate(c.group_value)} / {rate(c.reference_value)}",
        difference=_interval(
            gap(c.difference.value), gap(c.difference.low), gap(c.difference.high)
        ),
        ratio=_interval(*(num.ratio(v, limit) for v in (c.ratio.value, c.ratio.low, c.ratio.high))),
        u=_interval(units(c.u.value), units(c.u.low), units(c.u.high)),
        p=" / ".join(num.p_value(v, settings.alpha) for v in (c.p_parity, c.p_adjusted)),
        beyond=(
            f"{num.p_value(c.p_beyond, settings.alpha)} /"
            f" {num.p_value(c.p_pass, settings.alpha_pass)}"
        ),
        score=shown,
        answer=answer(c.verdict, c.reason),
    )


def build_numbers(book: Book) -> list[NumbersTable]:
    """Return the tables of Annex B, bounded over all questions."""
    budget = MOST_COMPARISONS
    tables = []
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    for place, q in enumerate(book.record.questions):
        found = book.by_question[q.id]
        if not found:
            continue
        kept = found
        if len(found) > budget:
            urgent = sorted(range(len(found)), key=lambda i: (order[found[i].verdict], i))
            kept = [found[i] for i in sorted(urgent[: max(budget, 10)])]
        budget = max(0, budget - len(kept))
        notation = book.notation(q)
        values, gaps = annex_heads(notation)
        tables.append(
            NumbersTable(
                ask=said(q.ask, 160),
                number=place + 1,
                rows=tuple(_numbers(book, c, q.limit, notation) for c in kept),
                more=len(found) - len(kept),
                values=values,
                gaps=gaps,
            )
        )
    return tables


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing of groups with its numbers, as text."""

    group: str
    n: str
    rates: str
    difference: str
    ratio: str
    chance: str
    shrunken: str


def build_strata(book: Book) -> list[str]:
    """Return one sentence for each crossing on how far its groups lie apart."""
    return [
        strata(number, found)
        for number, q in enumerate(book.record.questions, 1)
        for found in q.strata
    ]


def build_crossings(book: Book) -> list[Crossing]:
    """Return the crossings that were compared, furthest from the limit first, bounded."""
    found = [i for i in book.record.intersections if i.ratio.value is not None]
    limits = {q.id: q.limit for q in book.record.questions}
    return [_crossing(book, i, limits[i.question]) for i in sorted(found, key=_distance)][
        :MOST_CROSSINGS
    ]


def _distance(i: Intersection) -> float:
    return -(i.u or 0.0)


def _crossing(book: Book, i: Intersection, limit: Limit) -> Crossing:
    level = book.record.provenance.settings.alpha
    number = next(n for n, q in enumerate(book.record.questions, 1) if q.id == i.question)

    def crossed(group: str) -> str:
        parts = split_group(i.segment, group, book.groups)
        pairs = zip(i.segment.split("*"), parts, strict=False)
        return ", ".join(f"{segment_name(s, 24)} {name(g, 40)}" for s, g in pairs)

    unit = book.units.get(i.measure, "share")
    notation = Notation()
    if unit != "share":
        notation = notation_of(unit, [i.value, i.reference_value], book.currency)

    def value(found: float | None) -> str:
        return num.NONE if found is None else notation.fine(found)

    against = "all others" if i.reference in (None, REST) else crossed(i.reference or "")
    return Crossing(
        group=f"{number}. {crossed(i.group)}, against {against}",
        n=num.count(i.n),
        rates=f"{value(i.value)} / {value(i.reference_value)}",
        difference=_interval(
            *(value(v) for v in (i.difference.value, i.difference.low, i.difference.high))
        ),
        ratio=_interval(*(num.ratio(v, limit) for v in (i.ratio.value, i.ratio.low, i.ratio.high))),
        chance=f"{num.p_value(i.p_parity, level)} / {num.p_value(i.q_value, level)}",
        shrunken=value(i.shrunken),
    )


def build_notes(book: Book, idle: list[tuple[str, str]]) -> list[Note]:
    """Return the quality findings, errors first; the notes on few decisions are one row.

    `idle` are waivers that cover nothing, as (where, what): they stand before the notes. The page
    shows the first MOST_NOTES.
    """
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(book.record.quality, key=lambda q: order[q.severity])
    weak = [q for q in found if q.code == "low_power_fail"]
    rows = [Note(tell.SEVERITIES["warning"], place, what, num.NONE) for place, what in idle]
    for q in found:
        if q.code == "low_power_fail":
            if q is weak[0]:
                rows.append(_few(book, weak))
            continue
        rows.append(
            Note(
                tell.SEVERITIES[q.severity],
                _place(book, q.where),
                title(said(_named(book, q.message))),
                num.count(q.rows) if q.rows is not None else num.NONE,
            )
        )
    return rows


def _place(book: Book, where: str) -> str:
    """Return where a note belongs, as readers know it: a finding, a group, an attribute."""
    c = book.by_id.get(where)
    numbers = {q.id: n for n, q in enumerate(book.record.questions, 1)}
    if c is not None and c.question in numbers:
        return f"{numbers[c.question]}. {title(tell_places([c], book.groups))}"
    if where in numbers:
        return f"{numbers[where]}. {said(book.record.questions[numbers[where] - 1].ask, 80)}"
    if where in book.segments:
        return title(segment_name(where, 40))
    return tell.place(_named(book, where)) if where else num.NONE


_CODED = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


def _named(book: Book, text: str) -> str:
    """Say the measures and attributes that a note names in code as the other pages call them."""

    def called(found: re.Match[str]) -> str:
        word = found.group()
        if word in book.segments:
            return word.replace("_", " ")
        known = word in book.units or word in NAMED
        return f"“{book.words(word).title}”" if known else word

    return _CODED.sub(called, text)


def _few(book: Book, weak: list[Quality]) -> Note:
    """Return one row for all gaps that need action and rest on few decisions."""
    found = [book.by_id[q.where] for q in weak if q.where in book.by_id]
    place = tell_places(found, book.groups, 12) if found else num.NONE
    return Note(tell.SEVERITIES[weak[0].severity], title(place), tell.FEW_DECISIONS, num.NONE)


def build_rows(book: Book) -> list[tuple[str, str]]:
    """Return where every row went: read = used + left out."""
    a = book.record.accounts
    rows = [(tell.ROWS_READ, num.count(a.rows_read))]
    rows += [(tell.left_out(x.reason), num.count(x.rows)) for x in a.excluded]
    rows.append((tell.ROWS_USED, num.count(a.rows_used)))
    rows += [
        (tell.unknown(segment_name(s)), tell.decisions(num.count(n)))
        for s, n in list(a.unknown.items())[:20]
    ]
    if a.customers is not None:
        rows.append((tell.CUSTOMERS, tell.customers(num.count(a.customers))))
    for j in a.joins[:20]:
        rows.append((tell.joined(name(j.table, 40)), num.count(j.matched)))
        rows.append((tell.unjoined(name(j.table, 40)), num.count(j.unmatched)))
    return rows


def build_files(book: Book) -> list[tuple[str, str, str, str]]:
    """Return the files read: role, name, bytes, SHA-256."""
    return [
        (
            clean(i.role),
            name(i.name, 60),
            num.count(i.bytes) if i.bytes is not None else num.NONE,
            clean(i.sha256 or num.NONE),
        )
        for i in book.record.provenance.inputs[:20]
    ]


def build_provenance(book: Book) -> list[tuple[str, str]]:
    """Return how the record came to be."""
    p = book.record.provenance
    libraries = ", ".join(f"{clean(k)} {clean(v)}" for k, v in sorted(p.libraries.items()))
    window = f"{day(p.window.start)} to {day(p.window.end)}" if p.window.start else num.NONE
    if p.window.days is not None:
        window += f" ({num.count(p.window.days)} days)"
    return [
        (tell.FINGERPRINT, book.record.digest),
        (tell.PLAN, clean(p.plan_sha256)),
        (tell.AS_OF, day(p.as_of)),
        (tell.EXPIRES, day(p.expires_on)),
        (tell.WINDOW, window),
        (tell.SEED, str(p.seed)),
        (tell.SOFTWARE, f"careaudit {clean(p.careaudit)}"),
        (tell.LIBRARIES, libraries or num.NONE),
    ]
