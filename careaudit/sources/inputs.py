"""The decisions used with the inputs that the plan declares: sums, halves, samples and texts.

Read after the verdicts, where something is to be explained. Rows of a sample stay in memory:
nothing of them is written anywhere, only sums and shares are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from careaudit.cells import Cell, Cells, Group, Quantity, Term
from careaudit.measures.amount import MINOR
from careaudit.plan import Plan
from careaudit.plan.declared import nature
from careaudit.sources import expression as ex
from careaudit.sources.bands import BANDS, band, finite, natural
from careaudit.sources.base import Request, stratum
from careaudit.sources.drawn import Coded, Declared, Drawn, Floats
from careaudit.sources.files import unreadable
from careaudit.sources.rows import Opened, Stage

MOST_VALUES = 1_000
"""An input of more values tells customers apart one by one; nothing can be held still by it."""
FEW_NUMBERS = 12
"""Up to so many distinct numbers are values like any others; more are put into bands."""
NUMERIC = 0.95
"""The share of its known values that are numbers, from which on an input is one."""
SAMPLE = 50_000
"""Decisions of a sample, about: whole customers are drawn."""
BATCH = 5_000
"""Texts that are held at once."""
WORDY = 40
"""Characters of a mean value from which on a column is text, whatever the plan calls it."""
WORDS = 4
"""Blanks of a mean value from which on more than FEW_NUMBERS values are text, too."""
LONGEST = 5_000
"""Characters of a text that are read: the memory of a batch has a bound."""
OTHER = "other reasons"
"""What values that are not told apart count as."""
_DIGITS = 12  # of a customer's rank; short texts are kept without a second place in memory

Half = Literal["searched", "held_out"]


class Inputs:
    """The used rows of a log with their declared inputs.

    A customer is known by a rank, a digest of the id that also draws samples and halves, the same
    on every machine; a decision without one is a customer of its own.
    """

    def __init__(
        self,
        opened: Opened,
        request: Request,
        fields: Sequence[str],
        quantities: Sequence[Quantity],
    ) -> None:
        """Read the log once more; of the `request`, its crossings are not summed here.

        Raises DataError where a declared column is not there.
        """
        self._stage = Stage(opened, request)
        self._workspace = opened.workspace
        self._log = opened.log
        self.plan: Plan = request.plan
        self.fields = tuple(dict.fromkeys(fields))
        self._quantities = tuple(dict.fromkeys(quantities))
        self._samples: dict[tuple[int, str | None], Drawn] = {}
        told = ("reason_code",) if "reason_code" in self.plan.log.columns else ()
        named = dict.fromkeys((*self.fields, *told))
        self._short = {name: f"i{place}" for place, name in enumerate(named)}
        try:
            self._kept = self._workspace.keep(self._narrow())
            self.rows = int(self._fetch(self._kept.aggregate(n=self._kept.count()))[0][0])
            self.declared = {name: self._declared(name) for name in self.fields}
            self._rows = self._banded()
            self._levels = {name: self._values(self._column(name)) for name in self._coded}
        except duckdb.Error as error:
            raise unreadable(self._log.files, error) from None

    @property
    def texts_named(self) -> tuple[str, ...]:
        """The columns of free text that the plan maps."""
        named = self.plan.log.columns.get("text", ())
        return (named,) if isinstance(named, str) else named

    @property
    def usable(self) -> tuple[str, ...]:
        """The declared inputs whose values can be held still."""
        return tuple(name for name, one in self.declared.items() if one.state == "usable")

    # Sums.

    def cells(
        self,
        crossing: Sequence[str],
        terms: Sequence[Term],
        *,
        half: Half | None = None,
        clustered: bool = False,
        only: Mapping[str, Sequence[str]] = {},
    ) -> Cells:
        """Sum terms by a crossing of segments and of declared inputs; totals, unless clustered.

        An input stands in the crossing under the name that `stratum` gives it, and so does the
        reason code where the plan maps one. Of a name in `only`, other values count as OTHER.
        """
        by = [self._column(name) for name in crossing]
        rows = self._half(half)
        for name, values in only.items():
            column = rows[self._column(name)]
            kept = ibis.ifelse(column.isin(list(values)), column, OTHER) if values else OTHER
            rows = rows.mutate(
                **{self._column(name): ibis.ifelse(column.notnull(), kept, ibis.null("string"))}
            )
        found = self._fetch(ex.sum_terms(rows, by, tuple(terms), clustered=clustered))
        table: dict[Group, tuple[int, ...]] = {
            tuple(row[: len(by)]): tuple(int(value or 0) for value in row[len(by) :])
            for row in found
        }
        return Cells(tuple(crossing), tuple(terms), table)

    def cell(
        self, traits: Mapping[str, str], terms: Sequence[Term], *, half: Half, rest: bool = False
    ) -> Cell:
        """Sum terms over the decisions of one half that have all traits, each customer once.

        traits: a group of a segment, or a value of an input, by its name in a crossing. With
        `rest`, over all other decisions, those whose traits are not known left out.
        """
        rows = self._half(half)
        columns = {name: rows[self._column(name)] for name in traits}
        held = ibis.and_(*(columns[name] == value for name, value in traits.items()))
        known = ibis.and_(*(column.notnull() for column in columns.values()))
        rows = rows.filter(known & ~held if rest else held)
        (row,) = self._fetch(ex.sum_terms(rows, [], tuple(terms), clustered=True))
        return Cell(dict(zip(terms, (int(value or 0) for value in row), strict=True)))

    def commonest(self, name: str, among: Quantity, *, least: int, most: int) -> tuple[str, ...]:
        """The values that most customers have on the decisions of a quantity, the commonest first.

        At most `most`, each of at least `least` customers; `name` as in a crossing.
        """
        rows = self._rows
        column = rows[self._column(name)]
        rows = rows.filter((ex.carried(rows, among) > 0) & column.notnull())
        counts = rows.group_by(value=column).aggregate(customers=rows.subject.nunique())
        counts = counts.filter(counts.customers >= least)
        top = counts.order_by([counts.customers.desc(), counts.value]).limit(most)
        return tuple(str(row[0]) for row in self._fetch(top))

    # Rows in memory.

    def sample(self, most: int = SAMPLE, *, without: str | None = None) -> Drawn:
        """Draw about `most` decisions, whole customers, always the same ones.

        without: the rank of a customer whose decisions are left out.
        """
        key = most, without
        if key not in self._samples:
            wanted = self._upto(self._rows, most)
            if without is not None:
                wanted = wanted.filter(wanted["rank"] != without)
            self._samples[key] = self._drawn(self._frame(self._pick(wanted, ())), ())
        return self._samples[key]

    def texts(self, most: int | None = None) -> Iterator[Drawn]:
        """Yield the decisions with their free text, all of a customer in one batch.

        `most` as in `sample`; without it, every decision, at most about BATCH at once. Of a text
        the first LONGEST characters.
        """
        texts = {f"x{place}": name for place, name in enumerate(self.texts_named)}
        rows = self._ranked(texts)
        rows = rows.mutate(**{short: rows[short].left(LONGEST) for short in texts})
        rows = self._bands(rows).mutate(rows=1)
        if most is not None:
            rows = self._upto(rows, most)
        picked = self._pick(rows, tuple(texts))
        left: pd.DataFrame | None = None
        for batch in self._sorted(picked):
            frame = batch.to_pandas()
            if left is not None:
                frame = pd.concat([left, frame], ignore_index=True)
            last = frame["rank"].iloc[-1]
            going_on = (frame["rank"] == last).to_numpy()
            left = frame[going_on].reset_index(drop=True)
            if not going_on.all():
                yield self._drawn(frame[~going_on].reset_index(drop=True), tuple(texts))
        if left is not None and len(left):
            yield self._drawn(left, tuple(texts))

    # How it is made.

    def _fetch(self, expression: Any) -> list[tuple[Any, ...]]:
        return self._workspace.fetch(expression)

    def _ranked(self, more: Mapping[str, str]) -> Any:
        """The used rows, not read yet, each with its customer's rank."""
        mapped = self.plan.log.columns
        also = {short: name for name, short in self._short.items()} | dict(more)
        also |= {name: name for name in ("score", "threshold") if name in mapped}
        also |= {"id": "decision_id"} if "decision_id" in mapped else {}
        rows = self._stage.used(also)
        own = [rows.who] if self._stage.clustered else []
        if "id" in also:
            own.append(ibis.literal("\x01").concat(rows.id))
        else:  # equal rows are told apart by counting them
            who = ["who"] if self._stage.clustered else []
            kept = ["slot", *self._stage.segments.values(), *self._short.values(), *more, *who]
            same = [rows[name] for name in kept]
            number = ibis.row_number().over(group_by=same, order_by=same)
            content = ibis.literal("\x02").concat(
                *(one.cast("string").fill_null("\x03") for one in same), number.cast("string")
            )
            own.append(content)
        rank = ibis.coalesce(*own).hexdigest("md5").left(_DIGITS)
        spent = rows.amount if "amount" in mapped else ibis.null("int64")
        return rows.mutate(
            rank=rank.fill_null("0" * _DIGITS),
            named=rows.who.notnull() if self._stage.clustered else ibis.literal(True),
            spent=spent,
            **{
                name: rows[name].try_cast("float64") if name in also else ibis.null("float64")
                for name in ("score", "threshold")
            },
        )

    def _narrow(self) -> Any:
        """The columns that are kept, without texts."""
        rows = self._ranked({})
        flags = [name for name in rows.columns if name.startswith("c_")]
        return rows.select(
            "slot", "rank", "named", "score", "threshold", "spent",
            *self._stage.segments.values(),
            *self._short.values(), *flags,
        )  # fmt: skip

    def _declared(self, name: str) -> Declared:
        column = self._kept[self._short[name]]
        number = finite(column)
        look = self._kept.aggregate(
            known=column.count(),
            distinct=column.nunique(),
            numbers=number.count(),
            length=column.length().sum(),
            blanks=(column.length() - column.replace(" ", "").length()).sum(),
        )
        known, distinct, numbers, length, blanks = (int(one or 0) for one in self._fetch(look)[0])
        kind = nature(self.plan, name)
        if kind != "input":
            return Declared(name, known, distinct, kind)
        told = distinct > FEW_NUMBERS and blanks >= WORDS * known
        if length > WORDY * known or told:
            return Declared(name, known, distinct, "free_text")
        if not known:
            return Declared(name, known, distinct, "empty")
        if distinct > FEW_NUMBERS and numbers >= NUMERIC * known:
            return Declared(name, known, distinct, "usable", self._edges(number))
        if distinct == 1 and known == self.rows:
            return Declared(name, known, distinct, "one_value")
        return Declared(
            name, known, distinct, "too_many_values" if distinct > MOST_VALUES else "usable"
        )

    def _edges(self, number: Any) -> tuple[float, ...]:
        """The upper ends of bands of about as many decisions each, but the last."""
        cuts = {f"q{k}": number.quantile(k / BANDS) for k in range(1, BANDS)}
        found = self._fetch(self._kept.aggregate(**cuts, most=number.max()))[0]
        *edges, most = (float(edge) for edge in found)
        return tuple(edge for edge in dict.fromkeys(edges) if edge < most)

    def _bands(self, rows: Any) -> Any:
        """Add a column for each number's band and one for the number."""
        more: dict[str, Any] = {"subject": rows["rank"]}
        for name, one in self.declared.items():
            column = rows[self._short[name]]
            if one.edges is not None:
                number = finite(column)
                more[f"v{self._short[name]}"] = number
                more[f"b{self._short[name]}"] = band(column, number, one.edges)
        return rows.mutate(**more)

    def _banded(self) -> Any:
        return self._bands(self._kept).mutate(rows=1)

    def _short_band(self, name: str) -> str:
        banded = name in self.declared and self.declared[name].edges is not None
        return f"b{self._short[name]}" if banded else self._short[name]

    def _column(self, name: str) -> str:
        """The column of a segment or of an input, by its name in a crossing."""
        if name in self._stage.segments:
            return self._stage.segments[name]
        return self._short_band(_unstarred(name))

    @property
    def _coded(self) -> tuple[str, ...]:
        """Segments and usable inputs, by their names in a crossing."""
        return (*self._stage.segments, *map(stratum, self.usable))

    def _values(self, column: str) -> tuple[str, ...]:
        one = self._rows[column]
        found = self._rows.filter(one.notnull()).select(value=one).distinct()
        return tuple(sorted((str(row[0]) for row in self._fetch(found)), key=natural))

    def levels(self, name: str) -> tuple[str, ...]:
        """The values of a segment or an input, by its name in a crossing, in natural order."""
        return self._levels[name]

    def _half(self, half: Half | None) -> Any:
        if half is None:
            return self._rows
        held_out = _held_out(self._rows["rank"])
        return self._rows.filter(held_out if half == "held_out" else ~held_out)

    def _upto(self, rows: Any, most: int) -> Any:
        """Keep the customers of the lowest ranks, about `most` decisions."""
        if most >= self.rows:
            return rows
        cut = f"{int(most / self.rows * 16**_DIGITS):0{_DIGITS}x}"
        return rows.filter(rows["rank"] < cut)

    def _pick(self, rows: Any, texts: tuple[str, ...]) -> Any:
        """The columns of a drawn sample, a customer's rows together, in an order of its own."""
        coded = {f"k{place}": rows[self._column(name)] for place, name in enumerate(self._coded)}
        numbers = {
            f"v{place}": rows[f"v{self._short[name]}"] for place, name in enumerate(self._numbers)
        }
        counted = {one.key: ex.carried(rows, one).cast("int64") for one in self._quantities}
        picked = rows.select(
            "rank",
            "named",
            "slot",
            "score",
            "threshold",
            "spent",
            *texts,
            **coded,
            **numbers,
            **counted,
        )
        return picked.order_by([picked[name] for name in picked.columns])

    @property
    def _numbers(self) -> tuple[str, ...]:
        return tuple(name for name in self.usable if self.declared[name].edges is not None)

    def _sorted(self, picked: Any) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._workspace.sorted(picked, BATCH)
        except duckdb.Error as error:
            raise unreadable(self._log.files, error) from None

    def _frame(self, picked: Any) -> pd.DataFrame:
        parts = [batch.to_pandas() for batch in self._workspace.stream(picked, BATCH)]
        return (
            pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=picked.columns)
        )

    def _drawn(self, frame: pd.DataFrame, texts: tuple[str, ...]) -> Drawn:
        rank = frame["rank"]
        coded = {
            name: Coded(
                pd.Categorical(frame[f"k{place}"], categories=self._levels[name]).codes.astype(
                    np.int32
                ),
                self._levels[name],
            )
            for place, name in enumerate(self._coded)
        }

        def numbers(column: str) -> Floats:
            return frame[column].to_numpy(dtype=np.float64, na_value=np.nan)

        return Drawn(
            customer=pd.factorize(rank)[0].astype(np.int64),
            named=frame["named"].to_numpy(dtype=bool),
            slot=frame["slot"].to_numpy(dtype=np.int8),
            held_out=rank.str[-1].isin(list(_ODD)).to_numpy(dtype=bool),
            groups={name: one for name, one in coded.items() if name in self._stage.segments},
            fields={
                _unstarred(n): one for n, one in coded.items() if n not in self._stage.segments
            },
            numbers={name: numbers(f"v{place}") for place, name in enumerate(self._numbers)},
            counted={one.key: frame[one.key].to_numpy(dtype=np.int64) for one in self._quantities},
            score=numbers("score"),
            threshold=numbers("threshold"),
            amount=numbers("spent") / MINOR,
            texts=tuple(tuple(_texts(frame[name])) for name in texts),
        )


def rank(who: str | None, decision_id: str) -> str:
    """The rank of a customer; of a decision whose customer is not recorded, its own."""
    own = f"\x01{decision_id}" if who is None else who
    return hashlib.md5(own.encode(), usedforsecurity=False).hexdigest()[:_DIGITS]


_ODD = "13579bdf"


def _held_out(rank: Any) -> Any:
    return rank.right(1).isin(list(_ODD))


def _unstarred(name: str) -> str:
    return name.removeprefix("*")


def _texts(column: pd.Series) -> Iterator[str | None]:
    return (text if isinstance(text, str) else None for text in column)
