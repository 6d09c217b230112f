"""Guess from a column's name and profile what it is: a field of the plan, a segment, or nothing.

A name proposes and the values confirm or refuse. Pure: no file and no row is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from careaudit.plan.polarity import Confidence, polarity, word_side
from careaudit.plan.vocabulary import (
    ENDS_OF_IDS,
    KINDS,
    KNOWN_VALUES,
    MEASURES,
    NAMES,
    NOT_SEGMENT,
    NOT_SUBJECT,
    PEOPLE,
    PRIVATE,
    VAGUE,
    VETOES,
    WORKFLOW,
    has,
    tokens,
)

FEW = 30
"""Up to so many distinct values are a list of values; more are a measurement, a text or an id."""
FIELDS = (*NAMES, "subject_id")
"""Every role that a column may have beside being a segment."""
SHARED = frozenset({"text", "label"})
"""Roles that several columns may have."""
FIELD_AND_SEGMENT = frozenset({"channel", "language"})
"""Roles whose columns stay segments."""


@dataclass(frozen=True)
class ColumnProfile:
    """What one column holds, as counts and shares of its filled values (from 0 to 1).

    `values` lists every value with its count, most frequent first, and only where `shows_values`
    allows it: never of ids, free text or columns with many values.
    """

    name: str
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    values: tuple[tuple[str, int], ...] = ()
    date_share: float = 0.0
    epoch_share: float = 0.0
    number_share: float = 0.0
    whole_share: float = 0.0
    in_unit_share: float = 0.0
    mean_length: float = 0.0
    mean_words: float = 0.0
    max_length: int = 0
    folded: int = 0  # distinct values when case is ignored
    padded: int = 0  # values with blanks at an end
    negative: int = 0
    long_numbers: int = 0  # whole numbers of 16 digits or more
    zero_led: int = 0  # whole numbers that begin with 0
    date_shaped: int = 0  # values that look like a date of any country's habit
    placeholders: int = 0  # NA, null, none, -: kept as values

    @property
    def unique_share(self) -> float:
        """The share of distinct among filled values."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def few(self) -> bool:
        """Say whether the values are few enough to be groups."""
        return 2 <= self.distinct <= FEW


@dataclass(frozen=True)
class Guess:
    """What a column may be: a field of the plan, "segment" or "label"; and why."""

    column: str
    role: str
    points: int
    why: str
    kind: str | None = None

    @property
    def confidence(self) -> Confidence:
        """Say how sure the guess is."""
        return "high" if self.points >= 5 else "medium" if self.points >= 3 else "low"


@dataclass(frozen=True)
class Roles:
    """The guesses taken, by column, those that lost, and columns that cannot be compared as is."""

    taken: Mapping[str, Guess]
    lost: tuple[Guess, ...]
    kinds: Mapping[str, Guess] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)

    def column(self, role: str) -> str | None:
        """Return the column of a role, or None."""
        return next((c for c, guess in self.taken.items() if guess.role == role), None)


def roles(profiles: Sequence[ColumnProfile]) -> Roles:
    """Give each column at most one role and each field its likeliest column."""
    kinds = {p.name: kind for p in profiles if (kind := _kind(p))}
    place = {p.name: number for number, p in enumerate(profiles)}
    every = [guess for p in profiles for guess in candidates(p)]
    every = [guess for guess in every if not _beaten(guess, kinds.get(guess.column))]
    every.sort(key=lambda guess: (-guess.points, place[guess.column]))
    taken: dict[str, Guess] = {}
    lost: list[Guess] = []
    held: set[str] = set()
    for guess in every:
        if guess.column in taken:
            lost += [guess] if guess.points > 1 and guess.role not in SHARED else []
        elif guess.role in held - SHARED:
            lost.append(guess)
        else:
            taken[guess.column] = guess
            held.add(guess.role)
    taken = kinds | taken
    compared = {"segment", *FIELD_AND_SEGMENT}
    kinds = {name: kind for name, kind in kinds.items() if taken[name].role in compared}
    by_name = {p.name: p for p in profiles}
    unfit = {name: why for name in kinds if (why := _unfit(by_name[name]))}
    ordered = {p.name: taken[p.name] for p in profiles if p.name in taken}
    return Roles(ordered, tuple(lost), kinds, unfit)


def _beaten(guess: Guess, kind: Guess | None) -> bool:
    """A column that names a group of people is no field, save channel and language themselves."""
    if kind is None or guess.role in FIELD_AND_SEGMENT:
        return False
    return kind.points >= guess.points


def _unfit(profile: ColumnProfile) -> str | None:
    """Say why a column that names groups cannot be compared as it is, or None."""
    if profile.distinct < 2:
        return "it holds one value only" if profile.distinct else "it is empty"
    if "age" in tokens(profile.name) and profile.whole_share > 0.9 and profile.distinct > 12:
        return f"{profile.distinct} single ages: make bands first"
    if profile.distinct > FEW:
        return f"{profile.distinct:,} groups: join them to a few first"
    return None


def shows_values(profile: ColumnProfile) -> bool:
    """Say whether the values of a column may be listed: few, short, no id, no free text."""
    words = tokens(profile.name)
    named = bool(PRIVATE & set(words)) or has(words, "first name") or has(words, "last name")
    private = named or (words[-1:] == ("text",) and not {"score", "risk"} & set(words))
    ids = words[-1:] in {("id",), ("key",), ("hash",)} or ("name" in words and PEOPLE & set(words))
    unique = profile.filled > 5 and profile.distinct == profile.filled
    short = profile.mean_length <= 40 and profile.mean_words <= 7 and profile.max_length <= 120
    return profile.distinct <= FEW and short and not (private or ids or unique)


# What a name proposes.


def candidates(profile: ColumnProfile) -> list[Guess]:
    """Return every role that a column may have, the likeliest first."""
    words = tokens(profile.name)
    out: list[Guess] = []
    for role in FIELDS:
        points, phrase = _subject(words) if role == "subject_id" else _named(role, words)
        bonus = _value_points(role, profile) if points else None
        if bonus is not None and points + bonus > 0:
            out.append(Guess(profile.name, role, points + bonus, f'the name says "{phrase}"'))
    wordy = profile.mean_words >= 5 and profile.distinct > FEW and profile.date_share < 0.5
    if wordy and not any(guess.points >= 4 for guess in out):
        why = f"the values have {profile.mean_words:.0f} words on average"
        out.append(Guess(profile.name, "text", 4, why))
    return sorted(out, key=lambda guess: -guess.points)


def _says(words: Sequence[str], phrase: str, vetoes: frozenset[str]) -> bool:
    """Say whether words hold a phrase, and none of the others vetoes it."""
    return has(words, phrase) and not vetoes & (set(words) - set(phrase.split()))


def _named(role: str, words: Sequence[str]) -> tuple[int, str]:
    """Return the weight of a role by name and the words that say so; 0 if nothing does."""
    vetoes = VETOES.get(role, frozenset())
    for points, phrase in NAMES[role]:
        if _says(words, phrase, vetoes):
            return points - (phrase in VAGUE and len(words) > 1), phrase
    return 0, ""


def _subject(words: Sequence[str]) -> tuple[int, str]:
    """Return the weight of a name as that of the customer's id, and the words that say so."""
    people = [word for word in words if word in PEOPLE]
    if not people or NOT_SUBJECT & set(words):
        return 0, ""
    if {"id", "hash"} & set(words):
        return 5, f"{people[0]} id"
    if words[-1] in ENDS_OF_IDS:
        return 4, f"{people[0]} {words[-1]}"
    return (3, people[0]) if len(words) == 1 and people[0] != "subject" else (0, "")


def _kind(profile: ColumnProfile) -> Guess | None:
    """Guess whether a column says something of the customer that groups can be compared by."""
    found = [row for kind in KINDS if (row := _named_kind(kind, tokens(profile.name)))]
    if found:
        points, phrase, kind = max(found, key=lambda row: row[0])
        if phrase == "state" and _workflow(profile):
            return None
        return Guess(profile.name, "segment", points, f'the name says "{phrase}"', kind)
    values = {value.lower() for value, _ in profile.values}
    for known, what in KNOWN_VALUES:
        if len(values & known) >= 2 and len(values - known) <= 1:
            return Guess(profile.name, "segment", 4, f"the values are {what}", "protected")
    return None


def _named_kind(kind: str, words: Sequence[str]) -> tuple[int, str, str] | None:
    for points, phrase in KINDS[kind]:
        vetoes = NOT_SEGMENT.get(phrase.split()[0], frozenset()) | (MEASURES - {"number"})
        if _says(words, phrase, vetoes):
            return points, phrase, kind
    return None


def _workflow(profile: ColumnProfile) -> bool:
    """Say whether the values are the states of a case and not those of a country."""
    return any(
        value.lower() in WORKFLOW or word_side(tokens(value), frozenset())[0]
        for value, _ in profile.values
    )


# What the values say to it.


def _value_points(role: str, profile: ColumnProfile) -> int | None:
    """Say how far the values bear a role out; None refuses it."""
    return _CHECKS.get(role, _as_few)(role, profile) if profile.filled else None


def _as_decision(_: str, p: ColumnProfile) -> int | None:
    if not p.few or not p.values or p.date_share > 0.5:
        return None
    guess = polarity(p.name, p.values)
    return 2 if guess.settled else 1 if any(guess.why.values()) else 0


def _as_id(role: str, p: ColumnProfile) -> int | None:
    least = {"decision_id": 0.5, "trace_id": 0.05, "conversation_id": 0.05}.get(role, 0.0)
    odd = p.mean_words > 2 or p.date_share > 0.5 or p.distinct < 2
    if odd or (p.unique_share < least and not has(tokens(p.name), "decision id")):
        return None
    return 1 if role == "decision_id" and p.unique_share > 0.99 else 0


def _as_time(_: str, p: ColumnProfile) -> int | None:
    return 0 if max(p.date_share, p.epoch_share) >= 0.8 else None


def _as_number(role: str, p: ColumnProfile) -> int | None:
    if p.number_share < 0.9 or p.date_share > 0.5 or (role != "threshold" and p.distinct <= 2):
        return None
    return 1 if role == "score" and p.in_unit_share > 0.99 else 0


def _as_text(_: str, p: ColumnProfile) -> int | None:
    if max(p.number_share, p.date_share, p.epoch_share) > 0.5:
        return None
    return 1 if p.mean_words >= 4 else 0 if p.distinct > FEW or p.mean_words >= 2 else None


def _as_label(_: str, p: ColumnProfile) -> int | None:
    return 0 if p.few and p.values and p.mean_words <= 8 and p.date_share <= 0.5 else None


def _as_few(role: str, p: ColumnProfile) -> int | None:
    most = {"model_version": 200, "reason_code": 500, "intent": 500, "queue": 500}.get(role, FEW)
    many = p.distinct > most or (p.filled > 50 and p.unique_share > 0.5)
    if many or p.mean_words > 8 or p.date_share > 0.5:
        return None
    return -1 if role in {"channel", "queue"} and p.number_share > 0.9 else 0


_CHECKS: Mapping[str, Callable[[str, ColumnProfile], int | None]] = {
    "decision": _as_decision,
    "decision_id": _as_id,
    "trace_id": _as_id,
    "conversation_id": _as_id,
    "subject_id": _as_id,
    "decided_at": _as_time,
    "amount": _as_number,
    "score": _as_number,
    "threshold": _as_number,
    "text": _as_text,
    "explanation": _as_text,
    "label": _as_label,
}
"""How values answer to a role; every role that is not here wants few of them."""
