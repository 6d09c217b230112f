"""What GitHub Actions reads: annotations on stdout, a step summary, and the step's outputs."""

from __future__ import annotations

from careaudit.gate import GateDecision, Reason
from careaudit.report.gates import texts
from careaudit.report.gates.markdown import summary
from careaudit.report.wording.names import clean, cut

MAX_ANNOTATIONS = 10
"""GitHub shows ten of each kind for a step and drops the others in silence."""


def files(decision: GateDecision) -> dict[str, str]:
    """Return annotations.txt (for stdout), summary.md and outputs.txt."""
    warnings = [reason for reason in decision.reasons if reason.effect == "warns"]
    lines = [
        *_annotations("error", texts.ranked(decision)),
        *_annotations("warning", warnings),
        _command("notice", f"Gate {texts.outcome(decision)}", texts.headline(decision)),
    ]
    return {
        "annotations.txt": "".join(lines),
        "summary.md": summary(decision),
        "outputs.txt": "".join(f"{key}={value}\n" for key, value in outputs(decision).items()),
    }


def outputs(decision: GateDecision) -> dict[str, str]:
    """Return what later steps may ask for; each value is one line of plain characters.

    `verdict` is the audit's, `outcome` the gate's. The digest is that of the record: a decision
    does not know the report.
    """
    return {
        "verdict": texts.verdict(decision),
        "outcome": texts.outcome(decision),
        "exit_code": str(decision.exit_code),
        "record_sha256": decision.record_sha256,
        "expires_on": plain(decision.expires_on),
        "failed_gates": ",".join(plain(name) for name in texts.failed(decision)),
    }


def plain(text: str) -> str:
    """Keep letters, digits and -_./: of a value, so that no shell and no CI system acts on it."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_./:") else "_" for c in text)


def _annotations(kind: str, reasons: list[Reason]) -> list[str]:
    shown = reasons if len(reasons) <= MAX_ANNOTATIONS else reasons[: MAX_ANNOTATIONS - 1]
    lines = [
        _command(kind, reason.question or reason.code.replace("_", " "), reason.message)
        for reason in shown
    ]
    if left := len(reasons) - len(shown):
        lines.append(_command(kind, "And more", f"{left} more are in the step summary."))
    return lines


def _command(kind: str, title: str, message: str) -> str:
    head = _property(f"careaudit: {clean(cut(title, 80))}")
    return f"::{kind} title={head}::{_data(clean(cut(message, 600)))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
