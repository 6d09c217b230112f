"""Real outcomes of three kinds, audited by plans that are kept beside this test.

What the audits say is held against pandas and numpy on the same rows, and against the counts that
the sources publish. Skipped where the shared data is not beside the checkout.
"""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import careaudit
from careaudit.record import AuditRecord, Comparison
from careaudit.samples.cfpb_relief import quintiles

PLANS = Path(__file__).parent
SHARED = PLANS.parents[1].parent / "shared" / "data"
AS_OF = date(2026, 11, 22)
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared real data is not beside this checkout"
)


def rows_of(folder: str, file: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / folder / file, dtype=str, keep_default_na=False, na_values=[""])


def audited(name: str, log: bytes, folder: Path) -> AuditRecord:
    """Lay a plan and its log into an empty folder, and audit them there."""
    plan = folder / "careaudit.toml"
    plan.write_bytes((PLANS / f"{name}.toml").read_bytes())
    (path,) = careaudit.load_plan(plan).log.path
    (folder / path).write_bytes(log)
    return careaudit.audit(plan=plan, as_of=AS_OF)


def compared(record: AuditRecord, question: str, segment: str) -> dict[str | None, Comparison]:
    found = (c for c in record.comparisons if (c.question, c.segment) == (question, segment))
    return {c.group: c for c in found}


def counted(record: AuditRecord, segment: str) -> dict[str | None, tuple[int, int | None]]:
    """Decisions and events of each known group that is shown."""
    return {
        e.group: (e.n, e.events)
        for e in record.estimates
        if e.segment == segment and e.state == "estimated" and e.group != "unknown"
    }


def sides(
    rows: pd.DataFrame, hit: pd.Series, by: str, pair: tuple[str, str], strata: list[str]
) -> pd.DataFrame:
    """Events and decisions of the group (x1, n1) and its comparator (x0, n0), by stratum."""
    strata_of = rows[strata].fillna("")
    parts = {
        f"{what}{place}": (hit if what == "x" else hit >= 0)
        .where(rows[by] == name, 0)
        .astype(int)
        .groupby([strata_of[column] for column in strata])
        .sum()
        for place, name in ((1, pair[0]), (0, pair[1]))
        for what in "xn"
    }
    return pd.DataFrame(parts)


def like_for_like(strata: pd.DataFrame) -> tuple[float, float]:
    """The difference weighed by n1 n0 / T, and the share of decisions in one-sided strata."""
    both = strata[(strata.n1 > 0) & (strata.n0 > 0)]
    gaps = both.x1 / both.n1 - both.x0 / both.n0
    everyone = (strata.n1 + strata.n0).sum()
    return (
        float(np.average(gaps, weights=both.n1 * both.n0 / (both.n1 + both.n0))),
        float(1 - (both.n1 + both.n0).sum() / everyone),
    )


def told_like_for_like(record: AuditRecord, c: Comparison):
    (found,) = [
        row
        for row in record.conditional
        if (row.question, row.segment, row.group) == (c.question, c.segment, c.group)
        and row.estimate == "rd_mh"
    ]
    return found


# Times: requests to the City of Baltimore.

BANDS = {"1": "lower", "2": "middle", "3": "middle", "4": "higher", "5": "higher"}
BIG = [("area_income", "lower"), ("area_income", "middle"), ("area_income", "higher"),
       ("channel", "Phone"), ("channel", "API"), ("channel", "Mail")]  # fmt: skip


def kaplan_meier(rows: pd.DataFrame, share: float) -> float:
    """The first time by which this share is settled, one event after another."""
    seconds, settled = rows["seconds"].to_numpy(), rows["settled"].to_numpy()
    waiting = 1.0
    for at in np.unique(seconds[settled]):
        waiting *= 1 - (settled & (seconds == at)).sum() / (seconds >= at).sum()
        if waiting <= 1 - share:
            return float(at)
    return float("inf")


def drawn_again(rows: pd.DataFrame, share: float, draw: np.random.Generator) -> np.ndarray:
    """The same quantile of 300 logs drawn with replacement; no two rows are tied."""
    seconds = rows["seconds"].to_numpy() + draw.random(len(rows)) / 100
    settled, n = rows["settled"].to_numpy(), len(rows)
    found = []
    for _ in range(300):
        picked = draw.integers(0, n, n)
        order = picked[np.argsort(seconds[picked])]
        waiting = np.cumprod(1 - settled[order] / (n - np.arange(n)))
        found.append(seconds[order[np.argmax(waiting <= 1 - share)]])
    return np.array(found)


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    """Requests that customers made, with what the log shows of each wait."""
    rows = rows_of("service_311", "baltimore_2014_2019.csv.gz")
    staff = rows["MethodReceived"].isin(["Internal", "System"])
    again = rows["SRStatus"].str.contains("Duplicate|Transferred")
    rows = rows[~staff & ~again]
    incomes = pd.read_parquet(SHARED / "zip_income" / "zip_income.parquet")
    opened, due, closed = (
        pd.to_datetime(rows[name]) for name in ("CreatedDate", "DueDate", "CloseDate")
    )
    end = max(opened.max(), closed.max())
    late = closed.fillna(end) > due
    fifth = rows["ZipCode"].map(quintiles(incomes))
    return rows.assign(
        zip_income=fifth,
        area_income=fifth.map(BANDS),
        channel=rows["MethodReceived"],
        late=late.map({True: "yes", False: "no"}).where(due.notna() & (closed.notna() | late)),
        seconds=(closed.fillna(end) - opened).dt.total_seconds(),
        settled=closed.notna(),
    )


@pytest.fixture(scope="module")
def baltimore(requests, tmp_path_factory) -> AuditRecord:
    names = ["SRRecordID", "MethodReceived", "CreatedDate", "CloseDate", "Agency", "zip_income",
             "late"]  # fmt: skip
    log = gzip.compress(requests[names].to_csv(index=False).encode(), mtime=0)
    return audited("service_311", log, tmp_path_factory.mktemp("service_311"))


def test_the_city_file_is_the_one_described():
    rows = rows_of("service_311", "baltimore_2014_2019.csv.gz")
    channels = rows["MethodReceived"].value_counts()
    assert (len(rows), rows["SRType"].nunique(), rows["ZipCode"].isna().sum()) == (10_000, 231, 600)
    assert [channels[name] for name in ("Phone", "API", "Internal", "Mail")] == [
        4_995, 2_571, 2_194, 206
    ]  # fmt: skip
    assert (pd.to_datetime(rows["CloseDate"]) > pd.to_datetime(rows["DueDate"])).sum() == 1_567


def test_every_request_counts_also_the_open_ones(baltimore, requests):
    assert baltimore.accounts.rows_read == baltimore.accounts.rows_used == len(requests)
    assert (~requests["settled"]).sum() > 150
    assert baltimore.accounts.unknown["area_income"] == requests["area_income"].isna().sum()
    whole = next(e for e in baltimore.estimates if e.group is None)
    assert (whole.measure, whole.n) == ("time_to_resolution", len(requests))
    assert not [note for note in baltimore.quality if note.code == "odd_values"]


@pytest.mark.parametrize(("segment", "group"), BIG)
@pytest.mark.parametrize(
    ("measure", "share"), [("time_to_resolution", 0.5), ("time_to_resolution_p90", 0.9)]
)
def test_times_are_those_of_kaplan_meier_and_not_of_closed_requests(
    baltimore, requests, segment, group, measure, share
):
    rows = requests[requests[segment] == group]
    (found,) = [
        e
        for e in baltimore.estimates
        if (e.measure, e.segment, e.group) == (measure, segment, group)
    ]
    true = kaplan_meier(rows, share)
    assert found.value == pytest.approx(true, rel=0.01)  # times are kept to three digits
    assert found.low < true < found.high
    closed_alone = rows.loc[rows["settled"], "seconds"].quantile(share)
    assert closed_alone < true * (0.98 if share == 0.5 else 0.9)


def test_closed_requests_alone_turn_the_long_waits_round(baltimore, requests):
    by_area = requests.groupby("area_income")
    closed = requests[requests["settled"]].groupby("area_income")["seconds"].quantile(0.9)
    assert closed["lower"] > closed["higher"]
    assert kaplan_meier(by_area.get_group("lower"), 0.9) < kaplan_meier(
        by_area.get_group("higher"), 0.9
    )
    gap = compared(baltimore, "long-time", "area_income")["lower"]
    assert gap.difference.value < 0 < gap.difference.high
    assert gap.verdict == "inconclusive"


@pytest.mark.parametrize(("segment", "group", "reference"), [
    ("area_income", "lower", "higher"), ("area_income", "middle", "higher"),
    ("channel", "API", "Phone"), ("channel", "Mail", "Phone"),
])  # fmt: skip
@pytest.mark.parametrize(("question", "share"), [("typical-time", 0.5), ("long-time", 0.9)])
def test_ranges_are_as_wide_as_those_of_logs_drawn_again(
    baltimore, requests, segment, group, reference, question, share
):
    draw = np.random.default_rng(4)
    both = (requests[requests[segment] == name] for name in (group, reference))
    first, second = (drawn_again(rows, share, draw) for rows in both)
    found = compared(baltimore, question, segment)[group].difference
    error = (found.high - found.low) / (2 * 1.959964)
    assert error == pytest.approx((first - second).std(), rel=0.3)


def test_lateness_is_counted_as_pandas_counts_it_and_like_for_like(baltimore, requests):
    due = requests[requests["late"].notna()]
    for segment, reference in (("area_income", "higher"), ("channel", "Phone")):
        late = (due["late"] == "yes").groupby(due[segment]).agg(["size", "sum"])
        for group, c in compared(baltimore, "late", segment).items():
            if group not in ("lower", "middle", "API", "Mail"):
                continue
            n, events = late.loc[group]
            assert (c.n, c.group_value) == (n, pytest.approx(events / n))
            strata = sides(due, due["late"] == "yes", segment, (group, reference), ["Agency"])
            told = told_like_for_like(baltimore, c)
            value, alone = like_for_like(strata)
            assert told.excluded_share == pytest.approx(alone)
            assert "contested" in told.flags
            if alone > 0.2:
                assert told.value is None
            else:
                assert told.value == pytest.approx(value)


def test_mail_waits_longer_and_long_waits_cannot_be_told(baltimore):
    times = compared(baltimore, "typical-time", "channel")
    assert (times["Mail"].verdict, times["Mail"].harmed) == ("fail", "group")
    assert times["Mail"].difference.low > 2 * 86_400
    verdicts = {q.id: q.verdict for q in baltimore.questions}
    assert verdicts["typical-time"] == baltimore.verdict == "fail"
    assert verdicts["long-time"] == "inconclusive"


# Rates: students of the Open University.

PERSON, PLACE = "failed-by-person", "failed-by-place"
STUDENTS = {"disability": (PERSON, "disability"), "age": (PERSON, "age_band"),
            "gender": (PERSON, "gender"), "deprivation": (PLACE, "imd_band")}  # fmt: skip


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    rows = rows_of("oulad_students", "oulad_clean.csv.gz")
    return rows.assign(failed=rows["final_result"] == "Fail")


@pytest.fixture(scope="module")
def oulad(tmp_path_factory) -> AuditRecord:
    log = (SHARED / "oulad_students" / "oulad_clean.csv.gz").read_bytes()
    return audited("oulad_students", log, tmp_path_factory.mktemp("oulad_students"))


def test_students_are_those_published(oulad):
    whole = next(e for e in oulad.estimates if e.group is None)
    assert (whole.n, whole.events) == (14_655 + 6_907, 6_907)
    assert oulad.accounts.customers == 20_316
    assert {g: n for g, (n, _) in counted(oulad, "disability").items()} == {
        "Y": 1_896, "N": 19_666
    }  # fmt: skip


@pytest.mark.parametrize(
    ("segment", "column"), [*((s, c) for s, (_, c) in STUDENTS.items()), ("region", "region")]
)
def test_students_fail_as_pandas_counts_them(oulad, students, segment, column):
    table = students.groupby(column)["failed"].agg(["size", "sum"])
    assert counted(oulad, segment) == {
        group: (int(n), int(events)) for group, (n, events) in table.iterrows()
    }


@pytest.mark.parametrize("segment", STUDENTS)
def test_students_like_for_like_within_modules(oulad, students, segment):
    question, column = STUDENTS[segment]
    for group, c in compared(oulad, question, segment).items():
        strata = sides(
            students, students["failed"], column, (str(group), str(c.reference)), ["code_module"]
        )
        value, alone = like_for_like(strata)
        told = told_like_for_like(oulad, c)
        assert alone == told.excluded_share == 0
        # A student's several decisions weigh a little less there than rows do here.
        assert told.value == pytest.approx(value, abs=5e-4)
        # No module makes these gaps: they stay on the same side within it.
        assert np.sign(told.value) == np.sign(c.difference.value)


@pytest.mark.parametrize("segment", STUDENTS)
def test_students_several_modules_widen_the_ranges(oulad, students, segment):
    """The variance over students (methods 1.8), each student's decisions added up first."""
    question, column = STUDENTS[segment]
    for group, c in compared(oulad, question, segment).items():
        mine = students[students[column] == group]
        each = mine.groupby("id_student")["failed"].agg(["size", "sum"])
        n, people, p = len(mine), len(each), mine["failed"].mean()
        spread = ((each["sum"] - p * each["size"]) ** 2).sum() / n**2 * people / (people - 1)
        own = spread / (p * (1 - p) / n)
        assert c.design_effect >= max(own, 1) - 1e-9
        assert c.design_effect < 1.2  # few take more than one module


def test_students_of_poorer_areas_fail_more_often_beyond_the_limit(oulad, students):
    """Beyond a quarter more than the least deprived tenth, by a z-test of its own."""
    table = students.groupby("imd_band")["failed"].agg(["size", "mean"])
    n0, p0 = table.loc["90-100%"]
    for group, c in compared(oulad, PLACE, "deprivation").items():
        n, p = table.loc[group]
        error = np.sqrt(p * (1 - p) / n + 1.25**2 * p0 * (1 - p0) / n0)
        beyond = (p - 1.25 * p0) / error
        if beyond > 2:
            assert (c.verdict, c.harmed) == ("fail", "group"), group
        if beyond < 0.5:
            assert c.verdict != "fail", group
    assert oulad.question(PLACE).verdict == oulad.verdict == "fail"


def test_a_disability_is_neither_shown_within_the_limit_nor_beyond(oulad, students):
    c = compared(oulad, PERSON, "disability")["Y"]
    rates = students.groupby("disability")["failed"].mean()
    assert c.difference.value == pytest.approx(rates["Y"] - rates["N"])
    assert c.difference.low > 0.03  # not chance: 19,666 beside 1,896
    assert rates["Y"] < 1.25 * rates["N"]
    assert c.verdict == "inconclusive"


# Redress: appeals of refused health services in California.

AGES = ["0-10", "11-20", "21-30", "31-40", "41-50", "65+"]
APPEALS = [("overturned-by-age", "age", "age_range", ["diagnosis_category"]),
           ("overturned-by-gender", "gender", "patient_gender",
            ["diagnosis_category", "report_year"])]  # fmt: skip


@pytest.fixture(scope="module")
def appeals() -> pd.DataFrame:
    rows = rows_of("medical_review_appeals", "imr_2001_2012.csv.gz")
    return rows.assign(overturned=rows["determination"].str.startswith("Overturned"))


@pytest.fixture(scope="module")
def reviews(tmp_path_factory) -> AuditRecord:
    log = (SHARED / "medical_review_appeals" / "imr_2001_2012.csv.gz").read_bytes()
    return audited("medical_review_appeals", log, tmp_path_factory.mktemp("reviews"))


def test_unknown_ages_are_a_whole_period_and_stay_in_sight(reviews, appeals):
    unknown = appeals[appeals["age_range"].isna()]
    early = unknown["report_year"].isin(["2001", "2002"])
    # SOURCE.md says all of 2001 and 2002; the file has 49 reviews of these years with both.
    assert ((appeals["report_year"] < "2003").sum(), early.sum(), (~early).sum()) == (
        1_227, 1_178, 17
    )  # fmt: skip
    assert reviews.accounts.rows_used == 13_186
    assert reviews.accounts.unknown == {"age": 1_195, "gender": 1_195}
    noted = {(note.code, note.where): note.rows for note in reviews.quality}
    assert noted["unknown_segment", "age"] == noted["unknown_segment", "gender"] == 1_195


@pytest.mark.parametrize(("question", "segment", "column", "within"), APPEALS)
def test_refusals_are_overturned_as_pandas_counts_them(
    reviews, appeals, question, segment, column, within
):
    table = appeals.groupby(column)["overturned"].agg(["size", "sum"])
    assert counted(reviews, segment) == {
        group: (int(n), int(events)) for group, (n, events) in table.iterrows()
    }
    for group, c in compared(reviews, question, segment).items():
        strata = sides(
            appeals, appeals["overturned"], column, (str(group), str(c.reference)), within
        )
        value, alone = like_for_like(strata)
        told = told_like_for_like(reviews, c)
        assert told.excluded_share == pytest.approx(alone)
        assert told.value == (pytest.approx(value) if alone <= 0.2 else None)


def test_refusals_to_children_were_wrong_more_often(reviews, appeals):
    rates = appeals.groupby("age_range")["overturned"].mean()
    ages = compared(reviews, "overturned-by-age", "age")
    assert set(ages) == set(AGES)
    assert rates["0-10"] > 1.25 * rates["51-64"] + 0.1
    assert (ages["0-10"].verdict, ages["0-10"].harmed) == ("fail", "group")
    assert reviews.verdict == "fail"
    # Nobody else lies more than a quarter apart for certain.
    assert [group for group, c in ages.items() if c.verdict == "fail"] == ["0-10"]
    people = ages["0-10"].affected.people
    assert people.value == pytest.approx((rates["0-10"] - rates["51-64"]) * 1_426)


def test_women_and_men_are_alike_and_the_missing_years_forbid_a_pass(reviews, appeals):
    c = compared(reviews, "overturned-by-gender", "gender")["Female"]
    rates = appeals.groupby("patient_gender")["overturned"].mean()
    assert c.difference.value == pytest.approx(rates["Female"] - rates["Male"])
    assert (c.verdict, c.reference) == ("pass", "Male")
    question = reviews.question("overturned-by-gender")
    assert question.coverage == pytest.approx(1 - 1_195 / 13_186)
    assert (question.verdict, question.reason) == ("inconclusive", "coverage")
