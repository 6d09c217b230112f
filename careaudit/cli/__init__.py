"""The command line: parse, call the library, print, exit. Heavy imports wait for their command."""

from __future__ import annotations

import importlib
from typing import Any

import click

from careaudit import __version__
from careaudit.errors import CareauditError

COMMANDS = {
    "demo": "Audit a bundled log end to end and write its report.",
    "init": "Look at a log and draft its plan, careaudit.toml.",
    "inspect": "Show a log's columns, their likely roles, and data problems.",
    "audit": "Audit a log: print the findings, write the record and the report.",
    "explain": "Explain one decision to people who may see it.",
    "gate": "Open or close a deployment on the record.",
    "compare": "Compare two releases: what got better or worse, and for whom.",
    "waive": "Let one failing finding pass for a while, in somebody's name.",
    "council": "Open, decide, show and verify the ethics council's decision.",
    "report": "Write the report of a record again.",
    "plan": "Check a plan, show it with its defaults, or print its JSON Schema.",
    "measures": "List the measures, or explain one.",
    "samples": "List the bundled logs, or copy one.",
    "doctor": "Check what this machine has for reports.",
    "completion": "Print the completion script of a shell.",
}
"""Every command and its one-line help; each is one file here, loaded when it is called."""


class Lazy(click.Group):
    """A group whose commands are imported when they are called, and whose errors speak plainly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"careaudit.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; every fault becomes one message and its exit code."""
        try:
            return super().invoke(ctx)
        except CareauditError as error:
            _say(error)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted. Nothing was written.", err=True)
            ctx.exit(130)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            _say(_of_system(error))
            ctx.exit(3)
        except Exception as error:  # noqa: BLE001 - no traceback reaches a user
            _own_fault(error)
            ctx.exit(70)


def _say(error: CareauditError) -> None:
    place = f"{error.where}: " if error.where else ""
    click.secho("Error: ", fg="red", bold=True, err=True, nl=False)
    click.echo(_tame(f"{place}{error.what}"), err=True)
    if error.hint:
        click.echo(_tame(f"  {error.hint}"), err=True)


def _of_system(error: OSError) -> CareauditError:
    place = str(error.filename or "output")
    return CareauditError(
        f"{error.strerror or error}.",
        where=place if len(place) <= 200 else f"{place[:200]}...",
        hint="Check the name, the rights, and the room on the disk.",
    )


def _tame(text: str) -> str:
    """Show what would steer a terminal: names of files and keys come from outside."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def _own_fault(error: Exception) -> None:
    import os
    import traceback

    click.echo(
        f"careaudit {__version__} failed: {type(error).__name__}: {_tame(str(error))}\n"
        "  This is a fault of careaudit, not of your data. Please report it; "
        "CAREAUDIT_DEBUG=1 shows the trace.",
        err=True,
    )
    if os.environ.get("CAREAUDIT_DEBUG"):
        traceback.print_exc()


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "CAREAUDIT"},
)
@click.version_option(__version__, prog_name="careaudit")
def main() -> None:
    """Audit how a customer-care AI treats different customers.

    From a decision log to verdicts and a report an ethics council can decide on.
    First look: careaudit demo. Your own log: careaudit init LOG, then careaudit audit.
    """


def run() -> None:
    """Enter from the shell."""
    main(prog_name="careaudit")
