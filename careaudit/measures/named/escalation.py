"""Does the customer reach a person, in the time that was promised?"""

from __future__ import annotations

from careaudit.cells import EVERY
from careaudit.conditions import PROMISE, Either, Known, Old, Soon, both
from careaudit.measures.rate import Rate

DUE = Either((Known("human_reached_at"), Known("abandoned_at"), Old("human_requested_at", PROMISE)))
"""Whether the promise was kept is known, or it has run out."""
ESCALATION = (
    Rate(
        name="human_requested_rate",
        kind="rate",
        orientation="adverse",
        pillar="escalation",
        ask="Do some customers have to ask for a person more often than others?",
        formula="human_requested_at recorded / all rows",
        fields=("human_requested_at",),
        misleads="Customers who do not know that they may ask do not ask.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        when=Known("human_requested_at"),
    ),
    Rate(
        name="human_reached_rate",
        kind="rate",
        orientation="favorable",
        pillar="escalation",
        ask="Of those who ask for a person, who reaches one?",
        formula="human_reached_at recorded / human_requested_at recorded",
        fields=("human_requested_at", "human_reached_at"),
        misleads="Requests still open at the end of the log count as not reached.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        of=Known("human_requested_at"),
        when=Known("human_reached_at"),
    ),
    Rate(
        name="sla_met_rate",
        kind="rate",
        orientation="favorable",
        pillar="escalation",
        ask="Of those who ask for a person, who reaches one in the promised time?",
        formula="reached in time / reached, abandoned, or waiting for longer than was promised",
        fields=("human_requested_at", "human_reached_at", "sla"),
        misleads="Requests that are open and not yet due are left out; given up counts as not met.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        of=both(Known("human_requested_at"), DUE),
        when=Soon("human_requested_at", "human_reached_at", PROMISE),
    ),
    Rate(
        name="abandonment_rate",
        kind="rate",
        orientation="adverse",
        pillar="escalation",
        ask="Of those who ask for a person, who gives up?",
        formula="abandoned_at recorded / human_requested_at recorded",
        fields=("human_requested_at", "abandoned_at"),
        misleads="A log that drops abandoned requests shows none.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        of=Known("human_requested_at"),
        when=Known("abandoned_at"),
    ),
)
