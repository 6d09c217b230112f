"""Records for the gate: no statistics, only verdicts and the evidence behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from careaudit.judge import overall
from careaudit.record import AuditRecord

DAY = date(2026, 11, 22)
RELEASE = "7.2.0"
NUMBER = {"value": None, "low": None, "high": None}
REASON = {"pass": "within_limit", "fail": "established", "inconclusive": "insufficient"}


@dataclass
class Ask:
    """A question in short: the verdict of each group's comparison, and what the plan says."""

    id: str = "credit"
    groups: dict[str, str] = field(default_factory=lambda: {"1": "pass"})
    gate: bool = True
    policy: str = "close"
    verdict: str | None = None
    rest: str | None = None
    u: dict[str, float | None] = field(default_factory=dict)
    segments: tuple[str, ...] = ("income",)

    @property
    def answer(self) -> str:
        if self.verdict:
            return self.verdict
        found = set(self.groups.values())
        return next((v for v in ("fail", "inconclusive", "pass") if v in found), "inconclusive")


def comparison(ask: Ask, group: str, verdict: str) -> dict[str, Any]:
    u = ask.u.get(group, {"pass": 0.3, "inconclusive": 0.9, "fail": 1.5}[verdict])
    return {
        "id": f"{ask.id}/income/{group}", "question": ask.id, "measure": "adverse_rate",
        "segment": "income", "group": group, "reference": "5", "orientation": "adverse",
        "n": 1000, "reference_n": 1000, "group_value": 0.3, "reference_value": 0.2,
        "difference": NUMBER, "ratio": NUMBER, "odds_ratio": None, "four_fifths": False,
        "harmed": "group", "tolerated_gap": 0.05, "u": {**NUMBER, "value": u}, "p_parity": 0.01,
        "p_adjusted": 0.01, "p_pass": 0.01 if verdict == "pass" else 0.5, "p_beyond": 0.1,
        "effective_n": 1000.0, "design_effect": 1.0, "in_scope": True, "verdict": verdict,
        "reason": REASON[verdict],
        "detectable": {"gap": 0.1, "n_needed": 100},
        "affected": {"people": NUMBER, "money": None}, "score": NUMBER,
    }  # fmt: skip


def question(ask: Ask) -> dict[str, Any]:
    answer = ask.answer
    rest = ask.rest
    if answer == "fail" and rest is None:
        left = [v for v in ask.groups.values() if v != "fail"]
        rest = "inconclusive" if "inconclusive" in left else "pass"
    return {
        "id": ask.id, "ask": "Is it?", "pillar": "fairness", "measure": "adverse_rate",
        "segments": list(ask.segments), "gate": ask.gate, "inconclusive": ask.policy,
        "limit": {"ratio": 0.8, "floor": 0.01, "cap": 0.1}, "verdict": answer,
        "reason": REASON[answer], "score": NUMBER, "worst": None,
        "rest": {"verdict": rest, "reason": REASON[rest]} if answer == "fail" and rest else None,
    }  # fmt: skip


def record(
    *asks: Ask,
    made: str = "2026-11-01",
    good_until: str = "2027-11-01",
    confirmed: bool = True,
    release: str | None = RELEASE,
    empty: tuple[str, ...] = (),
    no_segments: bool = False,
    plan_sha256: str = "0" * 64,
    **changes: Any,
) -> AuditRecord:
    """Return a whole record of these questions over one segment, income."""
    asked = asks or (Ask(),)
    names = dict.fromkeys(["5", *(g for a in asked for g in a.groups), *empty])
    questions = [question(a) for a in asked]
    verdict, reason = overall([(q["gate"], q["verdict"], q["reason"]) for q in questions])
    groups = [
        {"group": g, "n": 0 if g in empty else 1000, "share": 0.5, "customers": 900,
         "status": "empty" if g in empty else "in_scope"}
        for g in names
    ]  # fmt: skip
    used = sum(g["n"] for g in groups)
    tree = {
        "audit": {
            "name": "Credits", "system": "credit-bot", "release": release,
            "decision_kind": "goodwill_credit",
            "outcome": {"favorable": ["yes"], "adverse": ["no"], "confirmed": confirmed},
        },
        "provenance": {
            "careaudit": "0", "libraries": {}, "plan_sha256": plan_sha256, "inputs": [],
            "as_of": made, "expires_on": good_until, "window": {}, "seed": 1,
            "settings": {"alpha": 0.05, "alpha_pass": 0.05, "confidence": 0.8,
                         "min_effective_n": 100, "min_coverage": 0.95, "multiplicity": "holm",
                         "comparisons": 1, "min_cell": 10},
        },
        "accounts": {"rows_read": used, "rows_used": used, "excluded": [], "unknown": {},
                     "customers": 1800},
        "segments": [] if no_segments else [
            {"name": "income", "kind": "proxy", "reference": "5", "groups": groups}
        ],
        "estimates": [
            {"measure": "adverse_rate", "segment": "income", "group": g["group"],
             "n": g["n"] if any(g["group"] in a.groups for a in asked) else 0, "events": None,
             "value": None, "low": None, "high": None, "confidence": 0.95, "method": "wilson",
             "state": "undefined"}
            for g in groups
        ],
        "comparisons": [comparison(a, g, v) for a in asked for g, v in a.groups.items()],
        "questions": questions,
        "impact": {"score": NUMBER, "headline": "", "people": NUMBER, "money": None,
                   "questions_at_or_over_limit": 0},
        "double_entry": {"library": "fairlearn", "version": "0", "compared": 0,
                         "largest_difference": 0.0},
        "verdict": verdict, "reason": reason,
    }  # fmt: skip
    return AuditRecord.model_validate(tree | changes)
