"""Waivers: findings that somebody answers for, for a while, in `careaudit-waivers.toml`.

A waiver covers one failing comparison of one release. It is void when it has expired, when the gap
is larger than its ceiling, and for another release. It never covers what could not be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from math import ceil
from pathlib import Path
from typing import Annotated, Literal, Self

from filelock import FileLock
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from careaudit.documents import load_toml, write_files
from careaudit.errors import WaiverError
from careaudit.plan import TableOf
from careaudit.plan.explain import explain
from careaudit.plan.toml_text import show
from careaudit.record import AuditRecord, Comparison

FILE = "careaudit-waivers.toml"
DEFAULT_DAYS = 90
MAX_DAYS = 365
MOST = 2
"""A permanent exception is a changed limit in the plan, where reviewers see it."""


def _visible(text: str) -> str:
    if not any(c.isprintable() and not c.isspace() for c in text):
        msg = "say something that can be read"
        raise ValueError(msg)
    return text


Said = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(_visible),
]
State = Literal[
    "holds", "expired", "not_yet", "above_ceiling", "other_release", "not_failing", "no_finding"
]


class Waiver(TableOf):
    """One finding that somebody answers for. `ceiling` is in units of the limit, as `u`."""

    finding: Said = Field(description="The id of a comparison: question/segment/group.")
    release: str | None = Field(default=None, description="The release it holds for.")
    ceiling: float = Field(gt=0, le=1_000, description="Largest gap it covers, gap ÷ limit.")
    reason: Said
    approved_by: Said
    granted: date
    expires: date
    ticket: Said | None = None

    @field_validator("ceiling", mode="before")
    @classmethod
    def _a_number(cls, value: object) -> object:
        if isinstance(value, bool | str):
            msg = "the ceiling is a number, such as 1.25"
            raise ValueError(msg)  # noqa: TRY004 - pydantic collects ValueError
        return value

    @model_validator(mode="after")
    def _not_for_ever(self) -> Self:
        if self.expires < self.granted:
            msg = f"it expires ({self.expires}) before it was granted ({self.granted})"
            raise ValueError(msg)
        if self.expires - self.granted > timedelta(days=MAX_DAYS):
            msg = (
                f"it would hold for more than {MAX_DAYS} days; a lasting exception is a changed "
                "limit in the plan"
            )
            raise ValueError(msg)
        return self


class WaiverFile(TableOf):
    """The whole file."""

    schema_version: Literal[1] = 1
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Applied:
    """A waiver held against a record on a day: whether it holds, and why not in words."""

    waiver: Waiver
    state: State
    message: str
    comparison: Comparison | None = None

    @property
    def holds(self) -> bool:
        """Whether the waiver covers its finding."""
        return self.state == "holds"


def load(path: Path) -> tuple[Waiver, ...]:
    """Read the waivers of a file; WaiverError names what is wrong and where."""
    tree = load_toml(
        path, error=WaiverError, hint="`careaudit waive FINDING` writes one, after its approval."
    )
    try:
        return WaiverFile.model_validate(tree).waivers
    except (ValidationError, RecursionError) as error:
        raise WaiverError(
            explain(error, tree),
            where=str(path),
            hint="Each [[waivers]] has finding, ceiling, reason, approved_by, granted, expires, "
            "and may have release and ticket.",
        ) from None


def apply(waivers: Iterable[Waiver], record: AuditRecord, as_of: date) -> tuple[Applied, ...]:
    """Hold each waiver against a record on a day."""
    known = {comparison.id: comparison for comparison in record.comparisons}
    return tuple(_apply(w, known.get(w.finding), record.audit.release, as_of) for w in waivers)


def _apply(
    waiver: Waiver, comparison: Comparison | None, release: str | None, as_of: date
) -> Applied:
    def void(state: State, message: str) -> Applied:
        return Applied(waiver, state, message, comparison)

    if comparison is None:
        return void("no_finding", "the audit has no such finding")
    if waiver.release != release or release is None:
        return void(
            "other_release",
            f"it was given for release {waiver.release or '(none named)'}, and this is "
            f"{release or '(none named)'}",
        )
    if comparison.verdict != "fail":
        return void("not_failing", "the finding needs no waiver: it does not fail")
    if as_of < waiver.granted:
        return void("not_yet", f"it holds from {waiver.granted} on")
    if as_of > waiver.expires:
        return void("expired", f"it expired on {waiver.expires}")
    if comparison.u.value is None or comparison.u.value > waiver.ceiling:
        size = "hidden" if comparison.u.value is None else f"{comparison.u.value:.2f}"
        return void("above_ceiling", f"the gap is {size} limits, over the ceiling {waiver.ceiling}")
    return Applied(
        waiver, "holds", f"approved by {waiver.approved_by} until {waiver.expires}", comparison
    )


def draft(
    record: AuditRecord,
    finding: str,
    *,
    reason: str,
    approved_by: str,
    granted: date,
    expires: date | None = None,
    ceiling: float | None = None,
    ticket: str | None = None,
) -> Waiver:
    """Return a waiver for a failing finding of a record.

    The ceiling defaults to the gap as it is, rounded up to two places; the expiry to 90 days.
    WaiverError where the finding does not fail, or the waiver would be void at once.
    """
    failing = {c.id: c for c in record.comparisons if c.verdict == "fail"}
    comparison = failing.get(finding)
    if comparison is None:
        raise WaiverError(
            f'"{finding}" is not a failing finding of this audit.',
            where="finding",
            hint=_instead(finding, record, list(failing)),
        )
    if record.audit.release is None:
        raise WaiverError(
            "the audit names no release, so the waiver would never end with one.",
            where="release",
            hint="Say release in [audit] of the plan, and audit again.",
        )
    if comparison.u.value is None:
        raise WaiverError(
            f'the size of "{finding}" is hidden, so no ceiling can be held against it.',
            where="finding",
        )
    size = comparison.u.value
    limit = ceil(size * 100) / 100 if ceiling is None else ceiling
    tree = {
        "finding": finding,
        "release": record.audit.release,
        "ceiling": limit,
        "reason": reason,
        "approved_by": approved_by,
        "granted": granted,
        "expires": expires or granted + timedelta(days=DEFAULT_DAYS),
        "ticket": ticket,
    }
    try:
        waiver = Waiver.model_validate(tree)
    except ValidationError as error:
        raise WaiverError(explain(error, tree), where="waiver") from None
    if waiver.ceiling > MOST * size:
        raise WaiverError(
            f"the ceiling {waiver.ceiling:g} is over {MOST} times the gap of {size:.2f} limits.",
            where="ceiling",
            hint="A waiver covers the gap as it is, with a little room.",
        )
    if size > waiver.ceiling:
        raise WaiverError(
            f"the gap is {size:.2f} limits, over the ceiling {waiver.ceiling}: void at once.",
            where="ceiling",
            hint="A waiver covers the gap as it is, or none.",
        )
    return waiver


def _instead(finding: str, record: AuditRecord, failing: Sequence[str]) -> str:
    if any(c.id == finding for c in record.comparisons):
        return (
            "Only a finding that fails can be waived. What could not be judged needs data, or "
            '`inconclusive = "warn"` in the plan.'
        )
    near = get_close_matches(finding, failing, n=1, cutoff=0.5)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Failing: {', '.join(failing[:8])}." if failing else "Nothing in this audit fails."


def append(path: Path, waiver: Waiver) -> None:
    """Add a waiver at the end of the file, made if need be; what is there stays as it is.

    WaiverError where the file is damaged, or a waiver of the same finding and release is running.
    """
    try:
        with FileLock(f"{path}.lock"):
            _append(path, waiver)
    except OSError as fault:
        raise WaiverError(
            f"cannot be written: {fault.strerror or fault}.",
            where=str(path),
            hint="Name a file that you may write with --file.",
        ) from None


def _append(path: Path, waiver: Waiver) -> None:
    present = load(path) if path.exists() else ()
    for other in present:
        same = (other.finding, other.release) == (waiver.finding, waiver.release)
        if same and other.expires >= waiver.granted:
            raise WaiverError(
                f'"{waiver.finding}" has a waiver that runs until {other.expires}.',
                where=str(path),
                hint="Change that one, so that its reason and approval stand in one place.",
            )
    before = path.read_bytes().decode() if path.exists() else "schema_version = 1\n"
    gap = "" if before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    write_files(
        {path: f"{before}{gap}{_toml(waiver)}".encode()},
        hint="Name a file that you may write with --file.",
    )


def _toml(waiver: Waiver) -> str:
    lines = ["[[waivers]]", f"finding = {show(waiver.finding)}"]
    if waiver.release is not None:
        lines.append(f"release = {show(waiver.release)}")
    lines += [
        f"ceiling = {waiver.ceiling!r}  # gap ÷ limit; void above it",
        f"reason = {show(waiver.reason)}",
        f"approved_by = {show(waiver.approved_by)}",
        f"granted = {waiver.granted.isoformat()}",
        f"expires = {waiver.expires.isoformat()}",
    ]
    if waiver.ticket is not None:
        lines.append(f"ticket = {show(waiver.ticket)}")
    return "\n".join(lines) + "\n"
