"""Words that every edition shares which prints from a publication. No number is added to it."""

from __future__ import annotations

from dataclasses import replace

from careaudit.publication.document import Printed, PublicQuestion, Row, Values
from careaudit.record import POOLED, REST, Unit
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import NOT_RECORDED, name, segment_name, title
from careaudit.report.wording.words import WATCH, answer, measure_words

WITHHELD = "Not shown, to protect people"
EMPTY = "No decisions"
UNDEFINED = "No value can be told"
WITHHELD_ALL = "The figures of this question are not shown, to protect people."
WITHHELD_NOTE = (
    "Some rows are not shown since they tell of too few people. Others are not shown so that"
    " nobody can work those out."
)
EVERYBODY = "Everybody"

_PLAIN = {
    "csat": {
        "title": "Good ratings",
        "happens": "Ratings are good",
        "may_happen": "Ratings may be good",
        "event": "were good",
        "no_event": "were not good",
        "instead": "ratings would have been good",
    },
    "amount_per_request": {"base": "mean amount per request, with those that get nothing"},
    "ces": {"base": "mean rating of how easy it was to get help; higher is easier"},
    "nps": {"base": "net promoter score; higher means that more people recommend the service"},
    "score_auc": {"base": "how well the score tells cases apart; higher is better"},
    "score_calibration": {"base": "share of outcomes beyond what the scores say"},
}
"""Said here without numbers, since a public text holds none that its document does not."""


def words(question: Values, decision_kind: str) -> MeasureWords:
    """Return the words of a question's measure; none of them holds a number of its own."""
    adverse = isinstance(question, PublicQuestion) and question.orientation == "adverse"
    return words_of(question.measure, decision_kind, question.unit, harm=adverse)


def words_of(
    measure: str | None, decision_kind: str, unit: Unit = "share", *, harm: bool = False
) -> MeasureWords:
    """Return the words of a measure that a question may ask; none holds a number of its own."""
    found = measure_words(measure, decision_kind, unit, harm=harm)
    return replace(found, **_PLAIN.get(measure or "", {}))


def group(row: Row, longest: int = 60) -> str:
    """Return a group as a row is named."""
    if row.group is None:
        return EVERYBODY
    if row.group == POOLED:
        return "Small groups, taken together"
    if row.group == REST:
        return "All other groups"
    return NOT_RECORDED if row.group == "unknown" else name(row.group, longest)


def place(segment: str, row: Row, longest: int = 40) -> str:
    """Say which decisions: "where language is es"."""
    what = segment_name(segment, longest)
    if row.group == POOLED:
        return f"in the small groups of {what}"
    if row.group == REST:
        return f"in all other groups of {what}"
    if row.group == "unknown":
        return f"where {what} is not recorded"
    return f"where {what} is {name(row.group or '', longest)}"


def unit_head(question: Values) -> str:
    """Head the column of values: "In every 100", or the value as it is."""
    return f"In every {question.per:,}" if question.unit == "share" else "Value"


def told(question: Values, figure: Printed, *, ranged: bool = True) -> str:
    """Write a value in a sentence: "25 in every 100 (24 to 27 plausible)"."""
    text = figure.text + (f" in every {question.per:,}" if question.unit == "share" else "")
    return f"{text} ({figure.range} plausible)" if ranged and figure.range else text


def about(count: str) -> str:
    """Write a count of the publication in a sentence: "about 9,000", "fewer than 10", "no"."""
    if count == "0":
        return "no"
    return count if count.startswith("fewer") else f"about {count}"


def size(row: Row) -> str:
    """Say how large a gap is beside what the plan tolerates."""
    if row.size is None:
        return ""
    return f"{row.size} × the limit"


def direction(w: MeasureWords, segment: str, row: Row, against: Row | None) -> str:
    """Say a gap without numbers: "Credits are refused more often where language is es"."""
    happens = w.may_happen if _watched(row) else w.happens
    gap = None if row.gap is None else row.gap.value
    if gap is None:
        return title(f"a gap is seen {place(segment, row)}.")
    way = w.more if gap > 0 else w.less if gap < 0 else w.same
    other = "" if against is None else f" than {place(segment, against)}"
    return f"{happens} {way} {place(segment, row)}{other if gap else ''}."


def _watched(row: Row) -> bool:
    return row.verdict is not None and answer(row.verdict, row.reason or "") is WATCH
