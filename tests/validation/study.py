"""What a validation study finds, the bound it must keep, and the table of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from careaudit.stats.bootstrap import generator

AT_ONCE = 500  # runs held in memory

INTRO = """\
# Validation study

Simulated logs of which the truth is known, judged by the code of this repository: how often does
a system that treats everybody alike fail, how often does one at the limit pass, and how often does
an interval hold the truth? `make validate` writes this file; the random numbers are fixed, so that
the same code finds the same. `make test` runs a short version.

Bounds: a system that treats everybody alike fails in at most 5 % of audits (and three standard
errors of the simulation), in 6 % where customers come back; one exactly at the limit passes in at
most 6 %; a 95 % interval holds the truth in at least 93 %; power is within 3 points of that in the
specification the project is built to. A bound is never moved to fit: *not met* says so.
"""


@dataclass(frozen=True)
class Bound:
    """Between which shares a finding must lie."""

    low: float = 0.0
    high: float = 1.0

    def met(self, found: float, slack: float = 0.0) -> bool:
        """Whether the finding keeps the bound, or misses it by no more than `slack`."""
        return self.low - slack - 1e-12 <= found <= self.high + slack + 1e-12

    def beyond(self, found: float) -> float:
        """How far a finding is outside the bound; below 0 inside."""
        under = self.low - found if self.low > 0 else -1.0
        over = found - self.high if self.high < 1 else -1.0
        return max(under, over)

    def __str__(self) -> str:
        if self.low <= 0:
            return f"at most {percent(self.high)}"
        if self.high >= 1:
            return f"at least {percent(self.low)}"
        return f"{percent(self.low)} to {percent(self.high)}"


def error(bound: float, runs: int) -> float:
    """The standard error of a share found in `runs` runs, were the truth at the bound."""
    return float((bound * (1 - bound) / runs) ** 0.5)


def at_most(share: float) -> Bound:
    return Bound(high=share)


def at_least(share: float) -> Bound:
    return Bound(low=share)


def near(share: float, points: float = 3) -> Bound:
    """Within some percentage points of a published share."""
    return Bound(max(share - points / 100, 0.0), min(share + points / 100, 1.0))


@dataclass(frozen=True)
class Finding:
    """One line of the table: a share of runs, beside its bound. No runs: computed exactly."""

    study: str
    setting: str
    runs: int | None
    found: float
    bound: Bound

    @property
    def met(self) -> bool:
        return self.bound.met(self.found)


class Drawn(NamedTuple):
    """The ends of an interval in every run, and the truth."""

    low: np.ndarray
    high: np.ndarray
    truth: float | np.ndarray


@dataclass(frozen=True)
class Interval:
    """A 95 % interval in one setting, over logs drawn with random numbers of its own name.

    `published` is what methods found, where it says. `slow` ones cost a search or a bootstrap for
    every run.
    """

    name: str
    setting: str
    draw: Callable[[np.random.Generator, int], Drawn]
    published: str = ""
    slow: bool = False

    def coverage(self, runs: int) -> float:
        """The share of runs whose interval holds the truth."""
        random, held = generator(self.name, self.setting), 0
        for start in range(0, runs, AT_ONCE):
            low, high, truth = self.draw(random, min(AT_ONCE, runs - start))
            held += int(((low <= truth) & (truth <= high)).sum())
        return held / runs


def percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def page(findings: Iterable[Finding], notes: Mapping[str, str]) -> str:
    """Return the results as Markdown: one line a study, then one line a setting.

    notes: a remark on a study, by its name.
    """
    studies = [(name, list(lines)) for name, lines in groupby(findings, lambda f: f.study)]
    summary = [_summary(name, lines) for name, lines in studies]
    parts = [
        INTRO,
        _table(("study", "settings", "runs of each", "worst found", "bound", "met"), summary),
    ]
    missed = [line for _, lines in studies for line in lines if not line.met]
    if missed:
        rows = [(f.study, f.setting, _runs(f), percent(f.found), str(f.bound)) for f in missed]
        parts += [
            "## Not met\n",
            _table(("study", "setting", "runs", "found", "bound"), rows),
        ]
    for name, lines in studies:
        rows = [(f.setting, _runs(f), percent(f.found), str(f.bound), _word(f.met)) for f in lines]
        note = [f"{notes[name]}\n"] if name in notes else []
        table = _table(("setting", "runs", "found", "bound", ""), rows)
        parts += [f"## {name}\n", *note, table]
    return "\n".join(parts)


def _summary(name: str, lines: list[Finding]) -> tuple[str, ...]:
    runs = dict.fromkeys(_runs(line) for line in lines)
    worst = max(lines, key=lambda f: f.bound.beyond(f.found))
    kept = sum(f.met for f in lines)
    word = "met" if kept == len(lines) else f"**{len(lines) - kept} not met**"
    found = f"{percent(worst.found)} ({worst.setting})"
    return name, str(len(lines)), "; ".join(runs), found, str(worst.bound), word


def _runs(finding: Finding) -> str:
    return "exact" if finding.runs is None else f"{finding.runs:,}"


def _word(met: bool) -> str:
    return "met" if met else "**not met**"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
