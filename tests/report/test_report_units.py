"""Every unit is written in one place, and never across 0 or a limit."""

from __future__ import annotations

import csv
import io
import re
from typing import get_args

import pillars
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.console import Console

from careaudit.cli import table
from careaudit.council.findings_csv import findings_csv
from careaudit.measures.catalogue import CATALOGUE
from careaudit.notation import Notation, duration, notation_of
from careaudit.notation import numbers as num
from careaudit.record import AuditRecord, Comparison, Interval, Limit, Unit
from careaudit.report.views import build
from careaudit.report.views.book import Book
from careaudit.report.views.tables import axis
from careaudit.report.wording import findings, words
from careaudit.report.wording.names import plain

VALUES: list[Unit] = [unit for unit in get_args(Unit) if unit not in ("share", "seconds")]


def spaced(text: str) -> str:
    return " ".join(plain(text).split())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 s"),
        (0.04, "0.04 s"),
        (0.001, "<0.01 s"),
        (-0.001, ">−0.01 s"),
        (2.44, "2.4 s"),
        (95.0, "95 s"),
        (119.4, "119 s"),
        (119.7, "2 min"),
        (252.4, "4 min 12 s"),
        (300.0, "5 min"),
        (-80.2, "−80 s"),
        (3599.7, "1 h"),
        (3661.0, "1 h 01 min"),
        (7500.0, "2 h 05 min"),
        (86_400 * 3 + 4 * 3600 + 900, "3 d 4 h"),
        (86_400.0 * 1200, "1,200 d"),
    ],
)
def test_times(seconds: float, shown: str) -> None:
    assert spaced(duration(seconds, [0.0])) == shown


SECONDS = {"d": 86_400, "h": 3600, "min": 60, "s": 1}


def read(text: str) -> float:
    """Read a time back: the sum of its parts."""
    found = re.findall(r"([\d.,]+) (d|h|min|s)", spaced(text))
    size = sum(float(number.replace(",", "")) * SECONDS[unit] for number, unit in found)
    return -size if num.MINUS in text else size


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e5))
def test_a_time_stays_on_its_side_and_near(seconds: float, limit: float) -> None:
    text = duration(seconds, [0.0, limit])
    if text[0] in "<>":
        return
    shown = read(text)
    for bound in (0.0, limit):
        assert (shown > bound) == (seconds > bound)
        assert (shown < bound) == (seconds < bound)
    assert abs(shown - seconds) <= max(0.06, abs(seconds) / 15)


@pytest.mark.parametrize(
    ("notation", "value", "shown"),
    [
        (Notation("money", places=2, currency="USD"), 26.884, "$26.88"),
        (Notation("money", places=0, currency="SEK"), 12_345.4, "12,345 SEK"),
        (Notation("money", places=2, currency="EUR"), -3.5, "−€3.50"),
        (Notation("points"), 15.0, "15"),
        (Notation("points"), -99.9999, ">−100"),
        (Notation("rating", places=2), 2.95, "2.95"),
        (Notation("area", places=2), 0.8124, "0.81"),
        (Notation("area", places=2), 0.99999, "<1"),
        (Notation("score", places=3), -0.061, "−0.061"),
        (Notation("number", places=1), 12.44, "12.4"),
        (Notation(per=100), 0.25, "25"),
        (Notation("seconds"), 252.4, "4 min 12 s"),
    ],
)
def test_values(notation: Notation, value: float, shown: str) -> None:
    assert spaced(notation.value(value)) == shown


def test_gaps_and_limits_in_words() -> None:
    money = Notation("money", places=2, currency="USD")
    assert money.signed(-11.12) == "−$11.12"
    assert money.signed(0.001) == "+$0.001"
    assert money.tolerated(4.8484749) == "$4.85"
    assert Notation("rating", places=2).tolerated(0.3300001) == "0.33"
    assert money.told_size(-11.12) == "$11.12"
    assert Notation("points").told_size(-12.0) == "12 points"
    assert Notation("points").policy(10.0) == "10"
    assert Notation("rating", places=2).policy(0.25) == "0.25"
    assert spaced(Notation("seconds").policy(90.0)) == "90 s"
    assert Notation(per=100).told_size(0.024, 0.0234) == "2.4 in every 100"
    assert Notation(per=100).told_size(0.074, 0.01) == "7 in every 100"
    assert Notation("area", places=2).size(0.0501, 0.05) == ">0.05"


@given(
    st.sampled_from(VALUES),
    st.floats(1e-3, 90),
    st.floats(-90, 90).filter(lambda gap: abs(gap) > 1e-3),
)
def test_a_printed_gap_keeps_its_side_of_the_limit(unit: Unit, limit: float, gap: float) -> None:
    assume(abs(gap) != limit)
    notation = notation_of(unit, [gap, limit])
    text = notation.size(gap, limit)
    if text[0] in "<>":
        near = float(text[1:].replace(",", ""))
        assert abs(gap) < near if text[0] == "<" else abs(gap) > near
        return
    shown = float(text.replace(",", ""))
    assert (shown > limit) == (abs(gap) > limit)
    assert (shown < limit) == (abs(gap) < limit)
    assert shown > 0


@given(st.sampled_from([*VALUES, "seconds", "share"]), st.lists(st.floats(0, 1), min_size=1))
def test_an_axis_holds_every_value(unit: Unit, values: list[float]) -> None:
    largest = {"seconds": 9e5, "money": 5e4, "points": 100.0, "rating": 7.0, "number": 1e6}
    scaled = [value * largest.get(unit, 1.0) for value in values]
    scale = axis(scaled, None, notation_of(unit, scaled))
    assert scale is not None
    for value in scaled:
        assert scale.low - 1e-9 <= value * scale.per <= scale.high + 1e-9
    places = [place for place, _ in scale.ticks]
    assert places == sorted(places)
    assert 2 <= len(places) <= 9
    assert len({label for _, label in scale.ticks}) == len(places)


def comparison(record: AuditRecord) -> Comparison:
    return next(c for c in record.comparisons if c.verdict == "fail")


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (Limit(share=0.1), "A gap of up to 10% of the comparison group’s value is tolerated."),
        (Limit(gap=17.5), "A gap of up to 17.5 s is tolerated, in either direction."),
        (Limit(), "The limit is a policy value"),
    ],
)
def test_each_kind_of_limit_is_said(limit: Limit, said: str) -> None:
    record = pillars.waits()
    question = record.questions[0].model_copy(update={"limit": limit})
    told = findings.limit_rule(question, "adverse", Book(record).notation(question))
    assert spaced(told[0]).startswith(said)
    assert told[-1].startswith("The limit is a policy value of the audit plan, not law.")


def test_a_wait_reads_as_a_wait() -> None:
    record = pillars.waits()
    view = build(record)
    assert (
        spaced(view.summary.lead[1]) == "Waits for a person are longer where language is es or zh."
    )
    page = view.findings[0]
    assert spaced(page.saw[0]) == (
        "Where language is zh, 4 min 59 s was the mean wait for a person, against 2 min 52 s where"
        " it is en. The gap is 2 min 7 s (109 s to 2 min 25 s plausible)."
    )
    assert page.sides == ()
    assert not any(
        "human review" in o.lower() and "how decisions" not in o for o in view.summary.options
    )
    rows = {plain(r.name): r for f in page.forests for r in f.rows}
    assert spaced(rows["es"].rate) == "4 min 12 s"
    assert spaced(rows["es"].gap) == "+80 s"
    annex = {plain(r.group): r for r in view.numbers[0].rows}
    assert spaced(annex["language: es"].rates) == "4 min 12 s / 2 min 52 s"
    assert annex["language: es"].ratio == num.NONE


def test_money_without_people_is_said_as_money() -> None:
    view = build(pillars.amounts())
    lost = 2400 * (38.0 - 26.88)
    assert view.summary.people.startswith(f"About {num.money(lost, 'USD')} in credits not paid")
    assert view.summary.bigs[0].number == num.money(lost, "USD")
    assert "where language is es" in plain(view.summary.bigs[0].text)
    assert plain(view.findings[0].effect[0]).startswith("Where language is es: about $26,700 in")


def test_the_two_parts_of_money_are_said_where_they_are_told() -> None:
    record = pillars.amounts()
    c = record.comparisons[0]
    assert c.affected.money is not None
    parts = {"granting": Interval(value=11_040.0), "size": Interval(value=-350.4)}
    money = c.affected.money.model_copy(update=parts)
    split = c.model_copy(update={"affected": c.affected.model_copy(update={"money": money})})
    told = build(record.model_copy(update={"comparisons": (split, *record.comparisons[1:])}))
    effect = plain(told.findings[0].effect[0])
    assert effect.endswith("Fewer grants come to $11,000 of it, smaller ones to −$350.")
    assert "Fewer grants" not in plain(build(record).findings[0].effect[0])


def test_a_harm_that_is_not_counted_in_people_says_so() -> None:
    record = pillars.waits(promise=False)
    hollow = record.model_copy(update={"impact": record.impact.model_copy(update={"covers": ()})})
    assert "not counted in people or money" in spaced(build(hollow).summary.no_bigs)


@pytest.mark.parametrize("name", pillars.ALL)
def test_the_terminal_writes_every_unit(name: str) -> None:
    record = pillars.ALL[name]()
    console = Console(file=io.StringIO(), width=160, color_system=None)
    for part in table.findings(record):
        console.print(part)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert "nan" not in text
    expected = {"waits": "4 min 12 s", "amounts": "$26.88", "scores": "0.73", "ratings": "12"}
    assert expected.get(name, "") in spaced(text)


def test_the_table_for_spreadsheets_names_the_unit() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(pillars.waits()).decode(), newline="")))
    assert {row["unit"] for row in rows} == {"seconds", "share"}
    assert float(rows[0]["rate"]) == 252.4


def test_every_named_measure_has_words_of_its_own() -> None:
    for name, measure in CATALOGUE.items():
        unit: Unit = getattr(measure, "unit", "share")
        told = words.measure_words(name, "other", unit)
        assert "“" not in told.title + told.event, name
        assert (told.instead == "") == (unit != "share"), name


def test_a_plans_own_measure_is_called_by_its_name() -> None:
    told = words.measure_words("effortful_minutes", "other", "number")
    c = comparison(pillars.waits())
    said = plain(findings.direction(told, c, {}))
    assert said.startswith("The value of “effortful minutes” is higher where language is")
