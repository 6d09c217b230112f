"""One base error, one class per cause, each with what was seen, where, and the next step."""

from __future__ import annotations


class CareauditError(Exception):
    """The base of every error that careaudit raises on purpose.

    `what` says what was seen, `where` names the place (a file, a plan key, a column) and `hint`
    the next step. `exit_code` is the process exit code of the command line (design: exit codes).
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Return the whole message in one paragraph: where, what, and the next step."""
        place = f"{self.where}: " if self.where else ""
        step = f" {self.hint}" if self.hint else ""
        return f"{place}{self.what}{step}"


class UsageError(CareauditError):
    """A function or command was called in a way that cannot work."""

    exit_code = 2


class PlanError(CareauditError):
    """The plan is missing, is not TOML, or says something that cannot be audited."""


class DataError(CareauditError):
    """The log or a companion table cannot be audited as the plan says."""


class MissingFilesError(DataError):
    """The log's or a table's files are not where the plan says."""


class RecordError(CareauditError):
    """A record cannot be read: it is missing, damaged, or written by a newer schema."""


class WaiverError(CareauditError):
    """A waiver is damaged, lasts too long, or names nothing that could be waived."""


class CouncilError(CareauditError):
    """A charter, a key, a packet or a decision of the council cannot be used as it is."""


class LedgerError(CouncilError):
    """A ledger is not as it was written, or cannot be written."""


class DisclosureError(CareauditError):
    """A publication would tell, beside an earlier one, what neither of them prints."""


class OutputError(CareauditError):
    """An output cannot be written where it was asked for."""


class RenderError(CareauditError):
    """A report cannot be rendered, for want of a library or a font."""


class BooksDifferError(CareauditError):
    """The second book (fairlearn) does not agree with ours: our own fault, never the user's."""

    exit_code = 70
