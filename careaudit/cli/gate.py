"""careaudit gate."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from careaudit.council import Standing
    from careaudit.gate import GateDecision
    from careaudit.plan import Plan
    from careaudit.record import AuditRecord
    from careaudit.releases import ReleaseComparison
    from careaudit.waivers import Waiver

FORMATS = ("table", "json", "markdown", "junit", "github", "gitlab")
PLAN = options.PLAN
WAIVERS = "careaudit-waivers.toml"


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="RECORD|PLAN")
@click.option(
    "-f", "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True,
    help="What to print on stdout.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR",
    help="Also write the format's files here (of a table: gate.json).",
)  # fmt: skip
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), metavar="PLAN",
    help="The plan that the record must answer.",
)  # fmt: skip
@click.option(
    "--waivers", type=click.Path(path_type=Path), metavar="FILE",
    help=f"Findings that somebody answers for (default: {WAIVERS} beside the plan, or here).",
)  # fmt: skip
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="RECORD",
    help="An earlier record: only new or larger findings close the gate.",
)  # fmt: skip
@click.option(
    "--comparison", type=click.Path(path_type=Path), metavar="FILE",
    help="The compare.json of `careaudit compare`: a worse release closes the gate.",
)  # fmt: skip
@click.option(
    "--council", type=click.Path(path_type=Path), metavar="LEDGER",
    help="Ask for the council's decision in this ledger.",
)  # fmt: skip
@click.option(
    "--charter", type=click.Path(path_type=Path), metavar="FILE",
    help="The council's charter (default: council.toml beside the ledger).",
)  # fmt: skip
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="PDF",
    help="The report that the council read (default: report.pdf beside the record).",
)  # fmt: skip
@click.option(
    "--model", type=click.Path(path_type=Path), metavar="FILE",
    help="The model file, where the council's decision names one.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print the outcome only.")
@options.as_of
@options.no_progress
def command(
    target: Path,
    form: str,
    output: Path | None,
    config: Path | None,
    waivers: Path | None,
    baseline: Path | None,
    comparison: Path | None,
    council: Path | None,
    charter: Path | None,
    report: Path | None,
    model: Path | None,
    quiet: bool,
    as_of: date | None,
    no_progress: bool,
) -> None:
    """Open or close a deployment on the record.

    RECORD is the audit.json that `careaudit audit -o DIR` wrote, or its folder; a PLAN is audited
    first. The exit code is the gate: 0 open; 1 a gated question fails; 4 the evidence is
    undecided, missing or expired; 5 the council's record does not hold; 3 no decision can be made.
    """
    from careaudit.errors import RecordError
    from careaudit.gate import NO_COUNCIL, Beside, decide
    from careaudit.record import AuditRecord

    today = as_of or date.today()  # noqa: DTZ011
    of_plan = target.suffix == ".toml" or (
        target.is_dir() and not (target / "audit.json").exists() and (target / PLAN).exists()
    )
    if of_plan and (config or council):
        raise click.UsageError("--config and --council go with a RECORD: this is a plan.")
    if not council and (charter or model or report):
        raise click.UsageError("--charter, --model and --report go with --council.")
    place = target / (PLAN if of_plan else "audit.json") if target.is_dir() else target
    plan = _plan(place if of_plan else config)
    standing = None
    if council:
        standing = _standing(place, council, charter, config, report, model, waivers, today)
    try:
        record, digest = (
            _audited(plan, place.parent, today, wanted=not no_progress)
            if of_plan and plan
            else _loaded(place)
        )
        beside = Beside(
            plan=plan,
            waivers=_waivers(_waivers_path(waivers, place if of_plan else config)),
            baseline=AuditRecord.load(_file(baseline)) if baseline else None,
            release=_comparison(comparison),
            council=standing,
        )
        decision = decide(record, as_of=today, beside=beside, record_sha256=digest)
    except RecordError:
        if standing is None or standing.holds:
            raise
        click.echo(f"Closed: {standing.message}", err=True)
        raise click.exceptions.Exit(NO_COUNCIL) from None
    _say(decision, form, output, quiet=quiet)
    raise click.exceptions.Exit(decision.exit_code)


def _file(place: Path) -> Path:
    return place / "audit.json" if place.is_dir() else place


def _plan(path: Path | None) -> Plan | None:
    if path is None:
        return None
    from careaudit import plan as plans

    return plans.load(path)


def _audited(plan: Plan, base: Path, today: date, *, wanted: bool) -> tuple[AuditRecord, str]:
    from careaudit.cli import talk
    from careaudit.conductor import run

    with talk.progress(wanted=wanted) as progress:
        record = run(plan, base=base, as_of=today, progress=progress)
    return record, record.digest


def _loaded(place: Path) -> tuple[AuditRecord, str]:
    """Read a record with the digest of the file as it lies: what a council's decision names."""
    import hashlib

    from careaudit.documents import MAX_JSON, read_bytes, text_of
    from careaudit.errors import RecordError
    from careaudit.record import AuditRecord

    hint = "Give the audit.json that `careaudit audit -o DIR` wrote."
    raw = read_bytes(place, limit=MAX_JSON, error=RecordError, hint=hint)
    text = text_of(raw, where=str(place), error=RecordError)
    return AuditRecord.from_json(text, where=str(place)), hashlib.sha256(raw).hexdigest()


def _waivers_path(named: Path | None, plan: Path | None) -> Path | None:
    """The file named, else the one beside the plan, else the one here; None where none lies."""
    beside = (plan if plan.is_dir() else plan.parent) if plan else Path()
    path = named or beside / WAIVERS
    return path if named or path.exists() else None


def _waivers(path: Path | None) -> tuple[Waiver, ...]:
    if path is None:
        return ()
    from careaudit import waivers

    found = waivers.load(path)
    click.echo(f"Waivers of {path} were read: {len(found)}.", err=True)
    return found


def _comparison(path: Path | None) -> ReleaseComparison | None:
    if path is None:
        return None
    from careaudit.releases import ReleaseComparison

    return ReleaseComparison.load(path / "compare.json" if path.is_dir() else path)


def _standing(
    record: Path, ledger: Path, charter: Path | None, plan: Path | None, report: Path | None,
    model: Path | None, waivers: Path | None, today: date,
) -> Standing:  # fmt: skip
    from careaudit.council import verify

    return verify(
        ledger,
        charter or ledger.parent / "council.toml",
        record=record,
        report=report or record.parent / "report.pdf",
        plan=plan or (PLAN if PLAN.exists() else record.parent / PLAN),
        model=model,
        waivers=_waivers_path(waivers, plan),
        as_of=today,
    )


def _say(decision: GateDecision, form: str, output: Path | None, *, quiet: bool) -> None:
    """Print the decision, write its files, and hand them to the CI system that asks for them."""
    made: dict[str, str] = {}
    if form != "table" or output is not None:
        from careaudit.report.gates import FORMATS as WRITERS

        made = WRITERS["json" if form == "table" else form](decision)
    if form == "table":
        from careaudit.cli import gate_table

        gate_table.show(decision, quiet=quiet)
    else:
        click.echo(next(iter(made.values())), nl=False)
    if output is not None:
        from careaudit.documents import write_files

        files = {output / name: text.encode() for name, text in made.items()}
        for path in write_files(files, hint="Give a directory that you may write to."):
            click.echo(f"Wrote {path}", err=True)
    if form == "github":
        for name, variable in (("summary.md", "GITHUB_STEP_SUMMARY"), ("outputs.txt",
                               "GITHUB_OUTPUT")):  # fmt: skip
            if place := os.environ.get(variable):
                with Path(place).open("a", encoding="utf-8") as file:
                    file.write(made[name])
