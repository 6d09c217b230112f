"""The gate: one pure rule from a record, and what stands beside it, to a decision.

It judges on verdicts, never on point values, and opens on evidence only: what is missing, expired
or undecided closes it, unless the plan says otherwise in words (`inconclusive = "warn"` or "open").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from careaudit import evidence
from careaudit.errors import RecordError
from careaudit.record import AuditRecord, Comparison, Question
from careaudit.waivers import Applied, Waiver, apply

if TYPE_CHECKING:
    from careaudit.council import Standing
    from careaudit.plan import Plan
    from careaudit.releases import ReleaseComparison

OPEN, FAILED, UNDECIDED, NO_COUNCIL = 0, 1, 4, 5
PRECEDENCE = (NO_COUNCIL, FAILED, UNDECIDED)
"""Where several reasons close the gate: without its council nothing else is worth reading."""

Effect = Literal["closes", "warns", "notes"]
Outcome = Literal["pass", "fail", "waived", "known", "overridden", "inconclusive"]


@dataclass(frozen=True)
class Reason:
    """One thing the gate says: what, where, and what it does to the gate.

    `exit_code` is what it alone would exit with: 0 unless it closes.
    """

    code: str
    effect: Effect
    message: str
    question: str | None = None
    comparison: str | None = None
    exit_code: int = OPEN


@dataclass(frozen=True)
class Finding:
    """One comparison of a question with what the gate makes of it."""

    comparison: Comparison
    outcome: Outcome
    note: str | None = None


@dataclass(frozen=True)
class Asked:
    """One question of the record with what the gate makes of it and of its findings."""

    question: Question
    outcome: Outcome
    effect: Effect
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class GateDecision:
    """Whether the deployment may go on, and every reason for it, those that close it first."""

    audit: str
    system: str | None
    release: str | None
    record_sha256: str
    as_of: date
    expires_on: str
    exit_code: int
    reasons: tuple[Reason, ...]
    questions: tuple[Asked, ...]
    waivers: tuple[Applied, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether the gate is open."""
        return self.exit_code == OPEN

    @property
    def closing(self) -> tuple[Reason, ...]:
        """The reasons that close the gate."""
        return tuple(reason for reason in self.reasons if reason.effect == "closes")


@dataclass(frozen=True)
class Beside:
    """What may stand beside the record: each is None or empty where it is not asked for."""

    plan: Plan | None = None
    waivers: Sequence[Waiver] = ()
    baseline: AuditRecord | None = None
    release: ReleaseComparison | None = None
    council: Standing | None = None


NOTHING = Beside()


def decide(
    record: AuditRecord, *, as_of: date, beside: Beside = NOTHING, record_sha256: str | None = None
) -> GateDecision:
    """Return the decision on a record on a day.

    `record_sha256` is the digest of the file as it lies (default: of the canonical record).
    Exit code: 5 the council's record does not hold, else 1 a gated question fails, else 4
    evidence is undecided, missing or expired, else 0. Raises RecordError where no decision can
    be made: nobody confirmed the outcomes, the record contradicts itself, or what stands beside
    it is about another record.
    """
    digest = record_sha256 or record.digest
    _refuse(record, digest, beside)
    return _Gate(record, digest, as_of, beside).decision()


def _refuse(record: AuditRecord, digest: str, beside: Beside) -> None:
    outcome = record.audit.outcome
    if outcome is not None and not outcome.confirmed:
        raise RecordError(
            "nobody has confirmed which decisions are good for customers (confirmed = false).",
            where="outcome",
            hint="Read [outcome] of the plan, say confirmed = true, and audit again.",
        )
    if fault := next(evidence.contradictions(record), None):
        raise RecordError(
            f"the record contradicts itself: {fault}.",
            where="audit.json",
            hint="It was changed after the audit. Audit again.",
        )
    if beside.baseline is not None:
        _refuse_baseline(record, beside.baseline)
    if beside.release is not None:
        _refuse_release(beside.release, digest)


def _refuse_baseline(record: AuditRecord, baseline: AuditRecord) -> None:
    """A baseline is another release of the same system, soundly audited before this one."""
    now, then = record.audit, baseline.audit
    faults = {
        "is this very record, or this very log": baseline.digest == record.digest
        or baseline.provenance.inputs == record.provenance.inputs != (),
        "is of the same release": now.release is not None and now.release == then.release,
        "is of another system": now.system != then.system,
        "is later than the record": baseline.provenance.as_of > record.provenance.as_of,
        "was never confirmed": then.outcome is not None and not then.outcome.confirmed,
        "contradicts itself": next(evidence.contradictions(baseline), None) is not None,
    }
    if fault := next((words for words, holds in faults.items() if holds), None):
        raise RecordError(
            f"the baseline {fault}.",
            where="baseline",
            hint="Name the record of an earlier release of this system.",
        )


def _refuse_release(release: ReleaseComparison, digest: str) -> None:
    from careaudit.releases import contradiction

    if release.new.record_sha256 != digest:
        raise RecordError(
            "the release comparison is about another record.",
            where="comparison",
            hint="Compare again with this record as NEW; plans are audited on the record's own "
            "day with --as-of.",
        )
    if fault := contradiction(release):
        raise RecordError(
            f"the comparison contradicts itself: {fault}.",
            where="comparison",
            hint="It was changed after it was made. Run `careaudit compare` again.",
        )


class _Gate:
    """One decision in the making."""

    def __init__(self, record: AuditRecord, digest: str, as_of: date, beside: Beside) -> None:
        self.record = record
        self.digest = digest
        self.as_of = as_of
        self.beside = beside
        self.waivers = apply(beside.waivers, record, as_of)
        self.known = dict(evidence.known(record, beside.baseline, as_of))
        self.reasons: list[Reason] = []

    def decision(self) -> GateDecision:
        self._age()
        self._expected()
        questions = tuple(self._question(question) for question in self.record.questions)
        self._unused_waivers()
        self._release()
        self._council()
        found = {reason.exit_code for reason in self.reasons}
        order = {"closes": 0, "warns": 1, "notes": 2}
        info = self.record.audit
        return GateDecision(
            audit=info.name,
            system=info.system,
            release=info.release,
            record_sha256=self.digest,
            as_of=self.as_of,
            expires_on=self.record.provenance.expires_on,
            exit_code=next((code for code in PRECEDENCE if code in found), OPEN),
            reasons=tuple(sorted(self.reasons, key=lambda reason: order[reason.effect])),
            questions=questions,
            waivers=self.waivers,
        )

    def _closes(
        self, exit_code: int, code: str, message: str, question: str | None = None,
        comparison: str | None = None,
    ) -> None:  # fmt: skip
        self.reasons.append(Reason(code, "closes", message, question, comparison, exit_code))

    # Evidence: is it all there, and is it still good?

    def _age(self) -> None:
        provenance = self.record.provenance
        made, good_until = (evidence.day(provenance.as_of), evidence.day(provenance.expires_on))
        if self.as_of > good_until:
            self._closes(
                UNDECIDED, "audit_expired",
                f"The audit expired on {good_until}: audit the release again.",
            )  # fmt: skip
        if self.as_of < made:
            self._closes(
                UNDECIDED, "audit_not_yet", f"The audit is of {made}, after the day of this gate."
            )
        if not any(question.gate for question in self.record.questions):
            self._closes(
                UNDECIDED, "nothing_gated",
                "No question of the audit decides a release: say gate = true in the plan.",
            )  # fmt: skip

    def _expected(self) -> None:
        planned = evidence.planned(self.beside.plan, self.record) if self.beside.plan else ()
        for gap in (*planned, *evidence.missing(self.record)):
            self._closes(UNDECIDED, gap.code, gap.message, gap.question)

    # Questions.

    def _question(self, question: Question) -> Asked:
        mine = [c for c in self.record.comparisons if c.question == question.id]
        findings = tuple(self._finding(comparison) for comparison in mine)
        if not question.gate:
            return Asked(question, question.verdict, "notes", findings)
        if question.verdict == "pass":
            return Asked(question, "pass", "notes", findings)
        if question.verdict == "inconclusive":
            effect = self._undecided(question, question.reason)
            return Asked(question, "inconclusive", effect, findings)
        return self._failing(question, findings)

    def _finding(self, comparison: Comparison) -> Finding:
        if comparison.verdict != "fail":
            return Finding(comparison, comparison.verdict)
        waiver = self._waiver(comparison)
        if waiver is not None and waiver.holds:
            return Finding(comparison, "waived", waiver.message)
        if comparison.id in self.known:
            return Finding(comparison, "known", self.known[comparison.id])
        council = self.beside.council
        if council is not None and council.holds and council.override:
            return Finding(comparison, "overridden", "the council overrides the audit")
        return Finding(comparison, "fail", waiver.message if waiver else None)

    def _waiver(self, comparison: Comparison) -> Applied | None:
        """The waiver of a finding: one that holds, else the last that does not."""
        mine = [w for w in self.waivers if w.waiver.finding == comparison.id]
        return next((w for w in mine if w.holds), mine[-1] if mine else None)

    def _failing(self, question: Question, findings: tuple[Finding, ...]) -> Asked:
        for finding in findings:
            self._told(question, finding)
        outcomes = {finding.outcome for finding in findings}
        if "fail" in outcomes:
            return Asked(question, "fail", "closes", findings)
        covered: Outcome = next(o for o in ("overridden", "waived", "known") if o in outcomes)
        effect: Effect = "warns"
        if question.rest is None or question.rest.verdict != "pass":
            reason = question.rest.reason if question.rest else "not_assessed"
            effect = self._undecided(question, reason)
            return Asked(question, "inconclusive", effect, findings)
        return Asked(question, covered, effect, findings)

    def _told(self, question: Question, finding: Finding) -> None:
        comparison, note = finding.comparison, finding.note
        if finding.outcome == "fail":
            waiver = self._waiver(comparison)
            code = f"waiver_{waiver.state}" if waiver else "fail"
            tail = f" Its waiver is void: {note}." if waiver else ""
            self._closes(
                FAILED, code, f"{comparison.id} is beyond the limit.{tail}", question.id,
                comparison.id,
            )  # fmt: skip
        elif finding.outcome in {"waived", "known", "overridden"}:
            message = f"{comparison.id} is beyond the limit, and {finding.outcome}: {note}."
            self.reasons.append(
                Reason(finding.outcome, "warns", message, question.id, comparison.id)
            )

    def _undecided(self, question: Question, reason: str) -> Effect:
        """What the gate does where the data cannot tell: the plan says."""
        lack = f": {question.missing}" if question.missing else ""
        message = f"{question.id} cannot be told ({reason.replace('_', ' ')}{lack})."
        if question.inconclusive == "close":
            self._closes(UNDECIDED, "inconclusive", message, question.id)
            return "closes"
        effect: Effect = "warns" if question.inconclusive == "warn" else "notes"
        said = f'{message} The plan says inconclusive = "{question.inconclusive}".'
        self.reasons.append(Reason("inconclusive", effect, said, question.id))
        return effect

    # What stands beside the record.

    def _unused_waivers(self) -> None:
        for applied in self.waivers:
            if applied.state in {"not_failing", "no_finding", "other_release"}:
                finding = applied.waiver.finding
                covered = any(r.comparison == finding for r in self.reasons)
                if not covered:
                    self.reasons.append(
                        Reason(
                            "waiver_unused", "warns",
                            f"A waiver of {finding} covers nothing: {applied.message}.",
                            comparison=finding,
                        )
                    )  # fmt: skip

    def _release(self) -> None:
        release = self.beside.release
        if release is None:
            return
        before = _named(release.old.release)
        margin = f"margin {release.margin:g}"
        if release.reason == "new_release_fails":  # its own findings close the gate, or are covered
            self.reasons.append(
                Reason("release_fails", "warns",
                       f"Beside {before}, the new release needs action by itself ({margin}).")
            )  # fmt: skip
        elif release.verdict == "fail":
            self._closes(
                FAILED, "release_worse", f"The new release is worse than {before} ({margin})."
            )
        elif release.verdict == "inconclusive":
            self._closes(
                UNDECIDED, "release_unclear",
                f"Whether the new release is worse than {before} cannot be told "
                f"({release.reason.replace('_', ' ')}, {margin}).",
            )  # fmt: skip
        else:
            self.reasons.append(
                Reason("release_no_worse", "notes",
                       f"The new release is not worse than {before} ({margin}).")
            )  # fmt: skip

    def _council(self) -> None:
        council = self.beside.council
        if council is None:
            return
        if not council.holds:
            self._closes(NO_COUNCIL, f"council_{council.step}", council.message)
            return
        if council.decision is not None and council.decision.sha256("audit.json") != self.digest:
            self._closes(
                NO_COUNCIL, "council_evidence", "The council decided on another audit.json."
            )
            return
        self.reasons.append(Reason("council_approves", "notes", council.message))


def _named(release: str | None) -> str:
    return f"release {release}" if release else "the old release"
