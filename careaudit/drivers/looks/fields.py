"""Fields: declared inputs that go along with a segment and with a gap, and the way between them.

A field is listed only where both hold: it goes along with the segment, and part of the gap runs
through it (methods 8; Datta et al. 2017, association and influence). The others stay, each with
the reason. A field may itself carry the harm: nothing here says that a gap is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from careaudit.cells import ADVERSE, DECIDED, FAVORABLE, Cells, Quantity, Slot, total
from careaudit.conditional import like
from careaudit.drivers import sentences, split
from careaudit.drivers.scene import Found, Gap, Scene
from careaudit.drivers.validity import by_slot
from careaudit.plan import Plan
from careaudit.plan.declared import column_of
from careaudit.questions import joined
from careaudit.record import Driver, Interval
from careaudit.record.drivers import Validity
from careaudit.sources import Drawn, stratum
from careaudit.stats.arrays import Floats, Table, two_sided_z
from careaudit.stats.association import association, cramers_v, level_effect

ASSOCIATED = 0.10
"""A field is associated with a segment where V's lower limit is above this (methods 8)."""
SHARE = 0.10
"""A field carries part of a gap where its mix share is above this, and not 0 beyond chance:
in a small log, chance alone gives a share to what moves no decision (methods 8)."""
SAME = 0.95
"""From this V on, one tells the other nearly every time."""
SLOTS = tuple(slot for slot in Slot if slot in DECIDED)
STRATA = "listed", "weak_association", "small_share", "carried_by"
"""Reasons with which a field has strata to walk through."""

UNKNOWN = Interval()


@dataclass(frozen=True)
class Candidate:
    """One field beside one gap: what was found, and why it is listed or not."""

    name: str
    reason: str
    association: Interval = UNKNOWN
    mutual_information: float | None = None
    mix_share: float | None = None
    within: Interval = UNKNOWN
    validity: Validity = "untested"
    validity_reason: str | None = None
    carried_by: str | None = None


def look(scene: Scene) -> Found:
    """Look at every declared input beside every gap."""
    if not scene.gaps or not scene.inputs.fields:
        return Found()
    drawn = scene.inputs.sample()
    wanted = {part for gap in scene.gaps for part in gap.measure.sizes}
    terms = tuple(map(total, {*wanted, *map(_only, SLOTS)}))
    terms = tuple(sorted(terms, key=lambda term: term.key))

    @cache
    def cells(parts: tuple[str, ...], name: str) -> Cells:
        return scene.inputs.cells((*parts, stratum(name)), terms)

    drivers: list[Driver] = []
    for gap in scene.gaps:
        found = []
        for name in scene.inputs.fields:
            reason = state(scene, gap, name)
            found.append(
                Candidate(name, reason)
                if reason
                else weigh(scene.plan, gap, name, cells(gap.parts, name), drawn)
            )
        found = list(_needed(scene, gap, found))
        shares = {c.name: c.mix_share or 0.0 for c in found if c.reason in STRATA}
        steps = split.steps(scene.inputs, gap, shares)
        drivers += [_driver(scene, gap, one, steps.get(one.name)) for one in found]
    return Found(tuple(drivers))


def _needed(scene: Scene, gap: Gap, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Take back a field to which those that carry more leave no more than a tenth of the gap."""
    listed = [one for one in found if one.reason == "listed"]
    held: list[str] = []
    carried: dict[str, str] = {}
    for one in sorted(listed, key=lambda one: (-(one.mix_share or 0.0), one.name)):
        more = split.added(scene.inputs, gap, held, one.name) if held else None
        if more is not None and gap.crude and more / gap.crude <= SHARE:
            carried[one.name] = held[0]
        else:
            held.append(one.name)
    for one in found:
        other = carried.get(one.name)
        yield replace(one, reason="carried_by", carried_by=other) if other else one


def state(scene: Scene, gap: Gap, name: str) -> str | None:
    """Why a field cannot be a candidate, from the plan and from its values; None where it can."""
    declared = scene.inputs.declared[name].state
    if declared in {"output", "id", "free_text"}:
        return declared
    own = {column_of(scene.plan, s.column) for s in scene.plan.segments if s.name in gap.parts}
    if column_of(scene.plan, name) in own:
        return "same_as_segment"
    return None if declared == "usable" else declared


def weigh(plan: Plan, gap: Gap, name: str, cells: Cells, drawn: Drawn) -> Candidate:
    """Weigh one field beside one gap, from the counts of both sides by its values.

    drawn: a sample, whose fields are all that were looked at.
    """
    counts = gap.table(cells)
    levels = np.stack([counts.n1, counts.n2], axis=-1)
    if (levels.sum(axis=-1) > 0).sum() < 2:
        return Candidate(name, "one_value")
    effect = _level_effect(gap, name, drawn)
    worth = levels / effect
    v = cramers_v(worth)
    one = Candidate(
        name,
        "same_as_segment",
        Interval(value=v.value, low=v.low, high=v.high),
        association(worth).mi_corrected,
    )
    if v.value >= SAME:
        return one
    if _with_event(counts) >= SAME:
        return replace(one, reason="same_as_outcome")
    still = like(counts, gap.deffs)
    if "no_support" in still.flags:
        return replace(one, reason="no_support")
    crude = float(counts.x1.sum() / counts.n1.sum() - counts.x2.sum() / counts.n2.sum())
    share, shown = carries(split.mix(counts, gap.deffs, effect), crude, len(drawn.fields))
    valid, why = _validity(plan, gap, cells)
    return replace(
        one,
        reason="weak_association" if v.low <= ASSOCIATED
        else "listed" if shown
        else "small_share",
        mix_share=share,
        within=still.found["rd_mh"],
        validity=valid,
        validity_reason=why,
    )  # fmt: skip


def carries(mixed: split.Mix, crude: float, fields: int = 1) -> tuple[float, bool]:
    """The share of a gap that lies in the mix, and whether that is more than little or chance.

    fields: how many were looked at; the chance that any is listed by chance is held to 5 %
    (Bonferroni).
    """
    share = mixed.value / crude if crude else 0.0
    return share, share > SHARE and abs(mixed.value) > two_sided_z(1 - 0.05 / fields) * mixed.se


def is_segment(scene: Scene, gap: Gap, name: str, drawn: Drawn) -> bool:
    """Whether a field is the segment itself, or tells a gap's sides apart nearly every time.

    Told from the drawn decisions alone; `weigh` looks at those of the whole log.
    """
    if state(scene, gap, name) == "same_as_segment":
        return True
    n, _ = gap.measure.sizes
    codes, cases = drawn.fields[name].codes, drawn.counted[n.key]
    levels = np.stack(
        [
            np.bincount(codes[mine] + 1, weights=cases[mine], minlength=int(codes.max()) + 2)
            for mine in (members(drawn, gap.parts, side) for side in gap.sides)
        ],
        axis=-1,
    )
    if (levels.sum(axis=-1) > 0).sum() < 2:
        return False
    return float(cramers_v(levels / _level_effect(gap, name, drawn)).value) >= SAME


def _with_event(counts: Table) -> float:
    """How far a field tells the event itself, over both sides."""
    x, n = counts.x1 + counts.x2, counts.n1 + counts.n2
    return association(np.stack([x, n - x], axis=-1)).v_corrected


def _level_effect(gap: Gap, name: str, drawn: Drawn) -> float:
    """The design effect of the field's values among the cases of both sides: the larger one."""
    n, _ = gap.measure.sizes
    case = drawn.counted[n.key] > 0
    values = drawn.fields[name].codes.astype(np.int64) + 1
    effects = [1.0]
    for side in gap.sides:
        mine = case & members(drawn, gap.parts, side)
        if mine.any():
            effects.append(level_effect(drawn.customer[mine], values[mine]))
    return max(effects)


def members(
    drawn: Drawn, parts: Sequence[str], side: set[str]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which drawn decisions belong to one of the groups of a segment, or of a crossing."""
    codes = np.stack([drawn.groups[part].codes for part in parts], axis=-1)
    kinds, place = np.unique(codes, axis=0, return_inverse=True)
    levels = [drawn.groups[part].levels for part in parts]
    mine = [
        min(kind) >= 0
        and joined(tuple(names[code] for names, code in zip(levels, kind, strict=True))) in side
        for kind in kinds.tolist()
    ]
    return np.asarray(np.array(mine, dtype=bool)[place.ravel()])


def _validity(plan: Plan, gap: Gap, cells: Cells) -> tuple[Validity, str | None]:
    """Whether the field predicts the label; asked only where the gap is one of decisions."""
    measure = gap.measure
    sides = (measure.cases & ADVERSE, measure.cases & FAVORABLE)
    if measure.when or measure.events not in sides:
        return "untested", "not_about_decisions"
    return by_slot(plan, *_slots(gap, cells), gap.deffs)


def _slots(gap: Gap, cells: Cells) -> tuple[Mapping[Slot, Floats], Mapping[Slot, Floats]]:
    """Count the decisions of both sides by slot, one count for each value of the field."""
    parts = len(gap.parts)
    known = sorted({key[parts:] for key in cells.table}, key=repr)
    values = {value: place for place, value in enumerate(known)}
    found = [{slot: np.zeros(len(values)) for slot in SLOTS} for _ in gap.sides]
    for key in cells.table:
        for side, counts in zip(gap.sides, found, strict=True):
            if None not in key[:parts] and joined(key[:parts]) in side:
                cell = cells.cell(key)
                for slot in SLOTS:
                    counts[slot][values[key[parts:]]] += cell[total(_only(slot))]
    group, reference = found
    return group, reference


def _only(slot: Slot) -> Quantity:
    return Quantity(frozenset({slot}))


def _driver(scene: Scene, gap: Gap, one: Candidate, step: float | None) -> Driver:
    control = scene.plan.controls.get(one.name)
    return Driver(
        question=gap.question.id,
        segment=gap.segment,
        group=str(gap.pair.group.group),
        reference=str(gap.pair.reference.group),
        kind="field",
        name=one.name,
        association=one.association,
        mutual_information=one.mutual_information,
        mix_share=one.mix_share,
        within=one.within,
        validity=one.validity,
        validity_reason=one.validity_reason,
        listed=one.reason == "listed",
        reason=one.reason,
        carried_by=one.carried_by,
        sentence=_sentence(scene, gap, one),
        step=step,
        role=control.role if control else None,
    )


def _sentence(scene: Scene, gap: Gap, one: Candidate) -> str:
    if one.reason == "listed":
        what, label = f"the input {one.name}", sentences.label_words(scene.plan)
        return sentences.carried(
            what, one.mix_share or 0.0, one.validity, label, one.validity_reason
        )
    distinct = scene.inputs.declared[one.name].distinct
    itself = one.reason == "same_as_segment" and one.association.value is None
    reason = "segment_itself" if itself else one.reason
    other = one.carried_by or ""
    return sentences.rejected(one.name, reason, gap.segment, distinct, other)
