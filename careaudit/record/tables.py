"""The tables beside the verdicts: crossings, like for like, impact ratios. None changes one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from careaudit.record.base import Behind, Interval, Part, State


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
    shrunken: float | None = Field(
        default=None, description="The rate drawn towards all others, the more the fewer decisions."
    )
    state: State
    reason: str | None = None


class Strata(Part):
    """How far the groups of one crossing lie apart (MAIHDA; Evans et al. 2018).

    vpc: share of the variance on the logit scale that lies between groups; pcv: the part of it
    that the segments one by one account for. A small pcv tells of a real intersection.
    """

    segment: str
    groups: int
    vpc: float | None
    pcv: float | None
    reason: str | None = None


class Conditional(Part):
    """One gap seen like for like, within strata of `within`; it never changes a verdict.

    rd_mh, rr_mh, or_mh: Mantel-Haenszel difference, ratio and odds ratio. standardised: difference
    over the pooled mix. within, mix: the two parts of the crude difference (Kitagawa 1955).
    """

    question: str
    segment: str
    group: str
    reference: str
    within: tuple[str, ...]
    method: str
    estimate: Literal["rd_mh", "rr_mh", "or_mh", "standardised", "mix", "within"]
    value: float | None
    low: float | None = None
    high: float | None = None
    excluded_share: float
    flags: tuple[str, ...] = ()


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
    behind: Behind | None = None


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
