"""GitHub's formats against files written by hand from its documented rules."""

from __future__ import annotations

import dataclasses
import re

import pytest
from gates_cases import HOSTILE, every_outcome, named
from hypothesis import given
from hypothesis import strategies as st

from careaudit.gate import Reason
from careaudit.report.gates import FORMATS

# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands: in data
# % CR LF are escaped, in properties also : and ,
ANNOTATIONS = """\
::error title=careaudit%3A credit-denied::credit-denied/language/fr is beyond the limit.
::error title=careaudit%3A credit-denied::credit-denied/language/es is beyond the limit.
::error title=careaudit%3A audit expired::The audit expired on 2026-11-20.
::warning title=careaudit%3A wait::wait cannot be told: 50%25 of the log, no time.
::warning title=careaudit%3A upgrade-denied::upgrade-denied/language/es is waived.
::notice title=careaudit%3A Gate closed::Gate closed for credit-bot 7.2.0: 3 reasons to close it\
, 2 warnings.
"""
OUTPUTS = """\
verdict=fail
outcome=closed
exit_code=1
record_sha256=abababababababababababababababababababababababababababababababab
expires_on=2027-11-20
failed_gates=credit-denied
"""
COMMAND = re.compile(r"::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*")


def test_annotations_as_written_by_hand():
    made = FORMATS["github"](every_outcome())
    assert list(made) == ["annotations.txt", "summary.md", "outputs.txt"]
    assert made["annotations.txt"] == ANNOTATIONS
    assert made["outputs.txt"] == OUTPUTS


def test_the_summary_is_the_markdown():
    made = FORMATS["github"](every_outcome())
    assert made["summary.md"] == FORMATS["markdown"](every_outcome())["gate.md"]


@pytest.mark.parametrize("text", HOSTILE)
def test_each_line_is_one_command_of_ours(text):
    made = FORMATS["github"](named(text))
    lines = made["annotations.txt"].split("\n")
    assert lines.pop() == ""
    assert len(lines) == 4  # two errors, a warning, the outcome
    for line in lines:
        assert COMMAND.fullmatch(line), line
        assert not re.search(r"%(?!25|0D|0A|3A|2C)", line)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_outputs_are_one_line_each_whatever_the_names(text):
    lines = FORMATS["github"](named(text))["outputs.txt"].split("\n")
    assert lines.pop() == ""
    pairs = [line.partition("=") for line in lines]
    assert [key for key, _, _ in pairs] == [
        "verdict", "outcome", "exit_code", "record_sha256", "expires_on", "failed_gates",
    ]  # fmt: skip
    assert all(re.fullmatch(r"[\w./:,-]*", value, re.ASCII) for _, _, value in pairs)
    assert pairs[0][2] == "fail"


@pytest.mark.parametrize("count", [9, 10, 11, 400])
def test_ten_of_a_kind_at_most_worst_first_and_the_rest_counted(count):
    reasons = [Reason("inconclusive", "closes", f"r{i}", f"q{i}", None, 4) for i in range(count)]
    reasons.append(Reason("council_quorum", "closes", "no quorum", None, None, 5))
    decision = dataclasses.replace(every_outcome(), reasons=tuple(reasons))
    lines = FORMATS["github"](decision)["annotations.txt"].splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert errors[0].endswith("::no quorum")
    shown = sum(bool(re.search(r"::(r\d+|no quorum)$", line)) for line in errors)
    assert len(errors) == min(count + 1, 10)
    if count + 1 > 10:
        left = count + 1 - shown
        more = f"::error title=careaudit%3A And more::{left} more are in the step summary."
        assert errors[-1] == more
    else:
        assert shown == count + 1


def test_a_missing_question_is_a_failed_gate_too():
    gone = Reason("missing_question", "closes", "gone", "refunds", None, 4)
    decision = dataclasses.replace(every_outcome(), reasons=(gone,))
    assert "failed_gates=credit-denied,refunds\n" in FORMATS["github"](decision)["outputs.txt"]
