"""Adjusting p-values for the number of comparisons. Comparisons run along the last axis."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careaudit.stats.arrays import Floats, finite, numbers


def weighted_holm(p: ArrayLike, weights: ArrayLike) -> Floats:
    """Return p adjusted so that rejecting at alpha keeps the family-wise error at alpha.

    Weights are positive and need not sum to 1; equal weights give plain Holm.
    ValueError for a p outside [0, 1] or a weight of 0 or less. Source: Holm 1979.
    """
    p = numbers("p", p, 0.0, 1.0)
    weights = finite("weights", weights, low=0.0)
    if (weights == 0).any():
        raise ValueError("weights must be above 0, got 0")
    p, weights = np.broadcast_arrays(p, weights)
    order = np.argsort(p / weights, axis=-1, kind="stable")
    ranked = np.take_along_axis(weights, order, axis=-1)
    remaining = np.flip(np.cumsum(np.flip(ranked, axis=-1), axis=-1), axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * (remaining / ranked)
    return _unsorted(np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Return p adjusted so that listing all below q keeps the false discovery rate at q.

    For exploratory tables only. Source: Benjamini & Hochberg 1995.
    """
    p = numbers("p", p, 0.0, 1.0)
    order = np.argsort(p, axis=-1, kind="stable")
    steps = np.take_along_axis(p, order, axis=-1) * p.shape[-1] / np.arange(1, p.shape[-1] + 1)
    largest_first = np.flip(steps, axis=-1)
    adjusted = np.flip(np.minimum.accumulate(largest_first, axis=-1), axis=-1)
    return _unsorted(np.minimum(adjusted, 1.0), order)


def _unsorted(values: Floats, order: NDArray[np.intp]) -> Floats:
    """Put sorted values back where they came from."""
    result = np.empty_like(values)
    np.put_along_axis(result, order, values, axis=-1)
    return result
