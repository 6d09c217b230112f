"""A DataFrame of any types is read as text, as the same log in a file would be."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.errors import DataError
from careaudit.sources.frames import as_text


def texts(column: Any) -> list[str | None]:
    frame = as_text(pd.DataFrame({"x": column}))
    return [None if pd.isna(value) else value for value in frame["x"]]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([True, False], ["true", "false"]),
        (pd.array([True, None], dtype="boolean"), ["true", None]),
        (pd.Series([True, None, False], dtype=object), ["true", None, "false"]),
        ([1, 2], ["1", "2"]),
        ([1.0, np.nan, 2.5], ["1", None, "2.5"]),
        (pd.array([1, None], dtype="Int64"), ["1", None]),
        (pd.array([1.0, None], dtype="Float64"), ["1", None]),
        (pd.array([1.0, None], dtype="double[pyarrow]"), ["1", None]),
        ([12345678901234567, 12345678901234568], ["12345678901234567", "12345678901234568"]),
        (np.array([2**64 - 1], dtype="uint64"), ["18446744073709551615"]),
        (["02139", "NA", "no", "1.0", "None", "nan"], ["02139", "NA", "no", "1.0", "None", "nan"]),
        (pd.Categorical(["a", None, "b"]), ["a", None, "b"]),
        (pd.Categorical([1.0, 2.0, np.nan]), ["1", "2", None]),
        (pd.Categorical([True, False]), ["true", "false"]),
        (pd.Series([None, np.nan, pd.NA, pd.NaT, "x"], dtype=object), [None] * 4 + ["x"]),
        (
            pd.Series([1, 1.0, True, "1", np.float64(2), np.True_, Decimal("1.5")], dtype=object),
            ["1", "1", "true", "1", "2", "true", "1.5"],
        ),
        (pd.Series([date(2026, 4, 1), None], dtype=object), ["2026-04-01", None]),
        (pd.to_datetime(["2026-04-01", None]), ["2026-04-01", None]),
        (
            pd.to_datetime(["2026-04-01"]).tz_localize("Europe/Paris"),
            ["2026-04-01 00:00:00+02:00"],
        ),
    ],
)  # fmt: skip
def test_values_become_the_text_people_expect(column: Any, expected: list[str | None]) -> None:
    assert texts(column) == expected


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"outcome": ["yes" if i % 3 else "no" for i in range(60)], "lang": ["en", "fr"] * 30}
        | columns
    )


def groups(record: careaudit.AuditRecord) -> dict[str, int]:
    return {group.group: group.n for group in record.segments[0].groups}


def test_bools_and_numbers_are_named_as_python_writes_them() -> None:
    decided = frame(outcome=[i % 3 == 0 for i in range(60)])
    assert careaudit.audit(decided, decision="outcome", adverse=True, by="lang").accounts.rows_used
    coded = frame(outcome=[float(i % 3) for i in range(60)])
    record = careaudit.audit(coded, decision="outcome", adverse=[0, 1], favorable=2, by="lang")
    assert record.accounts.rows_used == 60


def test_the_index_plays_no_part() -> None:
    odd = frame().set_index(pd.MultiIndex.from_product([[1], [7] * 60]))
    record = careaudit.audit(odd, decision="outcome", adverse="no", by="lang")
    assert groups(record) == {"en": 30, "fr": 30}


def test_a_frame_is_left_as_it_was() -> None:
    given = frame(lang=pd.Categorical(["a", "b"] * 30))
    copy = given.copy(deep=True)
    careaudit.audit(given, decision="outcome", adverse="no", by="lang")
    pd.testing.assert_frame_equal(given, copy)


def test_columns_may_have_names_of_any_kind() -> None:
    tuples = frame()
    tuples.columns = pd.MultiIndex.from_tuples([("a", "outcome"), ("a", "lang")])
    record = careaudit.audit(tuples, decision="('a', 'outcome')", adverse="no", by="('a', 'lang')")
    assert groups(record) == {"en": 30, "fr": 30}
    numbered = frame().set_axis([0, 1], axis=1)
    assert careaudit.audit(numbered, decision="0", adverse="no", by="1").accounts.rows_used == 60


def test_repeated_names_are_told_apart_where_they_are_used() -> None:
    twice = pd.concat([frame(), frame()[["lang"]].replace("en", "de")], axis=1)
    with pytest.raises(DataError, match=r'several columns are called "lang".*"lang \(2\)"'):
        careaudit.audit(twice, decision="outcome", adverse="no", by="lang")
    record = careaudit.audit(twice, decision="outcome", adverse="no", by="lang (2)")
    assert groups(record) == {"de": 30, "fr": 30}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pd.DataFrame(), "no columns"),
        (frame().iloc[:0], "no rows"),
        (frame(lang=None), "not_recorded"),
        (frame().rename(columns={"lang": "Lang"}), 'Did you mean "Lang"'),
        (frame(lang=pd.Series(["a\ud800", "b"] * 30, dtype=object)), "not valid Unicode"),
        (frame(lang=["a\0", "b"] * 30), "control character"),
        (frame(lang=[f"g{i}" for i in range(60)] ), "ok"),
    ],
)  # fmt: skip
def test_frames_that_cannot_be_audited_say_why(given: pd.DataFrame, message: str) -> None:
    if message in {"not_recorded", "ok"}:
        record = careaudit.audit(given, decision="outcome", adverse="no", by="lang")
        assert record.verdict == "inconclusive"
        return
    with pytest.raises(DataError, match=message):
        careaudit.audit(given, decision="outcome", adverse="no", by="lang")


def test_equal_frames_give_equal_bytes_and_other_rows_another_digest() -> None:
    one = careaudit.audit(frame(), decision="outcome", adverse="no", by="lang")
    same = careaudit.audit(frame(), decision="outcome", adverse="no", by="lang")
    assert one.to_json() == same.to_json()
    other = careaudit.audit(frame().iloc[::-1], decision="outcome", adverse="no", by="lang")
    assert other.provenance.inputs != one.provenance.inputs
