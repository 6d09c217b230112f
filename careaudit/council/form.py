"""The text of `decision.toml`: evidence and seats are there, every answer is left to people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from careaudit.council.charters import Charter, Seat
from careaudit.council.decision import Choice, Evidence, Vote
from careaudit.plan.toml_text import plain, show
from careaudit.record import AuditRecord

_MEMBER = """
[[members]]
id = {id}
name_or_pseudonym = {name}
role = {role}
constituency = "{constituency}"
independence.builds_or_uses = ""        # true | false: in the team that makes or runs the system
independence.employed_by = ""
independence.financial_interest = ""    # true | false
independence.declared_conflict = ""     # in words, or "none"
present = ""                            # true | false; if false, delete the three lines below
vote = ""                               # one of: {votes}
no_dissent = ""                         # true once confirmed by the member; false: see [[dissent]]
signed_at = ""                          # a day, such as 2026-11-22 (no quotes)
"""

_REST = """
[[questions_raised]]                    # one for each; delete it if none was raised
text = ""
answer = ""

# [[dissent]]                           # one for each member who disagrees, word for word
# member = "the member's id"
# text = "..."

# [[conditions]]                        # approve_with_conditions needs at least one
# id = "c1"
# text = "Denials in the groups named are reviewed by a person."
# metric = "share of denials reviewed"
# threshold = "1.00"
# owner = "Head of care"
# due = 2026-12-31
# blocking = true                       # the gate closes once it is late

# [[accepted_gaps]]                     # a gap that is let stand
# cell = "language=es"
# value = "0.91"
# justification = "..."
# alternatives_considered = "..."

# [[consultation]]                      # who else was heard
# who = "..."
# when = 2026-11-20
# summary = "..."

# [override]                            # needed to approve although the audit fails
# reason = "..."
# approver = "..."
# until = 2026-12-15                    # at most 30 days after the decision

# [withdrawal]                          # only in a later decision that ends an earlier one
# on = 2026-12-15
# by = "..."
# reason = "..."
"""


def form_text(
    record: AuditRecord,
    record_id: str,
    charter: Charter,
    evidence: Sequence[Evidence],
    model_sha256: str | None,
) -> str:
    """Return the form of a decision about a record, as TOML with comments."""
    model, end, days = record.audit, record.provenance.expires_on, charter.valid_days
    lines = [
        f"# The decision of {plain(charter.name)} about: {plain(record.audit.name)}",
        '# Fill in every "", and delete what does not apply. The quorum:',
        f"# {charter.rule}.",
        "# Then: careaudit council decide decision.toml --ledger council.jsonl --key KEY",
        "#",
        *_asked(record),
        "",
        "schema_version = 1",
        f"record_id = {show(record_id)}",
        f'decision = ""                           # one of: {", ".join(get_args(Choice))}',
        'reasons = ""',
        'decided_on = ""                         # a day, such as 2026-11-22 (no quotes)',
        "# valid_from = 2026-11-23               # default: the day of the decision",
        f"# expires_on = 2027-05-31               # default: {days} days, by {end}",
        '# supersedes = "..."                    # the record_id of an earlier decision',
        "",
        "[model]",
        f"name = {show(model.system or '')}",
        f"version = {show(model.release or '')}",
        f"digest = {show(model_sha256)}"
        if model_sha256
        else "# no model file is bound to this decision: --model FILE of `council open` binds one",
    ]
    for piece in evidence:
        lines += [
            "",
            "[[evidence]]",
            f"name = {show(piece.name)}",
            f"media_type = {show(piece.media_type)}",
            f"sha256 = {show(piece.sha256)}",
        ]
    text = "\n".join(lines) + "\n"
    return text + "".join(_member(seat) for seat in charter.seats) + _REST


def _asked(record: AuditRecord) -> Iterable[str]:
    """The audit's answers, as comments: evidence for people, never a decision."""
    yield f"# The audit: {record.verdict} ({plain(record.reason)}), not a decision."
    for question in record.questions:
        yield f"#   {plain(question.ask)}  {question.verdict} ({plain(question.reason)})"


def _member(seat: Seat) -> str:
    return _MEMBER.format(
        id=show(seat.id),
        name=show(seat.name),
        role=show(seat.role),
        constituency=seat.constituency,
        votes=", ".join(get_args(Vote)),
    )
