from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import records

if TYPE_CHECKING:
    from rendered import Reports

NAMES = list(records.ALL)
VOID = {"meta", "br", "link", "img", "path"}


class Outline(HTMLParser):
    """Checks nesting, and keeps headings, ids, links and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if tag == "a":
            self.links.append(found.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def sound(text: str) -> None:
    """Hold a page to what every page must be: well-formed, accessible and self-contained."""
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert text.lstrip().startswith("<!DOCTYPE html>")
    tags = [tag for tag, _ in outline.tags]
    assert ("html", {"lang": "en"}) in outline.tags
    assert tags.count("main") == 1
    assert tags.count("h1") == 1
    assert not {"script", "img", "iframe", "link", "b", "i"} & set(tags)
    assert "url(" not in text
    assert outline.headings[0] == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith("#") and link[1:] in outline.ids for link in outline.links)
    for tag, found in outline.tags:
        assert tag != "th" or found.get("scope") in ("col", "row")
        assert not any(key.startswith("on") for key in found)


@pytest.mark.parametrize("name", NAMES)
def test_is_well_formed_accessible_and_self_contained(reports: Reports, name: str) -> None:
    sound(reports.html(name))


def test_names_cannot_act(reports: Reports) -> None:
    text = reports.html("hostile")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in text
    assert "49" not in re.findall(r"\{\{[^}]*\}\}", text)
    assert "{{ 7*7 }}" in text
    assert "<bdi>العربية</bdi>" in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "⟨U+202E⟩" in text
    assert "(empty)" in text
    assert "(blank)" in text
    assert "x" * 81 not in text
    assert not re.search("[\u2066-\u2069]", text)


def test_every_group_is_named_or_counted(reports: Reports) -> None:
    text = reports.html("thousand")
    assert re.search(r"9\d\d more groups are in audit.json", text)
    assert text.count("<tr>") < 500
    forty = reports.html("forty")
    for group in reports.record("forty").segments[0].groups:
        assert group.group in forty


@pytest.mark.parametrize("name", NAMES)
def test_verdict_words_equal_the_record(reports: Reports, name: str) -> None:
    words = {"fail": "Action needed", "pass": "No material gap"}
    text = reports.html(name)
    for place, q in enumerate(reports.record(name).questions, 1):
        signal = "Keep watching" if q.reason == "adverse_signal" else "Cannot tell yet"
        start = text.index(f'id="q{place}"')
        shown = re.search(r'class="v \w+"><span class="shape">.</span> ([\w ]+)<', text[start:])
        assert shown is not None
        assert shown[1] == words.get(q.verdict, signal)
