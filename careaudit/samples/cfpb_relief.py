"""Builds the real log `cfpb_relief` from the shared extracts of the CFPB complaint database.

A builder, run once by its maintainers (it needs pandas, pyarrow and the shared folder); users get
the built file. Source: Consumer Financial Protection Bureau, Consumer Complaint Database, a work
of the US federal government and so in the public domain (17 USC 105); incomes: US Census Bureau,
American Community Survey 2006-2010. `sample_data/cfpb_relief/README.md` has the caveats.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from careaudit.errors import DataError
from careaudit.samples.tables import Table, to_csv_gz

if TYPE_CHECKING:
    import pandas as pd

INCOME = "median_household_income_2006_2010"
POPULATION = "population_2006_2010"
WITHOUT_TAGS = ("janettelau_2024", "nobieyi_2013_2016")  # extracts that came without the column

# Products were renamed in 2017 and in August 2023; a family holds its old and new names.
FAMILIES = {
    "Bank account": ("Bank account or service", "Checking or savings account"),
    "Card": ("Credit card", "Credit card or prepaid card", "Prepaid card"),
    "Credit reporting": (
        "Credit reporting",
        "Credit reporting or other personal consumer reports",
        "Credit reporting, credit repair services, or other personal consumer reports",
    ),
    "Debt collection": ("Debt collection",),
    "Debt or credit management": ("Debt or credit management",),
    "Money transfer": ("Money transfers", "Money transfer, virtual currency, or money service"),
    "Mortgage": ("Mortgage",),
    "Other": ("Other financial service",),
    "Payday, title or personal loan": (
        "Payday loan",
        "Payday loan, title loan, or personal loan",
        "Payday loan, title loan, personal loan, or advance loan",
    ),
    "Student loan": ("Student loan",),
    "Vehicle or consumer loan": ("Consumer Loan", "Vehicle loan or lease"),
}


def build(shared_dir: Path, target: Path) -> Path:
    """Write `target/complaints.csv.gz` from `shared_dir/data` and return its path."""
    import pandas as pd

    data = shared_dir / "data"
    complaints = pd.read_parquet(data / "cfpb_complaints" / "complaints.parquet")
    incomes = pd.read_parquet(data / "zip_income" / "zip_income.parquet")
    target.mkdir(parents=True, exist_ok=True)
    path = target / "complaints.csv.gz"
    path.write_bytes(to_csv_gz(table(complaints, incomes)))
    return path


def table(complaints: pd.DataFrame, incomes: pd.DataFrame) -> Table:
    """Return the log as columns of text: every complaint, without its ZIP.

    Rows are ordered by source, product, date and id, which makes the file small and its bytes
    the same on every run.
    """
    families = {name: family for family, names in FAMILIES.items() for name in names}
    unknown = sorted(set(complaints["product"].dropna()) - set(families))
    if unknown:
        raise DataError(
            f"These products have no family: {', '.join(unknown)}.",
            where="complaints.parquet, column product",
            hint="Add them to FAMILIES in careaudit/samples/cfpb_relief.py.",
        )
    frame = complaints.astype({"product": object, "tags": object, "source": object})
    has_tags = ~frame["source"].isin(WITHOUT_TAGS)
    identity = frame["complaint_id"].astype(object)
    log = {
        "complaint_id": identity.where(identity.notna(), "row-" + frame["row_id"].astype(str)),
        "date_received": frame["date_received"],
        "company_response": frame["company_response"],
        "zip_income_quintile": frame["zip_code"].map(quintiles(incomes)),
        "tags": frame["tags"].where(frame["tags"].notna() | ~has_tags, "Not tagged"),
        "submitted_via": frame["submitted_via"],
        "state": frame["state"],
        "product_family": frame["product"].map(families),
        "product": frame["product"],
        "issue": frame["issue"],
        "company": frame["company"],
        "source": frame["source"],
    }
    order = frame.assign(key=log["complaint_id"]).sort_values(
        ["source", "product", "date_received", "key"], kind="stable"
    )
    return {
        name: ["" if gone else str(v) for v, gone in _values(column.loc[order.index])]
        for name, column in log.items()
    }


def quintiles(incomes: pd.DataFrame) -> dict[str, str]:
    """Return the income quintile, "1" (poorest) to "5", of each ZIP with a known median income.

    The cut points are weighted by population: a fifth of the people of all ZIPs with an income
    live in the ZIPs of each quintile (ACS 2006-2010, as in the shared table's source B).
    """
    known = incomes[["zip", INCOME, POPULATION]].dropna().sort_values([INCOME, "zip"])
    people = known[POPULATION].cumsum() / known[POPULATION].sum()
    cuts = [known[INCOME].iloc[int(people.searchsorted(share))] for share in (0.2, 0.4, 0.6, 0.8)]
    return {
        zip_code: str(1 + sum(income > cut for cut in cuts))
        for zip_code, income in zip(known["zip"], known[INCOME], strict=True)
    }


def _values(column: pd.Series[str]) -> list[tuple[object, bool]]:
    """Return each value with whether it is missing, in whatever way pandas says so."""
    return list(zip(column, column.isna(), strict=True))
