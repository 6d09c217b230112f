"""Counts of terms against plain counting, and tests of terms against statsmodels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32
from statsmodels.stats.contingency_tables import StratifiedTable

from careaudit.cells import ADVERSE, DECIDED, Quantity, Slot
from careaudit.drivers import phrases, tally
from careaudit.sources import Coded, Drawn

SIZES = (Quantity(DECIDED), Quantity(ADVERSE))
SIDE = tally.Side(SIZES, "side", frozenset({"a"}))
OTHER = tally.Side(SIZES, "side", frozenset({"b"}))
SLOTS = [Slot.FAVORABLE_UNLABELLED, Slot.ADVERSE_UNLABELLED, Slot.ADVERSE_DUE, Slot.UNDECIDED]
WORDS = ("apple", "pear", "plum")


def drawn(frame: pd.DataFrame, levels: Sequence[str] = ("a", "b")) -> Drawn:
    """Rows with customer, side (None: not known), slot and text, as the sources hand them over."""
    slots = list(Slot)
    slot = np.array([slots.index(one) for one in frame["slot"]], dtype=np.int8)
    nothing = np.full(len(frame), np.nan)
    return Drawn(
        customer=frame["customer"].to_numpy(dtype=np.int64),
        named=np.ones(len(frame), dtype=bool),
        slot=slot,
        held_out=np.zeros(len(frame), dtype=bool),
        groups={"side": Coded(
            pd.Categorical(frame["side"], categories=list(levels)).codes.astype(np.int32),
            tuple(levels),
        )},
        fields={},
        numbers={},
        counted={
            one.key: np.array([s in one.slots for s in frame["slot"]], dtype=np.int64)
            for one in SIZES
        },
        score=nothing,
        threshold=nothing,
        amount=nothing,
        texts=(tuple(frame["text"]),),
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6),
                st.sampled_from(["a", "b", None]),
                st.sampled_from(SLOTS),
                st.none() | st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
            ),
            min_size=1,
            max_size=30,
        )
    )
    frame = pd.DataFrame(sorted(rows, key=lambda row: row[0]), columns=["customer", "side", "slot",
                                                                        "text"])  # fmt: skip
    return frame.astype({"text": object}).where(frame.notna(), None)


@settings(max_examples=60, deadline=None)
@given(logs(), st.integers(1, 29))
def test_counts_are_those_of_plain_counting_however_the_log_is_cut(
    frame: pd.DataFrame, cut: int
) -> None:
    cut = int((frame["customer"] < frame["customer"].iloc[min(cut, len(frame) - 1)]).sum())
    parts = [part for part in (frame[:cut], frame[cut:]) if len(part)]
    batches = tally.again([drawn(part) for part in parts], WORDS)
    found = sum_up([tally.tally(SIDE, batch) for batch in batches])
    frame["told"] = [bool(text) for text in frame["text"]]
    ours = frame[(frame["side"] == "a") & frame["told"]]
    cases = chosen(ours, [s in DECIDED for s in ours["slot"]])
    assert found.customers == cases["customer"].nunique()
    assert np.sum(found.worth) == pytest.approx(cases["customer"].nunique())
    for place, word in enumerate(WORDS):
        using = chosen(cases, [word in text.split() for text in cases["text"]])
        assert found.users_by[place] == using["customer"].nunique()
        adverse = np.array([s in ADVERSE for s in using["slot"]], dtype=bool)
        assert list(found.cases_by[:, place]) == [np.sum(~adverse), np.sum(adverse)]
        share = 1 / cases.groupby("customer").size()
        worth = using["customer"].map(share).to_numpy(dtype=float)
        assert found.worth_by[:, place] == pytest.approx(
            [worth[~adverse].sum(), worth[adverse].sum()]
        )
        every = chosen(ours, [word in text.split() for text in ours["text"]])
        by_slot = [np.sum(every["slot"] == slot) for slot in Slot]
        assert list(found.slots_by[:, place]) == by_slot
    silent = frame[(frame["side"] == "a") & ~frame["told"]]
    assert found.silent.sum() == sum(s in DECIDED for s in silent["slot"])


def chosen(frame: pd.DataFrame, which: list[bool]) -> pd.DataFrame:
    return frame[np.array(which, dtype=bool)]


def sum_up(found: list[tally.Tally]) -> tally.Tally:
    total = found[0]
    for one in found[1:]:
        total += one
    return total


@settings(max_examples=30, deadline=None)
@given(logs(), st.integers(1, 4))
def test_terms_of_enough_customers_are_learned_and_no_others(
    frame: pd.DataFrame, least: int
) -> None:
    using = {
        word: chosen(frame, [word in (text or "").split() for text in frame["text"]])[
            "customer"
        ].nunique()
        for word in WORDS
    }
    read = tally.learn(lambda: [drawn(frame)], least)
    assert {name for name in read.names if " " not in name} == {
        word for word, customers in using.items() if customers >= least
    }
    assert list(read.names) == sorted(read.names)
    assert all(batch.drawn.texts == () for batch in read.batches)


@given(st.text("abcdéф争 ", min_size=1, max_size=20))
def test_a_bucket_is_the_column_of_the_hashing_vectorizer(term: str) -> None:
    hashing = HashingVectorizer(n_features=tally.BUCKETS, analyzer=list, norm=None)
    assert hashing.transform([(term,)]).indices.tolist() == [tally.bucket(murmurhash3_32(term))]


def test_the_number_furthest_below_zero_has_the_bucket_that_scikit_learn_gives_it() -> None:
    n = tally.BUCKETS  # its own branch in scikit-learn: abs() overflows there
    assert tally.bucket(-(2**31)) == (2**31 - 1 - (n - 1)) % n


def test_the_terms_of_the_most_customers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_TERMS", 1)
    frame = pd.DataFrame({"customer": [0, 1, 2], "side": "a", "slot": SLOTS[0],
                          "text": ["pear. plum", "plum", "plum. pear"]})  # fmt: skip
    read = tally.learn(lambda: [drawn(frame)], 1)
    assert (read.names, read.cut) == (("plum",), True)


def random_split(seed: int, patterns: int = 2, terms: int = 3) -> phrases.Split:
    """Whole counts, every customer with one decision."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(5, 60, (2, 2, patterns)).astype(float)
    held = rng.binomial(whole[..., None].astype(int), 0.4, (2, 2, patterns, terms)).astype(float)
    return phrases.Split(whole, held, whole, held)


@pytest.mark.parametrize("seed", range(4))
def test_both_tests_are_those_of_cochran_mantel_and_haenszel(seed: int) -> None:
    split = random_split(seed)
    found = phrases.evidence(split)
    for term in range(3):
        y, n = split.cases_by[..., term], split.cases
        by_segment = [
            [[y[0, e, p], n[0, e, p] - y[0, e, p]], [y[1, e, p], n[1, e, p] - y[1, e, p]]]
            for e in (0, 1) for p in (0, 1)
        ]  # fmt: skip
        by_decision = [
            [[y[s, 1, p], n[s, 1, p] - y[s, 1, p]], [y[s, 0, p], n[s, 0, p] - y[s, 0, p]]]
            for s in (0, 1) for p in (0, 1)
        ]  # fmt: skip
        for tables, p in (
            (by_segment, found.p_segment[term]), (by_decision, found.p_decision[term]),
        ):  # fmt: skip
            strata = StratifiedTable([np.array(t) for t in tables])
            assert p == pytest.approx(strata.test_null_odds().pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_term_adds_is_the_mix_part_of_kitagawa(seed: int) -> None:
    split = random_split(seed, patterns=1)
    found = phrases.evidence(split)
    for term in range(3):
        y, n = split.cases_by[:, :, 0, term], split.cases[:, :, 0]
        share = np.array([y[s].sum() / n[s].sum() for s in (0, 1)])
        rate = np.array([[y[s, 1] / y[s].sum(), (n[s] - y[s])[1] / (n[s] - y[s]).sum()]
                         for s in (0, 1)])  # fmt: skip
        weights = np.array([[share[s], 1 - share[s]] for s in (0, 1)])
        mix = ((weights[0] - weights[1]) * rate.sum(axis=0) / 2).sum()
        assert found.mix[term] == pytest.approx(mix, abs=1e-12)


def test_a_term_held_still_adds_nothing_to_itself() -> None:
    rng = np.random.default_rng(3)
    n = 400
    frame = pd.DataFrame({
        "customer": np.arange(n),
        "side": rng.choice(["a", "b"], n),
        "slot": rng.choice(SLOTS[:2], n),
        "text": rng.choice(["apple pear", "apple", "plum", "pear plum"], n),
    })  # fmt: skip
    batches = list(tally.again([drawn(frame)], WORDS))
    split = phrases.crossed((SIDE, OTHER), batches, [0, 1], [0])
    found = phrases.evidence(split)
    assert found.mix[0] == pytest.approx(0, abs=1e-15)
    assert found.p_segment[0] == found.p_decision[0] == 1
    assert found.p_segment[1] < 1
    free = phrases.crossed((SIDE, OTHER), batches, [0, 1], [])
    laid = phrases.marginal(*(tally.tally(side, batches[0]) for side in (SIDE, OTHER)))
    for ours, theirs in zip(phrases.evidence(free), phrases.evidence(laid), strict=True):
        assert ours == pytest.approx(theirs[:2], rel=1e-12, abs=1e-12)


def test_words_are_told_as_the_phrase_that_they_stand_in() -> None:
    names = {0: "billing", 1: "dispute", 2: "billing dispute", 3: "my", 4: "my billing"}
    uses = np.array([100.0, 105.0, 98.0, 500.0, 30.0])
    assert phrases.told_as(names, uses) == {0: 2, 1: 2}
    names = {0: "账单", 1: "账单争", 2: "账单争议", 3: "账户"}
    assert phrases.told_as(names, np.full(4, 50.0)) == {0: 2, 1: 2}


def test_a_first_choice_is_taken_back_where_later_ones_leave_it_nothing() -> None:
    def needed(terms: Sequence[int], held: Sequence[int]) -> np.ndarray:
        # 0 stands in the messages of both 1 and 2, and 3 in those of 1 alone
        left = {0: not {1, 2} <= set(held), 1: True, 2: True, 3: 1 not in held}
        return np.array([left[term] for term in terms])

    assert phrases.choose([0, 3, 1, 2], needed) == ([1, 2], {3: 1, 0: 2})
    assert phrases.choose([], needed) == ([], {})


def test_v_is_that_of_a_two_by_two_table() -> None:
    found = phrases.alike(
        (np.array([800.0]), np.array(2000.0)), (np.array([600.0]), np.array(6000.0))
    )
    assert found == pytest.approx([0.341882], abs=1e-6)  # methods 8
    assert phrases.alike((np.array([5.0]), np.array(5.0)), (np.array([0.0]), np.array(9.0))) == [1]
