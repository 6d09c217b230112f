"""Release comparisons made in code: one for every state their report must survive."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import besides

from careaudit.record import Interval, Money, Window
from careaudit.releases import (
    ComparedQuestion,
    GroupChange,
    Matched,
    NotCompared,
    Release,
    ReleaseComparison,
    StandardisedGap,
)

Counts = dict[str, tuple[int, int, int, int]]
"""Group -> decisions and events of the old release, then of the new."""
MARGIN = 0.02
CREDITS: Counts = {
    "1": (2000, 560, 2100, 735),
    "2": (2100, 500, 2050, 500),
    "3": (2200, 470, 2150, 465),
    "4": (2300, 450, 2300, 440),
    "5": (2600, 480, 2650, 470),
}
LANGUAGES: Counts = {
    "en": (6000, 1260, 6100, 1290),
    "es": (1500, 400, 1550, 408),
    "vi": (400, 88, 380, 80),
}


def release(version: str | None, digit: str, **more: Any) -> Release:
    given: dict[str, Any] = {
        "name": f"Service credits, release {version}",
        "system": "Credit Assist",
        "release": version,
        "record_sha256": digit * 64,
        "plan_sha256": "e" * 64,
        "window": Window(start="2026-04-01", end="2026-06-30", days=91),
        "as_of": "2026-07-15",
        "verdict": "pass",
        "reason": "within_limit",
    }
    return Release(**(given | more))


def change(
    question: str, segment: str, group: str, reference: str, counts: Counts, **more: Any
) -> GroupChange:
    n0, x0, n1, x1 = counts[group]
    p0, p1 = x0 / n0, x1 / n1
    m0, y0, m1, y1 = counts[reference]
    r0, r1 = y0 / m0, y1 / m1
    var = p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1
    both = var + r0 * (1 - r0) / m0 + r1 * (1 - r1) / m1
    own, se = group == reference, math.sqrt(both)
    d, arm = p1 - p0, 1.96 * math.sqrt(var)
    g = d - (r1 - r0)
    upper, lower = g + 1.645 * se, g - 0.8416 * se
    verdict = "fail" if lower > MARGIN else "pass" if upper < MARGIN else "inconclusive"
    reason = {"fail": "worse", "pass": "not_worse", "inconclusive": "insufficient"}[verdict]
    given: dict[str, Any] = {
        "id": f"{question}/{segment}/{group}",
        "question": question,
        "measure": "adverse_rate",
        "segment": segment,
        "group": group,
        "reference": None if own else reference,
        "orientation": "adverse",
        "n_old": n0,
        "n_new": n1,
        "old_value": p0,
        "new_value": p1,
        "change": Interval(value=d, low=d - arm, high=d + arm),
        "gap_old": None if own else p0 - r0,
        "gap_new": None if own else p1 - r1,
        "gap_change": Interval()
        if own
        else Interval(value=g, low=g - 1.96 * se, high=g + 1.96 * se),
        "worsening_upper": None if own else upper,
        "worsening_lower80": None if own else lower,
        "p": None if own else 0.2,
        "p_adjusted": None if own else 0.4,
        "mcnemar_p": None,
        "effective_old": float(n0),
        "effective_new": float(n1),
        "standardised": None,
        "standardised_reason": "no_strata",
        "in_scope": not own,
        "verdict": None if own else verdict,
        "reason": "reference" if own else reason,
        "people": Interval(value=d * n1, low=(d - arm) * n1, high=(d + arm) * n1),
        "money": None
        if own
        else Money(value=g * n1 * 92, low=(g - 2 * se) * n1 * 92, high=(g + 2 * se) * n1 * 92,
                   currency="USD"),
    }  # fmt: skip
    return GroupChange(**(given | more))


def changes(question: str, segment: str, reference: str, counts: Counts) -> list[GroupChange]:
    return [change(question, segment, group, reference, counts) for group in counts]


def question(name: str, ask: str, found: list[GroupChange], **more: Any) -> ComparedQuestion:
    compared = [c for c in found if c.verdict]
    verdicts = [c.verdict for c in compared]
    verdict, reason = "pass", "not_worse"
    if "fail" in verdicts:
        verdict, reason = "fail", "worse"
    elif "inconclusive" in verdicts or not compared:
        verdict, reason = "inconclusive", "insufficient" if compared else "not_comparable"
    order = {"fail": 2, "inconclusive": 1, "pass": 0}
    worst = max(
        compared, key=lambda c: (order[c.verdict or "pass"], c.worsening_upper or 0), default=None
    )
    given: dict[str, Any] = {
        "id": name,
        "ask": ask,
        "measure": "adverse_rate",
        "orientation": "adverse",
        "gate": True,
        "paired": False,
        "verdict": verdict,
        "reason": reason,
        "old_verdict": "pass",
        "new_verdict": "pass",
        "worst": worst.id if worst else None,
    }
    return ComparedQuestion(**(given | more))


def made(
    asked: list[tuple[ComparedQuestion, list[GroupChange]]],
    gaps: tuple[NotCompared, ...] = (),
    **more: Any,
) -> ReleaseComparison:
    gated = [q for q, _ in asked if q.gate]
    first = min(
        gated,
        key=lambda q: ("fail", "inconclusive", "pass").index(q.verdict),
        default=None,
    )
    given: dict[str, Any] = {
        "old": release("7.1.0", "a"),
        "new": release("7.2.0", "b"),
        "paired": False,
        "paired_reason": "records",
        "matched": None,
        "margin": MARGIN,
        "confidence": 0.8,
        "alpha": 0.05,
        "notes": (),
        "questions": tuple(q for q, _ in asked),
        "changes": tuple(c for _, found in asked for c in found),
        "not_comparable": gaps,
        "verdict": first.verdict if first else "inconclusive",
        "reason": first.reason if first else "not_assessed",
    }
    return ReleaseComparison(**(given | more))


def gap(question: str | None, segment: str | None, group: str | None, why: str) -> NotCompared:
    return NotCompared(
        question=question, segment=segment, group=group, reason="missing", message=why, closes=True
    )


ASK = "Is a service credit denied more often to some customers than to others?"
RIGHTED = "Do appeals put mistakes right for everyone?"


def worse() -> ReleaseComparison:
    found = changes("denied", "zip_income", "5", CREDITS)
    found += changes("denied", "language", "en", LANGUAGES)
    second = changes("appeals", "language", "en", LANGUAGES)
    return made(
        [(question("denied", ASK, found), found), (question("appeals", RIGHTED, second), second)],
        notes=("Whether both releases met the same mix of requests was not assessed.",),
    )


def unchanged() -> ReleaseComparison:
    same = {g: (n * 20, x * 20, n * 20, x * 20) for g, (n, x, _, _) in LANGUAGES.items()}
    found = changes("denied", "language", "en", same)
    return made(
        [(question("denied", ASK, found, paired=True), found)],
        paired=True,
        paired_reason=None,
        matched=Matched(cases=158_000, only_old=120, only_new=340),
    )


def licence() -> ReleaseComparison:
    """An equally unfair new release."""
    base = unchanged()
    asked = base.questions[0].model_copy(
        update={"verdict": "fail", "reason": "new_release_fails", "new_verdict": "fail",
                "old_verdict": "fail"}
    )  # fmt: skip
    new = release("7.2.0", "b", verdict="fail", reason="established")
    return base.model_copy(
        update={"questions": (asked,), "verdict": "fail", "reason": "new_release_fails", "new": new}
    )


def nothing() -> ReleaseComparison:
    """Nothing can be compared."""
    why = gap("denied", None, None, "denied has another measure than before.")
    return made([(question("denied", ASK, []), [])], gaps=(why,))


def one_group() -> ReleaseComparison:
    found = changes("denied", "language", "en", {"en": LANGUAGES["en"]})
    why = gap("denied", "language", None, "The new release has no second group over language.")
    return made([(question("denied", ASK, found), found)], gaps=(why,))


def suppressed() -> ReleaseComparison:
    found = changes("denied", "language", "en", LANGUAGES)
    gaps = tuple(
        gap("denied", "language", g, f"language {g} has too few customers to be shown.")
        for g in ("tl", "so", "ht", "hmn", "ar")
    )
    return made([(question("denied", ASK, found), found)], gaps=gaps)


def forty() -> ReleaseComparison:
    counts = {
        f"region {i:02}": (900, 150 + 3 * i, 900, 150 + 3 * i + (60 if i == 7 else i % 5))
        for i in range(45)
    }
    found = changes("denied", "region", "region 00", counts)
    return made([(question("denied", ASK, found), found)])


def hostile() -> ReleaseComparison:
    name = besides.HOSTILE
    counts = {name: (900, 300, 900, 360), "x" * 300: (900, 200, 900, 210), "": (800, 90, 800, 99)}
    found = changes("denied", f"seg_{name}", "", counts)
    return made(
        [(question("denied", name * 20, found), found)],
        gaps=(gap(name, name, name, name * 20),),
        old=release(name, "a", system=name * 5, name=name * 10),
        new=release(name * 4, "b", system=name * 5, name=name * 10),
        notes=(name * 20, name),
    )


def unnamed() -> ReleaseComparison:
    base = worse()
    lone = {"release": None, "system": None, "window": Window(start=None, end=None, days=None)}
    return base.model_copy(
        update={"old": base.old.model_copy(update=lone), "new": base.new.model_copy(update=lone)}
    )


def mixed() -> ReleaseComparison:
    """Rates over the common mix beside the plain ones."""

    def over(c: GroupChange) -> GroupChange:
        gap_now = None if c.gap_new is None else c.gap_new - 0.004
        told = StandardisedGap(
            within=("intent", "channel"),
            old_value=c.old_value,
            new_value=c.new_value - 0.004,
            gap_old=c.gap_old,
            gap_new=gap_now,
            gap_change=c.gap_change,
            worsening_upper=c.worsening_upper,
            excluded_share=0.031,
        )
        return c.model_copy(update={"standardised": told, "standardised_reason": None})

    base = worse()
    return base.model_copy(update={"changes": tuple(over(c) for c in base.changes)})


ALL: dict[str, Callable[[], ReleaseComparison]] = {
    f.__name__: f
    for f in (
        worse, unchanged, licence, nothing, one_group, suppressed, forty, hostile, unnamed, mixed
    )
}  # fmt: skip
