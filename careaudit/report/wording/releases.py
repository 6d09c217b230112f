"""Sentences of the release comparison: what grew, for whom, and what could not be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from careaudit.notation import numbers as num
from careaudit.record import Interval, Verdict
from careaudit.report.wording.names import name, plain, said, segment_name, title, where
from careaudit.report.wording.summary import day
from careaudit.report.wording.words import ACTION, CANNOT, Answer, listed, measure_words
from careaudit.report.wording.words import answer as own_answer

if TYPE_CHECKING:
    from careaudit.releases import ComparedQuestion, GroupChange, NotCompared, ReleaseComparison
    from careaudit.releases.document import Release

KIND = "Release comparison"
KICKER = "Release comparison for the ethics council"
WORSE = Answer("Got worse", "▲", "action")
NOT_WORSE = Answer("Not worse", "●", "nogap")
ANSWERS = (WORSE, ACTION, NOT_WORSE, CANNOT)

MEANINGS = {
    WORSE.word: "A gap grew. Chance alone would rarely do that, and it grew by more than the margin"
    " with the confidence that the method asks for.",
    ACTION.word: "The new release needs action by itself. That an old release had the same gap is"
    " no licence for the new one.",
    NOT_WORSE.word: "For each group judged, the data show that its gap grew by less than the"
    " margin. The new release needs no action by itself.",
    CANNOT.word: "The data cannot settle it. It does not mean that nothing changed.",
}

REASONS = {
    "worse": "At least one group’s gap grew by more than the margin.",
    "new_release_fails": MEANINGS[ACTION.word],
    "not_worse": "For each group judged, its gap grew by less than the margin.",
    "insufficient": "For at least one group, growth beyond the margin cannot be ruled out.",
    "missing": "Something of one release is missing in the other.",
    "suppressed": "A group has too few customers to be shown.",
    "not_comparable": "The two releases were not asked the same.",
    "not_assessed": "No question decides the release.",
    "too_small_alone": "The group is too small to be judged alone.",
    "reference": "This is the comparison group.",
}


def answer(verdict: Verdict, reason: str) -> Answer:
    """Return the answer of a comparison, of one of its questions, or of one of its groups."""
    if verdict == "fail":
        return ACTION if reason == "new_release_fails" else WORSE
    return NOT_WORSE if verdict == "pass" else CANNOT


def because(reason: str) -> str:
    """Say why; an unknown reason is named, never guessed."""
    told = REASONS.get(reason)
    return told or f"The comparison gives this reason: {said(reason.replace('_', ' '), 60)}."


def release(found: Release, which: str, longest: int = 40) -> str:
    """Name a release: "release 7.2.0", or "the new release" where it has no name."""
    return f"release {said(found.release, longest)}" if found.release else f"the {which} release"


def page_title(found: ReleaseComparison) -> str:
    """Return the question in the title."""
    new, old = release(found.new, "new", 30), release(found.old, "old", 30)
    return f"Is {new} worse than {old}, and for whom?"


def scope(found: ReleaseComparison) -> str:
    """Say what was compared, of which days, and on which cases."""
    system = f"{said(found.new.system, 60)}. " if found.new.system else ""
    return (
        f"{system}{title(_period(found.old, 'old'))}; {_period(found.new, 'new')}."
        f" {matched(found)} Prepared on {day(found.new.as_of)} by careaudit."
    )


def _period(found: Release, which: str) -> str:
    span = found.window
    days = f"{day(span.start)} to {day(span.end)}" if span.start and span.end else "no dates"
    return f"{release(found, which)}, {days}"


def matched(found: ReleaseComparison) -> str:
    """Say whether the releases decided the same cases, and how many."""
    if found.matched is None:
        how = "by their records" if found.paired_reason == "records" else "as two logs"
        return f"Compared {how}, not case by case."
    m = found.matched
    return (
        f"{num.count(m.cases)} cases were decided by both; {num.count(m.only_old)} by the old alone"
        f" and {num.count(m.only_new)} by the new alone."
    )


def in_every(gap: float, per: int) -> str:
    """Write a margin or a gap as "2 in every 100"; a decimal where a whole number would hide it."""
    return f"{num.half_up(gap * per, 1)}".removesuffix(".0") + f" in every {per:,}"


def opening(found: ReleaseComparison) -> str:
    """Return the first sentence of the answer."""
    kind = answer(found.verdict, found.reason)
    margin = in_every(found.margin, 100)
    if kind is WORSE:
        return "Yes."
    if kind is ACTION:
        new = title(release(found.new, "new", 30))
        return f"{new} is not shown to be worse, and it needs action by itself."
    if kind is NOT_WORSE:
        return f"No. For each group judged, any growth of its gap is smaller than {margin}."
    return f"We cannot tell yet. {because(found.reason)}"


def place(change: GroupChange, longest: int = 24) -> str:
    """Say which decisions a row is about."""
    return where(change.segment, change.group, None, longest)


def grew(changes: list[GroupChange], measure: str | None, margin: str) -> str:
    """Name the groups whose gap grew by more than the margin."""
    shown = [place(change) for change in changes[:3]]
    rest = len(changes) - len(shown)
    if rest:
        shown.append(f"in {rest} more {'group' if rest == 1 else 'groups'}")
    what = measure_words(measure, "other").title.lower()
    return f"The gap in {what} grew by more than the margin of {margin} {listed(shown)}."


def fact(change: GroupChange, per: int) -> str:
    """Say the gap of one group then and now, and how much it may have grown."""
    if change.gap_old is None or change.gap_new is None or change.worsening_upper is None:
        return because(change.reason)
    then, now = num.signed_points(change.gap_old, per), num.signed_points(change.gap_new, per)
    most = num.points(max(change.worsening_upper, 0.0), per)
    return f"Gap {then}, now {now} in every {per:,} {place(change, 18)}; worse by {most} at most"


def reason_of(question: ComparedQuestion) -> str:
    """Say why a question of the comparison has its answer, and what each release’s own is."""
    text = because(question.reason)
    own = [
        f"{which}: {own_answer(verdict, '').word.lower()}"
        for which, verdict in (("the old", question.old_verdict), ("the new", question.new_verdict))
        if verdict
    ]
    return f"{text} By itself, {'; '.join(own)}." if own else text


def role(gate: bool) -> str:
    """Say whether a question decides the comparison."""
    return "This question decides." if gate else "This question does not decide."


def people(found: Interval) -> str:
    """Write adverse decisions gained (+) or lost (−) with their range."""
    if found.value is None:
        return num.NONE
    ends = (
        f" ({num.signed_count(found.low)} to {num.signed_count(found.high)})"
        if found.low is not None and found.high is not None
        else ""
    )
    return f"{num.signed_count(found.value)}{ends}"


PEOPLE_HEAD = "Decisions against customers, more (+) or fewer (−) than at the old rate"
PEOPLE_NOTE = (
    "Counted among the new release’s decisions, with the plausible range. Groups of different"
    " attributes overlap, so the rows do not add up. Money: by how much the shortfall grew (+)."
)
NO_PEOPLE = "No group could be compared, so no people and no money are counted."
NOT_COMPARED = "What could not be compared"
ALL_COMPARED = "Everything that both releases were asked was compared."
KNOW = "What to know"
NOTHING_TO_KNOW = "The comparison noted nothing about the two audits."


def more_rows(count: int) -> str:
    """Say how many rows are left out."""
    return f"{num.count(count)} more are in compare.json."


def more_gaps(count: int) -> str:
    """Say how many more parts could not be compared."""
    return f"{num.count(count)} more, on the page “{NOT_COMPARED}”."


def gap(found: NotCompared) -> tuple[str, str, str]:
    """Return what could not be compared, why, and whether it keeps the answer open."""
    parts = [name(found.question, 40)] if found.question else []
    if found.segment:
        parts.append(segment_name(found.segment, 30))
    if found.group:
        parts.append(name(found.group, 30))
    return (
        ", ".join(parts) or "All",
        said(found.message, 300),
        "Keeps the question open" if found.closes else "Changes no answer",
    )


def table_note(measure: str | None, per: int, margin: float, ends: str) -> str:
    """Say how to read the table of a question."""
    words = measure_words(measure, "other")
    return (
        f"How many of every {per:,} {words.base} {words.event}, with the plausible range. Gap: the"
        f" group’s rate minus that of its comparison group. Worse at most: {ends}, against the"
        f" margin of {in_every(margin, per)}."
    )


UPPER = "the 95% upper limit of what the gap may have grown by"
MIX_HEAD = "The same, as if both releases had met one mix of requests"


def mix_note(within: tuple[str, ...], excluded: float) -> str:
    """Say what the mix is made of, and what it leaves out."""
    fields = listed([segment_name(field, 30) for field in within])
    return (
        f"Same mix of {fields}. Up to {num.percent(excluded)} of a group’s decisions are left out:"
        " one release never met their like."
    )


def slope_head(segment: str, old: str, new: str) -> str:
    """Return the heading of a slope picture."""
    return f"{title(segment_name(segment, 40))}: from {old} to {new}"


def slope_note(per: int) -> str:
    """Say how to read a slope picture."""
    return (
        f"In every {per:,}. Triangle: the gap grew by more than the margin. Dashed: the comparison"
        " group."
    )


def slope_alt(segment: str, changes: list[GroupChange], per: int, old: str, new: str) -> str:
    """Describe a slope picture for readers who cannot see it."""
    told = [
        f"{name(c.group, 24)} from {num.every(c.old_value, per)} to {num.every(c.new_value, per)}"
        for c in changes[:4]
    ]
    rest = f", and {len(changes) - len(told)} more" if len(changes) > len(told) else ""
    return plain(
        f"Slope picture of rates in every {per:,} by {segment_name(segment, 30)}, from {old} to"
        f" {new}: {', '.join(told)}{rest}."
    )


def methods(found: ReleaseComparison) -> list[tuple[str, str]]:
    """Describe the method in words, with the settings in force."""
    margin, level = in_every(found.margin, 100), num.percent(found.alpha)
    paired = (
        "Both releases decided the same cases, and each case is compared with itself. The range of"
        " a change is Newcombe’s for paired rates."
        if found.paired
        else "The cases were not matched. The range of a change is Newcombe’s for two rates."
    )
    mix = (
        "Not needed: the cases are the same."
        if found.paired
        else "Where both plans name fields to compare like with like, rates are also computed over"
        " the mix that both releases met. Both results must show the same."
        if any(change.standardised for change in found.changes)
        else "Not assessed: nothing says whether both releases met the same mix of requests."
    )
    return [
        ("Cases", f"{matched(found)} {paired}"),
        (
            "Gap",
            (
                "A group’s gap is its rate minus that of its comparison group. Its change is the"
                " gap of the new release minus that of the old. Its range is Zou and Donner’s."
            ),
        ),
        (
            NOT_WORSE.word,
            (
                f"For each group judged, the 95% upper limit of the growth is under the margin of"
                f" {margin}. The new release must need no action by itself."
            ),
        ),
        (
            WORSE.word,
            (
                f"No change is rejected at {level}, after Holm’s correction over all groups that"
                f" decide. The gap grew by more than the margin with a confidence of"
                f" {num.percent(found.confidence)}."
            ),
        ),
        (ACTION.word, MEANINGS[ACTION.word]),
        (
            "Missing parts",
            (
                "A question, attribute or group that is missing in one release keeps its question"
                " open. What is absent never counts as good."
            ),
        ),
        ("One mix of requests", mix),
        (
            "People",
            (
                "Decisions against customers in the new release, minus those that the old rate"
                " would have given among as many decisions."
            ),
        ),
        ("Small groups", "Groups of too few customers show no number in any table or picture."),
    ]


def lineage(found: ReleaseComparison, digest: str) -> list[tuple[str, str]]:
    """Return the fingerprints of everything that the comparison rests on."""
    rows = [("Fingerprint of the comparison", digest)]
    for which, one in (("old", found.old), ("new", found.new)):
        rows += [
            (f"Audit of the {which} release", said(one.name, 120)),
            ("Made as of", day(one.as_of)),
            ("Its record (SHA-256)", said(one.record_sha256, 64)),
            ("Its plan (SHA-256)", said(one.plan_sha256, 64)),
            ("Its own answer", own_answer(one.verdict, one.reason).word),
        ]
    return rows


def heading(count: int) -> str:
    """Return the heading of the table of questions."""
    return "One question" if count == 1 else f"{num.count(count)} questions"


PAGE = {
    "missing": NOT_COMPARED,
    "methods": "How releases are compared",
    "lineage": "Where the numbers came from",
}


def foot(number: str, data: str) -> str:
    """Return the footer: the comparison's day and the start of its fingerprint."""
    return f"Comparison {number} · data {data}"


WHOLE = "The whole comparison, group by group, is in compare.pdf."


def section_head(found: ReleaseComparison) -> str:
    """Return the headline of the comparison's section in the report of the new release."""
    kind = answer(found.verdict, found.reason)
    return f"Against {release(found.old, 'old', 30)}: {kind.word.lower()}"
