"""The audit record: everything an audit found, as one versioned, canonical JSON document.

Reports, gates and councils read this and nothing else. Every number is full precision; what could
not be estimated is `null` beside a state or a reason, never NaN, infinity or a zero that stands in.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import model_validator

from careaudit.documents import MAX_JSON, read_bytes, text_of
from careaudit.errors import RecordError
from careaudit.record.base import Part, Verdict
from careaudit.record.drivers import Driver
from careaudit.record.parts import (
    Accounts,
    AuditInfo,
    Comparison,
    DoubleEntry,
    Estimate,
    Impact,
    Provenance,
    Quality,
    Question,
    Segment,
)
from careaudit.record.reading import read
from careaudit.record.tables import Conditional, Intersection

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
"""The record schema written by this version. 1: the first."""
VALID_DAYS = 365
"""Evidence is good for a year (governance R05)."""
_HINT = "Give the audit.json that `careaudit audit -o DIR` wrote."


class AuditRecord(Part):
    """The whole record of one audit; attributes bear the names of the keys of `audit.json`."""

    schema_version: int = SCHEMA_VERSION
    audit: AuditInfo
    provenance: Provenance
    accounts: Accounts
    segments: tuple[Segment, ...]
    estimates: tuple[Estimate, ...]
    comparisons: tuple[Comparison, ...]
    questions: tuple[Question, ...]
    conditional: tuple[Conditional, ...] = ()
    intersections: tuple[Intersection, ...] = ()
    drivers: tuple[Driver, ...] = ()
    impact: Impact
    quality: tuple[Quality, ...] = ()
    double_entry: DoubleEntry
    verdict: Verdict
    reason: str

    @model_validator(mode="after")
    def _about_its_questions(self) -> Self:
        known = {question.id for question in self.questions}
        about = {comparison.question for comparison in self.comparisons}
        about |= {gap.question for gap in self.conditional}
        about |= {crossing.question for crossing in self.intersections}
        about |= {driver.question for driver in self.drivers}
        about |= {remedy.question for remedy in self.impact.remedies}
        if gone := min(about - known, default=None):
            msg = f'something is about the question "{gone:.60}", which it does not ask'
            raise ValueError(msg)
        return self

    def to_json(self) -> str:
        """Return the canonical JSON text: keys in schema order, two spaces, a final newline."""
        tree = self.model_dump(mode="json")
        return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON in UTF-8: the fingerprint printed in every report."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, *, where: str = "record") -> AuditRecord:
        """Read a record; a newer schema than known or a damaged text raises RecordError."""
        return read(
            cls, text, where=where, known=SCHEMA_VERSION, mark="questions",
            what="careaudit record", hint=_HINT,
        )  # fmt: skip

    @classmethod
    def load(cls, path: str | Path) -> AuditRecord:
        """Read a record from a file; RecordError if it is missing or not a record."""
        raw = read_bytes(Path(path), limit=MAX_JSON, error=RecordError, hint=_HINT)
        text = text_of(raw, where=str(path), error=RecordError)
        return cls.from_json(text, where=str(path))

    def question(self, name: str) -> Question:
        """Return the question with this id; KeyError if there is none."""
        return next(q for q in self.questions if q.id == name)

    def to_frame(self) -> pd.DataFrame:
        """Return the comparisons as a pandas DataFrame, one row each, nested keys as `a.b`."""
        import pandas as pd

        return pd.json_normalize([c.model_dump(mode="json") for c in self.comparisons])


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `audit.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audit.json",
    } | AuditRecord.model_json_schema(mode="serialization")
