"""Ratings by level: how many gave each, for pictures and for a look at the whole scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

from careaudit.carried import Level
from careaudit.cells import Cell, Histogram
from careaudit.stats.arrays import Floats
from careaudit.stats.ordinal import dominance

Levels = tuple[tuple[float, int], ...]


def rated(levels: Level | None, cell: Cell) -> tuple[Floats | None, Levels]:
    """Return how many gave each level, as an array over the scale and as pairs; none without."""
    if levels is None:
        return None, ()
    found = dict.fromkeys(range(levels.low, levels.high + 1), 0)
    for (_, code), n in cell.bins(Histogram(levels)).items():
        found[code] += n
    return np.array([*found.values()], dtype=float), tuple(
        (float(level), n) for level, n in found.items()
    )


def dominance_look(group: Floats | None, reference: Floats | None) -> dict[str, Any] | None:
    """Return how often one of the group rates higher than one of the reference; ties count half.

    0.5 where neither does; the p is of that. Source: Mann & Whitney 1947; methods 5.
    """
    if group is None or reference is None or not (group.sum() and reference.sum()):
        return None
    found = dominance(group, reference)
    p = 2 * float(ndtr(-abs(float(found.value) - 0.5) / float(found.se)))
    low, high = float(found.low), float(found.high)
    return {"method": "dominance", "value": float(found.value), "low": low, "high": high, "p": p}
