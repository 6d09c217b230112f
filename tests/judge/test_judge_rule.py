"""The verdict rule: methods 1.4 to 1.6 and 1.10, pair by pair and as a whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careaudit.judge import Asked, Field, judge, lay_out, overall, rule
from careaudit.measures import CATALOGUE, Sample
from careaudit.plan import Question, Statistics
from careaudit.record import POOLED
from careaudit.scales import Evidence, weigh
from careaudit.stats.clustering import Moments
from careaudit.stats.tolerance import Tolerance

RULE = Statistics()


def ask(
    *samples: tuple[str, int, int] | Sample,
    reference: str | None = None,
    measure: str = "favorable_rate",
    least: int = 1,
    unknown: int = 0,
    gate: bool = True,
    name: str = "q",
    protect: bool = False,
) -> Asked:
    """A question over one attribute; samples are (group, n, x)."""
    known = tuple(s if isinstance(s, Sample) else Sample(*s) for s in samples)
    chosen = reference or max(known, key=lambda s: s.n).group
    decisions = sum(s.n for s in known) + unknown
    return Asked(
        Question(id=name, segments=("seg",), gate=gate),
        CATALOGUE[measure],
        (Field("seg", known, chosen, decisions, least, protect),),
    )


def verdict(*samples: tuple[str, int, int], **options) -> tuple[str, str]:
    answer = judge([ask(*samples, **options)], RULE)[0]
    return answer.verdict, answer.reason


@pytest.mark.parametrize(
    ("group", "reference", "expected"),
    [
        # methods 1.11, K = 1, deff 1: x1/n1 v x2/n2 and the verdict in the last column
        ((130, 500), (360, 900), ("fail", "established")),
        ((1280, 2000), (4560, 6000), ("fail", "established")),
        ((170, 390), (412, 797), ("inconclusive", "insufficient")),
        ((270, 900), (900, 3000), ("pass", "within_limit")),
        ((2900, 10_000), (3000, 10_000), ("pass", "within_limit")),
        ((27, 100), (120, 400), ("inconclusive", "insufficient")),
        ((0, 40), (30, 400), ("inconclusive", "insufficient")),
    ],
)
def test_worked_pairs_of_the_methods(group, reference, expected):
    assert verdict(("g", group[1], group[0]), ("r", reference[1], reference[0])) == expected


def test_first_line_that_applies():
    # methods 1.4, one pair a family so that Holm changes nothing; evidence given as it is
    def one(u, parity, within, beyond):
        evidence = Evidence(*(np.array([value]) for value in (u, parity, within, beyond)))
        ruling = rule(evidence, np.array([1.0]), RULE)[0]
        return ruling.verdict, ruling.reason

    assert one(1.5, 0.001, 0.99, 0.01) == ("fail", "established")
    assert one(1.5, 0.001, 0.85, 0.15) == ("fail", "probable")
    assert one(1.5, 0.05, 0.8, 0.2) == ("fail", "probable")  # both bounds belong to a fail
    assert one(1.2, 0.001, 0.7, 0.3) == ("inconclusive", "adverse_signal")
    assert one(0.6, 0.001, 0.02, 0.98) == ("pass", "tolerable")
    assert one(0.6, 0.5, 0.05, 0.95) == ("pass", "within_limit")
    assert one(0.6, 0.5, 0.3, 0.7) == ("inconclusive", "insufficient")
    assert one(1.5, 0.06, 0.99, 0.01) == ("inconclusive", "insufficient")  # maybe chance
    assert one(0.9, 0.001, 0.4, 0.6) == ("inconclusive", "insufficient")


def test_confidence_is_a_setting():
    strict, legal = Statistics(confidence=0.95), Statistics(confidence=0.5)
    evidence = Evidence(*(np.array([v]) for v in (1.5, 0.001, 0.7, 0.3)))
    assert rule(evidence, np.ones(1), legal)[0].reason == "probable"
    assert rule(evidence, np.ones(1), strict)[0].reason == "adverse_signal"


def test_weights_share_by_question_attribute_and_pair():
    # methods 1.5: w = (1/Q)(1/attributes of the question)(1/pairs)
    sizes = [("a", 1000, 300), ("b", 1000, 300), ("c", 1000, 300)]
    samples = tuple(Sample(*s) for s in sizes)
    two = Asked(
        Question(id="two", segments=("s", "t")),
        CATALOGUE["favorable_rate"],
        (Field("s", samples, "a", 3000), Field("t", samples[:2], "a", 2000)),
    )
    answers = judge([two, ask(*sizes[:2], name="one")], RULE)
    weights = [pair.weight for answer in answers for pair in answer.pairs]
    assert weights == pytest.approx([1 / 8, 1 / 8, 1 / 4, 1 / 2])


def test_a_question_without_pairs_takes_no_share():
    answers = judge([ask(("a", 900, 270), ("b", 3000, 900)), ask(("a", 5, 1), name="none")], RULE)
    assert [pair.weight for pair in answers[0].pairs] == [1.0]
    assert (answers[1].verdict, answers[1].reason) == ("inconclusive", "no_comparator")


def test_ungated_questions_do_not_dilute_gated_ones():
    gated = ask(("g", 500, 130), ("r", 900, 360))
    alone = judge([gated], RULE)[0].rulings[0].p_adjusted
    extra = [ask(("g", 500, 200), ("r", 900, 360), name=f"x{n}", gate=False) for n in range(5)]
    assert judge([gated, *extra], RULE)[0].rulings[0].p_adjusted == alone


def test_small_groups_are_pooled_and_the_pool_must_pass():
    large = [("r", 50_000, 15_000), ("a", 20_000, 6_000)]
    # methods 1.6: effective n < 100 is not assessable alone
    small = [(f"s{n}", 90, 27) for n in range(30)]
    answer = judge([ask(*large, *small)], RULE)[0]
    pool = answer.pairs[-1]
    assert (pool.group.group, pool.group.n, pool.pooled) == (POOLED, 2700, True)
    assert answer.verdict == "pass"
    alone = [r for p, r in zip(answer.pairs, answer.rulings, strict=True) if not p.must_pass]
    assert len(alone) == 30
    assert {(r.verdict, r.reason) for r in alone} == {("inconclusive", "too_small_alone")}
    # the same pool, harmed, fails the question although no member could alone
    harmed = [(f"s{n}", 90, 13) for n in range(30)]
    failed = judge([ask(*large, *harmed)], RULE)[0]
    assert failed.verdict == "fail"
    assert failed.rulings[-1].verdict == "fail"


def test_groups_below_the_minimum_are_in_the_pool_only():
    answer = judge([ask(("r", 900, 270), ("tiny", 9, 0), ("little", 50, 15), least=10)], RULE)[0]
    assert [pair.group.group for pair in answer.pairs] == ["little", POOLED]
    assert answer.pairs[-1].group.n == 59


def test_a_single_small_group_is_its_own_pool():
    answer = judge([ask(("r", 900, 270), ("little", 50, 15))], RULE)[0]
    assert [(p.group.group, p.must_pass) for p in answer.pairs] == [("little", True)]


def test_a_small_group_can_fail():
    assert verdict(("r", 20_000, 10_000), ("s", 80, 2))[0] == "fail"


def test_unknown_decisions_above_five_percent_leave_no_pass():
    groups = [("g", 9_000, 2_700), ("r", 30_000, 9_000)]
    assert verdict(*groups, unknown=2_000) == ("pass", "within_limit")
    assert verdict(*groups, unknown=2_200) == ("inconclusive", "coverage")


def test_capped_questions_never_pass():
    item = ask(("g", 900, 270), ("r", 3000, 900))
    capped = Asked(item.question, item.measure, item.fields, capped=("labels_missing", "why"))
    answer = judge([capped], RULE)[0]
    assert (answer.verdict, answer.reason) == ("inconclusive", "labels_missing")


@pytest.mark.parametrize(
    "samples",
    [
        [("only", 500, 100)],
        [("only", 500, 100), ("empty", 0, 0)],
        [],
    ],
)
def test_one_group_has_no_comparator(samples):
    item = ask(*samples, reference="only") if samples else ask(("x", 0, 0), reference="x")
    answer = judge([item], RULE)[0]
    assert (answer.verdict, answer.reason) == ("inconclusive", "no_comparator")


def test_a_reference_without_decisions_is_no_comparator():
    samples = [("a", 900, 270), ("b", 900, 270), ("gone", 0, 0)]
    assert verdict(*samples, reference="gone") == ("inconclusive", "no_comparator")


@pytest.mark.parametrize(("x_g", "x_r"), [(0, 0), (1, 1), (0, 1), (1, 0)])
def test_one_decision_a_group_is_finite(x_g, x_r):
    answer = judge([ask(("g", 1, x_g), ("r", 1, x_r), reference="r")], RULE)[0]
    assert answer.verdict == "inconclusive"
    assert all(np.isfinite(column).all() for column in answer.evidence)


def test_all_granted_against_nearly_all_granted_can_pass():
    # methods 1.10: 100 % v 99.5 %
    assert verdict(("g", 5_000, 5_000), ("r", 20_000, 19_900)) == ("pass", "within_limit")


def test_protect_looks_at_harm_to_the_group_only():
    better = [("g", 2_000, 1_520), ("r", 6_000, 3_840)]  # the group fares better, .76 v .64
    assert verdict(*better)[0] == "fail"
    assert verdict(*better, protect=True) == ("pass", "within_limit")
    worse = [("g", 2_000, 1_280), ("r", 6_000, 4_560)]
    assert verdict(*worse, protect=True) == ("fail", "established")


def test_rest_is_everybody_else():
    answer = judge(
        [ask(("a", 500, 100), ("b", 500, 150), ("c", 500, 200), reference="rest")], RULE
    )[0]
    assert [(p.group.group, p.reference.n, p.reference.x) for p in answer.pairs] == [
        ("a", 1000, 350),
        ("b", 1000, 300),
        ("c", 1000, 250),
    ]
    assert answer.coverage == 1.0


def test_design_effect_is_the_larger_of_own_and_pooled():
    # methods 1.8: deff_used = max(own, pooled), pooled weighted by decisions. Eight decisions of
    # one outcome per customer: S_nn = 64 M, S_xn = 64 k, S_xx = 64 k, so deff = 8 M/(M-1).
    def repeated(group: str, customers: int, good: int) -> Sample:
        moments = Moments(customers, 64 * customers, 64 * good, 64 * good)
        return Sample(group, 8 * customers, 8 * good, moments)

    once = Sample("once", 4000, 1200, Moments(4000, 4000, 1200, 1200))
    item = ask(repeated("many", 500, 150), once, reference="once")
    pair = lay_out(item, 1.0, RULE)[0]
    own = 8 * 500 / 499
    single = 1.0 * 4000 / 3999
    pooled = (4000 * own + 4000 * single) / 8000
    assert pair.group_deff == pytest.approx(own)
    assert pair.reference_deff == pytest.approx(pooled)
    assert pair.group.n / pair.group_deff == pytest.approx(4000 / own)


def test_a_single_customer_is_worth_one_decision():
    one = Sample("one", 400, 0, Moments(1, 160_000, 0, 0))
    pair = lay_out(ask(one, ("r", 900, 270), reference="r"), 1.0, RULE)[0]
    assert pair.group.n / pair.group_deff == pytest.approx(1.0)
    assert not pair.in_scope


def test_overall_verdict_reads_gated_questions_only():
    good, bad = ("pass", "within_limit"), ("fail", "established")
    vague, signal = ("inconclusive", "insufficient"), ("inconclusive", "adverse_signal")
    assert overall([(True, *good), (False, *bad)]) == good
    assert overall([(True, *good), (True, *vague)]) == vague
    assert overall([(True, *vague), (True, *signal)]) == signal
    assert overall([(True, *signal), (True, *bad)]) == bad
    assert overall([(False, *good)]) == ("inconclusive", "not_assessed")
    assert overall([]) == ("inconclusive", "not_assessed")


counts = st.integers(1, 4000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=150, deadline=None)
@given(
    groups=st.lists(counts, min_size=2, max_size=6),
    measure=st.sampled_from(["favorable_rate", "adverse_rate"]),
)
def test_laws_of_a_question(groups, measure):
    samples = [(f"g{place}", n, x) for place, (n, x) in enumerate(groups)]
    answer = judge([ask(*samples, measure=measure)], RULE)[0]
    verdicts = [ruling.verdict for ruling in answer.rulings]
    assert (answer.verdict == "fail") == ("fail" in verdicts)
    if answer.verdict == "pass":
        musts = zip(answer.pairs, verdicts, strict=True)
        assert all(found == "pass" for pair, found in musts if pair.must_pass)
    assert sum(pair.weight for pair in answer.pairs) == pytest.approx(1.0)
    # relabelling the groups permutes the answers and changes none of them
    renamed = [(f"z{name}", n, x) for name, n, x in reversed(samples)]
    reference = "z" + max(samples, key=lambda s: s[1])[0]
    again = judge([ask(*renamed, measure=measure, reference=reference)], RULE)[0]
    assert (again.verdict, again.reason) == (answer.verdict, answer.reason)


@settings(max_examples=100, deadline=None)
@given(g=counts, r=counts)
def test_grant_and_deny_are_one_question_where_the_curve_is_flat(g, r):
    # Where floor or cap binds, the tolerated gap is the same on both sides, and so are the tests.
    flat = Tolerance(ratio=0.5, floor=0.05, cap=0.05)
    (n_g, x_g), (n_r, x_r) = g, r
    one = [np.array([float(v)]) for v in (x_g, n_g, x_r, n_r)]
    other = [np.array([float(v)]) for v in (n_g - x_g, n_g, n_r - x_r, n_r)]
    grant, deny = weigh(*one, flat, False), weigh(*other, flat, True)
    for mine, theirs in zip(grant, deny, strict=True):
        assert mine[0] == pytest.approx(theirs[0], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(r=st.integers(200, 2000), k=st.floats(0.1, 0.9))
def test_more_harm_never_turns_a_fail_into_a_pass(r, k):
    order = {"pass": 0, "inconclusive": 1, "fail": 2}
    base = int(r * k)
    found = [
        order[verdict(("g", 500, x), ("r", r, base), reference="r", protect=True)[0]]
        for x in range(int(500 * base / r), -1, -25)
    ]
    assert all(a <= b for a, b in pairwise(found))
