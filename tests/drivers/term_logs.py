"""Logs whose gap runs through a phrase, or through none, and audits that look for phrases only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from careaudit import conductor, drivers, remedies
from careaudit.drivers.looks import terms
from careaudit.plan import parse
from careaudit.record import AuditRecord, Driver

PLAN = """
[audit]
name = "Phrases"
justification = "A test."
[log.columns]
decision = "outcome"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
[[segments]]
name = "side"
column = "side"
reference = "{reference}"
[[questions]]
id = "q"
measure = "favorable_rate"
segments = ["side"]
{more}
"""
LABEL = """
[label]
column = "confirmed_fraud"
positive = ["0"]
selection = "random_sample"
"""
_ENGLISH = """
hello please my account bill was charged twice in march can you look at the connection down since
monday phone router late fee refund thanks never ordered agent said nothing happened
"""
_SPANISH = """
hola por favor mi cuenta fue cobrada dos veces en marzo pueden revisar la conexión desde el lunes
teléfono módem cargo tarde gracias nunca pedí agente dijo nada pasó ayer señal
"""
ENGLISH, SPANISH = _ENGLISH.split(), _SPANISH.split()
CHINESE = "你好我的手机网络上月多收了钱请帮忙查看谢谢昨天客服说没有问题今天还是不行希望退回"


@pytest.fixture
def phrases_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only phrases are looked for: the other looks have tests of their own."""
    monkeypatch.setattr(drivers, "LOOKS", (terms.look,))
    monkeypatch.setattr(remedies, "suggest", lambda scene, found: ())


def audit(
    frame: pd.DataFrame,
    *,
    reference: str = "other",
    columns: str = 'text = ["message"]',
    label: bool = False,
    more: str = "",
) -> AuditRecord:
    """Audit who is told yes, by side."""
    plan = PLAN.format(
        reference=reference,
        columns=columns,
        more=(LABEL if label else "") + more,
    )
    return conductor.run(parse(plan), base=Path(), data=frame, as_of=date(2026, 1, 1))


def found(record: AuditRecord) -> list[Driver]:
    """The terms of the record."""
    return [driver for driver in record.drivers if driver.kind == "term"]


def listed(record: AuditRecord) -> list[str]:
    """The names of the terms that are named as carrying the gap."""
    return [driver.name for driver in found(record) if driver.listed]


def notes(record: AuditRecord) -> dict[str, str]:
    """What is said of the look, by code."""
    return {note.code: note.message for note in record.quality if note.where == "drivers"}


def told(
    words: Sequence[str], holds: Sequence[np.ndarray], phrases: Sequence[str], seed: int,
    sizes: tuple[int, int] = (3, 12), between: str = " ",
) -> list[str]:  # fmt: skip
    """One message for each decision: words by chance, and each phrase where it holds."""
    rng = np.random.default_rng(seed)
    messages = []
    for row in range(len(holds[0])):
        parts = list(rng.choice(words, rng.integers(*sizes)))
        for phrase, which in zip(phrases, holds, strict=True):
            if which[row]:
                parts.insert(rng.integers(len(parts) + 1), phrase)
        messages.append(between.join(parts))
    return messages


def seed_case(other: str = "", seed: int = 1) -> pd.DataFrame:
    """The acceptance test of methods 8, count for count, in messages of words by chance.

    other: a phrase that every message without "billing dispute" holds.
    """
    rows = []
    for side, using, n in (
        ("low", True, 800), ("low", False, 1200), ("other", True, 600), ("other", False, 5400),
    ):  # fmt: skip
        denied = round(n * (0.6 if using else 0.2))
        rows += [(side, using, "no" if i < denied else "yes", i % 50 == 25) for i in range(n)]
    frame = pd.DataFrame(rows, columns=["side", "using", "outcome", "fraud"])
    frame["confirmed_fraud"] = np.where(frame.pop("fraud"), "1", "0")
    using = frame.pop("using").to_numpy()
    holds, names = [using], ["billing dispute"]
    if other:
        holds, names = [using, ~using], ["billing dispute", other]
    frame["message"] = told(ENGLISH, holds, names, seed)
    return frame


@dataclass(frozen=True)
class Mixed:
    """A log with a proxy phrase, one common in the segment, and one that moves all decisions."""

    proxy: str
    common: str
    moving: str
    words: Sequence[str]
    between: str = " "

    def frame(self, n: int = 8_000, seed: int = 5) -> pd.DataFrame:
        """A third of the decisions is about the low side; everything by chance."""
        rng = np.random.default_rng(seed)
        low = rng.random(n) < 1 / 3
        proxy = rng.random(n) < np.where(low, 0.5, 0.12)
        common = rng.random(n) < np.where(low, 0.6, 0.2)
        moving = rng.random(n) < 0.3
        denied = rng.random(n) < 0.15 + 0.4 * proxy + 0.25 * moving
        holds = [proxy, common, moving]
        return pd.DataFrame(
            {
                "side": np.where(low, "low", "other"),
                "outcome": np.where(denied, "no", "yes"),
                "message": told(
                    self.words, holds, [self.proxy, self.common, self.moving], seed,
                    between=self.between,
                ),
            }
        )  # fmt: skip
