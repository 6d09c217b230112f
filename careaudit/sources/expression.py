"""The one expression that turns rows into cells, in ibis, so that any engine can run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from careaudit.cells import Quantity, Slot, Term
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
    """Trim a text and make an empty one missing; "NA" and "no" are values."""
    return column.strip().nullif("")


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
    stamp = ibis.ifelse(size >= 1e8, epoch, column.try_cast("timestamp"))
    sound = stamp.between(ibis.timestamp("1900-01-01"), ibis.timestamp("2999-12-31"))
    return ibis.ifelse(sound, stamp, ibis.null("timestamp"))


def latest_first(column: Expr) -> list[Expr]:
    """Order by time, then by number (a version), then by text, the latest first."""
    return [moment(column).desc(), column.try_cast("float64").desc(), column.desc()]


def minor_units(column: Expr) -> Expr:
    """Read an amount as whole minor units; missing unless it is a number from 0 to a trillion."""
    number = column.try_cast("float64")
    fine = (number >= 0) & (number < 1e12)  # NaN and infinity compare above every number
    return (ibis.ifelse(fine, number, ibis.null("float64")) * MINOR).round().cast("int64")


def label_state(label: Expr, positive: Sequence[str], mature: Expr) -> Expr:
    """Say what the label says was due: due, undue or unlabelled."""
    return ibis.cases(
        (label.isnull() | ~mature, "unlabelled"),
        (label.isin(list(positive)), "due"),
        else_="undue",
    )


def carried(quantity: Quantity, slot: Expr, amount: Expr) -> Expr:
    """Return what each decision carries of a quantity (methods 0)."""
    counts = slot.isin([str(s) for s in Slot if s in quantity.slots])
    if quantity.priced or quantity.power:
        free = [str(s) for s in Slot if s in quantity.slots and s.startswith("adverse")]
        known = amount.notnull()
        counts &= (known | slot.isin(free)) if free and not quantity.power else known
    if quantity.power == 0:
        return ibis.ifelse(counts, 1, 0)
    wide = amount.cast("decimal(19, 0)")
    return ibis.ifelse(counts, wide * wide if quantity.power == 2 else wide, 0)


def quantities(terms: Sequence[Term]) -> dict[str, Quantity]:
    """Collect the quantities that terms are made of, by key."""
    parts = (part for term in terms for part in (term.first, term.second) if part)
    return {part.key: part for part in parts}


def per_customer(table: Expr, by: Sequence[str], wanted: Mapping[str, Quantity]) -> Expr:
    """Sum quantities over rows that share the given columns."""
    return table.group_by(list(by)).aggregate(**{key: table[key].sum() for key in wanted})


def sum_terms(table: Expr, by: Sequence[str], terms: Sequence[Term], *, clustered: bool) -> Expr:
    """Sum the terms of a table of one row per group and customer (any rows if not clustered)."""
    sums = {}
    for term in terms:
        first = table[term.first.key]
        if term.kind == "total":
            sums[term.key] = first.sum()
        elif not clustered:
            sums[term.key] = (first * 0).sum()
        elif term.kind == "customers":
            sums[term.key] = ibis.ifelse(first > 0, 1, 0).sum()
        elif term.second:
            second = table[term.second.key]
            sums[term.key] = (first.cast("decimal(19, 0)") * second.cast("decimal(19, 0)")).sum()
    return table.group_by(list(by)).aggregate(**sums) if by else table.aggregate(**sums)


def within_period(day: Expr, start: date | None, end: date | None) -> Expr:
    """Say whether a day lies in the plan's period, both ends in."""
    inside = ibis.literal(True)
    if start:
        inside &= day >= ibis.date(start.isoformat())
    if end:
        inside &= day <= ibis.date(end.isoformat())
    return inside
