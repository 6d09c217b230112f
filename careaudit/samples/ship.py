"""Writes the tables of `sample_data/` and their checksums: `python -m careaudit.samples.ship`.

For maintainers. The shipped bytes are the truth, and the generators only their origin: numpy does
not promise the same stream in every version, so this is run to change a sample, not to check it.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from careaudit.samples import (
    escalation_waits,
    fair_control,
    outreach_optouts,
    six_pillars,
    telecom_credits,
    tutor_engagement,
)
from careaudit.samples.cfpb_relief import build
from careaudit.samples.tables import to_csv_gz


def ship(target: Path, shared: Path | None = None) -> None:
    """Write every generated table, the real one if `shared` is given, and SHA256SUMS."""
    for name, tables in (
        ("telecom_credits", telecom_credits.generate()),
        ("fair_control", fair_control.generate()),
        ("tutor_engagement", tutor_engagement.generate()),
        ("escalation_waits", escalation_waits.generate()),
        ("outreach_optouts", outreach_optouts.generate()),
        ("six_pillars", six_pillars.generate()),
    ):
        (target / name).mkdir(parents=True, exist_ok=True)
        for table, columns in tables.items():
            (target / name / f"{table}.csv.gz").write_bytes(to_csv_gz(columns))
    if shared is not None:
        build(shared, target / "cfpb_relief")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target).as_posix()}\n"
        for path in sorted(target.glob("*/*.csv.gz"))
    ]
    (target / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    repository = Path(__file__).resolve().parents[2]
    ship(repository / "sample_data", Path(sys.argv[1]) if len(sys.argv) > 1 else None)
