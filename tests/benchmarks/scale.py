"""Time an audit of 1 M and 10 M generated decisions beside a DuckDB scan of the same columns.

Prints; judges nothing. Each command runs in a process of its own, so that CPU and peak memory are
its own. `python tests/benchmarks/scale.py [ROWS ...]`, for example 1000000 10000000.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = "decision, customer, income, language, channel, age"
GENERATE = """
COPY (
  SELECT
    i AS id,
    CASE WHEN random() < .3 - .02 * (c % 5) THEN 'denied' ELSE 'granted' END AS decision,
    'c' || c AS customer,
    CAST(c % 5 + 1 AS VARCHAR) AS income,
    ['en', 'es', 'zh', 'other'][CAST(c // 5 % 4 + 1 AS INT)] AS language,
    ['web', 'phone', 'mail'][CAST(floor(random() * 3) + 1 AS INT)] AS channel,
    ['18-29', '30-44', '45-59', '60-74', '75+'][CAST(c // 20 % 5 + 1 AS INT)] AS age
  FROM (SELECT i, CAST(floor(random() * {customers}) AS BIGINT) AS c FROM range({rows}) t(i))
) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 250000)
"""
SCAN = "SELECT " + ", ".join(f"sum(length({c.strip()}))" for c in COLUMNS.split(","))


def timed(code: str, *args: str) -> tuple[float, float, float]:
    """Run Python code in a process; return wall and CPU seconds and peak memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code, *args], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"failed: {code.splitlines()[0]}")
    wall = time.perf_counter() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


JOBS = {
    "import only": "import careaudit.conductor, fairlearn.metrics",
    "DuckDB scan": "import duckdb,sys; "
    f"duckdb.sql('{SCAN} FROM \"' + sys.argv[1] + '\"').fetchall()",
    "audit, no customers": "import careaudit,sys; careaudit.audit(sys.argv[1], decision='decision',"
    "adverse='denied', by=['income','language','channel','age','income*language'])",
    "audit, customers": "import careaudit,sys; careaudit.audit(sys.argv[1], decision='decision',"
    "adverse='denied', by=['income','language','channel','age','income*language'],"
    "subject_id='customer')",
}


def main(sizes: list[int]) -> None:
    """Print one line a job and size."""
    import duckdb

    print(f"{'rows':>12}  {'job':<22}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            file = Path(folder) / f"{rows}.parquet"
            duckdb.sql("SELECT setseed(0.5)")
            duckdb.sql(GENERATE.format(rows=rows, customers=rows // 2, file=file))
            for name, code in JOBS.items():
                wall, cpu, peak = timed(code, str(file))
                print(f"{rows:>12,}  {name:<22}{wall:>8.2f}{cpu:>8.2f}{peak:>9.0f}", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000])
