"""careaudit plan."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sized
from pathlib import Path

import click

from careaudit.cli import options


def _plan(command: Callable[..., None]) -> Callable[..., None]:
    """Take the plan as an argument, or with -c as `audit` does."""

    @click.argument("path", type=click.Path(path_type=Path), required=False, metavar="[PLAN]")
    @click.option("-c", "--config", type=click.Path(path_type=Path), help="The plan, as for audit.")
    @functools.wraps(command)
    def chosen(path: Path | None, config: Path | None, **rest: bool) -> None:
        command(path=path or config or options.PLAN, **rest)

    return chosen


@click.group()
def command() -> None:
    """Check a plan, show it with its defaults, list presets, or print its JSON Schema."""


@command.command()
@_plan
@click.option("--no-data", is_flag=True, help="Check the file only; do not look at the log.")
def check(path: Path, *, no_data: bool) -> None:
    """Check a plan, and whether its log can answer it.

    Reads the file; where the log is there too, also its columns and outcomes.
    """
    from careaudit import plan as plans
    from careaudit.check import check as check_plan

    plan = plans.load(path)
    check_plan(plan)
    if plan.outcome and not plan.outcome.confirmed:
        click.echo(
            "Warning: outcome.confirmed is false. Set it to true once a person has checked which "
            "decisions are good for customers.",
            err=True,
        )
    if not no_data:
        from careaudit.conductor import preview

        for warning in preview(plan, base=path if path.is_dir() else path.parent):
            click.echo(f"Warning: {warning}", err=True)
    asked = f"{_many(plan.questions, 'question')}, {_many(plan.segments, 'segment')}"
    click.echo(f"{path}: {asked}. Plan {plan.digest[:12]}.")


def _many(found: Sized, name: str) -> str:
    return f"{len(found)} {name}{'' if len(found) == 1 else 's'}"


@command.command()
@_plan
def show(path: Path) -> None:
    """Print a plan as it takes effect, defaults included, as JSON."""
    from careaudit import plan as plans

    tree = plans.load(path).model_dump(mode="json", by_alias=True)
    click.echo(json.dumps(tree, indent=2, ensure_ascii=False))


@command.command()
def schema() -> None:
    """Print the JSON Schema of careaudit.toml."""
    from careaudit import plan as plans

    click.echo(json.dumps(plans.schema(), indent=2))


@command.command()
@click.argument("name", required=False)
def presets(name: str | None) -> None:
    """List the policy presets that a plan can extend, or print one as it is written."""
    from careaudit.errors import UsageError
    from careaudit.plan import preset

    if name is not None:
        click.echo(preset.text(name, where="presets", error=UsageError), nl=False)
        return
    from rich.table import Table

    from careaudit.cli import talk

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Preset", "Title", "Status", "As of", "Source"):
        table.add_column(column)
    for known in map(preset.preset, preset.names()):
        table.add_row(known.name, known.title, known.status, f"{known.as_of}", known.source)
    talk.console().print(table)
