"""One cut on a score: the one in use, a milder one, and one that grants no more undue ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from careaudit.remedies.case import Bools, Rows
from careaudit.stats.arrays import Floats

DECIDES = 0.95
"""The least share of decisions that the cut gets right, where the score is said to decide."""
STEPS = 10
LEFT = 0.01
"""The least share of scored decisions above a cut that still decides something."""


@dataclass(frozen=True)
class Cut:
    """Decisions are adverse where the risk is above `at`; it gets `right` of the log's right."""

    at: float
    right: float


def cut_in_use(rows: Rows) -> Cut:
    """Find the cut that best separates the favorable decisions from the adverse ones."""
    seen = np.isfinite(rows.risk)
    if not seen.any():
        return Cut(np.inf, 0.0)
    risk, now = rows.risk[seen], rows.now[seen]
    values, place = np.unique(risk, return_inverse=True)
    favorable = np.bincount(place, weights=now)
    adverse = np.bincount(place, weights=1 - now)
    # With the cut behind value k, its first k values are told favorable.
    right = np.append(0.0, favorable.cumsum()) + adverse.sum() - np.append(0.0, adverse.cumsum())
    best = int(right.argmax())
    return Cut(float(_ends(values)[best]), float(right[best] / len(risk)))


def _ends(values: Floats) -> Floats:
    """Every cut that can be told from another: each value, and one below them all."""
    return np.concatenate([[values[0] - 1.0], values])


def decided(rows: Rows, cut: float, risk: Floats, at: float) -> Floats:
    """Return each decision where another risk is cut elsewhere.

    A decision that the two cuts place alike stays as it is, whoever took it; so does one without
    a score.
    """
    known = np.isfinite(rows.risk) & np.isfinite(risk)
    before, after = rows.risk > cut, risk > at
    changed = known & (before != after)
    return np.where(changed, (~after).astype(np.float64), rows.now)


def no_more_undue(rows: Rows, cut: float, risk: Floats) -> float:
    """Return the mildest cut on another risk that grants no more undue ones than today.

    Told from the labels of the learning half.
    """
    undue = rows.worth * (rows.due == 0)
    today = float((undue * rows.now).sum())
    values = np.unique(risk[(rows.worth > 0) & np.isfinite(risk)])
    if not len(values):
        return cut
    ends = _ends(values)
    low, high = 0, len(ends) - 1
    while low < high:  # the milder the cut, the more undue ones
        middle = (low + high + 1) // 2
        granted = float((undue * decided(rows, cut, risk, float(ends[middle]))).sum())
        low, high = (middle, high) if granted <= today + 1e-9 else (low, middle - 1)
    return float(ends[low])


def milder(rows: Rows, cut: float) -> tuple[float, ...]:
    """Return cuts that turn a tenth more of the learning half's refusals each.

    Those that would leave next to nothing above them are none: to let everybody pass is no cut.
    """
    known = rows.risk[~rows.held & np.isfinite(rows.risk)]
    above = np.sort(known[known > cut])
    places = [len(above) * step // STEPS for step in range(1, STEPS)]
    ends = dict.fromkeys(float(above[place - 1]) for place in places if place)
    return tuple(end for end in ends if (above > end).sum() >= LEFT * len(known))


def bands(rows: Rows, cut: float, shares: Sequence[float]) -> dict[float, Bools]:
    """Return the decisions nearest to the cut, by the share of the learning half that they are.

    At least the shares that are asked for: scores alike stand together.
    """
    away, learning = np.abs(rows.risk - cut), ~rows.held
    known = np.sort(away[learning & np.isfinite(away)])
    if not len(known):
        return {}
    ends = {known[min(int(len(known) * share), len(known) - 1)] for share in shares}
    found = [away <= end for end in sorted(ends)]
    return {float(band[learning].mean()): band for band in found}
