"""Read a log and its companion tables once, and account for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import ibis

from careaudit.cells import Cells, Group
from careaudit.errors import DataError
from careaudit.plan import Plan, Segment
from careaudit.record import Input, Join, Quality
from careaudit.sources import expression as ex
from careaudit.sources.base import Request, Scan
from careaudit.sources.files import Relation, Workspace, unreadable

MAX_GROUPS = 1_000
"""A segment has a few groups; more than this is an id or a measurement."""


@dataclass(frozen=True)
class Opened:
    """The log and its companion tables, opened in one workspace, with their digests."""

    workspace: Workspace
    log: Relation
    tables: Mapping[str, Relation]
    inputs: tuple[Input, ...]


def scan(opened: Opened, request: Request) -> Scan:
    """Sum the opened log as the plan says; DataError names what cannot be audited."""
    try:
        return _Scanner(opened, request).run()
    except duckdb.Error as error:
        raise unreadable(opened.log.files, error) from None


class _Scanner:
    """One scan: rows, typed; then one row per customer and crossing; then cells."""

    def __init__(self, opened: Opened, request: Request) -> None:
        self.opened = opened
        self.request = request
        self.plan: Plan = request.plan
        self.space = opened.workspace
        self.names = {s.name: f"s{n}" for n, s in enumerate(self.plan.segments)}
        self.clustered = "subject_id" in self.plan.log.columns
        self.quality: list[Quality] = []

    def run(self) -> Scan:
        self._check_mapped()
        stage = self.space.keep(self._staged(self._rows()))
        fates = self._fates(stage)
        if not sum(fates.values()):
            raise DataError(
                "the log has no rows.",
                where=self.opened.log.files.where,
                hint="Only a header was found: export the log again.",
            )
        if fates.get(ex.UNMAPPED):
            raise self._unmapped_outcome()
        self._check_segments(stage)
        used = stage.filter(stage.fate == ex.USED)
        if not fates.get(ex.USED):
            raise self._nothing_used(fates)
        joins = self._joins(used)
        first, last, extras = self._extras(used)
        excluded = {fate: n for fate, n in sorted(fates.items()) if fate != ex.USED and n}
        return Scan(
            crossings=self._crossings(used),
            rows_read=sum(fates.values()),
            rows_used=fates[ex.USED],
            excluded=excluded,
            unknown=self._unknown(used),
            customers=extras["customers"] if self.clustered else None,
            first_day=first,
            last_day=last,
            inputs=self.opened.inputs,
            joins=joins,
            quality=tuple(self.quality),
        )

    # Rows, typed by the plan.

    def _column(self, reference: str) -> ex.Place:
        return ex.place(self.plan, reference, self.opened.log.names)

    def _check_mapped(self) -> None:
        """A mapped column that is not there is an error, also where no question reads it."""
        mapped = [c for c in self.plan.log.columns.values() if isinstance(c, str)]
        texts = [c for cs in self.plan.log.columns.values() if not isinstance(cs, str) for c in cs]
        self.opened.log.text(list(dict.fromkeys([*mapped, *texts])))

    def _needed(self) -> dict[str | None, list[str]]:
        """The columns to load, by table; None is the log."""
        needed: dict[str | None, list[str]] = {None: [], **{name: [] for name in self.plan.tables}}
        references = [segment.column for segment in self.plan.segments]
        references += [self.plan.label.column] if self.plan.label else []
        if self.plan.log.dedup and self.plan.log.dedup.by:
            references.append(self.plan.log.dedup.by)
        for field in ("decision", "decision_id", "subject_id", "decided_at", "amount"):
            references += [field] if field in self.plan.log.columns else []
        if self.plan.log.dedup:
            references.append(self.plan.log.dedup.key)
        references += [field for table in self.plan.tables.values() for field in table.key]
        for reference in references:
            spot = self._column(reference)
            allowed = self.plan.tables[spot.table].columns if spot.table else ()
            if allowed and spot.column not in allowed:
                raise DataError(
                    f'"{reference}" is used, but tables.{spot.table}.columns lists only '
                    f"{', '.join(allowed)}.",
                    where="plan",
                    hint="Add it to the table's columns.",
                )
            if spot.column not in needed[spot.table]:
                needed[spot.table].append(spot.column)
        return needed

    def _rows(self) -> Any:
        """The log with its companion tables joined, every text trimmed, columns renamed."""
        needed = self._needed()
        places: dict[tuple[str | None, str], str] = {
            (None, column): f"l{n}" for n, column in enumerate(needed[None])
        }
        log = self.opened.log.text(needed[None])
        rows = log.select(**{places[None, c]: ex.clean(log[c]) for c in needed[None]})
        for number, (name, table) in enumerate(self.plan.tables.items()):
            columns = needed[name]
            ((field, key),) = table.key.items()
            relation = self.opened.tables[name]
            text = relation.text([key, *[c for c in columns if c != key]])
            found = text.select(
                **{f"k{number}": ex.clean(text[key])},
                **{f"t{number}_{n}": ex.clean(text[c]) for n, c in enumerate(columns)},
            )
            found = found.filter(found[f"k{number}"].notnull())
            self._check_keys(name, key, found, f"k{number}")
            left = rows[places[None, self._column(field).column]]
            rows = rows.left_join(found, left == found[f"k{number}"])
            places |= {(name, c): f"t{number}_{n}" for n, c in enumerate(columns)}
        self.places = places
        return rows

    def _check_keys(self, name: str, key: str, found: Any, column: str) -> None:
        counts = found.group_by(column).aggregate(n=found.count())
        twice = counts.filter(counts.n > 1)
        keys, rows = self.space.fetch(twice.aggregate(keys=twice.count(), rows=twice.n.sum()))[0]
        if keys:
            raise DataError(
                f'{keys:,} values of "{key}" occur more than once ({rows:,} rows); '
                "a join would count decisions twice.",
                where=f"tables.{name}",
                hint="Keep one row per key, for example the latest.",
            )

    def _get(self, rows: Any, reference: str) -> Any:
        spot = self._column(reference)
        return rows[self.places[spot.table, spot.column]]

    def _field(self, rows: Any, field: str) -> Any:
        if field in self.plan.log.columns:
            return self._get(rows, field)
        return ibis.null("string")

    # One row per customer and crossing, with what became of it.

    def _staged(self, rows: Any) -> Any:
        plan = self.plan
        raw = self._field(rows, "decision")
        value_map = plan.log.values.get("decision", {})
        decision = ex.map_values(raw, value_map)
        side = ex.side(decision, plan.outcome) if plan.outcome else ibis.literal(ex.NO_OUTCOME)
        if value_map:  # a raw value in no list is an error, never a missing outcome
            side = ibis.ifelse(raw.notnull() & decision.isnull(), ex.UNMAPPED, side)
        day = ex.moment(self._field(rows, "decided_at")).date()
        fate = self._fate(rows, side, day)
        amount_text = self._field(rows, "amount")
        amount = ex.minor_units(amount_text)
        slot = side.concat("_", self._label(rows, day))
        typed = rows.mutate(
            fate=fate,
            slot=slot,
            amount=amount,
            day=day,
            bad_amount=(amount_text.notnull() & amount.isnull()).cast("int64"),
            bad_day=(self._field(rows, "decided_at").notnull() & day.isnull()).cast("int64"),
            favorable=(side == "favorable").cast("int64"),
            **self._segment_columns(rows),
        )
        used = typed.fate == ex.USED
        wanted = ex.quantities(self.request.terms)
        by = {name: ibis.ifelse(used, typed[name], ibis.null("string")) for name in self._by()}
        matched = {
            f"matched{n}": (typed[f"k{n}"].notnull()).cast("int64") for n in range(len(plan.tables))
        }
        flat = typed.select(
            "fate", "day", "bad_amount", "bad_day", "favorable",
            *[f"bad_{name}" for name in self.names.values()],
            **by,
            **matched,
            **{key: ex.carried(q, typed.slot, typed.amount) for key, q in wanted.items()},
        )  # fmt: skip
        sums = {key: flat[key].sum() for key in [*wanted, *matched, "bad_amount", "bad_day"]}
        sums |= {f"fav_{key}": (flat[key] * flat.favorable).sum() for key in matched}
        sums |= {f"bad_{name}": flat[f"bad_{name}"].sum() for name in self.names.values()}
        sums |= {"rows": flat.count(), "favorable": flat.favorable.sum()}
        sums |= {"first": flat.day.min(), "last": flat.day.max()}
        return flat.group_by(["fate", *self._by()]).aggregate(**sums)

    def _by(self) -> list[str]:
        return [*self.names.values(), *(["subject"] if self.clustered else [])]

    def _fate(self, rows: Any, side: Any, day: Any) -> Any:
        branches = []
        if (duplicate := self._duplicate(rows)) is not None:
            branches.append((duplicate, ex.DUPLICATE))
        if period := self.plan.audit.period:
            branches.append((day.isnull(), ex.NO_DATE))
            branches.append((~ex.within_period(day, period.start, period.end), ex.OUTSIDE))
        branches.append((side.isin([ex.NO_OUTCOME, ex.NEUTRAL, ex.UNMAPPED]), side))
        return ibis.cases(*branches, else_=ex.USED)

    def _duplicate(self, rows: Any) -> Any | None:
        """Mark all but the latest row of a decision; None where every decision has one row."""
        dedup = self.plan.log.dedup
        if dedup is None and "decision_id" not in self.plan.log.columns:
            return None
        key = self._get(rows, dedup.key if dedup else "decision_id")
        hashes = rows.filter(key.notnull()).select(h=key.hash())
        n, distinct = self.space.fetch(hashes.aggregate(n=hashes.count(), d=hashes.h.nunique()))[0]
        if n == distinct:  # equal hashes may be chance, unequal ones are unequal keys
            return None
        by = dedup.by if dedup and dedup.by else "decided_at"
        latest = [self._get(rows, by).desc()] if by != "decided_at" else []
        if by == "decided_at" and by in self.plan.log.columns:
            latest = [ex.moment(self._get(rows, by)).desc()]
        order = [*latest, *[rows[column] for column in rows.columns]]
        return key.notnull() & (ibis.row_number().over(group_by=key, order_by=order) > 0)

    def _label(self, rows: Any, day: Any) -> Any:
        label = self.plan.label
        if label is None:
            return ibis.literal("unlabelled")
        mature = ibis.literal(True)
        if label.maturity:
            edge = self.request.as_of - timedelta(days=label.maturity.days)
            mature = (day <= ibis.date(edge.isoformat())).fill_null(False)
        return ex.label_state(self._get(rows, label.column), label.positive, mature)

    def _segment_columns(self, rows: Any) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for segment in self.plan.segments:
            name = self.names[segment.name]
            raw = self._get(rows, segment.column)
            spot = self._column(segment.column)
            field_map = self._field_map(segment) if spot.table is None else {}
            value_map = segment.values or field_map
            group = ex.map_values(raw, value_map)
            columns[name] = group.nullif(ex.UNKNOWN)
            columns[f"bad_{name}"] = (raw.notnull() & group.isnull()).cast("int64")
        if self.clustered:
            subject = self._get(rows, "subject_id")
            nobody = ibis.literal("no id ").concat(ibis.uuid().cast("string"))
            columns["subject"] = subject.fill_null(nobody)
        return columns

    def _field_map(self, segment: Segment) -> Mapping[str, tuple[str, ...]]:
        return self.plan.log.values.get(segment.column, {})

    # What the staged rows say.

    def _fates(self, stage: Any) -> dict[str, int]:
        rows = self.space.fetch(stage.group_by("fate").aggregate(n=stage.rows.sum()))
        return {fate: int(n) for fate, n in rows}

    def _unmapped_outcome(self) -> DataError:
        values = self._values_of("decision")
        known = self._known_outcomes()
        odd = [(value, n) for value, n in values if value is not None and value not in known]
        shown = ", ".join(f'"{_short(value)}" ({n:,} rows)' for value, n in odd[:5])
        more = f" and {len(odd) - 5} more values" if len(odd) > 5 else ""
        return DataError(
            f"{shown}{more} of the decision column stand in no list.",
            where="[log.values.decision]" if self.plan.log.values.get("decision") else "[outcome]",
            hint="Put each value in favorable, adverse or neutral.",
        )

    def _known_outcomes(self) -> set[str]:
        value_map = self.plan.log.values.get("decision", {})
        outcome = self.plan.outcome
        sides = {*outcome.favorable, *outcome.adverse, *outcome.neutral} if outcome else set[str]()
        if not value_map:
            return sides
        # with one side named, every mapped value has a side
        every = bool(outcome and outcome.favorable and outcome.adverse)
        return {
            raw for name, raws in value_map.items() if name in sides or not every for raw in raws
        }

    def _values_of(self, reference: str) -> list[tuple[str | None, int]]:
        spot = self._column(reference)
        relation = self.opened.tables[spot.table] if spot.table else self.opened.log
        table = relation.text([spot.column])
        value = table.select(v=ex.clean(table[spot.column]))
        counts = value.group_by("v").aggregate(n=value.count())
        return [(v, int(n)) for v, n in self.space.fetch(counts.order_by([counts.n.desc(), "v"]))]

    def _check_segments(self, stage: Any) -> None:
        checks = {f"bad_{name}": stage[f"bad_{name}"].sum() for name in self.names.values()}
        checks |= {name: stage[name].nunique() for name in self.names.values()}
        row = self.space.fetch(stage.aggregate(**checks))[0]
        found = dict(zip(checks, row, strict=True))
        for segment in self.plan.segments:
            name = self.names[segment.name]
            if found[name] > MAX_GROUPS:
                raise DataError(
                    f"{found[name]:,} groups; a segment has at most {MAX_GROUPS:,}.",
                    where=f"segment {segment.name}",
                    hint="Use a column of bands or areas, not of ids or measurements, or join "
                    "groups with `values`.",
                )
            if found[f"bad_{name}"]:
                raise self._unmapped_segment(segment, int(found[f"bad_{name}"]))

    def _unmapped_segment(self, segment: Segment, rows: int) -> DataError:
        spot = self._column(segment.column)
        mapping = segment.values or self._field_map(segment)
        listed = {raw for raws in mapping.values() for raw in raws}
        least = self.plan.privacy.min_cell  # rare values may point at a person
        odd = [
            _short(value)
            for value, n in self._values_of(segment.column)
            if value is not None and value not in listed and n >= least
        ]
        shown = f", such as {', '.join(repr(v) for v in odd[:5])}" if odd else ""
        return DataError(
            f'{rows:,} decisions have a value of "{spot.column}" that is in no list{shown}.',
            where=f"segment {segment.name}",
            hint="Add every value to `values`; an empty one is counted as unknown.",
        )

    def _nothing_used(self, fates: Mapping[str, int]) -> DataError:
        reasons = ", ".join(f"{n:,} {fate}" for fate, n in sorted(fates.items()) if n)
        return DataError(
            f"no decision is left to audit: {reasons}.",
            where=self.opened.log.files.where,
            hint="Check [outcome], the period and the decision column.",
        )

    def _joins(self, used: Any) -> tuple[Join, ...]:
        joins = []
        for number, name in enumerate(self.plan.tables):
            column, fav = f"matched{number}", f"fav_matched{number}"
            rows, matched, favorable, both = self.space.fetch(
                used.aggregate(
                    r=used.rows.sum(),
                    m=used[column].sum(),
                    f=used.favorable.sum(),
                    b=used[fav].sum(),
                )
            )[0]
            rows, matched = int(rows), int(matched)
            if not matched:
                raise DataError(
                    "no decision found its row: the keys have nothing in common.",
                    where=f"tables.{name}",
                    hint="Check `key`, and that both sides write ids alike.",
                )
            joins.append(Join(table=name, matched=matched, unmatched=rows - matched))
            self._note_match(name, rows, matched, int(favorable), int(both))
        return tuple(joins)

    def _note_match(self, name: str, rows: int, matched: int, favorable: int, both: int) -> None:
        if matched == rows:
            return
        good = f"{both / favorable:.1%} of favorable" if favorable else "no favorable"
        adverse = rows - favorable
        bad = f"{(matched - both) / adverse:.1%} of adverse" if adverse else "no adverse"
        self.quality.append(
            Quality(
                code="join_unmatched",
                severity="info",
                where=f"tables.{name}",
                message=f"{matched:,} of {rows:,} decisions found their row ({good} and {bad} "
                "decisions).",
                rows=rows - matched,
            )
        )

    def _extras(self, used: Any) -> tuple[Any, Any, dict[str, int]]:
        sums = {
            "first": used["first"].min(), "last": used["last"].max(), "rows": used.rows.sum(),
            "bad_amount": used.bad_amount.sum(), "bad_day": used.bad_day.sum(),
        }  # fmt: skip
        if self.clustered:
            sums["customers"] = used.subject.nunique()
            sums["nobody"] = ibis.ifelse(used.subject.startswith("no id "), 1, 0).sum()
        row = self.space.fetch(used.aggregate(**sums))[0]
        found = dict(zip(sums, row, strict=True))
        numbers = {
            key: int(value or 0) for key, value in found.items() if key not in {"first", "last"}
        }
        if numbers["bad_day"] == numbers["rows"]:
            raise DataError(
                "no date of the decisions can be read.",
                where=str(self.plan.log.columns["decided_at"]),
                hint="Dates are ISO (2026-04-01 or 2026-04-01T10:00:00Z) or epoch numbers.",
            )
        for code, where, message in (
            ("bad_amount", "amount", "are negative or not numbers; left out of money figures"),
            ("bad_date", "decided_at", "cannot be read as dates"),
        ):
            if numbers[bad := {"bad_amount": "bad_amount", "bad_date": "bad_day"}[code]]:
                self.quality.append(
                    Quality(
                        code=code,
                        severity="warning",
                        where=where,
                        message=f"{numbers[bad]:,} values {message}.",
                        rows=numbers[bad],
                    )
                )
        if numbers.get("nobody"):
            self.quality.append(
                Quality(
                    code="missing_subject",
                    severity="warning",
                    where="subject_id",
                    message=f"{numbers['nobody']:,} decisions name no customer; each is taken as "
                    "a customer of its own.",
                    rows=numbers["nobody"],
                )
            )
        return found["first"], found["last"], numbers

    def _unknown(self, used: Any) -> dict[str, int]:
        sums = {
            short: ibis.ifelse(used[short].isnull(), used.rows, 0).sum()
            for short in self.names.values()
        }
        row = self.space.fetch(used.aggregate(**sums))[0]
        return {name: int(n) for name, n in zip(self.names, row, strict=True)}

    # Cells.

    def _crossings(self, used: Any) -> dict[tuple[str, ...], Cells]:
        terms = self.request.terms
        wanted = ex.quantities(terms)
        disjoint = not self.clustered or self._disjoint(used)
        out: dict[tuple[str, ...], Cells] = {}
        for crossing in dict.fromkeys([(), *self.request.crossings]):
            by = [self.names[name] for name in crossing]
            table = used if disjoint else ex.per_customer(used, [*by, "subject"], wanted)
            rows = self.space.fetch(ex.sum_terms(table, by, terms, clustered=self.clustered))
            cells: dict[Group, tuple[int, ...]] = {
                tuple(row[: len(by)]): tuple(int(value or 0) for value in row[len(by) :])
                for row in rows
            }
            out[crossing] = Cells(crossing, terms, cells)
        return out

    def _disjoint(self, used: Any) -> bool:
        """Say whether each customer stands in one staged row, so that moments add as they are."""
        rows, customers = self.space.fetch(
            used.aggregate(r=used.count(), c=used.subject.nunique())
        )[0]
        return bool(rows == customers)


def _short(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= 40 else flat[:37] + "..."
