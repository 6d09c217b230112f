"""The one conductor: a plan and a source become an audit record.

Not called audit.py: the module would hide the public function `careaudit.audit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from careaudit import (
    conditional,
    crossings,
    drivers,
    estimates,
    notes,
    ratios,
    remedies,
    together,
    unknowns,
    wanted,
)
from careaudit import questions as ask
from careaudit.cells import Term, total
from careaudit.check import check
from careaudit.double_entry import keep
from careaudit.errors import DataError, MissingFilesError
from careaudit.findings import Purse, Teller
from careaudit.judge import Asked, Judged, judge, overall
from careaudit.measures import Rate, Sample, amounts, pooled_design_effect
from careaudit.plan import Plan
from careaudit.record import (
    VALID_DAYS,
    Accounts,
    AuditInfo,
    AuditRecord,
    Comparison,
    Excluded,
    Group,
    GroupStatus,
    Intersection,
    Outcome,
    Preset,
    Provenance,
    PublicTexts,
    Remedy,
    Segment,
    Settings,
    Strata,
    Window,
)
from careaudit.sources import Request, Scan, TableSource, open_source

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = ("duckdb", "fairlearn", "ibis-framework", "numpy", "pandas", "scipy")
Progress = Callable[[str], None]


def run(
    plan: Plan,
    *,
    base: Path,
    data: pd.DataFrame | None = None,
    as_of: date | None = None,
    explain: bool = True,
    progress: Progress = lambda _: None,
) -> AuditRecord:
    """Audit a log as the plan says.

    `base` is the folder that the plan's paths are relative to; `data` stands in for the log's
    files. `as_of` is the only clock (default today). Without `explain` nothing is looked for that
    goes along with a gap. Raises PlanError or DataError where the audit cannot be done, and
    BooksDifferError where the second book disagrees.
    """
    check(plan)
    today = as_of or date.today()  # noqa: DTZ011 - a calendar day, as people write it
    progress("Reading the log")
    source = open_source(plan, base, data)
    scan = source.scan(_request(plan, today))
    _refuse_absent_side(plan, scan)
    progress("Comparing groups")
    return _Audit(plan, source, scan, today, explain=explain).record(progress)


def _request(plan: Plan, today: date) -> Request:
    crossed = (*wanted.crossings(plan), *conditional.crossings(plan))
    strata, every_row = conditional.columns(plan), wanted.asks_every_row(plan)
    return Request(
        plan, wanted.terms(plan), crossed, today, every_row, strata, wanted.histograms(plan)
    )


def _refuse_absent_side(plan: Plan, scan: Scan) -> None:
    """One side was named and no decision is on it: a misspelling, not a finding."""
    outcome = plan.outcome
    if outcome is None or (outcome.favorable and outcome.adverse):
        return
    reader = ask.Reader(plan, scan)
    side, values = ("adverse", outcome.adverse) if outcome.adverse else (
        "favorable", outcome.favorable
    )  # fmt: skip
    if not (reader.adverse if outcome.adverse else reader.favorable):
        raise DataError(
            f"no decision is {' or '.join(repr(value) for value in values)}, the {side} side.",
            where="outcome",
            hint="`careaudit inspect LOG` shows the values of each column.",
        )


def preview(plan: Plan, *, base: Path, as_of: date | None = None) -> list[str]:
    """Say what a log would answer a plan, without judging it; one warning a line.

    Raises what `run` raises, but a log that is not here is a warning: plans travel without data.
    """
    check(plan)
    today = as_of or date.today()  # noqa: DTZ011
    try:
        source = open_source(plan, base)
    except MissingFilesError as error:
        return [f"{error.what} Only the plan was checked."]
    scan = source.scan(_request(plan, today))
    reader = ask.Reader(plan, scan)
    lacks = [
        f"{question.id} cannot be answered: {lack[1]}."
        for question in plan.questions
        if (lack := reader.missing(question, reader.measure(question)))
    ]
    ratios.tell(plan, reader)  # an exclusion that the log does not allow is told here too
    found = notes.beforehand(plan, scan, reader)
    return [f"{note.where}: {note.message}" for note in found] + lacks


class _Audit:
    """One audit in progress: what was read, and what follows from it."""

    def __init__(
        self, plan: Plan, source: TableSource, scan: Scan, as_of: date, *, explain: bool
    ) -> None:
        self.plan = plan
        self.source = source
        self.scan = scan
        self.explain = explain and drivers.declared(plan)
        self.as_of = as_of
        self.reader = ask.Reader(plan, scan)
        self.days = (
            (scan.last_day - scan.first_day).days + 1 if scan.first_day and scan.last_day else None
        )

    def record(self, progress: Progress) -> AuditRecord:
        asked = [self.reader.asked(question) for question in self.plan.questions]
        judged = judge(asked, self.plan.statistics)
        missing = {a.question.id: self.reader.missing(a.question, a.measure) for a in asked}
        teller = Teller(self.plan, self.days, self._purse())
        told = [
            teller.question(
                item,
                chosen=item.asked.question.measure is None,
                missing=missing[item.asked.question.id],
            )
            for item in judged
        ]
        told = [unknowns.beside(self.reader, *both) for both in zip(judged, told, strict=True)]
        verdict, reason = overall(
            [(t.question.gate, t.question.verdict, t.question.reason) for t in told]
        )
        crossed = {a.question.id: self._crossed(a) for a in asked}
        values = estimates.tell(self.plan, self.reader, asked, judged)
        progress("Keeping the second book")
        books = keep(*estimates.books(self.reader, asked, values))
        comparisons = [c for t in told for c in t.comparisons]
        impact = teller.impact(told, undetermined=verdict == "inconclusive")
        quality = [
            *notes.all_notes(self.plan, self.scan, self.reader, asked, judged, self.as_of),
            *together.notes(self.reader, comparisons),
        ]
        quality += unknowns.notes(self.reader, judged)
        found, suggested = self._why(judged, comparisons, progress)
        return AuditRecord(
            audit=self._info(),
            provenance=self._provenance(sum(len(t.comparisons) for t in told if t.question.gate)),
            accounts=self._accounts(),
            segments=self._segments(found),
            estimates=tuple(values),
            comparisons=tuple(comparisons),
            questions=tuple(
                t.question.model_copy(update={"strata": crossed[t.question.id][1]}) for t in told
            ),
            conditional=tuple(conditional.tell(self.plan, self.reader, judged)),
            intersections=tuple(row for rows, _ in crossed.values() for row in rows),
            drivers=found.drivers,
            impact=impact.model_copy(
                update={
                    "ratio_tables": ratios.tell(self.plan, self.reader),
                    "remedies": suggested,
                }
            ),
            quality=(*quality, *found.quality),
            double_entry=books,
            verdict=verdict,
            reason=reason,
        )

    def _why(
        self, judged: Sequence[Judged], comparisons: Sequence[Comparison], progress: Progress
    ) -> tuple[drivers.Found, tuple[Remedy, ...]]:
        """What goes along with the gaps, and what could be done; nothing where none is asked."""
        if not self.explain:
            return drivers.Found(quality=tuple(notes.unexplained(self.plan))), ()
        progress("Looking for what goes along with each gap")
        rates = [item.asked.measure for item in judged if isinstance(item.asked.measure, Rate)]
        sizes = tuple(dict.fromkeys(quantity for rate in rates for quantity in rate.sizes))
        wanted_: tuple[Term, ...] = tuple(map(total, sizes))
        request = replace(_request(self.plan, self.as_of), terms=wanted_, strata=(), histograms=())
        scene = drivers.Scene(
            self.plan,
            self.reader,
            tuple(judged),
            tuple(drivers.pressing(judged, comparisons, self.plan.privacy.min_cell)),
            self.source.inputs(request, self.plan.drivers.fields, sizes),
        )
        found = drivers.find(scene)
        progress("Pricing what could be done")
        return found, remedies.suggest(scene, found)

    # Parts of the record.

    def _info(self) -> AuditInfo:
        audit, outcome, preset = self.plan.audit, self.plan.outcome, self.plan.preset
        promise = self.plan.escalation.promise
        return AuditInfo(
            name=audit.name,
            system=audit.system,
            release=audit.release,
            decision_kind=audit.decision_kind,
            justification=audit.justification,
            outcome=outcome
            and Outcome(
                favorable=outcome.favorable,
                adverse=outcome.adverse,
                neutral=outcome.neutral,
                favorable_is_rest=not outcome.favorable,
                confirmed=outcome.confirmed,
            ),
            currency=self.plan.log.currency,
            promise=promise.total_seconds() if promise else None,
            preset=preset
            and Preset(
                name=preset.name,
                title=preset.title,
                source=preset.source,
                as_of=preset.as_of.isoformat(),
                status=preset.status,
            ),
            public=PublicTexts.model_validate(self.plan.public.model_dump())
            if "public" in self.plan.model_fields_set
            else None,
        )

    def _provenance(self, comparisons: int) -> Provenance:
        statistics, scan = self.plan.statistics, self.scan
        digests = [self.plan.digest, *(i.sha256 or "" for i in scan.inputs)]
        seed = int(hashlib.sha256("\n".join(digests).encode()).hexdigest()[:12], 16)
        return Provenance(
            careaudit=version("careaudit"),
            libraries={name: version(name) for name in LIBRARIES},
            plan_sha256=self.plan.digest,
            inputs=scan.inputs,
            as_of=self.as_of.isoformat(),
            expires_on=(self.as_of + timedelta(days=VALID_DAYS)).isoformat(),
            window=Window(
                start=scan.first_day.isoformat() if scan.first_day else None,
                end=scan.last_day.isoformat() if scan.last_day else None,
                days=self.days,
            ),
            seed=seed,
            settings=Settings(
                alpha=statistics.alpha,
                alpha_pass=statistics.alpha_pass,
                confidence=statistics.confidence,
                min_effective_n=statistics.scope,
                min_coverage=statistics.coverage,
                multiplicity=statistics.multiplicity,
                comparisons=comparisons,
                min_cell=self.plan.privacy.min_cell,
            ),
        )

    def _accounts(self) -> Accounts:
        scan = self.scan
        if scan.rows_read != scan.rows_used + sum(scan.excluded.values()):
            msg = "the accounts do not add up"
            raise AssertionError(msg)
        return Accounts(
            rows_read=scan.rows_read,
            rows_used=scan.rows_used,
            excluded=tuple(Excluded(reason=r, rows=n) for r, n in scan.excluded.items()),
            unknown=dict(scan.unknown),
            customers=scan.customers,
            joins=scan.joins,
            outcomes=self._outcomes() if self.plan.outcome else {},
        )

    def _outcomes(self) -> dict[str, int]:
        """Rows used on each side of the decision; those on neither are neutral."""
        favorable, adverse = self.reader.favorable, self.reader.adverse
        neutral = self.scan.rows_used - favorable - adverse
        return {"favorable": favorable, "adverse": adverse, "neutral": neutral}

    def _segments(self, found: drivers.Found) -> tuple[Segment, ...]:
        return tuple(
            Segment(
                name=segment.name,
                kind=segment.kind,
                reference=self.reader.known[segment.name].reference,
                groups=tuple(self._groups(segment.name)),
                revealed=found.revealed.get(segment.name, ()),
                reasons=found.reasons.get(segment.name, ()),
                like_pairs=found.like_pairs.get(segment.name, ()),
            )
            for segment in self.plan.segments
        )

    def _groups(self, name: str) -> list[Group]:
        groups: list[tuple[str | None, ...]] = [*self.reader.known[name].groups]
        if self.scan.unknown.get(name):
            groups.append((None,))
        rows = []
        samples = {group: self.reader.decisions(name, group) for group in groups}
        pooled = pooled_design_effect([s for group, s in samples.items() if group != (None,)])
        for group, sample in samples.items():
            rows.append(
                Group(
                    group=ask.joined(group),
                    n=sample.n,
                    share=sample.n / self.scan.rows_used,
                    customers=sample.customers if self.reader.clustered else None,
                    status=self._status(group, sample, max(sample.design_effect, pooled)),
                )
            )
        return rows

    def _status(self, group: tuple[str | None, ...], sample: Sample, deff: float) -> GroupStatus:
        if group == (None,):
            return "unknown"
        if not sample.n:
            return "empty"
        if sample.customers < self.plan.privacy.min_cell:
            return "suppressed"
        return "in_scope" if sample.n / deff >= self.plan.statistics.scope else "small"

    def _purse(self) -> Purse:
        if "amount" not in self.plan.log.columns:
            return {}
        return {
            segment.name: {
                group[0]: amounts(
                    self.reader.cells(segment.name).cell(group), clustered=self.reader.clustered
                )
                for group in self.reader.cells(segment.name).table
            }
            for segment in self.plan.segments
        }

    def _crossed(self, asked: Asked) -> tuple[list[Intersection], tuple[Strata, ...]]:
        fields = [
            self.reader.field(asked.question, asked.measure, name)
            for name in asked.question.crossings
        ]
        strata = (crossings.strata(asked, f, self.reader.known[f.segment].groups) for f in fields)
        return crossings.tell(self.plan, asked, fields), tuple(strata)
