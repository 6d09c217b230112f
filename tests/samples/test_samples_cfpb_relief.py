"""The real log: it is what the shared extracts say, without the ZIP."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from careaudit.errors import DataError
from careaudit.samples import cfpb_relief, directory

SHARED = Path(__file__).parents[2].parent / "shared"
LEGACY = {"Closed", "Closed with relief", "Closed without relief"}
# SOURCE.md: source -> rows, decided, monetary
SOURCES = {
    "aravindsriraj_2023": (2031, 1428, 27),
    "bhishanpdl_sample": (1986, 1964, 104),
    "capitalprince_2013": (999, 999, 94),
    "insight_2020": (6663, 6624, 212),
    "janettelau_2024": (4990, 4990, 34),
    "nobieyi_2013_2016": (3186, 3183, 216),
    "seunnna_loans_2025": (2760, 2760, 140),
    "sunithalv_2024_01": (81140, 8598, 464),
    "suyodhan_2023_09": (17004, 1190, 49),
    "tgschwartz_2020": (145, 140, 6),
}


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    path = directory("cfpb_relief") / "complaints.csv.gz"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_counts_are_those_of_the_source(log):
    undecided = log["company_response"] == "In progress"
    relief = log["company_response"] == "Closed with monetary relief"
    assert len(log) == 120_904
    assert (~undecided).sum() == 31_876
    assert undecided.sum() == 89_028
    assert relief.sum() == 1_346
    assert log["company_response"].isin(LEGACY).sum() == 148
    by = log["source"]
    counted = zip(
        by.value_counts().sort_index(),
        (~undecided).groupby(by).sum().sort_index(),
        relief.groupby(by).sum().sort_index(),
        strict=True,
    )
    assert dict(zip(sorted(SOURCES), counted, strict=True)) == SOURCES


def test_there_is_no_zip_and_no_narrative(log):
    assert not [name for name in log.columns if name in {"zip", "zip_code", "narrative"}]
    for name in log.columns.drop("complaint_id"):
        assert not log[name].str.fullmatch(r"\d{5}|\d{3}XX").any(), name
    assert set(log["zip_income_quintile"]) == {"", "1", "2", "3", "4", "5"}


def test_tags_are_unknown_where_the_source_has_none(log):
    without = log["source"].isin(cfpb_relief.WITHOUT_TAGS)
    assert (log.loc[without, "tags"] == "").all()
    assert (log.loc[~without, "tags"] != "").all()
    tagged = ~log["tags"].isin(["", "Not tagged"])
    assert tagged.sum() == 136 + 273 + 140 + 826 + 660 + 3605 + 672 + 17


def test_ids_are_unique_and_rows_ordered(log):
    assert log["complaint_id"].is_unique
    assert log["complaint_id"].str.startswith("row-").sum() == 3_186
    keys = log[["source", "product", "date_received", "complaint_id"]]
    assert keys.equals(keys.sort_values(list(keys.columns), ignore_index=True))


def test_the_readme_tells_the_rates(log):
    neutral = LEGACY | {"In progress"}
    used = log[~log["company_response"].isin(neutral)]
    relief = used["company_response"] == "Closed with monetary relief"
    text = (directory("cfpb_relief") / "README.md").read_text(encoding="utf-8")
    groups = [
        *(("zip_income_quintile", q, q) for q in "234"),
        ("tags", "Older American", "Older American"),
        ("tags", "Servicemember", "Servicemember"),
        ("submitted_via", "Referral", "Referral"),
        ("submitted_via", "Phone", "Phone"),
    ]
    for column, group, name in groups:
        rows = relief[used[column] == group]
        assert f"| {name} | {len(rows):,} | {rows.mean():.2%} |".replace("%", " %") in text


def test_quintiles_are_weighted_by_population():
    incomes = pd.DataFrame(
        {
            "zip": ["00001", "00002", "00003", "00004", "00005", "00006", "00007"],
            cfpb_relief.INCOME: [10.0, 20.0, 30.0, 40.0, 50.0, None, 35.0],
            cfpb_relief.POPULATION: [20.0, 20.0, 20.0, 20.0, 20.0, 5.0, None],
        }
    )
    quintiles = cfpb_relief.quintiles(incomes)
    assert quintiles == {"00001": "1", "00002": "2", "00003": "3", "00004": "4", "00005": "5"}


def test_a_product_without_a_family_is_an_error():
    complaints = pd.DataFrame({"product": ["Mortgage", "Moon loans"]})
    with pytest.raises(DataError, match="Moon loans"):
        cfpb_relief.table(complaints, pd.DataFrame())


@pytest.mark.skipif(
    not (SHARED / "data" / "cfpb_complaints" / "complaints.parquet").is_file(),
    reason=f"the shared extracts are not at {SHARED}: the builder cannot be run",
)
def test_the_builder_reproduces_the_shipped_file(tmp_path):
    pytest.importorskip("pyarrow", reason="reading the shared extracts needs pyarrow")
    built = cfpb_relief.build(SHARED, tmp_path)
    shipped = directory("cfpb_relief") / built.name
    # Not the packed bytes: another zlib may pack the same text otherwise.
    assert gzip.decompress(built.read_bytes()) == gzip.decompress(shipped.read_bytes())
