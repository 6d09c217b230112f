"""Standing texts: what is the same in every report, with the facts of the record filled in."""

from __future__ import annotations

from datetime import date

from careaudit.notation import numbers as num
from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.wording import decided, drivers, remedies
from careaudit.report.wording.names import name, said, segment_name
from careaudit.report.wording.summary import day
from careaudit.report.wording.words import listed

LIMITS = (
    "This audit measures a gap, not its cause.",
    "The limits are the council’s values, not law.",
    "Groups are as the log records them.",
    "A checked outcome may carry the same error as the decision it checks.",
    (
        "“Cannot tell yet” means that the data cannot tell. It does not mean that the system treats"
        " groups alike."
    ),
)


def how_to_read(confidence: str) -> list[tuple[str, str]]:
    """Explain the words that every page uses."""
    return [
        (
            "In every 100",
            (
                "Rates are written as so many in every 100 decisions. Where a rate is very"
                " small, the"
                " whole section is written in every 1,000 or 10,000."
            ),
        ),
        (
            "Plausible range",
            (
                "If we drew many periods like this one, ranges built this way would contain the"
                " true"
                f" rate {confidence} times in 100. The range of a gap is built the same way."
            ),
        ),
        (
            "Gap",
            (
                "The difference between the rates of two groups. Numbers are rounded after"
                " computing,"
                " so a printed gap may differ by 1 from the printed rates."
            ),
        ),
        (
            "Limit",
            (
                "The largest gap that the audit plan tolerates. A gap is compared with it in either"
                " direction: a group may be treated worse or better than its comparison group."
            ),
        ),
        (
            "Comparison group",
            (
                "The group that the plan names, or the one with the most decisions. It is never"
                " chosen by its outcomes, and it is not a model of how things should be."
            ),
        ),
        (
            "Shapes and colours",
            (
                "Each answer has a word, a shape and a colour. A group has no colour of its own:"
                " colour says the answer."
            ),
        ),
    ]


def required(record: AuditRecord, beside: Beside, as_of: date) -> list[tuple[str, str]]:
    """Return the sentences that every report must hold, with what they are about."""
    states = None if beside.earlier is None else [e.condition.state for e in beside.earlier]
    expires = f"The evidence expires on {day(record.provenance.expires_on)}."
    decision = (
        decided.required(beside.decided, as_of)
        if beside.decided
        else "The council has not decided in this report, and no dissent is recorded."
    )
    a, p = record.accounts, record.provenance
    left_out = a.rows_read - a.rows_used
    window = (
        f"from {day(p.window.start)} to {day(p.window.end)}"
        if p.window.start and p.window.end
        else "of an unrecorded period"
    )
    unknown = [
        f"{segment_name(s)} in {num.count(rows)}" for s, rows in list(a.unknown.items())[:6] if rows
    ]
    proxies = [segment_name(s.name) for s in record.segments if s.kind == "proxy"][:6]
    unasked = [q for q in record.questions if q.reason == "not_assessed"]
    return [
        (
            "Population",
            f"The audit read {num.count(a.rows_read)} rows {window}. It used"
            f" {num.count(a.rows_used)} and left out {num.count(left_out)}, listed in Annex D."
            + (f" Not recorded: {listed(unknown)} decisions." if unknown else ""),
        ),
        (
            "Limits",
            (
                "Each limit is a policy value of the audit plan, whose fingerprint is in Annex"
                " D. The"
                " record names no person who set it."
            ),
        ),
        (
            "Law",
            "This report applies no law. Whether any law applies was not assessed.",
        ),
        (
            "Inferred attributes",
            f"The plan calls {listed(proxies)} a proxy: it stands for something the log does not"
            " hold. Its error is not known."
            if proxies
            else "This audit inferred no attribute of a person. Groups are as recorded.",
        ),
        (
            "Not measured",
            (
                f"{len(unasked)} of the questions could not be assessed. "
                if unasked
                else "Each question of the plan was assessed. "
            )
            + "Causes, and customers who never reached a decision, were not measured.",
        ),
        (
            "Decision",
            f"{decision} {expires}",
        ),
        ("Earlier conditions", decided.earlier_fact(states)),
    ]


def methods(record: AuditRecord) -> list[tuple[str, str]]:
    """Describe the methods in words, with the settings in force."""
    s, difference = record.provenance.settings, record.double_entry.largest_difference
    level = num.percent(s.alpha)
    return [
        (
            "Rates",
            (
                "A rate is the number of counted decisions over all decisions that could count. Its"
                " range is Wilson’s, or Clopper and Pearson’s for fewer than 10 decisions."
            ),
        ),
        (
            "Gaps",
            (
                "The range of a difference or ratio of two rates is the score interval of Miettinen"
                " and Nurminen."
            ),
        ),
        (
            "Limit",
            (
                "A gap is divided by the tolerated gap of its pair. The result is the gap in"
                " limits:"
                " 1 is exactly at the limit."
            ),
        ),
        (
            "Action needed",
            (
                "Two things must hold. Equal rates are rejected after the correction for"
                f" {num.count(s.comparisons)} comparisons, at {level} over all of them. The gap is"
                f" beyond the limit with a confidence of at least {num.percent(s.confidence)}."
            ),
        ),
        (
            "No material gap",
            (
                "A gap beyond the limit is rejected in both directions, at"
                f" {num.percent(s.alpha_pass)} each. Each group that can be judged must show this,"
                " and so must the small groups taken together."
            ),
        ),
        (
            "Many comparisons",
            (
                "The correction is Holm’s. Overlapping groups are exploratory: they are"
                " corrected by"
                " Benjamini and Hochberg’s method, and never change an answer."
            ),
        ),
        (
            "Several decisions of one customer",
            (
                "Counts are divided by a design effect, estimated from the spread between"
                " customers."
                " Where the log names no customer, it is taken as 1."
            ),
        ),
        (
            "Small groups",
            (
                f"A group is judged alone from {num.count(s.min_effective_n)} effective decisions."
                " Smaller groups are tested for a gap, and judged together."
                f" The groups judged must hold {num.percent(s.min_coverage)} of the decisions."
            ),
        ),
        (
            "Privacy",
            (
                f"Groups of fewer than {num.count(s.min_cell)} customers are counted in the"
                f" answers,"
                " but their rates are not shown."
            ),
        ),
        (
            "Equity Impact Score",
            (
                "The gap in limits, weighted by evidence and reach, on a scale from 0 to 100;"
                " 50 is at"
                " the limit. It is the largest harm found, never an average."
            ),
        ),
        (
            "Second book",
            (
                f"{num.count(record.double_entry.compared)} rates were computed a second time by"
                f" {said(record.double_entry.library, 30)} {said(record.double_entry.version, 20)}."
                f" The largest difference was {_tiny(difference)}."
            ),
        ),
        *drivers.methods(record),
        *remedies.methods(record),
    ]


def _tiny(difference: float) -> str:
    """Write a difference of rates that should be none."""
    return f"{difference:.1e}" if difference else "0"


GLOSSARY = (
    ("Adverse, favorable", "Against the customer; in the customer’s favour."),
    ("Audit plan", "The file that says what is asked, of which groups, and with which limits."),
    (
        "Checked outcome",
        "What a later check says that the decision should have been, such as a quality review.",
    ),
    ("Comparison", "One group beside its comparison group, on one question."),
    ("Customer", "A person or household that the log identifies by one code."),
    ("Decision", "One row of the log: what the system decided for one request."),
    ("Design effect", "How much less a decision tells when one customer has several."),
    ("Driver", "An input or phrase that goes along with a gap. It is not shown to cause it."),
    ("Equity Impact Score", "The largest harm on a scale from 0 to 100; 50 is at the limit."),
    ("Fingerprint", "A number computed from a file. If the file changes, so does the number."),
    ("Gap in limits (u)", "The gap divided by the tolerated gap; 1 is at the limit."),
    ("Group, attribute", "A value, such as a language, of something recorded on each decision."),
    ("Held out", "Customers kept aside: what was found in others is tried on them."),
    ("Input", "Something that the system may know before it decides, named in the plan."),
    ("Odds", "How many do, for each one that does not."),
    ("p-value", "How often chance alone would give such data if a stated limit or equality held."),
    (
        "Plausible range",
        "The values that fit the data, built to hold the true one 95 times in 100.",
    ),
    ("Proxy", "An attribute used in place of one that the log does not hold."),
    ("Ratio", "One rate divided by the other; 1 means equal."),
    (
        "Share of the gap",
        "The part that lies in how often two groups meet an input’s values. It clears nobody.",
    ),
    ("Second book", "The same rates computed again by other software."),
)


def reliance(record: AuditRecord) -> str:
    """Say what was relied on without a check."""
    files = [name(i.name, 40) for i in record.provenance.inputs][:4]
    what = listed(files) if files else "the log"
    return (
        f"We relied on {what} for what was decided, when, and to which groups customers belong."
        " We did not check these entries against another source."
    )


def counted(record: AuditRecord) -> list[str]:
    """Say which decision values count as what, and who said so."""
    o = record.audit.outcome
    if o is None:
        return ["The plan says nothing on which decisions are in the customer’s favour."]
    text = []
    if o.adverse:
        text.append(f"Against the customer: {listed([name(v, 40) for v in o.adverse[:8]])}.")
    elif o.favorable:
        text.append("Against the customer: every other decision value.")
    if o.favorable_is_rest:
        text.append("In the customer’s favour: every other decision value.")
    elif o.favorable:
        text.append(f"In the customer’s favour: {listed([name(v, 40) for v in o.favorable[:8]])}.")
    if o.neutral:
        text.append(f"Set aside as neutral: {listed([name(v, 40) for v in o.neutral[:8]])}.")
    text.append(
        "A person has confirmed this reading."
        if o.confirmed
        else "No person has confirmed this reading yet."
    )
    return text


def escapes_note(names: list[str], count: int) -> str:
    """Say which names hold characters that the report's fonts lack."""
    more = f", and {count - len(names)} more" if count > len(names) else ""
    return (
        "Some names hold characters that the fonts of this file lack. They appear as codes, such"
        f" as ⟨U+1F600⟩: {', '.join(names)}{more}. report.html and audit.json show them whole."
    )
