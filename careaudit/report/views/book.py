"""An index over the record: every lookup the views need, made once."""

from __future__ import annotations

from collections import defaultdict

from careaudit.record import AuditRecord, Comparison, Estimate, Group, Question, Segment
from careaudit.report import numbers as num
from careaudit.report.wording.words import MeasureWords, measure_words

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
        self.one_each = customers is not None and customers == record.accounts.rows_used > 0

    def rare_unit(self) -> str:
        """Return what a hidden group has too few of: customers, or decisions if none is named."""
        return "decisions" if self.record.accounts.customers is None else "customers"

    def main(self, q: Question) -> list[Comparison]:
        """Return the comparisons of a question over all decisions, not within a stratum."""
        return [c for c in self.by_question[q.id] if c.within is None]

    def words(self, measure: str | None) -> MeasureWords:
        """Return the words for a measure of this audit."""
        return measure_words(measure, self.record.audit.decision_kind)

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

    def per(self, q: Question) -> int:
        """Return the denominator of a question's section, from every rate it shows."""
        values: list[float | None] = []
        for c in self.main(q):
            values += [c.group_value, c.reference_value]
        for (measure, segment, _), e in self.estimates.items():
            if measure == q.measure and (segment is None or segment in q.segments):
                values.append(e.value)
        return num.per_of(values)

    def worst(self, q: Question) -> Comparison | None:
        """Return the comparison that carries a question's largest harm."""
        if q.worst and q.worst in self.by_id:
            return self.by_id[q.worst]
        known = [c for c in self.main(q) if c.u.value is not None]
        return max(known, key=lambda c: c.u.value or 0.0, default=None)

    def headline(self) -> Comparison | None:
        """Return the comparison that the first page draws, most pressing first."""
        order = {"fail": 0, "inconclusive": 1, "pass": 2}
        first = self.by_id.get(self.record.impact.comparison or "")
        ranked = [
            (not q.gate, order[q.verdict], q.reason != "adverse_signal", place, c)
            for place, q in enumerate(self.record.questions)
            if (c := self.worst(q)) is not None and c.group_value is not None
        ]
        best = min(ranked, key=lambda r: r[:4], default=None)
        if first is not None and (best is None or first.verdict == "fail" or first.u.value):
            return first
        return best[4] if best else None

    def question_of(self, c: Comparison) -> Question | None:
        """Return the question of a comparison."""
        return next((q for q in self.record.questions if q.id == c.question), None)
