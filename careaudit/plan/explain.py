"""Faults of a TOML document in words: the place as a reader of TOML says it, then what is wrong."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


def explain(error: ValidationError | RecursionError, tree: dict[str, Any]) -> str:
    """Return the first faults of a TOML tree in one sentence, each with its place."""
    if isinstance(error, RecursionError):
        return "nested too deeply."
    details = error.errors()
    inner = {fault["loc"][0] for fault in details if len(fault["loc"]) > 1}
    faults = [
        f"{_place(tree, fault['loc'])}{_message(fault)}".rstrip(".")
        for fault in details
        if len(fault["loc"]) != 1 or fault["loc"][0] not in inner  # an outer echo of an inner one
    ]
    shown = "; ".join(faults[:5])
    more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
    return f"{shown}{more}."


def _message(fault: Any) -> str:
    if fault["type"] == "missing":
        return "is missing"
    text = str(fault["msg"]).removeprefix("Value error, ")
    given = fault.get("input")
    plain = isinstance(given, str | int | float | bool)
    return f"{text} (got {given!r})" if plain and fault["type"] != "value_error" else text


def _place(tree: Any, loc: tuple[int | str, ...]) -> str:
    """Render a location as a reader of TOML says it: `[questions credit] limit.ratio`."""
    steps: list[str] = []
    for step in loc:
        child = tree.get(step) if isinstance(tree, dict) else None
        if isinstance(step, int):
            child = tree[step] if isinstance(tree, list) and step < len(tree) else None
            label = child.get("id") or child.get("name") if isinstance(child, dict) else None
            steps.append(f"{steps.pop()}[{label or step + 1}]" if steps else str(step + 1))
        elif child is not None or not steps or step not in {"str", "tuple"}:
            steps.append(str(step))
        tree = child
    return f"{'.'.join(steps)}: " if steps else ""
