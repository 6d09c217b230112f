"""What could be done: suggestions with their price as the record has it; nobody has decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import driver_records as made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report_pillars import cells, spaced
from test_report_wording import BANNED

from careaudit.notation import Notation
from careaudit.record import AuditRecord, Interval, Money, Point, Remedy
from careaudit.report.charts import tradeoff as chart
from careaudit.report.views import build
from careaudit.report.views.exhibits import Exhibit
from careaudit.report.views.remedies import Page
from careaudit.report.views.tables import Axis
from careaudit.report.wording import remedies as tell
from careaudit.report.wording import standing
from careaudit.report.wording.drivers import NEARLY, gap

if TYPE_CHECKING:
    from rendered import Reports


def pages(record: AuditRecord) -> tuple[Page, ...]:
    return build(record).remedies.pages


def exhibits(record: AuditRecord, head: str) -> list[Exhibit]:
    return [e for p in pages(record) for e in p.exhibits if spaced(e.head).startswith(head)]


def one(**more: object) -> Remedy:
    """Return a suggestion on the gap of the founding case."""
    return made.remedy(made.base().comparisons[0], "threshold", "one cut", 0.05, 100, **more)


def helping(left: float, helped: float, arm: float = 40, **more: object) -> Remedy:
    """Return a suggestion that leaves so large a gap and helps so many."""
    return one(gap=made.between(left, 0.02), helped=made.between(helped, arm), gap_now=WIDE, **more)


WIDE = Interval(value=0.12, low=0.1, high=0.14)
NOW, DUE = "the gap of +12 in every 100", "more customers what was due"
NONE = "no suggestion is shown to narrow"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([(0.05, 100)], f"the one suggestion narrows {NOW} and gives {DUE}"),
        ([(0.05, 100), (-0.05, 200)], f"all 2 suggestions narrow {NOW} and give {DUE}"),
        (
            [(0.05, 100), (0.0, -400)],
            f"1 of 2 suggestions narrows {NOW} and gives {DUE}; 1 gives fewer",
        ),
        ([(0.0, -400)], f"{NONE} {NOW} and give {DUE}; 1 gives fewer"),
        # the range of the gap that is left reaches today's; the range of those helped reaches 0
        ([(0.11, 100)], f"{NONE} {NOW} and give {DUE}"),
        ([(0.0, 30)], f"{NONE} {NOW} and give {DUE}"),
    ],
)
def test_the_headline_counts_what_helps_and_what_takes(
    found: list[tuple[float, float]], told: str
) -> None:
    record = made.suggested(made.base(), [helping(*pair) for pair in found])
    assert spaced(pages(record)[0].head) == f"Where zip income is low, {told}"


def test_what_surely_takes_from_customers_is_marked_in_its_row() -> None:
    groups = made.remedies(made.base().comparisons[0])[0].groups
    refusing = tuple(
        g.model_copy(update={"favorable": made.between((g.favorable_now or 0) - 0.2, 0.02)})
        for g in groups
    )
    found = [
        helping(0.0, -400, name="refuses", groups=refusing),
        helping(0.0, -400, name="takes", groups=groups),
        helping(0.0, -30, name="unsure", groups=refusing),
    ]
    (table,) = exhibits(made.suggested(made.base(), found), tell.HEAD)
    rows = {spaced(name): row for name, row in table.grids[0].rows}
    refuses, takes = f"Refuses: {tell.REFUSES}", f"Takes: {tell.TAKES}"
    assert list(rows)[1:] == [refuses, takes, "Unsure"]
    assert [rows[name][1].css for name in (refuses, takes, "Unsure")] == [
        "action", "action", "plain",
    ]  # fmt: skip


def test_how_few_checked_decisions_a_price_rests_on_is_said() -> None:
    (table,) = exhibits(made.whole(), tell.HEAD)
    assert "Priced from 900 checked decisions of 4,000 that were held out." in table.note
    assert "Money is that of all decisions" in table.note
    (table,) = exhibits(made.suggested(made.base(), [one(money=None)]), tell.HEAD)
    assert "Money" not in table.note


def test_that_rows_do_not_add_up_to_all_is_said_below_them() -> None:
    groups = made.remedies(made.base().comparisons[0])[0].groups
    given = sum(g.helped.value or 0 for g in groups)
    for extra, told in ((76, tell.MISSING.format(segment="zip income")),
                        (0, "")):  # fmt: skip
        found = one(helped=made.between(given + extra, 40), groups=groups)
        (table,) = exhibits(made.suggested(made.base(), [found]), "One cut: group by group")
        assert spaced(table.grids[0].more) == told


@given(st.floats(-1, 1))
def test_a_gap_is_a_whole_number_or_about_0(size: float) -> None:
    shown = gap(size, Notation())
    if shown == NEARLY:
        assert 0 < abs(size) <= 0.0050001
    else:
        assert re.fullmatch(r"0|[+−][1-9]\d*", shown)
        assert float(shown.replace("−", "-")) == pytest.approx(100 * size, abs=0.5001)


def test_each_suggestion_has_its_price_and_the_headline_picks_none() -> None:
    (found,) = pages(made.whole())
    assert spaced(found.head) == (
        "Where zip income is low, all 5 suggestions narrow the gap of +12 in every 100 and give"
        " more customers what was due"
    )
    (table,) = exhibits(made.whole(), tell.HEAD)
    rows = cells(table.grids[0])
    assert next(iter(rows)) == "As it is today"
    assert rows["As it is today"] == ["+12 +10 to +14", "–", "–", "–", "–", "–"]
    assert rows["Without the weight of “billing dispute”"] == [
        "about 0 −2 to +2", "+220 180 to 260", "−10 −70 to 50", "−220 −270 to −170",
        "+$1,980 $1,760 to $2,200", "–",
    ]  # fmt: skip
    assert rows[f"Band: {tell.ASSUMES}"][4:] == ["–", "640 610 to 670"]


def test_what_no_suggestion_has_is_no_column() -> None:
    (table,) = exhibits(made.suggested(made.base(), [one(money=None)]), tell.HEAD)
    assert table.grids[0].heads == tell.HEADS
    assert all(len(row) == 4 for _, row in table.grids[0].rows)
    (table,) = exhibits(made.suggested(made.base(), [one()]), tell.HEAD)
    assert table.grids[0].heads == (*tell.HEADS, tell.MONEY_HEAD)


def test_suggestions_stand_in_the_order_of_the_record() -> None:
    (table,) = exhibits(made.whole(), tell.HEAD)
    assert [spaced(name) for name, _ in table.grids[0].rows][1:] == [
        "Without the weight of “billing dispute”", "Cut", f"Band: {tell.ASSUMES}", "Learn", "Cuts",
    ]  # fmt: skip


def test_a_gap_that_is_not_that_of_today_above_it_is_said() -> None:
    record = made.base()
    other = one(gap_now=Interval(value=0.2, low=0.1, high=0.3), name="other")
    (table,) = exhibits(made.suggested(record, [one(), other]), tell.HEAD)
    rows = cells(table.grids[0])
    assert rows["Other"][0] == "+5 +3 to +7 today +20 (+10 to +30)"
    assert "today" not in rows["One cut"][0]


def test_what_sets_customers_apart_by_their_group_needs_counsel() -> None:
    (found,) = exhibits(made.whole(), tell.IN_WORDS)
    told = [t for t in map(spaced, found.told) if "counsel" in t]
    (sentence,) = told
    assert sentence == (
        "A pass mark for each group sets customers apart by zip income itself. That uses the"
        " attribute, and needs counsel before anyone tries it."
    )
    without = made.suggested(made.base(), [one()])
    assert "counsel" not in " ".join(t for e in exhibits(without, "") for t in e.told)


def test_the_records_own_sentences_stand_on_the_page() -> None:
    (found,) = exhibits(made.whole(), tell.IN_WORDS)
    for remedy in made.whole().impact.remedies:
        assert not remedy.sentence or remedy.sentence in map(spaced, found.told)


def test_a_long_sentence_keeps_its_end() -> None:
    long = (
        "If each group had a pass mark of its own, the gap would be 0. " * 14 + "It needs counsel."
    )
    (found,) = exhibits(made.suggested(made.base(), [one(sentence=long)]), tell.IN_WORDS)
    assert spaced(found.told[0]).endswith("It needs counsel.")


def test_each_group_has_its_own_row() -> None:
    (found,) = exhibits(made.whole(), "Without the weight of “billing dispute”: group by group")
    assert cells(found.grids[0])["low"] == [
        "64", "75 (73 to 77)", "+176 (146 to 206)", "−5 (−35 to 25)",
    ]  # fmt: skip
    many = tuple(
        made.remedies(made.base().comparisons[0])[0].groups[0].model_copy(update={"group": f"g{i}"})
        for i in range(40)
    )
    (cut,) = exhibits(
        made.suggested(made.base(), [one(groups=many, group="g39", reference="g38")]), "One cut:"
    )
    assert [spaced(name) for name, _ in cut.grids[0].rows] == ["g0", "g1", "g2", "g3", "g38", "g39"]
    assert cut.grids[0].more.split(" Who")[0] == "34 more groups in the record, audit.json."


# the curve


def dots(svg: str) -> list[tuple[float, float]]:
    return [
        (float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)
    ]


def test_the_dots_are_the_settings_of_the_record() -> None:
    (found,) = exhibits(made.whole(), "Cut: the gap at each setting")
    (remedy,) = [r for r in made.whole().impact.remedies if r.curve]
    drawn, rows = dots(found.svg), cells(found.grids[0])
    assert len(drawn) == len(rows) == 6
    assert found.grids[0].more == "6 more settings in the record, audit.json."
    ends = remedy.curve[0], remedy.curve[-1]
    across = (drawn[-1][0] - drawn[0][0]) / (ends[1].undue - ends[0].undue)
    up = (drawn[-1][1] - drawn[0][1]) / (ends[1].gap - ends[0].gap)
    shown = [remedy.curve[round(i * 11 / 5)] for i in range(6)]
    for (x, y), point in zip(drawn, shown, strict=True):
        assert x - drawn[0][0] == pytest.approx(across * (point.undue - ends[0].undue), abs=0.1)
        assert y - drawn[0][1] == pytest.approx(up * (point.gap - ends[0].gap), abs=0.1)
    assert rows["0.50"] == ["+12", "2", "20"]
    assert rows["0.72"] == ["−1", "13", "16"]
    assert re.search(r"<title>Settings of one dial\. .*gap of \+12", found.svg)


def test_the_cost_of_people_is_how_many_decisions_they_look_at() -> None:
    points = [(0.0, 0.12), (0.2, 0.06), (0.4, 0.01)]
    curve = tuple(Point(setting=s, gap=g, errors=0.1, undue=0.05) for s, g in points)
    record = made.suggested(made.base(), [one(curve=curve, kind="review", name="people decide")])
    (found,) = exhibits(record, "People decide: the gap at each setting")
    assert "For people to look at, in every 100 decisions" in found.svg
    assert list(cells(found.grids[0])) == ["0%", "20%", "40%"]
    xs = [x for x, _ in dots(found.svg)]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.11)


def test_two_settings_are_no_curve() -> None:
    curve = tuple(Point(setting=s, gap=s, errors=s, undue=s) for s in (0.1, 0.2))
    assert exhibits(made.suggested(made.base(), [one(curve=curve)]), "One cut: the gap") == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1)), min_size=1, max_size=9))
def test_dots_keep_their_order_and_stay_in_the_picture(points: list[tuple[float, float]]) -> None:
    cost, gap = Axis((), None, 0.0, 100.0, 100), Axis((), None, -100.0, 100.0, 100)
    drawn = dots(chart.tradeoff(points, cost, gap, ("cost", "gap"), "Settings of a dial"))
    assert len(drawn) == len(points)
    for (x, y), (paid, left) in zip(drawn, points, strict=True):
        assert x == pytest.approx(chart.LEFT + (chart.RIGHT - chart.LEFT) * paid, abs=0.1)
        room = chart.BOTTOM - chart.TOP
        assert y == pytest.approx(chart.BOTTOM - room * (left + 1) / 2, abs=0.1)


# what has no price


@pytest.mark.parametrize(
    "reason",
    ["no_labels", "no_score_and_no_inputs", "one_sided_labels", "few_labels", "labels_selected",
     "score_does_not_decide", "one_side_only", "not_enough_to_learn"],
)  # fmt: skip
def test_what_was_not_priced_says_why_in_words(reason: str) -> None:
    record = made.suggested(made.base(), [one(state="not_assessed", reason=reason, name="")])
    (found,) = exhibits(record, tell.OPEN)
    ((told,),) = cells(found.grids[0]).values()
    assert reason not in told
    assert not re.search(rf"\b({BANNED})\b", told, re.IGNORECASE)
    assert "no suggestion could be priced" in pages(record)[0].head
    assert exhibits(record, tell.HEAD) == []


def test_a_later_reason_is_named() -> None:
    assert spaced(tell.reason("brand_new")) == "The record gives this reason: brand new."
    assert tell.reason(None) == "The record gives no reason."


def test_numbers_that_are_missing_are_dashes() -> None:
    assert tell.counted(Interval()) == ("–", "")
    assert tell.counted(Interval(value=3.0)) == ("+3", "")
    assert tell.workload(None) == ("–", "")
    assert tell.paid(Money(value=-87_139.0, low=-94_213.0, high=-80_064.0, currency="USD")) == (
        "−$87,100", "−$94,200 to −$80,100",
    )  # fmt: skip


# where it stands


def test_it_is_a_suggestion_and_the_finding_leads_to_it(reports: Reports) -> None:
    text = reports.html("whole")
    assert text.count("Suggestions; nobody has decided") == 1
    assert "Nobody has decided on any of them." in text
    assert f'{tell.SEE} <a href="#remedies">' in text
    body = re.sub(r"<[^>]+>", " ", text[text.index('id="remedies"') : text.index('id="open"')])
    assert not re.search(r"\b(should|must|optimal|recommend\w*|best|fair)\b", body, re.IGNORECASE)


def test_without_suggestions_there_is_no_page(reports: Reports) -> None:
    assert pages(made.seed()) == ()
    text = reports.html("seed")
    assert 'id="remedies"' not in text
    assert tell.PAGE not in text
    told = {what for what, _ in standing.methods(made.seed())}
    assert not told & set(dict(tell.METHODS))
    assert set(dict(tell.METHODS)) <= {what for what, _ in standing.methods(made.whole())}


def test_the_largest_gap_has_the_page_and_others_a_line() -> None:
    record = made.base()
    segments = [record.segments[0].model_copy(update={"name": f"s{i}"}) for i in range(12)]
    record = record.model_copy(update={"segments": (*record.segments, *segments)})
    sizes = [made.between(0.1 + 0.01 * i, 0.02) for i in range(12)]
    record = made.suggested(
        record, [one(segment=f"s{i}", gap_now=size) for i, size in enumerate(sizes)]
    )
    found = build(record).remedies
    assert [p.anchor for p in found.pages] == ["remedies"]
    assert spaced(found.pages[0].head).startswith("Where s11 is low, the one suggestion")
    (others,) = exhibits(record, tell.OTHERS)
    assert len(others.told) == 8
    assert spaced(others.told[0]) == (
        "Where s10 is low, the one suggestion narrows the gap of +20 in every 100 and gives more"
        " customers what was due (question 1)."
    )
    assert found.more == "3 more gaps in the record, audit.json."
    assert found.places == {1: "remedies"}


def test_only_the_first_suggestions_are_told_group_by_group() -> None:
    assert len(exhibits(made.whole(), "")) == len(pages(made.whole())[0].exhibits)
    told = [e.head for e in pages(made.whole())[0].exhibits if "group by group" in e.head]
    assert len(told) == 2


def test_a_setting_at_which_everybody_is_favorable_says_so() -> None:
    ends = [(0.5, 0.12, 0.02), (0.7, 0.06, 0.05), (1.0, 0.0, 0.15)]
    curve = tuple(Point(setting=s, gap=g, errors=0.1, undue=u) for s, g, u in ends)
    (found,) = exhibits(made.suggested(made.base(), [one(curve=curve)]), "One cut: the gap")
    assert list(cells(found.grids[0])) == ["0.50", "0.70", "1.00: all favorable"]
    assert [spaced(h) for h in found.grids[0].heads] == [
        "Setting", "Gap, in every 100", "Not due, in every 100", "Wrong, in every 100",
    ]  # fmt: skip
