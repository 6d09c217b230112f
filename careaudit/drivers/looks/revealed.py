"""How well all declared inputs together tell one group from its reference, and which of them do.

Customers of five parts are told by what was learned from the other four. An input whose values
are shuffled among the customers held out shows, by what is lost, how much hangs on it. Being
told apart is no harm yet; it says that leaving the segment out of a system leaves it in. An input
that is the segment itself would tell it, of course, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from careaudit.drivers.looks.fields import is_segment, members
from careaudit.drivers.scene import Found, Gap, Scene
from careaudit.record import Carrier, Interval, Revealed
from careaudit.sources import Drawn
from careaudit.stats.arrays import Bools, Estimate, Floats, two_sided_z
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

    def auc(self, chances: Floats, parts: Sequence[NDArray[np.int64]]) -> Estimate:
        """How well chances tell the sides apart: one mean a customer, DeLong's errors.

        The mean over the parts, weighted by their pairs of customers: chances of models that
        learned from other customers are not on one scale. Normal range inside [0, 1].
        """
        found = [self._auc(chances[part], self.mine[part], self.customer[part]) for part in parts]
        weights = np.array([pairs for pairs, _ in found]) / sum(pairs for pairs, _ in found)
        value = float(weights @ [float(one.value) for _, one in found])
        se = float(
            np.sqrt(weights**2 @ [float(one.se) ** 2 if pairs else 0.0 for pairs, one in found])
        )
        arm = two_sided_z(0.95) * se
        return Estimate(*map(np.asarray, (value, max(value - arm, 0.0), min(value + arm, 1.0), se)))

    @staticmethod
    def _auc(chances: Floats, mine: Bools, customer: NDArray[np.int64]) -> tuple[int, Estimate]:
        sides = [_mean_of(chances[side], customer[side]) for side in (mine, ~mine)]
        levels, place = np.unique(np.concatenate(sides), return_inverse=True)
        own, other = (
            np.bincount(one, minlength=len(levels))
            for one in np.split(place.ravel(), [len(sides[0])])
        )
        known = min(map(len, sides)) > 1  # one customer of a side says nothing
        return known * len(sides[0]) * len(sides[1]), dominance(own, other)


def look(scene: Scene) -> Found:
    """Tell each group of a gap from its reference, once for each segment."""
    names = scene.inputs.usable
    pairs = {
        (gap.segment, str(gap.pair.group.group), str(gap.pair.reference.group)): gap
        for gap in scene.gaps
        if len(gap.parts) == 1
    }
    if not pairs or not scene.inputs.fields:
        return Found()
    drawn = scene.inputs.sample(ROWS)
    revealed: dict[str, tuple[Revealed, ...]] = {}
    for (segment, *_), gap in pairs.items():
        revealed[segment] = (*revealed.get(segment, ()), _revealed(scene, gap, names, drawn))
    return Found(revealed=revealed)


def _revealed(scene: Scene, gap: Gap, names: tuple[str, ...], drawn: Drawn) -> Revealed:
    group, reference = (members(drawn, gap.parts, side) for side in gap.sides)
    known = Revealed(
        group=str(gap.pair.group.group),
        reference=str(gap.pair.reference.group),
        rows=int((group | reference).sum()),
    )
    others = tuple(name for name in names if not is_segment(scene, gap, name, drawn))
    telling = _telling(others, drawn, group, reference)
    if reason := _lack(others, telling) if others or not names else "same_as_segment":
        return known.model_copy(update={"reason": reason})
    parts, whole, shuffled = out_of_fold(telling)
    auc = telling.auc(whole, parts)
    losses = {
        name: float(auc.value) - float(np.mean([telling.auc(one, parts).value for one in rounds]))
        for name, rounds in zip(telling.names, shuffled, strict=True)
    }
    return known.model_copy(
        update={
            "auc": Interval(value=float(auc.value), low=float(auc.low), high=float(auc.high)),
            "recoverable": bool(auc.low > RECOVERABLE),
            "carriers": tuple(
                Carrier(name=name, loss=losses[name])
                for name in sorted(losses, key=lambda name: (-losses[name], name))
            ),
        }
    )


def _lack(names: tuple[str, ...], telling: Telling) -> str | None:
    """Why the sides cannot be told from these inputs, or None."""
    if not names:
        return "no_usable_input"
    sides = (telling.customer[side] for side in (telling.mine, ~telling.mine))
    if min(len(np.unique(side)) for side in sides) < LEAST:
        return "few_customers"
    return None if telling.names else "one_value"


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


def out_of_fold(
    telling: Telling,
) -> tuple[list[NDArray[np.int64]], Floats, list[list[Floats]]]:
    """The parts held out, the chance of standing on the group's side, and the same shuffled.

    Each chance is told by a model that learned from the other parts; the shuffled ones by input
    and round.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # costs 2 s
    from sklearn.model_selection import GroupKFold

    values, mine = telling.values, telling.mine
    _, whose, many = np.unique(telling.customer, return_inverse=True, return_counts=True)
    weight = 1 / many[whose.ravel()]  # each customer counts once
    whole = np.empty(len(mine))
    shuffled = [[np.empty(len(mine)) for _ in range(ROUNDS)] for _ in telling.names]
    dice = np.random.default_rng(0)
    model = HistGradientBoostingClassifier(
        max_iter=50, max_leaf_nodes=8, l2_regularization=10.0, early_stopping=False,
        categorical_features=list(telling.kinds), random_state=0,
    )  # fmt: skip
    with threadpool_limits(1):
        # shuffled: parts of as many customers; else one part may take all of a side's small ones
        folds = list(
            GroupKFold(PARTS, shuffle=True, random_state=0).split(values, mine, telling.customer)
        )
        for learned, held in folds:
            model.fit(values[learned], mine[learned], sample_weight=weight[learned])
            whole[held] = model.predict_proba(values[held])[:, 1]
            for place, rounds in enumerate(shuffled):
                for chances in rounds:
                    seen = values[held]
                    seen[:, place] = dice.permutation(seen[:, place])
                    chances[held] = model.predict_proba(seen)[:, 1]
    return [held for _, held in folds], whole, shuffled


def _mean_of(chances: Floats, customer: NDArray[np.int64]) -> Floats:
    """The mean chance of each customer."""
    place = np.unique(customer, return_inverse=True)[1]
    return np.asarray(np.bincount(place, chances) / np.bincount(place))
