"""Every sentence is held to governance 7 and reports 5.4."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
import records

from careaudit.record import Affected, Interval
from careaudit.report.views import build
from careaudit.report.views.book import Book
from careaudit.report.wording import findings, words
from careaudit.report.wording.names import plain

if TYPE_CHECKING:
    from rendered import Reports

NAMES = [n for n in records.ALL if n != "hostile"]
BANNED = (
    r"compliant|complies|conforms|certified|meets the requirements|four-fifths|safe harbou?r|"
    r"discriminat\w*|biased|unbiased|fair|unfair|equitable|no disparity|because of|due to|because|"
    r"independent audit|third-party|AEDT|AI auditor|insignificant|significant|significantly|"
    r"100% explained|vulnerable|worst|best|only|fails|problem group|minority|normal|outliers?|"
    r"proves|proven|high-risk|underperform\w*|damage|owe you|95% sure|1 in \d+"
)


def prose(text: str) -> list[str]:
    """Return the sentences of a page's paragraphs, list items and cells, in our words."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL)
    body = re.sub(r"<bdi>.*?</bdi>", "Name", body, flags=re.DOTALL)
    body = re.sub(r"</(p|li|td|th|h\d|tr|div)>", "\n", body)
    body = html.unescape(re.sub(r"<[^>]+>", "", body))
    lines = [" ".join(line.split()) for line in body.splitlines()]
    found = []
    for line in lines:
        found += [s for s in re.split(r"(?<=[.?!])\s+(?=[A-Z“\d])", line) if s]
    return found


def quoted(reports: Reports, name: str) -> list[str]:
    """Return what people wrote in the plan: exempt."""
    record = reports.record(name)
    return [q.ask for q in record.questions] + [record.audit.justification or ""]


@pytest.mark.parametrize("name", NAMES)
def test_no_banned_word_and_no_long_sentence(reports: Reports, name: str) -> None:
    text = reports.html(name)
    for theirs in quoted(reports, name):
        text = text.replace(html.escape(theirs), "") if theirs else text
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
    body = text[: text.index('id="methods"')]
    for sentence in prose(body):
        assert len(sentence.split()) <= 25, sentence


def test_standing_sentences_are_short() -> None:
    texts = [*words.MEANINGS.values(), *words.REASONS.values()]
    for text in texts:
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize("name", NAMES)
def test_required_sentences_and_limits(reports: Reports, name: str) -> None:
    text = html.unescape(re.sub(r"<[^>]+>", "", reports.html(name)))
    record = reports.record(name)
    for needle in (
        f"The audit read {record.accounts.rows_read:,} rows",
        "Each limit is a policy value of the audit plan",
        "Whether any law applies was not assessed",
        "were not measured",
        "The evidence expires on",
        "measures a gap, not its cause",
        "not law",
        "as the log records them",
        "may carry the same error",
        "means that the data cannot tell",
    ):
        assert needle in text, needle


@pytest.mark.parametrize("name", records.ALL)
def test_the_score_is_never_a_headline_and_has_its_range(reports: Reports, name: str) -> None:
    view = build(reports.record(name))
    for table in view.numbers:
        for row in table.rows:
            assert row.score == "–" or re.search(r"\(.+ to .+\)", row.score)
    text = reports.html(name)
    assert "Equity Impact Score" not in text[: text.index('id="methods"')]


@pytest.mark.parametrize("name", records.ALL)
def test_every_shown_rate_has_its_range(reports: Reports, name: str) -> None:
    view = build(reports.record(name))
    tables = [t for f in view.findings for t in f.forests]
    tables += [t for block in view.summary.blocks for t in block.forests]
    for table in tables:
        for row in table.rows:
            assert (row.rate == "–") == (row.span == "–"), row


def test_directions_follow_the_harmed_side(reports: Reports) -> None:
    record = reports.record("favoured")
    book = Book(record)
    assert any(c.harmed == "reference" for c in record.comparisons if c.verdict == "fail")
    said = [
        findings.direction(book.words(c.measure), c, {})
        for c in record.comparisons
        if c.verdict == "fail"
    ]
    assert all("refused less often where" in s for s in said)
    assert all(s.endswith(" than where it is \u20681\u2069.") for s in said)
    text = reports.html("favoured")
    assert "more credits would have been given" not in text
    assert "is not counted as a harm to it" in text


def test_a_favorable_measure_is_given_less_often() -> None:
    c = records.comparison(
        "q", "favorable_rate", "favorable", "a", "x", "y", (1000, 300), (1000, 500)
    )
    told = findings.direction(words.measure_words("favorable_rate", "goodwill_credit"), c, {})
    text = plain(told)
    assert text == "Credits are given less often where a is x."


def test_customers_are_named_where_each_decision_is_one(reports: Reports) -> None:
    assert "more customers would have been given a credit" in reports.html("signal")
    failing = reports.html("failing")
    assert "more customers would" not in failing
    assert "more credits would have been given" in failing


def test_an_excess_is_said_for_a_harmed_group_alone() -> None:
    c = records.comparison("q", "adverse_rate", "adverse", "a", "x", "y", (500, 50), (500, 100))
    w = words.measure_words("adverse_rate", "goodwill_credit")
    assert c.harmed == "reference"
    assert findings.excess_people(c, w, customers=False) is None
    gone = c.model_copy(update={"harmed": "group", "affected": Affected(people=Interval())})
    assert findings.excess_people(gone, w, customers=False) is None


def test_every_measure_and_reason_has_words() -> None:
    for measure in (
        "adverse_rate",
        "favorable_rate",
        "wrongful_adverse_rate",
        "wrongful_favorable_rate",
        "adverse_precision",
        "label_coverage",
    ):
        assert "“" not in words.measure_words(measure, "other").title
    assert "new measure" in words.measure_words("new_measure", "other").title.lower()
    assert words.reason("inconclusive", "brand_new") == "The record gives this reason: brand new."
    assert words.reason("pass", "brand_new") == words.REASONS["within_limit"]


def test_verdict_words_shapes_and_colours() -> None:
    assert words.answer("fail", "established").word == "Action needed"
    assert words.answer("pass", "within_limit").word == "No material gap"
    assert words.answer("inconclusive", "adverse_signal").word == "Keep watching"
    assert words.answer("inconclusive", "insufficient").word == "Cannot tell yet"
    assert len({a.shape for a in words.ANSWERS}) == len({a.css for a in words.ANSWERS}) == 4
