"""The gate's decision for a terminal: each question with its findings, then every reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from careaudit.cli import talk
from careaudit.cli.table import COLOURS
from careaudit.notation import numbers
from careaudit.report.gates.texts import of_finding, of_question
from careaudit.report.wording.names import clean, cut

if TYPE_CHECKING:
    from careaudit.gate import Asked, Finding, GateDecision, Reason
    from careaudit.report.wording.words import Answer

EFFECTS = {
    "closes": ("✗ closes", "red"),
    "warns": ("! warns", "magenta"),
    "notes": ("· note", "dim"),
}
LONGEST = 44
MOST_FINDINGS = 8
COVERED_COLOUR = "cyan"


def show(decision: GateDecision, *, quiet: bool = False) -> None:
    """Print the decision on stdout; quiet prints the outcome line only."""
    out = talk.console()
    if not quiet:
        out.print(_questions(decision))
        if decision.reasons:
            out.print(_reasons(decision.reasons))
    out.print(outcome_line(decision))


def _questions(decision: GateDecision) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("", no_wrap=True, width=27)
    table.add_column("question and findings", no_wrap=True, width=LONGEST + 2)
    table.add_column("gap ÷ limit", justify="right", no_wrap=True, width=11)
    table.add_column("gate", width=32)
    for asked in decision.questions:
        table.add_row(
            _word(of_question(asked)),
            Text(_short(asked.question.id), style="bold"),
            "",
            _effect(asked),
        )
        findings = sorted(asked.findings, key=_urgency)
        # Without a fail, the largest gap that bears the answer: small groups speak through a pool.
        bearing = [f for f in findings if f.comparison.verdict == asked.question.verdict]
        failing = [f for f in findings if f.comparison.verdict == "fail"]
        told = failing or (bearing or findings)[:1]
        for finding in told[:MOST_FINDINGS]:
            table.add_row(*_finding(finding))
        if len(told) > MOST_FINDINGS:
            table.add_row(
                "", Text(f"  and {len(told) - MOST_FINDINGS:,} more", style="dim"), "", ""
            )
    return table


def _finding(finding: Finding) -> tuple[Text | str, ...]:
    c = finding.comparison
    u = "–" if c.u.value is None else numbers.guarded(c.u.value, [1.0])
    return (
        Text("  ").append_text(_word(of_finding(finding))),
        Text(f"  {_short(f'{c.segment} = {c.group}')}"),
        u,
        Text(clean(finding.note or ""), style="dim"),
    )


def _urgency(finding: Finding) -> tuple[int, float]:
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    return order[finding.comparison.verdict], -(finding.comparison.u.value or 0.0)


def _effect(asked: Asked) -> Text:
    if not asked.question.gate:
        return Text("does not decide", style="dim")
    if asked.effect == "notes":
        return Text("passes" if asked.outcome == "pass" else "let through by the plan")
    word, style = EFFECTS[asked.effect]
    return Text(word, style=style)


def _reasons(reasons: tuple[Reason, ...]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(width=9, no_wrap=True)
    table.add_column(overflow="fold")
    for reason in reasons:
        word, style = EFFECTS[reason.effect]
        table.add_row(Text(word, style=style), Text(clean(reason.message)))
    return table


def outcome_line(decision: GateDecision) -> Text:
    """Return the outcome in one line."""
    word, style = ("Gate open", "bold green") if decision.opens else ("Gate closed", "bold red")
    line = Text(word, style=style)
    release = f" release {_short(decision.release)}" if decision.release else ""
    return line.append(
        f" (exit {decision.exit_code}){release}. Record {decision.record_sha256[:12]}, good until "
        f"{clean(decision.expires_on)}, gated on {decision.as_of}.",
        style="not bold default",
    )


def _word(found: Answer) -> Text:
    return Text(f"{found.shape} {found.word}", style=COLOURS.get(found.css, COVERED_COLOUR))


def _short(text: str) -> str:
    return cut(clean(text), LONGEST)
