"""The Markdown summary: read as forges read it, no name becomes an element, and it always fits."""

from __future__ import annotations

import dataclasses
import itertools
import re

import pytest
from gates_cases import HOSTILE, every_outcome, named
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from careaudit.gate import Asked, Reason
from careaudit.report.gates import FORMATS
from careaudit.report.gates.markdown import MAX_BYTES, code, prose, summary
from careaudit.report.wording.words import KNOWN, OVERRIDDEN, WAIVED

READER = MarkdownIt("gfm-like")
READER.linkify.set({"fuzzy_link": False})  # GFM links http://, www. and mail, not each a.al
INLINE = {"inline", "text", "code_inline", "softbreak", "hardbreak"}


def inline(text):
    for token in READER.parse(text):
        yield from token.children or ()


def opened(text):
    return [token.tag for token in READER.parse(text) if token.nesting == 1]


def test_the_whole_summary_as_written_by_hand():
    where, why = "`language=es against en`", "Jo Lee | A fix ships in May."
    assert summary(every_outcome()) == (
        "## ▲ Gate closed (exit code 1)\n\n"
        "Gate closed for credit-bot 7.2.0: 3 reasons to close it, 2 warnings.\n\n"
        "### Questions\n\n"
        "| Question | Answer | Gap ÷ limit | Where | Gate |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| `credit-denied` | ▲ Action needed | 2.25 | `language=fr against en` | closes it |\n"
        "| `wait` | ○ Cannot tell yet | – | – | warns |\n"
        "| `flags` | ▲ Action needed | 3.00 | `language=es against en` | does not decide |\n"
        "| `credit-late` | ● No material gap | 0.20 | `language=es against en` | – |\n"
        f"| `upgrade-denied` | {WAIVED.shape} Waived | 1.20 | {where} | warns |\n"
        f"| `refund-denied` | {KNOWN.shape} Known, not larger | 1.20 | {where} | warns |\n"
        f"| `plan-denied` | {OVERRIDDEN.shape} Overridden by the council | 1.20 | {where} |"
        " warns |\n"
        "\n### What closes the gate\n\n"
        "- `waiver_expired` credit-denied/language/fr is beyond the limit.\n"
        "- `fail` credit-denied/language/es is beyond the limit.\n"
        "- `audit_expired` The audit expired on 2026-11-20.\n"
        "\n### Warnings\n\n"
        "- `inconclusive` wait cannot be told: 50% of the log, no time.\n"
        "- `waived` upgrade-denied/language/es is waived.\n"
        "\n### Also to know\n\n"
        "- `release_no_worse` The new release is not worse than release 7.1.\n"
        "\n### Waivers\n\n"
        "| Finding | State | Ceiling | Expires | Approved by | Why |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        f"| `upgrade-denied/language/es` | holds | 1.25 | 2027-01-30 | {why} |\n"
        f"| `credit-denied/language/fr` | void: expired | 1.25 | 2026-11-01 | {why} |\n"
        "\nAudit: `Service credits, Q2 2026`. Judged as of 2026-11-22; the audit is good until"
        " 2027-11-20.  \n"
        f"Record: `sha256:{'ab' * 32}`\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_gives_no_element(text):
    made = summary(named(text))
    assert {token.type for token in inline(made)} <= INLINE
    tags = opened(made)
    plain = opened(summary(named("plain")))
    assert tags == plain
    assert "html_block" not in {token.type for token in READER.parse(made)}


def rows(text):
    """The cells of each table row, as they are read."""
    tokens = READER.parse(text)
    found = []
    for before, token in itertools.pairwise(tokens):
        if token.type == "tr_open":
            found.append([])
        elif before.type == "td_open":
            found[-1].append("".join(child.content for child in token.children))
    return [cells for cells in found if cells]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_moves_a_cell(text):
    answer = [cells[1] for cells in rows(summary(named(text))) if cells[-1] == "closes it"]
    assert answer == ["▲ Action needed"]
    waived = [cells for cells in rows(summary(named(text))) if cells[1] == "void: expired"]
    assert [cells[2:4] for cells in waived] == [["1.25", "2027-01-30"]]


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
@example("0.AL http://0.AL www.0.AL me@0.AL")
@settings(deadline=None, max_examples=200)
def test_no_text_at_all_gives_an_element(text):
    made = summary(named(text))
    assert {token.type for token in inline(made)} <= INLINE
    assert opened(made) == opened(summary(named("plain")))


@pytest.mark.parametrize("text", HOSTILE)
def test_nobody_is_called_and_nothing_is_linked_by_the_forge(text):
    """What a forge looks for in the text that it shows, outside of code."""
    shown = "\n".join(t.content for t in inline(summary(named(text))) if t.type != "code_inline")
    assert not re.search(r"@\w|#\d|://\w|www\.\w", shown)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_./*=+-]{0,60}", fullmatch=True))
def test_an_id_can_be_copied_as_it_is(text):
    (span,) = (token for token in inline(code(text)) if token.type == "code_inline")
    assert span.content == text


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=80))
def test_a_text_reads_as_it_was_written(text):
    shown = "".join(t.content for t in inline(f"- x {prose(text)}")).replace("\u200b", "")
    assert shown.rstrip() == f"x {' '.join(text.split())}".rstrip()


def many(count, text="reason"):
    reasons = tuple(Reason("fail", "closes", f"{text} {i}", f"q{i}", None, 1) for i in range(count))
    warned = tuple(Reason("waived", "warns", f"{text} {i}", f"q{i}") for i in range(count))
    return dataclasses.replace(every_outcome(), reasons=reasons + warned)


def test_a_summary_that_does_not_fit_loses_whole_rows_and_says_how_many():
    text = "é" * 500
    made = FORMATS["markdown"](many(3_000, text))["gate.md"]
    assert len(made.encode()) <= MAX_BYTES < 2**20
    kept = [line for line in made.splitlines() if line.startswith("- `fail`")]
    assert all(re.fullmatch(rf"- `fail` {text} \d+", line) for line in kept)
    (left,) = re.findall(r"^(\d+) more reasons are left out here", made, re.MULTILINE)
    assert 0 < len(kept) == 3_000 - int(left)
    assert "3000 more warnings are left out here" in made
    assert made.endswith(f"Record: `sha256:{'ab' * 32}`\n")
    assert opened(made).count("table") == 2


@given(st.integers(0, 40), st.integers(1_500, 6_000))
@settings(deadline=None, max_examples=60)
def test_any_limit_with_room_for_the_frame_is_kept(count, limit):
    made = summary(many(count), limit)
    assert len(made.encode()) <= limit
    kept = made.count("- `fail`")
    left = sum(map(int, re.findall(r"^(\d+) more reasons", made, re.MULTILINE)))
    assert kept + left == count


def test_a_question_whose_fails_are_covered_stands_on_its_rest():
    first = every_outcome().questions[0]
    asked = Asked(first.question, "inconclusive", "warns", first.findings)
    decision = dataclasses.replace(every_outcome(), questions=(asked,))
    assert "| `credit-denied` | ○ Cannot tell yet | 0.90 |" in summary(decision)
