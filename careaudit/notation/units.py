"""How the values and gaps of one section are written: shares, times, money, points, any unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from careaudit.notation import numbers as num
from careaudit.record import Unit


def duration(seconds: float, bounds: Iterable[float] = ()) -> str:
    """Write a time as 95 s, 4 min 12 s, 2 h 05 min or 3 d 4 h, never across a bound."""
    edges = [float(b) for b in bounds]
    size = abs(seconds)
    coarse = 3600 if size >= _DAY else 60 if size >= 3600 else 1 if size >= 10 else 0.1
    for step in (s for s in (3600, 60, 1, 0.1, 0.01) if s <= coarse):
        shown = num.half_up(seconds / step) * Decimal(str(step))
        if all(num.same_side(shown, seconds, b) for b in edges):
            return _clock(shown)
    near = min(edges, key=lambda b: abs(seconds - b))
    least = Decimal("0.01").copy_sign(Decimal(seconds)) if near == 0 else num.half_up(near, 2)
    above = seconds > near if near else seconds < 0
    return f"{'>' if above else '<'}{_clock(least)}"


_DAY = 86_400
_TIED = "\u00a0"
"""A space where no line ends: a time stays together."""


def _clock(seconds: Decimal) -> str:
    """Write a rounded time; parts that are none at its end are left out."""
    size = abs(seconds)
    sign = num.MINUS if seconds < 0 else ""
    if size < 120:
        return f"{sign}{_bare(size)}{_TIED}s"
    minutes, rest = int(size // 60), size % 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts: list[tuple[int | Decimal, str, int]] = [
        (days, "d", 1), (hours, "h", 1), (minutes, "min", 2), (rest, "s", 1),
    ]  # fmt: skip
    while not parts[0][0]:
        parts.pop(0)
    while not parts[-1][0]:
        parts.pop()
    first, *others = parts
    told = [f"{first[0]:,} {first[1]}", *(f"{_bare(n, form)} {u}" for n, u, form in others)]
    return sign + " ".join(told).replace(" ", _TIED)


def _bare(number: int | Decimal, digits: int = 1) -> str:
    """Write a number without zeros behind its point, with at least so many digits before it."""
    text = f"{Decimal(number):,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).zfill(digits)


@dataclass(frozen=True, slots=True)
class Notation:
    """How one section writes its values and gaps: in which unit, and how finely.

    `per` is the denominator of shares, `places` are the decimals of other units but times.
    """

    unit: Unit = "share"
    per: int = 100
    places: int = 0
    currency: str | None = None

    @property
    def share(self) -> bool:
        """Whether values are shares, so many in every `per`."""
        return self.unit == "share"

    @property
    def factor(self) -> float:
        """What a value is multiplied by so that whole numbers are its printed steps."""
        return self.per if self.share else 10**self.places

    def value(self, value: float, bounds: Iterable[float] = ()) -> str:
        """Write a value as a table cell holds it: "25", "4 min 12 s", "$26.88"."""
        return num.every(value, self.per) if self.share else self._written(value, bounds)

    def told(self, value: float) -> str:
        """Write a value as a sentence says it: "25 in every 100", "4 min 12 s"."""
        return num.in_every(value, self.per) if self.share else self.value(value)

    def span(self, low: float | None, high: float | None) -> str | None:
        """Write the range of a value; None where an end is missing."""
        if low is None or high is None:
            return None
        return f"{self.value(low)} to {self.value(high)}"

    def told_with_range(self, value: float, low: float | None, high: float | None) -> str:
        """Write a value with its range: "25 in every 100 (24 to 27 plausible)"."""
        text = self.span(low, high)
        return self.told(value) + (f" ({text} plausible)" if text else "")

    def size(self, gap: float, limit: float | None = None) -> str:
        """Write how large a gap is, without its sign, on its own side of the limit."""
        edges = [0.0] if limit is None else [0.0, limit]
        if not self.share:
            return self._written(abs(gap), edges)
        whole = num.half_up(abs(gap) * self.per)
        if limit is None or num.same_side(whole, abs(gap) * self.per, limit * self.per):
            return num.points(gap, self.per)
        return num.guarded(abs(gap) * self.per, [edge * self.per for edge in edges], 1)

    def told_size(self, gap: float, limit: float | None = None) -> str:
        """Write how large a gap is in a sentence: "7 in every 100", "1 min 20 s", "12 points"."""
        return f"{self.size(gap, limit)}{self.noun}"

    def tolerated(self, gap: float) -> str:
        """Write what the limit comes to for a pair, one decimal finer than a value."""
        if self.share:
            return f"{num.half_up(gap * self.per, 1)}".removesuffix(".0")
        if self.unit == "seconds":
            return duration(gap)
        if self.unit == "money":
            return self._priced(f"{num.half_up(gap, 2):,f}")
        return _bare(num.half_up(gap, self.places + 1))

    def policy(self, gap: float) -> str:
        """Write a gap that the plan tolerates, with every digit that the plan gives."""
        if self.unit == "seconds":
            return _clock(Decimal(repr(float(gap))))
        return self._priced(_bare(Decimal(repr(float(gap)))))

    @property
    def noun(self) -> str:
        """What follows a gap in a sentence."""
        if self.share:
            return f" in every {self.per:,}"
        return " points" if self.unit == "points" else ""

    def signed(self, gap: float) -> str:
        """Write a gap with its sign: "+7", "−1 min 20 s"."""
        if self.share:
            return num.signed_points(gap, self.per)
        text = self._written(gap, [0.0])
        return f"+{text}" if gap > 0 and text[0] != "<" else text

    def fine(self, value: float) -> str:
        """Write a value for the annex: a rate with a decimal, others as they are."""
        if self.share:
            return num.guarded(value * self.per, [0.0, float(self.per)], 1)
        return self.value(value)

    def fine_signed(self, gap: float) -> str:
        """Write a gap for the annex, with its sign."""
        if not self.share:
            return self.signed(gap)
        return ("+" if gap > 0 else "") + num.guarded(gap * self.per, [0.0], 1)

    def signed_span(self, low: float | None, high: float | None) -> str | None:
        """Write the range of a gap; None where an end is missing."""
        if low is None or high is None:
            return None
        return f"{self.signed(low)} to {self.signed(high)}"

    def _written(self, value: float, bounds: Iterable[float] = ()) -> str:
        edges = [0.0, *_ENDS.get(self.unit, ()), *bounds]
        if self.unit == "seconds":
            return duration(value, edges)
        return self._priced(num.guarded(value, edges, self.places))

    def _priced(self, text: str) -> str:
        return num.priced(text, self.currency) if self.unit == "money" else text


_ENDS = {"area": (1.0,), "points": (-100.0, 100.0)}
"""Where a unit ends: a value that is not the end never reads as it."""


def notation_of(
    unit: Unit, values: Iterable[float | None], currency: str | None = None
) -> Notation:
    """Choose how a section writes its values, from every value that it shows."""
    known = [v for v in values if v is not None]
    if unit == "share":
        return Notation(per=num.per_of(known))
    largest = max((abs(v) for v in known), default=0.0)
    digits = 2 - math.floor(math.log10(largest)) if largest else 0
    places = {
        "money": 2 if largest < 100 else 0,
        "rating": 2,
        "area": 2,
        "score": 3 if largest < 0.1 else 2,
        "number": min(max(digits, 0), 4),
    }.get(unit, 0)
    return Notation(unit, places=places, currency=currency)
