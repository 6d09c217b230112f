"""careaudit doctor."""

from __future__ import annotations

import sys

import click


@click.command()
def command() -> None:
    """Check what this machine has for reports; exits 3 if a PDF could not be written."""
    from importlib.metadata import PackageNotFoundError, version

    from careaudit.conductor import LIBRARIES
    from careaudit.errors import RenderError
    from careaudit.report.pdf import library_versions

    click.echo(f"{'python':<16}{sys.version.split()[0]}")
    for name in ("careaudit", *LIBRARIES, "weasyprint"):
        try:
            click.echo(f"{name:<16}{version(name)}")
        except PackageNotFoundError:
            click.echo(f"{name:<16}missing")
    try:
        for name, found in library_versions().items():
            click.echo(f"{name:<16}{found}")
    except RenderError as error:
        click.echo(f"{'PDF':<16}not possible")
        raise error from None
    click.echo(f"{'PDF':<16}ready")
