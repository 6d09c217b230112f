"""Read a plan from TOML, with errors that name the place and the next step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from careaudit.documents import load_toml, toml_tree
from careaudit.errors import PlanError
from careaudit.plan.model import Plan


def load(path: str | Path) -> Plan:
    """Read the plan in a TOML file.

    Raises:
        PlanError: the file is missing, is not TOML, or says something that is not a plan.
    """
    file = Path(path)
    if file.is_dir():
        file /= "careaudit.toml"
    tree = load_toml(
        file, error=PlanError, hint="Write one with `careaudit init LOG`, or name it with -c."
    )
    return validate(tree, where=str(file))


def parse(text: str, *, where: str = "plan") -> Plan:
    """Turn TOML text into a plan; PlanError names the first faults and their places."""
    tree = toml_tree(text, where=where, error=PlanError)
    return validate(tree, where=where)


def validate(tree: dict[str, Any], *, where: str = "plan") -> Plan:
    """Check a plan given as nested dictionaries; PlanError as in `parse`."""
    version = tree.get("schema_version", 1)
    if isinstance(version, int) and version > 1:
        raise PlanError(
            f"plan schema {version} is newer than this version knows (1).",
            where=where,
            hint="Update careaudit.",
        )
    try:
        return Plan.model_validate(tree)
    except (ValidationError, RecursionError) as error:
        raise PlanError(_explain(error, tree), where=where, hint=_STEP) from None


_STEP = "`careaudit plan schema` prints all keys."


def _explain(error: ValidationError | RecursionError, tree: dict[str, Any]) -> str:
    if isinstance(error, RecursionError):
        return "the plan is nested too deeply."
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


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `careaudit.toml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "careaudit.toml",
    } | Plan.model_json_schema(by_alias=True)
