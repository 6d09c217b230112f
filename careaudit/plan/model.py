"""The shape of a plan: every table of `careaudit.toml`, its defaults, and what it must not say."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from careaudit.plan.controls import Control, check_used
from careaudit.plan.own import Escalation, Explanation, OwnMeasure, Test
from careaudit.plan.policy import ImpactRatio, Preset
from careaudit.plan.shape import TableOf as TableOf  # noqa: PLC0414 - a name of this module too
from careaudit.plan.shape import Texts, ValueMap, twice

Pillar = Literal["fairness", "explanation", "escalation", "redress", "consent", "experience"]
EVERY = "*"
"""Stands in a question's segments for every segment of the plan."""


class Period(TableOf):
    """Days of decisions to use, both ends in; needs `decided_at`."""

    model_config = ConfigDict(populate_by_name=True)
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and (odd := set(data) - {"from", "to", "start", "end"}):
            msg = f'unknown key "{min(odd)}"; accepted here: from, to'
            raise ValueError(msg)
        return data

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start and self.end and self.start > self.end:
            msg = f"the period ends ({self.end}) before it starts ({self.start})"
            raise ValueError(msg)
        return self


class Audit(TableOf):
    """What is audited: names for the report, the kind of decision, and why these questions."""

    name: str = Field(min_length=1, description="The audit's name, the title of the report.")
    system: str | None = Field(default=None, description="The AI system that decides.")
    release: str | None = Field(default=None, description="The model release under review.")
    decision_kind: Literal[
        "goodwill_credit", "lending_credit", "escalation", "flag", "outreach", "other"
    ] = Field(default="other", description="What is decided; lending credit is a kind of its own.")
    justification: str = Field(min_length=1, description="Why these questions; printed.")
    period: Period | None = None


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
            _check_value_map(f"values.{field}", mapping)
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
    "opened_at",
)  # fmt: skip
"""The fields of a decision log that a plan may map (schema v1)."""


def _check_value_map(where: str, mapping: Mapping[str, tuple[str, ...]]) -> None:
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


class Segment(TableOf):
    """An attribute of customers whose groups are compared."""

    name: Annotated[str, Field(min_length=1)]
    column: str = Field(description="table.column, a field of [log.columns], or a log column.")
    kind: Literal["protected", "proxy", "operational"] = "operational"
    order: Texts = Field(default=(), description="Groups in the order of display.")
    reference: str = Field(
        default="largest", description='A group, "largest" (by decisions) or "rest".'
    )
    values: ValueMap = Field(default_factory=dict, description="Group = raw values.")
    membership: Literal["recorded", "probability"] = Field(
        default="recorded", description="probability: the column is the chance of being a member."
    )
    assume: Literal["same_sign"] | None = Field(
        default=None, description="same_sign: narrows what probabilities leave open (methods 11)."
    )
    check: Test | None = Field(
        default=None, description="Who says of themselves that they are members, where asked."
    )

    @property
    def probable(self) -> bool:
        """True where each customer has a chance of being a member, and no group."""
        return self.membership == "probability"

    @field_validator("name")
    @classmethod
    def _no_star(cls, name: str) -> str:
        if "*" in name:
            msg = 'a segment\'s name has no "*": that sign crosses two segments'
            raise ValueError(msg)
        return name

    @model_validator(mode="after")
    def _reference_known(self) -> Self:
        _check_value_map(f"segment {self.name}", self.values)
        if repeated := twice(self.order):
            msg = f'order names "{repeated[0]}" twice'
            raise ValueError(msg)
        if (
            self.order
            and self.reference not in {"largest", "rest"}
            and self.reference not in self.order
        ):
            msg = f'the reference "{self.reference}" is not in order {list(self.order)}'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _probability_alone(self) -> Self:
        grouped = self.values or self.order or self.reference != "largest"
        if self.probable and grouped:
            msg = f"{self.name}: a membership by probability has no values, order or reference"
            raise ValueError(msg)
        if self.probable and self.kind != "proxy":
            msg = f'{self.name}: a membership by probability is inferred; say kind = "proxy"'
            raise ValueError(msg)
        if not self.probable and (self.assume or self.check):
            msg = f'{self.name}: assume and check go with membership = "probability"'
            raise ValueError(msg)
        if self.check and not self.check.values:
            msg = f"{self.name}: check needs the values that say member"
            raise ValueError(msg)
        return self


class Limit(TableOf):
    """The council's limit on a measure's own scale; left out, the measure's default holds.

    Shares: a share of the rate, never under `floor` nor over `cap` (methods 1.2). Other scales:
    `share` of the comparator's value, or a `gap` in the measure's unit (methods 1.12).
    """

    ratio: float = Field(default=0.80, gt=0, lt=1)
    floor: float = Field(default=0.01, gt=0, lt=1)
    cap: float = Field(default=0.10, gt=0, lt=1)
    share: float | None = Field(default=None, gt=0, lt=1)
    gap: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.floor > self.cap:
            msg = f"floor {self.floor} is above cap {self.cap}"
            raise ValueError(msg)
        if self.share is not None and self.gap is not None:
            msg = "say share or gap, not both"
            raise ValueError(msg)
        return self


class Question(TableOf):
    """What the council asks: one measure over segments, with the limit that answers it."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    ask: str | None = Field(default=None, description="The question in plain words.")
    pillar: Pillar = "fairness"
    measure: str | None = Field(default=None, description="Left out: the rarer side is asked.")
    segments: Texts = Field(
        min_length=1,
        description='Segments, "a*b" for a crossing, "*" for every recorded segment.',
    )
    limit: Limit = Limit()
    within: Texts = Field(default=(), description="Fields to compare like with like by.")
    protect: Texts = Field(
        default=(), description="Segments tested only for harm to the group, not to the reference."
    )
    gate: bool = True
    inconclusive: Literal["close", "warn", "open"] = "close"

    @model_validator(mode="after")
    def _segments_once(self) -> Self:
        for key, names in (("segments", self.segments), ("within", self.within)):
            if repeated := twice(names):
                msg = f'{key} names "{repeated[0]}" twice'
                raise ValueError(msg)
        return self

    def over(self, segments: Sequence[str]) -> Self:
        """Return the question with "*" replaced by these segments, each named once."""
        names = [n for name in self.segments for n in (segments if name == EVERY else [name])]
        return self.model_copy(update={"segments": tuple(dict.fromkeys(names))})

    @property
    def crossings(self) -> tuple[str, ...]:
        """The `a*b` entries of `segments`."""
        return tuple(name for name in self.segments if "*" in name)

    @property
    def singles(self) -> tuple[str, ...]:
        """The plain segments of `segments`."""
        return tuple(name for name in self.segments if "*" not in name)


class Drivers(TableOf):
    """Declared inputs of the system, to look for proxies in."""

    fields: Texts = ()


class Public(TableOf):
    """Texts that the public edition needs."""

    purpose: str | None = None
    owner: str | None = None
    contact: str | None = None
    appeal: str | None = None


class Statistics(TableOf):
    """Levels of the verdict rule (methods 1.4 to 1.6)."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5, description="Family-wise level of a fail.")
    alpha_pass: float = Field(default=0.05, gt=0, lt=0.5, description="Level of a pass.")
    confidence: float = Field(
        default=0.80, ge=0.5, lt=1, description="Confidence that a failing gap is beyond the limit."
    )
    scope: int = Field(default=100, ge=1, description="Effective decisions to be judged alone.")
    coverage: float = Field(default=0.95, gt=0, le=1, description="Share a pass must cover.")
    multiplicity: Literal["holm"] = "holm"


class Privacy(TableOf):
    """What is hidden: groups of fewer customers than `min_cell` show no rate."""

    min_cell: int = Field(default=10, ge=1)


class Plan(TableOf):
    """The whole plan. Equal plans have equal digests; a changed plan is a new audit."""

    schema_version: Literal[1] = 1
    extends: str | None = Field(default=None, description="The policy preset that it builds on.")
    preset: Preset | None = Field(default=None, description="Of the preset; not for a plan to say.")
    audit: Audit
    log: Log
    tables: dict[str, Table] = Field(default_factory=dict)
    outcome: Outcome | None = None
    label: Label | None = None
    segments: tuple[Segment, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = Field(min_length=1)
    controls: dict[str, Control] = Field(
        default_factory=dict, description="Column of `within` = how far the council trusts it."
    )
    drivers: Drivers = Drivers()
    public: Public = Public()
    measures: tuple[OwnMeasure, ...] = ()
    escalation: Escalation = Escalation()
    explanation: Explanation = Explanation()
    statistics: Statistics = Statistics()
    privacy: Privacy = Privacy()
    impact_ratio: ImpactRatio | None = None

    @field_validator("questions")
    @classmethod
    def _every_segment(
        cls, questions: tuple[Question, ...], info: ValidationInfo
    ) -> tuple[Question, ...]:
        segments: tuple[Segment, ...] = info.data.get("segments", ())
        recorded = [segment.name for segment in segments if not segment.probable]
        names = recorded or [segment.name for segment in segments]
        return tuple(question.over(names) for question in questions)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        names = [segment.name for segment in self.segments]
        for what, repeated in (
            ("segments", twice(names)),
            ("questions", twice(question.id for question in self.questions)),
            ("measures", twice(own.name for own in self.measures)),
        ):
            if repeated:
                msg = f'two {what} are called "{repeated[0]}"'
                raise ValueError(msg)
        for question in self.questions:
            for crossing in question.crossings:
                if repeated := twice(crossing.split("*")):
                    msg = f'question "{question.id}" crosses "{repeated[0]}" with itself'
                    raise ValueError(msg)
            for part in (part for name in question.segments for part in name.split("*")):
                if part not in names:
                    near = get_close_matches(part, names, n=1, cutoff=0.5)
                    step = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(names)}"
                    msg = f'question "{question.id}" names the segment "{part}"; {step}'
                    raise ValueError(msg)
        check_used(self.controls, [name for q in self.questions for name in q.within])
        self._check_tables()
        self._check_probable()
        if self.impact_ratio:
            self.impact_ratio.check(self.axes, names)
        return self

    def _check_probable(self) -> None:
        """Chances have no groups that could be crossed, or be given impact ratios."""
        probable = {segment.name for segment in self.segments if segment.probable}
        crossed = {part for q in self.questions for c in q.crossings for part in c.split("*")}
        if bad := probable & (crossed | set(self.axes)):
            msg = f'"{min(bad)}" is a membership by probability: it is compared alone'
            raise ValueError(msg)
        for question in self.questions:
            asked = set(question.segments)
            if asked & probable and question.within:
                msg = f'question "{question.id}" asks by probability: it is not compared within'
                raise ValueError(msg)
            if asked & probable and asked - probable:
                msg = (
                    f'question "{question.id}" asks "{min(asked & probable)}", a membership by '
                    "probability, beside recorded groups; give it a question of its own"
                )
                raise ValueError(msg)

    def _check_tables(self) -> None:
        for name, table in self.tables.items():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                msg = f'table name "{name}": use letters, digits and underscores'
                raise ValueError(msg)
            for field in table.key:
                if field not in self.log.columns:
                    msg = f'tables.{name}.key: "{field}" is not in [log.columns]'
                    raise ValueError(msg)
        if self.outcome and "decision" not in self.log.columns:
            msg = '[outcome] needs `decision = "their column"` in [log.columns]'
            raise ValueError(msg)
        if self.audit.period and "decided_at" not in self.log.columns:
            msg = "a period needs `decided_at` in [log.columns]"
            raise ValueError(msg)

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes of the impact-ratio tables, none without [impact_ratio]."""
        if self.impact_ratio is None:
            return ()
        people = (s.name for s in self.segments if s.kind != "operational" and not s.probable)
        return self.impact_ratio.axes or tuple(people)

    @property
    def digest(self) -> str:
        """SHA-256 of the effective plan, preset and defaults included, as canonical JSON."""
        tree = self.model_dump(mode="json", by_alias=True)
        text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def segment(self, name: str) -> Segment:
        """Return the segment of this name; KeyError-free because questions were checked."""
        return next(segment for segment in self.segments if segment.name == name)
