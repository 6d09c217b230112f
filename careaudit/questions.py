"""From a plan and a scan to questions ready to be judged: measures, comparators, samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from careaudit.askable import measures
from careaudit.belonging import SIDES, Members, hangs
from careaudit.caps import cap
from careaudit.cells import (
    ADVERSE,
    FAVORABLE,
    LABELLED,
    Cell,
    Cells,
    Quantity,
    Slot,
    added,
    total,
)
from careaudit.judge import Asked, Field
from careaudit.measures import CATALOGUE, Measure, Rate, Sample, Seen
from careaudit.plan import FIELDS, Plan, Question, Segment
from careaudit.probable import OTHERS
from careaudit.record import REST, Quality
from careaudit.sources import Scan
from careaudit.stats.clustering import Overlap
from careaudit.wanted import DECISIONS, OPPOSITE, crossings

MIN_GROUPS = 2
"""A gap lies between two."""
BLIND = 0.80
"""Above this overall rate a measure hides gaps that show on its opposite (design 4)."""


@dataclass(frozen=True)
class Known:
    """The groups of one segment or crossing, in order, and the comparator."""

    name: str
    groups: tuple[tuple[str, ...], ...]
    reference: str | None
    wanted: str


def joined(group: tuple[str | None, ...]) -> str:
    """The name of a group of a crossing: its parts with `*` between."""
    return "*".join(part if part is not None else "unknown" for part in group)


def known_groups(segment: Segment, cells: Cells) -> tuple[tuple[str, ...], ...]:
    """The groups of a segment: in the plan's order, then the rest by name; unknown left out."""
    found = {group[0] for group in cells.table if group[0] is not None}
    names = [*segment.order, *sorted(found - set(segment.order))]
    return tuple((name,) for name in names)


class Reader:
    """Reads samples out of a scan for the plan's questions."""

    def __init__(self, plan: Plan, scan: Scan) -> None:
        self.plan = plan
        self.scan = scan
        self.clustered = scan.customers is not None
        self.measures = measures(plan)
        self._unions: dict[tuple[str, frozenset[tuple[str, ...]]], Cell] = {}
        self._common: dict[tuple[Rate, str], dict[tuple[str | None, str | None], Overlap]] = {}
        self.members = Members(plan, scan)
        self.known = {name: self._known(name) for name in self._names()}

    def _names(self) -> list[str]:
        return ["*".join(crossing) for crossing in crossings(self.plan)]

    def cells(self, name: str) -> Cells:
        """The cells of a segment or crossing."""
        return self.scan.crossings[tuple(name.split("*")) if name else ()]

    def sample(self, measure: Measure, name: str, group: tuple[str | None, ...]) -> Seen:
        """The sample of one group of a segment or crossing on a measure."""
        if isinstance(measure, Rate) and self.members.sides(name, group):
            return self.members.chances(measure, name)[str(group[0])]
        cell = self.cells(name).cell(group)
        return measure.sample(joined(group) if group else None, cell, clustered=self.clustered)

    def counted(self, measure: Rate, name: str, group: tuple[str | None, ...]) -> Sample:
        """The same of a measure that is counted; of members by chance, as many as expected."""
        if self.members.sides(name, group):
            return self.members.sizes(measure, name)[str(group[0])]
        cell = self.cells(name).cell(group)
        return measure.sample(joined(group) if group else None, cell, clustered=self.clustered)

    def decisions(self, name: str, group: tuple[str | None, ...]) -> Sample:
        """How many decisions and customers a group has."""
        return self.counted(DECISIONS, name, group)

    def _known(self, name: str) -> Known:
        parts = [self.plan.segment(part) for part in name.split("*")]
        if name in self.members:
            return Known(name, SIDES, OTHERS, OTHERS)
        if len(parts) == 1:
            segment = parts[0]
            groups = known_groups(segment, self.cells(name))
            reference = self._reference(name, groups, segment.reference)
            return Known(name, groups, reference, segment.reference)
        places = [
            {group: n for n, (group,) in enumerate(known_groups(part, self.cells(part.name)))}
            for part in parts
        ]
        whole = [
            tuple(part for part in group if part is not None)
            for group in self.cells(name).table
            if None not in group
        ]
        crossed = tuple(
            sorted(
                whole, key=lambda group: [place[g] for place, g in zip(places, group, strict=True)]
            )
        )
        singles = [self._known(part.name).reference for part in parts]
        meeting = joined(tuple(singles)) if None not in singles and REST not in singles else ""
        big = [g for g in crossed if joined(g) == meeting and self.decisions(name, g).n]
        reference = joined(big[0]) if big else self._reference(name, crossed, "largest")
        return Known(name, crossed, reference, "largest")

    def _reference(self, name: str, groups: tuple[tuple[str, ...], ...], wanted: str) -> str | None:
        """The comparator, chosen by decisions, never by outcomes (methods 1.1)."""
        sizes: dict[str | None, int] = {
            joined(group): self.decisions(name, group).n for group in groups
        }
        if wanted == REST:
            return REST if sum(1 for n in sizes.values() if n) > 1 else None
        if wanted != "largest":
            return wanted if sizes.get(wanted) else None
        return min(sizes, key=lambda group: (-sizes[group], str(group)), default=None)

    # Questions.

    def measure(self, question: Question) -> Measure:
        """The question's measure; where it names none, the rarer side of the whole log."""
        if question.measure:
            return self.measures[question.measure]
        return CATALOGUE["favorable_rate" if self.favorable < self.adverse else "adverse_rate"]

    def _count(self, slots: frozenset[Slot]) -> int:
        cell = self.cells("").cell(())
        return sum(cell[total(Quantity(frozenset({slot})))] for slot in slots)

    @property
    def favorable(self) -> int:
        """Favorable decisions used."""
        return self._count(FAVORABLE)

    @property
    def adverse(self) -> int:
        """Adverse decisions used."""
        return self._count(ADVERSE)

    @property
    def labelled(self) -> int:
        """Decisions used that have a label."""
        return self._count(LABELLED)

    def pool(self, measure: Measure, name: str, group: str, samples: Sequence[Seen]) -> Seen:
        """Pool groups of a segment; customers who stand in several of them count once."""
        if name in self.members:  # they have nobody to be pooled with
            return replace(samples[0], group=group)
        places = {joined(known): known for known in self.known[name].groups}
        members = [places[str(sample.group)] for sample in samples]
        if self._shared(name):
            cell = self._union(name, frozenset(members))
        else:
            cell = added(self.cells(name).cell(member) for member in members)
        found = measure.sample(group, cell, clustered=self.clustered)
        return measure.together(found, samples)

    def _union(self, name: str, members: frozenset[tuple[str, ...]]) -> Cell:
        key = (name, members)
        if key not in self._unions and self.scan.union:
            self._unions[key] = self.scan.union(tuple(name.split("*")), frozenset(members))
        return self._unions[key]

    def customers(self, name: str, members: frozenset[tuple[str, ...]]) -> int:
        """Customers of several groups of a segment or crossing together, each counted once."""
        if not self.clustered:
            return sum(self.decisions(name, group).n for group in members)
        return DECISIONS.sample("", self._union(name, members), clustered=True).customers

    def memberships(self, name: str) -> int:
        """Customers of each group of a segment, added up: over `customers` where they move."""
        cells = self.cells(name)
        return sum(self.decisions(name, group).customers for group in cells.table)

    def _shared(self, name: str) -> bool:
        return self.clustered and self.memberships(name) > (self.scan.customers or 0)

    def samples(self, measure: Measure, name: str) -> tuple[Seen, ...]:
        """The samples of all known groups of a segment or crossing, on common ground."""
        return measure.settle([self.sample(measure, name, g) for g in self.known[name].groups])

    def field(self, question: Question, measure: Measure, name: str) -> Field:
        """One attribute of a question: its samples, comparator and number of decisions."""
        known = self.known[name]
        cells = self.cells(name)
        everyone = [self.sample(measure, name, group).n for group in cells.table]
        return Field(
            segment=name,
            samples=() if self.members.unsure(measure, name) else self.samples(measure, name),
            reference=known.reference,
            decisions=sum(everyone),
            least=self.plan.privacy.min_cell,
            protect=name in question.protect,
            pool=partial(self.pool, measure, name),
            overlaps=self._overlaps(measure, name),
        )

    def _overlaps(
        self, measure: Measure, name: str
    ) -> dict[tuple[str | None, str | None], Overlap]:
        """What the customers of every two groups carry in either, where customers move."""
        if not isinstance(measure, Rate) or name in self.members or not self.scan.common:
            return {}
        if not self._shared(name):
            return {}
        key = measure, name
        if key not in self._common:
            found = self.scan.common(tuple(name.split("*")), *measure.sizes)
            self._common[key] = {
                (joined(a), joined(b)): overlap for (a, b), overlap in found.items() if a != b
            }
        return self._common[key]

    def missing(self, question: Question, measure: Measure) -> tuple[str, str] | None:
        """Why the log cannot answer a question at all: a reason and what it would take."""
        if "label" in measure.fields and self.plan.label is None:
            return "not_assessed", (
                "the plan names no [label]: whether a decision was right is not recorded"
            )
        if "label" in measure.fields and not self.labelled:
            return "labels_missing", "no decision of the log has a label"
        rate = measure if isinstance(measure, Rate) else None
        if rate and "label" in rate.fields and not self._count(rate.cases):
            return "labels_missing", (
                "no decision counts here: check which label values say that the favorable "
                "decision was due"
            )
        if lacking := [field for field in measure.fields if self._unmapped(field)]:
            return "not_assessed", f"the plan maps no {' and no '.join(lacking)} in [log.columns]"
        if "sla" in measure.fields and self.plan.escalation.promise is None:
            return "not_assessed", 'the plan promises no time: say sla = "5m" in [escalation]'
        if "profile" in measure.fields and not self.plan.explanation.fields:
            return "not_assessed", (
                'the plan does not say what an explanation must hold: say profile = "gdpr_aia86" '
                'or required = ["..."] in [explanation]'
            )
        return self._silent(measure) or self._incomparable(question, measure)

    def _silent(self, measure: Measure) -> tuple[str, str] | None:
        """Why the whole log gives no answer, or one and the same."""
        rate = measure if isinstance(measure, Rate) else None
        if rate and not rate.when:
            if self.favorable and self.adverse:
                return None
            return "no_variation", "every decision of the log has the same outcome"
        whole = self.sample(measure, "", ())
        if not whole.n:
            return "not_assessed", f"no row of the log counts: {measure.formula}"
        if not whole.known:
            return "not_assessed", measure.unseen
        if isinstance(whole, Sample) and whole.x in {0, whole.n}:
            every = "every row that counts" if whole.x else "no row that counts"
            return "no_variation", (
                f"{every} says so ({measure.formula}): where that is not what the columns mean, "
                "rename their values in [log.values]"
            )
        return None

    def _incomparable(self, question: Question, measure: Measure) -> tuple[str, str] | None:
        """Why the groups of a question cannot be compared: none beside another, or none known."""
        names = self.judged_names(question)
        alone = [name for name in names if not self._comparable(name)]
        if alone:
            return "no_comparator", "; ".join(self._lack(name) for name in alone)
        unsure = (self.members.unsure(measure, name) for name in names)
        if lack := next((lack for lack in unsure if lack), None):
            return lack
        for name in names:
            if sum(sample.known for sample in self.samples(measure, name)) < MIN_GROUPS:
                return "not_assessed", f"{name}: {measure.unseen}"
        return None

    def _unmapped(self, field: str) -> bool:
        """Whether a decision-log field that a measure reads is not in [log.columns]."""
        return field in FIELDS and field != "decision" and field not in self.plan.log.columns

    @staticmethod
    def judged_names(question: Question) -> tuple[str, ...]:
        """Segments whose pairs are judged: plain ones; crossings only where nothing else stands."""
        return question.singles or question.crossings

    def _comparable(self, name: str) -> bool:
        known = self.known[name]
        sizes = {joined(group): self.decisions(name, group) for group in known.groups}
        reference = sizes.get(known.reference or "")
        hidden = reference is not None and reference.customers < self.plan.privacy.min_cell
        several = sum(1 for sample in sizes.values() if sample.n) > 1
        return known.reference is not None and several and not hidden

    def _lack(self, name: str) -> str:
        known = self.known[name]
        groups = [joined(g) for g in known.groups if self.decisions(name, g).n]
        if not groups:
            return f"{name} is not recorded for any decision"
        if len(groups) == 1:
            return f'{name} has one group only ("{groups[0]}")'
        if known.reference is None:
            return f'the reference "{known.wanted}" of {name} has no decisions'
        return f'the reference "{known.reference}" of {name} has too few customers to be shown'

    def asked(self, question: Question) -> Asked:
        """The question with its measure and samples."""
        measure = self.measure(question)
        names = self.judged_names(question)
        fields = tuple(self.field(question, measure, name) for name in names)
        asked = Asked(question, measure, fields, cap(self, question, measure))
        if asked.capped or not isinstance(measure, Rate):
            return asked
        caps = (hangs(field, self.unknown(measure, field.segment), asked.scale) for field in fields)
        return replace(asked, capped=next((cap for cap in caps if cap), None))

    def unknown(self, measure: Rate, name: str) -> Sample:
        """The decisions of which a segment, or a part of a crossing, is not recorded."""
        cells = self.cells(name)
        groups = [group for group in cells.table if None in group] or [(None,)]
        cell = added(cells.cell(group) for group in groups)
        return measure.sample("unknown", cell, clustered=self.clustered)

    def notes(self) -> list[Quality]:
        """What a reader should know about how the questions meet this log."""
        notes = []
        for question in self.plan.questions:
            measure = self.measure(question)
            whole = self.sample(measure, "", ())
            if question.measure in OPPOSITE and (whole.rate or 0.0) > BLIND:
                notes.append(
                    Quality(
                        code="blind_side",
                        severity="warning",
                        where=question.id,
                        message=f"{measure.name} is {whole.rate:.1%} over all decisions. Gaps hide "
                        f"on the common side: ask {OPPOSITE[measure.name]}.",
                    )
                )
        return notes
