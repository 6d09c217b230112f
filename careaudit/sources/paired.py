"""The same cases under two releases: matched by decision id, and summed where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis

from careaudit.cells import ADVERSE, FAVORABLE, Slot, Slots
from careaudit.measures import Rate
from careaudit.plan import Plan
from careaudit.sources.base import Request
from careaudit.sources.files import Workspace, unreadable
from careaudit.sources.rows import Stage, open_log
from careaudit.stats.releases import Pairs, Shared

Log = tuple[Plan, Path]
"""A plan and the folder that its paths are relative to."""


@dataclass(frozen=True)
class PairedScan:
    """Paired counts by measure and segment, then by group; unknown groups are left out."""

    cases: Cases
    groups: Mapping[tuple[str, str], Mapping[str, Pairs]]

    def union(self, measure: str, segment: str, groups: frozenset[str]) -> Pairs:
        """Sum several groups as one, each customer once."""
        return self.cases.union(measure, segment, groups)

    def shared(
        self, measure: str, segment: str, groups: frozenset[str], others: frozenset[str]
    ) -> Shared:
        """Sum over the customers who stand in groups of both kinds."""
        return self.cases.shared(measure, segment, groups, others)


def pairable(measure: Rate) -> bool:
    """Say whether what counts as a case does not hang on how it was decided.

    Where it does (how often refusals were right) the two releases have cases of their own.
    """
    sides = (measure.cases & FAVORABLE, measure.cases & ADVERSE)
    good, bad = ({slot.partition("_")[2] for slot in side} for side in sides)
    return good == bad and measure.of is None and measure.when is None


def pair(old: Log, new: Log, as_of: date) -> Cases:
    """Match the decisions that both plans use, by `decision_id`, which both must map.

    Raises DataError as a scan does.
    """
    workspace = Workspace()
    stages = []
    for plan, base in (old, new):
        opened = open_log(workspace, plan, base)
        stages.append(Stage(opened, Request(plan, (), (), as_of)))
    try:
        return Cases(workspace, *stages)
    except duckdb.Error as error:
        raise unreadable(stages[-1].opened.log.files, error) from None


class Cases:
    """Decisions that two releases scored, matched by id: rows stay in the engine.

    `old` and `new` count the decisions used, `repeated` those whose id stands twice among them:
    then nothing is matched. Groups, and customers where it names them, are the new release's.
    """

    def __init__(self, workspace: Workspace, old: Stage, new: Stage) -> None:
        self._fetch = workspace.fetch
        self._segments = new.segments
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._measures: dict[str, Rate] = {}
        self.clustered = old.clustered or new.clustered
        before, after = old.cases(), new.cases()
        (self.old, twice_old), (self.new, twice_new) = self._look(before), self._look(after)
        self.repeated = twice_old + twice_new
        columns = {"before": before.slot, "key": before.id}
        if self.clustered and not new.clustered:
            columns["subject"] = before.subject
        before = before.select(**columns)
        found = after.join(before, after.id == before.key)
        if self.repeated:
            found = found.limit(0)
        self._rows = workspace.keep(
            found.select(
                *self._segments.values(), *(["subject"] if self.clustered else []),
                before=found.before, after=found.slot,
            )
        )  # fmt: skip
        self.matched = int(self._fetch(self._rows.aggregate(n=self._rows.count()))[0][0])

    def _look(self, rows: Any) -> tuple[int, int]:
        """Return the rows, and how many of them bear the id of another."""
        look = rows.aggregate(n=rows.count(), ids=rows.id.count(), distinct=rows.id.nunique())
        ((n, ids, distinct),) = self._fetch(look)
        return int(n), int(ids) - int(distinct)

    def scan(self, wanted: Sequence[tuple[Rate, str]]) -> PairedScan:
        """Sum the matched cases of each measure and segment by group."""
        groups: dict[tuple[str, str], dict[str, Pairs]] = {}
        for measure, segment in dict.fromkeys(wanted):
            self._measures[measure.name] = measure
            columns = [self._segments[name] for name in segment.split("*")]
            found = groups.setdefault((measure.name, segment), {})
            for row in self._fetch(self._sums(self._rows, columns, measure)):
                parts, values = row[: len(columns)], row[len(columns) :]
                if None not in parts:
                    name = "*".join(parts)
                    self._names[segment, name] = parts
                    found[name] = self._pairs(values)
        return PairedScan(self, groups)

    def union(self, measure: str, segment: str, groups: frozenset[str]) -> Pairs:
        """Sum several groups of a segment as one; a customer in two of them counts once."""
        if not groups:
            return Pairs(0, 0, 0, 0)
        rows = self._inside(segment, groups)
        return self._pairs(self._fetch(self._sums(rows, [], self._measures[measure]))[0])

    def shared(
        self, measure: str, segment: str, groups: frozenset[str], others: frozenset[str]
    ) -> Shared:
        """Sum over the customers who stand in groups of both kinds."""
        if not (self.clustered and groups and others):
            return Shared(0, 0, 0, 0)
        mine = self._customers("a", segment, groups, measure)
        theirs = self._customers("b", segment, others, measure)
        both = mine.join(theirs, mine.a_subject == theirs.b_subject)
        sums = both.aggregate(
            nn=(both.a_n * both.b_n).sum(), nd=(both.a_n * both.b_d).sum(),
            dn=(both.a_d * both.b_n).sum(), dd=(both.a_d * both.b_d).sum(),
        )  # fmt: skip
        return Shared(*(int(value or 0) for value in self._fetch(sums)[0]))

    def _customers(self, alias: str, segment: str, groups: frozenset[str], measure: str) -> Any:
        """Each customer's cases and rise in some groups, under names that start with alias."""
        each = self._each(self._inside(segment, groups), ["subject"], self._measures[measure])
        columns = {"subject": each.subject, "n": _n(each), "d": _rise(each)}
        return each.select(**{f"{alias}_{name}": column for name, column in columns.items()})

    def _inside(self, segment: str, groups: frozenset[str]) -> Any:
        """The matched cases of some groups."""
        columns = [self._rows[self._segments[name]] for name in segment.split("*")]
        inside = ibis.or_(
            *(
                ibis.and_(
                    *(c == p for c, p in zip(columns, self._names[segment, name], strict=True))
                )
                for name in sorted(groups)
            )
        )
        return self._rows.filter(inside)

    def _pairs(self, values: Sequence[Any]) -> Pairs:
        both, old_only, new_only, neither, customers, nn, dn, dd = (int(v or 0) for v in values)
        if not self.clustered:
            return Pairs(both, old_only, new_only, neither)
        return Pairs(both, old_only, new_only, neither, customers, nn, dn, dd)

    def _each(self, rows: Any, keys: Sequence[str], measure: Rate) -> Any:
        """Count pairs by keys."""
        was, is_ = (_among(rows[name], measure.events) for name in ("before", "after"))
        rows = rows.filter(_among(rows.before, measure.cases), _among(rows.after, measure.cases))
        counts = {
            "both": was & is_, "old_only": was & ~is_, "new_only": ~was & is_,
            "neither": ~was & ~is_,
        }  # fmt: skip
        sums = {name: ibis.ifelse(flag, 1, 0).sum().cast("int64") for name, flag in counts.items()}
        return rows.group_by(list(keys)).aggregate(**sums) if keys else rows.aggregate(**sums)

    def _sums(self, rows: Any, by: Sequence[str], measure: Rate) -> Any:
        """Sum by group, and by customer first where they are named: the order of `Pairs`."""
        each = self._each(rows, [*by, *(["subject"] if self.clustered else [])], measure)
        n, rise = _n(each), _rise(each)
        over = {name: each[name].sum() for name in ("both", "old_only", "new_only", "neither")}
        over |= {
            "customers": each.count(), "nn": (n * n).sum(), "dn": (rise * n).sum(),
            "dd": (rise * rise).sum(),
        }  # fmt: skip
        return each.group_by(list(by)).aggregate(**over) if by else each.aggregate(**over)


def _n(each: Any) -> Any:
    return each.both + each.old_only + each.new_only + each.neither


def _rise(each: Any) -> Any:
    return each.new_only - each.old_only


def _among(slot: Any, slots: Slots) -> Any:
    return slot.isin([place for place, one in enumerate(Slot) if one in slots])
