"""Nobody works out what was withheld from what is printed; without any one rule somebody does."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from attacks import Attacker, Number, printed, told
from drawn_logs import Log, log, record

from careaudit import disclosure
from careaudit.errors import DisclosureError
from careaudit.publication import figures, masks, press
from careaudit.publication.build import publish

SKIPPED = {
    2, 4, 6, 8, 9, 11, 14, 16, 17, 22, 23, 25, 27, 30, 34, 36, 38, 41, 42, 46, 49, 54, 55, 57,
    58, 61, 62, 64, 66, 67, 71, 72, 79, 96, 98, 104, 111, 113, 117, 118, 120, 123, 124, 131,
    133, 135, 137, 141, 143, 144, 145, 147, 148, 149, 151, 154, 155, 157, 158, 160, 167, 168,
    170, 172, 173, 175, 176, 178, 180, 184, 187, 188, 189, 190, 191, 193, 194, 196, 197, 200,
    203, 207, 210, 211, 212, 213, 214, 219, 223, 224, 228, 231, 233, 241, 243, 251, 254, 256,
    257, 262, 268, 269, 272, 279, 281, 287, 291, 293, 294, 298, 300, 303, 308, 310, 312, 313,
    314, 316, 318, 322, 325,
}  # fmt: skip
"""Logs of so few customers for their many groups that nothing is published, or after seconds."""
SEEDS = [seed for seed in range(330) if seed not in SKIPPED]
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
def test_who_knows_exactly_all_that_is_printed_finds_nothing_withheld(block):
    found = attackers(SEEDS[block::BLOCKS], exact=True)
    assert len(found) >= 200 / BLOCKS
    assert any(status == "withheld" for one in found for status, _ in one.status.values())
    assert [(one.leaks(), one.printed_few()) for one in found] == [([], [])] * len(found)
    assert not [text for seed in SEEDS[block::BLOCKS] if (one := tree(seed)) for text in told(one)]


def test_who_reads_the_rounded_numbers_finds_nothing_withheld():
    for one in attackers(SEEDS[:10], exact=False):
        assert one.leaks() == []


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


PROTECTING = import_module("careaudit.disclosure.protect")
OFF = {
    "few customers": lambda m: m.setattr(
        disclosure.People, "few", lambda self, _=10: self.dominated
    ),
    "one customer carries a sum": lambda m: m.setattr(
        masks.ratios, "people", _without_dominance(masks.ratios.people)
    ),
    "others beside them": _only_few,
    "few together": lambda m: m.setattr(PROTECTING, "_bare_totals", lambda *_: []),
    "equal numbers": lambda m: m.setattr(masks, "same", lambda _: ()),
    "smaller numbers": lambda m: m.setattr(masks, "ordered", lambda _: ()),
    "same groups": lambda m: m.setattr(masks, "nested", lambda _: ()),
}


FOUND = {
    "few customers": 7, "one customer carries a sum": 60, "others beside them": 1,
    "few together": 40, "equal numbers": 46, "smaller numbers": 52, "same groups": 19,
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


# What is printed is told to a step, and near an end as a bound.


def reader(seed: int, base: int = 5) -> Attacker:
    """Return someone who reads what is printed of a log, counts to a base."""
    one = _published(seed)
    assert one is not None
    return Attacker(one, made(seed), exact=False, base=base)


def pinned(attacker: Attacker) -> list[Number]:
    """Return the counts that a reader works out of all that is printed, to the last decision."""
    known = [n for n in attacker.truth if n[2] != "sum" and not attacker.hidden(n)]
    ends = ((number, attacker.bounds(number)) for number in known)
    return [number for number, (low, high) in ends if high - low < 1 and high > 0]


@pytest.mark.parametrize("seed", [19, 32])
def test_without_rounding_counts_are_known_to_the_last_decision(seed, monkeypatch):
    assert not pinned(reader(seed))
    for room in (figures, press):
        monkeypatch.setattr(room, "rounded", round)
    assert "cases" in told(_published(seed) or {})[0]
    assert pinned(reader(seed, base=1))


@pytest.mark.parametrize(("seed", "number"), [
    (60, ("adverse_rate", ("s1", "g1"), "x")), (159, ("adverse_rate", ("s1", "g3"), "x")),
])  # fmt: skip
def test_without_codes_it_is_known_that_some_are_near_an_end(seed, number, monkeypatch):
    attacker = reader(seed)
    assert 3 <= attacker.truth[number] < 10
    assert attacker.bounds(number)[0] < 0.5
    monkeypatch.setattr(figures, "CODED", (0, 100))
    assert "near an end" in " ".join(told(_published(seed) or {}))
    assert reader(seed).bounds(number)[0] > 0.5


def test_where_all_is_withheld_the_refusal_says_so():
    first = made(1)
    with pytest.raises(DisclosureError, match="few customers") as fault:
        publish(record(first.part(first.customer < 12)))
    assert "longer period" in str(fault.value.hint)
