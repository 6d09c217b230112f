"""Choose what a draft compares, which fields it fills, and what kind of decision it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from careaudit.plan.roles import FIELDS, ColumnProfile, Guess, Roles
from careaudit.plan.toml_text import show
from careaudit.plan.vocabulary import DECISION_KINDS, GOODWILL, tokens

MAX_SEGMENTS = 8
"""More questions at once cost each of them evidence; the rest stand as comments."""
_RANK = {"protected": 0, "proxy": 1, "operational": 2}


@dataclass(frozen=True)
class Compared:
    """The segments by plan reference, and the columns left out with the reason."""

    segments: Mapping[str, Guess]
    spare: Sequence[tuple[str, str]]


def compared(log: Mapping[str, ColumnProfile], ours: Roles, table: str, theirs: Roles) -> Compared:
    """Choose the segments from the log's columns and from those of the customers' table."""
    read_as = {guess.role: column for column, guess in ours.taken.items() if guess.role != column}
    options: list[tuple[str, Guess]] = []
    spare: list[tuple[str, str]] = []
    for column, guess in ours.kinds.items():
        if column in ours.unfit:
            spare.append((column, ours.unfit[column]))
        elif column in read_as:  # the plan would read the mapped column instead
            spare.append((column, f"[log.columns] calls {show(read_as[column])} so"))
        else:
            options.append((column, guess))
    for column, guess in theirs.kinds.items():
        if column in theirs.unfit:
            spare.append((f"{table}.{column}", theirs.unfit[column]))
        else:
            options.append((f"{table}.{column}", guess))
    if not options:
        options = _unnamed(p for p in log.values() if p.name not in {*read_as, *ours.taken})
    options.sort(key=lambda row: (_RANK[row[1].kind or "operational"], -row[1].points))
    spare += [(ref, "left out to keep the question small") for ref, _ in options[MAX_SEGMENTS:]]
    return Compared(dict(options[:MAX_SEGMENTS]), spare)


def _unnamed(free: Iterable[ColumnProfile]) -> list[tuple[str, Guess]]:
    why = "it has few values, but its name does not say who they are"
    few = [p.name for p in free if 2 <= p.distinct <= 12 and p.values]
    return [(name, Guess(name, "segment", 1, why, "operational")) for name in few[:3]]


def segment_names(references: Mapping[str, Guess]) -> dict[str, str]:
    """Name each segment after the last step of its column's path, by plan reference."""
    names: dict[str, str] = {}
    for reference, guess in references.items():
        last = re.split(r"[.\]]", guess.column.rstrip(".]"))[-1]
        name = re.sub(r"\W+", "_", last).strip("_") or "segment"
        name = name.lower() if name.isascii() and name.isupper() else name
        while name in names.values():
            name += "_2"
        names[reference] = name
    return names


def order(profile: ColumnProfile) -> tuple[str, ...]:
    """Return the groups in their order if numbers order them and none is rare, else nothing."""
    firsts = {value: re.search(r"\d+(?:\.\d+)?", value) for value, _ in profile.values}
    rare = any(count < 10 for _, count in profile.values)
    if rare or not 3 <= len(firsts) <= 12 or not all(firsts.values()):
        return ()
    below = re.compile(r"^(<|under|less|below|up to)", re.IGNORECASE)
    above = re.compile(r"^(>|over|greater|above|more)|\+$|<=$", re.IGNORECASE)

    def key(value: str) -> tuple[float, int]:
        first = firsts[value]
        number = float(first[0]) if first else 0.0
        return number, -1 if below.search(value) else 1 if above.search(value) else 0

    return tuple(sorted(firsts, key=key))


@dataclass(frozen=True)
class Filled:
    """The fields of [log.columns] with their columns, and guesses that stand as comments only."""

    fields: Mapping[str, Sequence[Guess]]
    offered: Sequence[Guess]


def filled(found: Roles, segments: Set[str]) -> Filled:
    """Fill the fields that are sure enough and whose name is not that of a compared column."""
    fields: dict[str, list[Guess]] = {}
    offered = list(found.lost)
    for column, guess in found.taken.items():
        if guess.role in {"segment", "label"}:
            continue
        clash = guess.role in segments and guess.role != column
        if clash or (guess.confidence == "low" and guess.role != "decision"):
            offered.append(guess)  # a wrong amount is worse than none
        else:
            fields.setdefault(guess.role, []).append(guess)
    return Filled({role: fields[role] for role in FIELDS if role in fields}, offered)


def decision_kind(
    name: str, decision: ColumnProfile, columns: Iterable[str], *, settled: bool
) -> tuple[str, str]:
    """Guess the kind of decision and say why; "other" if nothing tells."""
    values = [value for value, _ in decision.values]
    words = [word for text in (name, decision.name, *values) for word in tokens(text)]
    for kind, hints in DECISION_KINDS.items():
        if hit := next((word for word in words if word in hints), None):
            return kind, f'the names say "{hit}"'
    goodwill = GOODWILL & {word for column in columns for word in tokens(column)}
    if goodwill and settled:
        return "goodwill_credit", f'a column says "{min(goodwill)}"'
    return "other", "goodwill_credit, lending_credit, escalation, flag, outreach or other"
