"""Sentences of the public edition: the answer, and what was found. Plain words, short sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from careaudit.publication.document import Printed, Publication, PublicQuestion, Row, Table
from careaudit.record import POOLED, REST
from careaudit.report.wording.impact import unpaid
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import (
    ended,
    name,
    said,
    segment_name,
    title,
    where,
)
from careaudit.report.wording.printed import about, told, words
from careaudit.report.wording.words import (
    ACTION,
    CANNOT,
    NO_GAP,
    WATCH,
    Answer,
    answer,
    listed,
)

KIND = "Public transparency report"
DECIDES = "What the system decides"
INVOLVED = "Is a person involved?"
CHECKED = "What we checked"
FOUND = "What we found"
DOING = "What we are doing"
RESULTS = "Results"
DRAFT = "Draft reading: no person has confirmed which decisions are good for customers."
TOGETHER = "Groups with too few people to judge alone are judged together."
AGAINST_REST = "Each group is compared with all other groups."
COMPARISON = "Comparison group"
SIZE = "Against what is tolerated"
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
    return f"{about(p.decisions.used).capitalize()} decisions{months}. Audit {p.number}."


def stated(text: str | None, key: str) -> str:
    """Return a text of the plan word for word; one that is missing is named."""
    return said(text, LONGEST) if text and text.strip() else missing(key)


def missing(key: str) -> str:
    """Name a text that the plan lacks."""
    return f"Not stated: the plan’s [public] table has no “{key}”."


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
    text = OPENINGS[answer(p.verdict, p.reason)]
    return text if p.system else text.replace("Not yet.", "No.")


OUTSIDE = "A question outside the overall answer needs action too: see the table."
ONE_OUTSIDE = "A question outside the overall answer needs action: see the table."
MORE = "More questions have this answer: see the table."
ALL_WITHIN = "On each question that decides, any gap is shown to be within what is tolerated."
NOT_ALL = "The data leave at least one question that decides open."


def checked(p: Publication) -> str:
    """Say how much was looked at, and how the answers are to be read."""
    of = f" from {p.period.text}" if p.period.start else ""
    count = p.decisions.customers
    people = f" They are of {about(count)} customers." if count else ""
    noun = "this question" if len(p.questions) == 1 else "these questions"
    return f"We looked at {about(p.decisions.used)} decisions{of}.{people} We asked {noun}:"


def ways(w: MeasureWords, q: PublicQuestion, row: Row) -> str:
    """Say how a group compares: it follows from which side is worse off."""
    return w.more if (row.harmed == "group") is (q.orientation == "adverse") else w.less


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


ELSEWHERE = ", and in groups that are not shown here"


def gap_sentence(w: MeasureWords, q: PublicQuestion, kind: Answer, found: Found) -> str:
    """Say where the gap is, without numbers and without a full stop."""
    table, row = found[0]
    happens = w.may_happen if kind is WATCH else w.happens
    tail = ""
    if row.harmed == "reference":
        tail = (
            f" than {against(table, row)}" if len(found) == 1 else " than in the comparison group"
        )
    at = places((t.segment, r.group) for t, r in found)
    return f"{happens} {ways(w, q, row)} {at}{ELSEWHERE if q.elsewhere else ''}{tail}"


def headline(w: MeasureWords, q: PublicQuestion, found: Found, *, small: bool) -> str:
    """Say a question's finding as a heading; `small` where groups are judged together alone."""
    kind = answer(q.verdict, q.reason)
    if q.measure is None or q.reason == "not_assessed":
        return "Not checked: the data lack what it needs"
    if kind is CANNOT:
        return f"{w.title}: we cannot tell yet"
    if kind is NO_GAP:
        gap = "any gap of a group judged alone" if small else "any gap"
        return f"{w.title}: {gap} is within what is tolerated"
    if not found:
        what = "action is needed" if kind is ACTION else "a gap to watch"
        return f"{w.title}: {what}, in groups that are not shown here"
    return gap_sentence(w, q, kind, found)


def size(row: Row) -> str:
    """Say how large a gap is against what is tolerated, and in whose favour."""
    if row.verdict is None:
        return ""
    if row.reason == "too_small_alone":
        return "too few"
    if row.verdict == "pass":
        return "within"
    if row.size is None:
        return ""
    pressing = row.verdict == "fail" or row.reason == "adverse_signal"
    favoured = pressing and row.harmed == "reference"
    return f"{row.size} times{', in favour' if favoured else ''}"


def both(table: Table, row: Row, other: Row, q: PublicQuestion, w: MeasureWords) -> str:
    """Say the values of both sides of a gap, two numbers a sentence."""
    if row.figure is None or other.figure is None:
        return ""
    here = title(where(table.segment, row.group, None, 24))
    there = title(against(table, row))
    first = f"{here}, {told(q, row.figure, ranged=False)} {w.event}."
    text = f"{first} {there}, it was {other.figure.text}."
    return f"{text} This gap is about {row.size} times what is tolerated." if row.size else text


def measured(q: PublicQuestion, w: MeasureWords) -> str:
    """Say what the tables of a question hold."""
    noun = "rate" if q.unit == "share" else "value"
    what = f"{w.base} that {w.event}" if q.unit == "share" else w.base
    return f"Measured: {what}. Gap: the group’s {noun} minus that of its comparison group."


def everybody(q: PublicQuestion) -> str:
    """Say the figure of all decisions; empty where there is none."""
    if q.everybody is None or q.everybody.figure is None:
        return ""
    figure = q.everybody.figure
    line = ", the dashed line" if figure.value is not None else ""
    return " ".join(
        [f"Over all decisions: {told(q, figure, ranged=False)}{line}.", *_range(figure)]
    )


def people(p: Publication, q: PublicQuestion) -> list[str]:
    """Say how many people and how much money the gaps came to."""
    result, w = [], words(q, p.decision_kind)
    if p.people and p.people.value:
        each = p.decisions.customers == p.decisions.used
        more = w.instead_customers if each else w.instead
        result.append(f"About {p.people.text} more {more} at the rate of the comparison group.")
        result += _range(p.people)
    if p.money and p.money.value and p.money.value > 0:
        what = unpaid(p.decision_kind)
        result.append(f"About {p.money.text} {what}, at the average of the comparison group.")
        result += _range(p.money)
    return result


def _range(figure: Printed) -> list[str]:
    low, _, high = (figure.range or "").partition(" to ")
    return [f"The plausible range is {figure.range}."] if low != high else []


def asked(q: PublicQuestion) -> str:
    """Return a question as the plan asks it."""
    return ended(said(q.ask, 240))


PICTURE = "The gap that weighs most, as dots to count"


def icon_alt(place: str, figure: Printed, q: PublicQuestion, w: MeasureWords) -> str:
    """Describe an icon array for readers who cannot see it."""
    return (
        f"Picture of {q.per:,} dots, of which {figure.text} are filled: out of every {q.per:,}"
        f" decisions {place}, {figure.text} {w.event}."
    )
