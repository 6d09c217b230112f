"""Decisions made by hand: every outcome once, and names that would act if they could."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from careaudit.gate import Asked, Finding, GateDecision, Reason
from careaudit.record import AuditRecord, Comparison, Question
from careaudit.waivers import Applied, Waiver

REPORTS = Path(__file__).parents[2] / "reports"
SAMPLES = ("telecom_credits", "fair_control", "cfpb_relief")
DAY = date(2026, 11, 22)
DIGEST = "ab" * 32
NONE = {"value": None, "low": None, "high": None}

HOSTILE = (
    "<script>alert(1)</script>",
    "<!-- --><img src=x onerror=y>",
    "a|b\\|c",
    "`code` ``two``",
    "![image](http://evil.example/x.png)",
    "[link](http://evil.example)",
    "http://evil.example www.evil.example jo@evil.example",
    "@octocat #12 org/repo#3",
    "**bold** _it_ ~~gone~~ $x$",
    "&lt;b&gt; &amp;",
    "\n::error title=x::injected\n",
    "\r\n::stop-commands::token",
    "%0A::add-mask::x",
    "x\nverdict=pass",
    "verdict<<EOF\npass\nEOF",
    "\n## heading\n- item\n> quote\n| a | b |\n|---|---|",
    "\x1b[31mred\x07\x00",
    "\u202eesrever\u2066",
    "]]></failure><testcase name='x'/>",
    "\ufffe\uffff\u0085\u2028",
    '"quoted" \\ {label="x"} # EOF',
    "$(id) $HOME `id` ; rm -rf / && x",
    "=cmd|' /C calc'!A0",
    "",
    "   ",
    "x" * 5_000,
)


def sample(name: str) -> AuditRecord:
    return AuditRecord.load(REPORTS / name / "audit.json")


def tree(name: str) -> dict[str, Any]:
    return json.loads((REPORTS / name / "audit.json").read_text("utf-8"))  # type: ignore[no-any-return]


def comparison(group: str, verdict: str = "fail", u: float = 1.5, **other: Any) -> Comparison:
    reason = {"pass": "within_limit", "fail": "established", "inconclusive": "insufficient"}
    question = other.get("question", "credit-denied")
    made = {
        "id": f"{question}/language/{group}", "question": question, "measure": "adverse_rate",
        "segment": "language", "group": group, "reference": "en", "orientation": "adverse",
        "n": 1000, "reference_n": 4000, "group_value": 0.3, "reference_value": 0.2,
        "difference": NONE, "ratio": NONE, "odds_ratio": None, "four_fifths": False,
        "harmed": "group", "tolerated_gap": 0.05, "p_parity": 0.01, "p_adjusted": 0.01,
        "u": {"value": u, "low": u / 2, "high": u * 2},
        "p_pass": 0.5, "p_beyond": 0.1, "effective_n": 1000.0, "design_effect": 1.0,
        "in_scope": True, "verdict": verdict, "reason": reason[verdict],
        "detectable": {"gap": 0.1, "n_needed": 100},
        "affected": {"people": NONE, "money": None}, "score": NONE,
    }  # fmt: skip
    return Comparison.model_validate(made | other)


def question(name: str, verdict: str = "fail", **other: Any) -> Question:
    reason = {"pass": "within_limit", "fail": "established", "inconclusive": "not_assessed"}
    made = {
        "id": name, "ask": "Who?", "pillar": "fairness", "measure": "adverse_rate",
        "segments": ["language"], "gate": True, "inconclusive": "close",
        "limit": {"ratio": 0.8, "floor": 0.01, "cap": 0.1}, "verdict": verdict,
        "reason": reason[verdict], "score": NONE, "worst": None,
    }  # fmt: skip
    return Question.model_validate(made | other)


def covered(name: str, outcome: str, note: str) -> Asked:
    finding = Finding(comparison("es", question=name, u=1.2), outcome, note)  # type: ignore[arg-type]
    return Asked(question(name), outcome, "warns", (finding,))  # type: ignore[arg-type]


def waiver(finding: str = "upgrade-denied/language/es", **other: Any) -> Waiver:
    made = {
        "finding": finding, "release": "7.2.0", "ceiling": 1.25, "reason": "A fix ships in May.",
        "approved_by": "Jo Lee", "granted": "2026-11-01", "expires": "2027-01-30",
    }  # fmt: skip
    return Waiver.model_validate(made | other)


def every_outcome() -> GateDecision:
    """One question for each outcome, and a reason of each effect; the gate is closed."""
    denied = Asked(
        question("credit-denied", rest={"verdict": "inconclusive", "reason": "insufficient"}),
        "fail", "closes",
        (
            Finding(comparison("es", u=1.5), "fail"),
            Finding(comparison("fr", u=2.25), "fail", "it expired on 2026-11-01"),
            Finding(comparison("pt", "inconclusive", 0.9), "inconclusive"),
            Finding(comparison("zh", "pass", 0.1), "pass"),
        ),
    )  # fmt: skip
    wait = Asked(
        question("wait", "inconclusive", pillar="escalation", measure=None,
                 missing="The log has no time of the answer."),
        "inconclusive", "warns", (),
    )  # fmt: skip
    flags = Asked(
        question("flags", gate=False), "fail", "notes",
        (Finding(comparison("es", question="flags", u=3.0), "fail"),),
    )  # fmt: skip
    good = Asked(
        question("credit-late", "pass"), "pass", "notes",
        (Finding(comparison("es", "pass", 0.2, question="credit-late"), "pass"),),
    )  # fmt: skip
    given = Applied(waiver(), "holds", "approved by Jo Lee until 2027-01-30")
    old = Applied(
        waiver("credit-denied/language/fr", expires="2026-11-01"), "expired",
        "it expired on 2026-11-01",
    )  # fmt: skip
    said = "credit-denied/language/{} is beyond the limit."
    return GateDecision(
        audit="Service credits, Q2 2026",
        system="credit-bot",
        release="7.2.0",
        record_sha256=DIGEST,
        as_of=DAY,
        expires_on="2027-11-20",
        exit_code=1,
        reasons=(
            Reason("audit_expired", "closes", "The audit expired on 2026-11-20.", exit_code=4),
            Reason("fail", "closes", said.format("es"), "credit-denied",
                   "credit-denied/language/es", 1),
            Reason("waiver_expired", "closes", said.format("fr"), "credit-denied",
                   "credit-denied/language/fr", 1),
            Reason("inconclusive", "warns", "wait cannot be told: 50% of the log, no time.",
                   "wait"),
            Reason("waived", "warns", "upgrade-denied/language/es is waived.", "upgrade-denied",
                   "upgrade-denied/language/es"),
            Reason("release_no_worse", "notes", "The new release is not worse than release 7.1."),
        ),
        questions=(
            denied, wait, flags, good,
            covered("upgrade-denied", "waived", "approved by Jo Lee until 2027-01-30"),
            covered("refund-denied", "known", "1.20 limits, 1.30 in the baseline"),
            covered("plan-denied", "overridden", "the council overrides the audit"),
        ),
        waivers=(given, old),
    )  # fmt: skip


def named(text: str) -> GateDecision:
    """A decision in which every text that people or logs may choose is `text`; days are days."""
    found = comparison(text, id=f"{text}/{text}/{text}", question=text, segment=text,
                       reference=text, within=text, measure=text, reason=text)  # fmt: skip
    asked = question(text, ask=text, pillar=text, missing=text, reason=text, measure=text)
    spoken = f"x{text}".strip()[:2_000]  # a waiver's texts can be read
    held = Applied(
        waiver(spoken, reason=spoken, approved_by=spoken, release=text), "expired", text, found
    )
    return GateDecision(
        audit=text, system=text, release=text, record_sha256=DIGEST, as_of=DAY, expires_on=str(DAY),
        exit_code=1,
        reasons=(
            Reason(text, "closes", text, text, found.id, 1), Reason(text, "closes", text, text,
            None, 4), Reason(text, "warns", text, text), Reason(text, "notes", text),
        ),
        questions=(
            Asked(asked, "fail", "closes", (Finding(found, "fail", text),
                                            Finding(found, "waived", text))),
            Asked(question(f"{text}2", "inconclusive", missing=text), "inconclusive", "warns", ()),
        ),
        waivers=(held,),
    )  # fmt: skip
