"""Earlier audits of a trend: of the same plan and system, of periods before, and apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from careaudit.errors import RecordError, UsageError
from careaudit.record import AuditRecord

MOST = 8
"""So many earlier periods are shown in a trend."""
_APART = "Give periods that share no day: cumulative windows count decisions twice."


def read(record: AuditRecord, paths: Sequence[Path]) -> tuple[AuditRecord, ...]:
    """Read the earlier audits of a record, files or folders with an audit.json; see `ordered`."""
    _few(len(paths))
    files = [path / "audit.json" if path.is_dir() else path for path in paths]
    return ordered(record, [AuditRecord.load(file) for file in files], list(map(str, files)))


def ordered(
    record: AuditRecord, past: Sequence[AuditRecord], names: Sequence[str] = ()
) -> tuple[AuditRecord, ...]:
    """Return earlier audits of a record, the oldest first; `names` say where each was read.

    RecordError where one has another plan or system, no known window, or one that is not before
    the record's or shares a day with another. UsageError for more than eight.
    """
    _few(len(past))
    if not past:
        return ()
    now = _window(record)
    if now is None:
        raise RecordError(
            "the trend is refused: the record does not say of which days its decisions are.",
            where="window",
            hint="Name the column with the day of a decision in the plan: decided_at.",
        )
    named = zip(past, names or ["earlier"] * len(past), strict=True)
    held = [(_before(record, now, one, name), name, one) for one, name in named]
    held.sort(key=lambda row: row[0])
    for (first, one, _), (second, two, _) in pairwise(held):
        if second[0] <= first[1]:
            raise RecordError(
                f"the trend is refused: {_span(first)} and {_span(second)} overlap"
                f" ({one} and {two}).",
                where=two,
                hint=_APART,
            )
    return tuple(one for _, _, one in held)


Days = tuple[date, date]


def _few(count: int) -> None:
    if count > MOST:
        raise UsageError(
            f"{count} earlier records: a trend shows at most {MOST}.",
            where="earlier",
            hint=f"Give the latest {MOST}.",
        )


def _before(record: AuditRecord, now: Days, one: AuditRecord, name: str) -> Days:
    """Return the window of an earlier audit; RecordError where it makes no trend."""
    if one == record:
        raise RecordError(
            "the trend is refused: this is the record itself.",
            where=name,
            hint="Give the records of earlier periods.",
        )
    mine, theirs = (_short(r.provenance.plan_sha256) for r in (record, one))
    if one.provenance.plan_sha256 != record.provenance.plan_sha256:
        raise RecordError(
            f"the trend is refused: it was made by another plan ({theirs}, not {mine}).",
            where=name,
            hint="Leave it out, or audit that period again with this plan.",
        )
    if one.audit.system != record.audit.system:
        raise RecordError(
            f"the trend is refused: it is about another system ({one.audit.system}, not"
            f" {record.audit.system}).",
            where=name,
            hint="Leave it out.",
        )
    days = _window(one)
    if days is None:
        raise RecordError(
            "the trend is refused: it does not say of which days its decisions are.",
            where=name,
            hint="Leave it out.",
        )
    if days[1] >= now[0]:
        raise RecordError(
            f"the trend is refused: {_span(days)} does not end before {_span(now)} begins.",
            where=name,
            hint=_APART,
        )
    return days


def _window(record: AuditRecord) -> Days | None:
    window = record.provenance.window
    try:
        start, end = (date.fromisoformat(day or "") for day in (window.start, window.end))
    except ValueError:
        return None
    return (start, end) if start <= end else None


def _span(days: Days) -> str:
    return f"{days[0]} to {days[1]}"


def _short(digest: str) -> str:
    return f"{digest[:4]} {digest[4:8]}"
