"""fairlearn's own examples through our wrappers: its results, and those that it publishes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from careaudit.remedies.learned import cut_by_group, reduced

GROUPS = np.array(list("AAAAAAABBBBBBBCCCCCC"))


def test_the_docstring_example_of_threshold_optimizer():
    """fairlearn 0.15, ThresholdOptimizer: the lots that it draws are decided by our chances."""
    from fairlearn.postprocessing import ThresholdOptimizer

    x = np.arange(10.0)[:, None]
    y = [1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    groups = np.array(["a", "b", "a", "a", "b", "a", "b", "b", "a", "b"])

    def made():
        return ThresholdOptimizer(
            estimator=LogisticRegression().fit(x, y),
            constraints="false_negative_rate_parity",
            objective="balanced_accuracy_score",
            prefit=True,
            predict_method="predict_proba",
        )

    ours = cut_by_group(made(), x, y, groups, x, groups)
    theirs = made().fit(x, y, sensitive_features=groups)
    for seed in range(20):
        drawn = theirs.predict(x, sensitive_features=groups, random_state=seed)
        lots = np.random.RandomState(seed).rand(10)
        assert ((ours >= lots) == drawn).all()


class Given(BaseEstimator):
    """Scores that are given."""

    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        return np.asarray(x)[:, 0]


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        # fairlearn, test_threshold_optimization.py: chances by group and score, and so the rates.
        ("demographic_parity", {("A", 1): 0.8008, ("A", 3): 0.0, ("B", 0): 0.00133333333333,
                                ("B", 1): 1.0, ("C", 0): 0.0, ("C", 1): 0.608, ("C", 2): 1.0}),
        ("equalized_odds", {("A", 3): 0.334 * 0.001996007984031716,
                            ("B", 1): 0.334 * 0.1991991991991991 + 1 - 0.1991991991991991,
                            ("C", 0): 0.0, ("C", 1): 0.501, ("C", 2): 1.0}),
    ],
)  # fmt: skip
def test_the_published_thresholds_of_fairlearns_own_data(constraints, expected):
    from fairlearn.postprocessing import ThresholdOptimizer

    y = np.array([int(x) for x in "01101000010111000111"])
    scores = np.array([int(x) for x in "00112330001111011112"], dtype=float)[:, None]
    optimizer = ThresholdOptimizer(
        estimator=Given(), constraints=constraints, flip=True, predict_method="predict"
    )
    asked = np.array([[float(score)] for _, score in expected])
    names = np.array([name for name, _ in expected])
    found = cut_by_group(optimizer, scores, y, GROUPS, asked, names)
    assert found == pytest.approx(list(expected.values()), abs=1e-8)
    if constraints == "demographic_parity":
        each = cut_by_group(optimizer, scores, y, GROUPS, scores, GROUPS)
        assert [each[name == GROUPS].mean() for name in "ABC"] == pytest.approx([0.572] * 3)


class LeastSquares(BaseEstimator):
    """Weighted least squares, cut at one half."""

    def fit(self, x, y, sample_weight):
        root = np.sqrt(np.asarray(sample_weight))
        matrix, target = np.asarray(x) * root[:, None], np.asarray(y) * root
        self.weights_ = np.linalg.lstsq(matrix, target, rcond=-1)[0]
        return self

    def predict(self, x):
        return 1 * (np.asarray(x) @ self.weights_ > 0.5)


@pytest.mark.parametrize(
    ("eps", "disparity", "error"),
    [(0.100, 0.100, 0.250000), (0.050, 0.050, 0.266522), (0.020, 0.020, 0.332261)],
)
def test_the_published_results_of_exponentiated_gradient(eps, disparity, error):
    """fairlearn, test_exponentiatedgradient_smoke.py: disparity and error of its own data."""
    from fairlearn.reductions import DemographicParity, ExponentiatedGradient

    columns = ("01101010111101001011", "00001000000011111111", "1" * 20)
    x = np.array([[int(v) for v in column] for column in columns], dtype=float).T
    y = np.array([int(v) for v in "01101000010111001111"])
    mitigator = ExponentiatedGradient(
        LeastSquares(), DemographicParity(difference_bound=eps), eps=eps
    )
    chance = reduced(mitigator, x, y, GROUPS, x)
    assert np.abs(chance - y).mean() == pytest.approx(error, abs=1e-6)
    rates = [chance[name == GROUPS].mean() for name in "ABC"]
    assert max(abs(rate - chance.mean()) for rate in rates) == pytest.approx(disparity, abs=1e-6)


def test_our_wrappers_decide_by_fairlearns_lots():
    from fairlearn.postprocessing import ThresholdOptimizer
    from fairlearn.reductions import DemographicParity, ExponentiatedGradient

    rng = np.random.default_rng(3)
    x = rng.normal(size=(150, 2))
    groups = np.where(rng.random(150) < 0.4, "low", "other")
    y = (x[:, 0] + 0.8 * (groups == "other") + rng.normal(size=150) > 0).astype(int)
    model = LogisticRegression().fit(x, y)
    optimizer = ThresholdOptimizer(
        estimator=model, constraints="demographic_parity", prefit=True,
        predict_method="predict_proba",
    )  # fmt: skip
    mitigator = ExponentiatedGradient(LogisticRegression(), DemographicParity(), max_iter=5)
    ours = cut_by_group(optimizer, x, y, groups, x, groups)
    also = reduced(mitigator, x, y, groups, x)
    for seed in range(5):
        lots = np.random.RandomState(seed).rand(len(x))
        drawn = optimizer.predict(x, sensitive_features=groups, random_state=seed)
        assert ((ours >= lots) == drawn).all()
        assert ((also >= lots) == mitigator.predict(x, random_state=seed)).all()
    assert len(np.unique(also)) > 1
