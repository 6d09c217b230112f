"""Sentences of the first three pages: the answer, the options, what is open, what is proposed."""

from __future__ import annotations

from collections import Counter

from careaudit.notation import MONTHS
from careaudit.notation import numbers as num
from careaudit.record import POOLED, AuditRecord, Comparison, Question
from careaudit.report.wording.findings import Groups, more, release_name, than
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import (
    clean,
    ended,
    name,
    plain,
    said,
    segment_name,
    title,
    where,
)
from careaudit.report.wording.words import (
    ACTION,
    ANSWERS,
    NO_GAP,
    WATCH,
    answer,
    listed,
)

KICKER = "Equity impact report for the ethics council"


def day(iso: str | None) -> str:
    """Write an ISO date as 31 December 2025; anything else as it is."""
    parts = (iso or "")[:10].split("-")
    if len(parts) == 3 and all(p.isdigit() for p in parts) and 1 <= int(parts[1]) <= 12:
        return f"{int(parts[2])} {MONTHS[int(parts[1]) - 1]} {int(parts[0])}"
    return said(iso) if iso else "an unknown day"


def audit_number(record: AuditRecord) -> str:
    """Return the short number of an audit: its day and the start of the plan's fingerprint."""
    digits = "".join(c for c in record.provenance.as_of[:10] if c.isdigit())
    return f"{digits}-{clean(record.provenance.plan_sha256[:4]).upper()}"


def page_title(record: AuditRecord) -> str:
    """Return the question in the title."""
    ending = "ready for everyone?" if record.audit.system else "alike for everyone?"
    name_ = release_name(record)
    return f"{title(name_) if record.audit.system else name_}: {ending}"


def scope(record: AuditRecord) -> str:
    """Say the population, the window and the day of the audit."""
    used, read = record.accounts.rows_used, record.accounts.rows_read
    window = record.provenance.window
    noun = "decision" if used == 1 else "decisions"
    span = ", dates not recorded"
    if window.start and window.end:
        span = f", {day(window.start)} to {day(window.end)}"
    text = f"{num.count(used)} {noun}{span}."
    if read - used > MUCH_LEFT_OUT * read:
        text += f" {num.count(read - used)} of {num.count(read)} rows left out, see Annex D."
    if record.audit.system:
        text += f" Audit: {ended(said(record.audit.name, 110))}"
        release = record.audit.release
        if release and len(f"{record.audit.system} {release}") > 48:
            text += f" Release: {ended(said(release, 60))}"
    return f"{text} Prepared on {day(record.provenance.as_of)} by careaudit."


MUCH_LEFT_OUT = 0.2
"""Beyond this share of rows left out, the first page says so."""


def draft(record: AuditRecord) -> str:
    """Say that no person has confirmed what counts as good; empty where one has."""
    if record.audit.outcome is None or record.audit.outcome.confirmed:
        return ""
    return "Draft reading: no person has confirmed which decisions are good for customers."


def tally(kinds: list[str]) -> str:
    """Say how many questions have which answer."""
    found = Counter(kinds)
    parts = [f"{found[a.word]} {a.word.lower()}" for a in ANSWERS if found[a.word]]
    noun = "question" if len(kinds) == 1 else "questions"
    return f"{len(kinds)} {noun}: {listed(parts)}." if parts else "The plan asks no question."


def _rank(pair: tuple[str | None, str | None], groups: Groups) -> int:
    """Return where a group stands in the plan's order."""
    order = groups.get(pair[0] or "", [])
    return order.index(pair[1]) if pair[1] in order else len(order)


def places(found: list[Comparison], groups: Groups, most: int = 3, longest: int = 24) -> str:
    """List the groups of comparisons: "where language is es, and in 4 more groups"."""
    kept = list(dict.fromkeys((c.segment, c.group) for c in found))
    most = len(kept) if len(kept) == most + 1 else most
    rest = len(kept) - most
    shown = sorted(kept[:most], key=lambda pair: _rank(pair, groups))
    phrases: list[str] = []
    for segment in dict.fromkeys(s for s, _ in shown):
        own = [g for s, g in shown if s == segment]
        plain_ones = [
            g for g in own if g not in (POOLED, "rest", None) and "*" not in (segment or "")
        ]
        if len(plain_ones) > 1:
            values = listed([name(g, longest) for g in plain_ones if g is not None], "or")
            phrases.append(f"where {segment_name(segment or '', 24)} is {values}")
            own = [g for g in own if g not in plain_ones]
        phrases += [where(segment, g, groups, longest) for g in own]
    if rest > 0:
        phrases.append(f"in {rest} more {'group' if rest == 1 else 'groups'}")
    if len(phrases) > 1:
        return f"{', '.join(phrases[:-1])}, and {phrases[-1]}"
    return "".join(phrases)


def gap_sentence(words: MeasureWords, found: list[Comparison], groups: Groups) -> str:
    """Say for one question where the gap is, by its strongest answer."""
    happens = (
        words.may_happen if answer(found[0].verdict, found[0].reason) is WATCH else words.happens
    )
    return f"{happens} {more(words, found[0])} {places(found, groups)}{than(found, groups)}."


def opening(record: AuditRecord, gated: int) -> str:
    """Return the first words of the answer."""
    if not record.questions:
        return "The plan asks no question, so there is no answer."
    kind = answer(record.verdict, record.reason)
    if kind is ACTION:
        return "Not yet." if record.audit.system else "No."
    if kind is NO_GAP:
        return "No material gap was found."
    if not gated:
        return "No question was named to decide the release."
    if kind is WATCH:
        return "Not settled."
    return "We cannot tell yet."


def passed(count: int, small: bool) -> str:
    """Say what a pass means."""
    any_gap = "any gap of a group judged alone" if small else "any gap"
    if count == 1:
        return f"On the question that decides, {any_gap} is shown to be smaller than the limit."
    return (
        f"On each of the {count} questions that decide, {any_gap} is shown to be smaller than"
        " the limit."
    )


def too_small(count: int, together: bool) -> str:
    """Say how many groups are judged together alone, and how that ended."""
    noun = "group is" if count == 1 else "groups are"
    text = f"{num.count(count)} {noun} too small to judge alone"
    return f"{text}; taken together they are within the limit." if together else f"{text}."


def no_recorded(segment: str, rows: int) -> str:
    """Say how many decisions lack a segment."""
    noun = "decision has" if rows == 1 else "decisions have"
    return f"{num.count(rows)} {noun} no recorded {segment_name(segment)}."


def small_groups(names: list[str]) -> str:
    """Name the groups that cannot be judged alone."""
    shown, rest = names[:3], len(names) - 3
    tail = f", and {rest} more" if rest > 0 else ""
    return f"Too small to judge alone: {', '.join(shown)}{tail}."


def unanswered(q: Question) -> str:
    """Say on page one that a question was not assessed."""
    return f"{ended(said(q.ask, 90))} Not assessed: {reason_short(q)}."


def reason_short(q: Question) -> str:
    """Return a short reason, as part of a sentence."""
    short = {
        "not_assessed": "the log lacks what it needs",
        "no_comparator": "there is no second group",
        "labels_missing": "the checked outcomes cannot carry an answer",
        "coverage": "too few decisions are covered",
        "nonresponse": "too few customers answered, or some far less often",
        "membership_unsure": "who is a member is known by probability alone",
        "insufficient": "at least one comparison stays open",
        "no_variation": "all decisions have the same outcome",
    }
    return short.get(q.reason, "see its page")


NEVER_ASKED = "Customers who never reached this decision: the log does not hold them."
NO_CUSTOMERS = (
    "The log names no customer. Several decisions of one customer would widen every range."
)
OTHER_LIMIT = "Limits are policy. A tighter or looser limit could change an answer."


def near_limit(found: int) -> str:
    """Say how many comparisons have a range that holds the limit."""
    if found == 1:
        return "In 1 comparison the range holds the limit: new data could turn the answer."
    return f"In {found} comparisons the range holds the limit: new data could turn the answer."


def question_heading(count: int) -> str:
    """Return the heading of the question table: "Five questions, five answers"."""
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
    if count == 1:
        return "One question, one answer"
    if 2 <= count < len(words):
        return f"{words[count]} questions, {words[count].lower()} answers"
    return f"{count} questions, {count} answers" if count else "No questions"


def icon_title(side: str, rate: str, event: str) -> str:
    """Return the heading above one icon array."""
    return f"{title(side)}: {rate} {event}"


def icon_alt(side: str, shown: int, per: int, event: str) -> str:
    """Describe an icon array for readers who cannot see it."""
    return plain(
        f"Picture of {per:,} dots, of which {shown:,} are filled: out of every {per:,} decisions"
        f" {side}, {shown:,} {event}."
    )


def track_alt(side: str, value: str, event: str, span: str | None) -> str:
    """Describe a dot on an axis for readers who cannot see it."""
    ends = f", plausible range {span}" if span else ""
    return plain(f"A dot on an axis: {side}, {value} {event}{ends}.")


def open_ended(gated: int, passing: int, why: str) -> str:
    """Say that the data leave the deciding questions open."""
    if gated == 1:
        return f"The question that decides is open: {why}."
    return (
        f"Of the {gated} questions that decide, {gated - passing} are open and {passing} show no"
        " material gap."
    )


def outside(count: int) -> str:
    """Say that a question outside the deciding ones needs action."""
    if count == 1:
        return "One question outside the overall answer needs action."
    return f"{count} questions outside the overall answer need action."


def passing(count: int) -> str:
    """Say how many questions show no material gap."""
    noun = "question" if count == 1 else "questions"
    return f"No material gap on {count} {noun}, shown against the limit."


def open_comparisons(count: int) -> str:
    """Say how many comparisons stay open."""
    if count == 1:
        return "1 comparison stays open: see its question’s page."
    return f"{num.count(count)} comparisons stay open: see each question’s page."


NOTHING_STRONG = "No finding is established in this audit."
NOTHING_WEAK = "No finding is left between the answers."


def bounded(texts: list[str], most: int) -> list[str]:
    """Keep the first texts and say how many follow."""
    unique = list(dict.fromkeys(texts))
    if len(unique) <= most:
        return unique
    return [*unique[: most - 1], f"{len(unique) - most + 1} more, on the findings’ pages."]


PEOPLE = "People and money"
NO_PEOPLE = (
    "No number of people or money is shown, since no gap against a group needs action or watching."
)
NOT_IN_PEOPLE = (
    "The gaps that need action or watching are in waits, ratings or scores. They are not counted in"
    " people or money: see each question’s page."
)
IN_FAVOUR = (
    "Each gap that needs action or watching is in favour of a group. No people or money are counted"
    " as its harm."
)
NO_FOREST = "No rate could be compared. The findings say what is missing."
OVERLAP = "Where groups overlap, and what happens next"
NO_OVERLAP = "The plan crosses no two attributes, or no crossing could be counted."
ONE_ATTRIBUTE = "An overlap needs two attributes in one question of the plan."
