"""Which numbers the measures ask of a log: columns that carry them, rounded where they are binned.

What is no answer (a wait that ends before it starts, a score above 1) is null and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from careaudit import carried
from careaudit.carried import Binned, Column, Level, LogWait, Number, Score, Size, Wait
from careaudit.cells import Histogram, Term
from careaudit.conditions import fields
from careaudit.plan import FIELDS, Plan
from careaudit.sources import expression as ex

LONGEST = 3_660 * 86_400
"""Ten years in seconds: a longer wait is a slip."""
_OFFSET = r"([zZ]|[+-]\d\d:?\d\d)$"
Get = Callable[[str], Any]


class Weighed:
    """The numbers and histograms of the measures, each once."""

    def __init__(self, plan: Plan, terms: Sequence[Term], histograms: Sequence[Histogram]) -> None:
        self._plan = plan
        found = (quantity.number for quantity in ex.quantities(terms).values())
        self.numbers: tuple[Number, ...] = tuple(dict.fromkeys(one for one in found if one))
        self.binned: tuple[Binned, ...] = tuple(dict.fromkeys(one.binned for one in histograms))

    @property
    def _all(self) -> tuple[Number | Binned, ...]:
        return (*self.numbers, *self.binned)

    @property
    def asks_age(self) -> bool:
        """Whether what is open lasts until the last moment that the log knows."""
        return any(isinstance(one, Wait | LogWait) for one in self._all)

    def references(self) -> list[str]:
        """The columns to load."""
        read = [name for one in self._all for name in carried.fields(one)]
        read += [
            name
            for one in self._all
            if isinstance(one, Wait | LogWait) and one.of
            for name in fields(one.of)
        ]
        return [name for name in dict.fromkeys(read) if self._mapped(name)]

    def laid(self, rows: Any, get: Get, at: Get, now: Any) -> Any:
        """Lay every wait beside the rows, each worked out once.

        `get` gives a mapped field of these rows, `at` a time in seconds, `now` the last moment
        that the log knows.
        """
        if not self.asks_age:
            return rows

        def said(name: str) -> Any:
            return get(name) if self._mapped(name) else ibis.null("string")

        waits = [one for one in self._all if isinstance(one, Wait | LogWait)]
        begun = {
            f"of_{carried.key(one)}": ex.holds(one.of, said, at, now) for one in waits if one.of
        }
        rows = rows.mutate(**begun)
        spans: dict[str, Any] = {}
        for one in waits:
            taken, state = _span(one, at, now)
            counts = ~ibis.or_(*(self._unread(rows, get, name) for name in carried.fields(one)))
            if one.of:
                counts &= rows[f"of_{carried.key(one)}"]
            taken = ibis.ifelse(counts, taken, ibis.null("int64"))
            spans |= {f"took_{carried.key(one)}": taken, f"state_{carried.key(one)}": state}
        return rows.mutate(**spans)

    def columns(self, rows: Any, get: Get) -> dict[str, Any]:
        """One column a number and one a histogram, null where a row carries none."""

        def said(name: str) -> Any:
            return get(name) if self._mapped(name) else ibis.null("string")

        values = {f"n_{carried.key(one)}": _number(one, said, rows) for one in self.numbers}
        return values | {f"h_{carried.key(one)}": _code(one, said, rows) for one in self.binned}

    def flags(self, rows: Any, get: Get) -> dict[str, Any]:
        """What is counted: values that are no answer, and times with and without a zone."""

        def said(name: str) -> Any:
            return get(name) if self._mapped(name) else ibis.null("string")

        found = {}
        for one in self.binned:
            name = f"bad_{carried.key(one)}"
            if isinstance(one, Wait):
                taken = rows[f"took_{carried.key(one)}"]
                found[name] = taken.notnull() & ~taken.between(0, LONGEST)
        times = [name for name in self.times if self._mapped(name)]
        for name in times:
            text = said(name)
            found[f"bad_time_{name}"] = self._unread(rows, get, name)
            written = text.notnull() & text.try_cast("float64").isnull()
            zoned = text.re_search(_OFFSET)
            found[f"bad_zoned_{name}"] = (written & zoned).fill_null(False)
            found[f"bad_plain_{name}"] = (written & ~zoned).fill_null(False)
        return found

    def notes(self) -> list[tuple[str, str, str]]:
        """What to say of odd values, where there are any: the column, the field, the words."""
        found = []
        for one in self.binned:
            name = f"bad_{carried.key(one)}"
            if isinstance(one, Wait):
                said = f"end before they start, or last over ten years ({one.start}, {one.end})"
                found.append((name, one.start, f"{said}; left out"))
        for name in self.times:
            said = "cannot be read as times; waits that need them are left out"
            found.append((f"bad_time_{name}", name, said))
        return found

    def mixed_zones(self, count: Callable[[str], int]) -> int:
        """Rows whose times have no zone while others of the log have one; 0 where all agree."""
        times = [name for name in self.times if self._mapped(name)]
        zoned = sum(count(f"bad_zoned_{name}") for name in times)
        plain = sum(count(f"bad_plain_{name}") for name in times)
        return plain if zoned else 0

    def _at(self, rows: Any, name: str) -> Any:
        return rows[ex.at(name)]

    def _unread(self, rows: Any, get: Get, name: str) -> Any:
        """Whether a time is recorded and cannot be read."""
        if not self._mapped(name):
            return ibis.literal(False)
        return get(name).notnull() & self._at(rows, name).isnull()

    @property
    def times(self) -> list[str]:
        """The fields that are read as times."""
        waits = (one for one in self._all if isinstance(one, Wait | LogWait))
        return list(dict.fromkeys(name for one in waits for name in carried.fields(one)))

    def _mapped(self, name: str) -> bool:
        """A field of a decision log that the plan does not map is recorded for no row."""
        return name not in FIELDS or name in self._plan.log.columns


def _between(text: Any, low: float, high: float) -> Any:
    """A number inside both ends, else null; NaN compares above all."""
    number = text.try_cast("float64")
    return ibis.ifelse((number >= low) & (number <= high), number, ibis.null("float64"))


def _number(one: Number, said: Get, rows: Any) -> Any:
    if isinstance(one, Column):
        value = _between(said(one.field), one.low, one.high)
    else:
        value = (_taken(one, rows).cast("float64") + 1).ln()
    return (value * carried.SCALE).round().cast("int64")


def _code(one: Binned, said: Get, rows: Any) -> Any:
    match one:
        case Wait():
            state = rows[f"state_{carried.key(one)}"]
            return _rounded(_taken(one, rows), one.limit) * carried.STATES + state
        case Level(field, low, high):
            return (_between(said(field), low, high) * carried.SCALE).round().cast("int64")
        case Score(field):
            bin_ = (_between(said(field), 0, 1) * carried.SCORE_BINS).floor().cast("int64")
            return ibis.ifelse(bin_ == carried.SCORE_BINS, carried.SCORE_BINS - 1, bin_)
        case Size(field):
            number = _between(said(field), 0, 1e12)
            size = ibis.ifelse(number > 0, number, ibis.null("float64"))
            return (size.ln() / ibis.literal(carried.SIZE_STEP).ln()).round().cast("int64")


def _span(one: Wait | LogWait, at: Get, now: Any) -> tuple[Any, Any]:
    """Seconds that a wait took, even below 0, and how it ended; null where it never began."""
    start, end = at(one.start), at(one.end)
    left = at(one.gave_up) if one.gave_up else ibis.null("int64")
    ended = end.notnull() & (left.isnull() | (end <= left))
    stop = ibis.cases((ended, end), (left.notnull(), left), else_=now)
    state = ibis.cases((ended, carried.ENDED), (left.notnull(), carried.GAVE_UP),
                       else_=carried.OPEN)  # fmt: skip
    return stop - start, state.cast("int64")


def _taken(one: Wait | LogWait, rows: Any) -> Any:
    """Seconds that a wait took; null where they are no answer."""
    taken = rows[f"took_{carried.key(one)}"]
    return ibis.ifelse(taken.between(0, LONGEST), taken, ibis.null("int64"))


def _rounded(taken: Any, limit: int | None) -> Any:
    """Whole seconds, from 1,000 on rounded up to three digits, never across the limit."""
    step = ibis.cases(
        *((taken < 10 ** (digits + 3), 10**digits) for digits in range(6)), else_=10**6
    )
    up = ((taken + step - 1) / step).floor().cast("int64") * step
    return up if limit is None else ibis.ifelse((taken <= limit) & (up > limit), limit, up)
