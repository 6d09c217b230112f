"""Bootstrap on counts, where no closed form holds: whole draws from sums, never from rows.

A unit is a cell (all rows in it are alike) or a customer signature (all customers who have it are
alike); its multiplicity is how many there are. Never for a maximum or minimum over segments,
which a bootstrap gets wrong where they tie: use bounds.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from careaudit.stats.arrays import Estimate, Floats, finite, two_sided_z
from careaudit.stats.rates import Bounds

DRAWS = 2000
FEWEST = 30  # rows or customers below which no interval is given
AT_ONCE = 1 << 21  # numbers held in memory at once

Statistic = Callable[[Floats], Floats]
"""Takes counts with units, or sums of signatures, along the last axis; one value for each draw."""


class Signatures(NamedTuple):
    """Distinct customers (rows: what each sums to) and how many customers are like each."""

    sums: Floats
    multiplicity: Floats


def generator(*names: str) -> np.random.Generator:
    """Return the random numbers of these names: plan digest, data digest, question id."""
    words = [int.from_bytes(sha256(name.encode()).digest()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def signatures(customers: ArrayLike) -> Signatures:
    """Return the distinct rows of a table with one row a customer, in one order whatever theirs."""
    sums, multiplicity = np.unique(finite("customers", customers), axis=0, return_counts=True)
    return Signatures(sums, multiplicity.astype(np.float64))


def cells_interval(
    counts: ArrayLike,
    statistic: Statistic,
    random: np.random.Generator,
    *,
    segments: ArrayLike | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Estimate | None:
    """Return a statistic of cell counts with its BCa interval, rows drawn with replacement.

    counts: rows per cell. segments: which segment each cell is of; their sizes are then held
    fixed. `se` is the standard deviation of the draws. None where a segment has fewer than 30
    rows, where the statistic is not finite in every draw, or where it never varies.
    Source: Efron 1987; multinomial draws are rows with replacement, exactly.
    """
    whole = _whole(counts)
    part = np.zeros(whole.shape, np.intp) if segments is None else np.asarray(segments)
    if part.shape != whole.shape:
        raise ValueError(f"one segment per cell, got {part.shape} for {whole.shape} cells")
    places = [np.flatnonzero((part == name) & (whole > 0)) for name in np.unique(part)]
    if not places or any(whole[place].sum() < FEWEST for place in places):
        return None
    value = statistic(whole[None])
    drawn = np.concatenate([statistic(some) for some in _draws(whole, places, random, draws)])
    left_out = [_jackknife(whole, place, statistic) for place in places]
    known = all(np.isfinite(values).all() for values in (value, drawn, *left_out))
    if not known or drawn.min() == drawn.max():
        return None
    a = _acceleration(left_out, [whole[place] for place in places])
    low, high = _bca(value[0], drawn, a, level)
    return Estimate(value[0], low, high, drawn.std(ddof=1))


def cells_covariance(
    counts: ArrayLike, statistics: Statistic, random: np.random.Generator, *, draws: int = DRAWS
) -> Floats | None:
    """Return the covariances of several statistics of cell counts, rows drawn with replacement.

    The statistics stand along the last axis of what `statistics` returns. None with fewer than
    30 rows, or where one of them is not finite in every draw.
    """
    whole = _whole(counts)
    if whole.sum() < FEWEST:
        return None
    places = [np.flatnonzero(whole > 0)]
    drawn = np.concatenate([statistics(some) for some in _draws(whole, places, random, draws)])
    return np.cov(drawn, rowvar=False) if np.isfinite(drawn).all() else None


def customers_interval(
    distinct: Signatures,
    statistic: Statistic,
    random: np.random.Generator,
    *,
    segments: ArrayLike | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Estimate | None:
    """Return a statistic of customers' sums with its BCa interval, customers drawn anew.

    The statistic takes the sums over all customers, one column of `distinct.sums` each.
    Otherwise as `cells_interval`, with customers for rows.
    """
    sums = finite("sums", distinct.sums)
    return cells_interval(
        distinct.multiplicity,
        lambda counts: statistic(counts @ sums),
        random,
        segments=segments,
        draws=draws,
        level=level,
    )


def _whole(counts: ArrayLike) -> Floats:
    """Return whole counts in one row; ValueError for any other."""
    whole = finite("counts", counts, low=0.0)
    if whole.ndim != 1 or (whole != np.floor(whole)).any():
        raise ValueError("counts must be whole numbers, one per unit")
    return whole


def _draws(
    whole: Floats, places: list[np.ndarray], random: np.random.Generator, draws: int
) -> Iterator[Floats]:
    """Yield counts of resampled rows, some draws at a time; segments keep their sizes."""
    streams = random.spawn(len(places))
    at_once = max(1, AT_ONCE // whole.size)
    for start in range(0, draws, at_once):
        some = np.zeros((min(at_once, draws - start), whole.size))
        for place, stream in zip(places, streams, strict=True):
            n = int(whole[place].sum())
            some[:, place] = stream.multinomial(n, whole[place] / n, size=len(some))
        yield some


def _jackknife(whole: Floats, place: np.ndarray, statistic: Statistic) -> Floats:
    """Return the statistic without one row of each of these units in turn."""
    at_once = max(1, AT_ONCE // whole.size)
    values = []
    for start in range(0, place.size, at_once):
        some = place[start : start + at_once]
        without = np.tile(whole, (some.size, 1))
        without[np.arange(some.size), some] -= 1
        values.append(statistic(without))
    return np.concatenate(values)


def _acceleration(left_out: list[Floats], weights: list[Floats]) -> float:
    """Return BCa's a from the jackknife of each segment, every unit as often as it occurs."""
    cubes = squares = 0.0
    for values, m in zip(left_out, weights, strict=True):
        off = (m @ values) / m.sum() - values
        cubes += float(m @ off**3)
        squares += float(m @ off**2)
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


def _bca(value: Floats, drawn: Floats, a: float, level: float) -> Bounds:
    """Return the bias-corrected and accelerated interval. Source: Efron 1987."""
    z = two_sided_z(level)
    below = np.mean(drawn < value) + np.mean(drawn == value) / 2
    z0 = ndtri(np.clip(below, 0.5 / drawn.size, 1 - 0.5 / drawn.size))
    reach = z0 + np.array([-z, z])
    left = 1 - a * reach
    bent = np.where(left > 0, reach / np.where(left > 0, left, 1.0), np.copysign(np.inf, reach))
    low, high = np.quantile(drawn, ndtr(z0 + bent))
    return Bounds(low, high)
