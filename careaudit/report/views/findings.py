"""One finding per question, and the page on what could not be assessed."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.notation import Notation
from careaudit.record import Comparison, Question
from careaudit.report.beside import Beside
from careaudit.report.views import beside as aside
from careaudit.report.views import lists
from careaudit.report.views.alike import alike
from careaudit.report.views.book import Book
from careaudit.report.views.exhibits import Exhibit
from careaudit.report.views.ratings import ratings
from careaudit.report.views.steps import steps
from careaudit.report.views.summary import anchor
from careaudit.report.views.tables import Forest, forests
from careaudit.report.views.waits import waits
from careaudit.report.wording import alike as like
from careaudit.report.wording import findings as say
from careaudit.report.wording import pages as tell
from careaudit.report.wording.names import said, segment_name, where
from careaudit.report.wording.pillars import LAYERS, REDRESS
from careaudit.report.wording.summary import places
from careaudit.report.wording.words import ACTION, CANNOT, NO_GAP, WATCH, Answer, answer, pillar
from careaudit.report.wording.words import reason as because

MOST_SENTENCES, MOST_EFFECTS, MOST_UNKNOWN = 4, 3, 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One question as an audit finding."""

    anchor: str
    running: str
    short: str
    number: int
    ask: str
    pillar: str
    role: str
    answer: Answer
    reason: str
    criterion: tuple[str, ...]
    saw: tuple[str, ...]
    sides: tuple[str, ...]
    sure: tuple[str, ...]
    effect: tuple[str, ...]
    steps: tuple[str, ...]
    forests: tuple[Forest, ...]
    measure: str
    unit: str
    overall: str
    exhibits: tuple[Exhibit, ...]
    waivers: tuple[aside.Waiver, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One row of what could not be assessed."""

    what: str
    why: str
    needs: str


def _pressing(book: Book, q: Question) -> list[Comparison]:
    """Return a question's comparisons, those that matter most first."""
    order = {ACTION.word: 0, WATCH.word: 1, CANNOT.word: 2, NO_GAP.word: 3}
    return sorted(
        book.main(q),
        key=lambda c: (order[answer(c.verdict, c.reason).word], -(c.u.value or 0.0), c.id),
    )


def _saw(book: Book, q: Question, notation: Notation) -> list[str]:
    """Say what was seen, the most pressing first."""
    words, found = book.words(q.measure), _pressing(book, q)
    text: list[str] = []
    for c in found:
        kind = answer(c.verdict, c.reason)
        if kind not in (ACTION, WATCH) or c.harmed == "none":
            continue
        both = say.both_rates(c, notation, book.groups, words.event)
        size = say.gap(c, notation, words)
        told = [say.direction(words, c, book.groups)] if kind is WATCH else []
        text.append(" ".join([*told, *(t for t in (both, size) if t)]))
    if len(text) > MOST_SENTENCES:
        text = [*text[:MOST_SENTENCES], tell.more_findings(len(text) - MOST_SENTENCES)]
    if not text and found:
        c = book.shown(q) or found[0]
        both = say.both_rates(c, notation, book.groups, words.event)
        size = say.gap(c, notation, words)
        first = tell.LARGEST if q.verdict == "pass" else ""
        if answer(c.verdict, c.reason) is CANNOT:
            first = tell.OPEN
        text = [" ".join(t for t in (first, both, size) if t)] if both else []
    small = lists.together(book, [q])
    return (text or [tell.NOTHING_SEEN]) + ([small] if small else [])


def _needed(book: Book, c: Comparison, notation: Notation) -> str:
    return say.needed(c, notation, inferred=book.by_chance(c))


def _sure(book: Book, q: Question) -> list[str]:
    """Say how sure the answer is."""
    found, notation = book.main(q), book.notation(q)
    text = [] if found else [because(q.verdict, q.reason)]
    small = book.too_small(q)
    kinds = [answer(c.verdict, c.reason) for c in found if c not in small]
    if found:
        text.append(
            tell.comparisons(
                len(found),
                kinds.count(ACTION),
                kinds.count(WATCH),
                kinds.count(NO_GAP),
                kinds.count(CANNOT),
                len(small),
            )
        )
    if q.coverage is not None:
        text.append(tell.coverage(q.coverage))
    opens = [c for c in found if answer(c.verdict, c.reason) in (CANNOT, WATCH) and c not in small]
    text += [
        tell.for_group(where(c.segment, c.group, book.groups), _needed(book, c, notation))
        for c in opens[:2]
    ]
    passing = [c for c in found if c.verdict == "pass" and c.detectable.gap is not None]
    if passing and not opens:
        widest = max(passing, key=lambda c: c.detectable.gap or 0.0)
        text.append(tell.not_detected(widest.detectable.gap or 0.0, notation))
    if any((c.design_effect or 1.0) > 1.0 for c in found):
        text.append(tell.clustered(max(c.design_effect or 1.0 for c in found)))
    if q.measure_chosen:
        text.append(tell.CHOSEN)
    return text + _beside(book, q, notation)


def _beside(book: Book, q: Question, notation: Notation) -> list[str]:
    """Say what the unknown could change, and what another test shows: neither changes an answer."""
    level = book.record.provenance.settings.alpha
    known = [like.whoever(c, notation, book.groups) for c in _pressing(book, q)]
    shown = book.shown(q)
    look = like.second_look(shown, level, book.groups) if shown else ""
    return [text for text in known if text][:MOST_UNKNOWN] + ([look] if look else [])


def _effect(book: Book, q: Question) -> list[str]:
    """Say what the gap came to for people and money."""
    words = book.words(q.measure)
    text: list[str] = []
    favoured: list[Comparison] = []
    for c in _pressing(book, q):
        if c.verdict != "fail" and c.reason != "adverse_signal":
            continue
        people, money = say.excess_people(c, words, book.one_each), _money(book, c)
        if people:
            text.append(f"{people} {money}".rstrip())
        elif money and c.harmed == "group":
            text.append(tell.money_alone(where(c.segment, c.group, book.groups), money))
        elif c.harmed == "reference":
            favoured.append(c)
    shown = text[:MOST_EFFECTS]
    if len(text) > len(shown):
        shown.append(tell.more_effects(len(text) - len(shown)))
    if favoured:
        shown.append(tell.in_favour(places(favoured, book.groups, 4)))
    none = tell.NO_EFFECT if q.unit == "share" else tell.NOT_COUNTED
    return shown or [none if q.verdict != "inconclusive" else tell.EFFECT_OPEN]


def _money(book: Book, c: Comparison) -> str:
    """Say the money of one comparison; empty where there is none."""
    found = c.affected.money
    if found is None or found.value is None or found.value <= 0:
        return ""
    kind = book.record.audit.decision_kind
    told = tell.money_of(found.value, found.low, found.high, found.currency, kind)
    return told + tell.money_parts(found)


def _finding(
    book: Book, place: int, q: Question, beside: Beside, exhibits: list[Exhibit]
) -> Finding:
    """Return the page of one question."""
    notation = book.notation(q)
    words = book.words(q.measure)
    shown = book.shown(q)
    criterion = say.limit_rule(q, book.orientation(q), notation) if q.measure else []
    limit = say.tolerated(shown, q.limit, notation, book.groups) if shown else None
    if limit:
        criterion.insert(1, limit)
    sides = []
    if shown is not None:
        other = say.other_side(shown, notation, book.groups, words)
        sides = [other] if other else []
    missing = [tell.missing(q)] if q.reason == "not_assessed" or q.missing else []
    overall = book.estimates.get((q.measure or "", None, None))
    small = bool(book.too_small(q))
    same = alike(book, q, _pressing(book, q))
    fails = [c for c in book.main(q) if c.verdict == "fail" and c.unit == "share"]
    harm = any(c.harmed == "group" for c in fails)
    kind = answer(q.verdict, q.reason)
    opens = [c for c in book.main(q) if answer(c.verdict, c.reason) is kind]
    inferred = bool(opens) and all(book.by_chance(c) for c in opens)
    return Finding(
        anchor=anchor(place),
        short=said(q.ask, 140),
        running=tell.running(place + 1, q.ask),
        number=place + 1,
        ask=said(q.ask, 240),
        pillar=pillar(q.pillar),
        role=tell.role(q.gate, q.inconclusive, release=bool(book.record.audit.release)),
        answer=kind,
        reason=tell.ALONE if q.verdict == "pass" and small else because(q.verdict, q.reason),
        criterion=tuple(criterion or [tell.NO_LIMIT]),
        saw=tuple(missing + ([] if missing and not book.main(q) else _saw(book, q, notation))),
        sides=tuple(sides),
        sure=tuple(_sure(book, q)),
        effect=tuple(_effect(book, q)),
        steps=tuple(tell.steps(kind, q.reason, harm=harm, inferred=inferred)),
        forests=tuple(forests(book, q)) if book.main(q) or overall else (),
        measure=words.title,
        unit=say.measured(words, notation) if q.measure else "",
        overall=notation.told(overall.value) if overall and overall.value is not None else "",
        exhibits=(*exhibits, *([same] if same else [])),
        waivers=aside.waivers_of(book, beside, q),
    )


def build_findings(book: Book, beside: Beside) -> list[Finding]:
    """Return the pages of all questions."""
    shown = _exhibits(book)
    return [
        _finding(book, i, q, beside, shown.get(q.id, []))
        for i, q in enumerate(book.record.questions)
    ]


def _exhibits(book: Book) -> dict[str, list[Exhibit]]:
    """Return each pillar's pictures by the question whose page they stand on, each drawn once."""
    made = [steps(book, REDRESS), *waits(book), *ratings(book), steps(book, LAYERS)]
    shown: dict[str, list[Exhibit]] = {}
    for name, exhibit in filter(None, made):
        shown.setdefault(name, []).append(exhibit)
    return shown


def build_gaps(book: Book) -> list[Gap]:
    """Return what could not be assessed, why, and what it would take; equal rows are one."""
    rows: list[Gap] = []
    for place, q in enumerate(book.record.questions, 1):
        told = q.reason in {c.reason for c in book.main(q)}
        if answer(q.verdict, q.reason) is CANNOT and not told:
            rows.append(
                Gap(f"{place}. {said(q.ask, 160)}", because(q.verdict, q.reason), tell.takes(q))
            )
        rows += _open_rows(book, place, q)
    if len(rows) > MOST_GAPS:
        rest = len(rows) - MOST_GAPS
        rows = [*rows[:MOST_GAPS], Gap(tell.more_rows(rest), tell.AS_ABOVE, tell.IN_JSON)]
    named = {(c.segment, c.group) for c in book.record.comparisons}
    small = lists.small_groups(book, without=named)
    if small:
        rows.append(
            Gap(
                tell.small_rows(small),
                because("inconclusive", "small"),
                tell.small_needs(book.record.provenance.settings.min_effective_n),
            )
        )
    for segment, count in sorted(book.record.accounts.unknown.items(), key=lambda x: -x[1])[:6]:
        if count:
            rows.append(
                Gap(
                    tell.unknown_row(segment_name(segment), count),
                    tell.UNKNOWN_WHY,
                    tell.UNKNOWN_NEEDS,
                )
            )
    rows.append(Gap(*tell.NEVER))
    rows.append(Gap(*tell.CAUSE))
    return rows


MOST_GAPS = 20


def _open_rows(book: Book, place: int, q: Question) -> list[Gap]:
    """Return the open comparisons of one question; small groups of one attribute share a row."""
    notation, label = book.notation(q), f"{place}. {book.words(q.measure).title}"
    small = book.too_small(q)
    same: dict[tuple[str | None, str, str], list[Comparison]] = {}
    for c in book.main(q):
        if answer(c.verdict, c.reason) is CANNOT and c not in small:
            same.setdefault((c.segment, say.why(c), _needed(book, c, notation)), []).append(c)
    for segment in dict.fromkeys(c.segment for c in small):
        own = [c for c in small if c.segment == segment]
        same[segment, say.why(own[0]), tell.small_takes(own)] = own
    return [
        Gap(f"{label}, {tell.several(found, book.groups)}", why, needs)
        for (_, why, needs), found in same.items()
    ]
