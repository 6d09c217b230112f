"""The founding case, from the raw log to the sentence: every number is that of methods 8."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

import careaudit

OTHERS = (
    "My router fails since {}", "Please take {} off my account", "You charged me twice in {}",
    "No service for days in {}", "The late fee of {} was paid in time",
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July")


def founding_log(phrase: str = "billing dispute") -> pd.DataFrame:
    """Low-income ZIPs n 2000, others 6000; 800 and 600 chats hold the phrase.

    Denied with and without it: 60 % and 20 % in both. Confirmed fraud: 2 % with and without it,
    in both, of denied and of granted alike as far as whole numbers go.
    """
    rows = []
    for zipped, said, n, denied, fraud in (
        ("low", True, 800, 480, 16), ("low", False, 1200, 240, 24),
        ("other", True, 600, 360, 12), ("other", False, 5400, 1080, 108),
    ):  # fmt: skip
        frauds = round(fraud * denied / n)
        for i in range(n):
            refused = i < denied
            fraudulent = i < frauds if refused else i - denied < fraud - frauds
            month = MONTHS[i % len(MONTHS)]
            text = OTHERS[i % len(OTHERS)].format(month)
            if said:
                text = f"Hello, a {phrase} about {month}"
            rows.append(("denied" if refused else "granted", zipped, text, str(int(fraudulent))))
    log = pd.DataFrame(rows, columns=["decision", "zip", "message", "confirmed_fraud"])
    log["customer"] = [f"c{i}" for i in range(len(log))]
    log["phrase"] = log["message"].str.contains(phrase).map({True: "yes", False: "no"})
    return log.sample(frac=1, random_state=3).reset_index(drop=True)


def plan(tmp_path, drivers: str) -> str:
    path = tmp_path / "careaudit.toml"
    path.write_text(
        f"""
schema_version = 1
[audit]
name = "Credits"
justification = "The founding case."
[log]
path = ["unused.csv"]
[log.columns]
decision = "decision"
subject_id = "customer"
text = ["message"]
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "zip"
column = "zip"
kind = "proxy"
reference = "other"
[[questions]]
id = "credit"
ask = "Are credits granted as often?"
measure = "favorable_rate"
segments = ["zip"]
[label]
column = "confirmed_fraud"
positive = ["0"]
selection = "all"
{drivers}
"""
    )
    return str(path)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = plan(tmp_path_factory.mktemp("why"), '[drivers]\nfields = ["phrase"]')
    return careaudit.audit(founding_log(), plan=path, as_of="2026-11-22")


def test_the_gap_is_that_of_the_case(record):
    (gap,) = record.comparisons
    assert (gap.group_value, gap.reference_value) == pytest.approx((0.64, 0.76))
    assert gap.ratio.value == pytest.approx(0.842105, abs=1e-6)
    assert gap.four_fifths is False
    assert gap.u.value == pytest.approx(1.2)
    assert (gap.verdict, gap.reason) == ("fail", "established")
    assert gap.affected.people.value == pytest.approx(240)


def test_the_phrase_is_named_alone_with_its_numbers(record):
    listed = [d for d in record.drivers if d.kind == "term" and d.listed]
    assert [d.name for d in listed] == ["billing dispute"]
    (phrase,) = listed
    assert phrase.z == pytest.approx(32.639286, abs=1e-6)
    assert phrase.mix_share == pytest.approx(1.0)
    assert phrase.within.value == pytest.approx(0.0, abs=1e-12)
    assert phrase.validity == "unsupported"
    assert phrase.customers == 1400


def test_the_field_beside_it_is_a_proxy_by_the_published_numbers(record):
    (field,) = [d for d in record.drivers if d.kind == "field"]
    assert field.association.value == pytest.approx(0.341720, abs=1e-6)
    assert field.mutual_information == pytest.approx(0.051599, abs=1e-6)
    assert field.listed
    assert field.mix_share == pytest.approx(1.0)
    assert field.validity == "unsupported"


def test_the_sentence_says_it_in_effect_and_never_excuses_the_gap(record):
    for driver in record.drivers:
        said = driver.sentence.lower()
        assert not re.search(r"explain|justif|because|due to|caus", said)
        if driver.kind == "term" and driver.listed:
            assert "gap runs entirely through the phrase" in said
            assert "billing dispute" in said
            assert "does not predict confirmed fraud" in said


def test_no_verdict_rests_on_it(record, tmp_path):
    bare = careaudit.audit(
        founding_log(), plan=plan(tmp_path, '[drivers]\nfields = ["phrase"]'), drivers=False,
        as_of="2026-11-22",
    )  # fmt: skip
    assert bare.comparisons == record.comparisons
    assert (bare.verdict, bare.reason) == (record.verdict, record.reason)
    assert not bare.drivers
    assert "drivers_skipped" in {note.code for note in bare.quality}


def test_no_message_of_the_log_is_in_the_record(record):
    text = json.dumps(json.loads(record.to_json()), ensure_ascii=False).lower()
    for message in founding_log()["message"].unique():
        assert message.lower() not in text


def test_the_same_bytes_again(record, tmp_path):
    again = careaudit.audit(
        founding_log(), plan=plan(tmp_path, '[drivers]\nfields = ["phrase"]'), as_of="2026-11-22"
    )
    assert again.to_json() == record.to_json()
