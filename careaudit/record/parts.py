"""The parts of the audit record, in the order of `audit.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from careaudit.record.base import (
    Behind,
    GroupStatus,
    Interval,
    Money,
    Orientation,
    Part,
    PublicTexts,
    SegmentKind,
    State,
    Unit,
    Verdict,
)
from careaudit.record.drivers import LikePairs, ReasonShare, Remedy, Revealed
from careaudit.record.tables import RatioTable, Strata


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
    currency: str | None = Field(default=None, description="Of every amount of money.")
    promise: float | None = Field(
        default=None, description="Seconds in which a person is promised to who asks for one."
    )
    preset: Preset | None = Field(default=None, description="Used as a reference, if any.")
    public: PublicTexts | None = Field(
        default=None, description="Null where the plan has no [public] table."
    )


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
    """Where every row went: rows_read = rows_used + the sum of excluded rows.

    `outcomes`: favorable, adverse and neutral rows used; empty where the plan has no outcome.
    """

    rows_read: int
    rows_used: int
    excluded: tuple[Excluded, ...]
    unknown: dict[str, int]
    customers: int | None
    joins: tuple[Join, ...] = ()
    outcomes: dict[str, int] = Field(default_factory=dict)


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
    revealed: tuple[Revealed, ...] = ()
    reasons: tuple[ReasonShare, ...] = ()
    like_pairs: tuple[LikePairs, ...] = ()


class Step(Part):
    """A point of a curve of waits: after `seconds`, this share has reached a person."""

    seconds: float
    share: float


class Level(Part):
    """How many gave this rating."""

    rating: float
    n: int


class Estimate(Part):
    """One measure for one group; an overall estimate has segment and group null.

    `events` are counted only for a share. `curve` is a wait's, `levels` a rating's.
    """

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
    unit: Unit = "share"
    curve: tuple[Step, ...] = ()
    levels: tuple[Level, ...] = ()
    behind: Behind | None = None


class Limit(Part):
    """The council's limit, on the scale of its measure; the other keys are null.

    Shares: the tolerance curve, a share of the rate, never less than floor nor more than cap.
    Other scales: `share` of the comparator's mean, or a `gap` in the measure's own unit.
    """

    ratio: float | None = None
    floor: float | None = None
    cap: float | None = None
    share: float | None = None
    gap: float | None = None


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


class SecondLook(Part):
    """Another test of the same gap: it is shown beside the verdict and never changes it."""

    method: Literal["log_rank", "dominance"]
    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None


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
    unit: Unit = "share"
    second_look: SecondLook | None = None
    with_unknown: Interval | None = Field(
        default=None,
        description="95 % range of the difference, whoever of the unknown belongs where.",
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
    unit: Unit = "share"
    strata: tuple[Strata, ...] = ()
    floor: float | None = Field(
        default=None,
        description="What every group should reach, at most where more is worse; no verdict is "
        "made of it.",
    )


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
    remedies: tuple[Remedy, ...] = Field(
        default=(), description="What could be done, with its price; nothing is decided by it."
    )


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
