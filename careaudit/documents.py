"""Small files that people and machines hand us, read within bounds; and files written as wholes.

TOML and JSON of a hostile size or depth are refused before anything looks at what they say.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from careaudit.errors import CareauditError, OutputError

MAX_TOML = 1_000_000
"""A plan, a list of waivers, a decision: a page or two. Anything larger is meant to hurt."""
MAX_JSON = 256_000_000
"""The record of the largest audit (1,000 groups, every question) has some ten million bytes."""
MAX_DEPTH = 64
"""Levels of nesting; our deepest document has eight."""
_LONG_KEY = re.compile(
    r"""(?:(?:(?<![\w-])[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){%d}"""  # noqa: UP031
    % MAX_DEPTH
)
"""A part begins where its word does: begun at each letter, a long word took time by its square."""


def read_bytes(
    path: Path, *, limit: int, error: type[CareauditError], hint: str | None = None
) -> bytes:
    """Return the bytes of a file; `error` where it cannot be read or is larger than `limit`."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise error(f"cannot be read: {reason}.", where=str(path), hint=hint) from None
    except ValueError:  # a name with a null byte
        raise error("is no file name.", where=repr(str(path)), hint=hint) from None
    if len(raw) > limit:
        raise error(f"has more than {limit:,} bytes.", where=str(path), hint=hint)
    return raw


def text_of(raw: bytes, *, where: str, error: type[CareauditError]) -> str:
    """Return bytes as text, a leading byte order mark dropped; `error` unless they are UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error("is not UTF-8 text.", where=where) from None


def toml_tree(text: str, *, where: str, error: type[CareauditError]) -> dict[str, Any]:
    """Return the tables of a TOML text; `error` where it is not TOML or nests too deeply."""
    if _LONG_KEY.search(text):  # tomllib would need memory by the square of its parts
        raise error(f"nests too deeply: a key of more than {MAX_DEPTH} parts.", where=where)
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise error(
            f"not valid TOML: {fault}.",
            where=where,
            hint='Texts stand in quotes: favorable = ["yes"].',
        ) from None
    _check_depth(tree, where, error)
    return tree


def json_tree(
    text: str, *, where: str, error: type[CareauditError], hint: str | None = None
) -> Any:
    """Return what a JSON text says; `error` where it is not JSON or nests too deeply.

    Duplicate keys, NaN and infinities are refused: readers would not agree on what they say.
    """
    try:
        tree = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        raise error(f"not valid JSON: {fault}.", where=where, hint=hint) from None
    _check_depth(tree, where, error)
    return tree


def load_toml(
    path: Path, *, error: type[CareauditError], hint: str | None = None
) -> dict[str, Any]:
    """Read a TOML file; see `read_bytes` and `toml_tree`."""
    raw = read_bytes(path, limit=MAX_TOML, error=error, hint=hint)
    return toml_tree(text_of(raw, where=str(path), error=error), where=str(path), error=error)


def _no_constant(name: str) -> float:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        msg = f'the key "{twice[:40]}" stands twice'
        raise ValueError(msg)
    return tree


def _check_depth(tree: Any, where: str, error: type[CareauditError]) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise error(f"nests too deeply: more than {MAX_DEPTH} levels.", where=where)


def write_files(
    made: Mapping[Path, bytes], *, hint: str, first: Callable[[], object] = lambda: None
) -> list[Path]:
    """Write each content beside its place, then rename all: all of them or none.

    Folders are made if need be. `first` is done when all is written and nothing is renamed yet;
    where it raises, nothing is. OutputError where one cannot be written.
    """
    waiting: list[tuple[Path, Path]] = []
    folders = _missing(place.parent for place in made)
    done = False
    try:
        for place, content in made.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            waiting.append((_aside(place, content), place))
        first()
        for aside, place in waiting:
            aside.replace(place)
        done = True
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or error}.",
            where=str(error.filename2 or error.filename or next(iter(made), "")),
            hint=hint,
        ) from None
    finally:
        for aside, _ in waiting:
            aside.unlink(missing_ok=True)
        for folder in () if done else folders:
            with suppress(OSError):  # not made yet, or no longer empty
                folder.rmdir()
    return list(made)


def _missing(folders: Iterable[Path]) -> list[Path]:
    """Return the folders that are not there yet, with those above them, the innermost first."""
    above = {one for folder in folders for one in (folder, *folder.parents)}
    return sorted((one for one in above if not one.exists()), reverse=True)


def _aside(place: Path, content: bytes) -> Path:
    """Write content to a new file beside its place, flushed to disk, readable as others are."""
    aside = place.with_name(f".{place.name}.{os.urandom(4).hex()}")
    try:
        with aside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    return aside
