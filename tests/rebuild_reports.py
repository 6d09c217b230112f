"""Write the committed example reports again: `make reports`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

AS_OF = date(2026, 11, 22)
"""The day of the example audits, fixed so that they can be made again byte for byte."""
PUBLISHED = ("telecom_credits", "fair_control", "cfpb_relief")
"""The examples that are published, too."""
EDITIONS = {"public": ("json", "pdf", "html"), "impact": ("pdf", "html"), "brief": ("pdf", "html")}
"""The editions of these, and their formats: the two that are published share public.json."""


def main(folder: Path) -> None:
    """Audit every bundled log and write its record and report below the folder."""
    import json

    import careaudit
    from careaudit import samples
    from careaudit.publication.document import schema as public_schema
    from careaudit.record import schema

    for name in samples.names():
        record = careaudit.audit(plan=samples.directory(name), as_of=AS_OF)
        record.save(folder / name)
        for edition, formats in EDITIONS.items() if name in PUBLISHED else ():
            record.save(folder / name, formats, edition=edition)
    text = json.dumps(schema(), indent=2) + "\n"
    (folder / "audit.schema.json").write_text(text, encoding="utf-8")
    text = json.dumps(public_schema(), indent=2) + "\n"
    (folder / "public.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "reports"))
