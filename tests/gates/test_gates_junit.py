"""JUnit XML: valid by the schema of Jenkins' xUnit plugin, and read by a JUnit reader.

`junit-10.xsd` is that of github.com/jenkinsci/xunit-plugin (MIT, its licence in its head), as the
source distribution of pytest 9.2 carries it to check its own reports. Surefire's and Ant's schemas
differ: Surefire's has one suite for the root, Ant's wants a host name and a time of each suite.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree as ET

import junitparser
import pytest
import xmlschema
from gates_cases import DAY, HOSTILE, SAMPLES, every_outcome, named, sample
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.gate import Asked, Reason, decide
from careaudit.report.gates import FORMATS

SCHEMA = xmlschema.XMLSchema10(Path(__file__).parent / "junit-10.xsd")


def xml(decision):
    return FORMATS["junit"](decision)["junit.xml"]


def cases(decision):
    """(suite, classname, name) -> (result type, its type, its message), as the reader has them."""
    found = {}
    for suite in junitparser.JUnitXml.fromstring(xml(decision).encode()):
        for case in suite:
            result = case.result[0] if case.result else None
            told = (type(result).__name__, result.type, result.message) if result else None
            found[suite.name, case.classname, case.name] = told
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_real_records_are_valid(name):
    decision = decide(sample(name), as_of=DAY)
    SCHEMA.validate(xml(decision))
    assert len(cases(decision)) >= len(sample(name).comparisons)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_valid_and_add_nothing(text):
    made = xml(named(text))
    SCHEMA.validate(made)
    tags = [element.tag for element in ET.fromstring(made).iter()]  # noqa: S314 - our own
    assert tags == [element.tag for element in ET.fromstring(xml(named("plain"))).iter()]  # noqa: S314


@given(st.text(st.characters(exclude_categories=("Cs",))))
@settings(deadline=None)
def test_any_name_can_be_read_back(text):
    ET.fromstring(xml(named(text)))  # noqa: S314 - our own


def test_each_outcome_as_a_reader_sees_it():
    found = cases(every_outcome())
    where = "language={} against en"
    wait = "Cannot tell yet: The log has no time of the answer."
    gap = "Action needed: the gap is {} limits ({} to {})"
    expired = "it expired on 2026-11-01"
    ungated = "The question does not decide the release."
    assert found == {
        ("fairness", "adverse_rate", f"{where.format('es')} (credit-denied)"): (
            "Failure", "established", f"{gap.format('1.50', 0.75, '3.00')}."),
        ("fairness", "adverse_rate", where.format("fr")): (
            "Failure", "established", f"{gap.format(2.25, 1.13, '4.50')}; {expired}."),
        ("fairness", "adverse_rate", where.format("pt")): (
            "Skipped", "insufficient", "Cannot tell yet: the gap is 0.90 limits (0.45 to 1.80)."),
        ("fairness", "adverse_rate", where.format("zh")): None,
        ("escalation", "not assessed", "wait"): ("Skipped", "inconclusive", wait),
        ("fairness", "adverse_rate", f"{where.format('es')} (flags)"): (
            "Skipped", "not gated", f"{gap.format('3.00', '1.50', '6.00')}. {ungated}"),
        ("fairness", "adverse_rate", f"{where.format('es')} (credit-late)"): None,
        ("fairness", "adverse_rate", f"{where.format('es')} (upgrade-denied)"): None,
        ("fairness", "adverse_rate", f"{where.format('es')} (refund-denied)"): None,
        ("fairness", "adverse_rate", f"{where.format('es')} (plan-denied)"): None,
        ("evidence", "audit_expired", "The audit expired on 2026-11-20."): (
            "Error", "audit_expired", "The audit expired on 2026-11-20."),
    }  # fmt: skip


def test_covered_findings_pass_and_say_so():
    read = junitparser.JUnitXml.fromstring(xml(every_outcome()).encode())
    (suite,) = (suite for suite in read if suite.name == "fairness")
    said = {case.name: case.system_out for case in suite if case.system_out}
    assert said == {
        "language=es against en (upgrade-denied)": "Waived: the gap is 1.20 limits (0.60 to 2.40);"
        " approved by Jo Lee until 2027-01-30.",
        "language=es against en (refund-denied)": "Known, not larger: the gap is 1.20 limits (0.60"
        " to 2.40); 1.20 limits, 1.30 in the baseline.",
        "language=es against en (plan-denied)": "Overridden by the council: the gap is 1.20 limits"
        " (0.60 to 2.40); the council overrides the audit.",
    }
    properties = {p.name: p.value for p in suite.properties()}
    assert properties["upgrade-denied/language/es: outcome"] == "waived"
    assert properties["refund-denied/language/es: outcome"] == "known"
    assert properties["plan-denied/language/es: outcome"] == "overridden"


def test_numbers_and_the_trap_of_skipped_tests_are_properties():
    read = junitparser.JUnitXml.fromstring(xml(every_outcome()).encode())
    for suite in read:
        properties = {p.name: p.value for p in suite.properties()}
        assert properties["note"] == "Skipped tests are not green: the exit code is the gate."
        assert (properties["gate"], properties["exit_code"]) == ("closed", "1")
        assert properties["record_sha256"] == "ab" * 32
        assert properties["as_of"] == "2026-11-22"
    fairness = {p.name: p.value for p in next(s for s in read if s.name == "fairness").properties()}
    mine = {k: v for k, v in fairness.items() if k.startswith("credit-denied/language/fr")}
    assert mine == {
        "credit-denied/language/fr: outcome": "fail",
        "credit-denied/language/fr: n": "1000",
        "credit-denied/language/fr: u": "2.25",
        "credit-denied/language/fr: range": "1.125 to 4.5",
        "credit-denied/language/fr: limit": "0.05",
    }


@pytest.mark.parametrize("name", ["every", *SAMPLES])
def test_counts_are_those_of_the_elements(name):
    decision = every_outcome() if name == "every" else decide(sample(name), as_of=DAY)
    root = ET.fromstring(xml(decision))  # noqa: S314 - our own
    for element in [root, *root.iter("testsuite")]:
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
        assert int(element.get("failures")) == len(list(element.iter("failure")))
        assert int(element.get("errors")) == len(list(element.iter("error")))
        if element.tag == "testsuite":
            assert int(element.get("skipped")) == len(list(element.iter("skipped")))


def test_council_and_missing_evidence_are_errors_and_a_worse_release_a_failure():
    reasons = (
        Reason("council_quorum", "closes", "no community advocate", None, None, 5),
        Reason("missing_group", "closes", "no decision about fr", "credit-denied", None, 4),
        Reason("release_worse", "closes", "worse than 7.1", None, None, 1),
        Reason("inconclusive", "closes", "wait cannot be told", "wait", None, 4),
    )
    found = cases(dataclasses.replace(every_outcome(), reasons=reasons))
    evidence = {key[1]: told[0] for key, told in found.items() if key[0] == "evidence"}
    assert evidence == {
        "council_quorum": "Error", "missing_group": "Error", "release_worse": "Failure",
    }  # fmt: skip


def test_a_gap_that_is_hidden_has_no_number():
    first = every_outcome().questions[0]
    finding = dataclasses.replace(
        first.findings[2],
        comparison=first.findings[2].comparison.model_copy(
            update={"u": first.findings[2].comparison.u.model_copy(update={
                "value": None, "low": None, "high": None})}
        ),
    )  # fmt: skip
    asked = Asked(first.question, "fail", "closes", (finding,))
    made = xml(dataclasses.replace(every_outcome(), questions=(asked,)))
    assert "the gap cannot be shown" in made
    assert "language/pt: u" not in made
    assert "None" not in made
