"""Canonical JSON: one text for one meaning, so that its digest can be signed and chained.

Keys sorted by code point, no white space, UTF-8 as it is, integers as integers. Floats are refused:
programs disagree on how to write them, so decimals are texts ("0.80").
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from careaudit.errors import CouncilError


def canonical(tree: Any, *, where: str = "document") -> bytes:
    """Return the one JSON text of a tree; CouncilError for what has none.

    A tree is made of dictionaries with text keys, lists, tuples, texts, integers, booleans, None.
    """
    _check(tree, where)
    try:
        return json.dumps(
            tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except UnicodeEncodeError:
        raise CouncilError("holds a character that UTF-8 cannot say.", where=where) from None


def digest(tree: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a tree, in hex."""
    return sha256(canonical(tree))


def sha256(raw: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


def _check(tree: Any, where: str) -> None:
    if isinstance(tree, dict):
        for key, child in tree.items():
            if not isinstance(key, str):
                raise CouncilError(f"has a key that is no text: {key!r:.40}.", where=where)
            _check(child, where)
    elif isinstance(tree, list | tuple):
        for child in tree:
            _check(child, where)
    elif not isinstance(tree, str | int | None):
        raise CouncilError(
            f"holds {tree!r:.40}, which has no canonical text.",
            where=where,
            hint='Decimals are written as texts: "0.80".',
        )
