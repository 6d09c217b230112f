"""Which reasons the adverse decisions of each group are given, and where one reason says nothing.

A reason is shown as a code that many customers share; a long one is a text and is never copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from careaudit.cells import ADVERSE, Quantity, customers, total
from careaudit.drivers.scene import Found, Scene
from careaudit.questions import joined
from careaudit.record import Quality, ReasonShare
from careaudit.sources import OTHER, stratum

FIELD = "reason_code"
NONE = "no reason recorded"
MOST = 8
"""Reasons shown by name."""
LONGEST = 60
"""Characters of a code; what is longer is a text."""
BOILERPLATE = 0.90
"""The share of adverse decisions above which one reason tells nobody why (governance 3)."""
REFUSED = Quantity(ADVERSE)
TERMS = (total(REFUSED), customers(REFUSED))


@dataclass(frozen=True)
class Given:
    """How many adverse decisions were given a reason, and how many customers that were."""

    decisions: int
    customers: int


def look(scene: Scene) -> Found:
    """Share out the adverse decisions of each group by reason; nothing where none is mapped."""
    if FIELD not in scene.plan.log.columns:
        return Found()
    least = scene.plan.privacy.min_cell
    top = scene.inputs.commonest(stratum(FIELD), REFUSED, least=least, most=MOST)
    by_segment = {name: _by_group(scene, name, top) for name in segments(scene)}
    reasons = {
        name: tuple(
            row for group, given in found.items() for row in _rows(group, given, top, least)
        )
        for name, found in by_segment.items()
    }
    return Found(reasons=reasons, quality=tuple(_boilerplate(scene, top, by_segment)))


def segments(scene: Scene) -> tuple[str, ...]:
    """The segments that the gaps are about, one by one, in the plan's order."""
    pressed = {part for gap in scene.gaps for part in gap.parts}
    return tuple(one.name for one in scene.plan.segments if one.name in pressed)


def shown(scene: Scene, segment: str) -> tuple[str, ...]:
    """The groups of a segment that are large enough to be shown, in its order."""
    reader, least = scene.reader, scene.plan.privacy.min_cell
    return tuple(
        joined(group)
        for group in reader.known[segment].groups
        if reader.decisions(segment, group).customers >= least
    )


def is_code(reason: str) -> bool:
    """Whether a reason may be named: short, and nothing in it that is not a plain character."""
    return len(reason) <= LONGEST and reason.isprintable() and reason not in {OTHER, NONE}


def _by_group(scene: Scene, segment: str, top: tuple[str, ...]) -> dict[str, dict[str, Given]]:
    """Reasons by group, in the group's order; groups of too few refused customers left out."""
    by = (segment, stratum(FIELD))
    cells = scene.inputs.cells(by, TERMS, clustered=True, only={stratum(FIELD): top})
    found: dict[str, dict[str, Given]] = {group: {} for group in shown(scene, segment)}
    for (group, reason), (decisions, people) in cells.table.items():
        if group in found and decisions:
            found[group][NONE if reason is None else reason] = Given(decisions, people)
    least = scene.plan.privacy.min_cell
    return {
        group: given
        for group, given in found.items()
        if sum(one.customers for one in given.values()) >= least
    }


def _named(given: Mapping[str, Given], top: tuple[str, ...]) -> dict[str, Given]:
    """Put the reasons that are not named together; of their customers, at least so many."""
    names = [*filter(is_code, top), OTHER, NONE]
    found = {name: Given(0, 0) for name in names}
    for reason, one in given.items():
        name = reason if reason in found else OTHER
        so_far = found[name]
        found[name] = Given(so_far.decisions + one.decisions, max(so_far.customers, one.customers))
    return {name: one for name, one in found.items() if one.decisions or name not in {OTHER, NONE}}


def _rows(
    group: str, given: Mapping[str, Given], top: tuple[str, ...], least: int
) -> Iterator[ReasonShare]:
    named = _named(given, top)
    hidden = withheld({name: one.customers for name, one in named.items()}, least)
    n = sum(one.decisions for one in named.values())
    for name, one in named.items():
        told = None if name in hidden else one.decisions
        yield ReasonShare(
            group=group,
            reason=name,
            n=n,
            with_reason=told,
            share=None if told is None else told / n,
        )


def withheld(customers: Mapping[str, int], least: int) -> set[str]:
    """Which parts of a known whole must be hidden, so that no small one follows from the rest.

    All under `least` customers, and with them the smallest others until two parts and `least`
    customers are hidden together. Where every small part is empty, nothing is.
    """
    rising = sorted(customers, key=lambda name: (customers[name], name))
    hidden = {name for name in rising if customers[name] < least}
    if not sum(customers[name] for name in hidden):
        return set()
    for name in rising:
        if len(hidden) > 1 and sum(customers[one] for one in hidden) >= least:
            break
        hidden.add(name)
    return hidden


def _boilerplate(
    scene: Scene, top: tuple[str, ...], by_segment: Mapping[str, Mapping[str, Mapping[str, Given]]]
) -> Iterator[Quality]:
    """Warn where one reason stands on nearly every adverse decision: of all, then of a group."""
    by = (stratum(FIELD),)
    cells = scene.inputs.cells(by, TERMS, clustered=True, only={stratum(FIELD): top})
    given = {
        NONE if reason is None else reason: Given(*row) for (reason,), row in cells.table.items()
    }
    overall = _stamp(given, top)
    if overall:
        yield _note("all adverse decisions", FIELD, given, overall)
    for segment, groups in by_segment.items():
        for group, mine in groups.items():
            one = _stamp(mine, top)
            if one and one != overall:
                of = f"the adverse decisions of {segment}={group}"
                yield _note(of, f"{segment}={group}", mine, one)


def _stamp(given: Mapping[str, Given], top: tuple[str, ...]) -> str | None:
    """The reason of `top` that stands on more than nine in ten adverse decisions."""
    n = sum(one.decisions for one in given.values())
    often = (name for name in top if name in given and given[name].decisions > BOILERPLATE * n)
    return next(often, None)


def _note(of: str, where: str, given: Mapping[str, Given], reason: str) -> Quality:
    """Say so; without the exact share, which could tell how few were given another reason."""
    said = f'one reason, "{reason}"' if is_code(reason) else "one and the same reason"
    return Quality(
        code="boilerplate",
        severity="warning",
        where=where,
        message=f"Of {of}, more than {BOILERPLATE:.0%} are given {said}: what nearly everyone is "
        "given tells nobody why.",
        rows=sum(one.decisions for one in given.values()),
    )
