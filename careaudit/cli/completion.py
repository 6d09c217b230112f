"""careaudit completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell; put `eval "$(careaudit completion bash)"` in its
    start-up file.
    """
    from careaudit.cli import main

    found = get_completion_class(shell)
    if found is None:
        msg = f"{shell} is not known."
        raise click.UsageError(msg)
    click.echo(found(main, {}, "careaudit", "_CAREAUDIT_COMPLETE").source())
