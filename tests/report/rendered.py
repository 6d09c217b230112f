"""What the tests of reports share: each fixture record is rendered once per session."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import driver_records
import pillars
import pytest
import records

from careaudit.record import AuditRecord
from careaudit.report import render


class Reports:
    """Rendered reports of the fixture records, kept for the session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @functools.cache  # noqa: B019 - lives as long as the session
    def record(self, name: str) -> AuditRecord:
        return (records.ALL | pillars.ALL | driver_records.ALL)[name]()

    @functools.cache  # noqa: B019
    def pdf(self, name: str) -> Path:
        path = self.folder / f"{name}.pdf"
        path.write_bytes(render(self.record(name), "pdf"))
        return path

    @functools.cache  # noqa: B019
    def html(self, name: str) -> str:
        return render(self.record(name), "html").decode()

    @functools.cache  # noqa: B019
    def pages(self, name: str) -> list[str]:
        need("pdftotext")
        done = subprocess.run(
            ["pdftotext", "-layout", str(self.pdf(name)), "-"], capture_output=True, check=True
        )
        return done.stdout.decode().split("\f")[:-1]


def need(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
