"""Like for like: how the nearest cases of other customers ended, beside each adverse decision.

The range is that of the adverse decisions, whose customers are a sample; the cases beside them
are taken as they are. A group whose refused customers are few is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from careaudit.cells import ADVERSE
from careaudit.drivers.looks.reasons import segments, shown
from careaudit.drivers.neighbors import FEWEST, Bools, Ints, beside, ended, on_side, placed, told
from careaudit.drivers.scene import Found, Scene
from careaudit.record import Interval, LikePairs
from careaudit.sources import Drawn

MOST = 20_000
"""Adverse decisions that are looked at, about: whole customers."""


@dataclass(frozen=True)
class Asked:
    """The adverse decisions that were looked at, one place of every array each.

    place: in the sample. customer: a number for each. compared: whether enough comparable cases
    stand beside it; mostly: whether most of them ended favorably.
    """

    place: Ints
    customer: Ints
    compared: Bools
    mostly: Bools


def look(scene: Scene) -> Found:
    """Set every adverse decision beside comparable ones, group by group."""
    names = segments(scene)
    if not names:
        return Found()
    drawn = scene.inputs.sample()
    inputs = told(scene.plan, drawn)
    place = upto(drawn, MOST)
    none = np.zeros(len(place), np.bool_)
    asked = Asked(place, drawn.customer[place], none, none)
    if inputs and len(place):
        near = beside(drawn, placed(drawn, inputs), place)
        mostly = 2 * near.favorable > near.cases
        asked = replace(asked, compared=near.cases >= FEWEST, mostly=mostly)
    reason = "few_cases" if inputs else "no_inputs"
    return Found(
        like_pairs={name: tuple(_rows(scene, drawn, asked, name, reason)) for name in names}
    )


def upto(drawn: Drawn, most: int) -> Ints:
    """The places of the adverse decisions, whole customers, about `most` of them."""
    refused: Ints = np.flatnonzero(on_side(drawn.slot, ADVERSE))
    if len(refused) <= most:
        return refused
    kept: Ints = refused[drawn.customer[refused] < drawn.customer[refused[most]]]
    return kept


def _rows(
    scene: Scene, drawn: Drawn, asked: Asked, segment: str, reason: str
) -> Iterator[LikePairs]:
    """One row for each group that is large enough to be shown; `reason` where it has no share."""
    least, column = scene.plan.privacy.min_cell, drawn.groups[segment]
    for group in shown(scene, segment):
        mine = column.codes[asked.place] == column.levels.index(group)
        if len(np.unique(asked.customer[mine])) < least:
            continue
        compared = mine & asked.compared
        few = len(np.unique(asked.customer[compared])) < least
        found = Interval() if few else ended(asked.customer[compared], asked.mostly[compared])
        yield LikePairs(
            group=group,
            adverse=int(mine.sum()),
            compared=0 if few else int(compared.sum()),
            share=found.value,
            low=found.low,
            high=found.high,
            reason=reason if few else None,
        )
