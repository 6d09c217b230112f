"""The care impact edition: what a system did for customers, from what may be published of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from careaudit.publication.build import publish
from careaudit.publication.document import Publication
from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.editions.base import Attached, Edition, Head, Section
from careaudit.report.views import impact
from careaudit.report.views.impact.catalogue import PARTS
from careaudit.report.views.impact.duty import duty
from careaudit.report.views.impact.trend import trend
from careaudit.report.wording import impact_edition as tell
from careaudit.report.wording import printed
from careaudit.report.wording.names import said, title


def _document(record: AuditRecord, beside: Beside) -> Publication:
    return publish(record, beside.past)


def _head(p: Publication) -> Head:
    heading = tell.question_of(p.system)
    return Head(
        title=heading,
        description=f"{tell.KIND}. {said(p.name, 120)}. {title(p.period.text)}.",
        as_of=p.as_of,
        version=p.careaudit,
        kind=tell.KIND,
        running=said(p.name, 60),
        foot=f"Publication {p.number}",
        closing=tell.CLOSING,
        names=tuple(_names(p)),
    )


def _names(p: Publication) -> Iterator[str]:
    """Yield every text of other people that is printed as it is."""
    public = p.public
    texts = (p.name, p.system, p.release, public.purpose, public.oversight, public.changes)
    yield from (text for text in texts if text)
    yield from p.unrecorded
    for q in p.questions:
        yield from (text for text in (q.ask, q.missing) if text)
        for table in q.tables:
            yield table.segment
            yield from (row.group for row in table.rows if row.group)


def _attached(p: Publication) -> Attached:
    return Attached(
        "public.json",
        p.to_json(),
        "What may be published: every number of this report.",
        p.as_of,
    )


EDITION = Edition[Publication](
    name="impact",
    stem="impact",
    level="public",
    document=_document,
    head=_head,
    sections=(
        Section("impact_brief.html.j2", impact.brief),
        *(Section("impact_part.html.j2", partial(impact.part, of=of)) for of in PARTS),
        Section("impact_harms.html.j2", impact.harms),
        Section("impact_duty.html.j2", duty),
        Section("impact_trend.html.j2", trend),
        Section("impact_part.html.j2", impact.others),
        Section("impact_left.html.j2", impact.left),
    ),
    attached=_attached,
    words={"texts": tell, "common": printed},
    style="impact.css",
)
