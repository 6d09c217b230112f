"""What a plan asks: segments of customers, and questions with their limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from careaudit.plan.log import check_value_map
from careaudit.plan.own import Test
from careaudit.plan.shape import TableOf, Texts, ValueMap, twice

Pillar = Literal["fairness", "explanation", "escalation", "redress", "consent", "experience"]
EVERY = "*"
"""Stands in a question's segments for every segment of the plan."""


class Segment(TableOf):
    """An attribute of customers whose groups are compared."""

    name: Annotated[str, Field(min_length=1)]
    column: str = Field(description="table.column, a field of [log.columns], or a log column.")
    kind: Literal["protected", "proxy", "operational"] = "operational"
    order: Texts = Field(default=(), description="Groups in the order of display.")
    reference: str = Field(
        default="largest", description='A group, "largest" (by decisions) or "rest".'
    )
    values: ValueMap = Field(default_factory=dict, description="Group = raw values.")
    membership: Literal["recorded", "probability"] = Field(
        default="recorded", description="probability: the column is the chance of being a member."
    )
    assume: Literal["same_sign"] | None = Field(
        default=None, description="same_sign: narrows what probabilities leave open (methods 11)."
    )
    check: Test | None = Field(
        default=None, description="Who says of themselves that they are members, where asked."
    )

    @property
    def probable(self) -> bool:
        """True where each customer has a chance of being a member, and no group."""
        return self.membership == "probability"

    @field_validator("name")
    @classmethod
    def _no_star(cls, name: str) -> str:
        if "*" in name:
            msg = 'a segment\'s name has no "*": that sign crosses two segments'
            raise ValueError(msg)
        return name

    @model_validator(mode="after")
    def _reference_known(self) -> Self:
        check_value_map(f"segment {self.name}", self.values)
        if repeated := twice(self.order):
            msg = f'order names "{repeated[0]}" twice'
            raise ValueError(msg)
        if (
            self.order
            and self.reference not in {"largest", "rest"}
            and self.reference not in self.order
        ):
            msg = f'the reference "{self.reference}" is not in order {list(self.order)}'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _probability_alone(self) -> Self:
        grouped = self.values or self.order or self.reference != "largest"
        if self.probable and grouped:
            msg = f"{self.name}: a membership by probability has no values, order or reference"
            raise ValueError(msg)
        if self.probable and self.kind != "proxy":
            msg = f'{self.name}: a membership by probability is inferred; say kind = "proxy"'
            raise ValueError(msg)
        if not self.probable and (self.assume or self.check):
            msg = f'{self.name}: assume and check go with membership = "probability"'
            raise ValueError(msg)
        if self.check and not self.check.values:
            msg = f"{self.name}: check needs the values that say member"
            raise ValueError(msg)
        return self


class Limit(TableOf):
    """The council's limit on a measure's own scale; left out, the measure's default holds.

    Shares: a share of the rate, never under `floor` nor over `cap` (methods 1.2). Other scales:
    `share` of the comparator's value, or a `gap` in the measure's unit (methods 1.12).
    """

    ratio: float = Field(default=0.80, gt=0, lt=1)
    floor: float = Field(default=0.01, gt=0, lt=1)
    cap: float = Field(default=0.10, gt=0, lt=1)
    share: float | None = Field(default=None, gt=0, lt=1)
    gap: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.floor > self.cap:
            msg = f"floor {self.floor} is above cap {self.cap}"
            raise ValueError(msg)
        if self.share is not None and self.gap is not None:
            msg = "say share or gap, not both"
            raise ValueError(msg)
        return self


class Question(TableOf):
    """What the council asks: one measure over segments, with the limit that answers it."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    ask: str | None = Field(default=None, description="The question in plain words.")
    pillar: Pillar | None = Field(default=None, description="Left out: the measure's own.")
    measure: str | None = Field(default=None, description="Left out: the rarer side is asked.")
    segments: Texts = Field(
        min_length=1,
        description='Segments, "a*b" for a crossing, "*" for every recorded segment.',
    )
    limit: Limit = Limit()
    within: Texts = Field(default=(), description="Fields to compare like with like by.")
    protect: Texts = Field(
        default=(), description="Segments tested only for harm to the group, not to the reference."
    )
    floor: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="What every group should reach: at least, or at most where more is worse; on "
        "the measure's own scale. It is shown in the impact edition and changes no verdict.",
    )
    gate: bool = True
    inconclusive: Literal["close", "warn", "open"] = "close"

    @model_validator(mode="after")
    def _segments_once(self) -> Self:
        for key, names in (("segments", self.segments), ("within", self.within)):
            if repeated := twice(names):
                msg = f'{key} names "{repeated[0]}" twice'
                raise ValueError(msg)
        return self

    def over(self, segments: Sequence[str]) -> Self:
        """Return the question with "*" replaced by these segments, each named once."""
        names = [n for name in self.segments for n in (segments if name == EVERY else [name])]
        return self.model_copy(update={"segments": tuple(dict.fromkeys(names))})

    @property
    def crossings(self) -> tuple[str, ...]:
        """The `a*b` entries of `segments`."""
        return tuple(name for name in self.segments if "*" in name)

    @property
    def singles(self) -> tuple[str, ...]:
        """The plain segments of `segments`."""
        return tuple(name for name in self.segments if "*" not in name)
