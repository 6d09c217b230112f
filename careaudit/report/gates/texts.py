"""What the formats of a gate say in the same words, and in the same order."""

from __future__ import annotations

from careaudit.gate import PRECEDENCE, Asked, Finding, GateDecision, Reason
from careaudit.judge import overall
from careaudit.notation import numbers as num
from careaudit.record import Comparison, Verdict
from careaudit.report.wording.names import clean
from careaudit.report.wording.words import Answer, gate_answer


def subject(decision: GateDecision) -> str:
    """Return what is under review, as people wrote it: the system with its release."""
    if decision.system is None:
        return decision.audit
    return " ".join(part for part in (decision.system, decision.release) if part)


def outcome(decision: GateDecision) -> str:
    """Return "open" or "closed"."""
    return "open" if decision.opens else "closed"


def headline(decision: GateDecision) -> str:
    """Say the outcome in one line."""
    warnings = sum(reason.effect == "warns" for reason in decision.reasons)
    return (
        f"Gate {outcome(decision)} for {clean(subject(decision))}:"
        f" {_count(len(decision.closing), 'reason')} to close it, {_count(warnings, 'warning')}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def verdict(decision: GateDecision) -> Verdict:
    """Return the verdict of the audit itself, which neither a waiver nor a council changes."""
    judged = [(a.question.gate, a.question.verdict, a.question.reason) for a in decision.questions]
    return overall(judged)[0]


def failed(decision: GateDecision) -> list[str]:
    """Return the questions that close the gate, each once, asked or missing."""
    named = [asked.question.id for asked in decision.questions if asked.effect == "closes"]
    named += [reason.question for reason in decision.closing if reason.question]
    return list(dict.fromkeys(named))


def of_question(asked: Asked) -> Answer:
    """Return the answer of a question; one whose fails are covered stands on its rest."""
    question = asked.question
    if asked.outcome == "inconclusive" and question.verdict == "fail":
        reason = question.rest.reason if question.rest else "not_assessed"
        return gate_answer("inconclusive", "inconclusive", reason)
    return gate_answer(asked.outcome, question.verdict, question.reason)


def of_finding(finding: Finding) -> Answer:
    """Return the answer of one comparison."""
    return gate_answer(finding.outcome, finding.comparison.verdict, finding.comparison.reason)


def place(comparison: Comparison) -> str:
    """Name a comparison: "language=es against en"."""
    if comparison.segment is None:
        return "all decisions"
    pair = f"{comparison.segment}={comparison.group} against {comparison.reference or 'rest'}"
    return pair if comparison.within is None else f"{pair} within {comparison.within}"


def size(comparison: Comparison) -> str:
    """Write the gap in units of the limit, never on the wrong side of it."""
    u = comparison.u.value
    return num.NONE if u is None else num.guarded(u, [1.0])


def gap(comparison: Comparison) -> str:
    """Say the gap with its range: "the gap is 4.52 limits (4.04 to 5.03)"."""
    u = comparison.u
    if u.value is None:
        return "the gap cannot be shown"
    if u.low is None or u.high is None:
        return f"the gap is {size(comparison)} limits"
    ends = " to ".join(num.guarded(end, [0.0, 1.0]) for end in (u.low, u.high))
    return f"the gap is {size(comparison)} limits ({ends})"


def largest(asked: Asked) -> Comparison | None:
    """Return the comparison with the largest gap among those that the outcome rests on."""
    mine = [f.comparison for f in asked.findings if f.outcome == asked.outcome]
    return max(mine, key=lambda comparison: comparison.u.value or 0.0, default=None)


def ranked(decision: GateDecision) -> list[Reason]:
    """Return the reasons that close the gate, worst first: by exit code, then by the gap."""
    gaps = {
        finding.comparison.id: finding.comparison.u.value or 0.0
        for asked in decision.questions
        for finding in asked.findings
    }
    return sorted(
        decision.closing,
        key=lambda reason: (
            PRECEDENCE.index(reason.exit_code),
            -gaps.get(reason.comparison or "", 0.0),
        ),
    )
