"""Why, and what would change it: the parts of the record that no verdict rests on.

Everything here says what goes along with a gap, never what it is because of.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from careaudit.record.base import Interval, Money, Part

Validity = Literal["valid", "unequal", "unsupported", "untested"]


class Trait(Part):
    """One trait of a subgroup, and its Shapley share of how far the subgroup's rate diverges."""

    segment: str
    group: str
    share: float | None
    band: bool = Field(
        default=False, description="A band of a number, which no segment can be asked by."
    )


class Driver(Part):
    """One candidate for what carries a gap: looked at, and listed or not, with the reason.

    field: `association` is bias-corrected Cramer's V with the segment (0 to 1). term: the
    difference of the term's log-odds between the group and its reference, above 0 where the
    group uses it more. subgroup: its rate less that of everybody else, in the half of the
    customers that was not searched. `listed` is true only where every criterion holds.
    """

    question: str
    segment: str | None
    group: str | None
    reference: str | None
    kind: Literal["field", "term", "subgroup"]
    name: str
    association: Interval = Interval()
    mix_share: float | None = Field(
        default=None,
        description="Part of the crude gap that lies in how often the two sides meet its values "
        "(Kitagawa 1955; of a value that one side alone met, its decisions are taken to differ as "
        "elsewhere); may be below 0 or above 1. It never says that a gap is right.",
    )
    validity: Validity = "untested"
    listed: bool
    sentence: str
    reason: str = Field(description="`listed`, or the criterion that does not hold.")
    mutual_information: float | None = Field(
        default=None, description="With the segment, in nats, less its bias (Miller 1955)."
    )
    z: float | None = Field(default=None, description="Of a term's association.")
    q_segment: float | None = Field(
        default=None,
        description="Of a term: Benjamini-Hochberg over all terms, use by segment given decision.",
    )
    q_decision: float | None = Field(
        default=None, description="The same of its use by decision given segment."
    )
    within: Interval = Field(
        default=Interval(), description="The gap that is left within its values (rd_mh)."
    )
    step: float | None = Field(
        default=None,
        description="Its order-free (Shapley) part of the gap, in the gap's unit, beside the "
        "other fields of the same comparison that have one.",
    )
    customers: int | None = Field(
        default=None, description="Customers of both sides who use the term; of a subgroup, all."
    )
    carried_by: str | None = Field(
        default=None, description="The listed driver of the same kind that leaves nothing to it."
    )
    validity_reason: str | None = None
    role: Literal["approved", "contested", "proxy"] | None = Field(
        default=None, description="What the plan says of it as a control, if it says anything."
    )
    traits: tuple[Trait, ...] = ()
    p_adjusted: float | None = Field(
        default=None, description="Of a subgroup: Holm over the candidates that were tested."
    )
    u: Interval = Field(
        default=Interval(), description="Of a subgroup: its gap in units of the limit."
    )


class Carrier(Part):
    """One input and how much worse the segment is told from the inputs where it is shuffled."""

    name: str
    loss: float = Field(description="Of the area under the curve, at most about 0.5.")


class Revealed(Part):
    """How well all declared inputs together tell one group from its reference.

    auc: 0.5 tells nothing, 1 tells every time; customers who were not learned from.
    `recoverable`: the range lies above 0.60. Source: DeLong, DeLong & Clarke-Pearson 1988.
    """

    group: str
    reference: str
    auc: Interval = Interval()
    recoverable: bool | None = None
    carriers: tuple[Carrier, ...] = ()
    rows: int = 0
    reason: str | None = Field(default=None, description="Why there is no answer.")


class ReasonShare(Part):
    """How often the adverse decisions of one group were given one reason; null where hidden."""

    group: str
    reason: str
    n: int = Field(description="Adverse decisions of the group.")
    with_reason: int | None
    share: float | None


class LikePairs(Part):
    """Adverse decisions of one group beside their nearest decided case with the same inputs.

    Of `adverse` decisions looked at (in a large log a sample) `compared` had enough comparable
    cases of other customers, and `share` of those mostly favorable ones. The range is that of the
    refusals; the cases beside them are taken as they are. A low share says that the inputs decide,
    not that all is well: an input may carry the gap. 0 compared: too few to tell.
    """

    group: str
    adverse: int
    compared: int
    share: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


class Point(Part):
    """One setting of a remedy's dial on held-out customers: what it leaves and what it costs."""

    setting: float
    gap: float
    errors: float = Field(description="Decisions that labels call wrong, as a share.")
    undue: float = Field(description="Favorable decisions that were not due, as a share.")


class RemedyGroup(Part):
    """What a remedy would mean for one group, in its decisions of the log; each with a range.

    `favorable`: its rate of favorable decisions then. `helped`: decisions that were due and would
    turn favorable, less those that would turn adverse. `undue`: favorable decisions that were not
    due, then less now. `errors`: wrong decisions of both kinds, then less now.
    """

    group: str
    favorable_now: float | None
    favorable: Interval
    helped: Interval
    undue: Interval
    errors: Interval


class Remedy(Part):
    """One thing that could be done about a gap, with its price; a suggestion, never a decision.

    Counts are scaled from held-out customers to all decisions of the log. `review`: decisions
    that a person would look at. `money`: credits paid then less now. `uses_group`: it sets
    customers apart by the segment itself, which needs counsel.
    """

    question: str
    segment: str
    group: str
    reference: str
    kind: Literal["without", "refit", "threshold", "review", "group_thresholds", "constrained"]
    name: str
    state: Literal["estimated", "not_assessed"]
    gap_now: Interval = Interval()
    gap: Interval = Interval()
    helped: Interval = Interval()
    undue: Interval = Interval()
    errors: Interval = Interval()
    money: Money | None = None
    review: Interval | None = None
    groups: tuple[RemedyGroup, ...] = ()
    curve: tuple[Point, ...] = ()
    uses_group: bool = False
    rows: int = Field(default=0, description="Held-out decisions behind it.")
    labelled: int = Field(default=0, description="Those of them with a label.")
    reason: str | None = None
    sentence: str = ""
