"""An AI tutor that flags learners as disengaged when they answer and type slowly.

Non-native writers are slower, and as engaged as anybody. The tutor's score listens to speed alone,
so it flags them more often, and more often wrongly. Its session clock stops in pauses and misleads
in the same way; minutes of effortful practice do not.
`sample_data/tutor_engagement/README.md` documents the effects and their measured size.
"""

from __future__ import annotations

import numpy as np

from careaudit.samples.draw import assign, check_rows, choose, stamps
from careaudit.samples.tables import Tables

ROWS = 9_000
SEED = 20_260_501
START, DAYS = "2026-03-02", 84
GROUPS = {"native": 0.78, "non-native": 0.22}
LEVELS = {"middle school": 0.55, "high school": 0.45}
ENGAGED = 0.88
LABELLED = 0.30
THRESHOLD = 1.16  # in spreads of an engaged native writer: flags .123 of them
NON_NATIVE = 0.43  # how much slower to reply and to type, in spreads of each
DISENGAGED = 1.22
PACE = 0.3  # share of the spread that is the learner's own pace
PRACTICE = {True: 15.0, False: 5.0}  # median minutes, by whether the learner is engaged


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return the tables sessions, customers (the learners) and teacher_labels."""
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    learners = max(1, round(rows * 0.4))
    ids = [f"l{i:04d}" for i in range(1, learners + 1)]
    groups = choose(rng, GROUPS, learners)
    owner = assign(rng, learners, rows)
    slow = np.array([group == "non-native" for group in groups])[owner]
    seconds = np.sort(rng.integers(0, DAYS * 86_400, size=rows))
    engaged = rng.random(rows) < ENGAGED
    habit, today = rng.standard_normal((2, learners))[:, owner], rng.standard_normal((2, rows))
    shift = NON_NATIVE * slow + DISENGAGED * ~engaged
    reply, typing = np.sqrt(PACE) * habit + np.sqrt(1 - PACE) * today + shift
    score = 1 / (1 + np.exp(-1.7 * ((reply + typing) / np.sqrt(2) - THRESHOLD)))
    median = np.where(engaged, PRACTICE[True], PRACTICE[False])
    practice = median * np.exp(0.35 * rng.standard_normal(rows))
    session = 25 * np.exp(0.2 * rng.standard_normal(rows) - 0.25 * reply)
    sessions = {
        "session_id": [f"ts-{i:06d}" for i in range(1, rows + 1)],
        "learner_id": [ids[c] for c in owner],
        "decided_at": stamps(seconds, START),
        "outcome": ["flagged" if s >= 0.5 else "not_flagged" for s in score],
        "disengagement_score": [f"{s:.2f}" for s in score],
        "reply_seconds": [f"{s:.0f}" for s in 14 * np.exp(0.5 * reply)],
        "typing_per_minute": [f"{s:.0f}" for s in 170 * np.exp(-0.25 * typing)],
        "session_minutes": [f"{m:.0f}" for m in session],
        "practice_minutes": [f"{m:.0f}" for m in practice],
        "subject": choose(rng, {"maths": 0.5, "science": 0.3, "history": 0.2}, rows),
    }
    customers = {
        "learner_id": ids,
        "language_group": groups,
        "school_level": choose(rng, LEVELS, learners),
    }
    picked = np.sort(rng.permutation(rows)[: round(rows * LABELLED)])
    labels = {
        "session_id": [sessions["session_id"][i] for i in picked],
        "engaged": ["yes" if engaged[i] else "no" for i in picked],
    }
    return {"sessions": sessions, "customers": customers, "teacher_labels": labels}
