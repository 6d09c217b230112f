"""The shape of a plan: every table of `careaudit.toml`, its defaults, and what it must not say."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from careaudit.plan.asked import Question, Segment
from careaudit.plan.controls import Control, check_used
from careaudit.plan.log import Label, Log, Outcome, Table
from careaudit.plan.own import Escalation, Explanation, OwnMeasure
from careaudit.plan.policy import ImpactRatio, Preset
from careaudit.plan.shape import TableOf, Texts, twice


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


class Drivers(TableOf):
    """Declared inputs of the system, to look for proxies in."""

    fields: Texts = ()


Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Public(TableOf):
    """Texts of the public edition, in plain words; one that is left out is named there."""

    purpose: Said | None = Field(default=None, description="What the system is for.")
    owner: Said | None = Field(default=None, description="Who answers for it.")
    contact: Said | None = Field(default=None, description="Where to ask about it.")
    person: Said | None = Field(default=None, description="How to ask for a person.")
    appeal: Said | None = Field(default=None, description="How to appeal a decision.")
    complaint: Said | None = Field(default=None, description="How to complain, and to whom.")
    oversight: Said | None = Field(default=None, description="What people do and can change.")
    data: Said | None = Field(default=None, description="Which data about customers it uses.")
    supplier: Said | None = Field(default=None, description="Who made it.")
    risks: Said | None = Field(default=None, description="What may go wrong, and what is done.")
    changes: Said | None = Field(default=None, description="What was changed since last time.")
    formats: Said | None = Field(default=None, description="Other formats and languages.")
    first_used: Said | None = Field(default=None, description="When it was first used, as text.")
    review: Said | None = Field(default=None, description="When it is looked at next.")


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
        self._check_inputs()
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

    def _check_inputs(self) -> None:
        """Free text is looked at for its phrases; as a field its values would be printed."""
        columns = self.log.columns
        named = columns.get("text", ())
        texts = (named,) if isinstance(named, str) else named
        if twofold := [
            name
            for name in self.drivers.fields
            if name == "text" or columns.get(name, name) in texts
        ]:
            msg = (
                f'[drivers] fields names "{twofold[0]}", which [log.columns] text holds; free text '
                "is looked at for its phrases: take it out of fields"
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
        """SHA-256 of the effective plan, preset and defaults included, as canonical JSON.

        Without [public]: its texts decide nothing, and are new with every publication.
        """
        tree = self.model_dump(mode="json", by_alias=True, exclude={"public"})
        text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def segment(self, name: str) -> Segment:
        """Return the segment of this name; KeyError-free because questions were checked."""
        return next(segment for segment in self.segments if segment.name == name)
