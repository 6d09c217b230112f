"""Name what is wrong with the data of a profiled log, how many rows it touches and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from careaudit.plan.roles import ColumnProfile, Roles
from careaudit.plan.toml_text import share, show
from careaudit.sources.profile import MIN_SHOWN, LogProfile, Missing
from careaudit.sources.scan import MAX_GROUPS


@dataclass(frozen=True)
class Problem:
    """One thing about the data that a person should know: what, how many rows, what to do."""

    column: str
    what: str
    rows: int
    step: str
    severity: Literal["warning", "info"] = "warning"


def problems(log: LogProfile, roles: Roles) -> list[Problem]:
    """Name what a person should look at before an audit, warnings first."""
    out = _unread(log)
    for column in log.columns:
        guess = roles.taken.get(column.name)
        out += _of_column(column, guess.role if guess else "", column.name in roles.kinds)
    out += _unbalanced(log, roles)
    return sorted(out, key=lambda problem: problem.severity != "warning")


def _unread(log: LogProfile) -> list[Problem]:
    """Name the columns that were not looked at."""
    step = "It was not looked at: rename one of them."
    out = [
        Problem(name, f"its name differs from {show(twin)} by case only", 0, step)
        for name, twin in log.twins
    ]
    if log.unread:
        read = len(log.columns)
        what = f"{read + log.unread:,} columns; the first {read} were looked at"
        out.append(Problem("(all)", what, 0, "Export fewer columns."))
    return out


# One column.


def _of_column(c: ColumnProfile, role: str, segment: bool) -> list[Problem]:
    if not c.filled:
        return [Problem(c.name, "is empty", c.rows, "Leave it out, or export it again.")]
    found = (
        _constant(c),
        _repeated(c) if role == "decision_id" else None,
        _dates(c, role),
        _amounts(c) if role == "amount" else None,
        _cases(c),
        _many(c) if segment else None,
        _padded(c),
        _placeholders(c),
        _digits(c),
    )
    return [problem for problem in found if problem]


def _constant(c: ColumnProfile) -> Problem | None:
    if c.distinct != 1 or c.rows < 2 or c.filled < c.rows:
        return None
    what = "has one value in every row"
    return Problem(c.name, what, c.rows, "It cannot be compared.", "info")


def _repeated(c: ColumnProfile) -> Problem | None:
    if c.filled == c.distinct:
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


def _amounts(c: ColumnProfile) -> Problem | None:
    if c.negative:
        step = "They are left out of money figures: an amount is what the customer got, from 0 up."
        return Problem(c.name, "negative amounts", c.negative, step)
    rows = round(c.filled * (1 - c.number_share))
    step = "They are left out of money figures: write plain numbers, as 12.50."
    return Problem(c.name, "amounts that are not numbers", rows, step) if rows else None


def _cases(c: ColumnProfile) -> Problem | None:
    """Name values that differ by case only; those on few rows are counted and not quoted."""
    if c.folded >= c.distinct or c.distinct > MAX_GROUPS:
        return None
    groups: dict[str, list[tuple[str, int]]] = {}
    for value, count in c.values:
        groups.setdefault(value.lower(), []).append((value, count))
    twins = [group for group in groups.values() if len(group) > 1]
    rows = sum(count for group in twins for _, count in group[1:])
    shown = [
        " and ".join(show(value) for value, _ in group)
        for group in twins
        if all(count >= MIN_SHOWN for _, count in group)
    ]
    differing = c.distinct - c.folded
    verb = "s differ" if differing > 1 else " differs"
    quoted = f": {'; '.join(shown[:3])}" if shown else ""
    what = f"{differing} value{verb} from another by case only{quoted}"
    return Problem(c.name, what, rows, "They count as different: join them with `values`.")


def _many(c: ColumnProfile) -> Problem | None:
    if c.distinct <= MAX_GROUPS:
        return None
    step = "Use bands or areas, such as the income fifth of the ZIP code, or join a table."
    return Problem(c.name, f"{c.distinct:,} groups; an audit takes {MAX_GROUPS:,}", c.filled, step)


def _padded(c: ColumnProfile) -> Problem | None:
    if not c.padded:
        return None
    return Problem(c.name, "blanks at the start or end", c.padded, "They are trimmed.", "info")


def _placeholders(c: ColumnProfile) -> Problem | None:
    if not 0 < c.placeholders < c.filled:
        return None
    step = "They are kept as values, not as missing: map them in the segment's `values`."
    return Problem(c.name, 'texts such as "NA", "null" or "-"', c.placeholders, step, "info")


def _digits(c: ColumnProfile) -> Problem | None:
    """Name numbers that are ids or codes, which other programs would spoil."""
    if c.long_numbers / c.filled > 0.5:
        what = f"ids of 16 digits or more (longest {c.max_length})"
        step = "They are kept exact: everything is read as text. A spreadsheet rounds them."
        return Problem(c.name, what, c.long_numbers, step, "info")
    if c.zero_led and c.whole_share > 0.5 and c.mean_length > 1.5:
        step = "The zeros are kept: everything is read as text."
        return Problem(c.name, "numbers with leading zeros, as ZIP codes", c.zero_led, step, "info")
    return None


# A column beside the decision.


def _unbalanced(log: LogProfile, roles: Roles) -> list[Problem]:
    """Name columns that are missing more often for one decision than for another.

    Looked at only where it changes an audit: segments, customers and dates; gaps of at least five
    points between decisions of at least 100 rows each, and more than four standard errors.
    """
    decision = roles.column("decision")
    wanted = {*roles.kinds, roles.column("subject_id"), roles.column("decided_at")} - {decision}
    columns = [c.name for c in log.columns if c.name in wanted and 0 < c.filled < c.rows]
    if not decision or not columns:
        return []
    out = []
    for column, by in log.missing(decision, columns).items():
        shares = [(m.missing / m.rows, value) for value, m in by.items() if m.rows >= 100]
        if not shares:
            continue
        (low, fewest), (high, most) = min(shares), max(shares)
        if high - low >= 0.05 and high - low > 4 * _standard_error(by[fewest], by[most]):
            what = f"missing in {share(high)} of decisions {show(most)} but {share(low)} of "
            step = "Ask why: people who are left out may be treated differently."
            rows = sum(m.missing for m in by.values())
            out.append(Problem(column, what + show(fewest), rows, step))
    return out


def _standard_error(a: Missing, b: Missing) -> float:
    """Return the standard error of the difference of two shares, were they the same."""
    pooled = (a.missing + b.missing) / (a.rows + b.rows)
    return float((pooled * (1 - pooled) * (1 / a.rows + 1 / b.rows)) ** 0.5)
