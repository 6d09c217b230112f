"""How numbers are written for people, wherever they stand: on a page, in a table, in JSON."""

from careaudit.notation.days import MONTHS, month
from careaudit.notation.units import Notation, duration, notation_of

__all__ = ["MONTHS", "Notation", "duration", "month", "notation_of"]
