"""What cannot be published is refused with the next step, and nothing is written (exit 3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from careaudit import audit
from careaudit.cli import main
from careaudit.publication.build import publish
from careaudit.record import AuditRecord

PLAN = """schema_version = 1
[audit]
name = "Credits"
system = "credit-bot"
decision_kind = "goodwill_credit"
justification = "Denial is the harm that customers report."
[public]
purpose = "The tool decides on service credits."
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
subject_id = "customer"
decided_at = "day"
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "language"
column = "language"
kind = "protected"
[[questions]]
id = "credit-denied"
measure = "adverse_rate"
segments = ["language"]
floor = 0.20
"""


def record(folder: Path, **groups: int) -> dict[str, Any]:
    """Audit a log of so many customers a language, every fourth of them refused; return it."""
    rows = [
        f"{language}{n},{'denied' if n % 4 == 0 else 'granted'},{language},2026-05-01"
        for language, size in groups.items()
        for n in range(size)
    ]
    (folder / "careaudit.toml").write_text(PLAN)
    (folder / "log.csv").write_text("customer,outcome,language,day\n" + "\n".join(rows) + "\n")
    tree: dict[str, Any] = json.loads(audit(plan=folder / "careaudit.toml").to_json())
    return tree


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return record(tmp_path_factory.mktemp("sound"), en=400, zh=200)


def refused(tree: dict[str, Any], folder: Path, edition: str, *more: object) -> str:
    """Ask for an edition of a record; it is refused and nothing is written. Return what is said."""
    (folder / "audit.json").write_text(json.dumps(tree), "utf-8")
    call = ["report", folder / "audit.json", "--edition", edition, "-o", folder / "o", *more]
    done = CliRunner().invoke(main, [str(part) for part in (*call, "--no-progress")])
    assert done.exit_code == 3, done.output
    assert not (folder / "o").exists()
    assert done.stdout == ""
    return done.stderr


def other_schema(tree: dict[str, Any]) -> None:
    tree["schema_version"] = 99


def no_public(tree: dict[str, Any]) -> None:
    tree["audit"]["public"] = None


def no_customers_told(tree: dict[str, Any]) -> None:
    for estimate in tree["estimates"]:
        del estimate["behind"]


@pytest.mark.parametrize("edition", ["public", "impact"])
@pytest.mark.parametrize(
    ("change", "said", "step"),
    [
        (other_schema, "schema 99 is newer", "Update careaudit"),
        (no_public, "no [public] table", "Add one"),
        (no_customers_told, "how many customers stand behind", "audit again"),
    ],
)
def test_a_record_that_cannot_be_published(
    sound: dict[str, Any],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    said: str,
    step: str,
    edition: str,
) -> None:
    tree = json.loads(json.dumps(sound))
    change(tree)
    message = refused(tree, tmp_path, edition)
    assert said in message
    assert step in message


def test_every_cell_suppressed(tmp_path: Path) -> None:
    message = refused(record(tmp_path, en=8, zh=7, es=6), tmp_path, "public")
    assert "nothing is left to publish" in message
    assert "Publish a longer period" in message


def test_one_group_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    message = refused(record(tmp_path, en=400), tmp_path, "public")
    assert "no question compares two groups" in message
    assert "at least two groups" in message


def test_an_earlier_record_of_another_plan(sound: dict[str, Any], tmp_path: Path) -> None:
    earlier = json.loads(json.dumps(sound))
    earlier["provenance"]["plan_sha256"] = "ab" * 32
    earlier["provenance"]["window"] = {"start": "2026-01-01", "end": "2026-01-31", "days": 31}
    (tmp_path / "earlier.json").write_text(json.dumps(earlier), "utf-8")
    message = refused(sound, tmp_path, "impact", "--earlier", tmp_path / "earlier.json")
    assert "another plan" in message
    assert "Leave it out" in message


def test_a_floor_of_refusals_is_a_ceiling_even_where_nothing_is_compared(
    sound: dict[str, Any],
) -> None:
    """A quarter is refused, at most a fifth should be: not met, whatever stands beside it."""
    tree = json.loads(json.dumps(sound)) | {"comparisons": []}
    tree["impact"] |= {"comparison": None, "covers": []}
    (question,) = publish(AuditRecord.from_json(json.dumps(tree))).questions
    assert question.orientation == "adverse"
    assert question.everybody is not None
    assert question.everybody.floor == "not_met"
