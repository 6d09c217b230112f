"""From column profiles to a draft plan: roles guessed, said to be guesses, and never confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from careaudit.errors import PlanError
from careaudit.plan.choice import (
    Compared,
    Filled,
    compared,
    decision_kind,
    filled,
    order,
    segment_names,
)
from careaudit.plan.polarity import Polarity, Side, polarity
from careaudit.plan.roles import FEW, FIELDS, ColumnProfile, Guess, Roles, roles
from careaudit.plan.toml_text import beside, plain, share, show, show_list
from careaudit.plan.vocabulary import tokens

GOOD_HERE, BAD_HERE = "MOVE THE GOOD VALUES HERE", "MOVE THE BAD VALUES HERE"
"""Stand where no side could be guessed: valid, found in no log, and no audit can run on them."""
_TOLD_TO = ("intent", "queue")
"""Fields that the system is told before it decides, and that are no group of people."""
_MOST_FREE = 12  # columns that are offered as inputs
_FIRST = ("decision", "decision_id", "subject_id", "decided_at")
_MISSING = {
    "decision_id": "none is sure: repeated rows are not told apart",
    "subject_id": "none is sure: every row counts as one customer",
    "decided_at": "none is sure: no period, no trend",
}


@dataclass(frozen=True)
class Companion:
    """A table of customers and how it joins: our field, both columns, and how well they meet."""

    path: str
    profiles: tuple[ColumnProfile, ...]
    field: str
    log_column: str
    key: str
    matched: float
    repeated: int = 0


@dataclass(frozen=True)
class Draft:
    """A draft plan as TOML text, and what is to be said about it."""

    text: str
    roles: Roles
    polarity: Polarity
    decision: str
    segments: tuple[Guess, ...]
    fields: tuple[Guess, ...]
    notes: tuple[str, ...]


def draft(
    profiles: Sequence[ColumnProfile],
    *,
    name: str,
    path: Sequence[str],
    read: str = "",
    companion: Companion | None = None,
) -> Draft:
    """Write the draft plan of a log.

    `name` titles the audit, `path` is what the plan says of the log's files and `read` tells how
    much of it was looked at. Raises PlanError if no column can be the decision, or none a segment.
    """
    log = {profile.name: profile for profile in profiles}
    found = _joined(roles(profiles), companion)
    decision = _decision(found, log)
    outcome, counts = polarity(decision.name, decision.values), dict(decision.values)
    table = _table_name(log)
    theirs = roles(companion.profiles) if companion else Roles({}, ())
    chosen = compared(log, found, table, theirs)
    if not chosen.segments:
        raise _no_segment(decision.name, log)
    columns = filled(found, chosen.segments.keys() & log.keys())
    joined = [guess.column for ref, guess in chosen.segments.items() if ref not in log]
    names = segment_names(chosen.segments)
    kind = decision_kind(name, decision, log, settled=outcome.settled)
    parts = [
        _head(read),
        _audit(name, *kind),
        _log(path, columns),
        _table(table, companion, joined),
        _outcome(outcome, counts),
        _label(found),
        *_segments(chosen, names, log),
        _question(decision.name, names.values(), found.column("intent")),
        _drivers(columns, found, profiles),
    ]
    return Draft(
        text="\n\n".join("\n".join(part) for part in parts if part) + "\n",
        roles=found,
        polarity=outcome,
        decision=decision.name,
        segments=tuple(chosen.segments.values()),
        fields=tuple(guess for guesses in columns.fields.values() for guess in guesses),
        notes=tuple(_notes(outcome, counts, companion)),
    )


def _joined(found: Roles, companion: Companion | None) -> Roles:
    """Add the column that joins the customers' table, if no guess has its role."""
    if companion is None or found.column(companion.field) is not None:
        return found
    guess = Guess(companion.log_column, companion.field, 3, "it joins the customers' table")
    return replace(found, taken={**found.taken, companion.log_column: guess})


def _decision(found: Roles, log: Mapping[str, ColumnProfile]) -> ColumnProfile:
    column = found.column("decision")
    if column is None:
        raise PlanError(
            f"no column looks like the decision: by its name, with 2 to {FEW} different values.",
            where="log",
            hint="Name it: careaudit audit LOG --decision COL --adverse VALUE --by COL. "
            f"Columns: {_first_columns(log)}.",
        )
    return log[column]


def _no_segment(decision: str, log: Mapping[str, ColumnProfile]) -> PlanError:
    return PlanError(
        f"no column looks like a group of customers to compare (2 to {FEW} different values).",
        where="log",
        hint="Join a table of customers with --customers FILE, or name a column: careaudit "
        f"audit LOG --decision {show(decision)} --adverse VALUE --by COL. "
        f"Columns: {_first_columns(log)}.",
    )


def _first_columns(log: Mapping[str, ColumnProfile]) -> str:
    return ", ".join(show(column)[1:-1] for column in list(log)[:40])


def _table_name(log: Mapping[str, ColumnProfile]) -> str:
    """Name the customers' table as no log column's path begins."""
    heads = {column.partition(".")[0] for column in log}
    return "customers" if "customers" not in heads else "customers_table"


# What a person is told beside the draft.


def _notes(outcome: Polarity, counts: Mapping[str, int], companion: Companion | None) -> list[str]:
    notes = []
    if companion and companion.repeated:
        notes.append(
            f"{companion.repeated:,} keys of the customers' table occur more than once: keep one "
            "row of each, or the audit refuses the join."
        )
    if not outcome.settled:
        notes.append(
            "Which decisions are good could not be guessed: all values stand in neutral. Move "
            "them in [outcome]; until then no audit will run."
        )
    elif unplaced := outcome.unplaced:
        rows = sum(counts[value] for value in unplaced) / max(sum(counts.values()), 1)
        notes.append(
            f"{len(unplaced)} of {len(counts)} decision values ({share(rows)} of the rows) say "
            "no side; they stand in neutral, set aside. Move them in [outcome]."
        )
    return notes


# The tables of the plan, in the order a person checks them.


def _told(guess: Guess) -> str:
    return f"guess: {guess.confidence} - {plain(guess.why)}"


def _head(read: str) -> list[str]:
    return [
        f"# A draft by `careaudit init`{f' from {read}' if read else ''}.",
        "# Roles are guessed from names and values. Before it is used, a person checks every",
        '# line that says "guess", moves each value of [outcome] to its right side, sets',
        "# confirmed = true, and writes the justification. Then: careaudit plan check",
        "schema_version = 1",
    ]


def _audit(name: str, kind: str, why: str) -> list[str]:
    sure = "low" if kind == "other" else "medium"
    return [
        "[audit]",
        f"name = {show(name)}",
        '# system = "..."                       # the AI system that decides',
        '# release = "..."                      # the model release under review',
        beside(f"decision_kind = {show(kind)}", f"guess: {sure} - {plain(why)}"),
        'justification = "TO BE REPLACED: why these questions, and who asked for them."',
    ]


def _log(path: Sequence[str], columns: Filled) -> list[str]:
    lines = ["[log]", f"path = {show_list(path)}"]
    lines += [_currency(guess) for guess in columns.fields.get("amount", [])[:1]]
    lines += ["", "[log.columns]                        # our field = their column"]
    for role in (*_FIRST, *(role for role in FIELDS if role not in _FIRST)):
        taken = columns.fields.get(role, [])
        names = [guess.column for guess in taken]
        if taken and role == "text":
            told = f"{_told(taken[0])}; counted for phrases, never copied"
            lines.append(beside(f"text = {show_list(names)}", told))
        elif taken:
            lines.append(beside(f"{role} = {show(names[0])}", _told(taken[0])))
        elif role in _MISSING:
            lines.append(beside(f'# {role} = "..."', _MISSING[role]))
        lines += [
            beside(f"# {role} = {show(guess.column)}", _told(guess))
            for guess in columns.offered
            if guess.role == role and guess.column not in names
        ]
    return lines


def _currency(amount: Guess) -> str:
    codes = {"usd", "eur", "gbp"} & set(tokens(amount.column))
    if not codes:
        return beside('# currency = "USD"', "of the amount")
    why = f"the column {show(amount.column)} says so"
    return beside(f"currency = {show(min(codes).upper())}", f"guess: high - {plain(why)}")


def _table(name: str, companion: Companion | None, used: Sequence[str]) -> list[str]:
    if companion is None:
        return []
    sure = "high" if companion.matched > 0.9 else "medium" if companion.matched > 0.5 else "low"
    met = f"guess: {sure} - {share(companion.matched)} of the log's ids are found there"
    lines = [beside(f"[tables.{name}]", "restricted: only sums leave it")]
    if companion.repeated:
        repeated = f"{companion.repeated:,} of its keys repeat"
        lines.append(f"# {repeated}: the audit will refuse the join.")
    lines += [
        f"path = {show(companion.path)}",
        beside(f"key = {{ {companion.field} = {show(companion.key)} }}", met),
        'access = "restricted"',
    ]
    return lines + ([f"columns = {show_list(used)}"] if used else [])


def _outcome(outcome: Polarity, counts: Mapping[str, int]) -> list[str]:
    lines = ["[outcome]"]
    if outcome.settled:
        lines.append(
            f"# guess: {outcome.confidence} - from words. A wrong side turns a finding round."
        )
        lines += _side("favorable", outcome, counts) + _side("adverse", outcome, counts)
    else:
        lines += [
            "# WHICH WAY IS GOOD COULD NOT BE GUESSED. Every value stands in neutral, and no",
            "# audit will run until a person has moved the good and the bad ones.",
            f"favorable = {show_list([_unseen(GOOD_HERE, counts)])}",
            f"adverse = {show_list([_unseen(BAD_HERE, counts)])}",
        ]
    lines += _side("neutral", outcome, counts)
    return [*lines, "confirmed = false                    # a person sets this to true"]


def _side(side: Side, outcome: Polarity, counts: Mapping[str, int]) -> list[str]:
    """List the values of a side, each with its rows and what says so."""
    values = outcome.of(side)
    if not values:
        return [f"{side} = []"]
    lines = []
    for value in values:
        why = outcome.why[value] or "NO WORD SAYS WHICH SIDE: move it, or leave it here"
        lines.append(beside(f"  {show(value)},", f"{counts[value]:,} rows: {plain(why)}"))
    return [f"{side} = [", *lines, "]"]


def _unseen(marker: str, counts: Mapping[str, int]) -> str:
    while marker in counts:
        marker += "!"
    return marker


def _label(found: Roles) -> list[str]:
    labels = [guess for guess in found.taken.values() if guess.role == "label"]
    if not labels:
        return []
    rest = ", ".join(show(guess.column) for guess in labels[1:])
    return [
        "# Ground truth? Say how the labels were picked, and which values mean that the",
        "# decision should have been favorable; then take the signs away.",
        "# [label]",
        beside(f"# column = {show(labels[0].column)}", _told(labels[0])),
        *([f"#   or: {rest}"] if rest else []),
        '# positive = ["..."]',
        '# selection = "..."                    # all | random_sample | audited | appealed | other',
    ]


def _segments(
    chosen: Compared, names: Mapping[str, str], log: Mapping[str, ColumnProfile]
) -> list[list[str]]:
    blocks = []
    for reference, guess in chosen.segments.items():
        lines = [
            "[[segments]]",
            f"# {_told(guess)}",
            f"name = {show(names[reference])}",
            f"column = {show(reference)}",
            f"kind = {show(guess.kind or 'operational')}",
        ]
        groups = order(log[reference]) if reference in log else ()
        blocks.append(lines + ([f"order = {show_list(groups)}"] if groups else []))
    if chosen.spare:
        left = [f"#   {show(reference)}: {plain(why)}" for reference, why in chosen.spare]
        blocks.append(["# Not compared:", *left])
    return blocks


def _question(decision: str, segments: Iterable[str], intent: str | None) -> list[str]:
    ask = f"Is the decision ({decision}) better for some customers than for others?"
    lines = [
        "[[questions]]",
        'id = "decision"',
        f"ask = {show(ask)}",
        "# No measure: the rarer side of the outcome is asked.",
        f"segments = {show_list(segments)}",
        "limit = { ratio = 0.80, floor = 0.01, cap = 0.10 }",
    ]
    if intent:
        lines.append(beside(f"# within = {show_list([intent])}", "like with like, if agreed"))
    return [*lines, "gate = true", 'inconclusive = "close"']


def _drivers(columns: Filled, found: Roles, profiles: Sequence[ColumnProfile]) -> list[str]:
    """Name what the system was told; a column of few values that no role took is a comment."""
    sure = {role: columns.fields[role][0] for role in _TOLD_TO if role in columns.fields}
    kept = {*found.taken, *columns.fields}
    free = [p.name for p in profiles if p.few and p.values and p.name not in kept]
    if not sure and not free:
        return []
    lines = [
        "# Inputs of the system, to look for what goes along with a gap; none that it put out,",
        "# and no free text.",
        f"{'' if sure else '# '}[drivers]",
    ]
    lines += [f"fields = {show_list(sure)}"] if sure else []
    if free:
        told = "guess: low - few values; was the system told?"
        lines.append(beside(f"# fields = {show_list([*sure, *free[:_MOST_FREE]])}", told))
    return lines
