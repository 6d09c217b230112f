"""The decision as Markdown: the summary of a CI step, a comment of a merge request.

Names and ids stand in code spans, so that they can be copied and never act. Other texts are
escaped, and what a forge would link or mention by itself is broken with a zero-width space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from careaudit.gate import Asked, GateDecision, Reason
from careaudit.report.gates import texts
from careaudit.report.wording import names
from careaudit.report.wording.words import ACTION, NO_GAP

MAX_BYTES = 1_000_000
"""GitHub drops a step summary of more than 1 MiB, whatever else the step wrote into it included."""

_MARKUP = re.compile(r"[\\`*_{}\[\]()<>!|&~$^#]")
_CALLS = re.compile(r"(?<=[@#])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where a forge would find a person, an issue or an address by itself."""
_CODE = str.maketrans({mark: names.code(mark) for mark in "`|"})
_EFFECTS = {"closes": "closes it", "warns": "warns", "notes": "–"}


@dataclass(frozen=True)
class Section:
    """A heading, rows that may be left out from the end, and what they are called."""

    head: str
    rows: tuple[str, ...]
    unit: str

    def rest(self, count: int) -> str:
        """Say how many rows were left out."""
        return f"\n{count} more {self.unit} are left out here for want of room.\n"


def files(decision: GateDecision) -> dict[str, str]:
    """Return gate.md."""
    return {"gate.md": summary(decision)}


def summary(decision: GateDecision, limit: int = MAX_BYTES) -> str:
    """Return the Markdown, at most `limit` bytes of UTF-8: whole rows are left out to fit."""
    sections = [part for part in _sections(decision) if part.rows]
    head, foot = _head(decision), _foot(decision)
    fixed = [head, foot, *(text for s in sections for text in (s.head, s.rest(len(s.rows))))]
    room = limit - sum(len(text.encode()) for text in fixed)
    body = []
    for section in sections:
        kept = 0
        for row in section.rows:
            room -= len(row.encode())
            if room < 0:
                break
            kept += 1
        left = len(section.rows) - kept
        body += [section.head, *section.rows[:kept], section.rest(left) if left else ""]
    return "".join([head, *body, foot])


def code(text: str) -> str:
    """Write a name or an id as it is, in a code span; what would end the span becomes its code."""
    shown = names.plain(names.name(text, 200)).translate(_CODE)
    return f"`{shown}`"


def prose(text: str) -> str:
    """Write a text that is not ours, inside a line of ours."""
    shown = names.clean(names.cut(" ".join(text.split()), 600))
    marked = _MARKUP.sub(lambda found: f"\\{found.group()}", shown)
    return _CALLS.sub("&#8203;", marked)


def _head(decision: GateDecision) -> str:
    mark = NO_GAP.shape if decision.opens else ACTION.shape
    return (
        f"## {mark} Gate {texts.outcome(decision)} (exit code {decision.exit_code})\n\n"
        f"{prose(texts.headline(decision))}\n"
    )


def _foot(decision: GateDecision) -> str:
    return (
        f"\nAudit: {code(decision.audit)}. Judged as of {decision.as_of}; the audit is good until"
        f" {prose(decision.expires_on)}.  \nRecord: {code(f'sha256:{decision.record_sha256}')}\n"
    )


def _sections(decision: GateDecision) -> tuple[Section, ...]:
    other = [reason for reason in decision.reasons if reason.effect == "notes"]
    warning = [reason for reason in decision.reasons if reason.effect == "warns"]
    return (
        Section(
            _table("Questions", "Question", "Answer", "Gap ÷ limit", "Where", "Gate"),
            tuple(_question(asked) for asked in decision.questions),
            "questions",
        ),
        Section("\n### What closes the gate\n\n", _listed(texts.ranked(decision)), "reasons"),
        Section("\n### Warnings\n\n", _listed(warning), "warnings"),
        Section("\n### Also to know\n\n", _listed(other), "notes"),
        Section(
            _table("Waivers", "Finding", "State", "Ceiling", "Expires", "Approved by", "Why"),
            tuple(
                _row(
                    code(applied.waiver.finding),
                    "holds" if applied.holds else f"void: {applied.state.replace('_', ' ')}",
                    f"{applied.waiver.ceiling:g}",
                    applied.waiver.expires.isoformat(),
                    prose(applied.waiver.approved_by),
                    prose(applied.waiver.reason),
                )
                for applied in decision.waivers
            ),
            "waivers",
        ),
    )


def _table(title: str, *columns: str) -> str:
    return f"\n### {title}\n\n{_row(*columns)}{_row(*('---' for _ in columns))}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _question(asked: Asked) -> str:
    answer, largest = texts.of_question(asked), texts.largest(asked)
    return _row(
        code(asked.question.id),
        f"{answer.shape} {answer.word}",
        texts.size(largest) if largest else "–",
        code(texts.place(largest)) if largest else "–",
        _EFFECTS[asked.effect] if asked.question.gate else "does not decide",
    )


def _listed(reasons: list[Reason]) -> tuple[str, ...]:
    return tuple(f"- {code(reason.code)} {prose(reason.message)}\n" for reason in reasons)
