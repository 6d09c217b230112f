"""From an opened log to its stage: one row per fate, groups and customer, with sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from careaudit.errors import DataError
from careaudit.plan import FIELDS as ALL_FIELDS
from careaudit.plan import Plan, Segment, Table
from careaudit.record import Input
from careaudit.sources import expression as ex
from careaudit.sources.bands import finite
from careaudit.sources.base import Request, stratum
from careaudit.sources.files import Relation, Workspace, find, unreadable
from careaudit.sources.held import Held
from careaudit.sources.weighed import Weighed

if TYPE_CHECKING:
    import pandas as pd

FIELDS = ("decision", "decision_id", "subject_id", "decided_at", "amount")
"""The fields that a scan reads where the plan maps them."""


SHARED_IDS, FEW = 0.01, 20
"""Above this share and number of rows, ids that several customers share are not repetitions."""


@dataclass(frozen=True)
class Opened:
    """The log and its companion tables, opened in one workspace, with their digests."""

    workspace: Workspace
    log: Relation
    tables: Mapping[str, Relation]
    inputs: tuple[Input, ...]


def open_log(
    workspace: Workspace, plan: Plan, base: Path, data: pd.DataFrame | None = None
) -> Opened:
    """Open the log of a plan, or a DataFrame in its place, with its companion tables.

    Raises DataError as `open_source` does.
    """
    inputs: list[Input] = []
    if data is not None:
        from careaudit.sources.frames import read

        if not len(data.columns):
            raise DataError("the DataFrame has no columns.", where="log")
        log, digest = read(workspace, data)
        inputs.append(digest)
    else:
        files = find("log", plan.log.path, base, plan.log.format)
        log = workspace.read(files)
        inputs.extend(files.inputs())
    tables: dict[str, Relation] = {}
    for name, table in plan.tables.items():
        restricted = table.access == "restricted"
        files = find(f"tables.{name}", table.path, base, restricted=restricted)
        tables[name] = workspace.read(files)
        inputs.extend(files.inputs())
    return Opened(workspace, log, tables, tuple(inputs))


def value_map(plan: Plan, segment: Segment) -> Mapping[str, tuple[str, ...]]:
    """Return the groups of a segment and their raw values; empty where values are groups."""
    of_a_table = segment.column.partition(".")[0] in plan.tables
    return segment.values or ({} if of_a_table else plan.log.values.get(segment.column, {}))


class Stage:
    """Builds the stage; its columns bear short names, s0, s1 ... for segments, then strata."""

    def __init__(self, opened: Opened, request: Request) -> None:
        self.opened = opened
        self.request = request
        self.plan: Plan = request.plan
        self.divided = {s.name: s for s in self.plan.segments} | {
            stratum(column): Segment(name="stratum", column=column) for column in request.strata
        }
        self.segments = {name: f"s{n}" for n, name in enumerate(self.divided)}
        self.tables = {name: f"t{n}" for n, name in enumerate(self.plan.tables)}
        self.clustered = "subject_id" in self.plan.log.columns
        self.held = Held(self.plan, request.terms)
        self.weighed = Weighed(self.plan, request.terms, request.histograms)
        self._places: dict[ex.Place, str] = {}
        self._end: int | None = None

    def keep(self) -> Any:
        """Read the log once and keep the stage."""
        return self.opened.workspace.keep(self._sums(self._typed(self._rows())))

    def cases(self) -> Any:
        """Read the log once and keep its used rows: the decision's id, slot, groups, customer."""
        also = {"id": "decision_id"}
        rows = self._typed(self._rows(also), also)
        names = ["id", "slot", *self.segments.values(), *(["subject"] if self.clustered else [])]
        return self.opened.workspace.keep(rows.filter(rows.fate == ex.USED).select(*names))

    def used(self, also: Mapping[str, str]) -> Any:
        """The used rows, not read yet, with more columns: alias -> a column of the plan, as text.

        A customer's id stays missing where the log names none.
        """
        known = {"who": "subject_id"} if self.clustered else {}
        rows = self._typed(self._rows({**also, **known}), {**also, **known})
        return rows.filter(rows.fate == ex.USED)

    def fates(self, decision_id: str) -> list[str]:
        """What became of each row of one decision, sorted; empty where no row has the id."""
        rows = self._fated(self._rows({"id": "decision_id"}))
        found = rows.filter(self._get(rows, "decision_id") == decision_id).select("fate")
        return sorted(str(row[0]) for row in self.opened.workspace.fetch(found))

    def place(self, reference: str) -> ex.Place:
        """Resolve a column of the plan."""
        return ex.place(self.plan, reference, self.opened.log.names)

    # The log with its companion tables, every text trimmed.

    def _rows(self, also: Mapping[str, str] = {}) -> Any:
        needed = self._needed(also.values())
        self._places = {
            spot: f"{self.tables[spot.table]}_{n}" if spot.table else f"l{n}"
            for n, spot in enumerate(needed)
        }
        log = {self._places[spot]: spot.column for spot in needed if spot.table is None}
        rows = _cleaned(self.opened.log.pick(log))
        for name, table in self.plan.tables.items():
            (field,) = table.key
            found = self._companion(name, table)
            rows = rows.left_join(found, self._get(rows, field) == found[f"{self.tables[name]}_k"])
        return rows

    def _needed(self, also: Iterable[str]) -> list[ex.Place]:
        """The columns to load: those mapped and read, each once, the plan's rules obeyed."""
        plan = self.plan
        references = [*also, *(field for field in FIELDS if field in plan.log.columns)]
        references += [segment.column for segment in self.divided.values()]
        references += [*self.held.references(), *self.weighed.references(), *self._times()]
        references += [plan.label.column] if plan.label else []
        references += [plan.log.dedup.key] if plan.log.dedup else []
        references += [plan.log.dedup.by] if plan.log.dedup and plan.log.dedup.by else []
        references += [field for table in plan.tables.values() for field in table.key]
        references += ["score"] if "score" in plan.log.columns else []
        for reference in references:
            spot = self.place(reference)
            allowed = plan.tables[spot.table].columns if spot.table else ()
            if allowed and spot.column not in allowed:
                raise DataError(
                    f'"{reference}" is used, but tables.{spot.table}.columns lists only '
                    f"{', '.join(allowed)}.",
                    where="plan",
                    hint="Add it to the table's columns.",
                )
        return list(dict.fromkeys(map(self.place, references)))

    def _companion(self, name: str, table: Table) -> Any:
        """A companion table's key and columns, read once; DataError where a key stands twice."""
        (key,) = table.key.values()
        short, relation = f"{self.tables[name]}_k", self.opened.tables[name]
        columns = {self._places[s]: s.column for s in self._places if s.table == name}
        text = _cleaned(relation.pick({short: key, **columns}))
        try:
            found = self.opened.workspace.keep(text.filter(text[short].notnull()))
        except duckdb.Error as error:
            raise unreadable(relation.files, error) from None
        counts = found.group_by(short).aggregate(n=found.count())
        twice = counts.filter(counts.n > 1)
        look = twice.aggregate(keys=twice.count(), rows=twice.n.sum())
        keys, rows = self.opened.workspace.fetch(look)[0]
        if keys:
            raise DataError(
                f'"{key}" is not one row per key: {keys:,} of its values repeat ({rows:,} rows); '
                "a join would count decisions twice.",
                where=relation.files.where,
                hint="Keep one row per key, for example the latest.",
            )
        return found

    def orphans(self, name: str) -> int:
        """Rows of a companion table whose key no decision of the log has."""
        ((field, key),) = self.plan.tables[name].key.items()
        theirs = _cleaned(self.opened.tables[name].pick({"k": key}))
        mine = _cleaned(self.opened.log.pick({"k": self.place(field).column})).distinct()
        lost = theirs.filter(theirs.k.notnull()).anti_join(mine, "k")
        return int(self.opened.workspace.fetch(lost.aggregate(n=lost.count()))[0][0])

    def _get(self, rows: Any, reference: str) -> Any:
        return rows[self._places[self.place(reference)]]

    def _said(self, rows: Any, reference: str) -> Any:
        """A column as the measures read it: values that [log.values] renames bear their new name.

        Others stay as they are: here a list need not be whole.
        """
        raw, mapping = self._get(rows, reference), self.plan.log.values.get(reference, {})
        return ex.map_values(raw, mapping).fill_null(raw) if mapping else raw

    def _time(self, rows: Any, name: str) -> Any:
        """A time in seconds; null where the plan maps no such field."""
        unmapped = name in ALL_FIELDS and name not in self.plan.log.columns
        return ibis.null("int64") if unmapped else ex.seconds(self._said(rows, name))

    @staticmethod
    def _at(rows: Any, name: str) -> Any:
        return rows[ex.at(name)]

    def _field(self, rows: Any, field: str) -> Any:
        return self._get(rows, field) if field in self.plan.log.columns else ibis.null("string")

    # Each row, typed by the plan.

    def _typed(self, rows: Any, also: Mapping[str, str] = {}) -> Any:
        """One step builds on the last, so that an engine works out each value once.

        `also` keeps columns that no sum may be grouped by, such as the decision's id.
        """
        rows = self._fated(rows)
        times = list(dict.fromkeys([*self.held.times, *self.weighed.times]))
        if times:
            rows = rows.mutate(**{ex.at(name): self._time(rows, name) for name in times})
        rows = self.weighed.laid(
            rows, partial(self._said, rows), partial(self._at, rows), self._now(rows)
        )
        by = {"slot": self._slot(rows), **self._groups(rows), **self._customer(rows)}
        by |= {alias: self._said(rows, reference) for alias, reference in also.items()}
        raw, none = self._field(rows, "decision"), ibis.null("string")
        return rows.select(
            "fate",
            "day",
            "amount",
            odd=ibis.ifelse(rows.fate == ex.UNMAPPED, raw, none),
            **{
                name: ibis.ifelse(rows.fate == ex.USED, value, ibis.null(value.type()))
                for name, value in by.items()
            },
            **self._flags(rows),
            **self.weighed.columns(rows, partial(self._said, rows)),
        )

    def _fated(self, rows: Any) -> Any:
        rows = rows.mutate(
            side=self._side(rows),
            day=ex.moment(self._field(rows, "decided_at")).date(),
            amount=ex.minor_units(self._field(rows, "amount")),
        )
        return rows.mutate(fate=self._fate(rows))

    def _flags(self, rows: Any) -> dict[str, Any]:
        """What the accounts count: values that could not be read, customers unnamed, joins."""
        paid, date = self._field(rows, "amount"), self._field(rows, "decided_at")
        flags = {
            "bad_amount": paid.notnull() & rows.amount.isnull(),
            "bad_day": date.notnull() & rows.day.isnull(),
        }
        flags |= {f"hit_{short}": rows[f"{short}_k"].notnull() for short in self.tables.values()}
        for name, segment in self.divided.items():
            raw = self._get(rows, segment.column)
            if segment.probable:
                flags[f"bad_chance_{self.segments[name]}"] = raw.notnull() & ex.chance(raw).isnull()
            elif mapping := value_map(self.plan, segment):
                odd = raw.notnull() & ex.map_values(raw, mapping).isnull()
                flags[f"bad_{self.segments[name]}"] = odd
        if "score" in self.plan.log.columns:
            score = self._get(rows, "score")
            flags |= {
                "hit_score": score.notnull(),
                "bad_score": score.notnull() & finite(score).isnull(),
            }
        if self.clustered:
            flags["nobody"] = self._get(rows, "subject_id").isnull()
        get, now = partial(self._said, rows), self._now(rows)
        flags |= self.held.columns(get, partial(self._at, rows), now, self._commonest(rows))
        flags |= self.weighed.flags(rows, get)
        return {name: ibis.ifelse(flag, 1, 0) for name, flag in flags.items()}

    def _times(self) -> list[str]:
        """Every mapped time, where an age is asked: the latest of them is the log's end."""
        if not (self.held.asks_age or self.weighed.asks_age):
            return []
        return [name for name in self.plan.log.columns if name.endswith("_at")]

    def _now(self, rows: Any) -> Any:
        """The last moment that the whole log knows, in seconds; null where no age is asked.

        A time after the day of the audit is a slip, unless all of them are.
        """
        if self._end is None and (times := self._times()):
            stamps = [ex.seconds(self._get(rows, name)) for name in times]
            today = ibis.timestamp(f"{self.request.as_of} 23:59:59").epoch_seconds()
            sound = [ibis.ifelse(stamp <= today, stamp, ibis.null("int64")) for stamp in stamps]
            look = rows.aggregate(
                **{f"t{n}": stamp.max() for n, stamp in enumerate([*sound, *stamps])}
            )
            found = self.opened.workspace.fetch(look)[0]
            known = [t for t in found[: len(times)] if t is not None]
            self._end = max(known or [t for t in found if t is not None], default=None)
        return ibis.null("int64") if self._end is None else ibis.literal(self._end, type="int64")

    def _commonest(self, rows: Any) -> dict[str, str]:
        """The value that most rows of the log have of each field that it is asked of."""
        found = {}
        for name in self.held.modes:
            values = rows.select(value=self._said(rows, name))
            known = values.filter(values.value.notnull())
            counts = known.group_by("value").aggregate(n=known.count())
            top = counts.order_by([counts.n.desc(), counts.value]).limit(1)
            if seen := self.opened.workspace.fetch(top):
                found[name] = str(seen[0][0])
        return found

    def _side(self, rows: Any) -> Any:
        plan = self.plan
        raw, mapping = self._field(rows, "decision"), plan.log.values.get("decision", {})
        decision = ex.map_values(raw, mapping)
        side = ex.side(decision, plan.outcome) if plan.outcome else ibis.literal(ex.NO_OUTCOME)
        # A raw value in no list is an error, never a missing outcome.
        unlisted = raw.notnull() & decision.isnull()
        return ibis.ifelse(unlisted, ex.UNMAPPED, side) if mapping else side

    def _fate(self, rows: Any) -> Any:
        side, day = rows.side, rows.day
        branches = []
        if (duplicate := self._duplicate(rows)) is not None:
            branches.append((duplicate, ex.DUPLICATE))
        if period := self.plan.audit.period:
            branches.append((day.isnull(), ex.NO_DATE))
            branches.append((~ex.within_period(day, period.start, period.end), ex.OUTSIDE))
        neither = [] if self.request.every_row else [ex.NO_OUTCOME, ex.NEUTRAL]
        branches.append((side.isin([ex.UNMAPPED, *neither]), side))
        return ibis.cases(*branches, else_=ex.USED)

    def _duplicate(self, rows: Any) -> Any | None:
        """Mark all but the latest row of a decision; None where every decision has one row.

        A first look at the ids alone costs less than a sort of the whole log.
        """
        dedup = self.plan.log.dedup
        if dedup is None and "decision_id" not in self.plan.log.columns:
            return None
        key = self._get(rows, dedup.key if dedup else "decision_id")
        hashes = rows.filter(key.notnull()).select(h=key.hash())
        look = hashes.aggregate(n=hashes.count(), d=hashes.h.nunique())
        n, distinct = self.opened.workspace.fetch(look)[0]
        if n != distinct and self.clustered:
            self._refuse_shared_ids(rows, key, n)
        if n == distinct:  # equal hashes may be chance, unequal ones are unequal keys
            return None
        by = (dedup and dedup.by) or ("decided_at" if "decided_at" in self.plan.log.columns else "")
        stamp = self._places[self.place(by)] if by else ""
        latest = ex.latest_first(rows[stamp]) if by else []
        # Ties keep always the same row; a column that ordered already would undo its own order.
        rest = [rows[name] for name in self._places.values() if name != stamp]
        order = [*latest, *rest]
        return key.notnull() & (ibis.row_number().over(group_by=key, order_by=order) > 0)

    def _refuse_shared_ids(self, rows: Any, key: Any, n: int) -> None:
        """One id for decisions about several customers is no id: none of them is a repetition."""
        pairs = rows.filter(key.notnull()).select(k=key, who=self._get(rows, "subject_id"))
        each = pairs.group_by("k").aggregate(n=pairs.count(), who=pairs.who.nunique())
        shared = each.filter(each.who > 1)
        (found,) = self.opened.workspace.fetch(shared.aggregate(n=shared.n.sum()))[0]
        if found and found > max(SHARED_IDS * n, FEW):
            raise DataError(
                f"{int(found):,} rows share their decision id with another customer's.",
                where=self.opened.log.files.where,
                hint="An id names one decision: map another column to decision_id, or leave it "
                "out.",
            )

    def _slot(self, rows: Any) -> Any:
        label = self.plan.label
        if label is None:
            return ex.slot(rows.side, None, (), None)
        mature = ibis.literal(True)
        if label.maturity:
            edge = self.request.as_of - timedelta(days=label.maturity.days)
            mature = (rows.day <= ibis.date(edge.isoformat())).fill_null(False)
        return ex.slot(rows.side, self._get(rows, label.column), label.positive, mature)

    def _groups(self, rows: Any) -> dict[str, Any]:
        return {
            self.segments[name]: self._group(rows, segment)
            for name, segment in self.divided.items()
        }

    def _group(self, rows: Any, segment: Segment) -> Any:
        raw = self._get(rows, segment.column)
        if segment.probable:
            return ex.chance(raw)
        return ex.map_values(raw, value_map(self.plan, segment)).nullif(ex.UNKNOWN)

    def _customer(self, rows: Any) -> dict[str, Any]:
        """The customer; who has no id is a customer of their own."""
        if not self.clustered:
            return {}
        nobody = ibis.literal("\x01").concat(ibis.uuid().cast("string"))
        return {"subject": self._get(rows, "subject_id").fill_null(nobody)}

    # The sums of each fate, slot, groups and customer.

    def _sums(self, rows: Any) -> Any:
        by = ["fate", "odd", "slot", *self.segments.values()]
        by += ["subject"] if self.clustered else []
        by += [name for name in rows.columns if name.startswith("h_")]
        numbers = [name for name in rows.columns if name.startswith("n_")]
        flags = [name for name in rows.columns if name not in {*by, *numbers, "amount", "day"}]
        sums = {name: rows[name].sum().cast("int64") for name in flags}
        for name in numbers:
            number = rows[name].cast("decimal(19, 0)")
            sums |= {ex.summed(name, 1): number.sum(), ex.summed(name, 2): (number * number).sum()}
        sums |= {"rows": rows.count(), "first": rows.day.min(), "last": rows.day.max()}
        asked = ex.quantities(self.request.terms).values()
        if any((q.power and not q.number) or q.priced for q in asked):
            wide = rows.amount.cast("decimal(19, 0)")
            sums |= {"priced": wide.count(), "amount": wide.sum(), "square": (wide * wide).sum()}
        return rows.group_by(by).aggregate(**sums)


def _cleaned(table: Any) -> Any:
    return table.select(**{name: ex.clean(table[name]) for name in table.columns})
