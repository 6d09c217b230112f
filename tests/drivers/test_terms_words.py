"""Words and phrases of a text: what is read, what is dropped, and what can never come out."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from careaudit.drivers.words import GRAMS, WORD, by_characters, terms, told

PLAIN = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8), max_size=12)


@given(PLAIN)
def test_plain_words_are_read_as_scikit_learn_reads_them(words: list[str]) -> None:
    theirs = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
    assert sorted(terms([" ".join(words)])) == sorted(theirs(" ".join(words)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Billing  DISPUTE", {"billing", "dispute", "billing dispute"}),
        ("billing-dispute", {"billing", "dispute", "billing dispute"}),
        ("bil\u200bling\u200e", {"billing"}),
        ("\x1b[31mred\x1b[0m alert", {"red", "alert", "red alert"}),
        ("<p class='x'>bold</p>", {"bold"}),
        ("Ｂｉｌｌ ﬁne", {"bill", "fine", "bill fine"}),
        ("cafe\u0301", {"café"}),
        ("don’t", {"don't"}),
        ("one. two", {"one", "two"}),
        ("one 12345 two", {"one", "two"}),
        ("ask ana.perez@example.com now", {"ask", "now"}),
        ("see https://example.com/ana?x=1 now", {"see", "now"}),
        ("user_name jdoe77 ok", {"ok"}),
        ("x" * (WORD + 1), set()),
        ("12 34 ½ ²", set()),
        ("\x00\x07\x1b 🙂 …", set()),
        ("\ud800 left", {"left"}),
        ("\u0301\u0301 \u200d", set()),
        ("हिन्दी में", {"हिन्दी", "में", "हिन्दी में"}),
    ],
)
def test_a_text_is_read(text: str, expected: set[str]) -> None:
    assert set(terms([text])) == expected


def test_no_phrase_runs_from_one_text_into_the_next() -> None:
    assert set(terms(["billing", None, "", "dispute"])) == {"billing", "dispute"}


@pytest.mark.parametrize(
    "text", ["账单争议", "ひらがな", "カタカナ", "ບັນຊີ", "ใบแจ้งหนี้", "វិក្កយបត្រ", "ငွေတောင်းခံ"]
)
def test_scripts_without_spaces_give_runs_of_characters(text: str) -> None:
    found = terms([text])
    assert found
    assert all(by_characters(term) for term in found)
    bases = [sum(not unicodedata.category(c).startswith("M") for c in term) for term in found]
    assert set(bases) <= set(GRAMS)
    assert not any(unicodedata.category(term[0]).startswith("M") for term in found)


def test_runs_of_han_are_two_to_four_characters_within_a_sentence() -> None:
    assert set(terms(["账单争议。好的"])) == {
        "账单", "单争", "争议", "账单争", "单争议", "账单争议", "好的",
    }  # fmt: skip
    assert set(terms(["iPhone坏了 today"])) == {"iphone", "坏了", "today"}


def test_a_term_is_named_as_what_it_is() -> None:
    assert told("billing dispute") == "the phrase “billing dispute”"
    assert told("dispute") == "the word “dispute”"
    assert told("账单争议") == "the term “账单争议”"


@given(st.lists(st.none() | st.text(max_size=60), max_size=3))
def test_only_letters_ever_come_out(texts: list[str | None]) -> None:
    for term in terms(texts):
        assert 0 < len(term) <= 2 * WORD + 1
        assert term == term.strip()
        for character in term:
            assert character in " '" or unicodedata.category(character)[0] in "LM"


@pytest.mark.parametrize(
    "piece", ["<a", "x", "@", "\x1b[", "账", "://", "a ", "\x1b[0", "<a ", "a@", "'", "\u0301"]
)
def test_a_hostile_text_costs_time_by_its_length(piece: str) -> None:
    start = time.process_time()
    terms([piece * (200_000 // len(piece))])
    assert time.process_time() - start < 3  # squares of 200,000 would take minutes
