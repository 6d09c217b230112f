"""Intersections end to end: methods 7 from rows to the record, and what stays hidden."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from careaudit.conductor import run
from careaudit.plan import parse

SIX = 1e-6
# Bickel, Hammel & O'Connell 1975: admitted of applicants, departments A to F, men then women
UCB = {
    ("A", "m"): (512, 825), ("B", "m"): (353, 560), ("C", "m"): (120, 325),
    ("D", "m"): (138, 417), ("E", "m"): (53, 191), ("F", "m"): (22, 373),
    ("A", "f"): (89, 108), ("B", "f"): (17, 25), ("C", "f"): (202, 593),
    ("D", "f"): (131, 375), ("E", "f"): (94, 393), ("F", "f"): (24, 341),
}  # fmt: skip
# The example of NYC's rule on Local Law 144, 6 RCNY 5-301: selected of applicants
LL144 = dict(
    zip(
        [(race, sex) for race in "1234567" for sex in "mf"],
        [(90, 205), (82, 190), (215, 412), (95, 226), (37, 87), (167, 321), (11, 24), (52, 115),
         (197, 385), (75, 164), (15, 32), (135, 295), (7, 17), (44, 98)],
        strict=True,
    )
)  # fmt: skip
PLAN = """
[audit]
name = "Crossings"
justification = "A test."
[log.columns]
decision = "outcome"
{columns}
[outcome]
favorable = ["yes"]
adverse = ["no"]
confirmed = true
[[segments]]
name = "one"
column = "one"
[[segments]]
name = "two"
column = "two"
[[questions]]
id = "q"
measure = "favorable_rate"
segments = ["one", "two", "one*two"]
"""


def audit(counts, *, times=1, columns=""):
    rows = [
        (*group, outcome)
        for group, (x, n) in counts.items()
        for outcome, k in (("yes", x), ("no", n - x))
        for _ in range(k)
    ]
    table = pd.DataFrame(rows, columns=["one", "two", "outcome"], dtype="string")
    table["customer"] = [f"c{place}" for place in range(len(table))]
    log = pd.concat([table] * times, ignore_index=True)
    plan = parse(PLAN.format(columns=columns))
    return run(plan, base=Path(), data=log, as_of=date(2026, 6, 1))


def shrunken(record):
    return {row.group: row.shrunken for row in record.intersections}


def strata(record):
    (found,) = record.question("q").strata
    return found


@pytest.fixture(scope="module")
def berkeley():
    return audit(UCB)


def test_berkeley_s_rates_are_drawn_together(berkeley):
    drawn = shrunken(berkeley)
    assert drawn["B*f"] == pytest.approx(0.642339, abs=SIX)
    m, phi = 0.394051, 3.792030
    assert drawn == {
        "*".join(group): pytest.approx((x + m * phi) / (n + phi), abs=SIX)
        for group, (x, n) in UCB.items()
    }


def test_berkeley_s_groups_lie_apart_by_department(berkeley):
    found = strata(berkeley)
    assert (found.segment, found.groups, found.reason) == ("one*two", 12, None)
    assert found.vpc == pytest.approx(0.305555, abs=SIX)
    assert found.pcv > 0.9  # departments alone account for nearly all of it


def test_local_law_144_hardly_varies():
    assert strata(audit(LL144)).vpc == pytest.approx(0.002731, abs=SIX)


def test_a_real_interaction_is_left_by_the_segments_alone():
    crossed = {
        (one, two): (160 if (place + at) % 2 else 40, 200)
        for place, one in enumerate("abcd")
        for at, two in enumerate("xy")
    }
    record = audit(crossed)
    found = strata(record)
    # every segment's own groups have one rate: only the crossing tells them apart
    assert {c.difference.value for c in record.comparisons} == {0.0}
    assert found.vpc > 0.2
    assert found.pcv == pytest.approx(0, abs=0.01)


def test_names_with_a_star_are_one_name():
    def renamed(one, two):
        return {"A": "A*1", "B": "B*1"}.get(one, one), two

    record = audit({renamed(*group): counts for group, counts in UCB.items()})
    assert strata(record).pcv == pytest.approx(strata(audit(UCB)).pcv, abs=SIX)


def test_too_few_groups_are_pooled_and_say_so():
    counts = {("a", "x"): (10, 40), ("a", "y"): (30, 60), ("b", "x"): (20, 50), ("b", "y"): (9, 30)}
    record = audit(counts)
    assert list(shrunken(record).values()) == pytest.approx([69 / 180] * 4)
    found = strata(record)
    assert (found.groups, found.vpc, found.pcv, found.reason) == (4, None, None, "few_groups")


def test_where_all_were_granted_nothing_varies():
    record = audit({group: (n, n) for group, (_, n) in UCB.items()})
    assert set(shrunken(record).values()) == {1.0}
    assert (strata(record).vpc, strata(record).reason) == (None, "no_variation")


def test_groups_that_do_not_differ_have_no_spread():
    record = audit({(one, two): (40, 100) for one in "abc" for two in "xy"})
    found = strata(record)
    assert found.vpc == pytest.approx(0, abs=SIX)
    assert (found.pcv, found.reason) == (None, "no_spread")
    assert list(shrunken(record).values()) == pytest.approx([0.4] * 6)


def test_a_group_of_few_customers_is_not_shown_and_still_counts():
    record = audit(UCB | {("G", "m"): (2, 3)})
    assert shrunken(record)["G*m"] is None
    assert sum(value is not None for value in shrunken(record).values()) == 12
    assert shrunken(record)["B*f"] != pytest.approx(0.642339, abs=SIX)
    assert strata(record).groups == 13


def test_the_same_customers_twice_are_no_more_evidence():
    named = 'subject_id = "customer"'
    once, twice, blind = audit(UCB, columns=named), audit(UCB, columns=named, times=2), audit(
        UCB, times=2
    )  # fmt: skip
    near = pytest.approx(shrunken(once)["B*f"], abs=3e-4)
    assert shrunken(twice)["B*f"] == near
    assert shrunken(blind)["B*f"] != near
    assert strata(twice).vpc == pytest.approx(strata(once).vpc, rel=1e-2)


def test_what_is_no_rate_is_not_drawn_together():
    text = PLAN.format(columns='amount = "paid"').replace("favorable_rate", "amount_per_request")
    rows = [(one, two, "yes", str(k)) for one in "abc" for two in "xy" for k in range(20)]
    log = pd.DataFrame(rows, columns=["one", "two", "outcome", "paid"], dtype="string")
    log.loc[::4, "outcome"] = "no"
    record = run(parse(text), base=Path(), data=log, as_of=date(2026, 6, 1))
    assert set(shrunken(record).values()) == {None}
    assert (strata(record).vpc, strata(record).reason) == (None, "not_a_rate")


def test_a_question_without_crossings_has_no_strata():
    text = PLAN.format(columns="").replace(', "one*two"', "")
    log = pd.DataFrame(
        [("a", "x", "yes"), ("b", "x", "no")] * 30, columns=["one", "two", "outcome"]
    )
    record = run(parse(text), base=Path(), data=log, as_of=date(2026, 6, 1))
    assert record.question("q").strata == ()
