"""Reports beside a real ledger, from the shell: signed decisions, conditions met, damaged files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import besides
import comparisons
import pytest
import records
from click.testing import CliRunner, Result

from careaudit.cli import main
from careaudit.council import charters, deciding, keys, ledger
from careaudit.council.decision import Decision
from careaudit.errors import CouncilError, LedgerError
from careaudit.record import AuditRecord
from careaudit.report import ledger as reading
from careaudit.waivers import append

CHARTER = """schema_version = 1
name = "Care council"
quorum = 2
signatures = 2
keys = ["a.pub", "b.pub", "c.pub"]
[[seats]]
id = "chair"
name = "Chair"
role = "Chair"
constituency = "ethics"
[[seats]]
id = "advocate"
name = "Advocate"
role = "Advocate"
constituency = "community_advocate"
"""
PLAN = """schema_version = 1
[audit]
name = "Credits"
system = "credit-bot"
release = "7.2.0"
justification = "Denial is the harm that customers report."
[log]
path = ["log.csv"]
[log.columns]
decision = "outcome"
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
ask = "Is a credit denied more often to some customers?"
measure = "adverse_rate"
segments = ["language"]
"""
OTHER = "d" * 64


@dataclass
class House:
    """A folder with a charter, three keys, a ledger, and the record it may be about."""

    root: Path
    record: AuditRecord

    @property
    def ledger(self) -> Path:
        return self.root / "council.jsonl"

    @property
    def council(self) -> charters.Council:
        return charters.load(self.root / "council.toml")

    def signers(self, names: str = "ab") -> list[Any]:
        return [keys.private_key(self.root / f"{name}.key") for name in names]

    def decide(self, made: Decision, names: str = "ab") -> None:
        ledger.append(
            self.ledger,
            lambda book: book.next(
                "decision", deciding.body(made, self.record, book, self.signers(names))
            ),
        )

    def decision(self, name: str, about: str | None = None, **more: Any) -> Decision:
        """Return a decision about this record, or about one with another digest."""
        made = besides.decision(self.record, record_id=name, **more)
        evidence = tuple(
            e.model_copy(update={"sha256": about}) if about and e.name == "audit.json" else e
            for e in made.evidence
        )
        return made.model_copy(update={"evidence": evidence})

    def run(self, *args: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def house(tmp_path: Path) -> House:
    base = records.failing()
    audit = base.audit.model_copy(update={"system": "credit-bot"})
    made = House(tmp_path, base.model_copy(update={"audit": audit}))
    for name in "abc":
        keys.generate(name, tmp_path)
    (tmp_path / "council.toml").write_text(CHARTER)
    (tmp_path / "audit.json").write_text(made.record.to_json())
    return made


def text_of(path: Path) -> str:
    body = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


LATER = besides.DAY + timedelta(days=40)
"""After the first condition was due, before the second is."""


# What the ledger says.


def test_earlier_conditions_are_those_of_approvals_that_stand(house: House) -> None:
    def found(day: date = LATER) -> list[tuple[str, str, str]]:
        sha, system = house.record.digest, "credit-bot"
        return [
            (e.record_id, e.condition.id, e.condition.state)
            for e in reading.earlier(house.ledger, house.council, sha, system, day)
        ]

    with pytest.raises(LedgerError):
        found()
    house.decide(house.decision("CR-1", OTHER))
    assert found() == [("CR-1", "c1", "late"), ("CR-1", "c2", "not_met")]
    assert found(besides.DAY - timedelta(days=1)) == []
    house.decide(house.decision("CR-own"))
    assert [name for name, _, _ in found()] == ["CR-1", "CR-1"]
    other = {"model": {"name": "another-bot", "version": "1"}}
    house.decide(house.decision("CR-else", OTHER, **other))
    house.decide(house.decision("CR-no", OTHER, decision="reject"))
    assert [name for name, _, _ in found()] == ["CR-1", "CR-1"]
    house.decide(house.decision("CR-2", OTHER, supersedes="CR-1"))
    assert [name for name, _, _ in found()] == ["CR-2", "CR-2"]


def test_of_older_approvals_what_is_met_drops_out(house: House) -> None:
    house.decide(house.decision("CR-1", OTHER))
    said = {
        "record_id": "CR-1", "condition_id": "c1", "evidence": "Sample of 300", "by": "Dana Roe",
        "on": besides.DAY + timedelta(days=9),
    }  # fmt: skip
    deciding.meet(house.ledger, house.council, house.signers(), deciding.Said(**said))
    sha = house.record.digest

    def found() -> list[tuple[str, str]]:
        told = reading.earlier(house.ledger, house.council, sha, "credit-bot", LATER)
        return [(e.record_id, e.condition.state) for e in told]

    assert found() == [("CR-1", "met"), ("CR-1", "not_met")]
    house.decide(house.decision("CR-2", "e" * 64))
    assert found() == [("CR-2", "late"), ("CR-2", "not_met"), ("CR-1", "not_met")]


def test_the_decision_on_this_audit_with_its_signatures(house: House) -> None:
    sha = house.record.digest
    house.decide(house.decision("CR-1", OTHER))
    assert reading.decided(house.ledger, house.council, sha, LATER) is None
    house.decide(house.decision("CR-2"), "abc")
    found = reading.decided(house.ledger, house.council, sha, LATER)
    assert found is not None
    assert (found.decision.record_id, found.signed, found.superseded_by) == ("CR-2", (3, 3), None)
    unchecked = reading.decided(house.ledger, None, sha, LATER)
    assert unchecked is not None
    assert unchecked.signed is None
    assert reading.decided(house.ledger, house.council, sha, besides.DAY - timedelta(1)) is None


def test_too_few_signatures_are_refused(house: House) -> None:
    house.decide(house.decision("CR-1"), "a")
    with pytest.raises(CouncilError, match="1 of the 2 signatures"):
        reading.decided(house.ledger, house.council, house.record.digest, LATER)


# From the shell.


def test_report_beside_a_ledger_leaves_what_the_council_read(house: House) -> None:
    house.decide(house.decision("CR-1", OTHER))
    args = ("report", house.root, "--formats", "html", "--council", house.ledger, "--as-of", LATER)
    done = house.run(*args)
    assert done.exit_code == 0, done.stderr
    assert f"{house.ledger} was read: 1 entries." in done.stderr
    before = (house.root / "report.html").read_bytes()
    assert "1 of 2 earlier conditions is late" in text_of(house.root / "report.html")
    house.decide(house.decision("CR-2"))
    done = house.run(*args)
    assert done.stdout.strip().endswith("decided.html")
    assert (house.root / "report.html").read_bytes() == before
    told = text_of(house.root / "decided.html")
    assert "The council decided on 20 July 2026: approve with conditions." in told
    assert "Signed by 2 of 3 keys of the council, checked for this report." in told


def test_without_a_charter_the_signatures_are_not_claimed(house: House) -> None:
    house.decide(house.decision("CR-2"))
    (house.root / "council.toml").unlink()
    done = house.run(
        "report", house.root, "--formats", "html", "--council", house.ledger, "--as-of", LATER
    )
    assert done.exit_code == 0
    assert "signatures are not checked" in done.stderr
    assert "Signed by" not in text_of(house.root / "decided.html")


@pytest.mark.parametrize(
    ("file", "option"), [("council.jsonl", "--council"), ("w.toml", "--waivers")]
)
def test_a_damaged_file_ends_the_report_before_it_begins(
    house: House, file: str, option: str
) -> None:
    (house.root / file).write_text("{damaged")
    for place in (house.root / file, house.root / "absent"):
        done = house.run("report", house.root, "-o", house.root / "out", option, place)
        assert done.exit_code == 3, done.output
        assert not (house.root / "out").exists()
        assert "Traceback" not in done.output


def test_the_report_of_a_comparison_is_written_again(house: House) -> None:
    place = house.root / "c" / "compare.json"
    place.parent.mkdir()
    place.write_text(comparisons.nothing().to_json())
    done = house.run("report", place, "--formats", "html")
    assert done.exit_code == 0, done.stderr
    assert "could not be compared" in text_of(place.with_name("compare.html"))
    assert house.run("report", place, "--waivers", place).exit_code == 2
    assert house.run("report", house.root, "--charter", place).exit_code == 2
    assert house.run("report", house.root, "--comparison", place).exit_code == 3


@pytest.fixture
def planned(house: House) -> House:
    """The same house with a plan and a log in it: the gap needs action."""
    rows = [
        f"{'denied' if n % 10 < (5 if group == 'es' else 2) else 'granted'},{group}"
        for group, size in (("en", 1200), ("es", 900))
        for n in range(size)
    ]
    (house.root / "log.csv").write_text("outcome,language\n" + "\n".join(rows) + "\n")
    (house.root / "careaudit.toml").write_text(PLAN)
    return house


def audit(house: House, *more: object, out: str = "out") -> Result:
    return house.run(
        "audit", "-c", house.root / "careaudit.toml", "-o", house.root / out, "--formats",
        "json,html", "-q", "--as-of", LATER, *more,
    )  # fmt: skip


def test_audit_picks_up_what_lies_beside_the_plan(planned: House) -> None:
    assert audit(planned, out="plain").exit_code == 0
    record = AuditRecord.load(planned.root / "plain" / "audit.json")
    given = besides.waiver(record)
    append(planned.root / "careaudit-waivers.toml", given)
    planned.decide(planned.decision("CR-1", OTHER))
    done = audit(planned)
    assert done.exit_code == 0, done.stderr
    assert "careaudit-waivers.toml were read: 1." in done.stderr
    assert "council.jsonl was read: 1 entries." in done.stderr
    assert (planned.root / "out" / "audit.json").read_text() == record.to_json()
    told = text_of(planned.root / "out" / "report.html")
    assert "△ Waived : Question 1, where language is es" in told
    assert "1 of 2 earlier conditions is late" in told
    assert "Waived" not in text_of(planned.root / "plain" / "report.html")


def test_an_audit_repeated_after_its_decision_writes_the_same_report(planned: House) -> None:
    planned.decide(planned.decision("CR-1", OTHER))
    assert audit(planned, out="one").exit_code == 0
    planned.record = AuditRecord.load(planned.root / "one" / "audit.json")
    planned.decide(planned.decision("CR-2"))
    assert audit(planned, out="two").exit_code == 0
    names = sorted(path.name for path in (planned.root / "two").iterdir())
    assert names == ["audit.json", "report.html"]
    for name in names:
        one, two = (planned.root / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_damaged_file_beside_the_plan_stops_the_audit(planned: House) -> None:
    for name in ("careaudit-waivers.toml", "council.jsonl"):
        (planned.root / name).write_text("{damaged")
        done = audit(planned)
        assert done.exit_code == 3, done.output
        assert not (planned.root / "out").exists()
        (planned.root / name).unlink()
    done = planned.run("audit", "-c", planned.root / "careaudit.toml", "--waivers", "w.toml")
    assert done.exit_code == 2
    assert "say where with -o" in done.output
