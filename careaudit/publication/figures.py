"""How numbers are printed in public: rounded counts, and shares of rounded counts (methods 13)."""

from __future__ import annotations

import math

from careaudit.disclosure import BASE, MIN_SIDE, rounded
from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.publication.document import Printed
from careaudit.record import Estimate, Interval, Money
from careaudit.stats.rates import rate_interval

FEW = 200
"""With fewer decisions a share is told in whole per cent, and near an end as a bound."""
CODED = (5, 95)
"""In every 100: the bounds of shares of few decisions."""
SMALL = 10
"""A count below it is told as a bound."""
_HALF = BASE // 2


def about(count: float) -> str:
    """Write a count for the public: "0", "fewer than 10", or rounded to the base."""
    if 0 < count < SMALL:
        return f"fewer than {SMALL}"
    return f"{rounded(count):,}"


def parts(events: int, n: int) -> tuple[int, int]:
    """Round events and cases; where a side has some customers, it never rounds to none."""
    x, whole = rounded(events), rounded(n)
    if events >= MIN_SIDE:
        x = max(x, BASE)
    if n - events >= MIN_SIDE:
        x = min(x, whole - BASE)
    return min(x, whole), whole


def share(e: Estimate, per: int) -> Printed:
    """Print a group's share: of rounded counts, where it is counted."""
    notation = Notation(per=per)
    if e.events is None:
        return value(e, notation)
    return counted(e.events, e.n, notation, _design_effect(e))


def counted(events: int, cases: int, notation: Notation, deff: float = 1.0) -> Printed:
    """Print a share from its rounded counts, with a range that allows for the rounding.

    deff: how many decisions are worth one.
    """
    x, n = parts(events, cases)
    low, high = sorted((x / n, events / cases))  # a bound holds for both
    if x == 0 or (n < FEW and 100 * high < CODED[0]):
        return _coded(n, notation, deff, fewer=True)
    if x == n or (n < FEW and 100 * low > CODED[1]):
        return _coded(n, notation, deff, fewer=False)
    rate = min(max(round(x / n, 2), CODED[0] / 100), CODED[1] / 100) if n < FEW else x / n
    ends = (
        float(rate_interval(max(x - _HALF, 0) / deff, n / deff)[0]),
        float(rate_interval(min(x + _HALF, n) / deff, n / deff)[1]),
    )
    return _printed(rate, *ends, notation)


def _design_effect(e: Estimate) -> float:
    """How many decisions are worth one, as the width of the council's range tells."""
    if not e.events or e.events == e.n or e.low is None or e.high is None:
        return 1.0
    low, high = rate_interval(float(e.events), float(e.n))
    return round(max(1.0, ((e.high - e.low) / float(high - low)) ** 2), 1)


def _coded(n: int, notation: Notation, deff: float, *, fewer: bool) -> Printed:
    """Print a share near an end as a bound, which holds for every count that rounds so."""
    least = MIN_SIDE / n
    edge = max(least, CODED[0] / 100) if n < FEW else least
    per = notation.per
    shown = math.ceil(round(edge * per, 6))
    far = float(rate_interval(edge * n / deff, n / deff)[1])
    ends = (0.0, far) if fewer else (1 - far, 1.0)
    span = notation.span(*ends)
    if fewer:
        return Printed(text=f"fewer than {shown:,}", range=span, low=ends[0], high=ends[1],
                       code="fewer")  # fmt: skip
    return Printed(text=f"{per - shown:,} or more", range=span, low=ends[0], high=ends[1],
                   code="more")  # fmt: skip


def _printed(value: float, low: float | None, high: float | None, notation: Notation) -> Printed:
    def step(number: float) -> float:
        return float(num.half_up(number * notation.factor)) / notation.factor

    if low is None or high is None:
        return Printed(text=notation.value(step(value)), value=step(value))
    return Printed(
        text=notation.value(step(value)),
        range=notation.span(step(low), step(high)),
        value=step(value),
        low=step(low),
        high=step(high),
    )


def value(e: Estimate, notation: Notation) -> Printed:
    """Print a value that is no count: a time, an amount, a rating, with its range.

    Times have two digits that count, for a quantile and the ends of its range are times of single
    customers. The range of a sum is left out where one customer might make it so wide.
    """
    if e.value is None:
        msg = f"{e.measure} of {e.group} has no value"
        raise ValueError(msg)
    ends = (e.low, e.high) if _ranged(e) else (None, None)
    if e.unit != "seconds":
        return _printed(e.value, *ends, notation)
    low, high = (None if end is None else _two_digits(end) for end in ends)
    return _printed(_two_digits(e.value), low, high, notation)


SINGLE = ("money", "number")
"""Units without an end, of which one customer may have almost everything."""
WIDE = 1.5
"""A standard deviation, in means, beyond which one value may make all of it."""
BEHIND = {"p90": (50, 200)}
"""Customers that a quantile needs to be printed, and with its range; others need fewer."""
USUAL = (20, 50)


def least(e: Estimate) -> tuple[int, int]:
    """Customers that a time needs to be printed, and with its range."""
    return next((found for ending, found in BEHIND.items() if e.measure.endswith(ending)), USUAL)


def _ranged(e: Estimate) -> bool:
    """Whether the range of a value may be printed."""
    if e.low is None or e.high is None or e.value is None:
        return False
    if e.unit == "seconds":
        return e.behind is not None and e.behind.customers >= least(e)[1]
    deviation = (e.high - e.value) / 1.96 * math.sqrt(e.n)
    return e.unit not in SINGLE or deviation <= WIDE * abs(e.value)


def size(limits: float) -> str:
    """Write a gap in limits with two digits that count."""
    if limits < SLIGHT:
        return f"under {SLIGHT}"
    places = max(0, 1 - math.floor(math.log10(limits)))
    return f"{num.half_up(_two_digits(limits), places):,f}"


SLIGHT = 0.1
"""A gap of less, in limits, is told as that."""


def _two_digits(number: float) -> float:
    return round(number, 1 - math.floor(math.log10(abs(number)))) if number else 0.0


def score(found: Interval) -> Printed | None:
    """Print an Equity Impact Score with its range; None without one."""
    if found.low is None or found.high is None:
        return None
    ends = f"{num.score(found.low)} to {num.score(found.high)}"
    text = "undetermined" if found.value is None else num.score(found.value)
    return Printed(text=text, range=ends)


def people(found: Interval) -> Printed | None:
    """Print a number of people, rounded to the base; None where there is none to tell."""
    if found.value is None or found.low is None or found.high is None:
        return None
    low, high = (float(rounded(max(end, 0.0))) for end in (found.low, found.high))
    if found.value < SMALL or high < SMALL:
        return Printed(text=about(found.value))
    span = f"{low:,.0f} to {high:,.0f}" if low >= SMALL else f"up to {high:,.0f}"
    low = low if low >= SMALL else 0.0
    return Printed(text=about(found.value), range=span, value=float(rounded(found.value)),
                   low=low, high=high)  # fmt: skip


def money(found: Money | None) -> Printed | None:
    """Print an amount with two digits that count; None where one customer might be told by it."""
    if found is None or found.dominated is not False:
        return None
    if found.value is None or found.low is None or found.high is None:
        return None
    value, low, high = (_two_digits(end) for end in (found.value, found.low, found.high))
    span = num.money_span(low, high, found.currency)
    text = num.money(value, found.currency)
    return Printed(text=text, range=span, value=value, low=low, high=high)
