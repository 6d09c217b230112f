"""careaudit audit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from careaudit.cli.beside import Found

NEXT_PLAN = "next-plan.toml"
"""Written beside the record where a subgroup was confirmed that no question asks about."""


@click.command()
@click.argument("log", nargs=-1, metavar="[LOG]...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="The plan (careaudit.toml).")
@click.option("--decision", metavar="COL", help="Without a plan: the column of the decision.")
@click.option("--adverse", multiple=True, metavar="VALUE", help="A bad outcome (repeatable).")
@click.option("--favorable", multiple=True, metavar="VALUE", help="A good outcome (repeatable).")
@click.option("--neutral", multiple=True, metavar="VALUE", help="Set aside, counted (repeatable).")
@click.option("--by", multiple=True, metavar="COL", help="A column to compare by (repeatable).")
@click.option("--measure", metavar="NAME", help="The measure (default: the rarer side).")
@click.option("--subject", metavar="COL", help="The column of the customer's id.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write here.")
@options.formats
@click.option(
    "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table",
    help="What to print: the findings, or the record.",
)  # fmt: skip
@click.option(
    "--waivers", type=click.Path(path_type=Path), metavar="FILE",
    help="Findings that somebody answers for (default: careaudit-waivers.toml beside the plan).",
)  # fmt: skip
@click.option(
    "--council", type=click.Path(path_type=Path), metavar="LEDGER",
    help="The council's ledger, for its earlier conditions (default: council.jsonl beside the "
    "plan).",
)  # fmt: skip
@click.option("--no-drivers", is_flag=True, help="Do not look for what goes along with the gaps.")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only.")
@options.as_of
@options.no_progress
def command(
    log: tuple[str, ...],
    config: Path | None,
    decision: str | None,
    adverse: tuple[str, ...],
    favorable: tuple[str, ...],
    neutral: tuple[str, ...],
    by: tuple[str, ...],
    measure: str | None,
    subject: str | None,
    output: Path | None,
    formats: tuple[str, ...],
    form: str,
    waivers: Path | None,
    council: Path | None,
    no_drivers: bool,
    quiet: bool,
    as_of: date | None,
    no_progress: bool,
) -> None:
    """Audit a log: print the findings, write the record and the report.

    With a plan: careaudit audit -c careaudit.toml -o audit. Without one, a first answer:
    careaudit audit log.csv --decision outcome --adverse denied --by language.
    Exits 0 whatever it found: the verdict is in what it prints and in audit.json. Where a subgroup
    was confirmed that no question asks about, -o drafts questions in next-plan.toml.
    """
    from careaudit import plan as plans
    from careaudit.cli import talk
    from careaudit.conductor import run

    if log and decision is None and config is None:
        raise click.UsageError("LOG needs --decision and --by, or use -c PLAN.")
    if config is not None and (log or decision or by or adverse or favorable or neutral):
        raise click.UsageError("a plan (-c) says the log and its columns itself: leave them out.")
    if decision is not None:
        if not log:
            raise click.UsageError("name the LOG to audit.")
        plan = plans.from_options(
            name=Path(log[0]).name or log[0], decision=decision, by=by, adverse=adverse,
            favorable=favorable, neutral=neutral, measure=measure, subject_id=subject, path=log,
        )  # fmt: skip
        base = Path()
    else:
        path = config or options.PLAN
        plan, base = plans.load(path), path if path.is_dir() else path.parent
    # Read before the log is: a damaged file stops everything.
    held = _beside(waivers, council, output, folder=None if decision is not None else base)
    with talk.progress(wanted=not no_progress) as progress:
        record = run(plan, base=base, as_of=as_of, explain=not no_drivers, progress=progress)
        written = []
        if output is not None:
            from dataclasses import replace

            from careaudit.drivers.next_plan import next_plan
            from careaudit.report import prepare

            progress("Writing the report")
            on = date.fromisoformat(record.provenance.as_of)
            made = prepare(record, formats, held.beside(record, on))
            if draft := next_plan(plan, record.drivers):
                made = replace(made, files={**made.files, NEXT_PLAN: draft.encode()})
            written = made.write(output)
    if form == "json":
        click.echo(record.to_json(), nl=False)
    else:
        talk.findings(record, quiet=quiet)
    if not quiet:
        talk.notes(record)
    for file in written:
        click.echo(f"Wrote {file}", err=True)


def _beside(
    waivers: Path | None, council: Path | None, output: Path | None, folder: Path | None
) -> Found:
    """Read what is named, else what lies beside the plan; nothing where no report is written."""
    from careaudit.cli.beside import Found, look

    if output is not None:
        return look(waivers, council, folder=folder)
    if waivers or council:
        raise click.UsageError("--waivers and --council go into the report: say where with -o.")
    return Found()
