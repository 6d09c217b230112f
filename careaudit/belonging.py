"""Who belongs where, when the log does not say: members by chance, and the unknown (methods 11)."""

from __future__ import annotations

import numpy as np

from careaudit.cells import EVERY, Group, Quantity, Term, product, total
from careaudit.conditions import Among, Known
from careaudit.judge import Field
from careaudit.measures import Measure, Rate, Sample
from careaudit.plan import Plan, Segment
from careaudit.probable import MEMBERS, MISCALIBRATED, OTHERS, miscalibration
from careaudit.record import REST
from careaudit.scales import Chance, Counts, Scale, chances, expected
from careaudit.sources import Scan
from careaudit.stats.bootstrap import generator
from careaudit.stats.bounds import unknown_units

SIDES = ((MEMBERS,), (OTHERS,))
"""The groups of a segment whose membership is a chance."""
NOTABLE_UNKNOWN = 0.05
"""Above this share of a segment's decisions the unknown are sorted every way (methods 11)."""
SERIOUS_UNKNOWN = 0.20
"""Above this share a pass must hold however the unknown are sorted."""


def reports(segment: Segment) -> tuple[Term, ...]:
    """What counts those who say what they are, then those of them who say member."""
    if segment.check is None:
        return ()
    said = Known(segment.check.column), Among(segment.check.column, segment.check.values)
    return tuple(total(Quantity(EVERY, condition=one)) for one in said)


class Members:
    """Reads members by chance, and the others, out of a scan."""

    def __init__(self, plan: Plan, scan: Scan) -> None:
        self._plan = plan
        self._scan = scan
        self._clustered = scan.customers is not None
        self._segments = {s.name: s for s in plan.segments if s.probable}
        self._chances: dict[tuple[str, str], dict[str, Chance]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._segments

    def sides(self, name: str, group: Group) -> bool:
        """Whether a group is one of members by chance, or of the others."""
        return name in self and group in SIDES

    def sizes(self, measure: Rate, name: str) -> dict[str, Sample]:
        """Members and others as many as the chances add up to."""
        return expected(self._bins(measure, name))

    def chances(self, measure: Rate, name: str) -> dict[str, Chance]:
        """Members and others on a measure, each worked out once."""
        key = measure.name, name
        if key not in self._chances:
            whole = self._scan.crossings[()].cell(())
            data = "\n".join(source.sha256 or "" for source in self._scan.inputs)
            self._chances[key] = chances(
                self._bins(measure, name),
                generator(self._plan.digest, data, "/".join(key)),
                deff=measure.sample(None, whole, clustered=self._clustered).design_effect,
                same_sign=self._segments[name].assume == "same_sign",
            )
        return self._chances[key]

    def unsure(self, measure: Measure, name: str) -> tuple[str, str] | None:
        """Why chances of membership cannot answer a measure: a reason and what it would take."""
        if name not in self:
            return None
        if not isinstance(measure, Rate):
            return "not_assessed", f"{name} is a membership by probability: it answers rates only"
        off = self.miscalibration(name)
        if off is not None and off > MISCALIBRATED:
            return "membership_unsure", (
                f"the probabilities of {name} are {off:.0%} off what customers say of themselves, "
                f"over {MISCALIBRATED:.0%}: better ones, or a sample of self-reports, would answer"
            )
        if not self.chances(measure, name)[MEMBERS].known:
            return "membership_unsure", (
                f"the probabilities of {name} tell customers apart too little, or too few of them"
            )
        return None

    def miscalibration(self, name: str) -> float | None:
        """How far chances lie from what customers say of themselves; None where too few say it.

        What a customer says counts once, however many decisions they have.
        """
        terms = reports(self._segments[name])
        if not terms:
            return None
        cells = self._scan.crossings[name,]
        groups = sorted(str(group[0]) for group in cells.table if group[0] is not None)
        whole, everyone = self._scan.crossings[()].cell(()), Quantity(EVERY)
        again = whole[product(everyone, everyone)] / whole[total(everyone)]
        again = again if self._clustered else 1.0
        said, member = (
            np.array([cells.cell((group,))[term] / again for group in groups]) for term in terms
        )
        return miscalibration(np.array([float(group) for group in groups]), member, said)

    def _bins(self, measure: Rate, name: str) -> dict[float, Sample]:
        cells = self._scan.crossings[name,]
        return {
            float(group[0]): measure.sample(None, cells.cell(group), clustered=self._clustered)
            for group in sorted(cells.table, key=str)
            if group[0] is not None
        }


def hangs(field: Field, unknown: Sample, scale: Scale) -> tuple[str, str] | None:
    """Why no pass may be given where many are unknown: some sorting of them leads beyond the limit.

    A reason and what is missing.
    """
    if not isinstance(scale, Counts) or unknown.n <= SERIOUS_UNKNOWN * field.decisions:
        return None
    known = [sample for sample in field.samples if isinstance(sample, Sample) and sample.n]
    for sample in known:
        others = [other for other in known if other is not sample]
        if field.reference != REST:
            others = [other for other in others if other.group == field.reference]
        x, n = sum(other.x for other in others), sum(other.n for other in others)
        most = unknown_units(
            sample.x, sample.n, x, n, unknown.x, unknown.n, scale.curve, scale.adverse,
            protect=field.protect,
        )  # fmt: skip
        if n and most > 1:
            return "coverage", (
                f"{field.segment} is not recorded for {unknown.n / field.decisions:.0%} of the "
                "decisions, and whether a gap is within the limit hangs on whose they are"
            )
    return None
