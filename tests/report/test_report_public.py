"""The public edition: nothing that public.json does not hold, nothing milder than the council's."""

from __future__ import annotations

import functools
import html
import re
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import page
import pikepdf
import publications as made
import pytest
from rendered import need
from test_report_wording import BANNED, prose

from careaudit import samples
from careaudit.publication.build import publish
from careaudit.publication.document import Publication
from careaudit.record import AuditRecord
from careaudit.report.editions import edition
from careaudit.report.html import render_html
from careaudit.report.pdf import render_pdf
from careaudit.report.wording.names import plain
from careaudit.report.wording.words import ACTION, CANNOT, NO_GAP, WATCH, answer

REPORTS = Path(__file__).parents[2] / "reports"
GOLDEN = samples.names()
PUBLIC = edition("public")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
MILD = [NO_GAP.word, CANNOT.word, WATCH.word, ACTION.word]


@functools.cache
def record(name: str) -> AuditRecord:
    return AuditRecord.load(REPORTS / name / "audit.json")


@functools.cache
def document(name: str) -> Publication:
    return made.strange() if name == "strange" else publish(record(name))


@functools.cache
def screen(name: str) -> str:
    return of(document(name))


def of(publication: Publication) -> str:
    return render_html(PUBLIC, publication).decode()


class Texts(HTMLParser):
    """Every text of a page: what is seen, the title, meta tags, alternatives, and headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        known = dict(attrs)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag == "meta" and known.get("name") != "viewport":
            self.found.append(known.get("content") or "")
        names = ("alt", "title", "aria-label", "data-kind", "data-foot", "data-running")
        self.found += [known[key] or "" for key in names if key in known]

    def handle_data(self, data: str) -> None:
        if "style" not in self.open[-1:]:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass


def numbers(text: str) -> set[str]:
    """Return the numbers of a text; the codes of characters, as ⟨U+202E⟩, are none."""
    text = re.sub(r"⟨U\+[^⟩]*⟩", "", text)
    return {found.replace(",", "") for found in NUMBER.findall(text)}


def seen(text: str) -> str:
    """Return what a reader sees of a page, without its marks."""
    body = re.sub(
        r"<style>.*?</style>|<svg.*?</svg>|</?(bdi|span|strong)\b[^>]*>", "", text, flags=re.DOTALL
    )
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("name", [*GOLDEN, "strange"])
def test_every_number_stands_in_public_json(name: str) -> None:
    held = numbers(document(name).to_json())
    for text in Texts(screen(name)).found:
        assert numbers(text) <= held, text


def test_the_law_of_numbers_finds_a_number_that_is_not_there() -> None:
    text = screen("strange").replace("<h1>", '<h1 title="31337">', 1)
    assert "31337" in {n for found in Texts(text).found for n in numbers(found)}


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_is_milder_than_the_council(name: str) -> None:
    text, council = screen(name), record(name)
    box = seen(text[text.index('<div class="answer') : text.index('<h2 class="small"')])
    assert [one for one in MILD if one in box] == [answer(council.verdict, council.reason).word]
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", text[: text.index('id="results"')])
    results = text[text.index('id="results"') : text.index('id="open"')].split(
        '<div class="result">'
    )
    for question, line, result in zip(council.questions, lines, results[1:], strict=True):
        word = answer(question.verdict, question.reason).word
        assert html.escape(question.ask) in line
        for part in (seen(line), seen(result.split("<table", maxsplit=1)[0])):
            told = [one for one in MILD if one in part]
            assert told == [word], part


@pytest.mark.parametrize(
    ("verdict", "reason", "opening"),
    [
        ("fail", "established", "Not yet. Action is needed."),
        ("inconclusive", "adverse_signal", "Not settled. We keep watching."),
        ("inconclusive", "insufficient", "We cannot tell yet."),
        ("pass", "within_limit", "No material gap was found."),
    ],
)
def test_the_opening_says_the_answer(verdict: str, reason: str, opening: str) -> None:
    one = made.question(made.PLAIN, verdict=verdict, reason=reason)
    assert opening in seen(of(made.publication(one, verdict=verdict, reason=reason)))


def test_a_failing_question_outside_the_answer_is_told() -> None:
    passing = made.question(made.PLAIN, verdict="pass", reason="within_limit")
    outside = made.question(made.PLAIN, id="other", gate=False)
    text = seen(of(made.publication(passing, outside, verdict="pass", reason="within_limit")))
    assert "A question outside the overall answer needs action: see the table." in text


@pytest.mark.parametrize(
    ("orientation", "harmed", "way"),
    [
        ("adverse", "group", "Credits are refused more often where language is es."),
        ("adverse", "reference", "refused less often where language is es than where it is en."),
        ("favorable", "group", "Credits are given less often where language is es."),
        ("favorable", "reference", "given more often where language is es than where it is en."),
    ],
)
def test_the_direction_follows_the_side_that_is_worse_off(
    orientation: str, harmed: str, way: str
) -> None:
    rows = made.table(made.row("en", 0.2, reference=True), made.failing("es", 0.3, harmed=harmed))
    one = made.question(rows, measure=f"{orientation}_rate", orientation=orientation)
    assert way in seen(of(made.publication(one)))


def test_a_gap_in_groups_that_are_hidden_still_needs_action() -> None:
    rows = made.table(made.row("en", 0.2, reference=True), made.withheld("es"))
    text = seen(of(made.publication(made.question(rows))))
    assert "Credits refused: action is needed, in groups that are not shown here" in text
    assert "Not shown, to protect people" in text


def test_withheld_rows_hold_no_number_and_the_reason_stands_once() -> None:
    text = of(made.publication())
    line = re.search(r'<tr><th scope="row">[^/]*zh.*?</tr>', text)
    assert line is not None
    assert not numbers(re.sub(r"<[^>]+>", " ", line.group()))
    assert seen(text).count("Some rows are not shown") == 1
    hidden = of(made.publication(made.question(withheld=True, everybody=None)))
    assert "The figures of this question are not shown, to protect people." in seen(hidden)


def test_who_is_not_recorded_has_a_row() -> None:
    cells = re.findall(r'<th scope="row">(.*?)</th>', of(made.publication()))
    assert "Not recorded" in [seen(cell) for cell in cells]
    assert "unknown" not in seen(of(made.publication()))


def test_what_the_plan_does_not_say_is_named_and_not_invented() -> None:
    keys = type(made.TEXTS).model_fields
    silent = of(made.publication(public=type(made.TEXTS)()))
    for key in keys:
        assert f"Not stated: the plan’s [public] table has no “{key}”." in seen(silent)
    spoken = of(made.publication())
    assert "Not stated" not in seen(spoken)
    for text in made.TEXTS.model_dump().values():
        assert html.escape(text) in spoken


def test_without_an_earlier_edition_the_page_says_so() -> None:
    first = "This is the first publication, or no earlier one was given."
    assert first in seen(of(made.publication()))
    later = seen(screen("strange"))
    assert first not in later
    changed = later[later.index("What changed since last time") :]
    assert "March 2026 April to June 2026" in changed
    assert "● No material gap 13 in every 100 ▲ Action needed 23 in every 100" in changed


def test_draft_readings_and_people_are_told() -> None:
    text = seen(screen("strange"))
    assert "no person has confirmed which decisions are good for customers" in text
    people = made.doc.Printed(text="355", range="325 to 385", value=355.0, low=325.0, high=385.0)
    money = made.doc.Printed(text="$62,000", range="$44,000 to $80,000", value=62_000.0)
    found = seen(of(made.publication(people=people, money=money, counted="denied")))
    assert "About 355 more credits would have been given" in found
    assert "The plausible range is 325 to 385." in found
    assert "About $62,000 in credits not paid" in found
    each = made.doc.Decisions(used="3,000", customers="3,000")
    alone = seen(of(made.publication(people=people, counted="denied", decisions=each)))
    assert "About 355 more customers would have been given a credit" in alone


def test_ratios_stand_with_what_the_rule_asks_for() -> None:
    text = seen(screen("strange"))
    table = text[text.index("Each group’s rate against the highest rate") :]
    for needle in (
        "Month of this audit November 2026",
        "Decisions with no known category About 120",
        "In use since March 2025",
        "m, old 1,600 65 34 0.68 shown to be below 0.80",
        "f, young – – – – Not shown, to protect people",
        "left out: under the share that the rule sets",
    ):
        assert needle in table


def test_the_picture_shows_what_is_printed() -> None:
    text = of(made.publication())
    alts = re.findall(r"<title>(Picture.*?)</title>", text)
    assert [re.findall(r"of which (\d+) are filled", alt) for alt in alts] == [["20"], ["32"]]
    for alt, dots in zip(alts, (20, 32), strict=True):
        drawn = text[text.index(alt) :].split('d="')[1].split('"')[0]
        assert drawn.count("M") == dots
    assert "Picture" not in of(made.publication(made.question(withheld=True, everybody=None)))


def test_marks_lie_on_the_printed_axis() -> None:
    text = of(made.publication())
    ends = re.search(r'<div class="ends"><span>(.*?)</span><span class="high">(.*?)</span>', text)
    assert ends is not None
    assert ends.groups() == ("18", "35")
    dots = re.findall(r'class="dot (?:action|plain)" style="left:(.*?)%"', text)
    where = [100 * (value - 0.18) / (0.352 - 0.18) for value in (0.2, 0.32, 0.25)]
    assert [float(dot) for dot in dots] == pytest.approx(where, abs=0.06)


def test_hostile_names_are_text() -> None:
    text = screen("strange")
    for mark in ("<script", "<img", "<b>", "\u202e"):
        assert mark not in text
    for shown in ("&lt;script&gt;", "⟨U+202E⟩"):
        assert shown in text


@pytest.mark.parametrize("name", ["telecom_credits", "strange"])
def test_headings_are_in_order(name: str) -> None:
    headings = Texts(screen(name)).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_pages_print_from_public_json_alone() -> None:
    again = Publication.from_json(document("telecom_credits").to_json())
    assert of(again) == screen("telecom_credits")


def ours(name: str) -> list[str]:
    """Return our own sentences: what the plan says is another's."""
    text, publication = screen(name), document(name)
    texts = [q.ask for q in publication.questions] + [publication.justification or ""]
    for theirs in (*texts, *(t for t in publication.public.model_dump().values() if t)):
        text = text.replace(html.escape(theirs), "") if theirs else text
    return prose(text)


@pytest.mark.parametrize("name", [*GOLDEN, "strange"])
def test_words_are_allowed_and_sentences_short(name: str) -> None:
    for sentence in ours(name):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
        assert len(sentence.split()) <= 25, sentence
        dateless = re.sub(r"[A-Z][a-z]+ \d{4}\b|\d{8}-\w{4}", "", sentence)
        dateless = re.sub(r"(?:\d+\s(?:d|h|min|s)\b\s?)+", "0 ", dateless)  # a time is one number
        assert len(NUMBER.findall(dateless)) <= 2 or sentence[-1] not in ".?", sentence


def syllables(word: str) -> int:
    """Count groups of vowels; an e at the end is silent, and so is that of -ed and -es."""
    word = re.sub(r"(?<=[^aeiouylsxzhcg])es$|(?<=[^aeiouydt])ed$|(?<=[^aeiouyl])e$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(sentences: list[str]) -> float:
    """Return the Flesch-Kincaid grade (Kincaid et al. 1975): years at school; age is 5 more."""
    words = [w for s in sentences for w in re.findall(r"[a-z]+(?:['’-][a-z]+)*", s.lower())]
    count = sum(syllables(part) for w in words for part in re.split(r"[’'-]", w) if part != "s")
    return 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59


def test_the_reading_grade_is_that_of_known_sentences() -> None:
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45, abs=0.01)
    platypus = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert grade([platypus]) == pytest.approx(11.3, abs=1.0)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_reading_age_is_12_to_14(name: str) -> None:
    sentences = [s for s in ours(name) if s[-1] in ".?" and len(s.split()) > 2]
    assert len(sentences) > 30
    assert grade(sentences) <= 8.9


@pytest.mark.parametrize("name", ["telecom_credits", "strange"])
def test_the_pdf_is_accessible_and_holds_public_json_alone(name: str, tmp_path: Path) -> None:
    path = tmp_path / "public.pdf"
    path.write_bytes(render_pdf(PUBLIC, document(name)))
    for profile in ("ua1", "3a"):
        found = page.validate_pdf(str(path), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    with pikepdf.open(path) as opened:
        assert list(opened.attachments) == ["public.json"]
        held = opened.attachments["public.json"].get_file().read_bytes()
        assert held == document(name).to_json().encode()
        pages = len(opened.pages)
    if name == "telecom_credits":
        assert 4 <= pages <= 6
        need("pdftotext")
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
        text = re.sub(r"Page \d+ of \d+", "", plain(done.stdout.decode()))
        assert numbers(text) <= numbers(document(name).to_json())
        assert "council copy" not in text
