"""The publication: what may leave the house about an audit, as one versioned JSON document.

The public and the impact edition print from this and from nothing else, so that no page can hold
what `public.json` does not. Counts are rounded, rates come from rounded counts, and what could tell
of few customers is withheld, here and everywhere (methods 13).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import Field

from careaudit.record import Limit, Part, PublicTexts, Unit, Verdict
from careaudit.record.parts import Preset
from careaudit.record.reading import read

SCHEMA_VERSION = 1
"""The schema of `public.json` written by this version."""

Status = Literal["shown", "withheld", "empty", "undefined"]
Side = Literal["group", "reference", "none"]
Floor = Literal["met", "not_met", "open"]


class Printed(Part):
    """A number as it is printed: with its unit, and its range where it has one.

    `value`, `low` and `high` are the same as numbers: shares from 0 to 1, money in major units,
    times in seconds. `code` says that a share near an end is told as a bound only.
    """

    text: str
    range: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    code: Literal["fewer", "more"] | None = None


class Row(Part):
    """One group of a table, or everybody: about how many decisions, and the value.

    Withheld rows have no number at all, and nothing that follows from one. `size` is the gap in
    limits, two digits; `floor` says whether the group reaches the floor that the plan sets.
    """

    group: str | None
    status: Status
    n: int | None = None
    figure: Printed | None = None
    gap: Printed | None = None
    size: str | None = None
    harmed: Side | None = None
    verdict: Verdict | None = None
    reason: str | None = None
    reference: bool = False
    floor: Floor | None = None


class Table(Part):
    """The groups of one attribute; `reference` is the group that the others are held against."""

    segment: str
    reference: str | None
    rows: tuple[Row, ...]


class Values(Part):
    """What one measure comes to: for everybody, and in a table an attribute.

    `per` is the denominator of shares, else 1. `withheld` where its figures tell of too few
    customers to be printed at all.
    """

    measure: str | None
    unit: Unit
    per: int
    withheld: bool = False
    everybody: Row | None = None
    tables: tuple[Table, ...] = ()


class PublicQuestion(Values):
    """One question with its answer and its values. `missing`: what the log lacks to answer it."""

    id: str
    ask: str
    pillar: str
    orientation: Literal["favorable", "adverse"]
    gate: bool
    limit: Limit
    floor: Printed | None = None
    verdict: Verdict
    reason: str
    missing: str | None = None
    score: Printed | None = None
    elsewhere: bool = Field(
        default=False,
        description="The answer holds for groups that no row shows: withheld, or taken together.",
    )


class RatioCell(Part):
    """One category of an impact-ratio table; `share` is of the decisions used, in every 100."""

    group: str
    status: Literal["included", "excluded", "reference", "withheld"]
    n: int | None = None
    rate: Printed | None = None
    ratio: str | None = None
    share: str | None = None
    verdict: Literal["below", "not_below", "indeterminate"] | None = None
    justification: str | None = None


class PublicRatios(Part):
    """Favorable rates by category against the highest one, with who was left out as unknown."""

    axis: str
    n_used: int | None
    unknown: str | None
    reference: str | None
    threshold: str
    rows: tuple[RatioCell, ...]


class Period(Part):
    """The months of the decisions, as 2026-04; no day is told."""

    start: str | None = None
    end: str | None = None
    text: str


class Decisions(Part):
    """About how many decisions there were, and of which kind; "fewer than 10" is a text too."""

    used: str
    left_out: str | None = None
    customers: str | None = None
    favorable: str | None = None
    adverse: str | None = None
    neutral: str | None = None


class Rules(Part):
    """The rules that numbers were withheld and rounded by, so that a reader can hold us to them."""

    of: Literal["customers", "decisions"] = Field(
        default="customers",
        description="What is counted: decisions, where the log names no customers.",
    )
    customers: int = Field(description="Fewer of them than this are not printed.")
    events: int = Field(description="Fewer of them than this on one side are not printed.")
    base: int = Field(description="Counts are rounded to it.")
    coded: tuple[int, int] = Field(
        description="In every 100: shares of few decisions are told as bounds beyond these."
    )
    few: int = Field(description="So many decisions are few.")
    dominated: int = Field(description="Per cent of the p% rule for sums such as money.")
    spread: int = Field(description="Per cent that a withheld number must stay unknown by.")
    confidence: int = Field(description="In every 100: how often a range holds the true value.")


class Past(Part):
    """An earlier period, with the same questions of the same plan."""

    number: str
    period: Period
    verdict: Verdict
    reason: str
    questions: tuple[PublicQuestion, ...]


class Publication(Part):
    """All that may be printed; attributes bear the names of the keys of `public.json`."""

    schema_version: int = SCHEMA_VERSION
    careaudit: str = Field(description="The version that made it.")
    number: str
    name: str
    system: str | None
    release: str | None
    decision_kind: str
    justification: str | None
    as_of: str
    expires_on: str
    period: Period
    decisions: Decisions
    verdict: Verdict
    reason: str
    confirmed: bool
    score: Printed | None
    people: Printed | None
    money: Printed | None
    counted: str | None = Field(
        default=None, description="The question whose gaps people and money add up."
    )
    questions: tuple[PublicQuestion, ...]
    unasked: tuple[Values, ...] = Field(
        default=(), description="Measures that the record holds and no question asks about."
    )
    unrecorded: tuple[str, ...] = Field(
        default=(), description="Attributes that some decisions have no value of."
    )
    ratio_tables: tuple[PublicRatios, ...] = ()
    preset: Preset | None = None
    public: PublicTexts
    past: tuple[Past, ...] = Field(default=(), description="Earlier periods, the oldest first.")
    rules: Rules

    def to_json(self) -> str:
        """Return the canonical JSON text: keys in schema order, two spaces, a final newline."""
        tree = self.model_dump(mode="json")
        return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON in UTF-8."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, *, where: str = "publication") -> Publication:
        """Read a publication; a newer schema than known or a damaged text raises RecordError."""
        return read(
            cls, text, where=where, known=SCHEMA_VERSION, mark="rules",
            what="careaudit publication",
            hint="Give the public.json that `careaudit report RECORD --edition public` wrote.",
        )  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `public.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "public.json",
    } | Publication.model_json_schema(mode="serialization")
