"""What the data could have shown: detectable gaps, decisions needed, and lucky findings."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from careaudit.stats.arrays import Bools, Floats, Table, bisect, finite, numbers
from careaudit.stats.kernels import difference_z, ratio_z
from careaudit.stats.tolerance import Tolerance

DETECTION = 0.80  # power at which a gap counts as detectable
MOST_DECISIONS = 1e12  # end of the search for the decisions needed


class Design(NamedTuple):
    """Power of a study, and what its significant findings are worth.

    type_s: chance that a significant finding has the wrong sign; type_m: factor by which it
    overstates the effect on average, inf for no effect.
    """

    power: Floats
    type_s: Floats
    type_m: Floats


def detectable_gap(
    p_r: ArrayLike, n_g: ArrayLike, n_r: ArrayLike, alpha: ArrayLike, adverse: bool = False
) -> Floats:
    """Return the smallest gap to p_r that the parity test finds with 80 % power.

    alpha: two-sided level of this pair after weighting. The harmed rate lies below p_r, above it
    for an adverse outcome. Where no gap is detectable the largest there can be is returned: p_r,
    or 1 - p_r for an adverse outcome.
    """
    rate = numbers("p_r", p_r, 0.0, 1.0)
    top = 1 - rate if adverse else rate
    # No decisions at all: so little information that nothing is detectable.
    inverse_g = 1 / np.maximum(finite("n_g", n_g, low=0.0), 1e-9)
    inverse_r = 1 / np.maximum(finite("n_r", n_r, low=0.0), 1e-9)
    z_parity = -ndtri(numbers("alpha", alpha, 1e-300, 1.0) / 2)
    z_power = ndtri(DETECTION)

    def missed(gap: Floats) -> Bools:
        low = top - gap
        pooled = (low * inverse_r + top * inverse_g) / (inverse_g + inverse_r)
        null = np.sqrt(pooled * (1 - pooled) * (inverse_g + inverse_r))
        real = np.sqrt(low * (1 - low) * inverse_g + top * (1 - top) * inverse_r)
        return np.asarray(gap < z_parity * null + z_power * real)

    largest = np.broadcast_arrays(top, inverse_g, inverse_r, z_parity)[0]
    return bisect(missed, 0.0, largest)[1]


def n_needed(
    p: ArrayLike,
    n_r: ArrayLike,
    tolerance: Tolerance,
    adverse: bool = False,
    power: float = 0.9,
    alpha: float = 0.05,
    *,
    protect: bool = False,
) -> Floats:
    """Return the decisions a group needs to pass with this power if truly treated equally.

    p: the rate of both; n_r: decisions of the comparator, kept if that can suffice, else the
    answer is for two groups of equal size. Whole numbers, at most 1e12.
    """
    if not (0 < power < 1 and 0 < alpha < 1):
        raise ValueError(f"power and alpha must be inside (0, 1), got {power} and {alpha}")
    rate, other = np.broadcast_arrays(numbers("p", p, 0.0, 1.0), finite("n_r", n_r, low=0.0))
    z_pass = float(-ndtri(alpha))
    start, stop = np.zeros_like(rate), np.log(MOST_DECISIONS)

    def short(log_n: Floats, comparator: Floats) -> Bools:
        n = np.exp(log_n)
        lower, higher = (comparator, n) if adverse else (n, comparator)
        missed = _chance_missed(rate, lower, higher, tolerance, z_pass)
        if not protect:
            missed = missed + _chance_missed(rate, higher, lower, tolerance, z_pass)
        return np.asarray(missed > 1 - power)

    fixed = bisect(lambda log_n: short(log_n, other), start, stop)[1]
    equal = bisect(lambda log_n: short(log_n, np.exp(log_n)), start, stop)[1]
    return np.ceil(np.exp(np.where(fixed < stop, fixed, equal)) - 1e-6)


def _chance_missed(
    rate: Floats, n_lower: Floats, n_higher: Floats, tolerance: Tolerance, z_pass: float
) -> Floats:
    """Return how often two equal rates are not shown to keep the tolerance in one direction."""
    pair = Table(rate * n_lower, n_lower, rate * n_higher, n_higher)

    def surplus(margin: Floats | float, z: Floats, f: float) -> Floats:
        # Where z is expected to be `z`, the null standard deviation is margin / z. The test
        # needs z_pass of these; what is left is measured in real standard deviations.
        real = np.sqrt(rate * (1 - rate) * (1 / n_lower + f**2 / n_higher))
        left = np.where(z > 0, margin * (1 - z_pass / np.where(z > 0, z, 1.0)), -np.inf)
        return np.where(
            real > 0, left / np.where(real > 0, real, 1.0), np.where(left >= 0, np.inf, -np.inf)
        )

    cap = surplus(tolerance.cap, difference_z(pair, -tolerance.cap), 1.0)
    floor = surplus(tolerance.floor, difference_z(pair, -tolerance.floor), 1.0)
    ratio = surplus((1 - tolerance.ratio) * rate, ratio_z(pair, tolerance.ratio), tolerance.ratio)
    return np.asarray(ndtr(-np.minimum(cap, np.maximum(floor, ratio))))


def retrodesign(effect: ArrayLike, se: ArrayLike, alpha: ArrayLike = 0.05) -> Design:
    """Return power and the type-S and type-M errors of an estimate with this standard error.

    effect: the true effect assumed, of either sign; se above 0; alpha two-sided.
    Source: Gelman & Carlin 2014; closed form Lu, Qiu & Deng 2019.
    """
    size, se = np.abs(finite("effect", effect)), numbers("se", se, 1e-300)
    z = -ndtri(numbers("alpha", alpha, 1e-300, 1.0) / 2)
    signal = size / se
    right, wrong = ndtr(signal - z), ndtr(-signal - z)
    power = right + wrong
    shown = signal * (right - wrong) + _density(z - signal) + _density(z + signal)
    known = np.where(signal > 0, signal, 1.0)
    return Design(power, wrong / power, np.where(signal > 0, shown / (known * power), np.inf))


def _density(z: Floats) -> Floats:
    """Return the standard normal density."""
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))
