"""What a report says is what the record shows: sides, small groups, ranges, drafts, same sets."""

from __future__ import annotations

import html
import re

import records

from careaudit.notation import Notation
from careaudit.record import POOLED, AuditRecord, Comparison, Detectable, Interval, Quality
from careaudit.report import render
from careaudit.report.views import build
from careaudit.report.views.book import Book
from careaudit.report.wording import findings
from careaudit.report.wording.names import plain
from careaudit.report.wording.standing import counted


def text_of(record: AuditRecord) -> str:
    body = re.sub(r"<style>.*?</style>", "", render(record, "html").decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def with_small(record: AuditRecord) -> AuditRecord:
    """Add two groups too small to be judged alone, and their pool, to the first question."""
    c = record.comparisons[0]
    far = {
        "difference": Interval(value=0.12, low=-0.02, high=0.26),
        "u": Interval(value=2.4, low=0.0, high=5.0),
        "verdict": "inconclusive",
        "reason": "too_small_alone",
        "in_scope": False,
        "n": 40,
        "detectable": Detectable(gap=0.3, n_needed=310),
    }
    new = [c.model_copy(update={**far, "id": f"tiny{i}", "group": f"tiny{i}"}) for i in (1, 2)]
    pooled = c.model_copy(update={"id": "pool", "group": POOLED})
    return record.model_copy(update={"comparisons": (*record.comparisons, *new, pooled)})


def test_a_gap_in_favour_of_a_group_names_that_group() -> None:
    record = records.favoured()
    view = build(record)
    failing = [c for c in record.comparisons if c.verdict == "fail"]
    assert failing
    assert {c.harmed for c in failing} == {"reference"}
    said = [*view.summary.lead, *view.summary.supported, *(c for c, _ in view.summary.conditions)]
    for sentence in map(plain, said):
        assert not re.search(r"where zip income is 1(?!\d)", sentence), sentence
    assert any("less often where" in s and "than where it is 1" in s for s in map(plain, said))
    conditions = [plain(c) for c, _ in view.summary.conditions]
    assert any(
        c.startswith("A review of how decisions are made where zip income") for c in conditions
    )
    assert not any("Human review" in c for c in conditions)
    assert view.summary.no_bigs.startswith("Each gap that needs action or watching is in favour")
    rows = {r.name: r for b in view.summary.blocks for t in b.forests for r in t.rows}
    assert not next(r for n, r in rows.items() if plain(n) == "1").flagged


def test_tiny_groups_are_never_the_largest_gap_and_are_counted() -> None:
    record = with_small(records.passing())
    book = Book(record)
    q = record.questions[0]
    shown = book.shown(q)
    assert shown is not None
    assert shown.reason != "too_small_alone"
    sentence = "2 groups are too small to judge alone; taken together they are within the limit."
    view = build(record)
    assert sentence in view.summary.lead
    assert sentence in view.findings[0].saw
    assert any("2 too small to be judged alone" in s for s in view.findings[0].sure)
    gap = next(g for g in view.gaps if "tiny1" in g.what)
    assert "tiny2" in gap.what
    assert gap.what.startswith("1. ")
    assert gap.needs == "About 310 decisions each, for groups treated alike."
    assert "both sides of the limit" not in gap.why


def ranged(low: float | None, high: float | None, **more: object) -> Comparison:
    c = records.comparison("q", "adverse_rate", "adverse", "a", "x", "y", (500, 100), (500, 90))
    u = Interval(value=1.0, low=low, high=high)
    update = {"u": u, "verdict": "inconclusive", "reason": "insufficient", **more}
    return c.model_copy(update=update)


def test_the_range_is_said_to_hold_the_limit_where_it_does() -> None:
    assert "reaches both sides of the limit" in findings.why(ranged(0.4, 1.6))
    beyond = findings.why(ranged(1.2, 3.0))
    assert "lies beyond the limit" in beyond
    assert "not established after correction" in beyond
    assert "lies within the limit" in findings.why(ranged(0.0, 0.8))
    assert "No range" in findings.why(ranged(None, None))
    assert "judged alone" in findings.why(ranged(0.4, 1.6, reason="too_small_alone"))


def test_what_would_be_needed_follows_the_numbers() -> None:
    none = Detectable(gap=None, n_needed=None)
    told = findings.needed(ranged(0.4, 1.6, detectable=none), Notation(), inferred=False)
    assert told == "No gap could have been shown with so few decisions."
    near = findings.needed(
        ranged(0.4, 1.6, detectable=Detectable(gap=0.1, n_needed=300)), Notation(), inferred=False
    )
    assert near.endswith(
        "enough decisions for a group treated alike, so the gap lies near the limit."
    )
    few = findings.needed(
        ranged(0.4, 1.6, detectable=Detectable(gap=0.1, n_needed=900)), Notation(), inferred=False
    )
    assert "would need about 900" in few
    many = findings.needed(
        ranged(0.4, 1.6, detectable=Detectable(gap=0.1, n_needed=6_790_000)),
        Notation(),
        inferred=False,
    )
    assert "would need over a million to show it" in many


def test_a_draft_reading_says_so() -> None:
    record = records.failing()
    outcome = record.audit.outcome
    assert outcome is not None
    update = {"confirmed": False, "favorable": (), "favorable_is_rest": True}
    audit = record.audit.model_copy(update={"outcome": outcome.model_copy(update=update)})
    draft = record.model_copy(update={"audit": audit})
    needle = "Draft reading: no person has confirmed which decisions are good for customers."
    assert needle in text_of(draft)
    assert needle not in text_of(record)
    said = " ".join(counted(draft))
    assert "No person has confirmed" in said
    assert "A person has confirmed" not in said
    assert "every other decision value" in said


def test_the_source_line_says_what_is_corrected() -> None:
    record = records.failing()
    source = build(record).summary.source
    assert "corrected for their number" not in source
    count = record.provenance.settings.comparisons
    assert f"Ranges are 95% each; the answers are corrected for {count} comparisons." in source


def test_people_money_and_share_are_of_the_same_groups() -> None:
    record = records.failing()
    book = Book(record)
    covered = [book.by_id[i] for i in record.impact.covers]
    groups = {(c.segment, c.group) for c in covered if c.segment == covered[0].segment}
    rows = sum(g.n for s in record.segments for g in s.groups if (s.name, g.group) in groups)
    share = round(100 * rows / record.accounts.rows_used)
    bigs = build(record).summary.bigs
    assert [b.number for b in bigs][-1] == f"{share} in every 100"
    assert bigs[0].number in build(record).summary.people


def test_notes_on_few_decisions_are_one_row_without_ids() -> None:
    record = records.failing()
    ids = [c.id for c in record.comparisons if c.verdict == "fail"][:2]
    notes = [
        Quality(code="low_power_fail", severity="warning", where=i, message="wrong sign in 0.0%")
        for i in ids
    ]
    view = build(record.model_copy(update={"quality": tuple(notes)}))
    assert len(view.notes) == 1
    assert ids[0] not in view.notes[0].where
    assert "wrong sign" not in view.notes[0].message
