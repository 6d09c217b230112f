"""What a record must hold to be gated on: nothing missing, nothing that contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from careaudit.askable import measures
from careaudit.errors import RecordError
from careaudit.judge import overall
from careaudit.plan import Plan
from careaudit.plan import Question as PlanQuestion
from careaudit.record import POOLED, VALID_DAYS, AuditRecord, Group, Question
from careaudit.scales import limit_of

NEARLY = 1e-9  # u of the same gap, written and read again


class Gap(NamedTuple):
    """Something that was expected and is not there, and the question that expected it."""

    code: str
    message: str
    question: str | None = None


def contradictions(record: AuditRecord) -> Iterator[str]:
    """Yield where verdicts do not follow from each other: no audit writes such a record."""
    questions = {question.id: question for question in record.questions}
    if len(questions) < len(record.questions):
        yield "two questions bear one id"
    for comparison in record.comparisons:
        asked = questions.get(comparison.question)
        counts = comparison.in_scope or comparison.group == POOLED
        if asked is None:
            yield f"{comparison.id} answers no question"
        elif comparison.verdict == "fail" and asked.verdict != "fail":
            yield f"{comparison.id} fails, and its question does not"
        elif counts and comparison.verdict != "pass" and asked.verdict == "pass":
            yield f"{asked.id} passes, and {comparison.id} does not"
    for question in record.questions:
        mine = [c.verdict for c in record.comparisons if c.question == question.id]
        if question.verdict == "fail" and "fail" not in mine:
            yield f"{question.id} fails, and none of its comparisons does"
        if question.verdict == "pass" and not mine:
            yield f"{question.id} passes without a comparison"
    yield from _sums(record)
    told = overall([(q.gate, q.verdict, q.reason) for q in record.questions])
    if told != (record.verdict, record.reason):
        yield f"its verdict is {record.verdict}, and its questions say {told[0]}"


def _sums(record: AuditRecord) -> Iterator[str]:
    """Yield numbers that do not go with each other, or with the verdict beside them."""
    provenance, used = record.provenance, record.accounts.rows_used
    if day(provenance.expires_on) > day(provenance.as_of) + timedelta(days=VALID_DAYS):
        yield f"it is good until {provenance.expires_on}, over {VALID_DAYS} days after its day"
    whole: set[tuple[str | None, str | None]] = set()
    for segment in record.segments:
        if sum(group.n for group in segment.groups) != used:
            yield f"the groups of {segment.name} do not add up to {used:,} decisions"
        whole |= {(segment.name, g.group) for g in segment.groups if g.status == "in_scope"}
    for c in record.comparisons:
        enough = c.effective_n is not None and c.effective_n >= provenance.settings.min_effective_n
        if c.effective_n is not None and c.in_scope != enough:
            yield f"{c.id} is in or out of scope against its number of decisions"
        hidden = c.p_pass is None and (c.segment, c.group) not in whole
        shown_within = c.p_pass is not None and c.p_pass <= provenance.settings.alpha_pass
        if c.verdict == "pass" and not (shown_within or hidden):
            yield f"{c.id} passes, and its gap is not shown to be within the limit"


def planned(plan: Plan, record: AuditRecord) -> Iterator[Gap]:
    """Yield what a plan asks for and the record lacks."""
    if plan.digest != record.provenance.plan_sha256:
        yield Gap("plan_differs", "The record was made with another plan: audit again.")
    asked = {question.id: question for question in record.questions if question.gate}
    groups = {s.name: {g.group for g in s.groups} for s in record.segments}
    for question in plan.questions:
        if not question.gate:
            continue
        if question.id not in asked:
            yield Gap(
                "missing_question",
                f"{question.id} decides the release in the plan, and not in the audit.",
                question.id,
            )
            continue
        yield from _unanswered(plan, question, asked[question.id])
        for name in question.singles:
            for group in plan.segment(name).order:
                if name in groups and group not in groups[name]:
                    yield _no_group(question.id, name, group)


def _unanswered(plan: Plan, question: PlanQuestion, found: Question) -> Iterator[Gap]:
    measure = measures(plan).get(str(found.measure))
    limit = found.limit.model_dump(exclude_none=True)
    same_limit = measure is not None and limit_of(measure, question.limit) == limit
    same_measure = question.measure in (None, found.measure)
    if not (same_limit and same_measure and question.inconclusive == found.inconclusive):
        yield Gap(
            "question_differs",
            f"{question.id} was asked with another measure or limit, or another rule for what "
            "cannot be told, than the plan's.",
            question.id,
        )
    for name in question.segments:
        if name not in found.segments:
            yield Gap(
                "missing_segment",
                f"{question.id} is not answered over {name}, as the plan asks.",
                question.id,
            )


def _no_group(question: str, segment: str, group: str) -> Gap:
    return Gap(
        "missing_group",
        f'{question} has no decision about {segment} "{group}", a group that the plan names.',
        question,
    )


def missing(record: AuditRecord) -> Iterator[Gap]:
    """Yield segments and groups that a gated question names and the audit says nothing of."""
    groups = {segment.name: segment.groups for segment in record.segments}
    compared = {(c.question, c.segment) for c in record.comparisons}
    for question in record.questions:
        if not question.gate:
            continue
        singles = [name for name in question.segments if "*" not in name]
        open_ = question.rest or question  # an undecided question says itself what is missing
        for name in singles or question.segments:
            unknown = "*" not in name and name not in groups
            silent = (question.id, name) not in compared and open_.verdict != "inconclusive"
            if unknown or silent:
                yield Gap(
                    "missing_segment", f"{question.id} has no comparison over {name}.", question.id
                )
        for name in singles:
            for group in groups.get(name, ()):
                if group.status == "empty":
                    yield _no_group(question.id, name, group.group)
                elif (question.id, name) in compared and _dropped(record, question, name, group):
                    yield Gap(
                        "missing_group",
                        f"{question.id} does not compare {name} {group.group}.",
                        question.id,
                    )


def _dropped(record: AuditRecord, question: Question, segment: str, group: Group) -> bool:
    """Whether a group with decisions that count is neither compared nor compared with."""
    if group.status not in {"in_scope", "small"}:
        return False
    mine = [c for c in record.comparisons if (c.question, c.segment) == (question.id, segment)]
    named = {c.group for c in mine} | {c.reference for c in mine}
    found = [
        e.n for e in record.estimates
        if (e.measure, e.segment, e.group) == (question.measure, segment, group.group)
    ]  # fmt: skip
    return group.group not in named and (not found or found[0] > 0)


def day(text: str) -> date:
    """Return a day of the record; RecordError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RecordError(
            f'"{text[:40]}" is no day.', where="provenance", hint="Audit again."
        ) from None


def known(
    record: AuditRecord, baseline: AuditRecord | None, as_of: date
) -> Iterator[tuple[str, str]]:
    """Yield the failing findings that an earlier record had already, at least as large.

    A baseline that has expired, or asked under another limit, covers nothing.
    """
    if baseline is None or as_of > day(baseline.provenance.expires_on):
        return
    limits = {q.id: (q.measure, q.limit) for q in baseline.questions}
    same = {q.id for q in record.questions if limits.get(q.id) == (q.measure, q.limit)}
    before = {c.id: c for c in baseline.comparisons if c.verdict == "fail"}
    for comparison in record.comparisons:
        old = before.get(comparison.id)
        if comparison.verdict != "fail" or old is None or comparison.question not in same:
            continue
        now, then = comparison.u.value, old.u.value
        if (
            comparison.reference == old.reference
            and now is not None
            and then is not None
            and now <= then + NEARLY
        ):
            yield comparison.id, f"{now:.2f} limits, {then:.2f} in the baseline"
