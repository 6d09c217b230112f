"""Numbers that cannot be: each is refused with a next step, or counted and left out, never lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from careaudit.measures import CATALOGUE
from careaudit.record import AuditRecord

START = datetime(2026, 3, 1)  # noqa: DTZ001 - a log without offsets
PLAN = """
[audit]
name = "t"
justification = "t"
[log]
path = ["log.csv"]
[log.columns]
{columns}
{more}
[[segments]]
name = "g"
column = "g"
[[questions]]
id = "q"
measure = "{measure}"
segments = ["g"]
{limit}
"""
OUTCOME = '[outcome]\nfavorable = ["yes"]\nadverse = ["no"]\nconfirmed = true\n'
LABEL = '[label]\ncolumn = "due"\npositive = ["1"]\nselection = "all"\n'
OWN = '[[measures]]\nname = "mine"\nkind = "mean"\ncolumn = "value"\n'
N = 400
WAIT = {"human_requested_at": "asked", "human_reached_at": "reached", "abandoned_at": "left"}
EARLY = "2026-02-01T00:00:00"  # before any wait begins
Log = list[dict[str, object]]


def waits() -> Log:
    """Two groups, waits of 1 to 10 minutes, all of which end."""
    rows: Log = []
    for place in range(N):
        asked = START + timedelta(minutes=place)
        reached = asked + timedelta(seconds=60 + (7 * place) % 541)
        rows.append(
            {
                "g": "ab"[place % 2],
                "asked": asked.isoformat(),
                "reached": reached.isoformat(),
                "left": "",
            }
        )
    return rows


def values(*odd: object) -> Log:
    """Numbers from 1 to 5 and, one row in ten, something odd."""
    return [
        {
            "g": "ab"[place % 2],
            "outcome": "yes" if place % 3 else "no",
            "due": "1" if place % 5 else "0",
            "value": odd[place % len(odd)] if place % 10 == 0 else 1 + place % 5,
        }
        for place in range(N)
    ]


@pytest.fixture
def ask(run, write_log, tmp_path):
    """Audit rows with one question; return the exit code, what was said, and the record."""

    def start(rows: Log, measure: str, columns: dict[str, str], more: str = "", limit: str = ""):
        names = list(rows[0])
        lines = [",".join(names), *(",".join(str(row[name]) for name in names) for row in rows)]
        write_log("log.csv", lines)
        fields = "\n".join(f'{field} = "{name}"' for field, name in columns.items())
        write_log(
            "careaudit.toml", PLAN.format(columns=fields, more=more, measure=measure, limit=limit)
        )
        done = run("audit", "-o", "out", "--formats", "json")
        record = tmp_path / "out" / "audit.json"
        return done, AuditRecord.load(record) if record.exists() else None

    return start


def noted(record: AuditRecord, code: str = "odd_values") -> dict[str, int | None]:
    """Rows by the column where something odd was seen."""
    found = [note for note in record.quality if note.code == code]
    assert all(f"{note.rows:,} " in note.message for note in found)
    return {note.where: note.rows for note in found}


def overall(record: AuditRecord) -> int:
    asked = record.questions[0].measure
    (whole,) = [e for e in record.estimates if (e.measure, e.segment) == (asked, None)]
    return whole.n


# Waits.


@pytest.mark.parametrize(
    ("measure", "spoil", "where"),
    [
        ("wait_median", {"reached": EARLY}, "human_requested_at"),  # ends before it starts
        (
            "wait_median",
            {"reached": "", "left": EARLY},
            "human_requested_at",
        ),  # given up before it starts
        ("wait_rmst", {"asked": "2016-02-01T00:00:00"}, "human_requested_at"),  # lasted ten years
        ("wait_median", {"reached": "soon"}, "human_reached_at"),
        ("sla_attainment", {"asked": "yesterday"}, "human_requested_at"),
        ("sla_attainment", {"left": "2026-02-31"}, "abandoned_at"),
        (
            "wait_median",
            {"reached": "9999-12-31"},
            "human_reached_at",
        ),  # a calendar's way to say never
    ],
)
def test_waits_that_cannot_be_are_counted_and_left_out(ask, measure, spoil, where):
    rows = waits()
    for row in rows[:30]:
        row |= spoil
    done, record = ask(rows, measure, WAIT, '[escalation]\nsla = "5m"')
    assert done.exit_code == 0, done.output
    assert noted(record) == {where: 30}
    assert overall(record) == N - 30


def test_ten_years_are_the_most_that_a_wait_may_last(ask):
    rows = waits()
    start = START - timedelta(days=3_660)
    rows[0] |= {"asked": start.isoformat(), "reached": START.isoformat()}
    late = START + timedelta(seconds=1)
    rows[1] |= {"asked": start.isoformat(), "reached": late.isoformat()}
    _, record = ask(rows, "wait_median", WAIT)
    assert noted(record) == {"human_requested_at": 1}


def test_times_with_and_without_a_zone_are_told(ask):
    rows = waits()
    for row in rows[:40]:
        row["reached"] = f"{row['reached']}+02:00"
    done, record = ask(rows, "wait_median", WAIT)
    assert done.exit_code == 0
    assert noted(record, "mixed_time_zones") == {"log.columns": 2 * N - 40}
    # Two hours earlier than they say: they end before they start.
    assert noted(record)["human_requested_at"] == 40


@pytest.mark.parametrize("zone", ["Z", "+02:00", "-0500"])
def test_times_of_one_zone_are_not(ask, zone):
    rows = [
        row | {"asked": f"{row['asked']}{zone}", "reached": f"{row['reached']}{zone}"}
        for row in waits()
    ]
    _, record = ask(rows, "wait_median", WAIT)
    assert not noted(record, "mixed_time_zones")
    assert not noted(record)
    asked = record.questions[0].measure
    (whole,) = [e for e in record.estimates if (e.measure, e.segment) == (asked, None)]
    # Waits run from 60 to 600 seconds in steps that do not repeat within a log of 400.
    assert whole.value == sorted(60 + (7 * place) % 541 for place in range(N))[N // 2 - 1]


def test_a_log_whose_waits_have_no_end_says_so(ask):
    rows = [row | {"reached": ""} for row in waits()]
    done, record = ask(rows, "wait_median", WAIT)
    assert done.exit_code == 0
    (question,) = record.questions
    assert (question.verdict, question.reason) == ("inconclusive", "not_assessed")
    assert "before enough of them end" in question.missing


# Ratings, scores, amounts, numbers.

RATED = ["0", "6", "-3", "great", "nan", "inf"]


@pytest.mark.parametrize(
    ("measure", "field", "odd"),
    [
        ("csat", "rating", RATED),
        ("ces", "ease", ["0", "8", "-3", "easy", "nan", "inf"]),
        ("nps", "recommend", ["-1", "11", "10.5", "no", "nan"]),
        ("transitions_per_case", "transitions", ["-1", "many", "nan", "inf", "1e10"]),
    ],
)
def test_what_is_off_the_scale_is_counted_and_left_out(ask, measure, field, odd):
    done, record = ask(values(*odd), measure, {field: "value"})
    assert done.exit_code == 0, done.output
    assert noted(record) == {field: N // 10}
    assert overall(record) == N - N // 10


@pytest.mark.parametrize("measure", ["score_auc", "score_calibration"])
def test_scores_outside_0_to_1_are_counted_and_left_out(ask, measure):
    odd = ["-0.1", "1.01", "75", "high", "nan", "-inf"]
    rows = [
        row
        | {"value": odd[place % 6] if place % 10 == 0 else f"{0.01 + (place * 37 % 98) / 100:.2f}"}
        for place, row in enumerate(values("0"))
    ]
    columns = {"decision": "outcome", "score": "value"}
    done, record = ask(rows, measure, columns, OUTCOME + LABEL)
    assert done.exit_code == 0, done.output
    assert noted(record) == {"score": N // 10}
    assert overall(record) == N - N // 10


@pytest.mark.parametrize("measure", ["amount_per_request", "amount_when_granted"])
def test_amounts_that_are_none_are_counted_and_left_out(ask, measure):
    rows = values("-5", "twelve", "nan", "inf", "1e13")
    granted = [place for place, row in enumerate(rows) if row["outcome"] == "yes"]
    lost = sum(place % 10 == 0 for place in granted)
    done, record = ask(rows, measure, {"decision": "outcome", "amount": "value"}, OUTCOME)
    assert done.exit_code == 0, done.output
    assert noted(record, "bad_amount") == {"amount": N // 10}
    assert noted(record, "missing_amount") == {"amount": lost}
    assert overall(record) == (len(granted) - lost if measure == "amount_when_granted" else N)


def test_numbers_of_an_own_mean_are_counted_where_they_are_none(ask):
    done, record = ask(values("-1", "much", "nan", "=1+1"), "mine", {}, OWN)
    assert done.exit_code == 0, done.output
    assert noted(record) == {"value": N // 10}
    assert overall(record) == N - N // 10


def test_a_column_of_texts_has_no_mean(ask):
    rows = [row | {"value": "much"} for row in values("much")]
    done, record = ask(rows, "mine", {}, OWN)
    assert done.exit_code == 0
    (question,) = record.questions
    assert (question.verdict, question.reason) == ("inconclusive", "not_assessed")
    assert noted(record) == {"value": N}


def test_what_is_odd_is_never_shown(ask):
    """A value may be hostile, or say who somebody is: only its column and count are told."""
    done, record = ask(values("<script>alert(1)</script>", "\x1b[31mAnn"), "mine", {}, OWN)
    assert done.exit_code == 0
    assert "script" not in done.output + record.model_dump_json()
    assert "Ann" not in done.output + record.model_dump_json()


# What a plan must not say.


@pytest.mark.parametrize("sla", ["300", "5 m", "5min", "-5m", "0m", "1.5h", "m", ""])
def test_a_promise_needs_a_unit(ask, sla):
    done, record = ask(waits(), "sla_attainment", WAIT, f'[escalation]\nsla = "{sla}"')
    assert (done.exit_code, record) == (3, None)
    assert "unit" in done.stderr
    assert "90s, 5m, 2h or 1d" in done.stderr


def test_no_promise_is_no_answer(ask):
    done, record = ask(waits(), "sla_attainment", WAIT)
    assert done.exit_code == 0
    assert 'sla = "5m"' in record.questions[0].missing


FIELDS = {
    "wait_rmst": WAIT, "nps": {"recommend": "value"}, "ces": {"ease": "value"},
    "csat": {"rating": "value"}, "mine": {}, "sla_attainment": WAIT,
    "score_calibration": {"score": "value"}, "amount_per_request": {"amount": "value"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "limit", "says"),
    [
        ("wait_rmst", "ratio = 0.8", "share or gap"),
        ("wait_rmst", "floor = 0.01, cap = 0.2", "share or gap"),
        ("amount_per_request", "cap = 0.1", "share or gap"),
        ("ces", "ratio = 0.8, gap = 0.5", "share or gap"),
        ("mine", "ratio = 0.9", "share or gap"),
        ("csat", "share = 0.1", "ratio, floor and cap"),
        ("sla_attainment", "gap = 0.1", "ratio, floor and cap"),
        ("wait_rmst", "share = 0.1, gap = 60", "not both"),
        ("wait_rmst", "share = 1.5", "less than 1"),
        ("wait_rmst", "gap = 0", "greater than 0"),
        ("wait_rmst", "gap = -5", "greater than 0"),
        ("wait_rmst", 'gap = "1m"', "number"),
    ],
)
def test_a_limit_on_another_scale_is_refused(ask, measure, limit, says):
    rows = [wait | value for wait, value in zip(waits(), values("1"), strict=True)]
    more = OUTCOME + LABEL + OWN + '[escalation]\nsla = "5m"'
    columns = {"decision": "outcome"} | FIELDS[measure]
    done, record = ask(rows, measure, columns, more, f"limit = {{ {limit} }}")
    assert (done.exit_code, record) == (3, None), done.output
    assert says in done.stderr


@pytest.mark.parametrize(
    ("measure", "low", "high"), [("nps", "0", "10"), ("score_calibration", "0.9", "0.8")]
)
def test_a_share_is_no_limit_of_what_may_be_below_0(ask, measure, low, high):
    rows = [row | {"value": low if place % 3 else high} for place, row in enumerate(values("1"))]
    columns = {"decision": "outcome"} | FIELDS[measure]
    done, record = ask(rows, measure, columns, OUTCOME + LABEL, "limit = { share = 0.1 }")
    assert (done.exit_code, record) == (3, None)
    assert "gap" in done.stderr


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ('kind = "mean"', 'a mean needs column = "..."'),
        ('kind = "mean"\ncolumn = "value"\nnumerator = { column = "value" }', "no numerator"),
        ('kind = "mean"\ncolumn = "value"\ndenominator = { column = "value" }', "no numerator"),
        ('kind = "rate"\ncolumn = "value"', 'a rate needs a numerator = { column = "..." }'),
        ('numerator = { column = "value" }\ncolumn = "value"', 'column is for kind = "mean"'),
        ('kind = "median"\ncolumn = "value"', "'rate' or 'mean'"),
        ('kind = "mean"\ncolumn = "valeu"', "valeu"),
        ('kind = "mean"\ncolumn = ["value"]', "column"),
        ('kind = "mean"\ncolumn = "value"\norientation = "up"', "'favorable' or 'adverse'"),
    ],
)
def test_an_own_measure_has_the_parts_of_its_kind(ask, own, says):
    done, record = ask(values("1"), "mine", {}, f'[[measures]]\nname = "mine"\n{own}')
    assert (done.exit_code, record) == (3, None), done.output
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_a_field_that_is_not_mapped_is_named(ask):
    names = [name for name, one in CATALOGUE.items() if one.unit != "share"]
    others = "".join(
        f'[[questions]]\nid = "{name}"\nmeasure = "{name}"\nsegments = ["g"]\n' for name in names
    )
    columns = {"decision": "outcome"}
    done, record = ask(values("1"), names[0], columns, OUTCOME + LABEL, others)
    assert done.exit_code == 0, done.output
    assert len(record.questions) == len(names) + 1
    for question in record.questions:
        assert (question.verdict, question.reason) == ("inconclusive", "not_assessed")
        lacking = set(CATALOGUE[question.measure].fields) - {"decision", "label"}
        assert lacking
        assert all(field in question.missing for field in lacking)
