"""reports.md section 8, machine items 1 to 9, on every fixture record."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page
import pikepdf
import pytest
import records
from rendered import need

from careaudit.report import FORMATS, pdf, render

if TYPE_CHECKING:
    from rendered import Reports

NAMES = list(records.ALL)
HERE = Path(__file__).parent
INK = "Council decision"
"""A page for ink may hold few words."""


@pytest.mark.parametrize("name", NAMES)
def test_is_pdf_ua_1_and_pdf_a_3a_at_once(reports: Reports, name: str) -> None:
    for profile in ("ua1", "3a"):
        found = page.validate_pdf(str(reports.pdf(name)), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]


@pytest.mark.parametrize("name", NAMES)
def test_qpdf_and_pdfinfo_are_content(reports: Reports, name: str) -> None:
    need("qpdf")
    need("pdfinfo")
    path = str(reports.pdf(name))
    assert subprocess.run(["qpdf", "--check", path], check=False).returncode == 0
    env = {**os.environ, "TZ": "UTC"}
    info = subprocess.run(
        ["pdfinfo", "-isodates", path], capture_output=True, check=True, env=env
    ).stdout.decode()
    facts = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    assert facts["Title"].strip().endswith("for everyone?")
    assert facts["Tagged"].strip() == "yes"
    day = reports.record(name).provenance.as_of
    assert facts["CreationDate"].strip().startswith(day)
    assert facts["ModDate"].strip().startswith(day)
    assert 8 <= int(facts["Pages"]) <= 60
    with pikepdf.open(path) as opened:
        assert str(opened.Root.Lang) == "en"


@pytest.mark.parametrize("name", NAMES)
def test_holds_our_fonts_and_no_others(reports: Reports, name: str) -> None:
    need("pdffonts")
    listed = subprocess.run(
        ["pdffonts", str(reports.pdf(name))], capture_output=True, check=True
    ).stdout.decode()
    rows = listed.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.match(r"[A-Z]{6}\+Source-(Sans-3|Serif-4)", row), row
        embedded, _subset, unicode = row.split()[-5:-2]
        assert (embedded, unicode) == ("yes", "yes"), row


@pytest.mark.parametrize("name", ["failing", "hostile", "empty"])
def test_carries_the_record(reports: Reports, name: str, tmp_path: Path) -> None:
    need("pdfdetach")
    record = reports.record(name)
    command = ["pdfdetach", "-saveall", "-o", str(tmp_path), str(reports.pdf(name))]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = list(tmp_path.iterdir())
    assert found.name == FORMATS["json"].file_name
    assert found.read_bytes() == record.to_json().encode()
    assert hashlib.sha256(found.read_bytes()).hexdigest() == record.digest
    text = " ".join(" ".join(p.split()) for p in reports.pages(name))
    assert record.digest in text
    assert f"data {record.digest[:4]} {record.digest[4:8]}" in text


def _elements(root: Any) -> list[Any]:
    found, waiting = [], [root]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Dictionary):
            if "/S" in here:
                found.append(here)
            kids = here.get("/K")
            if isinstance(kids, pikepdf.Array):
                waiting += [k for k in kids if isinstance(k, pikepdf.Dictionary)]
            elif isinstance(kids, pikepdf.Dictionary):
                waiting.append(kids)
    return found


def tagged(path: Path) -> None:
    """Hold a PDF to what those need who cannot see it: figures told, cells headed, one outline."""
    with pikepdf.open(path) as opened:
        elements = _elements(opened.Root.StructTreeRoot)
        by_tag: dict[str, list[Any]] = {}
        for element in elements:
            by_tag.setdefault(str(element.S), []).append(element)
        for figure in by_tag.get("/Figure", []):
            alt = str(figure.Alt)
            assert len(alt) >= 40
            assert re.search(r"\d", alt)
        for head in by_tag["/TH"]:
            assert str(head.A.Scope) in ("/Column", "/Row")
        assert all("/Headers" in cell.A for cell in by_tag["/TD"])
        assert len(by_tag["/H1"]) == 1
        headings = sum(len(by_tag.get(f"/H{level}", [])) for level in (1, 2, 3))
        with opened.open_outline() as outline:
            count, waiting = 0, list(outline.root)
            while waiting:
                item = waiting.pop()
                count += 1
                waiting += item.children
        assert count == headings


@pytest.mark.parametrize("name", ["failing", "passing", "hostile", "forty"])
def test_is_tagged_for_those_who_cannot_see_it(reports: Reports, name: str) -> None:
    tagged(reports.pdf(name))


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_enough_words_and_page_one_not_too_many(reports: Reports, name: str) -> None:
    pages = reports.pages(name)
    first = pages[0]
    assert len(first.split()) <= 380
    for heading in ("asked to decide", "could not assess", "could change this answer"):
        assert heading in first
    for number, text in enumerate(pages, 1):
        if INK not in text:
            assert len(text.split()) >= 40, (number, text)


@pytest.mark.parametrize("name", ["failing", "six", "forty", "hostile", "passing"])
def test_the_first_three_pages_are_three(reports: Reports, name: str) -> None:
    pages = reports.pages(name)
    assert "People and money" in pages[1]
    assert "Where groups overlap" in pages[2]
    assert INK in pages[2]
    assert "Contents, and how to read" in pages[3]


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
import records
from careaudit.report import render
sys.stdout.buffer.write(render(records.failing(), "pdf"))
"""


def test_the_same_record_gives_the_same_bytes(reports: Reports, tmp_path: Path) -> None:
    """Nothing of a process is in its bytes: its seed of hashes, its folder or its age."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    env = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }
    script = SCRIPT.format(here=str(HERE))
    made = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, check=True
    ).stdout
    assert made.startswith(b"%PDF")
    assert made == reports.pdf("failing").read_bytes()


def test_a_warning_of_weasyprint_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from careaudit.errors import RenderError

    monkeypatch.setattr(pdf, "font_css", lambda: "p { no-such-property: 1 }")
    with pytest.raises(RenderError, match="not satisfied"):
        render(records.empty(), "pdf")


def test_a_pdf_that_readers_take_differently_is_made_again_and_never_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from careaudit.errors import RenderError

    finish, pads = pdf._finish, []

    def finished(document: Any, made: Any, pad: int = 0) -> None:
        pads.append(pad)
        finish(document, made, pad)

    monkeypatch.setattr(pdf, "_finish", finished)
    monkeypatch.setattr(pdf, "_AMBIGUOUS", b"%%EOF")
    with pytest.raises(RenderError, match="take differently"):
        render(records.empty(), "pdf")
    assert pads == list(range(8))


def test_without_pango_the_error_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    from careaudit.errors import RenderError

    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RenderError) as caught:
        render(records.empty(), "pdf")
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in str(caught.value)


def test_the_system_libraries_have_versions() -> None:
    found = pdf.library_versions()
    assert re.fullmatch(r"[\d.]+", found["pango"])
    assert found["harfbuzz-subset"] == "found"


def test_only_bundled_fonts_may_be_fetched() -> None:
    import weasyprint

    fetcher = pdf._fetcher(weasyprint)
    for url in ("https://example.org/x.css", "file:///etc/passwd", "data:text/plain,x"):
        with pytest.raises(ValueError, match="bundled fonts"):
            fetcher.fetch(url)


def test_unsupported_characters_become_codes(reports: Reports) -> None:
    text = " ".join(" ".join(p.split()) for p in reports.pages("hostile"))
    assert "⟨U+4E2D 6587⟩" in text
    assert "⟨U+202E⟩" in text
    assert "the fonts of this file lack" in text
    assert "the fonts of this file lack" not in " ".join(reports.pages("failing"))
