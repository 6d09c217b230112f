"""How well all declared inputs together tell one group from its reference, and which of them do.

Customers of five parts are told by what was learned from the other four. An input whose values
are shuffled among the customers held out shows, by what is lost, how much hangs on it. Being
told apart is no harm yet; it says that leaving the segment out of a system leaves it in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from careaudit.drivers.looks.fields import is_output, members
from careaudit.drivers.scene import Found, Gap, Scene
from careaudit.record import Carrier, Interval, Revealed
from careaudit.sources import Drawn
from careaudit.stats.arrays import Bools, Estimate, Floats
from careaudit.stats.ordinal import dominance

RECOVERABLE = 0.60
"""The segment is recoverable where the lower limit of the AUC is above this (methods 8)."""
LEAST = 50
"""Customers that either side needs."""
PARTS = 5
ROWS = 20_000
"""Decisions that are drawn, about: more tell little more."""
ROUNDS = 3
"""Shuffles of each input, of which the mean is told."""
MOST_KINDS = 250
"""Values that an input may keep apart; the rarest beyond that are one kind."""


@dataclass(frozen=True)
class Telling:
    """What is told from: a column for each input, and whose decision each row is."""

    names: tuple[str, ...]
    values: Floats
    kinds: tuple[bool, ...]
    mine: Bools
    customer: NDArray[np.int64]

    def auc(self, chances: Floats) -> Estimate:
        """How well chances tell the sides apart: one mean a customer, DeLong's range."""
        sides = [_mean_of(chances[side], self.customer[side]) for side in (self.mine, ~self.mine)]
        levels, place = np.unique(np.concatenate(sides), return_inverse=True)
        own, other = np.split(place.ravel(), [len(sides[0])])
        return dominance(
            np.bincount(own, minlength=len(levels)), np.bincount(other, minlength=len(levels))
        )


def look(scene: Scene) -> Found:
    """Tell each group of a gap from its reference, once for each segment."""
    names = tuple(name for name in scene.inputs.usable if not is_output(scene.plan, name))
    pairs = {
        (gap.segment, str(gap.pair.group.group), str(gap.pair.reference.group)): gap
        for gap in scene.gaps
        if len(gap.parts) == 1
    }
    if not pairs or not scene.inputs.fields:
        return Found()
    drawn = scene.inputs.sample(ROWS)
    revealed: dict[str, tuple[Revealed, ...]] = {}
    for (segment, group, reference), gap in pairs.items():
        found = _revealed(gap, names, drawn).model_copy(
            update={"group": group, "reference": reference}
        )
        revealed[segment] = (*revealed.get(segment, ()), found)
    return Found(revealed=revealed)


def _revealed(gap: Gap, names: tuple[str, ...], drawn: Drawn) -> Revealed:
    group, reference = (members(drawn, gap.parts, side) for side in gap.sides)
    rows = int((group | reference).sum())
    known = Revealed(group="", reference="", rows=rows)
    if not names:
        return known.model_copy(update={"reason": "no_usable_input"})
    if min(len(np.unique(drawn.customer[side])) for side in (group, reference)) < LEAST:
        return known.model_copy(update={"reason": "few_customers"})
    telling = _telling(names, drawn, group, reference)
    if not telling.names:
        return known.model_copy(update={"reason": "one_value"})
    whole, *without = _chances(telling)
    auc = telling.auc(whole)
    losses = [
        float(np.mean([auc.value - telling.auc(one).value for one in rounds]))
        for rounds in np.split(np.array(without), len(telling.names))
    ]
    order = sorted(zip(losses, telling.names, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return known.model_copy(
        update={
            "auc": Interval(value=float(auc.value), low=float(auc.low), high=float(auc.high)),
            "recoverable": bool(auc.low > RECOVERABLE),
            "carriers": tuple(Carrier(name=name, loss=loss) for loss, name in order),
        }
    )


def _telling(names: tuple[str, ...], drawn: Drawn, group: Bools, reference: Bools) -> Telling:
    """The inputs of both sides as numbers or kinds; one that never changes is left out."""
    both = group | reference
    columns = {
        name: drawn.numbers[name][both]
        if name in drawn.numbers
        else _kinds(drawn.fields[name].codes[both])
        for name in names
    }
    kept = {name: one for name, one in columns.items() if len(np.unique(one)) > 1}
    return Telling(
        tuple(kept),
        np.column_stack([*kept.values()]) if kept else np.empty((int(both.sum()), 0)),
        tuple(name not in drawn.numbers for name in kept),
        group[both],
        drawn.customer[both],
    )


def _kinds(codes: NDArray[np.int32]) -> Floats:
    """Number values by how common they are; the rarest share a number; NaN where unknown."""
    values, place, many = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(len(values))
    rank[np.argsort(-many, kind="stable")] = np.arange(len(values))
    rank = np.minimum(rank, MOST_KINDS - 1)
    return np.where(codes < 0, np.nan, rank[place.ravel()])


def _chances(telling: Telling) -> list[Floats]:
    """The chance of standing on the group's side, out of fold; then with each input shuffled."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # costs 2 s
    from sklearn.model_selection import GroupKFold

    values, mine = telling.values, telling.mine
    every = [np.empty(len(mine)) for _ in range(1 + ROUNDS * len(telling.names))]
    shuffle = np.random.default_rng(0)
    model = HistGradientBoostingClassifier(
        max_iter=50, max_leaf_nodes=15, categorical_features=list(telling.kinds),
        early_stopping=False, random_state=0,
    )  # fmt: skip
    with threadpool_limits(1):
        for learned, held in GroupKFold(PARTS).split(values, mine, telling.customer):
            model.fit(values[learned], mine[learned])
            seen = values[held]
            every[0][held] = model.predict_proba(seen)[:, 1]
            for place in range(len(telling.names)):
                for round_ in range(ROUNDS):
                    mixed = seen.copy()
                    mixed[:, place] = shuffle.permutation(seen[:, place])
                    every[1 + place * ROUNDS + round_][held] = model.predict_proba(mixed)[:, 1]
    return every


def _mean_of(chances: Floats, customer: NDArray[np.int64]) -> Floats:
    """The mean chance of each customer."""
    place = np.unique(customer, return_inverse=True)[1]
    return np.asarray(np.bincount(place, chances) / np.bincount(place))
