"""Guess which decisions are good for customers from the words of their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from careaudit.plan.toml_text import show
from careaudit.plan.vocabulary import APPEAL, BAD, DOUBT, FALSE, GOOD, NOT, OPEN, TRUE, tokens

Confidence = Literal["high", "medium", "low"]
Side = Literal["favorable", "adverse", "neutral"]


@dataclass(frozen=True)
class Polarity:
    """Which side each value seems to be on, and what in it says so.

    `settled` is false where no value could be guessed for one of the two sides: then every value
    is neutral, because an audit on a half guess is worse than none.
    """

    sides: Mapping[str, Side]
    why: Mapping[str, str]
    settled: bool
    confidence: Confidence

    def of(self, side: Side) -> list[str]:
        """Return the values of one side."""
        return [value for value, on in self.sides.items() if on == side]

    @property
    def unplaced(self) -> list[str]:
        """Return the neutral values of which no word says a side."""
        return [value for value in self.of("neutral") if not self.why[value]]


def polarity(column: str, values: Sequence[tuple[str, int]]) -> Polarity:
    """Guess the side of each value; a value that no word places is neutral and says so."""
    names = [value for value, _ in values]
    if {name.lower() for name in names} <= TRUE | FALSE:
        return _yes_or_no(column, names)
    context = frozenset(word for name in names for word in tokens(name))
    found = {name: word_side(tokens(name), context) for name in names}
    sides: dict[str, Side] = {name: side or "neutral" for name, (side, _) in found.items()}
    why = {name: f'"{word}"' if word else "" for name, (_, word) in found.items()}
    sure = all(why.values()) and not APPEAL & context  # upheld: its side depends on who asked
    confidence: Confidence = "high" if sure else "medium"
    unplaced = [name for name in names if not why[name]]
    told = set(sides.values()) - {"neutral"}
    if len(names) == 2 and len(unplaced) == 1 and told:
        (last,) = unplaced
        (other,) = set(names) - {last}
        sides[last] = _opposite(sides[other])
        why[last] = f"only because it is the other value than {show(other)}"
        confidence = "low"
    return _settled(sides, why, confidence)


def word_side(words: Sequence[str], context: frozenset[str]) -> tuple[Side | None, str]:
    """Return the side that the words of a value speak for, and the word; None in doubt.

    `context` holds the words of all values.
    """
    if {"progress", "process"} & set(words) and "in" in words:
        return "neutral", "in progress"
    if waiting := [word for word in words if word in OPEN]:
        return "neutral", waiting[0]
    if DOUBT & set(words):
        return None, ""
    found: list[tuple[Side, str]] = []
    for at, word in enumerate(words):
        side = _side(word, context)
        if side is None:
            continue
        if not NOT & set(words[:at]):
            found.append((side, word))
        elif words[at - 1] in NOT:
            found.append((_opposite(side), f"{words[at - 1]} {word}"))
        else:  # what the negation is about cannot be told
            return None, ""
    agreed = len({side for side, _ in found}) == 1
    return found[-1] if agreed else (None, "")


def _side(word: str, context: frozenset[str]) -> Side | None:
    if word in GOOD | APPEAL:
        return "favorable"
    if word in BAD or (word == "upheld" and APPEAL & context):
        return "adverse"
    return None


def _opposite(side: Side) -> Side:
    return "adverse" if side == "favorable" else "favorable"


def _yes_or_no(column: str, names: Sequence[str]) -> Polarity:
    """A yes or no says nothing by itself: the column's name must."""
    side, word = word_side(tokens(column), frozenset())
    if side is None or side == "neutral":
        unknown: dict[str, Side] = dict.fromkeys(names, "neutral")
        return _settled(unknown, dict.fromkeys(names, ""), "low")
    sides = {name: side if name.lower() in TRUE else _opposite(side) for name in names}
    return _settled(sides, dict.fromkeys(names, f'the column says "{word}"'), "medium")


def _settled(sides: Mapping[str, Side], why: Mapping[str, str], confidence: Confidence) -> Polarity:
    """Take the guess if it knows both sides; otherwise all are neutral, with hints."""
    if {"favorable", "adverse"} <= set(sides.values()):
        return Polarity(sides, why, settled=True, confidence=confidence)
    hints = {name: f"{side}? {why[name]}" if why[name] else "" for name, side in sides.items()}
    return Polarity(dict.fromkeys(sides, "neutral"), hints, settled=False, confidence="low")
