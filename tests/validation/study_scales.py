"""The engine of rates on every other scale (methods 1.12): fair audits that fail, limits that pass.

Logs are drawn, not estimates: amounts, waits with open cases, ratings and scores go through the
statistics that the measures use, and are ruled as rates are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq
from study import Finding, at_most
from study_verdicts import fail_bound, ruled
from study_waits_money import (
    APART,
    EDGES,
    HORIZON,
    MEAN_WAIT,
    P_R,
    PROMISE,
    RATINGS_R,
    SIZE,
    Random,
    area,
    grants,
    larger,
    mean_of,
    score_bins,
    waits,
)

from careaudit.plan import Statistics
from careaudit.scales import Evidence
from careaudit.stats import calibration, ordinal, scales, survival
from careaudit.stats.arrays import Estimate
from careaudit.stats.bootstrap import generator
from careaudit.stats.scales import Disparity
from careaudit.stats.tolerance import Tolerance

RUNS = 10_000
CHUNK = 250  # runs drawn at once
OTHERS = 7  # groups beside the reference

Values = tuple[np.ndarray, np.ndarray]
"""Values of groups and the variances of these values."""


@dataclass(frozen=True)
class Scale:
    """One scale at its default limit.

    `draw` returns values of groups that lie u limits on the worse side of the reference, one a
    run; `hold` holds values of groups against those of references.
    """

    name: str
    setting: str
    draw: Callable[[float, Random, int], Values]
    hold: Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Disparity]

    def audits(self, u: float, pairs: int, runs: int) -> tuple[float, float]:
        """The shares of audits that fail and that pass, all groups u limits from the reference."""
        random = generator("scale", self.name, self.setting, str(u))
        columns: list[list[np.ndarray]] = []
        for start in range(0, runs, CHUNK):
            some = min(CHUNK, runs - start)
            m, v = zip(*(self.draw(u, random, some) for _ in range(pairs)), strict=True)
            m_r, v_r = (part[:, None] for part in self.draw(0.0, random, some))
            found = self.hold(np.stack(m, 1), np.stack(v, 1), m_r, v_r)
            columns.append([found.u, found.parity_p, found.p_pass(), found.p_beyond()])
        evidence = Evidence(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))
        return ruled(evidence, np.full(pairs, 1 / pairs), np.full(pairs, True), Statistics())


def of(found: Estimate) -> Values:
    return found.value, found.se**2


def amount(n: int, u: float, random: Random, runs: int) -> Values:
    return mean_of(grants(P_R, SIZE * (1 - 0.1 * u), n, random, runs))


def wait(n: int, u: float, random: Random, runs: int) -> Values:
    aim = area(MEAN_WAIT) * (1 + 0.1 * u)
    mean = brentq(lambda m: area(m) - aim, 0.1, 50)
    won, _, open_ = waits(n, random, runs, mean=mean)
    return of(survival.rmst(survival.waits(EDGES, won, open_), HORIZON))


def in_time(promise: float, n: int, u: float, random: Random, runs: int) -> Values:
    """The limit is taken from the better of the two, whichever that is."""
    base = float(1 - np.exp(-promise / MEAN_WAIT))

    def off(p: float) -> float:
        better = max(p, base)
        return (base - p) - u * float(CURVE.allowed(better))

    served = brentq(off, 0.0, 0.999)
    won, _, open_ = waits(n, random, runs, mean=-promise / np.log(1 - served))
    return of(survival.attainment(survival.waits(EDGES, won, open_), promise))


def net(n: int, u: float, random: Random, runs: int) -> Values:
    p, d, _ = random.multinomial(n, [0.45 - 0.05 * u, 0.3 + 0.05 * u, 0.25], runs).T
    return of(ordinal.net_promoters(p, d, n))


def rating(n: int, u: float, random: Random, runs: int) -> Values:
    moved = u * 0.25 / 4 * np.array([1, 0, 0, 0, -1])
    return ordinal.mean_rating(random.multinomial(n, RATINGS_R + moved, runs), np.arange(1, 6))


def ranking(m: int, n: int, u: float, random: Random, runs: int) -> Values:
    aim = larger(score_bins(APART), score_bins(0)) - 0.05 * u
    apart = brentq(lambda a: larger(score_bins(a), score_bins(0)) - aim, 0, 5)
    true = random.multinomial(m, score_bins(apart), runs)
    return of(calibration.auc(true, random.multinomial(n, score_bins(0), runs)).auc)


def too_low(n: int, u: float, random: Random, runs: int) -> Values:
    s = random.beta(2, 5, (runs, n)) * 0.9
    y = random.random((runs, n)) < s + 0.03 * u
    sums = y.sum(axis=1), n, s.sum(axis=1), (s * y).sum(axis=1), (s**2).sum(axis=1)
    return of(calibration.in_the_large(*sums))


CURVE = Tolerance()


def share_of(adverse: bool) -> Callable[..., Disparity]:
    """Within 10 % of the reference."""
    return partial(scales.share_of_comparator, share=0.1, adverse=adverse)


def within(gap: float, adverse: bool = False) -> Callable[..., Disparity]:
    """Within a gap in the scale's own unit."""

    def hold(m_g, v_g, m_r, v_r) -> Disparity:
        return scales.fixed(m_g - m_r if adverse else m_r - m_g, np.sqrt(v_g + v_r), gap)

    return hold


on_curve = partial(scales.on_curve, tolerance=CURVE)

SCALES = [
    *(
        Scale("share of the comparator, mean amount", f"n {n:,}", partial(amount, n),
              share_of(False))
        for n in (300, 2_000)
    ),
    *(
        Scale("share of the comparator, mean wait", f"n {n:,}", partial(wait, n), share_of(True))
        for n in (300, 1_000)
    ),
    *(
        Scale("gap of 10 points, NPS", f"n {n:,}", partial(net, n), within(10))
        for n in (100, 2_000)
    ),
    *(
        Scale("gap of 0.25, mean rating", f"n {n:,}", partial(rating, n), within(0.25))
        for n in (100, 2_000)
    ),
    *(
        Scale("gap of 0.05, AUC", f"{m:,} true v {n:,} not", partial(ranking, m, n), within(0.05))
        for m, n in ((100, 300), (1_000, 4_000))
    ),
    *(
        Scale("gap of 0.03, calibration in the large", f"n {n:,}", partial(too_low, n),
              within(0.03, adverse=True))
        for n in (500, 2_000)
    ),
    *(
        Scale("curve, share served in time", f"n {n:,}, promise {promise:g} h",
              partial(in_time, promise, n), on_curve)
        for n in (300, 1_000) for promise in (0.5, PROMISE)
    ),
]  # fmt: skip


def fair(runs: int = RUNS) -> Iterator[Finding]:
    """Nobody is disadvantaged on any scale."""
    for scale in SCALES:
        found = scale.audits(0.0, OTHERS, runs)
        setting = f"{scale.name}, {OTHERS + 1} groups, {scale.setting}"
        yield Finding(
            "Fair audits on other scales that fail", setting, runs, found.failed, fail_bound(runs)
        )


def false_passes(runs: int = RUNS) -> Iterator[Finding]:
    """A group exactly at the limit on either side."""
    for scale in SCALES:
        for u, side in ((1.0, "the group"), (-1.0, "the reference")):
            found = scale.audits(u, 1, runs)
            setting = f"{scale.name}, {scale.setting}, {side} is worse off"
            yield Finding(
                "Audits at the limit on other scales that pass",
                setting,
                runs,
                found.passed,
                at_most(0.06),
            )
