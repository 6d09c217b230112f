"""What could be done about a gap, and its price: suggestions, never decisions.

Each remedy is set on one half of the customers and priced on the other. No verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from careaudit.cells import DECIDED
from careaudit.drivers import Found, Gap, Scene, words
from careaudit.record import Driver, Remedy
from careaudit.remedies import sentences
from careaudit.remedies.case import Case, Rows, case_of, rows_of, unpriced
from careaudit.remedies.cuts import DECIDES, cut_in_use
from careaudit.remedies.dials import MILDER, review, suffices, threshold, without
from careaudit.remedies.learned import constrained, group_thresholds, refit
from careaudit.remedies.price import Kind, Offer, priced
from careaudit.sources import SAMPLE, Coded

__all__ = ["suggest"]

MOST_DRIVERS = 3
"""Listed drivers of a segment that are tried without, those that carry most of the gap."""
ALL = "all remedies"
"""The name of the one entry that stands for all where nothing can be priced."""
ASKED_TOO = {
    "wrongful_adverse_rate": "true_positive_rate_parity",
    "wrongful_favorable_rate": "false_positive_rate_parity",
}
"""What else cuts by group are held to, where the plan asks for it."""


def suggest(scene: Scene, found: Found) -> tuple[Remedy, ...]:
    """Return the remedies for each segment with a gap in the decision itself.

    They are about the group with the largest excess; what they mean for the segment's other
    groups is told beside.
    """
    from threadpoolctl import threadpool_limits

    gaps = _gaps(scene)
    if not gaps:
        return ()
    listed = {gap.segment: _listed(found, gap.segment) for gap in gaps}
    terms = {d.name for drivers in listed.values() for d in drivers if d.kind == "term"}
    with threadpool_limits(1):
        rows = _drawn(scene, sorted(terms))
        return tuple(
            remedy
            for gap in gaps
            for remedy in _remedies(scene, case_of(scene, gap, rows), listed[gap.segment])
        )


def _gaps(scene: Scene) -> list[Gap]:
    """One gap in the decision itself for each segment; a crossing where no part has its own."""
    found: dict[str, Gap] = {}
    for gap in scene.gaps:
        measure = gap.measure
        if measure.cases != DECIDED or measure.of is not None or measure.when is not None:
            continue
        held = found.get(gap.segment)
        if held is None or _excess(gap) > _excess(held):
            found[gap.segment] = gap
    return [
        gap for gap in found.values() if len(gap.parts) == 1 or not found.keys() & set(gap.parts)
    ]


def _excess(gap: Gap) -> float:
    return abs(gap.crude) * gap.comparison.n


def _listed(found: Found, segment: str) -> list[Driver]:
    """The listed drivers of a segment whose weight could be taken off, the weightiest first."""
    kept = {
        (driver.kind, driver.name): driver
        for driver in sorted(found.drivers, key=lambda driver: driver.mix_share or 0.0)
        if driver.listed and driver.segment == segment and driver.kind != "subgroup"
    }
    return list(kept.values())[::-1]


def _drawn(scene: Scene, terms: Sequence[str]) -> Rows:
    """The decided decisions of a sample, with the terms that they use where any is asked for."""
    if not terms:
        return rows_of(scene, scene.inputs.sample(SAMPLE), {})
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=words.terms, vocabulary=list(terms), binary=True)
    batches = []
    for batch in scene.inputs.texts(SAMPLE):
        found = counter.transform(zip(*batch.texts, strict=True)).toarray() > 0
        batches.append(rows_of(scene, batch, dict(zip(terms, found.T, strict=True))))
    return _joined(batches)


def _joined(batches: Sequence[Rows]) -> Rows:
    """Put batches together; none of their customers are the same."""
    first = batches[0]
    ends = np.cumsum([0, *(int(one.customer.max(initial=-1)) + 1 for one in batches)])

    def coded(name: str, of: str) -> Coded:
        codes = [getattr(one, of)[name].codes for one in batches]
        return Coded(np.concatenate(codes), getattr(first, of)[name].levels)

    return Rows(
        customer=np.concatenate(
            [one.customer + end for one, end in zip(batches, ends[:-1], strict=True)]
        ),
        **{
            name: np.concatenate([getattr(one, name) for one in batches])
            for name in ("held", "now", "due", "risk", "amount")
        },
        groups={name: coded(name, "groups") for name in first.groups},
        fields={name: coded(name, "fields") for name in first.fields},
        terms={name: np.concatenate([one.terms[name] for one in batches]) for name in first.terms},
    )


class _Not(NamedTuple):
    """A remedy that could not be priced, and why."""

    kind: Kind
    name: str
    reason: str


def _remedies(scene: Scene, case: Case, listed: Sequence[Driver]) -> list[Remedy]:
    """The remedies of one segment, the least intrusive first.

    Those that surely take from customers what was due to them come after all others.
    """
    if reason := unpriced(scene, case):
        return [_not_assessed(case, _Not("threshold", ALL, reason))]
    least = scene.plan.privacy.min_cell
    found = [_told(case, offer, least) for offer in _offers(scene, case, listed) if offer]
    found = found or [_not_assessed(case, _Not("threshold", ALL, "not_enough_to_learn"))]
    return sorted(found, key=sentences.takes)


def _told(case: Case, offer: Offer | _Not, least: int) -> Remedy:
    if isinstance(offer, _Not):
        return _not_assessed(case, offer)
    remedy = priced(case, offer, least)
    sentence = sentences.told(remedy, offer.doing, offer.assumed)
    return remedy.model_copy(update={"sentence": sentence})


def _offers(scene: Scene, case: Case, listed: Sequence[Driver]) -> Iterator[Offer | _Not | None]:
    rows, label = case.rows, scene.plan.label
    scored, cut = bool(np.isfinite(rows.risk).any()), cut_in_use(rows)
    decides = cut.right >= DECIDES
    if decides:
        sign = -1.0 if label is not None and label.high_score == "favorable" else 1.0
        known = [d for d in listed if d.kind == "term" or d.name in rows.fields][:MOST_DRIVERS]
        alone = [without(case, cut, [driver], sign) for driver in known]
        yield from alone
        if len(known) > 1 and not any(one and suffices(case, one.then) for one in alone):
            yield without(case, cut, known, sign)
        yield threshold(case, cut, sign) or _Not("threshold", MILDER, "nothing_left_to_decide")
        yield review(case, cut)
    else:
        if scored:
            yield _Not("threshold", MILDER, "score_does_not_decide")
        elif "score" in scene.plan.log.columns:
            yield _Not("threshold", MILDER, "score_missing")
        names = " and ".join(driver.name for driver in listed)
        yield refit(case, listed) or (
            _Not("refit", names, "not_enough_to_learn") if names else None
        )
    yield constrained(case)
    if scored:
        asked = {question.measure for question in scene.plan.questions}
        also = (parity for measure, parity in ASKED_TOO.items() if measure in asked)
        yield from (group_thresholds(case, one) for one in ("demographic_parity", *also))


def _not_assessed(case: Case, told: _Not) -> Remedy:
    gap = case.gap
    return Remedy(
        question=gap.question.id,
        segment=gap.segment,
        group=gap.comparison.group or "",
        reference=gap.comparison.reference or "",
        kind=told.kind,
        name=told.name,
        state="not_assessed",
        gap_now=gap.comparison.difference,
        rows=int(case.rows.held.sum()),
        labelled=int((case.rows.held & case.rows.labelled).sum()),
        reason=told.reason,
        sentence=sentences.unpriced(told.reason),
    )
