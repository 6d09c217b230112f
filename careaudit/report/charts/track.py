"""One value on an axis as SVG: a dot on its plausible range."""

from __future__ import annotations

from careaudit.report.charts.svg import HAIR, QUIET, frame, line, text
from careaudit.report.views.tables import Axis

COLOURS = {"plain": ("#12436D", "#C6D6E4"), "action": ("#B8500F", "#F5D3BF")}
COLOURS["watch"] = ("#6B4A9E", "#D9CFE9")
WIDTH, EDGE, TOP, HEIGHT = 314.0, 26.0, 8.0, 46.0
"""CSS pixels: half the text width, the room beside the axis, and above it."""


def track(
    value: float, low: float | None, high: float | None, axis: Axis, colour: str, alt: str
) -> str:
    """Return an SVG of a value and its range on a printed axis, with a title for readers."""
    dot, band = COLOURS[colour]

    def x(per_cent: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * per_cent / 100

    parts: list[str] = []
    for place, label in axis.ticks:
        parts.append(line(x(place), TOP, x(place), TOP + 18, HAIR, 1))
        parts.append(text(x(place), HEIGHT - 6, label, QUIET, "middle"))
    if low is not None and high is not None:
        left, right = x(axis.place(low)), x(axis.place(high))
        parts.append(
            f'<rect x="{left:.1f}" y="{TOP + 5:g}" width="{max(right - left, 2):.1f}" height="8"'
            f' rx="4" fill="{band}"/>'
        )
    parts.append(f'<circle cx="{x(axis.place(value)):.1f}" cy="{TOP + 9:g}" r="5.2" fill="{dot}"/>')
    return frame(WIDTH, HEIGHT, alt, parts)
