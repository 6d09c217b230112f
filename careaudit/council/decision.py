"""The council's decision: the form that people fill in, and the decision that it becomes.

Everything here was said by people. No verdict of a machine fills in `decision`, a vote or a reason;
only the quorum and the dates of validity are worked out, from what the form and the charter say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from careaudit.council.charters import ADVOCATE, Charter, Constituency, Id, Text
from careaudit.documents import load_toml
from careaudit.errors import CouncilError
from careaudit.plan.explain import explain
from careaudit.plan.shape import TableOf
from careaudit.plan.toml_text import plain
from careaudit.record import Verdict

FORM = "decision.toml"
Choice = Literal["approve", "approve_with_conditions", "defer", "reject"]
Vote = Literal["approve", "approve_with_conditions", "defer", "reject", "abstain"]
APPROVING: tuple[Choice, ...] = ("approve", "approve_with_conditions")
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Literal["audit.json", "report.pdf", "careaudit.toml", "careaudit-waivers.toml"]
"""The evidence a council may read, by the name it has in the packet."""
AUDIT: Name = "audit.json"
POLICY: Name = "careaudit.toml"
WAIVERS: Name = "careaudit-waivers.toml"
REQUIRED: tuple[Name, ...] = (AUDIT, "report.pdf", POLICY)


class Model(TableOf):
    """The model under review; without a digest no model file is bound to the decision."""

    name: Text
    version: Text
    digest: Sha256 | None = None


class Evidence(TableOf):
    """One file that the council read, by the SHA-256 of its bytes."""

    name: Name
    media_type: Text
    sha256: Sha256


class Independence(TableOf):
    """What ties a member has to the system."""

    builds_or_uses: bool = Field(description="In the build line: makes or runs the system.")
    employed_by: Text
    financial_interest: bool
    declared_conflict: Text = Field(description='In words; "none" where there is none.')

    @property
    def free(self) -> bool:
        """No part in the build line, no financial interest, no declared conflict."""
        no_conflict = self.declared_conflict.strip().lower() == "none"
        return not (self.builds_or_uses or self.financial_interest) and no_conflict


class Member(TableOf):
    """A seat at this decision; an absent member neither votes nor signs."""

    id: Id
    name_or_pseudonym: Text
    role: Text
    constituency: Constituency
    independence: Independence
    present: bool
    vote: Vote | None = None
    no_dissent: bool | None = Field(default=None, description="Confirmed by the member.")
    signed_at: date | None = None


class Condition(TableOf):
    """What must be done, by whom and by when; a blocking one closes the gate once it is late."""

    id: Id
    text: Text
    metric: Text
    threshold: Text
    owner: Text
    due: date
    blocking: bool


class Dissent(TableOf):
    """A member's disagreement, printed word for word."""

    member: Id
    text: Text


class Question(TableOf):
    """What a member asked about the audit, and what was answered."""

    text: Text
    answer: Text


class AcceptedGap(TableOf):
    """A gap that the council lets stand, and why."""

    cell: Text
    value: Text
    justification: Text
    alternatives_considered: Text


class Consultation(TableOf):
    """Who else was heard."""

    who: Text
    when: date
    summary: Text


class Withdrawal(TableOf):
    """The end of a decision before its time."""

    on: date
    by: Text
    reason: Text


class Override(TableOf):
    """Why a release may go ahead although its audit fails, who answers for it, and until when."""

    reason: Text
    approver: Text
    until: date


class Form(TableOf):
    """`decision.toml`, as people fill it in."""

    schema_version: Literal[1] = 1
    record_id: Id
    model: Model
    evidence: tuple[Evidence, ...]
    members: tuple[Member, ...] = Field(min_length=1)
    decision: Choice
    reasons: Text
    conditions: tuple[Condition, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    questions_raised: tuple[Question, ...] = ()
    accepted_gaps: tuple[AcceptedGap, ...] = ()
    consultation: tuple[Consultation, ...] = ()
    decided_on: date
    valid_from: date | None = None
    expires_on: date | None = None
    supersedes: Id | None = None
    withdrawal: Withdrawal | None = None
    override: Override | None = None

    def sha256(self, name: Name) -> str | None:
        """Return the digest of a piece of evidence, or None if the council did not read it."""
        return next((piece.sha256 for piece in self.evidence if piece.name == name), None)


class Quorum(TableOf):
    """The charter's rule in words, and whether it was met; worked out, never typed."""

    rule: str
    met: bool


class Decision(Form):
    """A decision of the council, with its quorum and its dates."""

    quorum: Quorum
    valid_from: date
    expires_on: date


@dataclass(frozen=True)
class Audited:
    """What a decision must know of the audit: its answer, its day, and its last day."""

    verdict: Verdict
    as_of: date
    expires_on: date


def load(path: Path) -> Form:
    """Read a filled form; CouncilError names what is empty or wrong, and where."""
    tree = load_toml(path, error=CouncilError, hint="`careaudit council open` writes the form.")
    if empty := list(_blanks(tree, "")):
        raise CouncilError(
            f"not filled in yet: {', '.join(empty[:8])}"
            + (f", and {len(empty) - 8} more." if len(empty) > 8 else "."),
            where=str(path),
            hint="Fill in every empty text, and delete the parts that do not apply.",
        )
    return parsed(Form, tree, where=str(path))


def _blanks(tree: Any, place: str) -> Iterable[str]:
    if isinstance(tree, dict):
        name = f"[{plain(tree['id'])}]" if isinstance(tree.get("id"), str) and place else ""
        for key, child in tree.items():
            yield from _blanks(child, f"{place}{name}{'.' if place else ''}{plain(key[:40])}")
    elif isinstance(tree, list):
        for child in tree:
            yield from _blanks(child, place)
    elif isinstance(tree, str) and not tree.strip():
        yield place


T = TypeVar("T", bound=Form)


def parsed(kind: type[T], tree: dict[str, Any], *, where: str) -> T:
    """Return a form or a decision from its tree; CouncilError names what is wrong and where."""
    try:
        return kind.model_validate(tree)
    except (ValidationError, RecursionError) as error:
        raise CouncilError(
            explain(error, tree),
            where=where,
            hint="The comments of the form say what each place takes.",
        ) from None


def decided(form: Form, charter: Charter, audited: Audited) -> Decision:
    """Return the decision that a form makes under a charter; rules are checked elsewhere."""
    last = min(form.decided_on + timedelta(days=charter.valid_days), audited.expires_on)
    return Decision.model_validate(
        form.model_dump()
        | {
            "quorum": {"rule": charter.rule, "met": quorum_met(form.members, charter)},
            "valid_from": form.valid_from or form.decided_on,
            "expires_on": form.expires_on or last,
        }
    )


def quorum_met(members: Iterable[Member], charter: Charter) -> bool:
    """Say whether enough seats were present, an advocate among them, most outside the build line.

    Only members who sit where the charter seats them count.
    """
    seats = {seat.id: seat.constituency for seat in charter.seats}
    there = [m for m in members if m.present and seats.get(m.id) == m.constituency]
    outside = sum(not m.independence.builds_or_uses for m in there)
    return (
        len({m.id for m in there}) >= charter.quorum
        and any(m.constituency == ADVOCATE for m in there)
        and 2 * outside > len(there)
    )
