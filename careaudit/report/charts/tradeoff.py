"""The settings of one remedy as SVG: the gap that each leaves, over what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.report.charts.svg import HAIR, INK, QUIET, frame, line, text
from careaudit.report.views.tables import Axis

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 430.0, 164.0, 44.0, 414.0, 24.0, 118.0
"""CSS pixels: the picture, and where its axes begin and end."""
DATA = "#12436D"


def tradeoff(
    points: Sequence[tuple[float, float]], cost: Axis, gap: Axis, heads: tuple[str, str], alt: str
) -> str:
    """Return an SVG of (cost, gap) points in the order of the dial, the axes named by `heads`."""

    def x(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * cost.place(value) / 100

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * gap.place(value) / 100

    parts = [text(0, 12, heads[1], QUIET), text(RIGHT, HEIGHT - 8, heads[0], QUIET, "end")]
    for place, label in gap.ticks:
        at = BOTTOM - (BOTTOM - TOP) * place / 100
        parts += [line(LEFT, at, RIGHT, at, HAIR, 1), text(LEFT - 7, at + 4, label, QUIET, "end")]
    for place, label in cost.ticks:
        at = LEFT + (RIGHT - LEFT) * place / 100
        parts += [line(at, BOTTOM, at, BOTTOM + 4, QUIET, 1)]
        parts.append(text(at, BOTTOM + 18, label, QUIET, "middle"))
    if gap.low < 0 < gap.high:
        parts.append(line(LEFT, y(0.0), RIGHT, y(0.0), INK, 1, "4 3"))
    path = "L".join(f"{x(a):.1f} {y(b):.1f}" for a, b in points)
    parts.append(f'<path d="M{path}" fill="none" stroke="{DATA}" stroke-width="1.5"/>')
    parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3.4" fill="{DATA}"/>' for a, b in points]
    return frame(WIDTH, HEIGHT, alt, parts)
