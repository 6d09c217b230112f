"""The short lists of pages 1 to 3: what is open, what could change, what is well supported."""

from __future__ import annotations

from careaudit.notation import Notation, notation_of
from careaudit.record import POOLED, Comparison, Question
from careaudit.report.views.book import Book
from careaudit.report.wording import captions, council
from careaudit.report.wording import findings as say
from careaudit.report.wording import summary as tell
from careaudit.report.wording.names import group_name, segment_name
from careaudit.report.wording.words import ACTION, CANNOT, WATCH, Answer, answer

UNANSWERED = (
    "not_assessed", "no_comparator", "labels_missing", "nonresponse", "no_variation",
    "membership_unsure",
)  # fmt: skip
"""Reasons of a question that the log cannot answer however many decisions it holds."""


def flagged(book: Book, q: Question, kind: Answer) -> list[Comparison]:
    """Return the comparisons of a question with an answer, largest gap first."""
    found = [c for c in book.main(q) if answer(c.verdict, c.reason) is kind and c.harmed != "none"]
    return sorted(found, key=lambda c: (c.group == POOLED, -(c.u.value or 0.0), c.id))


def small_groups(
    book: Book, without: set[tuple[str | None, str | None]] | None = None
) -> list[str]:
    """Return the groups that cannot be judged alone and need no action, as segment and name."""
    failing = {(c.segment, c.group) for c in book.record.comparisons if c.verdict == "fail"}
    failing |= without or set()
    return [
        f"{segment_name(s.name, 30)} {group_name(g.group, 24)}"
        for s in book.record.segments
        for g in s.groups
        if g.status in ("small", "suppressed") and g.n and (s.name, g.group) not in failing
    ]


def together(book: Book, questions: list[Question]) -> str:
    """Say how the groups too small to judge alone fared together; empty where there are none."""
    small = [(q, c) for q in questions for c in book.too_small(q)]
    pooled = {
        (q.id, c.segment)
        for q in questions
        for c in book.main(q)
        if c.group == POOLED and c.verdict == "pass"
    }
    count = len({(c.segment, c.group) for _, c in small})
    if not count:
        return ""
    return tell.too_small(count, all((q.id, c.segment) in pooled for q, c in small))


def passed(book: Book, gated: list[Question]) -> list[str]:
    """Say what it means that each question that decides shows no material gap."""
    small = together(book, gated)
    return [tell.passed(len(gated), bool(small)), *([small] if small else [])]


def no_people(book: Book) -> str:
    """Say why no people are counted."""
    found = [c for q in book.record.questions for k in (ACTION, WATCH) for c in flagged(book, q, k)]
    harmed = [c for c in found if c.harmed == "group"]
    if found and not harmed:
        return tell.IN_FAVOUR
    if harmed and all(c.affected.people.value is None for c in harmed):
        return tell.NOT_IN_PEOPLE
    return tell.NO_PEOPLE


def not_assessed(book: Book) -> list[str]:
    """List what page one says could not be assessed."""
    record = book.record
    text = [tell.unanswered(q) for q in record.questions if q.reason in UNANSWERED][:2]
    small = small_groups(book)
    if small:
        text.append(tell.small_groups(small))
    unknown = sorted(((r, s) for s, r in record.accounts.unknown.items() if r), reverse=True)
    if unknown:
        text.append(tell.no_recorded(unknown[0][1], unknown[0][0]))
    return [*text[:3], tell.NEVER_ASKED]


def could_change(book: Book, headline: Comparison | None) -> list[str]:
    """List what could change the answer."""
    record = book.record
    text: list[str] = []
    if headline is not None and headline.segment and headline.group:
        q = book.question_of(headline)
        known = book.estimates.get((headline.measure, headline.segment, headline.group))
        segment = book.segments.get(headline.segment)
        missing = next(
            (g.group for g in (segment.groups if segment else ()) if g.status == "unknown"), None
        )
        lost = book.estimates.get((headline.measure, headline.segment, missing))
        if known and lost and missing is not None and missing != headline.group:
            notation = book.notation(q) if q else Notation()
            bound = say.unknown_bound(
                headline.segment, headline.group, known, lost, notation, book.groups
            )
            text += [bound] if bound else []
    near = [
        c
        for c in record.comparisons
        if c.u.low is not None
        and c.u.high is not None
        and c.u.low < 1 < c.u.high
        and c.within is None
        and c.reason != "too_small_alone"
    ]
    if near:
        text.append(tell.near_limit(len(near)))
    if record.accounts.customers is None:
        text.append(tell.NO_CUSTOMERS)
    text.append(tell.OTHER_LIMIT)
    return text[:3]


def evidence(book: Book) -> tuple[list[str], list[str]]:
    """Sort the findings into well supported and less certain."""
    strong: list[str] = []
    weak: list[str] = []
    for q in book.record.questions:
        words = book.words(q.measure)
        action = flagged(book, q, ACTION)
        for texts, found in (
            (strong, [c for c in action if c.reason == "established"]),
            (weak, [c for c in action if c.reason != "established"]),
            (weak, flagged(book, q, WATCH)),
        ):
            for way in dict.fromkeys(say.more(words, c) for c in found):
                same = [c for c in found if say.more(words, c) == way]
                texts.append(tell.gap_sentence(words, same, book.groups))
    passing = sum(q.verdict == "pass" for q in book.record.questions)
    if passing:
        strong.append(tell.passing(passing))
    opens = [
        c
        for c in book.record.comparisons
        if answer(c.verdict, c.reason) is CANNOT
        and c.within is None
        and c.reason != "too_small_alone"
    ]
    notable = [i for i in book.record.intersections if i.notable]
    if len(notable) > 1:
        weak.append(captions.overlaps(len(notable)))
    else:
        weak += [
            say.overlap(
                i,
                book.words(i.measure),
                book.groups,
                notation_of(book.units.get(i.measure, "share"), [i.value], book.currency),
            )
            for i in notable
        ]
    if opens:
        weak.append(tell.open_comparisons(len(opens)))
    return (
        tell.bounded(strong, 4) or [tell.NOTHING_STRONG],
        tell.bounded([text for text in weak if text not in strong], 4) or [tell.NOTHING_WEAK],
    )


MOST_LISTED = 12
"""Groups that a condition names; it says how many more there are."""


def _failing(book: Book, review: str) -> list[Comparison]:
    """Return the comparisons where action is needed, by the review they ask for, once a group."""
    found = [c for q in book.record.questions for c in flagged(book, q, ACTION)]
    return list({(c.segment, c.group): c for c in found if _review(c) == review}.values())


def _review(c: Comparison) -> str:
    """Decisions against a group can be looked at one by one; a longer wait or a score cannot."""
    one_by_one = c.harmed == "group" and c.unit == "share"
    return council.HUMAN_REVIEW if one_by_one else council.RULE_REVIEW


def reviews(book: Book) -> str:
    """Return the reviews that the conditions ask for."""
    kinds = (council.HUMAN_REVIEW, council.RULE_REVIEW)
    return " and ".join(text for text in kinds if _failing(book, text))


def conditions(book: Book, most: int = MOST_LISTED) -> list[tuple[str, str]]:
    """Return the proposed conditions, each with so many groups by name at most."""
    harmed = _failing(book, council.HUMAN_REVIEW)
    review = tell.places(harmed[:most], book.groups, most, 60)
    ruled = []
    by_pair: dict[tuple[str, str | None, str | None], list[Comparison]] = {}
    for c in _failing(book, council.RULE_REVIEW):
        other = (c.segment, c.reference) if c.harmed == "reference" else (None, None)
        by_pair.setdefault((c.harmed, *other), []).append(c)
    for (side, *_), found in by_pair.items():
        place = tell.places(found[:most], book.groups, most, 60)
        place += council.and_more(len(found) - most)
        than = say.than(found, book.groups)
        ruled.append(council.against(place, than) if side == "reference" else place)
    kinds = [answer(q.verdict, q.reason) for q in book.record.questions]
    unassessed = sum(q.reason in UNANSWERED for q in book.record.questions)
    opens = kinds.count(CANNOT) + kinds.count(WATCH) - unassessed
    more = council.and_more(len(harmed) - most)
    return council.conditions(review + more, ruled, opens, unassessed)
