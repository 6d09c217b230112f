"""Simulated releases: how often one that did not change is stopped, and a worse one let through.

Thresholds are the issue's: an unchanged release is closed in at most 5 % of runs. The seed is
fixed. All runs are weighed at once by the code that compares two records.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from careaudit import judge, scales
from careaudit.plan import Statistics
from careaudit.releases.rows import ruled, weigh
from careaudit.releases.units import Both, Tally, Unit
from careaudit.stats.multiplicity import weighted_holm
from careaudit.stats.tolerance import Tolerance

RUNS = 1_000
SE = (0.05 * 0.95 / RUNS) ** 0.5
MARGIN = 0.02
ALONE = frozenset({"g"})


class Shares(NamedTuple):
    """Shares of runs that pass, fail for a worsening, and fail in either way."""

    passed: float
    worse: float
    failed: float


def unit(group: Both, reference: Both) -> Unit:
    return Unit("g", group, "r", reference, ALONE, ALONE, must_pass=True)


def both(old: float, new: float, n: int, flips: tuple[float, ...] | None = None) -> Both:
    return Both(Tally(n, old / n, n), Tally(n, new / n, n), flips)


def shares(units: list[list[Unit]], own_fails: np.ndarray) -> Shares:
    """Judge runs, each a list of one row a group."""
    groups = len(units[0])
    found = weigh([row for run in units for row in run], adverse=True)
    adjusted = weighted_holm(found.p.reshape(-1, groups), np.full(groups, 1 / groups)).ravel()
    verdicts = np.array(
        [
            ruled(upper, lower, p, "no_strata", margin=MARGIN, alpha=0.05, must_pass=True)[0]
            for upper, lower, p in zip(found.upper, found.lower80, adjusted, strict=True)
        ]
    ).reshape(-1, groups)
    worse = (verdicts == "fail").any(axis=1)
    passed = (verdicts == "pass").all(axis=1) & ~own_fails
    return Shares(passed.mean(), worse.mean(), (worse | own_fails).mean())


def own_verdicts_fail(x: np.ndarray, n: int) -> np.ndarray:
    """Whether the new release fails by itself: groups 1.. against group 0."""
    others, size = x[:, 1:].astype(float), float(n)
    reference = np.repeat(x[:, :1].astype(float), others.shape[1], axis=1)
    sizes = np.full(others.size, size)
    found = scales.weigh(others.ravel(), sizes, reference.ravel(), sizes, Tolerance(), True)
    groups = others.shape[1]
    weights = np.full(groups, 1 / groups)
    fails = []
    for run in range(len(x)):
        mine = slice(run * groups, (run + 1) * groups)
        rulings = judge.rule(
            judge.Evidence(*(column[mine] for column in found)), weights, Statistics()
        )
        fails.append(any(ruling.verdict == "fail" for ruling in rulings))
    return np.array(fails)


def two_logs(old: list[float], new: list[float], n: int, seed: int) -> Shares:
    """Releases that decided n cases of their own in each group; group 0 is the reference."""
    rng = np.random.default_rng(seed)
    x_old, x_new = (rng.binomial(n, rates, size=(RUNS, len(rates))) for rates in (old, new))
    units = [
        [unit(both(o[g], w[g], n), both(o[0], w[0], n)) for g in range(1, len(old))]
        for o, w in zip(x_old, x_new, strict=True)
    ]
    return shares(units, own_verdicts_fail(x_new, n))


def same_cases(rate: float, turned: float, harm: list[float], n: int, seed: int) -> Shares:
    """Releases that decided the same n cases in each group; `turned` of them either way."""
    rng = np.random.default_rng(seed)
    cells = [(rate - turned, turned, turned + more, 1 - rate - turned - more) for more in harm]
    draws = [rng.multinomial(n, cell, RUNS) for cell in cells]
    x_new = np.array([draw[:, 0] + draw[:, 2] for draw in draws]).T

    def side(draw: np.ndarray) -> Both:
        a, b, c, _ = draw
        return both(a + b, a + c, n, tuple(map(float, draw)))

    units = [
        [unit(side(draws[g][run]), side(draws[0][run])) for g in range(1, len(harm))]
        for run in range(RUNS)
    ]
    return shares(units, own_verdicts_fail(x_new, n))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(lambda: two_logs([0.05] * 4, [0.05] * 4, 10_000, 1), id="two logs, 5 %"),
        pytest.param(lambda: two_logs([0.30] * 2, [0.30] * 2, 30_000, 2), id="two logs, 30 %"),
        pytest.param(lambda: same_cases(0.30, 0.03, [0.0] * 4, 10_000, 3), id="same cases"),
    ],
)
def test_a_release_that_did_not_change_is_rarely_closed(found):
    assert found().passed >= 0.95


@pytest.mark.parametrize("n", [100, 1_000, 10_000])
@pytest.mark.parametrize("rate", [0.05, 0.30])
def test_a_release_that_did_not_change_is_rarely_called_worse(n, rate):
    # The new release's own verdict has a false alarm rate of its own: see test_judge_simulated.
    for found in (
        two_logs([rate] * 5, [rate] * 5, n, 4),
        same_cases(rate, rate / 5, [0.0] * 5, n, 5),
    ):
        assert found.worse <= 0.05
        assert found.failed <= 0.05 or n < 10_000


def test_a_worse_release_fails():
    worse = two_logs([0.30, 0.30, 0.30], [0.30, 0.36, 0.30], 10_000, 6)
    assert worse.worse > 0.95
    assert worse.passed == 0
    assert same_cases(0.30, 0.03, [0.0, 0.06], 10_000, 7).worse > 0.95


def test_a_worsening_of_the_margin_rarely_passes():
    rates = [0.05, 0.05], [0.05, 0.05 + MARGIN]
    assert two_logs(*rates, 10_000, 8).passed <= 0.05 + 3 * SE
    assert same_cases(0.30, 0.03, [0.0, MARGIN], 10_000, 9).passed <= 0.05 + 3 * SE


@pytest.mark.parametrize("n", [1_000, 10_000])
def test_an_equally_unequal_release_never_passes(n):
    found = two_logs([0.20, 0.40], [0.20, 0.40], n, 10)
    assert found.passed == 0
    assert found.failed == 1
    assert found.worse <= 0.05
