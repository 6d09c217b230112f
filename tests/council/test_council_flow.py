"""The whole way: packet, decision, signatures, verification; and each way in which it breaks."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from houses import DAY, call, filled, forge

from careaudit.canonical import canonical, sha256
from careaudit.council import verify
from careaudit.council.ledger import Ledger, read

CONDITIONS = """
[[conditions]]
id = "c1"
text = "Denials in Spanish are reviewed by a person."
metric = "share of denials reviewed"
threshold = 1.00
owner = "Head of care"
due = 2026-12-15
blocking = true
[[conditions]]
id = "c2"
text = "QA checks all languages."
metric = "share checked"
threshold = "0.10"
owner = "QA"
due = 2027-01-15
blocking = false
"""
OVERRIDE = '[override]\nreason = "Outage of the old bot."\napprover = "CEO"\nuntil = 2026-12-10\n'


def day_after(days: int) -> str:
    return (date.fromisoformat(DAY) + timedelta(days=days)).isoformat()


def approved(house, **changes):
    assert house.open().exit_code == 0
    house.fill(**changes)
    done = house.decide()
    assert done.exit_code == 0, done.output
    return house


def broken(done, step: str, *said: str) -> None:
    """The record does not hold, exactly one step failed, and it names itself."""
    assert done.exit_code == 5, done.output
    failed = re.findall(r"(?m)^FAILED +(\w+) +(.*)$", done.stdout)
    assert [name for name, _ in failed] == [step], done.stdout
    for words in said:
        assert words in failed[0][1], failed
    assert "The council's record does not hold." in done.stdout


def test_open_decide_verify(house):
    approved(house)
    done = house.verify()
    assert done.exit_code == 0, done.output
    held = re.findall(r"(?m)^held {4}(.{14})", done.stdout)
    assert [name.strip() for name in held] == [
        "ledger", "signature", "subject", "evidence", "audit", "policy", "in time",
        "not superseded", "not withdrawn", "quorum", "conditions", "decision",
    ]  # fmt: skip


def test_the_same_decision_is_the_same_ledger(house):
    approved(house)
    first = house.ledger.read_bytes()
    house.ledger.unlink()
    assert house.decide().exit_code == 0
    assert house.ledger.read_bytes() == first


# What verification finds, in its order.


def test_no_ledger(house):
    house.open()
    broken(house.verify(), "missing", "nothing was decided")


def test_a_ledger_without_a_decision(house):
    house.ledger.write_bytes(Ledger().to_bytes())
    broken(house.verify(), "missing", "no decision")


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"approve", b"approbe", 1),
        lambda raw: raw[:-1],
        lambda raw: b"",
        lambda raw: raw + raw,
    ],
)
def test_an_altered_ledger(house, change):
    approved(house)
    house.ledger.write_bytes(change(house.ledger.read_bytes()))
    broken(house.verify(), "ledger", "line ")


def test_another_key_in_the_charter(house):
    approved(house)
    assert call("key", "chair", "-o", house.root / "other").exit_code == 0
    (house.root / "other" / "chair.pub").replace(house.root / "keys" / "chair.pub")
    broken(house.verify(), "signature", "fewer than 2 of the charter's 3 keys")


@pytest.mark.parametrize("name", ["council.toml", "keys/chair.pub"])
@pytest.mark.parametrize("content", [None, b"", b"damaged"])
def test_signatures_without_charter_or_keys(house, name, content):
    approved(house)
    path = house.root / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    broken(house.verify(), "signature", path.name)


def test_the_charter_lies_beside_the_ledger(house):
    assert house.open().exit_code == 0
    house.fill(decision="approve_with_conditions", end=CONDITIONS)
    signers = ("--key", house.key("law"), "--key", house.key("voice"))
    done = call("decide", house.form, "--ledger", house.ledger, *signers)
    assert done.exit_code == 0, done.output
    done = call("condition", house.ledger, house.record_id(), "c1", "--evidence", "E", "--by", "QA",
                "--on", DAY, *signers)  # fmt: skip
    assert done.exit_code == 0, done.output
    done = call("verify", house.ledger, house.audit, "-c", house.audit, "--model", house.model,
                "--as-of", DAY)  # fmt: skip
    assert done.exit_code == 0, done.output


def rewritten(house, change) -> None:
    """Rewrite the whole ledger, hashes and seal included, as someone without a key could."""
    ledger = Ledger()
    for entry in read(house.ledger).entries:
        body = json.loads(json.dumps(entry.body))
        change(body)
        ledger = Ledger((*ledger.entries, ledger.next(entry.kind, body)))
    house.ledger.write_bytes(ledger.to_bytes())


@pytest.mark.parametrize(
    ("change", "step", "said"),
    [
        (lambda b: b["decision"].update(reasons="Changed."), "signature", "decisionRecord"),
        (lambda b: b["decision"].update(expires_on="2027-05-20"), "signature", "decisionRecord"),
        (lambda b: b["decision"].update(extra=1), "ledger", "unknown key"),
        (lambda b: b["statements"].clear(), "signature", "no signed envelope"),
        (lambda b: b.clear(), "ledger", "is no decision"),
        (
            lambda b: b["statements"].update({"council-decision": b["statements"]["equity-audit"]}),
            "signature",
            "is no urn:careaudit:predicate:council-decision",
        ),
        (lambda b: b["statements"]["council-decision"]["signatures"].pop(), "signature", "fewer"),
        (
            lambda b: b["statements"].update({"equity-audit": b["statements"]["test-result"]}),
            "audit",
            "auditStatement",
        ),
        (lambda b: b["statements"]["equity-audit"]["signatures"].pop(), "audit", "fewer than 2"),
    ],
)  # fmt: skip
def test_a_ledger_rewritten_whole_is_caught_by_its_signatures(house, change, step, said):
    approved(house)
    rewritten(house, change)
    broken(house.verify(), step, said)


def test_a_signed_entry_at_another_place_is_caught(house):
    approved(house)
    only = read(house.ledger).entries[0]
    twice = Ledger((Ledger().next("condition", {}),))
    twice = Ledger((*twice.entries, twice.next("decision", only.body)))
    house.ledger.write_bytes(twice.to_bytes())
    broken(house.verify(), "signature", "another ledger than")


def test_another_model_file(house):
    approved(house)
    house.model.write_bytes(b"other weights")
    broken(house.verify(), "subject", "is not the model file")
    house.model.unlink()
    broken(house.verify(), "subject", "cannot be read")


def test_a_model_is_asked_for_where_the_decision_names_one(house):
    approved(house)
    done = call("verify", house.ledger, house.audit, "-c", house.audit / "careaudit.toml",
                "--charter", house.charter, "--as-of", DAY)  # fmt: skip
    broken(done, "subject", "none was given")


def test_a_decision_that_binds_no_model_does_not_speak_for_one(house):
    audit = ("-c", house.audit / "careaudit.toml", "--charter", house.charter)
    assert call("open", house.audit, *audit, "-o", house.packet).exit_code == 0
    house.fill()
    assert house.decide().exit_code == 0
    done = call("verify", house.ledger, house.audit, *audit, "--as-of", DAY)
    assert done.exit_code == 0, done.output
    broken(house.verify(), "subject", "binds no model file, and one was given")


@pytest.mark.parametrize("name", ["audit.json", "report.pdf"])
def test_altered_evidence(house, name):
    approved(house)
    file = house.audit / name
    file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))
    broken(house.verify(), "evidence", f"{name} differs from the one the council read")


def test_a_missing_report(house):
    approved(house)
    (house.audit / "report.pdf").unlink()
    broken(house.verify(), "evidence", "report.pdf", "cannot be read")


def test_waivers_that_the_council_read(house):
    waivers = house.root / "careaudit-waivers.toml"
    waivers.write_text("schema_version = 1\n")
    assert house.open("--waivers", waivers).exit_code == 0
    house.fill()
    assert house.decide().exit_code == 0
    assert house.verify("--waivers", waivers).exit_code == 0
    broken(house.verify(), "evidence", "careaudit-waivers.toml", "was not given")
    waivers.write_text("schema_version = 1 \n")
    broken(house.verify("--waivers", waivers), "evidence", "careaudit-waivers.toml differs")


def test_waivers_beside_the_plan_are_read_without_being_named(house):
    waivers = house.audit / "careaudit-waivers.toml"
    waivers.write_text("schema_version = 1\n")
    approved(house)
    assert (house.packet / waivers.name).read_bytes() == waivers.read_bytes()
    assert house.verify().exit_code == 0


def test_a_waiver_that_the_council_has_not_seen(house):
    """A waiver opens a gate, so one that was written after the decision closes it."""
    approved(house)
    (house.audit / "careaudit-waivers.toml").write_text("schema_version = 1\n")
    broken(house.verify(), "evidence", "did not read careaudit-waivers.toml")


def test_an_altered_plan(house):
    approved(house)
    plan = house.audit / "careaudit.toml"
    plan.write_text(plan.read_text() + "\n")
    broken(house.verify(), "policy", "careaudit.toml differs")
    plan.unlink()
    broken(house.verify(), "policy", "cannot be read")


def test_a_decision_has_its_time(house):
    approved(house, top=f"valid_from = {day_after(2)}")
    broken(house.verify(day=day_after(1)), "expired", "holds from 2026-11-24 on")
    assert house.verify(day=day_after(2)).exit_code == 0
    assert house.verify(day=day_after(180)).exit_code == 0
    broken(house.verify(day=day_after(181)), "expired", "expired on 2027-05-21")


def test_a_superseded_decision(house, audited):
    """A later decision, about another audit, takes the place of the first."""
    approved(house)
    first, other, form = house.record_id(), audited / "fail", house.root / "second/decision.toml"
    charter = ("--charter", house.charter)
    done = call("open", other, "-c", other / "careaudit.toml", "-o", form.parent, *charter)
    assert done.exit_code == 0, done.output
    form.write_text(filled(form.read_text(), decision="defer", top=f'supersedes = "{first}"'))
    done = call("decide", form, "--ledger", house.ledger, *charter,
                "--key", house.key("chair"), "--key", house.key("law"))  # fmt: skip
    assert done.exit_code == 0, done.output
    broken(house.verify(), "superseded", f"{first} was superseded by CR-")


def again(house, **changes):
    """Decide once more on the same audit, naming the first decision."""
    first = house.record_id()
    shutil.rmtree(house.packet)
    assert house.open().exit_code == 0
    house.fill(**changes)
    text = house.form.read_text().replace(
        f'record_id = "{first}"', f'record_id = "{first}-2"\nsupersedes = "{first}"'
    )
    house.form.write_text(text)
    return house.decide()


def test_the_last_decision_about_an_audit_counts(house):
    approved(house)
    assert again(house, decision="reject").exit_code == 0
    broken(house.verify(), "decision", "did not approve", "-2 says reject")


def test_a_withdrawn_decision(house):
    approved(house)
    withdrawal = '[withdrawal]\non = 2026-12-01\nby = "Chair"\nreason = "New evidence."\n'
    done = again(house, end=withdrawal)
    assert done.exit_code == 0, done.output
    assert house.verify(day="2026-11-30").exit_code == 0
    broken(house.verify(day="2026-12-01"), "withdrawn", "withdrawn on 2026-12-01")


def test_a_decision_signed_without_its_advocate(house):
    house.open()
    house.fill()
    members = [
        m.model_dump() | ({"present": False, "vote": None, "no_dissent": None, "signed_at": None}
                          if m.id == "voice" else {})
        for m in form_of(house).members
    ]  # fmt: skip
    forge(house, members=members)
    broken(house.verify(), "quorum", "community advocate")


def form_of(house):
    from careaudit.council.decision import load

    return load(house.form)


def test_a_charter_that_asks_for_more_closes(house):
    approved(house, absent=("law",))
    assert house.verify().exit_code == 0
    house.charter.write_text(house.charter.read_text().replace("quorum = 3", "quorum = 5"))
    broken(house.verify(), "quorum", "5 of 5 seats")


def test_conditions_come_due(house):
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    done = house.verify(day="2026-12-15")
    assert done.exit_code == 0, done.output
    assert "c1: not met (due 2026-12-15, blocking; Head of care)" in done.stdout
    broken(house.verify(day="2026-12-16"), "conditions", "c1 was due on 2026-12-15")
    done = call("condition", house.ledger, house.record_id(), "c1", "--evidence", "Audit 12",
                "--by", "QA", "--on", "2026-12-10", "--charter", house.charter,
                "--key", house.key("law"), "--key", house.key("voice"))  # fmt: skip
    assert done.exit_code == 0, done.output
    assert house.verify(day="2026-12-16").exit_code == 0
    late = house.verify(day="2027-01-16")  # c2 is late, and does not block
    assert late.exit_code == 0, late.output
    assert "c1: met (met 2026-12-10, blocking" in late.stdout
    assert "c2: late (due 2027-01-15;" in late.stdout
    assert "c1: not met" in house.verify(day="2026-12-09").stdout


def test_a_condition_met_in_somebody_elses_name(house):
    """A note that nobody signed for the council opens nothing."""
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    said = {"record_id": house.record_id(), "condition_id": "c1", "evidence": "none", "by": "x",
            "on": DAY}  # fmt: skip
    book = read(house.ledger)
    envelope = book.entries[0].body["statements"]["council-decision"]
    forged = book.next("condition", said | {"statement": envelope})
    house.ledger.write_bytes(Ledger((*book.entries, forged)).to_bytes())
    broken(house.verify(day="2026-12-16"), "signature", "condition-met")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"condition_id": "c2"}, "another fulfilment"),
        ({"on": DAY}, "another fulfilment"),
        ({"evidence": "Nothing"}, "another fulfilment"),
        ({}, "another ledger"),
    ],
)
def test_a_note_that_was_signed_for_something_else(house, change, said):
    """A signed note says one thing of one condition, at one place."""
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    done = call("condition", house.ledger, house.record_id(), "c1", "--evidence", "Audit 12",
                "--by", "QA", "--on", "2026-12-10", "--charter", house.charter,
                "--key", house.key("law"), "--key", house.key("voice"))  # fmt: skip
    assert done.exit_code == 0, done.output
    book = read(house.ledger)
    replayed = book.next("condition", book.entries[1].body | change)
    house.ledger.write_bytes(Ledger((*book.entries, replayed)).to_bytes())
    broken(house.verify(), "signature", "line 3", said)


@pytest.mark.parametrize(
    "note", [{}, {"condition_id": "c1", "evidence": "e", "by": "x", "on": "soon"}, {"on": 7}]
)
def test_a_note_that_says_nothing_damages_the_ledger(house, note):
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    book = read(house.ledger)
    forged = book.next("condition", {"record_id": house.record_id()} | note)
    house.ledger.write_bytes(Ledger((*book.entries, forged)).to_bytes())
    broken(house.verify(), "ledger", "line 2")


@pytest.mark.parametrize("choice", ["reject", "defer"])
def test_a_decision_against(house, choice):
    approved(house, decision=choice)
    broken(house.verify(), "decision", f"says {choice}")


def test_a_failing_audit_is_refused_without_override_and_held_with_it(failing):
    failing.open()
    failing.fill()
    done = failing.decide()
    assert done.exit_code == 3
    assert "override: the audit fails" in done.stderr
    assert not failing.ledger.exists()
    failing.form.write_text(failing.form.read_text() + OVERRIDE)
    assert failing.decide().exit_code == 0
    done = failing.verify()
    assert done.exit_code == 0
    assert "overridden until 2026-12-10" in done.stdout
    assert failing.verify(day="2026-12-10").exit_code == 0
    broken(failing.verify(day="2026-12-11"), "decision", "override ended on 2026-12-10")


def test_a_standing_says_what_a_gate_must_know(failing):
    approved(failing, decision="approve_with_conditions", end=CONDITIONS + OVERRIDE)

    def standing(day: str):
        return verify(
            failing.ledger, failing.charter, record=failing.audit / "audit.json",
            report=failing.audit / "report.pdf", plan=failing.audit / "careaudit.toml",
            model=failing.model, as_of=date.fromisoformat(day),
        )  # fmt: skip

    now, later = standing(DAY), standing("2026-12-20")
    assert (now.holds, now.step, now.override) == (True, "decision", True)
    assert now.decision.record_id == failing.record_id()
    held = read(failing.ledger).entries[0].body["statements"]["council-decision"]
    assert now.envelope_sha256 == sha256(canonical(held))
    assert (later.holds, later.step, later.override) == (False, "conditions", False)
    assert [state.state for state in later.conditions] == ["late", "not_met"]
    assert later.message == later.checks[-1].message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"override": None}, "override: the audit fails"),
        ({"override": {"reason": "r", "approver": "a", "until": date(2027, 3, 1)}}, "until"),
    ],
)
def test_a_forged_override_is_caught(failing, changes, said):
    failing.open()
    failing.fill(end=OVERRIDE)
    forge(failing, **changes)
    broken(failing.verify(), "decision", said)


def test_a_forged_majority_is_caught(house):
    house.open()
    house.fill(votes={"chair": "reject", "care": "reject", "law": "reject"})
    forge(house)
    broken(house.verify(), "decision", "is not what the votes say")


# What good keys have signed, and is not sound all the same.


@pytest.fixture
def filled_in(house):
    house.open()
    house.fill()
    return house


def test_a_statement_about_another_model(filled_in):
    def other(statement):
        statement["subject"][0]["digest"]["sha256"] = "0" * 64

    forge(filled_in, {"council-decision": other})
    broken(filled_in.verify(), "subject", "another subject")


def test_another_audit_statement_than_the_decision_names(filled_in):
    forge(filled_in, {"equity-audit": lambda s: s["predicate"].update(verdict="PASSED!")})
    broken(filled_in.verify(), "audit", "another auditStatement")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["evidence"].pop(), "another evidence"),
        (lambda p: p.update(verdict="COMPLIANT"), "what the audit found"),
        (lambda p: p.pop("expiresOn"), "what the audit found"),
        (lambda p: p.update(auditedOn=7), "what the audit found"),
    ],
)
def test_an_audit_statement_that_says_something_else(filled_in, change, said):
    """Both statements are signed, and the decision names the changed audit statement."""
    made = {}

    def audit(statement):
        change(statement["predicate"])
        made["sha256"] = sha256(canonical(statement))

    def decision(statement):
        statement["predicate"]["auditStatement"]["digest"] = dict(made)

    forge(filled_in, {"equity-audit": audit, "council-decision": decision})
    broken(filled_in.verify(), "audit", said)


@pytest.mark.parametrize("name", ["report.pdf", "careaudit.toml"])
def test_a_decision_without_its_evidence(filled_in, name):
    evidence = [e.model_dump() for e in form_of(filled_in).evidence if e.name != name]
    forge(filled_in, evidence=evidence)
    broken(filled_in.verify(), "evidence", f"did not read {name}")


def test_a_decision_does_not_outlive_its_audit(filled_in):
    forge(filled_in, expires_on=date(2028, 6, 1))
    broken(filled_in.verify(day="2027-11-22"), "decision", "the audit itself expires")
    broken(filled_in.verify(day="2027-11-23"), "expired", "expired on 2027-11-22")


# What decide refuses, with nothing written.


def refused(done, house, *said: str) -> None:
    assert done.exit_code == 3, done.output
    for words in said:
        assert words in done.stderr, done.stderr
    assert not house.ledger.exists()


def test_an_empty_form_is_refused(house):
    house.open()
    refused(house.decide(), house, "not filled in yet: decision, reasons, decided_on")


def test_a_missing_advocate_is_refused(house):
    house.open()
    house.fill(absent=("voice",))
    refused(house.decide(), house, "no quorum", "community advocate")


def test_a_council_of_builders_is_refused(house):
    house.open()
    house.fill(absent=("law", "care"), build_line=("eng", "chair"))
    refused(house.decide(), house, "no quorum")


@pytest.mark.parametrize("name", ["audit.json", "report.pdf", "careaudit.toml"])
def test_evidence_that_changed_in_the_packet_is_refused(house, name):
    house.open()
    house.fill()
    with (house.packet / name).open("ab") as file:
        file.write(b" ")
    refused(house.decide(), house, f"is not the {name} that the form names")


def test_too_few_keys_and_strange_keys_are_refused(house):
    house.open()
    house.fill()
    refused(house.decide(keys=("chair",)), house, "1 of the 2 different signatures")
    refused(house.decide(keys=("chair", "chair")), house, "1 of the 2 different signatures")
    call("key", "stranger", "-o", house.root / "keys")
    refused(house.decide(keys=("chair", "stranger")), house, "does not name the public key")


def test_another_model_than_the_audited_is_refused(house):
    house.open()
    house.fill()
    house.form.write_text(house.form.read_text().replace('"7.2.0"', '"7.3.0"'))
    refused(house.decide(), house, 'model.version: "7.3.0" is not what was audited, "7.2.0"')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reasons =", "quorum = {rule = 'all', met = true}\nreasons =", 'unknown key "quorum"'),
        ("reasons =", "reason =", 'did you mean "reasons"?'),
        ('name = "audit.json"', 'name = "../audit.json"', "evidence"),
        ('decision = "approve"', 'decision = "PASS"', "decision"),
        (f"decided_on = {DAY}", "decided_on = 0.5", "decided_on"),
        ("present = true", "present = 7", "present"),
        ('sha256 = "', 'sha256 = "0', "sha256"),
    ],
)
def test_a_form_that_says_something_else_is_refused(house, old, new, said):
    house.open()
    house.fill()
    text = house.form.read_text()
    assert old in text
    house.form.write_text(text.replace(old, new, 1))
    refused(house.decide(), house, said)


@pytest.mark.parametrize(
    "raw",
    [b"#" * 1_000_001, b"x = " + b"[" * 5_000 + b"]" * 5_000, b"\xff", b"a = ", b"a = 1"],
)
def test_a_hostile_form_is_refused(house, raw):
    house.open()
    house.form.write_bytes(raw)
    refused(house.decide(), house, "decision.toml")


def test_a_hostile_text_does_not_reach_the_terminal(house):
    house.open()
    house.fill()
    text = house.form.read_text().replace('"7.2.0"', r'"7\u001b[31m"')
    house.form.write_text(text)
    done = house.decide()
    refused(done, house, r'model.version: "7\u001B[31m"')
    house.form.write_text(text.replace("reasons =", r'"re\u001b[31m" = ""' + "\nreasons =", 1))
    refused(house.decide(), house, r"not filled in yet: re\u001B[31m")


def test_a_second_decision_must_name_the_first(house):
    approved(house)
    before = house.ledger.read_bytes()
    done = house.decide()
    assert done.exit_code == 3
    assert "already" in done.stderr
    first = house.record_id()
    house.form.write_text(house.form.read_text().replace(first, f"{first}-2"))
    done = house.decide()
    assert done.exit_code == 3
    assert f'supersedes = "{first}"' in done.stderr
    house.form.write_text(
        house.form.read_text().replace("reasons =", 'supersedes = "CR-0"\nreasons =', 1)
    )
    done = house.decide()
    assert done.exit_code == 3
    assert 'no decision "CR-0"' in done.stderr
    assert house.ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("CR-0", "c1"), 'no decision "CR-0"'),
        ((None, "c9"), 'no condition "c9"'),
        ((None, "c1", "--evidence", " "), "must be said"),
        ((None, "c1", "--on", "2026-11-01"), "is before the decision"),
    ],
)
def test_a_condition_that_cannot_be_met_is_refused(house, args, said):
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    before = house.ledger.read_bytes()
    record_id, *rest = args
    done = call("condition", house.ledger, record_id or house.record_id(), rest[0], "--evidence",
                "E", "--by", "QA", "--on", DAY, "--charter", house.charter, "--key",
                house.key("law"), "--key", house.key("voice"), *rest[1:])  # fmt: skip
    assert done.exit_code == 3, done.output
    assert said in done.stderr
    assert house.ledger.read_bytes() == before


# What is shown.


def test_show_prints_what_was_decided(house):
    approved(house, decision="approve_with_conditions", end=CONDITIONS)
    done = call("show", house.ledger, "--as-of", "2026-12-20")
    assert done.exit_code == 0
    for words in (house.record_id(), "approve_with_conditions", "met, 5 present",
                  "holds 2026-11-22 to 2027-05-21", "c1: late", "c2: not met"):  # fmt: skip
        assert words in done.stdout
    tree = json.loads(call("show", house.ledger, "-f", "json", "--as-of", DAY).stdout)
    assert tree["decisions"][0]["decision"]["record_id"] == house.record_id()
    assert [c["state"] for c in tree["decisions"][0]["conditions"]] == ["not_met", "not_met"]


def test_show_refuses_a_damaged_ledger(house):
    approved(house)
    house.ledger.write_bytes(house.ledger.read_bytes()[:-3])
    done = call("show", house.ledger)
    assert done.exit_code == 3
    assert "seal" in done.stderr


def test_dissent_is_kept_word_for_word_and_harms_no_terminal(house):
    house.open()
    words = "I disagree:\x1b[31m <b>=cmd</b>\n  \u202eno."
    text = house.form.read_text()
    house.fill(votes={"law": "reject"}, end=f'[[dissent]]\nmember = "law"\ntext = {toml(words)}\n')
    text = house.form.read_text()
    law = text.index('id = "law"')
    house.form.write_text(
        text[:law] + text[law:].replace("no_dissent = true", "no_dissent = false", 1)
    )
    done = house.decide()
    assert done.exit_code == 0, done.output
    kept = json.loads(call("show", house.ledger, "-f", "json").stdout)["decisions"][0]["decision"]
    assert kept["dissent"] == [{"member": "law", "text": words}]
    shown = call("show", house.ledger).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "I disagree" in shown


def toml(text: str) -> str:
    from careaudit.plan.toml_text import show

    return show(text)


def test_no_private_key_is_told_anywhere(house):
    """Not by any command, nor in any file that is not the key itself."""
    said = house.open().output
    house.fill()
    said += house.decide("-o", house.root / "out").output + house.verify().output
    said += house.decide().output + call("show", house.ledger, "-f", "json").output
    (house.root / "keys" / "chair.key").chmod(0o644)
    said += house.decide().output
    secrets = [path.read_text().splitlines()[1] for path in house.root.rglob("*.key")]
    texts = [said, *(path.read_bytes().decode("latin-1") for path in files(house.root))]
    assert len(secrets) == 3
    assert not any(secret in text for secret in secrets for text in texts)
    assert len(texts) > 15


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and path.suffix != ".key"]
