"""A care bot's log that can answer for all six pillars, with two effects put in.

Prepaid customers find no way to contest a refusal: they contest a third as often, and are proved
right as often. Refusals for a missing document are explained to Spanish speakers in English.
Nothing else depends on who asks. `sample_data/six_pillars/README.md` has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careaudit.samples.draw import Flags, Ints, assign, check_rows, choose, stamps, where
from careaudit.samples.tables import Tables

ROWS = 9_000
SEED = 20_260_404
START, DAYS = "2026-04-01", 70
DENIED, ESCALATED = 0.40, 0.05
LANGUAGES = {"en": 0.60, "es": 0.25, "zh": 0.15}
CONTRACTS = {"contract": 0.62, "prepaid": 0.38}
AGES = {"18-34": 0.34, "35-59": 0.41, "60+": 0.25}
REASONS = {"missing_document": 0.45, "outside_policy": 0.35, "late_request": 0.20}
SHARES = {
    "explained": 0.94, "own_language": 0.98, "shown": 0.90, "person": 0.88, "overturned": 0.45,
    "remedied": 0.90, "wants_person": 0.22, "contacted": 0.25, "consented": 0.93, "left": 0.06,
    "took_up": 0.30, "relevant": 0.80, "respectful": 0.94, "ready": 0.75, "offered": 0.60,
    "rated": 0.45, "first": 0.72, "again": 0.20, "kept": 0.80, "resolved": 0.95,
}  # fmt: skip
CONTESTED = {"contract": 0.34, "prepaid": 0.11}  # of the denied
ENGLISH_ONLY = "missing_document"  # the one reason whose text has no Spanish version
RATINGS = {"1": 0.08, "2": 0.09, "3": 0.15, "4": 0.33, "5": 0.35}
WAIT, PATIENCE, SPREAD = 150.0, 900.0, 0.8  # median seconds, log-seconds
EXPLANATIONS = {
    "missing_document": "We could not find the receipt: send it, and we look again.",
    "outside_policy": "This charge is not one that we refund: your contract, part 4.",
    "late_request": "The request came more than 60 days after the bill.",
}


@dataclass(frozen=True)
class _Draws:
    """Draws of one log: which of the shares hold of each row, and its day and second."""

    rng: np.random.Generator
    second: Ints

    def says(self, share: str, of: Flags) -> Flags:
        """Return the rows among `of` that fall into a share, by its name."""
        return of & (self.rng.random(len(of)) < SHARES[share])

    def day(self, of: Flags, least: int, most: int) -> list[str]:
        """Return a day so many days after the decision, or "" for other rows."""
        later = self.rng.integers(least, most + 1, size=len(of))
        days = np.datetime64(START, "D") + (self.second // 86_400 + later).astype("timedelta64[D]")
        return where(of, [str(day) for day in days])


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return one table, decisions."""
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    customers = max(1, round(rows * 0.8))
    people = {
        "language": choose(rng, LANGUAGES, customers),
        "contract": choose(rng, CONTRACTS, customers),
        "age_band": choose(rng, AGES, customers),
    }
    owner = assign(rng, customers, rows)
    whose = {name: [values[c] for c in owner] for name, values in people.items()}
    draws = _Draws(rng, np.sort(rng.integers(0, DAYS * 86_400, size=rows)))
    luck = rng.random(rows)
    denied = luck < DENIED
    escalated = luck > 1 - ESCALATED
    log = {
        "decision_id": [f"sp-{i:05d}" for i in range(1, rows + 1)],
        "customer_id": [f"c{c:04d}" for c in owner],
        **whose,
        "decided_on": [t[:10] for t in stamps(draws.second, START)],
        "outcome": [
            "denied" if d else "escalated" if e else "approved"
            for d, e in zip(denied, escalated, strict=True)
        ],
    }
    log |= _decided(draws, denied, escalated)
    log |= _explained(draws, denied, whose["language"], log["reason"])
    log |= _redress(draws, denied, whose["contract"])
    log |= _escalation(draws)
    log |= _outreach(draws)
    log |= _experience(draws)
    return {"decisions": log}


def _decided(draws: _Draws, denied: Flags, escalated: Flags) -> dict[str, list[str]]:
    """What was asked, and how the bot came to its decision."""
    rng, rows = draws.rng, len(denied)
    amount = np.maximum(5, 40 * np.exp(0.5 * rng.standard_normal(rows)))
    score = np.where(denied, 0.5, 0.0) + 0.5 * rng.random(rows)
    granted = [f"{a:.0f}" for a in amount]
    return {
        "refund_usd": [
            "" if e else "0" if d else text
            for d, e, text in zip(denied, escalated, granted, strict=True)
        ],
        "risk_score": [f"{s:.1f}" for s in score],
        "channel": choose(rng, {"chat": 0.6, "app": 0.3, "voice": 0.1}, rows),
        "intent": choose(rng, {"refund": 0.5, "late_fee": 0.3, "outage": 0.2}, rows),
        "reason": where(denied, choose(rng, REASONS, rows)),
    }


def _explained(
    draws: _Draws, denied: Flags, language: list[str], reason: list[str]
) -> dict[str, list[str]]:
    """Was a refusal explained, and in which language."""
    explained = draws.says("explained", denied)
    own = draws.says("own_language", explained)
    lacking = np.array([
        code == ENGLISH_ONLY and name == "es" for code, name in zip(reason, language, strict=True)
    ])  # fmt: skip
    spoken = np.where(own & ~lacking, language, np.where(np.array(language) == "en", "es", "en"))
    return {
        "explanation": where(explained, [EXPLANATIONS.get(code, "") for code in reason]),
        "explanation_language": where(explained, [str(name) for name in spoken]),
    }


def _redress(draws: _Draws, denied: Flags, contract: list[str]) -> dict[str, list[str]]:
    """Who is shown the way to contest, who takes it, and what comes of it."""
    rng, rows = draws.rng, len(denied)
    shown = draws.says("shown", denied)
    contested = denied & (rng.random(rows) < np.array([CONTESTED[name] for name in contract]))
    overturned = draws.says("overturned", contested)
    remedied = draws.says("remedied", overturned)
    person = draws.says("person", contested)
    return {
        "redress_shown": where(denied, _yes(shown)),
        "contested_on": draws.day(contested, 1, 10),
        "review_kind": where(contested, ["human" if p else "automatic" for p in person]),
        "review_result": where(contested, ["overturned" if o else "upheld" for o in overturned]),
        "remedied_on": draws.day(remedied, 12, 30),
    }


def _escalation(draws: _Draws) -> dict[str, list[str]]:
    """Who asks for a person, and which comes first: the person, or the end of patience."""
    rng, rows = draws.rng, len(draws.second)
    asked = draws.says("wants_person", np.ones(rows, dtype=bool))
    wait, patience = (
        np.maximum(1, np.rint(median * np.exp(SPREAD * rng.standard_normal(rows)))).astype(np.int64)
        for median in (WAIT, PATIENCE)
    )
    gone = patience < wait
    return {
        "human_requested_at": where(asked, stamps(draws.second, START)),
        "human_reached_at": where(asked & ~gone, stamps(draws.second + wait, START)),
        "abandoned_at": where(asked & gone, stamps(draws.second + patience, START)),
        "context_kept": where(asked & ~gone, _yes(draws.says("kept", asked))),
    }


def _outreach(draws: _Draws) -> dict[str, list[str]]:
    """Who is written to afterwards with an offer of help, and what they answer."""
    contacted = draws.says("contacted", np.ones(len(draws.second), dtype=bool))
    said = {
        name: where(contacted, _yes(draws.says(share, contacted)))
        for name, share in (
            ("took_up", "took_up"), ("relevant", "relevant"),
            ("respectful", "respectful"), ("resolution_ready", "ready"),
        )
    }  # fmt: skip
    return {
        "contacted": _yes(contacted),
        "consent_on": draws.day(draws.says("consented", contacted), 0, 0),
        "opted_out_on": draws.day(draws.says("left", contacted), 3, 10),
        **said,
    }


def _experience(draws: _Draws) -> dict[str, list[str]]:
    """How it felt, and whether the matter was settled."""
    everybody = np.ones(len(draws.second), dtype=bool)
    offered = draws.says("offered", everybody)
    return {
        "rating_offered": _yes(offered),
        "rating": where(draws.says("rated", offered), choose(draws.rng, RATINGS, len(offered))),
        "first_contact_resolved": _yes(draws.says("first", everybody)),
        "repeat_contact": _yes(draws.says("again", everybody)),
        "resolved_on": draws.day(draws.says("resolved", everybody), 0, 2),
    }


def _yes(said: Flags) -> list[str]:
    return ["yes" if s else "no" for s in said]
