"""What could be done about a gap, and its price: suggestions, never decisions."""

from __future__ import annotations

from careaudit.drivers import Found, Scene
from careaudit.record import Remedy


def suggest(scene: Scene, found: Found) -> tuple[Remedy, ...]:  # noqa: ARG001
    """Return the remedies of each gap whose question needs no label to be asked."""
    return ()
