"""Audit records made in code: small, plausible, and one for every state a report must survive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from careaudit.record import (
    POOLED,
    Accounts,
    Affected,
    AuditInfo,
    AuditRecord,
    Comparison,
    Detectable,
    DoubleEntry,
    Estimate,
    Excluded,
    Group,
    Impact,
    Input,
    Intersection,
    Interval,
    Join,
    Limit,
    Money,
    Outcome,
    Provenance,
    Quality,
    Question,
    Score,
    Segment,
    Settings,
    Window,
)

Counts = dict[str, tuple[int, int]]
"""Group -> (decisions, events)."""

LIMIT = Limit(ratio=0.8, floor=0.01, cap=0.1)


def wilson(n: int, x: int) -> tuple[float, float]:
    z, p = 1.959964, x / n
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    arm = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return max(0.0, middle - arm), min(1.0, middle + arm)


def estimate(
    measure: str, segment: str | None, group: str | None, n: int, x: int, state: str = "estimated"
) -> Estimate:
    known = state == "estimated" and n > 0
    low, high = wilson(n, x) if known else (None, None)
    return Estimate(
        measure=measure,
        segment=segment,
        group=group,
        n=n,
        events=x if known else None,
        value=x / n if known else None,
        low=low,
        high=high,
        confidence=0.95,
        method="wilson",
        state="estimated" if known else ("suppressed" if state == "suppressed" else "undefined"),
        reason=None if known else state,
    )


def comparison(
    question: str,
    measure: str,
    orientation: str,
    segment: str,
    group: str,
    reference: str,
    counts: tuple[int, int],
    ref: tuple[int, int],
    currency: str | None = None,
) -> Comparison:
    (n, x), (m, y) = counts, ref
    p, r = x / n, y / m
    v, w = p * (1 - p) / n, r * (1 - r) / m
    se = math.sqrt(v + w) or 1e-6
    d = p - r
    low, high = d - 1.96 * se, d + 1.96 * se
    ratio = p / r if r else None
    spread = math.sqrt((1 - p) / (n * p) + (1 - r) / (m * r)) if p and r else None
    ends = (
        (ratio * math.exp(-1.96 * spread), ratio * math.exp(1.96 * spread))
        if ratio and spread
        else (None, None)
    )
    adverse = orientation == "adverse"
    worse = d > 0 if adverse else d < 0
    base = min(p, r) if adverse else max(p, r)
    t = min(max((1 / 0.8 - 1 if adverse else 0.2) * base, 0.01), 0.1)
    u, u_low, u_high = abs(d) / t, max(0.0, abs(d) / t - 1.64 * se / t), abs(d) / t + 1.64 * se / t
    z = abs(d) / se
    parity = math.erfc(z / math.sqrt(2))
    beyond = 0.5 * math.erfc((abs(d) - t) / se / math.sqrt(2))
    passing = 0.5 * math.erfc((t - abs(d)) / se / math.sqrt(2))
    verdict, reason = "inconclusive", "insufficient"
    if parity < 0.005 and beyond < 0.01:
        verdict, reason = "fail", "established"
    elif parity < 0.005 and beyond <= 0.2:
        verdict, reason = "fail", "probable"
    elif parity < 0.005 and u > 1:
        reason = "adverse_signal"
    elif passing <= 0.05:
        verdict, reason = "pass", "within_limit"
    lost = (d if adverse else -d) * n
    people = Interval(value=lost, low=lost - 1.96 * n * se, high=lost + 1.96 * n * se)
    money = (
        Money(value=lost * 92.0, low=people.low * 92.0, high=people.high * 92.0, currency=currency)
        if currency is not None and people.low is not None and people.high is not None
        else None
    )
    score = 100 * (1 - 2 ** -(u * 0.97))
    return Comparison(
        id=f"{question}:{segment}:{group}",
        question=question,
        measure=measure,
        segment=segment,
        group=group,
        reference=reference,
        orientation=orientation,  # type: ignore[arg-type]
        n=n,
        reference_n=m,
        group_value=p,
        reference_value=r,
        difference=Interval(value=d, low=low, high=high),
        ratio=Interval(value=ratio, low=ends[0], high=ends[1]),
        odds_ratio=None,
        four_fifths=None,
        harmed="none" if d == 0 else ("group" if worse else "reference"),
        tolerated_gap=t,
        u=Interval(value=u, low=u_low, high=u_high),
        p_parity=parity,
        p_adjusted=min(1.0, parity * 5),
        p_pass=passing,
        p_beyond=beyond,
        effective_n=float(n),
        design_effect=1.0,
        in_scope=n >= 100,
        verdict=verdict,  # type: ignore[arg-type]
        reason=reason,
        detectable=Detectable(gap=2.8 * se, n_needed=math.ceil(n * (z + 2) ** 2)),
        affected=Affected(people=people, money=money),
        score=Score(
            value=score,
            low=100 * (1 - 2**-u_low),
            high=100 * (1 - 2**-u_high),
            severity=u,
            evidence=0.97,
            reach=1.2,
            per_30_days=abs(lost) / 3,
        ),
    )


def question(
    name: str,
    ask: str,
    measure: str | None,
    segments: Sequence[str],
    found: Sequence[Comparison],
    *,
    gate: bool = True,
    pillar: str = "fairness",
    reason: str | None = None,
    missing: str | None = None,
) -> Question:
    fail = next((c for c in found if c.verdict == "fail"), None)
    if reason is not None:
        verdict = "inconclusive"
    elif fail is not None:
        verdict, reason = "fail", fail.reason
    elif found and all(c.verdict == "pass" for c in found):
        verdict, reason = "pass", "within_limit"
    else:
        verdict = "inconclusive"
        signal = any(c.reason == "adverse_signal" for c in found)
        reason = "adverse_signal" if signal else "insufficient"
    worst = max(found, key=lambda c: c.u.value or 0.0, default=None)
    score = worst.score if worst else Score()
    return Question(
        id=name,
        ask=ask,
        pillar=pillar,
        measure=measure,
        segments=tuple(segments),
        gate=gate,
        inconclusive="close",
        limit=LIMIT,
        verdict=verdict,  # type: ignore[arg-type]
        reason=reason,
        missing=missing,
        coverage=0.97 if found else None,
        score=Interval(value=score.value, low=score.low, high=score.high),
        worst=worst.id if worst else None,
    )


class Maker:
    """Collects segments, estimates, comparisons and questions into a record."""

    def __init__(self, rows: int = 12_500) -> None:
        self.rows = rows
        self.segments: dict[str, Segment] = {}
        self.estimates: list[Estimate] = []
        self.comparisons: list[Comparison] = []
        self.questions: list[Question] = []
        self.intersections: list[Intersection] = []
        self.unknown: dict[str, int] = {}
        self.quality: list[Quality] = []

    def segment(
        self,
        name: str,
        counts: Counts,
        reference: str | None,
        kind: str = "operational",
        status: dict[str, str] | None = None,
    ) -> None:
        status = status or {}
        groups = tuple(
            Group(
                group=g,
                n=n,
                share=n / self.rows,
                customers=n,
                status=status.get(g, "in_scope" if n >= 100 else ("small" if n else "empty")),
            )
            for g, (n, _) in counts.items()
        )
        self.segments[name] = Segment(
            name=name,
            kind=kind,
            reference=reference,
            groups=groups,  # type: ignore[arg-type]
        )
        for g, (n, _) in counts.items():
            if status.get(g) == "unknown":
                self.unknown[name] = n

    def ask(
        self,
        name: str,
        ask: str,
        measure: str,
        orientation: str,
        tables: dict[str, Counts],
        *,
        gate: bool = True,
        pillar: str = "fairness",
        currency: str | None = None,
    ) -> None:
        found: list[Comparison] = []
        first = next(iter(tables.values()))
        n, x = (sum(c[i] for c in first.values()) for i in (0, 1))
        if not any(e.measure == measure and e.segment is None for e in self.estimates):
            self.estimates.append(estimate(measure, None, None, n, x))
        for segment, counts in tables.items():
            known = self.segments[segment]
            pooled = [0, 0]
            for g in known.groups:
                n, x = counts[g.group]
                self.estimates.append(
                    estimate(
                        measure,
                        segment,
                        g.group,
                        n,
                        x,
                        "suppressed" if g.status == "suppressed" else "estimated",
                    )
                )
                if g.group == known.reference or g.status in ("unknown", "empty"):
                    continue
                if g.status in ("small", "suppressed"):
                    pooled = [pooled[0] + n, pooled[1] + x]
                    continue
                assert known.reference is not None
                found.append(
                    comparison(
                        name,
                        measure,
                        orientation,
                        segment,
                        g.group,
                        known.reference,
                        (n, x),
                        counts[known.reference],
                        currency,
                    )
                )
            if pooled[0] and known.reference is not None:
                found.append(
                    comparison(
                        name,
                        measure,
                        orientation,
                        segment,
                        POOLED,
                        known.reference,
                        (pooled[0], pooled[1]),
                        counts[known.reference],
                        currency,
                    )
                )
        self.comparisons += found
        self.questions.append(
            question(name, ask, measure, list(tables), found, gate=gate, pillar=pillar)
        )

    def record(self, **changes: Any) -> AuditRecord:
        gated = [q for q in self.questions if q.gate]
        fail = next((q for q in gated if q.verdict == "fail"), None)
        if fail:
            verdict, reason = "fail", fail.reason
        elif gated and all(q.verdict == "pass" for q in gated):
            verdict, reason = "pass", "within_limit"
        else:
            verdict = "inconclusive"
            reason = next((q.reason for q in gated if q.verdict != "pass"), "no_gated_question")
        harms = [c for c in self.comparisons if c.harmed == "group"]
        top = max(harms, key=lambda c: c.score.value or 0.0, default=None)
        carrying = [c for c in harms if top and c.question == top.question and c.verdict == "fail"]
        people = Interval()
        money = None
        if carrying:
            people = Interval(
                value=sum(c.affected.people.value or 0 for c in carrying),
                low=sum(c.affected.people.low or 0 for c in carrying),
                high=sum(c.affected.people.high or 0 for c in carrying),
            )
            if carrying[0].affected.money:
                money = Money(
                    value=(people.value or 0) * 92,
                    low=(people.low or 0) * 92,
                    high=(people.high or 0) * 92,
                    currency=carrying[0].affected.money.currency,
                )
        parts: dict[str, Any] = {
            "audit": AuditInfo(
                name="Service credits, Q2 2026",
                system="Credit Assist",
                release="7.2.0",
                decision_kind="goodwill_credit",
                justification="Credits are granted or denied by the model alone; denial is the"
                " harm customers report.",
                outcome=Outcome(
                    favorable=("approved",),
                    adverse=("denied",),
                    neutral=("escalated",),
                    confirmed=True,
                ),
            ),
            "provenance": Provenance(
                careaudit="0.1.0",
                libraries={"numpy": "2.1.0", "scipy": "1.15.0"},
                plan_sha256="5e" * 32,
                inputs=(
                    Input(role="log", name="credits_q2.csv.gz", bytes=912_344, sha256="ab" * 32),
                ),
                as_of="2026-07-15",
                expires_on="2027-07-15",
                window=Window(start="2026-04-01", end="2026-06-30", days=91),
                seed=20260715,
                settings=Settings(
                    alpha=0.05,
                    alpha_pass=0.05,
                    confidence=0.8,
                    min_effective_n=100,
                    min_coverage=0.95,
                    multiplicity="holm",
                    comparisons=len(self.comparisons),
                    min_cell=10,
                ),
            ),
            "accounts": Accounts(
                rows_read=self.rows + 212,
                rows_used=self.rows,
                excluded=(
                    Excluded(reason="neutral", rows=180),
                    Excluded(reason="missing_decision", rows=32),
                ),
                unknown=self.unknown,
                customers=max(1, self.rows * 7 // 10),
                joins=(Join(table="customers", matched=self.rows, unmatched=0),),
            ),
            "segments": tuple(self.segments.values()),
            "estimates": tuple(self.estimates),
            "comparisons": tuple(self.comparisons),
            "questions": tuple(self.questions),
            "intersections": tuple(self.intersections),
            "impact": Impact(
                score=top.score.model_copy() if top else Interval(),
                headline="largest harm",
                people=people,
                money=money,
                questions_at_or_over_limit=1 if fail else 0,
                comparison=top.id if top else None,
                covers=tuple(c.id for c in carrying),
            ),
            "quality": tuple(self.quality),
            "double_entry": DoubleEntry(
                library="fairlearn",
                version="0.13.0",
                compared=len(self.estimates),
                largest_difference=1.1e-16,
            ),
            "verdict": verdict,
            "reason": reason,
        }
        score = parts["impact"].score
        parts["impact"] = parts["impact"].model_copy(
            update={"score": Interval(value=score.value, low=score.low, high=score.high)}
        )
        parts.update(changes)
        return AuditRecord(**parts)


ZIP: Counts = {
    "1": (2400, 720),
    "2": (2500, 600),
    "3": (2600, 494),
    "4": (2400, 430),
    "5": (2600, 455),
}
LANGUAGE: Counts = {
    "en": (9200, 1850),
    "es": (1900, 520),
    "vi": (640, 130),
    "tl": (60, 14),
    "unknown": (700, 185),
}


def failing() -> AuditRecord:
    """Telecom-like: two attributes, a crossing, money, five questions with every answer."""
    m = Maker()
    m.segment("zip_income", ZIP, "5", "proxy")
    m.segment("language", LANGUAGE, "en", "protected", {"unknown": "unknown"})
    m.ask(
        "credit-denied",
        "Is a service credit denied more often to some customers?",
        "adverse_rate",
        "adverse",
        {"zip_income": ZIP, "language": LANGUAGE},
        currency="USD",
    )
    wrong: Counts = {"1": (300, 48), "2": (310, 40), "3": (330, 36), "4": (300, 34), "5": (340, 37)}
    m.ask(
        "wrongly-denied",
        "Are customers who were owed a credit refused alike?",
        "wrongful_adverse_rate",
        "adverse",
        {"zip_income": wrong},
    )
    checked: Counts = {
        "1": (2400, 1922),
        "2": (2500, 2010),
        "3": (2600, 2088),
        "4": (2400, 1930),
        "5": (2600, 2085),
    }
    m.ask(
        "checked",
        "Are decisions checked as often for everyone?",
        "label_coverage",
        "favorable",
        {"zip_income": checked},
        gate=False,
        pillar="redress",
    )
    m.questions.append(
        question(
            "appeal",
            "Do appeals put mistakes right for everyone?",
            None,
            ["zip_income"],
            (),
            reason="not_assessed",
            missing="a column with the result of the appeal",
            pillar="redress",
        )
    )
    for a, b in (
        ("1", "en"),
        ("1", "es"),
        ("1", "vi"),
        ("2", "en"),
        ("2", "es"),
        ("2", "vi"),
        ("3", "en"),
        ("3", "es"),
        ("3", "vi"),
        ("4", "en"),
        ("4", "es"),
        ("4", "vi"),
        ("5", "en"),
        ("5", "es"),
        ("5", "vi"),
    ):
        n = {"en": 1700, "es": 380, "vi": 140}[b] - 20 * int(a)
        rate = 0.33 - 0.035 * int(a) + (0.08 if b == "es" else 0.0)
        x = round(n * rate)
        low, high = wilson(n, x)
        few = b == "vi" and a in "45"
        m.intersections.append(
            Intersection(
                question="credit-denied",
                measure="adverse_rate",
                segment="zip_income*language",
                group=f"{a}*{b}",
                reference="rest",
                n=n,
                events=None if few else x,
                value=None if few else x / n,
                low=None if few else low,
                high=None if few else high,
                reference_value=0.2,
                difference=Interval(value=x / n - 0.2, low=None, high=None),
                ratio=Interval(),
                u=1.0,
                p_parity=0.01,
                q_value=0.02,
                notable=b == "es" and a in "12",
                state="suppressed" if few else "estimated",
                reason=None,
            )
        )
    m.quality += [
        Quality(
            code="unknown_values",
            severity="warning",
            where="segment language",
            message="700 decisions have no recorded language.",
            rows=700,
        ),
        Quality(
            code="measure_chosen",
            severity="info",
            where="question credit-denied",
            message="The measure was named in the plan.",
            rows=None,
        ),
    ]
    return m.record()


def passing() -> AuditRecord:
    """Every gap is shown to be small."""
    m = Maker(20_000)
    age: Counts = {
        "18 to 29": (5000, 1500),
        "30 to 64": (10_000, 3010),
        "65 and over": (5000, 1490),
    }
    m.segment("age", age, "30 to 64", "protected")
    m.ask(
        "given",
        "Is a credit given as often to every age?",
        "favorable_rate",
        "favorable",
        {"age": age},
    )
    return m.record()


def inconclusive() -> AuditRecord:
    """Too little data for any answer, and a rate below 1 in 100."""
    m = Maker(900)
    site: Counts = {"north": (500, 12), "south": (300, 2), "west": (100, 3)}
    m.segment("site", site, "north")
    m.ask("flag", "Are customers flagged alike?", "adverse_rate", "adverse", {"site": site})
    info = AuditInfo(name="flags.csv", decision_kind="flag")
    return m.record(audit=info)


def signal() -> AuditRecord:
    """One adverse signal, customers equal to decisions, no currency."""
    m = Maker(3000)
    plan: Counts = {"basic": (1500, 360), "plus": (1500, 280)}
    m.segment("plan", plan, "plus")
    m.ask(
        "denied",
        "Are credits refused alike on every plan?",
        "adverse_rate",
        "adverse",
        {"plan": plan},
        currency="",
    )
    record = m.record()
    return record.model_copy(
        update={"accounts": record.accounts.model_copy(update={"customers": 3000})}
    )


def not_assessed() -> AuditRecord:
    """No label in the log: the one question cannot be assessed."""
    m = Maker(1200)
    team: Counts = {"a": (700, 0), "b": (500, 0)}
    m.segment("team", team, "a")
    m.questions.append(
        question(
            "wrong",
            "Are customers who were owed a credit refused alike?",
            "wrongful_adverse_rate",
            ["team"],
            (),
            reason="not_assessed",
            missing="a column that says whether the decision was right",
        )
    )
    return m.record()


def single_group() -> AuditRecord:
    """One group and nothing to compare with; one-liner without a plan."""
    m = Maker(400)
    m.segment("region", {"all": (400, 100)}, None)
    m.estimates += [
        estimate("adverse_rate", None, None, 400, 100),
        estimate("adverse_rate", "region", "all", 400, 100),
    ]
    m.questions.append(
        question(
            "q1",
            "Is the adverse decision given alike?",
            "adverse_rate",
            ["region"],
            (),
            reason="no_comparator",
        )
    )
    return m.record(audit=AuditInfo(name="log.csv", decision_kind="other"))


def all_small() -> AuditRecord:
    """Every group but the reference is below the minimum, one of them suppressed."""
    m = Maker(260)
    shop: Counts = {"A": (150, 40), "B": (60, 20), "C": (44, 12), "D": (6, 2)}
    m.segment("shop", shop, "A", status={"D": "suppressed"})
    m.ask(
        "q", "Are requests decided alike in every shop?", "adverse_rate", "adverse", {"shop": shop}
    )
    return m.record(audit=AuditInfo(name="shops", system="Router", decision_kind="other"))


def empty() -> AuditRecord:
    """No decisions at all, no questions, no segments."""
    m = Maker(0)
    record = m.record()
    nothing = record.accounts.model_copy(
        update={"rows_read": 0, "excluded": (), "customers": None, "joins": ()}
    )
    window = record.provenance.model_copy(update={"window": Window(), "inputs": ()})
    return record.model_copy(update={"accounts": nothing, "provenance": window})


def ungated() -> AuditRecord:
    """A failing question that does not decide."""
    m = Maker()
    m.segment("zip_income", ZIP, "5", "proxy")
    m.ask(
        "denied",
        "Are credits refused alike?",
        "adverse_rate",
        "adverse",
        {"zip_income": ZIP},
        gate=False,
    )
    return m.record()


def favoured() -> AuditRecord:
    """The gap is in favour of the group: the reference is harmed."""
    m = Maker()
    m.segment("zip_income", ZIP, "1", "proxy")
    m.ask(
        "denied",
        "Are credits refused alike?",
        "adverse_rate",
        "adverse",
        {"zip_income": ZIP},
        currency="EUR",
    )
    return m.record()


HOSTILE = (
    '<script>alert("x")</script>',
    "a & b < c > 'd'",
    "line\nbreak\tand\x07bell",
    "=cmd|'/c calc'!A0",
    "🎈🎉",
    "中文",
    "العربية",
    "x" * 300,
    "\u202egnp.exe",
    "a*b",
    "",
    "   ",
    "{{ 7*7 }}",
    "</title></svg>",
    "é",
    "ｆｕｌｌ",
)


def hostile() -> AuditRecord:
    """Names that try to act, or that the fonts lack."""
    m = Maker(16_000)
    counts: Counts = {name: (1000, 200 + 12 * i) for i, name in enumerate(HOSTILE)}
    m.segment('<b>name</b>&"', counts, HOSTILE[0])
    m.segment("لغة", {"العربية": (8000, 1500), "עברית": (8000, 2300)}, "العربية")
    m.ask(
        "q",
        'Is <i>anyone</i> "refused" more & more often?\nReally 🎈?',
        "adverse_rate",
        "adverse",
        {'<b>name</b>&"': counts, "لغة": {"العربية": (8000, 1500), "עברית": (8000, 2300)}},
    )
    m.quality.append(Quality(code="x", severity="error", where="<where>", message="<img src=x>"))
    info = AuditInfo(
        name="<h1>審査</h1>",
        system="Bot <3 \u202e",
        release="1 & 2",
        decision_kind="<kind>",
        justification="</p><script>1</script>",
        outcome=Outcome(adverse=("<no>",), favorable_is_rest=True),
    )
    return m.record(audit=info)


def many(groups: int) -> AuditRecord:
    """Many groups, with names of 60 characters."""
    m = Maker(groups * 300)
    counts: Counts = {
        f"group {i:04d} with a name that goes on for quite a long while {i % 7}"[:60]: (
            300,
            60 + (i * 37) % 25 + (60 if i % 97 == 3 else 0),
        )
        for i in range(groups)
    }
    m.segment("branch", counts, next(iter(counts)))
    m.ask(
        "denied",
        "Are requests refused alike in every branch?",
        "adverse_rate",
        "adverse",
        {"branch": counts},
    )
    return m.record()


def six() -> AuditRecord:
    """Six questions over two attributes: a typical record."""
    m = Maker()
    m.segment("zip_income", ZIP, "5", "proxy")
    m.segment("language", LANGUAGE, "en", "protected", {"unknown": "unknown"})
    for i, (measure, side) in enumerate(
        [
            ("adverse_rate", "adverse"),
            ("favorable_rate", "favorable"),
            ("wrongful_adverse_rate", "adverse"),
            ("wrongful_favorable_rate", "favorable"),
            ("adverse_precision", "favorable"),
            ("label_coverage", "favorable"),
        ]
    ):
        shift = 1 + 0.4 * i
        tables = {
            name: {
                g: (n, round(x * shift) if round(x * shift) < n else n - 1)
                for g, (n, x) in table.items()
            }
            for name, table in (("zip_income", ZIP), ("language", LANGUAGE))
        }
        m.ask(
            f"q{i}",
            f"Question {i + 1}: are customers treated alike?",
            measure,
            side,
            tables,
            gate=i < 4,
            currency="USD",
        )
    return m.record()


def long_questions() -> AuditRecord:
    """Nine questions whose words go on and on."""
    m = Maker()
    m.segment("zip_income", ZIP, "5", "proxy")
    ask = "Are customers in this rather long question treated alike when they call, write or chat"
    for i in range(9):
        m.ask(
            f"q{i}",
            f"{i + 1}. {ask}, " + "and so on " * 15 + "?",
            "adverse_rate",
            "adverse",
            {"zip_income": ZIP},
            gate=i < 4,
        )
    return m.record()


ALL = {
    "long_questions": long_questions,
    "failing": failing,
    "passing": passing,
    "inconclusive": inconclusive,
    "signal": signal,
    "not_assessed": not_assessed,
    "single_group": single_group,
    "all_small": all_small,
    "empty": empty,
    "ungated": ungated,
    "favoured": favoured,
    "hostile": hostile,
    "forty": lambda: many(40),
    "thousand": lambda: many(1000),
    "six": six,
}

__all__ = ["ALL", "HOSTILE"]
