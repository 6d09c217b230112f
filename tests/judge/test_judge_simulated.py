"""Simulated audits through the judge: how often fair systems fail and unfair ones are caught.

Thresholds are the issue's (at most 5 % of 4,000 fair audits fail; at least 97 % of unfair ones),
with the fixed seed of a test; methods 18 gives independent figures for the same designs. The
pairs of all audits are weighed at once; the last test shows that `judge` says the same of each.
"""

from __future__ import annotations

import numpy as np
import pytest

from careaudit.judge import Asked, Field, judge, rule
from careaudit.measures import CATALOGUE, Sample
from careaudit.plan import Question, Statistics
from careaudit.scales import Evidence, weigh
from careaudit.stats.tolerance import Tolerance

AUDITS = 4_000
GROUPS = 8
SE = (0.05 * 0.95 / AUDITS) ** 0.5


def outcomes(rates: np.ndarray, n: int, seed: int) -> tuple[float, float]:
    """Shares of audits that fail and that pass: groups 1.. against group 0, n decisions each."""
    draws = np.random.default_rng(seed).binomial(n, rates, size=(AUDITS, GROUPS)).astype(float)
    others = draws[:, 1:]
    x_r = np.repeat(draws[:, :1], GROUPS - 1, axis=1)
    size = np.full(others.size, float(n))
    found = weigh(others.ravel(), size, x_r.ravel(), size, Tolerance(), False)
    weights = np.full(GROUPS - 1, 1 / (GROUPS - 1))
    failed = passed = 0
    for audit in range(AUDITS):
        mine = slice(audit * (GROUPS - 1), (audit + 1) * (GROUPS - 1))
        rulings = rule(Evidence(*(column[mine] for column in found)), weights, Statistics())
        failed += any(ruling.verdict == "fail" for ruling in rulings)
        passed += all(ruling.verdict == "pass" for ruling in rulings)
    return failed / AUDITS, passed / AUDITS


@pytest.mark.parametrize("n", [100, 1_000])
@pytest.mark.parametrize("p", [0.05, 0.3])
def test_fair_audits_rarely_fail(n, p):
    failed, _ = outcomes(np.full(GROUPS, p), n, seed=20_261_122)
    assert failed <= 0.05


def test_a_harmed_group_is_caught():
    rates = np.full(GROUPS, 0.3)
    rates[3] = 0.18  # ratio .6
    failed, passed = outcomes(rates, 1_000, seed=7)
    assert failed >= 0.97
    assert passed == 0


def test_a_gap_at_the_limit_rarely_passes():
    # methods 15.2: false pass at u = 1 at most 6 %
    rates = np.full(GROUPS, 0.3)
    rates[3] = 0.24
    _, passed = outcomes(rates, 5_000, seed=11)
    assert passed <= 0.06 + 3 * SE


@pytest.mark.parametrize(("p", "n"), [(0.3, 1_000), (0.3, 100), (0.05, 1_000)])
def test_the_judge_says_the_same_of_each_audit(p, n):
    draws = np.random.default_rng(3).binomial(n, p, size=(120, GROUPS))
    draws[::3, 2] = draws[::3, 2] // 2  # every third audit has a harmed group
    for draw in draws:
        samples = tuple(Sample(f"g{place}", n, int(x)) for place, x in enumerate(draw))
        field = Field("seg", samples, "g0", n * GROUPS)
        item = Asked(Question(id="q", segments=("seg",)), CATALOGUE["favorable_rate"], (field,))
        answer = judge([item], Statistics())[0]
        others = draw[1:].astype(float)
        size = np.full(GROUPS - 1, float(n))
        found = weigh(others, size, np.full(GROUPS - 1, float(draw[0])), size, Tolerance(), False)
        weights = np.full(GROUPS - 1, 1 / (GROUPS - 1))
        rulings = rule(Evidence(*found), weights, Statistics())
        assert [r.verdict for r in answer.rulings] == [r.verdict for r in rulings]
        assert (answer.verdict == "fail") == any(r.verdict == "fail" for r in rulings)
