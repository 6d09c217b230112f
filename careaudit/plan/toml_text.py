"""Write strings, lists, comments and shares as the text of a TOML file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}


def show(text: str) -> str:
    """Write a text as a TOML string; control and invisible characters become escapes."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if unicodedata.category(char) in _INVISIBLE:
        return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"
    return char


def show_list(texts: Iterable[str]) -> str:
    """Write texts as a TOML list on one line."""
    return "[" + ", ".join(show(text) for text in texts) + "]"


def plain(text: str) -> str:
    """Make a text safe to stand in a comment or on a terminal: escaped, but without quotes."""
    return show(text)[1:-1].replace('\\"', '"')


def beside(line: str, comment: str) -> str:
    """Put a comment beside a line, aligned with those of its neighbours."""
    return f"{line:<36} # {comment}"


def share(part: float) -> str:
    """Write a share as a percentage that says 0 or 100 only where it is exactly so."""
    text = f"{part:.1%}"
    if text == "100.0%":
        return "100%" if part >= 1 else "almost 100%"
    return "0%" if part <= 0 else "under 0.1%" if text == "0.0%" else text
