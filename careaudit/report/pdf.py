"""The PDF of an edition: PDF/UA-1 and PDF/A-3a in one file, its document inside, fixed bytes."""

from __future__ import annotations

import functools
import hashlib
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

from careaudit.errors import RenderError
from careaudit.report.editions.base import Attached, D, Edition
from careaudit.report.glyphs import FONTS, escapes, printable
from careaudit.report.templating import Fit, page

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_HINT = f"On Debian or Ubuntu: apt-get install -y --no-install-recommends {PACKAGES}"

_FACES = (
    ("Source Sans 3", 400, "SourceSans3-Regular.ttf"),
    ("Source Sans 3", 600, "SourceSans3-Semibold.ttf"),
    ("Source Serif 4", 400, "SourceSerif4-Regular.ttf"),
    ("Source Serif 4", 600, "SourceSerif4-Semibold.ttf"),
)

_TIGHTEST = 2
_AMBIGUOUS = b"\r\nendstream"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_UA = "http://www.aiim.org/pdfua/ns/id/"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"


def render_pdf(edition: Edition[D], document: D) -> bytes:
    """Return an edition as PDF; RenderError where a library is missing or anything is amiss."""
    said = escapes(edition.head(document).names)
    laid = functools.partial(page, edition, document, "pdf", font_css(), said)
    with _collected():
        fit = _fit(edition, lambda levels: rendered(laid(levels, sheets_only=True)))
    return written(laid(fit), edition.attached(document) if edition.attached else None)


def rendered(text: str) -> Any:
    """Lay out an HTML text with the bundled fonts."""
    weasyprint = _weasyprint()
    html = weasyprint.HTML(
        string=printable(text), base_url=FONTS.as_uri() + "/", url_fetcher=_fetcher(weasyprint)
    )
    return html.render()


def sheets(text: str) -> int:
    """Count the pages that a part of a report takes; its links may lead nowhere."""
    with _collected():
        return len(rendered(text).pages)


def written(text: str, attached: Attached | None) -> bytes:
    """Return an HTML text as PDF, with its document inside if it has one.

    The same text and document give the same bytes.
    """
    weasyprint = _weasyprint()

    def attachments() -> list[Any]:  # WeasyPrint reads one once
        if attached is None:
            return []
        day = _day(attached.day)
        made = weasyprint.Attachment(
            string=attached.text.encode(),
            name=attached.name,
            description=attached.description,
            created=day,
            modified=day,
            relationship="Data",
        )
        return [made]

    told = attached.text if attached else text
    with _strict(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour file open
        document = rendered(text)
        _claim_ua(document.metadata)
        for pad in range(8):
            made: bytes = document.write_pdf(
                pdf_variant="pdf/a-3a",
                pdf_identifier=hashlib.sha256(told.encode()).digest()[:16],
                attachments=attachments(),
                finisher=functools.partial(_finish, pad=pad),
            )
            if _AMBIGUOUS not in made:
                return made
    name = attached.name if attached else "the record"
    raise RenderError(
        "a stream of the PDF ends in a way that readers take differently.",
        where=name,
        hint=f"Please report this as a bug, with {name} if you may.",
    )


def _fit(edition: Edition[D], render: Callable[[Fit], Any]) -> Fit:
    """Return how tightly each section is set, so that those of one sheet hold on it."""
    held = [(place, s.sheet) for place, s in enumerate(edition.sections) if s.sheet]
    levels = [0] * len(edition.sections)
    for _ in range(_TIGHTEST if held else 0):
        document = render(tuple(levels))
        starts = [
            next(i for i, sheet in enumerate(document.pages) if name in sheet.anchors)
            for _, name in held
        ]
        ends = [*starts[1:], len(document.pages)]
        long = [end - start > 1 for start, end in zip(starts, ends, strict=True)]
        if not any(long):
            break
        for (place, _), over in zip(held, long, strict=True):
            levels[place] += over
    return tuple(levels)


def _weasyprint() -> Any:
    """Import WeasyPrint; RenderError with the apt line where Pango is missing."""
    try:
        import weasyprint
    except OSError as error:
        raise RenderError(
            f"the PDF needs the Pango libraries, and one cannot be loaded ({error}).".replace(
                "\n", " "
            ),
            where="report.pdf",
            hint=f"{_HINT}; or write the other formats: --formats json,html",
        ) from None
    except ImportError as error:
        raise RenderError(
            f"the PDF needs WeasyPrint, which cannot be imported ({error}).",
            where="report.pdf",
            hint="Run: pip install 'weasyprint>=70'; or write --formats json,html",
        ) from None
    return weasyprint


def library_versions() -> dict[str, str]:
    """Return the system libraries that a PDF needs, by name; RenderError where one is missing."""
    _weasyprint()
    from weasyprint.text import ffi

    if not ffi.harfbuzz_subset:
        raise RenderError(
            "the PDF needs the library HarfBuzz-Subset, which cannot be loaded.",
            where="report.pdf",
            hint=_HINT,
        )
    number = int(ffi.pango.pango_version())
    version = f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
    return {"pango": version, "harfbuzz-subset": "found"}


def font_css() -> str:
    """Declare the bundled faces, and no others."""
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight};'
        f" src: url({(FONTS / file).as_uri()}); }}\n"
        for family, weight, file in _FACES
    )
    return (
        faces + ':root { --sans: "Source Sans 3"; --serif: "Source Serif 4", "Source Sans 3"; }\n'
    )


def _fetcher(weasyprint: Any) -> Any:
    """Return a fetcher that reads bundled fonts and nothing else."""
    allowed = {(FONTS / file).as_uri() for _, _, file in _FACES}

    class Bundled(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Reads the bundled fonts."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            """Fetch a bundled font; anything else is refused."""
            if url not in allowed:
                msg = f"the report may read bundled fonts, not {url}"
                raise ValueError(msg)
            return super().fetch(url, headers)

    return Bundled(allowed_protocols=("file",))


class _Collector(logging.Handler):
    """Keeps what WeasyPrint complains about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.messages.append(record.getMessage())


@contextmanager
def _strict() -> Iterator[None]:
    """Turn every warning of WeasyPrint into a RenderError: a report is whole, or it is not."""
    with _collected() as messages:
        yield
    if messages:
        first = messages[0]
        raise RenderError(
            f"WeasyPrint is not satisfied: {first}",
            where="report.pdf",
            hint=_HINT
            if "HarfBuzz" in first
            else "Please report this as a bug, with audit.json if you may.",
        )


@contextmanager
def _collected() -> Iterator[list[str]]:
    """Collect what WeasyPrint complains about, and keep it from the user's log."""
    logger = logging.getLogger("weasyprint")
    collector = _Collector()
    kept, logger.propagate = logger.propagate, False
    level = logger.level
    others = logger.handlers[:]
    logger.handlers[:] = [collector]
    logger.setLevel(logging.WARNING)
    try:
        yield collector.messages
    finally:
        logger.handlers[:] = others
        logger.propagate = kept
        logger.setLevel(level)


def _day(as_of: str) -> datetime:
    """Return the record's day as the only date in the file."""
    try:
        return datetime.fromisoformat(as_of[:10]).replace(tzinfo=UTC)
    except ValueError:
        raise RenderError(
            f"the record's as_of is not a date: {as_of!r}.",
            where="report.pdf",
            hint="Write the record again with `careaudit audit --as-of YYYY-MM-DD`.",
        ) from None


def _claim_ua(metadata: Any) -> None:
    """Add PDF/UA-1 to the same RDF block that claims PDF/A-3a, with its extension schema."""
    original = metadata.generate_rdf_metadata

    def both(variant: str, version: int, conformance: str) -> bytes:
        root = fromstring(original(variant, version, conformance))  # noqa: S314 - our own
        for prefix, uri in (
            ("pdfaExtension", _EXTENSION),
            ("pdfaSchema", _SCHEMA),
            ("pdfaProperty", _PROPERTY),
            ("pdfuaid", _UA),
            ("rdf", _RDF),
        ):
            register_namespace(prefix, uri)
        SubElement(root, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": "", f"{{{_UA}}}part": "1"})
        root.append(_extension_schema())
        made: bytes = tostring(root, encoding="utf-8")
        return made

    metadata.generate_rdf_metadata = both


def _extension_schema() -> Element:
    """Describe the pdfuaid schema, as PDF/A asks for every schema it does not know."""
    about = Element(f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
    bag = SubElement(SubElement(about, f"{{{_EXTENSION}}}schemas"), f"{{{_RDF}}}Bag")
    schema = SubElement(bag, f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"})
    for key, text in (
        ("schema", "PDF/UA Universal Accessibility Schema"),
        ("namespaceURI", _UA),
        ("prefix", "pdfuaid"),
    ):
        SubElement(schema, f"{{{_SCHEMA}}}{key}").text = text
    sequence = SubElement(SubElement(schema, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    part = SubElement(sequence, f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"})
    for key, text in (
        ("name", "part"),
        ("valueType", "Integer"),
        ("category", "internal"),
        ("description", "Part of ISO 14289 that the file follows"),
    ):
        SubElement(part, f"{{{_PROPERTY}}}{key}").text = text
    return about


def _finish(_document: Any, pdf: Any, pad: int = 0) -> None:
    """Leave the metadata uncompressed, and say for each header cell what it heads.

    A stream whose last byte is a carriage return is left uncompressed too: together with the line
    feed that follows, readers could take it for the end of a line, and the length for wrong.
    """
    by_number = {obj.number: obj for obj in pdf.objects}

    def parent(obj: Any) -> Any:
        return by_number[int(obj["P"].split()[0])]

    for obj in pdf.objects:
        extra = getattr(obj, "extra", None)
        if extra is not None and (extra.get("Subtype") == "/XML" or obj.data.endswith(_AMBIGUOUS)):
            obj.compress = False
        if isinstance(obj, dict) and obj.get("S") == "/TH":
            above = parent(parent(obj))
            scope = "/Column" if above.get("S") == "/THead" else "/Row"
            obj["A"]["Scope"] = scope
    for _ in range(pad):
        pdf.add_object(_pydyf().Dictionary({"Type": "/Pad"}))


def _pydyf() -> Any:
    """Return the library that WeasyPrint writes with."""
    import pydyf

    return pydyf
