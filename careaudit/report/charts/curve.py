"""Wait curves as SVG: the share of requests that reached a person, by time, a line a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from careaudit.report.charts.svg import FULL, HAIR, INK, QUIET, apart, frame, line, text

LEFT, RIGHT, TOP, HEIGHT, STEP = 34.0, 468.0, 12.0, 236.0, 15.0
"""CSS pixels: where the axes begin and end, the height of the picture and of a label."""
BOTTOM = HEIGHT - 24
DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""Each line has its own, so that they can be told apart without colour."""
COLOURS = {"plain": "#12436D", "action": "#B8500F", "watch": "#6B4A9E", "other": "#55606E"}


@dataclass(frozen=True, slots=True)
class Line:
    """One group: (seconds, share) from left to right, its label, and its colour's class."""

    points: tuple[tuple[float, float], ...]
    label: str
    css: str


def reached(points: Sequence[tuple[float, float]], seconds: float) -> float | None:
    """Return the share that had reached a person by a time: that of the last step before it.

    None beyond the last step: so few are left there that nothing is known.
    """
    if seconds > points[-1][0]:
        return None
    return max((share for at, share in points if at <= seconds), default=0.0)


def curve(
    lines: Sequence[Line],
    ticks: Sequence[tuple[float, str]],
    marked: tuple[float, str] | None,
    alt: str,
) -> str:
    """Return an SVG whose axis ends at the last tick (seconds, label), `marked` a time on it."""
    end = ticks[-1][0]

    def x(seconds: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(seconds / end, 1.0)

    def y(share: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * share

    parts: list[str] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(LEFT, y(share), RIGHT, y(share), HAIR, 1))
        parts.append(text(LEFT - 6, y(share) + 4, f"{share * 100:.0f}", QUIET, "end"))
    for seconds, label in ticks:
        parts.append(line(x(seconds), BOTTOM, x(seconds), BOTTOM + 4, QUIET, 1))
        parts.append(text(x(seconds), HEIGHT - 6, label, QUIET, "middle"))
    if marked is not None and marked[0] <= end:
        parts.append(line(x(marked[0]), TOP, x(marked[0]), BOTTOM, INK, 1, "4 3"))
        parts.append(text(x(marked[0]) + 5, BOTTOM - 6, marked[1], INK))
    lasts = [min(end, one.points[-1][0]) for one in lines]
    places = [y(reached(one.points, last) or 0.0) for one, last in zip(lines, lasts, strict=True)]
    spread = apart(places, TOP, BOTTOM, STEP)
    for one, dash, last, place, at in zip(lines, DASHES, lasts, places, spread, strict=False):
        colour = COLOURS[one.css]
        parts.append(_steps(one, last, x, y, colour, dash))
        if last < end:  # it stops in the picture: nothing leads from there to its label
            parts.append(f'<circle cx="{x(last):.1f}" cy="{place:.1f}" r="3.5" fill="{colour}"/>')
            place = at
        parts.append(line(RIGHT + 3, place, RIGHT + 28, at, colour, 1.8, dash))
        parts.append(text(RIGHT + 33, at + 4, one.label, INK))
    return frame(FULL, HEIGHT, alt, parts)


def _steps(
    one: Line,
    last: float,
    x: Callable[[float], float],
    y: Callable[[float], float],
    colour: str,
    dash: str,
) -> str:
    """Draw a line that keeps its height until the next step, up to the last that is shown."""
    kept = [point for point in one.points if point[0] <= last]
    path = f"M{x(0):.1f} {y(0):.1f}" + "".join(
        f"H{x(seconds):.1f}V{y(share):.1f}" for seconds, share in kept
    )
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{path}H{x(last):.1f}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>'
    )
