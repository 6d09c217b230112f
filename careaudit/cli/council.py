"""careaudit council."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from careaudit.council import ConditionState, Standing
    from careaudit.council.deciding import Held

NOT_HELD = 5
"""The exit code of a council record that does not hold."""
_FILE = click.Path(path_type=Path)


def _today(as_of: date | None) -> date:
    return as_of or date.today()  # noqa: DTZ011


def _record(path: Path) -> Path:
    return path / "audit.json" if path.is_dir() else path


CHARTER = "council.toml"
_charter = click.option(
    "--charter", type=_FILE, metavar="FILE",
    help="Seats, quorum and keys (default: council.toml beside the ledger).",
)  # fmt: skip
_keys = click.option(
    "--key", "keys", type=_FILE, multiple=True, required=True, metavar="KEY",
    help="A private key to sign with; repeat it for each signature.",
)  # fmt: skip
_plan = click.option(
    "-c", "--config", type=_FILE, default=options.PLAN, show_default=True, help="The audit's plan."
)
_report = click.option(
    "--report", type=_FILE, metavar="PDF", help="The report (default: report.pdf beside RECORD)."
)
_model = click.option("--model", type=_FILE, metavar="FILE", help="The model file under review.")
_waivers = click.option(
    "--waivers", type=_FILE, metavar="FILE",
    help="The waivers in force (default: careaudit-waivers.toml beside the plan).",
)  # fmt: skip


def _in_force(waivers: Path | None, plan: Path) -> Path | None:
    """The waivers that were named, else those beside the plan, as the gate takes them."""
    beside = (plan if plan.is_dir() else plan.parent) / "careaudit-waivers.toml"
    return waivers or (beside if beside.exists() else None)


@click.group()
def command() -> None:
    """Open, decide, show and verify the ethics council's decision.

    `open` writes a packet with a form, people fill it in, `decide` signs it into the ledger, and
    `verify` says whether it stands for a record. Seats, quorum and keys are in council.toml.
    """


@command.command()
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", type=_FILE, default=Path(), metavar="DIR", help="Write here.")
def key(name: str, output: Path) -> None:
    """Make a key pair: NAME.key to sign with, NAME.pub for the charter.

    Whoever has NAME.key can sign. Keep it out of the repository.
    """
    from careaudit.council import keys

    for path in keys.generate(name, output):
        click.echo(path)


@command.command("open")
@click.argument("record", type=_FILE, metavar="RECORD")
@_plan
@click.option("-o", "--output", type=_FILE, required=True, metavar="DIR", help="Write here.")
@_report
@_model
@click.option(
    "--charter", type=_FILE, default=Path(CHARTER), show_default=True, help="Seats, quorum, keys."
)
@_waivers
def open_(
    record: Path,
    config: Path,
    output: Path,
    report: Path | None,
    model: Path | None,
    charter: Path,
    waivers: Path | None,
) -> None:
    """Write the packet that the council decides on, with the form of its decision.

    RECORD is the audit.json that `careaudit audit -o DIR` wrote, or its folder.
    """
    from careaudit.council import charters
    from careaudit.council.packet import open_packet

    place = _record(record)
    pdf = report or place.with_name("report.pdf")
    council = charters.load(charter)
    packet = open_packet(
        place, config, pdf, council.charter, output, model=model, waivers=_in_force(waivers, config)
    )
    click.echo(f"{packet.record_id}: fill in {output / 'decision.toml'}.")
    for file in packet.files:
        click.echo(f"Wrote {file}", err=True)


@command.command()
@click.argument("form", type=_FILE, metavar="DECISION")
@click.option("--ledger", type=_FILE, required=True, metavar="LEDGER", help="Add to this ledger.")
@_keys
@_charter
@click.option(
    "-o", "--output", type=_FILE, metavar="DIR", help="Write the signed statements here, too."
)
def decide(
    form: Path, ledger: Path, keys: tuple[Path, ...], charter: Path | None, output: Path | None
) -> None:
    """Check a filled form, sign the decision, and add it to the ledger.

    DECISION is the decision.toml of a packet, with the evidence beside it.
    """
    from careaudit.council import charters, deciding
    from careaudit.council.keys import private_key

    council = charters.load(charter or ledger.with_name(CHARTER))
    held = deciding.decide(form, ledger, council, [private_key(path) for path in keys])
    click.echo(_line(held))
    if output is not None:
        for file in deciding.write_statements(held, output):
            click.echo(f"Wrote {file}", err=True)


@command.command()
@click.argument("ledger", type=_FILE, metavar="LEDGER")
@click.argument("record_id", metavar="RECORD_ID")
@click.argument("condition_id", metavar="CONDITION_ID")
@click.option("--evidence", required=True, metavar="TEXT", help="What shows that it is met.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@_keys
@_charter
@click.option(
    "--on", callback=options.day, metavar="DAY", help="The day it was met (default: today)."
)
def condition(
    ledger: Path,
    record_id: str,
    condition_id: str,
    evidence: str,
    by: str,
    keys: tuple[Path, ...],
    charter: Path | None,
    on: date | None,
) -> None:
    """Note in the ledger that a condition of a decision is met, signed."""
    from careaudit.council import charters, deciding
    from careaudit.council.keys import private_key

    deciding.meet(
        ledger,
        charters.load(charter or ledger.with_name(CHARTER)),
        [private_key(path) for path in keys],
        deciding.Said(record_id, condition_id, evidence, by, _today(on)),
    )
    click.echo(f"{record_id}: {condition_id} is met.")


@command.command()
@click.argument("ledger", type=_FILE, metavar="LEDGER")
@click.option(
    "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table",
    help="What to print.",
)  # fmt: skip
@click.option("--as-of", callback=options.day, metavar="DAY", help="The day (default: today).")
def show(ledger: Path, form: str, as_of: date | None) -> None:
    """Print the decisions of a ledger, and how their conditions stand.

    Checks that the ledger is intact, not who signed it: `careaudit council verify` does.
    """
    from careaudit.council.conditions import states
    from careaudit.council.deciding import decisions
    from careaudit.council.ledger import read

    book, day = read(ledger), _today(as_of)
    rows = [(held, states(book, held, day)) for held in decisions(book)]
    if form == "json":
        tree = [_tree(held, conditions) for held, conditions in rows]
        click.echo(json.dumps({"decisions": tree}, indent=2, ensure_ascii=False))
        return
    for held, conditions in rows:
        _print(held, conditions)
    click.echo(f"The ledger is intact; its head is {book.head[:12]}.")


@command.command()
@click.argument("ledger", type=_FILE, metavar="LEDGER")
@click.argument("record", type=_FILE, metavar="RECORD")
@_plan
@_report
@_model
@_charter
@_waivers
@click.option("--as-of", callback=options.day, metavar="DAY", help="The day (default: today).")
def verify(
    ledger: Path,
    record: Path,
    config: Path,
    report: Path | None,
    model: Path | None,
    charter: Path | None,
    waivers: Path | None,
    as_of: date | None,
) -> None:
    """Say whether the council's decision stands for a record; exit 5 where it does not.

    Prints each check; the first that does not hold is the reason.
    """
    from careaudit import council

    place = _record(record)
    standing = council.verify(
        ledger,
        charter or ledger.with_name(CHARTER),
        record=place,
        report=report or place.with_name("report.pdf"),
        plan=config / options.PLAN if config.is_dir() else config,
        model=model,
        waivers=_in_force(waivers, config),
        as_of=_today(as_of),
    )
    _say(standing)
    click.get_current_context().exit(0 if standing.holds else NOT_HELD)


_HELD = {"expired": "in time", "superseded": "not superseded", "withdrawn": "not withdrawn"}
"""Steps that are named by what goes wrong, as they are called where nothing does."""


def _say(standing: Standing) -> None:
    from careaudit.plan.toml_text import plain

    for check in standing.checks:
        name = _HELD.get(check.step, check.step) if check.held else check.step
        held = "held  " if check.held else "FAILED"
        click.echo(f"{held}  {name:<14} {plain(check.message)}")
    for state in standing.conditions:
        click.echo(_condition(state))
    click.echo("The council's record holds." if standing.holds
               else "The council's record does not hold.")  # fmt: skip


def _line(held: Held) -> str:
    decision = held.decision
    return (
        f"{decision.record_id}: {decision.decision}, {decision.decided_on}, entry "
        f"{held.entry.seq} of the ledger, {held.entry.hash[:12]}."
    )


def _print(held: Held, conditions: tuple[ConditionState, ...]) -> None:
    from careaudit.plan.toml_text import plain

    decision = held.decision
    present = sum(member.present for member in decision.members)
    facts = {
        "audit": (decision.sha256("audit.json") or "")[:12],
        "model": plain(f"{decision.model.name} {decision.model.version}"),
        "decided": f"{decision.decided_on}, holds {decision.valid_from} to {decision.expires_on}",
        "quorum": f"{'met' if decision.quorum.met else 'not met'}, {present} present",
        "supersedes": decision.supersedes,
        "override": f"until {decision.override.until}" if decision.override else None,
        "withdrawn": decision.withdrawal and decision.withdrawal.on,
    }
    click.echo(f"{decision.record_id}  {decision.decision}")
    for name, fact in facts.items():
        if fact is not None:
            click.echo(f"  {name:<11} {fact}")
    for dissent in decision.dissent:
        click.echo(f"  {'dissent':<11} {dissent.member}: {plain(dissent.text)}")
    for state in conditions:
        click.echo(_condition(state))


def _condition(state: ConditionState) -> str:
    from careaudit.plan.toml_text import plain

    words = state.state.replace("_", " ")
    when = f"met {state.met_on}" if state.met_on else f"due {state.due}"
    blocking = ", blocking" if state.blocking else ""
    return (
        f"  {'condition':<11} {state.id}: {words} ({when}{blocking}; {plain(state.owner)}) "
        f"{plain(state.text)}"
    )


def _tree(held: Held, conditions: tuple[ConditionState, ...]) -> dict[str, object]:
    from dataclasses import asdict

    states = [asdict(state) for state in conditions]
    return {
        "sequence": held.entry.seq,
        "hash": held.entry.hash,
        "decision": held.entry.body["decision"],
        "conditions": json.loads(json.dumps(states, default=str)),
    }
