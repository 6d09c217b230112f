"""Controls: what like is compared with like by, and how far the council trusts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, Self

from pydantic import Field, model_validator

from careaudit.plan.shape import TableOf

Role = Literal["approved", "contested", "proxy"]
ROLES: tuple[Role, ...] = ("approved", "contested", "proxy")
"""From the most to the least trusted."""


class Control(TableOf):
    """A column of `within`: may it be held still, or may it carry the harm itself (methods 6)."""

    role: Role
    note: str | None = Field(default=None, description="Where the council said so: its minute.")

    @model_validator(mode="after")
    def _minuted(self) -> Self:
        if self.role == "approved" and not (self.note and self.note.strip()):
            msg = "an approved control needs a note: the minute in which the council approved it"
            raise ValueError(msg)
        return self


Controls = Mapping[str, Control]


def role(controls: Controls, within: Sequence[str]) -> Role:
    """The role of several columns together: that of the least trusted; unnamed is contested."""
    roles: list[Role] = [
        controls[name].role if name in controls else "contested" for name in within
    ]
    return max(roles, key=ROLES.index)


def check_used(controls: Controls, within: Sequence[str]) -> None:
    """ValueError names a control that no question compares within: a slip of the pen."""
    for name in controls:
        if name not in within:
            near = get_close_matches(name, within, n=1, cutoff=0.5)
            step = f'did you mean "{near[0]}"?' if near else "name it in `within` of a question"
            msg = f'controls.{name}: no question compares within "{name}"; {step}'
            raise ValueError(msg)
