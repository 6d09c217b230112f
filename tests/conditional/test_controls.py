"""What a plan says of its controls: their role, and slips of the pen."""

from __future__ import annotations

import pytest
from like_logs import ADMISSIONS, audit, found, frame, plan

from careaudit.errors import PlanError
from careaudit.plan import parse

APPROVED = '[controls.dept]\nrole = "approved"\nnote = "Minute of 3 May 2026, item 4."\n'


@pytest.mark.parametrize(
    ("more", "role"),
    [
        ("", "contested"),
        (APPROVED, "approved"),
        ('[controls.dept]\nrole = "proxy"\n', "proxy"),
        ('[controls.dept]\nrole = "contested"\n', "contested"),
    ],
)
def test_the_role_stands_beside_every_estimate(more, role):
    record = audit(plan(more=more), frame(ADMISSIONS))
    assert {row.flags[-1] for row in record.conditional} == {role}
    bare = audit(plan(), frame(ADMISSIONS))
    assert (record.verdict, record.reason) == (bare.verdict, bare.reason)
    assert found(record)["rd_mh"].value == found(bare)["rd_mh"].value


@pytest.mark.parametrize(
    ("other", "role"),
    [("", "contested"), ('[controls.customer]\nrole = "proxy"', "proxy"),
     ('[controls.customer]\nrole = "approved"\nnote = "Minute 5."', "approved")],
)  # fmt: skip
def test_several_controls_are_trusted_as_the_least_of_them(other, role):
    log = frame(ADMISSIONS)
    log["customer"] = "one"
    record = audit(plan(["dept", "customer"], more=APPROVED + other), log)
    assert {row.flags[-1] for row in record.conditional} == {role}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[controls.dept]\nrole = "approved"\n', "minute"),
        ('[controls.dept]\nrole = "approved"\nnote = "  "\n', "minute"),
        ('[controls.depts]\nrole = "proxy"\n', 'did you mean "dept"'),
        ('[controls.zip]\nrole = "proxy"\n', "name it in `within`"),
        ('[controls.dept]\nrole = "fine"\n', "approved"),
        ('[controls.dept]\nrole = "proxy"\nnotes = "x"\n', 'did you mean "note"'),
        ("[controls.dept]\n", "role"),
    ],
)
def test_a_slip_is_named(more, says):
    with pytest.raises(PlanError) as caught:
        parse(plan(more=more))
    assert says in str(caught.value)


def test_a_role_is_part_of_the_plan_s_digest():
    assert parse(plan()).digest != parse(plan(more=APPROVED)).digest
