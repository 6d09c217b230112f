"""GateDecision -> texts for people and CI systems. A format is one file, and one entry here."""

from __future__ import annotations

from collections.abc import Callable

from careaudit.gate import GateDecision
from careaudit.report.gates import as_json, github, gitlab, junit, markdown

FORMATS: dict[str, Callable[[GateDecision], dict[str, str]]] = {
    "json": as_json.files,
    "markdown": markdown.files,
    "junit": junit.files,
    "github": github.files,
    "gitlab": gitlab.files,
}
"""Every format by its name: a decision to {file name: text}, the first of them for stdout."""
