"""Policy presets: plan fragments that come with careaudit, one file each in `presets/`."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files
from typing import Any

from careaudit.documents import toml_tree
from careaudit.errors import CareauditError, PlanError
from careaudit.plan.policy import Preset

_ENDING = ".toml"
_SHOWN = 60  # characters of a wrong name


def names() -> tuple[str, ...]:
    """Return the names of all presets: the files of the folder."""
    found = (file.name for file in (files("careaudit.plan") / "presets").iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING)))


def text(name: str, *, where: str, error: type[CareauditError] = PlanError) -> str:
    """Return a preset as TOML text; `error` if there is none of this name."""
    if name not in names():
        near = get_close_matches(str(name), names(), n=1, cutoff=0.4)
        step = f'Did you mean "{near[0]}"? ' if near else ""
        raise error(
            f"there is no preset {f'{name!r}'[:_SHOWN]}.",
            where=where,
            hint=f"{step}Known: {', '.join(names())}.",
        )
    return (files("careaudit.plan") / "presets" / f"{name}{_ENDING}").read_text("utf-8")


def preset(name: str) -> Preset:
    """Return what a preset is; PlanError if there is none of this name."""
    return Preset.model_validate(_tree(name, "preset")["preset"])


def inherit(tree: dict[str, Any], *, where: str) -> dict[str, Any]:
    """Lay a plan over the preset that it extends, if any.

    Tables merge, the plan's keys win, and an array of the plan replaces the preset's. Raises
    PlanError for an unknown preset, or a plan that writes [preset] itself.
    """
    if "preset" in tree:
        raise PlanError(
            "[preset] is not for a plan to write.",
            where=where,
            hint=f'Name one at the top: extends = "{names()[0]}".',
        )
    if tree.get("extends") is None:
        return tree
    return _over(_tree(tree["extends"], where), tree)


def _tree(name: str, where: str) -> dict[str, Any]:
    return toml_tree(text(name, where=where), where=f"preset {name}", error=PlanError)


def _over(base: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    """Merge tables key by key; everything else is the plan's."""
    return base | {
        key: _over(base[key], value)
        if isinstance(value, dict) and isinstance(base.get(key), dict)
        else value
        for key, value in plan.items()
    }
