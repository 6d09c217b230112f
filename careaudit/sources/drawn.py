"""What is read of declared inputs: how their values are told apart, and decisions in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
State = Literal["usable", "empty", "one_value", "too_many_values", "output", "id", "free_text"]


@dataclass(frozen=True)
class Declared:
    """One declared input: how many decisions have it, and whether its values can be held still.

    output, id, free_text: it is no input, by the plan or, where it reads like text, by its values.
    `edges` are the upper ends of a number's bands but the last; None where it is no number.
    """

    name: str
    known: int
    distinct: int
    state: State
    edges: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Coded:
    """A column of names: each row's place in `levels`, -1 where it is not recorded."""

    codes: NDArray[np.int32]
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """Decisions in memory, one place of every array each; those of a customer stand together.

    customer: a number for each customer; named: whether the log names them. slot: the place among
    `Slot`. groups and fields: by segment and by declared input, in bands where it is a number;
    numbers: the numbers themselves, NaN where none is. counted: by quantity key, 0 or 1. score,
    threshold, amount (major units): NaN where not recorded. texts: one column each of
    [log.columns] text.
    """

    customer: NDArray[np.int64]
    named: NDArray[np.bool_]
    slot: NDArray[np.int8]
    held_out: NDArray[np.bool_]
    groups: Mapping[str, Coded]
    fields: Mapping[str, Coded]
    numbers: Mapping[str, Floats]
    counted: Mapping[str, NDArray[np.int64]]
    score: Floats
    threshold: Floats
    amount: Floats
    texts: tuple[tuple[str | None, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.slot)
