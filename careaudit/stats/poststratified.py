"""Totals of a log from a part of its rows, of which only some have a label.

Rows stand for the log by strata whose sizes are known (post-stratification, Cochran 1977); what
a label would say of a row is the mean of the labels of its cell (two-phase sampling, Sarndal,
Swensson & Wretman 1992). Every total carries the influence of each row, so that sums, differences
and ranges by customers follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careaudit.stats.arrays import Floats, share

Codes = NDArray[np.int64]
LEAST = 10
"""Labels of a cell from which on it speaks for itself; else a coarser one speaks for it."""


class Total(NamedTuple):
    """A total, the influence of each row on it, and variance that influences cannot show.

    The last is that of cells whose labels all agree: they are not certain for that.
    """

    value: float
    influence: Floats
    unseen: float

    def times(self, factor: float) -> Total:
        """Return the total times a number."""
        return Total(self.value * factor, self.influence * factor, self.unseen * factor**2)

    def plus(self, other: Total) -> Total:
        """Return the sum of two totals of the same rows."""
        return Total(
            self.value + other.value,
            self.influence + other.influence,
            self.unseen + other.unseen,
        )

    def variance(self, customers: Codes) -> float:
        """Return the variance of the total; rows of one customer go together."""
        each = sums(customers, self.influence)
        number = len(np.unique(customers))
        if number < 2:
            return float("inf") if self.influence.any() else self.unseen
        return float((each**2).sum()) * number / (number - 1) + self.unseen


def sums(cell: Codes, values: ArrayLike, size: int = 0) -> Floats:
    """Add values up by cell, for at least `size` cells."""
    weights = np.asarray(values, dtype=np.float64)
    return np.asarray(np.bincount(cell, weights=weights, minlength=size), dtype=np.float64)


def total(
    known: Floats, slope: Floats, due: Floats, weight: Floats, stratum: Codes,
    cells: Sequence[Codes],
) -> Total:  # fmt: skip
    """Return the sum over rows of weight x (known + slope x due).

    due: 1, 0, or NaN without a label. weight: the rows of the log that each stands for, one
    value in each stratum. cells: of labels, from fine to coarse; labels of a cell are as good as
    picked at random from its rows.
    """
    labelled = ~np.isnan(due)
    said = np.where(labelled, due, 0.0)
    load = np.abs(slope) * labelled
    open_ = slope != 0
    mean, influence, unseen = np.zeros_like(known), np.zeros_like(known), 0.0
    for place, cell in enumerate(cells):
        seen = sums(cell, load)
        enough = sums(cell, load > 0) >= LEAST
        mine = open_ & (enough[cell] | (place == len(cells) - 1))
        if not mine.any():
            continue
        open_ = open_ & ~mine
        rate = share(sums(cell, load * said), seen)
        squares = sums(cell, load**2)
        size = share(seen**2, squares)
        drawn = (rate * size + 2) / (size + 4)  # Agresti & Coull 1998
        rate = np.where(seen > 0, rate, drawn)
        leaned = sums(cell, np.where(mine, weight * slope, 0.0), len(rate))
        mean = np.where(mine, rate[cell], mean)
        influence += share(leaned, seen)[cell] * load * (said - rate[cell])
        certain = (rate <= 0) | (rate >= 1) | (seen == 0)
        unseen += float((certain * leaned**2 * drawn * (1 - drawn) / (size + 4)).sum())
    value = known + slope * mean
    counted = sums(stratum, weight > 0)
    middle = share(sums(stratum, value * (weight > 0)), counted)
    influence += weight * (value - middle[stratum])
    return Total(float((weight * value).sum()), influence, unseen)
