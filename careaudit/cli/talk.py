"""What the command line says: progress and notes on stderr, tables on stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from careaudit.record import AuditRecord


def console() -> Console:
    """Return a rich console on stdout; NO_COLOR is honoured."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 124
    return Console(file=sys.stdout, width=wide, highlight=False)


@contextmanager
def progress(*, wanted: bool = True) -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal only and never in CI."""
    if not (wanted and sys.stderr.isatty() and not os.environ.get("CI")):
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:

        def say(message: str) -> None:
            status.update(f"{message} ...")

        yield say


def findings(record: AuditRecord, *, quiet: bool = False) -> None:
    """Print the verdict line, and unless quiet the findings, on stdout."""
    from careaudit.cli import table

    out = console()
    if not quiet:
        for part in table.findings(record):
            out.print(part)
    out.print(table.verdict_line(record))


def notes(record: AuditRecord) -> None:
    """Print what a reader should know about the data, on stderr."""
    for note in record.quality:
        if note.severity != "info" or note.code == "other_side_is_rest":
            click.echo(f"Note ({note.where}): {note.message}", err=True)
