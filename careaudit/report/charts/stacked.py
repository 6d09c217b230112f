"""Stacked bars as SVG: the classes of ratings of each group, with hatching for no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careaudit.report.charts.svg import FULL, HAIR, INK, PAPER, QUIET, frame, line, text

LEFT, HEAD, ROW, BAR = 150.0, 26.0, 24.0, 17.0
"""CSS pixels: where the bars begin, the room above them, a row, and the height of its bar."""
SHADES = (("#E6EEF5", INK), ("#9DBBD6", INK), ("#2B6CA3", PAPER), ("#12436D", PAPER))
"""From the lowest class to the highest, each with the colour of a text on it."""
LEAST = 0.055
"""The smallest share whose number has room inside."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: its name, and each part's share with the number inside; no answer comes last."""

    label: str
    parts: tuple[tuple[float, str], ...]
    silent: tuple[float, str] | None = None


def stacked(bars: Sequence[Bar], classes: Sequence[str], silent: str, alt: str) -> str:
    """Return an SVG of one bar a group; `silent` names the hatched part, empty where none is."""
    width = FULL - LEFT
    parts = _key([*classes], silent)
    for place, bar in enumerate(bars):
        top = HEAD + ROW * place
        parts.append(text(0, top + 13, bar.label, INK))
        at = LEFT
        for (share, inside), (fill, ink) in zip(bar.parts, SHADES, strict=False):
            parts.append(_box(at, top, share * width, fill))
            if share >= LEAST:
                parts.append(text(at + share * width / 2, top + 13, inside, ink, "middle"))
            at += share * width
        if bar.silent is not None and bar.silent[0] > 0:
            share, inside = bar.silent
            parts += _hatched(at, top, share * width)
            if share >= LEAST:
                middle = at + share * width / 2
                parts.append(
                    f'<rect x="{middle - 10:.1f}" y="{top + 2:.1f}" width="20" height="13"'
                    f' fill="{PAPER}"/>'
                )
                parts.append(text(middle, top + 13, inside, QUIET, "middle"))
    return frame(FULL, HEAD + ROW * len(bars), alt, parts)


def _key(classes: list[str], silent: str) -> list[str]:
    """Draw the key above the bars, in the order of the classes."""
    parts: list[str] = []
    step = (FULL - LEFT) / (len(classes) + bool(silent))
    for place, (name, (fill, _)) in enumerate(zip(classes, SHADES, strict=False)):
        at = LEFT + step * place
        parts += [_box(at, 1, 14, fill, 12), text(at + 19, 11, name, INK)]
    if silent:
        at = LEFT + step * len(classes)
        parts += [*_hatched(at, 1, 14, 12), text(at + 19, 11, silent, INK)]
    return parts


def _box(x: float, y: float, width: float, fill: str, height: float = BAR) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" fill="{fill}"'
        f' stroke="{PAPER}" stroke-width="1"/>'
    )


def _hatched(x: float, y: float, width: float, height: float = BAR) -> list[str]:
    """Draw a frame with slanted lines, each cut where the frame ends."""
    lines = [
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" fill="{HAIR}"/>'
    ]
    start = 5.0
    while start < width + height:
        low, high = max(start - height, 0.0), min(start, width)
        lines.append(
            line(x + low, y + start - low, x + high, y + start - high, QUIET, 0.8)
        )  # from the left or lower edge up to the upper or right one
        start += 5.0
    return lines
