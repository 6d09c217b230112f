"""Impact-ratio tables: favorable rates against the highest one, descriptive (governance 2).

In the style of 6 RCNY 5-301, with a range and a test that the text does not ask for. Decisions
are taken as independent of each other; nothing here changes a verdict of a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import exp, sqrt
from typing import NamedTuple

import numpy as np

from careaudit.cells import ADVERSE, DECIDED, Cell, Cells, Quantity, total
from careaudit.errors import DataError
from careaudit.measures import RATES, pool_samples
from careaudit.plan import ImpactRatio, Plan
from careaudit.questions import Reader, joined
from careaudit.record import Behind, RatioRow, RatioTable
from careaudit.stats.arrays import two_sided_z
from careaudit.stats.multiplicity import weighted_holm
from careaudit.stats.rates import clopper_pearson, parity_p
from careaudit.wanted import counted_by, ratio_tables

MAX_SHARE = Fraction(2, 100)
"""A category may be left out of the ratios below this share of the decisions used."""
MAX_CATEGORIES = 10_000
LEVEL = 0.95
FEW = 5
"""With fewer than this in a cell of the two rates, the exact range stands for the log one."""
NEAR = 0.005
"""This close to the threshold a third decimal is shown."""


@dataclass(frozen=True)
class Category:
    """A category's decisions, and how many of them were favorable.

    `shown` is False where it stands for too few customers; a `justification` leaves it out of the
    ratios. `behind` says who stands behind it, where that is known.
    """

    group: str
    n: int
    selected: int
    shown: bool = True
    justification: str | None = None
    behind: Behind | None = None

    @property
    def included(self) -> bool:
        """True where it has a ratio and may be the reference."""
        return self.shown and self.justification is None

    @property
    def rate(self) -> Fraction:
        """Favorable decisions among all, exactly: ties are ties."""
        return Fraction(self.selected, self.n)


class Bounds(NamedTuple):
    """The two ends of the range of a ratio; None where it has no value."""

    low: float | None = None
    high: float | None = None


def log_interval(one: Category, two: Category) -> Bounds:
    """Return the range of rate one over rate two by the log method (Katz et al. 1978)."""
    spread = 1 / one.selected - 1 / one.n + 1 / two.selected - 1 / two.n
    arm = exp(two_sided_z(LEVEL) * sqrt(spread))
    ratio = float(one.rate / two.rate)
    return Bounds(ratio / arm, ratio * arm)


def exact_interval(one: Category, two: Category) -> Bounds:
    """Return a range of rate one over rate two that holds at least as often as it says.

    Both rates lie in their exact ranges (Clopper & Pearson 1934) with the square root of the
    level each, so the two together with the level, as they are independent.
    """
    first, second = (clopper_pearson(c.selected, c.n, sqrt(LEVEL)) for c in (one, two))
    return Bounds(float(first.low / second.high), float(first.high / second.low))


def interval(one: Category, two: Category) -> Bounds:
    """Return the 95 % range of rate one over rate two, two's rate above 0."""
    cells = (c for each in (one, two) for c in (each.selected, each.n - each.selected))
    return exact_interval(one, two) if min(cells) < FEW else log_interval(one, two)


def shown(ratio: float, threshold: float) -> str:
    """Return a ratio as it is printed: two decimals, more near the threshold.

    What lies below the threshold never prints as the threshold.
    """
    places = 2 if abs(ratio - threshold) > NEAR + 1e-9 else 3
    while float(f"{ratio:.{places}f}") >= threshold > ratio:
        places += 1
    return f"{ratio:.{places}f}"


def table(
    axis: str, categories: Sequence[Category], *, unknown: int, policy: ImpactRatio
) -> RatioTable:
    """Return the table of one axis from the counts of its categories, in their order.

    `unknown` decisions were left out before. Raises DataError where a category is left out that
    is not small.
    """
    present = [category for category in categories if category.n]
    n_used = sum(category.n for category in present)
    _refuse_large(axis, present, n_used)
    included = [category for category in present if category.included]
    top = min(included, key=lambda c: (-c.rate, -c.n, c.group), default=None)
    largest = min(included, key=lambda c: (-c.n, c.group), default=None)
    reason = None if top and top.selected else "no_favorable_outcomes" if top else "no_comparator"
    reference = None if reason else top
    tests = _tests(included, reference)
    return RatioTable(
        axis=axis,
        unknown_policy=policy.unknown,
        n_used=n_used,
        unknown=unknown,
        reference=reference and reference.group,
        largest=largest and largest.group,
        threshold=policy.threshold,
        rows=tuple(
            _row(category, n_used, reference, largest, policy.threshold, tests)
            for category in present
        ),
        omitted=tuple(category.group for category in categories if not category.n),
        reason=reason,
    )


def _refuse_large(axis: str, present: Sequence[Category], n_used: int) -> None:
    for category in present:
        share = Fraction(category.n, n_used)
        if category.justification is not None and share >= MAX_SHARE:
            raise DataError(
                f'the category "{category.group}" of {axis} cannot be left out: it has '
                f"{category.n:,} of {n_used:,} decisions ({float(share):.2%}), not under "
                f"{float(MAX_SHARE):.0%}.",
                where="impact_ratio.exclude",
                hint="Take it off the list.",
            )


def _tests(
    included: Sequence[Category], reference: Category | None
) -> Mapping[str, tuple[float, float]]:
    """The p of equal rates with the reference, plain and Holm-adjusted, by category."""
    others = [category for category in included if category is not reference]
    if reference is None or not others:
        return {}
    x, n = np.array([(category.selected, category.n) for category in others]).T
    p = parity_p(x, n, reference.selected, reference.n)
    adjusted = weighted_holm(p, np.ones_like(p))
    return {
        category.group: (float(plain), float(holm))
        for category, plain, holm in zip(others, p, adjusted, strict=True)
    }


def _row(
    category: Category,
    n_used: int,
    reference: Category | None,
    largest: Category | None,
    threshold: float,
    tests: Mapping[str, tuple[float, float]],
) -> RatioRow:
    row = RatioRow(
        group=category.group,
        n=category.n,
        selected=category.selected if category.shown else None,
        rate=float(category.rate) if category.shown else None,
        share=category.n / n_used,
        status=_status(category, reference),
        justification=category.justification,
        behind=category.behind if category.shown else None,
    )
    if not category.included or reference is None or largest is None:
        return row
    bounds = _bounds(category, reference)
    to_largest = _bounds(category, largest)
    p_parity, p_adjusted = tests.get(category.group, (None, None))
    return row.model_copy(
        update={
            "ratio": float(category.rate / reference.rate),
            "low": bounds.low,
            "high": bounds.high,
            "ratio_to_largest": float(category.rate / largest.rate) if largest.rate else None,
            "largest_low": to_largest.low,
            "largest_high": to_largest.high,
            "adverse_ratio": _adverse_ratio(category, reference),
            "p_parity": p_parity,
            "p_adjusted": p_adjusted,
            "verdict": _verdict(bounds, threshold),
        }
    )


def _status(category: Category, reference: Category | None) -> str:
    if not category.shown:
        return "hidden"
    if category.justification is not None:
        return "excluded"
    return "reference" if category is reference else "included"


def _bounds(category: Category, base: Category) -> Bounds:
    """The range of a category's ratio; none against itself or a rate of 0."""
    return Bounds() if category is base or not base.selected else interval(category, base)


def _adverse_ratio(category: Category, reference: Category) -> float | None:
    base = 1 - reference.rate
    return float((1 - category.rate) / base) if base else None


def _verdict(bounds: Bounds, threshold: float) -> str | None:
    if bounds.low is None or bounds.high is None:
        return None
    if bounds.high < threshold:
        return "below"
    return "not_below" if bounds.low >= threshold else "indeterminate"


# From the cells of an audit.


def tell(plan: Plan, reader: Reader) -> tuple[RatioTable, ...]:
    """Return the plan's impact-ratio tables: each axis, then every two crossed.

    Raises DataError for an exclusion that the log does not allow, or too many categories.
    """
    return tuple(_told(plan, reader, axes) for axes in ratio_tables(plan))


def _told(plan: Plan, reader: Reader, axes: tuple[str, ...]) -> RatioTable:
    policy = plan.impact_ratio or ImpactRatio()
    source = counted_by(plan, axes)
    name = "*".join(axes)
    known = _known(reader.cells("*".join(source)))
    cells = known.roll_up(axes)
    members: dict[tuple[str | None, ...], list[tuple[str, ...]]] = {}
    for group in known.table:
        place = tuple(group[source.index(axis)] for axis in axes)
        members.setdefault(place, []).append(tuple(part for part in group if part is not None))
    reasons = {out.group: out.justification for out in policy.exclude if out.segment == name}
    categories = []
    for group in _categories(reader, axes):
        n, favorable = _counts(cells.cell(group))
        categories.append(
            Category(
                group=joined(group),
                n=n,
                selected=favorable,
                shown=_enough(plan, reader, "*".join(source), members.get(group, [])),
                justification=reasons.pop(joined(group), None),
                behind=_behind(reader, "*".join(source), members.get(group, [])),
            )
        )
    categories += [Category(group, 0, 0) for group in reasons]  # in no decision: told as omitted
    used = sum(category.n for category in categories)
    return table(name, categories, unknown=reader.scan.rows_used - used, policy=policy)


def _known(cells: Cells) -> Cells:
    """Leave out the cells of decisions that are unknown on any segment of the crossing."""
    return replace(cells, table={g: v for g, v in cells.table.items() if None not in g})


def _counts(cell: Cell) -> tuple[int, int]:
    """Decisions of a cell, and the favorable ones."""
    n = cell[total(Quantity(DECIDED))]
    return n, n - cell[total(Quantity(ADVERSE))]


def _categories(reader: Reader, axes: Sequence[str]) -> list[tuple[str, ...]]:
    """Every category of a table in the plan's order, those without a decision too."""
    groups = [[group[0] for group in reader.known[axis].groups] for axis in axes]
    if (number := int(np.prod([len(names) for names in groups]))) > MAX_CATEGORIES:
        raise DataError(
            f"{number:,} categories; an impact-ratio table has at most {MAX_CATEGORIES:,}.",
            where=f"impact_ratio, {'*'.join(axes)}",
            hint="Name fewer or coarser segments in `axes`.",
        )
    return list(product(*groups))


def _behind(reader: Reader, name: str, members: Sequence[tuple[str, ...]]) -> Behind:
    """Who stands behind a category; who is in two of its members counts in each."""
    parts = [reader.sample(RATES["favorable_rate"], name, member) for member in members]
    pooled = pool_samples(name, parts)
    events, others = pooled.behind
    return Behind(customers=pooled.customers, with_event=events, without_event=others)


def _enough(plan: Plan, reader: Reader, name: str, members: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a category stands for enough customers; asks the source only if it must."""
    least = plan.privacy.min_cell
    parts = [reader.decisions(name, member) for member in members]
    if sum(part.n for part in parts) < least:
        return False
    return (
        max(part.customers for part in parts) >= least
        or reader.customers(name, frozenset(members)) >= least
    )
