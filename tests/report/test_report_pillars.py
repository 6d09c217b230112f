"""Each pillar's picture says what the record holds, in PDF and HTML, whatever the names are."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import page
import pillars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report_html import sound
from test_report_wording import BANNED, prose, quoted

from careaudit.record import AuditRecord, Comparison, Strata
from careaudit.report.charts import curve, stacked
from careaudit.report.charts.svg import apart
from careaudit.report.views import build
from careaudit.report.views.exhibits import Exhibit, Grid
from careaudit.report.views.ratings import classes
from careaudit.report.wording import alike as like
from careaudit.report.wording.names import plain

if TYPE_CHECKING:
    from rendered import Reports

NAMES = list(pillars.ALL)


def spaced(text: str) -> str:
    return " ".join(plain(text).split())


def exhibits(record: AuditRecord) -> list[Exhibit]:
    return [e for f in build(record).findings for e in f.exhibits]


def one(record: AuditRecord, head: str) -> Exhibit:
    (found,) = [e for e in exhibits(record) if plain(e.head).startswith(head)]
    return found


def cells(grid: Grid) -> dict[str, list[str]]:
    return {
        spaced(name): [spaced(f"{c.text} {c.below}".strip()) for c in row]
        for name, row in grid.rows
    }


# from refusal to remedy


def test_each_step_shows_its_count_and_its_share_of_what_its_column_names() -> None:
    found = one(pillars.redress(), "From refusal to remedy")
    (grid,) = found.grids
    assert [spaced(h) for h in grid.heads] == [
        "Language",
        "Refused",
        "Shown how to contest, of refused",
        "Contested, of refused",
        "Reviewed by a person, of contested",
        "Overturned, of contested and decided",
        "Put right, of overturned",
    ]
    assert cells(grid)["vi"] == [
        "190", "63 120 of 190", "6 11 of 190", "91 10 of 11", "36 4 of 11", "100 4 of 4",
    ]  # fmt: skip
    widths = {spaced(name): [c.width for c in row] for name, row in grid.rows}
    assert widths["vi"][1:3] == [round(100 * 120 / 190, 2), round(100 * 11 / 190, 2)]
    assert widths["en"][0] is None
    assert "Not asked" not in found.note


def test_the_silent_segment_is_told_in_the_records_own_words() -> None:
    record = pillars.redress()
    (note,) = [q.message for q in record.quality if q.code == "silent_segment"]
    told = spaced(one(record, "From refusal to remedy").told[0])
    assert told.lower() == note.lower()
    assert told[0].isupper()
    quiet = record.model_copy(update={"quality": ()})
    assert one(quiet, "From refusal to remedy").told == ()


def test_steps_that_the_plan_does_not_ask_are_named() -> None:
    record = pillars.redress(("contest", "overturn"))
    found = one(record, "From refusal to remedy")
    assert len(found.grids[0].heads) == 4
    asked = "Not asked in this plan: shown how to contest, reviewed by a person and put right."
    assert asked in spaced(found.note)
    assert exhibits(pillars.redress(("contest",))) == []


def test_a_bar_takes_the_colour_of_its_answer() -> None:
    grid = one(pillars.redress(), "From refusal to remedy").grids[0]
    css = {spaced(name): [c.css for c in row] for name, row in grid.rows}
    assert css["vi"][2] == "action"
    assert set(css["en"]) == {"plain"}


def test_the_layers_of_consent_stand_side_by_side() -> None:
    found = one(pillars.layers(), "The three layers")
    assert [spaced(h) for h in found.grids[0].heads][1:] == [
        "Contacted",
        "Relevant, of contacted",
        "Respectful, of contacted",
        "Solution at hand, of contacted",
    ]
    assert cells(found.grids[0])["es"][1] == "62 1,488 of 2,400"


# waits


def heights(svg: str) -> list[list[tuple[float, float]]]:
    """Read the curves of a picture back: (seconds' place, share) of each step."""
    room = curve.BOTTOM - curve.TOP
    return [
        [
            (float(x), (curve.BOTTOM - float(y)) / room)
            for x, y in re.findall(r"H([\d.]+)V([\d.]+)", path)
        ]
        for path in re.findall(r'<path d="(M[^"]+)" fill="none"', svg)
    ]


def test_the_curves_are_those_of_the_record() -> None:
    record = pillars.waits()
    found = one(record, "How long until a person answers")
    drawn = heights(found.svg)
    by_group = {e.group: e.curve for e in record.estimates if e.curve}
    assert len(drawn) == 4
    end = 900.0
    for line, group in zip(drawn, ("en", "zh", "es", "vi"), strict=True):
        kept = [step for step in by_group[group] if step.seconds <= end]
        assert len(line) == len(kept)
        for (x, share), step in zip(line, kept, strict=True):
            assert share == pytest.approx(step.share, abs=0.001)
            place = curve.LEFT + (curve.RIGHT - curve.LEFT) * step.seconds / end
            assert x == pytest.approx(place, abs=0.06)


def test_each_line_can_be_told_apart_without_colour() -> None:
    svg = one(pillars.waits(), "How long").svg
    paths = re.findall(r'<path d="M[^>]+>', svg)
    dashes = [re.search(r'stroke-dasharray="([^"]+)"', path) for path in paths]
    assert len({d.group(1) if d else "" for d in dashes}) == 4


def test_the_table_behind_the_curves_holds_the_shares_by_each_tick() -> None:
    record = pillars.waits()
    (grid,) = one(record, "How long").grids
    assert [spaced(h) for h in grid.heads] == [
        "Language", "Requests", "By 5 min", "By 10 min", "By 15 min",
    ]  # fmt: skip
    steps = {e.group: {s.seconds: s.share for s in e.curve} for e in record.estimates if e.curve}
    expected = [f"{steps['zh'][at] * 100:.0f}" for at in (300.0, 600.0, 900.0)]
    assert cells(grid)["zh"] == ["900", *expected]


def test_the_promised_time_is_marked_where_it_is_known() -> None:
    svg = one(pillars.waits(), "How long").svg
    assert "promised: 5\u00a0min" in svg
    place = curve.LEFT + (curve.RIGHT - curve.LEFT) / 3
    assert f'<line x1="{place:.1f}" y1="{curve.TOP:.1f}" x2="{place:.1f}"' in svg
    without = one(pillars.waits(promise=False), "How long")
    assert "promised" not in without.svg + without.note


def test_of_many_groups_four_are_drawn() -> None:
    found = next(e for e in exhibits(pillars.hostile()) if e.head.startswith("How long"))
    assert len(heights(found.svg)) == 4
    assert len(found.grids[0].rows) == 4


@given(st.lists(st.floats(12, 212), max_size=6))
def test_no_label_covers_another(wanted: list[float]) -> None:
    placed = apart(wanted, 12, 212, 15)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert all(placed[b] - placed[a] >= 14.99 for a, b in itertools.pairwise(order))


# ratings


@given(st.integers(0, 2), st.integers(1, 15))
def test_classes_are_at_most_four_and_part_the_scale(first: int, count: int) -> None:
    scale = [float(first + i) for i in range(count)]
    found = classes(scale)
    assert 1 <= len(found) <= 4
    assert [x for low, high in found for x in scale if low <= x <= high] == scale


def test_classes_of_a_net_score_are_those_it_counts() -> None:
    assert classes([float(i) for i in range(11)]) == [(0, 6), (7, 8), (9, 10)]
    assert classes([1.0, 2.0, 3.0, 4.0, 5.0]) == [(1, 2), (3, 3), (4, 4), (5, 5)]


def boxes(svg: str) -> list[tuple[float, float, float]]:
    """Read the parts of all bars back: (top, left, width), the key left out."""
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="17"', svg)
    return [(float(y), float(x), float(width)) for x, y, width in found]


def test_stacked_bars_hold_every_request_for_a_rating() -> None:
    record = pillars.ratings()
    found = next(e for e in exhibits(record) if "no answer" in e.svg)
    rows = cells(found.grids[0])
    assert rows["es"] == ["2,400", "500", "300", "500", "300", "800"]
    full = stacked.FULL - stacked.LEFT
    by_row: dict[float, list[float]] = {}
    for top, _, width in boxes(found.svg):
        by_row.setdefault(top, []).append(width)
    assert len(by_row) == 4
    for widths in by_row.values():
        assert sum(widths) == pytest.approx(full, abs=0.5)
    second = by_row[sorted(by_row)[1]]
    assert second == pytest.approx([full * n / 2400 for n in (500, 300, 500, 300, 800)], abs=0.06)


def test_without_a_response_rate_nothing_is_hatched() -> None:
    found = exhibits(pillars.ratings(answered=False))
    assert found
    assert not any("no answer" in e.svg for e in found)
    assert all("Who did not answer is not shown" in e.note for e in found)


def test_the_response_rate_of_other_ratings_is_not_taken() -> None:
    heads = [[spaced(h) for h in e.grids[0].heads] for e in exhibits(pillars.ratings())]
    assert ["No answer" in head for head in heads] == [True, False, False]


# like for like


def first(record: AuditRecord) -> Comparison:
    return next(c for c in record.comparisons if c.segment == "zip_income" and c.group == "1")


def test_like_for_like_stands_beside_the_gap_as_it_is() -> None:
    record = pillars.alike()
    found = one(record, "Compared like with like")
    assert spaced(found.told[0]) == (
        "Where zip income is 1, the gap is +5 (+3 to +7) in every 100 instead of +13, compared like"
        " with like within intent. This control is contested."
    )
    assert "no gap like with like is shown: 31% have no counterpart" in spaced(found.told[1])
    assert "may itself carry the gap" in found.told[2]
    row = cells(found.grids[0])["1"]
    assert row == [
        "+13",
        "+5 (+3 to +7)",
        "+6 (+3 to +8)",
        "+5 / +8",
        "2%",
        "Less than half is left",
    ]
    assert cells(found.grids[0])["2"][1:3] == ["–", "–"]
    text = " ".join([found.head, found.note, *found.told]).lower()
    assert not re.search(r"explain|because|due to", text)


@pytest.mark.parametrize(
    ("role", "said"),
    [("approved", "The council approved this control."), ("proxy", "This control is a proxy.")],
)
def test_the_role_of_the_control_is_said(role: str, said: str) -> None:
    record = pillars.alike()
    rows = tuple(
        row.model_copy(update={"flags": ("attenuated", role)}) for row in record.conditional
    )
    found = one(record.model_copy(update={"conditional": rows}), "Compared like with like")
    assert said in found.told[0]
    assert any("clears nobody" in t for t in found.told) == (role == "proxy")


def test_a_turned_direction_shows_its_sign() -> None:
    record = pillars.alike()
    rows = tuple(
        row.model_copy(update={"value": -0.03, "low": -0.05, "high": -0.01, "flags": ("simpson",)})
        for row in record.conditional
    )
    found = one(record.model_copy(update={"conditional": rows}), "Compared like with like")
    assert "the gap is −3 (−5 to −1) in every 100 instead of +13" in spaced(found.told[0])
    assert cells(found.grids[0])["1"][-1] == "Points the other way"


def test_the_unknown_and_second_looks_are_one_line_each() -> None:
    sure = [spaced(t) for t in build(pillars.alike()).findings[0].sure]
    assert (
        "Where language is es, whoever the unknown are, the gap lies between −2 and +12 in every"
        " 100." in sure
    )
    waits = [spaced(t) for t in build(pillars.waits()).findings[0].sure]
    assert waits[-1] == (
        "A second look, over the whole wait. Where language is zh, 62 requests reached a person for"
        " every 100 expected if all waited alike. Chance alone would rarely give this. It changes"
        " no answer."
    )


def test_dominance_is_said_in_pairs() -> None:
    c = first(pillars.alike())
    look = {"method": "dominance", "value": 0.349167, "low": 0.307816, "high": 0.392919, "p": 0.2}
    with_look = Comparison.model_validate({**c.model_dump(), "second_look": look})
    told = spaced(like.second_look(with_look, 0.05, {}))
    assert "the first is higher in 35 (31 to 39 plausible)" in told
    assert "Chance alone would often give this." in told


def test_crossings_show_their_rate_drawn_in_and_how_far_groups_lie_apart() -> None:
    view = build(pillars.alike())
    drawn = {plain(c.group): (c.rates, c.shrunken) for c in view.crossings}
    rates, shrunken = drawn["1. zip income 1, language es, against all others"]
    value = float(rates.split(" / ")[0])
    assert float(shrunken) == pytest.approx(value * 0.9 + 2, abs=0.1)
    apart_, few = (spaced(t) for t in view.strata)
    assert apart_ == (
        "1. Zip income and language, 15 groups: 4% of all variation lies between them. The"
        " attributes one by one account for 81% of that."
    )
    assert few == (
        "1. Zip income and channel, 3 groups: how far they lie apart is not shown, since too few"
        " groups overlap to tell."
    )
    assert "not shown" in like.strata(1, Strata(segment="a*b", groups=9, vpc=None, pcv=None))


# every record


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_sound_and_each_picture_has_its_table_and_its_words(
    reports: Reports, name: str
) -> None:
    sound(reports.html(name))
    for found in exhibits(reports.record(name)):
        assert found.grids
        assert found.note
        for grid in found.grids:
            assert all(len(row) == len(grid.heads) - 1 for _, row in grid.rows)
            assert len(grid.rows) <= 12
        if found.svg:
            assert re.search(r"<title>[^<]{30,}</title>", found.svg)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "pillars_hostile"])
def test_no_banned_word_and_no_long_sentence_in_a_pillar(reports: Reports, name: str) -> None:
    text = reports.html(name)
    theirs = quoted(reports, name) + [q.message for q in reports.record(name).quality]
    for words in theirs:
        text = text.replace(words, "") if words else text
    body = text[: text.index('id="methods"')]
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
    for sentence in prose(body):
        assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize("name", ["ratings", "pillars_hostile", "lonely"])
def test_is_pdf_ua_1_and_pdf_a_3a_at_once(reports: Reports, name: str) -> None:
    for profile in ("ua1", "3a"):
        found = page.validate_pdf(str(reports.pdf(name)), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]


def test_one_group_alone_is_still_drawn() -> None:
    found = exhibits(pillars.lonely())
    assert len(found) == 3
    ratings = next(e for e in found if e.head.startswith("Ratings"))
    assert cells(ratings.grids[0])["tiny"][0] == "under 10 customers"
    assert "under 10 customers" in cells(one(pillars.lonely(), "From refusal").grids[0])["tiny"][0]


def test_hostile_names_never_act(reports: Reports) -> None:
    text = reports.html("pillars_hostile")
    assert "<script" not in text
    assert "alert(&quot;x&quot;)" in text or "alert(&#34;x&#34;)" in text
    for svg in re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL):
        assert set(re.findall(r"</?([a-z]+)", svg)) <= {
            "svg", "title", "line", "text", "path", "rect", "circle",
        }  # fmt: skip
