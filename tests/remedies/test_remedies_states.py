"""The remedies of whole audits: what is offered, what is not and why, and what is said."""

from __future__ import annotations

import re

import numpy as np
import pytest
from remedy_logs import COLUMNS, CUT, WEIGHT, log, plan, truth

import careaudit
from careaudit import drivers
from careaudit.drivers import Found
from careaudit.record import Driver

ORDER = ("without", "refit", "threshold", "review", "constrained", "group_thresholds")
UNSCORED = {ours: theirs for ours, theirs in COLUMNS.items() if ours != "score"}
BANNED = re.compile(
    r"explain|justif|because|due to|caus|optimal|\bfair|\bbest\b|bias|prove|discriminat|complian"
)


@pytest.fixture(scope="module", autouse=True)
def looks():
    """One look that lists the input that raises the score: remedies start from what is listed."""
    listed = Driver(
        question="denied", segment="zip", group="low", reference="other", kind="field",
        name="wording", mix_share=1.0, listed=True, reason="listed", sentence="",
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drivers, "LOOKS", (lambda scene: Found(drivers=(listed,)),))
        yield


@pytest.fixture
def cuts_only(monkeypatch):
    """Without the rule that fairlearn learns, which takes most of the time of an audit."""
    monkeypatch.setattr("careaudit.remedies.constrained", lambda case: None)


def remedies(tmp_path, drawn, **more):
    return careaudit.audit(log(drawn), plan=plan(tmp_path, **more)).impact.remedies


@pytest.fixture(scope="module")
def drawn():
    return truth(8_000, 1)


@pytest.fixture(scope="module")
def scored(drawn, looks, tmp_path_factory):
    return remedies(tmp_path_factory.mktemp("scored"), drawn)


def test_the_least_intrusive_comes_first_and_all_are_priced(scored):
    assert [r.kind for r in scored] == [
        "without", "threshold", "review", "constrained", "group_thresholds",
    ]  # fmt: skip
    assert {r.state for r in scored} == {"estimated"}
    assert [r.uses_group for r in scored] == [False] * 4 + [True]
    assert scored[0].name == "wording"
    assert {(r.question, r.segment, r.group, r.reference) for r in scored} == {
        ("denied", "zip", "low", "other")
    }
    for one in scored:
        assert one.gap.low <= one.gap.value <= one.gap.high
        assert one.labelled < one.rows
        assert [g.group for g in one.groups] == ["low", "other"]


def test_sentences_say_the_range_and_nothing_that_must_not_be_said(scored):
    for one in scored:
        assert not BANNED.search(one.sentence.lower()), one.sentence
        low, high = (
            f"{end * 100:.1f}".replace("-", "−").replace("−0.0", "0.0")
            for end in (one.gap.low, one.gap.high)
        )
        assert f"({low} to {high})" in one.sentence
    assert "counsel" in scored[-1].sentence
    assert "protected attribute" in scored[-1].sentence
    assert "people decide as the labels say" in scored[2].sentence
    assert scored[0].sentence.startswith("If the score no longer counted the input “wording”, and")


def test_taking_off_the_weight_does_what_the_truth_says(scored, drawn):
    """The score as it would have been, which only the maker of the log knows, cut alike."""
    one = scored[0]
    at = one.curve[0].setting
    then = drawn["score"] - WEIGHT * (drawn["wording"] == "dispute") <= at
    now, due, low = drawn["decision"] == "granted", drawn["due"], drawn["zip"] == "low"
    change = then.astype(int) - now.astype(int)
    assert one.helped.low < change[due].sum() < one.helped.high
    assert one.undue.low < change[~due].sum() < one.undue.high
    assert one.gap.low < then[~low].mean() - then[low].mean() < one.gap.high
    credit = drawn.loc[now].groupby("zip")["credit"].mean()
    paid = sum(credit[name] * change[drawn["zip"] == name].sum() for name in credit.index)
    assert one.money.low < paid < one.money.high
    assert one.undue.low <= 0
    assert abs(one.gap.value) < 0.03 < one.gap_now.value
    milder = one.curve[1]
    assert milder.setting == drawn.loc[drawn["score"] <= CUT, "score"].max() > at


def test_the_dials_run_from_today_and_go_on_deciding(scored, drawn):
    threshold, review = scored[1], scored[2]
    assert threshold.curve[0].gap == pytest.approx(threshold.gap_now.value)
    assert (drawn["score"] > threshold.curve[-1].setting).mean() > 0.009
    assert [p.setting for p in threshold.curve] == sorted(p.setting for p in threshold.curve)
    assert threshold.undue.value > 0
    assert review.curve[0].setting == 0.0
    errors = [p.errors for p in review.curve]
    assert errors == sorted(errors, reverse=True)
    assert review.undue.value < 0 < review.helped.value
    share = review.review.value / len(log(truth(8_000, 1)))
    assert any(share == pytest.approx(p.setting, abs=0.02) for p in review.curve)


def test_the_same_log_in_another_order_gives_the_same_bytes(scored, drawn, tmp_path):
    again = remedies(tmp_path, drawn.sample(frac=1, random_state=2))
    assert [one.model_dump_json() for one in again] == [one.model_dump_json() for one in scored]


@pytest.mark.usefixtures("cuts_only")
def test_a_high_score_may_speak_for_the_favorable_decision(scored, drawn, tmp_path):
    turned = drawn.assign(score=(1 - drawn["score"]).round(3))
    found = remedies(tmp_path, turned, more='high_score = "favorable"')
    for one, other in zip(scored[:3], found[:3], strict=True):
        assert other.gap.value == pytest.approx(one.gap.value, abs=1e-9)
        assert other.helped.value == pytest.approx(one.helped.value)
    settings = [1 - p.setting for p in found[1].curve]
    assert settings == pytest.approx([p.setting for p in scored[1].curve])


@pytest.mark.usefixtures("cuts_only")
def test_a_threshold_of_each_decision_is_the_cut(drawn, tmp_path):
    """Scores and thresholds of two scales tell the same as one scale."""
    scale = np.where(np.arange(len(drawn)) % 2, 3.0, 0.0)
    frame = log(drawn).assign(limit=CUT + scale, score=drawn["score"] + scale)
    columns = COLUMNS | {"threshold": "limit"}
    found = careaudit.audit(frame, plan=plan(tmp_path, columns=columns)).impact.remedies
    assert [one.kind for one in found][:3] == ["without", "threshold", "review"]
    assert abs(found[0].gap.value) < 0.03


def test_without_a_score_a_rule_is_learned_from_the_inputs_that_are_left(drawn, tmp_path):
    found = remedies(tmp_path, drawn, columns=UNSCORED)
    assert [r.kind for r in found] == ["refit", "constrained"]
    assert found[0].name == "wording"
    assert "without the input “wording”" in found[0].sentence


@pytest.mark.parametrize(
    ("reason", "change", "more"),
    [
        ("no_labels", lambda d: d, {"label": False}),
        ("no_labels", lambda d: d.assign(checked=False), {}),
        ("labels_selected", lambda d: d, {"selection": "appealed"}),
        ("one_sided_labels",
         lambda d: d.assign(checked=d["checked"] & (d["decision"] == "denied")), {}),
        ("one_sided_labels", lambda d: d.assign(checked=d["checked"] & d["due"]), {}),
        ("few_labels",
         lambda d: d.assign(checked=d["checked"] & (np.arange(len(d)) % 40 == 0)), {}),
        ("no_score_and_no_inputs", lambda d: d.drop(columns="wording").assign(wording=""),
         {"columns": UNSCORED, "fields": ("wording",)}),
    ],
)  # fmt: skip
def test_where_nothing_can_be_priced_it_is_said_once(drawn, tmp_path, reason, change, more):
    (one,) = remedies(tmp_path, change(drawn), **more)
    assert (one.state, one.reason, one.name) == ("not_assessed", reason, "all remedies")
    assert one.gap.value is None
    assert one.sentence.startswith("What it would change could not be told: ")
    assert not BANNED.search(one.sentence)


@pytest.mark.usefixtures("cuts_only")
def test_a_score_that_does_not_decide_has_no_dial(drawn, tmp_path):
    mixed = drawn.assign(score=np.random.default_rng(3).random(len(drawn)).round(3))
    found = remedies(tmp_path, mixed)
    assert [(r.kind, r.reason) for r in found][:2] == [
        ("threshold", "score_does_not_decide"), ("refit", None),
    ]  # fmt: skip
    assert [ORDER.index(r.kind) for r in found][1:] == sorted(
        ORDER.index(r.kind) for r in found[1:]
    )


@pytest.mark.usefixtures("cuts_only")
def test_scores_that_are_none_leave_their_decisions_as_they_are(drawn, tmp_path):
    frame = log(drawn)
    frame["score"] = frame["score"].astype(str)
    for place, odd in enumerate(("", "inf", "-inf", "nan", "1e308", "a\x00b", "=1+1")):
        frame.loc[place::200, "score"] = odd
    found = careaudit.audit(frame, plan=plan(tmp_path)).impact.remedies
    assert {r.state for r in found} == {"estimated"}
    last = found[1].curve[-1]
    unscored = np.arange(len(drawn)) % 200 < 7
    assert last.setting < drawn["score"].max()
    left = drawn["decision"].eq("denied") & (unscored | (drawn["score"] > last.setting))
    low = drawn["zip"] == "low"
    assert last.gap == pytest.approx(left[low].mean() - left[~low].mean(), abs=0.02)


@pytest.mark.usefixtures("cuts_only")
def test_too_few_labels_of_one_kind_to_learn_from_are_named(drawn, tmp_path):
    undue = ~drawn["due"]
    few = drawn.assign(checked=(drawn["checked"] & drawn["due"]) | (undue & (undue.cumsum() <= 12)))
    found = remedies(tmp_path, few, columns=UNSCORED)
    assert [(r.kind, r.reason) for r in found if r.state == "not_assessed"] == [
        ("refit", "not_enough_to_learn")
    ]


@pytest.mark.usefixtures("cuts_only")
def test_a_crossing_has_remedies_where_no_part_of_it_has(drawn, tmp_path):
    text = plan(tmp_path).read_text().replace('segments = ["zip"]', 'segments = ["zip*channel"]')
    text += '[[segments]]\nname = "channel"\ncolumn = "channel"\n'
    (tmp_path / "careaudit.toml").write_text(text)
    found = careaudit.audit(log(drawn), plan=tmp_path / "careaudit.toml").impact.remedies
    assert {r.segment for r in found} == {"zip*channel"}
    told = found[0]
    rate = (drawn["decision"] == "granted").groupby([drawn["zip"], drawn["channel"]]).mean()
    assert {g.group for g in told.groups} == {"*".join(key) for key in rate.index}
    for group in told.groups:
        assert group.favorable_now == pytest.approx(rate[tuple(group.group.split("*"))])


def test_one_gap_a_segment_the_largest_and_of_the_decision_itself():
    from types import SimpleNamespace as Some

    from careaudit.cells import ADVERSE, DECIDED, DUE
    from careaudit.remedies import _gaps

    def gap(segment, crude, n, cases=DECIDED):
        measure = Some(cases=cases, events=ADVERSE & cases, of=None, when=None)
        return Some(
            segment=segment, parts=tuple(segment.split("*")), crude=crude, measure=measure,
            comparison=Some(n=n),
        )  # fmt: skip

    small, large = gap("zip", 0.3, 100), gap("zip", 0.1, 1_000)
    crossed, labelled = gap("zip*age", 0.9, 1_000), gap("age", 0.5, 1_000, DUE)
    alone = gap("age*channel", 0.1, 10)
    found = _gaps(Some(gaps=(small, labelled, large, crossed, alone)))
    assert found == [large, alone]


@pytest.mark.usefixtures("cuts_only")
def test_audited_labels_count_for_the_decisions_that_they_stand_for(drawn, tmp_path):
    """All adverse decisions and three tenths of the favorable ones are checked: the same answer."""
    rng = np.random.default_rng(5)
    denied = drawn["decision"] == "denied"
    some = drawn.assign(checked=denied | (rng.random(len(drawn)) < 0.3))
    one = remedies(tmp_path, some, selection="audited")[0]
    then = drawn["score"] - WEIGHT * (drawn["wording"] == "dispute") <= one.curve[0].setting
    change = then.astype(int) - (drawn["decision"] == "granted").astype(int)
    assert one.helped.low < change[drawn["due"]].sum() < one.helped.high
    assert one.undue.low < change[~drawn["due"]].sum() < one.undue.high
    assert one.undue.low <= 0 <= one.undue.high
