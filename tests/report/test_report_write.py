from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import records

from careaudit import report
from careaudit.errors import OutputError, RenderError, UsageError
from careaudit.record import AuditRecord


def test_importing_the_room_imports_no_renderer() -> None:
    code = (
        "import sys, careaudit.report;"
        "sys.exit(bool({'weasyprint', 'jinja2', 'fontTools'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_writes_each_format_once_and_nothing_else(tmp_path: Path) -> None:
    record = records.empty()
    folder = tmp_path / "new" / "place"
    made = report.write(record, folder, ("json", "html", "json"))
    assert [p.name for p in made] == ["audit.json", "report.html"]
    assert sorted(p.name for p in folder.iterdir()) == ["audit.json", "report.html"]
    assert AuditRecord.load(folder / "audit.json") == record
    assert json.loads((folder / "audit.json").read_text())["schema_version"] == 1


def test_one_file_of_any_name(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "mine.html"
    assert report.write_file(records.empty(), path, "html") == path
    assert path.read_text(encoding="utf-8").lstrip().startswith("<!DOCTYPE html>")
    assert [p.name for p in path.parent.iterdir()] == ["mine.html"]


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="docx"):
        report.write(records.empty(), tmp_path / "x", ("json", "docx"))
    assert not (tmp_path / "x").exists()
    with pytest.raises(UsageError, match="json, pdf, html"):
        report.render(records.empty(), "docx")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError) as caught:
        report.write(records.empty(), blocked, ("json",))
    assert str(blocked) in str(caught.value)
    assert blocked.read_text() == "in the way"


def test_nothing_is_half_written_when_a_render_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_record: AuditRecord, _beside: report.Beside) -> bytes:
        raise RenderError("no.")

    monkeypatch.setitem(report.FORMATS, "pdf", report.Format("report.pdf", broken))
    with pytest.raises(RenderError):
        report.write(records.empty(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_left_behind_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "audit.json"
    old.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        report.write(records.empty(), tmp_path, ("json", "html"))
    assert [p.name for p in tmp_path.iterdir()] == ["audit.json"]
    assert old.read_text() == "old"
