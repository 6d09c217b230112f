"""What a reader should know about the data and the plan: the record's quality findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from careaudit.check import no_inputs
from careaudit.judge import Asked, Judged, judge
from careaudit.measures import Pair, Rate, amounts
from careaudit.plan import Plan
from careaudit.questions import BLIND, Reader
from careaudit.record import Quality
from careaudit.sources import Scan
from careaudit.stats.clustering import deff_flip
from careaudit.stats.power import retrodesign

NOTABLE_UNKNOWN = 0.05
AGED_DAYS = 180
"""A reference last checked longer ago than this may have changed (governance 7)."""
WEAK = 0.20
"""A fail found with less power than this at the limit overstates the gap (methods 1.9)."""


def all_notes(
    plan: Plan,
    scan: Scan,
    reader: Reader,
    asked: Sequence[Asked],
    judged: Sequence[Judged],
    as_of: date,
) -> list[Quality]:
    """Return every note, the data's first, then the plan's, then the verdicts'."""
    found = [*scan.quality, *reader.notes(), *_plan_notes(plan), *_unknown_notes(scan)]
    found += [*_preset_notes(plan, as_of), *_ratio_notes(plan, reader)]
    found += _amount_notes(plan, reader)
    if reader.clustered:
        found += _shared_notes(plan, reader)
    else:
        found.append(_clustering_note(plan, asked, judged))
    for item in judged:
        lack = reader.missing(item.asked.question, item.asked.measure)
        if lack:
            found.append(_note(lack[0], "warning", item.asked.question.id,
                               f"Not answered: {lack[1]}."))  # fmt: skip
        found += _weak_fails(item, plan.statistics.alpha)
        found += _crude_only(item.asked)
    return found


def beforehand(plan: Plan, scan: Scan, reader: Reader) -> list[Quality]:
    """Return what a plan's author should know of it and of its log before an audit."""
    data = [note for note in scan.quality if note.severity != "info"]
    return [*data, *reader.notes(), *_no_inputs(plan)]


def _note(code: str, severity: str, where: str, message: str, rows: int | None = None) -> Quality:
    return Quality.model_validate(
        {"code": code, "severity": severity, "where": where, "message": message, "rows": rows}
    )


def _plan_notes(plan: Plan) -> list[Quality]:
    found = []
    outcome = plan.outcome
    if outcome and not (outcome.favorable and outcome.adverse):
        side, named = (
            ("favorable", outcome.adverse) if outcome.adverse else ("adverse", outcome.favorable)
        )
        found.append(
            _note(
                "other_side_is_rest", "info", "outcome",
                f"Every decision value but {', '.join([*named, *outcome.neutral])} counts as "
                f"{side}.",
            )
        )  # fmt: skip
    if outcome and not outcome.confirmed:
        found.append(
            _note(
                "outcome_unconfirmed", "warning", "outcome",
                "No person has confirmed yet which decisions are good for customers "
                "(confirmed = false).",
            )
        )  # fmt: skip
    return [*found, *_no_inputs(plan)]


def _no_inputs(plan: Plan) -> list[Quality]:
    """Name declared inputs that are none: nothing can go along with a gap through them."""
    return [
        _note(
            "driver_is_output", "warning", "[drivers] fields",
            f'"{name}" is {what}: it is not looked at as an input. Take it out of the list.',
        )
        for name, what in no_inputs(plan).items()
    ]  # fmt: skip


def _crude_only(asked: Asked) -> list[Quality]:
    """Say of a question about other things than rates that its gap is shown crude only."""
    if not asked.question.within or isinstance(asked.measure, Rate):
        return []
    within = ", ".join(asked.question.within)
    return [
        _note(
            "within_rates_only", "info", asked.question.id,
            f"Like is compared with like for rates; {asked.measure.name} is none, so its gap is "
            f"not shown within {within}.",
        )
    ]  # fmt: skip


def _preset_notes(plan: Plan, as_of: date) -> list[Quality]:
    """Warn of a reference that nobody has checked for long."""
    preset = plan.preset
    if preset is None or (as_of - preset.as_of).days <= AGED_DAYS:
        return []
    return [
        _note(
            "reference_aged", "warning", f"preset {preset.name}",
            f"{preset.title}: source and status ({preset.status}) were last checked on "
            f"{preset.as_of}, {(as_of - preset.as_of).days} days before this audit.",
        )
    ]  # fmt: skip


def _ratio_notes(plan: Plan, reader: Reader) -> list[Quality]:
    """Say what impact ratios cannot show: rare adverse outcomes, and the luck of the highest."""
    if plan.impact_ratio is None:
        return []
    found = [
        _note(
            "best_of_several", "info", "impact_ratio",
            "Impact ratios are taken against the highest of several rates, which is in part luck: "
            "with eight groups of 200 decisions and one true rate of 30 %, the lowest ratio is "
            "0.74 on average. Each stands beside its range, which takes decisions as independent.",
        )
    ]  # fmt: skip
    adverse = reader.adverse / (reader.adverse + reader.favorable)
    if adverse < 1 - BLIND:
        found.append(
            _note(
                "rare_adverse", "warning", "impact_ratio",
                f"{adverse:.1%} of all decisions are adverse. Ratios of favorable rates hide gaps "
                "in so rare an outcome: read the ratio of adverse rates beside them.",
            )
        )  # fmt: skip
    return found


def _unknown_notes(scan: Scan) -> list[Quality]:
    return [
        _note(
            "unknown_segment",
            "warning" if n / scan.rows_used > NOTABLE_UNKNOWN else "info",
            name,
            f"{name} is not recorded for {n:,} of {scan.rows_used:,} decisions "
            f"({n / scan.rows_used:.1%}).",
            n,
        )
        for name, n in scan.unknown.items()
        if n
    ]


def _shared_notes(plan: Plan, reader: Reader) -> list[Quality]:
    """Name segments that customers change within: their groups are not independent (1.8)."""
    customers = reader.scan.customers or 0
    return [
        _note(
            "customers_in_several_groups", "info", segment.name,
            f"{customers:,} customers have {reader.memberships(segment.name):,} memberships in "
            f"groups of {segment.name}. The error of a gap between two rates allows for it; other "
            "gaps are tested as if groups shared no customer.",
        )
        for segment in plan.segments
        if not segment.probable and reader.memberships(segment.name) > customers
    ]  # fmt: skip


def _amount_notes(plan: Plan, reader: Reader) -> list[Quality]:
    """Count grants of unknown amount, which money figures have to do without."""
    if "amount" not in plan.log.columns:
        return []
    found = amounts(reader.cells("").cell(()), clustered=False)
    unknown = found.grants - found.priced
    if not unknown:
        return []
    return [
        _note(
            "missing_amount", "warning", "amount",
            f"{unknown:,} of {found.grants:,} favorable decisions have no amount. Money figures "
            "take them as large as the others, and are left out where they are uneven.",
            unknown,
        )
    ]  # fmt: skip


def _clustering_note(plan: Plan, asked: Sequence[Asked], judged: Sequence[Judged]) -> Quality:
    """Say how dependent decisions would have to be to change a verdict (methods 1.8)."""

    @cache
    def verdicts(deff: float) -> list[str]:
        return [item.verdict for item in judge(asked, plan.statistics, design_effect=deff)]

    changes = []
    for place, item in enumerate(judged):
        flip = deff_flip(lambda deff, place=place: verdicts(deff)[place])  # type: ignore[misc]
        if flip is not None:
            changes.append(f"{item.asked.question.id} at {flip:.2f}")
    told = (
        f"verdicts would change at a design effect of: {'; '.join(changes)}"
        if changes
        else "no verdict would change up to a design effect of 50"
    )
    return _note(
        "clustering_unknown", "info", "subject_id",
        f"The log names no customers, so decisions are taken as independent; {told}.",
    )  # fmt: skip


def _weak_fails(item: Judged, alpha: float) -> list[Quality]:
    """Name fails that so small a log would rarely have found at the limit: they exaggerate."""
    found = []
    for pair, ruling in zip(item.pairs, item.rulings, strict=True):
        if ruling.verdict != "fail":
            continue
        effect, error = _at_the_limit(item.asked, pair)
        design = retrodesign(effect, error, alpha * pair.weight)
        if float(design.power) < WEAK:
            found.append(
                _note(
                    "low_power_fail", "warning",
                    f"{pair.question}/{pair.segment}/{pair.group.group}",
                    "This gap needs action but rests on few decisions. A gap at the limit would "
                    f"be found in only {design.power:.0%} of such logs, there look "
                    f"{design.type_m:.1f} times as large, and in {design.type_s:.1%} of them the "
                    "wrong way round. The true gap may be smaller than the one shown.",
                )
            )  # fmt: skip
    return found


def _at_the_limit(asked: Asked, pair: Pair) -> tuple[float, float]:
    """The tolerated gap of a pair, and the standard error of its gap."""
    limit = asked.scale.tolerated(pair)
    return limit, max(float(asked.scale.errors([pair])[0]) * limit, 1e-6)


def unexplained(plan: Plan) -> list[Quality]:
    """Say that nothing was looked for that goes along with a gap, where the plan asks for it."""
    if not (plan.drivers.fields or plan.log.columns.get("text")):
        return []
    return [
        _note(
            "drivers_skipped", "info", "drivers",
            "Nobody looked for what goes along with the gaps: it was asked to leave that out.",
        )
    ]  # fmt: skip
