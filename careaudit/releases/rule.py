"""The non-inferiority rule: has a gap grown by more than the margin, for any group (methods 9)?

Pass: for every group the worsening is shown to be below the margin, and the new release's own
verdict is not fail. Fail: a worsening that is not chance and beyond the margin, or a new release
that fails by itself: an old release that failed never licenses a new one that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from careaudit.errors import DataError, UsageError
from careaudit.record import AuditRecord, Money, Verdict
from careaudit.releases.asked import NOTHING, Asked, Beside, asked_of, names
from careaudit.releases.document import (
    CONFIDENCE,
    MARGIN,
    ComparedQuestion,
    GroupChange,
    Matched,
    NotCompared,
    Release,
    ReleaseComparison,
)
from careaudit.releases.rows import Told, Weighed, mixed, money, row, ruled, weigh
from careaudit.stats.multiplicity import weighted_holm

if TYPE_CHECKING:
    from careaudit.sources.paired import Cases

OPEN = {"missing": "missing", "new": "missing", "no_comparator": "missing",
        "suppressed": "suppressed"}  # fmt: skip
"""The reason of a question that cannot pass, by what was not compared; else not_comparable."""


def unpaired(old: AuditRecord, new: AuditRecord, margin: float = MARGIN) -> ReleaseComparison:
    """Compare two records and nothing else; see `compare`."""
    return compare(old, new, margin)


def compare(
    old: AuditRecord, new: AuditRecord, margin: float = MARGIN, beside: Beside = NOTHING
) -> ReleaseComparison:
    """Compare two releases by their records, and by what stands beside them.

    Raises DataError where the two share no question, UsageError for a margin outside (0, 1).
    """
    if not 0 < margin < 1:
        raise UsageError(
            f"the margin is {margin:g}, and must lie between 0 and 1.",
            hint="0.02 tolerates 2 more in every 100 decisions.",
        )
    if old.digest == new.digest:
        raise DataError(
            "old and new are the same audit.",
            where="compare",
            hint="Name the record or the plan of each release.",
        )
    asked = [asked_of(name, old, new, beside) for name in names(old, new)]
    alpha = new.provenance.settings.alpha
    paid = _money(old, new)
    answers: dict[int, tuple[ComparedQuestion, list[GroupChange]]] = {}
    for gate in (True, False):
        family = [place for place, item in enumerate(asked) if item.gate == gate]
        weighed = [_weigh(asked[place]) for place in family]
        adjusted = _adjusted([asked[place] for place in family], weighed)
        for place, found, p in zip(family, weighed, adjusted, strict=True):
            answers[place] = _answer(asked[place], found, p, paid, margin, alpha, beside)
    told = [answers[place] for place in range(len(asked))]
    verdict, reason = overall(question for question, _ in told)
    digests = beside.digests or (old.digest, new.digest)
    pairs = beside.pairs
    return ReleaseComparison(
        old=_release(old, digests[0]),
        new=_release(new, digests[1]),
        paired=pairs is not None,
        paired_reason=None if pairs else beside.paired_reason,
        matched=pairs and _matched(pairs.cases),
        margin=margin,
        confidence=CONFIDENCE,
        alpha=alpha,
        notes=(*_notes(old, new, beside), *beside.notes),
        questions=tuple(question for question, _ in told),
        changes=tuple(change for _, changes in told for change in changes),
        not_comparable=tuple(note for item in asked for note in item.not_compared),
        verdict=verdict,
        reason=reason,
    )


def _matched(cases: Cases) -> Matched:
    matched = cases.matched
    return Matched(cases=matched, only_old=cases.old - matched, only_new=cases.new - matched)


def _release(record: AuditRecord, digest: str) -> Release:
    return Release(
        name=record.audit.name,
        system=record.audit.system,
        release=record.audit.release,
        record_sha256=digest,
        plan_sha256=record.provenance.plan_sha256,
        window=record.provenance.window,
        as_of=record.provenance.as_of,
        verdict=record.verdict,
        reason=record.reason,
    )


def _notes(old: AuditRecord, new: AuditRecord, beside: Beside) -> Iterator[str]:
    for what, before, now in (
        ("systems", old.audit.system, new.audit.system),
        ("kinds of decision", old.audit.decision_kind, new.audit.decision_kind),
    ):
        if before != now:
            yield f"The audits name two {what}: {before or 'none'} and {now or 'none'}."
    if beside.pairs is None and not beside.strata:
        lack = (
            "a record holds no single decision"
            if beside.paired_reason == "records"
            else "both plans name no field in `within`"
        )
        yield f"Whether both releases met the same mix of requests was not assessed: {lack}."


# What the numbers say.


def _weigh(asked: Asked) -> Weighed | None:
    units = [item.unit for item in asked.rows]
    return weigh(units, adverse=asked.orientation == "adverse") if units else None


def _adjusted(
    family: Sequence[Asked], weighed: Sequence[Weighed | None]
) -> list[list[float | None]]:
    """Adjust the p-values of one family: each question, segment and group its share (1.5)."""
    found: list[tuple[int, int]] = []
    weights, ps = [], []
    questions = sum(1 for asked in family if any(item.unit.reference for item in asked.rows))
    for number, (asked, numbers) in enumerate(zip(family, weighed, strict=True)):
        compared = [item.place.segment for item in asked.rows if item.unit.reference]
        for at, (place, unit) in enumerate(asked.rows):
            if numbers is not None and unit.reference:
                found.append((number, at))
                ps.append(numbers.p[at])
                groups = compared.count(place.segment)
                weights.append(1 / questions / len(set(compared)) / groups)
    out: list[list[float | None]] = [[None] * len(asked.rows) for asked in family]
    if found:
        adjusted = weighted_holm(np.array(ps), np.array(weights))
        for (number, at), p in zip(found, adjusted, strict=True):
            out[number][at] = float(p)
    return out


def _answer(
    asked: Asked,
    weighed: Weighed | None,
    adjusted: Sequence[float | None],
    paid: Mapping[str, Money | None],
    margin: float,
    alpha: float,
    beside: Beside,
) -> tuple[ComparedQuestion, list[GroupChange]]:
    adverse = asked.orientation == "adverse"
    changes: list[GroupChange] = []
    for at, ((place, unit), p) in enumerate(zip(asked.rows, adjusted, strict=True)):
        if weighed is None:
            break
        strata = (beside.strata or {}).get((place.question, place.segment))
        over_mix = mixed(unit, strata, adverse=adverse)
        told = Told(None, over_mix, None, "reference")
        if p is not None:
            verdict, reason = ruled(
                float(weighed.upper[at]), float(weighed.lower80[at]), p, over_mix,
                margin=margin, alpha=alpha, must_pass=unit.must_pass,
            )  # fmt: skip
            told = Told(p, over_mix, verdict, reason)
        lost = paid.get(f"{place.question}/{place.segment}/{unit.group}")
        changes.append(row(place, unit, weighed, at, told, lost, adverse=adverse))
    return _question(asked, changes), changes


def _money(old: AuditRecord, new: AuditRecord) -> dict[str, Money | None]:
    """The money of each comparison that both records hold, by its id."""
    before = {c.id: c for c in old.comparisons}
    return {c.id: money(before[c.id], c) for c in new.comparisons if c.id in before}


def _question(asked: Asked, changes: Sequence[GroupChange]) -> ComparedQuestion:
    question = asked.question
    compared = [change for change in changes if change.verdict]
    verdict, reason = question_verdict(
        compared, asked.not_compared, asked.new.verdict if asked.new else None
    )
    return ComparedQuestion(
        id=question.id,
        ask=question.ask,
        measure=question.measure,
        orientation=asked.orientation,
        gate=asked.gate,
        paired=asked.paired,
        verdict=verdict,
        reason=reason,
        old_verdict=asked.old.verdict if asked.old else None,
        new_verdict=asked.new.verdict if asked.new else None,
        worst=_worst(compared),
    )


def question_verdict(
    compared: Sequence[GroupChange],
    not_compared: Sequence[NotCompared],
    new_verdict: Verdict | None,
) -> tuple[Verdict, str]:
    """Return a question's verdict from its rows, its holes, and the new release's own verdict."""
    if any(change.verdict == "fail" for change in compared):
        return "fail", "worse"
    if new_verdict == "fail":
        return "fail", "new_release_fails"
    holes = [
        OPEN.get(hole.reason, "not_comparable")
        for hole in not_compared
        if hole.closes or (hole.reason == "new" and new_verdict != "pass")
    ]  # nothing is shown of a new group but by the new release's own verdict
    for reason in ("missing", "not_comparable", "suppressed"):
        if reason in holes:
            return "inconclusive", reason
    must = [change.verdict for change in compared if change.in_scope]
    if must and all(verdict == "pass" for verdict in must):
        return "pass", "not_worse"
    return "inconclusive", "insufficient"


def overall(questions: Iterable[ComparedQuestion]) -> tuple[Verdict, str]:
    """The comparison's verdict; only questions that decide a release count."""
    gated = [(question.verdict, question.reason) for question in questions if question.gate]
    for answer in (("fail", "worse"), ("fail", "new_release_fails")):
        if answer in gated:
            return answer
    unclear = [answer for answer in gated if answer[0] != "pass"]
    if unclear or not gated:
        return unclear[0] if unclear else ("inconclusive", "not_assessed")
    return "pass", "not_worse"


def _worst(changes: Sequence[GroupChange]) -> str | None:
    """The row that carries the question: failing first, then the largest worsening limit."""
    order = {"fail": 2, "inconclusive": 1, "pass": 0}
    best = max(
        changes,
        key=lambda c: (order[c.verdict or "pass"], c.worsening_upper or 0.0),
        default=None,
    )
    return best.id if best else None


def contradiction(found: ReleaseComparison) -> str | None:
    """Say where a comparison's verdicts do not follow from its rows; None where they do."""
    for question in found.questions:
        mine = [c for c in found.changes if c.question == question.id and c.verdict]
        holes = [hole for hole in found.not_comparable if hole.question == question.id]
        told = question_verdict(mine, holes, question.new_verdict)
        if told != (question.verdict, question.reason):
            return f"{question.id} does not follow from its rows"
        for change in mine:
            if change.verdict == "pass" and not (change.worsening_upper or 0.0) < found.margin:
                return f"{change.id} passes beyond the margin"
    if overall(found.questions) != (found.verdict, found.reason):
        return f"its verdict is {found.verdict}, and its questions say otherwise"
    return None
