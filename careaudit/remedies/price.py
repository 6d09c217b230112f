"""What a remedy would leave of a gap and what it would cost, on customers it was not set on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from careaudit.record import Interval, Money, Point, Remedy, RemedyGroup
from careaudit.remedies.case import Bools, Case, Parted
from careaudit.stats.arrays import Floats, share, two_sided_z
from careaudit.stats.poststratified import Codes, Total, sums, total

Kind = Literal["without", "refit", "threshold", "review", "group_thresholds", "constrained"]


@dataclass(frozen=True)
class Then:
    """What each decision would become: its chance of being favorable, by what was due.

    The two are the same but where a person decides as the label says.
    """

    if_undue: Floats
    if_due: Floats

    @classmethod
    def alike(cls, favorable: Floats) -> Then:
        """A decision that does not look at what was due."""
        return cls(favorable, favorable)


@dataclass(frozen=True)
class Offer:
    """One remedy, set on the learning half; `dial` holds its other settings.

    doing: the clause that its sentence starts with. assumed: what the figures take for granted.
    reviewed: where a person would look.
    """

    kind: Kind
    name: str
    doing: str
    then: Then
    assumed: str = ""
    dial: tuple[tuple[float, Then], ...] = ()
    reviewed: Bools | None = None
    uses_group: bool = False


@dataclass(frozen=True)
class Book:
    """The figures of one remedy on one half of the rows of a case."""

    case: Case
    then: Then
    half: Bools

    def gap(self) -> Interval:
        """The gap then, with its 95 % range.

        The sides' own decisions are those of the whole log, what becomes of them that of the
        half (double sampling, Cochran 1977). No range where all would be decided alike: the gap
        is then none by the rule itself, not by what was seen.
        """
        sides, rows = self.case.sides, self.case.rows
        n = sides.counts.sum(axis=1)
        group, reference = (self._total(sides, place, *self._favorable) for place in (0, 1))
        gap = group.times(1 / n[0]).plus(reference.times(-1 / n[1]))
        stratum, chances = sides.stratum(rows.now), self._expected(sides)
        size = sums(stratum, self.half, 5)[:4]
        mean = share(sums(stratum, chances * self.half, 5)[:4], size)
        p = sides.counts[:, 1] / n
        between = (mean[1::2] - mean[::2]) ** 2 * p * (1 - p) / n * np.array(self.case.gap.deffs)
        if np.ptp(chances[self.half & (sides.part >= 0)]) == 0:
            return Interval(value=0.0)
        found = interval(gap, rows.customer, float(between.sum()))
        return _flipped(found) if self.case.adverse else found

    def share(self, known: Floats, slope: Floats) -> float:
        """A mean over the decisions of all groups that are shown."""
        return float(self._all(known, slope).value / self.case.groups.counts.sum())

    def point(self, setting: float) -> Point:
        """The figures of one setting of a dial."""
        undue = self.then.if_undue
        return Point(
            setting=setting,
            gap=self.gap().value or 0.0,
            errors=self.share(undue, 1 - self.then.if_due - undue),
            undue=self.share(undue, -undue),
        )

    @property
    def _favorable(self) -> tuple[Floats, Floats]:
        return self.then.if_undue, self.then.if_due - self.then.if_undue

    @property
    def _helped(self) -> tuple[Floats, Floats]:
        return np.zeros_like(self.then.if_due), self.then.if_due - self.case.rows.now

    @property
    def _undue(self) -> tuple[Floats, Floats]:
        more = self.then.if_undue - self.case.rows.now
        return more, -more

    @property
    def _errors(self) -> tuple[Floats, Floats]:
        (_, helped), (more, less) = self._helped, self._undue
        return more, less - helped

    def changes(self) -> dict[str, Interval]:
        """Helped, undue and errors over all groups that are shown."""
        rows = self.case.rows
        parts = {"helped": self._helped, "undue": self._undue, "errors": self._errors}
        return {name: interval(self._all(*two), rows.customer) for name, two in parts.items()}

    def groups(self, least: int) -> tuple[RemedyGroup, ...]:
        """The same for each group; none where too few customers of it were looked at."""
        groups, rows = self.case.groups, self.case.rows
        found = []
        for place, name in enumerate(groups.names):
            mine = self.half & (groups.part == place)
            if not name or _people(rows.customer[mine]) < least:
                continue
            n = groups.counts[place].sum()
            favorable = self._total(groups, place, *self._favorable).times(1 / n)
            told = _people(rows.customer[mine & rows.labelled]) >= least
            parts = {"helped": self._helped, "undue": self._undue, "errors": self._errors}
            figures = {
                key: interval(self._total(groups, place, *two), rows.customer)
                for key, two in (parts.items() if told else ())
            }
            blank = dict.fromkeys(parts, Interval())
            found.append(
                RemedyGroup(
                    group=name,
                    favorable_now=float(groups.counts[place, 1] / n),
                    favorable=_inside(interval(favorable, rows.customer)),
                    **(blank | figures),
                )
            )
        return tuple(found)

    def money(self) -> Money | None:
        """Credits paid then less now, at each group's mean credit of today."""
        groups, rows = self.case.groups, self.case.rows
        granted = self.half & (rows.now == 1) & np.isfinite(rows.amount)
        if not granted.any():
            return None
        paid = np.where(granted, rows.amount, 0.0)
        overall = float(paid.sum() / granted.sum())
        more, slope = self.then.if_undue - rows.now, self.then.if_due - self.then.if_undue
        paid_all = None
        for place in range(len(groups.names)):
            mine = granted & (groups.part == place)
            number = int(mine.sum())
            mean = float(paid[mine].sum() / number) if number else overall
            found = self._total(groups, place, more, slope)
            prices = Total(0.0, share(mine * (paid - mean), np.array(float(number))), 0.0)
            one = found.times(mean).plus(prices.times(found.value))
            paid_all = one if paid_all is None else paid_all.plus(one)
        if paid_all is None:
            return None
        return Money(**interval(paid_all, rows.customer).model_dump(), currency=self.case.currency)

    def review(self, reviewed: Bools) -> Interval:
        """Decisions that a person would look at."""
        seen = reviewed.astype(np.float64)
        return interval(self._all(seen, np.zeros_like(seen)), self.case.rows.customer)

    # How it is counted.

    def _all(self, known: Floats, slope: Floats) -> Total:
        return self._total(self.case.groups, None, known, slope)

    def _total(self, parted: Parted, place: int | None, known: Floats, slope: Floats) -> Total:
        """The total over one part, or over all, of known + slope x (whether it was due)."""
        rows, use = self.case.rows, self.half
        inside = parted.part >= 0 if place is None else parted.part == place
        now = rows.now.astype(np.int64)
        kind = now * 4 + self._change
        fine = np.where(parted.part >= 0, parted.part, len(parted.names)) * 8 + kind
        due = np.where(use, rows.due, np.nan)
        weight = parted.weight(rows.now, use) * inside
        return total(known, slope, due, weight, parted.stratum(rows.now), (fine, kind, now))

    @property
    def _change(self) -> Codes:
        """How a decision changes: not, for better, for worse, or as the label says."""
        more = self.then.if_undue - self.case.rows.now
        alike = self.then.if_undue == self.then.if_due
        changed = np.select([~alike, more > 0, more < 0], [3, 1, 2], 0)
        return np.asarray(changed, dtype=np.int64)

    def _expected(self, parted: Parted) -> Floats:
        """Each row's chance of being favorable, by what labels say of its kind."""
        known, slope = self._favorable
        if not slope.any():
            return known
        rows = self.case.rows
        cell = np.where(parted.part >= 0, parted.part, len(parted.names)) * 2 + rows.now.astype(int)
        seen = self.half & rows.labelled & (slope != 0)
        due = share(sums(cell, np.where(seen, rows.due, 0.0)), sums(cell, seen))
        return np.asarray(known + slope * due[cell])


def priced(case: Case, offer: Offer, least: int) -> Remedy:
    """Put the figures of one remedy together; `sentence` is left to the words."""
    rows, gap = case.rows, case.gap
    book = Book(case, offer.then, rows.held)
    now = gap.comparison.difference
    return Remedy(
        question=gap.question.id,
        segment=gap.segment,
        group=gap.comparison.group or "",
        reference=gap.comparison.reference or "",
        kind=offer.kind,
        name=offer.name,
        state="estimated",
        gap_now=now,
        gap=book.gap(),
        **book.changes(),
        money=book.money(),
        review=None if offer.reviewed is None else book.review(offer.reviewed),
        groups=book.groups(least),
        curve=tuple(Book(case, then, rows.held).point(setting) for setting, then in offer.dial),
        uses_group=offer.uses_group,
        rows=int(rows.held.sum()),
        labelled=int((rows.held & rows.labelled).sum()),
    )


def interval(found: Total, customers: Codes, more: float = 0.0) -> Interval:
    """The total with its normal 95 % range; `more` is variance from elsewhere."""
    arm = two_sided_z(0.95) * (found.variance(customers) + more) ** 0.5
    value = found.value
    if not np.isfinite(arm):
        return Interval(value=value)
    return Interval(value=value, low=value - arm, high=value + arm)


def _flipped(found: Interval) -> Interval:
    """The gap of the adverse decisions from that of the favorable ones."""
    low, high = found.low, found.high
    return Interval(
        value=None if found.value is None else 0.0 - found.value,
        low=None if high is None else 0.0 - high,
        high=None if low is None else 0.0 - low,
    )


def _inside(found: Interval) -> Interval:
    """A share with its range inside 0 and 1."""
    ends = {
        name: None if value is None else min(max(value, 0.0), 1.0)
        for name, value in found.model_dump().items()
    }
    return Interval(**ends)


def _people(customer: Codes) -> int:
    return len(np.unique(customer))
