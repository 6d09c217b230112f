"""One segment's decisions in memory, in two halves: one to learn from, one to price on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from careaudit.cells import ADVERSE, DECIDED, DUE, FAVORABLE, LABELLED, Quantity, Slot, customers
from careaudit.cells import total as total_of
from careaudit.drivers import Gap, Scene
from careaudit.drivers.validity import UNEVEN
from careaudit.questions import joined
from careaudit.sources import Coded, Drawn
from careaudit.stats.arrays import Floats, share
from careaudit.stats.association import association
from careaudit.stats.poststratified import Codes, sums

Bools = NDArray[np.bool_]
FEW_LABELS = 50
"""Labelled held-out decisions that either side of a gap needs."""
UNSCORED = 0.05
"""Share of a side's decisions without a score, above which nothing is priced by the score."""
SAME = ECHO = 0.95
"""Cramer's V from which on an input is the segment, or a label repeats the decision."""
LARGEST = 1e12
"""What is no score any more."""
SOUND = {"all", "random_sample", "audited"}
"""Ways of picking labels that leave those of each kind of decision picked at random."""


@dataclass(frozen=True)
class Rows:
    """The decided decisions of a sample, one place of every array each.

    now: 1 where the decision was favorable, else 0. due: 1 or 0, NaN without a label. risk: the
    score (less its threshold, where decisions have their own), turned so that more of it speaks
    for the adverse decision; NaN without one.
    """

    customer: Codes
    held: Bools
    now: Floats
    due: Floats
    risk: Floats
    amount: Floats
    groups: Mapping[str, Coded]
    fields: Mapping[str, Coded]
    terms: Mapping[str, Bools]

    def __len__(self) -> int:
        return len(self.now)

    @cached_property
    def labelled(self) -> Bools:
        """Where there is a label."""
        return ~np.isnan(self.due)

    @cached_property
    def worth(self) -> Floats:
        """How many decisions of its kind a label of the learning half stands for; 0 of others."""
        worth = np.zeros(len(self))
        for kind in (0.0, 1.0):
            mine = ~self.held & (self.now == kind)
            labels = mine & self.labelled
            worth[labels] = mine.sum() / max(labels.sum(), 1)
        return worth


def rows_of(scene: Scene, drawn: Drawn, terms: Mapping[str, Bools]) -> Rows:
    """Keep the decided decisions of a sample; `terms` says which of its rows use a term."""
    order = list(Slot)

    def among(slots: frozenset[Slot]) -> Bools:
        return np.isin(drawn.slot, [order.index(slot) for slot in slots])

    risk = _number(drawn.score)
    if "threshold" in scene.plan.log.columns:
        risk = risk - _number(drawn.threshold)
    label = scene.plan.label
    if label is not None and label.high_score == "favorable":
        risk = -risk
    kept = among(DECIDED)
    due = np.where(among(LABELLED), among(DUE).astype(np.float64), np.nan)

    def only(coded: Mapping[str, Coded]) -> dict[str, Coded]:
        return {name: replace(one, codes=one.codes[kept]) for name, one in coded.items()}

    return Rows(
        customer=drawn.customer[kept],
        held=drawn.held_out[kept],
        now=among(FAVORABLE)[kept].astype(np.float64),
        due=due[kept],
        risk=risk[kept],
        amount=drawn.amount[kept],
        groups=only(drawn.groups),
        fields=only(drawn.fields),
        terms={name: uses[kept] for name, uses in terms.items()},
    )


def _number(values: Floats) -> Floats:
    """Scores that can be reckoned with; what is beyond is none."""
    return np.where(np.abs(values) < LARGEST, values, np.nan)


@dataclass(frozen=True)
class Parted:
    """Rows put into parts: each row's part, and how many decisions of the log each part has.

    part: -1 where a row is in none. counts: adverse and favorable decisions of the log, by part.
    """

    names: tuple[str, ...]
    part: Codes
    counts: Floats

    def stratum(self, now: Floats) -> Codes:
        """Each row's stratum: its part and its decision; rows of no part are one more."""
        inside = self.part * 2 + now.astype(np.int64)
        return np.where(self.part >= 0, inside, 2 * len(self.names))

    def weight(self, now: Floats, chosen: Bools) -> Floats:
        """How many decisions of the log each of the chosen rows stands for."""
        stratum = self.stratum(now)
        have = sums(stratum, chosen, 2 * len(self.names) + 1)
        wanted = np.append(self.counts.reshape(-1), 0.0)
        return np.where(chosen, share(wanted, have)[stratum], 0.0)


@dataclass(frozen=True)
class Case:
    """The gap of one segment that its remedies are about, and the rows to learn and price on.

    groups: every group that may be shown, decisions without a recorded one among them under "".
    sides: the gap's group and its reference. evenly: whether labels are as common among adverse
    as among favorable decisions.
    """

    gap: Gap
    rows: Rows
    groups: Parted
    sides: Parted
    currency: str | None
    evenly: bool = True

    @property
    def adverse(self) -> bool:
        """Whether the gap is of adverse decisions."""
        return self.gap.measure.events <= ADVERSE

    @property
    def limit(self) -> float:
        """The gap that is tolerated today."""
        return self.gap.comparison.tolerated_gap or 0.0

    @cached_property
    def labels(self) -> tuple[int, int]:
        """Labelled held-out decisions of the group and of its reference."""
        seen = self.rows.held & self.rows.labelled
        group, reference = (int((seen & (self.sides.part == place)).sum()) for place in (0, 1))
        return group, reference


def case_of(scene: Scene, gap: Gap, rows: Rows) -> Case:
    """Look up how many decisions of the log each group has, and put the rows into them."""
    decided = Quantity(DECIDED)
    terms = (total_of(Quantity(ADVERSE)), total_of(Quantity(FAVORABLE)), customers(decided))
    cells = scene.inputs.cells(gap.parts, terms, clustered=True)
    keys = sorted(cells.table, key=lambda key: [(part is None, part or "") for part in key])
    codes = _codes(rows, gap.parts, keys)
    known = {place: joined(key) for place, key in enumerate(keys) if None not in key}
    counts = np.array([cells.table[key][:2] for key in keys], dtype=np.float64).reshape(-1, 2)
    least = scene.plan.privacy.min_cell
    shown = [place for place in known if cells.table[keys[place]][2] >= least]
    rest = [place for place in range(len(keys)) if place not in known]
    if sum(cells.table[keys[place]][2] for place in rest) < least:
        rest = []
    names = (*(known[place] for place in shown), *([""] if rest else []))
    groups = _parted(names, [[place] for place in shown] + ([rest] if rest else []), codes, counts)
    both = [[place for place, name in known.items() if name in side] for side in gap.sides]
    sides = _parted(("group", "reference"), both, codes, counts)
    rows = replace(rows, fields=_not_the_segment(rows, gap.parts, sides.part))
    if _scoreless(rows, sides.part) > UNSCORED:
        rows = replace(rows, risk=np.full(len(rows), np.nan))
    label = scene.plan.label
    evenly = label is None or (label.selection != "audited" and not _uneven(rows))
    return Case(gap, rows, groups, sides, scene.plan.log.currency, evenly)


def _not_the_segment(rows: Rows, parts: tuple[str, ...], side: Codes) -> dict[str, Coded]:
    """The inputs that do not tell the segment: to decide by another is to decide by the group."""
    of = [rows.groups[part].codes.astype(np.int64) for part in parts] + [side]
    return {
        name: coded
        for name, coded in rows.fields.items()
        if all(_tells(coded, codes) < SAME for codes in of)
    }


def _tells(coded: Coded, codes: Codes) -> float:
    """Cramer's V of an input with a group, among rows whose group is known."""
    known = codes >= 0
    size = len(coded.levels) + 1
    cell = codes[known] * size + coded.codes[known] + 1
    table = np.bincount(cell, minlength=(int(codes.max(initial=0)) + 1) * size)
    return association(table.reshape(-1, size)).v_corrected


def _scoreless(rows: Rows, side: Codes) -> float:
    """The larger share of a side's decisions that have no score."""
    return max(
        (float(np.isnan(rows.risk[side == one]).mean()) for one in (0, 1) if (side == one).any()),
        default=0.0,
    )


def _uneven(rows: Rows) -> bool:
    """Whether one kind of decision has a label far more often than the other."""
    low, high = sorted(
        float(rows.labelled[rows.now == kind].mean()) if (rows.now == kind).any() else 0.0
        for kind in (0.0, 1.0)
    )
    return high > UNEVEN * low


def _codes(rows: Rows, parts: tuple[str, ...], keys: list[tuple[str | None, ...]]) -> Codes:
    """The place of each row's group among `keys`."""
    levels = [rows.groups[name].levels for name in parts]
    sizes = [len(names) + 1 for names in levels]
    places = [rows.groups[name].codes.astype(np.int64) + 1 for name in parts]
    lookup = np.full(int(np.prod(sizes)), -1, dtype=np.int64)
    for place, key in enumerate(keys):
        at = [
            0 if value is None else names.index(value) + 1
            for value, names in zip(key, levels, strict=True)
        ]
        lookup[np.ravel_multi_index(at, sizes)] = place
    return np.asarray(lookup[np.ravel_multi_index(places, sizes)])


def _parted(
    names: tuple[str, ...], members: list[list[int]], codes: Codes, counts: Floats
) -> Parted:
    part = np.full(len(counts) + 1, -1, dtype=np.int64)
    for place, mine in enumerate(members):
        part[mine] = place
    wanted = np.array([counts[mine].sum(axis=0) for mine in members]).reshape(-1, 2)
    return Parted(names, part[codes], wanted)


def unpriced(scene: Scene, case: Case) -> str | None:
    """Say why nothing can be priced for a segment, or None.

    no_labels, labels_selected, label_is_decision (it repeats the decision), one_side_only (all
    decisions alike), one_sided_labels (labels of one kind of decision only, or labels that all
    agree), few_labels, no_score_and_no_inputs.
    """
    label, rows = scene.plan.label, case.rows
    if label is None or not rows.labelled.any():
        return "no_labels"
    if label.selection not in SOUND:
        return "labels_selected"
    told = rows.labelled
    cell = (2 * rows.now[told] + rows.due[told]).astype(np.int64)
    if association(np.bincount(cell, minlength=4).reshape(2, 2)).v >= ECHO:
        return "label_is_decision"
    halves = [rows.held, ~rows.held]
    if any(len(np.unique(rows.now[half])) < 2 for half in halves):
        return "one_side_only"
    seen = [half & rows.labelled for half in halves]
    if any(len(np.unique(values[half])) < 2 for half in seen for values in (rows.now, rows.due)):
        return "one_sided_labels"
    if min(case.labels) < FEW_LABELS:
        return "few_labels"
    if np.isnan(rows.risk).all() and not rows.fields:
        return "no_score_and_no_inputs"
    return None
