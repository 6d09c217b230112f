"""Names that come from a log, made safe to print inside our sentences.

A name is isolated (U+2068 and U+2069) so that its writing direction does not disturb the sentence;
control and direction characters inside it become visible codes. The templates turn the isolates
into `<bdi>`; plain text (attributes, titles) drops them.
"""

from __future__ import annotations

import unicodedata

from careaudit.record import POOLED, Group

ISOLATE, RELEASE = "\u2068", "\u2069"
NOT_RECORDED = "Not recorded"
LONGEST = 80
"""Longer names are cut in the report; the record keeps them whole."""

_JOINERS = {"\u200c", "\u200d"}


def code(character: str) -> str:
    """Return the visible code of a character: ⟨U+202E⟩."""
    return f"⟨U+{ord(character):04X}⟩"


def clean(text: str) -> str:
    """Make control, direction and line characters visible, so that a name cannot act."""
    return "".join(
        code(c)
        if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in _JOINERS
        else c
        for c in text
    )


def cut(text: str, longest: int = LONGEST) -> str:
    """Shorten a text to `longest` characters, the last an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def isolate(text: str) -> str:
    """Wrap a text of unknown writing direction."""
    return f"{ISOLATE}{text}{RELEASE}"


def plain(text: str) -> str:
    """Drop the isolates: for attributes, titles and word counts."""
    return text.replace(ISOLATE, "").replace(RELEASE, "")


def said(text: str, longest: int = 600) -> str:
    """Return a text that people wrote (a question, a reason), safe to print."""
    return isolate(clean(cut(" ".join(text.split()), longest)))


def quoted(text: str, longest: int) -> tuple[str, ...]:
    """Return what a person wrote word for word, a paragraph a line, safe to print."""
    lines = (line for line in cut(text, longest).splitlines() if line.strip())
    return tuple(said(line, longest) for line in lines)


def ended(text: str) -> str:
    """End a sentence with one full stop, whatever the text inside it ends with."""
    last = plain(text).rstrip()[-1:]
    return text if last in {".", "?", "!", "…"} else f"{text}."


def name(text: str, longest: int = LONGEST) -> str:
    """Return a name from the log, safe to print; an empty one says so."""
    if not text.strip():
        return "(empty)" if not text else "(blank)"
    return isolate(clean(cut(text, longest)))


def segment_name(segment: str, longest: int = LONGEST) -> str:
    """Return a segment as readers say it: `zip_income` is zip income, `a*b` is a and b."""
    parts = [" ".join(part.replace("_", " ").split()) or part for part in segment.split("*")]
    return " and ".join(name(part, longest) for part in parts)


def title(text: str) -> str:
    """Give a phrase a capital first letter, past an opening isolate."""
    for place, character in enumerate(text):
        if character != ISOLATE:
            return text[:place] + character.upper() + text[place + 1 :]
    return text


def group_name(group: str | None, longest: int = LONGEST, known: Group | None = None) -> str:
    """Return a group as a row is named."""
    if group is None:
        return "All"
    if group == POOLED:
        return "Small groups, taken together"
    if known is not None and known.status == "unknown":
        return NOT_RECORDED
    if group == "rest":
        return "All other groups"
    return name(group, longest)


def split_group(segment: str, group: str, groups: dict[str, list[str]]) -> list[str]:
    """Split the group of an intersection, `x*y`, by its segments' known groups."""
    names = segment.split("*")
    if len(names) == 1:
        return [group]
    head, rest = names[0], "*".join(names[1:])
    for known in sorted(groups.get(head, []), key=len, reverse=True):
        if group.startswith(known + "*"):
            return [known, *split_group(rest, group[len(known) + 1 :], groups)]
    first, _, tail = group.partition("*")
    return [first, *split_group(rest, tail, groups)]


def where(
    segment: str | None,
    group: str | None,
    groups: dict[str, list[str]] | None = None,
    longest: int = 40,
) -> str:
    """Say which decisions: "where language is es", "in the small groups of language"."""
    if segment is None or group is None:
        return "over all decisions" if segment is None else "elsewhere"
    if group == POOLED:
        return f"in the small groups of {segment_name(segment, longest)}"
    if group == "rest":
        return f"in all other groups of {segment_name(segment, longest)}"
    parts = split_group(segment, group, groups or {})
    pairs = zip(segment.split("*"), parts, strict=False)
    return "where " + " and ".join(
        f"{segment_name(s, longest)} is {name(g, longest)}" for s, g in pairs
    )
