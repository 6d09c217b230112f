"""The one expression that turns rows into cells, in ibis, so that any engine can run it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from careaudit.carried import key as key_of
from careaudit.cells import ADVERSE, Histogram, Quantity, Slot, Term
from careaudit.conditions import (
    Among,
    Both,
    Condition,
    Either,
    Not,
    Number,
    Old,
    Same,
    Soon,
    fields,
    key,
)
from careaudit.measures.amount import MINOR
from careaudit.plan import Outcome, Plan

USED = "used"
NO_OUTCOME, NEUTRAL, UNMAPPED = "no_outcome", "neutral_outcome", "unmapped_outcome"
DUPLICATE, OUTSIDE, NO_DATE = "duplicate", "outside_period", "no_date"
UNKNOWN = "unknown"
"""A segment value that says nobody knows; the same as an empty one."""

Expr = Any  # ibis publishes no types


@dataclass(frozen=True)
class Place:
    """Where a plan's column stands: a companion table or the log (None), and its name there."""

    table: str | None
    column: str


def place(plan: Plan, reference: str, log_columns: Sequence[str]) -> Place:
    """Resolve a column of the plan: a field of [log.columns], then table.column, then a column.

    A log column whose name happens to hold a table's name and a dot is the log's.
    """
    mapped = plan.log.columns.get(reference)
    if isinstance(mapped, str):
        return Place(None, mapped)
    head, dot, rest = reference.partition(".")
    if dot and head in plan.tables and reference not in log_columns:
        return Place(head, rest)
    return Place(None, reference)


def clean(column: Expr) -> Expr:
    """Trim a text and make an empty one missing; "NA" and "no" are values.

    Looking at both ends first costs a fifth of trimming every text.
    """
    neat = (column.left(1) > " ") & (column.right(1) > " ")
    return ibis.ifelse(neat, column, column.strip().nullif(""))


def map_values(column: Expr, mapping: Mapping[str, Sequence[str]]) -> Expr:
    """Translate raw values to canonical ones; a value in no list becomes missing."""
    if not mapping:
        return column
    pairs = [(column == raw, name) for name, raws in mapping.items() for raw in raws]
    return ibis.cases(*pairs, else_=ibis.null("string"))


def side(decision: Expr, outcome: Outcome) -> Expr:
    """Say which side a decision is on; with one side named, every other value is the other."""
    branches = [
        (decision.isnull(), NO_OUTCOME),
        *(
            (decision.isin(list(values)), name)
            for name, values in (
                ("favorable", outcome.favorable),
                ("adverse", outcome.adverse),
                (NEUTRAL, outcome.neutral),
            )
            if values
        ),
    ]
    rest = UNMAPPED if outcome.favorable and outcome.adverse else _other_side(outcome)
    return ibis.cases(*branches, else_=rest)


def _other_side(outcome: Outcome) -> str:
    return "adverse" if outcome.favorable else "favorable"


def moment(column: Expr) -> Expr:
    """Read a time as UTC: ISO with or without offset, or epoch seconds, ms, us or ns by size.

    Missing outside the years 1900 to 2999: such a day is a slip, or an infinity.
    """
    number = column.try_cast("float64")
    size = number.abs()
    seconds = ibis.cases(
        (size < 1e11, number),
        (size < 1e14, number / 1e3),
        (size < 1e17, number / 1e6),
        (size < 1e20, number / 1e9),
        else_=ibis.null("float64"),
    )
    epoch = seconds.try_cast("int64").as_timestamp("s")
    # Read with its zone first: a plain timestamp would drop the offset that is written.
    written = column.try_cast("timestamp('UTC')").cast("timestamp")
    stamp = ibis.ifelse(size >= 1e8, epoch.cast("timestamp"), written)
    sound = stamp.between(ibis.timestamp("1900-01-01"), ibis.timestamp("2999-12-31"))
    return ibis.ifelse(sound, stamp, ibis.null("timestamp"))


def latest_first(column: Expr) -> list[Expr]:
    """Order by time, then by number (a version), then by text, the latest first."""
    return [moment(column).desc(), column.try_cast("float64").desc(), column.desc()]


def chance(column: Expr) -> Expr:
    """Read a chance as the text of its two decimals, "0.00" to "1.00"; missing where it is none."""
    number = column.try_cast("float64")
    sound = (number >= 0) & (number <= 1)  # NaN compares above every number
    rounded = ibis.ifelse(sound, number, ibis.null("float64")).round(2)
    return rounded.cast("decimal(3, 2)").cast("string")


def minor_units(column: Expr) -> Expr:
    """Read an amount as whole minor units; missing unless it is a number from 0 to a trillion."""
    number = column.try_cast("float64")
    fine = (number >= 0) & (number < 1e12)  # NaN and infinity compare above every number
    return (ibis.ifelse(fine, number, ibis.null("float64")) * MINOR).round().cast("int64")


def at(name: str) -> str:
    """The column that holds a time in seconds, worked out once for all who read it."""
    return f"at_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def holds(
    condition: Condition, field: Callable[[str], Expr], at: Callable[[str], Expr], now: Expr
) -> Expr:
    """Say whether a condition holds of each row; what is not recorded is never true.

    `field` gives a field as text, `at` a time in seconds, `now` is the last moment that the log
    knows, in seconds.
    """
    match condition:
        case Both(parts):
            found = ibis.and_(*(holds(part, field, at, now) for part in parts))
        case Either(parts):
            found = ibis.or_(*(holds(part, field, at, now) for part in parts))
        case Not(part):
            found = ~holds(part, field, at, now)
        case _:
            found = _said(condition, field, at, now)
    return found.fill_null(False)


def _said(
    condition: Condition, field: Callable[[str], Expr], at: Callable[[str], Expr], now: Expr
) -> Expr:
    match condition:
        case Among(name, values):
            return field(name).strip().lower().isin([value.strip().lower() for value in values])
        case Number(name, low, high):
            number = field(name).try_cast("float64")
            return (number >= low) & (number <= min(high, 1e300))  # NaN compares above all
        case Same(first, second):
            return field(first).strip().lower() == field(second).strip().lower()
        case Soon(start, end, within):
            taken = at(end) - at(start)
            return (taken >= 0) & (taken <= int(within.total_seconds()))
        case Old(name, age):
            return now - at(name) >= int(age.total_seconds())
    return field(fields(condition)[0]).notnull()


def seconds(column: Expr) -> Expr:
    """Read a time as seconds since 1970, UTC."""
    return moment(column).epoch_seconds().cast("int64")


def slot(side: Expr, label: Expr | None, positive: Sequence[str], mature: Expr) -> Expr:
    """Say in which slot a decision with a side falls, as its place among `Slot`."""
    state: Expr = ibis.literal(2)
    if label is not None:
        unlabelled = label.isnull() | ~mature
        state = ibis.cases(
            (unlabelled, 2), (label.lower().isin([v.strip().lower() for v in positive]), 0), else_=1
        )
    decided = ibis.ifelse(side == "favorable", 0, 3) + state
    neither = len(Slot) - 1
    return ibis.ifelse(side.isin(["favorable", "adverse"]), decided, neither).cast("int8")


def held(condition: Condition) -> str:
    """The column that counts the rows of which a condition holds."""
    return f"c_{key(condition)}"


def summed(column: str, power: int) -> str:
    """The column of a number's sums, or of the sums of its squares."""
    return f"{'vs'[power - 1]}{column[1:]}"


def carried(table: Expr, quantity: Quantity) -> Expr:
    """Return what each row of a table by slot carries of a quantity (methods 0).

    Its columns: `slot`, `rows`, where amounts are asked for `priced`, `amount`, `square`, and the
    sums of other numbers.
    """

    def among(slots: Iterable[Slot]) -> Expr:
        return table.slot.isin([place for place, one in enumerate(Slot) if one in slots])

    if quantity.condition:
        return ibis.ifelse(among(quantity.slots), table[held(quantity.condition)], 0)
    if quantity.number:
        value = table[summed(f"n_{key_of(quantity.number)}", quantity.power)]
        return ibis.ifelse(among(quantity.slots), value.fill_null(0), 0)
    if quantity.power:
        value = table.amount if quantity.power == 1 else table.square
        return ibis.ifelse(among(quantity.slots), value, 0)
    if not quantity.priced:
        return ibis.ifelse(among(quantity.slots), table.rows, 0)
    free = quantity.slots & ADVERSE  # a refusal is known to have paid nothing
    return ibis.cases(
        (among(free), table.rows), (among(quantity.slots - free), table.priced), else_=0
    )


def quantities(terms: Sequence[Term]) -> dict[str, Quantity]:
    """Collect the quantities that terms are made of, by key."""
    parts = (part for term in terms for part in (term.first, term.second) if part)
    return {part.key: part for part in parts}


def sum_terms(table: Expr, by: Sequence[str], terms: Sequence[Term], *, clustered: bool) -> Expr:
    """Sum the terms of a table by slot, over customers where it is clustered; else those are 0."""
    wanted = quantities(terms)
    keys = [*by, *(["subject"] if clustered else [])]
    sums = {key: carried(table, quantity).sum() for key, quantity in wanted.items()}
    each = table.group_by(keys).aggregate(**sums) if keys else table.aggregate(**sums)
    over = {term.key: _over(each, term, clustered=clustered) for term in terms}
    return each.group_by(list(by)).aggregate(**over) if by else each.aggregate(**over)


def _over(each: Expr, term: Term, *, clustered: bool) -> Expr:
    first = each[term.first.key]
    if term.kind == "total":
        return first.sum()
    if not clustered:
        return (first * 0).sum()
    if term.kind == "customers" or term.second is None:
        return ibis.ifelse(first > 0, 1, 0).sum()
    second = each[term.second.key]
    # Counts multiply within 64 bits; amounts need more.
    kind = "decimal(19, 0)" if term.first.power or term.second.power else "int64"
    return (first.cast(kind) * second.cast(kind)).sum()


def binned(table: Expr, by: Sequence[str], histogram: Histogram) -> Expr:
    """Count a table's rows by slot and code, and by other columns."""
    code = f"h_{key_of(histogram.binned)}"
    among = table.slot.isin([place for place, one in enumerate(Slot) if one in histogram.slots])
    kept = table.filter(among & table[code].notnull())
    return kept.group_by([*by, "slot", code]).aggregate(n=kept.rows.sum())


def within_period(day: Expr, start: date | None, end: date | None) -> Expr:
    """Say whether a day lies in the plan's period, both ends in."""
    inside = ibis.literal(True)
    if start:
        inside &= day >= ibis.date(start.isoformat())
    if end:
        inside &= day <= ibis.date(end.isoformat())
    return inside
