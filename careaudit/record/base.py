"""The words and the smallest parts that every part of the record is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["pass", "fail", "inconclusive"]
State = Literal["estimated", "suppressed", "undefined", "not_assessed"]
GroupStatus = Literal["in_scope", "small", "suppressed", "unknown", "empty"]
Orientation = Literal["favorable", "adverse"]
SegmentKind = Literal["protected", "proxy", "operational"]
Unit = Literal["share", "money", "seconds", "points", "rating", "area", "score", "number"]
"""What a value counts in: shares and areas from 0 to 1, money in major units, points of a net
score from -100 to 100, rating on its scale, score from 0 to 1, number of a plan's own column."""

POOLED = "small groups (pooled)"
"""The group name of the pair that pools every group too small to be judged alone."""
REST = "rest"
"""The comparator's name where it is all other known groups together."""


class Part(BaseModel):
    """A frozen part of the record; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(Part):
    """A value with its range; any of the three is null where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Money(Interval):
    """An amount in major units of `currency`, the ISO code or null where the plan names none.

    `granting` and `size` are its two parts, where told: fewer grants, and smaller ones.
    """

    currency: str | None = None
    granting: Interval | None = None
    size: Interval | None = None
