"""Options that several commands share."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click

PLAN = Path("careaudit.toml")
FORMATS = ("json", "pdf", "html")
EXPORTS = ("cyclonedx", "mlflow")
COUNCIL = "council"


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:  # noqa: ARG001
    if value is None:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = date.min
    if not 1900 <= found.year <= 2999:
        msg = f"{value!r} is not a day such as {datetime.now().date().isoformat()}."  # noqa: DTZ005
        raise click.BadParameter(msg)
    return found


def check_formats(
    ctx: click.Context,  # noqa: ARG001
    param: click.Parameter,  # noqa: ARG001
    value: str | None,
) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    known = (*FORMATS, *EXPORTS)
    odd = [name for name in names if name not in known]
    if odd or not names:
        msg = f"{', '.join(odd) or 'nothing'} is not known; choose from {', '.join(known)}."
        raise click.BadParameter(msg)
    return names


def editions() -> list[str]:
    """Name the editions of a report, the council's first, without importing any: help is quick."""
    folder = Path(__file__).parents[1] / "report" / "editions"
    names = {found.name for found in pkgutil.iter_modules([str(folder)])} - {"base"}
    return sorted(names, key=lambda name: (name != COUNCIL, name))


Option = Callable[[Callable[..., None]], Callable[..., None]]

as_of: Option = click.option(
    "--as-of", callback=day, metavar="DAY", help="The day of the audit (default: today)."
)
formats: Option = click.option(
    "--formats",
    default=",".join(FORMATS),
    show_default=True,
    callback=check_formats,
    help="What to write, with commas between.",
)
no_progress: Option = click.option("--no-progress", is_flag=True, help="No progress on stderr.")
