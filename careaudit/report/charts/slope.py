"""Slope pictures as SVG: each group a line from its old rate to its new one, on a printed axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careaudit.report.charts.svg import HAIR, INK, QUIET, apart, frame, line, text
from careaudit.report.views.tables import Axis

WIDTH, LEFT, RIGHT, HEAD, STEP = 315.0, 58.0, 200.0, 22.0, 13.0
"""CSS pixels: the picture, its two columns, the room above, and the height of a label."""
COLOURS = {"plain": "#12436D", "action": "#B8500F", "grey": "#B4BCC6"}


@dataclass(frozen=True, slots=True)
class Line:
    """One group: its rates, what stands at either end, and how it is drawn.

    A line without labels is grey; the comparison group's is dashed.
    """

    old: float
    new: float
    left: str
    right: str
    css: str
    dashed: bool = False


def slope(lines: Sequence[Line], axis: Axis, old: str, new: str, alt: str) -> str:
    """Return an SVG with a title for readers; texts are escaped here."""
    named = [one for one in lines if one.right]
    height = HEAD + max(150.0, STEP * 1.25 * len(named)) + 16

    def y(rate: float) -> float:
        room = height - HEAD - 20
        return HEAD + 8 + room * (1 - axis.place(rate) / 100)

    parts: list[str] = []
    span = axis.high - axis.low
    for place, label in axis.ticks:
        at = y((axis.low + span * place / 100) / axis.per)
        parts.append(line(LEFT - 30, at, RIGHT, at, HAIR, 1))
        parts.append(text(LEFT - 33, at + 4, label, QUIET, "end"))
    for x, label, anchor in ((LEFT, old, "middle"), (RIGHT, new, "middle")):
        parts.append(line(x, HEAD, x, height - 8, HAIR, 1))
        parts.append(text(x, 14, label, INK, anchor, bold=True))
    for one in sorted(lines, key=lambda one: bool(one.right)):
        colour = COLOURS[one.css] if one.right else COLOURS["grey"]
        width = 1.8 if one.right else 1
        dash = "5 3" if one.dashed else ""
        parts.append(line(LEFT, y(one.old), RIGHT, y(one.new), colour, width, dash))
        parts += [_mark(x, y(v), colour, one.css) for x, v in ((LEFT, one.old), (RIGHT, one.new))]
    for place, key, anchor in ((LEFT - 8, "left", "end"), (RIGHT + 9, "right", "start")):
        rates = [one.old if key == "left" else one.new for one in named]
        wanted = [y(rate) for rate in rates]
        for one, at in zip(named, apart(wanted, HEAD + 8, height - 8, STEP), strict=True):
            label = one.left if key == "left" else one.right
            colour = COLOURS["action"] if one.css == "action" else INK
            parts.append(text(place, at + 4, label, colour, anchor))
    return frame(WIDTH, height, alt, parts)


def _mark(x: float, y: float, colour: str, css: str) -> str:
    """Draw the end of a line: a triangle where the gap grew too far, else a dot."""
    if css == "action":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>'
