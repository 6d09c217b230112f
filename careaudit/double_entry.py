"""The second book: fairlearn recomputes rates from the same cells; books that differ stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from careaudit.cells import Cells, Group
from careaudit.errors import BooksDifferError
from careaudit.measures import Measure
from careaudit.record import DoubleEntry

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Page:
    """One measure over one crossing: the cells, and our value of each group by name."""

    measure: Measure
    cells: Cells
    rates: dict[str, float]
    name: str


class Line(NamedTuple):
    """A cell of a page, the group that it stands for, and how much of it does."""

    cell: Group
    group: str
    weight: float = 1.0


def keep(pages: Sequence[Page], lines: Sequence[Sequence[Line]]) -> DoubleEntry:
    """Recompute values with fairlearn's MetricFrame on weighted cells, and compare.

    The second book starts from the counts by slot or by rating, not from the sums that the first
    one used; measures that have no such counts (waits, areas, money) are not in it.
    `lines` says which groups the cells of each page stand for. Raises BooksDifferError above 1e-9.
    """
    import fairlearn
    import numpy as np
    from fairlearn.metrics import MetricFrame, mean_prediction, selection_rate

    compared, largest = 0, 0.0
    for page, its_lines in zip(pages, lines, strict=True):
        values, groups, weights = [], [], []
        for line in its_lines:
            for value, n in page.measure.second_book(page.cells.cell(line.cell)):
                if n * line.weight and line.group in page.rates:
                    values.append(value)
                    groups.append(line.group)
                    weights.append(n * line.weight)
        if not values:
            continue
        frame = MetricFrame(
            metrics=selection_rate if page.measure.unit == "share" else mean_prediction,
            y_true=np.array(values),
            y_pred=np.array(values),
            sensitive_features={"group": groups},
            sample_params={"sample_weight": np.array(weights, dtype=float)},
        )
        theirs = dict(zip(frame.by_group.index, frame.by_group.to_numpy(), strict=True))
        for name, mine in page.rates.items():
            difference = abs(float(theirs[name]) - mine)
            compared, largest = compared + 1, max(largest, difference)
            if not difference <= TOLERANCE:
                raise BooksDifferError(
                    f"the second book gives {theirs[name]!r} for {page.measure.name} of "
                    f'"{name}" ({page.name}), the first {mine!r}.',
                    hint="This is a fault of careaudit: please report it.",
                )
    return DoubleEntry(
        library="fairlearn",
        version=fairlearn.__version__,
        compared=compared,
        largest_difference=largest,
    )
