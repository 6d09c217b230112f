"""What every measure is, and the samples, readings and pairs that its numbers come in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from careaudit.cells import Cell, Histogram, Slot, Slots, Term
from careaudit.stats.arrays import Estimate, Floats, two_sided_z
from careaudit.stats.behind import effective_number
from careaudit.stats.clustering import Moments, design_effect, pooled_effect
from careaudit.stats.rates import rate_interval
from careaudit.stats.tolerance import Tolerance

Orientation = Literal["favorable", "adverse"]
Unit = Literal["share", "money", "seconds", "points", "rating", "area", "score", "number"]
"""What a value counts in; as in the record."""


@dataclass(frozen=True)
class Sample:
    """One group's decisions on one measure: `x` events among `n` decisions.

    `group` is None for everybody. `moments` is None where the log names no customers. `counts`,
    `levels` and `curve` are as in `Reading`. `ends` are other events and cases that missing labels
    leave possible: a verdict needs all of them to agree. `unusable`: the share of what is recorded
    that can be no answer.
    """

    group: str | None
    n: int
    x: int
    moments: Moments | None = None
    counts: Floats | None = field(default=None, compare=False)
    levels: tuple[tuple[float, int], ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    ends: tuple[tuple[int, int], ...] = ()
    unusable: float = 0.0

    @property
    def rate(self) -> float | None:
        """Events per decision, None without decisions."""
        return self.x / self.n if self.n else None

    @property
    def known(self) -> bool:
        """Whether there is a value to compare."""
        return self.n > 0

    @property
    def lone(self) -> bool:
        """Whether all decisions are one customer's, so that no design effect can be told."""
        return self.moments is not None and self.moments.customers <= 1

    def at(self, deff: float) -> Estimate:
        """The rate with its 95 % range and standard error at a design effect."""
        p, n = np.asarray(self.x / self.n), self.n / deff
        low, high = rate_interval(self.x / deff, n)
        return Estimate(p, low, high, np.sqrt(p * (1 - p) / n))

    def method(self, deff: float) -> str:
        """The name of the range's method."""
        return "clopper_pearson" if self.n / deff < 10 else "wilson"

    @property
    def customers(self) -> int:
        """Customers behind the sample; decisions where the log names no customers."""
        return self.moments.customers if self.moments else self.n

    @property
    def behind(self) -> tuple[float, float]:
        """Customers there are at least behind the events, and behind the other cases."""
        if self.moments is None:
            return float(self.x), float(self.n - self.x)
        nn, xn, xx = self.moments.nn, self.moments.xn, self.moments.xx
        return effective_number(self.x, xx), effective_number(self.n - self.x, nn - 2 * xn + xx)

    @property
    def design_effect(self) -> float:
        """The sample's own design effect (methods 1.8): 1 without customers or decisions.

        A single customer is worth one decision, whatever the number of decisions.
        """
        if self.moments is None or not self.n:
            return 1.0
        own = design_effect(self.n, self.x, self.moments)
        return float(self.n) if own is None else own


@dataclass(frozen=True)
class Reading:
    """One group's value on a scale that is no count: money, seconds, points, an area.

    n: the decisions it rests on. `at` gives the value with its 95 % range and standard error at a
    design effect; None where there is no value. `also` is another way to the same value: a verdict
    needs both to agree. `counts` is what a second look needs; `curve` and
    `levels` are what a picture needs: (seconds, share) and (rating, n). `known_share`: of the
    decisions that should have a number, how many have one. `until`: the seconds up to which waits
    count, where they are cut. `dominated`, of a mean: whether one customer may carry so much of the
    sum that another could work it out.
    """

    group: str | None
    n: int
    customers: int
    design_effect: float
    at_: Callable[[float], Estimate] | None
    how: str
    also: Callable[[float], Estimate] | None = None
    counts: Floats | None = field(default=None, compare=False)
    curve: tuple[tuple[float, float], ...] = ()
    levels: tuple[tuple[float, int], ...] = ()
    lone: bool = False
    known_share: float = 1.0
    unusable: float = 0.0
    until: float | None = None
    dominated: bool | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value to compare."""
        return self.at_ is not None

    @property
    def rate(self) -> float | None:
        """The value, None where there is none."""
        return float(self.at(1.0).value) if self.at_ else None

    def at(self, deff: float) -> Estimate:
        """The value with its 95 % range and standard error at a design effect."""
        if self.at_ is None:
            msg = f"{self.group} has no value"
            raise ValueError(msg)
        return self.at_(deff)

    def method(self, _: float) -> str:
        """The name of the range's method."""
        return self.how


Seen = Sample | Reading


def normal(m: float, v: float, deff: float, low: float = -np.inf, high: float = np.inf) -> Estimate:
    """Return a value with its normal 95 % range inside [low, high], v its variance at deff 1."""
    se = (v * deff) ** 0.5
    arm = two_sided_z(0.95) * se
    return Estimate(*map(np.asarray, (m, max(m - arm, low), min(m + arm, high), se)))


def pooled_design_effect(samples: Sequence[Seen]) -> float:
    """The mean of the samples' own design effects, weighted by decisions (methods 1.8).

    A single customer's is not known and is left out.
    """
    known = [s for s in samples if s.n and not s.lone]
    return pooled_effect([s.n for s in known], [s.design_effect for s in known])


def pool_samples(group: str, samples: Sequence[Seen]) -> Sample:
    """Add counted samples that share no customer into one of the given name."""
    pooled = Sample(group, 0, 0, None)
    for sample in samples:
        if not isinstance(sample, Sample):
            msg = f"{sample.group} is no count: pool its cells"
            raise TypeError(msg)
        moments = sample.moments
        if moments and pooled.moments:
            moments = Moments(
                pooled.moments.customers + moments.customers,
                pooled.moments.nn + moments.nn,
                pooled.moments.xn + moments.xn,
                pooled.moments.xx + moments.xx,
            )
        pooled = replace(pooled, n=pooled.n + sample.n, x=pooled.x + sample.x, moments=moments)
    return pooled


@dataclass(frozen=True)
class Pair:
    """One group and its comparator, ready to be tested; `weight` is its share of the family.

    `pooled` marks the pair of all small groups. `must_pass`: the question passes only if it does.
    `shared`: what customers who stand on both sides multiply the variance of the gap by (1.8).
    """

    question: str
    segment: str
    group: Seen
    reference: Seen
    group_deff: float
    reference_deff: float
    weight: float
    in_scope: bool
    must_pass: bool
    pooled: bool = False
    protect: bool = False
    shared: float = 1.0


@dataclass(frozen=True)
class Share:
    """A limit that is a share of the comparator's value."""

    share: float


@dataclass(frozen=True)
class Gap:
    """A limit in the measure's own unit."""

    gap: float


TENTH = Share(0.10)
"""Means and times: a tenth of the comparator's (methods 1.12)."""


@dataclass(frozen=True)
class Measure(ABC):
    """A named measure: what it says, how it is computed, and when it misleads.

    `orientation` says whether more of it is good (favorable) or bad (adverse) for the customer.
    """

    name: str
    kind: str
    orientation: Orientation
    pillar: str
    ask: str
    formula: str
    fields: tuple[str, ...]
    misleads: str
    oracle: str

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """What its values count in."""

    @property
    @abstractmethod
    def limit(self) -> Tolerance | Share | Gap:
        """The limit where a plan sets none (methods 1.2, 1.12)."""

    @property
    @abstractmethod
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """The histograms it needs of each cell."""
        return ()

    @property
    def unseen(self) -> str:
        """Why a log that has cases may show no value."""
        return f"too few decisions carry it: {self.formula}"

    @property
    @abstractmethod
    def cases(self) -> Slots:
        """The slots of the decisions that it is about."""

    @property
    def asks_every_row(self) -> bool:
        """Whether it counts rows on neither side of the decision."""
        return Slot.UNDECIDED in self.cases

    @abstractmethod
    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Seen:
        """Read the sample of a group from its cell; `clustered` where customers are named."""

    def second_book(self, cell: Cell) -> list[tuple[float, int]]:  # noqa: ARG002
        """The same value as a weighted mean: numbers and how often each stands; none without."""
        return []

    def second_look(self, group: Seen, reference: Seen) -> dict[str, Any] | None:  # noqa: ARG002
        """Look at the same gap in another way: method, value, low, high and p, or None."""
        return None

    def settle(self, seen: Sequence[Seen]) -> tuple[Seen, ...]:
        """Bring the groups of one segment to common ground, such as a time all can be seen to."""
        return tuple(seen)

    def together(self, found: Seen, parts: Sequence[Seen]) -> Seen:  # noqa: ARG002
        """Bring groups that were read as one to the ground on which they stand one by one."""
        return found
