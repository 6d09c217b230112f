"""Canonical JSON: one text for one meaning."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careaudit.canonical import canonical, digest
from careaudit.documents import json_tree
from careaudit.errors import CouncilError

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers() | words
trees = st.recursive(
    leaves, lambda t: st.lists(t, max_size=4) | st.dictionaries(words, t, max_size=4), max_leaves=20
)


@given(trees)
def test_reads_back_as_it_was(tree):
    assert json.loads(canonical(tree)) == tree


@given(trees)
def test_a_second_writing_is_the_first(tree):
    read = json_tree(canonical(tree).decode(), where="x", error=CouncilError)
    assert canonical(read) == canonical(tree)


@given(st.dictionaries(words, leaves, min_size=2), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(tree, random):
    keys = list(tree)
    random.shuffle(keys)
    assert digest({key: tree[key] for key in keys}) == digest(tree)


@given(trees)
def test_no_white_space_stands_between(tree):
    bare = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(tree) == bare.encode()


def test_integers_stay_integers():
    assert canonical({"n": 2480, "big": 2**80}) == b'{"big":1208925819614629174706176,"n":2480}'


def test_text_is_utf8_and_keys_are_sorted_by_code_point():
    assert canonical({"é": "ñ", "z": 1, "Z": 2}) == '{"Z":2,"z":1,"é":"ñ"}'.encode()


@pytest.mark.parametrize(
    "tree",
    [0.5, 2480.0, float("nan"), float("inf"), [1, 0.5], {"a": {"b": 1e9}}, {1: "a"}, {None: 1},
     b"raw", {"a": {1, 2}}, Fraction(1, 2), "\ud800", {"\ud800": 1}],
)  # fmt: skip
def test_what_has_no_one_text_is_refused(tree):
    with pytest.raises(CouncilError):
        canonical(tree)
