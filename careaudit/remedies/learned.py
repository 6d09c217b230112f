"""Remedies that learn another rule from the labels: without inputs, or held to alike rates."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careaudit.record import Driver
from careaudit.remedies.case import Bools, Case, Rows
from careaudit.remedies.dials import called, levels
from careaudit.remedies.price import Offer, Then
from careaudit.stats.arrays import Floats

FOLDS = 5
EACH = 5
"""Labels of either kind that a group needs for a cut of its own."""
ROUNDS = 15
"""Of ExponentiatedGradient, at most."""
BOUND = 0.01
"""The difference of rates that it is held to."""
PARITY = {
    "demographic_parity": "favorable rates",
    "true_positive_rate_parity": "favorable rates where they were due",
    "false_positive_rate_parity": "favorable rates where they were not due",
}
"""What cuts by group make alike, by fairlearn's name for it."""
ALIKE_BAD = "It takes both kinds of wrong decision as equally bad, each as a share of its kind."


def refit(case: Case, listed: Sequence[Driver]) -> Offer | None:
    """Learn from labels what is due, from the declared inputs but the listed drivers; cut it once.

    The cut grants no more undue ones than today, on customers of the learning half whom the
    fitted model had not seen. None where nothing is listed, no input is left, or
    few customers have a label of either kind.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    rows = case.rows
    names = [name for name in rows.fields if name not in {d.name for d in listed}]
    matrix = levels(rows, names)
    seen = rows.worth > 0
    kinds = [np.unique(rows.customer[seen & (rows.due == due)]) for due in (0.0, 1.0)]
    if not listed or not matrix.shape[1] or min(map(len, kinds)) < 2 * FOLDS:
        return None
    model = LogisticRegression(max_iter=1000)
    due = rows.due[seen].astype(int)
    ahead = cross_val_predict(
        model, matrix[seen], due, groups=rows.customer[seen], cv=StratifiedGroupKFold(FOLDS),
        params={"sample_weight": rows.worth[seen]}, method="predict_proba",
    )[:, 1]  # fmt: skip
    at = _undue_cut(ahead, rows, seen)
    model.fit(matrix[seen], due, sample_weight=rows.worth[seen])
    chance = model.predict_proba(matrix)[:, 1]
    return Offer(
        kind="refit",
        name=" and ".join(driver.name for driver in listed),
        doing="If a rule learned from the labels decided without"
        f" {' and '.join(map(called, listed))}, and about as many decisions were favorable without"
        " being due as today",
        then=Then.alike((chance > at).astype(np.float64)),
        assumed="It decides by the declared inputs alone, in place of today’s rule.",
    )


def _undue_cut(chance: Floats, rows: Rows, seen: Bools) -> float:
    """The least chance above which no more undue ones stand than are favorable today."""
    undue = rows.worth[seen] * (rows.due[seen] == 0)
    today = float((undue * rows.now[seen]).sum())
    values, place = np.unique(chance, return_inverse=True)
    above = undue.sum() - np.bincount(place, weights=undue).cumsum()
    return float(values[int(np.argmax(above <= today + 1e-9))])


def constrained(case: Case) -> Offer | None:
    """Learn from labels what is due, held to alike favorable rates (Agarwal et al. 2018)."""
    from fairlearn.reductions import DemographicParity, ErrorRate, ExponentiatedGradient
    from sklearn.linear_model import LogisticRegression

    rows = case.rows
    matrix = levels(rows, rows.fields)
    scored = np.isfinite(rows.risk)
    if scored.any():
        spread = float(rows.risk[scored].std()) or 1.0
        middle = float(rows.risk[scored].mean())
        scaled = np.where(scored, (rows.risk - middle) / spread, 0.0)
        matrix = np.column_stack([matrix, scaled])
    groups, part = case.groups, case.groups.part
    seen = _copies((rows.worth > 0) & (part >= 0), rows)
    due = rows.due[seen].astype(int)
    if not matrix.shape[1] or not _both(due) or len(np.unique(part[seen])) < 2:
        return None
    share = float(due.mean())
    mitigator = ExponentiatedGradient(
        LogisticRegression(max_iter=1000),
        DemographicParity(difference_bound=BOUND),
        objective=ErrorRate(costs={"fp": share, "fn": 1 - share}),
        max_iter=ROUNDS,
    )
    chance = reduced(mitigator, matrix[seen], due, np.array(groups.names)[part[seen]], matrix)
    decides = scored if scored.any() else np.ones(len(rows), dtype=bool)
    inputs = "the score and the declared inputs" if scored.any() and rows.fields else (
        "the score" if scored.any() else "the declared inputs"
    )  # fmt: skip
    return Offer(
        kind="constrained",
        name="a rule held to alike rates",
        doing=f"If a rule learned from the labels by {inputs} were held to alike favorable rates",
        then=Then.alike(np.where(decides, chance, rows.now)),
        assumed=f"{ALIKE_BAD} It knows the groups while it is learned, not when it decides; it"
        " mixes several rules, so that some cases are decided by lot.",
    )


def reduced(
    mitigator: Any, x: NDArray[np.float64], y: ArrayLike, groups: ArrayLike, ask: ArrayLike
) -> Floats:
    """Fit fairlearn's reduction, and return for each asked row its chance of a favorable one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fairlearn 0.15 on pandas 3
        mitigator.fit(x, y, sensitive_features=groups)
    chance = np.zeros(len(np.asarray(ask)))
    for place, weight in mitigator.weights_.items():
        if weight > 0:
            chance += weight * np.asarray(mitigator.predictors_[place].predict(ask))
    return np.clip(chance, 0.0, 1.0)


def group_thresholds(case: Case, constraint: str) -> Offer | None:
    """A cut for each group on the score (Hardt, Price & Srebro 2016).

    Groups without enough labels of both kinds keep today's decisions.
    """
    from fairlearn.postprocessing import ThresholdOptimizer
    from sklearn.linear_model import LogisticRegression

    rows, groups, part = case.rows, case.groups, case.groups.part
    asked = np.isfinite(rows.risk)
    for due in (0.0, 1.0):
        labels = (rows.worth > 0) & asked & (rows.due == due) & (part >= 0)
        enough = np.bincount(part[labels], minlength=len(groups.names)) >= EACH
        enough &= np.array([name != "" for name in groups.names])
        asked &= (part >= 0) & enough[np.maximum(part, 0)]
    seen = _copies((rows.worth > 0) & asked, rows)
    if len(np.unique(part[seen])) < 2:
        return None
    due_ = rows.due[seen].astype(int)
    spread = float(rows.risk[seen].std()) or 1.0
    matrix = -rows.risk[:, None] / spread
    named = np.array(groups.names)[part]
    scorer = LogisticRegression(max_iter=1000).fit(matrix[seen], due_)
    if scorer.coef_[0, 0] <= 0:
        return None  # the score says the contrary of the labels: no cut on it is worth having
    optimizer = ThresholdOptimizer(
        estimator=scorer,
        constraints=constraint,
        objective="balanced_accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    )
    chance = cut_by_group(optimizer, matrix[seen], due_, named[seen], matrix[asked], named[asked])
    favorable = rows.now.copy()
    favorable[asked] = chance
    return Offer(
        kind="group_thresholds",
        name=f"a pass mark for each group, for alike {PARITY[constraint]}",
        doing=f"If each group had a pass mark of its own, for alike {PARITY[constraint]}",
        then=Then.alike(favorable),
        assumed=f"{ALIKE_BAD} It uses the protected attribute itself to decide, which may not be"
        " lawful: it needs counsel. Near the pass marks it decides by lot.",
        uses_group=True,
    )


def cut_by_group(
    optimizer: Any,
    x: NDArray[np.float64],
    y: ArrayLike,
    groups: ArrayLike,
    ask: NDArray[np.float64],
    ask_groups: NDArray[np.str_],
) -> Floats:
    """Fit fairlearn's thresholds, and return for each asked row its chance of a favorable one.

    fairlearn decides by lot between two thresholds; the chance is what it decides on average.
    """
    optimizer.fit(x, y, sensitive_features=groups)
    told = optimizer.interpolated_thresholder_
    soft = _soft(optimizer, told.estimator_, ask)
    chance = np.zeros(len(ask))
    for name, rule in told.interpolation_dict.items():
        mine = ask_groups == name
        scores = soft[mine]
        found = rule.p0 * rule.operation0(scores) + rule.p1 * rule.operation1(scores)
        if "p_ignore" in rule:
            found = rule.p_ignore * rule.prediction_constant + (1 - rule.p_ignore) * found
        chance[mine] = found
    return chance


def _soft(optimizer: Any, estimator: Any, ask: NDArray[np.float64]) -> Floats:
    if optimizer.predict_method == "predict_proba":
        return np.asarray(estimator.predict_proba(ask)[:, 1])
    return np.asarray(estimator.predict(ask), dtype=np.float64)


def _copies(seen: Bools, rows: Rows) -> NDArray[np.int64]:
    """The places of the labelled rows, each as often as it stands for others of its kind.

    fairlearn's learners take no weights. The kind with most labels of its decisions stands once.
    """
    places = np.flatnonzero(seen)
    worth = rows.worth[places]
    return np.repeat(places, np.rint(worth / worth.min()).astype(int)) if len(places) else places


def _both(due: NDArray[np.int64]) -> bool:
    return len(np.unique(due)) == 2
