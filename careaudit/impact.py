"""People, money and the Equity Impact Score (methods 3 and 12). Nothing here changes a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from careaudit.measures import MINOR, Amounts, Pair
from careaudit.measures.amount import UNEVEN_AMOUNTS, per_request, two_parts
from careaudit.record import Interval, Money, Score
from careaudit.scales import Asking, Spread, counted, variance
from careaudit.stats.arrays import two_sided_z
from careaudit.stats.parts import money_split
from careaudit.stats.people import total_excess
from careaudit.stats.score import evidence, reach, severity_score

WIDE = 40.0
"""A score range wider than this with an inconclusive verdict has no point, only its ends."""
MONTH = 30
AT_LIMIT = 50.0
LEAST_SURE = 1e6
"""A standard error, in limits, from which on a gap says nothing."""


def money(group: Amounts, reference: Amounts, currency: str | None) -> Money | None:
    """Money not paid to a group at the comparator's mean per request, in major units; > 0 harms.

    None where it cannot be told: under 50 known amounts or 2 customers on a side, or amounts
    that are known more often on one side than on the other.
    """
    found, parts = total_money([group], reference, currency), [group, reference]
    if found is None or any(part.priced < part.grants for part in parts):
        return found
    effects = [mean.design_effect if (mean := per_request(part)) else 1.0 for part in parts]
    g, r = (two_parts(part, effect) for part, effect in zip(parts, effects, strict=True))
    split = money_split(group.requests, g, r)
    granting, size = (
        Interval(
            value=float(part.value) / MINOR,
            low=float(part.low) / MINOR,
            high=float(part.high) / MINOR,
        )
        for part in (split.share, split.size)
    )
    return found.model_copy(update={"granting": granting, "size": size})


def total_people(pairs: Sequence[Pair], *, adverse: bool) -> Interval:
    """Excess adverse decisions of several groups that share one comparator."""
    counts = [counted(pair) for pair in pairs]
    reference = counts[0][1]
    found = total_excess(
        [g.n for g, _ in counts],
        [g.x / g.n for g, _ in counts],
        [variance(g, pair.group_deff) for (g, _), pair in zip(counts, pairs, strict=True)],
        reference.x / reference.n,
        variance(reference, pairs[0].reference_deff),
        adverse=adverse,
    )
    return Interval(value=float(found.value), low=float(found.low), high=float(found.high))


def total_money(
    groups: Sequence[Amounts], reference: Amounts, currency: str | None
) -> Money | None:
    """Money not paid to several groups that share one comparator; None as for one group."""
    theirs, means = per_request(reference), [per_request(group) for group in groups]
    if any(abs(group.known - reference.known) > UNEVEN_AMOUNTS for group in groups):
        return None
    value = spread_ = 0.0
    for group, mine in zip(groups, means, strict=True):
        if mine is None or theirs is None:
            return None
        value += group.requests * (theirs.m - mine.m)
        spread_ += group.requests**2 * mine.v * mine.design_effect
    requests = sum(group.requests for group in groups)
    shared = requests**2 * theirs.v * theirs.design_effect if theirs else 0.0
    arm = two_sided_z(0.95) * (spread_ + shared) ** 0.5
    low, high = (value - arm) / MINOR, (value + arm) / MINOR
    return Money(value=value / MINOR, low=low, high=high, currency=currency)


def scores(
    pairs: Sequence[Pair], spreads: Spread, asking: Asking, days: int | None, least: int = 1
) -> list[Score]:
    """Equity Impact Score of each pair of a question, with its parts.

    `days` is the length of the log; a log without dates counts as 30 days. Groups of fewer than
    `least` customers are left out of the reach. Point: evidence times
    severity. Range: the family-wise low end and the pass end of u, without the evidence factor.
    """
    if not pairs:
        return []
    per_30_days = _per_30_days(pairs, asking, days, least)
    errors = asking.scale.errors(pairs)
    believed = evidence(spreads.value, np.minimum(errors, LEAST_SURE)).b
    m = np.array([float(reach(per_30_days[pair.segment])) for pair in pairs])
    low = severity_score(spreads.family_low, m)
    high = severity_score(spreads.high, m)
    point = np.clip(severity_score(believed * spreads.value, m), low, np.maximum(low, high))
    return [
        Score(
            value=float(point[k]),
            low=float(low[k]),
            high=float(high[k]),
            severity=float(spreads.value[k]),
            evidence=float(believed[k]),
            reach=float(m[k]),
            per_30_days=per_30_days[pair.segment],
        )
        for k, pair in enumerate(pairs)
    ]


def _per_30_days(
    pairs: Sequence[Pair], asking: Asking, days: int | None, least: int
) -> dict[str, float]:
    """Positive excess adverse decisions of each attribute's groups in 30 days.

    Small groups count one by one or as their pool, whichever is more: each is in both. What is
    hidden stays out, since the sum is printed.
    """
    alone: dict[tuple[str, bool], float] = {}
    pools: dict[str, float] = {}
    for pair in pairs:
        harm = max(0.0, asking.scale.excess(pair)) if pair.group.customers >= least else 0.0
        if pair.pooled:
            pools[pair.segment] = harm
        else:
            key = pair.segment, pair.in_scope
            alone[key] = alone.get(key, 0.0) + harm
    return {
        name: (
            alone.get((name, True), 0.0) + max(alone.get((name, False), 0.0), pools.get(name, 0.0))
        )
        * MONTH
        / (days or MONTH)
        for name in {pair.segment for pair in pairs}
    }


def largest(scores_: Sequence[Interval], *, undetermined: bool) -> Interval:
    """The largest of several scores, end by end; never an average.

    With `undetermined` (an inconclusive verdict) a range over 40 wide has no point.
    """
    known = [score for score in scores_ if score.low is not None and score.high is not None]
    if not known:
        return Interval()
    low = max(score.low for score in known if score.low is not None)
    high = max(score.high for score in known if score.high is not None)
    values = [score.value for score in known if score.value is not None]
    vague = undetermined and high - low > WIDE
    return Interval(value=None if vague or not values else max(values), low=low, high=high)


def headline(score: Interval) -> str:
    """The score as one phrase, never without its range."""
    if score.low is None or score.high is None:
        return "not assessed"
    ends = f"{_whole(score.low)} to {_whole(score.high)}"
    return f"undetermined ({ends})" if score.value is None else f"{_whole(score.value)} ({ends})"


def _whole(value: float) -> str:
    """A score as a whole number, with decimals where it would cross the limit at 50."""
    for decimals in range(6):
        text = f"{value:.{decimals}f}"
        if (float(text) >= AT_LIMIT) == (value >= AT_LIMIT):
            break
    return text


def in_total(amounts: Mapping[str | None, Amounts]) -> Amounts:
    """Add the amounts of groups that share no customer."""
    parts = list(amounts.values())

    def add(name: str) -> int:
        return sum(getattr(part, name) or 0 for part in parts)

    names = [field.name for field in fields(Amounts)]
    unknown = {name for name in names if any(getattr(part, name) is None for part in parts)}
    return Amounts(**{name: None if name in unknown else add(name) for name in names})  # type: ignore[arg-type]
