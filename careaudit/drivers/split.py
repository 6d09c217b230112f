"""The way from the reference's rate to the group's, one step for each field.

A step is the field's part of the mix of all fields together, averaged over the orders in which
they could be held still, so that no field gains by coming first. What no step covers is left
within their values. Source: Shapley 1953; Datta, Sen & Zick 2016; mix, Kitagawa 1955.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from careaudit.cells import Cells, total
from careaudit.conditional import SUPPORT
from careaudit.drivers.scene import Gap
from careaudit.questions import joined
from careaudit.sources import Inputs, stratum
from careaudit.stats.arrays import Floats, Table, share
from careaudit.stats.shapley import shapley
from careaudit.stats.standardise import common_mix, rate_difference_mh, two_factors

MOST_FIELDS = 6
"""Fields with a step, those with the largest parts of the mix; 64 sets of them."""
MOST_STRATA = 50_000
"""Strata of all fields together; finer than that, hardly two decisions are alike."""


def steps(inputs: Inputs, gap: Gap, shares: Mapping[str, float]) -> dict[str, float]:
    """Return each field's step of a gap, in the gap's unit; they add up to the mix of all.

    shares: the mix share of each field that may have one. The field with the least is left out
    while all together are finer than MOST_STRATA, or leave too few decisions to compare.
    """
    names = sorted(shares, key=lambda name: (-abs(shares[name]), name))[:MOST_FIELDS]
    while names and np.prod([len(inputs.levels(stratum(n))) + 1 for n in names]) > MOST_STRATA:
        names.pop()
    if not names:
        return {}
    terms = tuple(map(total, gap.measure.sizes))
    codes, counts = _strata(gap, inputs.cells((*gap.parts, *map(stratum, names)), terms))
    while (
        len(names) > 1 and common_mix(*_merged(codes[:, : len(names)], counts)).excluded > SUPPORT
    ):
        names.pop()
    found = shapley([_mix(codes, counts, chosen) for chosen in range(1 << len(names))])
    return dict(zip(names, map(float, found), strict=True))


def added(inputs: Inputs, gap: Gap, held: Sequence[str], name: str) -> float | None:
    """Return what a field adds to the mix part of a gap beside fields that are held still.

    None where all together are finer than MOST_STRATA, or leave too few decisions to compare.
    """
    names = [*held, name]
    if np.prod([len(inputs.levels(stratum(n))) + 1 for n in names]) > MOST_STRATA:
        return None
    terms = tuple(map(total, gap.measure.sizes))
    codes, counts = _strata(gap, inputs.cells((*gap.parts, *map(stratum, names)), terms))
    if common_mix(*_merged(codes, counts)).excluded > SUPPORT:
        return None
    every = (1 << len(names)) - 1
    return _mix(codes, counts, every) - _mix(codes, counts, every >> 1)


class Mix(NamedTuple):
    """The part of a gap that lies in the mix of strata, and its standard error."""

    value: float
    se: float


def mix(counts: Table, deffs: tuple[float, float] = (1.0, 1.0), level_effect: float = 1.0) -> Mix:
    """Return the part of a gap that lies in how often the two sides meet each stratum.

    Kitagawa's, but for strata that one side alone met: the other is taken to fare there as much
    better or worse as in the strata that both met, and not alike. Else a value that only one
    group uses would carry part of any gap, though it moves no decision. deffs: design effects of
    the sides' rates; level_effect: of their mix. Source: Kitagawa 1955; error by the delta method.
    """
    n1, n2 = counts.n1, counts.n2
    both = (n1 > 0) & (n2 > 0)
    apart = float(rate_difference_mh(*counts).value) if both.any() else 0.0
    p1, p2 = share(counts.x1, n1), share(counts.x2, n2)
    p1 = np.where(n1 > 0, p1, np.clip(p2 + apart, 0.0, 1.0))
    p2 = np.where(n2 > 0, p2, np.clip(p1 - apart, 0.0, 1.0))
    w1, w2 = (share(n, np.asarray(n.sum())) for n in (n1, n2))
    middle, off = (p1 + p2) / 2, w1 - w2
    variance = 0.0
    for p, w, n, other, deff in ((p1, w1, n1, n2, deffs[0]), (p2, w2, n2, n1, deffs[1])):
        known = np.maximum(np.where(n > 0, n, other), 1.0)
        variance += deff * float((off**2 / 4 * p * (1 - p) / known).sum())
        spread = float(w @ middle**2 - (w @ middle) ** 2)
        variance += level_effect * max(spread, 0.0) / max(float(n.sum()), 1.0)
    return Mix(float(two_factors(p1, w1, p2, w2)[1].sum()), float(np.sqrt(variance)))


def _mix(codes: NDArray[np.int64], counts: Floats, chosen: int) -> float:
    """The mix part over the joint strata of the fields whose bits are set; 0 for none."""
    places = [place for place in range(codes.shape[1]) if chosen >> place & 1]
    return mix(_merged(codes[:, places], counts)).value if places else 0.0


def _merged(codes: NDArray[np.int64], counts: Floats) -> Table:
    """Add up strata that the fields of these codes do not tell apart."""
    strata, place = np.unique(codes, axis=0, return_inverse=True)
    sums = [np.bincount(place.ravel(), part, minlength=len(strata)) for part in counts.T]
    return Table(*(np.asarray(part, dtype=np.float64) for part in sums))


def _strata(gap: Gap, cells: Cells) -> tuple[NDArray[np.int64], Floats]:
    """Return a row for each joint stratum of a side: the codes of its values, its four counts."""
    group, reference = gap.sides
    n, x = (total(quantity) for quantity in gap.measure.sizes)
    parts = len(gap.parts)
    fields = len(cells.segments) - parts
    known: Sequence[dict[str | None, int]] = [{} for _ in range(fields)]
    codes, counts = [], []
    for key in sorted(cells.table, key=repr):  # sums in one order have one last digit
        name = joined(key[:parts])
        if None in key[:parts] or name not in group | reference:
            continue
        cell = cells.cell(key)
        mine = name in group
        counts.append([cell[x] * mine, cell[n] * mine, cell[x] * (not mine), cell[n] * (not mine)])
        codes.append(
            [
                places.setdefault(v, len(places))
                for places, v in zip(known, key[parts:], strict=True)
            ]
        )
    return (
        np.array(codes, dtype=np.int64).reshape(-1, fields),
        np.array(counts, dtype=np.float64).reshape(-1, 4),
    )
