"""The decision log of a plan: its files, its columns, and what its values mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from careaudit.plan.shape import TableOf, Texts, ValueMap, twice


class Dedup(TableOf):
    """How repeated rows of one decision are told apart: the latest `by` is kept."""

    key: str = Field(default="decision_id", description="A field of [log.columns].")
    by: str | None = Field(default=None, description="A field or column; the latest is kept.")


class Log(TableOf):
    """The decision log: its files and which of their columns mean what."""

    path: Texts = Field(default=(), description="Files or globs, relative to the plan.")
    format: Literal["auto", "csv", "tsv", "json", "jsonl", "parquet"] = "auto"
    currency: str | None = Field(default=None, description="Currency of `amount`, as USD.")
    columns: dict[str, str | Texts] = Field(
        default_factory=dict, description="Our field = their column or JSON path."
    )
    values: dict[str, ValueMap] = Field(
        default_factory=dict, description="Field -> canonical value = raw values."
    )
    dedup: Dedup | None = None

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str | tuple[str, ...]]) -> dict[str, Any]:
        for field, column in columns.items():
            if field not in FIELDS:
                near = get_close_matches(field, FIELDS, n=1, cutoff=0.5)
                step = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(FIELDS)}"
                msg = (
                    f'"{field}" is not a field of a decision log; {step} A column that only '
                    "feeds a segment needs no field: name it in the segment."
                )
                raise ValueError(msg)
            if field != "text" and not isinstance(column, str):
                msg = f'"{field}" takes one column; only text takes a list'
                raise ValueError(msg)
        return columns

    @model_validator(mode="after")
    def _value_maps(self) -> Self:
        for field, mapping in self.values.items():
            if field not in self.columns:
                msg = f'values.{field}: "{field}" is not in [log.columns]'
                raise ValueError(msg)
            check_value_map(f"values.{field}", mapping)
        return self


FIELDS = (
    "decision", "decision_id", "subject_id", "decided_at", "amount", "score", "threshold",
    "model_version", "decided_by", "decision_type", "eligible", "reason_code", "explanation",
    "channel", "language", "intent", "queue", "conversation_id", "trace_id", "text",
    "explanation_language", "human_requested_at", "human_reached_at", "abandoned_at",
    "redress_shown", "contested_at", "review_kind", "review_result", "remedy_done_at",
    "contacted", "consent_at", "opted_out_at", "took_up", "relevant", "respectful",
    "resolution_ready", "rating", "rating_offered", "first_contact_resolved", "repeat_contact",
    "resolved_at", "context_kept", "reviewed_at", "recommend", "ease", "transitions", "currency",
    "facts", "trigger", "automation_level", "ground", "redress_deadline", "issued_at",
    "delivered_at", "inputs_used", "what_would_change", "significance", "why_this_matters",
    "opened_at", "human_reviewed", "changed_outcome",
)  # fmt: skip
"""The fields of a decision log that a plan may map (schema v1)."""


def check_value_map(where: str, mapping: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a raw value that stands in two lists."""
    repeated = twice(raw for raws in mapping.values() for raw in raws)
    if repeated:
        msg = f'{where}: "{repeated[0]}" stands in two lists; one value has one meaning'
        raise ValueError(msg)


class Table(TableOf):
    """A companion table, joined to each decision by key; restricted ones leave only sums."""

    path: Texts
    key: dict[str, str] = Field(description="Our field = their column.", min_length=1, max_length=1)
    access: Literal["open", "restricted"] = "open"
    columns: Texts = Field(default=(), description="Columns that may be used; empty means all.")


class Outcome(TableOf):
    """Which values of `decision` are good or bad for the customer, and which say nothing."""

    favorable: Texts = ()
    adverse: Texts = ()
    neutral: Texts = ()
    confirmed: bool = Field(default=False, description="A person has said which way is good.")

    @model_validator(mode="after")
    def _one_side_each(self) -> Self:
        if not self.favorable and not self.adverse:
            msg = "name the adverse or the favorable values of the decision"
            raise ValueError(msg)
        repeated = twice([*set(self.favorable), *set(self.adverse), *set(self.neutral)])
        if repeated:
            msg = f'"{repeated[0]}" stands in more than one of favorable, adverse and neutral'
            raise ValueError(msg)
        return self


class Label(TableOf):
    """Ground truth: which decisions should have been favorable, and how they were picked."""

    column: str = Field(description="A log column, or table.column.")
    positive: Texts = Field(
        min_length=1, description="Values saying the decision should have been favorable."
    )
    selection: Literal["all", "random_sample", "audited", "appealed", "other"] = Field(
        description="How labels were come by; audited: all adverse decisions, and favorable ones "
        "at random."
    )
    high_score: Literal["adverse", "favorable"] = Field(
        default="adverse", description="The decision that a high `score` speaks for."
    )
    mature_after: Annotated[
        str | None,
        Field(default=None, pattern=r"^\d{1,4}d$", description="Days until labels are in: 45d."),
    ] = None

    @property
    def maturity(self) -> timedelta | None:
        """Time a decision needs before its label counts, or None."""
        return timedelta(days=int(self.mature_after[:-1])) if self.mature_after else None
