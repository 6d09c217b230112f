"""What of a record must not be printed, over all that is printed together."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from itertools import combinations

from careaudit.disclosure import (
    MIN_CUSTOMERS,
    Cell,
    Group,
    Key,
    People,
    Sum,
    Table,
    Total,
    exposed,
    ordered,
    protect,
    same,
    settled,
)
from careaudit.publication import ratios
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
        people = ratios.people(e.behind) if e.n else People(float("inf"))
        if e.unit == "share" and e.method in COUNTED:
            whole = estimates[key[0], EVERYBODY]
            rate = whole.events / whole.n if whole.events is not None and whole.n else 0.5
            x = float(e.events) if e.events is not None else e.n * rate
            known = e.events is not None or not e.n
            cells[key] = Cell((x, e.n - x), people, known=known)
        else:
            sum_ = _sum(e, estimates[key[0], EVERYBODY])
            numbers = (float(e.n),) if sum_ is None else (float(e.n), sum_)
            cells[key] = Cell(numbers, people, count=False, known=e.value is not None)
    return cells


COUNTED = ("wilson", "clopper_pearson")
"""Methods of ranges of counted shares."""


def _sum(e: Estimate, everybody: Estimate) -> float | None:
    """The sum behind a mean, none below 0; None where values do not add up."""
    if e.unit not in ADDITIVE:
        return None
    value = (everybody.value or 0.0) if e.value is None else e.value
    shifted = (value + 100) / 200 if e.unit == "points" else value
    return max(0.0, e.n * shifted)


def _columns(cells: Mapping[Key, Cell]) -> dict[str, dict[Group, Cell]]:
    """All that is printed: measure -> group -> cell."""
    columns: dict[str, dict[Group, Cell]] = {}
    for (measure, group), cell in cells.items():
        if cell.printed:
            columns.setdefault(measure, {})[group] = cell
    return columns


def _twins(cells: Mapping[Key, Cell]) -> Iterator[Sum]:
    """What holds between groups of two attributes that are the same decisions.

    Such as those of customers of whom nothing is known. They are told by equal numbers on all
    measures; guesses by their cases and their names.
    """
    tables: dict[str, dict[Group, dict[str, Cell]]] = {}
    for (measure, group), cell in cells.items():
        if group != EVERYBODY and cell.size and cell.printed:
            tables.setdefault(group[0], {}).setdefault(group, {})[measure] = cell
    for one, two in combinations(tables.values(), 2):
        both = {m for by in one.values() for m in by} & {m for by in two.values() for m in by}
        seen = {_mark(by, both, group): group for group, by in one.items() if both & by.keys()}
        for group, by in two.items():
            if (twin := seen.get(_mark(by, both, group))) and both & by.keys():
                for measure in both & by.keys():
                    for place in range(len(by[measure].numbers)):
                        yield {((measure, group), place): 1.0, ((measure, twin), place): -1.0}


def _mark(by: Mapping[str, Cell], measures: Collection[str], group: Group) -> Hashable:
    """Whatever two groups must share to be taken for the same decisions."""
    return tuple(
        (name, cell.numbers if cell.known else (cell.size, group[1]))
        for name, cell in sorted(by.items())
        if name in measures
    )


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
    totals = [Total(tuple(keys), (name, EVERYBODY)) for (name, _), keys in parts.items()]
    totals += ratios.totals(record)
    columns = _columns(cells)
    links += [*same(columns), *_twins(cells)]
    orders = ordered(columns)
    table = settled(Table(cells, tuple(totals), tuple(links), orders, least_customers(record)))
    hidden = protect(table)
    while left := exposed(table, hidden):  # nothing more to withhold beside them but everything
        names = {name for name, _ in left}
        more = hidden | {key for key in cells if key[0] in names}
        if more == hidden:
            return frozenset(cells)
        hidden = more
    return hidden
