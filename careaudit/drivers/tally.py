"""Who uses which term: customers and decisions of each side of a gap, counted batch by batch.

One customer counts as one, however many messages they wrote: `worth` spreads that one over their
decisions, `users` counts who ever uses the term. Sums of batches add, as a batch holds all
decisions of its customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from careaudit.cells import Quantity, Slot
from careaudit.drivers.words import terms
from careaudit.questions import joined
from careaudit.sources import Drawn
from careaudit.stats.arrays import Floats

MOST_TERMS = 20_000
"""Terms that are counted, those of the most customers."""
BUCKETS = 2**20
"""Buckets of terms, many more than there are terms of more than a few customers."""

Texts = tuple[str | None, ...]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Batch(NamedTuple):
    """Decisions without their texts: which have a text at all, and which terms each uses."""

    drawn: Drawn
    told: Bools
    uses: csr_array


@dataclass(frozen=True)
class Side:
    """The cases of a measure about some groups of a segment or crossing; sizes: cases, events."""

    sizes: tuple[Quantity, Quantity]
    segment: str
    groups: frozenset[str]

    def holds(self, drawn: Drawn) -> Bools:
        """Which decisions are about the groups, cases or not."""
        coded = [drawn.groups[part] for part in self.segment.split("*")]
        known: Bools = np.logical_and.reduce([one.codes >= 0 for one in coded])
        if not known.any():
            return known
        shape = tuple(len(one.levels) for one in coded)
        place = np.ravel_multi_index([np.maximum(one.codes, 0) for one in coded], shape)
        met, where = np.unique(place, return_inverse=True)
        named = [
            joined(tuple(one.levels[code] for one, code in zip(coded, codes, strict=True)))
            in self.groups
            for codes in zip(*np.unravel_index(met, shape), strict=True)
        ]
        found: Bools = known & np.array(named, dtype=bool)[where]
        return found

    def cases(self, drawn: Drawn) -> Bools:
        """Which decisions are cases of the measure about the groups."""
        return self.holds(drawn) & (drawn.counted[self.sizes[0].key] > 0)

    def events(self, drawn: Drawn) -> Ints:
        """1 for an event, 0 for another decision."""
        return drawn.counted[self.sizes[1].key]


class Tally(NamedTuple):
    """One side: what its customers are worth, its decisions, and the same where a term is used.

    Rows are decisions without and with an event; columns of what ends in `_by` are terms. Only
    decisions with a text are counted, but in `silent`. slots: all decisions about the groups,
    cases or not, by the place among `Slot`. customers, users_by: those whom the log names; nine
    messages of nobody may be one person's.
    """

    worth: Floats
    worth_by: Floats
    cases: Floats
    cases_by: Floats
    silent: Floats
    slots: Floats
    slots_by: Floats
    customers: Floats
    users_by: Floats

    def __add__(self, other: Tally) -> Tally:  # type: ignore[override]
        """Add the counts of other customers."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


def totals(label: Ints, weight: Floats, labels: int) -> Floats:
    """Sum weights by the label of each decision."""
    return np.bincount(label, weight, minlength=labels).astype(np.float64)


def summed(uses: csr_array, label: Ints, labels: int, weight: Floats) -> Floats:
    """Sum weights by the label of each decision (rows) and the term that it uses (columns)."""
    chosen = np.flatnonzero(weight)
    spread = csr_array((weight[chosen], (label[chosen], chosen)), shape=(labels, uses.shape[0]))
    return np.asarray((spread @ uses).toarray(), dtype=np.float64)


def worth(customer: Ints, counted: Bools) -> Floats:
    """One for each customer, in equal parts over those of their decisions that are counted."""
    each = np.bincount(customer[counted], minlength=int(customer.max(initial=-1)) + 1)
    return np.where(counted, 1 / np.maximum(each[customer], 1), 0.0)


def tally(side: Side, batch: Batch) -> Tally:
    """Count one side in one batch."""
    drawn, told, uses = batch
    held = side.holds(drawn)
    case, event = side.cases(drawn), side.events(drawn)
    counted = case & told
    shares = worth(drawn.customer, counted)
    one, by_slot = counted.astype(np.float64), (held & told).astype(np.float64)
    slot = drawn.slot.astype(np.int64)
    return Tally(
        worth=totals(event, shares, 2),
        worth_by=summed(uses, event, 2, shares),
        cases=totals(event, one, 2),
        cases_by=summed(uses, event, 2, one),
        silent=totals(event, (case & ~told).astype(np.float64), 2),
        slots=totals(slot, by_slot, len(Slot)),
        slots_by=summed(uses, slot, len(Slot), by_slot),
        customers=np.asarray(float(len(np.unique(drawn.customer[counted & drawn.named])))),
        users_by=users(uses, drawn.customer, counted & drawn.named),
    )


def users(uses: csr_array, customer: Ints, counted: Bools) -> Floats:
    """Customers who use each term in a decision that is counted."""
    rows = np.flatnonzero(counted)
    people, place = np.unique(customer[rows], return_inverse=True)
    mine = csr_array((np.ones(len(rows)), (place, rows)), shape=(len(people), uses.shape[0]))
    pairs = mine @ uses  # one entry for each customer and term, whatever their mentions
    return np.bincount(pairs.indices, minlength=uses.shape[1]).astype(np.float64)


# From texts to terms.


class Read(NamedTuple):
    """What is used often enough to be counted, in alphabetical order, and the decisions read."""

    names: tuple[str, ...]
    batches: tuple[Batch, ...]
    cut: bool


def learn(texts: Callable[[], Iterable[Drawn]], least: int) -> Read:
    """Keep the terms that at least `least` customers use; reads the texts twice.

    Most terms are used once, and never held by name: they first fall into buckets, and only
    those in buckets of enough customers are then looked at one by one.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.utils import murmurhash3_32

    often = (_buckets(texts()) >= least).tobytes()
    seen: list[tuple[Drawn, Bools]] = []

    def documents() -> Iterator[Texts]:
        for one in texts():
            seen.append((replace(one, texts=()), _told(one)))
            yield from zip(*one.texts, strict=True)

    def worthwhile(one: Texts) -> list[str]:
        return [term for term in terms(one) if often[bucket(murmurhash3_32(term))]]

    vectorizer = CountVectorizer(analyzer=worthwhile, binary=True, dtype=np.int8)
    try:
        every = csr_array(vectorizer.fit_transform(documents()))
    except ValueError:  # no text holds a single word that is used often
        every = csr_array((sum(len(one) for one, _ in seen), 0), dtype=np.int8)
        known: NDArray[Any] = np.array([], dtype=object)
    else:
        known = vectorizer.get_feature_names_out()
    parts = [every[a:b] for a, b in pairwise(np.cumsum([0, *(len(one) for one, _ in seen)]))]
    counts = np.zeros(len(known))
    for (one, told), part in zip(seen, parts, strict=True):
        counts += users(part, one.customer, told & one.named)
    kept = np.flatnonzero(counts >= least)
    cut = len(kept) > MOST_TERMS
    if cut:
        kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[:MOST_TERMS]])
    batches = tuple(
        Batch(one, told, part[:, kept]) for (one, told), part in zip(seen, parts, strict=True)
    )
    return Read(tuple(map(str, known[kept])), batches, cut)


def again(drawn: Iterable[Drawn], names: Sequence[str]) -> Iterator[Batch]:
    """Yield decisions with the terms that are named, however many decisions there are."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=terms, binary=True, dtype=np.int8, vocabulary=names)
    for one in drawn:
        uses = vectorizer.transform(zip(*one.texts, strict=True))
        yield Batch(replace(one, texts=()), _told(one), csr_array(uses))


def bucket(number: int) -> int:
    """The column that scikit-learn's HashingVectorizer gives a term, from the term's number."""
    return abs(number) % BUCKETS


def _buckets(drawn: Iterable[Drawn]) -> Floats:
    """Customers who use a term of each bucket: never fewer than use any one of them."""
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        n_features=BUCKETS, analyzer=terms, binary=True, norm=None, alternate_sign=False
    )
    counts = np.zeros(BUCKETS)
    for one in drawn:
        uses = csr_array(hashing.transform(zip(*one.texts, strict=True)))
        counts += users(uses, one.customer, _told(one) & one.named)
    return counts


def _told(drawn: Drawn) -> Bools:
    return np.array([any(texts) for texts in zip(*drawn.texts, strict=True)], dtype=bool)
