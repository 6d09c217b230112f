"""Icon arrays as SVG: so many dots filled out of 100, or of 1,000."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.report.charts.svg import frame

COLOURS = {"plain": "#12436D", "action": "#B8500F", "watch": "#6B4A9E", "nogap": "#12436D"}
EMPTY = "#8A94A1"
WIDTH = 314.0
"""CSS pixels: half the text width, so that nothing is scaled."""


def _circle(x: float, y: float, r: float) -> str:
    """Return a circle as a path."""
    return f"M{x - r:.2f} {y:.2f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"


def filled(rate: float, per: int) -> int:
    """Return how many dots are filled: never none or all unless the rate is 0 or 1."""
    dots = int(num.half_up(rate * per))
    if rate > 0:
        dots = max(dots, 1)
    return min(dots, per - 1) if rate < 1 else per


def icon_array(rate: float, per: int, colour: str, alt: str) -> str:
    """Return an SVG of `per` dots, 20 in a row (50 for 1,000), with a title for readers."""
    columns, radius, line = (20, 6.2, 1.3) if per == 100 else (50, 2.4, 0.8)
    pitch = WIDTH / columns
    rows = per // columns
    on: list[str] = []
    off: list[str] = []
    dots = filled(rate, per)
    for i in range(per):
        x, y = pitch * (i % columns) + pitch / 2, pitch * (i // columns) + pitch / 2
        if i < dots:
            on.append(_circle(x, y, radius))
        else:
            off.append(_circle(x, y, round(radius - line / 2, 2)))
    height = pitch * rows
    parts: list[str] = []
    if on:
        parts.append(f'<path d="{"".join(on)}" fill="{COLOURS[colour]}"/>')
    if off:
        parts.append(
            f'<path d="{"".join(off)}" fill="none" stroke="{EMPTY}" stroke-width="{line}"/>'
        )
    return frame(WIDTH, height, alt, parts)
