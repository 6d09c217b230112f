"""The decision as JUnit XML, valid by the schema of Jenkins' xUnit plugin (junit-10.xsd).

That schema knows no properties of a test case, so a finding's numbers are properties of its suite,
named after the finding. Readers take a skipped test for a green one: the exit code is the gate.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from careaudit.gate import FAILED, Asked, Finding, GateDecision
from careaudit.record import Comparison
from careaudit.report.gates import texts
from careaudit.report.wording.names import clean

EVIDENCE = "evidence"
NOTE = "Skipped tests are not green: the exit code is the gate."


@dataclass(frozen=True)
class Case:
    """One test: `kind` is None where it passes, and `said` what stands in it as text."""

    measure: str
    name: str
    question: str
    kind: str | None = None
    type: str = ""
    message: str = ""
    said: str = ""
    properties: tuple[tuple[str, str], ...] = ()


def files(decision: GateDecision) -> dict[str, str]:
    """Return junit.xml: a suite for each pillar, and one for evidence that closes the gate."""
    suites: dict[str, list[Case]] = defaultdict(list)
    for asked in decision.questions:
        suites[asked.question.pillar] += _cases(asked)
    suites[EVIDENCE] += _evidence(decision)
    root = ET.Element("testsuites", name="careaudit gate")
    for name, cases in suites.items():
        if cases:
            root.append(_suite(decision, name, cases))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return {"junit.xml": f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'}


def _cases(asked: Asked) -> Iterator[Case]:
    question = asked.question
    if not asked.findings:
        answer = texts.of_question(asked)
        why = question.missing or question.reason.replace("_", " ")
        kind = None if asked.outcome == "pass" else "skipped"
        yield Case(
            question.measure or "not assessed", question.id, question.id, kind, asked.outcome,
            f"{answer.word}: {why}",
        )  # fmt: skip
    for finding in asked.findings:
        yield _finding(asked, finding)


def _finding(asked: Asked, finding: Finding) -> Case:
    """Return the test of a comparison; only what closes the gate is a failure."""
    comparison, answer = finding.comparison, texts.of_finding(finding)
    note = f"; {finding.note}" if finding.note else ""
    text = f"{answer.word}: {texts.gap(comparison)}{note}."
    kind, type_ = None, ""
    if finding.outcome == "inconclusive":
        kind, type_ = "skipped", comparison.reason
    elif finding.outcome == "fail" and asked.question.gate:
        kind, type_ = "failure", comparison.reason
    elif finding.outcome == "fail":
        kind, type_ = "skipped", "not gated"
        text += " The question does not decide the release."
    return Case(
        comparison.measure, texts.place(comparison), asked.question.id, kind, type_, text,
        properties=tuple(_numbers(comparison, finding.outcome)),
        said="" if kind or finding.outcome == "pass" else text,
    )  # fmt: skip


def _numbers(comparison: Comparison, outcome: str) -> Iterator[tuple[str, str]]:
    """Yield a finding's evidence: outcome, n, u, the range of u, and the limit as a rate."""
    u, limit = comparison.u, comparison.tolerated_gap
    yield f"{comparison.id}: outcome", outcome
    yield f"{comparison.id}: n", str(comparison.n)
    if u.value is not None:
        yield f"{comparison.id}: u", repr(u.value)
    if u.low is not None and u.high is not None:
        yield f"{comparison.id}: range", f"{u.low!r} to {u.high!r}"
    if limit is not None:
        yield f"{comparison.id}: limit", repr(limit)


def _evidence(decision: GateDecision) -> Iterator[Case]:
    """Yield what closes the gate beside the verdicts: age, gaps, another release, the council."""
    for reason in decision.closing:
        if reason.comparison is None and reason.code != "inconclusive":
            kind = "failure" if reason.exit_code == FAILED else "error"
            yield Case(reason.code, reason.message, reason.question or "", kind, reason.code,
                       reason.message)  # fmt: skip


def _suite(decision: GateDecision, name: str, cases: list[Case]) -> ET.Element:
    counts = Counter(case.kind for case in cases)
    suite = ET.Element(
        "testsuite", name=_xml(name), tests=str(len(cases)), failures=str(counts["failure"]),
        errors=str(counts["error"]), skipped=str(counts["skipped"]),
    )  # fmt: skip
    properties = ET.SubElement(suite, "properties")
    own = [
        ("gate", texts.outcome(decision)), ("exit_code", str(decision.exit_code)), ("note", NOTE),
        ("as_of", decision.as_of.isoformat()), ("record_sha256", decision.record_sha256),
    ]  # fmt: skip
    for key, value in [*own, *(pair for case in cases for pair in case.properties)]:
        ET.SubElement(properties, "property", name=_xml(key), value=_xml(value))
    alike = Counter((case.measure, case.name) for case in cases)
    for case in cases:
        twice = alike[case.measure, case.name] > 1 and case.question
        shown = f"{case.name} ({case.question})" if twice else case.name
        test = ET.SubElement(suite, "testcase", classname=_xml(case.measure), name=_xml(shown))
        if case.kind:
            ET.SubElement(test, case.kind, type=_xml(case.type), message=_xml(case.message))
        elif case.said:
            ET.SubElement(test, "system-out").text = _xml(case.said)
    return suite


def _xml(text: str) -> str:
    """Make a text fit for XML 1.0: controls as visible codes, and no noncharacters."""
    return clean(text).translate({0xFFFE: None, 0xFFFF: None})
