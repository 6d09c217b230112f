"""Which conditions the measures ask of a log, and the columns that count where they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import ibis

from careaudit.cells import Term
from careaudit.conditions import (
    YES,
    Among,
    Commonest,
    Condition,
    Known,
    Not,
    Number,
    Old,
    Soon,
    both,
    changed,
    fields,
    no_answer,
    parts,
)
from careaudit.plan import FIELDS, Plan
from careaudit.sources import expression as ex

_EVER = timedelta(days=365_000)
Get = Callable[[str], Any]
"""A column of the rows by its name in the plan."""


class Held:
    """The conditions of the measures, in their order, each once."""

    def __init__(self, plan: Plan, terms: Sequence[Term]) -> None:
        self._plan = plan
        found = (quantity.condition for quantity in ex.quantities(terms).values())
        self.conditions = tuple(dict.fromkeys(one for one in found if one))
        self._parts = tuple(dict.fromkeys(p for one in self.conditions for p in parts(one)))

    def references(self) -> list[str]:
        """The columns to load."""
        read = [name for one in self.conditions for name in fields(one)]
        return list(dict.fromkeys(name for name in read if self._mapped(name)))

    def columns(self, get: Get, at: Get, now: Any, commonest: Mapping[str, str]) -> dict[str, Any]:
        """One column a condition, and one for each way in which a value can be no answer.

        `now` is the last moment that the log knows, in seconds; `commonest` the value that most
        rows have of each field of `modes`.
        """

        def said(name: str) -> Any:
            return get(name) if self._mapped(name) else ibis.null("string")

        asked = {
            ex.held(one): ex.holds(changed(one, partial(_spelled, commonest)), said, at, now)
            for one in self.conditions
        }
        return asked | {name: ex.holds(odd, said, at, now) for name, odd, _ in self._odd()}

    def notes(self) -> list[tuple[str, str, str]]:
        """What to say of odd values, where there are any: the column, the field, the words."""
        return [(name, fields(odd)[0], said) for name, odd, said in self._odd()]

    def _odd(self) -> Iterator[tuple[str, Condition, str]]:
        """Values that are recorded and cannot be an answer."""
        widest: dict[str, tuple[float, float]] = {}
        for part in self._parts:
            if isinstance(part, Number):
                low, high = widest.get(part.field, (part.low, part.high))
                widest[part.field] = (min(low, part.low), max(high, part.high))
            if isinstance(part, Soon):
                ends = Soon(part.end, part.start, _EVER)
                later = both(ends, Not(Soon(part.start, part.end, _EVER)))
                yield (
                    f"bad_{ex.held(later)}",
                    later,
                    (f"end before they start ({part.start}, {part.end}): not in time"),
                )
        flags = [one for one in self._parts if isinstance(one, Among) and one.values == YES]
        for odd in no_answer(flags).values():
            said = "are neither yes nor no and count as no: rename them in [log.values]"
            yield f"bad_{ex.held(odd)}", odd, said
        for name, (low, high) in widest.items():
            if high < float("inf"):
                odd = both(Known(name), Not(Number(name, low, high)))
                yield (
                    f"bad_{ex.held(odd)}",
                    odd,
                    (f"are not a number from {low:g} to {high:g}; left out"),
                )

    @property
    def times(self) -> tuple[str, ...]:
        """The fields that are read as times."""
        read = [part for part in self._parts if isinstance(part, Soon | Old)]
        return tuple(dict.fromkeys(name for part in read for name in fields(part)))

    @property
    def modes(self) -> tuple[str, ...]:
        """The fields whose commonest value is asked for."""
        found = (part.field for part in self._parts if isinstance(part, Commonest))
        return tuple(dict.fromkeys(name for name in found if self._mapped(name)))

    @property
    def asks_age(self) -> bool:
        """Whether a condition asks how long ago something was."""
        return any(isinstance(part, Old) for part in self._parts)

    def _mapped(self, name: str) -> bool:
        """A field of a decision log that the plan does not map is recorded for no row."""
        return name not in FIELDS or name in self._plan.log.columns


def _spelled(commonest: Mapping[str, str], part: Condition) -> Condition:
    """A condition with the commonest value said out; no row has one where none is known."""
    if not isinstance(part, Commonest):
        return part
    return Among(part.field, (commonest[part.field],) if part.field in commonest else ())
