"""Waivers, earlier conditions and the council's decision, as the report prints them."""

from __future__ import annotations

import dataclasses
import html
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import besides
import comparisons
import page
import pytest
import records
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import need
from test_report_html import sound
from test_report_pdf import tagged
from test_report_wording import BANNED, prose

from careaudit import report
from careaudit.errors import RecordError
from careaudit.record import AuditRecord
from careaudit.report import Beside, render
from careaudit.report.beside import NOTHING
from careaudit.report.wording import decided as say
from careaudit.report.wording.names import plain

RECORD = records.failing()
AS_OF = besides.on(RECORD)


def raw(beside: Beside, record: AuditRecord = RECORD) -> str:
    return render(record, "html", beside).decode()


def words(text: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def first(text: str) -> str:
    """Return the text of page one."""
    return words(text[text.index('id="first"') : text.index('id="people"')])


def section(text: str, anchor: str) -> str:
    """Return the text from an anchor to the next section or heading of the second level."""
    rest = text[text.index(f'id="{anchor}"') :]
    return words("<p " + re.split(r"<section|<h2 class=\"next\"", rest)[0])


def pages(made: bytes, folder: Path) -> list[str]:
    need("pdftotext")
    path = folder / "made.pdf"
    path.write_bytes(made)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def everything() -> Beside:
    """All that may stand beside a record at once."""
    given = (besides.waiver(RECORD), besides.waiver(RECORD, 1, expires=AS_OF - timedelta(days=1)))
    return dataclasses.replace(
        besides.decided(RECORD),
        waivers=besides.waived(RECORD, *given).waivers,
        earlier=besides.earlier("met", "late", "not_met").earlier,
    )


# Nothing beside.


def test_the_day_alone_changes_nothing() -> None:
    assert raw(Beside(as_of=besides.DAY)) == raw(NOTHING)


def test_pages_without_anything_to_say_are_left_out() -> None:
    text = raw(NOTHING)
    for needle in ("Waived", "Override", 'id="earlier"', 'id="decided"', 'id="release"'):
        assert needle not in text, needle
    assert say.NO_LEDGER in words(text)
    assert "What the council is asked to decide" in first(text)


def test_a_release_comparison_about_another_record_is_refused() -> None:
    with pytest.raises(RecordError, match="another record"):
        raw(Beside(release=comparisons.worse()))


# Waivers.


def test_page_one_says_who_answers_until_when_and_how_far() -> None:
    w = besides.waiver(RECORD)
    text = raw(besides.waived(RECORD, w))
    told = first(text)
    assert (
        "△ Waived : Question 1, where zip income is 1 , approved by Dana Roe, Head of care" in told
    )
    assert f"until 13 September 2026, up to {w.ceiling} times the limit" in told
    assert "Not yet." in told
    assert "▲ Action needed" in told
    own = section(text, "q1")
    for part in w.reason.splitlines():
        assert f"“ {part} ”" in own
    assert "CARE-1207" in own
    assert f"It covers a gap of up to {w.ceiling} times the limit." in own
    assert "still needs action" in own
    assert "Waived" not in section(text, "q2")


def test_more_waivers_than_page_one_holds_are_counted() -> None:
    failing = [c for c in RECORD.comparisons if c.verdict == "fail"]
    given = [besides.waiver(RECORD, n) for n in range(len(failing))]
    assert len(given) == 3
    text = raw(besides.waived(RECORD, *given))
    assert first(text).count("△ Waived") == 3
    assert "1 more finding is waived, see the questions’ pages." in first(text)
    assert section(text, "q1").count("△ Waived") == 3


@pytest.mark.parametrize(
    ("state", "change", "why"),
    [
        ("expired", {"expires": AS_OF - timedelta(days=1)}, "It has expired."),
        ("not_yet", {"granted": AS_OF + timedelta(days=1)}, "It does not hold yet."),
        ("above_ceiling", {"ceiling": 0.5}, "The gap is larger than its ceiling."),
        ("other_release", {"release": "7.1.9"}, "It was given for another release."),
    ],
)
def test_a_void_waiver_is_shown_as_void_with_why(state: str, change: Any, why: str) -> None:
    beside = besides.waived(RECORD, besides.waiver(RECORD, **change))
    assert beside.waivers[0].state == state
    text = raw(beside)
    assert "△ Waived" not in words(text)
    assert "1 waiver is void, and its page says why." in first(text)
    assert "□ Waiver void" in section(text, "q1")
    assert why in section(text, "q1")


def test_a_waiver_of_a_finding_that_needs_none_covers_nothing() -> None:
    passing = next(c for c in RECORD.comparisons if c.verdict == "pass")
    place = [q.id for q in RECORD.questions].index(passing.question) + 1
    text = raw(besides.waived(RECORD, besides.waiver(RECORD, finding=passing.id, ceiling=9.0)))
    assert "the finding needs no action" in section(text, f"q{place}")
    assert "void" not in first(text)


def test_a_waiver_of_no_finding_stands_among_the_notes() -> None:
    w = besides.waiver(RECORD, finding="gone/language/xx")
    text = raw(besides.waived(RECORD, w))
    assert "Waive" not in first(text)
    assert "void" not in first(text)
    assert "gone/language/xx" in section(text, "quality")
    assert "the audit has no such finding" in section(text, "quality")


def test_hostile_words_of_a_waiver_are_safe_and_whole() -> None:
    reason = (besides.HOSTILE * 40)[:1_999] + "Z"
    w = besides.waiver(RECORD, reason=reason, approved_by=besides.HOSTILE, ticket=besides.HOSTILE)
    beside = besides.waived(RECORD, w)
    text = raw(beside)
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    clean = " ".join(reason.split()).replace("\u202e", "⟨U+202E⟩").replace("\u202c", "⟨U+202C⟩")
    assert clean.replace("\x1b", "⟨U+001B⟩") in words(text)
    made = render(RECORD, "pdf", beside)
    for profile in ("ua1", "3a"):
        assert page.is_pdf_compliant_bytes(made, profile=profile)


# Earlier conditions.

STATES = st.lists(st.sampled_from(["met", "late", "not_met"]), min_size=1, max_size=9)


@given(STATES)
@settings(max_examples=40, deadline=None)
def test_the_headline_counts_what_the_table_shows(states: list[str]) -> None:
    head = say.earlier_head(states)
    late, met = states.count("late"), states.count("met")
    if late:
        assert head.startswith(f"{late} of {len(states)} earlier condition")
        assert head.endswith("are late" if late > 1 else "is late")
    elif met == len(states):
        assert head.endswith(("is met", "are met"))
        assert "none" not in head
    else:
        assert head.startswith(f"{met} of {len(states)} earlier condition")
        assert head.endswith("none is late")


def test_earlier_conditions_have_owner_day_state_and_evidence() -> None:
    text = raw(besides.earlier("met", "late", "not_met"))
    told = section(text, "earlier")
    assert told.count("Head of care") == 3
    for state in ("✓ Met", "▲ Late", "○ Not met yet"):
        assert told.count(state) == 1
    assert "16 July 2026: Sample of 200 refusals, all read" in told
    assert "1 of 3 earlier conditions is late" in told
    assert told.count("CR-2025-10-01-abcd1234") == 3
    assert "1 of 3 earlier conditions is late." in section(text, "said")


def test_a_first_run_says_so() -> None:
    text = raw(Beside(earlier=()))
    assert say.NO_EARLIER in section(text, "said")
    assert 'id="earlier"' not in text


def test_unchecked_signatures_are_said() -> None:
    beside = dataclasses.replace(besides.earlier("met"), checked=False)
    assert say.UNCHECKED in section(raw(beside), "earlier")
    assert say.UNCHECKED not in section(raw(besides.earlier("met")), "earlier")


# The decision.


def test_the_page_of_the_decision_holds_all_that_was_said() -> None:
    beside = besides.decided(RECORD)
    assert beside.decided is not None
    decision = beside.decided.decision
    told = section(raw(beside), "decided")
    assert "The council decided: approve with conditions" in told
    assert "It holds from 21 July 2026 to 5 February 2027." in told
    present = [m for m in decision.members if m.present]
    assert f"{len(present)} of {len(decision.members)} seats were present." in told
    assert "Votes: 3 approve with conditions and 1 reject." in told
    assert "Signed by 2 of 3 keys of the council" in told
    for member in decision.members:
        assert member.name_or_pseudonym in told
        assert member.role in told
    quotes = [decision.dissent[0].text, *decision.reasons.splitlines()]
    quotes += [decision.questions_raised[0].text, decision.questions_raised[0].answer]
    quotes += [decision.consultation[0].summary]
    for quote in quotes:
        assert f"“ {quote} ”" in told
    for condition in decision.conditions:
        assert condition.text in told
        assert condition.owner in told
        assert f"{condition.metric} : {condition.threshold}" in told
    assert "0.91" in told
    assert decision.evidence[0].sha256 in told


def test_pages_one_and_three_say_that_the_council_decided() -> None:
    text = raw(besides.decided(RECORD))
    told = first(text)
    assert "What the council decided" in told
    assert "asked to decide" not in told
    assert "The council decided on 20 July 2026: approve with conditions." in told
    assert (
        "Override: approved although action is needed, by Chief officer until 9 August 2026."
        in told
    )
    assert "“ Stopping would refuse everyone for a month. ”" in told
    assert "1 dissent is recorded" in told
    third = section(text, "overlap")
    assert "Conditions that the council adopted" in third
    assert "The log records the language of the form." in third
    assert "Signature and date" not in third
    assert "Community advocate" not in third
    required = section(text, "said")
    assert "The council has not decided" not in required
    assert "The evidence expires on" in required


def test_signatures_are_said_where_they_were_checked_alone() -> None:
    beside = besides.decided(RECORD)
    assert beside.decided is not None
    unchecked = dataclasses.replace(
        beside, decided=dataclasses.replace(beside.decided, signed=None)
    )
    text = words(raw(unchecked))
    assert "Signed by" not in text
    assert "Its signatures were not checked for this report." in text


@pytest.mark.parametrize(
    ("days", "change", "told"),
    [
        (201, {}, "It expired on 5 February 2027."),
        (2, {"superseded_by": "CR-9"}, "It was superseded by CR-9."),
    ],
)
def test_a_decision_that_does_not_hold_says_why(days: int, change: Any, told: str) -> None:
    beside = besides.decided(RECORD)
    assert beside.decided is not None
    found = dataclasses.replace(beside.decided, **change)
    gone = dataclasses.replace(beside, decided=found, as_of=besides.DAY + timedelta(days=days))
    text = raw(gone)
    assert told in first(text)
    assert "It holds from" not in words(text)


def test_a_withdrawn_decision_says_who_withdrew_it() -> None:
    gone = {"on": besides.DAY + timedelta(days=1), "by": "The chair", "reason": "New facts."}
    text = raw(besides.decided(RECORD, withdrawal=gone))
    assert "It was withdrawn on 21 July 2026." in first(text)
    assert "by The chair" in section(text, "decided")
    assert "“ New facts. ”" in section(text, "decided")


def test_a_rejection_without_conditions_or_dissent() -> None:
    members = [besides.member(n, "reject") for n in ("chair", "legal")]
    text = raw(
        besides.decided(
            RECORD, decision="reject", conditions=(), dissent=(), override=None, members=members,
            accepted_gaps=(), questions_raised=(), consultation=(),
        )
    )  # fmt: skip
    told = section(text, "decided")
    assert "The council decided: reject" in told
    assert say.NO_CONDITION in told
    assert "Each member present confirmed that there is no dissent." in told
    assert "Override" not in words(text)


def test_hostile_words_of_a_council_are_safe(tmp_path: Path) -> None:
    bad = besides.HOSTILE
    role = {"name_or_pseudonym": bad, "role": bad}
    members = [besides.member("a", "approve", **role), besides.member("b", "reject", **role)]
    conditions = [
        {"id": "c1", "text": bad, "metric": bad, "threshold": bad, "owner": bad * 4,
         "due": besides.DAY, "blocking": True}
    ]  # fmt: skip
    beside = besides.decided(
        RECORD, members=members, conditions=conditions, reasons=bad * 90,
        dissent=[{"member": "b", "text": bad * 90}],
        override={"reason": bad * 90, "approver": bad * 90, "until": besides.DAY},
        accepted_gaps=[
            dict.fromkeys(("cell", "value", "justification", "alternatives_considered"), bad)
        ],
    )  # fmt: skip
    text = raw(beside)
    sound(text)
    assert not re.search("<script|\u202e|\x1b", text)
    made = render(RECORD, "pdf", beside)
    for profile in ("ua1", "3a"):
        assert page.is_pdf_compliant_bytes(made, profile=profile)
    told = pages(made, tmp_path)
    assert len(told[0].split()) <= 380
    assert "People and money" in told[1]


def test_a_dissent_of_many_words_is_printed_whole() -> None:
    text = ("Nobody asked. " * 700)[:9_990]
    said = raw(besides.decided(RECORD, dissent=[{"member": "advocate", "text": text}]))
    assert plain(" ".join(text.split())) in words(said)


def test_what_the_council_read_keeps_its_name() -> None:
    names = {name: fmt.named(besides.decided(RECORD)) for name, fmt in report.FORMATS.items()}
    assert names["pdf"] == "decided.pdf"
    assert names["html"] == "decided.html"
    assert names["json"] == "audit.json"
    assert all(fmt.named(NOTHING) == fmt.file_name for fmt in report.FORMATS.values())


# All of it.


def test_no_banned_word_and_no_long_sentence_beside() -> None:
    text = raw(everything())
    for theirs in [q.ask for q in RECORD.questions] + [RECORD.audit.justification or ""]:
        text = text.replace(html.escape(theirs), "") if theirs else text
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
    body = text[: text.index('id="methods"')]
    for sentence in prose(body):
        assert len(sentence.split()) <= 25, sentence


def test_the_html_with_everything_is_sound() -> None:
    hostile = besides.waiver(RECORD, 2, reason=besides.HOSTILE, approved_by=besides.HOSTILE)
    more = besides.waived(RECORD, hostile).waivers
    beside = everything()
    sound(raw(dataclasses.replace(beside, waivers=(*beside.waivers, *more))))


def test_the_pdf_with_everything_is_whole(tmp_path: Path) -> None:
    made = render(RECORD, "pdf", everything())
    for profile in ("ua1", "3a"):
        found = page.validate_pdf_bytes(made, profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    told = pages(made, tmp_path)
    tagged(tmp_path / "made.pdf")
    assert len(told[0].split()) <= 380
    assert "Where groups overlap" in told[2]
    assert "Contents, and how to read" in told[3]
    assert "Shapes and colours" in told[3]
    for number, text in enumerate(told, 1):
        assert len(text.split()) >= 40, (number, text)
