"""What is said of a driver, in plain words: what goes along with a gap, never what it is right by.

Each statement is at most two short sentences, and asks what only people can answer.
"""

from __future__ import annotations

from careaudit.plan import Plan
from careaudit.record.drivers import Validity

SHARES = ((0.95, "entirely"), (0.50, "mostly"), (0.10, "in part"))
"""From which mix share on, how much of a gap is said to run through a driver."""
HARDLY = "hardly"
PREDICTS: dict[Validity, str] = {
    "valid": "predicts {label} alike for both groups",
    "unequal": "does not predict {label} alike for both groups",
    "unsupported": "does not predict {label}",
    "untested": "has not been shown to predict {label}",
}
WEAK = "predicts {label} far less than decisions turn on it"
NO_LABELS = "no label says whether decisions should turn on it"


def label_words(plan: Plan) -> str | None:
    """The words of the plan's label: the last part of its column, "confirmed fraud"."""
    if plan.label is None:
        return None
    return plan.label.column.rpartition(".")[2].replace("_", " ").strip() or None


def carried(
    what: str, mix_share: float, validity: Validity, label: str | None, reason: str | None = None
) -> str:
    """Say how much of a gap runs through a driver, and whether the driver predicts the label.

    what: 'the phrase “billing dispute”', 'the input intent'; its first two words stand for it
    from then on. reason: why it is not tested, or `weak`.
    """
    short = " ".join(what.split(" ")[:2])
    if label is None or reason == "no_labels":
        says = NO_LABELS
    else:
        says = f"{short} {(WEAK if reason == 'weak' else PREDICTS[validity]).format(label=label)}"
    return (
        f"The gap runs {how_much(mix_share)} through {what}, and {says}. "
        f"Ask whether {short} itself carries the difference between the groups."
    )


def how_much(mix_share: float) -> str:
    """Say in a word how much of a gap a mix share is; a negative one is hardly any."""
    return next((word for least, word in SHARES if mix_share >= least), HARDLY)
