"""What is said of a remedy: people before money before what it assumes, and what it takes."""

from __future__ import annotations

import pytest

from careaudit.record import Interval, Money, Remedy, RemedyGroup
from careaudit.remedies.sentences import takes, told

SOME = Interval(value=100.0, low=50.0, high=150.0)
FEWER = Interval(value=-4833.0, low=-4960.0, high=-4710.0)


def remedy(gap=(0.01, -0.01, 0.03), helped=SOME, then=(0.21, 0.20), undue=SOME, money=None):
    value, low, high = gap
    groups = tuple(
        RemedyGroup(
            group=name, favorable_now=now, favorable=Interval(value=rate), helped=SOME, undue=SOME,
            errors=SOME,
        )
        for name, now, rate in zip(("native", "other"), (0.79, 0.63), then, strict=True)
    )  # fmt: skip
    return Remedy(
        question="q", segment="language", group="other", reference="native", kind="without",
        name="reply", state="estimated", gap_now=Interval(value=0.16, low=0.1, high=0.2),
        gap=Interval(value=value, low=low, high=high), helped=helped, undue=undue, money=money,
        groups=groups,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gap", "then", "way"),
    [
        ((0.01, -0.01, 0.03), (0.21, 0.20), "It closes the gap by refusing both groups more: "),
        ((0.05, 0.02, 0.08), (0.21, 0.20), "It narrows the gap by refusing both groups more: "),
        ((0.05, 0.02, 0.08), (0.60, 0.64), "It narrows the gap by refusing customers more: "),
        ((0.17, 0.14, 0.20), (0.21, 0.20), "It takes from customers: "),
    ],
)
def test_what_is_taken_is_said_first(gap, then, way):
    one = remedy(gap, FEWER, then)
    said = told(one, "If so", "")
    assert takes(one)
    assert f"in place of 16.0. {way}about 4,830 (4,710 to 4,960) fewer decisions would" in said


def test_a_loss_that_may_be_none_is_said_without_that():
    one = remedy(helped=Interval(value=-30.0, low=-80.0, high=20.0))
    assert not takes(one)
    assert "By the labels, about 30 (−20 to 80) more decisions would be wrongly adverse; " in told(
        one, "If so", ""
    )


@pytest.mark.parametrize(
    ("undue", "said"),
    [
        ((-170.0, -220.0, -120.0), "170 fewer (120 to 220) would be favorable without being due"),
        ((170.0, 120.0, 220.0), "170 more (120 to 220) would be"),
        ((0.0, 0.0, 0.0), "as many as today (0 to 0) would be"),
        ((None, None, None), "an unknown number would be"),
    ],
)
def test_changes_are_more_or_fewer(undue, said):
    value, low, high = undue
    assert said in told(remedy(undue=Interval(value=value, low=low, high=high)), "If so", "")


def test_people_come_before_money_and_money_before_what_is_assumed():
    money = Money(value=200_000.0, low=150_000.0, high=250_000.0, currency="USD")
    said = told(remedy(money=money), "If so", "That assumes it.")
    places = [said.index(w) for w in ("the gap", "By the labels", "Money paid out", "That assumes")]
    assert places == sorted(places)


def test_a_rule_that_lets_all_pass_says_so():
    said = told(remedy((0.0, None, None), then=(1.0, 1.0)), "If so", "")
    assert "the gap would be 0.0 points in place of 16.0. Every decision would then be" in said
    assert "Every decision" not in told(remedy(), "If so", "")
