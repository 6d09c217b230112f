"""A log that holds every number a measure may ask for, and the numbers counted row by row."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

Z = 1.959963984540054
START = datetime(2026, 3, 1)  # noqa: DTZ001 - a log without offsets
SLA = 3_855  # seconds; not a number of three digits
WAITS = {
    "asked": ("human_requested_at", "human_reached_at", "abandoned_at"),
    "contested": ("contested_at", "reviewed_at", None),
    "matter": ("opened_at", "resolved_at", None),
}
LANGUAGES = ["en"] * 5 + ["es"] * 3 + [""]
ODD = ["", "", "", "?", "nan", "-1", "1e12"]


def rows(n=4_000):
    """Three decisions a customer who keeps a language; a tenth of all values is missing or odd."""
    draw = random.Random(11)  # noqa: S311
    out = []
    for place in range(n):
        customer = place % (n // 3)
        language = LANGUAGES[customer % len(LANGUAGES)]
        slow = 1.3 if language == "es" else 1.0
        asked = START + timedelta(minutes=10 * place)

        def or_odd(value):
            return draw.choice(ODD) if draw.random() < 0.1 else str(value)

        good = draw.random() < 0.5
        row = {
            "outcome": draw.choice(["yes", "yes", "no", "no", "handoff", ""]),
            "lang": language,
            "customer": f"c{customer}",
            "amount": or_odd(round(10 + draw.lognormvariate(3, 0.5), 2)),
            "due": draw.choice(["1" if good else "0"] * 4 + [""]),
            "score": or_odd(round(min(max(draw.gauss(0.4 if good else 0.6, 0.2), 0), 1), 2)),
            "ease": or_odd(draw.choice([1, 2, 4, 5, 6, 7, 7] if slow == 1 else [1, 2, 3, 4, 5, 6])),
            "recommend": or_odd(draw.choice([0, 3, 6, 7, 8, 9, 10, 10])),
            "transitions": or_odd(draw.choice([0, 0, 1, 1, 2, 3])),
            "minutes": or_odd(round(draw.expovariate(1 / 8), 1)),
        }
        for start, end, left in WAITS.values():
            row |= waited(draw, asked, start, end, left, slow)
        out.append(row)
    return out


def waited(draw, asked, start, end, left, slow):
    """One wait: most end, some are given up, some are open, few end before they start.

    A few end within seconds of the promise, or of the first rounding; a few have both ends.
    """
    how = draw.random()
    seconds = int(draw.lognormvariate(6.6, 1.2) * slow)
    if draw.random() < 0.05:
        seconds = draw.choice([1_000, 1_001, SLA - 4, SLA - 1, SLA, SLA + 1])
    row = {start: asked.isoformat(), end: ""} | ({left: ""} if left else {})
    if how < 0.05:
        return row | {start: ""}
    if how < 0.08:
        return row | {end: (asked - timedelta(seconds=5)).isoformat()}
    if how < 0.10:
        return row | {end: "soon"}
    if how < 0.13:
        return row
    done = left if left and how < 0.25 else end
    row[done] = (asked + timedelta(seconds=seconds)).isoformat()
    if left and how > 0.95:  # who had given up is called back, or hangs up after a talk
        later = seconds + draw.choice([-seconds // 2, 300])
        row[left] = (asked + timedelta(seconds=later)).isoformat()
    return row


LOG = rows()
FRAME = pd.DataFrame(LOG)


def members(group, frame=FRAME):
    """The rows of a group; of everybody for None."""
    return frame if group is None else frame[frame.lang.replace("", "unknown") == group]


def within(column, low, high):
    """The numbers of a column inside both ends; NaN for what is none."""
    number = pd.to_numeric(column, errors="coerce")
    return number.where((number >= low) & (number <= high))


def spread(values, weights, customers):
    """Mean of values over rows of weight 1, its variance, and the same over customers."""
    n = int(weights.sum())
    m = values.sum() / n
    alone = ((values - m * weights) ** 2).sum() / n**2
    totals = pd.DataFrame({"v": values, "w": weights, "c": customers}).groupby("c").sum()
    totals = totals[totals.w > 0]
    several = len(totals) / (len(totals) - 1) * ((totals.v - m * totals.w) ** 2).sum() / n**2
    return n, m, alone, max(several / alone, 1.0)


def mean_of(frame, numbers):
    """A mean over rows that have a number."""
    here = numbers.notna()
    return spread(numbers.fillna(0.0), here.astype(float), frame.customer)


def times(column):
    return pd.to_datetime(column, errors="coerce", format="ISO8601")


LAST = max(
    times(FRAME[name]).max() for parts in WAITS.values() for name in parts if name
)  # fmt: skip


def rounded(seconds, limit=None):
    """Whole seconds up to 1,000, from there up to the next of three digits, not across a limit."""
    step = 10 ** max(len(str(seconds)) - 3, 0)
    up = -(-seconds // step) * step
    return limit if limit and seconds <= limit < up else up


def waits(frame, kind, *, exact=False):
    """Seconds of each wait and how it ended: 1 reached, 2 given up, 0 open; the odd left out."""
    start, end, left = WAITS[kind]
    out = []
    for row in frame.to_dict("records"):
        said = {name: row[name] for name in (start, end, left) if name and row[name]}
        if start not in said or "soon" in said.values():
            continue
        at = {name: datetime.fromisoformat(text) for name, text in said.items()}
        ends = [(at[name], state) for name, state in ((end, 1), (left, 2)) if name in at]
        stop, state = min(ends, default=(LAST.to_pydatetime(), 0))
        seconds = int((stop - at[start]).total_seconds())
        if seconds >= 0:
            kept = rounded(seconds, SLA if kind == "asked" else None)
            out.append((seconds if exact else kept, state))
    return np.array(out).T


def survival(seconds, states):
    """Times at which someone was reached, and the share still waiting after each."""
    found = SurvfuncRight(seconds, states == 1)
    return found.surv_times, found.surv_prob


def quantile(seconds, states, q):
    """The first time by which a share of q was reached."""
    at, left = survival(seconds, states)
    done = np.flatnonzero(left <= 1 - q + 1e-12)
    return float(at[done[0]]) if done.size else math.nan


def restricted_mean(seconds, states, tau):
    """The area under the curve up to tau."""
    at, left = survival(seconds, states)
    edges = np.concatenate([[0.0], at[at < tau], [tau]])
    return float((np.diff(edges) * np.concatenate([[1.0], left[at < tau]])).sum())


def horizon(seconds):
    """The last time that at least ten were seen to wait for."""
    return float(np.sort(seconds)[-10])


def in_time(seconds, states):
    """Aalen and Johansen's share reached by the promised time."""
    found = CumIncidenceRight(seconds, states)
    return float(found.cinc[0][found.times <= SLA][-1])


def area(frame):
    """AUC of the score for labels saying that the adverse decision was right."""
    score = within(frame.score, 0, 1)
    rated = frame.outcome.isin(["yes", "no"]) & (frame.due != "") & score.notna()
    return int(rated.sum()), float(roc_auc_score(frame.due[rated] == "0", score[rated]))


def net_score(numbers):
    """Promoters less detractors in points, and the adjusted interval at design effect deff."""
    n, up, down = numbers.notna().sum(), (numbers >= 9).sum(), (numbers <= 6).sum()

    def interval(deff):
        m, p, d = n / deff + 3, up / deff + 0.75, down / deff + 0.75
        net = (p - d) / m
        arm = Z * math.sqrt(((p + d) / m - net**2) / m)
        return 100 * (net - arm), 100 * (net + arm)

    return int(n), 100 * (up - down) / n, interval
