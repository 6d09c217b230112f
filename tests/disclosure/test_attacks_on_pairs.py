"""Who has two publications works out no more of them together; without the ledger somebody does.

The attacker takes all that both print into one system. Of the same decisions the unknown numbers
are the same; of decisions that came to others, none is less than before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest
from attacks import Attacker, Leak, System, printed
from drawn_logs import Log, log, record

from careaudit.errors import DisclosureError
from careaudit.publication.build import publish
from careaudit.publication.differencing import check
from careaudit.publication.document import Publication
from careaudit.publication.told import Published, published

SPRING, LONGER, SUMMER = (
    ("2026-04-01", "2026-05-31"),
    ("2026-04-01", "2026-06-01"),
    ("2026-06-01", "2026-07-31"),
)


class Edition(NamedTuple):
    """A publication of some decisions, and its entry in the ledger."""

    log: Log
    document: Publication
    entry: Published


def edition(log: Log, window: tuple[str, str] = SPRING, past: Sequence[Log] = ()) -> Edition | None:
    """Publish a log, beside earlier ones of the spring; None where all would be withheld."""
    start, end = window
    one = record(log, start=start, end=end)
    earlier = [record(each, start=SPRING[0], end=SPRING[1]) for each in past]
    try:
        document = publish(one, earlier)
    except DisclosureError:
        return None
    return Edition(log, document, published(document, one, "public", date(2026, 8, 1), earlier))


def accepted(old: Edition, new: Edition) -> bool:
    """Whether the ledger lets the second follow the first."""
    try:
        check([old.entry], new.entry)
    except DisclosureError:
        return False
    return True


# Of the same decisions.


def together(whole: Log, *editions: Edition) -> Attacker:
    """Return an insider who has read several publications of parts of a log's table."""
    first, *others = (printed(one.document) for one in editions)
    attacker = Attacker(first, whole, exact=True)
    for other in others:
        attacker.learn(other)
    return attacker


def other_segments(whole: Log) -> tuple[Log, Log]:
    """Return one log twice, with attributes of its own each."""
    first, *others = whole.segments
    return whole.asked([first], whole.measures), whole.asked(others, whole.measures)


def fewer_segments(whole: Log) -> tuple[Log, Log]:
    """Return a log, and the same with its first attribute alone."""
    return whole, whole.asked(list(whole.segments)[:1], whole.measures)


def more_measures(whole: Log) -> tuple[Log, Log]:
    """Return a log with one of its measures, and with all."""
    return whole.asked(whole.segments, whole.measures[:1]), whole


def found(seed: int, split) -> list[Leak] | None:  # type: ignore[no-untyped-def]
    """Attack both parts of a log together; None where they are not both published."""
    whole = log(seed)
    old, new = map(edition, split(whole))
    if old is None or new is None or not accepted(old, new):
        return None
    return together(whole, old, new).leaks()


SEEDS = {
    other_segments: (1, 3, 7, 12, 21, 32, 40, 77),
    fewer_segments: (1, 7, 13, 32, 40, 100),
    more_measures: (5, 7, 12, 33, 63, 78),
}
SAME = (44, 117, 205)
"""Logs where the group without a value holds the same decisions in both attributes."""


@pytest.mark.parametrize("split", SEEDS)
def test_two_accepted_publications_of_the_same_decisions_give_nothing_away(split):
    got = [each for seed in SEEDS[split] if (each := found(seed, split)) is not None]
    assert got, "none was accepted"
    assert got == [[]] * len(got)


@pytest.mark.parametrize("seed", SAME)
def test_attributes_that_share_a_group_are_not_published_apart(seed):
    assert not found(seed, other_segments)


# Of other decisions.


def halves(whole: Log) -> tuple[Log, Log]:
    """Return the decisions of every second customer, and those of the others."""
    odd = whole.customer % 2 == 1
    return whole.part(odd), whole.part(~odd)


@pytest.mark.parametrize("seed", [7, 12, 13, 20, 33, 44, 73])
def test_a_period_and_the_next_with_its_trend_give_nothing_away(seed):
    first, second = halves(log(seed))
    old = edition(first)
    new = edition(second, SUMMER, [first])
    assert old is not None
    assert new is not None
    assert accepted(old, new)
    system = System()
    spring = Attacker(printed(old.document), first, exact=True, system=system)
    spring.learn(printed(new.document)["past"][0])
    summer = Attacker(printed(new.document), second, exact=True, system=system)
    assert spring.leaks() + summer.leaks() == []


def grown(old: Edition, new: Edition, *, exact: bool) -> tuple[Attacker, Attacker]:
    """Return readers of two publications, of which the second counts all that the first does."""
    system = System()
    was, is_ = (
        Attacker(printed(one.document), one.log, exact=exact, system=system) for one in (old, new)
    )
    is_.follow(was)
    return was, is_


def told_growth(was: Attacker, is_: Attacker) -> Iterator[Leak]:
    """Yield the counts of 1 to 9 decisions that came, and that are known to be some and few."""
    for number, value in is_.truth.items():
        came = value - was.truth[number]
        if number[2] == "sum" or not 0 < came < 10 or is_.hidden(number) or was.hidden(number):
            continue
        low, high = is_.growth(was, number)
        if low > 0.5 and high < 9.5:
            yield Leak(number, came, low, high, "growth")


def with_one_more(log: Log, place: int) -> Log:
    """Return a log in which a decision is counted twice."""
    return log.part(np.append(np.arange(len(log)), place))


@pytest.mark.parametrize("seed", [1, 10, 21, 31, 39, 50])
def test_an_accepted_correction_of_one_decision_gives_nothing_away(seed):
    whole = log(seed)
    old = edition(whole)
    tried = (edition(with_one_more(whole, place)) for place in range(12))
    same = next((new for new in tried if old and new and accepted(old, new)), None)
    assert old is not None
    assert same is not None
    was, is_ = grown(old, same, exact=False)
    assert [*was.leaks(), *is_.leaks(), *told_growth(was, is_)] == []


def last_few(whole: Log) -> Log:
    """Return a log without its last four customers."""
    return whole.part(whole.customer < whole.customer.max() - 3)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("seed", [8, 12])
def test_without_the_ledger_a_longer_period_tells_who_came(seed, exact):
    whole = log(seed)
    old, new = edition(last_few(whole)), edition(whole, LONGER)
    assert old is not None
    assert new is not None
    assert not accepted(old, new)
    known = next(told_growth(*grown(old, new, exact=exact)))
    assert not exact or known.low == known.high == known.value


@pytest.mark.parametrize("seed", [1, 12])
def test_without_the_ledger_a_correction_tells_of_one_decision(seed):
    whole = log(seed)
    tried = (edition(with_one_more(whole, place)) for place in range(12))
    old = edition(whole)
    changed = next((new for new in tried if old and new and not accepted(old, new)), None)
    assert old is not None
    assert changed is not None
    known = next(told_growth(*grown(old, changed, exact=True)))
    assert known.low == known.high == known.value == 1
