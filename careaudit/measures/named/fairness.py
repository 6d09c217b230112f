"""Who gets the favorable decision, and was it right?"""

from __future__ import annotations

from careaudit.cells import ADVERSE, DECIDED, DUE, FAVORABLE, LABELLED, UNDUE
from careaudit.measures.rate import Rate

FAIRNESS = (
    Rate(
        name="favorable_rate",
        kind="rate",
        orientation="favorable",
        pillar="fairness",
        ask="Is the favorable decision given less often to some customers than to others?",
        formula="favorable / (favorable + adverse)",
        fields=("decision",),
        misleads="Blind where nearly everybody gets the favorable decision: then ask the "
        "adverse rate, which is the rarer side.",
        oracle="fairlearn.metrics.selection_rate",
        events=FAVORABLE,
        cases=DECIDED,
    ),
    Rate(
        name="adverse_rate",
        kind="rate",
        orientation="adverse",
        pillar="fairness",
        ask="Is the adverse decision given more often to some customers than to others?",
        formula="adverse / (favorable + adverse)",
        fields=("decision",),
        misleads="Blind where nearly everybody gets the adverse decision: then ask the "
        "favorable rate, which is the rarer side.",
        oracle="fairlearn.metrics.selection_rate",
        events=ADVERSE,
        cases=DECIDED,
    ),
    Rate(
        name="wrongful_adverse_rate",
        kind="rate",
        orientation="adverse",
        pillar="fairness",
        ask="Of customers who should have had the favorable decision, who was refused it?",
        formula="adverse and due / due (labels say the favorable decision was due)",
        fields=("decision", "label"),
        misleads="Only as good as the labels: labels from appeals leave out all who did not "
        "appeal.",
        oracle="fairlearn.metrics.false_positive_rate, adverse as the flag",
        events=ADVERSE & DUE,
        cases=DUE,
    ),
    Rate(
        name="wrongful_favorable_rate",
        kind="rate",
        orientation="favorable",
        pillar="fairness",
        ask="Of customers who should not have had the favorable decision, who was given it?",
        formula="favorable and not due / not due",
        fields=("decision", "label"),
        misleads="More of it is good for the customer and costs the company; a gap is leniency "
        "that some customers get and others do not.",
        oracle="fairlearn.metrics.false_negative_rate, adverse as the flag",
        events=FAVORABLE & UNDUE,
        cases=UNDUE,
    ),
    Rate(
        name="adverse_precision",
        kind="rate",
        orientation="favorable",
        pillar="fairness",
        ask="When the adverse decision is given, is it right as often for everyone?",
        formula="adverse and not due / adverse and labelled",
        fields=("decision", "label"),
        misleads="Groups with different true rates differ here even under one equal rule "
        "(infra-marginality): read it beside the adverse rate.",
        oracle="sklearn.metrics.precision_score, adverse as the flag",
        events=ADVERSE & UNDUE,
        cases=ADVERSE & LABELLED,
    ),
    Rate(
        name="label_coverage",
        kind="rate",
        orientation="favorable",
        pillar="fairness",
        ask="Do we know as often for every group whether the decision was right?",
        formula="labelled / (favorable + adverse)",
        fields=("decision", "label"),
        misleads="Equal coverage does not say that the labels are right or picked at random.",
        oracle="fairlearn.metrics.selection_rate of being labelled",
        events=LABELLED,
        cases=DECIDED,
    ),
)
