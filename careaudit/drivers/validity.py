"""Does a driver predict what labels confirm, and alike on both sides of a gap (methods 8)?

Decisions turn on a driver where its levels have unlike adverse rates. The driver is supported
where levels with more adverse decisions also hold more customers to whom, by their labels, the
favorable decision was not due. "We cannot tell" is an answer here, and the usual one with few
labels. Nothing here says that a gap is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from careaudit.cells import Slot
from careaudit.plan import Plan
from careaudit.plan.declared import column_of
from careaudit.record.drivers import Validity
from careaudit.stats.arrays import Floats, counts, share, two_sided_z
from careaudit.stats.association import association
from careaudit.stats.standardise import rate_difference_mh

QUARTER = 0.25
"""Of the difference between levels' adverse rates: truth that surely moves by less than this
share of it does not carry the decisions."""
ALIKE = 0.5
"""Two slopes differ where one is less than this share of the other, and not by chance."""
OTHERWISE = 0.2
"""At the same level the sides differ where their undue shares do so by more than this share of
the common one, and not by chance: then one value says one thing of one and another of the other."""
UNEVEN = 1.5
"""Labels were not picked at random where one kind of decision has them so many times as often."""
ECHO = 0.95
"""Cramer's V of a label with the decision, from which on it repeats the decision."""
KINDS = ("favorable", "adverse")
ENDS = ("due", "undue")
UNLABELLED = "unlabelled"
Says = Literal["yes", "no", "unsure"]


class Labelled(NamedTuple):
    """One side's decisions at each level of a driver, as arrays of one length; may be effective.

    adverse of n decided; undue (the favorable decision was not due) of labelled.
    """

    adverse: ArrayLike
    n: ArrayLike
    undue: ArrayLike
    labelled: ArrayLike


class Slope(NamedTuple):
    """How much the undue share rises per unit of adverse rate: 1 is as much, 0 not at all."""

    value: float
    se: float

    @property
    def range(self) -> tuple[float, float]:
        """The 95 % range."""
        arm = two_sided_z(0.95) * self.se
        return self.value - arm, self.value + arm

    @property
    def says(self) -> Says:
        """Whether the driver predicts the truth by enough to matter, on this side."""
        low, high = self.range
        return "no" if high < QUARTER else "yes" if low > 0 else "unsure"


def by_slot(
    plan: Plan,
    group: Mapping[Slot, ArrayLike],
    reference: Mapping[Slot, ArrayLike],
    deffs: tuple[float, float],
) -> tuple[Validity, str | None]:
    """Test a driver from the decisions of both sides: by slot, one count for each level.

    deffs: the design effects of the group and of its reference. Where one kind of decision was
    labelled far more often than the other, labels stand for the decisions of their kind, whatever
    the plan says of how they were picked. More reasons for untested: label_is_decision (the label
    repeats what was decided: that a driver predicts it says nothing),
    selected_labels (of appeals, or picked in an unknown way: not those of all decisions), and
    one_sided_labels where only adverse, or only favorable, decisions of a side have labels:
    among those, a driver that decides well no longer predicts anything.
    """
    if plan.label is None:
        return "untested", "no_labels"
    if plan.label.selection in {"appealed", "other"}:
        return "untested", "selected_labels"
    sides = group, reference
    lacking = [not _sum(side, *ENDS, of=kind).sum() for side in sides for kind in KINDS]
    if any(lacking):
        none = all(lacking[:2]) or all(lacking[2:])
        return "untested", "no_labels" if none else "one_sided_labels"
    if _echo(sides) >= ECHO or column_of(plan, plan.label.column) == column_of(plan, "decision"):
        return "untested", "label_is_decision"
    uneven = plan.label.selection == "audited" or any(map(_uneven, sides))
    labelled = _weighed if uneven else _plain
    own, other = (
        Labelled(*(np.asarray(part) / deff for part in labelled(side)))
        for side, deff in zip(sides, deffs, strict=True)
    )
    return validity(own, other)


def validity(group: Labelled, reference: Labelled) -> tuple[Validity, str | None]:
    """Say whether a driver predicts confirmed truth, with the reason where that is not settled.

    Each level is scored by its adverse rate over both sides, drawn to the mean by what chance
    adds to it; per side, the slope of the undue share on that score, with its 95 % range. valid:
    the range is above 0 on both sides, reaches QUARTER, and the sides are alike. unsupported: below
    QUARTER on both (`weak` where one is above 0 for all that, `reverse` where one is below 0).
    unequal: on one_side only, with unlike_slopes (ALIKE), or with unlike_levels: other truths at
    the same level (OTHERWISE).
    Else untested: no_labels, one_sided_labels (all labels of a side agree), same_decisions (the
    levels end alike), few_labels (the range is too wide to say either).
    Source: methods 8; regression calibration, Carroll et al. 2006; spread of a level's share with
    one case added to each kind, Agresti & Caffo 2000.
    """
    sides = [tuple(map(np.atleast_1d, counts(s.undue, s.labelled))) for s in (group, reference)]
    for undue, labelled in sides:
        if not labelled.sum():
            return "untested", "no_labels"
        if undue.sum() in {0.0, labelled.sum()}:
            return "untested", "one_sided_labels"
    score = _score(group, reference)
    if score is None:
        return "untested", "same_decisions"
    slopes = [slope(score, undue, labelled) for undue, labelled in sides]
    if None in slopes:
        return "untested", "few_labels"
    one, other = (slope for slope in slopes if slope)
    return _settled(one, other, unlike=_unlike(*sides[0], *sides[1]))


def _unlike(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> bool:
    """Whether the sides' undue shares differ at the same levels (Mantel & Haenszel)."""
    left = rate_difference_mh(x1, n1, x2, n2)
    common = float((x1.sum() + x2.sum()) / (n1.sum() + n2.sum()))
    return bool(max(left.low, -left.high) > 0 and abs(left.value) > OTHERWISE * common)


def _settled(one: Slope, other: Slope, *, unlike: bool) -> tuple[Validity, str | None]:
    said = {one.says, other.says}
    if "unsure" in said:
        return "untested", "few_labels"
    if said == {"no"}:
        if min(one.range[1], other.range[1]) < 0:
            return "unsupported", "reverse"
        return "unsupported", "weak" if max(one.range[0], other.range[0]) > 0 else None
    if said == {"yes", "no"}:
        return "unequal", "one_side"
    low, high = sorted((one.value, other.value))
    apart = high - low > two_sided_z(0.95) * float(np.hypot(one.se, other.se))
    if apart and low < ALIKE * high:
        return "unequal", "unlike_slopes"
    return ("unequal", "unlike_levels") if unlike else ("valid", None)


def slope(score: Floats, undue: Floats, labelled: Floats) -> Slope | None:
    """Return the slope of the undue share on the score of the levels, weighted by labels.

    None where labels stand at levels of one score only.
    """
    mean = (labelled * score).sum() / labelled.sum()
    off = score - mean
    spread = float((labelled * off**2).sum())
    if spread <= 1e-12 * labelled.sum():
        return None
    rate = (undue + 1) / (labelled + 2)  # a level of one kind only is not known without error
    value = float((off * undue).sum()) / spread
    return Slope(value, float(np.sqrt((labelled * off**2 * rate * (1 - rate)).sum())) / spread)


def _score(group: Labelled, reference: Labelled) -> Floats | None:
    """The adverse rate of each level over both sides, less the spread that chance adds to it.

    None where chance alone would spread the levels as far.
    """
    (x1, n1), (x2, n2) = (counts(side.adverse, side.n) for side in (group, reference))
    x, n = np.atleast_1d(x1 + x2), np.atleast_1d(n1 + n2)
    mean = x.sum() / max(n.sum(), 1.0)
    rate = np.where(n > 0, share(x, n), mean)
    noise = mean * (1 - mean) / np.maximum(n, 1.0)
    found = float((n * (rate - mean) ** 2).sum() - mean * (1 - mean) * (np.sum(n > 0) - 1))
    true = found / max(n.sum(), 1.0)
    if true <= 1e-12:
        return None
    return np.asarray(mean + (rate - mean) * true / (true + noise))


def _echo(sides: tuple[Mapping[Slot, ArrayLike], Mapping[Slot, ArrayLike]]) -> float:
    """Cramer's V of the label with the decision, over both sides."""
    table = [
        [sum(float(np.sum(side[Slot(f"{kind}_{end}")])) for side in sides) for end in ENDS]
        for kind in KINDS
    ]
    return association(table).v


def _uneven(side: Mapping[Slot, ArrayLike]) -> bool:
    """Whether one kind of decision has a label far more often than the other."""
    labelled, every = (
        np.array([_sum(side, *ends, of=kind).sum() for kind in KINDS])
        for ends in (ENDS, (*ENDS, UNLABELLED))
    )
    low, high = sorted(share(labelled, every))
    return bool(high > UNEVEN * low)


def _sum(side: Mapping[Slot, ArrayLike], *ends: str, of: str | None = None) -> Floats:
    wanted = [Slot(f"{kind}_{end}") for kind in ([of] if of else KINDS) for end in ends]
    return np.asarray(np.sum([np.asarray(side[slot], dtype=np.float64) for slot in wanted], axis=0))


def _plain(side: Mapping[Slot, ArrayLike]) -> Labelled:
    adverse = _sum(side, *ENDS, UNLABELLED, of="adverse")
    return Labelled(adverse, _sum(side, *ENDS, UNLABELLED), _sum(side, "undue"), _sum(side, *ENDS))


def _weighed(side: Mapping[Slot, ArrayLike]) -> Labelled:
    """Weigh the labels of each kind of decision by the decisions that they stand for.

    The undue share of a level is the mean over its adverse and its favorable decisions; its
    labels count for as many of a simple sample as would know it as well. A level of which one
    kind has no label says nothing. Source: post-stratification, Cochran 1977.
    """
    adverse, n, _, labelled = map(np.asarray, _plain(side))
    mean, inverse, known = np.zeros_like(n), np.zeros_like(n), labelled > 0
    for kind in KINDS:
        weight = share(_sum(side, *ENDS, UNLABELLED, of=kind), n)
        seen = _sum(side, *ENDS, of=kind)
        known = known & ((seen > 0) | (weight == 0))
        mean += weight * share(_sum(side, "undue", of=kind), seen)
        inverse += share(weight**2, seen)
    size = np.where(known, share(np.ones_like(n), inverse), 0.0)
    return Labelled(adverse, n, np.minimum(mean, 1.0) * size, size)
