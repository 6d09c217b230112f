"""Audit records that hold drivers and remedies: the seed case, every reason, and hostile names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import records
from records import HOSTILE, Counts, Maker

from careaudit.record import (
    AuditRecord,
    Carrier,
    Comparison,
    Driver,
    Interval,
    LikePairs,
    Money,
    Point,
    Quality,
    ReasonShare,
    Remedy,
    RemedyGroup,
    Revealed,
    Trait,
)

SEED: Counts = {"low": (2000, 720), "other": (6000, 1440)}
"""The founding case: 800 of 2,000 and 600 of 6,000 use the phrase; 60 % and 20 % are refused."""
PHRASE = "billing dispute"
REASONS = (
    "weak_association", "small_share", "no_support", "one_value", "empty", "too_many_values",
    "same_as_segment", "same_as_outcome", "output", "not_with_segment", "not_with_decision",
    "carried_by", "few_customers", "not_confirmed",
)  # fmt: skip


def between(value: float, arm: float) -> Interval:
    return Interval(value=value, low=value - arm, high=value + arm)


def driver(c: Comparison, kind: str, name: str, reason: str = "listed", /, **more: Any) -> Driver:
    """Return a candidate of a gap."""
    made: dict[str, Any] = {
        "question": c.question,
        "segment": c.segment,
        "group": c.group,
        "reference": c.reference,
        "kind": kind,
        "name": name,
        "listed": reason == "listed",
        "reason": reason,
        "sentence": f"A sentence of the record on {name}.",
    }
    return Driver(**{**made, **more})


def phrase(c: Comparison, **more: Any) -> Driver:
    """Return the phrase of the founding case, with its own numbers (methods 8)."""
    made: dict[str, Any] = {
        "association": Interval(value=1.7918, low=1.66, high=1.93),
        "mix_share": 1.0,
        "within": Interval(value=0.0, low=-0.02, high=0.02),
        "validity": "unsupported",
        "z": 32.639286,
        "customers": 1400,
        "sentence": f"The gap runs entirely through the phrase “{PHRASE}”, and the phrase does not"
        " predict confirmed fraud. Ask whether the phrase itself carries the difference.",
    }
    return driver(c, "term", PHRASE, **{**made, **more})


def inputs(c: Comparison, gap: float) -> list[Driver]:
    """Return inputs of a gap that step from one rate to the other, listed and not."""
    return [
        driver(c, "field", "intent", association=between(0.31, 0.04), mix_share=0.42, step=gap / 3,
               within=between(gap * 0.58, 0.02), validity="unsupported"),
        driver(c, "field", "device_kind", association=between(0.16, 0.05), mix_share=0.2,
               step=gap / 6, within=between(gap * 0.8, 0.02), validity="untested",
               validity_reason="few_labels"),
        driver(c, "field", "channel", "weak_association", association=between(0.04, 0.03),
               mix_share=0.15, step=-gap / 12, within=between(gap * 0.85, 0.02)),
    ]  # fmt: skip


def remedy(
    c: Comparison, kind: str, name: str, left: float, helped: float, /, **more: Any
) -> Remedy:
    """Return a suggestion with a price."""
    gap = c.difference.value or 0.0
    made: dict[str, Any] = {
        "question": c.question,
        "segment": c.segment,
        "group": c.group,
        "reference": c.reference,
        "kind": kind,
        "name": name,
        "state": "estimated",
        "gap_now": between(gap, 0.02),
        "gap": between(left, 0.02),
        "helped": between(helped, 40),
        "undue": between(-10, 60),
        "errors": between(-helped, 50),
        "money": Money(value=9 * helped, low=8 * helped, high=10 * helped, currency="USD"),
        "groups": tuple(
            RemedyGroup(
                group=g,
                favorable_now=now,
                favorable=between(now + extra, 0.02),
                helped=between(helped * part, 30),
                undue=between(-5, 30),
                errors=between(-helped * part, 40),
            )
            for g, now, extra, part in (
                (c.reference or "", 0.76, 0.01, 0.2), (c.group or "", 0.64, 0.11, 0.8),
            )
        ),
        "rows": 4000,
        "labelled": 900,
        "sentence": f"A sentence of the record on {name}, as a suggestion.",
    }  # fmt: skip
    return Remedy(**{**made, **more})


def remedies(c: Comparison) -> tuple[Remedy, ...]:
    """Return each kind of suggestion, the last without a price."""
    curve = tuple(
        Point(setting=0.5 + i / 50, gap=0.12 - 0.012 * i, errors=0.2 - 0.004 * i,
              undue=0.02 + 0.01 * i)
        for i in range(12)
    )  # fmt: skip
    return (
        remedy(c, "without", PHRASE, 0.004, 220),
        remedy(c, "threshold", "cut", 0.07, 120, curve=curve),
        remedy(c, "review", "band", 0.02, 200, review=between(640, 30), money=None),
        remedy(c, "constrained", "learn", 0.03, 150),
        remedy(c, "group_thresholds", "cuts", 0.0, 180, uses_group=True),
        remedy(c, "refit", "intent", 0.0, 0.0, state="not_assessed", reason="few_labels",
               groups=(), sentence=""),
    )  # fmt: skip


def subgroups(question: str) -> list[Driver]:
    """Return a confirmed subgroup and one that was not seen again."""
    made = []
    for place, reason in enumerate(("listed", "not_confirmed")):
        a, b = ("zip_income", "low"), ("channel", ("voice", "chat")[place])
        made.append(
            Driver(
                question=question, segment=f"{a[0]}*{b[0]}", group=f"{a[1]}*{b[1]}",
                reference="rest", kind="subgroup", name=f"zip_income low, channel {b[1]}",
                association=between(0.2 - 0.15 * place, 0.06), listed=reason == "listed",
                reason=reason, customers=320 + place, u=between(2.1 - 1.6 * place, 0.7),
                p_adjusted=0.001 + 0.4 * place,
                traits=(Trait(segment=a[0], group=a[1], share=0.46),
                        Trait(segment=b[0], group=b[1], share=0.54)),
                sentence="Customers with both traits are refused more often. It was found in one"
                " half of the customers and seen again in the other half.",
            )
        )  # fmt: skip
    return made


def told(record: AuditRecord, segment: str, found: Sequence[Revealed], **more: Any) -> AuditRecord:
    """Return a record with what is told of the groups of an attribute."""
    segments = tuple(
        s.model_copy(update={"revealed": tuple(found), **more}) if s.name == segment else s
        for s in record.segments
    )
    return record.model_copy(update={"segments": segments})


def suggested(record: AuditRecord, found: Sequence[Remedy]) -> AuditRecord:
    impact = record.impact.model_copy(update={"remedies": tuple(found)})
    return record.model_copy(update={"impact": impact})


def base() -> AuditRecord:
    """The founding case as it is judged, before anybody asks why."""
    m = Maker(8000)
    m.segment("zip_income", SEED, "other", "proxy")
    m.ask("denied", "Is a credit refused more often to some customers?", "adverse_rate", "adverse",
          {"zip_income": SEED}, currency="USD")  # fmt: skip
    return m.record()


def seed(*extra: Driver) -> AuditRecord:
    """The founding case with its phrase alone, and whatever else is looked at."""
    record = base()
    (c,) = record.comparisons
    return record.model_copy(update={"drivers": (phrase(c), *extra)})


def whole() -> AuditRecord:
    """Everything that can be told: inputs, a phrase, subgroups, reasons, pairs, remedies."""
    record = base()
    (c,) = record.comparisons
    gap = c.difference.value or 0.0
    terms = [
        phrase(c, mix_share=0.3, validity="unequal", within=between(gap * 0.7, 0.02)),
        driver(c, "term", "router", "not_with_decision", association=between(0.9, 0.3),
               mix_share=0.01, customers=80),
        driver(c, "term", "dispute", "carried_by", carried_by=PHRASE, customers=1400,
               association=between(1.7, 0.2), mix_share=0.29),
    ]  # fmt: skip
    record = record.model_copy(update={"drivers": (*inputs(c, gap), *terms, *subgroups("denied"))})
    record = told(
        record,
        "zip_income",
        (
            Revealed(
                group="low", reference="other", auc=Interval(value=0.67, low=0.65, high=0.69),
                recoverable=True, rows=8000,
                carriers=(Carrier(name="intent", loss=0.12), Carrier(name="channel", loss=0.02)),
            ),
        ),
        reasons=tuple(
            ReasonShare(group=g, reason=r, n=n, with_reason=x,
                        share=None if x is None else x / n)
            for g, n, row in (("low", 720, (500, 200, None)), ("other", 1440, (400, 900, 140)))
            for r, x in zip(("FRAUD_RISK", "NOT_OWED", "other reasons"), row, strict=True)
        ),
        like_pairs=(
            LikePairs(group="low", adverse=720, compared=700, share=0.62, low=0.58, high=0.66),
            LikePairs(group="other", adverse=1440, compared=0, share=None, reason="few_cases"),
        ),
    )  # fmt: skip
    return suggested(record, remedies(c))


def rejected() -> AuditRecord:
    """Nothing is listed: one candidate for every reason, and a reason of a later version."""
    record = base()
    (c,) = record.comparisons
    kinds = {"not_with_segment", "not_with_decision", "carried_by", "few_customers"}
    found = [
        driver(c, "term" if r in kinds else "field", f"candidate_{i}", r, mix_share=0.1 - i / 1000,
               carried_by=PHRASE if r == "carried_by" else None)
        for i, r in enumerate([*REASONS[:-1], "brand_new"])
    ]  # fmt: skip
    return record.model_copy(update={"drivers": tuple(found)})


def hostile() -> AuditRecord:
    """Names that try to act, scripts that the fonts lack, long terms and forty groups."""
    m = Maker(40 * 900)
    names = [*HOSTILE[:11], *(f"group {i}" for i in range(29))]
    counts: Counts = {g: (900, 150 + 60 * (i % 3)) for i, g in enumerate(names)}
    segment = '<b>name</b>&"'
    m.segment(segment, counts, names[0])
    m.ask("q", "Is <i>anyone</i> refused more often?", "adverse_rate", "adverse", {segment: counts})
    record = m.record()
    fails = [c for c in record.comparisons if c.verdict == "fail"]
    found = []
    for c in fails:
        gap = c.difference.value or 0.0
        found += [
            phrase(c, name=text, mix_share=0.5, sentence=f"The phrase {text}: ask.")
            for text in ("<script>alert(1)</script>", "الفاتورة متنازع", "账单", "w" * 300)
        ]
        found += [
            driver(c, "field", field, mix_share=0.2, step=gap / 9, association=between(0.3, 0.1))
            for field in HOSTILE[:10]
        ]
    record = record.model_copy(update={"drivers": tuple(found)})
    record = told(
        record,
        segment,
        [Revealed(group=g, reference=names[0], auc=Interval(value=0.55, low=0.5, high=0.6),
                  recoverable=False, carriers=(Carrier(name="</title>", loss=0.01),))
         for g in names[1:]],
        reasons=tuple(
            ReasonShare(group=g, reason=r, n=200, with_reason=20, share=0.1)
            for g in names for r in HOSTILE[:10]
        ),
        like_pairs=tuple(LikePairs(group=g, adverse=200, compared=90, share=0.4) for g in names),
    )  # fmt: skip
    made = [
        r.model_copy(update={"name": "<u>{{ 7*7 }}</u>\u202e", "sentence": "Try </p><b>this</b>."})
        for r in remedies(fails[0])
    ]
    many = tuple(r.groups[0].model_copy(update={"group": g}) for r in made[:1] for g in names)
    made = [r.model_copy(update={"groups": many}) for r in made]
    return suggested(record, made)


def skipped() -> AuditRecord:
    """It was asked to leave it out."""
    note = Quality(code="drivers_skipped", severity="info", where="drivers", message="Left out.")
    return base().model_copy(update={"quality": (note,)})


def alone() -> AuditRecord:
    """No gap, but a subgroup that nobody asked about."""
    record = records.passing()
    (name,) = [q.id for q in record.questions]
    return record.model_copy(update={"drivers": tuple(subgroups(name))})


def unpriced() -> AuditRecord:
    """Nothing could be priced."""
    record = seed()
    (c,) = record.comparisons
    found = remedy(c, "threshold", "cut", 0.0, 0.0, state="not_assessed", reason="no_labels",
                   groups=(), sentence="")  # fmt: skip
    return suggested(record, [found])


ALL = {
    "seed": seed,
    "whole": whole,
    "rejected": rejected,
    "drivers_hostile": hostile,
    "skipped": skipped,
    "alone": alone,
    "unpriced": unpriced,
}

__all__ = ["ALL"]
