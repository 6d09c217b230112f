"""Every measure for everybody and for each group, and the pages of the second book about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from careaudit.cells import Cells
from careaudit.double_entry import Line, Page
from careaudit.findings import estimate
from careaudit.judge import Asked, Judged
from careaudit.measures import Measure
from careaudit.plan import Plan
from careaudit.probable import MEMBERS, OTHERS
from careaudit.questions import Reader, joined
from careaudit.record import Estimate


def tell(
    plan: Plan, reader: Reader, asked: Sequence[Asked], judged: Sequence[Judged]
) -> list[Estimate]:
    """Every measure in question for everybody and for each group, each once."""
    least = plan.privacy.min_cell
    deffs = {
        (item.asked.measure.name, pair.segment, group): deff
        for item in judged
        for pair in item.pairs
        for group, deff in (
            (pair.reference.group, pair.reference_deff),
            (pair.group.group, pair.group_deff),
        )
    }
    rows: dict[tuple[str, str | None, str | None], Estimate] = {}
    for measure, names in _estimated(plan, reader, asked):
        whole = reader.sample(measure, "", ())
        rows[measure.name, None, None] = estimate(measure, None, whole, whole.design_effect, least)
        for name in names:
            unknown = [
                reader.sample(measure, name, group) for group in _unknown_groups(reader, name)
            ]
            for sample in [*reader.samples(measure, name), *unknown]:
                deff = deffs.get((measure.name, name, sample.group), sample.design_effect)
                rows.setdefault(
                    (measure.name, name, sample.group),
                    estimate(measure, name, sample, deff, least),
                )
    return list(rows.values())


def _estimated(
    plan: Plan, reader: Reader, asked: Sequence[Asked]
) -> Iterator[tuple[Measure, tuple[str, ...]]]:
    """What is asked, over what; and what customers got, wherever fairness is asked about."""
    yield from ((item.measure, item.question.segments) for item in asked)
    fair = [
        name
        for item in asked
        if (item.question.pillar or item.measure.pillar) == "fairness"
        for name in item.question.singles
        if name not in reader.members
    ]
    if fair and plan.outcome and "amount" in plan.log.columns:
        yield reader.measures["amount_per_request"], tuple(dict.fromkeys(fair))


def _unknown_groups(reader: Reader, name: str) -> list[tuple[str | None, ...]]:
    return [(None,)] if "*" not in name and reader.scan.unknown.get(name) else []


def _lines(reader: Reader, segment: str, cells: Cells) -> list[Line]:
    """Which cells stand for which groups; by chance of membership each for both sides."""
    if segment not in reader.members:
        return [Line(g, joined(g) if g else "everybody") for g in cells.table]
    chances = [(group, float(str(group[0]))) for group in cells.table if group[0] is not None]
    return [Line(g, MEMBERS, pi) for g, pi in chances] + [
        Line(g, OTHERS, 1 - pi) for g, pi in chances
    ]


def books(
    reader: Reader, asked: Sequence[Asked], estimates: Sequence[Estimate]
) -> tuple[list[Page], list[list[Line]]]:
    """The pages that are kept a second time: a measure by a segment, and the lines of each."""
    pages, names = [], []
    for measure in dict.fromkeys(item.measure for item in asked):
        segments = dict.fromkeys(e.segment for e in estimates if e.measure == measure.name)
        for segment in segments:
            cells = reader.cells(segment or "")
            rates = {
                e.group or "everybody": e.value
                for e in estimates
                if (e.measure, e.segment) == (measure.name, segment) and e.value is not None
            }
            lines = _lines(reader, segment or "", cells)
            known = {line.group for line in lines}
            kept = {name: rate for name, rate in rates.items() if name in known}
            pages.append(Page(measure, cells, kept, segment or "everybody"))
            names.append(lines)
    return pages, names
