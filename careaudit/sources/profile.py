"""Profile the columns of a log through DuckDB, and find how a table of customers joins it.

Values are listed only where `plan.roles.shows_values` allows it; of every other column only counts
and shares leave this file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import ibis

from careaudit.errors import DataError
from careaudit.plan.draft import Companion
from careaudit.plan.roles import FEW, ColumnProfile, Roles, shows_values
from careaudit.plan.toml_text import show
from careaudit.sources import expression as ex
from careaudit.sources.files import Files, Relation, Workspace, find, unreadable

MAX_ROWS = 200_000
"""Rows that are looked at: the first ones, so that two looks see the same."""
MIN_SHOWN = 10
"""A value on fewer rows may point at a person and is not shown as an example."""
_MAX_COLUMNS = 500
_TOGETHER = 20  # columns summed in one query
_KEY_ROWS = 10_000
_DEPTH = 3

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_WHOLE = r"^[+-]?\d+(\.0+)?$"
_DATE = (
    r"^((19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](\d\d|(19|20)\d\d)"
    r"|\d{1,2}\.\d{1,2}\.(19|20)\d\d)([ T,].*)?$"
)
_PLACEHOLDER = r"^(?i:n/?a|null|none|nan|nil|-+|\?+)$"
_EPOCHS = ((1e9, 2.2e9), (1e12, 2.2e12), (1e15, 2.2e15), (1e18, 2.2e18))


@dataclass(frozen=True)
class Missing:
    """Rows of one decision value, and how many of them lack another column's value."""

    rows: int
    missing: int


@dataclass(frozen=True)
class LogProfile:
    """The profiles of a log's columns and the rows they were made of.

    Columns that were not looked at: `twins`, each with the one that its name differs from by case
    only, and `unread`, the number of those after the first 500.
    """

    files: Files
    rows: int
    more: bool
    columns: tuple[ColumnProfile, ...]
    twins: tuple[tuple[str, str], ...]
    unread: int
    _rows: Any = field(repr=False, compare=False)
    _space: Workspace = field(repr=False, compare=False)

    def missing(self, decision: str, columns: Sequence[str]) -> dict[str, dict[str, Missing]]:
        """Count filled and missing values of columns by the value of the decision."""
        table = self._rows.mutate(by=ex.clean(self._rows[self._alias(decision)]))
        table = table.filter(table.by.notnull())
        sums = {
            f"m{n}": ex.clean(table[self._alias(column)]).isnull().cast("int64").sum()
            for n, column in enumerate(columns)
        }
        groups = table.group_by("by").aggregate(n=table.count(), **sums)
        found: dict[str, dict[str, Missing]] = {column: {} for column in columns}
        for value, n, *missing in self._space.fetch(groups):
            for column, count in zip(columns, missing, strict=True):
                found[column][value] = Missing(int(n), int(count))
        return found

    def matched(self, column: str, table: LogProfile, key: str) -> float:
        """Return the share of this log's different ids that the whole of another table has."""
        ours = self._rows.select(k=ex.clean(self._rows[self._alias(column)])).distinct()
        ours = ours.filter(ours.k.notnull())
        text = self._space.read(table.files).text([key])
        theirs = text.select(k=ex.clean(text[key]))
        (met,) = self._space.fetch(ours.semi_join(theirs, "k").aggregate(n=ibis._.count()))[0]
        (every,) = self._space.fetch(ours.aggregate(n=ibis._.count()))[0]
        return met / every if every else 0.0

    def _alias(self, column: str) -> str:
        return _alias([profile.name for profile in self.columns].index(column))


def profile(role: str, paths: Sequence[str], base: Path | None = None) -> LogProfile:
    """Profile the first 200,000 rows of a table.

    Raises DataError if its files are missing, empty, not a table, or hold a header only.
    """
    space = Workspace()
    space.con.raw_sql("SET preserve_insertion_order = true")  # the first rows are the first rows
    files = find(role, paths, base or Path())
    try:
        relation = space.read(files)
        every, twins = _columns(space, relation)
        names = every[:_MAX_COLUMNS]
        rows = _stage(space, relation, names)
        (count,) = space.fetch(rows.aggregate(n=rows.count()))[0]
        if not count:
            raise DataError(
                "the log has no rows." if role == "log" else "the table has no rows.",
                where=files.where,
                hint="Only a header was found: export it again.",
            )
        more = count > MAX_ROWS
        if more:
            space.con.raw_sql(f"DELETE FROM {rows.get_name()} WHERE rowid >= {MAX_ROWS}")  # noqa: S608
        columns = _profiles(space, rows, names)
    except duckdb.Error as error:
        raise unreadable(files, error) from None
    return LogProfile(
        files=files,
        rows=min(int(count), MAX_ROWS),
        more=more,
        columns=columns,
        twins=twins,
        unread=len(every) - len(names),
        _rows=rows,
        _space=space,
    )


def _columns(space: Workspace, relation: Relation) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """List the columns, keys inside JSON objects as paths, and apart those that differ by case."""
    names = list(relation.names)
    if relation.files.format in {"json", "jsonl"}:
        names = _opened(space, relation, names, _DEPTH)
    if not names:
        raise DataError(
            "no columns were found.",
            where=relation.files.where,
            hint='JSON holds one object per row, such as {"decision": "approved"}.',
        )
    kept: dict[str, str] = {}
    twins = []
    for name in names:
        folded = name.casefold()
        if folded in kept:
            twins.append((name, kept[folded]))
        else:
            kept[folded] = name
    return list(kept.values()), tuple(twins)


def _opened(space: Workspace, relation: Relation, names: list[str], depth: int) -> list[str]:
    """Replace columns that hold JSON objects by the paths of their keys."""
    plain = [name for name in names if re.fullmatch(r"[A-Za-z_][\w.]*", name)]
    if not plain or not depth:
        return names
    out: list[str] = []
    for name in names:
        keys: list[str] = []
        if name in plain:
            text = relation.text([name]).limit(_KEY_ROWS)
            sql = ibis.to_sql(text.rename(v=name), dialect="duckdb")
            found = space.run(
                "SELECT DISTINCT unnest(json_keys(v)) AS k "  # noqa: S608 - our own SQL
                f"FROM ({sql}) WHERE v LIKE '{{%' AND json_valid(v) ORDER BY k"
            )
            keys = [key for (key,) in found]
        safe = [key for key in keys if re.fullmatch(r"[A-Za-z_]\w*", key)]
        inner = [f"{name}.{key}" for key in safe]
        out += _opened(space, relation, inner, depth - 1) if inner else [name]
    return out


def _stage(space: Workspace, relation: Relation, names: Sequence[str]) -> Any:
    text = relation.text(list(names)).limit(MAX_ROWS + 1)
    return space.keep(text.rename({_alias(n): name for n, name in enumerate(names)}))


def _alias(number: int) -> str:
    """Name a column of the staged rows by its number: its own name may be anything."""
    return f"c{number}"


def _profiles(space: Workspace, rows: Any, names: Sequence[str]) -> tuple[ColumnProfile, ...]:
    found: list[ColumnProfile] = []
    for start in range(0, len(names), _TOGETHER):
        numbers = range(start, min(start + _TOGETHER, len(names)))
        sums = {n: _sums(rows[_alias(n)]) for n in numbers}
        flat = {f"{key}{n}": value for n in numbers for key, value in sums[n].items()}
        answer = space.fetch(rows.aggregate(rows=rows.count(), **flat))[0]
        known = dict(zip(("rows", *flat), answer, strict=True))
        for n in numbers:
            own = {key: known[f"{key}{n}"] for key in sums[n]}
            column = _column(names[n], int(known["rows"]), own)
            if shows_values(column):
                column = replace(column, values=_values(space, rows, n))
            found.append(column)
    return tuple(found)


def _sums(raw: Any) -> dict[str, Any]:
    value = ex.clean(raw)
    number = ibis.ifelse(value.re_search(_NUMBER), value.try_cast("float64"), ibis.null("float64"))
    length = value.length()
    epoch = ibis.literal(False)
    for low, high in _EPOCHS:
        epoch |= number.between(low, high)
    year = ex.moment(value).year()
    flags = {
        "dates": number.isnull() & year.between(1900, 2200) & length.between(8, 40),
        "epochs": epoch,
        "numbers": number.notnull(),
        "wholes": value.re_search(_WHOLE),
        "units": number.between(0, 1),
        "padded": (raw != raw.strip()) & value.notnull(),
        "negative": number < 0,
        "long": value.re_search(r"^\d{16,}$"),
        "zero_led": value.re_search(r"^0\d+$"),
        "shaped": value.re_search(_DATE),
        "placeholders": value.re_search(_PLACEHOLDER),
    }
    return {
        "filled": value.count(),
        "distinct": value.nunique(),
        "folded": value.lower().nunique(),
        "length": length.mean(),
        "longest": length.max(),
        "words": (length - value.replace(" ", "").length() + 1).mean(),
        **{key: ibis.ifelse(flag, 1, 0).sum() for key, flag in flags.items()},
    }


def _column(name: str, rows: int, sums: dict[str, Any]) -> ColumnProfile:
    count = {key: int(value or 0) for key, value in sums.items() if key not in {"length", "words"}}
    filled = max(count["filled"], 1)
    return ColumnProfile(
        name=name,
        rows=rows,
        filled=count["filled"],
        distinct=count["distinct"],
        date_share=count["dates"] / filled,
        epoch_share=count["epochs"] / filled,
        number_share=count["numbers"] / filled,
        whole_share=count["wholes"] / filled,
        in_unit_share=count["units"] / filled,
        mean_length=float(sums["length"] or 0),
        mean_words=float(sums["words"] or 0),
        max_length=count["longest"],
        folded=count["folded"],
        padded=count["padded"],
        negative=count["negative"],
        long_numbers=count["long"],
        zero_led=count["zero_led"],
        date_shaped=count["shaped"],
        placeholders=count["placeholders"],
    )


def _values(space: Workspace, rows: Any, number: int) -> tuple[tuple[str, int], ...]:
    table = rows.select(v=ex.clean(rows[_alias(number)]))
    table = table.filter(table.v.notnull())
    counts = table.group_by("v").aggregate(n=table.count())
    return tuple(
        (value, int(n)) for value, n in space.fetch(counts.order_by([counts.n.desc(), "v"]))
    )


def companion(
    log: LogProfile, roles: Roles, paths: str, written: str, base: Path | None = None
) -> Companion:
    """Find the column by which a table of customers joins the log.

    `written` is how the plan writes the table's path. DataError if no column meets the log's ids.
    """
    table = profile("tables.customers", [paths], base)
    ours = {
        role: column
        for role in ("subject_id", "decision_id", "conversation_id")
        if (column := roles.column(role))
    }
    if "subject_id" not in ours:
        same = {column.name for column in table.columns}
        ids = [c.name for c in log.columns if c.name in same and c.distinct > FEW]
        ours |= {"subject_id": ids[0]} if ids else {}
    best: Companion | None = None
    for role, column in ours.items():
        for theirs in table.columns:
            if not theirs.filled or theirs.unique_share < 0.5:
                continue
            matched = log.matched(column, table, theirs.name)
            if matched > (best.matched if best else 0):
                best = Companion(
                    path=written, profiles=table.columns, field=role, log_column=column,
                    key=theirs.name, matched=matched, repeated=theirs.filled - theirs.distinct,
                )  # fmt: skip
    if best is None:
        seen = ", ".join(show(column.name)[1:-1] for column in table.columns[:20])
        raise DataError(
            "no column holds the ids of the log, so the tables cannot be joined.",
            where=table.files.where,
            hint=f"Check that both sides write customer ids alike. Columns: {seen}.",
        )
    return best
