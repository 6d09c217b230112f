"""How numbers are written: rounded for reading, never across 0, 1 or a limit.

Rates are written "in every 100" (1,000 or 10,000 where the section holds a rate below one in the
smaller denominator; a rate of exactly 0 or 1 changes nothing). Ratios have two decimals, three
where two would print the other side of a limit. What counts in another unit, `units.Notation`
writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from careaudit.record import Limit

MINUS = "\u2212"
NONE = "\u2013"
"""What stands in a table cell where there is no number."""

_SYMBOLS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}


def half_up(value: float, decimals: int = 0) -> Decimal:
    """Round half away from zero on the decimal digits that Python prints for the float."""
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP)


def signed(text: str) -> str:
    """Write a leading hyphen as a true minus sign."""
    return MINUS + text[1:] if text.startswith("-") else text


def count(value: float) -> str:
    """Write a count with thousands separators; a count above 0 never reads as 0."""
    whole = half_up(value)
    if whole == 0 and value != 0:
        return "under 1" if value > 0 else f"above {MINUS}1"
    return signed(f"{whole:,}")


def signed_count(value: float) -> str:
    """Write a change of a count as "+120", "−35" or "0"."""
    text = count(value)
    return f"+{text}" if value > 0 and text[0].isdigit() else text


def per_of(rates: Iterable[float | None]) -> int:
    """Return the denominator of a section: 100, or 1,000 or 10,000 where a rate needs it."""
    known = [r for r in rates if r is not None]
    edge = [min(r, 1 - r) for r in known if 0 < r < 1]
    smallest = min(edge, default=1.0)
    if smallest >= 0.01:
        return 100
    return 1_000 if smallest >= 0.001 else 10_000


def every(rate: float, per: int) -> str:
    """Write a rate as a whole number of `per`; 0 and `per` mean exactly none and all."""
    whole = int(half_up(rate * per))
    if whole <= 0 < rate:
        return "under 1"
    if whole >= per and rate < 1:
        return f"over {per - 1:,}"
    return f"{whole:,}"


def in_every(rate: float, per: int) -> str:
    """Write "25 in every 100"."""
    return f"{every(rate, per)} in every {per:,}"


def span(low: float | None, high: float | None, per: int) -> str | None:
    """Write the range of a rate as "24 to 27"; None where an end is missing."""
    if low is None or high is None:
        return None
    return f"{every(low, per)} to {every(high, per)}"


def points(gap: float, per: int) -> str:
    """Write the size of a difference of rates as a whole number, without its sign."""
    size = abs(gap)
    whole = int(half_up(size * per))
    return "under 1" if whole == 0 and size > 0 else f"{whole:,}"


def signed_points(gap: float, per: int) -> str:
    """Write a difference of rates as "+7", "−3" or "0"; a decimal where 0 would hide its sign."""
    if gap == 0:
        return "0"
    text = guarded(gap * per, [0.0], 0)
    return f"+{text}" if gap > 0 and text[0] != "<" else text


def points_span(low: float | None, high: float | None, per: int) -> str | None:
    """Write the range of a difference of rates; None where an end is missing."""
    if low is None or high is None:
        return None
    return f"{signed_points(low, per)} to {signed_points(high, per)}"


def guarded(value: float, bounds: Iterable[float] = (), decimals: int = 2) -> str:
    """Write a number so that it never prints on the wrong side of a bound.

    Where one decimal more would not show the side either, the bound stands with < or > before it.
    """
    edges = [float(b) for b in bounds]
    if value in edges:
        decimals = 0 if float(value).is_integer() else decimals
        return signed(f"{half_up(value, decimals):,}")
    for places in range(decimals, max(decimals + 2, 3)):
        shown = half_up(value, places)
        if all(same_side(shown, value, b) for b in edges):
            return signed(f"{shown:,}")
    near = min(edges, key=lambda b: abs(value - b))
    if near == 0:
        least = Decimal(1).scaleb(1 - max(decimals + 2, 3))
        return f"<{least}" if value > 0 else f">{MINUS}{least}"
    shown = half_up(near, decimals + (near % 1 > 0)).normalize()
    return f"{'>' if value > near else '<'}{signed(f'{shown:f}')}"


def same_side(shown: Decimal, value: float, bound: float) -> bool:
    """Tell whether a rounded number lies where the number does: below, at or above a bound."""
    edge = Decimal(repr(float(bound)))
    return (shown > edge) == (value > bound) and (shown < edge) == (value < bound)


def ratio(value: float | None, limit: Limit | None = None) -> str:
    """Write a ratio: 2 decimals, 3 where 2 would print across 1 or the limit, either way round."""
    if value is None:
        return NONE
    bounds = [0.0, 1.0]
    if limit is not None and limit.ratio:
        bounds += [limit.ratio, 1 / limit.ratio]
    if limit is not None and limit.share:
        bounds += [1 - limit.share, 1 + limit.share]
    return guarded(value, bounds)


def p_value(value: float | None, level: float = 0.05) -> str:
    """Write a p-value with 3 decimals, never across the level."""
    if value is None:
        return NONE
    if value < 0.001 < level:
        return "<0.001"
    if 0.999 < value < 1:
        return ">0.999"
    return "1" if value == 1 else guarded(value, [level], 3)


def score(value: float | None) -> str:
    """Write an Equity Impact Score as a whole number, with decimals where it is near 50."""
    return NONE if value is None else guarded(value, [50.0], 0)


def about(needed: float) -> str:
    """Write about how many decisions are needed: two digits that count, rounded up."""
    whole = math.ceil(needed)
    if whole >= 1_000_000:
        return "over a million"
    unit = 10 ** max(0, len(str(whole)) - 2)
    return f"about {-(-whole // unit) * unit:,}"


def percent(share: float) -> str:
    """Write a share as a percentage without decimals; never 0% or 100% unless it is."""
    whole = int(half_up(share * 100))
    if whole == 0 and share > 0:
        return "under 1%"
    if whole == 100 and share < 1:
        return "over 99%"
    return f"{whole}%"


def money(value: float, currency: str | None) -> str:
    """Write an amount: whole units, three digits that count from 1,000 up, with its currency."""
    size = abs(value)
    if size >= 1000:
        digits = len(str(int(size)))
        text = f"{int(half_up(size, 3 - digits)):,}"
    elif size >= 1 or size == 0:
        text = f"{int(half_up(size)):,}"
    else:
        text = f"{max(half_up(size, 2), Decimal('0.01'))}"
    sign = MINUS if value < 0 else ""
    if currency in _SYMBOLS:
        return f"{sign}{_SYMBOLS[currency]}{text}"
    return f"{sign}{text} {currency}" if currency else f"{sign}{text}"


def money_span(low: float | None, high: float | None, currency: str | None) -> str | None:
    """Write the range of an amount; None where an end is missing."""
    if low is None or high is None:
        return None
    return f"{money(low, currency)} to {money(high, currency)}"


def count_span(low: float | None, high: float | None) -> str | None:
    """Write the range of a count; None where an end is missing."""
    return None if low is None or high is None else f"{count(low)} to {count(high)}"


def priced(text: str, currency: str | None) -> str:
    """Put a currency to a written number, behind its sign."""
    if currency in _SYMBOLS:
        return re.sub(rf"^([<>]?{MINUS}?)", rf"\g<1>{_SYMBOLS[currency]}", text)
    return f"{text} {currency}" if currency else text
