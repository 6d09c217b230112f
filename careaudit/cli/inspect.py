"""careaudit inspect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from careaudit.plan.roles import ColumnProfile, Roles
    from careaudit.sources.problems import Problem
    from careaudit.sources.profile import LogProfile


@click.command()
@click.argument("log", nargs=-1, required=True, metavar="LOG...")
@options.no_progress
def command(log: tuple[str, ...], *, no_progress: bool) -> None:
    """Show a log's columns, their likely roles, and data problems.

    Reads up to 200,000 rows and writes nothing. Values are shown only of columns with few of them,
    on ten rows or more, and never of ids or free text.
    """
    from careaudit.cli import talk
    from careaudit.plan.roles import roles as guess
    from careaudit.sources.problems import problems
    from careaudit.sources.profile import profile

    with talk.progress(wanted=not no_progress) as progress:
        progress("Reading the log")
        seen = profile("log", log)
        roles = guess(seen.columns)
        found = problems(seen, roles)
    out = talk.console()
    _columns(out, seen, roles)
    _problems(out, found)
    if seen.more:
        click.echo(f"Only the first {seen.rows:,} rows were looked at.", err=True)
    click.echo(f"Next: careaudit init {log[0] if len(log) == 1 else 'LOG...'}", err=True)


def _columns(out: Console, seen: LogProfile, roles: Roles) -> None:
    from rich.table import Table
    from rich.text import Text

    files = seen.files.paths
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    rows = f"the first {seen.rows:,}" if seen.more else f"{seen.rows:,}"
    out.print(
        Text(f"{_plain(files[0].name)}{more}: {rows} rows, {len(seen.columns)} columns\n", "bold")
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), expand=True)
    table.add_column("Column", overflow="fold", max_width=30)
    table.add_column("Likely role", no_wrap=True)
    table.add_column("Sure", no_wrap=True)
    table.add_column("Filled", justify="right", no_wrap=True)
    table.add_column("Distinct", justify="right", no_wrap=True)
    table.add_column("Values", overflow="ellipsis", no_wrap=True, style="dim", ratio=1)
    for column in seen.columns:
        role, sure = _role(column, roles)
        table.add_row(
            Text(_plain(column.name)), role, sure, _filled(column), f"{column.distinct:,}",
            Text(_values(column)),
        )  # fmt: skip
    out.print(table)


def _role(column: ColumnProfile, roles: Roles) -> tuple[str, str]:
    guess = roles.taken.get(column.name)
    if guess is None:
        return "", ""
    kind = roles.kinds.get(column.name)
    if guess.role == "segment":
        return f"segment, {guess.kind}", guess.confidence
    return f"{guess.role}{f' ({kind.kind})' if kind else ''}", guess.confidence


def _filled(column: ColumnProfile) -> str:
    from careaudit.plan.toml_text import share

    return share(column.filled / column.rows if column.rows else 0).replace("almost 100%", "99.9%+")


def _values(column: ColumnProfile) -> str:
    from careaudit.sources.profile import MIN_SHOWN

    shown = [value for value, count in column.values if count >= MIN_SHOWN]
    if not shown:
        return ""
    hidden = column.distinct - len(shown[:5])
    return ", ".join(_plain(value) for value in shown[:5]) + (f", +{hidden}" if hidden else "")


def _plain(text: str) -> str:
    """Keep control characters off the terminal."""
    from careaudit.plan.toml_text import plain

    return plain(text).replace("\\\\", "\\")


def _problems(out: Console, found: list[Problem]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not found:
        out.print(Text("\nNo data problems were found.", "bold"))
        return
    for severity, title in (("warning", "To look at"), ("info", "Good to know")):
        some = [problem for problem in found if problem.severity == severity]
        if not some:
            continue
        out.print(Text(f"\n{title}", "bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(overflow="fold", max_width=28)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        for problem in some:
            rows = f"{problem.rows:,} rows" if problem.rows != 1 else "1 row"
            text = Text.assemble(f"{_upper(problem.what)}. ", (problem.step, "dim"))
            table.add_row(Text(_plain(problem.column)), rows if problem.rows else "", text)
        out.print(table)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
