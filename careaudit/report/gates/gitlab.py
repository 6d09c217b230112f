"""What GitLab reads: tests (JUnit), variables (dotenv) and metrics (OpenMetrics) of a job.

There is no `annotations` report: GitLab takes links only, and a decision knows no address. The job
knows its own; `careaudit/adoption/gitlab-ci.yml` writes that one line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import get_args

from careaudit.gate import GateDecision, Outcome
from careaudit.report.gates import github, junit
from careaudit.report.wording.names import clean, code

MAX_DOTENV = 5_000
"""GitLab refuses a dotenv report of more than 5 KB, and of more than 20 variables on some plans."""


def files(decision: GateDecision) -> dict[str, str]:
    """Return junit.xml, careaudit.env and metrics.txt."""
    return junit.files(decision) | {
        "careaudit.env": dotenv(decision),
        "metrics.txt": "".join(f"{line}\n" for line in _metrics(decision)),
    }


def dotenv(decision: GateDecision) -> str:
    """Return the outputs as variables: no empty line, no quotes, no comment, as GitLab asks."""
    lines = {f"CAREAUDIT_{key.upper()}": value for key, value in github.outputs(decision).items()}
    failed = lines["CAREAUDIT_FAILED_GATES"]
    if len(failed) > MAX_DOTENV // 2:  # whole names only
        lines["CAREAUDIT_FAILED_GATES"] = failed[: MAX_DOTENV // 2].rpartition(",")[0]
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def _metrics(decision: GateDecision) -> Iterator[str]:
    yield "# TYPE careaudit_gate_open gauge"
    yield "# HELP careaudit_gate_open 1 where the gate is open."
    yield f"careaudit_gate_open {int(decision.opens)}"
    yield "# TYPE careaudit_question_outcome gauge"
    yield "# HELP careaudit_question_outcome 1 for what the gate makes of a question."
    for asked in decision.questions:
        for outcome in get_args(Outcome):
            labels = _labels(question=asked.question.id, outcome=outcome)
            yield f"careaudit_question_outcome{labels} {int(asked.outcome == outcome)}"
    yield "# TYPE careaudit_gap_in_limits gauge"
    yield "# HELP careaudit_gap_in_limits The gap of a comparison; 1 is exactly at the limit."
    for labels, gap in _gaps(decision).items():
        yield f"careaudit_gap_in_limits{labels} {gap!r}"
    yield "# EOF"


def _gaps(decision: GateDecision) -> dict[str, float]:
    """Return the gap of each comparison by its labels; names that read alike keep the larger."""
    gaps: dict[str, float] = {}
    for asked in decision.questions:
        for comparison in (finding.comparison for finding in asked.findings):
            u = comparison.u.value
            if u is not None and math.isfinite(u):
                labels = _labels(finding=comparison.id)
                gaps[labels] = max(u, gaps.get(labels, 0.0))
    return gaps


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{key}="{_label(value)}"' for key, value in labels.items()) + "}"


def _label(text: str) -> str:
    """Escape a label as OpenMetrics asks; GitLab cuts lines at a #, whatever stands around it."""
    shown = clean(text).replace("#", code("#"))
    return shown.replace("\\", "\\\\").replace('"', '\\"')
