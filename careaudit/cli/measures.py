"""careaudit measures."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from careaudit.measures import Gap, Share
    from careaudit.stats.tolerance import Tolerance


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the measures, or explain one: formula, what it needs, when it misleads."""
    from difflib import get_close_matches

    from careaudit.cli import talk
    from careaudit.errors import UsageError
    from careaudit.measures import CATALOGUE

    if name is None:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("Pillar", "Measure", "More is", "Question"):
            table.add_column(column)
        pillar = ""
        for measure in CATALOGUE.values():
            good = "better" if measure.orientation == "favorable" else "worse"
            shown = measure.pillar if measure.pillar != pillar else ""
            table.add_row(shown, measure.name, good, measure.ask)
            pillar = measure.pillar
        talk.console().print(table)
        return
    if name not in CATALOGUE:
        near = get_close_matches(name, CATALOGUE, n=1, cutoff=0.4)
        raise UsageError(
            f'no measure is called "{name}".',
            hint=f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(CATALOGUE)}.",
        )
    measure = CATALOGUE[name]
    good = "good" if measure.orientation == "favorable" else "bad"
    for label, text in (
        ("Measure", measure.name),
        ("Question", measure.ask),
        ("Formula", measure.formula),
        ("Direction", f"more of it is {good} for the customer"),
        ("Needs", ", ".join(measure.fields)),
        ("Pillar", measure.pillar),
        ("Limit", _limit(measure.limit)),
        ("Misleads", measure.misleads),
        ("Checked by", measure.oracle),
    ):
        click.echo(f"{label + ':':<12}{text}")


def _limit(limit: Tolerance | Share | Gap) -> str:
    """The limit where a plan sets none, as a plan would write it."""
    said = ", ".join(f"{name} = {value:g}" for name, value in asdict(limit).items())
    return f"limit = {{ {said} }} unless the plan says otherwise"
