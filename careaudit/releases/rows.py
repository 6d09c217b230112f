"""From groups in both releases to numbers: changes, gaps, worsening, people and money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from careaudit.record import Comparison, Interval, Money, Verdict
from careaudit.releases.document import CONFIDENCE, GroupChange, StandardisedGap
from careaudit.releases.units import Both, Place, Strata, Unit
from careaudit.stats.arrays import Floats
from careaudit.stats.releases import (
    Change,
    gap_change,
    mcnemar_exact,
    paired_change,
    standardise,
    unpaired_change,
)

SUPPORT = 0.20
"""Decisions outside the common mix above which nothing is said of it (methods 6)."""
SURE = 2 * 0.95 - 1  # the two-sided level whose ends are the one-sided 95 % limits
LIKELY = 2 * CONFIDENCE - 1


class Weighed(NamedTuple):
    """What is known of several rows; arrays of equal length, `mcnemar` None where unpaired."""

    change: Change
    gap: Change
    worsening: Floats
    upper: Floats
    lower80: Floats
    p: Floats
    mcnemar: Floats | None


def weigh(units: Sequence[Unit], *, adverse: bool) -> Weighed:
    """Test the rows of one question, all paired or all unpaired."""
    ours, flips = _change([unit.ours for unit in units])
    theirs, _ = _change([unit.theirs for unit in units])
    gap = gap_change(ours, theirs, np.array([unit.correlation for unit in units]))
    upper, _ = _worsening(gap, SURE, adverse=adverse)
    _, lower80 = _worsening(gap, LIKELY, adverse=adverse)
    return Weighed(
        change=ours,
        gap=gap,
        worsening=gap.value if adverse else -gap.value,
        upper=upper,
        lower80=lower80,
        p=gap.p(),
        mcnemar=None if flips is None else mcnemar_exact(flips[1], flips[2]),
    )


def _change(sides: Sequence[Both]) -> tuple[Change, Floats | None]:
    flips = [both.flips for both in sides if both.flips is not None]
    if flips:
        counts = np.array(flips).reshape(-1, 4).T
        return paired_change(*counts), counts
    old, new = (np.array([both[place] for both in sides]).reshape(-1, 3).T for place in (0, 1))
    return unpaired_change(old[1] * old[2], old[2], new[1] * new[2], new[2]), None


def _worsening(gap: Change, level: float, *, adverse: bool) -> tuple[Floats, Floats]:
    """Return the upper and the lower limit of the worsening."""
    low, high = gap.interval(level)
    return (high, low) if adverse else (0.0 - low, 0.0 - high)


def mixed(unit: Unit, strata: Strata | None, *, adverse: bool) -> StandardisedGap | str:
    """Return a row over the common mix of both releases, or why there is none."""
    if unit.ours.flips is not None:
        return "same_cases"
    if strata is None:
        return "no_strata"
    changes, rates, excluded = [], [], 0.0
    for both, members in ((unit.ours, unit.members), (unit.theirs, unit.against)):
        counts = np.array(strata.of(members), dtype=np.float64).reshape(-1, 4).T
        n_old, x_old, n_new, x_new = counts
        found = standardise(x_old, n_old, x_new, n_new)
        if found.excluded > SUPPORT or not counts.size:
            return "little_support"
        # Decisions of one customer are alike here as they are in the plain comparison.
        worth_old = found.n_old * both.old.effective / both.old.n
        worth_new = found.n_new * both.new.effective / both.new.n
        changes.append(
            unpaired_change(found.old * worth_old, worth_old, found.new * worth_new, worth_new)
        )
        rates.append((float(found.old), float(found.new)))
        excluded = max(excluded, float(found.excluded))
    gap = gap_change(changes[0], changes[1])
    upper, _ = _worsening(gap, SURE, adverse=adverse)
    (old, new), (old_other, new_other) = rates
    own = unit.reference is None
    return StandardisedGap(
        within=strata.within,
        old_value=old,
        new_value=new,
        gap_old=None if own else old - old_other,
        gap_new=None if own else new - new_other,
        gap_change=Interval() if own else _interval(gap, ()),
        worsening_upper=None if own else float(upper),
        excluded_share=excluded,
    )


def ruled(
    upper: float, lower80: float, p_adjusted: float, over_mix: StandardisedGap | str,
    *, margin: float, alpha: float, must_pass: bool,
) -> tuple[Verdict, str]:  # fmt: skip
    """Return the verdict of one row (methods 9); over a common mix, both must pass."""
    if p_adjusted <= alpha and lower80 > margin:
        return "fail", "worse"
    if not must_pass:
        return "inconclusive", "too_small_alone"
    limits = [upper]
    if isinstance(over_mix, StandardisedGap) and over_mix.worsening_upper is not None:
        limits.append(over_mix.worsening_upper)
    if max(limits) < margin:
        return "pass", "not_worse"
    return "inconclusive", "insufficient"


class Told(NamedTuple):
    """What the rule says of one row."""

    p_adjusted: float | None
    over_mix: StandardisedGap | str
    verdict: Verdict | None
    reason: str


def row(
    place: Place, unit: Unit, weighed: Weighed, at: int, told: Told, money: Money | None,
    *, adverse: bool,
) -> GroupChange:  # fmt: skip
    """Write one row of the comparison."""
    own = unit.reference is None
    (old, new, _), (other_old, other_new, _) = unit.ours, unit.theirs
    change = _interval(weighed.change, at)
    return GroupChange(
        id=f"{place.question}/{place.segment}/{unit.group}",
        question=place.question,
        measure=place.measure,
        segment=place.segment,
        group=unit.group,
        reference=unit.reference,
        orientation="adverse" if adverse else "favorable",
        n_old=old.n,
        n_new=new.n,
        old_value=old.rate,
        new_value=new.rate,
        change=change,
        gap_old=None if own else old.rate - other_old.rate,
        gap_new=None if own else new.rate - other_new.rate,
        gap_change=Interval() if own else _interval(weighed.gap, at),
        worsening_upper=None if own else float(weighed.upper[at]),
        worsening_lower80=None if own else float(weighed.lower80[at]),
        p=None if own else float(weighed.p[at]),
        p_adjusted=told.p_adjusted,
        mcnemar_p=None if weighed.mcnemar is None else float(weighed.mcnemar[at]),
        effective_old=old.effective,
        effective_new=new.effective,
        standardised=told.over_mix if isinstance(told.over_mix, StandardisedGap) else None,
        standardised_reason=told.over_mix if isinstance(told.over_mix, str) else None,
        in_scope=unit.must_pass,
        verdict=told.verdict,
        reason=told.reason,
        people=_people(change, new.n, adverse=adverse),
        money=money,
    )


def _interval(change: Change, at: int | tuple[()]) -> Interval:
    low, high = change.interval()
    return Interval(value=float(change.value[at]), low=float(low[at]), high=float(high[at]))


def _people(change: Interval, n: int, *, adverse: bool) -> Interval:
    """Adverse decisions gained against the old rate, among the new release's decisions."""
    value, low, high = (n * (end or 0.0) for end in (change.value, change.low, change.high))
    if adverse:
        return Interval(value=value, low=low, high=high)
    return Interval(value=0.0 - value, low=0.0 - high, high=0.0 - low)  # never minus zero


def money(before: Comparison, now: Comparison) -> Money | None:
    """How much a group's shortfall against the reference grew, per decision of the new window.

    The old shortfall is scaled to the new number of decisions; the two windows are taken as
    independent. None where a record has no money for the group, or another currency.
    """
    was, is_ = before.affected.money, now.affected.money
    if was is None or is_ is None or was.currency != is_.currency or not before.n:
        return None
    ends = (was.value, was.low, was.high, is_.value, is_.low, is_.high)
    if any(end is None for end in ends):
        return None
    v0, low0, high0, v1, low1, high1 = (float(end or 0.0) for end in ends)
    k = now.n / before.n
    value = v1 - k * v0
    return Money(
        value=value,
        low=value - float(np.hypot(v1 - low1, k * (high0 - v0))),
        high=value + float(np.hypot(high1 - v1, k * (v0 - low0))),
        currency=is_.currency,
    )
