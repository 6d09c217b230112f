"""The score kind: does a score rank and predict as well for every group (methods 2)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from careaudit.carried import SCALE, SCORE_BINS, Column, Score
from careaudit.cells import DUE, LABELLED, UNDUE, Cell, Histogram, Quantity, Slots, Term, total
from careaudit.conditions import Known, Number
from careaudit.measures.base import Gap, Measure, Reading, Share, Unit
from careaudit.measures.summed import Summed
from careaudit.stats.calibration import auc, in_the_large

High = Literal["adverse", "favorable"]
AREA, OFF = Gap(0.05), Gap(0.03)
OPEN_BINS = 0.02
"""An area that its bins leave open by more than this carries no verdict."""
SCORES = Column("score", 0.0, 1.0)
_RECORDED = Quantity(LABELLED, condition=Known("score"))
POSITIVE: Mapping[str, Slots] = {"adverse": UNDUE, "favorable": DUE}
"""The labels that a high score speaks for: that the adverse decision was right, or the other."""


def _unusable(cell: Cell, n: int) -> float:
    """The share of recorded scores of labelled decisions that are none from 0 to 1."""
    recorded = cell[total(_RECORDED)]
    return 1 - n / recorded if recorded else 0.0


def _summed(slots: Slots) -> Summed:
    return Summed(
        Quantity(slots, condition=Number("score", 0.0, 1.0)),
        Quantity(slots, power=1, number=SCORES),
        Quantity(slots, power=2, number=SCORES),
    )


@dataclass(frozen=True)
class Ranking(Measure):
    """The area under the curve: how often a case the score should raise scores above another."""

    high: High = "adverse"
    cases: Slots = LABELLED
    unit: Unit = "area"
    limit: Share | Gap = AREA

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell: how alike one customer's scores are."""
        return (*_summed(LABELLED).terms, total(_RECORDED))

    @property
    def unseen(self) -> str:
        """Why a log that has cases may show no value."""
        return f"scores are too few, or too coarse to rank by: {self.formula}"

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """Scores of labelled decisions, by bin and label."""
        return (Histogram(Score("score"), LABELLED),)

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the area of a group from its cell."""
        sides = np.zeros((2, SCORE_BINS))
        for (slot, code), n in cell.bins(self.histograms[0]).items():
            sides[0 if slot in POSITIVE[self.high] else 1, code] += n
        own = _summed(LABELLED).read(cell, clustered=clustered)
        known = bool(sides.sum(axis=1).all())
        if known:
            bins = auc(*sides).bins
            known = float(bins.high - bins.low) <= OPEN_BINS
        return Reading(
            group,
            own.n,
            own.customers,
            own.design_effect,
            (lambda deff: auc(sides[0] / deff, sides[1] / deff).auc) if known else None,
            "delong",
            lone=own.lone,
            unusable=_unusable(cell, own.n),
        )

    def told(self, high: High) -> Ranking:
        """The same for a score whose high values speak for this decision."""
        return replace(self, high=high)


@dataclass(frozen=True)
class Calibration(Measure):
    """Calibration in the large: what came true less what the score said, on average."""

    high: High = "adverse"
    cases: Slots = LABELLED
    unit: Unit = "score"
    limit: Share | Gap = OFF

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sums it needs of each cell."""
        true = _summed(POSITIVE[self.high])
        return (*_summed(LABELLED).terms, total(true.n), total(true.a), total(_RECORDED))

    def sample(self, group: str | None, cell: Cell, *, clustered: bool) -> Reading:
        """Read the calibration of a group from its cell."""
        every, true = _summed(LABELLED), _summed(POSITIVE[self.high])
        own = every.read(cell, clustered=clustered)
        x, hits = cell[total(true.n)], cell[total(true.a)] / SCALE
        scores, squares = cell[total(every.a)] / SCALE, cell[total(every.squares)] / SCALE**2
        return Reading(
            group,
            own.n,
            own.customers,
            own.design_effect,
            (
                lambda deff: in_the_large(
                    x / deff, own.n / deff, scores / deff, hits / deff, squares / deff
                )
            )
            if own.n > 1
            else None,
            "normal",
            lone=own.lone,
            unusable=_unusable(cell, own.n),
        )

    def told(self, high: High) -> Calibration:
        """The same for a score whose high values speak for this decision.

        A score that says too little for a favorable decision harms, one that says too little for
        an adverse one spares.
        """
        return replace(self, high=high, orientation="favorable" if high == "adverse" else "adverse")
