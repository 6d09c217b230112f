"""What a decision must satisfy, as pure rules: each fault in words, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from careaudit.council.charters import MAX_DAYS, Charter
from careaudit.council.decision import (
    APPROVING,
    REQUIRED,
    Audited,
    Choice,
    Decision,
    Member,
)

OVERRIDE_DAYS = 30
"""A failing audit may be overridden for a month, not for good."""


def faults(decision: Decision, charter: Charter, audited: Audited) -> list[str]:
    """Return everything that keeps a decision from being taken, in the order of the form."""
    return [*_seated(decision, charter), *inner_faults(decision, audited)]


def inner_faults(decision: Decision, audited: Audited) -> list[str]:
    """Return what is wrong with a decision whatever the charter says today."""
    return [
        *_evidence(decision),
        *_once("members", (member.id for member in decision.members)),
        *(fault for member in decision.members for fault in _member(member)),
        *_votes(decision),
        *_dissent(decision),
        *_conditions(decision),
        *_dates(decision, audited),
        *_override(decision, audited),
    ]


def _seated(decision: Decision, charter: Charter) -> Iterator[str]:
    seats = {seat.id: seat for seat in charter.seats}
    for member in decision.members:
        seat = seats.get(member.id)
        if seat is None:
            yield f"members[{member.id}]: the charter has no such seat; it has {', '.join(seats)}"
        elif seat.constituency != member.constituency:
            yield (
                f"members[{member.id}].constituency: the charter seats {member.id} for "
                f"{seat.constituency}, not {member.constituency}"
            )
    for left_out in sorted(seats.keys() - {member.id for member in decision.members}):
        yield f"members: {left_out} is left out; list every seat, with present = false if need be"
    if not decision.quorum.met:
        yield f"members: no quorum; it needs {charter.rule}"
    latest = decision.decided_on + timedelta(days=charter.valid_days)
    if decision.expires_on > latest:
        yield f"expires_on: the charter lets a decision stand for {charter.valid_days} days"


def _evidence(decision: Decision) -> Iterator[str]:
    names = [piece.name for piece in decision.evidence]
    yield from _once("evidence", names)
    for name in REQUIRED:
        if name not in names:
            yield f"evidence: {name} is missing"


def _once(place: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{place}: {name} stands {count} times"


def _member(member: Member) -> Iterator[str]:
    place = f"members[{member.id}]"
    said = {
        "vote": member.vote,
        "no_dissent": member.no_dissent,
        "signed_at": member.signed_at,
    }
    for key, value in said.items():
        if member.present and value is None:
            yield f"{place}.{key}: is missing, and {member.id} was present"
        if not member.present and value is not None:
            yield f"{place}.{key}: {member.id} was absent; leave it out"


def permitted(votes: Iterable[str]) -> tuple[Choice, ...]:
    """Return the decisions that these votes permit; abstentions are not counted.

    What more than half vote for is the decision. Where nothing has that much: with conditions, if
    more than half approve with or without them, or put off; otherwise put off, or reject. So a tie
    never approves.
    """
    cast = Counter(vote for vote in votes if vote != "abstain")
    half = cast.total() / 2
    choices: tuple[Choice, ...] = ("approve", "approve_with_conditions", "defer", "reject")
    for choice in choices:
        if cast[choice] > half:
            return (choice,)
    if cast["approve"] + cast["approve_with_conditions"] > half:
        return ("approve_with_conditions", "defer")
    return ("defer", "reject")


def _votes(decision: Decision) -> Iterator[str]:
    votes = [member.vote for member in decision.members if member.present and member.vote]
    allowed = permitted(votes)
    if decision.decision not in allowed:
        tally = ", ".join(f"{n} {vote}" for vote, n in sorted(Counter(votes).items())) or "no vote"
        yield (
            f"decision: {decision.decision} is not what the votes say ({tally}); they permit "
            f"{' or '.join(allowed)}"
        )


def _dissent(decision: Decision) -> Iterator[str]:
    present = {member.id: member for member in decision.members if member.present}
    told = {dissent.member for dissent in decision.dissent}
    for name in sorted(told - present.keys()):
        yield f"dissent[{name}]: no present member is called so"
    for name, member in present.items():
        if member.no_dissent is False and name not in told:
            yield f"dissent: {name} did not confirm no dissent; print the words under [[dissent]]"
        if member.no_dissent and name in told:
            yield f"members[{name}].no_dissent: is true, and there is a dissent by {name}"


def _conditions(decision: Decision) -> Iterator[str]:
    yield from _once("conditions", (condition.id for condition in decision.conditions))
    conditional = decision.decision == "approve_with_conditions"
    if conditional and not decision.conditions:
        yield "conditions: approve_with_conditions needs at least one, with owner and due date"
    if decision.conditions and not conditional:
        yield f"conditions: they go with approve_with_conditions, not with {decision.decision}"
    for condition in decision.conditions:
        if not decision.decided_on <= condition.due <= decision.expires_on:
            yield (
                f"conditions[{condition.id}].due: {condition.due} is not between the decision "
                f"({decision.decided_on}) and its end ({decision.expires_on})"
            )


def _dates(decision: Decision, audited: Audited) -> Iterator[str]:
    order: tuple[tuple[str, date, str, date], ...] = (
        ("decided_on", decision.decided_on, "the audit", audited.as_of),
        ("valid_from", decision.valid_from, "the decision", decision.decided_on),
        ("expires_on", decision.expires_on, "valid_from", decision.valid_from),
    )
    for place, day, before, earlier in order:
        if day < earlier:
            yield f"{place}: {day} is before {before} ({earlier})"
    for member in decision.members:
        if member.signed_at is not None and member.signed_at < decision.decided_on:
            yield f"members[{member.id}].signed_at: {member.signed_at} is before the decision"
    if decision.expires_on > audited.expires_on:
        yield f"expires_on: the audit itself expires on {audited.expires_on}"
    if decision.expires_on > decision.decided_on + timedelta(days=MAX_DAYS):
        yield f"expires_on: no decision stands for more than {MAX_DAYS} days"
    if decision.withdrawal and decision.withdrawal.on < decision.decided_on:
        yield f"withdrawal.on: {decision.withdrawal.on} is before the decision"


def _override(decision: Decision, audited: Audited) -> Iterator[str]:
    override = decision.override
    if audited.verdict == "fail" and decision.decision in APPROVING and override is None:
        yield (
            "override: the audit fails, so an approval needs [override] with reason, approver and "
            f"until (at most {OVERRIDE_DAYS} days)"
        )
    if override is None:
        return
    if audited.verdict != "fail" or decision.decision not in APPROVING:
        yield "override: only an approval of a failing audit has one"
    last = decision.decided_on + timedelta(days=OVERRIDE_DAYS)
    if not decision.decided_on <= override.until <= last:
        yield f"override.until: {override.until} is not between {decision.decided_on} and {last}"
