"""The public edition, `public.pdf`, `public.html` and `public.json`: from the publication alone."""

from __future__ import annotations

from collections.abc import Iterator

from careaudit.publication.build import publish
from careaudit.publication.document import Publication
from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.editions.base import Attached, Edition, Head, Section
from careaudit.report.views.public import build_first, build_rest, build_results
from careaudit.report.wording import public as tell
from careaudit.report.wording import public_rest
from careaudit.report.wording.words import ANSWERS, MEANINGS, answer


def _document(record: AuditRecord, beside: Beside) -> Publication:
    return publish(record, beside.past)


def head(p: Publication) -> Head:
    """Return what a page says of itself."""
    return Head(
        title=tell.page_title(p),
        description=f"{tell.scope(p)} Answer: {answer(p.verdict, p.reason).word.lower()}.",
        as_of=p.as_of,
        version=p.careaudit,
        kind=tell.KIND,
        running=tell.release_name(p, 48),
        foot=f"Audit {p.number}",
        closing=public_rest.FILE,
        names=tuple(_names(p)),
    )


def _names(p: Publication) -> Iterator[str]:
    """Yield every text of other people that is printed as it is."""
    yield from (t for t in (p.name, p.system, p.release, p.justification, p.decision_kind) if t)
    yield from (text for text in p.public.model_dump().values() if text)
    yield from p.unrecorded
    for q in p.questions:
        yield from (text for text in (q.ask, q.missing) if text)
        for table in q.tables:
            yield table.segment
            yield from (row.group for row in table.rows if row.group)
    for ratios in p.ratio_tables:
        yield ratios.axis
        for cell in ratios.rows:
            yield from (text for text in (cell.group, cell.justification) if text)


def attached(p: Publication) -> Attached:
    """Return public.json: all that the pages print from."""
    return Attached(
        "public.json",
        p.to_json(),
        "Every number of this report, rounded and withheld as it says.",
        p.as_of,
    )


EDITION = Edition[Publication](
    name="public",
    stem="public",
    level="public",
    document=_document,
    head=head,
    sections=(
        Section("public_first.html.j2", build_first),
        Section("public_results.html.j2", build_results),
        Section("public_rest.html.j2", build_rest),
    ),
    attached=attached,
    words={"tell": tell, "rest": public_rest, "answers": ANSWERS, "meanings": MEANINGS},
    style="public.css",
)
