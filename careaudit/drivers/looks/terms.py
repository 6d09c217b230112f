"""Phrases: words and two-word phrases of free text that go along with a gap (methods 8).

A term is named only where its use goes along with the segment given the decision and with the
decision given the segment, where it carries more than a tenth of the gap, and where no term
already named leaves it nothing. No text leaves; a term of few customers is nowhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import count
from typing import NamedTuple

import numpy as np

from careaudit.cells import Slot
from careaudit.conditional import like
from careaudit.drivers import phrases, sentences
from careaudit.drivers.scene import Found, Gap, Scene
from careaudit.drivers.tally import Batch, Read, Side, Tally, again, learn, tally
from careaudit.drivers.validity import by_slot
from careaudit.drivers.words import by_characters, told
from careaudit.record import Driver, Interval, Quality
from careaudit.stats.arrays import Bools, Floats, Table, share, two_sided_z
from careaudit.stats.association import LogOdds, log_odds

LEAST = 10
"""Customers who use a term, below which it is nowhere."""
SAMPLE = 50_000
"""Decisions, about, from which terms are learned, and on which they are told from one another."""
MANY = 5
"""Terms of one gap, above which something that they share is likelier than each of them."""
REJECTED = 20
"""Terms of a gap that stay in the record with the reason why they are not named."""
LEAK = 0.95
"""Cramer's V from which on a term says the same as the decision, or as the segment."""
COVERED = 0.10
"""Difference between two sides' shares of decisions with a text that readers are told of."""
PRIOR, LEAST_PRIOR = 0.01, 50.0
"""The prior of the log-odds: this share of the customers, at least so many."""

WHY = {
    "listed": "",
    "same_as_outcome": "{it} is found as good as only where decisions ended one way; it may have "
    "been written after them.",
    "same_as_segment": "{it} tells the two groups apart by itself, so that decisions with and "
    "without it cannot be compared.",
    "not_with_segment": "{it} goes along with the decisions, but the two groups were not found to "
    "use it unlike.",
    "not_with_decision": "{it} is used unlike by the two groups, but within each of them no "
    "difference in decisions with and without it was found.",
    "small_share": "{it} goes along with the groups and the decisions, but no more than a tenth of "
    "the gap runs through it.",
    "carried_by": "Among decisions alike in {other}, no more than a tenth of the gap, or no "
    "difference beyond chance, is left to {it}.",
}


def look(scene: Scene) -> Found:
    """Count the terms of every text, and tell which go along with each gap."""
    if not scene.gaps:
        return Found()
    if not scene.inputs.texts_named:
        return Found(quality=(_note("text_not_mapped", "No free text is declared: phrases were "
            "not looked for. [log.columns] text names its columns."),))  # fmt: skip
    least = max(LEAST, scene.plan.privacy.min_cell)
    read = learn(lambda: scene.inputs.texts(SAMPLE), least)
    sides = tuple(dict.fromkeys(side for gap in scene.gaps for side in _sides(gap)))
    counts = dict(zip(sides, _counted(scene, read, sides), strict=True))
    quality = [*_coverage(scene.gaps, counts), *_told(scene, read)]
    if not read.names:
        return Found(quality=tuple(quality))
    found = [one for gap in scene.gaps for one in _Look(scene, gap, read, counts, least).drivers()]
    return Found(tuple(found), quality=(*quality, *_many_words(found)))


def _sides(gap: Gap) -> tuple[Side, Side]:
    group, reference = gap.sides
    sizes = gap.measure.sizes
    return (
        Side(sizes, gap.segment, frozenset(group)), Side(sizes, gap.segment, frozenset(reference))
    )  # fmt: skip


def _counted(scene: Scene, read: Read, sides: Sequence[Side]) -> list[Tally]:
    """Count all decisions of the log; those of a sample are in memory already."""
    whole = sum(len(batch.drawn) for batch in read.batches) == scene.inputs.rows
    batches: Iterator[Batch] = (
        iter(read.batches) if whole else again(scene.inputs.texts(), read.names)
    )
    each = ([tally(side, batch) for side in sides] for batch in batches)
    return reduce(lambda sums, more: [a + b for a, b in zip(sums, more, strict=True)], each)


class _Term(NamedTuple):
    """A term at its place, with why it is named or not, and what carries it."""

    place: int
    reason: str
    carrier: int | None = None


@dataclass(frozen=True)
class _Look:
    """One gap and the terms of its two sides."""

    scene: Scene
    gap: Gap
    read: Read
    counts: Mapping[Side, Tally]
    least: int

    def drivers(self) -> Iterator[Driver]:
        """The terms that stay in the record: those named, by their share, then the others."""
        both = self._both
        used = self._used
        tested = (used >= self.least) & (used < both[0].customers + both[1].customers)
        if not tested.any() or not self.gap.crude:
            return
        found = phrases.evidence(phrases.marginal(*both))
        q = phrases.adjusted(found, tested)
        odds = self._odds(tested)
        for term in self._kept(found, tested, q, odds):
            yield self._driver(term, found, q, odds)

    @property
    def _both(self) -> tuple[Tally, Tally]:
        group, reference = _sides(self.gap)
        return self.counts[group], self.counts[reference]

    @property
    def _used(self) -> Floats:
        """Customers of both sides who use each term."""
        return self._both[0].users_by + self._both[1].users_by

    @property
    def _decisions(self) -> Floats:
        """Decisions of both sides in which each term is used."""
        own, other = self._both
        return np.asarray((own.cases_by + other.cases_by).sum(axis=0))

    def _odds(self, tested: Bools) -> LogOdds:
        """The log-odds of each term that is tested; 0 for the others."""
        own, other = self._both
        customers = float(own.customers + other.customers)
        prior = max(PRIOR * customers, LEAST_PRIOR)
        found = log_odds(
            own.users_by[tested], own.customers, other.users_by[tested], other.customers,
            prior * self._used[tested] / customers, prior,
        )  # fmt: skip
        full = np.zeros((3, len(tested)))
        full[:, tested] = found
        return LogOdds(*full)

    def _kept(
        self, found: phrases.Evidence, tested: Bools, q: tuple[Floats, Floats], odds: LogOdds
    ) -> list[_Term]:
        """Those that are named, and the strongest of the others for each reason in turn."""
        leaks = self._leaks()
        by_segment, by_decision = q[0] <= phrases.LEVEL, q[1] <= phrases.LEVEL
        # Of two things that move decisions, each is rarer beside the other among like decisions.
        by_segment &= np.abs(odds.z) > two_sided_z(1 - phrases.LEVEL)
        seen = tested & (by_segment | by_decision)
        candidate = phrases.holds(found, self.gap.crude, tested)
        for leak in leaks.values():
            candidate = candidate & ~leak
        named, carried = self._named(found, np.flatnonzero(candidate).tolist())

        def why(place: int) -> str:
            leak = next((name for name in leaks if leaks[name][place]), None)
            if leak or place in carried:
                return leak or "carried_by"
            if not by_segment[place]:
                return "not_with_segment"
            return "small_share" if by_decision[place] else "not_with_decision"

        others = {place: self.read.names[place] for place in np.flatnonzero(seen).tolist()}
        words = phrases.told_as(others, self._decisions)
        rejected = [
            _Term(place, why(place), carried.get(place))
            for place in others
            if place not in named and (place in carried or place not in words)
        ]
        strength = np.maximum(found.by_segment, found.by_decision)
        rejected.sort(key=lambda term: (-strength[term.place], others[term.place]))
        turn: defaultdict[str, count[int]] = defaultdict(count)
        ranked = sorted(rejected, key=lambda term: next(turn[term.reason]))
        return [_Term(place, "listed") for place in named] + ranked[:REJECTED]

    def _leaks(self) -> dict[str, Bools]:
        """Terms that say the same as the decision, and those that say the same as the segment."""
        own, other = self._both
        cases, by = own.cases + other.cases, own.cases_by + other.cases_by
        of_segment = [(side.cases_by.sum(axis=0), side.cases.sum()) for side in (own, other)]
        return {
            "same_as_outcome": phrases.alike((by[1], cases[1]), (by[0], cases[0])) >= LEAK,
            "same_as_segment": phrases.alike(of_segment[0], of_segment[1]) >= LEAK,
        }

    def _named(
        self, found: phrases.Evidence, candidates: Sequence[int]
    ) -> tuple[list[int], dict[int, int]]:
        """Which candidates are named, largest share first, and what carries the others."""
        names = {place: self.read.names[place] for place in candidates}
        own, other = self._both
        words = phrases.told_as(names, self._decisions)
        more = share(own.users_by, own.customers) - share(other.users_by, other.customers)
        if self.gap.comparison.harmed == "reference":
            more = -more
        shares = found.mix / self.gap.crude

        def order(place: int) -> tuple[float, bool, int, str]:
            return -round(shares[place], 2), more[place] <= 0, -len(names[place]), names[place]

        def within(terms: Sequence[int], held: Sequence[int]) -> phrases.Evidence:
            split = phrases.crossed(_sides(self.gap), self.read.batches, terms, held)
            return phrases.evidence(split)

        def needed(terms: Sequence[int], held: Sequence[int]) -> Bools:
            every = np.ones(len(terms), dtype=bool)
            return phrases.holds(within(terms, held), self.gap.crude, every)

        def chance(terms: Sequence[int], held: Sequence[int]) -> Floats:
            return within(terms, held).p_decision

        ordered = sorted((place for place in candidates if place not in words), key=order)
        named, carried = phrases.settle(ordered, needed, chance)
        carried |= {word: carried.get(phrase, phrase) for word, phrase in words.items()}
        return sorted(named, key=order), carried

    def _driver(
        self, term: _Term, found: phrases.Evidence, q: tuple[Floats, Floats], odds: LogOdds
    ) -> Driver:
        place, gap, plan = term.place, self.gap, self.scene.plan
        name, names = self.read.names[place], self.read.names
        mix_share = float(found.mix[place] / gap.crude)
        own, other = (_levels(side, place) for side in self._both)
        validity, why = by_slot(plan, own, other, gap.deffs)
        arm = two_sided_z(0.95) * odds.se[place]
        d = odds.d[place]
        carrier = None if term.carrier is None else names[term.carrier]
        told_apart = all(map(self._many, self._both, (place, place)))
        if term.reason == "listed":
            label = sentences.label_words(plan)
            sentence = sentences.carried(told(name), mix_share, validity, label, why)
        else:
            sentence = WHY[term.reason].format(it=told(name), other=told(carrier or ""))
            sentence = sentence[:1].upper() + sentence[1:]
        return Driver(
            question=gap.question.id,
            segment=gap.segment,
            group=gap.comparison.group,
            reference=gap.comparison.reference,
            kind="term",
            name=name,
            association=Interval(value=float(d), low=float(d - arm), high=float(d + arm))
            if told_apart
            else Interval(),
            mix_share=mix_share,
            validity=validity,
            validity_reason=why,
            listed=term.reason == "listed",
            sentence=sentence,
            reason=term.reason,
            z=float(odds.z[place]) if told_apart else None,
            q_segment=float(q[0][place]),
            q_decision=float(q[1][place]),
            within=like(self._table(place), gap.deffs).found["rd_mh"],
            customers=int(self._used[place]),
            carried_by=carrier,
        )

    def _many(self, side: Tally, place: int) -> bool:
        """Whether nobody can work out of the log-odds how a few customers of a side wrote."""
        users, others = side.users_by[place], side.customers - side.users_by[place]
        return all(part == 0 or part >= self.least for part in (users, others))

    def _table(self, place: int) -> Table:
        """Both sides' decisions with the term, without it, and without a text."""
        parts = []
        for side in self._both:
            by = np.stack([side.cases_by[:, place], side.cases - side.cases_by[:, place],
                           side.silent])  # fmt: skip
            parts.append((by[:, 1], by.sum(axis=1)))
        (x1, n1), (x2, n2) = parts
        met = n1 + n2 > 0
        return Table(x1[met], n1[met], x2[met], n2[met])


def _levels(side: Tally, place: int) -> dict[Slot, Floats]:
    """One side's decisions by slot, with the term and without it."""
    return {
        slot: np.array([side.slots_by[at, place], side.slots[at] - side.slots_by[at, place]])
        for at, slot in enumerate(Slot)
    }


def _coverage(gaps: Sequence[Gap], counts: Mapping[Side, Tally]) -> Iterator[Quality]:
    """Say where one side has far more decisions with a text than the other."""
    for gap in gaps:
        own, other = (
            float(one.cases.sum() / max(one.cases.sum() + one.silent.sum(), 1.0))
            for one in map(counts.__getitem__, _sides(gap))
        )
        if abs(own - other) > COVERED:
            yield _note(
                "text_one_sided",
                f"{gap.question.id}, {gap.segment}: {own:.0%} of the decisions about "
                f"{gap.comparison.group} have a text, and {other:.0%} of those about "
                f"{gap.comparison.reference}. Phrases are compared among decisions with a text; "
                "what the others would have said is not known.",
                severity="warning",
            )


def _many_words(found: Sequence[Driver]) -> Iterator[Quality]:
    """Say where so many words are named that what they share may carry the gap."""
    named = Counter((d.question, d.segment, d.group) for d in found if d.listed)
    for (question, segment, group), words in named.items():
        if words > MANY:
            yield _note(
                "many_terms",
                f"{question}, {segment}, {group}: {words} words each go along with part of the "
                "gap. What they share (how long messages are, their language, their subject) may "
                "carry it more than any word: declare it in [drivers] fields.",
                severity="warning",
            )


def _told(scene: Scene, read: Read) -> Iterator[Quality]:
    """Say what was looked at, and how."""
    columns = ", ".join(scene.inputs.texts_named)
    least = max(LEAST, scene.plan.privacy.min_cell)
    if not read.names:
        yield _note(
            "text_empty",
            f"No word of the free text ({columns}) is used by {least} customers or more, so no "
            "phrase was looked at.",
            severity="warning",
        )
        return
    if scene.reader.scan.customers is None:
        yield _note(
            "terms_without_customers",
            f"The log names no customers: a word is shown where {least} decisions use it, and they "
            "may be one person's. Map subject_id in [log.columns].",
            severity="warning",
        )
    grams = sum(map(by_characters, read.names))
    most = " (those of the most customers)" if read.cut else ""
    yield _note(
        "terms_tested",
        f"{len(read.names):,} words and phrases{most} that {least} customers or more use in "
        f"{columns} were looked at for each gap.",
    )
    if grams:
        yield _note(
            "terms_by_characters",
            f"{grams:,} of them are runs of 2 to 4 characters, from a script that is written "
            "without spaces: a run may be part of a word, or stand over two.",
        )


def _note(code: str, message: str, severity: str = "info") -> Quality:
    return Quality.model_validate(
        {"code": code, "severity": severity, "where": "drivers", "message": message}
    )
