"""What every SVG picture is drawn with: its frame, lines and texts, which are escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from careaudit.report.wording.names import plain

INK, QUIET, HAIR, PAPER = "#1B2733", "#55606E", "#E3E7EC", "#FFFFFF"
FULL = 658.0
"""CSS pixels of the whole text width, so that nothing is scaled."""


def frame(width: float, height: float, alt: str, parts: Iterable[str]) -> str:
    """Return a whole SVG; its title is what readers who cannot see it are told."""
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:.1f}"'
        f' width="{width:g}" height="{height:.1f}" role="img">'
    )
    return f"{opened}<title>{escape(plain(alt))}</title>{''.join(parts)}</svg>"


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dash: str = ""
) -> str:
    """Return a straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"{dashed}/>'
    )


def text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", *, bold: bool = False
) -> str:
    """Return a text in the report's sans serif."""
    weight = "600" if bold else "400"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Source Sans 3, Source Sans Pro, sans-serif"'
        f' font-size="11.5" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(plain(words))}</text>"
    )


def apart(wanted: Sequence[float], top: float, bottom: float, step: float) -> list[float]:
    """Move labels so that none covers another, keeping their order; `top` and `bottom` bind."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    at = top - step
    for i in order:
        at = max(wanted[i], at + step)
        placed[i] = at
    limit = bottom
    for i in reversed(order):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - step
    return placed
