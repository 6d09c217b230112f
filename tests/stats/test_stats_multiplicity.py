"""Weighted Holm and Benjamini-Hochberg; the numbers are of methods 1.11."""

import numpy as np
import pytest

from careaudit.stats.multiplicity import benjamini_hochberg, weighted_holm

P = [0.004, 0.03, 0.02, 0.2]


def test_weighted_holm():
    assert weighted_holm(P, 1 / 4) == pytest.approx([0.016, 0.06, 0.06, 0.2])
    assert weighted_holm(P, [1 / 2, 1 / 6, 1 / 6, 1 / 6]) == pytest.approx([0.008, 0.06, 0.06, 0.2])


def test_benjamini_hochberg():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06]
    assert benjamini_hochberg(p) == pytest.approx([0.006, 0.024, 0.0504, 0.0504, 0.0504, 0.06])
    assert benjamini_hochberg(p[::-1]) == pytest.approx(benjamini_hochberg(p)[::-1])


def test_the_scale_of_weights_does_not_matter():
    weights = np.array([3.0, 1.0, 1.0, 1.0])
    assert weighted_holm(P, weights) == pytest.approx(weighted_holm(P, weights / 6))


def test_no_comparison_gives_no_adjusted_p():
    assert weighted_holm([], []).size == benjamini_hochberg([]).size == 0


def test_impossible_p_and_weights_are_named():
    with pytest.raises(ValueError, match=r"p must .* 1\.5"):
        weighted_holm([1.5], [1.0])
    with pytest.raises(ValueError, match="weights"):
        weighted_holm([0.5], [0.0])
    with pytest.raises(ValueError, match="nan"):
        benjamini_hochberg([np.nan])
