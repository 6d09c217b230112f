"""Ratings by level: how many gave each, for pictures and for a look at the whole scale."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from scipy.special import ndtr

from careaudit.carried import SCALE, Level
from careaudit.cells import Cell, Histogram
from careaudit.measures.base import Seen
from careaudit.stats.arrays import Floats
from careaudit.stats.ordinal import dominance

Levels = tuple[tuple[float, int], ...]


def rated(levels: Level | None, cell: Cell) -> tuple[Floats | None, Levels]:
    """Return how many gave each rating, as two rows (ratings, rising, and how many), and by level.

    A rating between two levels stands at the lower one. Nothing without levels.
    """
    if levels is None:
        return None, ()
    found: Counter[int] = Counter()
    for (_, code), n in cell.bins(Histogram(levels)).items():
        found[code] += n
    whole = dict.fromkeys(range(levels.low, levels.high + 1), 0)
    for code, n in found.items():
        whole[code // SCALE] += n
    codes = sorted(found)
    counts = np.array([[code / SCALE for code in codes], [found[code] for code in codes]])
    return counts, tuple((float(level), n) for level, n in whole.items())


def dominance_look(group: Seen, reference: Seen) -> dict[str, Any] | None:
    """Return how often one of the group rates higher than one of the reference; ties count half.

    0.5 where neither does; the p is of that. Ratings count for as many as their customers are
    worth. Source: Mann & Whitney 1947; methods 1.8, 5.
    """
    both = [(seen.counts, seen.design_effect) for seen in (group, reference)]
    known = [(counts, deff) for counts, deff in both if counts is not None and counts[1].sum()]
    if len(known) < len(both):
        return None
    ratings = np.unique(np.concatenate([counts[0] for counts, _ in known]))
    sides = np.zeros((2, ratings.size))
    for side, (counts, deff) in zip(sides, known, strict=True):
        side[np.searchsorted(ratings, counts[0])] = counts[1] / deff
    found = dominance(*sides)
    p = 2 * float(ndtr(-abs(float(found.value) - 0.5) / float(found.se)))
    low, high = float(found.low), float(found.high)
    return {"method": "dominance", "value": float(found.value), "low": low, "high": high, "p": p}
