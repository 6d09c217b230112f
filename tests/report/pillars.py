"""Audit records made in code for every unit and every pillar's picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import records
from records import Counts, Maker

from careaudit.record import (
    Affected,
    AuditRecord,
    Comparison,
    Conditional,
    Detectable,
    Estimate,
    Interval,
    Level,
    Limit,
    Money,
    Quality,
    Question,
    Score,
    SecondLook,
    Step,
    Strata,
    Unit,
)

Readings = dict[str, tuple[int, float, float]]
"""Group -> (decisions, value, standard error)."""

LANGUAGE: Counts = {"en": (6000, 900), "es": (2400, 480), "vi": (1200, 190), "zh": (900, 150)}


def reading(
    measure: str,
    unit: Unit,
    segment: str | None,
    group: str | None,
    found: tuple[int, float, float] | None,
    **more: Any,
) -> Estimate:
    """Return an estimate on a scale; None is a group whose value the record hides."""
    n, value, se = found or (4, None, None)
    ends = (None, None)
    if value is not None and se is not None:
        ends = (value - 1.96 * se, value + 1.96 * se)
    return Estimate(
        measure=measure,
        segment=segment,
        group=group,
        n=n,
        events=None,
        value=value,
        low=ends[0],
        high=ends[1],
        confidence=0.95,
        method="normal",
        state="suppressed" if found is None else "estimated",
        unit=unit,
        **more,
    )


def on_scale(
    question: str,
    measure: str,
    unit: Unit,
    orientation: str,
    segment: str,
    pair: tuple[str, str],
    found: Readings,
    tolerated: float,
    currency: str | None = None,
) -> Comparison:
    """Return a comparison of two means as the record holds it: no odds, no people."""
    group, reference = pair
    (n, value, se), (m, other, err) = found[group], found[reference]
    d, spread = value - other, math.hypot(se, err)
    worse = d > 0 if orientation == "adverse" else d < 0
    u = abs(d) / tolerated
    z = abs(d) / spread
    fails = z > 3 and (abs(d) - tolerated) / spread > 1
    passes = (tolerated - abs(d)) / spread > 1.645
    money = None
    if unit == "money":
        lost, se_lost = -d * n, spread * n
        money = Money(
            value=lost, low=lost - 1.96 * se_lost, high=lost + 1.96 * se_lost, currency=currency
        )
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
        group_value=value,
        reference_value=other,
        difference=Interval(value=d, low=d - 1.96 * spread, high=d + 1.96 * spread),
        ratio=Interval(),
        odds_ratio=None,
        four_fifths=None,
        harmed="none" if d == 0 else ("group" if worse else "reference"),
        tolerated_gap=tolerated,
        u=Interval(
            value=u, low=max(0.0, u - 1.64 * spread / tolerated), high=u + 1.64 * spread / tolerated
        ),
        p_parity=math.erfc(z / math.sqrt(2)),
        p_adjusted=min(1.0, 3 * math.erfc(z / math.sqrt(2))),
        p_pass=0.5,
        p_beyond=0.5,
        effective_n=float(n),
        design_effect=1.0,
        in_scope=n >= 100,
        verdict="fail" if fails else "pass" if passes else "inconclusive",
        reason="established" if fails else "within_limit" if passes else "insufficient",
        detectable=Detectable(gap=2.8 * spread, n_needed=2 * n),
        affected=Affected(people=Interval(), money=money),
        score=Score(value=100 * (1 - 2**-u), low=5.0, high=95.0, severity=u),
        unit=unit,
    )


class Ask:
    """Adds questions on any scale to a Maker."""

    def __init__(self, maker: Maker | None = None, counts: Counts = LANGUAGE) -> None:
        self.m = maker or Maker(sum(n for n, _ in counts.values()))
        if maker is None:
            self.m.segment("language", counts, next(iter(counts)), "protected")

    def scale(
        self,
        name: str,
        ask: str,
        measure: str,
        unit: Unit,
        orientation: str,
        found: Readings,
        tolerated: float,
        *,
        segment: str = "language",
        limit: Limit | None = None,
        pillar: str = "fairness",
        currency: str | None = None,
        extra: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        reference, *others = found
        comparisons = [
            on_scale(name, measure, unit, orientation, segment, (g, reference), found, tolerated,
                     currency)
            for g in others
        ]  # fmt: skip
        total = sum(n for n, _, _ in found.values())
        mean = sum(n * v for n, v, _ in found.values()) / total
        self.m.estimates.append(reading(measure, unit, None, None, (total, mean, 0.01)))
        for g, one in found.items():
            self.m.estimates.append(
                reading(measure, unit, segment, g, one, **(extra or {}).get(g, {}))
            )
        self.m.comparisons += comparisons
        made = records.question(name, ask, measure, [segment], comparisons, pillar=pillar)
        self.m.questions.append(
            made.model_copy(update={"limit": limit or Limit(share=0.1), "unit": unit})
        )

    def rate(
        self, name: str, ask: str, measure: str, side: str, counts: Counts, pillar: str, **more: Any
    ) -> None:
        self.m.ask(name, ask, measure, side, {"language": counts}, pillar=pillar, **more)


def redress(
    steps: Sequence[str] = ("shown", "contest", "human", "overturn", "done"),
) -> AuditRecord:
    """Vietnamese speakers contest far less, and are overturned as often: the silent segment."""
    a = Ask()
    known: dict[str, tuple[str, str, Counts]] = {
        "shown": ("redress_shown_rate", "favorable",
                  {"en": (900, 850), "es": (480, 450), "vi": (190, 120), "zh": (150, 141)}),
        "contest": ("contest_rate", "favorable",
                    {"en": (900, 270), "es": (480, 140), "vi": (190, 11), "zh": (150, 44)}),
        "human": ("human_review_rate", "favorable",
                  {"en": (270, 240), "es": (140, 123), "vi": (11, 10), "zh": (44, 40)}),
        "overturn": ("overturn_rate", "adverse",
                     {"en": (260, 91), "es": (138, 49), "vi": (11, 4), "zh": (44, 15)}),
        "done": ("remedy_done_rate", "favorable",
                 {"en": (91, 88), "es": (49, 47), "vi": (4, 4), "zh": (15, 14)}),
    }  # fmt: skip
    for name in steps:
        measure, side, counts = known[name]
        a.rate(name, f"Redress: {name}?", measure, side, counts, "redress")
    a.m.quality.append(
        Quality(
            code="silent_segment",
            severity="warning",
            where="contest",
            message="language vi contests a refusal 0.19 times as often as en, and is overturned"
            " as often.",
        )
    )
    return a.m.record()


def curve(scale: float, top: float = 0.96, until: int = 1200) -> tuple[Step, ...]:
    """Return the share reached by time: an exponential that ends at `top`."""
    return tuple(
        Step(seconds=float(t), share=top * (1 - math.exp(-t / scale))) for t in range(20, until, 20)
    )


WAITS: Readings = {"en": (6000, 172.0, 2.1), "es": (2400, 252.4, 4.0), "vi": (1200, 180.2, 5.2),
                   "zh": (900, 299.0, 9.0)}  # fmt: skip


def waits(*, promise: bool = True) -> AuditRecord:
    """Waits for a person in seconds, with their curves and the share in time."""
    a = Ask()
    curves = {g: curve(v[1]) for g, v in WAITS.items()}
    extra = {g: {"curve": c} for g, c in curves.items()}
    a.scale("wait", "Do some customers wait longer for a person?", "wait_rmst", "seconds",
            "adverse", WAITS, 17.2, pillar="escalation", extra=extra)  # fmt: skip
    if promise:
        in_time = {g: next(s.share for s in c if s.seconds == 300) for g, c in curves.items()}
        a.rate("sla", "Is the promise kept for everyone?", "sla_attainment", "favorable",
               {g: (WAITS[g][0], round(WAITS[g][0] * s)) for g, s in in_time.items()},
               "escalation")  # fmt: skip
        a.m.estimates = [
            e.model_copy(update={"value": in_time[e.group]})
            if e.measure == "sla_attainment" and e.group in in_time
            else e
            for e in a.m.estimates
        ]
    worst = a.m.comparisons[2]
    look = SecondLook(method="log_rank", value=0.62, p=1e-9)
    a.m.comparisons[2] = worst.model_copy(update={"second_look": look})
    return promising(a.m.record(), 300.0 if promise else None)


def promising(record: AuditRecord, seconds: float | None) -> AuditRecord:
    """Return a record with a promised time."""
    audit = record.audit.model_copy(update={"promise": seconds})
    return record.model_copy(update={"audit": audit})


STARS = {"en": (300, 400, 900, 2100, 1300), "es": (260, 240, 300, 500, 300),
         "vi": (100, 90, 160, 290, 160), "zh": (70, 66, 120, 200, 120)}  # fmt: skip


def ratings(*, answered: bool = True) -> AuditRecord:
    """Ratings of 1 to 5 with a response rate, ease of 1 to 7, and a net promoter score."""
    a = Ask()
    good: Counts = {g: (sum(x), x[3] + x[4]) for g, x in STARS.items()}
    a.rate("csat", "Are customers as satisfied in every language?", "csat", "favorable", good,
           "experience")  # fmt: skip
    a.m.estimates = [
        e.model_copy(update={"levels": levels(STARS[e.group], 1)})
        if e.measure == "csat" and e.group in STARS
        else e
        for e in a.m.estimates
    ]
    if answered:
        a.rate("answers", "Does everyone answer as often?", "response_rate", "favorable",
               {g: (n, good[g][0]) for g, (n, _) in LANGUAGE.items()}, "experience")  # fmt: skip
    ease = {"en": (4000, 5.2, 0.02), "es": (1300, 4.6, 0.04), "vi": (700, 5.15, 0.05)}
    a.scale("ease", "Is it as easy for everyone to get help?", "ces", "rating", "favorable", ease,
            0.25, limit=Limit(gap=0.25), pillar="experience",
            extra=same(ease, (5, 9, 20, 60, 130, 210, 90), 1))  # fmt: skip
    net = {"en": (4000, 31.0, 1.2), "es": (1300, 12.2, 2.3), "vi": (700, 29.4, 3.1)}
    a.scale("net", "Would everyone recommend the service alike?", "nps", "points", "favorable",
            net, 10.0, limit=Limit(gap=10.0), pillar="experience",
            extra=same(net, (4, 2, 2, 3, 5, 9, 14, 40, 60, 80, 75), 0))  # fmt: skip
    return a.m.record()


def levels(counts: Sequence[int], first: int) -> tuple[Level, ...]:
    return tuple(Level(rating=float(first + i), n=n) for i, n in enumerate(counts))


def same(groups: Readings, counts: Sequence[int], first: int) -> dict[str, dict[str, Any]]:
    """Give each group the same answers."""
    return {g: {"levels": levels(counts, first)} for g in groups}


def amounts() -> AuditRecord:
    """Money alone: the largest harm counts no people."""
    a = Ask()
    found = {"en": (6000, 38.0, 0.31), "es": (2400, 26.88, 0.52), "vi": (1200, 37.6, 0.8)}
    a.scale("amount", "Do some customers get less money per request?", "amount_per_request",
            "money", "favorable", found, 3.8, currency="USD")  # fmt: skip
    record = a.m.record()
    lost = a.m.comparisons[0].affected.money
    return record.model_copy(
        update={
            "audit": record.audit.model_copy(update={"currency": "USD"}),
            "impact": record.impact.model_copy(update={"people": Interval(), "money": lost}),
        }
    )


def scores() -> AuditRecord:
    """Areas, scores and a plan's own mean: ratios and odds are null."""
    a = Ask()
    area = {"en": (6000, 0.812, 0.006), "es": (2400, 0.731, 0.011), "vi": (1200, 0.806, 0.014)}
    a.scale("auc", "Does the score tell cases apart as well for everyone?", "score_auc", "area",
            "favorable", area, 0.05, limit=Limit(gap=0.05))  # fmt: skip
    off = {"en": (6000, 0.004, 0.005), "es": (2400, -0.061, 0.008), "vi": (1200, 0.002, 0.012)}
    a.scale("calibration", "Does a score mean the same for everyone?", "score_calibration",
            "score", "favorable", off, 0.05, limit=Limit(gap=0.05))  # fmt: skip
    own = {"en": (6000, 12.4, 0.1), "es": (2400, 12.3, 0.2), "vi": (1200, 11.9, 0.3)}
    a.scale("effort", "Is as much effort seen?", "effortful_minutes", "number", "favorable", own,
            1.24)  # fmt: skip
    return a.m.record()


def layers() -> AuditRecord:
    """Relevance, respect and a solution at hand."""
    a = Ask()
    for name, measure, rate in (
        ("relevance", "relevant_rate", 0.71),
        ("respect", "respectful_rate", 0.93),
        ("ready", "resolution_ready_rate", 0.55),
    ):
        counts = {
            g: (n, round(n * (rate - (0.09 if g == "es" else 0)))) for g, (n, _) in LANGUAGE.items()
        }
        a.rate(name, f"Layer: {name}?", measure, "favorable", counts, "consent")
    return a.m.record()


def like(
    c: Comparison, estimate: str, value: float | None, se: float | None, *flags: str
) -> Conditional:
    ends = (None, None) if value is None or se is None else (value - 2 * se, value + 2 * se)
    return Conditional(
        question=c.question, segment=c.segment or "", group=c.group or "",
        reference=c.reference or "", within=("intent",), method="mantel_haenszel",
        estimate=estimate, value=value, low=ends[0], high=ends[1],  # type: ignore[arg-type]
        excluded_share=0.31 if value is None else 0.02, flags=flags,
    )  # fmt: skip


def alike() -> AuditRecord:
    """Like for like beside the crude gap, the unknown sorted every way, crossings drawn in."""
    record = records.failing()
    pairs = [c for c in record.comparisons if c.question == "credit-denied"]
    rows: list[Conditional] = []
    for place, c in enumerate(pairs):
        held = place == 1
        flags = ("no_support", "contested") if held else ("attenuated", "contested")
        d = c.difference.value or 0.0
        rows += [
            like(c, name, None if held else share * d, se, *flags)
            for name, share, se in (
                ("rd_mh", 0.4, 0.01),
                ("standardised", 0.45, 0.012),
                ("within", 0.4, None),
                ("mix", 0.6, None),
            )
        ]
    comparisons = tuple(
        c.model_copy(update={"with_unknown": Interval(value=None, low=-0.021, high=0.118)})
        if c.segment == "language"
        else c
        for c in record.comparisons
    )
    crossings = tuple(
        i.model_copy(
            update={"shrunken": i.value * 0.9 + 0.02, "ratio": Interval(value=i.value / 0.2)}
        )
        if i.value is not None
        else i
        for i in record.intersections
    )
    strata = (
        Strata(segment="zip_income*language", groups=15, vpc=0.043, pcv=0.81),
        Strata(segment="zip_income*channel", groups=3, vpc=None, pcv=None, reason="few_groups"),
    )
    questions: tuple[Question, ...] = tuple(
        q.model_copy(update={"strata": strata}) if q.id == "credit-denied" else q
        for q in record.questions
    )
    return record.model_copy(
        update={"conditional": tuple(rows), "comparisons": comparisons, "questions": questions,
                "intersections": crossings}
    )  # fmt: skip


def hostile() -> AuditRecord:
    """Twelve groups and more, with names that try to act or go on and on, in every picture."""
    long = "a name of a group that goes on for quite a long while, and on"
    names = [*records.HOSTILE[:11], long, "L", "M"]
    counts: Counts = {name: (900, 180 + 4 * i) for i, name in enumerate(names)}
    a = Ask(counts=counts)
    for name, measure, side in (
        ("shown", "redress_shown_rate", "favorable"),
        ("contest", "contest_rate", "favorable"),
    ):
        a.rate(name, f"{name}?", measure, side, counts, "redress")
    found: Readings = {name: (900, 100.0 + 30 * i, 4.0) for i, name in enumerate(names)}
    a.scale("wait", "<b>wait</b>?", "wait_rmst", "seconds", "adverse", found, 10.0,
            pillar="escalation",
            extra={g: {"curve": curve(v[1])} for g, v in found.items()})  # fmt: skip
    a.scale("ease", "Ease?", "ces", "rating", "favorable",
            {name: (900, 4 + 0.1 * i, 0.05) for i, name in enumerate(names)}, 0.25,
            pillar="experience",
            extra={g: {"levels": levels((9, 8, 7, 60, 50, 40, 30), 1)} for g in found})  # fmt: skip
    a.scale("own", "Own?", "my_measure<i>", "number", "adverse",
            {name: (900, 1e6 + 1e5 * i, 2e4) for i, name in enumerate(names)}, 1e5)  # fmt: skip
    return a.m.record()


def lonely() -> AuditRecord:
    """One group, no pair, a hidden group and nulls: pictures of what there is."""
    m = Maker(304)
    m.segment("region", {"all": (300, 30), "tiny": (4, 1)}, None, status={"tiny": "suppressed"})
    found = (300, 200.0, 9.0)
    m.estimates += [
        reading("wait_rmst", "seconds", None, None, found, curve=curve(200.0)),
        reading("wait_rmst", "seconds", "region", "all", found, curve=curve(200.0)),
        reading("wait_rmst", "seconds", "region", "tiny", None),
        reading("ces", "rating", "region", "all", (300, 4.4, 0.1), levels=levels((1, 0, 99), 1)),
        reading("ces", "rating", "region", "tiny", None),
        records.estimate("contest_rate", "region", "all", 30, 4),
        records.estimate("contest_rate", "region", "tiny", 1, 0, "suppressed"),
        records.estimate("overturn_rate", "region", "all", 0, 0),
    ]
    for name, measure, unit, pillar in (
        ("wait", "wait_rmst", "seconds", "escalation"),
        ("ease", "ces", "rating", "experience"),
        ("contest", "contest_rate", "share", "redress"),
        ("overturn", "overturn_rate", "share", "redress"),
    ):
        made = records.question(name, f"{name}?", measure, ["region"], (), reason="no_comparator",
                                pillar=pillar)  # fmt: skip
        limit = made.limit if unit == "share" else Limit(share=0.1)
        m.questions.append(made.model_copy(update={"unit": unit, "limit": limit}))
    return m.record()


ALL = {
    "redress": redress,
    "waits": waits,
    "ratings": ratings,
    "amounts": amounts,
    "scores": scores,
    "layers": layers,
    "alike": alike,
    "pillars_hostile": hostile,
    "lonely": lonely,
}

__all__ = ["ALL"]
