"""Associations: the numbers of methods 7 and 8, scipy and scikit-learn as second witnesses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association as cramer
from sklearn.metrics import mutual_info_score

from careaudit.stats.association import association, log_odds, scan_score

TABLE = [[800, 1200], [600, 5400]]


def test_a_field_and_a_segment():
    # methods 8: chi2 935.064935, V .341882, corrected .341720, MI .051661, corrected .051599
    found = association(TABLE)
    assert found == pytest.approx((935.064935, 0.341882, 0.341720, 0.051661, 0.051599), abs=1e-6)


tables = st.lists(
    st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=4
).filter(lambda t: (np.array(t).sum(axis=0) > 0).all() and (np.array(t).sum(axis=1) > 0).all())


@given(tables)
def test_libraries_agree(table):
    found = association(table)
    counts = np.array(table)
    assert found.chi2 == pytest.approx(chi2_contingency(counts, correction=False).statistic)
    assert found.v == pytest.approx(cramer(counts, method="cramer"))
    assert found.mi == pytest.approx(mutual_info_score(None, None, contingency=counts), abs=1e-12)
    assert 0 <= found.v_corrected <= found.v + 1e-9
    turned = association(counts.T)
    assert turned == pytest.approx(found)


@pytest.mark.parametrize("table", [[[5, 5]], [[3], [4]], [[0, 0], [0, 0]], [[5, 0], [5, 0]]])
def test_one_row_or_column_goes_with_nothing(table):
    assert association(table) == (0, 0, 0, 0, 0)


def test_a_term_and_who_writes_it():
    # methods 8: 60/1000 v 30/1500, a_w 18, a_0 500: d .802298, se .183450, z 4.373391
    found = log_odds(60, 1000, 30, 1500, 18, 500)
    assert [float(v) for v in found] == pytest.approx((0.802298, 0.183450, 4.373391), abs=1e-6)
    back = log_odds(30, 1500, 60, 1000, 18, 500)
    assert float(back.z) == pytest.approx(-float(found.z))


def test_the_seed_case():
    # methods 8: "billing dispute" in 800 of 2000 and 600 of 6000 chats: z 32.639286
    found = log_odds(800, 2000, 600, 6000, 14, 80)
    assert float(found.z) == pytest.approx(32.639286, abs=1e-6)


def test_one_cell_of_the_scan():
    # methods 7: Y 30, n 50, p .4: q 2.25, F 4.054651
    assert scan_score([30], [50], [0.4]) == pytest.approx((2.25, 4.054651), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), st.floats(0.05, 0.95)),
                min_size=1, max_size=5))  # fmt: skip
def test_the_scan_finds_the_best_factor(cells):
    y, n, p = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    y = np.minimum(y, n)
    q, best = scan_score(y, n, p)
    tried = np.exp(np.linspace(0, 8, 400))
    others = [y.sum() * np.log(t) - (n * np.log1p(p * (t - 1))).sum() for t in tried]
    assert best >= max(others) - 1e-9
    assert q >= 1
