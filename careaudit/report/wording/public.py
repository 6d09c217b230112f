"""Sentences of the public edition: the answer, and what was found. Plain words, short sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from careaudit.publication.document import Printed, Publication, PublicQuestion, Row, Table
from careaudit.record import POOLED, REST
from careaudit.report.wording.impact import unpaid
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import (
    NOT_RECORDED,
    ended,
    group_name,
    name,
    said,
    segment_name,
    title,
    where,
)
from careaudit.report.wording.words import (
    ACTION,
    CANNOT,
    NO_GAP,
    WATCH,
    Answer,
    answer,
    listed,
    measure_words,
)

KIND = "Public transparency report"
DECIDES = "What the system decides"
INVOLVED = "Is a person involved?"
CHECKED = "What we checked"
FOUND = "What we found"
DOING = "What we are doing"
RESULTS = "Results"
DRAFT = "Draft reading: no person has confirmed which decisions are good for customers."
WITHHELD = "Not shown: too few people"
SOME_WITHHELD = (
    "Some rows are not shown, since they tell of too few people. Others are not shown so that the"
    " first cannot be worked out from them."
)
ALL_WITHHELD = "The figures of this question are not shown: they would tell of too few people."
TOGETHER = "Groups too small to judge alone are judged together."
AGAINST_REST = "Each group is compared with all other groups."
COMPARISON = "Comparison group"
SIZE = "Gap against what is tolerated"
EMPTY = "No decisions"
UNDEFINED = "No figure: no decision counts here"
LONGEST = 2_000
"""So many characters of a text of the plan are printed."""


def release_name(p: Publication, longest: int = 72) -> str:
    """Return what the report is about: the system, or the audit's name."""
    return said(p.system or p.name or "this log", longest)


def page_title(p: Publication) -> str:
    """Return the question in the title."""
    return f"{title(release_name(p))}: are customers treated alike?"


def scope(p: Publication) -> str:
    """Say how many decisions of which months the report is about."""
    months = f", {p.period.text}" if p.period.start else f"; {p.period.text}"
    return f"About {p.decisions.used} decisions{months}. Audit {p.number}."


def stated(text: str | None, key: str) -> str:
    """Return a text of the plan word for word; one that is missing is named."""
    return said(text, LONGEST) if text and text.strip() else missing(key)


def missing(key: str) -> str:
    """Name a text that the plan lacks."""
    return f"Not stated: the plan’s [public] table has no “{key}”."


def words_of(p: Publication, q: PublicQuestion) -> MeasureWords:
    """Return the words of a question's measure."""
    harm = q.orientation == "adverse"
    return measure_words(q.measure, p.decision_kind, q.unit, harm=harm)


def told(figure: Printed, q: PublicQuestion) -> str:
    """Write a figure as a sentence says it: "25 in every 100", "4 min 12 s"."""
    return f"{figure.text} in every {q.per:,}" if q.unit == "share" else figure.text


OPENINGS = {
    ACTION: "Not yet. Action is needed.",
    WATCH: "Not settled. We keep watching.",
    NO_GAP: "No material gap was found.",
    CANNOT: "We cannot tell yet.",
}


def opening(p: Publication) -> str:
    """Return the first words of the answer."""
    if not any(q.gate for q in p.questions) and p.verdict == "inconclusive":
        return "No question was named to decide, so there is no overall answer."
    return OPENINGS[answer(p.verdict, p.reason)]


OUTSIDE = "A question outside the overall answer needs action too: see the table."
ONE_OUTSIDE = "A question outside the overall answer needs action: see the table."
MORE = "More questions have this answer: see the table."
ALL_WITHIN = "On each question that decides, any gap is shown to be within what is tolerated."
NOT_ALL = "The data leave at least one question that decides open."


def checked(p: Publication) -> str:
    """Say how much was looked at, and how the answers are to be read."""
    of = f" from {p.period.text}" if p.period.start else ""
    people = (
        f" They are of about {p.decisions.customers} customers." if p.decisions.customers else ""
    )
    noun = "this question" if len(p.questions) == 1 else "these questions"
    return f"We looked at about {p.decisions.used} decisions{of}.{people} We asked {noun}:"


def ways(words: MeasureWords, q: PublicQuestion, row: Row) -> str:
    """Say how a group compares: it follows from which side is worse off."""
    return words.more if (row.harmed == "group") is (q.orientation == "adverse") else words.less


Place = tuple[str, str | None]
"""An attribute, and a group of it."""


def places(found: Iterable[Place], most: int = 3, longest: int = 24) -> str:
    """List groups: "where language is es or zh, and in other groups"."""
    all_ = list(dict.fromkeys(found))
    shown, phrases = all_[:most] if len(all_) != most + 1 else all_, []
    for segment in dict.fromkeys(s for s, _ in shown):
        own = [g for s, g in shown if s == segment]
        named = [g for g in own if g not in (POOLED, REST, None)]
        if named:
            values = listed([name(g, longest) for g in named if g is not None], "or")
            phrases.append(f"where {segment_name(segment, longest)} is {values}")
        phrases += [where(segment, g, None, longest) for g in own if g not in named]
    if len(all_) > len(shown):
        phrases.append("in other groups")
    return f"{', '.join(phrases[:-1])}, and {phrases[-1]}" if phrases[1:] else "".join(phrases)


Found = Sequence[tuple[Table, Row]]
"""Rows with their tables."""


def against(table: Table, row: Row) -> str:
    """Name the comparison group: "where it is en"."""
    if table.reference is None:
        return "in the comparison group"
    if table.reference == REST or row.group == POOLED:
        return where(table.segment, table.reference, None, 24)
    return f"where it is {name(table.reference, 24)}"


def gap_sentence(words: MeasureWords, q: PublicQuestion, kind: Answer, found: Found) -> str:
    """Say where the gap is, without numbers and without a full stop."""
    table, row = found[0]
    happens = words.may_happen if kind is WATCH else words.happens
    tail = ""
    if row.harmed == "reference":
        tail = (
            f" than {against(table, row)}" if len(found) == 1 else " than in the comparison group"
        )
    at = places((t.segment, r.group) for t, r in found)
    return f"{happens} {ways(words, q, row)} {at}{tail}"


def headline(words: MeasureWords, q: PublicQuestion, found: Found, *, small: bool) -> str:
    """Say a question's finding as a heading; `small` where groups are judged together alone."""
    kind = answer(q.verdict, q.reason)
    if q.measure is None or q.reason == "not_assessed":
        return "Not checked: the data lack what it needs"
    if kind is CANNOT:
        return f"{words.title}: we cannot tell yet"
    if kind is NO_GAP:
        gap = "any gap of a group judged alone" if small else "any gap"
        return f"{words.title}: {gap} is within what is tolerated"
    if not found:
        what = "action is needed" if kind is ACTION else "a gap to watch"
        return f"{words.title}: {what}, in groups that are not shown here"
    return gap_sentence(words, q, kind, found)


def size(row: Row) -> str:
    """Say how large a gap is against what is tolerated, and in whose favour."""
    if row.verdict is None:
        return ""
    if row.reason == "too_small_alone":
        return "too small to judge alone"
    if row.verdict == "pass":
        return "within"
    if row.size is None:
        return ""
    text = f"about {row.size} times" if row.size[0].isdigit() else f"{row.size} times"
    return f"{text}, in favour of this group" if row.harmed == "reference" else text


def row_name(row: Row) -> str:
    """Return a group as its row is named."""
    return NOT_RECORDED if row.group == "unknown" else group_name(row.group)


def both(table: Table, row: Row, other: Row, q: PublicQuestion, words: MeasureWords) -> str:
    """Say the values of both sides of a gap, two numbers a sentence."""
    if row.figure is None or other.figure is None:
        return ""
    here = title(where(table.segment, row.group, None, 24))
    there = title(against(table, row))
    return f"{here}, {told(row.figure, q)} {words.event}. {there}, it was {other.figure.text}."


def measured(q: PublicQuestion, words: MeasureWords) -> str:
    """Say what the tables of a question hold."""
    noun = "rate" if q.unit == "share" else "value"
    what = f"{words.base} that {words.event}" if q.unit == "share" else words.base
    return f"Measured: {what}. Gap: the group’s {noun} minus that of its comparison group."


def everybody(q: PublicQuestion) -> str:
    """Say the figure of all decisions; empty where there is none."""
    if q.everybody is None or q.everybody.figure is None:
        return ""
    figure = q.everybody.figure
    line = ", the dashed line" if figure.value is not None else ""
    span = f" The plausible range is {figure.range}." if figure.range else ""
    return f"Over all decisions: {told(figure, q)}{line}.{span}"


def people(p: Publication, q: PublicQuestion) -> list[str]:
    """Say how many people and how much money the gaps came to."""
    result, words = [], words_of(p, q)
    if p.people and p.people.value:
        each = p.decisions.customers == p.decisions.used
        more = words.instead_customers if each else words.instead
        result.append(f"About {p.people.text} more {more} at the rate of the comparison group.")
        result += _range(p.people)
    if p.money and p.money.value and p.money.value > 0:
        what = unpaid(p.decision_kind)
        result.append(f"About {p.money.text} {what}, at the average of the comparison group.")
        result += _range(p.money)
    return result


def _range(figure: Printed) -> list[str]:
    return [f"The plausible range is {figure.range}."] if figure.range else []


def asked(q: PublicQuestion) -> str:
    """Return a question as the plan asks it."""
    return ended(said(q.ask, 240))


PICTURE = "The largest gap of this report, as dots to count"


def icon_alt(place: str, figure: Printed, q: PublicQuestion, words: MeasureWords) -> str:
    """Describe an icon array for readers who cannot see it."""
    return (
        f"Picture of {q.per:,} dots, of which {figure.text} are filled: out of every {q.per:,}"
        f" decisions {place}, {figure.text} {words.event}."
    )
