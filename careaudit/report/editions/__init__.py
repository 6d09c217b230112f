"""The editions of a report. Each module here is one, and has an `EDITION` of its own name."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any

from careaudit.errors import UsageError
from careaudit.report.editions.base import Attached, Edition, Head, Section

__all__ = ["COUNCIL", "Attached", "Edition", "Head", "Section", "edition", "editions"]

COUNCIL = "council"
"""The whole report for the ethics council: what is written where no other is asked for."""


@functools.cache
def editions() -> dict[str, Edition[Any]]:
    """Return every edition by its name: the council's first, then by the alphabet."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    )
    made: list[Edition[Any]] = [m.EDITION for m in modules if hasattr(m, "EDITION")]
    return {e.name: e for e in sorted(made, key=lambda e: (e.name != COUNCIL, e.name))}


def edition(name: str) -> Edition[Any]:
    """Return one edition; UsageError, with the known ones, where there is none of this name."""
    known = editions()
    if name not in known:
        raise UsageError(
            f"unknown edition: {name!r}.",
            where="edition",
            hint=f"Choose from {', '.join(known)}.",
        )
    return known[name]
