"""Error rates where the truth is known of some decisions only, and how long truth takes.

Counts are scalars or arrays that broadcast, and may be effective counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from careaudit.stats.arrays import Floats, counts, finite, numbers, share, two_sided_z
from careaudit.stats.rates import Bounds, wilson


class Counted(NamedTuple):
    """x of n: a rate as its counts, ready for every test of rates."""

    x: Floats
    n: Floats


class Ends(NamedTuple):
    """The lowest and the highest rate that the missing answers leave possible."""

    low: Counted
    high: Counted


class ErrorBounds(NamedTuple):
    """True positive rate, false positive rate and predictive value, each with its two ends."""

    tpr: Ends
    fpr: Ends
    ppv: Ends


class Audited(NamedTuple):
    """A true positive rate that rests on an audit of unflagged cases.

    `value` is 0 where neither flags nor audit found any bad case. `low` and `high` hold the rate
    of the system; `logged` holds the rate among the decisions of the log, whose flagged cases are
    all known. `missed` is the interval of the share of bad cases among the unflagged.
    """

    value: Floats
    low: Floats
    high: Floats
    logged: Bounds
    missed: Bounds


def audited_tpr(
    a: ArrayLike, n_u: ArrayLike, y: ArrayLike, m: ArrayLike, level: float = 0.95
) -> Audited:
    """Return a / (a + n_u y/m): bad cases flagged, of all bad cases.

    a: confirmed bad cases among the flagged; n_u: unflagged cases, of which m drawn at random
    were audited and y were bad. `logged` puts the Wilson limits of y/m in; `low` and `high` add
    the score limits of the count a by MOVER for the ratio a / (n_u y/m). Where nothing was
    audited the value is the least it can be, and the limits leave all else open. ValueError where
    m exceeds n_u or y exceeds m.
    Source: Donner & Zou 2012; Wilson 1927.
    """
    y, m, a, n_u = np.broadcast_arrays(*counts(y, m), finite("a", a, low=0.0), finite("n_u", n_u))
    if (m > n_u).any():
        raise ValueError(f"m must not exceed n_u, got m = {m[m > n_u][0]}")
    z = two_sided_z(level)
    missed = wilson(y, m, level)
    unseen = n_u * share(y, m)
    least, most = n_u * missed.low, n_u * missed.high
    centre, arm = a + z**2 / 2, z * np.sqrt(a + z**2 / 4)
    fewest, top = np.where(a > 0, centre - arm, 0.0), centre + arm
    # The odds a / unseen: each end from the arms of both, in the form that survives a 0.
    product = a * unseen
    reach, span = fewest * (2 * a - fewest), least * (2 * unseen - least)
    down = np.sqrt(np.maximum(product**2 - reach * most * (2 * unseen - most), 0.0))
    up = product + np.sqrt(np.maximum(product**2 - top * (2 * a - top) * span, 0.0))
    logged = Bounds(share(a, a + most), np.where(a + least > 0, share(a, a + least), 1.0))
    return Audited(
        value=np.where((m > 0) | (n_u == 0), share(a, a + unseen), logged.low),
        low=share(reach, reach + product + down),
        high=np.where(span > 0, share(up, up + span), 1.0),
        logged=logged,
        missed=missed,
    )


def ends(x: ArrayLike, n: ArrayLike, missing: ArrayLike) -> Ends:
    """Return x of n with all of `missing` added as failures, and all added as successes."""
    x, n = counts(x, n)
    missing = finite("missing", missing, low=0.0)
    total = n + missing
    return Ends(Counted(x + 0 * missing, total), Counted(x + missing, total))


def error_bounds(
    tp: ArrayLike,
    fp: ArrayLike,
    fn: ArrayLike,
    tn: ArrayLike,
    flagged: ArrayLike = 0.0,
    unflagged: ArrayLike = 0.0,
) -> ErrorBounds:
    """Return what the error rates can be, whatever the missing labels are.

    tp, fp, fn, tn: labelled decisions; flagged and unflagged: decisions without a label. An end
    may have no case at all (n = 0), and then says nothing. Where only flags are reviewed the
    predictive value is known and the other two reach from all unlabelled good to all bad.
    Source: Manski 1989.
    """
    tp, fp, fn, tn, flagged, unflagged = np.broadcast_arrays(
        *(
            finite(name, values, low=0.0)
            for name, values in (
                ("tp", tp),
                ("fp", fp),
                ("fn", fn),
                ("tn", tn),
                ("flagged", flagged),
                ("unflagged", unflagged),
            )
        )
    )

    def of_truth(hits: Floats, misses: Floats) -> Ends:
        # Lowest where every unlabelled flag is of the other truth and every miss of this one.
        low = Counted(hits, hits + misses + unflagged)
        return Ends(low, Counted(hits + flagged, hits + flagged + misses))

    return ErrorBounds(of_truth(tp, fn), of_truth(fp, tn), ends(tp, tp + fp, flagged))


def label_delay(
    edges: ArrayLike, delays: ArrayLike, ages: ArrayLike, q: ArrayLike = 0.95
) -> Floats:
    """Return the edge by which a share q of labels has arrived, inf without labels.

    Only labelled decisions tell, and a young one only of short delays. delays: labels by the bin
    of their delay; ages: the same decisions by the bin of their age when the log ended (bins along
    the last axis). Labels later than the oldest decision stay unseen. Reverse-time product limit.
    ValueError where a label would be older than its decision.
    Source: Lagakos, Barraj & De Gruttola 1988.
    """
    stops = numbers("edges", edges)
    d, a = np.broadcast_arrays(finite("delays", delays, low=0.0), finite("ages", ages, low=0.0))
    if (
        stops.ndim != 1
        or d.ndim < 1
        or d.shape[-1] != stops.size
        or (stops[1:] <= stops[:-1]).any()
    ):
        raise ValueError(f"one count per rising edge, got {d.shape} counts, {stops.size} edges")
    arrived, gone = np.cumsum(d, axis=-1), np.cumsum(a, axis=-1)
    slack = 1e-9 * arrived[..., -1:]
    if (arrived < gone - slack).any() or (abs(arrived - gone)[..., -1:] > slack).any():
        raise ValueError("delays and ages must be of the same decisions, no delay above its age")
    # At a delay, at risk are the labels no later than it whose decision is at least that old.
    at_risk = arrived - gone + a
    kept = np.where(at_risk > 0, np.maximum(1 - share(d, at_risk), 0.0), 1.0)
    after = np.cumprod(kept[..., ::-1], axis=-1)[..., ::-1]
    by_edge = np.concatenate([after[..., 1:], np.ones_like(after[..., :1])], axis=-1)
    share_wanted = numbers("q", q, 0.0, 1.0)
    axes = by_edge.shape[:-1] + (1,) * share_wanted.ndim + by_edge.shape[-1:]
    reached = by_edge.reshape(axes) >= share_wanted[..., None] - 1e-12
    some = (arrived[..., -1] > 0).reshape(by_edge.shape[:-1] + (1,) * share_wanted.ndim)
    # 'reached' never falls again along the bins, so the first True is the quantile.
    return np.where(some, stops[reached.argmax(axis=-1)], np.inf)
