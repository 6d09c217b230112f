"""Which cells are withheld, until nothing withheld can be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from careaudit.disclosure.attack import exposed
from careaudit.disclosure.cells import MIN_SIDE, NUDGE, Key, Table, Total


def protect(table: Table) -> frozenset[Key]:
    """The cells to withhold: those of few customers, as many more as it takes, and the unprinted.

    Each round adds, beside every cell that could be worked out, the smallest cell that shares a
    total with it or, where that is not enough, one that a link ties to it. Ends at the latest when
    everything is withheld.
    """
    hidden = set(table.unseen(k for k, c in table.cells.items() if c.people.few(table.least)))
    while True:
        found = _bare_totals(table, hidden) or exposed(table, hidden)
        found = [key for key in found if table.cells[key].printed] or found
        more = {near for key in found if (near := _beside(table, hidden, key)) is not None}
        if not more:
            return frozenset(hidden)
        hidden |= more


def _bare_totals(table: Table, hidden: set[Key]) -> list[Key]:
    """Withheld cells that, taken together, are a number that a total gives away."""
    found = []
    for total in table.totals:
        unseen = [key for key in total.parts if key in hidden and table.cells[key].size]
        if not unseen or len(unseen) == len(total.parts) or total.whole in hidden:
            continue
        people = table.cells[unseen[0]].people
        for key in unseen[1:]:
            people += table.cells[key].people
        lacking = table.cells[unseen[0]].count and any(
            sum(table.cells[key].numbers[place] for key in unseen) > NUDGE
            and sum((table.cells[key].people.sides or (0, 0))[place] for key in unseen)
            < MIN_SIDE - NUDGE
            for place in range(2)
        )  # nobody is known to stand behind a guess
        if len(unseen) == 1 or lacking or people.few(table.least):
            found.append(min(unseen, key=table.worth))
    return found


def _beside(table: Table, hidden: set[Key], key: Key) -> Key | None:
    """The cell to withhold beside one that could be worked out.

    One of a total whose withheld cells do not protect each other; else one that a link ties to it;
    else one of a total that withheld cells tied to it are part of, and last of its own.
    """
    rows = [total for total in table.totals if key in (*total.parts, total.whole)]
    thin = _parts(total for total in rows if _thin(table, hidden, total))
    tied = list(_tied(table, hidden, key))
    unseen = {one for near in tied for one in near if one in hidden}
    others = _parts(total for total in table.totals if unseen & {*total.parts} - {key})
    for among in (thin, *tied, others, _parts(rows)):
        shown = [one for one in among if one not in hidden and table.cells[one].size]
        if shown:
            return min(shown, key=table.worth)
    return None


def _parts(totals: Iterable[Total]) -> set[Key]:
    return {part for total in totals for part in total.parts}


def _tied(table: Table, hidden: set[Key], key: Key) -> Iterator[set[Key]]:
    """The cells that measures tie to a cell, by way of withheld ones; the nearest first."""
    tied: set[Key] = set()
    more = {key}
    while more:
        yield more
        tied |= more
        through = more & hidden | {key}
        more = {
            part[0]
            for link in (*table.links, *table.orders)
            if any(p[0] in through for p in link)
            for part in link
        } - tied  # fmt: skip


def _thin(table: Table, hidden: set[Key], total: Total) -> bool:
    """Whether the withheld cells of a total do not protect each other, by that total alone."""
    unseen = [key for key in total.parts if key in hidden]
    own = Table(
        {key: table.cells[key] for key in total.parts}, (Total(total.parts),), least=table.least
    )
    return bool(_bare_totals(own, set(unseen)) or exposed(own, unseen))
