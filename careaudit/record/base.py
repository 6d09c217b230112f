"""The words and the smallest parts that every part of the record is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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
    dominated: bool | None = Field(
        default=None,
        description="Whether one customer may carry so much of a side's amounts that another "
        "could work it out (p% rule, p = 15 %).",
    )


class Behind(Part):
    """Who stands behind a value: what has to be known before it is published (methods 13).

    `customers` have a case; decisions where the log names no customers. At least `with_event`
    customers stand behind the events of a share, and `without_event` behind its other cases.
    `dominated`, of a mean: one customer may carry so much of the sum that another could work it
    out. Null where it does not apply, or is hidden with the value.
    """

    customers: int
    with_event: float | None = None
    without_event: float | None = None
    dominated: bool | None = None


class PublicTexts(Part):
    """The texts of the plan's [public] table, word for word; null where the plan is silent."""

    purpose: str | None = None
    owner: str | None = None
    contact: str | None = None
    person: str | None = None
    appeal: str | None = None
    complaint: str | None = None
    oversight: str | None = None
    data: str | None = None
    supplier: str | None = None
    risks: str | None = None
    changes: str | None = None
    formats: str | None = None
    first_used: str | None = None
    review: str | None = None
