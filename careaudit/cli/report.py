"""careaudit report."""

from __future__ import annotations

from pathlib import Path

import click

from careaudit.cli import options


@click.command()
@click.argument("record", type=click.Path(path_type=Path), metavar="RECORD")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write here "
    "(default: beside the record).",
)  # fmt: skip
@click.option(
    "--formats", default="pdf,html", show_default=True, callback=options.check_formats,
    help="What to write, with commas between.",
)  # fmt: skip
@options.no_progress
def command(
    record: Path,
    output: Path | None,
    formats: tuple[str, ...],
    no_progress: bool,
) -> None:
    """Write the report of a record again.

    RECORD is the audit.json that `careaudit audit -o DIR` wrote. Nothing but the record is read.
    """
    from careaudit.cli import talk
    from careaudit.record import AuditRecord
    from careaudit.report import write

    file = record / "audit.json" if record.is_dir() else record
    found = AuditRecord.load(file)
    with talk.progress(wanted=not no_progress) as progress:
        progress("Writing the report")
        for path in write(found, output or file.parent, formats):
            click.echo(path)
