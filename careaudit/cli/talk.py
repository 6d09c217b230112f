"""What the command line says: progress and notes on stderr, tables on stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import click

from careaudit.conductor import Progress

if TYPE_CHECKING:
    from rich.console import Console

    from careaudit.record import AuditRecord


def console(stream: IO[str] | None = None) -> Console:
    """Return a rich console on stdout (or another stream); NO_COLOR is honoured."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 110
    return Console(file=stream or click.get_text_stream("stdout"), width=wide, highlight=False)


@contextmanager
def progress(*, wanted: bool = True) -> Iterator[Progress]:
    """Show what is being done, on a terminal only and never in CI."""
    if not (wanted and sys.stderr.isatty() and not os.environ.get("CI")):
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda message: status.update(f"{message} ...")


def findings(record: AuditRecord, *, quiet: bool = False) -> None:
    """Print the verdict line, and unless quiet the findings, on stdout."""
    from careaudit.report.terminal import findings as rows
    from careaudit.report.terminal import verdict_line

    out = console()
    if not quiet:
        for part in rows(record):
            out.print(part)
    out.print(verdict_line(record))


def notes(record: AuditRecord) -> None:
    """Print what a reader should know about the data, on stderr."""
    for note in record.quality:
        if note.severity != "info":
            click.echo(f"Note ({note.where}): {note.message}", err=True)
