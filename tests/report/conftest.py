"""Each fixture record is rendered once per session."""

from __future__ import annotations

import pytest
from rendered import Reports


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    return Reports(tmp_path_factory.mktemp("reports"))
