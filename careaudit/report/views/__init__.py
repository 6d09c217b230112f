"""Record -> plain views: prose, tables and pictures come from the same objects."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.record import AuditRecord
from careaudit.report.beside import NOTHING, Beside
from careaudit.report.views import annex, findings, summary
from careaudit.report.views import beside as aside
from careaudit.report.views.book import Book
from careaudit.report.views.drivers import Why, build_why
from careaudit.report.views.findings import Finding, Gap
from careaudit.report.views.releases import Compared, build_comparison
from careaudit.report.views.remedies import Remedies, build_remedies
from careaudit.report.views.summary import Summary
from careaudit.report.wording import standing
from careaudit.report.wording.names import plain, said
from careaudit.report.wording.pages import FOOT
from careaudit.report.wording.summary import audit_number, page_title, scope


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a template prints."""

    title: str
    description: str
    number: str
    data: str
    foot: str
    as_of: str
    running: str
    summary: Summary
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    why: Why
    remedies: Remedies
    numbers: tuple[annex.NumbersTable, ...]
    crossings: tuple[annex.Crossing, ...]
    crossings_left: int
    strata: tuple[str, ...]
    notes: tuple[annex.Note, ...]
    notes_left: int
    rows: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str, str, str], ...]
    provenance: tuple[tuple[str, str], ...]
    how_to_read: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    counted: tuple[str, ...]
    reliance: str
    justification: str
    earlier: aside.EarlierPage | None
    decision: aside.DecisionPage | None
    release: Compared | None


def build(
    record: AuditRecord,
    beside: Beside = NOTHING,
    rows: tuple[int, ...] = summary.FOREST_ROWS,
) -> Report:
    """Return the view of a whole report; `rows` are those of page 2, by how tightly it is set."""
    book = Book(record)
    why = build_why(book)
    on = aside.day_of(beside, record)
    digest = record.digest
    notes = annex.build_notes(book, aside.idle(beside))
    number = audit_number(record)
    data = f"{digest[:4]} {digest[4:8]}"
    return Report(
        title=plain(page_title(record)),
        description=plain(scope(record)),
        number=number,
        data=data,
        foot=FOOT.format(number=number, data=data),
        as_of=record.provenance.as_of,
        running=plain(said(record.audit.name, 60)),
        summary=summary.build_summary(book, beside, rows, why.first),
        findings=tuple(findings.build_findings(book, beside)),
        gaps=tuple(findings.build_gaps(book)),
        why=why,
        remedies=build_remedies(book),
        numbers=tuple(annex.build_numbers(book)),
        crossings=tuple(annex.build_crossings(book)),
        crossings_left=max(0, len(record.intersections) - annex.MOST_CROSSINGS),
        strata=tuple(annex.build_strata(book)),
        notes=tuple(notes[: annex.MOST_NOTES]),
        notes_left=max(0, len(notes) - annex.MOST_NOTES),
        rows=tuple(annex.build_rows(book)),
        files=tuple(annex.build_files(book)),
        provenance=tuple(annex.build_provenance(book)),
        how_to_read=tuple(standing.how_to_read("95")),
        required=tuple(standing.required(record, beside, on)),
        methods=tuple(standing.methods(record)),
        counted=tuple(standing.counted(record)),
        reliance=standing.reliance(record),
        justification=said(record.audit.justification or "", 600),
        earlier=aside.earlier_page(beside),
        decision=aside.decision_page(beside, on),
        release=build_comparison(beside.release) if beside.release else None,
    )
