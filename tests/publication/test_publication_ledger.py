"""Two publications beside each other tell no more than each alone; the ledger loses nothing."""

from __future__ import annotations

import functools
import multiprocessing
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.errors import DisclosureError, LedgerError
from careaudit.publication.differencing import check
from careaudit.publication.document import (
    Decisions,
    Past,
    Period,
    Printed,
    Publication,
    PublicQuestion,
    PublicRatios,
    RatioCell,
    Row,
    Rules,
    Table,
)
from careaudit.publication.ledger import enter, read
from careaudit.publication.told import Published, published
from careaudit.record import AuditRecord, Limit, PublicTexts
from careaudit.record.parts import AuditInfo, Input, Outcome, Provenance, Window

DAY = date(2026, 7, 5)
LANGUAGES, REGIONS = ("en", "es", "zh"), ("north", "south", "west")
GROUPS = {
    "language": LANGUAGES,
    "region": REGIONS,
    "language*region": tuple("*".join(pair) for pair in product(LANGUAGES, REGIONS)),
}


@dataclass(frozen=True)
class Decided:
    """One decision of a log."""

    id: int
    day: int
    language: str
    region: str
    denied: bool

    def group(self, segment: str) -> str:
        return "*".join(getattr(self, name) for name in segment.split("*"))


@dataclass(frozen=True)
class Made:
    """A publication as it could be made of some decisions: their window, system, files, tables."""

    rows: tuple[Decided, ...]
    system: str | None = "credit-bot"
    inputs: tuple[str, ...] = ("a" * 64,)
    segments: tuple[str, ...] = ("language",)
    window: tuple[str, str] | None = None
    kind: str = "credit"

    def table(self, segment: str) -> dict[str, list[Decided]]:
        return {g: [r for r in self.rows if r.group(segment) == g] for g in GROUPS[segment]}

    def withheld(self, segment: str) -> set[str]:
        """Primary rules, and the smallest other group where one alone would be hidden."""
        table = self.table(segment)
        sizes = {g: (len(rows), sum(r.denied for r in rows)) for g, rows in table.items()}
        hidden = {g for g, (n, x) in sizes.items() if n and (n < 10 or 0 < x < 3 or 0 < n - x < 3)}
        if len(hidden) == 1:
            hidden |= {min((n, g) for g, (n, _) in sizes.items() if g not in hidden)[1]}
        return hidden

    def publication(self) -> Publication:
        tables = [
            Table(segment=segment, reference=None, rows=tuple(
                Row(group=group, status="withheld") if group in self.withheld(segment)
                else shown(rows, group) for group, rows in self.table(segment).items()))
            for segment in self.segments
        ]  # fmt: skip
        return document(shown(self.rows, None), tables)

    def record(self) -> AuditRecord:
        seen = sorted(f"2026-04-{row.day:02}" for row in self.rows)
        first, last = self.window or (seen[0], seen[-1])
        window = Window() if first == "unknown" else Window(start=first, end=last)
        inputs = tuple(Input(role="log", name="log.csv", sha256=one) for one in self.inputs)
        table = Input(role="tables.customers", name="customers.csv", sha256="c" * 64)
        outcome = Outcome(favorable=("granted",), adverse=("denied",))
        return AuditRecord.model_construct(
            audit=AuditInfo(
                name="Credits", system=self.system, decision_kind=self.kind, outcome=outcome
            ),
            provenance=Provenance.model_construct(inputs=(*inputs, table), window=window),
        )

    def entry(self, edition: str = "public") -> Published:
        return published(self.publication(), self.record(), edition, DAY)


def rounded(n: int) -> int:
    return 5 * round(n / 5)


def shown(rows: Iterable[Decided], group: str | None) -> Row:
    n, x = len(tuple(rows)), sum(r.denied for r in rows)
    share = f"{100 * rounded(x) / rounded(n):.0f} %" if n > 2 else "none"
    return Row(group=group, status="shown", n=rounded(n), figure=Printed(text=share, range="about"))


def document(everybody: Row | None, tables: Iterable[Table], **more: object) -> Publication:
    question = PublicQuestion(
        id="credit-denied", ask="Denied more often?", pillar="fairness", measure="adverse_rate",
        orientation="adverse", unit="share", per=100, gate=True, limit=Limit(), verdict="pass",
        reason="within", everybody=everybody, tables=tuple(tables), withheld=everybody is None,
    )  # fmt: skip
    made = {
        "careaudit": "0.1.0",
        "number": "1", "name": "Credits", "system": "credit-bot", "release": None,
        "decision_kind": "credit", "justification": None, "as_of": "2026-07-05",
        "expires_on": "2027-07-05", "period": Period(text="April 2026"),
        "decisions": Decisions(used=f"{everybody.n if everybody else 0}"), "verdict": "pass",
        "reason": "within", "confirmed": True, "score": None, "people": None, "money": None,
        "questions": (question,), "public": PublicTexts(),
        "rules": Rules(customers=10, events=3, base=5, coded=(5, 95), few=200, dominated=15,
                       spread=20, confidence=95),
    } | more  # fmt: skip
    return Publication.model_validate(made)


@functools.cache
def log(seed: int, days: int = 6, size: int = 240) -> tuple[Decided, ...]:
    draw = random.Random(seed)  # noqa: S311
    return tuple(
        Decided(
            1000 * seed + number, draw.randint(1, days), draw.choices(LANGUAGES, (60, 30, 10))[0],
            draw.choices(REGIONS, (50, 35, 15))[0], draw.random() < 0.4,
        )
        for number in range(size)
    )  # fmt: skip


LOG = log(0, days=20)
"""240 decisions of April 1 to 20."""


def days(first: int, last: int, **more: object) -> Made:
    rows = tuple(r for r in LOG if first <= r.day <= last)
    return Made(rows, window=(f"2026-04-{first:02}", f"2026-04-{last:02}"), **more)


def refused(old: Made | Published, new: Made | Published) -> DisclosureError:
    entries = [one.entry() if isinstance(one, Made) else one for one in (old, new)]
    with pytest.raises(DisclosureError) as fault:
        check(entries[:1], entries[1])
    assert fault.value.exit_code == 3
    assert fault.value.hint
    return fault.value


def accepted(*made: Made) -> None:
    for number, one in enumerate(made):
        check([other.entry() for other in made[:number]], one.entry())


# Periods


def test_periods_that_follow_each_other_are_published():
    accepted(days(1, 10), days(11, 20))


def test_cumulative_periods_are_refused_with_the_free_days():
    fault = refused(days(1, 10), days(1, 11))
    assert "2026-04-01 to 2026-04-10, and the new edition 2026-04-01 to 2026-04-11" in fault.what
    assert "Publish the decisions from 2026-04-11 on" in str(fault.hint)
    assert fault.where == "the public edition of 2026-07-05"


def test_the_smallest_difference_is_named():
    """Zh is the smallest group: of its rounded counts, the difference is the smallest."""
    old, new = days(1, 10), days(1, 12)
    sizes = {None: old.rows} | old.table("language"), {None: new.rows} | new.table("language")
    hidden = old.withheld("language") | new.withheld("language")
    n, group = min(
        (rounded(len(sizes[1][group])) - rounded(len(sizes[0][group])), str(group or ""))
        for group in sizes[0]
        if group not in hidden
    )
    name = f"language is {group}" if group else "everybody"
    assert f"credit-denied, {name}: about {n} decisions" in refused(old, new).what


def test_a_day_in_two_periods_is_refused():
    assert "from 2026-04-11 on" in str(refused(days(1, 10), days(10, 20)).hint)


def test_an_earlier_period_that_reaches_into_a_later_one_is_refused():
    assert "up to 2026-04-09" in str(refused(days(10, 20), days(1, 10)).hint)


def test_a_part_of_a_period_is_refused():
    assert "quarters" in str(refused(days(1, 20), days(5, 9)).hint)


def test_the_last_of_the_periods_that_overlap_says_what_is_free():
    entries = [days(1, 5).entry(), days(6, 10).entry()]
    for told in (entries, entries[::-1]):
        with pytest.raises(DisclosureError, match="from 2026-04-11 on"):
            check(told, days(1, 12).entry())


def test_another_system_is_free():
    accepted(days(1, 10), days(1, 12, system="chat-bot", inputs=("b" * 64,)))


def test_the_same_file_is_the_same_decisions_whatever_the_system_is_called():
    refused(days(1, 10), days(1, 12, system="renamed"))


def test_a_system_without_a_name_may_be_any():
    other = days(1, 10, system=None, inputs=("b" * 64,))
    accepted(days(1, 10), replace(other, segments=()))
    assert "Name system" in str(refused(days(1, 10), replace(other, rows=LOG[:90])).hint)


def test_without_days_two_logs_count_as_the_same():
    unknown = replace(days(1, 10), window=("unknown", "unknown"))
    accepted(unknown, days(1, 10), unknown)
    fault = refused(unknown, days(12, 20))
    assert "for all that is known of days" in fault.what
    assert "decided_at" in str(fault.hint)


# One period, twice


def test_the_same_again_is_published():
    accepted(days(1, 10), days(1, 10))


def test_other_attributes_of_the_same_period_are_published():
    accepted(days(1, 20), days(1, 20, segments=("region",)))


def small(**cells: tuple[str, int]) -> Published:
    """Return the entry of a table by language with these statuses and counts."""
    rows = tuple(
        Row(group=group, status=status, n=n if status == "shown" else None)
        for group, (status, n) in cells.items()
    )
    table = Table(segment="language", reference=None, rows=rows)
    made = document(Row(group=None, status="shown", n=300), [table])
    return published(made, days(1, 10).record(), "public", DAY)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("shown", "withheld", "printed there, and the new edition withholds it"),
        ("withheld", "shown", "withheld there, and the new edition prints it"),
        ("empty", "shown", "do not print the same"),
    ],
)
def test_a_cell_is_hidden_in_all_editions_or_in_none(old, new, said):
    fault = refused(small(en=("shown", 200), zh=(old, 25)), small(en=("shown", 200), zh=(new, 25)))
    assert f"credit-denied, language is zh: it was {said}." in fault.what.replace(
        "zh: the two", "zh: it was"
    )
    assert "Keep the earlier edition" in str(fault.hint)
    assert "25" not in str(fault)


def test_another_number_is_refused():
    fault = refused(small(en=("shown", 200)), small(en=("shown", 205)))
    assert "credit-denied, language is en: the two print another number of decisions" in fault.what


def test_another_value_is_refused():
    old = days(1, 10)
    turned = replace(old, rows=tuple(replace(r, denied=not r.denied) for r in old.rows))
    assert "print another value" in refused(old, turned).what


def test_another_total_is_refused_even_beside_other_attributes():
    fewer = replace(days(1, 10, segments=("region",)), rows=days(1, 9).rows)
    assert "another" in refused(days(1, 10), fewer).what


def test_other_kinds_of_decisions_of_a_system_need_a_ledger_of_their_own():
    other = replace(days(1, 10, kind="escalation"), rows=days(12, 20).rows)
    assert "a ledger of its own" in str(refused(days(1, 10), other).hint)


def test_other_groups_are_refused_where_some_are_withheld():
    """25 of en and zh together, less 20 of en, are the 5 that are hidden."""
    old = small(en=("shown", 20), zh=("withheld", 0), pl=("withheld", 0))
    new = small(**{"en or zh": ("shown", 25), "pl or es": ("shown", 275)})
    assert "language has other groups there" in refused(old, new).what
    check([small(en=("shown", 20), zh=("shown", 25))], new)


def test_a_crossing_and_its_margin_stand_in_one_publication():
    crossed = days(1, 20, segments=("language*region",))
    both = replace(crossed, segments=("language", "language*region"))
    assert crossed.withheld("language*region")
    fault = refused(crossed, days(1, 20))
    assert (
        "adverse_rate by language*region stands only there and adverse_rate by language only"
        in fault.what
    )
    refused(both, replace(crossed, segments=("region", "language*region")))
    refused(days(1, 20), crossed)
    accepted(both, days(1, 20))
    accepted(crossed, both)


@pytest.mark.parametrize(("hidden", "refuses"), [("zh", False), ("es", True)])
def test_two_measures_of_one_attribute_withhold_the_same_groups(hidden, refuses):
    """What is favorable is what is not adverse: one table would tell what the other hides."""
    old = small(en=("shown", 200), es=("shown", 60), zh=("withheld", 0), pl=("withheld", 0))
    other = {"en": 200, "es": 60, "zh": 60} | {hidden: None, "pl": None}
    new = small(**{g: ("withheld", 0) if n is None else ("shown", n) for g, n in other.items()})
    cells = new.periods[0].cells
    of_granted = tuple(c.model_copy(update={"measure": "favorable_rate"}) for c in cells)
    period = new.periods[0].model_copy(update={"cells": of_granted})
    granted = new.model_copy(update={"periods": (period,)})
    if refuses:
        assert "adverse_rate by language stands only there" in refused(old, granted).what
    else:
        check([old], granted)


def test_a_question_withheld_is_not_printed_by_another_edition():
    whole = published(document(None, []), days(1, 10).record(), "public", DAY)
    fault = refused(whole, days(1, 10))
    assert "everybody" in fault.what


def test_ratio_tables_are_cells_too():
    def with_ratio(ratio: str) -> Published:
        rows = (RatioCell(group="zh", status="included", n=40, ratio=ratio),)
        table = PublicRatios(
            axis="language", n_used=90, unknown=None, reference="en", threshold="0.80", rows=rows
        )
        made = document(None, [], ratio_tables=(table,))
        return published(made, days(1, 10).record(), "public", DAY)

    check([with_ratio("0.84")], with_ratio("0.84"))
    assert (
        "impact ratios, language is zh: the two print another ratio"
        in refused(with_ratio("0.84"), with_ratio("0.85")).what
    )


def test_earlier_periods_that_an_edition_prints_are_checked_too():
    def with_past(now: Made, past: Made) -> Published:
        before = past.publication()
        shown_too = Past(
            number="0", period=before.period, verdict="pass", reason="within",
            questions=before.questions,
        )  # fmt: skip
        made = now.publication().model_copy(update={"past": (shown_too,)})
        return published(made, now.record(), "impact", DAY, [past.record()])

    check([days(1, 10).entry()], with_past(days(11, 20), days(1, 10)))
    with pytest.raises(DisclosureError, match="2026-04-01 to 2026-04-09"):
        check([days(1, 9).entry()], with_past(days(11, 20), days(1, 10)))
    with pytest.raises(DisclosureError, match="this edition itself"):
        check([], with_past(days(1, 20), days(1, 10)))


# The law


class Draw(NamedTuple):
    """Some days of one of two logs, under a true name or another one, perhaps less a few rows."""

    seed: int
    first: int
    more: int
    lost: int
    renamed: bool
    segments: frozenset[str]

    def made(self) -> Made:
        days = range(self.first, self.first + self.more)
        rows = tuple(r for r in log(self.seed) if r.day in days)
        files = (f"log {self.seed}", *([f"again {self.lost}"] if self.lost else []))
        name = "renamed" if self.renamed else f"bot {self.seed}"
        return Made(rows[self.lost :], name, files, tuple(sorted(self.segments)))


draws = st.builds(
    Draw,
    seed=st.sampled_from([1, 1, 1, 2]),
    first=st.integers(1, 6),
    more=st.integers(1, 6),
    lost=st.sampled_from([0, 0, 0, 1, 3, 9]),
    renamed=st.booleans(),
    segments=st.frozensets(st.sampled_from(sorted(GROUPS)), min_size=1),
)


def known(made: Iterable[Made]) -> np.ndarray:
    """Return what the printed counts say, a row each, over the crossings of language and region."""
    printed = [np.ones(9)]
    for one in made:
        for segment in one.segments:
            groups = set(GROUPS[segment]) - one.withheld(segment)
            printed += [vector(segment, group) for group in sorted(groups)]
    return np.array(printed)


def vector(segment: str, group: str) -> np.ndarray:
    pairs = product(LANGUAGES, REGIONS)
    return np.array([float(set(group.split("*")) <= set(pair)) for pair in pairs])


def told(what: np.ndarray, printed: np.ndarray) -> bool:
    rank = np.linalg.matrix_rank
    return bool(rank(np.vstack([printed, what])) == rank(printed))


def small_difference(old: Made, new: Made, segment: str) -> bool:
    """Whether what the two print of a group differs, and by how few decisions it happened."""
    before, after = old.table(segment), new.table(segment)
    return any(
        rounded(len(before[group])) != rounded(len(after[group]))
        and 0 < len(set(before[group]) ^ set(after[group])) < 10
        for group in set(before) - old.withheld(segment) - new.withheld(segment)
    )


def together(old: Made, new: Made) -> list[str]:
    """Return the groups that one of the two withholds, neither tells, and both together tell."""
    return [
        group
        for one in (old, new)
        for segment in one.segments
        for group in sorted(one.withheld(segment))
        if told(vector(segment, group), known([old, new]))
        and not any(told(vector(segment, group), known([each])) for each in (old, new))
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(draws, min_size=2, max_size=6))
def test_two_accepted_publications_tell_no_more_than_each_alone(drawn):
    """Brute force on the exact counts: no small difference, and no hidden cell from two tables."""
    kept: list[tuple[Made, Published]] = []
    for made in (draw.made() for draw in drawn):
        entry = made.entry()
        try:
            check([other for _, other in kept], entry)
        except DisclosureError:
            continue
        kept.append((made, entry))
    for (old, _), (new, _) in combinations(kept, 2):
        if set(old.rows) & set(new.rows):
            for segment in set(old.segments) & set(new.segments):
                assert old.withheld(segment) == new.withheld(segment)
                assert not small_difference(old, new, segment)
            assert together(old, new) == []


# The file


def test_an_entry_is_written_once_an_edition(tmp_path):
    path = tmp_path / "published.jsonl"
    assert read(path) == []
    first = days(1, 10)
    for edition in ("public", "public", "impact", "impact"):
        assert enter(path, first.entry(edition)).edition == edition
    enter(path, first.entry().model_copy(update={"published_on": date(2026, 8, 1)}))
    enter(path, days(11, 20).entry())
    assert [entry.edition for entry in read(path)] == ["public", "impact", "public"]
    assert read(path)[0] == first.entry()


def test_what_is_withheld_does_not_enter():
    """The entry is the same whatever the hidden counts are."""
    made = days(1, 4)
    assert made.withheld("language") == {"es", "zh"}
    first = next(row for row in made.rows if row.language == "es")
    moved = tuple(replace(row, language="zh") if row == first else row for row in made.rows)
    other = replace(made, rows=moved)
    assert other.withheld("language") == {"es", "zh"}
    assert other.entry() == made.entry()
    told = made.entry().periods[0]
    assert told.segments == {"language": ("en",)}
    assert {cell.group: cell.n for cell in told.cells if cell.status == "withheld"} == {
        "es": None,
        "zh": None,
    }


def test_a_refused_entry_leaves_the_ledger(tmp_path):
    path = tmp_path / "published.jsonl"
    enter(path, days(1, 10).entry())
    before = path.read_bytes()
    with pytest.raises(DisclosureError):
        enter(path, days(1, 11).entry())
    assert path.read_bytes() == before


def test_an_edited_ledger_is_refused(tmp_path):
    path = tmp_path / "published.jsonl"
    enter(path, days(1, 10).entry())
    enter(path, days(11, 20).entry())
    raw = path.read_bytes()
    lines = raw.splitlines(keepends=True)
    edited = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(0, len(raw), 97)]
    cut = [raw[:-1], lines[0] + lines[2], lines[1] + lines[0] + lines[2], b""]
    for damaged in (*edited, *cut):
        path.write_bytes(damaged)
        with pytest.raises(LedgerError) as fault:
            enter(path, days(11, 20).entry("impact"))
        assert fault.value.exit_code == 3
        assert path.read_bytes() == damaged
    assert "version control" in str(fault.value)


def test_another_ledger_is_not_taken_for_this_one(tmp_path):
    from careaudit.council.ledger import append

    path = tmp_path / "council.jsonl"
    append(path, lambda ledger: ledger.next("decision", {}))
    with pytest.raises(LedgerError, match="no entry of a ledger of what was published"):
        read(path)


@pytest.mark.parametrize("body", [{}, {"edition": "public"}, {"periods": [1]}])
def test_a_sealed_entry_that_says_something_else_is_refused(tmp_path, body):
    from careaudit.chain import Ledger

    path = tmp_path / "published.jsonl"
    path.write_bytes(Ledger((Ledger().next("publication", body),)).to_bytes())
    with pytest.raises(LedgerError, match="line 1: says nothing of a publication"):
        read(path)


def test_what_a_name_holds_cannot_reach_the_terminal():
    old, new = (
        document(Row(group=None, status="shown", n=300), [
            Table(segment="a\x1b[2J", reference=None,
                  rows=(Row(group="b\u202e", status="shown", n=n),))])
        for n in (20, 25)
    )  # fmt: skip
    record = days(1, 10).record()
    fault = refused(*(published(one, record, "public", DAY) for one in (old, new)))
    assert "\x1b" not in str(fault)
    assert "\u202e" not in str(fault)


def try_to_enter(job: tuple[str, int, int]) -> bool:
    path, first, last = job
    try:
        enter(Path(path), days(first, last).entry())
    except DisclosureError:
        return False
    return True


def test_writers_at_once_cannot_both_publish_what_overlaps(tmp_path):
    path = tmp_path / "published.jsonl"
    jobs = [(str(path), day, day + 2) for day in range(1, 9)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(try_to_enter, jobs, chunksize=1)
    windows = [entry.periods[0].window for entry in read(path)]
    assert len(windows) == sum(done)
    ends = sorted((w.start, w.end) for w in windows)
    assert ends
    assert all(before[1] < after[0] for before, after in pairwise(ends))
