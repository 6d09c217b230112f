"""Publications made by hand: small and plausible, for every state that a page must survive."""

from __future__ import annotations

from typing import Any

from careaudit.notation import Notation
from careaudit.publication import document as doc
from careaudit.record import Limit, PublicTexts, Unit

LIMIT = Limit(ratio=0.8, floor=0.01, cap=0.1)
TEXTS = PublicTexts(
    purpose="Decides requests for a credit.",
    owner="Customer Care",
    contact="care@example.com",
    person="Say that you want a person.",
    appeal="Ask for a person within 30 days.",
    complaint="Write to us.",
    oversight="People can change any decision.",
    data="Your message.",
    supplier="Built by us.",
    risks="It may be wrong.",
    changes="Nothing was changed.",
    formats="Large print.",
    first_used="March 2025",
    review="October 2026",
)
RULES = doc.Rules(
    customers=10, events=3, base=5, coded=(5, 95), few=200, dominated=15, spread=20, confidence=95
)


def printed(value: float, low: float, high: float, unit: Unit = "share") -> doc.Printed:
    """Write a figure as the publication does."""
    notation = Notation(unit, currency="USD" if unit == "money" else None)
    return doc.Printed(
        text=notation.value(value), range=notation.span(low, high), value=value, low=low, high=high
    )


def row(group: str, value: float, unit: Unit = "share", **more: Any) -> doc.Row:
    """Make a row that is shown, with a range of a tenth to either side."""
    ends = (value * 0.9, min(value * 1.1, 1.0) if unit == "share" else value * 1.1)
    known: dict[str, Any] = {"n": 1_000, "figure": printed(value, *ends, unit)}
    return doc.Row(group=group, status="shown", **(known | more))


def failing(group: str, value: float, unit: Unit = "share", **more: Any) -> doc.Row:
    """Make a row whose gap needs action."""
    known: dict[str, Any] = {
        "gap": doc.Printed(text="+12", value=0.12), "size": "2.4", "harmed": "group",
        "verdict": "fail", "reason": "established",
    }  # fmt: skip
    return row(group, value, unit, **(known | more))


def withheld(group: str) -> doc.Row:
    return doc.Row(group=group, status="withheld")


def table(*rows: doc.Row, segment: str = "language", reference: str | None = "en") -> doc.Table:
    return doc.Table(segment=segment, reference=reference, rows=rows)


PLAIN = table(
    row("en", 0.2, reference=True),
    failing("es", 0.32),
    withheld("zh"),
    row("unknown", 0.25),
)


def question(*tables: doc.Table, **more: Any) -> doc.PublicQuestion:
    """Make a question about refusals that needs action."""
    known: dict[str, Any] = {
        "id": "denied", "ask": "Is a credit denied more often to some?", "pillar": "fairness",
        "measure": "adverse_rate", "orientation": "adverse", "unit": "share", "per": 100,
        "gate": True, "limit": LIMIT, "verdict": "fail", "reason": "established",
        "tables": tables, "everybody": row("", 0.23, n=3_000),
    }  # fmt: skip
    return doc.PublicQuestion(**(known | more))


def publication(*questions: doc.PublicQuestion, **more: Any) -> doc.Publication:
    """Make a publication of questions; without any, of one that needs action."""
    known: dict[str, Any] = {
        "careaudit": "0.5.0", "number": "20261122-AB12", "name": "Credits", "system": "credit-bot",
        "release": "7.2.0", "decision_kind": "goodwill_credit", "justification": "It matters.",
        "as_of": "2026-11-22", "expires_on": "2027-11-22",
        "period": doc.Period(start="2026-04", end="2026-06", text="April to June 2026"),
        "decisions": doc.Decisions(used="3,000", customers="2,800"),
        "verdict": "fail", "reason": "established", "confirmed": True,
        "score": None, "people": None, "money": None,
        "questions": questions or (question(PLAIN),), "public": TEXTS, "rules": RULES,
    }  # fmt: skip
    return doc.Publication(**(known | more))


LONG = "a customer who pays by the month and calls us from abroad x"
FOREIGN = ("普通话", "العربية", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eevil")


def strange() -> doc.Publication:
    """Forty groups, names of any length and writing, values of every unit, past periods, ratios."""
    names = [f"{LONG}{i}" for i in range(35)] + list(FOREIGN)
    rows = [row("en", 0.2, reference=True), *(failing(name, 0.35) for name in names)]
    waits = table(
        row("en", 252.0, "seconds", reference=True), failing("es", 375.0, "seconds"), segment="a_b"
    )
    fees = table(
        row("en", 26.5, "money"), failing("es", 19.25, "money", harmed="group"), reference="rest"
    )
    coded = doc.Row(
        group="x", status="shown", n=60, reference=True,
        figure=doc.Printed(text="fewer than 5", range="0 to 12", low=0.0, high=0.12, code="fewer"),
    )  # fmt: skip
    questions = (
        question(table(*rows, doc.Row(group="z", status="undefined", n=5))),
        question(waits, id="wait", measure="wait_median", unit="seconds", per=1, gate=False,
                 everybody=row("", 300.0, "seconds")),
        question(fees, id="fees", measure="amount_per_request", orientation="favorable",
                 unit="money", per=1, everybody=row("", 24.0, "money"), verdict="inconclusive",
                 reason="adverse_signal"),
        question(table(coded, failing("y", 0.5), reference="x"), id="coded", measure="contest_rate",
                 orientation="favorable"),
        question(id="hidden", withheld=True, everybody=None),
        question(id="own", measure="my <b>own</b> share", verdict="inconclusive",
                 reason="membership_unsure", everybody=None, ask="<b>Why?</b>"),
        question(id="none", measure=None, verdict="inconclusive", reason="not_assessed",
                 missing="a column of appeals", everybody=None),
    )  # fmt: skip
    ratios = doc.PublicRatios(
        axis="sex*age", n_used=2_480, unknown="120", reference="f*old", threshold="0.80",
        rows=(
            doc.RatioCell(group="f*old", status="reference", n=700, rate=printed(0.5, 0.45, 0.55),
                          ratio="1.00", share="28"),
            doc.RatioCell(group="m*old", status="included", n=1_600, rate=printed(0.34, 0.3, 0.38),
                          ratio="0.68", share="65", verdict="below"),
            doc.RatioCell(group="m*young", status="excluded", n=140, rate=printed(0.2, 0.1, 0.3),
                          share="6", justification="under the share that the rule sets"),
            doc.RatioCell(group="f*young", status="withheld"),
        ),
    )  # fmt: skip
    past = tuple(
        doc.Past(
            number=f"2026{month}01-AB12",
            period=doc.Period(start=f"2026-{month}", end=f"2026-{month}", text=f"{text} 2026"),
            verdict="pass", reason="within_limit",
            questions=(question(verdict="pass", reason="within_limit",
                                everybody=row("", 0.11 + place / 100)),),
        )
        for place, (month, text) in enumerate(
            (("01", "January"), ("02", "February"), ("03", "March"))
        )
    )  # fmt: skip
    return publication(
        *questions, ratio_tables=(ratios,), past=past, confirmed=False, system="بوت <b>bot</b>",
        public=TEXTS.model_copy(update={"risks": "=1+1 <img src=x onerror=alert(1)>"}),
        unrecorded=("language",),
    )  # fmt: skip
