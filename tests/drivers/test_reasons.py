"""Who is given which reason: counted by hand, small cells hidden, texts never copied."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_samples import HOME, telecom
from told_scenes import scene

from careaudit.drivers.looks import reasons
from careaudit.drivers.looks.reasons import is_code, withheld
from careaudit.drivers.scene import Found
from careaudit.plan import Plan

TEXT = "Dear customer, your request was looked at with care and cannot be granted to you today."


def plan(mapped: bool = True, least: int = 10) -> Plan:
    columns = {"decision": "decision", "decision_id": "id", "subject_id": "customer"}
    columns |= {"reason_code": "why"} if mapped else {}
    return Plan.model_validate(
        {
            "audit": {"name": "n", "justification": "j"},
            "log": {"columns": columns},
            "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
            "segments": [{"name": "zip", "column": "zip"}, {"name": "other", "column": "zip"}],
            "questions": [
                {"id": "q", "measure": "adverse_rate", "segments": ["zip", "other"], "ask": "?"}
            ],
            "privacy": {"min_cell": least},
        }
    )


def frame(parts: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Group, decision, reason, rows; every row its own customer."""
    rows = [part[:3] for part in parts for _ in range(part[3])]
    found = pd.DataFrame(rows, columns=["zip", "decision", "why"])
    found["id"] = [f"d{n}" for n in range(len(found))]
    found["customer"] = [f"c{n}" for n in range(len(found))]
    return found


def look(data: pd.DataFrame, of: Plan | None = None, *segments: str) -> Found:
    return reasons.look(scene(of or plan(), data, *(segments or ("zip",))))


def rows(found: Found, group: str) -> dict[str, tuple[int, int | None, float | None]]:
    return {
        row.reason: (row.n, row.with_reason, row.share)
        for row in found.reasons["zip"]
        if row.group == group
    }


def test_shares_are_those_counted_by_hand():
    found = look(
        frame(
            [
                ("low", "denied", "risk", 60), ("low", "denied", "late", 20),
                ("low", "denied", "", 20), ("low", "granted", "risk", 50),
                ("high", "denied", "risk", 10), ("high", "denied", "late", 30),
                ("", "denied", "late", 15), ("high", "granted", "", 90),
            ]
        )
    )  # fmt: skip
    assert rows(found, "low") == {
        "risk": (100, 60, 0.6), "late": (100, 20, 0.2), "no reason recorded": (100, 20, 0.2)
    }  # fmt: skip
    assert rows(found, "high") == {"risk": (40, 10, 0.25), "late": (40, 30, 0.75)}
    assert {row.group for row in found.reasons["zip"]} == {"low", "high"}
    assert found.quality == ()


def test_only_segments_with_a_gap_are_told():
    data = frame([("low", "denied", "risk", 30), ("high", "granted", "", 30)])
    assert list(look(data, plan(), "zip").reasons) == ["zip"]
    assert list(look(data, plan(), "other").reasons) == ["other"]
    assert reasons.look(scene(plan(), data)).reasons == {}


def test_an_unmapped_reason_is_nothing_and_no_error():
    data = frame([("low", "denied", "risk", 30), ("high", "granted", "", 30)])
    assert look(data, plan(mapped=False)) == Found()


def test_small_cells_and_small_groups_are_hidden_and_do_not_follow_from_the_rest():
    found = look(
        frame(
            [
                ("low", "denied", "risk", 60), ("low", "denied", "late", 20),
                ("low", "denied", "rude", 4), ("high", "denied", "rude", 30),
                ("tiny", "denied", "risk", 9), ("few", "denied", "risk", 9),
                ("few", "granted", "", 40),
            ]
        )
    )  # fmt: skip
    low = rows(found, "low")
    assert low["risk"] == (84, 60, 60 / 84)
    # 84 - 60 - 20 would tell the four: the next smallest goes with them.
    assert low["rude"] == (84, None, None)
    assert low["late"] == (84, None, None)
    assert {row.group for row in found.reasons["zip"]} == {"low", "high"}


def test_customers_count_once():
    data = frame([("low", "denied", "risk", 40), ("low", "denied", "late", 40)])
    data.loc[data.why == "late", "customer"] = [f"k{n % 9}" for n in range(40)]
    assert rows(look(data), "low") == {
        "risk": (80, None, None),
        "other reasons": (80, None, None),  # "late" is the reason of nine customers
    }


def test_at_most_eight_reasons_are_named_and_rare_ones_never():
    parts = [("low", "denied", f"r{n}", 20 + n) for n in range(10)]
    parts += [("low", "denied", f"customer {n} says so", 1) for n in range(15)]
    found = rows(look(frame(parts)), "low")
    assert list(found) == [*(f"r{n}" for n in range(9, 1, -1)), "other reasons"]
    assert found["other reasons"][1] == 20 + 21 + 15
    assert sum(with_ or 0 for _, with_, _ in found.values()) == found["r9"][0]


@pytest.mark.parametrize("text", [TEXT, "\x1b[31mred", "a\nb", "other reasons"])
def test_texts_are_never_copied_but_boilerplate_is_seen(text):
    found = look(frame([("low", "denied", text, 95), ("low", "denied", "late", 5)]))
    (note,) = found.quality
    assert (note.code, note.severity, note.where) == ("boilerplate", "warning", "reason_code")
    assert "one and the same reason" in note.message
    assert text.strip() not in {row.reason for row in found.reasons["zip"]} - {"other reasons"}
    assert "Dear" not in str(found)
    assert "\x1b" not in str(found)


def test_boilerplate_is_more_than_nine_in_ten_overall_or_of_a_group():
    at = [("low", "denied", "risk", 90), ("low", "denied", "late", 10)]
    assert look(frame(at)).quality == ()
    over = [("low", "denied", "risk", 91), ("low", "denied", "late", 9)]
    (note,) = look(frame(over)).quality
    assert '"risk"' in note.message
    assert "91" not in note.message  # that would tell the nine
    assert note.rows == 100
    both = [("low", "denied", "risk", 95), ("high", "denied", "late", 95)]
    assert {note.where for note in look(frame(both)).quality} == {"zip=low", "zip=high"}


def test_what_favorable_decisions_say_does_not_count():
    data = frame([("low", "denied", "risk", 30), ("low", "denied", "late", 30),
                  ("low", "granted", "fine", 900)])  # fmt: skip
    assert set(rows(look(data), "low")) == {"risk", "late"}
    assert look(data).quality == ()


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=8), st.integers(1, 20))
def test_what_is_hidden_never_follows(customers_, least):
    hidden = withheld(customers_, least)
    small = {name for name, n in customers_.items() if n < least}
    if any(customers_[name] for name in small):
        assert small <= hidden
        assert hidden == set(customers_) or (
            len(hidden) > 1 and sum(customers_[name] for name in hidden) >= least
        )
        kept = [n for name, n in customers_.items() if name not in hidden]
        assert all(n >= max(customers_[name] for name in hidden) for n in kept)
    else:
        assert hidden == set()


def test_codes_are_short_and_plain():
    assert is_code("ABC_12: über")
    assert not any(map(is_code, ["x" * 61, "a\tb", "a\u202eb", "no reason recorded"]))


def test_twenty_thousand_reasons_are_one_row():
    parts = [("low", "denied", f"r{n}", 1) for n in range(20_000)]
    assert rows(look(frame(parts)), "low") == {"other reasons": (20_000, 20_000, 1.0)}


def test_the_sample_log_gives_everyone_one_reason():
    found = telecom()
    told = next(one.reasons for one in found.segments if one.name == "zip_income")
    log = pd.read_csv(HOME / "decisions.csv.gz", dtype=str)
    refused = log[log.outcome.isin(["denied", "auto_denied"])]
    assert set(refused.reason) == {"risk_score"}
    assert [(row.group, row.reason, row.share) for row in told] == [
        (str(n), "risk_score", 1.0) for n in range(1, 6)
    ]
    assert [note.code for note in found.quality].count("boilerplate") == 1
