"""One decision of a log by its id: what became of its rows, and what the one in use says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from careaudit.cells import Slot
from careaudit.measures.amount import MINOR
from careaudit.sources import expression as ex
from careaudit.sources.bands import finite
from careaudit.sources.base import Request
from careaudit.sources.files import unreadable
from careaudit.sources.inputs import rank
from careaudit.sources.rows import Opened, Stage


@dataclass(frozen=True)
class Single:
    """One decision in use. It holds what a row says: nothing of it goes further unasked.

    customer: its rank, as `Inputs` knows it. said: by column of the plan, as text; numbers: the
    same where they are finite numbers. amount: in major units.
    """

    customer: str
    slot: Slot
    amount: float | None
    said: Mapping[str, str | None]
    numbers: Mapping[str, float | None]


def single(
    opened: Opened, request: Request, decision_id: str, columns: Sequence[str]
) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """Return the used rows of a decision with these columns of the plan, and all rows' fates."""
    try:
        wanted = decision_id.strip()
        wanted.encode()
    except UnicodeEncodeError:  # no text of a log is written so
        return (), ()
    stage = Stage(opened, request)
    try:
        fates = stage.fates(wanted)
        if ex.USED not in fates:
            return (), tuple(fates)
        short = {name: f"a{place}" for place, name in enumerate(dict.fromkeys(columns))}
        rows = stage.used({**{alias: name for name, alias in short.items()}, "id": "decision_id"})
        rows = rows.filter(rows.id == wanted)
        numbers = {f"n{alias}": finite(rows[alias]) for alias in short.values()}
        paid = "amount" in request.plan.log.columns
        rows = rows.select(
            "slot", rows.who if stage.clustered else rows.id.nullif(rows.id).name("who"),
            rows.amount if paid else rows.id.nullif(rows.id).name("amount"),
            *short.values(), **numbers,
        )  # fmt: skip
        found = opened.workspace.fetch(rows)
    except duckdb.Error as error:
        raise unreadable(opened.log.files, error) from None
    size = len(short)
    return tuple(
        Single(
            rank(who, wanted),
            list(Slot)[slot],
            None if amount is None else amount / MINOR,
            dict(zip(short, rest[:size], strict=True)),
            dict(zip(short, rest[size:], strict=True)),
        )
        for slot, who, amount, *rest in found
    ), tuple(fates)
