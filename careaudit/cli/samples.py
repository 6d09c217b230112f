"""careaudit samples."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def command() -> None:
    """List the bundled logs, or copy one."""


@command.command("list")
def list_() -> None:
    """List the bundled logs."""
    from careaudit import samples

    for name in samples.names():
        click.echo(f"{name:<20}{samples.get(name).title}")


@command.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(min=100), help="Generate this many decisions instead.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def export(name: str, target: Path, rows: int | None, *, force: bool) -> None:
    """Copy a bundled log with its plan to TARGET."""
    from careaudit import samples

    samples.export(name, target, rows=rows, force=force)
    click.echo(f"Wrote {name} to {target}. Next: careaudit audit -c {target}/careaudit.toml")
