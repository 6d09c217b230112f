"""What two answers say together that neither says alone (methods 2; governance 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from careaudit.caps import OVERTURNED, RESPONSE, probes
from careaudit.measures import RATES
from careaudit.questions import Reader
from careaudit.record import Comparison, Quality
from careaudit.stats import labels

SILENT = 0.80
"""A contest rate below this share of the comparator's may be a barrier (governance 3)."""
BOILERPLATE = 0.90
"""Above this share of one text nobody is told anything (governance 3)."""


def notes(reader: Reader, comparisons: Sequence[Comparison]) -> Iterator[Quality]:
    """Yield what a council should read beside the verdicts; nothing here changes one."""
    asked = {question.measure for question in reader.plan.questions}
    yield from _silent(reader, comparisons)
    yield from _outcome_test(comparisons)
    if "csat" in asked and RESPONSE in probes(reader.plan):
        yield from _unheard(reader)
    if "boilerplate_share" in asked:
        yield from _boilerplate(reader)
    if "overturn_rate" in asked and "contest_rate" not in asked:
        yield _note(
            "overturn_alone", "warning", "overturn_rate",
            "Overturn rates tell of those who contest. Ask contest_rate too: a group that does not "
            "contest shows no wrong refusal.",
        )  # fmt: skip


def _note(code: str, severity: str, where: str, message: str) -> Quality:
    return Quality.model_validate(
        {"code": code, "severity": severity, "where": where, "message": message}
    )


def _silent(reader: Reader, comparisons: Sequence[Comparison]) -> Iterator[Quality]:
    """Groups that contest far less, and are proved right as often when they do."""
    if OVERTURNED not in probes(reader.plan):
        return
    overall = reader.counted(OVERTURNED, "", ()).rate
    for c in comparisons:
        if c.measure != "contest_rate" or c.segment is None or c.ratio.value is None:
            continue
        place = next((g for g in reader.known[c.segment].groups if "*".join(g) == c.group), None)
        mine = reader.counted(OVERTURNED, c.segment, place).rate if place else None
        if c.ratio.value < SILENT and overall is not None and mine is not None and mine >= overall:
            yield _note(
                "silent_segment", "warning", c.id,
                f"{c.segment} {c.group} contests {c.ratio.value:.2f} times as often as "
                f"{c.reference}, and is proved right in {mine:.0%} of contested refusals "
                f"({overall:.0%} overall). Few appeals may be a barrier, not satisfaction.",
            )  # fmt: skip


def _outcome_test(comparisons: Sequence[Comparison]) -> Iterator[Quality]:
    """Benchmark and outcome side by side (Gaebler & Goel 2024)."""
    precision = {(c.segment, c.group): c for c in comparisons if c.measure == "adverse_precision"}
    for c in comparisons:
        other = precision.get((c.segment, c.group))
        if c.measure != "adverse_rate" or other is None:
            continue
        more, right = _direction(c), _direction(other)
        if not more or not right:
            continue
        if more != right:
            worse = c.group if more > 0 else c.reference
            yield _note(
                "double_standard", "warning", c.id,
                f"Corroborated double standard: for {c.segment} {worse} the adverse decision is "
                "given more often, and is right less often when it is given.",
            )  # fmt: skip
        else:
            yield _note(
                "not_separable", "info", c.id,
                f"For {c.segment} {c.group} the adverse decision is given "
                f"{'more' if more > 0 else 'less'} often and is right "
                f"{'more' if right > 0 else 'less'} often than for {c.reference}: not separable "
                "from different risk.",
            )  # fmt: skip


def _direction(c: Comparison) -> int:
    """Above 0 where the group's value is higher, 0 where chance could have made the gap."""
    low, high = c.difference.low, c.difference.high
    if low is None or high is None or low <= 0 <= high:
        return 0
    return 1 if low > 0 else -1


def _unheard(reader: Reader) -> Iterator[Quality]:
    """What satisfaction could be, whatever those who did not answer think (methods 5)."""
    csat = RATES["csat"]
    names: Mapping[str, None] = dict.fromkeys(
        name for q in reader.plan.questions if q.measure == "csat" for name in q.singles
    )
    for name in names:
        ends = []
        for group in reader.known[name].groups:
            heard, offered = (
                reader.counted(csat, name, group),
                reader.counted(RESPONSE, name, group),
            )
            silent = max(offered.n - offered.x, 0)
            if heard.n and heard.customers >= reader.plan.privacy.min_cell:
                found = labels.ends(heard.x, heard.n, silent)
                low, high = (float(end.x / end.n) for end in found)
                ends.append(f"{'*'.join(group)} {low:.0%} to {high:.0%}")
        if ends:
            yield _note(
                "nonresponse_bounds", "info", name,
                "Satisfied customers, whatever those who did not answer think: "
                f"{'; '.join(ends)}.",
            )  # fmt: skip


def _boilerplate(reader: Reader) -> Iterator[Quality]:
    share = reader.counted(RATES["boilerplate_share"], "", ()).rate
    if share is not None and share > BOILERPLATE:
        yield _note(
            "boilerplate", "warning", "explanation",
            f"{share:.0%} of all explanations are one and the same text: coverage is not quality.",
        )  # fmt: skip
