"""The second book stops an audit whose books differ."""

from __future__ import annotations

import fairlearn.metrics
import pandas as pd
import pytest
from click.testing import CliRunner

import careaudit
from careaudit.cli import main
from careaudit.errors import BooksDifferError

FRAME = pd.DataFrame(
    {"decision": ["yes", "no", "no", "yes"] * 50, "group": ["a", "b", "a", "b"] * 50}
)


@pytest.fixture
def wrong_book(monkeypatch):
    """A fairlearn that is off by two in a thousand millions."""
    right = fairlearn.metrics.selection_rate
    monkeypatch.setattr(
        fairlearn.metrics,
        "selection_rate",
        lambda y_true, y_pred, **options: right(y_true, y_pred, **options) + 2e-9,
    )


def test_books_that_differ_stop_the_audit(wrong_book):
    with pytest.raises(BooksDifferError, match="second book"):
        careaudit.audit(FRAME, decision="decision", adverse="no", by="group")


def test_a_difference_is_exit_70(wrong_book, tmp_path):
    FRAME.to_csv(tmp_path / "log.csv", index=False)
    done = CliRunner().invoke(
        main,
        ["audit", str(tmp_path / "log.csv"), "--decision", "decision", "--adverse", "no",
         "--by", "group", "-o", str(tmp_path / "out")],
    )  # fmt: skip
    assert done.exit_code == 70
    assert "report it" in done.stderr
    assert not (tmp_path / "out").exists()


def test_every_shown_rate_is_in_the_second_book():
    record = careaudit.audit(FRAME, decision="decision", adverse="no", by="group")
    shown = sum(1 for estimate in record.estimates if estimate.value is not None)
    assert record.double_entry.compared == shown == 3
    assert record.double_entry.library == "fairlearn"
