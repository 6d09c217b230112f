"""What of a record must not be printed, over all that is printed together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from careaudit.disclosure import (
    MIN_CUSTOMERS,
    Cell,
    Group,
    Key,
    People,
    Table,
    Total,
    exposed,
    nested,
    ordered,
    protect,
    same,
    settled,
)
from careaudit.publication import figures, ratios
from careaudit.record import AuditRecord, Estimate

ADDITIVE = ("money", "rating", "number", "points", "share")
"""Units whose values times their cases add up over groups; times, areas and scores do not."""
EVERYBODY: Group = ("", "")
"""The group of all decisions."""


def least_customers(record: AuditRecord) -> int:
    """A plan may hide more than the rule, never less."""
    return max(MIN_CUSTOMERS, record.provenance.settings.min_cell)


def _cells(estimates: Mapping[Key, Estimate]) -> dict[Key, Cell]:
    """The numbers of every estimate; of one that the record hides, a guess that adds up."""
    cells: dict[Key, Cell] = {}
    for key, e in estimates.items():
        people = _people(e)
        if e.unit == "share" and e.method in COUNTED:
            whole = estimates.get((key[0], EVERYBODY))
            rate = whole.events / whole.n if whole and whole.events is not None and whole.n else 0.5
            x = float(e.events) if e.events is not None else e.n * rate
            known = e.events is not None or not e.n
            cells[key] = Cell((x, e.n - x), people, known=known)
        else:
            sum_ = _sum(e, estimates.get((key[0], EVERYBODY)))
            numbers = (float(e.n),) if sum_ is None else (float(e.n), sum_)
            cells[key] = Cell(numbers, people, count=False, known=e.value is not None)
    return cells


COUNTED = ("wilson", "clopper_pearson")
"""Methods of ranges of counted shares."""


def _people(e: Estimate) -> People:
    """Who stands behind an estimate. A time is a single customer's where there are few."""
    if not e.n:
        return People(math.inf)
    found = ratios.people(e.behind)
    few = e.unit == "seconds" and found.customers < figures.least(e)[0]
    return replace(found, dominated=True) if few else found


def _without_tales(cells: Mapping[Key, Cell], least: int) -> dict[Key, Cell]:
    """Cells without cases tell something of a group of which another cell tells of few."""
    few = {group for (_, group), cell in cells.items() if cell.size and cell.people.few(least)}
    return {
        key: replace(cell, people=People(0)) if not cell.size and key[1] in few else cell
        for key, cell in cells.items()
    }


def _sum(e: Estimate, everybody: Estimate | None) -> float | None:
    """The sum behind a mean, none below 0; None where values do not add up."""
    if e.unit not in ADDITIVE:
        return None
    usual = everybody.value if everybody else None
    value = (usual or 0.0) if e.value is None else e.value
    shifted = (value + 100) / 200 if e.unit == "points" else value
    return max(0.0, e.n * shifted)


def _columns(cells: Mapping[Key, Cell]) -> dict[str, dict[Group, Cell]]:
    """All that is printed: measure -> group -> cell."""
    columns: dict[str, dict[Group, Cell]] = {}
    for (measure, group), cell in cells.items():
        if cell.printed:
            columns.setdefault(measure, {})[group] = cell
    return columns


def withheld(record: AuditRecord, estimates: Mapping[Key, Estimate]) -> frozenset[Key]:
    """The estimates that must not be printed."""
    cells = _cells(estimates)
    cells |= ratios.cells(record)
    rest, links = ratios.left_out(cells)
    cells |= rest
    parts: dict[tuple[str, str], list[Key]] = {}
    for key in estimates:
        if key[1] != EVERYBODY:
            parts.setdefault((key[0], key[1][0]), []).append(key)
    totals = [
        Total(tuple(keys), (name, EVERYBODY) if (name, EVERYBODY) in cells else None)
        for (name, _), keys in parts.items()
    ]
    totals += ratios.totals(record)
    cells = _without_tales(cells, least_customers(record))
    columns = _columns(cells)
    links += [*same(columns), *nested(columns)]
    orders = ordered(columns)
    table = settled(Table(cells, tuple(totals), tuple(links), orders, least_customers(record)))
    hidden = protect(table)
    while left := exposed(table, hidden):  # nothing more beside them: first a table, then all
        more = hidden | {k for k in cells if any(_of_one_table(k, key) for key in left)}
        if more == hidden:
            names = {name for name, _ in left}
            more = hidden | {key for key in cells if key[0] in names}
        if more == hidden:
            return frozenset(cells)
        hidden = more
    return hidden


def _of_one_table(one: Key, two: Key) -> bool:
    return one[0] == two[0] and one[1][0] == two[1][0]
