"""Conditions: which decisions count, said of the log's fields and of nothing else.

An engine turns a condition into its own expression; nothing here knows of one. A field is a name of
[log.columns], or a column as a segment names it. What is not recorded is never true of a decision.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True)
class Known:
    """The field has a value."""

    field: str


@dataclass(frozen=True)
class Among:
    """The field has one of these values; case and spaces around do not matter."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """The field is a number from `low` to `high`, both ends in."""

    field: str
    low: float
    high: float = math.inf


@dataclass(frozen=True)
class Same:
    """Two fields have the same value; case and spaces around do not matter."""

    first: str
    second: str


@dataclass(frozen=True)
class Commonest:
    """The field has the value that most rows of the log have."""

    field: str


PROMISE = timedelta(0)
"""Stands for the time that a plan promises."""


@dataclass(frozen=True)
class Soon:
    """The end comes no later than this after the start, and not before it."""

    start: str
    end: str
    within: timedelta


@dataclass(frozen=True)
class Old:
    """The field's time lies at least this long before the last moment that the log knows."""

    field: str
    age: timedelta


@dataclass(frozen=True)
class Both:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Known | Among | Number | Same | Commonest | Soon | Old | Both | Either | Not
COMPLETE: Condition = Both(())
"""Stands for the fields that a plan wants in an explanation."""
YES = ("1", "true", "yes", "y", "t")
"""What a column of yes and no says for yes."""


def yes(field: str) -> Condition:
    """The field says yes."""
    return Among(field, YES)


def both(*parts: Condition) -> Condition:
    """Every part holds; parts of parts are laid side by side."""
    flat = [p for part in parts for p in (part.parts if isinstance(part, Both) else (part,))]
    return Both(tuple(dict.fromkeys(flat)))


NO = ("0", "false", "no", "n", "f")
"""What it says for no; anything else is no answer."""
ALL_NUMBERS = 1e300
_MOMENT = timedelta(seconds=1)


def parts(condition: Condition) -> Iterator[Condition]:
    """The conditions that a condition is made of, none of them made of others."""
    match condition:
        case Both(inner) | Either(inner):
            for one in inner:
                yield from parts(one)
        case Not(one):
            yield from parts(one)
        case _:
            yield condition


def no_answer(found: Iterable[Condition]) -> dict[str, Condition]:
    """For each field that conditions read: when it is recorded and can be no answer to them."""
    odd: dict[str, Condition] = {}
    widest: dict[str, tuple[float, float]] = {}
    for part in (inner for one in found for inner in parts(one)):
        match part:
            case Number(field, low, high):
                top = ALL_NUMBERS if high == math.inf else high
                ends = widest.get(field, (low, top))
                low = -ALL_NUMBERS if top == ALL_NUMBERS else low
                widest[field] = (min(low, ends[0]), max(top, ends[1]))
                odd[field] = both(Known(field), Not(Number(field, *widest[field])))
            case Among(field, values) if values == YES:
                odd[field] = both(Known(field), Not(Among(field, (*YES, *NO))))
            case Soon(start, end):
                for field in (start, end):
                    odd[field] = both(Known(field), Not(Soon(field, field, _MOMENT)))
    return odd


def fields(condition: Condition) -> tuple[str, ...]:
    """The fields a condition reads, each once, in their order."""
    match condition:
        case Known(field) | Among(field, _) | Number(field) | Old(field, _) | Commonest(field):
            found = [field]
        case Same(first, second) | Soon(first, second, _):
            found = [first, second]
        case Both(parts) | Either(parts):
            found = [field for part in parts for field in fields(part)]
        case Not(part):
            found = list(fields(part))
    return tuple(dict.fromkeys(found))


def changed(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """The same condition with each of its parts changed, the innermost first."""
    match condition:
        case Both(parts) | Either(parts) if parts:
            inner = tuple(changed(part, change) for part in parts)
            return change(replace(condition, parts=inner))
        case Not(part):
            return change(Not(changed(part, change)))
    return change(condition)


def at(condition: Condition, promise: timedelta) -> Condition:
    """The same condition, with a plan's promised time in its place."""

    def promised(part: Condition) -> Condition:
        match part:
            case Soon(start, end, within) if within == PROMISE:
                return Soon(start, end, promise)
            case Old(name, age) if age == PROMISE:
                return Old(name, promise)
        return part

    return changed(condition, promised)


def key(condition: Condition) -> str:
    """A short name for a condition, unique among those that mean different things."""
    return hashlib.sha256(repr(condition).encode()).hexdigest()[:12]
