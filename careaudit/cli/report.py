"""careaudit report."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from careaudit.record import AuditRecord
    from careaudit.releases import ReleaseComparison

COUNCIL_FORMATS = ("pdf", "html")
"""The record itself lies there already."""
UNCHECKED = (
    "Not entered in a ledger of what was published: differences to earlier editions were not"
    " checked. Add --published FILE."
)


@click.command()
@click.argument("record", type=click.Path(path_type=Path), metavar="RECORD")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write here "
    "(default: beside the record).",
)  # fmt: skip
@click.option(
    "--edition", type=click.Choice(options.editions()), default=options.COUNCIL, show_default=True,
    help="For whom it is: the whole report, or an edition of it.",
)  # fmt: skip
@click.option(
    "--formats", callback=options.check_formats,
    help="What to write, with commas between (default: pdf,html, and json of a public edition).",
)  # fmt: skip
@click.option(
    "--earlier", type=click.Path(path_type=Path), metavar="RECORD", multiple=True,
    help="The record of an earlier period, for the trend; may be repeated, up to eight times.",
)  # fmt: skip
@click.option(
    "--published", type=click.Path(path_type=Path), metavar="LEDGER",
    help="The ledger of what was published: refuses what earlier editions would give away.",
)  # fmt: skip
@click.option(
    "--waivers", type=click.Path(path_type=Path), metavar="FILE",
    help="Findings that somebody answers for: they stand on page one.",
)  # fmt: skip
@click.option(
    "--council", type=click.Path(path_type=Path), metavar="LEDGER",
    help="The council's ledger: earlier conditions, and its decision on this audit.",
)  # fmt: skip
@click.option(
    "--charter", type=click.Path(path_type=Path), metavar="FILE",
    help="The council's charter, to check signatures (default: council.toml beside the ledger).",
)  # fmt: skip
@click.option(
    "--comparison", type=click.Path(path_type=Path), metavar="FILE",
    help="The compare.json of `careaudit compare`, with this record as the new release.",
)  # fmt: skip
@options.as_of
@options.no_progress
def command(
    record: Path,
    output: Path | None,
    edition: str,
    formats: tuple[str, ...] | None,
    earlier: tuple[Path, ...],
    published: Path | None,
    waivers: Path | None,
    council: Path | None,
    charter: Path | None,
    comparison: Path | None,
    as_of: date | None,
    no_progress: bool,
) -> None:
    """Write the report of a record again, or that of a comparison.

    RECORD is the audit.json that `careaudit audit -o DIR` wrote, or a compare.json. Nothing is read
    but the record and what is named here. An edition has files of its own name, such as brief.pdf.
    Once the council has decided on the audit, the report with its decision is decided.pdf:
    report.pdf stays as the council read it.
    """
    from careaudit.cli import beside, talk
    from careaudit.publication.ledger import enter
    from careaudit.publication.told import published as told
    from careaudit.record import AuditRecord
    from careaudit.report import prepare, write_comparison
    from careaudit.report.earlier import read
    from careaudit.report.editions import editions

    if charter and not council:
        raise click.UsageError("--charter goes with --council.")
    named = {"--waivers": waivers, "--council": council, "--comparison": comparison}
    given = [name for name, path in named.items() if path]
    _check(edition, given, earlier=bool(earlier), published=published is not None)
    file = record / "audit.json" if record.is_dir() else record
    found, digest = _document(file)
    folder = output or file.parent
    with talk.progress(wanted=not no_progress) as progress:
        if not isinstance(found, AuditRecord):
            if given or edition != options.COUNCIL:
                raise click.UsageError(
                    "--edition, --waivers, --council and --comparison go with an audit.json."
                )
            progress("Writing the report")
            written = write_comparison(found, folder, formats or COUNCIL_FORMATS)
        else:
            day = as_of or date.today()  # noqa: DTZ011
            held = beside.look(waivers, council, charter).beside(
                found,
                day,
                sha256=digest,
                decided=True,
                release=_comparison(comparison),
            )
            held = replace(held, past=read(found, earlier))
            progress("Writing the report")
            if edition == options.COUNCIL:
                formats = formats or COUNCIL_FORMATS
            made = prepare(found, formats, held, edition)
            if published:
                entry = told(made.document, found, edition, day, held.past)
                written = made.write(folder, first=lambda: enter(published, entry))
            else:
                written = made.write(folder)
    for path in written:
        click.echo(path)
    if not published and editions()[edition].level == "public":
        click.echo(UNCHECKED, err=True)


def _check(edition: str, beside: list[str], *, earlier: bool, published: bool) -> None:
    """Refuse what an edition would not show."""
    from careaudit.report.editions import editions

    level = editions()[edition].level
    if published and level == "council":
        raise click.UsageError(f"--published: the {edition} edition is not for the public.")
    if earlier and level == "council":
        public = [name for name, found in editions().items() if found.level == "public"]
        raise click.UsageError(
            f"--earlier: the {edition} edition shows no trend; choose from {', '.join(public)}."
        )
    if beside and level == "public":
        raise click.UsageError(
            f"{', '.join(beside)}: not in the {edition} edition, which prints what may be published"
            " of the record and nothing that stands beside it."
        )


def _document(path: Path) -> tuple[AuditRecord | ReleaseComparison, str]:
    """Read a record or a comparison, with the digest of the file as it lies."""
    from careaudit.documents import MAX_JSON, json_tree, read_bytes, text_of
    from careaudit.errors import RecordError
    from careaudit.record import AuditRecord

    hint = "Give the record, audit.json, that `careaudit audit -o DIR` wrote, or a compare.json."
    raw = read_bytes(path, limit=MAX_JSON, error=RecordError, hint=hint)
    text, where = text_of(raw, where=str(path), error=RecordError), str(path)
    digest = hashlib.sha256(raw).hexdigest()
    tree = json_tree(text, where=where, error=RecordError, hint=hint)
    if isinstance(tree, dict) and "not_comparable" in tree:
        from careaudit.releases import ReleaseComparison

        return ReleaseComparison.from_json(text, where=where), digest
    return AuditRecord.from_json(text, where=where), digest


def _comparison(path: Path | None) -> ReleaseComparison | None:
    if path is None:
        return None
    from careaudit.releases import ReleaseComparison

    return ReleaseComparison.load(path / "compare.json" if path.is_dir() else path)
