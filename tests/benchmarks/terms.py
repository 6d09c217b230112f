"""Time an audit that counts the terms of 1 M generated messages, and its peak memory.

Prints; judges nothing. The same audit without drivers stands beside it. Each runs in a process of
its own, which tells its own peak (VmHWM, so on Linux). `python tests/benchmarks/terms.py [ROWS]`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "mi", "no", "pe", "ra", "so", "tu", "ve")
WORDS = ["".join(parts) for parts in product(SYLLABLES, repeat=3)]
SEED = "setseed(.5)"
LENGTH = 24  # words of a message
GENERATE = """
COPY (
  SELECT
    i AS id,
    'c' || c AS customer,
    CASE WHEN low THEN 'low' ELSE 'other' END AS income,
    CASE WHEN random() < CASE WHEN phrase THEN .6 ELSE .2 END THEN 'denied' ELSE 'granted' END
      AS decision,
    CASE WHEN phrase THEN 'billing dispute ' ELSE '' END || array_to_string(
      list_transform(range({length}), lambda x: words[
        1 + CAST(floor(pow((hash(i * 64 + x) % 1000003) / 1000003, 3) * {words}) AS INT)]), ' ')
      AS message
  FROM (
    SELECT *, random() < CASE WHEN low THEN .4 ELSE .1 END AS phrase
    FROM (SELECT i, c, c % 4 = 0 AS low FROM (
      SELECT i, CAST(floor(random() * {customers}) AS BIGINT) AS c FROM range({rows}) t(i)))
  ), (SELECT string_split('{list}', ' ') AS words)
) TO '{file}' (FORMAT {format})
"""
PLAN = """
[audit]
name = "Terms"
justification = "A benchmark."
[log]
path = ["{file}"]
[log.columns]
decision = "decision"
subject_id = "customer"
decision_id = "id"
text = ["message"]
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "income"
column = "income"
reference = "other"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["income"]
"""
AUDIT = """
import re, resource, sys, time
import careaudit
record = careaudit.audit(plan=sys.argv[1], drivers=sys.argv[2] == "yes")
status = open("/proc/self/status").read()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024
usage = resource.getrusage(resource.RUSAGE_SELF)
named = [driver.name for driver in record.drivers if driver.listed]
print(f"{time.perf_counter():.1f} {usage.ru_utime + usage.ru_stime:.1f} {peak:.0f}", *named)
"""


def child(code: str, *args: str) -> str:
    """Run Python code in a process of its own and return what it prints.

    It runs as a file: without one DuckDB takes it for a person, and draws its progress.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(code)
        file.flush()
        done = subprocess.run(
            [sys.executable, file.name, *args], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout.strip()


def main(rows: int) -> None:
    """Print one line for each format, with drivers and without."""
    print(f"{'rows':>12}  {'log':<8}{'drivers':<9}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}  named")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("parquet", "csv"):
            file, plan = Path(folder) / f"log.{kind}", Path(folder) / f"{kind}.toml"
            sql = GENERATE.format(
                rows=rows, customers=rows // 2, file=file, format=kind, length=LENGTH,
                words=len(WORDS), list=" ".join(WORDS),
            )  # fmt: skip
            child(
                "import duckdb,sys; duckdb.sql('SELECT setseed(.5)'); duckdb.sql(sys.argv[1])", sql
            )
            plan.write_text(PLAN.format(file=file))
            for drivers in ("no", "yes"):
                start = time.perf_counter()
                _, cpu, peak, *named = child(AUDIT, str(plan), drivers).split(maxsplit=3)
                wall = time.perf_counter() - start
                print(
                    f"{rows:>12,}  {kind:<8}{drivers:<9}{wall:>8.1f}{float(cpu):>8.1f}{peak:>9}"
                    f"  {' '.join(named)}",
                    flush=True,
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
