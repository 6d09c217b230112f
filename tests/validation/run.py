"""Run the whole validation study and write docs/validation.md: `make validate`, some 25 minutes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import study_rates
import study_scales
import study_subgroups
import study_verdicts
import study_waits_money
from study import Finding, page

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
RUNS, RUNS_SLOW = 10_000, 4_000
NOTES = study_verdicts.NOTES | study_rates.NOTES | study_subgroups.NOTES
INTERVALS = (*study_rates.INTERVALS, *study_waits_money.INTERVALS)


def coverage() -> Iterator[Finding]:
    """Every interval in each of its settings."""
    yield from study_rates.exact()
    for interval in INTERVALS:
        runs = RUNS_SLOW if interval.slow else RUNS
        setting = f"{interval.name}, {interval.setting}"
        if interval.published:
            setting += f" (specification: {interval.published})"
        found = interval.coverage(runs)
        yield Finding(study_rates.STUDY, setting, runs, found, study_rates.LEAST)


STUDIES = (
    study_verdicts.fair,
    study_verdicts.gates,
    study_verdicts.customers_fair,
    study_verdicts.false_passes,
    study_verdicts.power,
    study_scales.fair,
    study_scales.false_passes,
    coverage,
    study_subgroups.found,
)


def main(target: Path) -> None:
    """Run all studies, say how long each took, and write the page."""
    findings: list[Finding] = []
    for part in STUDIES:
        start = time.perf_counter()
        found = list(part())
        findings += found
        missed = sum(not finding.met for finding in found)
        seconds = time.perf_counter() - start
        name = f"{part.__module__}.{part.__name__}"
        print(f"{name}: {len(found)} settings, {missed} not met, {seconds:.0f} s", flush=True)
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(findings, NOTES), encoding="utf-8")
    print(f"Written: {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PAGE)
