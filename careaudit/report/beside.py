"""What stands beside the record in a report: waivers, the council's ledger, an earlier release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careaudit.council import ConditionState, Decision
    from careaudit.record import AuditRecord
    from careaudit.releases import ReleaseComparison
    from careaudit.waivers import Applied


@dataclass(frozen=True)
class Earlier:
    """A condition of an earlier decision about the same system, as it stands on the day."""

    record_id: str
    release: str
    condition: ConditionState


@dataclass(frozen=True)
class Decided:
    """The council's decision about this very audit.

    `signed` is how many of how many keys have signed it, None where nobody checked.
    `superseded_by` names the later decision that took its place.
    """

    decision: Decision
    conditions: tuple[ConditionState, ...] = ()
    signed: tuple[int, int] | None = None
    superseded_by: str | None = None


@dataclass(frozen=True)
class Beside:
    """All of it, on the day `as_of` (default: the day of the audit).

    `earlier` is None where no ledger was given, and empty where it holds no earlier condition;
    `checked` says whether the signatures of the ledger were verified. `record_sha256` is the
    digest of the record's file as it lies (default: of the canonical record). `past` are earlier
    audits with the same plan, of other periods.
    """

    as_of: date | None = None
    record_sha256: str | None = None
    waivers: Sequence[Applied] = ()
    earlier: Sequence[Earlier] | None = None
    checked: bool = True
    decided: Decided | None = None
    release: ReleaseComparison | None = None
    past: tuple[AuditRecord, ...] = ()


NOTHING = Beside()
