"""The care impact edition: what it prints, in which words, and how it judges outcomes."""

from __future__ import annotations

import functools
import html
import io
import re
from pathlib import Path

import page
import pikepdf
import pillars
import pytest
import records
from hypothesis import given, settings
from hypothesis import strategies as st
from test_report_html import sound
from test_report_wording import BANNED, prose

from careaudit.measures.catalogue import CATALOGUE
from careaudit.publication.build import publish
from careaudit.publication.document import (
    Past,
    Period,
    Publication,
    PublicQuestion,
    Row,
    Table,
)
from careaudit.record import AuditRecord, Behind, PublicTexts
from careaudit.report.editions import edition
from careaudit.report.html import render_html
from careaudit.report.pdf import render_pdf
from careaudit.report.views import impact
from careaudit.report.views.impact.catalogue import HOME, OUTCOMES, PARTS, missing
from careaudit.report.views.impact.duty import duty, floor, outcome
from careaudit.report.views.impact.trend import trend, values
from careaudit.report.wording import impact_edition as tell
from careaudit.report.wording import printed as common
from careaudit.report.wording.names import plain
from careaudit.report.wording.words import answer

EDITION = edition("impact")
TEXTS = PublicTexts(purpose="It decides on credits.", owner="Head of care", contact="a@b.org")
NAMES = (
    "failing", "passing", "signal", "all_small", "ungated", "favoured", "forty", "six",
    "long_questions", "redress", "waits", "ratings", "amounts", "scores", "layers",
)  # fmt: skip
HOSTILE = ("hostile", "pillars_hostile")


def public(record: AuditRecord, **texts: str) -> AuditRecord:
    """Return a record that may be published: who answers for it, and who stands behind it."""
    known = [
        e.model_copy(
            update={
                "behind": Behind(
                    customers=e.n,
                    with_event=e.events,
                    without_event=None if e.events is None else e.n - e.events,
                    dominated=False,
                )
            }
        )
        for e in record.estimates
    ]
    info = record.audit.model_copy(update={"public": TEXTS.model_copy(update=texts)})
    return record.model_copy(update={"audit": info, "estimates": tuple(known)})


@functools.cache
def document(name: str) -> Publication:
    return publish(public((records.ALL | pillars.ALL)[name]()))


def text_of(publication: Publication) -> str:
    return render_html(EDITION, publication).decode()


@functools.cache
def text(name: str) -> str:
    return text_of(document(name))


def visible(found: str) -> str:
    """Return all that a reader, a screen reader or a search engine may get from a page."""
    hidden = re.findall(r'(?:content|alt|title|aria-label|data-\w+)="([^"]*)"', found)
    hidden = [t for t in hidden if not t.startswith("width=device-width")]
    body = re.sub(r"<style>.*?</style>", "", found, flags=re.DOTALL)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *hidden]))


def numbers(found: str) -> set[str]:
    """Return the numbers of a text, without separators of thousands."""
    coded = re.sub(r"⟨U\+[0-9A-F ]+⟩", "", found)
    return {n.replace(",", "") for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", coded)}


# Numbers and words.


@pytest.mark.parametrize("name", [*NAMES, *HOSTILE])
def test_every_number_stands_in_public_json(name: str) -> None:
    told = numbers(visible(text(name)))
    assert len(told) > 5
    assert told <= numbers(document(name).to_json())


@pytest.mark.parametrize("name", NAMES)
def test_no_banned_word_and_no_long_sentence(name: str) -> None:
    found = text(name)
    record = (records.ALL | pillars.ALL)[name]()
    for theirs in [q.ask for q in record.questions]:
        found = found.replace(html.escape(theirs), "")
    for sentence in prose(found):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
    body = found[: found.index('id="unrecorded"')]
    for sentence in prose(body):
        assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    sound(text(name))


def test_the_words_of_no_measure_hold_a_number() -> None:
    for measure in CATALOGUE:
        w = common.words_of(measure, "other")
        assert not re.search(r"\d", f"{w.title}{w.base}{w.happens}{w.event}{w.instead}"), measure


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_is_milder_than_the_councils(name: str) -> None:
    record, view = document(name), impact.brief(document(name))
    council = (records.ALL | pillars.ALL)[name]()
    assert view.answer == answer(council.verdict, council.reason)
    assert [q.answer for q in view.questions] == [
        answer(q.verdict, q.reason) for q in council.questions
    ]
    for of in PARTS:
        for shown in impact.part(record, of).cards:
            assert shown.answer.word in text(name)


# What is printed where.


@pytest.mark.parametrize("name", NAMES)
def test_each_question_is_told_once_or_named_as_not_recorded(name: str) -> None:
    found = document(name)
    cards = [c for of in PARTS for c in impact.part(found, of).cards]
    cards += impact.others(found).cards
    listed = " ".join(what for what, _ in impact.left(found).rows)
    told = sorted(plain(c.ask) for c in cards)
    assert told == sorted(
        plain(impact.card(found, q).ask) for q in found.questions if impact.measured(q)
    )
    for q in found.questions:
        assert impact.measured(q) != (plain(q.ask[:40]) in plain(listed))


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_asked_is_listed_part_by_part(name: str) -> None:
    found = document(name)
    asked = {q.measure for q in found.questions if q.measure}
    rows = dict(impact.left(found).rows)
    for of in PARTS:
        for measure in of.measures:
            title = common.words_of(measure, found.decision_kind).title.lower()
            if measure in asked:
                assert measure not in missing(of, asked)
            elif measure in missing(of, asked):
                assert title in rows[of.head].lower()
    with_none = missing(PARTS[1], set())
    assert "favorable_rate" in with_none
    assert "adverse_rate" not in with_none  # the same matter, the other way round
    assert "favorable_rate" not in missing(PARTS[1], {"adverse_rate"})


def test_a_question_that_the_log_cannot_answer_says_what_is_missing() -> None:
    found = document("failing")
    lacking = [q for q in found.questions if not impact.measured(q)]
    assert lacking
    asked = lacking[0].model_copy(update={"missing": "no column says who was told"})
    others = tuple(asked if q.id == asked.id else q for q in found.questions)
    told = text_of(found.model_copy(update={"questions": others}))
    assert "the log lacks it. No column says who was told." in html.unescape(
        re.sub(r"<[^>]+>", "", told)
    )


def test_every_measure_has_a_part_or_stands_with_the_others() -> None:
    known = set(CATALOGUE)
    for outcome_ in OUTCOMES:
        assert set(outcome_.measures) <= known
    assert set(HOME) <= known
    assert known - set(HOME) == {
        "label_coverage", "adverse_precision", "score_auc", "score_calibration",
    }  # fmt: skip


def test_a_measure_of_two_parts_has_one_table() -> None:
    found = document("redress")
    used, contested = (impact.part(found, of) for of in PARTS if of.key in ("used", "contested"))
    title = "Contested refusals that a person reviews"
    assert [c.title for c in used.cards] == [title]
    assert title not in [c.title for c in contested.cards]
    assert [a for a in contested.also if a.startswith(title) and tell.USED in a]


def test_rows_withheld_are_named_and_hold_no_number() -> None:
    found = document("all_small")
    rows = [row for q in found.questions for t in q.tables for row in t.rows]
    hidden = [row for row in rows if row.status == "withheld"]
    assert hidden
    assert text("all_small").count(common.WITHHELD) == len(hidden)
    assert html.escape(common.WITHHELD_NOTE, quote=False) in text("all_small")
    (card,) = [c for of in PARTS for c in impact.part(found, of).cards]
    for line in card.lines:
        if line.note == common.WITHHELD:
            assert {line.n, line.value, line.span, line.gap} == {"–"}


def test_what_was_done_is_quoted_or_named_as_missing() -> None:
    assert tell.NO_CHANGES in html.unescape(text("failing"))
    said = publish(public(records.failing(), changes="The threshold was moved <b>down</b>."))
    told = text_of(said)
    assert tell.NO_CHANGES not in html.unescape(told)
    assert "The threshold was moved &lt;b&gt;down&lt;/b&gt;." in told


# Floors: every group by itself.


def row(group: str, status: str, reached: str | None) -> Row:
    return Row.model_validate({"group": group, "status": status, "floor": reached})


def asked(question: PublicQuestion, *tables: list[Row], floor: bool = True) -> PublicQuestion:
    """Return a question with these rows, one list an attribute."""
    made = tuple(
        Table(segment=f"attribute {'abc'[i]}", reference=None, rows=tuple(rows))
        for i, rows in enumerate(tables)
    )
    level = {"text": "90", "value": 0.9} if floor else None
    return PublicQuestion.model_validate(
        {**question.model_dump(), "tables": [t.model_dump() for t in made], "floor": level}
    )


BASE = document("passing").questions[0]
ROWS = st.builds(
    row,
    st.sampled_from("xyz"),
    st.sampled_from(["shown", "shown", "shown", "withheld", "empty", "undefined"]),
    st.sampled_from(["met", "met", "met", "open", "not_met", None]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(ROWS, max_size=4), max_size=3))
def test_a_floor_is_met_where_every_group_is_shown_and_reaches_it(tables: list[list[Row]]) -> None:
    every = [r for rows in tables for r in rows]
    found = floor(asked(BASE, *tables))
    if any(r.floor == "not_met" for r in every):
        assert found == "not_met"
    elif every and all((r.status, r.floor) == ("shown", "met") for r in every):
        assert found == "met"
    else:
        assert found == "open"


def test_an_average_above_the_floor_hides_no_group_below_it() -> None:
    record = public(pillars.redress())
    shown = "redress_shown_rate"
    rates = {e.group: e for e in record.estimates if e.measure == shown and e.within is None}
    lowest = min((e for g, e in rates.items() if g), key=lambda e: e.high or 1)
    average = rates[None].value or 0.0
    assert lowest.high is not None
    assert lowest.high < average  # the case: the average is above, a group is below
    level = (lowest.high + average) / 2
    questions = [
        q.model_copy(update={"floor": level}) if q.measure == shown else q for q in record.questions
    ]
    found = publish(record.model_copy(update={"questions": tuple(questions)}))
    (support,) = [o for o in duty(found) if o.head == "Support"]
    (line,) = [r for r in support.rows if r.answer is not None]
    assert line.answer is tell.NOT_MET
    assert support.answer is tell.NOT_MET
    assert [a for a, groups in line.groups if lowest.group and lowest.group in groups] == [
        tell.NOT_MET
    ]


def test_a_group_that_is_not_shown_keeps_the_outcome_open() -> None:
    shown, hidden = row("x", "shown", "met"), row("y", "withheld", None)
    passing = BASE.model_copy(update={"verdict": "pass", "reason": "within_limit"})
    assert outcome([asked(passing, [shown])], floors=True) == "met"
    assert outcome([asked(passing, [shown], [shown, hidden])], floors=True) == "open"
    assert outcome([asked(passing, [shown], floor=False)], floors=True) == "open"
    assert outcome([asked(passing, [shown], floor=False)], floors=False) == "met"
    assert outcome([asked(passing, [shown, hidden], floor=False)], floors=False) == "open"
    small = shown.model_copy(update={"verdict": "inconclusive", "reason": "too_small_alone"})
    assert outcome([asked(passing, [shown, small])], floors=True) == "open"
    assert outcome([], floors=False) == "open"
    failing = BASE.model_copy(update={"verdict": "fail", "reason": "established"})
    assert outcome([asked(failing, [shown])], floors=True) == "not_met"
    found = document("passing").model_copy(update={"questions": (asked(passing, [shown, hidden]),)})
    products = duty(found)[0]
    assert products.answer is tell.OPEN
    assert products.rows[0].answer is tell.OPEN
    assert [a for a, groups in products.rows[0].groups if "y" in groups] == [tell.OPEN]


def test_the_duty_is_a_reference_and_names_what_nobody_recorded() -> None:
    told = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text("redress"))).split())
    assert "used as a reference; applicability not assessed" in told
    assert [o.head for o in duty(document("redress"))] == [
        "Products and services", "Price and value", "Understanding", "Support",
    ]  # fmt: skip
    assert told.count(tell.NOT_MEASURED) == sum(not o.rows for o in duty(document("redress")))
    assert told.count("Cause, action, owner, due, retest") == sum(
        bool(o.rows) for o in duty(document("redress"))
    )


# The trend.


def earlier(found: Publication, text: str, rate: float | None, verdict: str) -> Past:
    """Return an earlier period in which everybody got `rate` and the answer was another."""

    def then(q: PublicQuestion) -> PublicQuestion:
        tree = q.model_dump()
        tree |= {
            "verdict": verdict,
            "reason": "insufficient" if verdict != "fail" else "established",
        }
        if rate is None:
            tree |= {"everybody": None, "withheld": True, "tables": []}
        else:
            ends = {"low": rate - 0.01, "high": rate + 0.01}
            tree["everybody"]["figure"] = {"text": f"{rate * 100:.0f}", "value": rate, **ends}
        return PublicQuestion.model_validate(tree)

    return Past.model_validate(
        {
            "number": "20260101-ABCD",
            "period": Period(text=text).model_dump(),
            "verdict": verdict,
            "reason": "insufficient",
            "questions": [then(q).model_dump() for q in found.questions],
        }
    )


def over_periods(*rates: float | None) -> Publication:
    found = document("passing")
    names = ("July 2025", "August 2025", "September 2025")
    past = [
        earlier(found, text, rate, "fail" if i == 0 else "inconclusive")
        for i, (text, rate) in enumerate(zip(names, rates, strict=True))
    ]
    return found.model_copy(update={"past": tuple(past)})


def test_a_trend_goes_from_the_oldest_to_the_newest() -> None:
    found = over_periods(0.41, 0.42, 0.44)
    now = found.questions[0].everybody
    assert now is not None
    assert now.figure is not None
    (line,) = trend(found).rows
    assert line.values == f"41, 42, 44, {now.figure.text} in every 100"
    assert [a.word for a in line.answers] == [
        "Action needed", "Cannot tell yet", "Cannot tell yet", "No material gap",
    ]  # fmt: skip
    assert line.values in re.sub(r"\s+", " ", line.svg)  # the alt text says the same
    told = text_of(found)
    assert "July 2025; August 2025; September 2025; " in told
    assert numbers(visible(told)) <= numbers(found.to_json())
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', line.svg)]
    assert len(heights) == 4
    assert heights[0] > heights[1] > heights[2]  # larger values stand higher


def test_a_period_without_a_figure_breaks_the_line_and_says_so() -> None:
    found = over_periods(0.41, None, 0.44)
    (line,) = trend(found).rows
    assert line.values.startswith("41, not shown, 44, ")
    assert line.svg.count("<circle") == 3
    gone = found.past[1].model_copy(update={"questions": ()})
    holed = found.model_copy(update={"past": (found.past[0], gone, found.past[2])})
    assert values(holed, holed.questions[0]).startswith("41, not shown, 44, ")


def test_periods_of_other_denominators_are_never_put_on_one() -> None:
    found = over_periods(0.41, 0.42, 0.44)
    fine = found.past[0].questions[0].model_copy(update={"per": 1000})
    first = found.past[0].model_copy(update={"questions": (fine,)})
    mixed = found.model_copy(update={"past": (first, *found.past[1:])})
    assert values(mixed, mixed.questions[0]).startswith("41 in every 1,000, 42 in every 100, ")


def test_without_an_earlier_record_the_report_says_so() -> None:
    assert trend(document("failing")).rows == ()
    assert tell.NO_PAST in text("failing")


# The PDF.


def test_the_pdf_is_accessible_and_carries_public_json_alone(tmp_path: Path) -> None:
    found = over_periods(0.41, 0.42, 0.44)
    made = render_pdf(EDITION, found)
    path = tmp_path / "impact.pdf"
    path.write_bytes(made)
    for profile in ("ua1", "3a"):
        result = page.validate_pdf(str(path), profile=profile)
        assert result.is_compliant, [(f.rule_id, f.message) for f in result.failures]
    with pikepdf.open(io.BytesIO(made)) as opened:
        (inside,) = opened.attachments.items()
        assert inside[0] == "public.json"
        assert inside[1].get_file().read_bytes().decode() == found.to_json()
    shown = EDITION.attached
    assert shown is not None
    assert shown(found).text == found.to_json()
