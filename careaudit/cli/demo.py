"""careaudit demo."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from careaudit.cli import options


@click.command()
@click.argument("scenario", default="telecom_credits")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR",
    help="Write here (default: careaudit-demo/SCENARIO).",
)  # fmt: skip
@options.as_of
@options.no_progress
def command(
    scenario: str,
    output: Path | None,
    as_of: date | None,
    no_progress: bool,
) -> None:
    """Audit a bundled log end to end and write its report.

    SCENARIO is one of `careaudit samples list` (default: telecom_credits).
    """
    from careaudit import plan as plans
    from careaudit import samples
    from careaudit.cli import talk
    from careaudit.conductor import run
    from careaudit.errors import RenderError
    from careaudit.report import write

    folder = samples.directory(scenario)
    target = output or Path("careaudit-demo") / scenario
    plan = plans.load(folder)
    with talk.progress(wanted=not no_progress) as progress:
        record = run(plan, base=folder, as_of=as_of, progress=progress)
        progress("Writing the report")
        try:
            written = write(record, target, options.FORMATS)
        except RenderError as error:
            click.echo(f"Note: {error}", err=True)
            written = write(record, target, ("json", "html"))
    talk.findings(record)
    click.echo()
    for file in written:
        click.echo(f"{file.name:<12}{file.resolve()}")
