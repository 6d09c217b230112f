"""The council's edition, `report.pdf` and `report.html`: all that the record says."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.editions.base import Attached, Edition, Head, Section
from careaudit.report.glyphs import names
from careaudit.report.views import Report, build
from careaudit.report.wording import (
    captions,
    council,
    decided,
    drivers,
    lineage,
    pages,
    releases,
    remedies,
    standing,
    subgroups,
    summary,
)
from careaudit.report.wording.words import ANSWERS, MEANINGS, WAIVED


@dataclass(frozen=True, slots=True)
class Material:
    """A record with what stands beside it, and the view that the council's pages print from."""

    record: AuditRecord
    beside: Beside
    report: Report


def _material(record: AuditRecord, beside: Beside) -> Material:
    return Material(record, beside, build(record, beside))


def head(material: Material, kind: str = pages.KIND, closing: str = pages.CLOSING) -> Head:
    """Return what a page says of itself that prints from the whole record."""
    record, view = material.record, material.report
    return Head(
        title=view.title,
        description=view.description,
        as_of=view.as_of,
        version=record.provenance.careaudit,
        kind=kind,
        running=view.running,
        foot=view.foot,
        closing=closing,
        names=tuple(names(record, material.beside)),
    )


def _attached(material: Material) -> Attached:
    return Attached(
        "audit.json",
        material.record.to_json(),
        "The audit record: every number of this report, in full precision.",
        material.record.provenance.as_of,
    )


WORDS: dict[str, object] = {
    "kicker": summary.KICKER,
    "linked": True,
    "texts": summary,
    "pages": pages,
    "lineage": lineage,
    "captions": captions,
    "council": council,
    "decided": decided,
    "drivers": drivers,
    "releases": releases,
    "remedies": remedies,
    "subgroups": subgroups,
    "answers": ANSWERS,
    "waived": WAIVED,
    "meanings": MEANINGS,
    "limits": standing.LIMITS,
    "glossary": standing.GLOSSARY,
}

VIEW = attrgetter("report")

EDITION = Edition[Material](
    name="council",
    stem="report",
    level="council",
    document=_material,
    head=head,
    sections=(
        Section("first.html.j2", VIEW, sheet="first"),
        Section("people.html.j2", VIEW, sheet="people"),
        Section("overlap.html.j2", VIEW, sheet="overlap"),
        Section("findings.html.j2", VIEW),
        Section("annexes.html.j2", VIEW),
    ),
    attached=_attached,
    words=WORDS,
)
