"""A help line where people wait for a person, and some give up before one comes.

Spanish and Chinese speakers wait longer. Voice looks slower than chat only because it is used more
at night, when everybody waits longer. Patience is the same for all, so who waits longer gives up
more often, and a log of answered requests alone hides most of the gap.
`sample_data/escalation_waits/README.md` documents the effects and their measured size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careaudit.samples.draw import Flags, Ints, assign, check_rows, choose, stamps, where
from careaudit.samples.tables import Tables

ROWS = 16_000
SEED = 20_260_601
START, DAYS = "2026-06-01", 14
LANGUAGES = {"en": 0.62, "es": 0.25, "zh": 0.13}
CHANNELS = {"chat": 0.67, "voice": 0.25, "email": 0.08}
NIGHTS = {"chat": 0.26, "voice": 0.60, "email": 0.25}  # share of requests from 20:00 to 06:00
MEDIAN = 144.0  # seconds: English, by day, chat or voice
SLOWER = {"en": 0.0, "es": 0.42, "zh": 0.55}  # log-seconds
NIGHT, EMAIL = 0.60, 2.0  # log-seconds; e-mail is answered in batches, and waited for as patiently
SPREAD = 0.72
PATIENCE, PATIENCE_SPREAD = 790.0, 0.88  # seconds, log-seconds
OFFERED, ANSWERED = 0.90, 0.38  # of those who reach a person; of those offered
RATINGS = {"1": 0.08, "2": 0.07, "3": 0.13, "4": 0.34, "5": 0.38}


@dataclass(frozen=True)
class Waits:
    """What the generator knows of each request; the log shows only what came first.

    Seconds: `asked` since the start of the log, `wait` until a person would have come, `patience`
    until the customer would have given up.
    """

    asked: Ints
    owner: Ints
    language: list[str]
    channel: list[str]
    night: Flags
    wait: Ints
    patience: Ints

    @property
    def gone(self) -> Flags:
        """Who gives up before a person comes."""
        return self.patience < self.wait

    @property
    def open(self) -> Flags:
        """Who is still waiting when the log ends."""
        return self.asked + np.minimum(self.wait, self.patience) >= DAYS * 86_400


def draw(rows: int = ROWS, seed: int = SEED) -> Waits:
    """Return the waits and the patience of every request, in the order of time."""
    check_rows(rows)
    return _draw(np.random.Generator(np.random.PCG64(seed)), rows)


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return one table, decisions, with the requests for a person."""
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    waits = _draw(rng, rows)
    reached = ~waits.gone & ~waits.open
    abandoned = waits.gone & ~waits.open
    offered = reached & (rng.random(rows) < OFFERED)
    rated = offered & (rng.random(rows) < ANSWERED)
    ratings = choose(rng, RATINGS, rows)
    log = {
        "request_id": [f"hw-{i:06d}" for i in range(1, rows + 1)],
        "customer_id": [f"c{c:05d}" for c in waits.owner],
        "language": waits.language,
        "channel": waits.channel,
        "shift": ["night" if n else "day" for n in waits.night],
        "human_requested_at": stamps(waits.asked, START),
        "human_reached_at": where(reached, stamps(waits.asked + waits.wait, START)),
        "abandoned_at": where(abandoned, stamps(waits.asked + waits.patience, START)),
        "ending": [
            "reached" if r else "abandoned" if a else "waiting"
            for r, a in zip(reached, abandoned, strict=True)
        ],
        "rating_offered": ["yes" if o else "no" for o in offered],
        "rating": where(rated, ratings),
    }
    return {"decisions": log}


def _draw(rng: np.random.Generator, rows: int) -> Waits:
    customers = max(1, round(rows * 0.8))
    speaks = choose(rng, LANGUAGES, customers)
    owner = assign(rng, customers, rows)
    language = [speaks[c] for c in owner]
    channel = choose(rng, CHANNELS, rows)
    night = rng.random(rows) < np.array([NIGHTS[c] for c in channel])
    asked = _asked(rng, night)
    email = EMAIL * (np.array(channel) == "email")
    slower = np.array([SLOWER[name] for name in language]) + NIGHT * night + email
    wait = MEDIAN * np.exp(slower + SPREAD * rng.standard_normal(rows))
    patience = PATIENCE * np.exp(email + PATIENCE_SPREAD * rng.standard_normal(rows))
    order = np.argsort(asked, kind="stable")
    return Waits(
        asked=asked[order],
        owner=owner[order],
        language=[language[i] for i in order],
        channel=[channel[i] for i in order],
        night=night[order],
        wait=_whole(wait)[order],
        patience=_whole(patience)[order],
    )


def _asked(rng: np.random.Generator, night: Flags) -> Ints:
    """Draw the second of each request: day is 06:00 to 20:00, night the other ten hours."""
    day = rng.integers(0, DAYS, size=len(night))
    within = rng.random(len(night))
    hour = np.where(night, (20 + 10 * within) % 24, 6 + 14 * within)
    return day * 86_400 + (hour * 3_600).astype(np.int64)


def _whole(seconds: NDArray[np.float64]) -> Ints:
    return np.maximum(1, np.rint(seconds)).astype(np.int64)
