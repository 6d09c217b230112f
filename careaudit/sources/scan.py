"""Read a log and its companion tables once, and account for every row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
import ibis

from careaudit.cells import DUE, LABELLED, Cell, Cells, Group, Histogram, Quantity, Slot, Term
from careaudit.errors import DataError
from careaudit.plan import Plan, Segment
from careaudit.record import POOLED, REST, Join, Quality
from careaudit.sources import expression as ex
from careaudit.sources.base import Request, Scan, stratum
from careaudit.sources.files import unreadable
from careaudit.sources.rows import Opened, Stage, value_map
from careaudit.stats.clustering import Overlap

MAX_GROUPS = 1_000
"""A segment has a few groups; more than this is an id or a measurement."""
MAX_STRATA = 50
"""Like for like is compared over a few strata; more than this is an id or a measurement."""
RESERVED = {REST, POOLED}
_SLOTS = tuple(Slot)
_NO_CHANCE = "are not a number from 0 to 1; counted as unknown"
_LISTED = 5  # values that a message lists
UNREAD = 0.95
"""From this share of values on that are no numbers, a column is no score."""

Totals = Mapping[str, Any]
"""The sums of all staged rows of one fate, by column."""


def scan(opened: Opened, request: Request) -> Scan:
    """Sum the opened log as the plan says; DataError names what cannot be audited."""
    try:
        return _Scanner(opened, request).run()
    except duckdb.Error as error:
        raise unreadable(opened.log.files, error) from None


class _Scanner:
    """Reads cells and accounts out of the stage."""

    def __init__(self, opened: Opened, request: Request) -> None:
        self.opened = opened
        self.request = request
        self.plan: Plan = request.plan
        self.stage = Stage(opened, request)
        self.fetch = opened.workspace.fetch

    def run(self) -> Scan:
        self._check_mapped()
        stage = self.stage.keep()
        fates = self._totals(stage)
        counts = {fate: int(totals["rows"]) for fate, totals in fates.items()}
        self._check_rows(stage, counts)
        used = fates[ex.USED]
        self._check_segments(used)
        decided = stage.filter(stage.fate == ex.USED)
        crossings = self._crossings(decided, used)
        return Scan(
            crossings=crossings,
            rows_read=sum(counts.values()),
            rows_used=counts[ex.USED],
            excluded={fate: n for fate, n in sorted(counts.items()) if fate != ex.USED},
            unknown={
                segment.name: int(used[f"none_{self.stage.segments[segment.name]}"])
                for segment in self.plan.segments
            },
            customers=int(used["customers"]) if self.stage.clustered else None,
            first_day=used["first"],
            last_day=used["last"],
            inputs=self.opened.inputs,
            joins=tuple(self._joins(used)),
            quality=tuple(self._notes(used)),
            union=partial(self._union, decided) if self.stage.clustered else None,
            common=partial(self._common, decided) if self.stage.clustered else None,
        )

    def _totals(self, stage: Any) -> dict[str, Totals]:
        """Sum the stage by fate: all that the accounts need, in one query."""
        counted = ("rows", "nobody", "bad_", "hit_")
        sums = {name: stage[name].sum() for name in stage.columns if name.startswith(counted)}
        sums |= {"first": stage["first"].min(), "last": stage["last"].max()}
        good = stage.slot < 3
        sums["favorable"] = ibis.ifelse(good, stage.rows, 0).sum()
        sums["adverse"] = ibis.ifelse(stage.slot.isin([3, 4, 5]), stage.rows, 0).sum()
        for name, slots in (("labelled", LABELLED), ("due", DUE)):
            among = stage.slot.isin([place for place, one in enumerate(_SLOTS) if one in slots])
            sums[name] = ibis.ifelse(among, stage.rows, 0).sum()
        for short in self.stage.tables.values():
            sums[f"fav_{short}"] = ibis.ifelse(good, stage[f"hit_{short}"], 0).sum()
        for short in self.stage.segments.values():
            sums[f"none_{short}"] = ibis.ifelse(stage[short].isnull(), stage.rows, 0).sum()
            sums[f"kinds_{short}"] = stage[short].nunique()
        if self.stage.clustered:
            sums["customers"] = stage.subject.nunique()
        rows = self.fetch(stage.group_by("fate").aggregate(**sums))
        return {fate: dict(zip(sums, values, strict=True)) for fate, *values in rows}

    # What cannot be audited.

    def _check_mapped(self) -> None:
        """A mapped column that is not there is an error, also where no question reads it."""
        plan, log = self.plan, self.opened.log
        for field, columns in plan.log.columns.items():
            names = [columns] if isinstance(columns, str) else columns
            log.require(names, named=f"[log.columns] {field}")
        for name, table in plan.tables.items():
            self.opened.tables[name].require(table.key.values(), named=f"[tables.{name}] key")
        named = [(reference, "[drivers] fields") for reference in plan.drivers.fields]
        named += [(plan.label.column, "[label] column")] if plan.label else []
        named += [(segment.column, f"segment {segment.name}") for segment in plan.segments]
        for reference, where in named:
            spot = self.stage.place(reference)
            relation = self.opened.tables[spot.table] if spot.table else log
            head, dot, _ = reference.partition(".")
            missing = dot and not spot.table and head not in log.names
            step = f"There is no [tables.{head}] in the plan." if missing else None
            relation.require([spot.column], named=where, step=step)
        if "currency" in self.plan.log.columns:
            self._check_currency()

    def _check_currency(self) -> None:
        """Amounts of several currencies do not add up."""
        values = self._values_of(self.stage.place("currency"))
        found = [(value, n) for value, n in values if value is not None]
        if len({value.upper() for value, _ in found}) > 1:
            raise DataError(
                f"amounts are in several currencies: {_listed(found)}.",
                where=str(self.plan.log.columns["currency"]),
                hint="Audit one currency at a time, or convert the amounts before.",
            )

    def _check_rows(self, stage: Any, counts: Mapping[str, int]) -> None:
        where = self.opened.log.files.where
        if not counts:
            raise DataError(
                "the log has no rows.", where=where, hint="Check the export: it holds no decision."
            )
        if ex.UNMAPPED in counts:
            raise self._unmapped_outcome(stage)
        if set(counts) == {ex.NO_DATE}:
            raise self._no_dates()
        if ex.USED not in counts:
            reasons = ", ".join(f"{n:,} {fate}" for fate, n in sorted(counts.items()))
            raise DataError(
                f"no decision is left to audit: {reasons}.",
                where=where,
                hint="Check [outcome], the period and the decision column.",
            )

    def _unmapped_outcome(self, stage: Any) -> DataError:
        odd = stage.filter(stage.odd.notnull())
        counts = odd.group_by("odd").aggregate(n=odd.rows.sum())
        return DataError(
            f"{_listed(self.fetch(counts))} of the decision column stand in no list.",
            where="[log.values.decision]" if "decision" in self.plan.log.values else "[outcome]",
            hint="Put each value in favorable, adverse or neutral.",
        )

    def _no_dates(self) -> DataError:
        return DataError(
            "no date of the decisions can be read.",
            where=str(self.plan.log.columns["decided_at"]),
            hint="Dates are ISO (2026-04-01 or 2026-04-01T10:00:00Z) or epoch numbers.",
        )

    def _check_segments(self, used: Totals) -> None:
        for segment in self.plan.segments:
            short = self.stage.segments[segment.name]
            if (groups := int(used[f"kinds_{short}"])) > MAX_GROUPS:
                raise DataError(
                    f"{groups:,} groups; a segment has at most {MAX_GROUPS:,}.",
                    where=f"segment {segment.name}",
                    hint="Use a column of bands or areas, not of ids or measurements, or join "
                    "groups with `values`.",
                )
        for name, segment in self.stage.divided.items():
            if rows := int(used.get(f"bad_{self.stage.segments[name]}", 0)):
                strata = name == stratum(segment.column)
                where = f"within {segment.column}" if strata else f"segment {name}"
                raise self._unmapped(where, segment, rows)
        if used["bad_day"] == used["rows"]:
            raise self._no_dates()

    def _unmapped(self, where: str, segment: Segment, rows: int) -> DataError:
        spot = self.stage.place(segment.column)
        mapping = value_map(self.plan, segment)
        listed = {raw for raws in mapping.values() for raw in raws}
        least = self.plan.privacy.min_cell  # rare values may point at a person
        odd = [
            f'"{_short(value)}"'
            for value, n in self._values_of(spot)
            if value is not None and value not in listed and n >= least
        ]
        shown = f", such as {', '.join(odd[:_LISTED])}" if odd else ""
        return DataError(
            f'{rows:,} decisions have a value of "{spot.column}" that is in no list{shown}.',
            where=where,
            hint="Add every value to `values`; an empty one is counted as unknown.",
        )

    def _values_of(self, spot: ex.Place) -> list[tuple[str | None, int]]:
        """The values of a column and their rows; none of a restricted table."""
        relation = self.opened.tables[spot.table] if spot.table else self.opened.log
        if relation.files.restricted:
            return []
        text = relation.pick({"v": spot.column})
        values = text.select(v=ex.clean(text.v))
        counts = values.group_by("v").aggregate(n=values.count())
        return [(v, int(n)) for v, n in self.fetch(counts.order_by([counts.n.desc(), "v"]))]

    def _too_fine(self, used: Totals) -> dict[str, int]:
        """The columns that have too many values for strata, and how many."""
        kinds = {
            column: int(used[f"kinds_{self.stage.segments[stratum(column)]}"])
            for column in self.request.strata
        }
        return {column: n for column, n in kinds.items() if n > MAX_STRATA}

    # What a reader should know.

    def _joins(self, used: Totals) -> Iterable[Join]:
        for name, short in self.stage.tables.items():
            rows, matched = int(used["rows"]), int(used[f"hit_{short}"])
            if not matched:
                raise DataError(
                    "no decision found its row: the keys have nothing in common.",
                    where=f"tables.{name}",
                    hint="Check `key`, and that both sides write ids alike.",
                )
            yield Join(table=name, matched=matched, unmatched=rows - matched)

    def _notes(self, used: Totals) -> Iterable[Quality]:
        yield from self._join_notes(used)
        yield from self._orphan_notes()
        yield from self._label_notes(used)
        yield from self._score_notes(used)
        for strata, n in self._too_fine(used).items():
            yield Quality(
                code="too_many_strata",
                severity="warning",
                where=f"within {strata}",
                message=f"{n:,} values; like is compared with like over at most {MAX_STRATA}, so "
                "nothing is shown within it. Name a column of a few bands.",
            )
        if rows := self.stage.weighed.mixed_zones(lambda name: int(used.get(name) or 0)):
            yield Quality(
                code="mixed_time_zones",
                severity="warning",
                where="log.columns",
                message=f"{rows:,} times name no zone while others do; they are read as UTC. Waits "
                "between the two kinds may be off by hours.",
                rows=rows,
            )
        chances = [
            (f"bad_chance_{self.stage.segments[segment.name]}", segment.name, _NO_CHANCE)
            for segment in self.plan.segments
            if segment.probable
        ]
        odd = [*self.stage.held.notes(), *self.stage.weighed.notes(), *chances]
        for column, where, message in odd:
            if rows := int(used.get(column) or 0):
                yield Quality(
                    code="odd_values",
                    severity="warning",
                    where=where,
                    message=f"{rows:,} values {message}.",
                    rows=rows,
                )
        if self.plan.outcome and not (used["favorable"] and used["adverse"]):
            values = self._values_of(self.stage.place("decision"))
            yield Quality(
                code="one_outcome",
                severity="warning",
                where="outcome",
                message="All decisions used have the same outcome; the decision column holds "
                f"{_listed([(v, n) for v, n in values if v is not None])}.",
            )
        for code, column, where, message in (
            ("bad_amount", "bad_amount", "amount",
             "values are negative or not numbers; left out of money figures."),
            ("bad_date", "bad_day", "decided_at", "values cannot be read as dates."),
            ("missing_subject", "nobody", "subject_id",
             "decisions name no customer; each is taken as a customer of its own."),
        ):  # fmt: skip
            if rows := int(used.get(column) or 0):
                yield Quality(
                    code=code,
                    severity="warning",
                    where=where,
                    message=f"{rows:,} {message}",
                    rows=rows,
                )

    def _orphan_notes(self) -> Iterable[Quality]:
        """Labels for decisions that the log does not hold."""
        table = self.plan.label and self.stage.place(self.plan.label.column).table
        if table and (rows := self.stage.orphans(table)):
            yield Quality(
                code="labels_unmatched",
                severity="warning",
                where=f"tables.{table}",
                message=f"{rows:,} labels are for decisions that the log does not hold.",
                rows=rows,
            )

    def _label_notes(self, used: Totals) -> Iterable[Quality]:
        """Labels that all say the same: mostly, `positive` is spelled otherwise than the log."""
        label, known, due = self.plan.label, int(used["labelled"]), int(used["due"])
        least = self.plan.privacy.min_cell
        if label is None or known < least or 0 < due < known:
            return
        asked = ", ".join(f'"{_short(value)}"' for value in label.positive)
        counts = self._values_of(self.stage.place(label.column))
        seen = [(value, n) for value, n in counts if value is not None and n >= least]
        many = "All" if due else "None"
        yield Quality(
            code="label_unmatched",
            severity="warning",
            where="label",
            message=f'{many} of the {known:,} labels in "{label.column}" say {asked}'
            f"{f'; seen: {_listed(seen)}' if seen else ''}. Name in [label] positive the values "
            "that say a decision should have been favorable, and no others.",
            rows=known,
        )

    def _score_notes(self, used: Totals) -> Iterable[Quality]:
        """A score that is a text, such as a band: nothing can be read of it."""
        known, odd = int(used.get("hit_score") or 0), int(used.get("bad_score") or 0)
        if odd and odd > UNREAD * known:
            yield Quality(
                code="score_unread",
                severity="warning",
                where="score",
                message=f'{odd:,} of {known:,} values of "{self.plan.log.columns["score"]}" are no '
                "numbers, so the score is left out. Map a column of numbers to score, or leave it "
                "out of [log.columns].",
                rows=odd,
            )

    def _join_notes(self, used: Totals) -> Iterable[Quality]:
        rows, favorable = int(used["rows"]), int(used["favorable"])
        adverse = int(used["adverse"])
        for name, short in self.stage.tables.items():
            matched, both = int(used[f"hit_{short}"]), int(used[f"fav_{short}"])
            if matched == rows:
                continue
            good = f"{both / favorable:.1%} of favorable" if favorable else "no favorable"
            bad = f"{(matched - both) / adverse:.1%} of adverse" if adverse else "no adverse"
            yield Quality(
                code="join_unmatched",
                severity="info",
                where=f"tables.{name}",
                message=f"{matched:,} of {rows:,} decisions found their row ({good} and {bad} "
                "decisions).",
                rows=rows - matched,
            )

    # Cells.

    def _crossings(self, used: Any, sums: Totals) -> dict[tuple[str, ...], Cells]:
        strata = {stratum(column) for column in self.request.strata}
        too_fine = {stratum(column) for column in self._too_fine(sums)}
        totals = tuple(term for term in self.request.terms if term.kind == "total")
        out: dict[tuple[str, ...], Cells] = {}
        for crossing in dict.fromkeys([(), *self.request.crossings]):
            if too_fine.intersection(crossing):
                continue
            if strata.intersection(crossing):
                out[crossing] = self._cells(used, crossing, totals, clustered=False)
                continue
            clustered = self.stage.clustered
            cells = self._cells(used, crossing, self.request.terms, clustered=clustered)
            _check_names(crossing, cells.table)
            bins = {one: self._bins(used, crossing, one) for one in self.request.histograms}
            out[crossing] = replace(cells, histograms=bins)
        return out

    def _bins(
        self, used: Any, crossing: tuple[str, ...], histogram: Histogram
    ) -> dict[Group, dict[tuple[Slot, int], int]]:
        """One histogram of every group of a crossing."""
        by = [self.stage.segments[name] for name in crossing]
        found: dict[Group, dict[tuple[Slot, int], int]] = {}
        for *group, slot, code, n in self.fetch(ex.binned(used, by, histogram)):
            found.setdefault(tuple(group), {})[_SLOTS[slot], int(code)] = int(n)
        return found

    def _cells(
        self, used: Any, crossing: tuple[str, ...], terms: tuple[Term, ...], *, clustered: bool
    ) -> Cells:
        by = [self.stage.segments[name] for name in crossing]
        rows = self.fetch(ex.sum_terms(used, by, terms, clustered=clustered))
        cells: dict[Group, tuple[int, ...]] = {
            tuple(row[: len(by)]): tuple(int(value or 0) for value in row[len(by) :])
            for row in rows
        }
        return Cells(crossing, terms, cells)

    def _union(self, used: Any, crossing: tuple[str, ...], groups: frozenset[Group]) -> Cell:
        """Sum several groups of a crossing as one; a customer in two of them counts once."""
        columns = [used[self.stage.segments[name]] for name in crossing]
        inside = ibis.or_(
            *(
                ibis.and_(*(c == part for c, part in zip(columns, group, strict=True)))
                for group in sorted(groups, key=str)
            )
        )
        terms = self.request.terms
        (row,) = self.fetch(ex.sum_terms(used.filter(inside), [], terms, clustered=True))
        inner = used.filter(inside)
        bins = {one: self._bins(inner, (), one).get((), {}) for one in self.request.histograms}
        return Cell(dict(zip(terms, (int(value or 0) for value in row), strict=True)), bins)

    def _common(
        self, used: Any, crossing: tuple[str, ...], n: Quantity, x: Quantity
    ) -> dict[tuple[Group, Group], Overlap]:
        """Sum over customers what they carry in one group times what they carry in another."""
        columns = [self.stage.segments[name] for name in crossing]
        sums = {"n": ex.carried(used, n).sum(), "x": ex.carried(used, x).sum()}
        each = used.group_by([*columns, "subject"]).aggregate(**sums)
        each = each.filter(each.n > 0)
        mine, theirs = (
            each.select(**{f"{side}_{name}": each[name] for name in each.columns}) for side in "ab"
        )
        both = mine.join(theirs, mine.a_subject == theirs.b_subject)
        by = [f"{side}_{column}" for side in "ab" for column in columns]
        products = {a + b: (both[f"a_{a}"] * both[f"b_{b}"]).sum() for a in "nx" for b in "nx"}
        half = len(columns)
        return {
            (tuple(row[:half]), tuple(row[half : 2 * half])): Overlap(*map(int, row[2 * half :]))
            for row in self.fetch(both.group_by(by).aggregate(**products))
        }


def _check_names(crossing: tuple[str, ...], groups: Iterable[Group]) -> None:
    """Refuse names that would steer a terminal, or that two groups of a crossing would share."""
    seen: dict[str, Group] = {}
    for group in groups:
        for segment, name in zip(crossing, group, strict=True):
            odd = [c for c in name or "" if unicodedata.category(c) == "Cc" and c not in "\t\n\r"]
            if odd:
                raise DataError(
                    f"a group's name holds a control character (U+{ord(odd[0]):04X}).",
                    where=f"segment {segment}",
                    hint="The log may be damaged: export it again, or list its groups in `values`.",
                )
        if len(group) == 1 and group[0] in RESERVED:
            raise DataError(
                f'a group is called "{group[0]}", a name that careaudit gives itself.',
                where=f"segment {crossing[0]}",
                hint=f'Give it another name in `values`, such as "{group[0]} of them".',
            )
        joined = "*".join(name or ex.UNKNOWN for name in group)
        if seen.setdefault(joined, group) != group:
            raise DataError(
                f'two groups are called "{_short(joined)}": names with * in them run together.',
                where=f"segment {'*'.join(crossing)}",
                hint="Give those groups names without * in `values`.",
            )


def _listed(counts: Iterable[tuple[Any, ...]]) -> str:
    """Values and their rows, the most frequent first."""
    ranked = sorted(((str(v), int(n)) for v, n in counts), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f'"{_short(value)}" ({n:,} rows)' for value, n in ranked[:_LISTED])
    more = len(ranked) - _LISTED
    return f"{shown} and {more:,} more values" if more > 0 else shown


def _short(value: str) -> str:
    flat = "".join(c if c.isprintable() else " " for c in " ".join(value.split()))
    return flat if len(flat) <= 40 else flat[:37] + "..."
