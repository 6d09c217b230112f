"""Characters that the report's fonts lack: shown as codes in the PDF, never in another font."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from careaudit.record import AuditRecord
from careaudit.report.beside import Beside
from careaudit.report.views import beside as aside
from careaudit.report.views import drivers as why
from careaudit.report.wording.names import clean, cut
from careaudit.report.wording.standing import escapes_note

FONTS = Path(__file__).parent / "fonts"
_FACES = ("SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf")
"""The faces every style falls back to: what both hold can be printed anywhere."""


@functools.cache
def supported() -> frozenset[int]:
    """Return the code points that every style can print."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    held: list[set[int]] = []
    for face in _FACES:
        with TTFont(FONTS / face, lazy=True) as font:
            held.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*held)) | {0x0A}


@functools.cache
def _foreign() -> re.Pattern[str]:
    """Return the pattern of runs of characters that cannot be printed."""
    held = sorted(supported())
    ranges = []
    start = previous = held[0]
    for point in [*held[1:], 0x110000]:
        if point != previous + 1:
            ranges.append(f"\\U{start:08x}-\\U{previous:08x}")
            start = point
        previous = point
    return re.compile(f"[^{''.join(ranges)}]+")


def _codes(run: str) -> str:
    """Write a run as ⟨U+4E2D 6587⟩."""
    return "⟨U+" + " ".join(f"{ord(c):04X}" for c in run) + "⟩"


def printable(text: str) -> str:
    """Return the text with each run that the fonts lack as codes."""
    return _foreign().sub(lambda found: _codes(found.group()), text)


def names(record: AuditRecord, beside: Beside) -> Iterator[str]:
    """Yield every text of a record, and of what stands beside it, that is printed as it is."""
    info = record.audit
    yield from (t for t in (info.name, info.system, info.release, info.justification) if t)
    if info.outcome:
        yield from (*info.outcome.adverse, *info.outcome.favorable, *info.outcome.neutral)
    for q in record.questions:
        yield q.ask
        if q.missing:
            yield q.missing
    for s in record.segments:
        yield s.name
        yield from (g.group for g in s.groups)
    yield from dict.fromkeys(field for row in record.conditional for field in row.within)
    yield from dict.fromkeys(why.names(record))
    for i in record.provenance.inputs:
        yield i.name
    for n in record.quality:
        yield n.message
        yield n.where
    yield from aside.names(beside)


def escapes(texts: Iterable[str]) -> str:
    """Say which of the texts hold characters that the fonts lack; empty where none does."""
    found = list(dict.fromkeys(n for n in texts if _foreign().search(clean(n))))
    if not found:
        return ""
    return escapes_note([clean(cut(n, 24)) for n in found[:8]], len(found))
