"""Disclosure control: what must stay unprinted so that nobody is worked out (methods 13).

A table of groups is published with its totals. What tells of few customers is withheld; where a
total would give it away, more is withheld with it, until a reader who knows every printed number
exactly, and every sum that holds between them, cannot come near: each withheld number is bounded
by linear programming, and its bounds must be far apart. Printed numbers are rounded as well; that
is no part of this proof, so a reader who learns an exact total learns nothing more from it.

Sources: Hundepool et al. 2012 (primary rules, complementary suppression, the p% rule).
"""

from __future__ import annotations

from careaudit.disclosure.attack import Attack, exposed, settled
from careaudit.disclosure.cells import (
    BASE,
    MIN_CUSTOMERS,
    MIN_SIDE,
    SPREAD,
    Cell,
    Group,
    Key,
    Part,
    People,
    Sum,
    Table,
    Total,
    rounded,
    scarce,
)
from careaudit.disclosure.identities import nested, ordered, same
from careaudit.disclosure.protect import protect

__all__ = [
    "BASE",
    "MIN_CUSTOMERS",
    "MIN_SIDE",
    "SPREAD",
    "Attack",
    "Cell",
    "Group",
    "Key",
    "Part",
    "People",
    "Sum",
    "Table",
    "Total",
    "exposed",
    "nested",
    "ordered",
    "protect",
    "rounded",
    "same",
    "scarce",
    "settled",
]
