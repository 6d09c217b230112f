"""careaudit waive."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click

from careaudit.cli import options


@click.command()
@click.argument("finding", required=False)
@click.option(
    "-r", "--record", type=click.Path(path_type=Path), default=Path("audit/audit.json"),
    show_default=True, help="The record that holds the finding.",
)  # fmt: skip
@click.option("--reason", help="Why the release may go on with this finding.")
@click.option("--approver", metavar="NAME", help="Who answers for it.")
@click.option("--ceiling", type=float, metavar="U", help="Largest gap ÷ limit it covers "
              "(default: the gap as it is).")  # fmt: skip
@click.option("--expires", callback=options.day, metavar="DAY", help="Last day it holds.")
@click.option("--days", type=click.IntRange(1, 365), help="Days it holds (default: 90).")
@click.option("--ticket", help="Where the work on it is tracked.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path), default=Path("careaudit-waivers.toml"),
    show_default=True, help="The file of waivers.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Check the file and list its waivers; reads no record.")
@options.as_of
def command(
    finding: str | None,
    record: Path,
    reason: str | None,
    approver: str | None,
    ceiling: float | None,
    expires: date | None,
    days: int | None,
    ticket: str | None,
    path: Path,
    check: bool,
    as_of: date | None,
) -> None:
    """Let one failing finding pass the gate, for a while, in somebody's name.

    FINDING is the id of a failing comparison: question/segment/group. The waiver is void when it
    expires, when the gap grows over its ceiling, and for another release; it never covers what
    could not be judged. It stands on page one of the report.
    """
    from careaudit import waivers

    today = as_of or date.today()  # noqa: DTZ011
    if check:
        if finding is not None:
            raise click.UsageError("--check reads a file: name it with --file.")
        _list(path, today)
        return
    if finding is None:
        raise click.UsageError("name the FINDING to waive, or say --check.")
    if not reason or not approver:
        raise click.UsageError("a waiver needs --reason and --approver.")
    if expires and days:
        raise click.UsageError("give --expires or --days, not both.")
    from careaudit.record import AuditRecord
    from careaudit.report.wording.names import clean

    file = record / "audit.json" if record.is_dir() else record
    waiver = waivers.draft(
        AuditRecord.load(file),
        finding,
        reason=reason,
        approved_by=approver,
        granted=today,
        expires=today + timedelta(days=days) if days else expires,
        ceiling=ceiling,
        ticket=ticket,
    )
    waivers.append(path, waiver)
    click.echo(
        f"Waived in {path}: {clean(finding)}, up to {waiver.ceiling:g} limits, until "
        f"{waiver.expires}, approved by {clean(approver)}."
    )


def _list(path: Path, today: date) -> None:
    from careaudit import waivers
    from careaudit.report.wording.names import clean

    found = waivers.load(path)
    for waiver in found:
        state = "expired" if today > waiver.expires else "until"
        click.echo(
            f"{state} {waiver.expires}  {clean(waiver.finding)}  up to {waiver.ceiling:g} limits, "
            f"release {clean(waiver.release or '(none named)')}, {clean(waiver.approved_by)}"
        )
    click.echo(f"{len(found)} waivers, all well formed.", err=True)
