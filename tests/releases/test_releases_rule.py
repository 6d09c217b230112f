"""The rule between two releases: when it passes, fails and stays open, and what it never shows."""

from __future__ import annotations

import json

import jsonschema
import pytest

from careaudit.errors import DataError, RecordError, UsageError
from careaudit.record import POOLED, AuditRecord
from careaudit.releases import ReleaseComparison, schema, unpaired
from careaudit.stats.releases import gap_change, unpaired_change

EVEN = {"en": (4000, 200), "es": (4000, 200)}
GAP = {"en": (4000, 200), "es": (4000, 800)}  # fails by itself


def answer(found):
    return found.verdict, found.reason


def row(found, group):
    return next(change for change in found.changes if change.group == group)


def holes(found):
    return {(hole.reason, hole.group) for hole in found.not_comparable}


def test_a_release_that_did_not_change_passes(audit):
    found = unpaired(audit(EVEN), audit({"en": (4000, 210), "es": (4000, 205)}, "2"))
    assert answer(found) == ("pass", "not_worse")
    assert found.questions[0].worst == "deny/lang/es"
    assert not found.paired
    assert found.matched is None


def test_numbers_are_those_of_the_statistics(audit):
    old, new = {"en": (2500, 880), "es": (1000, 310)}, {"en": (2500, 900), "es": (1000, 290)}
    found = unpaired(audit(old), audit(new, "2"))
    change = row(found, "es")
    # methods 9
    assert change.gap_change.value == pytest.approx(-0.028, abs=1e-12)
    assert change.gap_change.low == pytest.approx(-0.076047, abs=1.5e-6)
    assert change.gap_change.high == pytest.approx(0.020129, abs=1.5e-6)
    gap = gap_change(unpaired_change(310, 1000, 290, 1000), unpaired_change(880, 2500, 900, 2500))
    assert change.worsening_upper == pytest.approx(float(gap.interval(0.9).high))
    assert change.worsening_lower80 == pytest.approx(float(gap.interval(0.6).low))
    assert (change.n_old, change.n_new, change.old_value, change.new_value) == (
        1000,
        1000,
        0.31,
        0.29,
    )
    assert change.gap_old == pytest.approx(0.31 - 0.352)
    assert change.people.value == pytest.approx(-20)
    assert change.people.low < -20 < change.people.high
    assert row(found, "en").gap_change.value is None
    assert row(found, "en").verdict is None
    assert row(found, "en").people.value == pytest.approx(20)


def test_worse_for_a_group_fails(audit):
    found = unpaired(audit(EVEN), audit({"en": (4000, 200), "es": (4000, 420)}, "2"))
    assert answer(found) == ("fail", "worse")
    assert row(found, "es").worsening_lower80 > 0.02
    assert row(found, "es").people.value == pytest.approx(220)


def test_worse_is_worse_whichever_side_is_counted(audit):
    new = {"en": (4000, 200), "es": (4000, 420)}
    adverse = unpaired(audit(EVEN), audit(new, "2"))
    favorable = unpaired(
        audit(EVEN, measure="favorable_rate"), audit(new, "2", measure="favorable_rate")
    )
    assert answer(favorable) == ("fail", "worse")
    one, other = row(adverse, "es"), row(favorable, "es")
    assert other.gap_change.value == pytest.approx(-one.gap_change.value)
    for name in ("worsening_upper", "worsening_lower80", "p_adjusted"):
        assert getattr(other, name) == pytest.approx(getattr(one, name))
    assert other.people.value == pytest.approx(one.people.value)
    assert (other.people.low, other.people.high) == pytest.approx((one.people.low, one.people.high))


def test_nothing_is_minus_zero(audit):
    new = audit(EVEN, "2", measure="favorable_rate")
    found = unpaired(audit(EVEN, measure="favorable_rate"), new)
    assert "-0.0," not in found.to_json()


def test_a_gap_that_shrank_passes_and_counts_what_was_gained(audit):
    found = unpaired(audit({"en": (4000, 200), "es": (4000, 420)}), audit(EVEN, "2"))
    assert answer(found) == ("pass", "not_worse")
    assert row(found, "es").people.value == pytest.approx(-220)


def test_an_equally_unequal_new_release_never_passes(audit):
    found = unpaired(audit(GAP), audit(GAP, "2"))
    assert row(found, "es").verdict == "pass"
    assert answer(found) == ("fail", "new_release_fails")
    better = unpaired(audit(GAP), audit({"en": (4000, 200), "es": (4000, 700)}, "2"))
    assert answer(better) == ("fail", "new_release_fails")


def test_too_little_data_stays_open(audit):
    small = {"en": (300, 15), "es": (300, 15)}
    assert answer(unpaired(audit(small), audit(small, "2"))) == ("inconclusive", "insufficient")


def test_the_margin_decides(audit):
    old, new = audit(EVEN, ratio=0.5), audit({"en": (4000, 200), "es": (4000, 280)}, "2", ratio=0.5)
    assert answer(unpaired(old, new, 0.05)) == ("pass", "not_worse")
    assert answer(unpaired(old, new, 0.02)) == ("inconclusive", "insufficient")
    assert answer(unpaired(old, new, 0.005)) == ("fail", "worse")


@pytest.mark.parametrize("margin", [0, 1, -0.1, 2, float("nan")])
def test_a_margin_that_is_none(audit, margin):
    with pytest.raises(UsageError, match="margin"):
        unpaired(audit(EVEN), audit(EVEN, "2"), margin)


# What is missing never passes.


def test_a_group_that_is_gone(audit):
    old = {**EVEN, "fr": (4000, 200)}
    found = unpaired(audit(old), audit(EVEN, "2"))
    assert answer(found) == ("inconclusive", "missing")
    assert ("missing", "fr") in holes(found)


def test_a_group_that_is_new_is_told_and_closes_nothing(audit):
    found = unpaired(audit(EVEN), audit({**EVEN, "fr": (4000, 200)}, "2"))
    assert answer(found) == ("pass", "not_worse")
    assert ("new", "fr") in holes(found)


def test_a_segment_that_is_gone(audit):
    two = '[[segments]]\nname = "again"\ncolumn = "lang"\nreference = "en"\n[[questions]]'

    def more(text):
        return text.replace("[[questions]]", two).replace('["lang"]', '["lang", "again"]')

    found = unpaired(audit(EVEN, change=more), audit(EVEN, "2"))
    assert answer(found) == ("inconclusive", "missing")
    assert [h.segment for h in found.not_comparable] == ["again"]


def second(gate: str):
    extra = (
        '[[questions]]\nid = "other"\nmeasure = "adverse_rate"\nsegments = ["lang"]\n'
        f"gate = {gate}\n"
    )
    return lambda text: text + extra


@pytest.mark.parametrize("old_has_it", [True, False])
def test_a_question_of_one_release_alone(audit, old_has_it):
    more, less = audit(EVEN, change=second("true")), audit(EVEN, "2")
    found = unpaired(more, less) if old_has_it else unpaired(less, more)
    assert answer(found) == ("inconclusive", "missing")
    lone = next(q for q in found.questions if q.id == "other")
    assert (lone.old_verdict is None) == (not old_has_it)


def test_a_question_that_decides_nothing_closes_nothing(audit):
    found = unpaired(audit(EVEN, change=second("false")), audit(EVEN, "2"))
    assert answer(found) == ("pass", "not_worse")


def test_a_question_that_decided_the_old_release_still_decides(audit):
    found = unpaired(audit(EVEN), audit(GAP, "2", gate=False))
    assert answer(found) == ("fail", "worse")


def test_questions_that_decide_nothing_are_no_evidence(audit):
    found = unpaired(audit(EVEN, gate=False), audit(EVEN, "2", gate=False))
    assert answer(found) == ("inconclusive", "not_assessed")
    assert found.questions[0].verdict == "pass"


def test_nothing_in_common_is_an_error(audit):
    with pytest.raises(DataError, match="share no question"):
        unpaired(audit(EVEN), audit(EVEN, "2", question="other"))


def test_the_same_audit_twice_is_an_error(audit):
    with pytest.raises(DataError, match="same audit"):
        unpaired(audit(EVEN), audit(EVEN))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"measure": "favorable_rate"}, "measure_differs"),
        ({"ratio": 0.7}, "limit_differs"),
        ({"reference": "es"}, "reference_differs"),
        ({"reference": "rest"}, "reference_differs"),
        ({"change": lambda text: text.replace('["no"]', '["no", "never"]')}, "outcome_differs"),
    ],
)
def test_what_was_not_asked_alike_never_passes(audit, options, reason):
    found = unpaired(audit(EVEN), audit(EVEN, "2", **options))
    assert answer(found) == ("inconclusive", "not_comparable")
    assert reason in {hole.reason for hole in found.not_comparable}
    assert bool(found.changes) == (reason == "limit_differs")


def test_no_second_group(audit):
    found = unpaired(audit(EVEN), audit({"en": (4000, 200)}, "2"))
    assert answer(found) == ("inconclusive", "missing")


def test_other_systems_are_told(audit):
    other = audit(EVEN, "2", change=lambda text: text.replace('"bot"', '"robot"'))
    found = unpaired(audit(EVEN), other)
    assert any("two systems: bot and robot" in note for note in found.notes)
    assert answer(found) == ("pass", "not_worse")


# Small groups.


def test_small_groups_that_are_pooled_alike(audit):
    old = {**EVEN, "fr": (90, 5), "de": (90, 4), "pt": (5, 3)}
    new = {**EVEN, "fr": (80, 5), "de": (95, 4), "pt": (6, 2)}
    found = unpaired(audit(old), audit(new, "2"), 0.2)
    pool = row(found, POOLED)
    assert (pool.n_old, pool.n_new) == (185, 181)
    assert pool.in_scope
    assert not row(found, "fr").in_scope
    assert row(found, "fr").reason == "too_small_alone"
    assert answer(found) == ("pass", "not_worse")
    assert "pt" not in {change.group for change in found.changes}


def test_small_groups_that_are_pooled_otherwise(audit):
    old = {**EVEN, "fr": (90, 5), "de": (90, 4)}
    new = {**EVEN, "fr": (90, 5), "de": (4000, 200)}
    found = unpaired(audit(old), audit(new, "2"), 0.2)
    assert ("pool_differs", POOLED) in holes(found)
    assert POOLED not in {change.group for change in found.changes}
    assert row(found, "fr").in_scope


def test_a_hidden_group_leaks_nothing(audit):
    old, new = {**EVEN, "fr": (9, 2)}, {**EVEN, "fr": (8, 2)}
    found = unpaired(audit(old), audit(new, "2"))
    assert answer(found) == ("inconclusive", "suppressed")
    assert ("suppressed", "fr") in holes(found)
    assert {change.group for change in found.changes} == {"en", "es"}
    said = json.dumps([hole.model_dump() for hole in found.not_comparable])
    assert not any(digit in said for digit in "0123456789")


def test_a_hidden_reference_hides_all(audit):
    counts = {"en": (9, 3), "es": (4000, 200)}
    found = unpaired(audit(counts), audit(counts, "2"))
    assert found.verdict == "inconclusive"
    assert not found.changes


def test_the_rest_as_reference(audit):
    old = {"en": (4000, 200), "es": (4000, 200), "fr": (4000, 200)}
    new = {"en": (4000, 200), "es": (4000, 420), "fr": (4000, 200)}
    found = unpaired(audit(old, reference="rest"), audit(new, "2", reference="rest"))
    assert answer(found) == ("fail", "worse")
    assert row(found, "es").gap_new == pytest.approx(0.105 - 0.05)
    assert {change.reference for change in found.changes} == {"rest"}


def test_customers_make_groups_worth_less(audit):
    import pandas as pd

    rows = [
        ("no" if who % 20 == 0 else "yes", group, f"{group}{who}")
        for group in ("en", "es") for who in range(1000) for _ in range(4)
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=["outcome", "lang", "who"])
    plain = unpaired(audit(data), audit(data, "2"))
    clustered = unpaired(audit(data, subject=True), audit(data, "2", subject=True))
    for group in ("en", "es"):  # customers agree with themselves: 4 decisions are worth 1
        assert row(plain, group).effective_new == pytest.approx(4000)
        assert row(clustered, group).effective_new == pytest.approx(1000, rel=0.01)
    assert answer(plain) == ("pass", "not_worse")
    assert answer(clustered) == ("inconclusive", "insufficient")


def test_money_is_the_growth_of_the_shortfall(audit):
    import pandas as pd

    def paid(text):
        return text.replace('decision = "outcome"', 'decision = "outcome"\namount = "usd"').replace(
            "[log.columns]", '[log]\ncurrency = "USD"\n[log.columns]'
        )

    def data(en, es, n):
        rows = [("yes", "en", en), ("yes", "es", es)] * n + [("no", "en", 0), ("no", "es", 0)] * n
        return pd.DataFrame(rows, columns=["outcome", "lang", "usd"])

    found = unpaired(
        audit(data(10, 8, 500), change=paid), audit(data(10, 7, 1000), "2", change=paid)
    )
    # shortfall per request .5 x 2 and .5 x 3; of 2,000 new requests
    assert row(found, "es").money.value == pytest.approx(2000 * (1.5 - 1.0))
    assert row(found, "es").money.currency == "USD"
    assert row(found, "es").money.low < 1000 < row(found, "es").money.high
    euro = audit(data(10, 7, 1000), "2", change=lambda text: paid(text).replace("USD", "EUR"))
    assert row(unpaired(audit(data(10, 8, 500), change=paid), euro), "es").money is None


# The document.


@pytest.fixture
def found(audit) -> ReleaseComparison:
    return unpaired(audit(EVEN), audit(GAP, "2"))


def test_the_document_comes_back_as_it_went(found, tmp_path):
    path = tmp_path / "compare.json"
    path.write_text(found.to_json())
    again = ReleaseComparison.load(path)
    assert again == found
    assert again.digest == found.digest
    jsonschema.validate(json.loads(found.to_json()), schema())


def test_the_same_input_gives_the_same_bytes(audit, found):
    fresh = [AuditRecord.from_json(r.to_json()) for r in (audit(EVEN), audit(GAP, "2"))]
    assert unpaired(*fresh).to_json() == found.to_json()


def test_the_records_are_named_by_their_digests(audit, found):
    assert found.old.record_sha256 == audit(EVEN).digest
    assert found.new.plan_sha256 == audit(GAP, "2").provenance.plan_sha256


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "not a comparison"),
        ("[]", "not a comparison"),
        ("[" * 100 + "]" * 100, "deeply"),
        ("{", "not valid JSON"),
        ('{"schema_version": 2, "not_comparable": []}', "newer"),
        ('{"schema_version": 1, "not_comparable": []}', "damaged at old"),
        ('{"schema_version": 1, "schema_version": 1}', "twice"),
    ],
)
def test_a_damaged_document_is_refused(text, says):
    with pytest.raises(RecordError, match=says):
        ReleaseComparison.from_json(text)


def test_an_unknown_key_is_refused(found):
    tree = json.loads(found.to_json()) | {"more": 1}
    with pytest.raises(RecordError, match="damaged at more"):
        ReleaseComparison.from_json(json.dumps(tree))
