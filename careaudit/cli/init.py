"""careaudit init."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from careaudit.plan.draft import Draft
    from careaudit.sources.profile import LogProfile


@click.command()
@click.argument("log", nargs=-1, required=True, metavar="LOG...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Write here (default: careaudit.toml).",
)  # fmt: skip
@click.option("--stdout", is_flag=True, help="Print the draft, write no file.")
@click.option("--force", is_flag=True, help="Write over a plan that is there.")
@click.option("--customers", metavar="FILE", help="A table of customers to join by id.")
@options.no_progress
def command(
    log: tuple[str, ...],
    output: Path | None,
    customers: str | None,
    *,
    stdout: bool,
    force: bool,
    no_progress: bool,
) -> None:
    """Look at a log and draft its plan, careaudit.toml.

    Reads up to 200,000 rows. Guesses which column is the decision, whom it is about and which
    groups can be compared, and says beside each guess how sure it is and why. A person then checks
    which decisions are good for customers: the draft never says so by itself.
    """
    if stdout and (output or force):
        raise click.UsageError("--stdout writes no file: leave out -o and --force.")
    target = _target(output)
    if not stdout:
        _refuse(target, log, customers, force=force)

    from careaudit.cli import talk
    from careaudit.plan.draft import draft
    from careaudit.plan.roles import roles as guess
    from careaudit.sources.profile import companion, profile

    base = Path() if stdout else target.parent
    with talk.progress(wanted=not no_progress) as progress:
        progress("Reading the log")
        seen = profile("log", log)
        joined = None
        if customers:
            progress("Reading the customers' table")
            joined = companion(seen, guess(seen.columns), customers, _path(customers, base))
    made = draft(
        seen.columns,
        name=_title(seen),
        path=[_path(pattern, base) for pattern in log],
        read=_read(seen),
        companion=joined,
    )
    if stdout:
        click.echo(made.text, nl=False)
    else:
        _write(target, made.text, force=force)
    _summary(made, seen, None if stdout else target)


def _target(output: Path | None) -> Path:
    target = output or options.PLAN
    return target / options.PLAN if target.is_dir() else target


def _refuse(target: Path, log: tuple[str, ...], customers: str | None, *, force: bool) -> None:
    """Refuse before anything is read: a plan is a person's work, and a log is no plan."""
    from careaudit.errors import OutputError

    if not target.parent.is_dir():
        raise OutputError("there is no such folder.", where=str(target.parent), hint="Make it.")
    if not os.path.lexists(target):
        return
    inputs = [Path(path) for path in (*log, *([customers] if customers else []))]
    if any(path.exists() and path.samefile(target) for path in inputs if target.exists()):
        raise OutputError("this is the log itself.", where=str(target), hint="Name another file.")
    if not force:
        raise OutputError(
            "the file is there already, and was left as it is.",
            where=str(target),
            hint="Write elsewhere with -o FILE, look with --stdout, or replace it with --force.",
        )


def _path(pattern: str, base: Path) -> str:
    """Write a path as the plan reads it: relative to the plan's folder, if it was given so."""
    full = Path(pattern)
    folder = base.resolve()
    if full.is_absolute():
        inside = full.is_relative_to(folder)
        return full.relative_to(folder).as_posix() if inside else full.as_posix()
    return Path(os.path.relpath(Path.cwd() / full, folder)).as_posix()


def _title(seen: LogProfile) -> str:
    stem = seen.files.paths[0].name.partition(".")[0].replace("_", " ").replace("-", " ").strip()
    return (stem[:1].upper() + stem[1:]) or "Audit"


def _read(seen: LogProfile) -> str:
    names = ", ".join(path.name for path in seen.files.paths[:3])
    more = f" and {len(seen.files.paths) - 3} more" if len(seen.files.paths) > 3 else ""
    rows = f"the first {seen.rows:,}" if seen.more else f"{seen.rows:,}"
    return f"{_flat(names)}{more} ({rows} rows, {len(seen.columns)} columns)"


def _flat(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _write(target: Path, text: str, *, force: bool) -> None:
    """Write whole or not at all; without `force` never over another file."""
    from careaudit.errors import OutputError

    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        if not force and os.path.lexists(target):  # it came while the log was read
            raise FileExistsError(17, "the file is there already")
        part.replace(target)
    except OSError as error:
        raise OutputError(
            f"the plan cannot be written: {error.strerror}.",
            where=str(target),
            hint="Name another place with -o FILE, or use --stdout.",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _summary(made: Draft, seen: LogProfile, target: Path | None) -> None:
    """Say on one screen what was guessed and what a person does next, on stderr."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from careaudit.plan.toml_text import plain

    wide = None if sys.stderr.isatty() else 110
    out = Console(file=sys.stderr, width=wide, highlight=False)
    where = f"Drafted {target} from " if target else "A draft from "
    out.print(Text.assemble((where, "bold"), (_read(seen), "bold"), "\n"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_column(no_wrap=True)
    grid.add_row("Decision", plain(made.decision), made.roles.taken[made.decision].confidence)
    for side in ("favorable", "adverse", "neutral"):
        values = made.polarity.of(side)
        if made.polarity.settled or side == "neutral":
            sure = made.polarity.confidence if made.polarity.settled else "not guessed"
            grid.add_row(f"  {side}", _names(values), sure if values else "")
    for number, guess in enumerate(made.segments):
        head = "Compared by" if not number else ""
        grid.add_row(head, Text.assemble(plain(guess.column), f" ({guess.kind})"), guess.confidence)
    fields = [guess for guess in made.fields if guess.role in _TOLD]
    for number, guess in enumerate(sorted(fields, key=lambda g: _TOLD.index(g.role))):
        text = Text.assemble(f"{guess.role} = ", plain(guess.column))
        grid.add_row("Fields" if not number else "", text, guess.confidence)
    out.print(grid)
    for note in made.notes:
        out.print(Text.assemble(("\nNote: ", "bold yellow"), note))
    if seen.more:
        out.print(
            "\nNote: values that only later rows hold are not in the draft; the audit names them."
        )
    plan = str(target) if target else "careaudit.toml"
    shown = "" if plan == "careaudit.toml" else f" {plan}"
    steps = [
        "Check each line that says guess; above all, which decisions are good for customers.",
        "Write the justification, and set confirmed = true.",
        f"careaudit plan check{shown}",
        f"careaudit audit -c {plan} -o audit",
    ]
    out.print(Text("\nNext", style="bold"))
    for number, step in enumerate(steps, 1):
        out.print(Text(f"  {number}. {step}"))


_TOLD = ("subject_id", "decision_id", "decided_at", "amount", "score", "reason_code",
         "model_version", "text")  # fmt: skip


def _names(values: list[str]) -> str:
    from careaudit.plan.toml_text import plain

    shown = ", ".join(plain(value) for value in values[:6])
    return f"{shown} and {len(values) - 6} more" if len(values) > 6 else shown or "none"
