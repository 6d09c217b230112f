"""Coverage of the intervals of rates: exactly where counts can be listed, else over drawn logs.

Sizes of groups and strata are fixed, as the statistics take them to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
from scipy.stats import binom
from study import Drawn, Finding, Interval, at_least, percent

from careaudit.stats import bounds, labels, people, rates, releases, standardise
from careaudit.stats.clustering import Moments, design_effect

Random = np.random.Generator

STUDY = "Coverage of 95 % intervals"
LEAST = at_least(0.93)  # methods 15.3
NOTES = {
    STUDY: "The interval of one rate falls short only where fewer than 5 decisions of either "
    "outcome are expected."
}
ENOUGH = 5  # expected counts of either outcome


def rate_coverage(n: int, at: np.ndarray) -> np.ndarray:
    """The coverage of the interval of one rate at each true rate."""
    x = np.arange(n + 1)
    low, high = rates.rate_interval(x, n)
    inside = (low <= at[:, None]) & (at[:, None] <= high)
    return np.asarray((binom.pmf(x, n, at[:, None]) * inside).sum(axis=1))


def pair_coverage(interval, truth, n1: int, n2: int, pairs) -> np.ndarray:
    """The coverage of an interval of two rates at each pair of true rates."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    low, high = interval(x1, n1, x2, n2)
    chances = [
        binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2) * ((low <= value) & (value <= high))
        for p1, p2, value in ((p1, p2, truth(p1, p2)) for p1, p2 in pairs)
    ]
    return np.array([chance.sum() for chance in chances])


def exact() -> Iterator[Finding]:
    """Rates, differences and ratios at the worst true rates of a grid."""
    grid = np.arange(1, 100) / 100
    for n in (50, 100, 300, 1_000):
        found = rate_coverage(n, grid)
        yield _worst("one rate", f"n {n:,}, worst rate of 1 to 99 %", found)
        enough = np.minimum(grid, 1 - grid) * n >= ENOUGH
        yield _worst(
            "one rate", f"n {n:,}, worst rate at which {ENOUGH} of either outcome are expected",
            found[enough],
        )  # fmt: skip
    steps = [round(0.04 + 0.04 * step, 2) for step in range(22)] + [0.9]
    pairs = list(product(steps, steps))
    for name, interval, truth in (
        ("difference of rates", rates.difference_interval, lambda a, b: a - b),
        ("difference of rates, closed form", rates.newcombe, lambda a, b: a - b),
        ("ratio of rates", rates.ratio_interval, lambda a, b: a / b),
    ):
        for n1, n2 in ((50, 50), (50, 300), (200, 200)):
            found = pair_coverage(interval, truth, n1, n2, pairs)
            yield _worst(name, f"n {n1} v {n2}, worst two rates of 4 to 90 %", found)


def _worst(name: str, setting: str, found: np.ndarray) -> Finding:
    return Finding(STUDY, f"{name}, {setting}", None, float(found.min()), LEAST)


def returning(count: int, p: float, random: Random, runs: int) -> Drawn:
    """One rate of customers with 1 to 15 decisions each, ICC .3, on effective counts."""
    sizes = random.integers(1, 16, size=count)
    spread = (1 - 0.3) / 0.3
    x = random.binomial(sizes, random.beta(p * spread, (1 - p) * spread, size=(runs, count)))
    n, total = int(sizes.sum()), x.sum(axis=1)
    effect = np.empty(runs)
    for run, mine in enumerate(x):
        moments = Moments(count, int(sizes @ sizes), int(mine @ sizes), int(mine @ mine))
        effect[run] = design_effect(n, int(total[run]), moments)
    low, high = rates.rate_interval(total / effect, n / effect)
    return Drawn(low, high, p)


def unknown(worst: bool, n: int, random: Random, runs: int) -> Drawn:
    """A gap where 12 % of decisions name no group: as misleading as can be, or at random."""
    group, p_g, p_r, lost = 0.3, 0.30, 0.40, 0.12
    cells = np.array([group * p_g, group * (1 - p_g), (1 - group) * p_r, (1 - group) * (1 - p_r)])
    # At worst the unknown are failures of the group and successes of the other.
    hidden = np.array([0, lost / 2, lost / 2, 0]) if worst else lost * cells
    lost_cells = [hidden[0] + hidden[2], hidden[1] + hidden[3]]
    gg, gb, rg, rb, ug, ub = random.multinomial(n, [*(cells - hidden), *lost_cells], size=runs).T
    found = bounds.unknown_gap_interval(gg, gg + gb, rg, rg + rb, ug, ug + ub)
    return Drawn(*found, p_g - p_r)


STRATA = np.array([40, 80, 120, 60, 100]), np.array([200, 150, 100, 300, 250])
BASE = np.array([0.1, 0.2, 0.3, 0.4, 0.6])
GAP, RATIO, ODDS = -0.06, 0.8, 0.6


def like_for_like(kind: str, part: float, random: Random, runs: int) -> Drawn:
    """Two groups in five strata, alike in difference, ratio or odds ratio."""
    n1, n2 = (np.rint(sizes * part).astype(int) for sizes in STRATA)
    odds = BASE / (1 - BASE) * ODDS
    truth, p1 = {
        "difference": (GAP, BASE + GAP),
        "standardised": (GAP, BASE + GAP),
        "ratio": (RATIO, BASE * RATIO),
        "odds": (ODDS, odds / (1 + odds)),
    }[kind]
    x1, x2 = random.binomial(n1, p1, (runs, 5)), random.binomial(n2, BASE, (runs, 5))
    estimate = {
        "difference": standardise.rate_difference_mh,
        "standardised": lambda *c: standardise.standardised_gap(standardise.common_mix(*c)),
        "ratio": standardise.rate_ratio_mh,
        "odds": standardise.odds_ratio_mh,
    }[kind]
    found = estimate(x1, n1, x2, n2)
    return Drawn(found.low, found.high, truth)


def two_logs(old: float, new: float, n: int, random: Random, runs: int) -> Drawn:
    """The change of a rate between two logs."""
    x = random.binomial(n, [old, new], (runs, 2)).T
    return Drawn(*releases.unpaired_change(x[0], n, x[1], n).interval(), new - old)


def same_cases(cells: tuple[float, ...], n: int, random: Random, runs: int) -> Drawn:
    """The change of a rate where both releases decided the same cases."""
    change = releases.paired_change(*random.multinomial(n, cells, runs).T)
    return Drawn(*change.interval(), cells[2] - cells[1])


def gap_between_logs(n: int, random: Random, runs: int) -> Drawn:
    """The change of a gap between two logs (a difference of differences)."""
    old_g, new_g, old_r, new_r = 0.31, 0.29, 0.352, 0.36
    group, reference = (
        releases.unpaired_change(
            random.binomial(size, a, runs), size, random.binomial(size, b, runs), size
        )
        for size, a, b in ((n, old_g, new_g), (5 * n // 2, old_r, new_r))
    )
    truth = (new_g - old_g) - (new_r - old_r)
    return Drawn(*releases.gap_change(group, reference).interval(), truth)


def gap_same_cases(n: int, random: Random, runs: int) -> Drawn:
    """The change of a gap where both releases decided the same cases."""
    group, reference = (0.06, 0.06, 0.14, 0.74), (0.05, 0.053, 0.06, 0.837)
    change = releases.gap_change(
        releases.paired_change(*random.multinomial(n, group, runs).T),
        releases.paired_change(*random.multinomial(3 * n, reference, runs).T),
    )
    truth = (group[2] - group[1]) - (reference[2] - reference[1])
    return Drawn(*change.interval(), truth)


def excess(n: int, random: Random, runs: int) -> Drawn:
    """Decisions that three groups lost against one reference, in all."""
    sizes, p, p_r = np.array([n, 2 * n, n // 2]), np.array([0.26, 0.33, 0.30]), 0.40
    x, x_r = random.binomial(sizes, p, (runs, 3)), random.binomial(5 * n, p_r, runs)
    low, high = np.empty(runs), np.empty(runs)
    rate, base = x / sizes, x_r / (5 * n)
    for run in range(runs):
        found = people.total_excess(
            sizes, rate[run], rate[run] * (1 - rate[run]) / sizes,
            float(base[run]), float(base[run] * (1 - base[run]) / (5 * n)),
        )  # fmt: skip
        low[run], high[run] = found.low, found.high
    return Drawn(low, high, float((sizes * (p_r - p)).sum()))


def audited(n: int, checked: int, random: Random, runs: int) -> Drawn:
    """The true positive rate from confirmed flags and a random audit of unflagged cases."""
    bad_flagged, good_flagged, bad_missed = 0.016, 0.02, 0.02
    rest = 1 - bad_flagged - good_flagged - bad_missed
    a, _, missed, fine = random.multinomial(
        n, [bad_flagged, good_flagged, bad_missed, rest], runs
    ).T
    found = labels.audited_tpr(
        a, missed + fine, random.hypergeometric(missed, fine, checked), checked
    )
    return Drawn(found.low, found.high, bad_flagged / (bad_flagged + bad_missed))


SAME_CASES = (0.24, 0.06, 0.09, 0.61)
INTERVALS = [
    *(
        Interval("one rate of returning customers",
                 f"{count} customers, rate {percent(p)}, ICC 0.3",
                 partial(returning, count, p))
        for count in (60, 300) for p in (0.1, 0.3)
    ),
    *(
        Interval("gap with 12 % unknown", f"n {n:,}, unknown {how}", partial(unknown, worst, n))
        for n in (300, 1_500) for worst, how in ((True, "at worst"), (False, "at random"))
    ),
    *(
        Interval(name, f"5 strata, n {n}", partial(like_for_like, kind, part))
        for kind, name in (
            ("difference", "difference within strata"), ("ratio", "ratio within strata"),
            ("odds", "odds ratio within strata"), ("standardised", "standardised gap"),
        )
        for part, n in ((0.25, "100 v 250"), (1.0, "400 v 1,000"))
    ),
    *(
        Interval("change of a rate, two logs", f"n {n:,} each, {percent(old)} to {percent(new)}",
                 partial(two_logs, old, new, n))
        for n in (50, 300, 2_000) for old, new in ((0.3, 0.35), (0.1, 0.1))
    ),
    *(
        Interval("change of a rate, same cases", f"n {n:,}, 30 % to 33 %",
                 partial(same_cases, SAME_CASES, n))
        for n in (50, 300, 2_000)
    ),
    *(
        Interval("change of a gap, two logs", f"n {n:,} v {5 * n // 2:,}",
                 partial(gap_between_logs, n), "94.8 %")
        for n in (100, 1_000)
    ),
    *(
        Interval("change of a gap, same cases", f"n {n:,} v {3 * n:,}",
                 partial(gap_same_cases, n), "95.3 to 96.3 %")
        for n in (100, 500, 2_000)
    ),
    *(
        Interval("decisions lost by three groups", f"n {n}, {2 * n:,}, {n // 2} v {5 * n:,}",
                 partial(excess, n))
        for n in (100, 500)
    ),
    *(
        Interval("true positive rate from an audit", f"n {n:,}, {m:,} unflagged audited",
                 partial(audited, n, m))
        for n, m in ((5_000, 250), (20_000, 1_000))
    ),
]  # fmt: skip
