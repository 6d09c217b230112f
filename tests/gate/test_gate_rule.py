"""The gate's rule: every combination that it distinguishes, against a table written by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from gate_cases import DAY, RELEASE, Ask, record
from hypothesis import given
from hypothesis import strategies as st

from careaudit.errors import RecordError
from careaudit.gate import Beside, decide
from careaudit.plan import parse
from careaudit.waivers import Waiver

FINDING = "credit/income/1"


def waiver(**changes):
    said = {
        "finding": FINDING, "release": RELEASE, "ceiling": 2.0, "reason": "A fix is under way.",
        "approved_by": "Head of Care", "granted": DAY, "expires": DAY + timedelta(days=90),
    }  # fmt: skip
    return Waiver.model_validate(said | changes)


def gate(found, **beside):
    as_of = beside.pop("as_of", DAY)
    return decide(found, as_of=as_of, beside=Beside(**beside))


def codes(decision):
    return {reason.code for reason in decision.closing}


# verdict of the question's findings, what the plan says, gated -> exit code
TABLE = {
    ("pass", "close", True): 0, ("pass", "warn", True): 0, ("pass", "open", True): 0,
    ("inconclusive", "close", True): 4, ("inconclusive", "warn", True): 0,
    ("inconclusive", "open", True): 0,
    ("fail", "close", True): 1, ("fail", "warn", True): 1, ("fail", "open", True): 1,
}  # fmt: skip


@pytest.mark.parametrize(("case", "expected"), TABLE.items(), ids=str)
def test_one_gated_question(case, expected):
    verdict, policy, gated = case
    decision = gate(record(Ask(groups={"1": verdict}, policy=policy, gate=gated)))
    assert decision.exit_code == expected
    assert decision.opens == (expected == 0)
    assert bool(decision.closing) == (expected != 0)


@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
def test_an_ungated_question_never_closes(verdict):
    decision = gate(record(Ask(), Ask("watch", {"1": verdict}, gate=False)))
    assert decision.exit_code == 0


def test_where_nothing_is_gated_nothing_opens():
    decision = gate(record(Ask(gate=False)))
    assert (decision.exit_code, codes(decision)) == (4, {"nothing_gated"})


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("pass", "pass", 0), ("pass", "inconclusive", 4), ("pass", "fail", 1),
        ("inconclusive", "fail", 1), ("fail", "inconclusive", 1),
    ],
)  # fmt: skip
def test_a_fail_comes_before_what_is_undecided(first, second, expected):
    found = record(Ask("a", {"1": first}), Ask("b", {"1": second}))
    assert gate(found).exit_code == expected


# Waivers.

VOID = {
    "expired": {"granted": DAY - timedelta(days=100), "expires": DAY - timedelta(days=1)},
    "not_yet": {"granted": DAY + timedelta(days=1)},
    "above_ceiling": {"ceiling": 1.49},
    "other_release": {"release": "7.1.0"},
}


def test_a_waived_finding_opens_under_its_own_word():
    decision = gate(record(Ask(groups={"1": "fail", "2": "pass"})), waivers=[waiver()])
    assert decision.exit_code == 0
    assert [q.outcome for q in decision.questions] == ["waived"]
    assert [r.effect for r in decision.reasons if r.code == "waived"] == ["warns"]


@pytest.mark.parametrize("state", VOID)
def test_a_void_waiver_closes_and_says_why(state):
    decision = gate(record(Ask(groups={"1": "fail"})), waivers=[waiver(**VOID[state])])
    assert decision.exit_code == 1
    assert codes(decision) == {f"waiver_{state}"}


def test_a_waiver_holds_on_its_last_day_and_not_the_next():
    found = record(Ask(groups={"1": "fail"}))
    last = waiver(expires=DAY)
    assert gate(found, waivers=[last]).exit_code == 0
    assert gate(found, waivers=[last], as_of=DAY + timedelta(days=1)).exit_code == 1


@pytest.mark.parametrize(("u", "expected"), [(2.0, 0), (2.0001, 1), (None, 1)])
def test_a_waiver_holds_up_to_its_ceiling(u, expected):
    found = record(Ask(groups={"1": "fail"}, u={"1": u}))
    assert gate(found, waivers=[waiver()]).exit_code == expected


def test_a_waiver_covers_one_finding_only():
    found = record(Ask(groups={"1": "fail", "2": "fail"}))
    decision = gate(found, waivers=[waiver()])
    assert decision.exit_code == 1
    assert {r.comparison for r in decision.closing} == {"credit/income/2"}


@pytest.mark.parametrize(("policy", "expected"), [("close", 4), ("warn", 0), ("open", 0)])
def test_a_waiver_never_covers_what_is_undecided_beside_it(policy, expected):
    found = record(Ask(groups={"1": "fail", "2": "inconclusive"}, policy=policy))
    decision = gate(found, waivers=[waiver(), waiver(finding="credit/income/2")])
    assert decision.exit_code == expected
    assert decision.questions[0].outcome == "inconclusive"


def test_a_waiver_of_an_undecided_finding_covers_nothing():
    decision = gate(record(Ask(groups={"1": "inconclusive"})), waivers=[waiver()])
    assert decision.exit_code == 4
    assert "waiver_unused" in {r.code for r in decision.reasons}


def test_a_failing_question_of_unknown_rest_is_not_opened_by_a_waiver():
    found = record(Ask(groups={"1": "fail"}))
    (asked,) = found.questions
    old = found.model_copy(update={"questions": (asked.model_copy(update={"rest": None}),)})
    assert gate(old, waivers=[waiver()]).exit_code == 4


# Baselines.


@pytest.mark.parametrize(("then", "now", "expected"), [(1.5, 1.5, 0), (1.6, 1.5, 0), (1.4, 1.5, 1)])
def test_a_baseline_covers_what_is_not_larger(then, now, expected):
    old = record(Ask(groups={"1": "fail"}, u={"1": then}), release="7.1.0")
    new = record(Ask(groups={"1": "fail"}, u={"1": now}))
    decision = gate(new, baseline=old)
    assert decision.exit_code == expected
    assert decision.questions[0].outcome == ("known" if expected == 0 else "fail")


def test_a_baseline_keeps_the_magnitude():
    old = record(Ask(groups={"1": "fail"}, u={"1": 1.6}), release="7.1.0")
    decision = gate(record(Ask(groups={"1": "fail"})), baseline=old)
    assert "1.50 limits, 1.60 in the baseline" in decision.reasons[0].message


def test_a_baseline_covers_no_new_finding():
    old = record(Ask(groups={"1": "fail", "2": "pass"}), release="7.1.0")
    new = record(Ask(groups={"1": "fail", "2": "fail"}))
    assert {r.comparison for r in gate(new, baseline=old).closing} == {"credit/income/2"}


def test_an_expired_baseline_covers_nothing():
    old = record(Ask(groups={"1": "fail"}), release="7.1.0", good_until="2026-11-21")
    assert gate(record(Ask(groups={"1": "fail"})), baseline=old).exit_code == 1


def test_a_baseline_of_another_limit_covers_nothing():
    old = record(Ask(groups={"1": "fail"}), release="7.1.0")
    (asked,) = old.questions
    limit = asked.limit.model_copy(update={"ratio": 0.5})
    other = old.model_copy(update={"questions": (asked.model_copy(update={"limit": limit}),)})
    assert gate(record(Ask(groups={"1": "fail"})), baseline=other).exit_code == 1


def test_a_record_is_no_baseline_of_itself():
    found = record(Ask(groups={"1": "fail"}))
    with pytest.raises(RecordError, match="very record"):
        gate(found, baseline=found)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"release": RELEASE}, "same release"),
        ({"made": "2026-11-02"}, "later than the record"),
        ({"confirmed": False}, "never confirmed"),
    ],
)
def test_what_is_no_baseline(changes, says):
    old = record(Ask(groups={"1": "fail"}, u={"1": 9.0}), **({"release": "7.1.0"} | changes))
    with pytest.raises(RecordError, match=says):
        gate(record(Ask(groups={"1": "fail"})), baseline=old)


def test_a_baseline_of_another_system_is_refused():
    old = record(Ask(groups={"1": "fail"}), release="7.1.0")
    other = flip(old, audit=old.audit.model_copy(update={"system": "another-bot"}))
    with pytest.raises(RecordError, match="another system"):
        gate(record(Ask(groups={"1": "fail"})), baseline=other)


# Evidence.


def test_an_audit_holds_on_its_last_day_and_not_the_next():
    found = record(good_until="2026-11-22")
    assert gate(found).exit_code == 0
    late = gate(found, as_of=date(2026, 11, 23))
    assert (late.exit_code, codes(late)) == (4, {"audit_expired"})


def test_an_audit_of_a_later_day_closes():
    early = gate(record(made="2026-11-23"))
    assert (early.exit_code, codes(early)) == (4, {"audit_not_yet"})


@pytest.mark.parametrize("policy", ["close", "warn", "open"])
def test_a_group_without_decisions_closes_whatever_the_policy(policy):
    decision = gate(record(Ask(policy=policy), empty=("4",)))
    assert (decision.exit_code, codes(decision)) == (4, {"missing_group"})


def test_a_segment_without_comparisons_closes():
    found = record(Ask(segments=("income", "language")))
    assert codes(gate(found)) == {"missing_segment"}


def test_a_record_without_its_segments_closes():
    assert codes(gate(record(no_segments=True))) == {"missing_segment"}


def test_unconfirmed_outcomes_are_refused():
    with pytest.raises(RecordError, match="confirmed"):
        gate(record(confirmed=False))


PLAN = """
[audit]
name = "Credits"
justification = "Harm."
[log]
path = ["x.csv"]
[log.columns]
decision = "o"
[outcome]
adverse = ["no"]
favorable = ["yes"]
confirmed = true
[[segments]]
name = "income"
column = "i"
order = {order}
[[questions]]
id = "credit"
segments = ["income"]
{more}
"""
MORE = '[[questions]]\nid = "amount"\nsegments = ["income"]'


def planned(order='["1", "5"]', more=""):
    return parse(PLAN.format(order=order, more=more))


def test_a_record_of_its_plan_opens():
    plan = planned()
    assert gate(record(plan_sha256=plan.digest), plan=plan).exit_code == 0


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (planned(more=MORE), "missing_question"),
        (planned(order='["1", "4", "5"]'), "missing_group"),
        (planned(order='["5", "1"]'), "plan_differs"),
    ],
)
def test_what_the_plan_asks_and_the_record_lacks_closes(plan, code):
    same = record(plan_sha256=plan.digest)
    other = record()
    found = other if code == "plan_differs" else same
    decision = gate(found, plan=plan)
    assert (decision.exit_code, codes(decision)) == (4, {code})


def test_a_question_that_the_record_no_longer_gates_closes():
    plan = planned(more=MORE)
    found = record(Ask(), Ask("amount", gate=False), plan_sha256=plan.digest)
    assert codes(gate(found, plan=plan)) == {"missing_question"}


def flip(found, **changes):
    return found.model_copy(update=changes)


@pytest.mark.parametrize("part", ["question", "top", "comparison", "twin", "stray", "bare"])
def test_a_record_that_contradicts_itself_is_refused(part):
    failing = record(Ask(groups={"1": "fail"}))
    (asked,), (compared,) = failing.questions, failing.comparisons
    passing = asked.model_copy(update={"verdict": "pass", "reason": "within_limit", "rest": None})
    changed = {
        "question": flip(failing, questions=(passing,), verdict="pass", reason="within_limit"),
        "top": flip(failing, verdict="pass", reason="within_limit"),
        "comparison": flip(failing, comparisons=(compared.model_copy(update={"verdict": "pass"}),)),
        "twin": flip(failing, questions=(asked, asked)),
        "stray": flip(
            failing, comparisons=(compared, compared.model_copy(update={"question": "none"}))
        ),
        "bare": flip(
            failing, comparisons=(), questions=(passing,), verdict="pass", reason="within_limit"
        ),
    }[part]
    with pytest.raises(RecordError, match="contradicts itself"):
        gate(changed)


def edited(found, name, **changes):
    """The record with its first part of a kind changed, as with an editor."""
    first, *rest = getattr(found, name)
    return flip(found, **{name: (first.model_copy(update=changes), *rest)})


def test_a_pass_without_its_evidence_is_refused():
    for p_pass in (0.2, None):
        with pytest.raises(RecordError, match="not shown to be within the limit"):
            gate(edited(record(), "comparisons", p_pass=p_pass))


def test_a_group_moved_out_of_scope_is_refused():
    found = record(Ask(groups={"1": "fail"}))
    aside = edited(found, "comparisons", in_scope=False)
    with pytest.raises(RecordError, match="out of scope"):
        gate(aside)


def test_decisions_that_do_not_add_up_are_refused():
    found = record(Ask(groups={"1": "pass", "2": "pass"}))
    (segment,) = found.segments
    less = segment.model_copy(update={"groups": segment.groups[:-1]})
    with pytest.raises(RecordError, match="do not add up"):
        gate(flip(found, segments=(less,)))


def test_an_audit_is_good_for_a_year_whatever_it_says():
    with pytest.raises(RecordError, match="over 365 days"):
        gate(record(good_until="2027-11-02"))


def test_a_group_whose_comparison_was_dropped_closes():
    found = record(Ask(groups={"1": "pass", "2": "fail"}))
    (asked,) = found.questions
    passing = asked.model_copy(update={"verdict": "pass", "reason": "within_limit", "rest": None})
    cut = flip(
        found, comparisons=found.comparisons[:1], questions=(passing,), verdict="pass",
        reason="within_limit",
    )  # fmt: skip
    assert codes(gate(cut)) == {"missing_group"}


@pytest.mark.parametrize("change", ["inconclusive", "limit"])
def test_a_question_asked_otherwise_than_planned_closes(change):
    plan = planned()
    found = record(plan_sha256=plan.digest)
    (asked,) = found.questions
    other = {
        "inconclusive": "open", "limit": asked.limit.model_copy(update={"cap": 0.5}),
    }[change]  # fmt: skip
    assert codes(gate(edited(found, "questions", **{change: other}), plan=plan)) == {
        "question_differs"
    }


# The release comparison and the council.


WHY = {"pass": "not_worse", "fail": "worse", "inconclusive": "insufficient"}


def release(verdict, digest, reason=None, changes=None):
    row = SimpleNamespace(
        id="credit/income/1", question="credit", in_scope=True,
        verdict="pass" if reason else verdict, worsening_upper=0.01,
    )  # fmt: skip
    asked = SimpleNamespace(
        id="credit", gate=True, verdict=verdict, reason=reason or WHY[verdict],
        new_verdict="fail" if reason else "pass",
    )  # fmt: skip
    found = SimpleNamespace(
        verdict=verdict, reason=reason or WHY[verdict], margin=0.02, questions=(asked,),
        changes=(row,), not_comparable=(), old=SimpleNamespace(release="7.1.0"),
        new=SimpleNamespace(record_sha256=digest),
    )  # fmt: skip
    vars(found).update(changes or {})
    return found


@pytest.mark.parametrize(
    ("verdict", "expected", "code"),
    [("pass", 0, None), ("fail", 1, "release_worse"), ("inconclusive", 4, "release_unclear")],
)
def test_a_worse_release_closes(verdict, expected, code):
    found = record()
    decision = gate(found, release=release(verdict, found.digest))
    assert (decision.exit_code, codes(decision)) == (expected, {code} - {None})


def test_a_release_that_fails_by_itself_is_judged_by_its_own_findings():
    found = record(Ask(groups={"1": "fail"}))
    beside = {"release": release("fail", found.digest, "new_release_fails")}
    assert codes(gate(found, **beside)) == {"fail"}
    assert gate(found, **beside, waivers=[waiver()]).opens


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "pass", "reason": "not_worse"},
        {"changes": (), "verdict": "pass", "reason": "not_worse"},
        {"changes": ()},
    ],
)
def test_a_comparison_that_contradicts_itself_is_refused(changes):
    found = record()
    with pytest.raises(RecordError, match="contradicts itself"):
        gate(found, release=release("fail", found.digest, changes=changes))


def test_a_comparison_that_passes_beyond_its_margin_is_refused():
    found = record()
    with pytest.raises(RecordError, match="beyond the margin"):
        gate(found, release=release("pass", found.digest, changes={"margin": 0.005}))


def test_a_comparison_of_another_record_is_refused():
    with pytest.raises(RecordError, match="another record"):
        gate(record(), release=release("pass", "f" * 64))


def council(*, holds, step="decision", override=False):
    return SimpleNamespace(
        holds=holds, step=step, message="The council says.", override=override, decision=None
    )


@pytest.mark.parametrize("verdict", ["pass", "inconclusive", "fail"])
def test_without_its_council_nothing_opens(verdict):
    found = record(Ask(groups={"1": verdict}))
    decision = gate(found, council=council(holds=False, step="quorum"))
    assert decision.exit_code == 5
    assert "council_quorum" in codes(decision)


@pytest.mark.parametrize(
    ("verdict", "override", "expected"),
    [("pass", False, 0), ("fail", False, 1), ("fail", True, 0), ("inconclusive", True, 4)],
)
def test_a_council_overrides_fails_only_where_it_says_so(verdict, override, expected):
    found = record(Ask(groups={"1": verdict}))
    decision = gate(found, council=council(holds=True, override=override))
    assert decision.exit_code == expected
    if verdict == "fail" and override:
        assert decision.questions[0].outcome == "overridden"


def test_a_council_that_decided_on_another_record():
    standing = council(holds=True)
    standing.decision = SimpleNamespace(sha256=lambda name: "f" * 64)
    decision = gate(record(), council=standing)
    assert (decision.exit_code, codes(decision)) == (5, {"council_evidence"})


# Laws.

VERDICTS = ("pass", "fail", "inconclusive")


@dataclass
class World:
    asks: list
    beside: dict
    as_of: date


@st.composite
def worlds(draw):
    asks = []
    for name in draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1)):
        groups = draw(
            st.dictionaries(st.sampled_from(["1", "2", "3"]), st.sampled_from(VERDICTS), min_size=1)
        )
        asks.append(
            Ask(
                name, groups, gate=draw(st.booleans()),
                policy=draw(st.sampled_from(["close", "warn", "open"])),
                u={g: draw(st.floats(1.01, 4)) for g, v in groups.items() if v == "fail"},
            )
        )  # fmt: skip
    waivers = [
        waiver(
            finding=f"{ask.id}/income/{group}",
            ceiling=draw(st.sampled_from([1.0, 2.0, 5.0])),
            release=draw(st.sampled_from([RELEASE, "7.1.0"])),
        )
        for ask, group in itertools.product(asks, ["1", "2"])
        if draw(st.booleans())
    ]
    beside = {"waivers": waivers}
    if draw(st.booleans()):
        beside["council"] = council(holds=draw(st.booleans()), override=draw(st.booleans()))
    return World(asks, beside, DAY + timedelta(days=draw(st.integers(-40, 400))))


@given(worlds())
def test_no_bad_evidence_opens_the_gate(world):
    found = record(*world.asks)
    decision = gate(found, as_of=world.as_of, **world.beside)
    gated = [ask for ask in world.asks if ask.gate]
    covered = {
        w.finding
        for w in world.beside["waivers"]
        if w.release == RELEASE and w.granted <= world.as_of <= w.expires
    }
    standing = world.beside.get("council")
    made, until = date(2026, 11, 1), date(2027, 11, 1)
    bad = (
        not gated
        or not made <= world.as_of <= until
        or (standing is not None and not standing.holds)
        or any(
            verdict == "inconclusive" and ask.policy == "close"
            for ask in gated
            for verdict in ask.groups.values()
        )
        or any(
            verdict == "fail"
            and f"{ask.id}/income/{group}" not in covered
            and not (standing is not None and standing.override)
            for ask in gated
            for group, verdict in ask.groups.items()
        )
    )
    if bad:
        assert not decision.opens
    assert decision.opens == (not decision.closing)
    assert decision.exit_code in {0, 1, 4, 5}


@given(worlds())
def test_a_waiver_never_closes_a_gate(world):
    found = record(*world.asks)
    rest = {key: value for key, value in world.beside.items() if key != "waivers"}
    bare = gate(found, as_of=world.as_of, **rest)
    if bare.opens:
        assert gate(found, as_of=world.as_of, **world.beside).opens
