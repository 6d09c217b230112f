"""What goes along with the gaps: said as the record has it, never as a cause, never as a reason."""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING

import driver_records as made
import page
import pillars
import pytest
import records
from hypothesis import given
from hypothesis import strategies as st
from test_report_html import sound
from test_report_pdf import tagged
from test_report_pillars import cells, spaced
from test_report_wording import BANNED, prose

from careaudit.notation import Notation
from careaudit.record import (
    AuditRecord,
    Behind,
    Driver,
    Interval,
    LikePairs,
    PublicTexts,
    Quality,
    Revealed,
)
from careaudit.report import render
from careaudit.report.charts import waterfall as chart
from careaudit.report.views import build
from careaudit.report.views.drivers import Page
from careaudit.report.views.exhibits import Exhibit
from careaudit.report.views.tables import Axis
from careaudit.report.wording import drivers as tell
from careaudit.report.wording import inputs as inputs_tell
from careaudit.report.wording import standing

if TYPE_CHECKING:
    from rendered import Reports

CAUSES = r"explain\w*|justif\w*|because|due to|caused by|the reason for|accounts? for"
"""What no page may say of a gap."""


def pages(record: AuditRecord) -> tuple[Page, ...]:
    return build(record).why.pages


def of(found: Page, head: str) -> Exhibit:
    (one,) = [e for e in found.exhibits if e.head.startswith(head)]
    return one


def text_of(found: Page) -> str:
    parts = [found.kicker, found.head, *found.seen, *found.told]
    for e in found.exhibits:
        parts += [e.head, e.note, *e.told]
        parts += [c.text for g in e.grids for _, row in g.rows for c in row]
    return spaced(" ".join(parts))


# the founding case


def test_the_founding_case_names_its_phrase_and_says_that_it_predicts_nothing() -> None:
    (found,) = pages(made.seed())
    assert spaced(found.head) == (
        "Where zip income is low, the gap goes along with the phrase “billing dispute”"
    )
    assert spaced(found.told[0]).startswith(
        "The gap runs entirely through the phrase “billing dispute”, and the phrase does not"
        " predict confirmed fraud."
    )
    row = cells(of(found, "The phrases").grids[0])["billing dispute"]
    # exp(1.7918) is 6.0: 60 % against 20 % would be 6 times the odds
    assert row == ["6.0 (5.3 to 6.9) 1,400 customers", "100%", "0 (−2 to +2)", "No", "Listed"]


def test_the_founding_case_is_never_called_anything_but_a_gap(reports: Reports) -> None:
    text = text_of(pages(made.seed())[0])
    assert not re.search(rf"\b({CAUSES})\b", text, re.IGNORECASE), text
    assert build(made.seed()).summary.answer.word == "Action needed"
    body = html.unescape(re.sub(r"<[^>]+>", " ", reports.html("whole")))
    assert "A gap that goes along with something stays a gap, and it changes no answer." in body
    assert not re.search(r"\bgap (is|was) (explained|justified)", body)


def test_the_question_whether_it_carries_the_difference_is_always_asked() -> None:
    quiet = made.phrase(made.base().comparisons[0], sentence="The gap goes along with the phrase.")
    record = made.base().model_copy(update={"drivers": (quiet,)})
    assert any("itself carry the difference?" in t for t in pages(record)[0].told)
    asked = pages(made.seed())[0].told
    assert sum("itself" in t for t in asked) == 1
    assert not any("itself" in t for t in pages(made.rejected())[0].told[:2])


# the steps


def boxes(svg: str) -> list[tuple[float, float, str]]:
    """Read the bars back: where each begins and ends, and its colour."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*fill="(#\w+)"', svg)
    return [(float(x), float(x) + float(w), fill) for x, w, fill in found]


def test_the_steps_lead_from_one_rate_to_the_other() -> None:
    record = made.whole()
    (c,) = record.comparisons
    found = of(pages(record)[0], "From one rate")
    (grid,) = found.grids
    # 24 and 36 in every 100; a third, a sixth, and a twelfth back: 4, 2, -1; 7 are left
    assert [(spaced(name), [spaced(x.text) for x in row]) for name, row in grid.rows] == [
        ("Zip income is other", ["–", "24"]),
        ("Intent", ["+4", "28"]),
        ("Device kind", ["+2", "30"]),
        ("Channel", ["−1", "29"]),
        ("With none of these inputs", ["+7", "36"]),
        ("Zip income is low", ["–", "36"]),
    ]
    bars = boxes(found.svg)
    assert [fill == chart.REST for _, _, fill in bars] == [False, False, False, True]
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', found.svg)]
    gap = c.difference.value or 0.0
    unit = (dots[1] - dots[0]) / gap
    widths = [(end - begin) / unit for begin, end, _ in bars]
    assert widths == pytest.approx([gap / 3, gap / 6, gap / 12, 7 * gap / 12], abs=0.001)
    assert bars[0][0] == pytest.approx(dots[0], abs=0.11)
    assert bars[-1][1] == pytest.approx(dots[1], abs=0.11)


@given(st.floats(0, 1), st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=7), st.booleans())
def test_each_bar_begins_where_the_one_before_it_ended(
    start: float, sizes: list[float], rest: bool
) -> None:
    places = list(itertools.accumulate(sizes, initial=start))
    steps = [
        chart.Step("a", a, b, "+1", rest=rest and i == len(sizes) - 1)
        for i, (a, b) in enumerate(itertools.pairwise(places))
    ]
    wide = Axis((), None, -200.0, 300.0, 100)
    svg = chart.waterfall(("a", "1"), steps, ("b", "2"), wide, "Steps of a gap")
    ends = [{round(begin, 1), round(end, 1)} for begin, end, _ in boxes(svg)]
    for place, (a, b) in enumerate(itertools.pairwise(places)):
        left = chart.LEFT + (chart.RIGHT - chart.LEFT) * wide.place(min(a, b)) / 100
        assert min(ends[place]) == pytest.approx(left, abs=0.06)
    assert svg.count(chart.REST) == rest


def test_no_input_that_has_a_step_is_counted_as_what_goes_along_with_none() -> None:
    record = made.base()
    (c,) = record.comparisons
    many = [made.driver(c, "field", f"f{i}", mix_share=0.1, step=0.01) for i in range(9)]
    (found,) = pages(record.model_copy(update={"drivers": tuple(many)}))
    rows = cells(of(found, "From one rate").grids[0])
    assert rows["4 more inputs, together"][0] == "+4"
    assert rows["With none of these inputs"][0] == "+3"


def test_a_phrase_that_goes_further_than_all_inputs_is_drawn_alone() -> None:
    record = made.base()
    (c,) = record.comparisons
    own = made.driver(c, "field", "intent", mix_share=0.2, step=0.02)
    found = of(pages(made.seed(own))[0], "From one rate")
    assert "a phrase alone" in found.note
    assert [spaced(name) for name, _ in found.grids[0].rows][1] == "“billing dispute”"
    assert cells(found.grids[0])["Not with this phrase"][0] == "0"
    weak = made.phrase(c, mix_share=0.1)
    other = record.model_copy(update={"drivers": (weak, own)})
    assert "the inputs" in of(pages(other)[0], "From one rate").note


# candidates


@pytest.mark.parametrize("reason", made.REASONS)
def test_every_reason_has_words_of_its_own(reason: str) -> None:
    c = made.base().comparisons[0]
    told = tell.why(made.driver(c, "field", "x", reason))
    assert told.startswith(("No", "Not"))
    assert reason not in told
    others = {tell.why(made.driver(c, "field", "x", r)) for r in made.REASONS if r != reason}
    assert told not in others
    assert not re.search(rf"\b({BANNED}|{CAUSES})\b", told, re.IGNORECASE)


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("approved", "the council approved this control"),
        ("contested", "this control is contested"),
        ("proxy", "this control is a proxy"),
        (None, ""),
    ],
)
def test_what_the_plan_says_of_a_control_stands_beside_it(role: str | None, told: str) -> None:
    record = made.base()
    own = made.driver(record.comparisons[0], "field", "department", mix_share=1.25, role=role)
    (found,) = pages(record.model_copy(update={"drivers": (own,)}))
    row = cells(of(found, "The inputs").grids[0])["department"]
    assert row[1] == "125%"
    assert row[-1] == f"Listed {told}".strip()


def test_a_reason_of_a_later_version_is_named() -> None:
    c = made.base().comparisons[0]
    assert spaced(tell.why(made.driver(c, "field", "x", "brand_new"))) == "No: brand new"


def test_what_would_use_the_group_itself_is_said_aloud() -> None:
    told = [spaced(t) for t in pages(made.rejected())[0].told]
    assert told[:2] == [
        "A sentence of the record on candidate_6.",
        "A sentence of the record on candidate_7.",
    ]
    assert "none of the 14 candidates looked at" in pages(made.rejected())[0].head


def test_a_long_list_is_cut_and_counted() -> None:
    (found,) = pages(made.rejected())
    tables = [e for e in found.exhibits if "looked at" in e.head]
    # of four phrases two look as if they carried the gap; the other two are counted
    assert [len(g.rows) for e in tables for g in e.grids] == [4, 2]
    assert [e.grids[0].more for e in tables] == [
        "6 more inputs in the record, audit.json.",
        "2 more phrases say the same or carry little: in the record, audit.json.",
    ]


def test_phrases_that_another_one_carries_have_no_row() -> None:
    (found,) = pages(made.whole())
    (grid,) = of(found, "The phrases").grids
    assert [spaced(name) for name, _ in grid.rows] == ["billing dispute", "router"]
    assert grid.more == "1 more phrase says the same or carries little: in the record, audit.json."
    (c,) = made.base().comparisons
    few = made.driver(c, "term", "days", "small_share", mix_share=0.01)
    quiet = made.base().model_copy(update={"drivers": (few,)})
    folded = of(pages(quiet)[0], "The phrases")
    assert folded.grids == ()
    assert len(folded.told) == 1


@pytest.mark.parametrize(("second", "told"), [(0.95, True), (0.01, False), (None, False)])
def test_shares_of_over_the_whole_gap_are_said_to_overlap(second: float | None, told: bool) -> None:
    (c,) = made.base().comparisons
    other = made.driver(c, "field", "intent", mix_share=second)
    assert (tell.OVERLAP in pages(made.seed(other))[0].told) == told


def test_a_picture_of_inputs_says_that_phrases_are_not_in_it() -> None:
    record = made.whole()
    assert of(pages(record)[0], "From one rate").note.endswith(tell.NOT_DRAWN)
    alone = record.model_copy(
        update={"drivers": tuple(d for d in record.drivers if d.kind == "field")}
    )
    assert tell.NOT_DRAWN not in of(pages(alone)[0], "From one rate").note


@given(st.floats(0.0, 1.0))
def test_a_gap_left_is_whole_or_about_0(low: float) -> None:
    shown = tell.gap_told(Interval(value=low / 3, low=-low, high=low), Notation())
    assert re.fullmatch(r"(0|about 0|\+\d+) \((0|about 0|[−+]\d+)( to (about 0|\+\d+))?\)|0", shown)


@pytest.mark.parametrize(
    ("validity", "reason", "told"),
    [
        ("valid", None, "Yes, alike on both sides"),
        ("unequal", "one_side", "Not alike on both sides"),
        ("unsupported", None, "No"),
        ("untested", "few_labels", "Cannot tell yet"),
        ("untested", "later_reason", "Cannot tell yet"),
    ],
)
def test_validity_is_said_in_words(validity: str, reason: str | None, told: str) -> None:
    c = made.base().comparisons[0]
    found = made.driver(c, "field", "x", validity=validity, validity_reason=reason)
    words, below = tell.predicts(found)
    assert words == told
    assert bool(below) == bool(reason)


@given(st.floats(0, 1))
def test_a_tie_never_prints_on_the_other_side_of_what_lists_it(value: float) -> None:
    c = made.base().comparisons[0]
    shown = tell.association(made.driver(c, "field", "x", association=Interval(value=value)))
    if shown == tell.NEARLY:
        assert 0 < value < 0.005
    elif shown[0] not in "<>":
        assert (float(shown) > 0.1) == (value > 0.1)


def test_the_largest_gap_of_an_attribute_has_the_page_and_others_a_line() -> None:
    record = records.failing()
    found = [c for c in record.comparisons if c.verdict == "fail" and c.question == "credit-denied"]
    record = record.model_copy(update={"drivers": tuple(made.phrase(c) for c in reversed(found))})
    shown = pages(record)
    largest = max(found, key=lambda c: c.affected.people.value or 0.0)
    assert f"{largest.segment}".replace("_", " ") in spaced(shown[0].head)
    assert f"is {largest.group}," in spaced(shown[0].head)
    same = [c for c in found if c.segment == largest.segment and c is not largest]
    assert len(same) == 1
    assert any(f"is {same[0].group}, the gap goes along" in spaced(t) for t in shown[0].told)
    excess = [
        max(c.affected.people.value or 0.0 for c in found if c.segment == segment)
        for segment in dict.fromkeys(c.segment for c in found)
    ]
    assert len(shown) == len(excess)


def test_the_two_largest_gaps_have_a_page_and_others_a_line() -> None:
    m = records.Maker()
    for i in range(12):
        m.segment(f"s{i}", made.SEED, "other")
    m.ask("q", "Are credits refused alike?", "adverse_rate", "adverse",
          {f"s{i}": made.SEED for i in range(12)})  # fmt: skip
    record = m.record()
    record = record.model_copy(update={"drivers": tuple(map(made.phrase, record.comparisons))})
    why = build(record).why
    assert [p.anchor for p in why.pages] == ["drivers", "drivers2"]
    told = of(why.pages[1], tell.OTHERS).told
    assert len(told) == 8
    assert spaced(told[0]) == (
        "Question 1: where s2 is low, the gap goes along with the phrase “billing dispute”."
    )
    assert why.more == "2 more gaps in the record, audit.json."
    assert not [e for e in why.pages[0].exhibits if e.head == tell.OTHERS]


# what is told of the groups


def test_how_well_the_inputs_reveal_the_group_is_said_in_pairs() -> None:
    found = of(pages(made.whole())[0], "How well")
    assert spaced(found.told[0]).startswith(
        "Take one customer whose zip income is low, and one where it is other. All inputs together"
        " pick the right one in 67 (65 to 69) of 100 such pairs; 50 is guessing."
    )
    assert cells(found.grids[0])["low"] == [
        "other", "67 (65 to 69)", "Yes", "intent (12), channel (2)",
    ]  # fmt: skip


@given(st.floats(0.5, 1), st.floats(0, 0.2))
def test_pairs_never_print_on_the_other_side_of_guessing_or_of_the_line(
    value: float, arm: float
) -> None:
    low = value - arm
    found = Revealed(group="a", reference="b", auc=Interval(value=value, low=low, high=1.0))
    told = inputs_tell.pairs_right(found)
    shown = re.fullmatch(r"([<>]?[\d.]+) \(([<>]?[\d.]+) to 100\)", told)
    assert shown is not None
    if shown[2][0] not in "<>":
        assert (float(shown[2]) > 60) == (low * 100 > 60)


def test_a_group_without_an_answer_says_why() -> None:
    few = Revealed(group="a", reference="b", reason="few_customers")
    assert inputs_tell.recoverable(few) == "Not looked at: too few customers on a side"
    assert inputs_tell.pairs_right(few) == "–"
    assert inputs_tell.revealed(few, "zip") == ""


def test_reasons_and_alike_cases_stand_by_group() -> None:
    (found,) = pages(made.whole())
    reasons = of(found, "Which reasons")
    assert [spaced(h) for h in reasons.grids[0].heads] == ["Reason", "other", "low"]
    assert cells(reasons.grids[0])["FRAUD_RISK"] == ["28 400 of 1,440", "69 500 of 720"]
    assert cells(reasons.grids[0])["other reasons"] == ["10 140 of 1,440", "–"]
    pairs = cells(of(found, "Decisions against").grids[0])
    assert pairs["low"] == ["720", "700", "62 (58 to 66)"]
    assert pairs["other"] == ["1,440", "0", "too few cases with the same inputs"]


def test_what_a_low_share_of_alike_cases_does_not_mean_is_said_below() -> None:
    (found,) = pages(made.whole())
    assert of(found, "Decisions against").grids[0].more == inputs_tell.PAIRS_LOW


def test_without_inputs_one_line_asks_for_them() -> None:
    record = made.seed()
    pairs = tuple(
        LikePairs(group=g, adverse=0, compared=0, share=None, reason="no_inputs")
        for g in ("low", "other")
    )
    none = Revealed(group="low", reference="other", reason="no_inputs")
    (found,) = pages(made.told(record, "zip_income", [none], like_pairs=pairs))
    assert not [e for e in found.exhibits if e.head == inputs_tell.REVEALED]
    told = of(found, "Decisions against")
    assert (told.grids, told.told) == ((), (inputs_tell.NAME_INPUTS,))


def test_what_is_told_of_an_attribute_is_told_once() -> None:
    m = records.Maker(8000)
    m.segment("zip_income", made.SEED, "other", "proxy")
    for name in ("a", "b"):
        m.ask(name, f"{name}?", "adverse_rate", "adverse", {"zip_income": made.SEED})
    record = m.record()
    record = record.model_copy(update={"drivers": tuple(map(made.phrase, record.comparisons))})
    known = Revealed(group="low", reference="other", auc=Interval(value=0.7, low=0.6, high=0.8))
    shown = pages(made.told(record, "zip_income", [known]))
    assert [sum(e.head.startswith("How well") for e in p.exhibits) for p in shown] == [1, 0]


# subgroups


def test_subgroups_change_no_verdict_and_those_confirmed_come_first() -> None:
    record = made.whole()
    turned = record.model_copy(update={"drivers": tuple(reversed(record.drivers))})
    for one in (record, turned):
        found = build(one).why.subgroups
        assert found is not None
        assert spaced(found.head) == "Of 2 subgroups that no question asks about, 1 was confirmed"
        names = [spaced(name) for name, _ in found.grids[0].rows]
        assert names == ["Zip income low, channel voice", "Zip income low, channel chat"]
        row = cells(found.grids[0])[names[0]]
        assert row == [
            "+20 (+14 to +26) question 1, in 100", "2.10 (1.40 to 2.80)", "320",
            "Confirmed", "zip income 46%, channel 54%",
        ]  # fmt: skip
        assert "change no verdict of today" in found.note
        assert "a draft of the next plan asks about those confirmed" in found.note


def test_a_subgroup_needs_no_gap_to_be_told() -> None:
    why = build(made.alone()).why
    assert why.pages == ()
    assert why.anchor == "subgroups"
    assert why.first == ""
    assert why.empty is not None
    assert why.empty[1].startswith("No gap asks for action")


# where nothing is told


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (records.passing, "No gap asks for action or watching, so nothing was looked for."),
        (records.empty, "No gap asks for action or watching, so nothing was looked for."),
        (made.skipped, "It was asked to leave that out, so nobody looked."),
        (made.base, "The plan names no inputs to look at"),
        (pillars.amounts, "The gaps are none of decisions that end one way or the other"),
    ],
)
def test_where_nothing_is_told_the_report_says_why_in_one_row(record: object, told: str) -> None:
    assert callable(record)
    why = build(record()).why
    assert why.empty is not None
    assert why.empty[1].startswith(told)
    text = render(record(), "html").decode()
    assert text.count(html.escape(why.empty[1])) == 1
    assert 'id="drivers"' not in text
    assert tell.FIRST not in text


def test_what_is_noted_of_the_looking_stands_below() -> None:
    note = Quality(code="text_empty", severity="info", where="drivers", message="No text is filled")
    record = made.seed()
    record = record.model_copy(update={"quality": (*record.quality, note)})
    assert [spaced(t) for t in build(record).why.notes] == ["No text is filled"]


# where it is led to


def test_page_one_and_the_finding_lead_to_it_where_something_is_listed(reports: Reports) -> None:
    text = reports.html("whole")
    assert f'{tell.FIRST} <a href="#drivers">' in text
    assert "Whether that is a cause is not known." in text
    assert text.index('href="#drivers"') < text.index('id="contents"')
    rejected = render(made.rejected(), "html").decode()
    assert tell.FIRST not in rejected
    assert "the gap goes along with nothing that was looked at" in rejected


def test_methods_are_told_where_there_are_drivers() -> None:
    told = [what for what, _ in standing.methods(made.whole())]
    assert [what for what, _ in tell.METHODS] == [w for w in told if w in dict(tell.METHODS)]
    assert not set(dict(tell.METHODS)) & {what for what, _ in standing.methods(made.base())}


def published() -> AuditRecord:
    """Return everything in a record that may be published."""
    record = made.whole()
    texts = PublicTexts(purpose="It decides on credits.", owner="Head of care", contact="a@b.org")
    known = [
        e.model_copy(update={"behind": Behind(customers=e.n, with_event=x, without_event=e.n - x)})
        for e in record.estimates
        for x in [e.events or 0]
    ]
    audit = record.audit.model_copy(update={"public": texts})
    return record.model_copy(update={"audit": audit, "estimates": tuple(known)})


@pytest.mark.parametrize(
    ("edition", "format_name"),
    [("public", "html"), ("public", "json"), ("impact", "html"), ("brief", "html")],
)
def test_other_editions_print_nothing_of_it(edition: str, format_name: str) -> None:
    text = render(published(), format_name, edition=edition).decode().lower()
    for word in (
        "billing", "dispute", "router", "voice", "fraud_risk", "device kind", "device_kind",
        "goes along", "without the weight", "milder cut",
    ):  # fmt: skip
        assert word not in text, word


# the pages themselves


def accessible(reports: Reports, name: str) -> list[str]:
    """Hold a PDF to what every PDF must be, and return its pages: none is nearly empty."""
    for profile in ("ua1", "3a"):
        found = page.validate_pdf(str(reports.pdf(name)), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    tagged(reports.pdf(name))
    shown = reports.pages(name)
    assert len(shown[0].split()) <= 380
    for number, text in enumerate(shown, 1):
        assert len(text.split()) >= 40, (number, text)
    return shown


def test_the_pdf_is_accessible_and_page_one_leads_to_the_page(reports: Reports) -> None:
    shown = accessible(reports, "whole")
    number = re.search(rf"{tell.FIRST} page\s+(\d+)", shown[0])
    assert number is not None
    assert "the gap goes along with" in shown[int(number[1]) - 1]


def test_the_pdf_shows_what_its_fonts_lack_as_codes(reports: Reports) -> None:
    escaped = re.sub(r"\s+", " ", " ".join(accessible(reports, "drivers_hostile")))
    assert "⟨U+8D26 5355⟩" in escaped
    assert "hold characters that the fonts of this file lack" in escaped


@pytest.mark.parametrize("name", list(made.ALL))
def test_the_html_is_sound(reports: Reports, name: str) -> None:
    sound(reports.html(name))


@pytest.mark.parametrize("name", [n for n in made.ALL if n != "drivers_hostile"])
def test_sentences_are_short_and_hold_no_banned_word(reports: Reports, name: str) -> None:
    text = reports.html(name)
    for q in reports.record(name).questions:
        text = text.replace(html.escape(q.ask), "")
    text = text.replace(html.escape(reports.record(name).audit.justification or "–"), "")
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
    for sentence in prose(text[: text.index('id="methods"')]):
        assert len(sentence.split()) <= 25, sentence


def test_names_cannot_act(reports: Reports) -> None:
    text = reports.html("drivers_hostile")
    assert "<script" not in text
    assert "<u>" not in text
    assert "<b>" not in text
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in text
    assert "w" * 61 not in text.split('id="drivers"')[1].split("</h2>")[0]
    assert "<bdi>الفاتورة متنازع</bdi>" in text


def test_a_driver_without_numbers_is_told_all_the_same() -> None:
    c = made.base().comparisons[0]
    bare = Driver(question=c.question, segment=c.segment, group=c.group, reference=c.reference,
                  kind="field", name="x", listed=False, sentence="", reason="empty")  # fmt: skip
    (found,) = pages(made.base().model_copy(update={"drivers": (bare,)}))
    row = cells(of(found, "The inputs").grids[0])["x"]
    assert row == ["–", "–", "–", "Cannot tell yet", "No: the log holds no value of it"]
    assert not any(e.head == tell.STEPS for e in found.exhibits)
