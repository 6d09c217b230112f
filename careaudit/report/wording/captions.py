"""What stands above and below the tables of pages 2 and 3."""

from __future__ import annotations

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Comparison
from careaudit.report.wording.findings import Groups, more, than
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.names import title
from careaudit.report.wording.summary import places


def forest_head(words: MeasureWords, failing: list[Comparison], groups: Groups) -> str:
    """Return the finding above the forest tables."""
    if not failing:
        return f"{words.title}, by group"
    same = [c for c in failing if more(words, c) == more(words, failing[0])]
    return f"{words.happens} {more(words, same[0])} {places(same, groups, 4)}{than(same, groups)}"


def forest_note(words: MeasureWords, notation: Notation, overall: float | None) -> str:
    """Say how to read the forest tables."""
    line = ""
    if overall is not None:
        line = f" Dashed line: all decisions, {notation.told(overall)}."
    noun = "rate" if notation.share else "value"
    return (
        f"{counts(words, notation)} Bar: range in which the true {noun} plausibly lies.{line}"
        " Triangle: action needed. Diamond: keep watching."
    )


def counts(words: MeasureWords, notation: Notation, base: str | None = None) -> str:
    """Say what the numbers of a table are."""
    if notation.share:
        return f"How many of every {notation.per:,} {base or words.base} {words.event}."
    return f"{title(words.base)}."


_HEADS = {
    "money": "Amount",
    "seconds": "Time",
    "points": "Points",
    "rating": "Rating",
    "area": "Area",
    "score": "Score",
    "number": "Value",
}


def value_head(notation: Notation) -> str:
    """Return the head of a column of values."""
    return f"In every {notation.per:,}" if notation.share else _HEADS[notation.unit]


def annex_heads(notation: Notation) -> tuple[str, str]:
    """Return the heads of Annex B's columns of values and gaps."""
    if notation.share:
        return f"Rates in {notation.per:,}", f"Gap in {notation.per:,}"
    return f"{_HEADS[notation.unit]} of each", "Gap"


def source(record: AuditRecord, left_out: list[int]) -> str:
    """Return the source line under the tables."""
    s, a = record.provenance.settings, record.accounts
    lost = sum(left_out)
    return (
        f"Source: decision log, {num.count(a.rows_used)} decisions; {num.count(lost)} rows left out"
        f" (Annex D). Ranges are 95% each; the answers are corrected for"
        f" {num.count(s.comparisons)} comparisons."
    )


def overlaps(count: int) -> str:
    """Say how many overlaps show a gap larger than the limit."""
    return f"{num.count(count)} overlaps show a gap larger than the limit; exploratory."


def heat_head(notable: int, rows_of: str, columns_of: str) -> str:
    """Return the heading of the heat map; it never says that anything is established."""
    what = f"{rows_of} and {columns_of}"
    if notable == 0:
        return f"{what}: no overlap shows a gap larger than the limit; exploratory"
    noun = "overlap shows" if notable == 1 else "overlaps show"
    return f"{what}: {notable} {noun} a gap larger than the limit; exploratory"


SMALL_CELL = 100
"""Cells of the heat map with fewer decisions are pale."""

HEAT_MARK = "• Larger than the limit in this log; not established."


def heat_note(words: MeasureWords, notation: Notation, legend: str) -> str:
    """Say how to read the heat map."""
    shades = f" Shades, from light to dark: {legend}." if legend else ""
    return (
        f"{counts(words, notation, 'decisions')}{shades} Dashed: fewer than"
        f" {SMALL_CELL} decisions, or too few to show a rate. It changes no answer."
    )


def heat_source(cells: int, left_out: int) -> str:
    """Return the source line of the heat map."""
    noun = "combination" if cells == 1 else "combinations"
    text = f"Source: decision log. {num.count(cells)} {noun} looked at, corrected for their number."
    if left_out:
        text += f" {num.count(left_out)} more are in audit.json."
    return text
