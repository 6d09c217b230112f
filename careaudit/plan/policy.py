"""Tables that a policy preset brings to a plan: what it is, and its impact-ratio tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from careaudit.plan.shape import TableOf, Texts, twice

MAX_AXES = 4
"""All axes are crossed at once, and each one more leaves out more rows as unknown."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Status = Literal["in force", "reference", "internal policy", "stayed", "repealed", "proposed"]


class Preset(TableOf):
    """What a preset is: the text it is taken from, how things stood with it, and on which day."""

    name: Words
    title: Words
    source: Words = Field(description="The text that it is taken from.")
    as_of: date = Field(description="The day on which source and status were last checked.")
    status: Status = Field(description="Of the source, on that day.")
    says: Words = Field(description="What it sets, and what it does not mean.")


class Exclusion(TableOf):
    """A category that gets no impact ratio and cannot be the reference, and why."""

    segment: str = Field(description='An axis, or two crossed: "a*b".')
    group: str = Field(description='A group of it; of a crossing "x*y".')
    justification: Words = Field(description="Why it is left out; printed.")


class ImpactRatio(TableOf):
    """Tables of rates against the highest one, by axis and by two crossed (governance 2)."""

    axes: Texts = Field(
        default=(), description="Segments; left out: the protected and the proxy ones."
    )
    unknown: Literal["listwise", "per_axis"] = Field(
        default="listwise",
        description="A row unknown on any axis leaves all tables, or only those of that axis.",
    )
    threshold: float = Field(default=0.80, gt=0, lt=1, description="A policy; it gates nothing.")
    exclude: tuple[Exclusion, ...] = ()

    def tables(self, axes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Return the tables over these axes: each alone, then every two crossed."""
        return (*((axis,) for axis in axes), *combinations(axes, 2))

    def check(self, axes: Sequence[str], segments: Sequence[str]) -> None:
        """Refuse axes and exclusions that name nothing of the plan. Raises ValueError."""
        for axis in axes:
            if axis not in segments:
                msg = f'impact_ratio.axes names the segment "{axis}"; {_step(axis, segments)}'
                raise ValueError(msg)
        if repeated := twice(axes):
            msg = f'impact_ratio.axes names "{repeated[0]}" twice'
            raise ValueError(msg)
        if not 1 <= len(axes) <= MAX_AXES:
            msg = (
                f"impact_ratio has {len(axes)} axes and takes 1 to {MAX_AXES}: name them in "
                "axes (left out: every protected and proxy segment)"
            )
            raise ValueError(msg)
        tables = ["*".join(names) for names in self.tables(axes)]
        for left_out in self.exclude:
            if left_out.segment not in tables:
                msg = (
                    f'impact_ratio.exclude names the table "{left_out.segment}"; '
                    f"{_step(left_out.segment, tables)}"
                )
                raise ValueError(msg)
        if repeated := twice(f"{out.group} of {out.segment}" for out in self.exclude):
            msg = f"impact_ratio.exclude names {repeated[0]} twice"
            raise ValueError(msg)


def _step(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else f"known: {', '.join(known)}"
