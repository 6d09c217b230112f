"""How a gap is held against its limit, on each scale that a measure may have."""

from dataclasses import asdict

from careaudit.measures import Gap, Measure, Rate, Share
from careaudit.plan import Limit
from careaudit.scales.base import Asking, Evidence, Ranges, Scale, Spread
from careaudit.scales.chances import Chance, Chances, chances, ends_of, expected
from careaudit.scales.counts import Counts, counted, variance, weigh
from careaudit.scales.means import Means
from careaudit.stats.tolerance import Tolerance


def scale(measure: Measure, limit: Limit, *, by_chance: bool = False) -> Scale:
    """Return the scale of a measure beside a question's limit; `by_chance` of members by chance."""
    adverse, beside = measure.orientation == "adverse", tolerated(measure, limit)
    if isinstance(measure, Rate) and isinstance(beside, Tolerance):
        return Chances(adverse, beside) if by_chance else Counts(adverse, beside)
    return Means(adverse, beside)


def tolerated(measure: Measure, limit: Limit) -> Tolerance | Share | Gap:
    """Return the limit on the measure's scale; where the question sets none, the measure's own."""
    if isinstance(measure.limit, Tolerance):
        return Tolerance(limit.ratio, limit.floor, limit.cap)
    if limit.gap is not None:
        return Gap(limit.gap)
    return Share(limit.share) if limit.share is not None else measure.limit


def limit_of(measure: Measure, limit: Limit) -> dict[str, float]:
    """Return the limit in force as the record's keys."""
    return asdict(tolerated(measure, limit))


__all__ = [
    "Asking",
    "Chance",
    "Chances",
    "Counts",
    "Evidence",
    "Means",
    "Ranges",
    "Scale",
    "Spread",
    "chances",
    "counted",
    "ends_of",
    "expected",
    "limit_of",
    "scale",
    "tolerated",
    "variance",
    "weigh",
]
