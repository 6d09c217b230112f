"""Nobody works out what was withheld from what is printed; without any one rule somebody does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import pytest
from attacks import Attacker, Log, log, printed, record, told

from careaudit import disclosure
from careaudit.errors import DisclosureError
from careaudit.publication import figures, masks, press
from careaudit.publication.build import publish
from careaudit.publication.differencing import check
from careaudit.publication.told import published

SLOW = {
    6,
    30,
    38,
    55,
    58,
    61,
    64,
    66,
    79,
    104,
    137,
    149,
    157,
    168,
    170,
    184,
    188,
    213,
    223,
    251,
    254,
}
"""Logs so small for their many groups that protecting them takes seconds."""
SEEDS = [seed for seed in range(250) if seed not in SLOW]
BLOCKS = 8


@cache
def made(seed: int) -> Log:
    return log(seed)


@cache
def tree(seed: int) -> dict[str, Any] | None:
    """Return what is printed of a log; None where nothing may be."""
    return _published(seed)


def _published(seed: int) -> dict[str, Any] | None:
    try:
        return printed(publish(record(made(seed))))
    except DisclosureError:
        return None


def attackers(seeds: Iterable[int], *, exact: bool) -> list[Attacker]:
    """Publish the logs of these seeds, and read what can be published of them."""
    trees = {seed: tree(seed) for seed in seeds}
    return [Attacker(one, made(s), exact=exact) for s, one in trees.items() if one is not None]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_who_knows_all_that_is_printed_exactly_finds_nothing_withheld(block):
    found = attackers(SEEDS[block::BLOCKS], exact=True)
    assert len(found) >= 200 / BLOCKS
    assert any(status == "withheld" for one in found for status, _ in one.status.values())
    assert [(one.leaks(), one.printed_few()) for one in found] == [([], [])] * len(found)


def test_who_reads_the_rounded_numbers_finds_nothing_withheld():
    for one in attackers(SEEDS[:24], exact=False):
        assert one.leaks() == []


def test_no_small_count_is_printed_and_no_share_near_an_end():
    assert [told(one) for seed in SEEDS[:60] if (one := tree(seed))] == [[]] * sum(
        tree(seed) is not None for seed in SEEDS[:60]
    )


# Without any one rule somebody is worked out.


def _without_dominance(people):  # type: ignore[no-untyped-def]
    def mild(behind):  # type: ignore[no-untyped-def]
        found = people(behind)
        return disclosure.People(found.customers, found.sides)

    return mild


def _only_few(m: pytest.MonkeyPatch) -> None:
    m.setattr(
        masks, "protect",
        lambda t: frozenset(k for k, c in t.cells.items() if c.people.few(t.least)),
    )  # fmt: skip
    m.setattr(masks, "exposed", lambda *_: [])


OFF = {
    "few customers": lambda m: m.setattr(
        disclosure.People, "few", lambda self, _=10: self.dominated
    ),
    "one customer carries a sum": lambda m: m.setattr(
        masks.ratios, "people", _without_dominance(masks.ratios.people)
    ),
    "others beside them": _only_few,
    "few together": lambda m: m.setattr(disclosure, "_bare_totals", lambda *_: []),
    "equal numbers": lambda m: m.setattr(masks, "same", lambda _: ()),
    "smaller numbers": lambda m: m.setattr(masks, "ordered", lambda _: ()),
    "same groups": lambda m: m.setattr(masks, "_twins", lambda _: ()),
}


FOUND = {
    "few customers": 7, "one customer carries a sum": 46, "others beside them": 1,
    "few together": 32, "equal numbers": 46, "smaller numbers": 9, "same groups": 2,
}  # fmt: skip
"""A log on which each rule is needed."""


@pytest.mark.parametrize("rule", OFF)
def test_without_a_rule_something_is_found(rule, monkeypatch):
    seed = FOUND[rule]
    OFF[rule](monkeypatch)
    without = _published(seed)
    assert without is not None
    attacker = Attacker(without, made(seed), exact=True)
    assert attacker.printed_few() or attacker.leaks()


def test_without_rounding_small_counts_are_printed(monkeypatch):
    for room in (figures, press):
        monkeypatch.setattr(room, "rounded", round)
    without = _published(2)
    assert without is not None
    assert "cases" in told(without)[0]


def test_without_codes_shares_near_an_end_are_printed(monkeypatch):
    monkeypatch.setattr(figures, "CODED", (0, 100))
    without = [one for seed in SEEDS[:60] if (one := _published(seed))]
    assert any("near an end" in text for one in without for text in told(one))


# Two publications.

PERIODS = {
    "first": ("2026-04-01", "2026-05-31"),
    "longer": ("2026-04-01", "2026-06-01"),
    "shifted": ("2026-04-02", "2026-06-01"),
    "next": ("2026-06-01", "2026-07-31"),
}


def _entry(log: Log, period: str):  # type: ignore[no-untyped-def]
    start, end = PERIODS[period]
    one = record(log, start=start, end=end)
    return published(publish(one), one, "public", date(2026, 8, 1))


@pytest.mark.parametrize("seed", [2, 8, 12])
@pytest.mark.parametrize("period", ["longer", "shifted"])
def test_periods_that_share_days_are_refused_and_would_tell(seed, period):
    whole = made(seed)
    last = whole.customer >= whole.customer.max() - 3  # the last day's few customers
    old, new = _entry(whole.part(~last), "first"), _entry(whole, period)
    with pytest.raises(DisclosureError) as fault:
        check([old], new)
    assert fault.value.hint
    assert 0 < len(set(whole.customer[last])) < 10  # what subtracting would leave


@pytest.mark.parametrize("seed", [2, 8, 12])
def test_periods_that_share_no_day_are_published(seed):
    check([_entry(made(seed), "first")], _entry(made(seed + 1), "next"))


def test_where_all_is_withheld_the_refusal_says_so():
    with pytest.raises(DisclosureError, match="too few customers") as fault:
        publish(record(made(4)))
    assert "longer period" in str(fault.value.hint)
