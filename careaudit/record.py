"""The audit record: everything an audit found, as one versioned, canonical JSON document.

Reports, gates and councils read this and nothing else. Every number is full precision; what could
not be estimated is `null` beside a state or a reason, never NaN, infinity or a zero that stands in.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from careaudit.documents import MAX_JSON, json_tree, read_bytes, text_of
from careaudit.errors import RecordError

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
"""The record schema written by this version. 1: the first."""

Verdict = Literal["pass", "fail", "inconclusive"]
State = Literal["estimated", "suppressed", "undefined", "not_assessed"]
GroupStatus = Literal["in_scope", "small", "suppressed", "unknown", "empty"]
Orientation = Literal["favorable", "adverse"]
SegmentKind = Literal["protected", "proxy", "operational"]

_HINT = "Give the audit.json that `careaudit audit -o DIR` wrote."
POOLED = "small groups (pooled)"
"""The group name of the pair that pools every group too small to be judged alone."""
REST = "rest"
"""The comparator's name where it is all other known groups together."""


class Part(BaseModel):
    """A frozen part of the record; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(Part):
    """A value with its range; any of the three is null where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Money(Interval):
    """An amount in major units of `currency`, the ISO code or null where the plan names none."""

    currency: str | None = None


class Outcome(Part):
    """Which raw decision values count as which outcome, and whether a person has said so."""

    favorable: tuple[str, ...] = ()
    adverse: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    favorable_is_rest: bool = False
    confirmed: bool = False


class Preset(Part):
    """The policy preset that the plan extends: a reference, whose status was so on `as_of`."""

    name: str
    title: str
    source: str
    as_of: str
    status: str


class AuditInfo(Part):
    """What was audited and why these questions were asked, as the plan says."""

    name: str
    system: str | None = None
    release: str | None = None
    decision_kind: str
    justification: str | None = None
    outcome: Outcome | None = None
    preset: Preset | None = Field(default=None, description="Used as a reference, if any.")


class Input(Part):
    """One file that was read: its role, its name (never its folder), its size and SHA-256."""

    role: str
    name: str
    bytes: int | None = None
    sha256: str | None = None


class Window(Part):
    """The first and last day of the decisions used, and their number of days, both ends in."""

    start: str | None = None
    end: str | None = None
    days: int | None = None


class Settings(Part):
    """The statistical settings in force (methods 1): levels, confidence, scope, privacy."""

    alpha: float
    alpha_pass: float
    confidence: float
    min_effective_n: int
    min_coverage: float
    multiplicity: Literal["holm"]
    comparisons: int = Field(description="Comparisons in the multiplicity family.")
    min_cell: int


class Provenance(Part):
    """How the record came to be, so that it can be made again."""

    careaudit: str
    libraries: dict[str, str]
    plan_sha256: str
    inputs: tuple[Input, ...]
    as_of: str
    expires_on: str
    window: Window
    seed: int
    settings: Settings


class Excluded(Part):
    """Rows left out for one reason."""

    reason: str
    rows: int


class Join(Part):
    """How many decisions found their row in a companion table."""

    table: str
    matched: int
    unmatched: int


class Accounts(Part):
    """Where every row went: rows_read = rows_used + the sum of excluded rows."""

    rows_read: int
    rows_used: int
    excluded: tuple[Excluded, ...]
    unknown: dict[str, int]
    customers: int | None
    joins: tuple[Join, ...] = ()


class Group(Part):
    """One value of a segment: its decisions, share of all decisions used, and customers."""

    group: str
    n: int
    share: float
    customers: int | None
    status: GroupStatus


class Segment(Part):
    """One attribute with its groups in the plan's order; `reference` is the comparator."""

    name: str
    kind: SegmentKind
    reference: str | None
    groups: tuple[Group, ...]


class Estimate(Part):
    """One measure for one group; an overall estimate has segment and group null."""

    measure: str
    segment: str | None
    group: str | None
    within: str | None = None
    n: int
    events: int | None
    value: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    state: State
    reason: str | None = None


class Limit(Part):
    """The tolerance curve: a share of the rate, never less than floor nor more than cap."""

    ratio: float
    floor: float
    cap: float


class Detectable(Part):
    """The smallest gap this log could have shown, and the decisions a fair group needs to pass.

    `gap` is null where not even the largest gap there can be would have been shown.
    """

    gap: float | None
    n_needed: int | None


class Affected(Part):
    """Excess adverse decisions of the group at the reference's rate, and the money; > 0 harms."""

    people: Interval
    money: Money | None = None


class Score(Interval):
    """Equity Impact Score of one pair with its parts: u, B, m and excess decisions in 30 days."""

    severity: float | None = None
    evidence: float | None = None
    reach: float | None = None
    per_30_days: float | None = None


class Comparison(Part):
    """One group against its reference on one measure, with its evidence and its verdict.

    `difference` is group minus reference, `ratio` group over reference, `u` the gap in units of
    the limit (never negative). `harmed` says which side the gap is against: group, reference, none.
    """

    id: str
    question: str
    measure: str
    segment: str | None
    group: str | None
    reference: str | None
    within: str | None = None
    orientation: Orientation
    n: int
    reference_n: int
    group_value: float | None
    reference_value: float | None
    difference: Interval
    ratio: Interval
    odds_ratio: float | None
    four_fifths: bool | None
    harmed: Literal["group", "reference", "none"]
    tolerated_gap: float | None
    u: Interval
    p_parity: float | None
    p_adjusted: float | None
    p_pass: float | None
    p_beyond: float | None
    p_beyond_adjusted: float | None = None
    effective_n: float | None
    design_effect: float | None
    in_scope: bool
    verdict: Verdict
    reason: str
    detectable: Detectable
    affected: Affected
    score: Score
    other_side: Interval | None = Field(
        default=None, description="Ratio of the opposite outcome, shown where a side is blind."
    )


class Rest(Part):
    """The verdict of a failing question over its comparisons that do not fail."""

    verdict: Verdict
    reason: str


class Question(Part):
    """What the council asked, its limit, and the verdict over all its comparisons."""

    id: str
    ask: str
    pillar: str
    measure: str | None
    segments: tuple[str, ...]
    gate: bool
    inconclusive: Literal["close", "warn", "open"]
    limit: Limit
    verdict: Verdict
    reason: str
    missing: str | None = Field(default=None, description="What the log lacks to answer it.")
    coverage: float | None = Field(
        default=None, description="Smallest share of decisions that a segment's pairs cover."
    )
    score: Interval
    worst: str | None
    measure_chosen: bool = Field(
        default=False, description="True where the rarer side was chosen by the log's total."
    )
    rest: Rest | None = Field(
        default=None, description="Of a failing question: the verdict without its fails."
    )


class Intersection(Part):
    """One crossing of segments on one question: exploratory, it never changes a verdict."""

    question: str
    measure: str
    segment: str
    group: str
    reference: str | None
    n: int
    events: int | None
    value: float | None
    low: float | None
    high: float | None
    reference_value: float | None
    difference: Interval
    ratio: Interval
    u: float | None
    p_parity: float | None
    q_value: float | None = Field(description="Benjamini-Hochberg over the question's crossings.")
    notable: bool = Field(description="q_value <= 0.10 and beyond the limit; exploratory.")
    state: State
    reason: str | None = None


class RatioRow(Part):
    """One category of an impact-ratio table.

    `share` is of the table's n_used. `ratio` is the favorable rate over the reference's, with its
    95 % range; `adverse_ratio` the same of adverse rates, which shows what a common favorable
    outcome hides. The verdict compares the range with the threshold. A hidden category has too
    few customers to be shown.
    """

    group: str
    n: int
    selected: int | None
    rate: float | None
    share: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    ratio_to_largest: float | None = None
    largest_low: float | None = None
    largest_high: float | None = None
    adverse_ratio: float | None = None
    p_parity: float | None = None
    p_adjusted: float | None = Field(default=None, description="Holm over the table's rows.")
    status: Literal["included", "excluded", "reference", "hidden"]
    justification: str | None = None
    verdict: Literal["below", "not_below", "indeterminate"] | None = None


class RatioTable(Part):
    """Favorable rates by category against the highest one: descriptive, it gates nothing.

    `unknown` decisions are left out by the policy, n_used are not; `reference` is the category
    with the highest rate, `largest` that with most decisions, both among included ones. `omitted`
    lists categories without a decision. `reason` says why there is no ratio.
    """

    axis: str
    unknown_policy: Literal["listwise", "per_axis"]
    n_used: int
    unknown: int
    reference: str | None
    largest: str | None
    threshold: float
    rows: tuple[RatioRow, ...]
    omitted: tuple[str, ...] = ()
    reason: str | None = None


class Impact(Part):
    """The largest harm over all questions; people and money of the question that carries it."""

    score: Interval
    headline: str
    people: Interval
    money: Money | None
    questions_at_or_over_limit: int
    comparison: str | None = Field(default=None, description="The comparison with the largest harm")
    covers: tuple[str, ...] = Field(
        default=(), description="The comparisons whose groups people and money add up."
    )
    ratio_tables: tuple[RatioTable, ...] = ()


class Quality(Part):
    """One thing about the data or the plan that a reader should know."""

    code: str
    severity: Literal["info", "warning", "error"]
    where: str
    message: str
    rows: int | None = None


class DoubleEntry(Part):
    """The second book: how many rates fairlearn recomputed and the largest difference."""

    library: str
    version: str
    compared: int
    largest_difference: float


class AuditRecord(Part):
    """The whole record of one audit; attributes bear the names of the keys of `audit.json`."""

    schema_version: int = SCHEMA_VERSION
    audit: AuditInfo
    provenance: Provenance
    accounts: Accounts
    segments: tuple[Segment, ...]
    estimates: tuple[Estimate, ...]
    comparisons: tuple[Comparison, ...]
    questions: tuple[Question, ...]
    conditional: tuple[dict[str, Any], ...] = ()
    intersections: tuple[Intersection, ...] = ()
    drivers: tuple[dict[str, Any], ...] = ()
    impact: Impact
    quality: tuple[Quality, ...] = ()
    double_entry: DoubleEntry
    verdict: Verdict
    reason: str

    def to_json(self) -> str:
        """Return the canonical JSON text: keys in schema order, two spaces, a final newline."""
        tree = self.model_dump(mode="json")
        return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON in UTF-8: the fingerprint printed in every report."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, *, where: str = "record") -> AuditRecord:
        """Read a record; a newer schema than known or a damaged text raises RecordError."""
        tree = json_tree(text, where=where, error=RecordError, hint=_HINT)
        version = tree.get("schema_version") if isinstance(tree, dict) else None
        if not isinstance(version, int):
            raise RecordError(
                "not a careaudit record: it has no schema_version.",
                where=where,
                hint=_HINT,
            )
        if version > SCHEMA_VERSION:
            raise RecordError(
                f"schema {version} is newer than this version knows ({SCHEMA_VERSION}).",
                where=where,
                hint="Update careaudit, or write the record again with this version.",
            )
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"])
            raise RecordError(
                f"the record is damaged at {place}: {first['msg']}.",
                where=where,
                hint="Write the record again with `careaudit audit`.",
            ) from None

    @classmethod
    def load(cls, path: str | Path) -> AuditRecord:
        """Read a record from a file; RecordError if it is missing or not a record."""
        raw = read_bytes(Path(path), limit=MAX_JSON, error=RecordError, hint=_HINT)
        text = text_of(raw, where=str(path), error=RecordError)
        return cls.from_json(text, where=str(path))

    def question(self, name: str) -> Question:
        """Return the question with this id; KeyError if there is none."""
        return next(q for q in self.questions if q.id == name)

    def to_frame(self) -> pd.DataFrame:
        """Return the comparisons as a pandas DataFrame, one row each, nested keys as `a.b`."""
        import pandas as pd

        return pd.json_normalize([c.model_dump(mode="json") for c in self.comparisons])


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `audit.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audit.json",
    } | AuditRecord.model_json_schema(mode="serialization")
