"""The comparison of two releases as one versioned, canonical JSON document, `compare.json`.

Every change is new minus old. Worsening is what the council looks at: the gap's change, turned so
that above 0 is worse for the group, whether the measure counts good or bad decisions.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import Field

from careaudit.documents import MAX_JSON, read_bytes, text_of
from careaudit.errors import RecordError
from careaudit.record import Interval, Money, Orientation, Part, Verdict, Window
from careaudit.record.reading import read

SCHEMA_VERSION = 1
"""The schema of `compare.json` written by this version. 1: the first."""
MARGIN = 0.02
"""The worsening that is still taken as none: 2 in every 100 decisions (methods 9)."""
CONFIDENCE = 0.80
"""The confidence that a failing worsening is beyond the margin (methods 9)."""


class Release(Part):
    """One of the two releases, and the audit that it is known by."""

    name: str
    system: str | None
    release: str | None
    record_sha256: str
    plan_sha256: str
    window: Window
    as_of: str
    verdict: Verdict
    reason: str


class Matched(Part):
    """Decisions that both releases scored, and those that one of them alone did."""

    cases: int
    only_old: int
    only_new: int


class StandardisedGap(Part):
    """The rates and the gap's change as if both releases had met one mix of `within`."""

    within: tuple[str, ...]
    old_value: float
    new_value: float
    gap_old: float | None
    gap_new: float | None
    gap_change: Interval
    worsening_upper: float | None
    excluded_share: float = Field(description="Decisions in strata that one release never met.")


class GroupChange(Part):
    """What changed for one group of a question; the reference's own row has no gap.

    `worsening_upper` is the one-sided 95 % upper limit of the worsening, `worsening_lower80` its
    one-sided 80 % lower limit; above 0 is worse for the group. `p` is two-sided, of no change of
    the gap. `people` counts adverse decisions gained (+) or lost (-) among the `n_new` decisions
    against the old rate, `money` how much the group's shortfall against the reference grew (+).
    """

    id: str
    question: str
    measure: str
    segment: str
    group: str
    reference: str | None
    orientation: Orientation
    n_old: int
    n_new: int
    old_value: float
    new_value: float
    change: Interval
    gap_old: float | None
    gap_new: float | None
    gap_change: Interval
    worsening_upper: float | None
    worsening_lower80: float | None
    p: float | None
    p_adjusted: float | None
    mcnemar_p: float | None = Field(description="Exact McNemar p of the group's own change.")
    effective_old: float
    effective_new: float
    standardised: StandardisedGap | None
    standardised_reason: str | None = Field(description="Why nothing is standardised.")
    in_scope: bool = Field(description="The question passes only if this row does.")
    verdict: Verdict | None
    reason: str
    people: Interval
    money: Money | None


class ComparedQuestion(Part):
    """One question over both releases: their own verdicts, and the one on what changed."""

    id: str
    ask: str
    measure: str | None
    orientation: Orientation | None
    gate: bool
    paired: bool
    verdict: Verdict
    reason: str
    old_verdict: Verdict | None
    new_verdict: Verdict | None
    worst: str | None = Field(description="The change that carries the question.")


class NotCompared(Part):
    """Something of one release or both that could not be set side by side, and why.

    `closes`: as long as it stands, the question cannot pass.
    """

    question: str | None
    segment: str | None
    group: str | None
    reason: str
    message: str
    closes: bool


class ReleaseComparison(Part):
    """The whole comparison; attributes bear the names of the keys of `compare.json`."""

    schema_version: int = SCHEMA_VERSION
    old: Release
    new: Release
    paired: bool
    paired_reason: str | None = Field(description="Why decisions were not paired.")
    matched: Matched | None
    margin: float = Field(gt=0, lt=1)
    confidence: float
    alpha: float
    notes: tuple[str, ...] = Field(description="What a reader should know, in words.")
    questions: tuple[ComparedQuestion, ...]
    changes: tuple[GroupChange, ...]
    not_comparable: tuple[NotCompared, ...]
    verdict: Verdict
    reason: str

    def to_json(self) -> str:
        """Return the canonical JSON text: keys in schema order, two spaces, a final newline."""
        tree = self.model_dump(mode="json")
        return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON in UTF-8."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, *, where: str = "comparison") -> ReleaseComparison:
        """Read a comparison; a newer schema than known or a damaged text raises RecordError."""
        return read(
            cls, text, where=where, known=SCHEMA_VERSION, mark="not_comparable",
            what="comparison of two releases", hint=_STEP,
        )  # fmt: skip

    @classmethod
    def load(cls, path: str | Path) -> ReleaseComparison:
        """Read a comparison from a file; RecordError if it is missing or not a comparison."""
        raw = read_bytes(Path(path), limit=MAX_JSON, error=RecordError, hint=_STEP)
        text = text_of(raw, where=str(path), error=RecordError)
        return cls.from_json(text, where=str(path))

    def of(self, question: str) -> tuple[GroupChange, ...]:
        """Return the changes of one question, in order."""
        return tuple(change for change in self.changes if change.question == question)


_STEP = "Give the compare.json that `careaudit compare OLD NEW -o DIR` wrote."


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `compare.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "compare.json",
    } | ReleaseComparison.model_json_schema(mode="serialization")
