"""A value over some periods as a small SVG: a line through dots, each on its range."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from careaudit.report.charts.svg import frame, line

WIDTH, HEIGHT, EDGE = 150.0, 40.0, 6.0
"""CSS pixels: the picture, and the room around the marks."""
DATA, BAND = "#12436D", "#C6D6E4"

Mark = tuple[float, float | None, float | None]
"""A value with the ends of its range."""


def trend(marks: Sequence[Mark | None], alt: str) -> str:
    """Return an SVG with a title for readers; a period without a value breaks the line."""
    known = [end for mark in marks if mark for end in mark if end is not None]
    low, high = min(known), max(known)

    def x(place: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (place / (len(marks) - 1) if len(marks) > 1 else 0.5)

    def y(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return EDGE + (HEIGHT - 2 * EDGE) * (1 - share)

    parts: list[str] = []
    for place, mark in enumerate(marks):
        if mark and mark[1] is not None and mark[2] is not None:
            parts.append(line(x(place), y(mark[1]), x(place), y(mark[2]), BAND, 5))
    for place, (old, new) in enumerate(pairwise(marks)):
        if old and new:
            parts.append(line(x(place), y(old[0]), x(place + 1), y(new[0]), DATA, 1.5))
    parts += [
        f'<circle cx="{x(place):.1f}" cy="{y(mark[0]):.1f}" r="2.6" fill="{DATA}"/>'
        for place, mark in enumerate(marks)
        if mark
    ]
    return frame(WIDTH, HEIGHT, alt, parts)
