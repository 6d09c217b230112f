"""Words of the data annexes."""

from __future__ import annotations

from careaudit.report.wording.names import clean, said, title

SEVERITIES = {"error": "Serious", "warning": "Take care", "info": "Good to know"}
ROWS_READ = "Rows read"
ROWS_USED = "Rows used"
CUSTOMERS = "Customers named by the log"
FINGERPRINT = "Fingerprint of the record (SHA-256)"
PLAN = "Fingerprint of the plan (SHA-256)"
AS_OF = "Audit made as of"
EXPIRES = "Evidence expires"
WINDOW = "Decisions from"
SEED = "Seed"
SOFTWARE = "Software"
LIBRARIES = "Libraries"

_LEFT_OUT = {
    "duplicate": "repeated decision",
    "duplicates": "repeated decision",
    "outside_window": "outside the window",
    "missing_decision": "no decision recorded",
    "neutral": "neutral decision",
    "neutral_outcome": "neutral decision",
    "no_date": "no date that can be read",
    "no_outcome": "no decision recorded",
    "no_decision": "no decision recorded",
}


def left_out(reason: str) -> str:
    """Name the rows left out for one reason."""
    return f"Left out: {_LEFT_OUT.get(reason, clean(' '.join(reason.replace('_', ' ').split())))}"


def unknown(segment: str) -> str:
    """Name the used rows without a value."""
    return f"Of these, {segment} not recorded"


def decisions(count: str) -> str:
    """Write a count of decisions."""
    return f"{count} decisions"


def customers(count: str) -> str:
    """Write a count of customers."""
    return f"{count} customers"


def joined(table: str) -> str:
    """Name the decisions that found their row in a companion table."""
    return f"Found in the table {table}"


def unjoined(table: str) -> str:
    """Name the decisions that found no row in a companion table."""
    return f"Not found in the table {table}"


def undetermined(low: str, high: str) -> str:
    """Write a score whose range is too wide for a point."""
    return f"undetermined ({low} to {high})"


ANNEX_B = (
    "Gap and rates are per the stated number of decisions. Gap in limits: 1 is at the limit."
    " Chance: p-value of equal rates, plain and corrected for the number of comparisons."
)
ANNEX_B_2 = (
    "Beyond and within: p-values against “the gap is within the limit” and “the gap is beyond the"
    " limit”. Score: Equity Impact Score with its range; 50 is at the limit."
)
CROSSINGS = "Overlapping groups, exploratory"
CROSSINGS_NOTE = (
    "Each line names its question, the overlap, and the overlap it is compared with. Rates and"
    " gaps are per 100 decisions. Chance: p-value of equal rates, plain and corrected for the"
    " search. Drawn in: the rate drawn towards all others, the more the fewer its decisions. These"
    " never change an answer."
)
_PLACES = {"log.columns": "Columns of the log", "subject_id": "Customers", "decided_at": "Days"}


def place(where: str) -> str:
    """Name a part of the log or of the plan that a note is about."""
    if where.startswith("tables."):
        return f"Table {said(where.removeprefix('tables.'), 60)}"
    return _PLACES.get(where) or title(said(where.replace("_", " "), 80))


FEW_DECISIONS = (
    "These gaps need action but rest on few decisions. A gap at the limit would seldom be found in"
    " so few. The true gap may be smaller than the one shown."
)
RATIOS = "A ratio always stands beside both rates and both counts."
