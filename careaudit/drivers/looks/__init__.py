"""Every look for drivers: one file each, with a function `look(scene) -> Found`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from careaudit.drivers.scene import Found, Scene

Look = Callable[[Scene], Found]
LOOKS: tuple[Look, ...] = tuple(
    import_module(f"{__name__}.{name}").look
    for name in sorted(module.name for module in iter_modules(__path__))
)
