"""Words of the care impact edition. Every number comes from the publication."""

from __future__ import annotations

from careaudit.notation import month
from careaudit.publication.document import Decisions, Publication, PublicQuestion, Values
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import ended, name, said, title
from careaudit.report.wording.printed import about, told
from careaudit.report.wording.words import (
    ACTION,
    CANNOT,
    NO_GAP,
    WATCH,
    Answer,
    listed,
    reason,
)
from careaudit.report.wording.words import MET as COUNCIL_MET

KIND = "Care impact report"
CLOSING = "The numbers are in impact.json, beside this file."
BRIEF = "In brief"
PREDICTIONS = "Which predictions were made"
USED = "How the predictions were used"
USED_ABOUT = "Who decided, whether a person was involved, what was explained, and who agreed."
VALUE = "What value was delivered, and to whom"
VALUE_ABOUT = "What customers were given, how long they waited, and what was settled."
CONTESTED = "What was contested and reversed"
CONTESTED_ABOUT = "What happens after a decision against a customer."
LEFT = "Who opted out"
LEFT_ABOUT = "Customers who are contacted may say that they want no more of it."
HARMS = "Harms, and what was done"
DUTY = "Outcomes in the order of the Consumer Duty"
TREND = "How it developed"
UNRECORDED = "Not recorded"
OTHER = "Other questions"
OTHER_ABOUT = "Questions of the plan that belong to no part above."
READING = "How to read this report"
NOTHING_ASKED = "The plan asks no question about this. “Not recorded” lists what is missing."

MET = COUNCIL_MET
NOT_MET = Answer("Not met", "▲", "action")
OPEN = CANNOT
"""How a group, a measure or an outcome stands to its floor."""
FLOORS = {"met": MET, "not_met": NOT_MET, "open": OPEN}

REFERENCE = (
    "The order of the UK Consumer Duty is used as a reference; applicability not assessed."
    " Floors and limits are the policy of the plan, not law."
)
RULE = (
    "A floor is judged for every group by itself, never on the average. A measure is met where"
    " every group of every attribute is shown and reaches the floor. It is not met where the range"
    " of one group lies beyond the floor. Groups that are not shown leave it open."
)
OUTCOME_RULE = (
    "An outcome is met where each of its measures is met, and each gap is shown to be within its"
    " limit. It is not met where one measure is not met, or one gap needs action. Groups that are"
    " too small to be judged leave it open. Products and prices may do without a floor. All this"
    " holds as far as the plan asks."
)
NO_FLOOR = "None set"
NOT_RECORDED = "Not recorded"
NO_FIGURE = "not shown"
NOT_MEASURED = "No question of the plan measures this outcome."
NO_PAST = "No earlier record was given, so nothing can be said of a development."
MORE = "More are in the JSON file that belongs to this report."
NO_HARM = "No question needs action or watching."
HIDDEN_GROUPS = "It holds for groups that are not shown, to protect people."
NO_CHANGES = "Not stated: the plan’s [public] table has no “changes”."
NO_PEOPLE = "How many people it touches is not told: too few, or not counted for these gaps."
UNCONFIRMED = "No person has confirmed which decisions count as good for the customer."
DOES, INVOLVED = "What it does", "Who is involved"
NO_OVERSIGHT = "Not stated: the plan’s [public] table has no “oversight”."
NO_PURPOSE = "Not stated: the plan’s [public] table has no “purpose”."
ALL_ASKED = "Each measure of this part is asked by the plan."

TYPES = (
    ("favorable", "In the customer’s favour"),
    ("adverse", "Against the customer"),
    ("neutral", "Neither, such as passed on to a person"),
)

LEADS = {
    ACTION.word: "At least one gap between groups is shown to lie beyond the limit of the plan.",
    WATCH.word: "At least one gap was seen that chance alone would rarely give.",
    NO_GAP.word: "Every gap that counts is shown to be smaller than the limit of the plan.",
    CANNOT.word: "The data cannot settle whether gaps are within the limit of the plan.",
}


def question_of(system: str | None) -> str:
    """Return the title of the report, a question."""
    return f"What did {name(system, 40) if system else 'the system'} do for customers?"


def lead(answer: Answer, code: str) -> str:
    """Say the overall answer; where it is open, with the reason."""
    text = f"{answer.word}. {LEADS[answer.word]}"
    return f"{text} {reason('inconclusive', code)}" if answer is CANNOT else text


def decided(decisions: Decisions) -> list[str]:
    """Say how many decisions were made and which way they went."""
    used = f"The audit used {about(decisions.used)} decisions"
    if decisions.customers is not None:
        used += f" on {about(decisions.customers)} customers"
    lines = [f"{used}."]
    if decisions.favorable is not None and decisions.adverse is not None:
        lines.append(
            f"{title(_many(decisions.favorable))} went in the customer’s favour,"
            f" and {_many(decisions.adverse)} against the customer."
        )
    if decisions.neutral is not None and decisions.neutral != "0":
        lines.append(
            f"{title(_many(decisions.neutral))} went neither way, such as to a person. They are in"
            " no rate of decisions."
        )
    return lines


def _many(count: str) -> str:
    return "none" if count == "0" else about(count)


def ungated(titles: list[str]) -> str:
    """Name the questions that need action and do not count in the overall answer."""
    return f"Action is also needed on what does not count in the overall answer: {listed(titles)}."


def undecided(titles: list[str]) -> str:
    """Name the questions that the data cannot settle: a harm may hide there."""
    return f"The data cannot tell yet about: {listed(titles)}. A gap may hide there."


def people(publication: Publication, words: MeasureWords | None) -> str | None:
    """Say how many people the gaps come to."""
    found = publication.people
    if found is None:
        return None
    more = words.instead if words and words.instead else "cases would have gone better"
    span = f" ({found.range} plausible)" if found.range else ""
    return f"{title(about(found.text))} more {more} at the rate of the comparison group{span}."


def money(publication: Publication) -> str | None:
    """Say how much money the gaps come to."""
    found = publication.money
    if found is None:
        return None
    span = f" ({found.range} plausible)" if found.range else ""
    return (
        f"About {found.text} more would have been given at the mean of the comparison group{span}."
    )


def base(question: Values, words: MeasureWords) -> str:
    """Say what the values of a question are."""
    if question.unit == "share":
        return f"Of every {question.per:,} {words.base}, how many {words.event}."
    return ended(title(words.base))


NOT_ASKED = "No question asks how far apart these may lie, so they have no answer."


def also(shown: str, figure: str, head: str) -> str:
    """Point to a measure that another part prints."""
    return f"{shown}: {figure} over everybody. The groups are under “{head}”."


def floor(question: PublicQuestion) -> str:
    """Say the floor: "At least 90 in every 100"."""
    if question.floor is None:
        return NO_FLOOR
    way = "At most" if question.orientation == "adverse" else "At least"
    return f"{way} {told(question, question.floor, ranged=False)}"


MOST_NAMES = 20
"""Groups that are named in one place."""


def standing(segment: str, groups: list[str]) -> str:
    """Name the groups of an attribute: "es and zh (language)"."""
    more = ["others"] if len(groups) > MOST_NAMES else []
    return f"{listed([*groups[:MOST_NAMES], *more])} ({segment})"


def periods(texts: list[str]) -> str:
    """Name the periods of a trend, and say how to read it."""
    return (
        f"The periods, the oldest first: {'; '.join(texts)}. Each picture has its own scale, and"
        " bars for the plausible ranges. An answer that stands alone held throughout."
    )


def trend_alt(shown: str, values: str, texts: list[str]) -> str:
    """Say a picture of a trend to those who cannot see it."""
    return f"{shown}, everybody, from {texts[0]} to {texts[-1]}: {values}."


def not_asked(titles: list[str]) -> str:
    """List measures that nobody asked."""
    return f"Not recorded: the plan asks no question about it. {title(listed(titles))}."


def lacking(question: PublicQuestion) -> str:
    """Say that a question was asked and the log cannot answer."""
    what = f" {ended(title(said(question.missing)))}" if question.missing else ""
    return f"Not recorded: the log lacks it.{what}"


def unknown(attributes: list[str]) -> str:
    """Name the attributes that some decisions have no value of."""
    return f"Some decisions have no value of {listed(attributes)}."


def reading(publication: Publication) -> list[str]:
    """Say how numbers were made, rounded and withheld, and what a report like this cannot say."""
    rules = publication.rules
    return [
        "“Number” says about how many cases a value rests on.",
        f"Counts are rounded to {rules.base}. Rates come from rounded counts.",
        f"A row of fewer than {rules.customers} {rules.of} is not shown.",
        f"Nor is a rate with fewer than {rules.events} {rules.of} on one side.",
        "More rows are held back where others would give them away.",
        f"Of a hundred ranges made in this way, about {rules.confidence} hold the true value.",
        "The limits and floors are policy values of the audit plan. They are no law.",
        "The audit shows gaps. It does not show what they come from.",
        "People who never reached the system are not in its log.",
        f"The evidence holds until {month(publication.expires_on)}.",
    ]
