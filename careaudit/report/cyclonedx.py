"""The record as a CycloneDX 1.6 bill of materials: the model card of the system under review."""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Comparison, Estimate
from careaudit.report.wording.findings import direction
from careaudit.report.wording.names import clean, cut, plain
from careaudit.report.wording.words import measure_words

MAX_VERSION = 1_024
"""Characters of a version, by the schema."""


def render_cyclonedx(record: AuditRecord) -> bytes:
    """Return the bill as JSON: the same record, the same bytes; no clock, no random number.

    Estimates become performance metrics, one slice a group; groups too small to be shown are not
    there. Failing findings of questions that decide the release become fairness assessments;
    benefits and mitigations are left out, since no record knows them.
    """
    tree = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'sha256:{record.digest}')}",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "name": "careaudit",
                        "version": record.provenance.careaudit,
                    }
                ]
            }
        },
        "components": [_component(record)],
    }
    return f"{json.dumps(tree, indent=2, allow_nan=False)}\n".encode()


def _component(record: AuditRecord) -> dict[str, Any]:
    info = record.audit
    return {
        "type": "machine-learning-model",
        "bom-ref": f"sha256:{record.digest}",
        "name": clean(info.system or info.name),
        **({"version": cut(clean(info.release), MAX_VERSION)} if info.release else {}),
        "modelCard": {
            "quantitativeAnalysis": {
                "performanceMetrics": [
                    _metric(e) for e in record.estimates if e.state == "estimated"
                ]
            },
            "considerations": {"fairnessAssessments": _assessments(record)},
        },
        "properties": [
            {"name": f"careaudit:{name}", "value": value}
            for name, value in (
                ("record_sha256", record.digest),
                ("verdict", record.verdict),
                ("reason", record.reason),
                ("expires_on", clean(record.provenance.expires_on)),
            )
        ],
    }


def _metric(estimate: Estimate) -> dict[str, Any]:
    metric: dict[str, Any] = {"type": clean(estimate.measure), "value": repr(estimate.value)}
    if estimate.segment is not None:
        metric["slice"] = _slice(estimate.segment, estimate.group, estimate.within)
    if estimate.low is not None and estimate.high is not None:
        metric["confidenceInterval"] = {
            "lowerBound": repr(estimate.low),
            "upperBound": repr(estimate.high),
        }
    return metric


def _slice(segment: str, group: str | None, within: str | None = None) -> str:
    return clean(f"{segment}={group}" + (f" within {within}" if within else ""))


def _assessments(record: AuditRecord) -> list[dict[str, str]]:
    gated = {question.id for question in record.questions if question.gate}
    failing = (c for c in record.comparisons if c.verdict == "fail" and c.question in gated)
    return [_assessment(record, comparison) for comparison in failing]


def _assessment(record: AuditRecord, c: Comparison) -> dict[str, str]:
    groups = {segment.name: [g.group for g in segment.groups] for segment in record.segments}
    words = measure_words(c.measure, record.audit.decision_kind, c.unit)
    harmed = c.reference or "rest" if c.harmed == "reference" else c.group
    size = f" The gap is {num.guarded(c.u.value, [1.0])} limits." if c.u.value is not None else ""
    return {
        "groupAtRisk": "all" if c.segment is None else _slice(c.segment, harmed, c.within),
        "harms": f"{plain(direction(words, c, groups))}{size}",
    }
