"""What a decision must satisfy: votes, quorum, and every fault in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.council.charters import Charter
from careaudit.council.decision import Audited, Form, decided, quorum_met
from careaudit.council.rules import faults, permitted

DAY = date(2026, 11, 22)
SEATS = {
    "chair": "ethics", "care": "care_ops", "eng": "engineering", "voice": "community_advocate",
}  # fmt: skip
CHARTER = Charter.model_validate(
    {
        "name": "Council", "quorum": 3, "signatures": 1, "valid_days": 180, "keys": ["k.pub"],
        "seats": [{"id": i, "name": i, "role": i, "constituency": c} for i, c in SEATS.items()],
    }
)  # fmt: skip
PASS = Audited("pass", DAY - timedelta(days=2), DAY + timedelta(days=363))
FAIL = Audited("fail", PASS.as_of, PASS.expires_on)
CONDITION = {
    "id": "c1", "text": "Review", "metric": "share", "threshold": "1", "owner": "Care",
    "due": DAY + timedelta(days=30), "blocking": True,
}  # fmt: skip
OVERRIDE = {"reason": "Outage", "approver": "CEO", "until": DAY + timedelta(days=30)}


def member(name: str, **changes) -> dict:
    return {
        "id": name, "name_or_pseudonym": name, "role": name, "constituency": SEATS[name],
        "independence": {
            "builds_or_uses": name == "eng", "employed_by": "X", "financial_interest": False,
            "declared_conflict": "none",
        },
        "present": True, "vote": "approve", "no_dissent": True, "signed_at": DAY,
    } | changes  # fmt: skip


def absent(name: str) -> dict:
    return member(name, present=False, vote=None, no_dissent=None, signed_at=None)


def form(**changes) -> dict:
    return {
        "record_id": "CR-1",
        "model": {"name": "credit-bot", "version": "7.2.0", "digest": "0" * 64},
        "evidence": [
            {"name": name, "media_type": "x/y", "sha256": "1" * 64}
            for name in ("audit.json", "report.pdf", "careaudit.toml")
        ],
        "members": [member(name) for name in SEATS],
        "decision": "approve", "reasons": "Because we said so.", "decided_on": DAY,
    } | changes  # fmt: skip


def told(audited: Audited = PASS, **changes) -> list[str]:
    decision = decided(Form.model_validate(form(**changes)), CHARTER, audited)
    return faults(decision, CHARTER, audited)


def all_vote(vote: str, **changes) -> list[dict]:
    return [member(name, vote=vote, **changes) for name in SEATS]


def test_a_sound_decision_has_no_fault():
    assert told() == []


def test_dates_and_quorum_are_worked_out():
    decision = decided(Form.model_validate(form()), CHARTER, PASS)
    assert decision.valid_from == DAY
    assert decision.expires_on == DAY + timedelta(days=180)
    assert decision.quorum.met is True
    old = Audited("pass", DAY, DAY + timedelta(days=10))
    assert decided(Form.model_validate(form()), CHARTER, old).expires_on == old.expires_on


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"evidence": []}, "evidence: audit.json is missing"),
        ({"evidence": form()["evidence"] * 2}, "evidence: report.pdf stands 2 times"),
        ({"members": [member("chair")]}, "members: care is left out"),
        ({"members": [*form()["members"], member("chair")]}, "members: chair stands 2 times"),
        ({"members": [*form()["members"], member("chair", id="ghost")]}, "no such seat"),
        (
            {"members": [member(n, constituency="community_advocate") for n in SEATS]},
            "the charter seats eng for engineering",
        ),
        ({"members": [*form()["members"][:3], absent("voice")]}, "members: no quorum"),
        (
            {"members": [absent("chair"), absent("care"), member("eng"), member("voice")]},
            "members: no quorum",
        ),
        ({"members": [member(n, vote=None) for n in SEATS]}, "members[chair].vote: is missing"),
        ({"members": all_vote("approve", signed_at=None)}, "members[eng].signed_at: is missing"),
        ({"members": all_vote("approve", no_dissent=None)}, "no_dissent: is missing"),
        (
            {"members": [*form()["members"][1:], member("chair", present=False)]},
            "members[chair].vote: chair was absent",
        ),
        ({"members": all_vote("reject")}, "approve is not what the votes say (4 reject)"),
        ({"members": all_vote("abstain")}, "(4 abstain); they permit defer or reject"),
        ({"decision": "reject"}, "reject is not what the votes say (4 approve)"),
        (
            {"members": [*form()["members"][:3], member("voice", no_dissent=False)]},
            "voice did not confirm no dissent",
        ),
        ({"dissent": [{"member": "voice", "text": "No."}]}, "members[voice].no_dissent: is true"),
        ({"dissent": [{"member": "ghost", "text": "No."}]}, "dissent[ghost]: no present member"),
        (
            {"decision": "approve_with_conditions", "members": all_vote("approve_with_conditions")},
            "approve_with_conditions needs at least one",
        ),
        ({"conditions": [CONDITION]}, "go with approve_with_conditions, not with approve"),
        ({"conditions": [CONDITION, CONDITION]}, "conditions: c1 stands 2 times"),
        ({"conditions": [CONDITION | {"due": DAY - timedelta(days=1)}]}, "conditions[c1].due"),
        ({"conditions": [CONDITION | {"due": DAY + timedelta(days=181)}]}, "conditions[c1].due"),
        ({"decided_on": DAY - timedelta(days=3)}, "is before the audit"),
        ({"valid_from": DAY - timedelta(days=1)}, "valid_from: 2026-11-21 is before the decision"),
        ({"expires_on": DAY, "valid_from": DAY + timedelta(days=1)}, "is before valid_from"),
        ({"expires_on": DAY + timedelta(days=181)}, "lets a decision stand for 180 days"),
        ({"expires_on": DAY + timedelta(days=364)}, "the audit itself expires on"),
        ({"expires_on": DAY + timedelta(days=366)}, "no decision stands for more than 365"),
        ({"members": all_vote("approve", signed_at=DAY - timedelta(days=1))}, "signed_at: "),
        (
            {"withdrawal": {"on": DAY - timedelta(days=1), "by": "x", "reason": "y"}},
            "withdrawal.on",
        ),
        ({"override": OVERRIDE}, "override: only an approval of a failing audit has one"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_place(changes, said):
    assert any(said in fault for fault in told(**changes)), told(**changes)


def test_a_failing_audit_is_approved_by_override_only():
    assert any(fault.startswith("override: the audit fails") for fault in told(FAIL))
    assert told(FAIL, override=OVERRIDE) == []
    long = OVERRIDE | {"until": DAY + timedelta(days=31)}
    assert any("override.until" in fault for fault in told(FAIL, override=long))
    assert told(FAIL, decision="reject", members=all_vote("reject")) == []
    assert any(
        "only an approval" in fault
        for fault in told(FAIL, decision="reject", members=all_vote("reject"), override=OVERRIDE)
    )


def test_an_undecided_audit_needs_no_override():
    assert told(Audited("inconclusive", PASS.as_of, PASS.expires_on)) == []


votes = st.lists(
    st.sampled_from(["approve", "approve_with_conditions", "defer", "reject", "abstain"]),
    max_size=9,
)


@given(votes, st.randoms(use_true_random=False))
def test_votes_are_counted_whatever_their_order(cast, random):
    shuffled = list(cast)
    random.shuffle(shuffled)
    assert permitted(shuffled) == permitted(cast)
    assert permitted([*cast, "abstain"]) == permitted(cast)


@given(votes)
def test_nothing_is_approved_without_more_than_half(cast):
    said = [vote for vote in cast if vote != "abstain"]
    yes = sum(vote.startswith("approve") for vote in said)
    choices = permitted(cast)
    assert ("approve" in choices) == (2 * said.count("approve") > len(said))
    if "approve_with_conditions" in choices:
        assert 2 * yes > len(said)
    if 2 * yes <= len(said):
        assert set(choices) <= {"defer", "reject"}


@given(votes, st.sampled_from(["approve", "approve_with_conditions", "defer", "reject"]))
def test_a_majority_is_the_decision(cast, choice):
    assert permitted([*cast, *[choice] * (len(cast) + 1)]) == (choice,)


@pytest.mark.parametrize(
    ("cast", "choices"),
    [
        ("a a r r", "defer reject"),
        ("a c r", "approve_with_conditions defer"),
        ("a a c", "approve"),
        ("c c a r d", "approve_with_conditions defer"),
        ("", "defer reject"),
        ("a c r r", "defer reject"),
        ("d r", "defer reject"),
        ("d d r", "defer"),
    ],
)
def test_votes_by_example(cast, choices):
    names = {"a": "approve", "c": "approve_with_conditions", "d": "defer", "r": "reject"}
    assert permitted(names[letter] for letter in cast.split()) == tuple(choices.split())


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=4))
def test_the_quorum_is_what_the_charter_says(rows):
    members = [
        member(name, present=present, independence=member(name)["independence"]
               | {"builds_or_uses": builds})
        for name, (present, builds) in zip(SEATS, rows, strict=True)
    ]  # fmt: skip
    there = [(name, row[1]) for name, row in zip(SEATS, rows, strict=True) if row[0]]
    wanted = (
        len(there) >= 3
        and "voice" in dict(there)
        and sum(not builds for _, builds in there) > len(there) / 2
    )
    read = Form.model_validate(form(members=members)).members
    assert quorum_met(read, CHARTER) == wanted


def test_an_advocate_of_ones_own_naming_does_not_count():
    members = [
        member("chair"), member("care"), member("eng", constituency="community_advocate"),
        absent("voice"),
    ]  # fmt: skip
    assert not quorum_met(Form.model_validate(form(members=members)).members, CHARTER)


def test_one_member_twice_is_one():
    members = [member("chair"), member("chair"), member("voice")]
    assert not quorum_met(Form.model_validate(form(members=members)).members, CHARTER)
