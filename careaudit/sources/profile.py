"""Profile the columns of a log through DuckDB, and name what is wrong with the data.

Values are listed only where `plan.draft.shows_values` allows it; of every other column only counts
and shares leave this file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import ibis

from careaudit.errors import DataError
from careaudit.plan.draft import ColumnProfile, Companion, Roles, share, show, shows_values
from careaudit.sources import expression as ex
from careaudit.sources.files import Files, Relation, Workspace, find, unreadable
from careaudit.sources.scan import MAX_GROUPS

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
class Problem:
    """One thing about the data that a person should know: what, how many rows, what to do."""

    column: str
    what: str
    rows: int
    step: str
    severity: Literal["warning", "info"] = "warning"


@dataclass(frozen=True)
class LogProfile:
    """The profiles of a log's columns and the rows they were made of."""

    files: Files
    rows: int
    more: bool
    columns: tuple[ColumnProfile, ...]
    problems: tuple[Problem, ...] = ()
    _rows: Any = field(default=None, repr=False, compare=False)
    _space: Any = field(default=None, repr=False, compare=False)

    def missing(self, decision: str, columns: Sequence[str]) -> dict[str, dict[str, Missing]]:
        """Count filled and missing values of columns by the value of the decision."""
        at = {profile.name: number for number, profile in enumerate(self.columns)}
        by = ex.clean(self._rows[f"c{at[decision]}"])
        table = self._rows.mutate(by=by)
        table = table.filter(table.by.notnull())
        sums = {
            f"m{n}": ex.clean(table[f"c{at[column]}"]).isnull().cast("int64").sum()
            for n, column in enumerate(columns)
        }
        groups = table.group_by("by").aggregate(n=table.count(), **sums)
        found: dict[str, dict[str, Missing]] = {column: {} for column in columns}
        for value, n, *missing in self._space.fetch(groups):
            for column, count in zip(columns, missing, strict=True):
                found[column][value] = Missing(int(n), int(count))
        return found


@dataclass(frozen=True)
class Missing:
    """Rows of one decision value, and how many of them lack another column's value."""

    rows: int
    missing: int


def profile(role: str, paths: Sequence[str], base: Path | None = None) -> LogProfile:
    """Profile the first 200,000 rows of a table.

    Raises DataError if its files are missing, empty, not a table, or hold a header only.
    """
    space = Workspace()
    space.con.raw_sql("SET preserve_insertion_order = true")  # the first rows are the first rows
    files = find(role, paths, base or Path())
    try:
        relation = space.read(files)
        names, problems = _columns(space, relation)
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
    return LogProfile(files, min(int(count), MAX_ROWS), more, columns, tuple(problems), rows, space)


def _columns(space: Workspace, relation: Relation) -> tuple[list[str], list[Problem]]:
    """List the columns, with the keys inside JSON objects as paths."""
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
    problems = []
    for name in names:
        if name.casefold() in kept:
            what = f"its name differs from {show(kept[name.casefold()])} by case only"
            problems.append(Problem(name, what, 0, "It was not looked at: rename one of them."))
        else:
            kept[name.casefold()] = name
    shown = list(kept.values())
    if len(shown) > _MAX_COLUMNS:
        what = f"{len(shown):,} columns; the first {_MAX_COLUMNS} were looked at"
        problems.append(Problem("(all)", what, 0, "Export fewer columns."))
    return shown[:_MAX_COLUMNS], problems


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
            keys = [
                row[0]
                for row in space.con.raw_sql(
                    "SELECT DISTINCT unnest(json_keys(v)) AS k "  # noqa: S608 - our own SQL
                    f"FROM ({sql}) WHERE v LIKE '{{%' AND json_valid(v) ORDER BY k"
                ).fetchall()
            ]
        safe = [key for key in keys if re.fullmatch(r"[A-Za-z_]\w*", key)]
        inner = [f"{name}.{key}" for key in safe]
        out += _opened(space, relation, inner, depth - 1) if inner else [name]
    return out


def _stage(space: Workspace, relation: Relation, names: Sequence[str]) -> Any:
    text = relation.text(list(names)).limit(MAX_ROWS + 1)
    return space.keep(text.rename({f"c{n}": name for n, name in enumerate(names)}))


def _profiles(space: Workspace, rows: Any, names: Sequence[str]) -> tuple[ColumnProfile, ...]:
    found: list[ColumnProfile] = []
    for start in range(0, len(names), _TOGETHER):
        part = names[start : start + _TOGETHER]
        sums = {
            f"{key}{n}": value
            for n in range(start, start + len(part))
            for key, value in _sums(rows[f"c{n}"]).items()
        }
        answer = space.fetch(rows.aggregate(rows=rows.count(), **sums))[0]
        flat = dict(zip(("rows", *sums), answer, strict=True))
        for n, name in enumerate(part, start):
            own = {key: flat[f"{key}{n}"] for key in _sums(rows[f"c{n}"])}
            column = _column(name, int(flat["rows"]), own)
            if shows_values(column):
                column = replace(column, values=_values(space, rows, n))
            found.append(column)
    return tuple(found)


def _sums(raw: Any) -> dict[str, Any]:
    value = ex.clean(raw)
    number = ibis.ifelse(value.re_search(_NUMBER), value.try_cast("float64"), ibis.null("float64"))
    whole = value.re_search(_WHOLE)
    length = value.length()
    epoch = ibis.literal(False)
    for low, high in _EPOCHS:
        epoch |= number.between(low, high)
    shaped = value.re_search(_DATE)
    year = ex.moment(value).year()
    flags = {
        "dates": number.isnull() & year.between(1900, 2200) & length.between(8, 40),
        "epochs": epoch,
        "numbers": number.notnull(),
        "wholes": whole,
        "units": number.between(0, 1),
        "padded": (raw != raw.strip()) & value.notnull(),
        "negative": number < 0,
        "long": value.re_search(r"^\d{16,}$"),
        "zero_led": value.re_search(r"^0\d+$"),
        "shaped": shaped,
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
    table = rows.select(v=ex.clean(rows[f"c{number}"]))
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
    same = [c.name for c in log.columns if c.name in {t.name for t in table.columns}]
    if "subject_id" not in ours:
        ids = [name for name in same if _of(log, name).distinct > 1 and not _of(log, name).few]
        ours |= {"subject_id": ids[0]} if ids else {}
    best: Companion | None = None
    for role, column in ours.items():
        for theirs in table.columns:
            if not theirs.filled or theirs.unique_share < 0.5:
                continue
            matched = _matched(log, column, table, theirs.name)
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


def _of(log: LogProfile, name: str) -> ColumnProfile:
    return next(column for column in log.columns if column.name == name)


def _matched(log: LogProfile, column: str, table: LogProfile, key: str) -> float:
    """Return the share of the log's different ids that the whole table has."""
    number = [profile.name for profile in log.columns].index(column)
    rows, space = log._rows, log._space  # noqa: SLF001 - ours
    ours = rows.select(k=ex.clean(rows[f"c{number}"])).distinct()
    ours = ours.filter(ours.k.notnull())
    text = space.read(table.files).text([key])
    theirs = text.select(k=ex.clean(text[key]))
    (met,) = space.fetch(ours.semi_join(theirs, "k").aggregate(n=ibis._.count()))[0]
    (every,) = space.fetch(ours.aggregate(n=ibis._.count()))[0]
    return met / every if every else 0.0


# What is wrong with the data.


def problems(log: LogProfile, roles: Roles) -> list[Problem]:
    """Name what a person should look at before an audit, warnings first."""
    out = list(log.problems)
    for column in log.columns:
        guess = roles.taken.get(column.name)
        out += _problems(column, guess.role if guess else "", column.name in roles.kinds)
    out += _unbalanced(log, roles)
    return sorted(out, key=lambda problem: problem.severity != "warning")


def _problems(c: ColumnProfile, role: str, segment: bool) -> list[Problem]:
    """Name the problems of one column."""
    if not c.filled:
        return [Problem(c.name, "is empty", c.rows, "Leave it out, or export it again.")]
    found: list[Problem | None] = [
        _constant(c), _repeated(c, role), _dates(c, role), _amounts(c, role), _cases(c),
        _many(c, segment=segment),
    ]  # fmt: skip
    if c.padded:
        found.append(
            Problem(c.name, "blanks at the start or end", c.padded, "They are trimmed.", "info")
        )
    if c.placeholders and c.placeholders < c.filled:
        found.append(
            Problem(
                c.name, 'texts such as "NA", "null" or "-"', c.placeholders,
                "They are kept as values, not as missing: map them in the segment's `values`.",
                "info",
            )
        )  # fmt: skip
    if c.long_numbers and c.long_numbers / c.filled > 0.5:
        found.append(
            Problem(
                c.name, f"ids of 16 digits or more (longest {c.max_length})", c.long_numbers,
                "They are kept exact: everything is read as text. A spreadsheet rounds them.",
                "info",
            )
        )  # fmt: skip
    elif c.zero_led and c.whole_share > 0.5 and c.mean_length > 1.5:
        found.append(
            Problem(
                c.name, "numbers with leading zeros, as ZIP codes", c.zero_led,
                "The zeros are kept: everything is read as text.", "info",
            )
        )  # fmt: skip
    return [problem for problem in found if problem]


def _constant(c: ColumnProfile) -> Problem | None:
    if c.distinct != 1 or c.rows < 2:
        return None
    if c.filled == c.rows:
        return Problem(c.name, "has one value in every row", c.rows, "It cannot be compared.",
                       "info")  # fmt: skip
    return None


def _repeated(c: ColumnProfile, role: str) -> Problem | None:
    if role != "decision_id" or c.filled == c.distinct:
        return None
    step = "The audit keeps the latest row of each id; set [log] dedup to say which is latest."
    return Problem(c.name, "decision ids that occur more than once", c.filled - c.distinct, step)


def _dates(c: ColumnProfile, role: str) -> Problem | None:
    readable = max(c.date_share, c.epoch_share)
    rows = round(c.filled * (1 - readable))
    dated = role == "decided_at" or c.date_share > 0.5 or c.date_shaped > 0.5 * c.filled
    if not rows or not dated:
        return None
    step = "Write dates as 2026-04-01 or 2026-04-01T10:00:00Z."
    return Problem(c.name, "dates that cannot be read", rows, step)


def _amounts(c: ColumnProfile, role: str) -> Problem | None:
    if role != "amount":
        return None
    if c.negative:
        step = "They are left out of money figures: an amount is what the customer got, from 0 up."
        return Problem(c.name, "negative amounts", c.negative, step)
    rows = round(c.filled * (1 - c.number_share))
    step = "They are left out of money figures: write plain numbers, as 12.50."
    return Problem(c.name, "amounts that are not numbers", rows, step) if rows else None


def _cases(c: ColumnProfile) -> Problem | None:
    if c.folded >= c.distinct or c.distinct > MAX_GROUPS:
        return None
    groups: dict[str, list[tuple[str, int]]] = {}
    for value, count in c.values:
        groups.setdefault(value.lower(), []).append((value, count))
    twins = [pairs for pairs in groups.values() if len(pairs) > 1]
    rows = sum(count for pairs in twins for _, count in pairs[1:])
    shown = [
        " and ".join(show(value) for value, _ in pairs)
        for pairs in twins
        if all(count >= MIN_SHOWN for _, count in pairs)
    ]
    pairs = c.distinct - c.folded
    what = f"{pairs} value{'s differ' if pairs > 1 else ' differs'} from another by case only"
    what += f": {'; '.join(shown[:3])}" if shown else ""
    return Problem(c.name, what, rows, "They count as different: join them with `values`.")


def _many(c: ColumnProfile, *, segment: bool) -> Problem | None:
    if not segment or c.distinct <= MAX_GROUPS:
        return None
    step = "Use bands or areas, such as the income fifth of the ZIP code, or join a table."
    return Problem(c.name, f"{c.distinct:,} groups; an audit takes {MAX_GROUPS:,}", c.filled, step)


def _unbalanced(log: LogProfile, roles: Roles) -> list[Problem]:
    """Name columns that are missing more often for one decision than for another.

    Looked at only where it changes an audit: segments, customers and dates; gaps of at least five
    points between decisions of at least 100 rows each, and more than four standard errors.
    """
    decision = roles.column("decision")
    wanted = {*roles.kinds, roles.column("subject_id"), roles.column("decided_at")}
    columns = [c.name for c in log.columns if c.name in wanted and 0 < c.filled < c.rows]
    if not decision or not columns:
        return []
    out = []
    for column, by in log.missing(decision, [c for c in columns if c != decision]).items():
        sized = [(m.missing / m.rows, value, m) for value, m in by.items() if m.rows >= 100]
        if len(sized) < 2:
            continue
        (low, few, a), (high, most, b) = min(sized)[:3], max(sized)[:3]
        pooled = (a.missing + b.missing) / (a.rows + b.rows)
        error = (pooled * (1 - pooled) * (1 / a.rows + 1 / b.rows)) ** 0.5
        if high - low >= 0.05 and high - low > 4 * error:
            what = (
                f"missing in {share(high)} of decisions {show(most)} but {share(low)} of "
                f"{show(few)}"
            )
            step = "Ask why: people who are left out may be treated differently."
            out.append(Problem(column, what, sum(m.missing for m in by.values()), step))
    return out
