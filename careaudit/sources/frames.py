"""A pandas DataFrame as a decision log."""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa

from careaudit.errors import DataError
from careaudit.record import Input
from careaudit.sources.files import Files, Relation, Workspace
from careaudit.sources.formats import unique


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every column as text; missing stays missing, 1.0 becomes "1"."""
    columns = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pd.DataFrame(dict(zip(unique(frame.columns), columns, strict=True)))


def _column(column: pd.Series) -> pd.Series:
    column = column.reset_index(drop=True)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_bool_dtype(column):
        return column.astype("string").str.lower()
    if pd.api.types.is_float_dtype(column):
        return column.astype("string").str.replace(r"\.0$", "", regex=True)
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) != "string":
        column = column.map(_value)  # each value by its own type, as in a typed column
    return column.astype("string")


def _value(value: object) -> object:
    """One value of a mixed column as text, missing ones as None."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # NaN
        return None
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return str(value).lower() if str(value) in {"True", "False"} else str(value)


def read(workspace: Workspace, frame: pd.DataFrame) -> tuple[Relation, Input]:
    """Open a frame as a relation, with the digest of its text."""
    try:
        text = as_text(frame)
        table = pa.Table.from_pandas(text, preserve_index=False)
        hashes = pd.util.hash_pandas_object(text, index=False).to_numpy()
    except UnicodeEncodeError:
        raise DataError(
            "a text of the DataFrame is not valid Unicode.",
            where="log",
            hint='Clean it with .str.encode("utf-8", "replace").str.decode("utf-8").',
        ) from None
    digest = hashlib.sha256(hashes.tobytes())
    digest.update("\0".join(text.columns).encode())
    files = Files("log", (), "frame")
    return workspace.hold(files, table, list(text.columns)), Input(
        role="log", name="DataFrame", bytes=None, sha256=digest.hexdigest()
    )
