"""Impact-ratio tables in public: their cells beside all others, and how they are printed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from careaudit.disclosure import MIN_CUSTOMERS, Cell, Group, Key, People, Sum, Total, rounded
from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.publication import document as doc
from careaudit.publication import figures
from careaudit.record import AuditRecord, Behind, RatioRow, RatioTable

MEASURE, LEFT_OUT = "impact ratio", "left out of impact ratio"
"""Under which names the tables stand among measures: what they count, and what they do not."""
EVERYBODY: Group = ("", "")


def cells(record: AuditRecord) -> dict[Key, Cell]:
    """The categories of all tables, and of each the decisions that only other tables count."""
    found: dict[Key, Cell] = {}
    for table in record.impact.ratio_tables:
        for row in table.rows:
            found[_key(table, row)] = _cell(row)
        found.setdefault(
            (_name(table), EVERYBODY),
            Cell(_sums(table), People(table.n_used or float("inf")), dear=True),
        )
    return found


def _name(table: RatioTable) -> str:
    """One measure where all tables count the same decisions, else one a table."""
    return MEASURE if table.unknown_policy == "listwise" else f"{MEASURE} {table.axis}"


def _key(table: RatioTable, row: RatioRow) -> Key:
    return _name(table), (table.axis, row.group)


def _cell(row: RatioRow) -> Cell:
    """A category; nobody stands behind one that the record hides."""
    rate = row.rate if row.rate is not None else 0.5
    x = float(row.selected) if row.selected is not None else row.n * rate
    known = row.selected is not None
    return Cell((x, row.n - x), people(row.behind), known=known, dear=True)


def people(behind: Behind | None) -> People:
    """Who stands behind a number: nobody where the record does not say."""
    if behind is None:
        return People(0)
    events, others = behind.with_event, behind.without_event
    sides = None if events is None or others is None else (events, others)
    return People(behind.customers, sides, bool(behind.dominated))


def _sums(table: RatioTable) -> tuple[float, float]:
    x = sum(row.selected if row.selected is not None else row.n / 2 for row in table.rows)
    return float(x), float(table.n_used - x)


def totals(record: AuditRecord) -> Iterator[Total]:
    """What the categories add up to: everybody and, where crossed, the categories of each axis."""
    tables = record.impact.ratio_tables
    for table in tables:
        name = _name(table)
        axes = table.axis.split("*")
        if len(axes) == 1 or name != MEASURE:
            yield Total(tuple(_key(table, row) for row in table.rows), (name, EVERYBODY))
            continue
        for alone in (one for one in tables if one.axis in axes):
            for whole in alone.rows:
                parts = tuple(
                    _key(table, row)
                    for row in table.rows
                    if _belongs(row.group, whole.group, first=alone.axis == axes[0])
                )
                if parts:
                    yield Total(parts, _key(alone, whole))


def _belongs(crossed: str, group: str, *, first: bool) -> bool:
    return crossed.startswith(f"{group}*") if first else crossed.endswith(f"*{group}")


def axes(record: AuditRecord) -> frozenset[str]:
    """The attributes that stand in a table of their own here."""
    return frozenset(table.axis for table in record.impact.ratio_tables if "*" not in table.axis)


def left_out(found: Mapping[Key, Cell]) -> tuple[dict[Key, Cell], list[Sum]]:
    """The decisions that a measure's table counts and an impact-ratio table does not.

    Nobody prints them; whoever subtracts one table from the other has them. A measure that counts
    fewer decisions anywhere is about others. Returns the cells, and the sums that hold for them.
    """
    ratio = {group: (name, group) for name, group in found if name.startswith(MEASURE)}
    made: dict[Key, Cell] = {}
    links: list[Sum] = []
    for measure in dict.fromkeys(name for name, _ in found if not name.startswith(MEASURE)):
        pairs = [((measure, g), key) for g, key in ratio.items() if (measure, g) in found]
        if any(found[mine].size < found[theirs].size for mine, theirs in pairs):
            continue
        for mine, theirs in pairs:
            rest = found[mine].size - found[theirs].size
            key = (f"{LEFT_OUT}: {measure}", mine[1])
            made[key] = Cell((rest,), People(rest or float("inf")), count=False, printed=False)
            cases = range(2) if found[mine].count else range(1)
            links.append(
                {(mine, place): 1.0 for place in cases}
                | {(theirs, place): -1.0 for place in range(2)}
                | {(key, 0): -1.0}
            )
    return made, links


def press(record: AuditRecord, hidden: Collection[Key]) -> tuple[doc.PublicRatios, ...]:
    """Print the tables: rates and ratios of rounded counts, two digits behind the point."""
    made = []
    for table in record.impact.ratio_tables:
        if (_name(table), EVERYBODY) in hidden:
            continue
        by_name = {row.group: row for row in table.rows}
        top = by_name.get(table.reference or "")
        if top is not None and _key(table, top) in hidden:
            top = None
        made.append(
            doc.PublicRatios(
                axis=table.axis,
                n_used=None if 0 < table.unknown < MIN_CUSTOMERS else rounded(table.n_used),
                unknown=figures.about(table.unknown),
                reference=top.group if top else None,
                threshold=f"{table.threshold:.2f}",
                rows=tuple(
                    _row(table, row, top, withheld=_key(table, row) in hidden) for row in table.rows
                ),
            )
        )
    return tuple(made)


def _row(
    table: RatioTable, row: RatioRow, top: RatioRow | None, *, withheld: bool
) -> doc.RatioCell:
    if withheld or row.selected is None:
        return doc.RatioCell(group=row.group, status="withheld")
    x, n = figures.parts(row.selected, row.n)
    ratio = None
    if top is not None and top.selected and row.ratio is not None:
        most, of = figures.parts(top.selected, top.n)
        ratio = f"{num.half_up((x / n) / (most / of), 2)}"
    return doc.RatioCell(
        group=row.group,
        status="included" if row.status == "hidden" else row.status,
        n=n,
        rate=figures.counted(row.selected, row.n, Notation()),
        ratio=ratio,
        share=num.percent(n / max(rounded(table.n_used), 1)).removesuffix("%"),
        verdict=row.verdict if top is not None else None,
        justification=row.justification,
    )
