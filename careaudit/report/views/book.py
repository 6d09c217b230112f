"""An index over the record: every lookup the views need, made once."""

from __future__ import annotations

from collections import defaultdict

from careaudit.notation import Notation, notation_of
from careaudit.record import POOLED, AuditRecord, Comparison, Estimate, Group, Question, Segment
from careaudit.report.wording.measures import MeasureWords
from careaudit.report.wording.words import CANNOT, NO_GAP, answer, measure_words

Key = tuple[str, str | None, str | None]


class Book:
    """The record with its lookups. It holds nothing that the record does not."""

    def __init__(self, record: AuditRecord) -> None:
        self.record = record
        self.estimates: dict[Key, Estimate] = {}
        for e in record.estimates:
            if e.within is None:
                self.estimates.setdefault((e.measure, e.segment, e.group), e)
        self.by_id = {c.id: c for c in record.comparisons}
        self.by_question: dict[str, list[Comparison]] = defaultdict(list)
        for c in record.comparisons:
            self.by_question[c.question].append(c)
        self.segments: dict[str, Segment] = {s.name: s for s in record.segments}
        self.groups = {s.name: [g.group for g in s.groups] for s in record.segments}
        customers = record.accounts.customers
        self.units = {e.measure: e.unit for e in record.estimates}
        self.units |= {q.measure: q.unit for q in record.questions if q.measure}
        self.sides = {c.measure: c.orientation for c in record.comparisons}
        self.inferred = {n.where for n in record.quality if n.code == "membership_inferred"}
        self.currency = record.audit.currency
        self.one_each = customers is not None and customers == record.accounts.rows_used > 0

    def rare_unit(self) -> str:
        """Return what a hidden group has too few of: customers, or decisions if none is named."""
        return "decisions" if self.record.accounts.customers is None else "customers"

    def main(self, q: Question) -> list[Comparison]:
        """Return the comparisons of a question over all decisions, not within a stratum."""
        return [c for c in self.by_question[q.id] if c.within is None]

    def words(self, measure: str | None) -> MeasureWords:
        """Return the words for a measure of this audit."""
        unit = self.units.get(measure or "", "share")
        harm = self.sides.get(measure or "") == "adverse"
        return measure_words(measure, self.record.audit.decision_kind, unit, harm=harm)

    def by_chance(self, c: Comparison) -> bool:
        """Tell whether who is in a comparison's group is known by probability alone."""
        return c.reason == "membership_unsure" or c.segment in self.inferred

    def orientation(self, q: Question) -> str:
        """Return the orientation of a question's measure."""
        found = self.by_question[q.id]
        if found:
            return found[0].orientation
        return "adverse" if "adverse_rate" in (q.measure or "adverse_rate") else "favorable"

    def group(self, segment: str | None, group: str | None) -> Group | None:
        """Return a group of a segment; None if the record does not list it."""
        found = self.segments.get(segment or "")
        return next((g for g in found.groups if g.group == group), None) if found else None

    def notation(self, q: Question) -> Notation:
        """Return how a question's section writes its values, from every value it shows."""
        values: list[float | None] = []
        for c in self.main(q):
            values += [c.group_value, c.reference_value]
        for (measure, segment, _), e in self.estimates.items():
            if measure == q.measure and (segment is None or segment in q.segments):
                values.append(e.value)
        return notation_of(q.unit, values, self.currency)

    def too_small(self, q: Question) -> list[Comparison]:
        """Return the comparisons whose group is only judged together with other small groups."""
        return [c for c in self.main(q) if c.reason == "too_small_alone"]

    def shown(self, q: Question) -> Comparison | None:
        """Return the comparison that says a question's answer best.

        Established before probable, judged alone before pooled, then the largest gap: in limits
        where it needs action or watching, as a plain difference where it does not.
        """
        wanted = answer(q.verdict, q.reason)
        known = [c for c in self.main(q) if c.group_value is not None and c.u.value is not None]
        own = [c for c in known if answer(c.verdict, c.reason) is wanted and c.in_scope]
        if wanted is CANNOT:  # what is open, before what is too small to be judged alone
            known.sort(key=lambda c: (answer(c.verdict, c.reason) is not CANNOT, not c.in_scope))

        def weight(c: Comparison) -> tuple[bool, bool, float]:
            size = c.u.value if wanted is not NO_GAP else abs(c.difference.value or 0.0)
            return c.reason == "established", c.group != POOLED, size or 0.0

        if own or wanted is not CANNOT:
            return max(own or known, key=weight, default=None)
        return next(iter(known), None)

    def headline(self) -> Comparison | None:
        """Return the comparison that the first page draws, most pressing first."""
        order = {"fail": 0, "inconclusive": 1, "pass": 2}
        first = self.by_id.get(self.record.impact.comparison or "")
        if first is not None and first.reason == "established" and first.in_scope:
            return first
        ranked = [
            (not q.gate, order[q.verdict], q.reason != "adverse_signal", place, c)
            for place, q in enumerate(self.record.questions)
            if (c := self.shown(q)) is not None
        ]
        best = min(ranked, key=lambda r: r[:4], default=None)
        return best[4] if best else None

    def question_of(self, c: Comparison) -> Question | None:
        """Return the question of a comparison."""
        return next((q for q in self.record.questions if q.id == c.question), None)
