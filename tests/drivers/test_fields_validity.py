"""Whether a driver predicts what labels confirm: simulated truths, laws, and what stays open."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from field_logs import LABEL, plan
from hypothesis import given
from hypothesis import strategies as st

from careaudit.cells import Slot
from careaudit.drivers.validity import Labelled, by_slot, slope, validity

N = np.array([800, 1200]), np.array([600, 5400])
DENIED = np.array([0.6, 0.2])


def side(n, undue, dice=None, share=1.0, denied=DENIED):
    """One side with and without a phrase: denied so often, undue so often, labels for a share."""
    labelled = np.round(n * share)
    seen = labelled * undue if dice is None else dice.binomial(labelled.astype(int), undue)
    return Labelled(n * denied, n, seen, labelled)


def both(group, reference, **more):
    return validity(side(N[0], np.array(group), **more), side(N[1], np.array(reference), **more))


def test_the_seed_case_is_not_supported():
    # methods 8: 2 % fraud with the phrase and without, on both sides
    assert both([0.02, 0.02], [0.02, 0.02]) == ("unsupported", None)


@pytest.mark.parametrize(
    ("group", "reference", "said"),
    [
        ([0.6, 0.2], [0.6, 0.2], ("valid", None)),
        ([0.5, 0.2], [0.5, 0.2], ("valid", None)),
        ([0.2, 0.2], [0.6, 0.2], ("unequal", "one_side")),
        ([0.8, 0.1], [0.4, 0.13], ("unequal", "unlike_slopes")),
        ([0.4, 0.1], [0.6, 0.3], ("unequal", "unlike_levels")),
        ([0.1, 0.5], [0.1, 0.5], ("unsupported", "reverse")),  # direction counts
        ([0.08, 0.03], [0.08, 0.03], ("unsupported", "weak")),
    ],
)
def test_what_the_truth_says(group, reference, said):
    assert both(group, reference) == said


@pytest.mark.parametrize(
    ("group", "reference", "share", "why"),
    [
        ([0.02, 0.02], [0.02, 0.02], 0.0, "no_labels"),
        ([0.0, 0.0], [0.02, 0.02], 1.0, "one_sided_labels"),
        ([0.02, 0.02], [1.0, 1.0], 1.0, "one_sided_labels"),
        ([0.4, 0.2], [0.4, 0.2], 0.02, "few_labels"),
    ],
)
def test_we_cannot_tell(group, reference, share, why):
    assert both(group, reference, share=share) == ("untested", why)


def test_decisions_that_do_not_turn_on_it_test_nothing():
    alike = np.array([0.3, 0.3])
    assert both([0.5, 0.1], [0.5, 0.1], denied=alike) == ("untested", "same_decisions")


def test_labels_at_one_level_only():
    group, reference = (side(n, np.array([0.3, 0.3])) for n in N)
    blind = group._replace(undue=[50, 0], labelled=[200, 0])
    assert validity(blind, reference) == ("untested", "few_labels")


@pytest.mark.parametrize(
    ("group", "reference", "share", "wrong", "least"),
    [
        ([0.02, 0.02], [0.02, 0.02], 0.1, {"valid", "unequal"}, 0.90),
        ([0.2, 0.2], [0.2, 0.2], 1.0, {"valid", "unequal"}, 0.90),
        ([0.5, 0.1], [0.5, 0.1], 0.3, {"unsupported"}, 0.85),
        ([0.5, 0.1], [0.5, 0.1], 0.02, {"unsupported"}, 0.0),
    ],
)
def test_simulated_truth(group, reference, share, wrong, least):
    # 300 logs each: hardly ever a wrong answer, and the right one mostly where labels are many
    dice = np.random.default_rng(8)
    right = "unsupported" if group[0] == group[1] else "valid"
    said = [both(group, reference, dice=dice, share=share)[0] for _ in range(300)]
    assert sum(one in wrong for one in said) <= 300 * 0.02
    assert said.count(right) >= 300 * least


def test_noise_in_many_levels_does_not_hide_what_is_true():
    # 200 levels of about 30 decisions: the rates are noisy, the truth rises as decisions do
    dice = np.random.default_rng(5)
    said = []
    for _ in range(60):
        chance = dice.uniform(0.1, 0.5, 200)
        sides = []
        for _ in range(2):
            n = dice.poisson(30, 200) + 1
            sides.append(Labelled(dice.binomial(n, chance), n, dice.binomial(n, chance), n))
        said.append(validity(*sides)[0])
    assert said.count("valid") >= 54
    assert "unsupported" not in said


@given(
    st.lists(st.tuples(st.integers(1, 400), st.floats(0.02, 0.9), st.floats(0.1, 0.9)), min_size=2,
             max_size=6)
)  # fmt: skip
def test_the_slope_is_that_of_weighted_least_squares(levels):
    labelled, score, undue = map(np.array, zip(*levels, strict=True))
    if np.ptp(score) < 0.01:
        return
    found = slope(score, undue * labelled, labelled.astype(float))
    fitted = sm.WLS(undue, sm.add_constant(score), weights=labelled).fit()
    assert found.value == pytest.approx(fitted.params[1], abs=1e-7)


@given(st.permutations(range(4)), st.lists(st.integers(20, 300), min_size=4, max_size=4))
def test_order_of_levels_and_sides_says_nothing(order, n):
    n, order = np.array(n), list(order)
    denied, truth = np.array([0.1, 0.3, 0.5, 0.6]), np.array([0.1, 0.2, 0.5, 0.5])
    group = Labelled(n * denied, n, n * truth, n)
    reference = Labelled(n[::-1] * denied, n[::-1], n[::-1] * truth / 2, n[::-1])
    said = validity(group, reference)
    mixed = [Labelled(*(np.asarray(part)[order] for part in one)) for one in (group, reference)]
    assert validity(*mixed) == said
    assert validity(reference, group) == said


# From decisions by slot.


def slots(n, denied, undue_denied, undue_granted, share_denied, share_granted):
    found = {}
    for kind, many, undue, share in [
        ("adverse", n * denied, undue_denied, share_denied),
        ("favorable", n * (1 - denied), undue_granted, share_granted),
    ]:
        found[Slot(f"{kind}_undue")] = many * share * undue
        found[Slot(f"{kind}_due")] = many * share * (1 - undue)
        found[Slot(f"{kind}_unlabelled")] = many * (1 - share)
    return found


def asked(selection):
    return plan("phrase", more=LABEL.format(selection))


def test_audited_labels_stand_for_the_decisions_that_they_were_drawn_from():
    # undue among denied half of the time with the phrase and without, among granted never: the
    # phrase predicts (30 % against 10 %), which a look at labels alone would not see
    half, never = np.array([0.5, 0.5]), np.array([0.0, 0.0])
    sides = [slots(n * 4, DENIED, half, never, 1.0, 0.1) for n in N]
    assert by_slot(asked("audited"), *sides, (1.0, 1.0)) == ("valid", None)
    every = [slots(n * 4, DENIED, half, never, 1.0, 1.0) for n in N]
    assert by_slot(asked("all"), *every, (1.0, 1.0)) == ("valid", None)


def test_where_all_are_labelled_as_often_weights_change_nothing():
    some = np.array([0.02, 0.02])
    sides = [slots(n, DENIED, some, some, 0.3, 0.3) for n in N]
    for selection in ("audited", "random_sample", "all"):
        assert by_slot(asked(selection), *sides, (1.0, 1.0)) == ("unsupported", None)


def test_labels_of_one_kind_of_decision_test_nothing():
    some = np.array([0.2, 0.2])
    only_denied = [slots(n, DENIED, some, some, 1.0, 0.0) for n in N]
    assert by_slot(asked("all"), *only_denied, (1.0, 1.0)) == ("untested", "one_sided_labels")
    nobody = [slots(n, DENIED, some, some, 0.0, 0.0) for n in N]
    assert by_slot(asked("all"), *nobody, (1.0, 1.0)) == ("untested", "no_labels")
    every = [slots(n, DENIED, some, some, 1.0, 1.0) for n in N]
    assert by_slot(asked("appealed"), *every, (1.0, 1.0)) == ("untested", "selected_labels")
    assert by_slot(asked("other"), *every, (1.0, 1.0)) == ("untested", "selected_labels")
    assert by_slot(plan("phrase"), *every, (1.0, 1.0)) == ("untested", "no_labels")


def test_decisions_of_the_same_customers_are_fewer_labels():
    some, other = np.array([0.9, 0.9]), np.array([0.1, 0.1])
    sides = [slots(n / 10, DENIED, some, other, 1.0, 1.0) for n in N]
    assert by_slot(asked("all"), *sides, (1.0, 1.0))[0] == "valid"
    assert by_slot(asked("all"), *sides, (30.0, 30.0)) == ("untested", "few_labels")
