"""One decision beside those of other customers: how the same inputs fared, and where others differ.

Numbers are the same where they lie within CALIPER of all decisions. Values that fewer customers
have than the plan shows are not named. An input that decides alone is an input here: that the
decision follows it is what there is to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from careaudit.cells import ADVERSE, FAVORABLE
from careaudit.drivers.neighbors import (
    CALIPER,
    NEIGHBORS,
    Bools,
    Floats,
    Ints,
    ended,
    nearest,
    not_told,
    on_side,
    rank_among,
)
from careaudit.plan import Plan
from careaudit.record import Interval
from careaudit.record.base import Part
from careaudit.sources import NOT_A_NUMBER, Drawn, Inputs, Single

Silence = Literal["no_inputs", "few_cases"]


class Difference(Part):
    """One input in which the nearest favorable cases differ: in which share of them, and to what.

    most_often: the value that most of those have, `lower` or `higher` for a number; null where it
    is not shown.
    """

    name: str
    share: float
    most_often: str | None


@dataclass(frozen=True)
class Fared:
    """How the nearest cases with the same inputs ended."""

    cases: int
    customers: int
    favorable: int
    share: Interval


@dataclass(frozen=True)
class Alike:
    """What stands beside one decision; a reason where there is nothing to show."""

    compared_by: tuple[str, ...] = ()
    fared: Fared | None = None
    silent: Silence | None = "no_inputs"
    changes: tuple[Difference, ...] = ()
    nearest: int | None = None
    unchanged: Silence | Literal["favorable", "same_inputs"] | None = "no_inputs"


def alike(plan: Plan, inputs: Inputs | None, one: Single, hidden: frozenset[str]) -> Alike:
    """Set one decision beside a sample of others' decisions.

    Nothing is compared by what is `hidden`: how others differ in it would tell its value.
    """
    drawn = inputs.sample(without=one.customer) if inputs else None
    away = not_told(plan) | hidden
    names = [name for name in drawn.fields if name not in away] if drawn else []
    if drawn is None or not names:
        return Alike()
    least = plan.privacy.min_cell
    wanted = max(NEIGHBORS, least)
    differs, far = _apart(drawn, names, one)
    good = on_side(drawn.slot, FAVORABLE)
    decided = good | on_side(drawn.slot, ADVERSE)
    same = nearest(np.flatnonzero(decided & ~differs.any(axis=1)), far, drawn.customer, wanted)
    people = len(np.unique(drawn.customer[same]))
    fared = None
    if people >= least:
        share = ended(drawn.customer[same], good[same])
        fared = Fared(len(same), people, int(good[same].sum()), share)
    found = Alike(tuple(names), fared, None if fared else "few_cases")
    if one.slot in FAVORABLE:
        return replace(found, unchanged="favorable")
    apart = differs.sum(axis=1).astype(np.float64)
    others = nearest(np.flatnonzero(good), apart, drawn.customer, wanted)
    if len(np.unique(drawn.customer[others])) < least:
        return replace(found, unchanged="few_cases")
    changes = [
        Difference(
            name=name,
            share=float(there.mean()),
            most_often=_most_often(drawn, name, one, others[there], least),
        )
        for name, column in zip(names, differs.T, strict=True)
        if (there := column[others]).any()
    ]
    changes.sort(key=lambda change: (-change.share, change.name))
    return replace(
        found,
        changes=tuple(changes),
        nearest=len(others),
        unchanged=None if changes else "same_inputs",
    )


def _apart(drawn: Drawn, names: Sequence[str], one: Single) -> tuple[Bools, Floats]:
    """In which inputs each decision differs (rows by names), and how far its numbers lie off."""
    differs = np.zeros((len(drawn), len(names)), np.bool_)
    far = np.zeros(len(drawn))
    for place, name in enumerate(names):
        column, value = drawn.fields[name], one.said[name]
        number = one.numbers[name] if name in drawn.numbers else None
        if number is not None:
            rank, own = rank_among(drawn.numbers[name], number)
            off = np.abs(rank - own)
            differs[:, place] = ~(off <= CALIPER)  # what is no number differs
            far = np.fmax(far, off)
            continue
        if name in drawn.numbers and value is not None:
            value = NOT_A_NUMBER
        code = -1 if value is None else _place(column.levels, value)
        differs[:, place] = column.codes != code
    return differs, far


def _place(levels: Sequence[str], value: str) -> int:
    return levels.index(value) if value in levels else len(levels)


def _most_often(drawn: Drawn, name: str, one: Single, others: Ints, least: int) -> str | None:
    """The value that most customers of these cases have, where enough customers do."""
    number = one.numbers[name] if name in drawn.numbers else None
    column = drawn.fields[name]
    codes, levels = column.codes[others], column.levels
    if number is not None:
        higher = drawn.numbers[name][others] > number
        known = np.isfinite(drawn.numbers[name][others])
        codes, levels = np.where(known, higher, -1).astype(np.int32), ("lower", "higher")
    pairs = np.unique(np.column_stack([drawn.customer[others], codes]), axis=0)
    counts = np.bincount(pairs[:, 1] + 1, minlength=len(levels) + 1)
    most = int(counts.argmax())
    if counts[most] < least:
        return None
    return levels[most - 1] if most else "not recorded"
