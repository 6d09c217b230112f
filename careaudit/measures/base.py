"""What every measure is, and the samples and pairs that its numbers come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from careaudit.stats.clustering import Moments, design_effect, pooled_effect

Orientation = Literal["favorable", "adverse"]


@dataclass(frozen=True)
class Sample:
    """One group's decisions on one measure: `x` events among `n` decisions.

    `group` is None for everybody. `moments` is None where the log names no customers.
    """

    group: str | None
    n: int
    x: int
    moments: Moments | None = None

    @property
    def rate(self) -> float | None:
        """Events per decision, None without decisions."""
        return self.x / self.n if self.n else None

    @property
    def customers(self) -> int:
        """Customers behind the sample; decisions where the log names no customers."""
        return self.moments.customers if self.moments else self.n

    @property
    def design_effect(self) -> float:
        """The sample's own design effect (methods 1.8): 1 without customers or decisions.

        A single customer is worth one decision, whatever the number of decisions.
        """
        if self.moments is None or not self.n:
            return 1.0
        own = design_effect(self.n, self.x, self.moments)
        return float(self.n) if own is None else own


def pooled_design_effect(samples: Sequence[Sample]) -> float:
    """The mean of the samples' own design effects, weighted by decisions (methods 1.8).

    A single customer's is not known and is left out.
    """
    known = [s for s in samples if s.n and (s.moments is None or s.moments.customers > 1)]
    return pooled_effect([s.n for s in known], [s.design_effect for s in known])


def pool(group: str, samples: Sequence[Sample]) -> Sample:
    """Add samples that share no customer into one of the given name."""
    pooled = Sample(group, 0, 0, None)
    for sample in samples:
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
    """

    question: str
    segment: str
    group: Sample
    reference: Sample
    group_deff: float
    reference_deff: float
    weight: float
    in_scope: bool
    must_pass: bool
    pooled: bool = False
    protect: bool = False

    @property
    def effective(self) -> tuple[float, float, float, float]:
        """Effective x and n of the group and of its comparator (Rao & Scott 1992)."""
        g, r = self.group, self.reference
        return (
            g.x / self.group_deff,
            g.n / self.group_deff,
            r.x / self.reference_deff,
            r.n / self.reference_deff,
        )


@dataclass(frozen=True)
class Measure:
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
