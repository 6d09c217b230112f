"""Unchecked inner loops behind `rates` and `tolerance`: score statistics and Fisher's test.

Segment 1 is the group, segment 2 its comparator; inputs are broadcast float arrays already
checked by `arrays.table`. A pair with an empty group, or with no more than one effective
decision in all, carries no evidence: its z is 0.
"""

import numpy as np

from careaudit.stats.arrays import Bools, Floats, Table, share

NO_DIFFERENCE = 1e-12  # a smaller d is lost beside a rate of 1
FISHER_SLACK = 1e-7  # two tables this close in probability count as equally likely
FISHER_CELLS = 1 << 20  # table cells held in memory at once


def difference_z(cells: Table, d: Floats | float, correction: bool = True) -> Floats:
    """Return the score statistic of H0: p1 - p2 = d, positive where p1 - p2 is above d.

    A d beyond -1 or 1 is a difference no two rates can have: z is +inf or -inf.
    Source: Miettinen & Nurminen 1985; Farrington & Manning 1990 for the closed form.
    """
    x1, n1, x2, n2 = cells
    total, x = n1 + n2, x1 + x2
    inside = np.where(np.abs(d) < NO_DIFFERENCE, 0.0, np.clip(d, -1.0, 1.0))
    size = np.where(total > 0, total, 1.0)
    # The constrained p2 is the middle root of p^3 + a p^2 + b p + c, by the cosine rule.
    a = ((n1 + 2 * n2) * inside - total - x) / size
    b = ((n2 * inside - total - 2 * x2) * inside + x) / size
    c = x2 * inside * (1 - inside) / size
    q = a**3 / 27 - a * b / 6 + c / 2
    # The sign that Farrington & Manning give r cancels out of this root.
    r = np.sqrt(np.maximum(a**2 / 9 - b / 3, 0.0))
    cosine = np.clip(q / np.where(r == 0, 1.0, r**3), -1.0, 1.0)
    angle = (np.pi + np.arccos(cosine)) / 3
    root = 2 * r * np.cos(angle) - a / 3
    p2 = np.where(inside == 0, x / size, root)
    p2 = np.clip(p2, np.maximum(0.0, -inside), np.minimum(1.0, 1 - inside))
    p1 = np.clip(p2 + inside, 0.0, 1.0)
    z = _standardised(cells, share(x1, n1) - share(x2, n2) - inside, p1, p2, 1.0, correction)
    return np.where(d < -1, np.inf, np.where(d > 1, -np.inf, z))


def ratio_z(cells: Table, f: Floats | float, correction: bool = True) -> Floats:
    """Return the score statistic of H0: p1 = f p2, positive where p1 is above f p2.

    Source: Miettinen & Nurminen 1985; without N/(N-1) it is Koopman 1984.
    """
    x1, n1, x2, n2 = cells
    minus_b = n1 * f + x1 + n2 + x2 * f
    root = np.sqrt(np.maximum(minus_b**2 - 4 * (n1 + n2) * f * (x1 + x2), 0.0))
    # 2C / (-B + root) is the same root of the quadratic, without cancellation for small f.
    p2 = np.clip(share(2 * (x1 + x2), minus_b + root), 0.0, 1.0)
    p1 = np.clip(f * p2, 0.0, 1.0)
    return _standardised(cells, share(x1, n1) - f * share(x2, n2), p1, p2, f, correction)


def _standardised(
    cells: Table,
    numerator: Floats,
    p1: Floats,
    p2: Floats,
    f: Floats | float,
    correction: bool,
) -> Floats:
    """Divide by the null standard deviation; a variance of 0 gives 0 or an infinite z."""
    _, n1, _, n2 = cells
    total = n1 + n2
    evidence = (n1 > 0) & (n2 > 0) & (total > 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = p1 * (1 - p1) / n1 + np.square(f) * p2 * (1 - p2) / n2
        if correction:
            variance = variance * total / (total - 1)
        z = numerator / np.sqrt(variance)
    return np.where(evidence & (numerator != 0), z, 0.0)


def fisher_p(cells: Table) -> Floats:
    """Return Fisher's exact two-sided p of whole counts given as flat arrays.

    The p sums the tables no more likely than the one observed (relative slack 1e-7). Each table
    is first turned so that its cell with the smallest expected count is counted from 0.
    Source: Fisher 1935, conditional on both margins.
    """
    x1, n1, x2, n2 = cells
    total, x = n1 + n2, x1 + x2
    row = np.minimum(n1, n2)
    column = np.minimum(x, total - x)
    in_row = np.where(n1 <= n2, x1, x2)
    observed = np.where(x <= total - x, in_row, row - in_row)
    support = np.minimum(row, column)
    p = np.ones_like(total)
    order = np.argsort(support)
    start = 0
    while start < order.size:
        stop = _chunk_end(support[order], start)
        part = order[start:stop]
        p[part] = _fisher_chunk(observed[part], row[part], column[part], total[part])
        start = stop
    return p


def _chunk_end(sorted_support: Floats, start: int) -> int:
    """Return how far the tables from `start` on fit into memory, at least one table."""
    rest = sorted_support[start:] + 1
    fits = rest * np.arange(1, rest.size + 1) <= FISHER_CELLS
    return start + max(1, int(fits.sum()))


def _fisher_chunk(observed: Floats, row: Floats, column: Floats, total: Floats) -> Floats:
    """Return the p of tables whose cell runs from 0 to min(row, column)."""
    k = np.arange(np.minimum(row, column).max())[None, :]
    row, column, total = row[:, None], column[:, None], total[:, None]
    ways = np.maximum(row - k, 0.0) * np.maximum(column - k, 0.0)
    ratio = ways / np.maximum((k + 1) * (total - row - column + k + 1), 1.0)
    with np.errstate(divide="ignore"):
        steps = np.log(ratio)
    log_p = np.concatenate([np.zeros_like(row), np.cumsum(steps, axis=1)], axis=1)
    at_observed = np.take_along_axis(log_p, observed[:, None].astype(np.intp), axis=1)
    weight = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    as_rare: Bools = log_p <= at_observed + FISHER_SLACK
    p: Floats = (weight * as_rare).sum(axis=1) / weight.sum(axis=1)
    return np.minimum(p, 1.0)
