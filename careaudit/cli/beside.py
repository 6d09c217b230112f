"""What lies beside a plan or is named beside a record, read for a report before anything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from careaudit.council import Council
    from careaudit.record import AuditRecord
    from careaudit.releases import ReleaseComparison
    from careaudit.report import Beside
    from careaudit.waivers import Waiver

LEDGER = "council.jsonl"


@dataclass(frozen=True)
class Found:
    """The waivers, and the ledger with the charter that its signatures are checked by."""

    waivers: tuple[Waiver, ...] = ()
    ledger: Path | None = None
    council: Council | None = field(default=None, repr=False)

    def beside(
        self,
        record: AuditRecord,
        as_of: date,
        *,
        sha256: str | None = None,
        decided: bool = False,
        release: ReleaseComparison | None = None,
    ) -> Beside:
        """Hold all of it against a record on a day; `decided` asks for the decision on it too."""
        from careaudit import waivers
        from careaudit.report import Beside

        earlier = verdict = None
        if self.ledger is not None:
            from careaudit.report import ledger

            digest = sha256 or record.digest
            system = record.audit.system
            earlier = ledger.earlier(self.ledger, self.council, digest, system, as_of)
            if decided:
                verdict = ledger.decided(self.ledger, self.council, digest, as_of)
        return Beside(
            as_of=as_of,
            record_sha256=sha256,
            waivers=waivers.apply(self.waivers, record, as_of),
            earlier=earlier,
            checked=self.council is not None,
            decided=verdict,
            release=release,
        )


def look(
    waivers: Path | None,
    ledger: Path | None,
    charter: Path | None = None,
    folder: Path | None = None,
) -> Found:
    """Read what is named, else what lies in the folder; WaiverError or CouncilError if damaged.

    Without `charter`, the council.toml beside the ledger is taken, if there is one.
    """
    from careaudit import waivers as files

    waived = waivers or _there(folder, files.FILE)
    book = ledger or _there(folder, LEDGER)
    given: tuple[Waiver, ...] = ()
    if waived is not None:
        given = files.load(waived)
        click.echo(f"Waivers of {waived} were read: {len(given)}.", err=True)
    if book is None:
        return Found(given)
    from careaudit.council import charters
    from careaudit.council.ledger import read

    entries = len(read(book).entries)
    rules = charter or _there(book.parent, charters.FILE)
    click.echo(f"The council's ledger {book} was read: {entries} entries.", err=True)
    if rules is None:
        click.echo(f"Its signatures are not checked: no {charters.FILE} beside it.", err=True)
    return Found(given, book, charters.load(rules) if rules else None)


def _there(folder: Path | None, name: str) -> Path | None:
    path = folder / name if folder is not None else None
    return path if path is not None and path.exists() else None
