"""The brief, `brief.pdf` and `brief.html`: two pages for a board, torn from the council's."""

from __future__ import annotations

from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.editions import council
from careaudit.report.editions.base import Edition, Head, Section
from careaudit.report.editions.council import VIEW, WORDS, Material
from careaudit.report.views import build
from careaudit.report.views.book import Book
from careaudit.report.views.brief import ROWS, Brief, build_brief
from careaudit.report.wording import brief


def _material(record: AuditRecord, beside: Beside) -> Material:
    return Material(record, beside, build(record, beside, ROWS))


def _head(material: Material) -> Head:
    return council.head(material, brief.KICKER, brief.CLOSING)


def _second(material: Material) -> tuple[Brief, ...]:
    return build_brief(material.report, Book(material.record))


EDITION = Edition[Material](
    name="brief",
    stem="brief",
    level="council",
    document=_material,
    head=_head,
    sections=(
        Section("first.html.j2", VIEW, sheet="first"),
        Section("brief.html.j2", _second, sheet="people"),
    ),
    words={**WORDS, "kicker": brief.KICKER, "linked": False, "brief": brief},
    style="brief.css",
)
