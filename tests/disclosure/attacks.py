"""Logs made at random, and someone who works out from a publication what it withholds.

The attacker shares no code with the program. It sees `public.json`, and what its readers know: what
the measures count, that groups add up to everybody, which column a group without a value comes
from, how numbers are rounded, and which rows are withheld. An insider knows besides the exact
numbers behind all that is printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

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


# The attacker.

FAR = 1e6
"""No number here is as great."""
Number = tuple[str, tuple[str, str] | None, str]
"""Measure, group (None: everybody), and which number: n, x, y (the other cases) or sum."""


def truth(log: Log) -> dict[Number, float]:
    """Return every number behind a publication of a log."""
    found: dict[Number, float] = {}
    for measure, (key, group) in product(log.measures, log.groups().items()):
        rows = group & log.cases(measure)
        n = int(rows.sum())
        found[measure, key, "n"] = n
        if measure in SHARES:
            x = int((rows & log.events(measure)).sum())
            found |= {(measure, key, "x"): x, (measure, key, "y"): n - x}
        elif measure in SUMS:
            numbers = log.paid if SUMS[measure] == "paid" else log.stars
            found[measure, key, "sum"] = float(numbers[rows].sum())
    return found


@dataclass
class System:
    """Linear equations and bounds over unknown numbers, none below 0, some of them whole."""

    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    ends: list[tuple[float, float]] = field(default_factory=list)
    solved: int = 0

    def unknown(self, *, whole: bool = True) -> int:
        """Return the place of a new unknown."""
        self.whole.append(whole)
        return len(self.whole) - 1

    def learn(self, sum_: Mapping[int, float], low: float, high: float = math.inf) -> None:
        """Take a sum to lie between two ends."""
        self.rows.append({place: c for place, c in sum_.items() if c})
        self.ends.append((low, high))

    def most(self, goal: Mapping[int, float]) -> Floats:
        """Return the numbers that make a sum the greatest."""
        self.solved += 1
        cost = np.zeros(len(self.whole))
        for place, c in goal.items():
            cost[place] = -c
        found = milp(
            cost, integrality=np.array(self.whole, float), bounds=Bounds(0, FAR),
            constraints=self._constraints(), options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        assert found.x is not None, found.message
        return np.asarray(found.x)

    def _constraints(self) -> LinearConstraint | tuple[()]:
        if not self.rows:
            return ()
        entries = [(r, p, c) for r, row in enumerate(self.rows) for p, c in row.items()]
        r, p, c = zip(*entries, strict=True)
        matrix = csr_array((c, (r, p)), shape=(len(self.rows), len(self.whole)))
        low, high = zip(*self.ends, strict=True)
        return LinearConstraint(matrix, low, high)


@dataclass(frozen=True)
class Leak:
    """A number that was withheld, and the ends that it was found to lie between."""

    number: Number
    value: float
    low: float
    high: float
    why: str = ""


class Attacker:
    """Someone who has read a publication; `exact` also knows the numbers behind what it prints."""

    def __init__(self, printed: Mapping[str, Any], log: Log, *, exact: bool) -> None:
        self.log = log
        self.truth = truth(log)  # an outsider only reads the numbers' names here
        self.system = System()
        self.status = statuses(printed)
        self._decisions: dict[tuple[str, str], dict[str, Any]] = {}
        self._marks = [  # kinds that no measure tells apart are one unknown
            tuple(k in kinds for m in log.measures if m in COUNTED for kinds in COUNTED[m])
            for k in range(len(KINDS))
        ]
        for key in log.groups():
            if key is not None:
                self._meet(key)
        for group in log.same:
            for other in group[1:]:
                self._equal(group[0], other)
        for measure, key in product(log.measures, log.groups()):
            status, row = self.status.get((measure, key), ("withheld", {}))
            if status != "withheld":
                self._read(measure, key, row, exact=exact)
        self._totals()

    def _meet(self, key: tuple[str, str]) -> None:
        """Give a group its unknown numbers: decisions by kind, answers, and sums."""
        new = self.system.unknown
        alike = {mark: new() for mark in dict.fromkeys(self._marks)}
        kinds = [alike[mark] for mark in self._marks]
        answers, stars, paid = new(), new(whole=False), new(whole=False)
        self._decisions[key] = {"kinds": kinds, "answers": answers, "stars": stars, "paid": paid}
        self.system.learn(dict.fromkeys(kinds, 1.0) | {answers: -1.0}, 0)

    def _equal(self, one: tuple[str, str], two: tuple[str, str]) -> None:
        mine, theirs = (_flat(self._decisions[key]) for key in (one, two))
        for a, b in zip(mine, theirs, strict=True):
            self.system.learn({a: 1.0, b: -1.0}, 0, 0)

    def sum(self, number: Number) -> dict[int, float]:
        """Return a number as a sum of unknown ones; everybody's by the first segment."""
        measure, key, which = number
        first = next(iter(self.log.segments))
        keys = [key] if key else [(first, g) for g in self.log.segments[first][0]]
        found: dict[int, float] = {}
        for one in keys:
            found |= dict.fromkeys(self._places(measure, one, which), 1.0)
        return found

    def _places(self, measure: str, key: tuple[str, str], which: str) -> list[int]:
        own = self._decisions[key]
        if which == "sum":
            return [own[SUMS[measure]]]
        if measure in SHARES:
            cases, events = SHARES[measure]
            kinds = {"n": cases, "x": events & cases, "y": cases - events}[which]
        else:
            some = MEANS[measure][0]
            if some is None:
                return [own["answers"]]
            kinds = some
        return list(dict.fromkeys(own["kinds"][k] for k in sorted(kinds)))

    def _totals(self) -> None:
        """The groups of each segment add up to the same everybody."""
        first, *others = self.log.segments
        everything = ["kinds", "answers", "stars", "paid"]
        for name, what in product(others, everything):
            width = len(KINDS) if what == "kinds" else 1
            for place in range(width):
                row: dict[int, float] = {}
                for sign, segment in ((1.0, first), (-1.0, name)):
                    for g in self.log.segments[segment][0]:
                        own = self._decisions[segment, g][what]
                        row[own[place] if what == "kinds" else own] = sign
                self.system.learn(row, 0, 0)

    def _read(
        self, measure: str, key: tuple[str, str] | None, row: Mapping[str, Any], *, exact: bool
    ) -> None:
        for which in ("n", "x", "y", "sum"):
            number = (measure, key, which)
            if number not in self.truth:
                continue
            value = self.truth[number]
            ends = (value, value) if exact else read(row, which)
            if ends is not None:
                assert ends[0] - 1e-6 <= value <= ends[1] + 1e-6, (number, value, ends, row)
                self.system.learn(self.sum(number), *ends)

    # What it finds.

    def leaks(self) -> list[Leak]:
        """Return the withheld numbers that it can work out, by whole numbers, and those it sees."""
        goals = {n: v for n, v in self.truth.items() if self._withheld(n)}
        seen = {number: (value, value) for number, value in goals.items()}
        for goal in self._directions():
            point = self.system.most(goal)
            for number in goals:
                self._note(seen, number, point)
        found = []
        for number, value in goals.items():
            if self._safe(number, value, *seen[number]):
                continue
            low, high = self.bounds(number)
            if not self._safe(number, value, low, high):
                found.append(Leak(number, value, low, high))
        return found + self._unions()

    def printed_few(self) -> list[Number]:
        """Return the cells that are printed and tell of few customers."""
        return [
            (measure, key, "n")
            for (measure, key), (status, _) in self.status.items()
            if status == "shown" and key is not None and self._few(measure, [key])
        ]

    def bounds(self, number: Number) -> tuple[float, float]:
        """Return the least and the greatest value that a number can have."""
        sum_ = self.sum(number)
        least = self.system.most({p: -c for p, c in sum_.items()})
        most = self.system.most(sum_)
        at = lambda point: sum(c * point[p] for p, c in sum_.items())  # noqa: E731
        return at(least), at(most)

    def _withheld(self, number: Number) -> bool:
        measure, key, _ = number
        return self.status.get((measure, key), ("withheld", {}))[0] == "withheld"

    def _directions(self) -> Iterable[dict[int, float]]:
        """Yield goals that push one withheld group of each segment up, and so the others down."""
        hidden: dict[str, dict[str, dict[int, float]]] = {name: {} for name in self.log.segments}
        for number in self.truth:
            key = number[1]
            if key is not None and self._withheld(number):
                goal = hidden[key[0]].setdefault(key[1], {})
                for place, c in self.sum(number).items():
                    goal[place] = goal.get(place, 0.0) + c
        for i in range(max((len(by) for by in hidden.values()), default=0)):
            goal = {}
            for by in hidden.values():
                if by:
                    goal |= list(by.values())[i % len(by)]
            yield goal

    def _note(self, seen: dict[Number, tuple[float, float]], number: Number, point: Floats) -> None:
        value = sum(c * point[p] for p, c in self.sum(number).items())
        low, high = seen[number]
        seen[number] = min(low, value), max(high, value)

    def _safe(self, number: Number, value: float, low: float, high: float) -> bool:
        """Whether ends are as far as methods 13 asks; a cell hidden for another's sake, by 5."""
        measure, key, which = number
        secret, few = self._secret(measure, key)
        if which not in secret:
            return True
        margin = 0.2 * value if few or which == "sum" else 0.0
        margin = (margin if which == "sum" else max(5.0, margin)) - 1e-4
        if low > 1e-4 and min(value - low, high - value) < margin:
            return False
        return not (few and which in ("n", "sum") and high - value < margin)

    def _secret(self, measure: str, key: tuple[str, str] | None) -> tuple[str, bool]:
        """Which numbers of a withheld cell nobody may know, and whether it is few itself."""
        rows = self.log.groups()[key] & self.log.cases(measure)
        n = len(set(self.log.customer[rows]))
        if n < 10:
            return "n x y sum", n > 0
        if measure in SHARES:
            events = self.log.events(measure)
            sides = {"x": rows & events, "y": rows & ~events}
            lone = [w for w, at in sides.items() if 0 < len(set(self.log.customer[at])) < 3]
            least = min(("x", "y"), key=lambda w: self.truth[measure, key, w])
            return " ".join(lone) or least, bool(lone)
        one = SUMS.get(measure) == "paid" and self._dominated(rows)
        return "sum", one

    def _few(self, measure: str, keys: Sequence[tuple[str, str]]) -> bool:
        """Whether groups together tell of few customers, as the log says."""
        groups = self.log.groups()
        rows = np.logical_or.reduce([groups[key] for key in keys]) & self.log.cases(measure)
        n = len(set(self.log.customer[rows]))
        if not n:
            return False
        if measure in SHARES:
            events = self.log.events(measure)
            sides = (len(set(self.log.customer[rows & e])) for e in (events, ~events))
            return n < 10 or any(0 < side < 3 for side in sides)
        return n < 10 or (SUMS.get(measure) == "paid" and self._dominated(rows))

    def _dominated(self, rows: Flags) -> bool:
        own = np.sort(np.bincount(self.log.customer[rows], self.log.paid[rows]))[::-1]
        return bool(own[0] > 0 and own[2:].sum() < 0.15 * own[0])

    def _unions(self) -> list[Leak]:
        """What is left of a total without the groups that are printed, where it tells of few."""
        found = []
        for measure, (name, (groups, _)) in product(self.log.measures, self.log.segments.items()):
            hidden = [(name, g) for g in groups if self._withheld((measure, (name, g), "n"))]
            if self._withheld((measure, None, "n")) or not hidden:
                continue
            if self._few(measure, hidden):
                left = sum(self.truth[measure, key, "n"] for key in hidden)
                found.append(Leak((measure, hidden[0], "n"), left, left, left, "union"))
        return found


def _flat(own: Mapping[str, Any]) -> list[int]:
    return [*own["kinds"], own["answers"], own["stars"], own["paid"]]


Statuses = dict[tuple[str, tuple[str, str] | None], tuple[str, Mapping[str, Any]]]


def statuses(printed: Mapping[str, Any]) -> Statuses:
    """Return each cell of a publication with its status and its row."""
    found: Statuses = {}
    for question in printed["questions"]:
        measure = question["measure"]
        if question["everybody"] is not None:
            row = question["everybody"] | {"per": question["per"], "unit": question["unit"]}
            found[measure, None] = (row["status"], row)
        for table in question["tables"]:
            for row in table["rows"]:
                told = row | {"per": question["per"], "unit": question["unit"]}
                found[measure, (table["segment"], row["group"])] = (row["status"], told)
    return found


def read(row: Mapping[str, Any], which: str) -> tuple[float, float] | None:
    """Return the ends that a printed row gives a number: counts to 5, shares of such counts."""
    n = row["n"]
    if row["status"] == "empty":
        return 0.0, 0.0
    near = (max(n - 2, 0), n + 2)
    figure = row["figure"]
    if which == "n" or figure is None:
        return near if which == "n" else None
    if which == "sum":
        if row["unit"] not in ("money", "rating"):
            return None
        places = len(
            figure["text"].partition(".")[2].rstrip("abcdefghijklmnopqrstuvwxyzUSD ") or ""
        )
        half = 0.5 * 10.0**-places
        return max(0.0, (figure["value"] - half) * near[0]), (figure["value"] + half) * near[1]
    if row["unit"] != "share":
        return None
    x = _events(row, n)
    return x if which == "x" else (max(0.0, near[0] - x[1]), near[1] - x[0])


def _events(row: Mapping[str, Any], n: int) -> tuple[float, float]:
    """Return the ends of the events: which counts, rounded, are printed as this share."""
    figure, per = row["figure"], row["per"]
    if figure["code"] is not None:
        edge = math.ceil(n * max(3 / n, 0.05 if n < 200 else 0.0)) + 3
        return (0.0, edge) if figure["code"] == "fewer" else (n - edge - 2, n + 2.0)
    value = figure["value"]
    step = 0.0051 if n < 200 else 0.51 / per
    fit = [x for x in range(0, n + 1, 5) if abs(_shown(x, n) - value) <= step]
    assert fit, (row, n)
    return max(0.0, min(fit) - 2.0), max(fit) + 2.0


def _shown(x: int, n: int) -> float:
    return min(max(round(x / n, 2), 0.05), 0.95) if n < 200 else x / n


def told(printed: Mapping[str, Any], base: int = 5) -> list[str]:
    """Return the printed numbers that say more than rounding and coding allow."""
    found = []
    for (measure, key), (status, row) in statuses(printed).items():
        if status != "shown":
            continue
        n, figure = row["n"], row["figure"]
        if n < 10 or n % base:
            found.append(f"{measure} {key}: {n} cases")
        if row["unit"] != "share" or figure["code"] is not None:
            continue
        share = figure["value"]
        if n < 200 and not 0.05 <= share <= 0.95:
            found.append(f"{measure} {key}: {share} of {n} is near an end")
    return found


def printed(publication: Any) -> dict[str, Any]:
    """Return what stands in `public.json`."""
    tree = json.loads(publication.to_json())
    assert isinstance(tree, dict)
    return tree


Publish = Callable[[AuditRecord], Any]
