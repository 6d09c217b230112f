"""careaudit compare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from careaudit.record import Interval
    from careaudit.releases import ComparedQuestion, GroupChange, ReleaseComparison, StandardisedGap

WORDS = {
    ("fail", "worse"): ("▲", "Got worse", "red"),
    ("fail", "new_release_fails"): ("▲", "Action needed", "red"),
    ("pass", "not_worse"): ("●", "Not worse", "green"),
}
"""Shape, word and colour of each answer; every other one is that the data cannot tell."""
REASONS = {
    "worse": "a gap grew by more than the margin",
    "new_release_fails": "the new release fails by itself",
    "not_worse": "any worsening is below the margin",
    "insufficient": "a worsening beyond the margin cannot be ruled out",
    "missing": "something of one release is missing in the other",
    "not_comparable": "the releases were not asked the same",
    "suppressed": "a group is too small to be shown",
    "not_assessed": "no question decides the release",
}
MOST_ROWS = 12  # changes shown of one question; the document holds all
LONGEST = 24


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--margin", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.02,
    show_default=True, help="The worsening that is still taken as none, as a share of decisions.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write here.")
@options.formats
@click.option(
    "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table",
    help="What to print: the changes, or the comparison.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only.")
@options.as_of
@options.no_progress
def command(
    old: Path,
    new: Path,
    margin: float,
    output: Path | None,
    formats: tuple[str, ...],
    form: str,
    quiet: bool,
    as_of: date | None,
    no_progress: bool,
) -> None:
    """Compare two releases: what got better or worse, and for whom.

    OLD and NEW are records (audit.json, or its folder) or plans (a .toml file, or the folder of
    careaudit.toml). Two plans whose logs share decisions are compared case by case.
    Exits 0 whatever it found: the verdict is in what it prints and in compare.json.
    """
    from careaudit import release_run
    from careaudit.cli import talk

    with talk.progress(wanted=not no_progress) as progress:
        found = release_run.compare(old, new, margin=margin, as_of=as_of, progress=progress)
        written = []
        if output is not None:
            from careaudit.report import write_comparison

            progress("Writing the report")
            written = write_comparison(found, output, formats)
    if form == "json":
        click.echo(found.to_json(), nl=False)
    else:
        out = talk.console()
        for part in () if quiet else _parts(found):
            out.print(part)
        out.print(_verdict(found))
    if not quiet:
        for note in _notes(found):
            click.echo(f"Note: {note}", err=True)
    for file in written:
        click.echo(f"Wrote {file}", err=True)


def _notes(found: ReleaseComparison) -> Iterator[str]:
    from careaudit.report.wording.names import clean

    yield from (clean(note) for note in found.notes)
    yield from (clean(hole.message) for hole in found.not_comparable)


def _parts(found: ReleaseComparison) -> Iterator[Table | Text]:
    """Yield each question's answer in one line, then its changes, the largest worsening first."""
    from rich.text import Text

    for question in found.questions:
        yield _heading(question)
        mine = sorted(found.of(question.id), key=_urgency)
        if mine:
            yield _table(mine[:MOST_ROWS], found.margin)
        if len(mine) > MOST_ROWS:
            yield Text(f"  ... and {len(mine) - MOST_ROWS:,} more in compare.json", style="dim")
        yield Text()


def _urgency(change: GroupChange) -> tuple[int, float]:
    order = ("fail", "inconclusive", "pass", None)
    return order.index(change.verdict), -(change.worsening_upper or 0.0)


def _word(verdict: str | None, reason: str) -> Text:
    from rich.text import Text

    if verdict is None:
        return Text("  Reference", style="dim")
    shape, word, colour = WORDS.get((verdict, reason), ("○", "Cannot tell yet", "bright_black"))
    return Text(f"{shape} {word}", style=colour)


def _heading(question: ComparedQuestion) -> Text:
    own = f"{question.old_verdict or 'not asked'}, now {question.new_verdict or 'not asked'}"
    gate = "" if question.gate else " Not gated."
    reason = REASONS.get(question.reason, question.reason.replace("_", " "))
    return _word(question.verdict, question.reason).append(
        f"  {question.id}: {question.measure}, {reason}. Own verdict: {own}.{gate}",
        style="bold default",
    )


def _table(mine: list[GroupChange], margin: float) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("", width=20, no_wrap=True)
    table.add_column("group", width=25, no_wrap=True)
    for name, width in (
        ("old", 7), ("new", 7), ("change", 24), ("gap old → new", 16), ("worse by ≤", 10),
        ("people", 7),
    ):  # fmt: skip
        table.add_column(name, justify="right", no_wrap=True, width=width)
    for change in mine:
        table.add_row(*_row(change, margin))
        if change.standardised:
            table.add_row(*_same_mix(change.standardised, margin), style="dim")
    return table


def _row(c: GroupChange, margin: float) -> tuple[Text | str, ...]:
    from rich.markup import escape
    from rich.text import Text

    from careaudit.notation import numbers
    from careaudit.report.wording.names import clean, cut

    name = f"{cut(clean(c.segment), LONGEST)} = {cut(clean(c.group), LONGEST)}"
    return (
        Text("  ").append_text(_word(c.verdict, c.reason)),
        escape(name),
        f"{c.old_value:.2%}",
        f"{c.new_value:.2%}",
        _range(c.change),
        _gaps(c.gap_old, c.gap_new),
        _worsening(c.worsening_upper, margin),
        "–" if c.people.value is None else numbers.count(c.people.value),
    )


def _same_mix(gap: StandardisedGap, margin: float) -> tuple[str, ...]:
    """The same group over the common mix of both releases."""
    from rich.markup import escape

    from careaudit.report.wording.names import clean, cut

    return (
        "",
        escape(f"  at one mix of {cut(clean(', '.join(gap.within)), LONGEST)}"),
        f"{gap.old_value:.2%}",
        f"{gap.new_value:.2%}",
        _points(gap.new_value - gap.old_value),
        _gaps(gap.gap_old, gap.gap_new),
        _worsening(gap.worsening_upper, margin),
        "",
    )


def _gaps(old: float | None, new: float | None) -> str:
    return "–" if old is None or new is None else f"{_points(old)} → {_points(new)}"


def _worsening(upper: float | None, margin: float) -> str:
    from careaudit.notation import numbers

    return "–" if upper is None else numbers.guarded(100 * upper, [0.0, 100 * margin])


def _points(value: float) -> str:
    from careaudit.notation import numbers

    return numbers.guarded(100 * value, [0.0])


def _range(change: Interval) -> str:
    ends = (change.value, change.low, change.high)
    value, low, high = ("?" if end is None else _points(end) for end in ends)
    return f"{value} ({low}…{high})"


def _verdict(found: ReleaseComparison) -> Text:
    """Return the comparison's answer in one line."""
    line = _word(found.verdict, found.reason)
    line.stylize("bold")
    how = "two separate logs"
    if found.matched is not None:
        how = f"{found.matched.cases:,} cases that both releases decided"
    reason = REASONS.get(found.reason, found.reason.replace("_", " "))
    return line.append(
        f"  {found.verdict} ({reason}). Margin {100 * found.margin:g} points, {how}. "
        f"Comparison {found.digest[:12]}.",
        style="not bold default",
    )
