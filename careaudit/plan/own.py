"""Measures that a plan defines for itself, and the times it promises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from careaudit.plan.shape import TableOf, Texts

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Promise = Annotated[str | None, Field(default=None, description='A time with its unit: "5m".')]


class Escalation(TableOf):
    """What is promised to a customer who asks for a person."""

    sla: Promise = None

    @field_validator("sla")
    @classmethod
    def _with_unit(cls, text: str | None) -> str | None:
        if text is not None and not re.fullmatch(r"[1-9]\d{0,6}[smhd]", text):
            msg = f'the promise "{text}" needs a whole number and a unit: 90s, 5m, 2h or 1d'
            raise ValueError(msg)
        return text

    @property
    def promise(self) -> timedelta | None:
        """The time in which a person is promised, or None."""
        return timedelta(**{UNITS[self.sla[-1]]: int(self.sla[:-1])}) if self.sla else None


PROFILES: Mapping[str, tuple[str, ...]] = {
    "dsa17": ("decision", "facts", "automation_level", "ground", "redress_shown"),
    "gdpr_aia86": ("inputs_used", "explanation", "what_would_change", "significance",
                   "redress_shown"),
    "co": ("decision", "automation_level", "inputs_used", "explanation", "redress_shown"),
    "ca": ("inputs_used", "explanation", "automation_level", "redress_shown"),
    "regb": ("decision", "reason_code", "delivered_at"),
    "seed": ("explanation", "why_this_matters", "redress_shown"),
}  # fmt: skip
"""The fields that an explanation must have, by the law or promise it is held against."""


class Explanation(TableOf):
    """What an explanation must hold to be complete: a profile, or fields named one by one."""

    profile: Literal["dsa17", "gdpr_aia86", "co", "ca", "regb", "seed"] | None = None
    required: Texts = Field(default=(), description="Columns that must be filled, in its place.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.profile and self.required:
            msg = "say profile or required, not both"
            raise ValueError(msg)
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that must be filled; none where the plan says nothing."""
        return PROFILES[self.profile] if self.profile else self.required


class Test(TableOf):
    """What must hold of a row: its column has a value, is one of these, or is at least so large."""

    column: str = Field(description="A field of [log.columns], table.column, or a log column.")
    values: Texts = Field(default=(), description="The column has one of these values.")
    at_least: float | None = Field(default=None, description="It is a number, at least this.")

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if self.values and self.at_least is not None:
            msg = "say values or at_least, not both"
            raise ValueError(msg)
        return self


class OwnMeasure(TableOf):
    """A measure of the plan's own.

    rate: rows of the numerator among rows of the denominator. mean: of the numbers of a column.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="As favorable_rate.")
    kind: Literal["rate", "mean"] = "rate"
    orientation: Literal["favorable", "adverse"] = Field(
        default="favorable", description="Whether more of it is good or bad for the customer."
    )
    column: str | None = Field(
        default=None, description="Of a mean: numbers of at least 0; others are left out."
    )
    numerator: Test | None = Field(default=None, description="Of a rate: the rows that count.")
    denominator: Test | None = Field(default=None, description="Left out: every row.")
    decisions: Literal["all", "favorable", "adverse"] = Field(
        default="all", description="Count rows of this side only; all counts every row."
    )
    ask: str | None = Field(default=None, description="The question in plain words.")

    @model_validator(mode="after")
    def _parts_of_its_kind(self) -> Self:
        if self.kind == "rate" and (self.numerator is None or self.column is not None):
            msg = 'a rate needs a numerator = { column = "..." }; column is for kind = "mean"'
            raise ValueError(msg)
        if self.kind == "mean" and (self.column is None or self.numerator or self.denominator):
            msg = 'a mean needs column = "...", and no numerator or denominator'
            raise ValueError(msg)
        return self
