"""What is said of a field: the words of methods 8, shares in words, and no word too many."""

from __future__ import annotations

import re

import pytest
from field_logs import LABEL, plan

from careaudit.drivers.sentences import REJECTED, carried, how_much, label_words, rejected

BANNED = re.compile(
    r"\b(explain\w*|justif\w*|because|due to|(un)?biased|(un)?fair\w*|equitable|proves?|"
    r"discriminat\w*|complian\w*|causes?|caused)\b",
    re.IGNORECASE,
)
VALIDITIES = "valid", "unequal", "unsupported", "untested"


def test_the_seed_case_word_for_word():
    said = carried("the phrase “billing dispute”", 1.0, "unsupported", "confirmed fraud")
    assert said.startswith(
        "The gap runs entirely through the phrase “billing dispute”, and the phrase does not "
        "predict confirmed fraud. "
    )


@pytest.mark.parametrize(
    ("share", "word"),
    [(1.01, "entirely"), (0.99, "entirely"), (0.98, "almost entirely"),
     (0.95, "almost entirely"), (0.94, "mostly"), (0.5, "mostly"), (0.49, "in part"),
     (0.1, "in part"), (0.09, "hardly"), (-0.4, "hardly")],
)  # fmt: skip
def test_shares_in_words(share, word):
    assert how_much(share) == word
    assert f"runs {word} through" in carried("the input intent", share, "untested", "fraud")


def test_more_than_the_whole_gap_is_not_said_to_be_the_gap():
    said = carried("the input intent", 1.11, "untested", "fraud")
    assert said.startswith(
        "More than the whole gap runs through the input intent, so that other things pull the "
        "other way, and the input has not been shown to predict fraud. Ask "
    )


@pytest.mark.parametrize("validity", VALIDITIES)
@pytest.mark.parametrize("label", [None, "confirmed fraud"])
@pytest.mark.parametrize("reason", [None, "weak", "no_labels", "not_about_decisions"])
def test_two_short_sentences_without_a_banned_word(validity, label, reason):
    said = carried("the input intent", 0.97, validity, label, reason)
    assert said.count(". ") == 1
    assert said.endswith("carries the difference between the groups.") or "itself carries" in said
    assert not BANNED.search(said)
    assert len(said) < 240


@pytest.mark.parametrize("reason", REJECTED)
def test_every_refusal_is_plain(reason):
    said = rejected("reply_seconds", reason, "language", 50_000)
    assert "reply_seconds" in said
    assert said.endswith((".", "out."))
    assert said.count(". ") <= 1
    assert not BANNED.search(said)


def test_only_a_driver_that_does_not_predict_is_said_not_to():
    says = {one: carried("the input intent", 1, one, "fraud") for one in VALIDITIES}
    assert [one for one, said in says.items() if "does not predict fraud." in said] == [
        "unsupported"
    ]
    assert "far less than" in carried("the input intent", 1, "unsupported", "fraud", "weak")


def test_names_are_not_read_as_forms():
    assert "{label}" in rejected("{label}", "empty", "area", 1)
    assert "{0}" in carried("the input {0}", 1.0, "valid", "{x}")


def test_the_words_of_a_label():
    assert label_words(plan("phrase", more=LABEL.format("all"))) == "confirmed fraud"
    assert label_words(plan("phrase")) is None
    table = LABEL.replace("confirmed_fraud", "qa.credit_owed").format("all")
    assert label_words(plan("phrase", more=table)) == "credit owed"
