"""Why an answer may be no pass: labels or ratings that are known of some more than of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from careaudit.cells import ADVERSE, DECIDED, FAVORABLE, LABELLED
from careaudit.judge import Asked, Field, judge
from careaudit.measures import RATES, Measure, Rate, Sample
from careaudit.plan import Plan, Question

if TYPE_CHECKING:
    from careaudit.questions import Reader

COVERAGE = tuple(
    replace(RATES["label_coverage"], name=f"label_coverage of {name}", cases=side,
            events=LABELLED & side)
    for name, side in (("favorable decisions", FAVORABLE), ("adverse decisions", ADVERSE))
)  # fmt: skip
"""Label coverage on each side of the decision: labels may be sought after one side only."""
RESPONSE = RATES["response_rate"]
OVERTURNED = RATES["overturn_rate"]
LEAST_RESPONSE = 0.20
"""Below this share of answers nobody knows what the others think (methods 5)."""
ANSWERED = replace(
    RESPONSE, name="answered", formula="rating recorded / all rows", fields=("rating",), of=None
)
"""The same where the log does not say who was asked."""
UNUSABLE = 0.05
"""Above this share of values that can be no answer a group is not known (methods 1.6)."""
SOUND_LABELS = frozenset({"all", "random_sample", "audited"})
PICKED = {"appealed": "by who appealed"}
Cap = tuple[str, str] | None
"""A reason and what is missing, or None."""


def probes(plan: Plan) -> list[Rate]:
    """The rates that a plan's answers hang on, beside those that it asks for."""
    asked = {question.measure for question in plan.questions}
    found = list(COVERAGE) if plan.label else []
    if "csat" in asked:
        found.append(response(plan))
    if "contest_rate" in asked and "review_result" in plan.log.columns:
        found.append(OVERTURNED)
    return found


def response(plan: Plan) -> Rate:
    """Who answered: of those who were asked, or of all where the log does not say who was."""
    return RESPONSE if "rating_offered" in plan.log.columns else ANSWERED


def cap(reader: Reader, question: Question, measure: Measure) -> Cap:
    """Say why a question may not be passed, or nothing."""
    found: Cap = None
    if "label" in measure.fields and measure.name != "label_coverage":
        found = _labels(reader, question, measure)
    if measure.name == "csat":
        found = _answers(reader, question)
    return found or _unread(reader, question, measure)


def _unread(reader: Reader, question: Question, measure: Measure) -> Cap:
    """Groups whose values cannot be used, or that have no case although they have decisions."""
    least = reader.plan.statistics.scope
    for name in reader.judged_names(question):
        if name in reader.members:
            continue
        samples = dict(zip(reader.known[name].groups, reader.samples(measure, name), strict=True))
        for group, sample in samples.items():
            all_ = reader.decisions(name, group)
            if not all_.n or all_.n / all_.design_effect < least:
                continue
            who = f"{name} {'*'.join(group)}"
            if sample.unusable > UNUSABLE:
                return "coverage", (
                    f"{sample.unusable:.0%} of what is recorded for {who} cannot be used: see what "
                    "to know about the data"
                )
            if not sample.known and any(one.known for one in samples.values()):
                return "coverage", f"{who} has {all_.n:,} decisions and no value to compare"
    return None


def _labels(reader: Reader, question: Question, measure: Measure) -> Cap:
    """Labels picked by appeal, or known less often for some."""
    label = reader.plan.label
    if label is None or label.selection == "audited":
        return None
    if label.selection not in SOUND_LABELS:
        return "labels_missing", (
            f"labels were picked {PICKED.get(label.selection, 'in another way')}, not at random: "
            "they cannot show that all is well"
        )
    cases = measure.cases if isinstance(measure, Rate) else DECIDED
    sides = [side for side in COVERAGE if side.cases & cases]
    asked = [_probe(reader, question, side) for side in sides]
    if len(sides) > 1:
        asked.append(_between_sides(reader, question))
    if all(found.verdict != "fail" for found in judge(asked, reader.plan.statistics)):
        return None
    return "labels_missing", (
        "decisions of some groups, or of one side, have far fewer labels than others"
    )


def _answers(reader: Reader, question: Question) -> Cap:
    """Ratings given by few, or by some groups less often than by others."""
    probe = _probe(reader, question, response(reader.plan))
    rates = [
        (sample.rate or 0.0, str(sample.group), field.segment)
        for field in probe.fields
        for sample in field.samples
        if isinstance(sample, Sample) and sample.n and sample.customers >= field.least
    ]
    if rates and min(rates)[0] < LEAST_RESPONSE:
        share, group, segment = min(rates)
        return "nonresponse", (
            f"only {share:.0%} of {segment} {group} answered: the others may think otherwise"
        )
    (found,) = judge([probe], reader.plan.statistics)
    if found.verdict == "fail":
        return "nonresponse", "some groups answer far less often than others"
    return None


def _probe(reader: Reader, question: Question, measure: Rate) -> Asked:
    asked = question.model_copy(update={"gate": True, "id": measure.name})
    names: Sequence[str] = reader.judged_names(question)
    return Asked(asked, measure, tuple(reader.field(asked, measure, name) for name in names))


def _between_sides(reader: Reader, question: Question) -> Asked:
    """Label coverage of favorable against adverse decisions, for everybody and each group."""
    names = reader.judged_names(question)
    places = [("", ()), *((n, group) for n in names for group in reader.known[n].groups)]
    fields = []
    for place, (name, group) in enumerate(places):
        good, bad = (
            replace(reader.counted(side, name, group), group=side.name) for side in COVERAGE
        )
        if good.n and bad.n:
            fields.append(Field(f"{place}", (good, bad), good.group, good.n + bad.n, protect=False))
    probe = question.model_copy(update={"gate": True, "id": "between sides"})
    return Asked(probe, RATES["label_coverage"], tuple(fields))
