"""Read a plan from TOML, with errors that name the place and the next step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from careaudit.documents import load_toml, toml_tree
from careaudit.errors import PlanError
from careaudit.plan.explain import explain
from careaudit.plan.model import Plan
from careaudit.plan.preset import inherit, names


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
    tree = inherit(tree, where=where)
    try:
        return Plan.model_validate(tree)
    except (ValidationError, RecursionError) as error:
        raise PlanError(explain(error, tree), where=where, hint=_STEP) from None


_STEP = "`careaudit plan schema` prints all keys."


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `careaudit.toml`; a preset may bring what is required."""
    found = Plan.model_json_schema(by_alias=True)
    del found["properties"]["preset"], found["$defs"]["Preset"]
    found["properties"]["extends"]["enum"] = list(names())
    required = {"required": found.pop("required")}
    found["anyOf"] = [required, {"required": ["extends"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "careaudit.toml",
    } | found
