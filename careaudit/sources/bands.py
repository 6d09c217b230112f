"""Numbers in bands of about as many decisions each, and the names of the bands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import ibis
import numpy as np

BANDS = 10
"""Bands of a number, of about as many decisions each (methods 6)."""
NOT_A_NUMBER = "not a number"
"""The band of what is recorded where a number is meant."""


def finite(column: Any) -> Any:
    """Read a number; missing where there is none, or it has no end."""
    number = column.try_cast("float64")
    return ibis.ifelse(number.abs() < 1e300, number, ibis.null("float64"))  # NaN is above all


def band(column: Any, number: Any, edges: Sequence[float]) -> Any:
    """The band of a number as its name; a value that is no number is a band of its own."""
    names = band_names(edges)
    branches = [(number <= edge, name) for edge, name in zip(edges, names, strict=False)]
    branches += [(number.notnull(), names[-1]), (column.notnull(), NOT_A_NUMBER)]
    return ibis.cases(*branches, else_=ibis.null("string"))


def band_names(edges: Sequence[float]) -> tuple[str, ...]:
    """The names of a number's bands, one more than edges."""
    if not edges:
        return ("any number",)
    written = _apart(edges)
    between = [f"over {low} to {high}" for low, high in pairwise(written)]
    return (f"up to {written[0]}", *between, f"over {written[-1]}")


def natural(name: str) -> tuple[float, str]:
    """Sort bands by their numbers, and other names after them by name."""
    head, _, rest = name.partition(" ")
    if head not in {"up", "over"}:
        return np.inf, name
    words = rest.split()
    try:
        return float(words[1 if head == "up" else 0]) + (0.0 if head == "up" else 0.5e-9), name
    except (ValueError, IndexError):
        return np.inf, name


def _apart(edges: Sequence[float]) -> list[str]:
    """Write numbers with as many digits as it takes to tell them apart."""
    for digits in range(6, 18):
        written = [f"{edge:.{digits}g}" for edge in edges]
        if len(set(written)) == len(written):
            break
    return written
