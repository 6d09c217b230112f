"""Two releases, each a record or a plan, become one comparison.

Not called compare.py: the module would hide the public function `careaudit.compare`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from careaudit import conductor, releases
from careaudit import plan as plans
from careaudit.askable import measures
from careaudit.cells import total
from careaudit.documents import MAX_JSON, read_bytes, text_of
from careaudit.errors import DataError, RecordError, UsageError
from careaudit.measures import Rate
from careaudit.plan import Plan, Segment
from careaudit.record import AuditRecord
from careaudit.releases import MARGIN, Beside, ReleaseComparison, Strata
from careaudit.sources import Cases, Request, open_source, pair, pairable

ENOUGH = 0.5
"""Share of the smaller log's decisions that must be matched to compare the same cases."""
RECORD, PLAN = "audit.json", "careaudit.toml"
Progress = Callable[[str], None]


class Given(NamedTuple):
    """One release: its record with the digest of its file, and its plan where one was named."""

    record: AuditRecord
    sha256: str
    plan: Plan | None = None
    base: Path = Path()


def compare(
    old: str | Path | AuditRecord,
    new: str | Path | AuditRecord,
    *,
    margin: float = MARGIN,
    as_of: date | None = None,
    progress: Progress = lambda _: None,
) -> ReleaseComparison:
    """Compare two releases.

    Each is a record, the path of one (`audit.json` or its folder), or of a plan (a .toml file, or
    the folder of careaudit.toml), which is audited on `as_of` (default today). Two plans whose
    logs share decisions are compared on these. Raises what an audit raises, RecordError for a
    damaged record, and DataError where the two share no question.
    """
    today = as_of or date.today()  # noqa: DTZ011 - a calendar day, as people write it
    progress("The old release")
    before = _given(old, today, progress)
    progress("The new release")
    now = _given(new, today, progress)
    progress("Comparing the releases")
    found = _beside(before, now, today)
    return releases.compare(before.record, now.record, margin, found)


# What was given.


def _given(given: str | Path | AuditRecord, as_of: date, progress: Progress) -> Given:
    if isinstance(given, AuditRecord):
        return Given(given, given.digest)
    path = _file(Path(given))
    if path.suffix == ".toml":
        plan, base = plans.load(path), path.parent
        record = conductor.run(plan, base=base, as_of=as_of, progress=progress)
        return Given(record, record.digest, plan, base)
    hint = "Give an audit.json, or the careaudit.toml of a release."
    raw = read_bytes(path, limit=MAX_JSON, error=RecordError, hint=hint)
    text = text_of(raw, where=str(path), error=RecordError)
    return Given(AuditRecord.from_json(text, where=str(path)), hashlib.sha256(raw).hexdigest())


def _file(path: Path) -> Path:
    """The record or the plan of a folder; a folder that holds both must say which."""
    if not path.is_dir():
        return path
    held = [path / name for name in (RECORD, PLAN) if (path / name).is_file()]
    if len(held) == 1:
        return held[0]
    if held:
        raise UsageError(
            "the folder holds a record and a plan.",
            where=str(path),
            hint=f"Name one of them: {held[0]} or {held[1]}.",
        )
    raise DataError(
        f"the folder holds neither {RECORD} nor {PLAN}.",
        where=str(path),
        hint="`careaudit audit -c careaudit.toml -o DIR` writes a record to compare.",
    )


# What stands beside the records.


class Asked(NamedTuple):
    """One segment of a question that both releases answer with the same measure."""

    question: str
    measure: Rate
    segment: str
    within: tuple[str, ...]


def _beside(old: Given, new: Given, as_of: date) -> Beside:
    digests = (old.sha256, new.sha256)
    if old.plan is None or new.plan is None:
        return Beside(paired_reason="records", digests=digests)
    asked = list(_asked(old, new, old.plan, new.plan))
    found = _cases((old.plan, old.base), (new.plan, new.base), as_of)
    same = [item for item in asked if found.cases and pairable(item.measure)]
    pairs = found.cases.scan([(a.measure, a.segment) for a in same]) if found.cases else None
    return Beside(
        pairs=pairs,
        strata=_strata(old, new, [item for item in asked if item not in same], as_of),
        paired_reason=found.reason,
        notes=(found.note,) if found.note else (),
        digests=digests,
    )


def _asked(old: Given, new: Given, before: Plan, now: Plan) -> Iterator[Asked]:
    known = measures(now)
    compared = [
        {(c.question, c.measure, c.segment) for c in given.record.comparisons}
        for given in (old, new)
    ]
    for question, measure, segment in sorted(compared[0] & compared[1], key=str):
        fields = [
            next(q.within for q in plan.questions if q.id == question) for plan in (before, now)
        ]
        within = tuple(field for field in fields[1] if field in fields[0])
        if isinstance(found := known[measure], Rate):
            yield Asked(question, found, str(segment), within)


class Found(NamedTuple):
    """Matched cases, or why there are none: a code and a sentence."""

    cases: Cases | None
    reason: str = ""
    note: str = ""


def _cases(old: tuple[Plan, Path], new: tuple[Plan, Path], as_of: date) -> Found:
    for which, (plan, _) in (("old", old), ("new", new)):
        if "decision_id" not in plan.log.columns:
            note = f"The plan of the {which} release maps no decision_id: cases cannot be matched."
            return Found(None, "no_decision_id", note)
    cases = pair(old, new, as_of)
    if cases.repeated:
        note = f"Decision ids repeat in {cases.repeated:,} rows: cases cannot be matched."
        return Found(None, "repeated_ids", note)
    smaller = min(cases.old, cases.new)
    if cases.matched < ENOUGH * smaller:
        note = (
            f"Both releases decided {cases.matched:,} of the {smaller:,} cases of the smaller "
            "log, under half: the logs are compared as two."
        )
        return Found(None, "few_matches", note)
    note = ""
    if cases.matched < smaller:
        note = f"{smaller - cases.matched:,} decisions of the smaller log have no match."
    return Found(cases, note=note)


def _strata(
    old: Given, new: Given, asked: Sequence[Asked], as_of: date
) -> dict[tuple[str, str], Strata]:
    """Count decisions by group within the fields that both plans name to compare like with like."""
    mixed = [item for item in asked if item.within]
    if not mixed:
        return {}
    before, now = (_counted(given, mixed, as_of) for given in (old, new))
    strata = {}
    for item in mixed:
        groups: dict[str, dict[tuple[str | None, ...], tuple[int, int, int, int]]] = {}
        for key in {**before[item], **now[item]}:
            counts = (*before[item].get(key, (0, 0)), *now[item].get(key, (0, 0)))
            groups.setdefault(key[0], {})[key[1]] = counts
        strata[item.question, item.segment] = Strata(item.within, groups)
    return strata


Key = tuple[str, tuple[str | None, ...]]
"""A group and its stratum."""


def _counted(
    given: Given, asked: Sequence[Asked], as_of: date
) -> dict[Asked, dict[Key, tuple[int, int]]]:
    """Decisions and events of each group and stratum: strata are scanned as segments are."""
    if given.plan is None:
        return {item: {} for item in asked}
    fields = dict.fromkeys(field for item in asked for field in item.within)
    names = {field: f"within {field}" for field in fields}
    extra = [Segment(name=names[field], column=field) for field in fields]
    plan = given.plan.model_copy(update={"segments": (*given.plan.segments, *extra)})
    crossings = {
        item: (*item.segment.split("*"), *(names[field] for field in item.within)) for item in asked
    }
    sums = {item: tuple(total(quantity) for quantity in item.measure.sizes) for item in asked}
    every = any(item.measure.asks_every_row for item in asked)
    terms = tuple(dict.fromkeys(term for pair in sums.values() for term in pair))
    request = Request(plan, terms, tuple(dict.fromkeys(crossings.values())), as_of, every)
    scan = open_source(plan, given.base).scan(request)
    out: dict[Asked, dict[Key, tuple[int, int]]] = {}
    for item in asked:
        cells, parts = scan.crossings[crossings[item]], len(item.segment.split("*"))
        n, x = sums[item]
        out[item] = {
            ("*".join(str(name) for name in group[:parts]), group[parts:]): (
                cells.cell(group)[n], cells.cell(group)[x],
            )
            for group in cells.table
            if None not in group[:parts]
        }  # fmt: skip
    return out
