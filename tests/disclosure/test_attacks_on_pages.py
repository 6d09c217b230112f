"""All that is printed stands in public.json, so who attacks that has attacked every page."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest
from drawn_logs import log, record

from careaudit.publication.document import Publication
from careaudit.report import prepare
from careaudit.report.editions import edition
from careaudit.report.html import render_html

SEEDS = (1, 7, 12, 13, 32, 44, 73, 100)
EDITIONS = ("public", "impact")
DRAWN = {"style", "tabindex", "colspan", "rowspan", "scope", "class", "id", "href", "charset"}
"""Attributes that nobody reads: where a mark lies, and what names it. What they hold is made of
public.json alone, too."""
PICTURE = {"svg", "path", "rect", "circle", "line", "g"}


@cache
def files(seed: int, name: str) -> dict[str, bytes]:
    """Return an edition of a drawn log: its page, and its public.json."""
    made = prepare(record(log(seed)), ["html", "json"], edition=name).files
    return {Path(file).suffix: raw for file, raw in made.items()}


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, without separators of thousands."""
    return {n.replace(",", "") for n in re.findall(r"\d+(?:[.,]\d+)*", text)}


class Page(HTMLParser):
    """Every text of a page, every attribute that somebody reads, and every element."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.styled = False
        self.feed(raw.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styled = tag == "style"
        known = {key: value or "" for key, value in attrs}
        if tag == "meta" and known.get("name") == "viewport":
            return
        geometry = tag in PICTURE
        self.texts += [
            value
            for key, value in known.items()
            if key not in DRAWN and not (geometry and not key.startswith(("aria", "data", "title")))
        ]

    def handle_data(self, data: str) -> None:
        if not self.styled:
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.styled = False

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_of_a_page_stands_in_public_json(seed, name):
    made = files(seed, name)
    page = Page(made[".html"])
    told = set().union(*map(numbers, page.texts))
    assert len(told) > 10
    assert told <= numbers(made[".json"].decode())
    assert not {"script", "iframe", "object", "embed", "template", "img", "link"} & {*page.tags}
    assert b"data:" not in made[".html"]


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_page_is_made_of_public_json_alone(seed, name):
    """Where marks lie, and what else nobody reads, tells no more than public.json."""
    made = files(seed, name)
    again = Publication.from_json(made[".json"].decode())
    assert render_html(edition(name), again) == made[".html"]
    assert made[".json"] == files(seed, EDITIONS[0])[".json"]


def test_a_number_that_is_not_there_would_be_found():
    for mark in ('<p title="31337">', "<p>31,337", "<!-- 31337 -->", '<p aria-label="31337">'):
        assert "31337" in set().union(*map(numbers, Page(mark.encode()).texts))


SILENT = {"/ID", "/FontFamily", "/Producer"}
"""Texts of a PDF that its contents do not change."""
ISO = {"14289"}
"""The standard of accessible PDF, which the metadata name."""


def test_a_pdf_holds_public_json_and_no_other_number(tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    held = files(13, "public")[".json"]
    path = tmp_path / "public.pdf"
    path.write_bytes(prepare(record(log(13)), ["pdf"], edition="public").files["public.pdf"])
    printed = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
    with pikepdf.open(path) as opened:
        assert list(opened.attachments) == ["public.json"]
        assert opened.attachments["public.json"].get_file().read_bytes() == held
        trees = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
        streams = [item for item in opened.objects if isinstance(item, pikepdf.Stream)]
        assert sum(item.get("/Type") == "/EmbeddedFile" for item in streams) == 1
        texts = [
            str(value)
            for tree in (*trees, *streams)
            for key, value in tree.items()
            if isinstance(value, pikepdf.String) and key not in SILENT
        ]
        metadata = opened.Root.Metadata.read_bytes().decode()
    pages = re.sub(r"Page \d+ of \d+", "", printed.decode())
    about = re.sub(r"<pdf:Producer>.*?</pdf:Producer>|<[^>]+>", " ", metadata)
    told = set().union(*map(numbers, (pages, *texts, html.unescape(about))))
    assert "Not shown" in pages
    assert any("About" in text for text in texts)
    assert told - numbers(held.decode()) <= ISO
