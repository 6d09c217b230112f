"""`council.toml`: who sits in the council, how many must be there, and whose keys sign for it.

The charter lies in the repository and is the root of trust: what it names is believed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from careaudit.council.keys import PublicKey, public_key
from careaudit.documents import load_toml
from careaudit.errors import CouncilError
from careaudit.plan.explain import explain
from careaudit.plan.shape import TableOf

FILE = "council.toml"
MAX_DAYS = 365
"""No decision outlives a year, and none its audit."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"\S")]
"""What a person has filled in: kept word for word, never blank."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Constituency = Literal[
    "product",
    "legal",
    "data",
    "care_ops",
    "engineering",
    "ethics",
    "community_advocate",
    "customer",
    "other",
]
ADVOCATE: Constituency = "community_advocate"
_SHAPE = (
    'A charter has name, quorum, signatures, keys = ["keys/chair.pub"] and [[seats]] with id, '
    "name, role and constituency."
)


class Seat(TableOf):
    """One seat: who sits there (a pseudonym will do), in what role, and for whom."""

    id: Id
    name: Text
    role: Text
    constituency: Constituency


class Charter(TableOf):
    """The whole charter. `quorum` counts members present, `signatures` different keys."""

    schema_version: Literal[1] = 1
    name: Text
    quorum: int = Field(ge=1)
    signatures: int = Field(ge=1)
    valid_days: int = Field(default=MAX_DAYS, ge=1, le=MAX_DAYS)
    keys: tuple[Text, ...] = Field(min_length=1, max_length=100)
    seats: tuple[Seat, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _can_decide(self) -> Self:
        twice = [name for name, n in Counter(seat.id for seat in self.seats).items() if n > 1]
        faults = {
            f'two seats are called "{"".join(twice[:1])}"': bool(twice),
            f"a quorum of {self.quorum} cannot be met with {len(self.seats)} seats": (
                self.quorum > len(self.seats)
            ),
            f"{self.signatures} signatures cannot come from {len(self.keys)} keys": (
                self.signatures > len(self.keys)
            ),
            f'no seat has the constituency "{ADVOCATE}", without which nothing can be decided': (
                all(seat.constituency != ADVOCATE for seat in self.seats)
            ),
        }
        if wrong := [words for words, seen in faults.items() if seen]:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def rule(self) -> str:
        """The quorum in words."""
        return (
            f"{self.quorum} of {len(self.seats)} seats present, a community advocate among them, "
            "and most of those present outside the build line"
        )


@dataclass(frozen=True)
class Council:
    """A charter with the public keys that it names."""

    charter: Charter
    keys: tuple[PublicKey, ...]


def load(path: Path) -> Council:
    """Read a charter and its keys; CouncilError says what is wrong and where."""
    tree = load_toml(path, error=CouncilError, hint=_SHAPE)
    try:
        charter = Charter.model_validate(tree)
    except (ValidationError, RecursionError) as error:
        raise CouncilError(explain(error, tree), where=str(path), hint=_SHAPE) from None
    for name in charter.keys:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise CouncilError(
                f'the key "{name[:80]}" lies outside the charter\'s folder.',
                where=str(path),
                hint="Keep public keys beside the charter, where they are reviewed with it.",
            )
    keys = tuple(public_key(path.parent / name) for name in charter.keys)
    if len({key.keyid for key in keys}) < len(keys):
        raise CouncilError(
            "names one key twice: it would sign for two.",
            where=str(path),
            hint="Each key stands for one signature.",
        )
    return Council(charter, keys)
