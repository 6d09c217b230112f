"""Equity audits of customer-care AI: from a decision log to verdicts and a council's report.

import careaudit

record = careaudit.audit(frame, decision="outcome", adverse="denied", by=["language"])
record.verdict, record.comparisons
record.save("audit")
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from careaudit.library import AuditRecord, ReleaseComparison, audit, compare, load_plan

__all__ = ["AuditRecord", "ReleaseComparison", "__version__", "audit", "compare", "load_plan"]


def __getattr__(name: str) -> Any:
    """Load the library when it is first asked for: `careaudit --help` needs none of it."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from careaudit import library

    return getattr(library, name)
