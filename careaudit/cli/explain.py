"""careaudit explain."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from careaudit.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from careaudit.explain import Explanation, Listed, Told

SILENT = {
    "no_inputs": "The plan declares no inputs to compare by ([drivers] fields).",
    "few_cases": "Too few other customers had the same inputs to say.",
}
UNCHANGED = {
    "favorable": "This one ended favorably for the customer.",
    "same_inputs": "In no declared input: others with the very same ones were decided favorably.",
    "no_inputs": SILENT["no_inputs"],
    "few_cases": "Too few favorable decisions of other customers to say.",
}
HIDDEN = {
    "restricted": "restricted, not shown",
    "private": "private, not shown",
    "free_text": "free text, not shown",
    "too_many_values": "too many values, not shown",
}
SILENCE = "The plan does not say: write it in [public] of the plan."


@click.command()
@click.option("--decision", required=True, metavar="ID", help="The decision's id, as logged.")
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), default=options.PLAN, show_default=True,
    metavar="PLAN", help="The plan, or its folder.",
)  # fmt: skip
@click.option(
    "--record", type=click.Path(path_type=Path), metavar="RECORD",
    help="An audit.json: also name the drivers it lists that this decision has.",
)  # fmt: skip
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text",
    show_default=True, help="What to print on stdout.",
)  # fmt: skip
@options.as_of
@options.no_progress
def command(
    decision: str,
    config: Path,
    record: Path | None,
    form: str,
    as_of: date | None,
    *,
    no_progress: bool,
) -> None:
    """Explain one decision to people who may see it.

    What was decided and with which reasons, how comparable customers fared, where the nearest
    favorable decisions differ, and how to contest it. Writes nothing. Restricted columns, the
    customer's id and free text are never printed.
    """
    from careaudit import plan as plans
    from careaudit.cli import talk
    from careaudit.explain import explain
    from careaudit.record import AuditRecord

    with talk.progress(wanted=not no_progress) as progress:
        plan = plans.load(config)
        place = record / "audit.json" if record and record.is_dir() else record
        kept = AuditRecord.load(place) if place else None
        progress("Reading the log")
        base = config if config.is_dir() else config.parent
        found = explain(plan, base, decision, as_of=as_of, record=kept)
    if form == "json":
        click.echo(found.to_json(), nl=False)
        return
    _show(found)


def _show(found: Explanation) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from careaudit.cli import talk

    out = talk.console()
    out.print(Text(f"Decision {_plain(found.decision_id)}", "bold"))
    for title, rows in (
        ("", _decision(found)),
        ("Declared inputs", [(each.name, _value(each)) for each in found.inputs]),
        ("How comparable customers fared", [("", line) for line in _fared(found)]),
        ("Where the nearest favorable decisions differ", [("", line) for line in _changes(found)]),
        ("What the audit lists", [(each.question, _said(each)) for each in found.drivers]),
        ("How to contest it", _contest(found)),
    ):
        if not rows:
            continue
        if title:
            out.print(Text(f"\n{title}", "bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        labelled = any(label for label, _ in rows)
        if labelled:
            table.add_column(style="dim", no_wrap=True, max_width=30)
        table.add_column(overflow="fold", max_width=88)
        for label, text in rows:
            table.add_row(*([Text(_plain(label))] if labelled else []), Text(_plain(text)))
        out.print(Padding(table, (0, 0, 0, 2), expand=False))
    out.print(Text(f"\n{found.note}", "dim"))


def _decision(found: Explanation) -> list[tuple[str, str]]:
    cut = ""
    if found.from_cut is not None:
        where = "above" if found.from_cut > 0 else "below" if found.from_cut < 0 else "at"
        by = f"{abs(found.from_cut):.3g} " if found.from_cut else ""
        cut = f", {by}{where} its cut of {found.threshold:g}"
    elif found.score is not None:
        cut = "; the log records no cut"
    speaks = f" (a high score speaks for the {found.high_score} decision)"
    lines = {
        "Outcome": f"{found.decision or 'not recorded'}, {found.side} to the customer",
        "When": found.decided_at,
        "System": " ".join(filter(None, (found.system, found.model_version or found.release))),
        "Amount": None
        if found.amount is None
        else f"{found.amount:,.2f} {found.currency or ''}".strip(),
        "Score": None
        if found.score is None
        else f"{found.score:g}{cut}{speaks if found.high_score else ''}",
        "Reason": found.reason_code or "none recorded",
        "Explanation": found.explanation or "none recorded",
    }
    return [(label, text) for label, text in lines.items() if text]


def _value(each: Told) -> str:
    return HIDDEN[each.hidden] if each.hidden else each.value or "not recorded"


def _fared(found: Explanation) -> Iterator[str]:
    if found.comparable_reason or found.comparable_share is None:
        yield SILENT[found.comparable_reason or "few_cases"]
        return
    low, high = found.comparable_low or 0.0, found.comparable_high or 0.0
    yield (
        f"{found.comparable_favorable:,} of {found.comparable_cases:,} decisions about "
        f"{found.comparable_customers:,} other customers with the same inputs ended favorably: "
        f"{_percent(found.comparable_share)} ({_percent(low)} to {_percent(high)} plausible)."
    )
    yield f"Compared by {', '.join(found.compared_by)}; a number is the same if it is near."


def _changes(found: Explanation) -> Iterator[str]:
    if found.change_reason:
        yield UNCHANGED[found.change_reason]
        return
    yield (
        f"Of the {found.change_cases:,} favorable decisions of other customers that differ in the "
        "fewest inputs:"
    )
    for change in found.changes:
        most = f", most often {change.most_often}" if change.most_often else ""
        yield f"{_percent(change.share)} differ in {change.name}{most}"


def _said(each: Listed) -> str:
    """A listed driver with the comparison that it is of."""
    sides = f"{each.segment} {each.group} beside {each.reference}: " if each.group else ""
    more = ""
    if each.more:
        more = f" {each.more} more comparison{'s list' if each.more > 1 else ' lists'} it."
    return f"{sides}{each.sentence}{more}"


def _contest(found: Explanation) -> list[tuple[str, str]]:
    said = {"Appeal": found.appeal, "A person": found.person, "Complaint": found.complaint}
    known = [(label, text) for label, text in said.items() if text]
    return known or [("", SILENCE)]


def _percent(share: float) -> str:
    from careaudit.plan.toml_text import share as written

    return written(share)


def _plain(text: str) -> str:
    """Keep control characters off the terminal."""
    from careaudit.plan.toml_text import plain

    return plain(text).replace("\\\\", "\\")
