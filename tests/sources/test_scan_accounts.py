"""Where every row went: exclusions, unknown groups, joins, periods, labels."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from careaudit.cells import DECIDED, Quantity, Slot, total
from careaudit.errors import DataError
from careaudit.plan import Plan, parse
from careaudit.sources import Request, Scan, open_source
from careaudit.wanted import crossings, terms

BASE = """
[audit]
name = "Accounts"
justification = "A test."
{period}
[log]
path = "log.csv"
[log.columns]
decision = "outcome"
{fields}
[outcome]
favorable = ["yes"]
adverse = ["no"]
neutral = ["later"]
confirmed = true
{more}
[[segments]]
name = "group"
column = "{column}"
{segment}
[[questions]]
id = "q"
segments = ["group"]
"""
CUSTOMERS = '[tables.people]\npath = "people.csv"\nkey = { subject_id = "who" }\naccess = "%s"'
WHO = 'subject_id = "who"'


def plan(
    fields: str = "", more: str = "", column: str = "g", segment: str = "", period: str = ""
) -> Plan:
    return parse(
        BASE.format(fields=fields, more=more, column=column, segment=segment, period=period)
    )


@pytest.fixture
def scan(tmp_path: Path) -> Callable[..., Scan]:
    def run(chosen: Plan, log: str, people: str | None = None) -> Scan:
        (tmp_path / "log.csv").write_text(log)
        if people is not None:
            (tmp_path / "people.csv").write_text(people)
        request = Request(chosen, terms(chosen), crossings(chosen), date(2026, 6, 1))
        found = open_source(chosen, tmp_path).scan(request)
        assert found.rows_read == found.rows_used + sum(found.excluded.values())
        assert found.rows_used == sum(sizes(found).values())
        return found

    return run


def sizes(found: Scan) -> dict[str | None, int]:
    cells = found.crossings["group",]
    return {group: cells.cell((group,))[total(Quantity(DECIDED))] for (group,) in cells.table}


def slots(found: Scan) -> dict[str, int]:
    cell = found.crossings[()].cell(())
    counts = {str(slot): cell[total(Quantity(frozenset({slot})))] for slot in Slot}
    return {slot: n for slot, n in counts.items() if n}


def test_every_excluded_row_has_its_reason(scan: Callable[..., Scan]) -> None:
    chosen = plan(
        'decision_id = "id"\ndecided_at = "day"',
        period="period = { from = 2026-04-01, to = 2026-04-30 }",
    )
    log = """outcome,g,id,day
yes,a,1,2026-04-01
no,a,2,2026-04-30T23:59:59Z
no,a,2,2026-04-02
no,a,3,2026-05-01
no,a,4,2026-03-31
no,a,5,soon
no,a,6,
later,a,7,2026-04-02
,a,8,2026-04-02
no,unknown,9,2026-04-02
no, ,10,2026-04-02
no,NA,11,1775606400
"""
    found = scan(chosen, log)
    assert found.excluded == {
        "duplicate": 1, "neutral_outcome": 1, "no_date": 2, "no_outcome": 1, "outside_period": 2,
    }  # fmt: skip
    assert (found.rows_read, found.rows_used) == (12, 5)
    assert found.unknown == {"group": 2}
    assert sizes(found) == {"a": 2, None: 2, "NA": 1}
    assert (found.first_day, found.last_day) == (date(2026, 4, 1), date(2026, 4, 30))


def test_a_duplicate_is_excluded_before_anything_else_is_said_of_it(
    scan: Callable[..., Scan],
) -> None:
    log = "outcome,g,id\nyes,a,1\n,a,2\nno,a,2\nno,b,2\n"
    found = scan(plan('decision_id = "id"'), log)
    assert found.rows_used == 2
    assert found.excluded == {"duplicate": 2}


def test_values_are_mapped_and_the_rest_is_refused(scan: Callable[..., Scan]) -> None:
    values = '[log.values.decision]\nyes = ["Y", "granted"]\nno = ["N"]\nlater = ["?"]\n'
    log = "outcome,g\nY,a\ngranted,a\nN,b\n?,b\n,b\n"
    found = scan(plan(more=values), log)
    assert slots(found) == {"favorable_unlabelled": 2, "adverse_unlabelled": 1}
    assert found.excluded == {"neutral_outcome": 1, "no_outcome": 1}
    with pytest.raises(DataError, match=r'"yes" \(2 rows\), "what" \(1 rows\)'):
        scan(plan(more=values), log + "yes,a\nyes,a\nwhat,a\n")


def test_unmapped_outcomes_are_counted_among_the_rows_that_would_be_used(
    scan: Callable[..., Scan],
) -> None:
    log = "outcome,g,id\nno,a,1\nodd,a,2\nodd,a,2\nodder,b,3\n"
    with pytest.raises(DataError, match=r'"odd" \(1 rows\), "odder" \(1 rows\) of the decision'):
        scan(plan('decision_id = "id"'), log)


def test_groups_are_mapped_and_the_rest_is_refused(scan: Callable[..., Scan]) -> None:
    chosen = plan(segment='values = { x = ["a", "b"], y = ["c"] }')
    log = "outcome,g\n" + "yes,a\nno,b\nno,c\nno,\n" * 5
    assert sizes(scan(chosen, log)) == {"x": 10, "y": 5, None: 5}
    rare = log + "no,rare\n" * 3
    with pytest.raises(DataError, match="3 decisions have a value") as error:
        scan(chosen, rare)
    assert "rare" not in str(error.value).replace("rare values", "")
    with pytest.raises(DataError, match=r'12 decisions .* such as "often"'):
        scan(chosen, log + "no,often\n" * 12)
    assert scan(chosen, log + "later,often\n" * 12).excluded == {"neutral_outcome": 12}


def test_a_companion_is_joined_by_key_and_its_gaps_are_counted(
    scan: Callable[..., Scan],
) -> None:
    chosen = plan(WHO, CUSTOMERS % "restricted", column="people.zip")
    log = "outcome,who\nyes,1\nno,1\nno,2\nno,3\nno,\nyes, 01 \n"
    people = "who,zip,secret\n1,02139,x\n 2 ,NA,x\n4,5,x\n,99,x\n,98,x\n01,0,x\n"
    found = scan(chosen, log, people)
    assert sizes(found) == {"02139": 2, "NA": 1, "0": 1, None: 2}
    (join,) = found.joins
    assert (join.matched, join.unmatched) == (4, 2)
    assert found.customers == 5
    (note,) = [q for q in found.quality if q.code == "join_unmatched"]
    assert "4 of 6 decisions" in note.message
    assert "100.0% of favorable and 50.0% of adverse" in note.message


def test_two_companions_are_joined_by_different_keys(scan: Callable[..., Scan]) -> None:
    label = '[label]\ncolumn = "qa.due"\npositive = ["1"]\nselection = "all"\n'
    tables = CUSTOMERS % "open" + (
        '\n[tables.qa]\npath = "log.csv"\nkey = { decision_id = "id" }\n'
    )
    chosen = plan(f'{WHO}\ndecision_id = "id"', tables + label, column="people.zip")
    log = "outcome,who,id,due\nyes,1,a,1\nno,1,b,0\nno,2,c,\nno,2,d,1\n"
    found = scan(chosen, log, "who,zip\n1,5\n2,6\n")
    assert slots(found) == {
        "favorable_due": 1, "adverse_undue": 1, "adverse_unlabelled": 1, "adverse_due": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("access", "people", "message"),
    [
        ("restricted", "who,zip\n1,5\n1,6\n7,1\n7,2\n7,3\n", r"2 of its values repeat \(5 rows\)"),
        ("restricted", "who,zip\nsecret,hidden\n", "keys have nothing in common"),
        ("restricted", "who,zip\n", "keys have nothing in common"),
        ("restricted", "who,zap\nsecret,hidden\n", 'no column "zip"'),
        ("restricted", "secret,hidden\n1,5\n", 'no column "who"'),
        ("restricted", "who,zip\n1,5\nsecret,hidden,x\n", "line 3: the header has 2 columns"),
        ("restricted", 'who,zip\n1,"hidden\n', "line 2: a quote is not closed"),
        ("open", "zip,id\n1,5\n", "Columns: zip, id"),
    ],
)
def test_a_companion_that_cannot_be_joined_says_why_and_shows_no_value(
    scan: Callable[..., Scan], access: str, people: str, message: str
) -> None:
    chosen = plan(WHO, CUSTOMERS % access, column="people.zip")
    with pytest.raises(DataError, match=message) as error:
        scan(chosen, "outcome,who\nyes,1\nno,1\n", people)
    assert "people" in str(error.value)
    assert "hidden" not in str(error.value)
    assert "secret" not in str(error.value)


def test_no_value_of_a_restricted_table_is_echoed(scan: Callable[..., Scan]) -> None:
    log = "outcome,who\n" + "".join(f"no,{i}\n" for i in range(30))
    people = "who,zip\n" + "".join(f"{i},hidden\n" for i in range(30))
    for access, echoed in (("restricted", False), ("open", True)):
        chosen = plan(
            WHO, CUSTOMERS % access, column="people.zip", segment='values = { x = ["y"] }'
        )
        with pytest.raises(DataError, match="30 decisions have a value") as error:
            scan(chosen, log, people)
        assert ("hidden" in str(error.value)) is echoed


def test_columns_that_a_table_does_not_offer_are_refused(scan: Callable[..., Scan]) -> None:
    more = CUSTOMERS % "restricted" + '\ncolumns = ["age"]'
    with pytest.raises(DataError, match="lists only age"):
        scan(plan(WHO, more, column="people.zip"), "outcome,who\nno,1\n", "who,zip,age\n1,2,3\n")


@pytest.mark.parametrize(
    ("mature", "expected"),
    [
        ("", {"favorable_due": 3}),
        ('mature_after = "31d"', {"favorable_due": 1, "favorable_unlabelled": 2}),
        ('mature_after = "30d"', {"favorable_due": 2, "favorable_unlabelled": 1}),
    ],
)
def test_young_labels_wait(
    scan: Callable[..., Scan], mature: str, expected: dict[str, int]
) -> None:
    label = f'[label]\ncolumn = "due"\npositive = ["1"]\nselection = "all"\n{mature}'
    log = "outcome,g,day,due\nyes,a,2026-05-01,1\nyes,b,2026-05-02,1\nyes,b,,1\n"
    assert slots(scan(plan('decided_at = "day"', label), log)) == expected


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-04-03", date(2026, 4, 3)),
        ("2026-04-03T23:30:00-05:00", date(2026, 4, 4)),
        ("2026-04-03 00:30:00+02", date(2026, 4, 2)),
        ("2026-04-03T10:00:00.123456789Z", date(2026, 4, 3)),
        ("1775174400", date(2026, 4, 3)),
        ("1775174400000", date(2026, 4, 3)),
        ("1775174400000000", date(2026, 4, 3)),
        ("1775174400000000000", date(2026, 4, 3)),
        ("1775174400.75", date(2026, 4, 3)),
        *[
            (odd, None)
            for odd in ("03/04/2026", "2026-02-30", "infinity", "290000-01-01", "0001-01-01", "nan",
                        "inf", "1e300", "-1e19", "7", "20260403", "2026-04-03 11:30 PM", "soon")
        ],
    ],
)  # fmt: skip
def test_days_are_read_in_utc(scan: Callable[..., Scan], written: str, day: date | None) -> None:
    log = f"outcome,g,day\nyes,a,{written}\nno,a,1999-01-01\n"
    found = scan(plan('decided_at = "day"'), log)
    assert found.last_day == (day or date(1999, 1, 1))
    notes = {note.code: note.rows for note in found.quality}
    assert notes.get("bad_date") == (None if day else 1)


@pytest.mark.parametrize(
    "written", ["-3", "-0.01", "nan", "inf", "-inf", "1e400", "1e12", "abc", "$5", "1,5", "--"]
)
def test_amounts_that_are_none_are_counted_and_left_out(
    scan: Callable[..., Scan], written: str
) -> None:
    log = f'outcome,g,paid\nyes,a,"{written}"\nyes,a,2.50\nno,b,\n'
    found = scan(plan('amount = "paid"'), log)
    assert {note.code: note.rows for note in found.quality} == {"bad_amount": 1}
    cell = found.crossings[()].cell(())
    assert {v for t, v in cell.items() if t.first.power == 1 and t.kind == "total"} == {250}
    assert cell[total(Quantity(DECIDED, priced=True))] == 2  # one with an amount, one refusal


def test_missing_customers_are_customers_of_their_own(scan: Callable[..., Scan]) -> None:
    found = scan(plan(WHO), "outcome,g,who\nyes,a,1\nno,a,1\nno,a,\nno,a, \n")
    assert found.customers == 3
    assert {note.code: note.rows for note in found.quality} == {"missing_subject": 2}


def test_one_outcome_says_what_the_column_holds(scan: Callable[..., Scan]) -> None:
    found = scan(plan(), "outcome,g\nno,a\nno,b\nlater,b\n")
    (note,) = found.quality
    assert note.code == "one_outcome"
    assert '"no" (2 rows), "later" (1 rows)' in note.message


LABEL = '[label]\ncolumn = "%s"\npositive = ["Owed", "due"]\nselection = "all"'


def notes(found: Scan, code: str) -> list[str]:
    return [note.message for note in found.quality if note.code == code]


def labelled(values: list[str]) -> str:
    rows = [f"{'yes' if n % 2 else 'no'},a,p{n},{value}" for n, value in enumerate(values)]
    return "outcome,g,who,checked\n" + "\n".join(rows) + "\n"


def test_labels_that_all_say_the_same_are_told_with_the_values_seen(
    scan: Callable[..., Scan],
) -> None:
    chosen = plan(more=LABEL % "checked")
    rare = ["credit due"] * 30 + ["nothing due"] * 20 + ["Maria call back"] * 9 + [""] * 5
    (none,) = notes(scan(chosen, labelled(rare)), "label_unmatched")
    assert none.startswith('None of the 59 labels in "checked" say "Owed", "due"; seen: "credit ')
    assert '"credit due" (30 rows), "nothing due" (20 rows). Name in' in none
    assert "Maria" not in none
    (every,) = notes(scan(chosen, labelled(["due"] * 12 + ["owed"] * 12)), "label_unmatched")
    assert every.startswith('All of the 24 labels in "checked" say')
    for fine in (["due"] + ["no"] * 30, ["no"] * 9, [""] * 40):  # under min_cell, chance may do it
        assert not notes(scan(chosen, labelled(fine)), "label_unmatched")
    many = [f"v{n}" for n in range(8) for _ in range(10)]
    assert "and 3 more values" in notes(scan(chosen, labelled(many)), "label_unmatched")[0]


def test_labels_of_a_restricted_table_are_not_quoted(scan: Callable[..., Scan]) -> None:
    chosen = plan(WHO, CUSTOMERS % "restricted" + "\n" + LABEL % "people.checked")
    people = "who,checked\n" + "".join(f"p{n},secret\n" for n in range(20))
    (told,) = notes(scan(chosen, labelled(["x"] * 20), people), "label_unmatched")
    assert "None of the 20 labels" in told
    assert "secret" not in told


def test_a_score_that_is_mostly_no_number_is_told(scan: Callable[..., Scan]) -> None:
    chosen = plan('score = "checked"')
    told = notes(scan(chosen, labelled(["high"] * 98 + ["0.5", "1e3"] + [""] * 50)), "score_unread")
    assert len(told) == 1
    assert told[0].startswith('98 of 100 values of "checked" are no numbers, so the score is left')
    for fine in (["0.5"] * 10 + ["high"] * 90, [""] * 100):
        assert not notes(scan(chosen, labelled(fine)), "score_unread")
