"""Two audits with their reports, made once; and a council about to decide on each."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from houses import DAY, PLAN, House, log_text

from careaudit.cli import main


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two audits, `pass` and `fail`, each with plan, record and report."""
    root = tmp_path_factory.mktemp("audited")
    for name, denied in (
        ("pass", lambda n, _: n % 2 == 0),
        ("fail", lambda n, group: n % 2 == 0 if group == "en" else n % 10 != 0),
    ):
        home = root / name
        home.mkdir()
        (home / "log.csv").write_text(log_text(denied))
        (home / "careaudit.toml").write_text(PLAN)
        done = CliRunner().invoke(
            main, ["audit", "-c", str(home / "careaudit.toml"), "-o", str(home), "--formats",
                   "json,pdf", "--as-of", DAY, "-q"],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
    return root


@pytest.fixture
def house(tmp_path: Path, audited: Path) -> House:
    """A council about to decide on an audit that passes."""
    return House(tmp_path, audited / "pass")


@pytest.fixture
def failing(tmp_path: Path, audited: Path) -> House:
    """A council about to decide on an audit that fails."""
    return House(tmp_path / "failing", audited / "fail")
