"""What was found for one question of a publication: which rows say its answer."""

from __future__ import annotations

from careaudit.publication.document import Publication, PublicQuestion, Row, Table
from careaudit.report.wording import public as tell
from careaudit.report.wording.printed import words
from careaudit.report.wording.words import NO_GAP, answer


def found(q: PublicQuestion) -> list[tuple[Table, Row]]:
    """Return the rows that share the question's answer, those of harmed groups alone if any.

    Largest gap first, so that what is said first is what weighs most.
    """
    wanted = answer(q.verdict, q.reason)
    rows = [
        (table, row)
        for table in q.tables
        for row in table.rows
        if row.verdict and row.reason and answer(row.verdict, row.reason) is wanted
    ]
    if wanted is not NO_GAP:
        rows = [pair for pair in rows if pair[1].harmed == "group"] or rows
    return rows


def limits(row: Row) -> float:
    """Return the printed size of a gap as a number of limits; 0 where none is printed."""
    text = (row.size or "0").replace(",", "")
    return float(text) if text[0].isdigit() else 0.0


def together(q: PublicQuestion) -> bool:
    """Tell whether some groups are too small to be judged alone."""
    return any(row.reason == "too_small_alone" for table in q.tables for row in table.rows)


def headline(p: Publication, q: PublicQuestion) -> str:
    """Return a question's finding as a heading."""
    return tell.headline(words(q, p.decision_kind), q, found(q), small=together(q))
