"""What every table of a plan is: frozen, and strict about its keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


def _as_list(value: object) -> object:
    """Let a single value stand for a list of one."""
    return [value] if isinstance(value, str | int | float) else value


Texts = Annotated[
    tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...])
]
ValueMap = dict[str, Texts]


def twice(values: Iterable[str]) -> list[str]:
    """Return the values that stand more than once, in order of name."""
    return sorted(value for value, count in Counter(values).items() if count > 1)


class TableOf(BaseModel):
    """A frozen table of the plan; an unknown key is an error with a suggestion."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, validate_default=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            for key in data:
                if key not in cls.model_fields:
                    near = get_close_matches(str(key), cls.model_fields, n=1, cutoff=0.5)
                    step = (
                        f'did you mean "{near[0]}"?'
                        if near
                        else f"accepted here: {', '.join(cls.model_fields)}"
                    )
                    msg = f'unknown key "{key}"; {step}'
                    raise ValueError(msg)
        return data
