"""Reading a versioned document back: its schema first, then every part of it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from careaudit.documents import json_tree
from careaudit.errors import RecordError

Model = TypeVar("Model", bound=BaseModel)


def read(
    model: type[Model], text: str, *, where: str, known: int, mark: str, what: str, hint: str
) -> Model:
    """Return a document of schema `known` or older, told by its key `mark`.

    `what` names it in messages, `hint` says how one is made. RecordError where the text is no such
    document, is damaged, or is of a newer schema.
    """
    tree = json_tree(text, where=where, error=RecordError, hint=hint)
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecordError(f"not a {what}: it has no schema_version.", where=where, hint=hint)
    if version > known:
        raise RecordError(
            f"schema {version} is newer than this version knows ({known}).",
            where=where,
            hint=f"Update careaudit, or write the {what} again with this version.",
        )
    if mark not in tree:
        raise RecordError(
            f"not a {what}: it is damaged, {mark} is missing.", where=where, hint=hint
        )
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise RecordError(
            f"the {what} is damaged{f' at {place}' if place else ''}: {said}.",
            where=where,
            hint="Write it again with this version of careaudit.",
        ) from None
