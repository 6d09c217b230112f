"""The shipped files: their bytes, their sizes, their plans; and the registry that finds them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from careaudit import samples
from careaudit.errors import OutputError, UsageError
from careaudit.samples.tables import to_csv_gz

DATA = Path(__file__).parents[2] / "sample_data"


def sums() -> dict[str, str]:
    lines = (DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ") for line in lines)}


def test_shipped_bytes_are_the_ones_hashed():
    found = {
        path.relative_to(DATA).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in DATA.glob("*/*.gz")
    }
    assert found == sums()


def test_sizes_stay_within_the_budget():
    sizes = {
        name: sum(path.stat().st_size for path in (DATA / name).iterdir())
        for name in samples.names()
    }
    assert sizes["cfpb_relief"] < 1_500_000
    assert sum(sizes.values()) < 3 * 1024**2


def test_every_folder_is_a_sample_and_has_a_plan_and_a_readme():
    folders = {path.name for path in DATA.iterdir() if path.is_dir()}
    assert folders == set(samples.names())
    for name in samples.names():
        assert samples.get(name).name == name
        assert (samples.directory(name) / "README.md").is_file()
    assert samples.names()[0] == "telecom_credits"


@pytest.mark.parametrize("name", samples.names())
def test_a_plan_names_files_columns_and_values_that_are_there(name):
    folder = samples.directory(name)
    plan = tomllib.loads((folder / "careaudit.toml").read_text(encoding="utf-8"))
    log = pd.concat(
        pd.read_csv(folder / path, dtype=str, keep_default_na=False) for path in plan["log"]["path"]
    )
    fields = plan["log"]["columns"]
    columns = set(log.columns)
    for column in fields.values():
        assert set([column] if isinstance(column, str) else column) <= columns
    known = columns | set(fields)
    for table, spec in plan.get("tables", {}).items():
        content = pd.read_csv(folder / spec["path"], dtype=str, keep_default_na=False)
        assert {*spec["columns"], *spec["key"].values()} <= set(content.columns)
        known |= {f"{table}.{column}" for column in spec["columns"]}
    used = [segment["column"] for segment in plan["segments"]]
    used += [field for question in plan["questions"] for field in question.get("within", [])]
    used += [*plan["drivers"]["fields"], *([plan["label"]["column"]] if "label" in plan else [])]
    assert set(used) <= known
    outcome = plan["outcome"]
    sides = outcome["favorable"] + outcome["adverse"] + outcome["neutral"]
    raw = plan["log"].get("values", {}).get("decision", {side: [side] for side in sides})
    assert set(raw) == set(sides)
    values = set(log[fields["decision"]]) - {""}
    assert values == {value for listed in raw.values() for value in listed}


@pytest.mark.parametrize("name", samples.names())
def test_export_copies_the_shipped_bytes(name, tmp_path):
    written = samples.export(name, tmp_path / "new" / "folder")
    shipped = {path.name: path.read_bytes() for path in samples.directory(name).iterdir()}
    assert {path.name: path.read_bytes() for path in written} == shipped


def test_export_with_rows_generates_and_says_so(tmp_path):
    samples.export("telecom_credits", tmp_path, rows=500)
    log = pd.read_csv(tmp_path / "decisions.csv.gz", dtype=str)
    assert log["decision_id"].nunique() == 500
    assert (tmp_path / "README.md").read_text(encoding="utf-8").startswith("> **Generated anew")
    plan = (tmp_path / "careaudit.toml").read_bytes()
    assert plan == (samples.directory("telecom_credits") / "careaudit.toml").read_bytes()


def test_export_with_the_shipped_number_of_rows_agrees_with_the_generator(tmp_path):
    samples.export("fair_control", tmp_path, rows=800)
    tables = samples.get("fair_control").generate(800)
    assert (tmp_path / "decisions.csv.gz").read_bytes() == to_csv_gz(tables["decisions"])


def test_export_replaces_nothing_unless_forced(tmp_path):
    mine = tmp_path / "README.md"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"README\.md"):
        samples.export("fair_control", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert mine.read_text(encoding="utf-8") == "mine"
    samples.export("fair_control", tmp_path, force=True)
    assert mine.read_text(encoding="utf-8") != "mine"


def test_export_into_a_file_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        samples.export("fair_control", tmp_path / "file")


def test_real_data_cannot_be_generated(tmp_path):
    with pytest.raises(UsageError, match="real data"):
        samples.export("cfpb_relief", tmp_path, rows=10)
    assert not list(tmp_path.iterdir())


def test_an_unknown_sample_lists_the_known_ones():
    with pytest.raises(UsageError, match="telecom_credits, fair_control, cfpb_relief"):
        samples.directory("telecom")


def test_the_registry_imports_nothing_heavy():
    code = (
        "import sys, careaudit.samples as s; s.names(); s.directory('fair_control');"
        "print([m for m in ('numpy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
