"""Tables of text and their bytes: CSV in gzip, the same bytes on every run."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence

Table = Mapping[str, Sequence[str]]
"""Columns by name, each a list of text; all of one length."""

Tables = Mapping[str, Table]
"""Tables by name; the file of table `name` is `name.csv.gz`."""


def to_csv(table: Table) -> bytes:
    r"""Return the table as UTF-8 CSV with `\n` line ends; columns of unequal length raise."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return buffer.getvalue().encode("utf-8")


def to_csv_gz(table: Table) -> bytes:
    """Return the table as gzipped CSV, with no time and no file name in the header."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(to_csv(table))
    return buffer.getvalue()
