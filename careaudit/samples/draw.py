"""Random draws that the generators share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from careaudit.errors import UsageError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def check_rows(rows: int) -> None:
    """Refuse a number of rows that no log can have."""
    if rows < 1:
        raise UsageError(
            f"A log of {rows} rows was asked for.", where="rows", hint="Ask for at least 1."
        )


def choose(rng: np.random.Generator, shares: Mapping[str, float], size: int) -> list[str]:
    """Return `size` names drawn with the given shares (which need not add to one)."""
    names = list(shares)
    edges = np.cumsum(list(shares.values()))
    found = np.searchsorted(edges / edges[-1], rng.random(size), side="right")
    return [names[i] for i in np.minimum(found, len(names) - 1)]


def assign(rng: np.random.Generator, customers: int, rows: int) -> Ints:
    """Return the customer of each row: everyone has one row, the others fall at random."""
    more = rng.integers(0, customers, size=max(rows - customers, 0))
    return rng.permutation(np.concatenate([np.arange(customers), more])[:rows])


def wide_ids(rng: np.random.Generator, count: int) -> list[str]:
    """Return increasing 17-digit ids so close together that a reader of floats merges some."""
    gaps = rng.integers(1, 8, size=count)
    return [str(40_000_000_000_000_000 + int(i)) for i in np.cumsum(gaps)]


def stamps(seconds: Ints, start: str) -> list[str]:
    """Return ISO stamps in UTC, `seconds` after the date `start`."""
    times = np.datetime64(f"{start}T00:00:00", "s") + seconds.astype("timedelta64[s]")
    return [f"{t}Z" for t in np.datetime_as_string(times, unit="s")]


def where(said: Flags, texts: Sequence[str]) -> list[str]:
    """Return each text where it is said, and "" elsewhere."""
    return [text if s else "" for s, text in zip(said, texts, strict=True)]
