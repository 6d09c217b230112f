"""What can be set side by side: the groups of one question and segment in both releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from careaudit.record import POOLED, REST, AuditRecord, Comparison
from careaudit.releases.document import NotCompared
from careaudit.stats.clustering import pooled_effect
from careaudit.stats.releases import Pairs, shared_correlation, wilson_size

if TYPE_CHECKING:
    from careaudit.sources.paired import PairedScan

UNKNOWN = "unknown"
"""The group of decisions whose segment is not recorded; audits do not judge it either."""
Counts = tuple[int, int, int, int]


@dataclass(frozen=True)
class Strata:
    """Decisions and events of the old, then of the new release, by group and stratum."""

    within: tuple[str, ...]
    groups: Mapping[str, Mapping[tuple[str | None, ...], Counts]]

    def of(self, members: frozenset[str]) -> list[Counts]:
        """Add up the strata of several groups."""
        sums: dict[tuple[str | None, ...], Counts] = {}
        for group in members:
            for stratum, (n_old, x_old, n_new, x_new) in self.groups.get(group, {}).items():
                a, b, c, d = sums.get(stratum, (0, 0, 0, 0))
                sums[stratum] = (a + n_old, b + x_old, c + n_new, d + x_new)
        return [sums[stratum] for stratum in sorted(sums, key=str)]


class Tally(NamedTuple):
    """Decisions, the rate among them, and the independent decisions that they are worth."""

    n: int
    rate: float
    effective: float


class Both(NamedTuple):
    """One group in both releases; `flips` are effective paired counts, None where unpaired."""

    old: Tally
    new: Tally
    flips: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Unit:
    """One row: a group and its comparator (None: the row is the reference's own).

    `members` and `against` are the groups that make up either side, `correlation` is that of
    their changes.
    """

    group: str
    ours: Both
    reference: str | None
    theirs: Both
    members: frozenset[str]
    against: frozenset[str]
    must_pass: bool
    correlation: float = 0.0


class Laid(NamedTuple):
    """The rows of one question and segment, and what could not be set side by side."""

    units: tuple[Unit, ...]
    not_compared: tuple[NotCompared, ...]


@dataclass(frozen=True)
class Place:
    """A question, its measure and one of its segments."""

    question: str
    measure: str
    segment: str

    def not_compared(
        self, reason: str, message: str, group: str | None = None, *, closes: bool = True
    ) -> NotCompared:
        """Say why something of this place is not compared."""
        return NotCompared(
            question=self.question, segment=self.segment, group=group, reason=reason,
            message=message, closes=closes,
        )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One release at one place, as its record tells it.

    `alone` are the groups that may be shown, each with its comparator; `pool` names the groups
    that were pooled, `pooled` is their row, None where there is none or it is hidden. `present`
    are all groups with decisions.
    """

    reference: str | None
    own: Tally | None
    alone: Mapping[str, tuple[Tally, Tally]]
    pool: frozenset[str]
    pooled: tuple[Tally, Tally] | None
    present: frozenset[str]


def side(record: AuditRecord, place: Place) -> Side | None:
    """Read one release at a place; None where its audit compared nothing there."""
    rows = [
        c for c in record.comparisons
        if (c.question, c.segment) == (place.question, place.segment) and c.within is None
    ]  # fmt: skip
    if not rows:
        return None
    found = [
        e for e in record.estimates if (e.measure, e.segment) == (place.measure, place.segment)
    ]
    present = frozenset(e.group for e in found if e.group not in {None, UNKNOWN} and e.n)
    reference = rows[0].reference
    own = next((e for e in found if e.group == reference and e.value is not None), None)
    tally = None
    if own is not None and own.value is not None:
        # The record's interval says how many independent decisions the group is worth.
        worth = float(wilson_size(own.value, own.low or 0.0, own.high or 0.0))
        tally = Tally(own.n, own.value, worth)
    deff = max((c.design_effect or 1.0 for c in rows), default=1.0)
    both = {str(c.group): pair for c in rows if (pair := _shown(c, tally, deff))}
    pooled = next((c for c in rows if c.group == POOLED), None)
    judged_alone = {c.group for c in rows if c.in_scope and c.group != POOLED}
    return Side(
        reference=reference,
        own=tally,
        alone={group: pair for group, pair in both.items() if group != POOLED},
        pool=present - judged_alone - {reference} if pooled else frozenset(),
        pooled=both.get(POOLED),
        present=frozenset(str(group) for group in present),
    )


def _shown(c: Comparison, reference: Tally | None, deff: float) -> tuple[Tally, Tally] | None:
    """Return a row's group and comparator; None where the record hides either.

    A comparator made of all other groups has no estimate: the largest design effect is assumed.
    """
    if c.group_value is None or c.reference_value is None or c.effective_n is None:
        return None
    if c.reference == REST or reference is None:
        reference = Tally(c.reference_n, c.reference_value, c.reference_n / deff)
    return Tally(c.n, c.group_value, c.effective_n), reference


def lay(place: Place, old: Side | None, new: Side | None, pairs: PairedScan | None,
        least: int, scope: int) -> Laid:  # fmt: skip
    """Lay out the rows of a place: from matched cases where there are any, else from records.

    `least` is the number of customers under which a group is hidden, `scope` the effective
    decisions to be judged alone; both are for matched cases, records have applied theirs.
    """
    if old is None or new is None:
        which = "old" if old is None else "new"
        message = f"The {which} release has no second group to compare with over {place.segment}."
        return Laid((), (place.not_compared("no_comparator", message),))
    if old.reference != new.reference:
        message = (
            f"{place.segment} was compared with {old.reference}, and now with {new.reference}: "
            "name one reference in both plans."
        )
        return Laid((), (place.not_compared("reference_differs", message),))
    told: list[NotCompared] = []
    if pairs is None:
        units, told = _from_records(place, old, new)
    else:
        units = _from_pairs(place, new.reference, pairs, least, scope)
    compared = frozenset(group for unit in units for group in unit.members)
    gone = tuple(_uncovered(place, old, new, compared, matched=pairs is not None))
    return Laid(tuple(units), (*told, *gone))


def _uncovered(
    place: Place, old: Side, new: Side, compared: frozenset[str], *, matched: bool
) -> Iterator[NotCompared]:
    for group in sorted(old.present - compared):
        if group not in new.present:
            message = f"{place.segment} {group} has no decision in the new release."
            yield place.not_compared("missing", message, group)
        elif matched:
            message = f"{place.segment} {group} has too few cases that both releases decided."
            yield place.not_compared("suppressed", message, group)
        else:
            message = f"{place.segment} {group} has too few customers to be shown."
            yield place.not_compared("suppressed", message, group)
    for group in sorted(new.present - old.present):
        message = f"{place.segment} {group} has no decision in the old release."
        yield place.not_compared("new", message, group, closes=False)


def _from_records(place: Place, old: Side, new: Side) -> tuple[list[Unit], list[NotCompared]]:
    units, told = [], []
    if new.reference and new.reference != REST and old.own and new.own:
        units.append(_own(new.reference, Both(old.own, new.own)))
    same_pool = old.pool == new.pool
    pool = new.pool if same_pool and old.pooled and new.pooled else frozenset()
    everybody = old.present & new.present

    def unit(group: str, pairs: tuple[tuple[Tally, Tally], ...], members: frozenset[str]) -> Unit:
        (mine_old, other_old), (mine_new, other_new) = pairs
        against = everybody - members if new.reference == REST else {str(new.reference)}
        return Unit(
            group=group,
            ours=Both(mine_old, mine_new),
            reference=new.reference,
            theirs=Both(other_old, other_new),
            members=members,
            against=frozenset(against),
            must_pass=group not in pool,
        )

    units += [
        unit(group, (old.alone[group], pair), frozenset({group}))
        for group, pair in new.alone.items()
        if group in old.alone
    ]
    if pool and old.pooled and new.pooled:
        units.append(unit(POOLED, (old.pooled, new.pooled), pool))
    elif not same_pool:
        message = f"Over {place.segment} the two releases pool different small groups."
        told.append(place.not_compared("pool_differs", message, POOLED, closes=False))
    return units, told


def _own(reference: str, both: Both) -> Unit:
    """The row of the reference itself."""
    alone = frozenset({reference})
    return Unit(reference, both, None, both, alone, alone, must_pass=False)


def _from_pairs(
    place: Place, reference: str | None, scan: PairedScan, least: int, scope: int
) -> list[Unit]:
    """Lay out matched cases as an audit lays out decisions (methods 1.6, 1.8)."""
    known = {g: p for g, p in scan.groups[place.measure, place.segment].items() if p.n}
    names = frozenset(known)
    shown = {g for g, p in known.items() if _customers(p) >= least}
    if reference != REST and reference not in shown:
        return []
    several = [p for p in known.values() if p.customers != 1]
    floor = pooled_effect([p.n for p in several], [p.design_effect for p in several])

    def effect(pairs: Pairs) -> float:
        return max(pairs.design_effect, floor)

    def worth(pairs: Pairs) -> float:
        return pairs.n / effect(pairs)

    def both(pairs: Pairs) -> Both:
        n, size = pairs.n, worth(pairs)
        parts = (pairs.both, pairs.old_only, pairs.new_only, pairs.neither)
        a, b, c, d = (part * size / n for part in parts)
        return Both(
            Tally(n, (pairs.both + pairs.old_only) / n, size),
            Tally(n, (pairs.both + pairs.new_only) / n, size),
            (a, b, c, d),
        )

    others = names - {reference}
    large = {g for g in others & shown if worth(known[g]) >= scope}
    small = others - large
    against_pool = frozenset(large) if reference == REST else frozenset({str(reference)})
    together, pool = None, frozenset[str]()
    if small and against_pool and not (len(small) == 1 and small <= shown):  # else its own pool
        together = scan.union(place.measure, place.segment, frozenset(small))
        pool = frozenset(small) if _customers(together) >= least else pool

    units = [] if reference == REST else [_own(str(reference), both(known[str(reference)]))]
    memberships = sum(p.customers or 0 for p in known.values())
    moving = memberships > (scan.union(place.measure, place.segment, names).customers or 0)
    groups = [(g, known[g], frozenset({g})) for g in sorted(others & shown)]
    groups += [(POOLED, together, pool)] if pool and together else []
    for group, mine, members in groups:
        against = frozenset({str(reference)})
        if reference == REST:
            against = against_pool if group == POOLED else names - members
        theirs = scan.union(place.measure, place.segment, against)
        if _customers(theirs) < least:
            continue
        shared = scan.shared(place.measure, place.segment, members, against) if moving else None
        units.append(
            Unit(
                group, both(mine), reference, both(theirs), members, against,
                must_pass=group not in pool,
                correlation=shared_correlation(mine, theirs, shared, effect(mine), effect(theirs))
                if shared else 0.0,
            )
        )  # fmt: skip
    return units


def _customers(pairs: Pairs) -> int:
    return pairs.n if pairs.customers is None else pairs.customers
