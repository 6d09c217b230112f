"""Measures that a plan defines for itself, and the times it promises."""

from __future__ import annotations

import re
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
    """A rate of the plan's own: rows of the numerator among rows of the denominator."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="As favorable_rate.")
    kind: Literal["rate"] = "rate"
    orientation: Literal["favorable", "adverse"] = Field(
        default="favorable", description="Whether more of it is good or bad for the customer."
    )
    numerator: Test
    denominator: Test | None = Field(default=None, description="Left out: every row.")
    decisions: Literal["all", "favorable", "adverse"] = Field(
        default="all", description="Count rows of this side only; all counts every row."
    )
    ask: str | None = Field(default=None, description="The question in plain words.")
