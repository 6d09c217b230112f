"""Slope pictures as SVG: each group a line from its old rate to its new one, on a printed axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from careaudit.report.views.tables import Axis
from careaudit.report.wording.names import plain

WIDTH, LEFT, RIGHT, HEAD, STEP = 315.0, 58.0, 200.0, 22.0, 13.0
"""CSS pixels: the picture, its two columns, the room above, and the height of a label."""
INK, QUIET, HAIR = "#1B2733", "#55606E", "#E3E7EC"
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
    named = [line for line in lines if line.right]
    height = HEAD + max(150.0, STEP * 1.25 * len(named)) + 16

    def y(rate: float) -> float:
        room = height - HEAD - 20
        return HEAD + 8 + room * (1 - axis.place(rate) / 100)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.1f}"'
            f' width="{WIDTH:g}" height="{height:.1f}" role="img">'
        ),
        f"<title>{escape(plain(alt))}</title>",
    ]
    span = axis.high - axis.low
    for place, label in axis.ticks:
        at = y((axis.low + span * place / 100) / axis.per)
        parts.append(_line(LEFT - 30, at, RIGHT, at, HAIR, 1))
        parts.append(_text(LEFT - 33, at + 4, label, QUIET, "end"))
    for x, label, anchor in ((LEFT, old, "middle"), (RIGHT, new, "middle")):
        parts.append(_line(x, HEAD, x, height - 8, HAIR, 1))
        parts.append(_text(x, 14, label, INK, anchor, bold=True))
    for line in sorted(lines, key=lambda one: bool(one.right)):
        colour = COLOURS[line.css] if line.right else COLOURS["grey"]
        width = 1.8 if line.right else 1
        dash = "5 3" if line.dashed else ""
        parts.append(_line(LEFT, y(line.old), RIGHT, y(line.new), colour, width, dash))
        parts += [
            _mark(x, y(v), colour, line.css) for x, v in ((LEFT, line.old), (RIGHT, line.new))
        ]
    for place, key, anchor in ((LEFT - 8, "left", "end"), (RIGHT + 9, "right", "start")):
        rates = [line.old if key == "left" else line.new for line in named]
        wanted = [y(rate) for rate in rates]
        for line, at in zip(named, _apart(wanted, HEAD + 8, height - 8), strict=True):
            label = line.left if key == "left" else line.right
            colour = COLOURS["action"] if line.css == "action" else INK
            parts.append(_text(place, at + 4, label, colour, anchor))
    return "".join(parts) + "</svg>"


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move labels so that none covers another, keeping their order; `top` and `bottom` bind."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    at = top - STEP
    for i in order:
        at = max(wanted[i], at + STEP)
        placed[i] = at
    limit = bottom
    for i in reversed(order):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - STEP
    return placed


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dash: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"{dashed}/>'
    )


def _mark(x: float, y: float, colour: str, css: str) -> str:
    """Draw the end of a line: a triangle where the gap grew too far, else a dot."""
    if css == "action":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>'


def _text(x: float, y: float, text: str, colour: str, anchor: str, *, bold: bool = False) -> str:
    weight = "600" if bold else "400"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Source Sans 3, Source Sans Pro, sans-serif"'
        f' font-size="11.5" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(plain(text))}</text>"
    )
