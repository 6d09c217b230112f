"""What two publications tell together: who has both subtracts one from the other (methods 13).

So the periods of a system must not overlap, what is printed twice about one period must be the same
twice, and where anything is withheld, one publication must print all that the other does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from careaudit.errors import DisclosureError
from careaudit.plan.toml_text import plain
from careaudit.publication.document import Status
from careaudit.publication.told import Cell, Days, Published, Told

_KEEP = "Keep the earlier edition, and publish the correction with the next period."
_NO_DAYS = "Name decided_at in [log.columns]: then periods can be told apart."
_NO_SYSTEM = "Name system in [audit]: then systems can be told apart."
_OTHER_FILTER = "If no decision is in both, give each kind of decision a ledger of its own."
_DAY = timedelta(1)
_Name = tuple[str, str]
"""A table's measure and segment."""
_Groups = Mapping[str, Status]
"""What became of each group of a table."""


def check(ledger: Iterable[Published], new: Published) -> None:
    """Raise DisclosureError where the new entry and an earlier one tell more than each alone.

    The periods that one edition prints beside each other are held against each other, too.
    """
    told = [(str(entry), period) for entry in ledger for period in entry.periods]
    told.sort(key=lambda one: one[1].window.end or date.min, reverse=True)
    for number, period in enumerate(new.periods):
        own = [("this edition itself", other) for other in new.periods[:number]]
        for name, other in (*told, *own):
            _compare(name, other, period)


def _compare(name: str, old: Told, new: Told) -> None:
    """Raise DisclosureError where two periods are about the same decisions and tell too much."""
    if _apart(old, new):
        return
    first, second = (_span(old.window), _span(new.window))
    if first is None or second is None or first == second:
        _same_window(name, old, new)
    elif first[0] <= second[1] and second[0] <= first[1]:
        _overlap(name, old, new, first, second)


def _apart(old: Told, new: Told) -> bool:
    """Whether two periods are of different systems; one without a name may be any."""
    named = old.system is not None and new.system is not None
    return named and old.system != new.system and not set(old.inputs) & set(new.inputs)


def _span(window: Days) -> tuple[date, date] | None:
    return (window.start, window.end) if window.start and window.end else None


def _overlap(
    name: str, old: Told, new: Told, first: tuple[date, date], second: tuple[date, date]
) -> None:
    """Raise DisclosureError that names the smallest difference, and days to publish instead."""
    seen = old.by_key()
    differences = [
        (abs(cell.n - other.n), str(cell))
        for cell in new.cells
        if (other := seen.get(cell.key)) and cell.n is not None and other.n is not None
    ]
    left = ""
    if differences:
        n, cell = min(differences)
        left = f" The smallest difference is that of {cell}: about {n:,} decisions."
    if second[1] > first[1]:
        hint = f"Publish the decisions from {first[1] + _DAY} on as a period of their own."
    elif second[0] < first[0]:
        hint = f"Publish the decisions up to {first[0] - _DAY} as a period of their own."
    else:
        hint = "Publish fixed periods that do not overlap, such as quarters."
    raise DisclosureError(
        f"covers {old.window}, and the new edition {new.window}: who subtracts one from the other "
        f"reads the days that only one of them has, and few customers may be in those.{left}",
        where=name,
        hint=hint,
    )


def _same_window(name: str, old: Told, new: Told) -> None:
    """Raise DisclosureError where two publications of one period do not print the same."""
    found = _other_cell(old, new) or _other_groups(old, new) or _other_tables(old, new)
    if found is None:
        return
    known = _span(old.window) and _span(new.window)
    which = "the same decisions" if known else "the same decisions, for all that is known of days"
    hints = [_KEEP]
    if not known:
        hints.append(_NO_DAYS)
    if old.system is None or new.system is None:
        hints.append(_NO_SYSTEM)
    if old.filter != new.filter:
        hints.append(_OTHER_FILTER)
    raise DisclosureError(f"is about {which}. {found}", where=name, hint=" ".join(hints))


def _other_cell(old: Told, new: Told) -> str | None:
    """Say which cell the two print differently."""
    seen = old.by_key()
    pairs = ((seen[cell.key], cell) for cell in new.cells if cell.key in seen)
    found = ((cell, _difference(other, cell)) for other, cell in pairs)
    return next((f"{cell}: {difference}." for cell, difference in found if difference), None)


def _difference(old: Cell, new: Cell) -> str | None:
    """Say how two prints of one cell differ, without a number; None where they do not."""
    if old.status != new.status:
        if new.status == "withheld":
            return "it was printed there, and the new edition withholds it"
        if old.status == "withheld":
            return "it was withheld there, and the new edition prints it"
        return "the two do not print the same"
    if None not in (old.n, new.n) and old.n != new.n:
        return "the two print another number of decisions"
    shared = [name for name in new.numbers if name in old.numbers]
    other = next((name for name in shared if old.numbers[name] != new.numbers[name]), None)
    return f"the two print another {plain(other)}" if other else None


def _other_groups(old: Told, new: Told) -> str | None:
    """Say which attribute has other groups, where one of the two withholds some of them."""
    before, after = _tables(old), _tables(new)
    for table in sorted(before.keys() & after.keys()):
        ours, theirs = before[table], after[table]
        if ours.keys() != theirs.keys() and (_hidden(ours) or _hidden(theirs)):
            return (
                f"{plain(table[1])} has other groups there, and sums of them tell what is hidden."
            )
    return None


def _other_tables(old: Told, new: Told) -> str | None:
    """Say which tables were never withheld together, where either publication withholds some.

    Crossings have margins, measures of one attribute share their cases, and groups of two
    attributes may be the same customers: what one publication prints together it guards together.
    Measures of one attribute that withhold the same groups tell nothing more side by side.
    """
    before, after = _tables(old), _tables(new)
    there, here = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    hidden = [_hidden(table) for table in (*before.values(), *after.values())]
    one_attribute = len({segment for _, segment in (*before, *after)}) == 1
    safe = all(one == hidden[0] for one in hidden) if one_attribute else not any(hidden)
    if not (there and here) or safe:
        return None
    return (
        f"{_named(there[0])} stands only there and {_named(here[0])} only in the new edition, and"
        " the one may tell what the other hides."
    )


def _tables(told: Told) -> Mapping[_Name, _Groups]:
    """Return the status of each group by measure and segment."""
    tables: dict[_Name, dict[str, Status]] = {}
    for cell in told.cells:
        if cell.segment is not None and cell.group is not None:
            tables.setdefault((cell.measure, cell.segment), {})[cell.group] = cell.status
    return tables


def _hidden(groups: _Groups) -> set[str]:
    return {group for group, status in groups.items() if status == "withheld"}


def _named(table: _Name) -> str:
    return f"{plain(table[0])} by {plain(table[1])}"
