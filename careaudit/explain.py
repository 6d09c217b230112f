"""One decision, explained to people who are authorized to see it; nothing of it is kept.

It says how comparable customers fared and where the nearest favorable cases differ. Neither says
why the decision was made, or that another input would have turned it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from careaudit.cells import ADVERSE
from careaudit.check import check
from careaudit.drivers.alike import Difference, alike
from careaudit.drivers.neighbors import not_told
from careaudit.drivers.words import terms
from careaudit.errors import DataError, PlanError
from careaudit.plan import Plan
from careaudit.plan.declared import nature
from careaudit.record import AuditRecord
from careaudit.record.base import Part
from careaudit.sources import Inputs, Request, Single, TableSource, open_source

if TYPE_CHECKING:
    import pandas as pd

NOTE = (
    "For people who are authorized to see this decision. It shows how decisions go together in "
    "the log; it does not show why this one was made."
)
FATES = {
    "duplicate": "a later row of the same decision is used",
    "outside_period": "it lies outside the period of the plan",
    "no_date": "its day is not recorded, and the plan has a period",
    "no_outcome": "its outcome is not recorded",
    "neutral_outcome": "its outcome is neutral: neither good nor bad for the customer",
    "unmapped_outcome": "its outcome is not in the plan",
}
"""Why a row is not used, in words."""

SAID = (
    "decision", "decided_at", "model_version", "score", "threshold", "reason_code", "explanation",
)  # fmt: skip
"""Fields that are shown as the log says them."""

_LONGEST = 40  # characters of an id that a message repeats

Hidden = Literal["restricted", "private", "free_text", "too_many_values"]


class Told(Part):
    """One declared input and its value; `hidden` says why a value is not shown."""

    name: str
    value: str | None
    hidden: Hidden | None = None


class Listed(Part):
    """A driver that a record lists, and that this decision has; once, of its first comparison.

    more: the other comparisons that list it, each of which may say it of another share.
    """

    question: str
    segment: str | None
    group: str | None
    reference: str | None
    kind: str
    name: str
    sentence: str
    more: int = 0


class Explanation(Part):
    """One decision, flat: every key is always there, null where the log or plan does not say.

    decision_id, side (favorable or adverse), decision, decided_at, model_version, system,
    release; amount in major units of currency; score, threshold, and from_cut, the score less
    its threshold; high_score, the side that a high score speaks for. reason_code, explanation.
    inputs[]: name, value, hidden. compared_by: the inputs by which customers are compared.

    comparable_*: the nearest decided cases of other customers with the same inputs: cases,
    customers, favorable, share of favorable ones with low and high; reason (no_inputs,
    few_cases) where they are not shown. changes[]: of the `change_cases` favorable cases that
    differ from it in the fewest inputs: name, share of them that differ there, most_often, the
    value that most of those have; change_reason (favorable, same_inputs, no_inputs, few_cases).
    drivers[]: listed by the record that was given, and met by this decision. appeal, person,
    complaint: how to contest it, in the plan's words. note: who this is for.
    """

    decision_id: str
    side: Literal["favorable", "adverse"]
    decision: str | None
    decided_at: str | None
    model_version: str | None
    system: str | None
    release: str | None
    amount: float | None
    currency: str | None
    score: float | None
    threshold: float | None
    from_cut: float | None
    high_score: str | None
    reason_code: str | None
    explanation: str | None
    inputs: tuple[Told, ...]
    compared_by: tuple[str, ...]
    comparable_cases: int | None
    comparable_customers: int | None
    comparable_favorable: int | None
    comparable_share: float | None
    comparable_low: float | None
    comparable_high: float | None
    comparable_reason: str | None
    changes: tuple[Difference, ...]
    change_cases: int | None
    change_reason: str | None
    drivers: tuple[Listed, ...]
    appeal: str | None
    person: str | None
    complaint: str | None
    note: str = NOTE

    def to_json(self) -> str:
        """Return it as JSON text, the keys in their order."""
        return self.model_dump_json(indent=2) + "\n"


def explain(
    plan: Plan,
    base: Path,
    decision_id: str,
    data: pd.DataFrame | None = None,
    as_of: date | None = None,
    record: AuditRecord | None = None,
) -> Explanation:
    """Explain one decision of a plan's log.

    `base` is the folder that the plan's paths are relative to; `data` stands in for the log's
    files; of a `record`, listed drivers that the decision meets are named. Values of restricted
    tables, the customer's id and free text are in nothing that is returned. Raises PlanError
    where the plan maps no decision or no decision_id, DataError where no such decision is used.
    """
    check(plan)
    _refuse_unanswerable(plan)
    today = as_of or date.today()  # noqa: DTZ011 - a calendar day, as people write it
    source, request = open_source(plan, base, data), Request(plan, (), (), today)
    one = _found(source, request, decision_id)
    fields = tuple(name for name in plan.drivers.fields if nature(plan, name) != "output")
    inputs = source.inputs(request, fields, ()) if fields else None
    told = tuple(_told(plan, inputs, one, name) for name in fields) if inputs else ()
    near = alike(plan, inputs, one, frozenset(each.name for each in told if each.hidden))
    fared, public = near.fared, plan.public
    score, threshold = one.numbers.get("score"), one.numbers.get("threshold")
    return Explanation(
        decision_id=decision_id.strip(),
        side="adverse" if one.slot in ADVERSE else "favorable",
        decision=one.said.get("decision"),
        decided_at=one.said.get("decided_at"),
        model_version=one.said.get("model_version"),
        system=plan.audit.system,
        release=plan.audit.release,
        amount=one.amount,
        currency=plan.log.currency if one.amount is not None else None,
        score=score,
        threshold=threshold,
        from_cut=None if score is None or threshold is None else score - threshold,
        high_score=plan.label.high_score if plan.label and score is not None else None,
        reason_code=one.said.get("reason_code"),
        explanation=one.said.get("explanation"),
        inputs=told,
        compared_by=near.compared_by,
        comparable_cases=fared and fared.cases,
        comparable_customers=fared and fared.customers,
        comparable_favorable=None if fared is None else fared.favorable,
        comparable_share=fared and fared.share.value,
        comparable_low=fared and fared.share.low,
        comparable_high=fared and fared.share.high,
        comparable_reason=near.silent,
        changes=near.changes,
        change_cases=near.nearest,
        change_reason=near.unchanged,
        drivers=_listed(plan, one, record),
        appeal=public.appeal,
        person=public.person,
        complaint=public.complaint,
    )


def _refuse_unanswerable(plan: Plan) -> None:
    if plan.outcome is None or "decision" not in plan.log.columns:
        raise PlanError(
            "the plan does not say which decisions are good or bad for the customer.",
            where="outcome",
            hint="Map the decision in [log.columns], and say adverse or favorable in [outcome].",
        )
    if "decision_id" not in plan.log.columns:
        raise PlanError(
            "no decision can be found: the plan maps no decision_id.",
            where="log.columns",
            hint='Say decision_id = "YOUR COLUMN" in [log.columns].',
        )


def private(plan: Plan) -> frozenset[str]:
    """The names of what is never shown: the customer's id, wherever it stands, and free text."""
    return not_told(plan, ("subject_id", "text"))


def _texts(plan: Plan) -> tuple[str, ...]:
    named = plan.log.columns.get("text", ())
    return (named,) if isinstance(named, str) else named


def _found(source: TableSource, request: Request, decision_id: str) -> Single:
    """The one used row of the decision. DataError says what became of it where there is none."""
    plan = request.plan
    columns = plan.log.columns
    said = [name for name in SAID if name in columns and columns[name] not in private(plan)]
    used, fates = source.single(request, decision_id, [*said, *plan.drivers.fields, *_texts(plan)])
    if len(used) == 1:
        return used[0]
    if used:
        raise DataError(
            f"{len(used)} decisions in use have this id.",
            where="decision",
            hint="An id names one decision: map another column to decision_id.",
        )
    if not fates:
        raise DataError(
            f'no decision of the log has the id "{_brief(decision_id)}" in the column '
            f'"{columns["decision_id"]}".',
            where="decision",
            hint="Ids are compared letter by letter, as the log writes them.",
        )
    whys = dict.fromkeys(FATES.get(fate, fate) for fate in fates)
    raise DataError(
        f"this decision is in the log, and left out of the audit: {'; '.join(whys)}.",
        where="decision",
        hint="Only decisions that the audit uses can be explained; the plan says which.",
    )


def _brief(text: str) -> str:
    flat = "".join(c if c.isprintable() else " " for c in text.strip()[:_LONGEST])
    return flat if len(text.strip()) <= _LONGEST else f"{flat}..."


def _told(plan: Plan, inputs: Inputs, one: Single, name: str) -> Told:
    """One declared input with its value, where the value may be shown."""
    table = plan.tables.get(name.partition(".")[0])
    hidden: Hidden | None = None
    if table is not None and table.access == "restricted":
        hidden = "restricted"
    elif name in private(plan):
        hidden = "private"
    elif (state := inputs.declared[name].state) in {"free_text", "too_many_values"}:
        hidden = "free_text" if state == "free_text" else "too_many_values"
    return Told(name=name, value=None if hidden else one.said[name], hidden=hidden)


def _listed(plan: Plan, one: Single, record: AuditRecord | None) -> tuple[Listed, ...]:
    """Drivers that a record lists and this decision meets: a field it has, a phrase in its text."""
    found = record.drivers if record else ()
    words = set(terms(one.said[name] for name in _texts(plan))) if found else set()
    has = words | {name for name in plan.drivers.fields if one.said[name] is not None}
    met = [d for d in found if d.listed and d.kind != "subgroup" and d.name in has]
    times = Counter((d.kind, d.name) for d in met)
    firsts = {(d.kind, d.name): d for d in reversed(met)}
    return tuple(
        Listed(question=d.question, segment=d.segment, group=d.group, reference=d.reference,
               kind=d.kind, name=d.name, sentence=d.sentence, more=times[d.kind, d.name] - 1)
        for d in met
        if d is firsts[d.kind, d.name]
    )  # fmt: skip
