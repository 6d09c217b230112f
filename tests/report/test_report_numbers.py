from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.notation import numbers as num
from careaudit.record import Limit


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        (0.798, 0.8, "0.798"),
        (0.7996, 0.8, "<0.8"),
        (0.80004, 0.8, ">0.8"),
        (0.8, 0.8, "0.80"),
        (0.803, 0.8, "0.803"),
        (0.68, 0.8, "0.68"),
        (1.252, 0.8, "1.252"),
        (0.9999, 0.8, "<1"),
        (1.0, 0.8, "1"),
        (0.001, 0.8, "0.001"),
        (None, 0.8, "–"),
    ],
)
def test_a_ratio_never_prints_on_the_other_side_of_its_limit(
    value: float | None, limit: float, shown: str
) -> None:
    assert num.ratio(value, Limit(ratio=limit)) == shown


@given(st.floats(1e-6, 3.0), st.sampled_from([0.8, 0.9, 0.95]))
def test_a_printed_ratio_keeps_its_side(value: float, limit: float) -> None:
    text = num.ratio(value, Limit(ratio=limit))
    if text[0] in "<>":
        assert (value < float(text[1:])) == (text[0] == "<")
        return
    shown = float(text)
    for bound in (1.0, limit, 1 / limit):
        assert (shown > bound) == (value > bound)
        assert (shown < bound) == (value < bound)


@pytest.mark.parametrize(
    ("rate", "per", "shown"),
    [
        (0.25, 100, "25"),
        (0.0, 100, "0"),
        (1.0, 100, "100"),
        (0.001, 100, "under 1"),
        (0.999, 100, "over 99"),
        (0.0049, 1000, "5"),
        (0.125, 100, "13"),
        (0.995, 1000, "995"),
    ],
)
def test_a_rate_is_whole_and_never_rounds_to_none_or_all(rate: float, per: int, shown: str) -> None:
    assert num.every(rate, per) == shown


def test_the_whole_section_moves_to_a_thousand() -> None:
    assert num.per_of([0.3, 0.009]) == 1000
    assert num.per_of([0.3, 0.01, 0.0, None]) == 100
    assert num.per_of([0.995]) == 1000
    assert num.per_of([0.0004]) == 10_000
    assert num.per_of([]) == 100
    assert num.per_of([0.0, 1.0, 0.5]) == 100


def test_no_decimals_without_end() -> None:
    assert num.guarded(100.0, [0.0, 100.0], 1) == "100"
    assert num.guarded(0.0, [0.0, 100.0], 1) == "0"
    assert num.guarded(99.9999, [0.0, 100.0], 1) == "<100"
    assert num.guarded(0.00001, [0.0], 1) == "<0.01"
    assert num.guarded(-0.00001, [0.0], 1) == ">−0.01"
    assert num.signed_points(0.000001, 100) == "<0.01"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (2614.0, "GBP", "£2,610"),
        (22_014.0, "USD", "$22,000"),
        (-1234.5, "EUR", "−€1,230"),
        (70_420.1, "SEK", "70,400 SEK"),
        (0.4, "USD", "$0.40"),
        (0.001, "USD", "$0.01"),
        (0.0, None, "0"),
        (999.5, None, "1,000"),
    ],
)
def test_money(amount: float, currency: str | None, shown: str) -> None:
    assert num.money(amount, currency) == shown


def test_p_values_keep_their_side_of_the_level() -> None:
    assert num.p_value(0.0496) == "0.0496"
    assert num.p_value(0.0503) == "0.0503"
    assert num.p_value(0.00001) == "<0.001"
    assert num.p_value(0.9996) == ">0.999"
    assert num.p_value(1.0) == "1"
    assert num.p_value(0.0) == "<0.001"


def test_gaps_keep_their_sign() -> None:
    assert num.signed_points(0.003, 100) == "+0.3"
    assert num.signed_points(-0.003, 100) == "−0.3"
    assert num.signed_points(0.07, 100) == "+7"
    assert num.signed_points(0.0, 100) == "0"
    assert num.points(0.003, 100) == "under 1"


def test_counts_scores_and_needs() -> None:
    assert num.count(13_000) == "13,000"
    assert num.count(0.2) == "under 1"
    assert num.count(-4) == "−4"
    assert num.score(49.7) == "49.7"
    assert num.score(58.4) == "58"
    assert num.about(403) == "about 410"
    assert num.about(4500) == "about 4,500"
    assert num.about(989_000) == "about 990,000"
    assert num.about(1_000_000) == "over a million"
    assert num.about(6_790_000) == "over a million"
    assert num.percent(0.999) == "over 99%"
    assert num.percent(0.001) == "under 1%"
