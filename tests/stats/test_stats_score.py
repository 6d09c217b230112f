"""The Equity Impact Score: the examples and properties of methods 12."""

import numpy as np
import pytest

from careaudit.stats.score import evidence, reach, severity_score
from careaudit.stats.tolerance import Tolerance, u_high, u_low

SEED = (1280, 2000, 4560, 6000)


def test_the_seed_pair():
    s = np.sqrt(0.64 * 0.36 / 2000 + 0.76 * 0.24 / 6000) / 0.1
    assert s == pytest.approx(0.120665, abs=1e-6)
    b = evidence(1.2, s).b
    assert b == pytest.approx([0.989889], abs=1e-6)
    m = reach(240)
    assert m == pytest.approx(1.476403, abs=1e-6)
    u = np.array([1.2 * b[0], u_low(*SEED, Tolerance()), u_high(*SEED, Tolerance())])
    assert 1 + (u[0] - 1) * m == pytest.approx(1.277367, abs=1e-6)
    # The printed 66.784660 follows from the u_hi and m printed with 6 decimals, hence 2e-5.
    assert severity_score(u, m) == pytest.approx([58.745225, 50.144546, 66.784660], abs=2e-5)
    assert severity_score(1.399673, 1.476403) == pytest.approx(66.784660, abs=1e-6)


def test_four_pairs():
    u, s = np.array([0.3, 1.8, 0.1, 0.6]), np.array([0.4, 0.35, 0.3, 0.5])
    t2, b = evidence(u, s)
    assert t2 == pytest.approx(0.790678, abs=1e-6)
    assert b == pytest.approx([0.831699, 0.865853, 0.897806, 0.759772], abs=1e-6)
    expected = [15.881778, 66.050450, 6.033436, 27.092620]
    assert severity_score(b * u, 1.0) == pytest.approx(expected, abs=1e-5)


def test_anchors_of_the_score():
    assert severity_score([0.0, 1.0], [[1.0], [2.0]]) == pytest.approx(np.array([[0, 50]] * 2))
    assert reach([0, 99_999, 10**9]) == pytest.approx([1, 2, 2])
    assert severity_score(60.0, 2.0) == pytest.approx(100)


def test_noise_is_no_evidence():
    # sum u^2/s^2 <= pairs
    assert evidence([0.5, 0.5], [1.0, 1.0]).t2 == 0
    assert evidence([0.5, 0.5], [1.0, 1.0]).b.tolist() == [0, 0]


def test_certain_disparities():
    assert evidence([2.0, 0.0], [0.0, 0.0]).b == pytest.approx([1.0, 1.0])
    assert evidence([0.0], [0.0]).b.tolist() == [0.0]


def test_questions_in_one_call():
    u, s = np.array([[0.3, 1.8], [0.1, 0.6]]), np.array([[0.4, 0.35], [0.3, 0.5]])
    together = evidence(u, s)
    for row in range(2):
        assert together.b[row] == pytest.approx(evidence(u[row], s[row]).b)


def test_monotone_in_gap_and_reach():
    u = np.linspace(0, 4, 81)
    m = reach(np.geomspace(1, 1e6, 30))[:, None]
    score = severity_score(u, m)
    assert (np.diff(score, axis=1) > 0).all()
    assert (np.diff(score, axis=0) >= 0).all()


def test_impossible_values_are_named():
    with pytest.raises(ValueError, match="s must"):
        evidence([1.0], [-1.0])
    with pytest.raises(ValueError, match="excess_per_30_days"):
        reach(-1)
    with pytest.raises(ValueError, match="m must"):
        severity_score(1.0, 0.5)
