"""What readers stumbled over: lines that go on past their end, odd words, notes left out."""

from __future__ import annotations

import re

import pillars
import pytest
import records
from hypothesis import given
from hypothesis import strategies as st
from test_report_pillars import cells, one, spaced
from test_report_truth import text_of
from test_report_wording import BANNED, prose

from careaudit.record import AuditRecord, Comparison, Detectable, Quality, SecondLook, Step
from careaudit.report.charts import curve
from careaudit.report.views import build
from careaudit.report.wording import alike
from careaudit.report.wording.words import measure_words

Points = list[tuple[float, float]]


# waits


def waiting(curves: dict[str, Points], measure: str = "wait_median") -> AuditRecord:
    """A record of waits with these curves; the first group is the reference."""
    a = pillars.Ask()
    found = {g: pillars.WAITS[g] for g in curves}
    extra = {
        g: {"curve": tuple(Step(seconds=t, share=s) for t, s in points)}
        for g, points in curves.items()
    }
    a.scale("wait", "Who waits longer?", measure, "seconds", "adverse", found, 17.2,
            pillar="escalation", extra=extra)  # fmt: skip
    return a.m.record()


FULL: Points = [(t, 0.9 * t / 1000) for t in range(0, 1001, 50)]
SHORT: Points = [(t, 0.6 * t / 400) for t in range(0, 401, 50)]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1), st.floats(0, 2e6))
def test_nothing_is_said_beyond_the_last_step(steps: Points, at: float) -> None:
    points = sorted(steps)
    found = curve.reached(points, at)
    assert (found is None) == (at > points[-1][0])
    if found is not None:
        assert found in {0.0, *(share for _, share in points)}


def test_a_line_stops_at_its_last_step_and_its_cells_say_so() -> None:
    found = one(waiting({"en": FULL, "zh": SHORT}), "How long until a person answers")
    (grid,) = found.grids
    assert [spaced(h) for h in grid.heads][2:] == ["By 5 min", "By 10 min", "By 15 min"]
    # 0.6 * 300 / 400 and 0.9 * 300 / 1000; nobody of zh is seen beyond 400 s
    assert cells(grid)["zh"][1:] == ["45", "not seen", "not seen"]
    assert cells(grid)["en"][1:] == ["27", "54", "81"]
    paths = re.findall(r'<path d="M[^"]*H([\d.]+)" fill="none"', found.svg)
    room = curve.RIGHT - curve.LEFT
    assert [float(x) for x in paths] == [
        pytest.approx(curve.RIGHT, abs=0.06),
        pytest.approx(curve.LEFT + room * 400 / 900, abs=0.06),
    ]
    assert "zh: not seen" in found.svg
    assert "en: 81" in found.svg
    assert "zh 60 in every 100 by 6 min 40 s and not seen after that" in spaced(found.svg)
    assert "A line stops where too few are left to tell." in found.note
    whole = one(waiting({"en": FULL, "zh": FULL}), "How long until a person answers")
    assert "not seen" not in whole.svg
    assert "stops" not in whole.note


@given(st.floats(20, 5000), st.floats(1, 400), st.floats(0.05, 0.9))
def test_half_of_the_slowest_line_is_never_in_the_left_tenth(
    half: float, tail: float, top: float
) -> None:
    points = [(0.0, 0.0), (half, 0.5 * top), (half * (1 + tail), top)]
    svg = one(waiting({"en": points, "zh": points}), "How long until a person answers").svg
    path, _ = re.findall(r'<path d="(M[^"]+)" fill="none"', svg)
    at = float(re.findall(r"H([\d.]+)V", path)[1])
    assert at >= curve.LEFT + 0.1 * (curve.RIGHT - curve.LEFT)


@pytest.mark.parametrize("seconds", [60.0, 300.0, 7200.0])
def test_the_promised_time_is_the_records_own(seconds: float) -> None:
    record = pillars.promising(waiting({"en": FULL, "zh": FULL}), seconds)
    found = one(record, "How long until a person answers")
    assert "promised: " in found.svg
    assert "the promised time" in found.note
    (ticks,) = [[spaced(h) for h in found.grids[0].heads][2:]]
    assert len(ticks) <= 3
    marks = re.findall(r'<line x1="([\d.]+)" y1="12.0" x2="\1" y2="212.0"', found.svg)
    assert len(marks) == 1
    assert curve.LEFT < float(marks[0]) < curve.RIGHT


def test_a_promise_of_a_person_is_no_promise_about_appeals() -> None:
    record = pillars.promising(waiting({"en": FULL, "zh": FULL}, "review_time"), 300.0)
    found = one(record, "How long until an appeal is decided")
    assert "promised" not in found.svg + found.note
    assert found.grids[0].heads[1] == "Contested refusals"


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("wait_median", "79 requests reached a person for every 100 expected"),
        ("review_time", "79 contested refusals were decided for every 100 expected"),
        ("time_to_resolution_p90", "79 cases were settled for every 100 expected"),
        ("some_wait_of_later", "79 waits ended for every 100 expected"),
    ],
)
def test_the_second_look_names_what_ended(measure: str, said: str) -> None:
    look = SecondLook(method="log_rank", value=0.79, p=0.2)
    c = records.failing().comparisons[0]
    found = c.model_copy(update={"measure": measure, "second_look": look})
    assert said in spaced(alike.second_look(found, 0.05, {}))


# a plan's own rate


def own(side: str) -> AuditRecord:
    m = records.Maker(12_500)
    m.segment("language", records_counts(), "en", "protected")
    m.ask("own", "Who?", "overturned_share", side, {"language": records_counts()})
    return m.record()


def records_counts() -> dict[str, tuple[int, int]]:
    return {"en": (6000, 900), "es": (2400, 720)}


def test_a_plans_own_rate_is_said_plainly() -> None:
    view = build(own("adverse"))
    assert "Decisions count as “overturned” more often where language is es." in [
        spaced(t) for t in view.summary.lead
    ]
    people = spaced(view.summary.people)
    # 720 - 2400 * 900 / 6000
    assert people.startswith(
        "About 360 more decisions would not have counted as “overturned” at the comparison rate"
    )
    assert view.findings[0].measure == "Overturned share"
    assert "30 in every 100 counted as “overturned”" in spaced(view.findings[0].saw[0])
    text = text_of(own("adverse"))
    assert "count towards" not in text
    assert "elsewhere" not in text


def test_where_more_is_better_less_is_the_loss() -> None:
    words = measure_words("effortful_practice_rate", "flag", harm=False)
    assert words.instead == "decisions would have counted as “effortful practice”"
    assert words.no_event == "did not count as “effortful practice”"
    assert words.may_happen == "Decisions may count as “effortful practice”"
    assert measure_words("rate", "flag").event == "counted as “rate”"


# what more decisions would not answer


def unsure(reason: str = "membership_unsure") -> AuditRecord:
    """A question that stays open for a reason other than too few decisions."""
    record = records.inconclusive()
    q = record.questions[0]
    hidden = Detectable(gap=None, n_needed=None)
    pair = {"verdict": "inconclusive", "reason": reason, "detectable": hidden}
    return record.model_copy(
        update={
            "questions": (q.model_copy(update={"reason": reason, "verdict": "inconclusive"}),),
            "comparisons": tuple(
                c.model_copy(update=pair) for c in record.comparisons if c.question == q.id
            ),
        }
    )


WRONG = ("so few decisions", "More decisions", "more decisions", "decisions each")


def test_more_decisions_do_not_tell_who_is_a_member() -> None:
    record = unsure()
    view = build(record)
    page = view.findings[0]
    assert "is known by probability alone, and that leaves the answer open" in page.reason
    assert any("elf-reports or sharper probabilities would narrow it." in t for t in page.sure)
    assert view.summary.lines[0].fact == "Who is a member is known by probability alone"
    needs = [g.needs for g in view.gaps if g.what.startswith("1. ")]
    assert needs
    assert set(needs) == {"Self-reports or sharper probabilities would narrow it."}
    told = [*page.sure, *page.steps, *needs, *(c for c, _ in view.summary.conditions)]
    assert not [t for t in told for wrong in WRONG if wrong in t]


def test_a_gap_worth_watching_among_members_by_chance_asks_for_no_more_decisions() -> None:
    record = unsure("adverse_signal")
    segments = {c.segment for c in record.comparisons}
    notes = tuple(
        Quality(code="membership_inferred", severity="warning", where=str(s), message="Inferred.")
        for s in segments
    )
    told = build(record.model_copy(update={"quality": notes})).findings[0]
    text = [*told.sure, *told.steps]
    assert any("sharper probabilities" in t for t in text)
    assert not [t for t in text for wrong in WRONG if wrong in t]
    usual = build(record.model_copy(update={"quality": ()})).findings[0]
    assert any("so few decisions" in t for t in usual.sure)


@pytest.mark.parametrize("reason", ["labels_missing", "nonresponse"])
def test_a_question_that_cannot_pass_is_listed_as_open_though_its_pairs_pass(reason: str) -> None:
    record = records.passing()
    q = record.questions[0].model_copy(
        update={"reason": reason, "verdict": "inconclusive", "missing": "only 9% answered: others"}
    )
    changed = record.model_copy(update={"questions": (q, *record.questions[1:])})
    view = build(changed)
    (row,) = [g for g in view.gaps if g.what.startswith("1. ")]
    assert row.why == view.findings[0].reason
    assert "decisions, or a longer" not in row.needs
    assert any("only 9% answered" in spaced(t) for t in view.findings[0].saw)
    assert not [t for t in view.findings[0].steps if "more decisions" in t]


# notes

CODES = (
    "silent_segment", "double_standard", "not_separable", "nonresponse_bounds", "boilerplate",
    "overturn_alone", "mixed_time_zones", "labels_unmatched", "too_many_strata",
    "within_rates_only", "unknown_differs", "unknown_moves", "membership_inferred", "same_sign",
    "sharp_bounds",
)  # fmt: skip


def noted(*notes: Quality) -> AuditRecord:
    return records.failing().model_copy(update={"quality": notes})


def test_no_note_is_left_out_and_no_more_are_said_to_be_than_are() -> None:
    found = tuple(
        Quality(code=code, severity="info", where="", message=f"Note of {i}.")
        for i, code in enumerate(CODES)
    )
    view = build(noted(*found))
    assert {spaced(n.message) for n in view.notes} == {n.message for n in found}
    assert view.notes_left == 0
    many = build(noted(*(found * 3)))
    assert len(many.notes) == 40
    assert many.notes_left == 5
    few = [
        Quality(code="low_power_fail", severity="warning", where=str(i), message="Few.")
        for i in range(60)
    ]
    assert build(noted(*few)).notes_left == 0


def place(where: str) -> str:
    (note,) = build(noted(Quality(code="x", severity="info", where=where, message="a_b."))).notes
    return spaced(note.where)


def test_a_note_says_where_in_the_words_of_the_other_pages() -> None:
    c: Comparison = records.failing().comparisons[0]
    assert place(c.id) == "1. Where zip income is 1"
    assert place("zip_income") == "Zip income"
    assert place("credit-denied").startswith("1. Is ")
    assert place("overturn_rate") == "“Contested refusals that are overturned”"
    assert place("tables.teachers") == "Table teachers"
    assert place("log.columns") == "Columns of the log"
    assert place("impact_ratio") == "Impact ratio"
    assert place("") == "–"


def test_a_note_names_measures_and_attributes_as_the_other_pages_do() -> None:
    message = (
        "adverse_rate is 30.3% where zip_income is recorded; see decision_log and contest_rate."
    )
    (note,) = build(
        noted(Quality(code="unknown_differs", severity="info", where="", message=message))
    ).notes
    assert spaced(note.message) == (
        "“Credits refused” is 30.3% where zip income is recorded; see decision_log and “Refusals"
        " that are contested”."
    )


@pytest.mark.parametrize("made", [own("favorable"), unsure(), waiting({"en": FULL, "zh": SHORT})])
def test_new_words_are_plain(made: AuditRecord) -> None:
    text = build(made).findings[0]
    told = [*text.saw, *text.sure, *text.effect, *text.steps, *(e.note for e in text.exhibits)]
    for sentence in prose(" ".join(f"<p>{t}</p>" for t in [*told, text.reason])):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
        assert len(sentence.split()) <= 25, sentence
