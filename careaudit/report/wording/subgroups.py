"""Sentences of subgroups that no question asks about: exploratory, no verdict rests on them."""

from __future__ import annotations

from careaudit.notation import numbers as num
from careaudit.record import Driver, Interval, Trait
from careaudit.report.wording.findings import Groups
from careaudit.report.wording.names import group_name, name, segment_name, split_group, title

SUBGROUPS = "Groups that no question asks about"
SUBGROUP_NOTE = (
    "Found in one half of the customers, and looked at again in the other half, whose numbers these"
    " are. They change no verdict of today; a draft of the next plan asks about those confirmed."
)
SUBGROUP_HEADS = (
    "Gap to everybody else",
    "In limits",
    "Customers",
    "Seen again",
)
PARTS_HEAD = "Share of each part"
CONFIRMED = "Confirmed"


def subgroup(driver: Driver, groups: Groups) -> str:
    """Name a subgroup by its traits: “zip income 1, channel voice”."""
    if driver.traits:
        pairs = [(trait.segment, trait.group) for trait in driver.traits]
    elif driver.segment and driver.group:
        parts = split_group(driver.segment, driver.group, groups)
        pairs = list(zip(driver.segment.split("*"), parts, strict=False))
    else:
        return name(driver.name, 80)
    return title(", ".join(f"{segment_name(s, 30)} {group_name(g, 30)}" for s, g in pairs))


def trait(found: Trait) -> str:
    """Write a trait’s share of how far its subgroup lies from all others."""
    return f"{segment_name(found.segment, 24)} {num.signed(num.percent(found.share or 0.0))}"


def in_limits(found: Interval) -> str:
    """Write a gap in units of the limit, with its range."""
    if found.value is None:
        return num.NONE
    text = num.guarded(found.value, [1.0])
    if found.low is None or found.high is None:
        return text
    low, high = (num.guarded(v, [1.0]) for v in (found.low, found.high))
    return f"{text} ({low} to {high})"


def subgroups_head(confirmed: int, tested: int) -> str:
    """Return the finding above the subgroups."""
    noun = "subgroup" if tested == 1 else "subgroups"
    none = (
        "none was"
        if confirmed == 0
        else f"{num.count(confirmed)} {'was' if confirmed == 1 else 'were'}"
    )
    return f"Of {num.count(tested)} {noun} that no question asks about, {none} confirmed"
