"""The signed statements: their shapes, and what securesystemslib says of them by itself."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from houses import DAY
from securesystemslib.dsse import Envelope

from careaudit.canonical import canonical
from careaudit.council import keys, statements
from careaudit.council.deciding import decisions
from careaudit.council.dsse import opened, signed
from careaudit.council.ledger import START, read
from careaudit.errors import CouncilError
from careaudit.record import AuditRecord

VERIFY = """
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

envelope, threshold, *pems = sys.argv[1:]
keys = [SSlibKey.from_crypto(load_pem_public_key(open(p, "rb").read())) for p in pems]
found = Envelope.from_dict(json.load(open(envelope)))
found.verify(keys, int(threshold))
sys.stdout.write(found.payload_type + chr(10) + found.payload.decode())
"""


def in_a_fresh_process(envelope, threshold, *pems):
    return subprocess.run(
        [sys.executable, "-c", VERIFY, str(envelope), str(threshold), *map(str, pems)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def out(house):
    house.open()
    house.fill()
    done = house.decide("-o", house.root / "out")
    assert done.exit_code == 0, done.output
    return house


def payload(house, name: str) -> dict:
    envelope = json.loads((house.root / "out" / f"{name}.dsse.json").read_text())
    return json.loads(base64.b64decode(envelope["payload"]))


NAMES = ("equity-audit", "test-result", "council-decision")


@pytest.mark.parametrize("name", NAMES)
def test_securesystemslib_verifies_each_by_itself(out, name):
    pems = [out.root / "keys" / f"{who}.pub" for who in ("chair", "law", "voice")]
    done = in_a_fresh_process(out.root / "out" / f"{name}.dsse.json", 2, *pems)
    assert done.returncode == 0, done.stderr
    kind, text = done.stdout.split("\n", 1)
    assert kind == "application/vnd.in-toto+json"
    statement = json.loads(text)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert canonical(statement) == text.encode()
    other = in_a_fresh_process(out.root / "out" / f"{name}.dsse.json", 2, *pems[:2])
    assert other.returncode != 0
    assert "threshold" in other.stderr


def test_cryptography_alone_verifies_the_encoding_of_dsse(out):
    """DSSE's PAE, written out by hand: an oracle that shares no code with securesystemslib."""
    envelope = json.loads((out.root / "out" / "council-decision.dsse.json").read_text())
    raw, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    pae = b" ".join([b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(raw), raw])
    for who, signature in zip(("chair", "voice"), envelope["signatures"], strict=True):
        key = load_pem_public_key((out.root / "keys" / f"{who}.pub").read_bytes())
        key.verify(base64.b64decode(signature["sig"]), pae)


def test_the_shape_of_an_equity_audit(out):
    record = json.loads((out.audit / "audit.json").read_text())
    evidence = {
        name: {"sha256": sha(out.audit / name)}
        for name in ("audit.json", "report.pdf", "careaudit.toml")
    }
    statement = payload(out, "equity-audit")
    assert statement["subject"] == [
        {"name": "credit-bot@7.2.0", "digest": {"sha256": sha(out.model)}},
        {"name": "audit.json", "digest": evidence["audit.json"]},
    ]
    assert statement["predicateType"] == "urn:careaudit:predicate:equity-audit:v0.1"
    said = statement["predicate"]
    assert said["auditor"]["id"] == "careaudit"
    assert said["auditedOn"] == f"{DAY}T00:00:00Z"
    assert said["counts"] == {"rows": 1544, "used": 1544, "excluded": 0, "unknown": {"language": 0}}
    assert said["policy"] == {"name": "careaudit.toml", "digest": evidence["careaudit.toml"]}
    assert {piece["name"]: piece["digest"] for piece in said["evidence"]} == evidence
    assert {piece["mediaType"] for piece in said["evidence"]} == {
        "application/json", "application/pdf", "application/toml",
    }  # fmt: skip
    assert [gate["id"] for gate in said["gates"]] == ["credit-denied"]
    assert said["verdict"] in {"PASSED", "INDETERMINATE"}
    assert (said["verdict"] == "PASSED") == (record["verdict"] == "pass")


def sha(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_shape_of_a_council_decision(out):
    said = payload(out, "council-decision")["predicate"]
    audit = json.loads((out.root / "out" / "equity-audit.dsse.json").read_text())["payload"]
    assert said["auditStatement"]["digest"]["sha256"] == (
        hashlib.sha256(base64.b64decode(audit)).hexdigest()
    )
    assert said["recordId"] == out.record_id()
    assert (said["decidedOn"], said["validFrom"], said["expiresOn"]) == (
        "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "2027-05-21T23:59:59Z",
    )  # fmt: skip
    assert said["quorum"]["met"] is True
    assert said["ledger"] == {"sequence": 1, "previous": START}
    assert said["dissentCount"] == 0
    assert [m["independent"] for m in said["members"]] == [True, True, True, False, True]


def test_no_statement_names_a_person(out):
    for name in NAMES:
        text = json.dumps(payload(out, name))
        assert "Person " not in text
        assert "The company" not in text


def test_statements_are_lower_camel_case_without_floats(out):
    def walk(tree):
        assert not isinstance(tree, float)
        for key, child in tree.items() if isinstance(tree, dict) else ():
            assert key == "language" or re.fullmatch(r"_?[a-z][a-zA-Z0-9]*", key)
            walk(child)
        for child in tree if isinstance(tree, list) else ():
            walk(child)

    for name in NAMES:
        walk(payload(out, name))


@pytest.fixture
def told(out):
    """The record that was decided on, and the decision."""
    record = AuditRecord.load(out.audit / "audit.json")
    return record, decisions(read(out.ledger))[0].decision


@pytest.mark.parametrize(
    ("verdict", "result", "place"),
    [
        ("pass", "PASSED", "passedTests"),
        ("inconclusive", "WARNED", "warnedTests"),
        ("fail", "FAILED", "failedTests"),
    ],
)
def test_a_test_result_never_passes_what_is_undecided(told, verdict, result, place):
    record, decision = told
    question = record.questions[0].model_copy(update={"verdict": verdict})
    beside = question.model_copy(update={"id": "not-gated", "gate": False})
    record = record.model_copy(update={"verdict": verdict, "questions": (question, beside)})
    said = statements.test_result(record, decision)["predicate"]
    lists = {key: said[key] for key in ("passedTests", "warnedTests", "failedTests")}
    assert said["result"] == result
    assert lists == {key: ["credit-denied"] if key == place else [] for key in lists}
    assert said["configuration"][0]["name"] == "careaudit.toml"


def test_a_group_too_small_to_be_shown_is_in_no_statement(told):
    """The worst comparison may be one that is hidden; then the statement says no group at all."""
    record, decision = told
    assert any(g.status == "suppressed" for s in record.segments for g in s.groups)
    first, least = record.comparisons[0], record.provenance.settings.min_cell

    def gate(**changes):
        worst = first.model_copy(update={"id": "x"} | changes)
        question = record.questions[0].model_copy(update={"worst": "x"})
        changed = record.model_copy(update={"comparisons": (worst,), "questions": (question,)})
        return statements.equity_audit(changed, decision)["predicate"]["gates"][0]

    for hidden in ({"group": "tiny"}, {"group": "small groups (pooled)"}, {"n": least - 1}):
        assert not {"segment", "n", "value", "threshold"} & gate(**hidden).keys()
    shown = gate(n=least)
    assert shown["segment"] == f"language={first.group}"
    assert (shown["value"], shown["threshold"]) == (f"{first.u.value:.6f}", "1.000000")


def test_a_small_count_of_unknown_rows_is_in_no_statement(told):
    record, decision = told
    unknown = {"none": 0, "few": 9, "many": 10}
    accounts = record.accounts.model_copy(update={"unknown": unknown})
    said = statements.equity_audit(record.model_copy(update={"accounts": accounts}), decision)
    assert said["predicate"]["counts"]["unknown"] == {"none": 0, "many": 10}


# Envelopes that were tampered with.


@pytest.fixture
def pairs(tmp_path):
    return [keys.generate(name, tmp_path) for name in ("a", "b", "c")]


STATEMENT = {"_type": "https://in-toto.io/Statement/v1", "predicate": {"n": 2480}}


def flip(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[len(raw) // 2] ^= 1
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(payload=flip(e["payload"])),
        lambda e: e.update(payloadType="application/json"),
        lambda e: e["signatures"][0].update(sig=flip(e["signatures"][0]["sig"])),
        lambda e: e["signatures"][0].update(keyid="0" * 64),
        lambda e: e["signatures"][0].update(keyid=e["signatures"][1]["keyid"]),
        lambda e: e["signatures"].pop(),
        lambda e: e["signatures"].append(e["signatures"][0]),
        lambda e: e.update(signatures=[]),
        lambda e: e.update(signatures={}),
        lambda e: e.update(signatures=None),
        lambda e: e.update(payload=7),
        lambda e: e.update(payload="%%%"),
        lambda e: e["signatures"][0].update(sig=[]),
        lambda e: e.pop("payload"),
        lambda e: e.clear(),
    ],
)
def test_a_tampered_envelope_is_refused(pairs, change):
    envelope = signed(STATEMENT, [keys.private_key(private) for private, _ in pairs[:2]])
    known = [keys.public_key(public) for _, public in pairs]
    assert opened(envelope, known, 2, where="x")[0] == STATEMENT
    changed = copy.deepcopy(envelope)
    change(changed)
    with pytest.raises(CouncilError):
        opened(changed, known, 2, where="x")


@pytest.mark.parametrize("envelope", [None, [], "x", 3, {"payload": {}}])
def test_what_is_no_envelope_is_refused(pairs, envelope):
    with pytest.raises(CouncilError, match="no signed envelope"):
        opened(envelope, [keys.public_key(pairs[0][1])], 1, where="x")


@pytest.mark.parametrize(
    "statement", [{"_type": "other"}, {}, {"_type": "https://in-toto.io/Statement/v0.1"}]
)
def test_what_is_signed_must_be_a_statement(pairs, statement):
    envelope = signed(statement, [keys.private_key(pairs[0][0])])
    with pytest.raises(CouncilError, match="no in-toto statement"):
        opened(envelope, [keys.public_key(pairs[0][1])], 1, where="x")


def test_an_envelope_of_another_type_is_refused(pairs):
    envelope = Envelope(canonical(STATEMENT), "application/json", {})
    envelope.sign(keys.private_key(pairs[0][0]))
    with pytest.raises(CouncilError, match=r"vnd\.in-toto"):
        opened(envelope.to_dict(), [keys.public_key(pairs[0][1])], 1, where="x")


def test_opening_leaves_the_envelope_as_it_was(pairs):
    envelope = signed(STATEMENT, [keys.private_key(pairs[0][0])])
    before = copy.deepcopy(envelope)
    opened(envelope, [keys.public_key(pairs[0][1])], 1, where="x")
    assert envelope == before


def test_statements_of_the_ledger_are_those_that_were_written(out):
    held = read(out.ledger).entries[0].body["statements"]
    for name in NAMES:
        assert json.loads((out.root / "out" / f"{name}.dsse.json").read_text()) == held[name]
