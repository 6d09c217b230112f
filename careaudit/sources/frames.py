"""A pandas DataFrame as a decision log."""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa

from careaudit.record import Input
from careaudit.sources.files import Files, Relation, Workspace


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every column as text; missing stays missing, 1.0 becomes "1"."""
    return pd.DataFrame({str(name): _column(column) for name, column in frame.items()})


def _column(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        return column.astype("string").str.lower()
    if pd.api.types.is_float_dtype(column):
        finite = column.dropna()
        if (finite == finite.round()).all() and (finite.abs() < 2**53).all():
            return column.astype("Int64").astype("string")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    return column.astype("string")


def read(workspace: Workspace, frame: pd.DataFrame) -> tuple[Relation, Input]:
    """Open a frame as a relation, with the digest of its text."""
    text = as_text(frame)
    hashes = pd.util.hash_pandas_object(text, index=False).to_numpy()
    digest = hashlib.sha256(hashes.tobytes())
    digest.update("\0".join(text.columns).encode())
    files = Files("log", (), "frame")
    return workspace.hold(files, pa.Table.from_pandas(text, preserve_index=False)), Input(
        role="log", name="DataFrame", bytes=None, sha256=digest.hexdigest()
    )
