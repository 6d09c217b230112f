"""How many people a gap has cost: decisions that equal treatment would have given."""

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.arrays import Estimate, Floats, finite, numbers, two_sided_z


def excess(
    n_g: ArrayLike,
    p_g: ArrayLike,
    v_g: ArrayLike,
    p_r: ArrayLike,
    v_r: ArrayLike,
    adverse: bool = False,
    level: float = 0.95,
) -> Estimate:
    """Return the decisions segment g lost against the reference's rate; positive is harm.

    n_g: decisions of g, taken as fixed; p: rates; v: their variances, p(1-p)/n times the design
    effect. Normal interval. `adverse` counts what g got too much of.
    """
    n_g, gap = _losses(n_g, p_g, p_r, adverse)
    v_g, v_r = finite("v_g", v_g, low=0.0), finite("v_r", v_r, low=0.0)
    return _estimate(n_g * gap, n_g * np.sqrt(v_g + v_r), level)


def total_excess(
    n_g: ArrayLike,
    p_g: ArrayLike,
    v_g: ArrayLike,
    p_r: float,
    v_r: float,
    adverse: bool = False,
    level: float = 0.95,
) -> Estimate:
    """Return the sum of `excess` over segments (last axis) that share one reference.

    The reference's error moves all segments together: var = sum n_g^2 v_g + (sum n_g)^2 v_r.
    """
    n_g, gap = _losses(n_g, p_g, p_r, adverse)
    v_g, reference = finite("v_g", v_g, low=0.0), finite("v_r", v_r, low=0.0)
    variance = (n_g**2 * v_g).sum(axis=-1) + n_g.sum(axis=-1) ** 2 * reference
    return _estimate((n_g * gap).sum(axis=-1), np.sqrt(variance), level)


def _losses(n_g: ArrayLike, p_g: ArrayLike, p_r: ArrayLike, adverse: bool) -> tuple[Floats, Floats]:
    """Return the decisions and the rate lost per decision."""
    gap = numbers("p_r", p_r, 0.0, 1.0) - numbers("p_g", p_g, 0.0, 1.0)
    return finite("n_g", n_g, low=0.0), -gap if adverse else gap


def _estimate(value: Floats, se: Floats, level: float) -> Estimate:
    """Return the value with its normal interval."""
    arm = two_sided_z(level) * se
    return Estimate(value, value - arm, value + arm, se)
