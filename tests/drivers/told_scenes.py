"""A log as the looks at reasons and like pairs see it, with gaps in the segments that are named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from careaudit import wanted
from careaudit.drivers.scene import Scene
from careaudit.plan import Plan
from careaudit.questions import Reader
from careaudit.sources import Request, open_source


def scene(of: Plan, data: pd.DataFrame | Path, *segments: str) -> Scene:
    base, rows = (data, None) if isinstance(data, Path) else (Path(), data)
    source = open_source(of, base, rows)
    request = Request(of, wanted.terms(of), wanted.crossings(of), date(2026, 7, 1))
    reader = Reader(of, source.scan(request))
    inputs = source.inputs(request, of.drivers.fields, ())
    gaps = tuple(SimpleNamespace(parts=(name,)) for name in segments)
    return Scene(of, reader, (), gaps, inputs)  # type: ignore[arg-type]
