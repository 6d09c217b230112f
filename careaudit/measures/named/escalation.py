"""Does the customer reach a person, in the time that was promised?"""

from __future__ import annotations

from careaudit.carried import Wait
from careaudit.cells import EVERY
from careaudit.conditions import PROMISE, Among, Either, Known, Old, Soon, both, yes
from careaudit.measures.duration import Duration
from careaudit.measures.rate import CURVE, Rate

DUE = Either((Known("human_reached_at"), Known("abandoned_at"), Old("human_requested_at", PROMISE)))
"""Whether the promise was kept is known, or it has run out."""
ASKED = Wait("human_requested_at", "human_reached_at", "abandoned_at")
"""From asking for a person until one answers, or until giving up."""
ALONE = (
    "full", "fully", "fully automated", "fully_automated", "solely automated", "automated",
)  # fmt: skip
"""What a log says of a decision that is made with no person (governance 3, D3)."""
ESCALATION = (
    Rate(
        name="automated_rate",
        kind="rate",
        orientation="adverse",
        pillar="escalation",
        ask="Are decisions about some customers made with no person more often than about others?",
        formula="automation_level says full / automation_level recorded",
        fields=("automation_level",),
        misleads="A person who may look and never does is not full automation on paper: read it "
        "beside the override rate.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        of=Known("automation_level"),
        when=Among("automation_level", ALONE),
    ),
    Rate(
        name="override_rate",
        kind="rate",
        orientation="favorable",
        pillar="escalation",
        ask="Of decisions that a person reviews before they take effect, whose are changed?",
        formula="changed_outcome says yes / human_reviewed says yes",
        fields=("human_reviewed", "changed_outcome"),
        misleads="Near 0 may be rubber-stamping; high may mean that the system errs more often. "
        "Reviews whose outcome is not recorded count as not changed.",
        oracle="fairlearn.metrics.selection_rate over the rows, counted with pandas",
        events=EVERY,
        cases=EVERY,
        of=yes("human_reviewed"),
        when=yes("changed_outcome"),
    ),
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
    Duration(
        name="sla_attainment",
        kind="duration",
        orientation="favorable",
        pillar="escalation",
        ask="Which share of those who ask for a person reaches one in the promised time?",
        formula="Aalen-Johansen incidence of being reached by the promised time",
        fields=("human_requested_at", "human_reached_at", "sla"),
        misleads="Giving up counts as not reached; open requests count while they were seen to "
        "wait.",
        oracle="a plain Aalen-Johansen over the rows; lifelines where it can be installed",
        wait=ASKED,
        what="in_time",
        cases=EVERY,
        unit="share",
        limit=CURVE,
    ),
    Duration(
        name="wait_rmst",
        kind="duration",
        orientation="adverse",
        pillar="escalation",
        ask="Do some customers wait longer for a person than others?",
        formula="mean wait up to a horizon all groups are seen to (Kaplan-Meier)",
        fields=("human_requested_at", "human_reached_at"),
        misleads="Who gives up is taken to be like those who stay; what comes after the horizon "
        "is not seen.",
        oracle="a plain Kaplan-Meier over the rows; lifelines where it can be installed",
        wait=ASKED,
        what="mean",
        cases=EVERY,
    ),
    Duration(
        name="wait_median",
        kind="duration",
        orientation="adverse",
        pillar="escalation",
        ask="Is the typical wait for a person longer for some than for others?",
        formula="time by which half have reached a person (Kaplan-Meier)",
        fields=("human_requested_at", "human_reached_at"),
        misleads="Answered requests alone would show shorter waits: open and abandoned ones are "
        "counted in.",
        oracle="a plain Kaplan-Meier over the rows; lifelines where it can be installed",
        wait=ASKED,
        what="median",
        cases=EVERY,
    ),
    Duration(
        name="wait_p90",
        kind="duration",
        orientation="adverse",
        pillar="escalation",
        ask="Do some customers have longer long waits for a person than others?",
        formula="time by which nine of ten have reached a person (Kaplan-Meier)",
        fields=("human_requested_at", "human_reached_at"),
        misleads="Rests on few waits: its range is wide.",
        oracle="a plain Kaplan-Meier over the rows; lifelines where it can be installed",
        wait=ASKED,
        what="p90",
        cases=EVERY,
    ),
)
