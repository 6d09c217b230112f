"""Numbers that decisions carry: how each is read, rounded, and turned back into its own unit.

An engine turns them into its own expressions; nothing here knows of one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from careaudit.conditions import Condition

SCALE = 10_000
"""Numbers are summed as whole ten-thousandths."""
LARGEST = 1e9
"""A recorded number lies between this and its negative."""
STATES = 4
ENDED, GAVE_UP, OPEN = range(3)
"""How a wait came to its end: a code is seconds x STATES + one of these."""
SCORE_BINS = 200
"""Bins of a score from 0 to 1, all of one width."""
SIZE_STEP = 1.02
"""An amount lies within 1 % of its bin's middle."""


@dataclass(frozen=True)
class Column:
    """A recorded number from `low` to `high`; what is none of these carries nothing."""

    field: str
    low: float = 0.0
    high: float = LARGEST


@dataclass(frozen=True)
class LogWait:
    """ln(1 + seconds) from the start to the first end, or to the last moment the log knows.

    Only to tell how alike one customer's waits are: no mean of it is shown.
    """

    start: str
    end: str
    gave_up: str | None = None
    of: Condition | None = None


Number = Column | LogWait


@dataclass(frozen=True)
class Wait:
    """Seconds from the start to the first of its ends, and how it came to it.

    Whole seconds up to 1,000, from there rounded up to three digits, never across `limit`.
    """

    start: str
    end: str
    gave_up: str | None = None
    of: Condition | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Level:
    """A rating from `low` to `high`, in ten-thousandths; a picture shows whole ones."""

    field: str
    low: int
    high: int


@dataclass(frozen=True)
class Score:
    """A score from 0 to 1, by its bin."""

    field: str


@dataclass(frozen=True)
class Size:
    """An amount above 0, by the nearest power of SIZE_STEP."""

    field: str


Binned = Wait | Level | Score | Size


def fields(number: Number | Binned) -> tuple[str, ...]:
    """The fields that a number is read from."""
    match number:
        case Column(field) | Level(field) | Score(field) | Size(field):
            return (field,)
        case LogWait(start, end, gave_up) | Wait(start, end, gave_up):
            return (start, end, *((gave_up,) if gave_up else ()))


def key(number: Number | Binned) -> str:
    """A short name for a number, unique among those that mean different things."""
    return hashlib.sha256(repr(number).encode()).hexdigest()[:12]
