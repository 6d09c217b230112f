"""How days are written: months by their names."""

from __future__ import annotations

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def month(iso: str) -> str:
    """Write the month of an ISO date: November 2026; anything else as "an unknown month"."""
    year, _, rest = iso.partition("-")
    number = rest[:2]
    if year.isdigit() and number.isdigit() and 1 <= int(number) <= len(MONTHS):
        return f"{MONTHS[int(number) - 1]} {year}"
    return "an unknown month"
