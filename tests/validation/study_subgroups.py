"""Whole audits with the search for subgroups, where there is none to be found (methods 7).

Each run draws the control log anew and audits it with its shipped plan: 8 attributes, 3 questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from study import Finding, at_most

import careaudit
from careaudit.record import AuditRecord
from careaudit.samples import directory
from careaudit.samples.fair_control import generate

RUNS, RUNS_WEST = 100, 50
STUDY = "Drivers and subgroups that are not there"
NOTES = {
    STUDY: "Whole audits of `fair_control`, one a seed. In the last setting the log has a gap of "
    "one segment and nothing else: it must not come back as a subgroup. In all, half of the "
    "customers are searched and at most ten candidates are tested on the others. Fields are "
    "looked at only where a question fails or gives an adverse signal."
}
Alter = Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]


def as_drawn(log: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    """Leave the log as it is."""
    return log


def harsher_in_the_west(log: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Deny a quarter of what was approved in one region, whoever asks."""
    turned = (log.region == "west") & (log.outcome == "approved")
    turned &= random.random(len(log)) < 0.25
    return log.assign(outcome=log.outcome.mask(turned, "denied"))


def audited(seed: int, alter: Alter = as_drawn) -> AuditRecord:
    """Audit the control as one seed draws it."""
    log = alter(pd.DataFrame(generate(seed=seed)["decisions"]), np.random.default_rng(seed))
    return careaudit.audit(log, plan=directory("fair_control") / "careaudit.toml")


def confirmed(record: AuditRecord, *kinds: str) -> bool:
    """Whether any driver of these kinds is listed."""
    return any(driver.listed and driver.kind in kinds for driver in record.drivers)


def found(runs: int = RUNS, runs_west: int = RUNS_WEST) -> Iterator[Finding]:
    """How often something is listed that is not there."""
    control = [audited(seed) for seed in range(1, runs + 1)]
    west = [audited(seed, harsher_in_the_west) for seed in range(1, runs_west + 1)]
    for setting, records, kinds in (
        ("fair_control, a subgroup is confirmed", control, ("subgroup",)),
        ("fair_control, a proxy is listed", control, ("field", "term")),
        ("fair_control harsher in one region, a subgroup is confirmed", west, ("subgroup",)),
    ):
        share = sum(confirmed(record, *kinds) for record in records) / len(records)
        yield Finding(STUDY, setting, len(records), share, at_most(0.05))
