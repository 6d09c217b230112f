"""Logs whose score is raised by one input, with the truth of every decision beside them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from careaudit.cells import ADVERSE
from careaudit.remedies.case import Case, Parted, Rows

WEIGHT, CUT = 0.27, 0.5


def truth(rows: int = 6_000, seed: int = 1) -> pd.DataFrame:
    """Draw decisions of customers with one to three each; low-income ones more often say it."""
    rng = np.random.default_rng(seed)
    who = np.sort(rng.integers(0, int(rows * 0.6), rows))
    low = rng.random(rows)[who] < 0.4
    says = rng.random(rows)[who] < 0.25  # the customer's habit
    says = says | (rng.random(rows) < 0.15) | (low & (rng.random(rows) < 0.5))
    due = rng.random(rows) < 0.85
    base = 0.25 + 0.12 * rng.standard_normal(rows) + 0.2 * ~due
    score = np.round(base + WEIGHT * says, 3)
    return pd.DataFrame(
        {
            "customer": [f"c{i}" for i in who],
            "id": [f"d{i}" for i in range(rows)],
            "zip": np.where(low, "low", "other"),
            "wording": np.where(says, "dispute", "other"),
            "channel": rng.choice(["app", "chat", "voice"], rows),
            "due": due,
            "base": base,
            "score": score,
            "decision": np.where(score > CUT, "denied", "granted"),
            "credit": np.where(score > CUT, 0.0, np.round(rng.gamma(4.0, 12.0, rows), 2)),
            "checked": rng.random(rows) < 0.4,
        }
    )


def log(drawn: pd.DataFrame) -> pd.DataFrame:
    """The same as an export shows it: labels only where they were checked, nothing of the base."""
    shown = drawn.drop(columns=["due", "base", "checked"])
    shown["owed"] = np.where(drawn["checked"], drawn["due"].astype(int).astype(str), "")
    return shown


COLUMNS = {
    "decision": "decision", "decision_id": "id", "subject_id": "customer", "score": "score",
    "amount": "credit",
}  # fmt: skip


def plan(tmp_path, columns=COLUMNS, selection="random_sample", fields=("wording", "channel"),
         label=True, more=""):  # fmt: skip
    """Write the plan of such a log."""
    path = tmp_path / "careaudit.toml"
    mapped = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    labels = f'[label]\ncolumn = "owed"\npositive = ["1"]\nselection = "{selection}"\n{more}'
    path.write_text(
        f"""
schema_version = 1
[audit]
name = "Credits"
justification = "A log whose truth is known."
[log]
path = ["unused.csv"]
currency = "USD"
[log.columns]
{mapped}
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
{labels if label else ""}
[[segments]]
name = "zip"
column = "zip"
reference = "other"
[[questions]]
id = "denied"
ask = "Is a credit denied more often to some?"
measure = "adverse_rate"
segments = ["zip"]
[drivers]
fields = [{", ".join(f'"{name}"' for name in fields)}]
"""
    )
    return path


def case(drawn: pd.DataFrame, held: np.ndarray, limit: float = 0.05) -> Case:
    """The case of such a log without an audit; decisions are the log's, labels the checked ones."""
    low = (drawn["zip"] == "low").to_numpy()
    now = (drawn["decision"] == "granted").to_numpy().astype(float)
    known = drawn["checked"].to_numpy()
    codes = np.where(low, 0, 1).astype(np.int64)
    counts = np.array(
        [[((codes == g) & (now == d)).sum() for d in (0, 1)] for g in (0, 1)], dtype=float
    )
    rows = Rows(
        customer=pd.factorize(drawn["customer"])[0].astype(np.int64),
        held=held,
        now=now,
        due=np.where(known, drawn["due"].astype(float), np.nan),
        risk=drawn["score"].to_numpy(dtype=float),
        amount=np.where(now == 1, drawn["credit"], 0.0),
        groups={},
        fields={},
        terms={"dispute": (drawn["wording"] == "dispute").to_numpy()},
    )
    gap = SimpleNamespace(
        measure=SimpleNamespace(events=ADVERSE),
        comparison=SimpleNamespace(tolerated_gap=limit),
        deffs=(1.0, 1.0),
    )
    parted = Parted(("low", "other"), codes, counts)
    return Case(gap, rows, parted, parted, "USD")


def halves(drawn: pd.DataFrame, seed: int) -> np.ndarray:
    """Put whole customers into one of two halves."""
    rng = np.random.default_rng(seed)
    names = drawn["customer"].unique()
    return (
        drawn["customer"]
        .map(dict(zip(names, rng.random(len(names)) < 0.5, strict=True)))
        .to_numpy()
    )
