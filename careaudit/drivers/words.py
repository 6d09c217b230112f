"""What a text says, as words and two-word phrases: the one analyzer of the phrases look.

Only letters leave it, so a term can carry no markup, no control character and no number. Words
that hold digits, and addresses, are dropped: they may name a person. Scripts that are written
without spaces give runs of 2 to 4 characters in place of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

WORD = 30
"""Letters of the longest word; what is longer is no word of a language."""
GRAMS = (2, 3, 4)
"""Characters of a term where a script has no spaces."""

_BREAK = "|"
_DROPPED = "0"
_ENDS = frozenset(".!?;:…。．！？；：、，।۔।॥\v\f\u2029")
_APOSTROPHES = frozenset("'’ʼ＇")
# Every repetition is bounded: a hostile text costs time by its length, not by its square.
_ADDRESS = re.compile(r"[^\s]{0,64}(?:@|://)[^\s]{0,256}")
_ESCAPES = re.compile(r"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]|\x1b[@-Z\\-_]")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_BLOCKS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip
"""Thai, Lao, Myanmar, Khmer, Hiragana, Katakana and Han."""
_MARKS = "".join(
    chr(point)
    for low, high in _BLOCKS[:3]
    for point in range(low, high + 1)
    if unicodedata.category(chr(point)).startswith("M")
)
_SPACELESS = "".join(f"{chr(low)}-{chr(high)}" for low, high in _BLOCKS)
_RUNS = re.compile(f"([{_SPACELESS}]+)")
_CHARACTERS = re.compile(f"[^{_MARKS}][{_MARKS}]*")


class _Kept(dict[int, str]):
    """What becomes of each character, found once: letters and marks stay, the rest parts words."""

    def __missing__(self, point: int) -> str:
        self[point] = found = self._of(chr(point))
        return found

    @staticmethod
    def _of(character: str) -> str:
        kind = unicodedata.category(character)
        if kind[0] in "LM":
            return character
        if kind == "Cf":  # zero width, direction marks: nobody sees them
            return ""
        if character in _APOSTROPHES:
            return "'"
        if kind[0] == "N" or character == "_":
            return _DROPPED
        return f" {_BREAK} " if character in _ENDS else " "


_KEPT = _Kept()


def terms(texts: Iterable[str | None]) -> list[str]:
    """Return the words and two-word phrases of one decision's texts, with repeats.

    A phrase runs over no seam: not from one text into the next, over the end of a sentence, or
    over something that was dropped.
    """
    found: list[str] = []
    for text in texts:
        if text:
            _read(_plain(text), found)
    return found


def by_characters(term: str) -> bool:
    """Whether a term is a run of characters of a script without spaces."""
    return _RUNS.match(term) is not None


def told(term: str) -> str:
    """The kind of a term with the term in quotes, as a sentence names it."""
    kind = "term" if by_characters(term) else "phrase" if " " in term else "word"
    return f"the {kind} “{term}”"


def _plain(text: str) -> str:
    """Letters in lower case, a sign for each end of a sentence and for what is dropped, spaces."""
    text = _TAG.sub(" ", _ESCAPES.sub("", text))
    if "@" in text or "://" in text:
        text = _ADDRESS.sub(f" {_DROPPED} ", text)
    return unicodedata.normalize("NFKC", text).lower().translate(_KEPT)


def _read(plain: str, found: list[str]) -> None:
    mixed = _RUNS.search(plain) is not None
    before = ""
    for token in plain.split():
        word = token.strip("'")
        if mixed and _RUNS.search(word):
            _grams(word, found)
            before = ""
        elif len(word) > WORD or _DROPPED in word or not word[:1].isalpha():
            before = ""
        else:
            found.append(word)
            if before:
                found.append(f"{before} {word}")
            before = word


def _grams(token: str, found: list[str]) -> None:
    """The words of other scripts in a token, and the runs of characters of those without spaces."""
    for place, part in enumerate(_RUNS.split(token)):
        if place % 2:
            letters = _CHARACTERS.findall(part)
            for size in GRAMS:
                found += [
                    "".join(letters[start : start + size])
                    for start in range(len(letters) - size + 1)
                ]
        elif part and len(part) <= WORD and _DROPPED not in part and part[0].isalpha():
            found.append(part)
