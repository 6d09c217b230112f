"""Sentences of the public edition's second half: limits, changes, rights, and the tool."""

from __future__ import annotations

from careaudit.notation import month
from careaudit.publication.document import Publication, PublicQuestion, RatioCell, Row, Rules
from careaudit.report.wording import public as tell
from careaudit.report.wording.names import ended, name, said, segment_name
from careaudit.report.wording.printed import WITHHELD, told
from careaudit.report.wording.printed import about as counted
from careaudit.report.wording.words import REASONS, listed, reason

OPEN = "What we did not check"
OPEN_NOTE = "An open question is not a good answer."
READ = "How to read the numbers"
ROUNDED = "How numbers are rounded and withheld"
CHANGED = "What changed since last time"
ESCAPED = (
    "Some names hold characters that the fonts of this file lack. They appear as codes. public.html"
    " shows them whole."
)
FIRST = "This is the first publication, or no earlier one was given."
BY_CHANCE = "A figure that moved may have moved by chance alone."
RIGHTS = "Your rights"
ABOUT = "About the tool"
RATIOS = "Each group’s rate against the highest rate"


def why_open(q: PublicQuestion) -> str:
    """Say why a question has no answer, and what the log lacks."""
    text = reason(q.verdict, q.reason) if q.reason in REASONS else REASONS["insufficient"]
    return f"{text} Missing: {ended(said(q.missing, 240))}" if q.missing else text


def standing(p: Publication) -> list[str]:
    """Return what no audit of a log can tell, and what this log left unrecorded."""
    found = []
    if p.unrecorded:
        what = listed([segment_name(one, 40) for one in p.unrecorded], "or")
        found.append(
            f"Some decisions have no recorded {what}. They have a row of their own in each table."
        )
    return [
        *found,
        "Customers who never reached this decision: the log does not hold them.",
        "Causes: a gap says that two things go together. It does not say why.",
    ]


def ranges(rules: Rules) -> list[str]:
    """Say what a range, a limit and a comparison group are."""
    drawn = "If we drew many logs like this one, such ranges would hold the true value"
    return [
        f"A plausible range says how sure a figure is. {drawn} {rules.confidence} times in 100.",
        "What is tolerated is a limit of the audit plan. It is policy, not law.",
        "A group is held against a comparison group, chosen before outcomes are looked at.",
    ]


def withheld(rules: Rules) -> list[str]:
    """Say the rules that numbers were rounded and withheld by."""
    few, many = rules.coded
    return [
        f"A figure of fewer than {rules.customers} {rules.of} is not shown.",
        f"A rate with fewer than {rules.events} {rules.of} on one side is not shown.",
        "More figures are not shown where they would give away a hidden one.",
        f"Counts are rounded to {rules.base}. Rates are worked out from rounded counts.",
        f"Rates of fewer than {rules.few} decisions are cut. None is below {few} or above {many}.",
        "An amount of money is not shown where one customer could be seen in it.",
        "Months are shown, no days. Settings that would help to misuse the system are left out.",
    ]


def figure(row: Row | None, q: PublicQuestion) -> str:
    """Return the figure of everybody in a table of changes."""
    return told(q, row.figure, ranged=False) if row and row.figure else ""


def rights(p: Publication) -> list[tuple[str, str]]:
    """Return what customers may do, and how; what the plan does not say is named."""
    t = p.public
    return [
        ("Ask for a person", tell.stated(t.person, "person")),
        ("Appeal", tell.stated(t.appeal, "appeal")),
        ("Complain", tell.stated(t.complaint, "complaint")),
        ("Contact", tell.stated(t.contact, "contact")),
        ("Other formats and languages", tell.stated(t.formats, "formats")),
    ]


LIMITS = (
    "The audit plan sets how large a gap is tolerated. These limits are policy, not law. The"
    " council that reviews the system may set others."
)
NO_LAW = "The plan names none. Whether any law applies was not assessed."
FILE = "Every number of this report stands in public.json."


def about(p: Publication) -> list[tuple[str, str]]:
    """Return the facts of the tool, in the order of a record of algorithmic transparency."""
    t = p.public
    system = said(p.system, 120) if p.system else "Not stated: the plan names no system."
    release = said(p.release, 120) if p.release else "Not stated: the plan names no release."
    contact = tell.stated(t.contact, "contact")
    return [
        ("Name", system),
        ("Purpose", tell.stated(t.purpose, "purpose")),
        ("Who is responsible", f"{ended(tell.stated(t.owner, 'owner'))} Contact: {contact}"),
        ("Supplier", tell.stated(t.supplier, "supplier")),
        ("Kind of decision", " ".join(said(p.decision_kind.replace("_", " ")).split())),
        ("The role of people", tell.stated(t.oversight, "oversight")),
        ("Data that it uses", tell.stated(t.data, "data")),
        ("Why these questions", said(p.justification, 600) if p.justification else "Not stated."),
        ("Risks", tell.stated(t.risks, "risks")),
        ("Limits", LIMITS),
        ("Laws named", law(p)),
        ("In use since", tell.stated(t.first_used, "first_used")),
        ("Release", release),
        ("What was changed", tell.stated(t.changes, "changes")),
        ("Next review", tell.stated(t.review, "review")),
        ("This audit", audit(p)),
    ]


def law(p: Publication) -> str:
    """Name the preset of the plan as a reference, with its status and the month of it."""
    if p.preset is None:
        return NO_LAW
    known = f"Status in {month(p.preset.as_of)}: {ended(said(p.preset.status, 120))}"
    return (
        f"{ended(said(p.preset.title, 200))} Source: {ended(said(p.preset.source, 200))} {known}"
        " It is named as a reference. Whether it applies was not assessed."
    )


def audit(p: Publication) -> str:
    """Say which audit the report was made from, and until when it holds."""
    return (
        f"Number {p.number}, made in {month(p.as_of)} by careaudit. Its results expire in"
        f" {month(p.expires_on)}. {FILE}"
    )


RATIO_STATUS = {
    "reference": "highest rate",
    "excluded": "left out",
    "withheld": WITHHELD,
}


def ratio_answer(cell: RatioCell, threshold: str) -> str:
    """Say where a ratio lies against the policy ratio, and why a category was left out."""
    if cell.status in RATIO_STATUS:
        why = f": {said(cell.justification, 120)}" if cell.justification else ""
        return f"{RATIO_STATUS[cell.status]}{why}"
    return {
        "below": f"shown to be below {threshold}",
        "not_below": f"shown not to be below {threshold}",
        "indeterminate": "cannot tell yet",
    }.get(cell.verdict or "", "no ratio")


def ratio_facts(p: Publication, unknown: str | None) -> list[tuple[str, str]]:
    """Return what stands above a table of ratios."""
    return [
        ("Month of this audit", month(p.as_of)),
        ("Data", f"The system’s own decisions, {p.period.text}."),
        (
            "Decisions with no known category",
            counted(unknown).capitalize() if unknown else WITHHELD,
        ),
        ("In use since", tell.stated(p.public.first_used, "first_used")),
    ]


def axis(segment: str) -> str:
    """Return the attribute of a table of ratios."""
    return segment_name(segment, 60)


def category(group: str) -> str:
    """Return a category's name; of a crossing, its parts."""
    return ", ".join(name(part, 40) for part in group.split("*"))
