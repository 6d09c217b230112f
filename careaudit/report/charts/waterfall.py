"""Steps from one rate to another as SVG: a bar a step, rust only for what goes along with none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careaudit.report.charts.svg import FULL, HAIR, INK, QUIET, frame, line, text
from careaudit.report.views.tables import Axis

LEFT, RIGHT, TOP, ROW, BAR = 214.0, 566.0, 6.0, 25.0, 15.0
"""CSS pixels: where the axis begins and ends, the room above, a row, and the height of its bar."""
STEP, REST, DOT = "#C6D6E4", "#B8500F", "#12436D"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, where it begins and ends, and what stands beside it."""

    label: str
    start: float
    end: float
    told: str
    rest: bool = False


def waterfall(
    first: tuple[str, str], steps: Sequence[Step], last: tuple[str, str], axis: Axis, alt: str
) -> str:
    """Return an SVG from the first step's start to the last one's end, each end named and told."""

    def x(rate: float) -> float:
        return LEFT + (RIGHT - LEFT) * axis.place(rate) / 100

    bottom = TOP + ROW * (len(steps) + 2)
    parts: list[str] = []
    for place, label in axis.ticks:
        at = LEFT + (RIGHT - LEFT) * place / 100
        parts += [line(at, TOP, at, bottom, HAIR, 1), text(at, bottom + 15, label, QUIET, "middle")]
    parts += _end(first, x(steps[0].start), TOP)
    for place, step in enumerate(steps, 1):
        top = TOP + ROW * place
        begin, low, high = x(step.start), *sorted((x(step.start), x(step.end)))
        parts.append(line(begin, top - 8, begin, top + 5, INK, 1))
        parts.append(text(LEFT - 12, top + 16, step.label, INK, "end"))
        parts.append(
            f'<rect x="{low:.1f}" y="{top + 5:.1f}" width="{max(high - low, 1.5):.1f}"'
            f' height="{BAR:g}" fill="{REST if step.rest else STEP}"/>'
        )
        parts.append(text(high + 7, top + 16, step.told, INK))
    top = TOP + ROW * (len(steps) + 1)
    ending = x(steps[-1].end)
    parts.append(line(ending, top - 5, ending, top + 8, INK, 1))
    parts += _end(last, ending, top)
    return frame(FULL, bottom + 22, alt, parts)


def _end(told: tuple[str, str], at: float, top: float) -> list[str]:
    """Draw one end: the name of its group, a dot at its rate, and the rate."""
    beside, anchor = (at - 10, "end") if at > RIGHT - 20 else (at + 10, "start")
    return [
        text(LEFT - 12, top + 16, told[0], INK, "end", bold=True),
        f'<circle cx="{at:.1f}" cy="{top + 12.5:.1f}" r="5" fill="{DOT}"/>',
        text(beside, top + 16, told[1], INK, anchor, bold=True),
    ]
