"""Membership as a chance: what holds of members, with nobody guessed to be one (methods 11).

Each decision bears the chance that it is a member's. The gap of members to others is then not
known, only two ends that it lies between; what is said of it must hold at both, and between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from careaudit.stats.arrays import Floats, share
from careaudit.stats.bootstrap import cells_covariance
from careaudit.stats.bounds import imbens_manski, sharp_gap, slope, weighted
from careaudit.stats.calibration import debiased_squared_error
from careaudit.stats.rates import Bounds
from careaudit.stats.scales import Disparity, on_curve
from careaudit.stats.tolerance import Tolerance

MEMBERS, OTHERS = "members (by probability)", "others (by probability)"
GRAINS = 20
"""Bins for sharp bounds: in many small ones chance alone would draw the bounds together."""
LEAST_IN_GRAIN = 100
LEAST_CHECKED = 100
"""Self-reports below which chances are not held against them."""
MISCALIBRATED = 0.05
"""Chances further than this from what people say of themselves answer nothing."""
WEIGHTED = 0  # the place of the weighted rates; the two ends stand after it


@dataclass(frozen=True)
class Bins:
    """x events of n decisions in each bin of chance pi, the lowest first, and all their deff."""

    pi: tuple[float, ...]
    n: tuple[int, ...]
    x: tuple[int, ...]
    deff: float = 1.0

    @property
    def members(self) -> float:
        """Decisions of members, as many as the chances add up to."""
        return float(np.dot(self.pi, self.n))


class Ends(NamedTuple):
    """Rates of members and of others, with variances and covariances at a design effect of 1.

    Three each: the weighted estimate, which is shown, and the two ends that the truth is between.
    """

    members: Floats
    others: Floats
    v_members: Floats
    v_others: Floats
    covariance: Floats

    @property
    def gap(self) -> Floats:
        """Members' rates less the others'."""
        return self.members - self.others

    def error(self, deff: float) -> Floats:
        """Standard errors of the gaps."""
        v = self.v_members + self.v_others - 2 * self.covariance
        return np.asarray(np.sqrt(np.maximum(v, 0.0) * deff))

    def range(self, deff: float) -> Bounds:
        """The 95 % range of the gap over both what is not known and chance."""
        return _over(self.gap, self.error(deff))

    def members_range(self, deff: float) -> Bounds:
        """The 95 % range of the members' rate over both."""
        return _over(self.members, np.sqrt(self.v_members * deff))

    def others_range(self, deff: float) -> Bounds:
        """The 95 % range of the others' rate over both."""
        return _over(self.others, np.sqrt(self.v_others * deff))


def ends(bins: Bins, random: np.random.Generator, *, same_sign: bool) -> Ends | None:
    """Return what the bins leave open: sharp bounds, or with `same_sign` weighted to slope.

    None where nobody can be told apart: fewer than 30 decisions, or chances of 0, of 1, or under
    `same_sign` all alike. Variances are bootstrapped on counts.
    """
    pi, n, x = np.array(bins.pi), np.array(bins.n, dtype=float), np.array(bins.x, dtype=float)
    parts = grains(n / bins.deff)

    def rates(counts: Floats) -> Floats:
        """Members at the three places, then others; each with p = share members + rest others."""
        x_, n_ = counts[..., : len(pi)], counts[..., : len(pi)] + counts[..., len(pi) :]
        p = share(x_.sum(axis=-1), n_.sum(axis=-1))[..., None]
        ours = share((n_ * pi).sum(axis=-1), n_.sum(axis=-1))[..., None]
        middle = weighted(x_, n_, pi).gap
        found = (middle, slope(x_, n_, pi)) if same_sign else _sharp(x_, n_, pi, parts)
        gaps = np.stack([middle, *found], axis=-1)
        gaps = np.where(np.isfinite(gaps), gaps, np.nan)
        # No true gap leads out of the rates from 0 to 1; the slope may.
        room_low = np.maximum(-_over_zero(p, 1 - ours), -_over_zero(1 - p, ours))
        room_high = np.minimum(_over_zero(1 - p, 1 - ours), _over_zero(p, ours))
        others = p - ours * np.clip(gaps, room_low, room_high)
        members = p + (1 - ours) * np.clip(gaps, room_low, room_high)
        return np.asarray(np.clip(np.concatenate([members, others], axis=-1), 0.0, 1.0))

    counts = np.concatenate([x, n - x])
    value = rates(counts)
    spread = cells_covariance(counts, rates, random)
    if spread is None or not np.isfinite(value).all():
        return None
    v = np.diag(spread)
    return Ends(value[:3], value[3:], v[:3], v[3:], np.diag(spread, 3))


def grains(n: Floats) -> list[slice]:
    """Return neighbouring bins joined until each part has enough decisions to bound a rate."""
    least = max(LEAST_IN_GRAIN, float(n.sum()) / GRAINS)
    edges, held = [0], 0.0
    for place, size in enumerate(n):
        held += size
        if held >= least:
            edges.append(place + 1)
            held = 0.0
    edges = [*(edges[:-1] if len(edges) > 1 else edges), len(n)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _sharp(x: Floats, n: Floats, pi: Floats, parts: list[slice]) -> Bounds:
    """Return the sharp bounds over joined bins, each at its mean chance: wider, never wrong."""

    def joined(values: Floats) -> Floats:
        return np.stack([values[..., part].sum(axis=-1) for part in parts], axis=-1)

    size = joined(n)
    return sharp_gap(joined(x), size, np.minimum(share(joined(n * pi), size), 1.0))


def _over_zero(a: Floats, b: Floats) -> Floats:
    return np.where(b > 0, a / np.where(b > 0, b, 1.0), np.inf)


def _over(values: Floats, errors: Floats) -> Bounds:
    """Return the 95 % range of something between two ends (Imbens & Manski 2004)."""
    low, high = sorted((1, 2), key=lambda place: float(values[place]))
    return imbens_manski(values[low], errors[low], values[high], errors[high])


@dataclass(frozen=True)
class Bracket:
    """The limit at both ends, once for each side that may be worse off.

    A claim of harm needs both ends to harm the same side; a claim of being within needs both to
    be within, whichever side is worse off.
    """

    sides: tuple[Disparity, ...]
    one_sided: bool

    @property
    def u(self) -> float:
        """The gap in limits that both ends reach; 0 where they harm different sides."""
        return max(float(side.u.min()) for side in self.sides)

    @property
    def u_most(self) -> float:
        """The gap in limits at the further end."""
        return max(float(side.u.max()) for side in self.sides)

    @property
    def parity(self) -> float:
        """The p of H0: no gap anywhere between the ends."""
        return float(self.sides[0].parity_p.max()) if self.one_sided else 1.0

    @property
    def within(self) -> float:
        """The p of H0: beyond the limit at either end."""
        return max(float(side.p_pass().max()) for side in self.sides)

    @property
    def beyond(self) -> float:
        """The p of H0: within the limit at either end, or beyond it to another side's harm."""
        return min(float(side.p_beyond().max()) for side in self.sides)

    def u_low(self, c: float) -> float:
        """The largest limit shown to be crossed at both ends, at level c."""
        return max(float(side.u_low(c).min()) for side in self.sides)

    def u_high(self, alpha: float) -> float:
        """The smallest limit that both ends would pass at level alpha."""
        return max(self.u_most, *(float(side.u_high(alpha).max()) for side in self.sides))

    @property
    def open(self) -> bool:
        """Whether the ends lie on different sides of the limit: more decisions would not help."""
        return self.u <= 1 < self.u_most


def bracket(
    found: Ends, deff: float, curve: Tolerance, *, adverse: bool, protect: bool = False
) -> Bracket:
    """Hold both ends against the curve; with `protect` only harm to members counts."""
    v_m, v_o, both = (v[1:] * deff for v in (found.v_members, found.v_others, found.covariance))
    members, others = (found.members[1:], v_m), (found.others[1:], v_o)
    directions = [(members, others)] if protect else [(members, others), (others, members)]
    sides = tuple(
        on_curve(*g, *r, curve, adverse, protect=True, covariance=both) for g, r in directions
    )
    gaps = found.gap[1:]
    return Bracket(sides, bool((gaps > 0).all() or (gaps < 0).all()))


def miscalibration(pi: Floats, members: Floats, n: Floats) -> float | None:
    """Return how far chances lie from what n people a bin say of themselves, from 0 to 1.

    The root of the mean squared distance over joined bins, less what chance adds to it; None with
    too few reports to tell. Source: Kumar et al. 2019.
    """
    if n.sum() < LEAST_CHECKED:
        return None
    parts = grains(n)
    size = np.array([n[part].sum() for part in parts])
    said = np.array([members[part].sum() for part in parts])
    mean = np.array([(n * pi)[part].sum() for part in parts]) / size
    return float(np.sqrt(max(float(debiased_squared_error(said, size, mean)), 0.0)))
