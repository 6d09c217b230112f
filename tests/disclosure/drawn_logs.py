"""Logs made at random, with small groups, empty ones and one big spender, and their records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from careaudit.record import (
    Accounts,
    AuditInfo,
    AuditRecord,
    DoubleEntry,
    Estimate,
    Impact,
    Input,
    Interval,
    Limit,
    Outcome,
    Provenance,
    PublicTexts,
    Question,
    Settings,
    Window,
)
from careaudit.record.base import Behind
from careaudit.stats.behind import dominated, effective_number

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

# What is counted. A decision is of one kind; a measure counts kinds.

KINDS = tuple(product("af", "cn", "gbu"))
"""Adverse or favorable; contested or not; labelled as owed, as not owed, or without a label."""


def _kinds(*which: str) -> frozenset[int]:
    """Return the kinds that have one letter of each of these words, at its place."""
    return frozenset(
        i
        for i, kind in enumerate(KINDS)
        if all(letter in word for letter, word in zip(kind, which, strict=True))
    )


ALL = _kinds("af", "cn", "gbu")
SHARES = {
    "adverse_rate": (ALL, _kinds("a", "cn", "gbu")),
    "favorable_rate": (ALL, _kinds("f", "cn", "gbu")),
    "contest_rate": (_kinds("a", "cn", "gbu"), _kinds("a", "c", "gbu")),
    "label_coverage": (ALL, _kinds("af", "cn", "gb")),
    "wrongful_adverse_rate": (_kinds("af", "cn", "g"), _kinds("a", "cn", "g")),
}
"""Measure -> kinds of its cases, and of its events."""
MEANS = {
    "amount_per_request": (ALL, "money"),
    "amount_when_granted": (_kinds("f", "cn", "gbu"), "money"),
    "wait_median": (ALL, "seconds"),
    "csat": (None, "rating"),
}
"""Measure -> kinds of its cases (None: whoever answered), and its unit."""
COUNTED = SHARES | {m: (kinds,) for m, (kinds, _) in MEANS.items() if kinds}
SUMS = {"amount_per_request": "paid", "amount_when_granted": "paid", "csat": "stars"}


@dataclass(frozen=True)
class Log:
    """Decisions: whose, of which kind, what was paid and answered, and each one's groups.

    `same` are groups of two segments that everybody knows to hold the same decisions.
    """

    customer: Floats
    kind: Floats
    paid: Floats
    answered: Flags
    stars: Floats
    segments: Mapping[str, tuple[tuple[str, ...], Floats]]
    measures: tuple[str, ...]
    same: tuple[tuple[tuple[str, str], ...], ...] = ()

    def __len__(self) -> int:
        return len(self.kind)

    def groups(self) -> dict[tuple[str, str] | None, Flags]:
        """Return the decisions of everybody (None), and of each segment and group."""
        found: dict[tuple[str, str] | None, Flags] = {None: np.ones(len(self), bool)}
        for name, (groups, code) in self.segments.items():
            found |= {(name, group): code == i for i, group in enumerate(groups)}
        return found

    def cases(self, measure: str) -> Flags:
        """Return the cases of a measure."""
        kinds = SHARES[measure][0] if measure in SHARES else MEANS[measure][0]
        return self.answered if kinds is None else np.isin(self.kind, list(kinds))

    def events(self, measure: str) -> Flags:
        """Return the events of a share."""
        return np.isin(self.kind, list(SHARES[measure][1]))

    def part(self, rows: Flags) -> Log:
        """Return the log with these decisions alone."""
        return Log(
            self.customer[rows], self.kind[rows], self.paid[rows], self.answered[rows],
            self.stars[rows],
            {name: (groups, code[rows]) for name, (groups, code) in self.segments.items()},
            self.measures, self.same,
        )  # fmt: skip

    def asked(self, segments: Iterable[str], measures: Iterable[str]) -> Log:
        """Return the log as an audit of some segments and measures sees it."""
        own = {name: self.segments[name] for name in segments}
        return replace(self, segments=own, measures=tuple(measures))


def log(seed: int, measures: Sequence[str] = ()) -> Log:
    """Return a log of 100 to 1200 decisions with small groups, empty ones, and one big spender."""
    draw = np.random.default_rng(seed)
    people = int(draw.integers(90, 700))
    each = np.where(draw.random(people) < 0.85, 1, draw.integers(2, 6, people))
    customer = np.repeat(np.arange(people), each)
    n = len(customer)
    unknown = draw.random(people) < draw.uniform(0.01, 0.1)  # no row in the table of customers
    segments: dict[str, tuple[tuple[str, ...], Floats]] = {}
    lost = []
    for number in range(int(draw.choice([2, 3, 4, 5], p=[0.6, 0.2, 0.1, 0.1]))):
        count = min(int(draw.integers(2, 13)), int(draw.integers(2, 13)))
        weights = draw.dirichlet(np.full(count, draw.choice([0.4, 1.0, 3.0])))
        code = draw.choice(count, people, p=weights)
        names = [f"g{i}" for i in range(count)]
        if draw.random() < 0.6 and count < 12:
            code = np.where(unknown, count, code)
            names.append("unknown")
            lost.append((f"s{number}", "unknown"))
        segments[f"s{number}"] = (tuple(names), code[customer])
    bad, spoken, told = draw.uniform(0.04, 0.5), draw.uniform(0.02, 0.4), draw.uniform(0.1, 0.9)
    adverse = draw.random(n) < np.clip(bad + draw.normal(0, 0.15, people)[customer], 0, 1)
    contested = adverse & (draw.random(n) < spoken)
    label = np.where(draw.random(n) < told, np.where(draw.random(n) < 0.5, 0, 1), 2)
    kind = np.array([
        KINDS.index(("a" if a else "f", "c" if c else "n", "gbu"[k]))
        for a, c, k in zip(adverse, contested, label, strict=True)
    ])  # fmt: skip
    paid = np.where(adverse, 0, np.ceil(draw.lognormal(3, 0.8, n)))
    big = int(draw.integers(people))
    paid = np.where((customer == big) & ~adverse, 50 * paid + 2000, paid)
    answered = draw.random(n) < draw.uniform(0.1, 0.7)
    asked = tuple(measures) or _some(draw)
    return Log(
        customer, kind, paid, answered, draw.integers(1, 6, n), segments, asked,
        (tuple(lost),) if len(lost) > 1 else (),
    )  # fmt: skip


def _some(draw: np.random.Generator) -> tuple[str, ...]:
    """Return one to six measures, one of them of what was decided."""
    rest = [name for name in (*SHARES, *MEANS) if name != "adverse_rate"]
    more = draw.choice(
        rest, int(draw.choice(6, p=[0.44, 0.3, 0.14, 0.06, 0.04, 0.02])), replace=False
    )
    return ("adverse_rate", *(str(name) for name in more))


# The record.


def record(log: Log, *, start: str = "2026-04-01", end: str = "2026-06-30") -> AuditRecord:
    """Return the record of a log: its estimates with who stands behind them, and its questions."""
    estimates = [
        _estimate(log, measure, key, rows)
        for measure in log.measures
        for key, rows in log.groups().items()
    ]
    adverse = int(log.events("adverse_rate").sum())
    return AuditRecord(
        audit=AuditInfo(
            name="Credits", system="credit-bot", decision_kind="goodwill_credit", currency="USD",
            outcome=Outcome(favorable=("granted",), adverse=("denied",), confirmed=True),
            public=PublicTexts(purpose="To grant credits.", owner="Care", contact="care@x.org"),
        ),
        provenance=Provenance(
            careaudit="0", libraries={}, plan_sha256="5e" * 32,
            inputs=(Input(role="log", name="log.csv", sha256="ab" * 32),), as_of="2026-07-15",
            expires_on="2027-07-15", window=Window(start=start, end=end, days=91), seed=1,
            settings=Settings(
                alpha=0.05, alpha_pass=0.05, confidence=0.8, min_effective_n=100,
                min_coverage=0.95, multiplicity="holm", comparisons=1, min_cell=10,
            ),
        ),
        accounts=Accounts(
            rows_read=len(log), rows_used=len(log), excluded=(), unknown={},
            customers=len(set(log.customer)),
            outcomes={"favorable": len(log) - adverse, "adverse": adverse},
        ),
        segments=(),
        estimates=tuple(estimates),
        comparisons=(),
        questions=tuple(_question(log, measure) for measure in log.measures),
        intersections=(),
        impact=Impact(
            score=Interval(), headline="", people=Interval(), money=None,
            questions_at_or_over_limit=0, comparison=None, covers=(),
        ),
        quality=(),
        double_entry=DoubleEntry(
            library="fairlearn", version="0", compared=0, largest_difference=0.0
        ),
        verdict="inconclusive",
        reason="insufficient",
    )  # fmt: skip


def _question(log: Log, measure: str) -> Question:
    return Question(
        id=measure, ask=f"{measure}?", pillar="fairness", measure=measure,
        segments=tuple(log.segments), gate=True, inconclusive="close",
        limit=Limit(ratio=0.8, floor=0.01, cap=0.1), verdict="inconclusive", reason="insufficient",
        missing=None, coverage=1.0, score=Interval(), worst=None,
        unit="share" if measure in SHARES else MEANS[measure][1],
    )  # fmt: skip


def _estimate(log: Log, measure: str, key: tuple[str, str] | None, group: Flags) -> Estimate:
    rows = group & log.cases(measure)
    people, n = len(set(log.customer[rows])), int(rows.sum())
    state = "undefined" if not n else "suppressed" if key and people < 10 else "estimated"
    made: dict[str, Any] = {"events": None, "value": None, "low": None, "high": None}
    behind = Behind(customers=people)
    if measure in SHARES:
        method = "wilson"
        events = rows & log.events(measure)
        x = int(events.sum())
        if state == "estimated":
            low, high = _wilson(x, n)
            made = {"events": x, "value": x / n, "low": low, "high": high}
            behind = Behind(
                customers=people,
                with_event=effective_number(x, _squares(log, events)),
                without_event=effective_number(n - x, _squares(log, rows & ~events)),
            )
    else:
        method = "mean"
        value = _value(log, measure, rows) if n else 0.0
        if state == "estimated":
            made |= {"value": value, "low": 0.9 * value, "high": 1.1 * value}
            if measure in SUMS:
                numbers = log.paid if SUMS[measure] == "paid" else log.stars
                own = np.bincount(log.customer[rows], numbers[rows])
                one = dominated(int(own.sum()), int((own**2).sum()), people)
                behind = Behind(customers=people, dominated=one)
    return Estimate(
        measure=measure, segment=key and key[0], group=key and key[1], n=n, confidence=0.95,
        method=method, state=state, unit="share" if measure in SHARES else MEANS[measure][1],
        behind=behind, **made,
    )  # fmt: skip


def _value(log: Log, measure: str, rows: Flags) -> float:
    if measure == "wait_median":
        return float(60 + rows.sum() % 50)
    numbers = log.paid if SUMS[measure] == "paid" else log.stars
    return float(numbers[rows].mean())


def _squares(log: Log, rows: Flags) -> int:
    return int((np.bincount(log.customer[rows]) ** 2).sum()) if rows.any() else 0


def _wilson(x: int, n: int) -> tuple[float, float]:
    z, p = 1.959964, x / n
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    arm = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return max(0.0, middle - arm), min(1.0, middle + arm)
