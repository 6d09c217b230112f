"""Three waves of proactive help: who is contacted, and who asks to be left alone.

People over 65 are contacted less. The text is in English only, and those who read another language
opt out more often; whoever opts out is not contacted in later waves, so their reach shrinks wave by
wave. `sample_data/outreach_optouts/README.md` documents the effects and their measured size.
"""

from __future__ import annotations

import numpy as np

from careaudit.samples.draw import Flags, Ints, check_rows, choose, where
from careaudit.samples.tables import Tables

ROWS = 90_000
SEED = 20_260_407
WAVES = ("2026-04-07", "2026-05-05", "2026-06-02")
AGES = {"18-34": 0.26, "35-49": 0.27, "50-64": 0.23, "65+": 0.24}
LANGUAGES = {"en": 0.68, "es": 0.22, "other": 0.10}
CONTACTED = {"18-34": 0.366, "35-49": 0.366, "50-64": 0.366, "65+": 0.220}
OPT_OUT = {"en": 0.054, "es": 0.120, "other": 0.108}  # of those contacted, each wave
CONSENT, TAKE_UP = 0.94, 0.18
RELEVANT, RESPECTFUL, READY = 0.82, 0.93, 0.76


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return one table, decisions, with a row for each person and wave.

    Where `rows` is no multiple of three, the last wave lacks its last people.
    """
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    people = -(-rows // len(WAVES))
    ids = [f"p{i:05d}" for i in range(1, people + 1)]
    ages, languages = choose(rng, AGES, people), choose(rng, LANGUAGES, people)
    reach = np.array([CONTACTED[age] for age in ages])
    leave = np.array([OPT_OUT[language] for language in languages])
    gone = np.zeros(people, dtype=bool)
    log: dict[str, list[str]] = {}
    for number, start in enumerate(WAVES, 1):
        contacted = ~gone & (rng.random(people) < reach)
        left = contacted & (rng.random(people) < leave)
        part = _wave(rng, ids, number, start, contacted, left, gone)
        for name, column in part.items():
            log.setdefault(name, []).extend(column)
        gone = gone | left
    log |= {"age_band": ages * len(WAVES), "language": languages * len(WAVES)}
    return {"decisions": {name: column[:rows] for name, column in log.items()}}


def _wave(
    rng: np.random.Generator,
    ids: list[str],
    number: int,
    start: str,
    contacted: Flags,
    left: Flags,
    gone: Flags,
) -> dict[str, list[str]]:
    """Return the rows of one wave: an empty answer where nobody was asked."""
    people = len(ids)

    def said(share: float) -> list[str]:
        answers = rng.random(people) < share
        return where(contacted, ["yes" if a else "no" for a in answers])

    consented = contacted & (rng.random(people) < CONSENT)
    return {
        "person_id": ids,
        "wave": [str(number)] * people,
        "decided_at": [start] * people,
        "contacted": ["yes" if c else "no" for c in contacted],
        "reason": [
            "selected" if c else "opted_out_before" if g else "not_selected"
            for c, g in zip(contacted, gone, strict=True)
        ],
        "consent_at": where(consented, _days("2026-01-05", rng.integers(0, 3, people) * 28)),
        "opted_out_at": where(left, _days(start, rng.integers(0, 14, people))),
        "took_up": said(TAKE_UP),
        "relevant": said(RELEVANT),
        "respectful": said(RESPECTFUL),
        "resolution_ready": said(READY),
    }


def _days(start: str, later: Ints) -> list[str]:
    return [str(day) for day in np.datetime64(start, "D") + later.astype("timedelta64[D]")]
