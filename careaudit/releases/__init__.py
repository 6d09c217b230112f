"""Two releases side by side: what got better or worse, for whom, and whether it may go out."""

from careaudit.releases.asked import Beside
from careaudit.releases.document import (
    MARGIN,
    ComparedQuestion,
    GroupChange,
    Matched,
    NotCompared,
    Release,
    ReleaseComparison,
    StandardisedGap,
    schema,
)
from careaudit.releases.rule import compare, contradiction, unpaired
from careaudit.releases.units import Strata

__all__ = [
    "MARGIN",
    "Beside",
    "ComparedQuestion",
    "GroupChange",
    "Matched",
    "NotCompared",
    "Release",
    "ReleaseComparison",
    "StandardisedGap",
    "Strata",
    "compare",
    "contradiction",
    "schema",
    "unpaired",
]
