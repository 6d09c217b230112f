"""A small audit, a charter with three keys, and a council in a folder that decides on it."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from careaudit.cli import main
from careaudit.council import charters, deciding, decision, dsse, keys, statements
from careaudit.council.ledger import Entry, Ledger, append
from careaudit.record import AuditRecord

DAY = "2026-11-22"
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
subject_id = "customer"
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
SEATS = {
    "chair": "ethics", "care": "care_ops", "law": "legal", "eng": "engineering",
    "voice": "community_advocate",
}  # fmt: skip
CHARTER = """schema_version = 1
name = "Care AI council"
quorum = 3
signatures = 2
valid_days = 180
keys = ["keys/chair.pub", "keys/law.pub", "keys/voice.pub"]
""" + "".join(
    f'\n[[seats]]\nid = "{seat}"\nname = "Person {seat}"\nrole = "{seat} lead"\n'
    f'constituency = "{constituency}"\n'
    for seat, constituency in SEATS.items()
)


def call(*args: object) -> Result:
    return CliRunner().invoke(main, ["council", *(str(arg) for arg in args)])


def log_text(denied: Callable[[int, str], bool]) -> str:
    rows = [
        f"c{n}{group},{'denied' if denied(n, group) else 'granted'},{group}"
        for group, size in (("en", 900), ("es", 600), ("-1+2", 40), ("tiny", 4))
        for n in range(size)
    ]
    return "customer,outcome,language\n" + "\n".join(rows) + "\n"


class House:
    """One council in one folder: charter, keys, ledger, and the audit it decides on."""

    def __init__(self, root: Path, audit: Path) -> None:
        self.root, self.audit = root, root / "audit"
        shutil.copytree(audit, self.audit)
        self.charter, self.ledger = root / "council.toml", root / "council.jsonl"
        self.charter.write_text(CHARTER)
        for name in ("chair", "law", "voice"):
            assert call("key", name, "-o", root / "keys").exit_code == 0
        self.model = root / "model.bin"
        self.model.write_bytes(b"weights")

    def key(self, name: str) -> Path:
        return self.root / "keys" / f"{name}.key"

    @property
    def packet(self) -> Path:
        return self.root / "packet"

    @property
    def form(self) -> Path:
        return self.packet / "decision.toml"

    def open(self, *more: object, out: str = "packet") -> Result:
        return call(
            "open", self.audit, "-c", self.audit / "careaudit.toml", "-o", self.root / out,
            "--model", self.model, "--charter", self.charter, *more,
        )  # fmt: skip

    def fill(self, **changes: Any) -> None:
        self.form.write_text(filled(self.form.read_text(), **changes))

    def decide(self, *more: object, keys: tuple[str, ...] = ("chair", "voice")) -> Result:
        signers = [part for name in keys for part in ("--key", self.key(name))]
        return call(
            "decide", self.form, "--ledger", self.ledger, "--charter", self.charter, *signers, *more
        )

    def verify(self, *more: object, day: str = DAY) -> Result:
        return call(
            "verify", self.ledger, self.audit, "-c", self.audit / "careaudit.toml", "--model",
            self.model, "--charter", self.charter, "--as-of", day, *more,
        )  # fmt: skip

    def record_id(self) -> str:
        found = re.search(r'record_id = "(.+?)"', self.form.read_text())
        assert found
        return found[1]


def filled(
    text: str,
    *,
    decision: str = "approve",
    votes: dict[str, str] | None = None,
    absent: tuple[str, ...] = (),
    build_line: tuple[str, ...] = ("eng",),
    top: str = "",
    end: str = "",
) -> str:
    """Fill in the form as people would: everything that is empty, and what goes beside it."""
    head, *members = re.split(r"(?=\[\[members\]\])", text)
    head = head.replace('decision = "" ', f'decision = "{decision}" ')
    head = head.replace('reasons = ""', 'reasons = "The gap is within what we set."')
    head = head.replace('decided_on = ""', f"decided_on = {DAY}\n{top}\n#")
    last, rest = members[-1].split("[[questions_raised]]", 1)
    made = []
    for block in (*members[:-1], last):
        seat = re.search(r'id = "(.+?)"', block)[1]  # type: ignore[index]
        for key, value in {
            "builds_or_uses": str(seat in build_line).lower(),
            "employed_by": '"The company"',
            "financial_interest": "false",
            "declared_conflict": '"none"',
            "present": str(seat not in absent).lower(),
            "vote": f'"{(votes or {}).get(seat, decision)}"',
            "no_dissent": "true",
            "signed_at": DAY,
        }.items():
            block = re.sub(rf'{key} = ""', f"{key} = {value}", block)
        if seat in absent:
            block = re.sub(r"(?m)^(vote|no_dissent|signed_at) .*\n", "", block)
        made.append(block)
    rest = rest.replace('text = ""', 'text = "Why now?"', 1)
    rest = rest.replace('answer = ""', 'answer = "The old release ends."', 1)
    return head + "".join(made) + "[[questions_raised]]" + rest + "\n" + end


def forge(
    house: House, retold: dict[str, Callable[[dict[str, Any]], Any]] | None = None, **changes: Any
) -> None:
    """Append a decision that breaks the rules, signed with good keys: what decide would refuse.

    `retold` changes what the statement of a name says, before it is signed.
    """
    council = charters.load(house.charter)
    tree = decision.load(house.form).model_dump() | changes
    record = AuditRecord.load(house.audit / "audit.json")
    made = decision.decided(
        decision.Form.model_validate(tree), council.charter, statements.audited(record)
    )
    signers = [keys.private_key(house.key(name)) for name in ("chair", "voice")]

    def write(ledger: Ledger) -> Entry:
        body = deciding.body(made, record, ledger, signers)
        for name, change in (retold or {}).items():
            statement = json.loads(base64.b64decode(body["statements"][name]["payload"]))
            change(statement)
            body["statements"][name] = dsse.signed(statement, signers)
        return ledger.next("decision", body)

    append(house.ledger, write)
