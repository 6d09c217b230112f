"""Someone who works out from publications what they withhold.

The attacker shares no code with the program. It sees `public.json`, and what its readers know: what
the measures count, that groups add up to everybody, which column a group without a value comes
from, how numbers are rounded, and which rows are withheld. An insider knows besides the exact
numbers behind all that is printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from drawn_logs import COUNTED, KINDS, MEANS, SHARES, SUMS, Flags, Floats, Log
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

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

    def __init__(
        self,
        printed: Mapping[str, Any],
        log: Log,
        *,
        exact: bool,
        base: int = 5,
        system: System | None = None,
    ) -> None:
        self.log = log
        self.exact, self.base = exact, base
        self.truth = truth(log)  # an outsider only reads the numbers' names here
        self.system = system or System()
        self.status: Statuses = {}
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
        self._totals()
        self.learn(printed)

    def learn(self, printed: Mapping[str, Any]) -> None:
        """Read a publication, or another one of the same decisions: what either shows is shown."""
        for (measure, key), (status, row) in statuses(printed).items():
            if status != "withheld":
                self._read(measure, key, row)
            if self.hidden((measure, key, "n")):
                self.status[measure, key] = (status, row)

    def follow(self, old: Attacker) -> None:
        """Take the decisions of an earlier publication for some of those of this one.

        Both must have one system, and logs with the same groups and measures.
        """
        for key, own in self._decisions.items():
            for new, was in zip(_flat(own), _flat(old._decisions[key]), strict=True):
                self.system.learn({new: 1.0, was: -1.0}, 0)

    def growth(self, old: Attacker, number: Number) -> tuple[float, float]:
        """Return the ends of what a number is more than in an earlier publication; see `follow`."""
        return self._ends(self.sum(number) | {p: -c for p, c in old.sum(number).items()})

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

    def _read(self, measure: str, key: tuple[str, str] | None, row: Mapping[str, Any]) -> None:
        for which in ("n", "x", "y", "sum"):
            number = (measure, key, which)
            if number not in self.truth:
                continue
            value = self.truth[number]
            ends = (value, value) if self.exact else read(row, which, self.base)
            if ends is not None:
                assert ends[0] - 1e-6 <= value <= ends[1] + 1e-6, (number, value, ends, row)
                self.system.learn(self.sum(number), *ends)

    # What it finds.

    def leaks(self) -> list[Leak]:
        """Return the withheld numbers that it can work out, by whole numbers, and those it sees."""
        goals = {n: v for n, v in self.truth.items() if self.hidden(n)}
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
        return self._ends(self.sum(number))

    def _ends(self, sum_: Mapping[int, float]) -> tuple[float, float]:
        least = self.system.most({p: -c for p, c in sum_.items()})
        most = self.system.most(sum_)
        at = lambda point: sum(c * point[p] for p, c in sum_.items())  # noqa: E731
        return at(least), at(most)

    def hidden(self, number: Number) -> bool:
        """Whether the cell of a number is printed nowhere."""
        measure, key, _ = number
        return self.status.get((measure, key), ("withheld", {}))[0] == "withheld"

    def _directions(self) -> Iterable[dict[int, float]]:
        """Yield goals that push one withheld group of each segment up, and so the others down."""
        hidden: dict[str, dict[str, dict[int, float]]] = {name: {} for name in self.log.segments}
        for number in self.truth:
            key = number[1]
            if key is not None and self.hidden(number):
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
        if which not in secret or (which == "n" and self._open(measure, key)):
            return True
        margin = 0.2 * value if few or which == "sum" else 0.0
        margin = (margin if which == "sum" else max(5.0, margin)) - 1e-4
        if low > 1e-4 and min(value - low, high - value) < margin:
            return False
        return not (few and which in ("n", "sum") and high - value < margin)

    def _open(self, measure: str, key: tuple[str, str] | None) -> bool:
        """Whether numbers that are printed of the same customers say how many cases there are.

        Such as 9 refused of 40, where of the 9 it is withheld how many contested.
        """
        if measure not in COUNTED:
            return False
        twins = {key, *(one for group in self.log.same if key in group for one in group)}
        known = [
            _mark(kinds)
            for (other, group), (status, _) in self.status.items()
            if group in twins and other in COUNTED and status != "withheld"
            for kinds in COUNTED[other]
        ]
        rank = np.linalg.matrix_rank
        return bool(known) and rank(known) == rank([*known, _mark(COUNTED[measure][0])])

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
            hidden = [(name, g) for g in groups if self.hidden((measure, (name, g), "n"))]
            if self.hidden((measure, None, "n")) or not hidden:
                continue
            if self._few(measure, hidden):
                left = sum(self.truth[measure, key, "n"] for key in hidden)
                found.append(Leak((measure, hidden[0], "n"), left, left, left, "union"))
        return found


def _mark(kinds: frozenset[int]) -> list[int]:
    return [int(kind in kinds) for kind in range(len(KINDS))]


def _flat(own: Mapping[str, Any]) -> list[int]:
    return [*own["kinds"], own["answers"], own["stars"], own["paid"]]


Statuses = dict[tuple[str, tuple[str, str] | None], tuple[str, Mapping[str, Any]]]


def statuses(printed: Mapping[str, Any]) -> Statuses:
    """Return each cell of a publication with its status and its row."""
    found: Statuses = {}
    coded = printed.get("rules", {}).get("coded", (5, 95))
    for question in printed["questions"]:
        measure = question["measure"]
        told = {"per": question["per"], "unit": question["unit"], "coded": coded}
        if question["everybody"] is not None:
            row = question["everybody"] | told
            found[measure, None] = (row["status"], row)
        for table in question["tables"]:
            for row in table["rows"]:
                found[measure, (table["segment"], row["group"])] = (row["status"], row | told)
    return found


def read(row: Mapping[str, Any], which: str, base: int = 5) -> tuple[float, float] | None:
    """Return the ends that a printed row gives a number: counts to a base, and shares of them."""
    n = row["n"]
    half = base // 2
    if row["status"] == "empty":
        return 0.0, 0.0
    near = (max(n - half, 0), n + half)
    figure = row["figure"]
    if which == "n" or figure is None:
        return near if which == "n" else None
    if which == "sum":
        if row["unit"] not in ("money", "rating"):
            return None
        places = len(
            figure["text"].partition(".")[2].rstrip("abcdefghijklmnopqrstuvwxyzUSD ") or ""
        )
        off = 0.5 * 10.0**-places
        return max(0.0, (figure["value"] - off) * near[0]), (figure["value"] + off) * near[1]
    if row["unit"] != "share":
        return None
    x = _events(row, n, base)
    return x if which == "x" else (max(0.0, near[0] - x[1]), near[1] - x[0])


def _events(row: Mapping[str, Any], n: int, base: int) -> tuple[float, float]:
    """Return the ends of the events: which counts, rounded, are printed as this share."""
    figure, per = row["figure"], row["per"]
    if figure["code"] is not None:
        edge = math.ceil(n * max(3 / n, 0.05 if n < 200 else 0.0)) + 3
        return (0.0, edge) if figure["code"] == "fewer" else (n - edge - 2, n + 2.0)
    value = figure["value"]
    step = 0.0051 if n < 200 else 0.51 / per
    fit = [x for x in range(0, n + 1, base) if abs(_shown(x, n, row["coded"]) - value) <= step]
    assert fit, (row, n)
    half = base // 2
    return max(0.0, min(fit) - half), float(max(fit) + half)


def _shown(x: int, n: int, coded: Sequence[int]) -> float:
    low, high = (end / 100 for end in coded)
    return min(max(round(x / n, 2), low), high) if n < 200 else x / n


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
