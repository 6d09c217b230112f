"""Phrases end to end: the true proxy is named, nothing else is, and no text comes out."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import term_logs
from term_logs import CHINESE, ENGLISH, SPANISH, Mixed, audit, found, listed, notes, seed_case, told
from told_samples import HOME, telecom

from careaudit.drivers.looks import terms
from careaudit.drivers.words import terms as words
from careaudit.errors import CareauditError, DataError
from careaudit.record import AuditRecord, Driver
from careaudit.sources import files, inputs

phrases_only = term_logs.phrases_only
pytestmark = pytest.mark.usefixtures("phrases_only")
SENTENCE = (
    "The gap runs entirely through the phrase “billing dispute”, and the phrase does not predict "
    "confirmed fraud."
)


@cache
def drawn(other: str = "") -> pd.DataFrame:
    """The seed case, drawn once: tests change a copy."""
    return seed_case(other)


def small() -> pd.DataFrame:
    """Every third decision of the seed case."""
    return drawn()[::3].reset_index(drop=True)


@cache
def of_small() -> AuditRecord:
    """The audit of these."""
    return audit(small())


@cache
def labelled(other: str) -> AuditRecord:
    """The audit of the seed case with its label."""
    return audit(drawn(other), label=True)


def named(record: AuditRecord, name: str) -> Driver:
    return next(driver for driver in found(record) if driver.name == name)


@pytest.mark.parametrize("other", ["", "refund request"])
def test_the_seed_case_is_named_as_methods_8_says(other: str) -> None:
    record = labelled(other)
    assert record.comparisons[0].verdict == "fail"
    assert listed(record) == ["billing dispute"]
    driver = named(record, "billing dispute")
    assert driver.z == pytest.approx(32.639286, abs=1e-6)
    assert driver.mix_share == pytest.approx(1.0, abs=1e-12)
    assert driver.within.value == pytest.approx(0.0, abs=1e-12)
    assert driver.within.low < 0 < driver.within.high
    assert (driver.validity, driver.customers) == ("unsupported", 1400)
    assert driver.sentence.startswith(SENTENCE)
    told_of = " ".join(d.sentence for d in record.drivers).lower()
    assert not re.search(r"explain|justif|because|biased|\bfair\b", told_of)
    if other:  # as good a partition of the decisions, but not what the harmed side writes
        assert named(record, other).carried_by == "billing dispute"


MIXED = {
    "spanish": (
        Mixed("cargo disputado", "plaza vecina", "reclamo formal", SPANISH),
        "cargo disputado",
    ),
    "chinese": (Mixed("账单争议", "周末套餐", "投诉升级", list(CHINESE), ""), "账单争议"),
}


@pytest.mark.parametrize("name", MIXED)
def test_only_the_true_proxy_is_named_among_decoys(name: str) -> None:
    log, proxy = MIXED[name]
    record = audit(log.frame())
    assert listed(record) == [proxy]
    common, moving = named(record, log.common), named(record, log.moving)
    assert (common.listed, common.reason) == (False, "not_with_decision")
    assert (moving.listed, moving.reason) == (False, "not_with_segment")
    assert ("terms_by_characters" in notes(record)) == (name == "chinese")


def test_telecom_credits_names_billing_dispute_and_nothing_else() -> None:
    record = telecom()
    pairs = {(d.group, d.name) for d in found(record) if d.listed and d.question == "credit-denied"}
    failing = {
        c.group
        for c in record.comparisons
        if c.question == "credit-denied" and c.segment == "zip_income" and c.verdict == "fail"
    }
    assert failing >= {"1", "2", "3"}
    assert pairs >= {(group, "billing dispute") for group in failing}
    assert {name for _, name in pairs} == {"billing dispute"}
    assert set(listed(record)) == {"billing dispute"}
    texts = pd.read_csv(HOME / "decisions.csv.gz")["message"].dropna()
    told_of = record.to_json().lower()
    assert not [text for text in texts.unique() if text.lower() in told_of]


def test_two_proxies_are_both_named_and_the_word_beside_both_is_not() -> None:
    rng = np.random.default_rng(8)
    n = 9_000
    low, which = rng.random(n) < 0.4, rng.random(n)
    rate = np.where(low, 0.3, 0.08)
    one, two = which < rate, which > 1 - rate
    beside = rng.random(n) < np.where(one | two, 0.9, 0.05)
    denied = rng.random(n) < 0.15 + 0.4 * (one | two)
    phrases = ["billing dispute", "wrong tariff", "urgent"]
    frame = pd.DataFrame({
        "side": np.where(low, "low", "other"), "outcome": np.where(denied, "no", "yes"),
        "message": told(ENGLISH, [one, two, beside], phrases, 9),
    })  # fmt: skip
    record = audit(frame)
    assert set(listed(record)) == {"billing dispute", "wrong tariff"}
    shares = {name: named(record, name).mix_share for name in phrases}
    assert shares["urgent"] > max(shares["billing dispute"], shares["wrong tariff"])
    assert named(record, "urgent").reason == "carried_by"


@pytest.mark.parametrize("direct", [0.0, 0.15])
def test_words_that_nothing_hangs_on_are_not_named(direct: float) -> None:
    """A gap that does not run through words, and no gap at all."""
    assert listed(audit(no_proxy(1, direct))) == []


def no_proxy(seed: int, direct: float, n: int = 3_000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    low = rng.random(n) < 0.4
    denied = rng.random(n) < 0.2 + direct * low
    habit = rng.random(n) < 0.5
    return pd.DataFrame({
        "side": np.where(low, "low", "other"), "outcome": np.where(denied, "no", "yes"),
        "message": told(ENGLISH, [habit], ["thank you"], seed),
    })  # fmt: skip


def test_words_of_few_customers_are_nowhere_however_often_they_are_used() -> None:
    frame = drawn().copy()
    frame["customer"] = [f"c{i}" for i in range(len(frame))]
    low, denied = frame["side"] == "low", frame["outcome"] == "no"
    chosen = frame.index[low & denied][:300]
    frame.loc[chosen, "customer"] = [f"few{i % 9}" for i in range(300)]
    frame.loc[chosen, "message"] += " secretword"
    record = audit(frame, columns='text = ["message"]\nsubject_id = "customer"')
    assert found(record)
    assert "secretword" not in record.to_json()


def test_what_is_written_after_the_decision_is_not_named() -> None:
    frame = small()
    denied = frame["outcome"] == "no"
    frame["note"] = np.where(denied, "request declined", "credit granted")
    record = audit(frame, columns='text = ["message", "note"]')
    assert listed(record) == ["billing dispute"]
    leak = named(record, "request declined")
    assert leak.reason == "same_as_outcome"
    assert named(record, "credit granted").reason == "same_as_outcome"


def test_what_names_the_segment_is_not_named() -> None:
    frame = small()
    frame["message"] += np.where(frame["side"] == "low", " greetings lowtown", " regards")
    record = audit(frame)
    assert listed(record) == ["billing dispute"]
    driver = named(record, "greetings lowtown")
    assert (driver.reason, driver.within.value) == ("same_as_segment", None)


def test_customers_count_not_their_mentions() -> None:
    """A few customers who write the same many times make no evidence."""
    rng = np.random.default_rng(3)
    rows = []
    for i in range(1_500):
        low, talks = i % 3 == 0, i % 50 == 0
        for _ in range(40 if talks else 1):
            denied = rng.random() < 0.2 + 0.15 * low
            rows.append(
                (
                    f"c{i}",
                    "low" if low else "other",
                    "no" if denied else "yes",
                    f"loud voice {rng.choice(ENGLISH)}" if talks else rng.choice(ENGLISH),
                )
            )
    frame = pd.DataFrame(rows, columns=["customer", "side", "outcome", "message"])
    record = audit(frame, columns='text = ["message"]\nsubject_id = "customer"')
    assert listed(record) == []
    loud = [driver for driver in found(record) if driver.name == "loud voice"]
    assert all(driver.customers == 30 for driver in loud)


def test_without_free_text_it_is_said() -> None:
    frame = small()
    frame["channel"] = "chat"
    record = audit(frame, columns="", more='[drivers]\nfields = ["channel"]')
    assert found(record) == []
    assert "text_not_mapped" in notes(record)


def test_words_of_a_restricted_table_never_leave_it(tmp_path: Path) -> None:
    frame = small()
    frame["customer"] = [f"c{i}" for i in range(len(frame))]
    notes_of = frame.pop("message")
    pd.DataFrame({"customer": frame["customer"], "note": notes_of}).to_csv(
        tmp_path / "crm.csv", index=False
    )
    frame["message"] = "please credit my account"
    crm = f"""
[tables.crm]
path = "{tmp_path / "crm.csv"}"
key = {{ subject_id = "customer" }}
access = "restricted"
"""
    with pytest.raises(DataError, match=r"there is no column"):  # text stands in the log itself
        audit(frame, columns='subject_id = "customer"\ntext = ["crm.note"]', more=crm)


BAD = {
    "empty": ["", "  ", "\t"],
    "no words": ["123 456", "½ 7", "\x01\x02\x1b[31m\x07", "\u200b\u200d\ufeff", "🙂", "<b></b>"],
}


@pytest.mark.parametrize("name", BAD)
def test_texts_without_words_are_said(name: str) -> None:
    frame = small()
    frame["message"] = [BAD[name][i % len(BAD[name])] for i in range(len(frame))]
    record = audit(frame)
    assert found(record) == []
    assert "text_empty" in notes(record)


def test_one_text_for_all_names_nothing() -> None:
    frame = small()
    frame["message"] = "please credit my account"
    record = audit(frame)
    assert found(record) == []
    assert "terms_tested" in notes(record)


def test_hostile_texts_leave_the_phrase_and_no_markup() -> None:
    frame = small()
    dirt = [
        "\x1b[31m{}\x1b[0m", "<script>alert('x')</script> {} <b>", "\u200b{}\u202e", "{}\x00\x07",
        "{} 🙂 {{7*7}} =cmd|' /C calc'!A0", "{} ana@example.com 4111 1111 1111 1111",
    ]  # fmt: skip
    frame["message"] = [dirt[i % len(dirt)].format(text) for i, text in enumerate(frame["message"])]
    record = audit(frame)
    assert listed(record) == ["billing dispute"]
    for driver in found(record):
        assert re.fullmatch(r"[^\W\d_']+(?:[ '][^\W\d_]+)*", driver.name)
        assert "ana" not in driver.name.split()


def test_messages_of_100_kb_are_read_to_a_bound() -> None:
    frame = small()
    rows = np.arange(len(frame)) % 40 == 0
    frame.loc[rows, "message"] += " word" * 20_000
    frame.loc[rows, "message"] += " tailword"
    record = audit(frame)
    assert listed(record) == ["billing dispute"]
    assert "tailword" not in record.to_json()


def test_where_one_side_has_hardly_any_text_it_is_said() -> None:
    frame = small()
    other = np.flatnonzero(frame["side"] == "other")
    frame.loc[other[other % 10 > 0], "message"] = None
    record = audit(frame)
    assert "100% of the decisions about low" in notes(record)["text_one_sided"]
    assert "10% of those about other" in notes(record)["text_one_sided"]


def test_text_that_one_side_lacks_makes_no_word_a_proxy() -> None:
    """Words by chance, but fewer texts on the low side, where more is denied without one."""
    rng = np.random.default_rng(4)
    low = rng.random(9_000) < 0.4
    text = rng.random(9_000) < np.where(low, 0.3, 0.9)
    denied = rng.random(9_000) < np.where(text, 0.15, 0.45)
    messages = np.array(told(ENGLISH, [low & False], ["x"], 4), dtype=object)
    messages[~text] = None
    frame = pd.DataFrame({"side": np.where(low, "low", "other"), "message": messages,
                          "outcome": np.where(denied, "no", "yes")})  # fmt: skip
    record = audit(frame)
    assert record.comparisons[0].verdict == "fail"
    assert listed(record) == []


def test_a_log_larger_than_the_sample_gives_the_same_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = small()
    frame["customer"] = [f"c{i // 3}" for i in range(len(frame))]
    columns = 'text = ["message"]\nsubject_id = "customer"'
    whole = audit(frame, columns=columns, label=True)
    monkeypatch.setattr(terms, "SAMPLE", 4_000)
    monkeypatch.setattr(inputs, "BATCH", 700)
    parts = audit(frame, columns=columns, label=True)
    assert listed(parts) == listed(whole) == ["billing dispute"]
    ours, theirs = (named(one, "billing dispute") for one in (parts, whole))
    for key in ("z", "mix_share", "customers", "validity", "within", "association"):
        assert (
            getattr(ours, key) == pytest.approx(getattr(theirs, key))
            if isinstance(getattr(ours, key), float)
            else getattr(ours, key) == getattr(theirs, key)
        )


def test_two_runs_give_the_same_bytes_and_row_order_does_not_matter() -> None:
    frame = small()
    turned = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    one, again, other = of_small(), audit(frame), audit(turned)
    assert one.to_json() == again.to_json()
    assert listed(one) == ["billing dispute"]
    assert [d.model_dump() for d in found(one)] == [d.model_dump() for d in found(other)]


def test_at_most_twenty_others_stay_and_each_says_why() -> None:
    record = labelled("refund request")
    others = [driver for driver in found(record) if not driver.listed]
    assert 0 < len(others) <= 20
    assert all(driver.sentence and driver.reason in terms.WHY for driver in others)
    assert all((driver.carried_by is None) == (driver.reason != "carried_by") for driver in others)
    assert all(min(d.q_segment, d.q_decision) <= 0.05 for d in others)


def test_no_message_is_in_the_record() -> None:
    frame = small()
    text = json.dumps(json.loads(of_small().to_json()), ensure_ascii=False).lower()
    longer = [message for message in frame["message"] if len(words([message])) > 3]
    assert len(longer) > 2_000
    assert not [message for message in longer if message in text]


def test_a_sort_that_finds_too_little_room_starts_again_with_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = small()
    once = of_small()
    rooms: list[str] = []
    run = files.Workspace.run
    monkeypatch.setattr(files, "SORT_ROOM", ("1MB", "80%"))
    monkeypatch.setattr(
        files.Workspace, "run", lambda self, sql: rooms.append(sql) or run(self, sql)
    )
    assert audit(frame).drivers == once.drivers
    tried = [sql for sql in rooms if "memory_limit = " in sql]
    assert "1MB" in tried[0]
    assert "80%" in tried[1]
    monkeypatch.setattr(files, "SORT_ROOM", ("1MB",))
    with pytest.raises(CareauditError):
        audit(frame)
