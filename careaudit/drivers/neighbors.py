"""The nearest decided cases of other customers, on what the system was told of them.

Cases are comparable where all inputs that are no numbers have the very same value, where the same
numbers are recorded, and where each number lies within CALIPER of all decisions: a number counts
by its rank, from 0 for the lowest to 1. Cases that are equally near are taken together, never by
chance: without numbers, all cases with the same inputs are the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careaudit.cells import ADVERSE, FAVORABLE, Slot
from careaudit.plan import Plan
from careaudit.record import Interval
from careaudit.sources import Drawn
from careaudit.stats.association import association
from careaudit.stats.clustering import Moments, design_effect
from careaudit.stats.rates import wilson

NEIGHBORS = 15
"""Nearest cases that are looked at, or more where several are equally near."""
FEWEST = 5
"""Comparable cases below which nothing is said of a decision."""
CALIPER = 0.10
"""A number may lie so far off, as a share of all decisions that lie between."""
LEAK = 0.95
"""Cramer's V with the decision, from which on an input gives the decision away."""
NOT_TOLD = (
    "decision", "score", "threshold", "amount", "reason_code", "explanation",
    "decision_id", "subject_id", "text",
)  # fmt: skip
"""Fields that the system writes, or that tell one customer from all others."""
FEWEST_CUSTOMERS = 2
_SEARCH = 64  # places looked at around one; the customer's own cases are among them
_TIE = 1e-9

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def on_side(slot: NDArray[np.int8], side: frozenset[Slot]) -> Bools:
    """Which decisions are on a side."""
    return np.isin(slot, [place for place, one in enumerate(Slot) if one in side])


def told(plan: Plan, drawn: Drawn) -> tuple[str, ...]:
    """The inputs to compare by: what is written by the system, or gives it away, left out."""
    away = not_told(plan)
    return tuple(name for name in drawn.fields if name not in away and not _gives_away(drawn, name))


def not_told(plan: Plan, fields: Sequence[str] = NOT_TOLD) -> frozenset[str]:
    """The names of fields of the log as a plan may write them, of their columns, and of keys."""
    mapped = {name: plan.log.columns[name] for name in fields if name in plan.log.columns}
    columns = [(one,) if isinstance(one, str) else one for one in mapped.values()]
    keys = [
        f"{name}.{column}"
        for name, table in plan.tables.items()
        for field, column in table.key.items()
        if field in mapped
    ]
    return frozenset([*mapped, *keys]).union(*columns)


def _gives_away(drawn: Drawn, name: str) -> bool:
    codes = drawn.fields[name].codes + 1
    sides = [on_side(drawn.slot, side) for side in (FAVORABLE, ADVERSE)]
    size = len(drawn.fields[name].levels) + 1
    table = np.array([np.bincount(codes[side], minlength=size) for side in sides])
    return association(table).v_corrected >= LEAK


def ranks(number: Floats) -> Floats:
    """The share of known numbers that lie below each, those equal to it by half; NaN where none."""
    known = np.isfinite(number)
    _, place, counts = np.unique(number[known], return_inverse=True, return_counts=True)
    found = np.full(len(number), np.nan)
    found[known] = (np.cumsum(counts) - counts / 2)[place] / max(int(known.sum()), 1)
    return found


def rank_among(number: Floats, one: float) -> tuple[Floats, float]:
    """The ranks of numbers, and that of one more beside them."""
    known = np.sort(number[np.isfinite(number)])
    below = np.searchsorted(known, one, "left") + np.searchsorted(known, one, "right")
    return ranks(number), float(below) / 2 / max(len(known), 1)


@dataclass(frozen=True)
class Placed:
    """Decisions by where their inputs put them.

    place: each decision's place. pattern: of each place, a number for all that must be the same.
    rank: of each place, the ranks of its numbers, 0 where none is recorded.
    """

    place: Ints
    pattern: Ints
    rank: Floats


def placed(drawn: Drawn, inputs: Sequence[str]) -> Placed:
    """Put each decision where its inputs say."""
    rows = len(drawn)
    pattern, place = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    coordinates = []
    for name in inputs:
        same = drawn.fields[name].codes.astype(np.int64) + 1
        if name in drawn.numbers:
            rank = ranks(drawn.numbers[name])
            known = np.isfinite(rank)
            same = np.where(known, len(drawn.fields[name].levels) + 1, same)
            coordinates.append(np.where(known, rank, 0.0))
            place = _paired(place, np.unique(coordinates[-1], return_inverse=True)[1])
        pattern = _paired(pattern, same)
    place = _paired(place, pattern)
    first = np.unique(place, return_index=True)[1]
    rank = np.column_stack(coordinates) if coordinates else np.zeros((rows, 0))
    return Placed(place, pattern[first], rank[first])


def _paired(one: Ints, other: Ints) -> Ints:
    """Number the pairs of two numberings, from 0 and without gaps."""
    both = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    found: Ints = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return found


@dataclass(frozen=True)
class Beside:
    """What stands beside each decision asked about: comparable cases, and favorable ones."""

    cases: Ints
    favorable: Ints


def beside(drawn: Drawn, where: Placed, asked: Ints) -> Beside:
    """Count the nearest decided cases of other customers beside the decisions `asked` about.

    asked: their places in `drawn`.
    """
    good = on_side(drawn.slot, FAVORABLE)
    decided = good | on_side(drawn.slot, ADVERSE)
    spots = len(where.pattern)
    cases = np.bincount(where.place[decided], minlength=spots)
    favorable = np.bincount(where.place[good], minlength=spots)
    own = drawn.customer * spots + where.place
    keys, at = np.unique(own[decided], return_inverse=True)
    mine = np.bincount(at)
    mine_good = np.bincount(at, weights=good[decided]).astype(np.int64)

    queries, back = np.unique(own[asked], return_inverse=True)
    customer, spot = queries // spots, queries % spots
    near, far = _around(where, spot)
    key = customer[:, None] * spots + near
    found = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    hit = keys[found] == key
    reach = far <= CALIPER
    n = np.where(reach, cases[near] - np.where(hit, mine[found], 0), 0)
    x = np.where(reach, favorable[near] - np.where(hit, mine_good[found], 0), 0)
    enough = np.cumsum(n, axis=1) >= NEIGHBORS
    last = np.take_along_axis(far, enough.argmax(axis=1)[:, None], axis=1)
    reached = np.asarray(enough.any(axis=1))
    taken = far <= np.where(reached[:, None], last + _TIE, np.inf)
    return Beside((n * taken).sum(axis=1)[back], (x * taken).sum(axis=1)[back])


def nearest(among: Ints, far: Floats, customer: Ints, wanted: int) -> Ints:
    """The places among these of the nearest cases of `wanted` customers, and all equally near."""
    rising = among[np.argsort(far[among], kind="stable")]
    firsts = np.sort(np.unique(customer[rising], return_index=True)[1])
    if len(firsts) <= wanted:
        return rising
    kept: Ints = rising[far[rising] <= far[rising[firsts[wanted - 1]]] + _TIE]
    return kept


def ended(customer: Ints, event: Bools) -> Interval:
    """The share of decisions with an event, and its range; empty for fewer than two customers.

    customer: a number for each decision's. A customer's decisions tell as much as they agree.
    """
    who = np.unique(customer, return_inverse=True)[1]
    n = np.bincount(who)
    if len(n) < FEWEST_CUSTOMERS:
        return Interval()
    x = np.bincount(who, weights=event).astype(np.int64)
    cases, events = int(n.sum()), int(x.sum())
    moments = Moments(len(n), int(n @ n), int(x @ n), int(x @ x))
    effect = design_effect(cases, events, moments) or 1.0
    low, high = wilson(events / effect, cases / effect)
    return Interval(value=events / cases, low=float(low), high=float(high))


def _around(where: Placed, spot: Ints) -> tuple[Ints, Floats]:
    """The nearest places around each, itself first, and how far they are: the input farthest off.

    Other patterns lie farther than any number can.
    """
    if not where.rank.shape[1]:
        return spot[:, None], np.zeros((len(spot), 1))
    from sklearn.neighbors import NearestNeighbors

    room = np.column_stack([2.0 * where.pattern, where.rank])
    search = NearestNeighbors(
        n_neighbors=min(_SEARCH, len(room)), metric="chebyshev", algorithm="kd_tree"
    ).fit(room)
    asked, back = np.unique(spot, return_inverse=True)
    far, near = search.kneighbors(room[asked])
    return near.astype(np.int64)[back], far[back]
