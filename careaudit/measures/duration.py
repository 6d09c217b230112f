"""The duration kind: waits that end, are given up, or are still open (methods 4).

Open cases count as long as they were seen to last; none is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from careaudit.carried import ENDED, GAVE_UP, OPEN, STATES, LogWait, Wait
from careaudit.cells import EVERY, Cell, Histogram, Quantity, Slots, Term
from careaudit.conditions import Known, both
from careaudit.measures.base import TENTH, Gap, Measure, Reading, Seen, Share, Unit
from careaudit.measures.summed import Summed
from careaudit.stats import survival
from careaudit.stats.arrays import Estimate, Floats, two_sided_z
from careaudit.stats.tolerance import Tolerance

POINTS = 60
"""Steps that a picture of a curve has at most."""
IN_SCOPE = 100
"""Waits that a group needs to have a say in how far the groups are seen."""


@dataclass(frozen=True)
class Duration(Measure):
    """Waits of rows of some slots: their mean up to a horizon, a quantile, or the share in time.

    mean: restricted mean, each wait counted as at most the horizon, which is `until` or the
    longest that all groups can be seen to. A wait that is given up is censored for the mean and
    for quantiles: they tell of those who stay. For `in_time` it is an end of its own.
    """

    wait: Wait = field(kw_only=True)
    what: Literal["mean", "median", "p90", "in_time"] = field(kw_only=True)
    cases: Slots = EVERY
    until: int | None = None
    unit: Unit = "seconds"
    limit: Share | Gap | Tolerance = TENTH

    @property
    def unseen(self) -> str:
        """Why a log that has cases may show no value."""
        return f"the log ends, or waits are given up, before enough of them end: {self.formula}"

    @property
    def _histogram(self) -> Histogram:
        return Histogram(self.wait, self.cases)

    @property
    def _summed(self) -> Summed:
        wait = self.wait
        log = LogWait(wait.start, wait.end, wait.gave_up, wait.of)
        begun = both(Known(wait.start), wait.of) if wait.of else Known(wait.start)
        return Summed(
            Quantity(self.cases, condition=begun),
            Quantity(self.cases, power=1, number=log),
            Quantity(self.cases, power=2, number=log),
        )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell: how alike one customer's waits are."""
        return self._summed.terms

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """Waits by length and end."""
        return (self._histogram,)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the waits of a group from its cell."""
        waits = _table(cell.bins(self._histogram))
        n = int(waits[1:].sum())
        own = self._summed.read(cell, clustered=clustered)
        found = Reading(
            group,
            n,
            own.customers if clustered else n,
            own.design_effect,
            None,
            _METHODS[self.what],
            counts=waits,
            curve=_curve(waits, self.wait.limit) if n else (),
            lone=own.lone,
            unusable=max(1 - n / own.n, 0.0) if own.n else 0.0,
        )
        return self._at(found, self.until or _horizon(waits)) if n else found

    def settle(self, seen: Sequence[Seen]) -> tuple[Seen, ...]:
        """Restrict all means to the longest time to which every group of some size is seen.

        Where no group has that size, to which every group is that has a mean at all.
        """
        groups = [one for one in seen if isinstance(one, Reading)]
        large = [one for one in groups if one.n >= IN_SCOPE]
        ends = [_horizon(one.counts) for one in large or groups if large or one.known]
        if self.what != "mean" or not ends:
            return tuple(seen)
        tau = min([*ends, *([self.until] if self.until else [])])
        return tuple(self._at(one, tau) if one.n else one for one in groups)

    def together(self, found: Seen, parts: Sequence[Seen]) -> Seen:
        """Restrict a mean of several groups to the time to which each of them is."""
        ends = [one.until for one in parts if isinstance(one, Reading) and one.until]
        return self._at(found, min(ends)) if ends and isinstance(found, Reading) else found

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:
        """Compare the whole curves: ends of the group over those expected (log-rank)."""
        if group.counts is None or reference.counts is None:
            return None
        waits = (group.counts, reference.counts)
        edges = np.union1d(waits[0][0], waits[1][0])
        first = _cases(_on(edges, waits[0]), group.design_effect)
        second = _cases(_on(edges, waits[1]), reference.design_effect)
        found = survival.log_rank(first, second)
        if not float(found.expected) > 0:
            return None
        value = float(found.observed / found.expected)
        return {"method": "log_rank", "value": value, "p": float(found.p)}

    def _at(self, found: Reading, tau: float) -> Reading:
        waits = found.counts
        if waits is None:
            return found
        value = {
            "mean": partial(_mean, waits, tau),
            "median": partial(_quantile, waits, 0.5),
            "p90": partial(_quantile, waits, 0.9),
            "in_time": partial(_in_time, waits, self.wait.limit or 0),
        }[self.what]
        known = bool(np.isfinite(value(1.0).value)) and (self.what != "mean" or tau > 0)
        until = tau if self.what == "mean" else None
        return replace(found, at_=value if known else None, until=until)


_METHODS = {
    "mean": "restricted_mean", "median": "kaplan_meier", "p90": "kaplan_meier",
    "in_time": "aalen_johansen",
}  # fmt: skip


def _table(bins: Any) -> Floats:
    """Waits as four rows: seconds, rising, and how many ended, were given up or are open then."""
    lengths = sorted({code // STATES for _, code in bins})
    table = np.zeros((4, len(lengths)))
    table[0] = lengths
    places = {length: place for place, length in enumerate(lengths)}
    for (_, code), n in bins.items():
        table[1 + code % STATES, places[code // STATES]] += n
    return table


def _on(edges: Floats, waits: Floats) -> Floats:
    """The same waits on a wider row of times."""
    table = np.zeros((4, edges.size))
    table[0] = edges
    table[1:, np.searchsorted(edges, waits[0])] = waits[1:]
    return table


def _cases(waits: Floats, deff: float) -> survival.Waits:
    """Ends as events, given up and open as censored."""
    ended, censored = waits[1 + ENDED], waits[1 + GAVE_UP] + waits[1 + OPEN]
    return survival.waits(waits[0], ended / deff, censored / deff)


def _horizon(waits: Floats | None) -> float:
    """The last time at which enough of a group still wait for its curve to say something."""
    if waits is None or not waits.size:
        return 0.0
    return float(survival.horizon(_cases(waits, 1.0)))


def _mean(waits: Floats, tau: float, deff: float) -> Estimate:
    if tau <= 0:
        return Estimate(*map(np.asarray, (np.inf, -np.inf, np.inf, np.inf)))
    return survival.rmst(_cases(waits, deff), tau)


def _quantile(waits: Floats, q: float, deff: float) -> Estimate:
    """A quantile with the standard error that its range implies; infinite where it is open."""
    value, low, high = (np.asarray(end) for end in survival.quantile(_cases(waits, deff), q))
    se = (high - low) / (2 * two_sided_z(0.95)) if np.isfinite(high) else np.asarray(np.inf)
    # A range of one bin alone is as wide as the bin, not certain.
    least = np.asarray(max(0.5, 0.005 * float(value)) if np.isfinite(value) else np.inf)
    return Estimate(value, low, high, np.maximum(se, least))


def _in_time(waits: Floats, limit: int, deff: float) -> Estimate:
    """The share served by the limit, where giving up is an end of its own."""
    edges = waits[0] if limit in waits[0] else np.union1d(waits[0], [limit])
    table = _on(edges, waits) / deff
    return survival.incidence(
        edges, table[1 + ENDED], table[1 + GAVE_UP], table[1 + OPEN], float(limit)
    )


def _curve(waits: Floats, limit: int | None) -> tuple[tuple[float, float], ...]:
    """The share served by each of some times, up to where few are left; the limit is among them."""
    end = _horizon(waits)
    times = waits[0][waits[0] <= end]
    if times.size > POINTS:
        times = times[np.unique(np.linspace(0, times.size - 1, POINTS).round().astype(int))]
    if limit and limit <= end:
        times = np.union1d(times, [limit])
    if not times.size:
        return ()
    table = _on(np.union1d(waits[0], times), waits)
    share = survival.incidence(
        table[0], table[1 + ENDED], table[1 + GAVE_UP], table[1 + OPEN], times
    ).value
    return tuple((float(t), float(s)) for t, s in zip(times, share, strict=True))
