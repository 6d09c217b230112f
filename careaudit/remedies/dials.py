"""Remedies that keep the score: without a driver's weight, one milder cut, people for a band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from careaudit.notation import numbers as num
from careaudit.record import Driver
from careaudit.remedies.case import Case, Rows
from careaudit.remedies.cuts import Cut, bands, decided, milder, no_more_undue
from careaudit.remedies.price import Book, Offer, Then

NOTHING = 1e-9
"""Of a score: what is added to it by a driver that adds nothing."""
SHARES = (0.025, 0.05, 0.10, 0.15, 0.20, 0.30, 0.40)
"""Of decisions that people would look at."""
MILDER = "one milder pass mark for all"
MOST_LEVELS = 50
"""Of a field that are told apart when its weight is taken off; the rest are one."""


def without(case: Case, cut: Cut, drivers: Sequence[Driver], sign: float) -> Offer | None:
    """Take off what drivers add to the score, with one cut that grants no more undue ones.

    Their weight is a least-squares fit on the learning half, of the score on them beside what
    labels say. None where they add nothing. `sign` turns a risk back into a score.
    """
    rows = case.rows
    columns = np.column_stack([_design(rows, driver) for driver in drivers])
    added = columns @ _weights(case, columns)
    if not np.abs(added).max(initial=0.0) > NOTHING:
        return None
    risk = rows.risk - added
    at = no_more_undue(rows, cut.at, risk)
    new, old = (Then.alike(decided(rows, cut.at, risk, end)) for end in (at, cut.at))
    what = " and ".join(map(called, drivers))
    return Offer(
        kind="without",
        name=" and ".join(driver.name for driver in drivers),
        doing=f"If the score no longer counted {what}, and the pass mark were set so that no more"
        " decisions are favorable without being due than today",
        then=new,
        assumed=f"The weight of {what} is what it was estimated to add to the score, beside what"
        " the labels say.",
        dial=((sign * at, new), (sign * cut.at, old)),
    )


def _weights(case: Case, columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit what columns add to the score beside what labels say, on the learning half.

    Where labels are picked by the decision, to have one goes along with the score: then only
    labelled decisions count, each for those that it stands for.
    """
    from sklearn.linear_model import LinearRegression

    rows = case.rows
    weight = (~rows.held).astype(np.float64) if case.evenly else rows.worth
    seen = np.isfinite(rows.risk) & (weight > 0)
    told = [rows.labelled & (rows.due == due) for due in (0.0, 1.0)]
    matrix = np.column_stack([columns, *told]).astype(np.float64)
    fit = LinearRegression().fit(matrix[seen], rows.risk[seen], sample_weight=weight[seen])
    return np.asarray(fit.coef_[: columns.shape[1]], dtype=np.float64)


def called(driver: Driver) -> str:
    """Name a driver in a sentence."""
    return f"the phrase “{driver.name}”" if driver.kind == "term" else f"the input “{driver.name}”"


def _design(rows: Rows, driver: Driver) -> NDArray[np.float64]:
    """Return a driver as columns of 0 and 1; no weight is its absence, or its commonest value."""
    if driver.kind == "term":
        return rows.terms[driver.name].astype(np.float64)[:, None]
    return levels(rows, [driver.name])


def levels(rows: Rows, names: Iterable[str]) -> NDArray[np.float64]:
    """Return the values of inputs as columns of 0 and 1, the commonest of each left out."""
    columns = []
    for name in names:
        codes = rows.fields[name].codes
        counts = np.bincount(codes + 1, minlength=1)
        order = np.argsort(-counts, kind="stable")
        columns += [codes + 1 == level for level in order[1:MOST_LEVELS] if counts[level]]
    return np.array(columns, dtype=np.float64).reshape(len(columns), len(rows)).T


def threshold(case: Case, cut: Cut, sign: float) -> Offer | None:
    """One milder cut for all: the first that brings the gap within the limit of today.

    None where every milder cut would leave next to nothing to decide.
    """
    rows = case.rows
    dial = [(at, Then.alike(decided(rows, cut.at, rows.risk, at))) for at in milder(rows, cut.at)]
    if not dial:
        return None
    at, then = _first(case, dial)
    return Offer(
        kind="threshold",
        name=MILDER,
        doing=f"If one milder pass mark held for all, at {sign * at:.6g} in place of"
        f" {sign * cut.at:.6g}",
        then=then,
        dial=((sign * cut.at, Then.alike(rows.now)), *((sign * end, one) for end, one in dial)),
    )


def review(case: Case, cut: Cut) -> Offer | None:
    """People look at the decisions nearest to the cut, and decide as the label says."""
    rows = case.rows
    found = bands(rows, cut.at, SHARES)
    dial = [
        (share, Then(np.where(band, 0.0, rows.now), np.where(band, 1.0, rows.now)))
        for share, band in found.items()
    ]
    if not dial:
        return None
    share, then = _first(case, dial)
    return Offer(
        kind="review",
        name="people decide near the pass mark",
        doing=f"If people decided the {num.percent(share)} of cases whose scores are nearest to the"
        " pass mark",
        then=then,
        assumed="That assumes that people decide as the labels say.",
        dial=((0.0, Then.alike(rows.now)), *dial),
        reviewed=found[share],
    )


def _first(case: Case, dial: list[tuple[float, Then]]) -> tuple[float, Then]:
    """The first setting that leaves a gap within the limit on the learning half, else the last."""
    return next(((setting, then) for setting, then in dial if suffices(case, then)), dial[-1])


def suffices(case: Case, then: Then) -> bool:
    """Whether the gap is within the limit of today on the learning half."""
    gap = Book(case, then, ~case.rows.held).gap().value
    return gap is not None and abs(gap) <= case.limit
