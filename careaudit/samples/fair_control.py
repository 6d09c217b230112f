"""A control: six attributes, 28 groups, tiny ones among them, and nothing injected.

A decision depends on what is owed and on chance, never on who asks. An audit that fails here has
found a difference that is not there. `sample_data/fair_control/README.md` has the figures.
"""

from __future__ import annotations

import numpy as np

from careaudit.samples.draw import assign, check_rows, choose, stamps, wide_ids
from careaudit.samples.tables import Tables

ROWS = 20_000
SEED = 20_260_403
START, DAYS = "2026-04-01", 90
OWED = 0.62
DENIED = {True: 0.38, False: 0.565}  # by whether the credit was owed: a poor bot, but a fair one
ESCALATED = 0.04
LABELLED = 0.95

_TINY = 0.0038  # of the customers: about 75 decisions, too few to be judged alone
ATTRIBUTES: dict[str, dict[str, float]] = {
    "region": {"north": 0.34, "south": 0.30, "east": 0.24, "west": 0.12},
    "language": {
        "English": 0.55, "Spanish": 0.27, "Chinese": 0.1458,
        "Arabic": _TINY, "French": _TINY, "Haitian Creole": _TINY, "Hindi": _TINY,
        "Korean": _TINY, "Portuguese": _TINY, "Russian": _TINY, "Tagalog": _TINY,
        "Vietnamese": _TINY,
    },
    "age_band": {"18-34": 0.30, "35-49": 0.29, "50-64": 0.25, "65+": 0.16},
    "gender": {"woman": 0.49, "man": 0.465, "another": 0.045},
    "tenure": {"under 1 year": 0.20, "1 to 5 years": 0.45, "over 5 years": 0.35},
    "plan": {"contract": 0.66, "prepaid": 0.34},
}  # fmt: skip


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return one table, decisions, with the attributes and the label in it."""
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    customers = max(1, round(rows * 0.7))
    ids = wide_ids(rng, customers)
    people = {name: choose(rng, shares, customers) for name, shares in ATTRIBUTES.items()}
    owner = assign(rng, customers, rows)
    seconds = np.sort(rng.integers(0, DAYS * 86_400, size=rows))
    owed = rng.random(rows) < OWED
    denied = rng.random(rows) < np.where(owed, DENIED[True], DENIED[False])
    escalated = rng.random(rows) < ESCALATED
    labelled = rng.random(rows) < LABELLED
    amount = np.maximum(5.0, 45.0 * np.exp(0.4 * rng.standard_normal(rows) - 0.4**2 / 2))
    outcome = [
        "escalated" if e else "denied" if d else "approved"
        for e, d in zip(escalated, denied, strict=True)
    ]
    log = {
        "decision_id": [f"fc-{i:07d}" for i in range(1, rows + 1)],
        "customer_id": [ids[c] for c in owner],
        "decided_at": stamps(seconds, START),
        "outcome": outcome,
        "credit_usd": [
            f"{a:.2f}" if o == "approved" else "0.00" if o == "denied" else ""
            for a, o in zip(amount, outcome, strict=True)
        ],
        "model": ["3.0.0"] * rows,
        "channel": choose(rng, {"chat": 0.5, "app": 0.3, "voice": 0.2}, rows),
        "intent": choose(rng, {"outage": 0.4, "wrong_charge": 0.35, "late_fee": 0.25}, rows),
    }
    log |= {name: [values[c] for c in owner] for name, values in people.items()}
    log["credit_owed"] = [str(int(o)) if k else "" for o, k in zip(owed, labelled, strict=True)]
    return {"decisions": log}
